//! A scenario's chapter: when, whether, how long, at what price, and then its steps. A part's, the same without the when.

use crate::plan::id::Id;
use crate::plan::scenario::{Approval, EscalateWhen, Scenario};

use super::Book;
use super::guide::applies;
use super::markdown::{Page, Table, code, fence, link, text};
use super::parts::Alone;
use super::step::{Steps, bare};
use super::words::{anchor, duration, linked};
use super::{glance, loss};

/// Writes the chapter of a scenario that people start.
pub fn write(book: &Book, id: Id<Scenario>, page: &mut Page) {
    let scenario = &book.plan.scenarios[id];
    page.heading(2, &format!("Scenario: {}", text(&scenario.header.title)), &anchor("scenario", &scenario.header.name));
    if let Some(summary) = &scenario.summary {
        page.block(&book.prose(summary));
    }
    page.block(&facts(book, id, scenario));
    page.block("From the bundle's folder (add `--dry-run` to see every command and run none):");
    page.block(&fence("sh", &format!("./rollback run {}", scenario.header.name)));
    page.block("By hand: do the steps in this order, none twice. If one fails and does not say what to do then, **stop** and tell whoever decides.");
    book.remarks(&scenario.header.notes, &scenario.header.links, page);
    let steps = Steps { book, owner: id, name: &scenario.header.name, prefix: "" };
    let nodes = &book.program(id).nodes;
    glance::write(&steps, nodes, "", page);
    steps.write(page, nodes, "");
}

/// Writes the chapter of a part.
pub fn part(book: &Book, id: Id<Scenario>, alone: &Alone, page: &mut Page) {
    let scenario = &book.plan.scenarios[id];
    page.heading(2, &part_title(alone, scenario), &anchor("scenario", &scenario.header.name));
    if let Some(summary) = &scenario.summary {
        page.block(&book.prose(summary));
    }
    page.block(&facts(book, id, scenario));
    let users: Vec<String> = alone.users.iter().map(|user| linked("scenario", &book.plan.scenarios[*user].header)).collect();
    if !users.is_empty() {
        page.block(&format!("Done in {}. Go back there afterwards.", super::words::and(&users)));
    }
    book.remarks(&scenario.header.notes, &scenario.header.links, page);
    let steps = Steps { book, owner: alone.owner, name: &scenario.header.name, prefix: &alone.prefix };
    steps.lone(page, alone.nodes);
    glance::write(&steps, bare(alone.nodes), &alone.letter, page);
    steps.write(page, bare(alone.nodes), &alone.letter);
}

/// Returns what the chapter of a part is called.
pub fn part_title(alone: &Alone, scenario: &Scenario) -> String {
    format!("Part {}: {}", alone.letter, text(&scenario.header.title))
}

impl Book<'_> {
    /// Whose approval is wanted.
    pub fn approver(&self, approval: &Approval) -> String {
        let other = if approval.other { "; not by whoever runs it" } else { "" };
        format!("{}{other}", linked("role", &self.plan.roles[approval.by.value].header))
    }
}

fn facts(book: &Book, id: Id<Scenario>, scenario: &Scenario) -> String {
    let plan = book.plan;
    let mut table = Table::new(&["Before you begin", ""]);
    let mut fact = |name: &str, value: String| {
        if !value.is_empty() {
            table.row([name.to_owned(), value]);
        }
    };
    let part = book.is_part(id);
    fact("You see", book.cell(&scenario.symptoms));
    if !part {
        fact("Applies", applies(book, id, scenario));
        let breach = loss::breach(book, id).map_or(String::new(), |words| format!("<br>{words}"));
        fact("Loses", format!("{}{breach}", book.loss(id)));
    }
    if let Some(most) = &scenario.loses_at_most {
        fact("Loses at most", format!("{} of writes (claimed by the author)", duration(most.value)));
    }
    fact("Takes", book.time(id).long());
    let name = &scenario.header.name;
    // In a part the approval is asked for where a scenario runs it.
    let typed = |approval: &Approval| match (part, approval.other) {
        (true, _) => String::new(),
        (false, true) => {
            format!("<br>it asks for their name and for {}; without a terminal: `--as NAME --approve {name}={name}`", code(name))
        }
        (false, false) => format!("<br>it asks for {}; without a terminal: `--approve {name}={name}`", code(name)),
    };
    let approval = scenario.approve.as_ref();
    fact("Approval", approval.map_or(String::new(), |approval| format!("{}{}", book.approver(approval), typed(approval))));
    if !part && book.has_values {
        fact(
            "Have at hand",
            format!("the {}; `./rollback check` says what is missing", link("variables and parameters", "before-you-start")),
        );
    }
    let needs = if part { book.needs(&scenario.needs) } else { [book.needs(&plan.needs), book.needs(&scenario.needs)].concat() };
    let mut boxes: Vec<String> = Vec::new();
    for need in needs.iter().map(|need| format!("☐ {need}")) {
        if !boxes.contains(&need) {
            boxes.push(need);
        }
    }
    fact("Must hold first", boxes.join("<br>"));
    fact("**Never**", book.cell(&scenario.never));
    fact("What it can't do", book.cell(&scenario.limits));
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
    let accepted = if scenario.header.accepts.is_empty() { String::new() } else { link("accepted risks", "accepted-risks") };
    fact("See also", accepted);
    table.finish()
}
