//! "Which scenario?": from what people see to the page that they need.

use crate::plan::id::Id;
use crate::plan::people::Moment;
use crate::plan::scenario::{Applies, Scenario};
use crate::plan::value::Instant;

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
    let from: Vec<String> =
        scenario.applies.iter().filter_map(|clause| clause.from.as_ref()).map(|from| book.start_of(from.value)).collect();
    let until: Vec<String> =
        scenario.applies.iter().filter_map(|clause| clause.until.as_ref()).map(|until| book.start_of(until.value)).collect();
    let within: Vec<String> = scenario.applies.iter().filter_map(|clause| within(book, clause)).collect();
    let from = match (from.is_empty(), within.is_empty(), book.undone_by(id).first()) {
        (false, ..) => format!("from the start of {}", and(&from)),
        (true, true, Some(change)) => format!("from the start of {}", book.start_of(Moment::Change(*change))),
        (true, true, None) => "from the beginning".to_owned(),
        (true, false, _) => String::new(),
    };
    let until = match (until.is_empty(), &book.plan.retain) {
        (false, _) => format!("until the start of {}", until.join(" or ")),
        (true, _) if !within.is_empty() => String::new(),
        (true, Some(retain)) => format!("until {} after the last phase", duration(retain.value)),
        (true, None) => "with no stated end".to_owned(),
    };
    let within = if within.is_empty() { String::new() } else { format!("**start it {}**", and(&within)) };
    [from, until, within].into_iter().filter(|part| !part.is_empty()).collect::<Vec<_>>().join("<br>")
}

/// `within 24 h of the end of X`, and until when that is, where the plan tells it.
fn within(book: &Book, clause: &Applies) -> Option<String> {
    let (time, of) = clause.within.as_ref()?;
    let schedule = &book.facts.schedule;
    let end = match of.value {
        Moment::Phase(phase) => schedule.ends[phase.index()],
        Moment::Change(change) => schedule.ended(&book.plan.changes[change].header.name),
        Moment::Scenario(_) => None,
    };
    let latest = end.map(|end| Instant(end.0.saturating_add_unsigned(time.value.seconds)));
    let planned = latest.map_or(String::new(), |latest| format!(" (planned: until {})", text(&book.clock.when(latest))));
    Some(format!("within {} of the end of {}{planned}", duration(time.value), book.moment(of.value)))
}

impl Book<'_> {
    /// A moment with the planned time of its start, where the plan tells it.
    pub fn start_of(&self, moment: Moment) -> String {
        let words = self.moment(moment);
        let schedule = &self.facts.schedule;
        let start = match moment {
            Moment::Phase(phase) => schedule.starts[phase.index()],
            Moment::Change(change) => schedule.begins(&self.plan.changes[change].header.name),
            Moment::Scenario(_) => None,
        };
        start.map_or(words.clone(), |at| format!("{words} ({})", text(&self.clock.when(at))))
    }
}
