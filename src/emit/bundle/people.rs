//! `roles/NAME.conf`, `checklists/NAME.md` and `posts/NAME.md`: who, and what people tick off.

use crate::emit::quote;
use crate::plan::Plan;
use crate::plan::people::{Item, Role};
use crate::plan::value::Place;

use super::draft::{Draft, Facts};

pub(super) fn write(plan: &Plan, draft: &mut Draft) {
    for (_, role) in plan.roles.iter() {
        write_role(role, draft);
    }
    for (_, checklist) in plan.checklists.iter() {
        draft.file(format!("checklists/{}.md", checklist.header.name), boxes(plan, &checklist.items));
    }
    for (_, post) in plan.posts.iter().filter(|(_, post)| !post.items.is_empty()) {
        draft.file(format!("posts/{}.md", post.header.name), boxes(plan, &post.items));
    }
}

/// A contact that lives in a variable is not needed to run, so nobody is asked to set it. Of several the runtime shows those that
/// stand in the plan, or else the first variable's; the runbook has them all.
fn write_role(role: &Role, draft: &mut Draft) {
    let header = &role.header;
    let mut literals = Vec::new();
    let mut variable = None;
    for contact in &role.contacts {
        match contact {
            Place::Literal(contact) => literals.push(contact.as_str()),
            Place::Variable(name) => variable = variable.or(Some(name.as_str())),
        }
    }
    let about = format!("role {}: {}", header.name, header.title);
    let mut facts = Facts::new(draft, format!("roles/{}.conf", header.name), header.span, &about);
    facts.text("role_title", &header.title).text("role_person", role.person.as_deref().unwrap_or_default());
    facts.text("role_contact", &literals.join(", ")).maybe("role_contact_env", variable.filter(|_| literals.is_empty()));
    facts.end();
}

fn boxes(plan: &Plan, items: &[Item]) -> String {
    let words = |item: &Item| {
        let by = item.by.map(|by| format!(" (by {})", plan.roles[by].header.title)).unwrap_or_default();
        let check = item.check.map(|check| format!(" (answered by the check {})", plan.checks[check].header.name)).unwrap_or_default();
        format!("- [ ] {}\n", quote::line(&format!("{}{by}{check}", item.text)))
    };
    items.iter().map(words).collect()
}
