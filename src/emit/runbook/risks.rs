//! Risks that the team sees, and findings that it has looked at and accepts.

use crate::plan::scenario::{Otherwise, Step, StepKind};
use crate::plan::{Accept, Header};

use super::Book;
use super::markdown::{Page, Table, code, place, text};
use super::words::{anchor, level, linked};

/// Writes the risks, worst first.
pub fn risks(book: &Book, page: &mut Page) {
    let plan = book.plan;
    let mut risks: Vec<_> = plan.risks.iter().map(|(_, risk)| risk).collect();
    risks.sort_by_key(|risk| risk.level);
    let mut table = Table::new(&["Risk", "Level", "What it does", "What helps", "Scenario"]);
    for risk in risks {
        table.row([
            format!("{}{}", place(&anchor("risk", &risk.header.name)), text(&risk.header.title)),
            level(risk.level),
            book.cell(&risk.impacts),
            book.cell(&risk.mitigations),
            risk.run.map_or(String::new(), |scenario| linked("scenario", &plan.scenarios[scenario].header)),
        ]);
    }
    page.block(&table.finish());
    book.remarks_of(plan.risks.iter().map(|(_, risk)| &risk.header), page);
}

/// Writes every `accept` of the plan, wherever it stands.
pub fn accepted(book: &Book, page: &mut Page) {
    let plan = book.plan;
    let mut table = Table::new(&["Where", "Accepted", "Because", "By", "Until"]);
    let mut add = |place: &str, accepts: &[Accept]| {
        for accept in accepts {
            table.row([
                text(place),
                code(&accept.rule.value),
                book.words(&accept.because),
                accept.by.map_or(String::new(), |role| linked("role", &plan.roles[role].header)),
                accept
                    .until
                    .as_ref()
                    .map_or(String::new(), |until| format!("{:04}-{:02}-{:02}", until.value.year, until.value.month, until.value.day)),
            ]);
        }
    };
    add("the whole plan", &plan.accepts);
    for (place, header) in headers(book) {
        add(&format!("{place} “{}”", header.title), &header.accepts);
    }
    let mut steps: Vec<&Step> = Vec::new();
    for (_, phase) in plan.phases.iter() {
        for item in &phase.items {
            if let crate::plan::change::PhaseItem::Step(step) = item {
                collect(std::slice::from_ref(step.as_ref()), &mut steps);
            }
        }
    }
    plan.scenarios.iter().for_each(|(_, scenario)| collect(&scenario.steps, &mut steps));
    for step in steps {
        add(&format!("step “{}”", step.title), &step.accepts);
    }
    let table = table.finish();
    if !table.is_empty() {
        page.block("`rbk` found these, and the team decided to live with them:");
        page.block(&table);
    }
}

fn collect<'p>(steps: &'p [Step], found: &mut Vec<&'p Step>) {
    for step in steps {
        found.push(step);
        match &step.kind {
            StepKind::Group { steps, .. } | StepKind::Parallel(steps) => collect(steps, found),
            StepKind::Choose { options, .. } => options.iter().for_each(|option| collect(&option.steps, found)),
            _ => {}
        }
        if let Otherwise::Steps(steps) = &step.otherwise {
            collect(steps, found);
        }
    }
}

/// Every declaration with the word for what it is, in the order of the reference.
fn headers<'p>(book: &Book<'p>) -> Vec<(&'static str, &'p Header)> {
    let plan = book.plan;
    let mut all: Vec<(&'static str, &Header)> = vec![("plan", &plan.header)];
    macro_rules! add {
        ($($word:literal $arena:ident),* $(,)?) => { $(all.extend(plan.$arena.iter().map(|(_, one)| ($word, &one.header)));)* };
    }
    add! {
        "parameter" params, "secret" secrets, "target" targets, "role" roles, "writer" writers, "backup" backups, "flag" flags,
        "release" releases, "channel" channels, "check" checks, "phase" phases, "change" changes, "decision" decisions,
        "trigger" triggers, "scenario" scenarios, "message" messages, "checklist" checklists, "monitor" monitors, "risk" risks,
        "after-action" posts, "section" sections,
    }
    all
}
