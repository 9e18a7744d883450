//! "Which scenario?": from what people see to the page that they need.

use crate::plan::id::Id;
use crate::plan::people::Moment;
use crate::plan::scenario::{Answer, Applies, Scenario, Trigger};
use crate::plan::value::Instant;

use super::markdown::{Page, Table, text};
use super::words::{and, duration, level, linked};
use super::{Book, loss};

/// Writes how to find the scenario, what triggers say, worst first, and the scenarios side by side.
pub fn write(book: &Book, page: &mut Page) {
    let plan = book.plan;
    if book.scenarios().next().is_none() && plan.triggers.is_empty() {
        return;
    }
    let caller = plan.owner.as_ref().map_or("the owner of this plan".to_owned(), |owner| linked("role", &plan.roles[owner.value].header));
    let seen = seen(book);
    let scenarios = scenarios(book);
    let mut lines: Vec<&str> = Vec::new();
    let numbers = !seen.is_empty() && !scenarios.is_empty();
    if numbers {
        lines.push("Find what you see in the first table.");
        lines.push("Read in the second which scenario applies *now*. `./rollback` says so too, and changes nothing.");
    } else if !scenarios.is_empty() {
        lines.push("Read which scenario applies *now*. `./rollback` says so too, and changes nothing.");
    } else {
        lines.push("Find what you see in the table.");
    }
    let call = format!("Nothing fits, or you can't tell? Do not improvise. Call {caller}.");
    lines.push(&call);
    let numbered: Vec<String> = lines.iter().zip(1..).map(|(line, count)| format!("{count}. {line}")).collect();
    page.block(&numbered.join("\n"));
    page.block(&seen);
    page.block(&scenarios);
}

fn seen(book: &Book) -> String {
    let plan = book.plan;
    let mut table = Table::new(&["You see", "Level", "Do", "Within", "Decides"]);
    for trigger in book.triggers() {
        let conditions: Vec<String> = trigger.when.iter().map(|when| book.condition(&when.value)).collect();
        table.row([
            format!("{}<br>{}", linked("trigger", &trigger.header), conditions.join("<br>or ")),
            level(trigger.level),
            book.answers(trigger),
            trigger.respond.as_ref().map_or(String::new(), |respond| duration(respond.value)),
            trigger.by.as_ref().map_or(String::new(), |by| linked("role", &plan.roles[by.value].header)),
        ]);
    }
    for (_, scenario) in book.scenarios() {
        for symptom in &scenario.symptoms {
            table.row([
                book.cell(std::slice::from_ref(symptom)),
                String::new(),
                format!("run {}", linked("scenario", &scenario.header)),
                String::new(),
                scenario.approve.as_ref().map_or(String::new(), |approval| linked("role", &plan.roles[approval.by.value].header)),
            ]);
        }
    }
    table.finish()
}

fn scenarios(book: &Book) -> String {
    let mut table = Table::new(&["Scenario", "Applies", "Takes", "Loses", "Approval"]);
    for (id, scenario) in book.scenarios() {
        table.row([
            format!("{}<br>`./rollback run {}`", linked("scenario", &scenario.header), scenario.header.name),
            applies(book, id, scenario),
            book.time(id).short(),
            loss::short(book, id),
            scenario.approve.as_ref().map_or(String::new(), |approval| book.approver(approval)),
        ]);
    }
    table.finish()
}

impl<'p> Book<'p> {
    /// The triggers, worst first, in written order among equals.
    pub fn triggers(&self) -> Vec<&'p Trigger> {
        let mut triggers: Vec<&Trigger> = self.plan.triggers.iter().map(|(_, trigger)| trigger).collect();
        triggers.sort_by_key(|trigger| trigger.level);
        triggers
    }

    /// What is done when a trigger fires. Of several scenarios the one that applies is run.
    pub fn answers(&self, trigger: &Trigger) -> String {
        let scenarios: Vec<String> = trigger
            .answers
            .iter()
            .filter_map(|answer| match answer.value {
                Answer::Run(scenario) => Some(linked("scenario", &self.plan.scenarios[scenario].header)),
                _ => None,
            })
            .collect();
        let mut lines: Vec<String> = Vec::new();
        if scenarios.len() > 1 {
            lines.push(format!("run the one that applies: {}", scenarios.join("; ")));
        }
        let single = |answer: &&Answer| scenarios.len() < 2 || !matches!(answer, Answer::Run(_));
        lines.extend(trigger.answers.iter().map(|answer| &answer.value).filter(single).map(|answer| self.answer(answer)));
        if lines.is_empty() { "*not stated*".to_owned() } else { lines.join("<br>") }
    }
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
        (true, Some(retain)) => {
            let at = book.end_of_retention().map_or(String::new(), |at| format!(" ({})", text(&book.clock.when(at))));
            format!("until {} after the last phase{at}", duration(retain.value))
        }
        (true, None) => "with no stated end".to_owned(),
    };
    let within = if within.is_empty() { String::new() } else { format!("**start it {}**", and(&within)) };
    [from, until, within].into_iter().filter(|part| !part.is_empty()).collect::<Vec<_>>().join("<br>")
}

/// `within 24 h of the end of X`, and until when that is, where the plan tells it.
fn within(book: &Book, clause: &Applies) -> Option<String> {
    let (time, of) = clause.within.as_ref()?;
    let end = book.ends(of.value);
    let latest = end.map(|end| Instant(end.0.saturating_add_unsigned(time.value.seconds)));
    let planned = latest.map_or(String::new(), |latest| format!(" (planned: until {})", text(&book.clock.when(latest))));
    Some(format!("within {} of the end of {}{planned}", duration(time.value), book.moment(of.value)))
}

impl Book<'_> {
    /// A moment with the planned time of its start, where the plan tells it.
    pub fn start_of(&self, moment: Moment) -> String {
        let words = self.moment(moment);
        self.starts(moment).map_or(words.clone(), |at| format!("{words} ({})", text(&self.clock.when(at))))
    }

    /// When the promise ends that one can go back.
    pub fn end_of_retention(&self) -> Option<Instant> {
        let last = *self.graph.phases().last()?;
        let retain = self.plan.retain.as_ref()?.value.seconds;
        self.ends(Moment::Phase(last)).map(|end| Instant(end.0.saturating_add_unsigned(retain)))
    }

    /// When a moment is planned to start.
    pub fn starts(&self, moment: Moment) -> Option<Instant> {
        let schedule = &self.facts.schedule;
        match moment {
            Moment::Phase(phase) => schedule.starts[phase.index()],
            Moment::Change(change) => schedule.begins(&self.plan.changes[change].header.name),
            Moment::Scenario(_) => None,
        }
    }

    /// When a moment is planned to have ended.
    pub fn ends(&self, moment: Moment) -> Option<Instant> {
        let schedule = &self.facts.schedule;
        match moment {
            Moment::Phase(phase) => schedule.ends[phase.index()],
            Moment::Change(change) => schedule.ended(&self.plan.changes[change].header.name),
            Moment::Scenario(_) => None,
        }
    }
}
