//! "Which scenario?": from what people see to the page that they need.

use crate::plan::id::Id;
use crate::plan::people::Moment;
use crate::plan::scenario::{Applies, Scenario};

use super::Book;
use super::markdown::{Page, Table, text};
use super::words::{and, duration, level, linked};

/// Writes how to find the scenario, what triggers say, and the scenarios side by side.
pub fn write(book: &Book, page: &mut Page) {
    let plan = book.plan;
    if book.scenarios().next().is_none() && plan.triggers.is_empty() {
        return;
    }
    let caller = plan.owner.as_ref().map_or("the owner of this plan".to_owned(), |owner| linked("role", &plan.roles[owner.value].header));
    page.block(&format!(
        "1. Find what you see in the first table.\n\
         2. Read in the second whether that scenario applies *now*. `./rollback` says so too, and changes nothing.\n\
         3. Nothing fits, or you can't tell? Do not improvise. Call {caller}."
    ));
    page.block(&seen(book));
    page.block(&scenarios(book));
}

fn seen(book: &Book) -> String {
    let plan = book.plan;
    let mut table = Table::new(&["You see", "Level", "Do", "Within", "Decides"]);
    for (_, trigger) in plan.triggers.iter() {
        let conditions: Vec<String> = trigger.when.iter().map(|when| book.condition(&when.value)).collect();
        let answers: Vec<String> = trigger.answers.iter().map(|answer| book.answer(&answer.value)).collect();
        table.row([
            format!("{}<br>{}", linked("trigger", &trigger.header), conditions.join("<br>")),
            level(trigger.level),
            if answers.is_empty() { "*not stated*".to_owned() } else { answers.join("<br>") },
            trigger.respond.as_ref().map_or(String::new(), |respond| duration(respond.value)),
            trigger.by.as_ref().map_or(String::new(), |by| linked("role", &plan.roles[by.value].header)),
        ]);
    }
    for (id, scenario) in plan.scenarios.iter() {
        if book.is_part(id) {
            continue;
        }
        for symptom in &scenario.symptoms {
            let approver =
                scenario.approve.as_ref().map_or(String::new(), |approval| linked("role", &plan.roles[approval.by.value].header));
            table.row([
                book.cell(symptom),
                String::new(),
                format!("run {}", linked("scenario", &scenario.header)),
                String::new(),
                approver,
            ]);
        }
    }
    table.finish()
}

fn scenarios(book: &Book) -> String {
    let plan = book.plan;
    let mut table = Table::new(&["Scenario", "Applies", "Takes", "Loses", "Approval"]);
    for (id, scenario) in book.scenarios() {
        table.row([
            format!("{}<br>`./rollback run {}`", linked("scenario", &scenario.header), scenario.header.name),
            applies(book, id, scenario),
            book.time(id).short(),
            book.loss(id),
            scenario.approve.as_ref().map_or(String::new(), |approval| linked("role", &plan.roles[approval.by.value].header)),
        ]);
    }
    table.finish()
}

/// Returns when a scenario can be used, its defaults spelled out.
pub fn applies(book: &Book, id: Id<Scenario>, scenario: &Scenario) -> String {
    if scenario.applies.is_empty() {
        return "only as a part of other scenarios".to_owned();
    }
    let from: Vec<String> =
        scenario.applies.iter().filter_map(|clause| clause.from.as_ref()).map(|from| book.start_of(from.value)).collect();
    let until: Vec<String> =
        scenario.applies.iter().filter_map(|clause| clause.until.as_ref()).map(|until| book.start_of(until.value)).collect();
    let from = if from.is_empty() { default_from(book, id) } else { format!("from the start of {}", and(&from)) };
    let until = match (until.is_empty(), &book.plan.retain) {
        (false, _) => format!("until {} starts", until.join(" or ")),
        (true, Some(retain)) => format!("until {} after the last phase", duration(retain.value)),
        (true, None) => "with no stated end".to_owned(),
    };
    let within: Vec<String> = scenario.applies.iter().filter_map(|clause| within(book, clause)).collect();
    let within = if within.is_empty() { String::new() } else { format!("; **start it {}**", and(&within)) };
    format!("{from} {until}{within}")
}

fn default_from(book: &Book, id: Id<Scenario>) -> String {
    match book.undone_by(id).first() {
        Some(change) => format!("from the start of {}", book.start_of(Moment::Change(*change))),
        None => "from the beginning".to_owned(),
    }
}

fn within(book: &Book, clause: &Applies) -> Option<String> {
    let (time, of) = clause.within.as_ref()?;
    Some(format!("within {} of the end of {}", duration(time.value), book.moment(of.value)))
}

impl Book<'_> {
    /// A moment with the planned time of its start, where the plan tells it.
    pub fn start_of(&self, moment: Moment) -> String {
        let words = self.moment(moment);
        let phase = match moment {
            Moment::Phase(phase) => phase,
            Moment::Change(change) => self.plan.changes[change].phase,
            Moment::Scenario(_) => return words,
        };
        match self.starts[phase.index()] {
            Some(at) => {
                let about = if matches!(moment, Moment::Phase(_)) { "planned" } else { "its phase is planned" };
                format!("{words} ({about} {})", text(&self.clock.when(at)))
            }
            None => words,
        }
    }
}
