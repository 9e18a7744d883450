//! What a plan may say and a bundle can't carry out: found before anything is written.

use crate::diagnostic::Diagnostic;
use crate::plan::{Header, ParamKind, Plan};

use super::draft::Draft;

/// The longest name, in bytes, that still leaves room in a file's name.
const NAME: usize = 80;

pub(super) fn write(plan: &Plan, draft: &mut Draft) {
    for header in headers(plan).filter(|header| header.name.len() > NAME) {
        draft.refuse(
            Diagnostic::error("form/long-name", header.name_span, format!("the name is {} bytes long", header.name.len()), "this name")
                .help(format!("files of the bundle are called after it: use at most {NAME} bytes")),
        );
    }
    same_variable(plan.params.iter().map(|(_, param)| &param.header), draft);
    same_variable(plan.posts.iter().map(|(_, post)| &post.header), draft);
    same_variable(plan.checklists.iter().map(|(_, checklist)| &checklist.header), draft);
    for (_, param) in plan.params.iter() {
        if let ParamKind::Choice(values) = &param.kind {
            for value in values.iter().filter(|value| !is_word(value)) {
                draft.refuse(
                    Diagnostic::error(
                        "form/choice",
                        param.header.span,
                        format!("`{}` can't be chosen on a command line", value.escape_debug()),
                        "one of its values",
                    )
                    .help("use values of letters, digits and `._:/-`, without blanks"),
                );
            }
        }
    }
}

fn is_word(value: &str) -> bool {
    !value.is_empty() && value.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"._:/-".contains(&byte))
}

/// `a-b` and `a_b` are two names of the plan and one variable of a shell.
fn same_variable<'p>(headers: impl Iterator<Item = &'p Header>, draft: &mut Draft) {
    let mut seen: Vec<&Header> = Vec::new();
    for header in headers {
        if let Some(other) = seen.iter().find(|other| other.name.replace('-', "_") == header.name.replace('-', "_")) {
            draft.refuse(
                Diagnostic::error(
                    "form/same-variable",
                    header.name_span,
                    format!("`{}` and `{}` are one variable in a shell", other.name, header.name),
                    "this one",
                )
                .because(other.name_span, "and this one")
                .help("give one of them another name"),
            );
        }
        seen.push(header);
    }
}

fn headers(plan: &Plan) -> impl Iterator<Item = &Header> {
    let systems = plan.targets.iter().map(|(_, it)| &it.header).chain(plan.flags.iter().map(|(_, it)| &it.header));
    let saved = plan.backups.iter().map(|(_, it)| &it.header).chain(plan.checks.iter().map(|(_, it)| &it.header));
    let people = plan.roles.iter().map(|(_, it)| &it.header).chain(plan.channels.iter().map(|(_, it)| &it.header));
    let told = plan.messages.iter().map(|(_, it)| &it.header).chain(plan.checklists.iter().map(|(_, it)| &it.header));
    let after = plan.posts.iter().map(|(_, it)| &it.header).chain(plan.scenarios.iter().map(|(_, it)| &it.header));
    let forward = plan.changes.iter().map(|(_, it)| &it.header).chain(plan.phases.iter().map(|(_, it)| &it.header));
    systems.chain(saved).chain(people).chain(told).chain(after).chain(forward)
}
