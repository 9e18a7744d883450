//! A scenario's chapter: when, whether, how long, at what price, and then its steps.

use crate::plan::id::Id;
use crate::plan::scenario::{EscalateWhen, Scenario};

use super::Book;
use super::guide::applies;
use super::markdown::{Page, Table, fence, text};
use super::step::Steps;
use super::words::{anchor, duration, linked};

/// Writes the chapter of a scenario; one without `applies` is a part that others run.
pub fn write(book: &Book, id: Id<Scenario>, page: &mut Page) {
    let scenario = &book.plan.scenarios[id];
    let kind = book.kind(id);
    page.heading(2, &format!("{kind}: {}", text(&scenario.header.title)), &anchor("scenario", &scenario.header.name));
    if let Some(summary) = &scenario.summary {
        page.block(&book.prose(summary));
    }
    page.block(&facts(book, id, scenario));
    if !book.is_part(id) {
        page.block("From the bundle's folder (add `--dry-run` to see every command and run none):");
        page.block(&fence("sh", &format!("./rollback run {}", scenario.header.name)));
        page.block("By hand: do the steps in this order, none twice. If one fails and does not say what to do then, **stop** and tell whoever decides.");
    }
    book.remarks(&scenario.header.notes, &scenario.header.links, page);
    let nodes = &book.program(id).nodes;
    Steps { book, anchor: &scenario.header.name }.write(page, nodes, "", 2);
}

fn facts(book: &Book, id: Id<Scenario>, scenario: &Scenario) -> String {
    let plan = book.plan;
    let mut table = Table::new(&["Before you begin", ""]);
    let mut fact = |name: &str, value: String| {
        if !value.is_empty() {
            table.row([name.to_owned(), value]);
        }
    };
    let prose = |all: &[crate::plan::Prose]| all.iter().map(|one| book.cell(one)).collect::<Vec<_>>().join("<br>");
    let part = book.is_part(id);
    fact("You see", prose(&scenario.symptoms));
    if !part {
        fact("Applies", applies(book, id, scenario));
    }
    fact("**Never**", prose(&scenario.never));
    fact("Limits", prose(&scenario.limits));
    let needs = if part { book.needs(&scenario.needs) } else { [book.needs(&plan.needs), book.needs(&scenario.needs)].concat() };
    let mut boxes: Vec<String> = Vec::new();
    for need in needs.iter().map(|need| format!("☐ {need}")) {
        if !boxes.contains(&need) {
            boxes.push(need);
        }
    }
    fact("Must hold first", boxes.join("<br>"));
    if let Some(approval) = &scenario.approve {
        let other = if approval.other { "; not by whoever runs it" } else { "" };
        fact("Approval", format!("{}{other}", linked("role", &plan.roles[approval.by.value].header)));
    }
    fact("Takes", book.time(id).long());
    if !part {
        fact("Loses", book.loss(id));
    }
    if let Some(most) = &scenario.loses_at_most {
        fact("Loses at most", format!("{} of writes (claimed by the author)", duration(most.value)));
    }
    let escalations: Vec<String> = scenario
        .escalates
        .iter()
        .map(|escalation| {
            let to = linked("scenario", &plan.scenarios[escalation.to.value].header);
            match &escalation.when {
                EscalateWhen::After(time) => format!("after {}: {to}", duration(*time)),
                EscalateWhen::Check(check) => format!("when {} says yes: {to}", linked("check", &plan.checks[*check].header)),
            }
        })
        .collect();
    fact("If that does not help", escalations.join("<br>"));
    if let Some(level) = &scenario.level {
        fact("Escalation level", level.value.to_string());
    }
    if scenario.goes_forward.is_some() {
        fact("Direction", "**forward**: this repairs, it does not go back".to_owned());
    }
    let frozen: Vec<String> = scenario.leaves_frozen.iter().map(|target| text(&plan.targets[target.value].header.title)).collect();
    if !frozen.is_empty() {
        fact("Afterwards", format!("**{} still takes no writes**", frozen.join(", ")));
    }
    let accepted =
        if scenario.header.accepts.is_empty() { String::new() } else { super::markdown::link("accepted risks", "accepted-risks") };
    fact("See also", accepted);
    table.finish()
}
