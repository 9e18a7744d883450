//! Deadlines on the clock, and those that are counted from the incident.

use crate::analysis::program::Work;
use crate::plan::id::Id;
use crate::plan::people::Moment;
use crate::plan::scenario::{EscalateWhen, Scenario};
use crate::plan::value::Instant;

use super::Book;
use super::markdown::{Page, Table};
use super::words::{duration, instant, linked};

/// Something that is due, or ends.
struct Deadline {
    at: Instant,
    what: String,
    who: String,
}

/// Writes both tables.
pub fn write(book: &Book, page: &mut Page) {
    let mut deadlines = on_the_clock(book);
    deadlines.sort_by_key(|deadline| deadline.at);
    let [local, utc] = book.clock.titles();
    let mut table = Table::new(&["When", &local, &utc, "What", "Who"]);
    for deadline in deadlines {
        let [local, utc] = book.clock.columns(deadline.at);
        table.row([instant(deadline.at), local, utc, deadline.what, deadline.who]);
    }
    page.block(&table.finish());
    let table = from_the_incident(book);
    if !table.is_empty() {
        page.block("Counted from the moment that calls for them:");
        page.block(&table);
    }
}

fn on_the_clock(book: &Book) -> Vec<Deadline> {
    let plan = book.plan;
    let mut all = Vec::new();
    let mut add = |at: Option<Instant>, what: String, who: String| all.extend(at.map(|at| Deadline { at, what, who }));
    for (_, decision) in plan.decisions.iter() {
        let decider = linked("role", &plan.roles[decision.by.value].header);
        let words = format!("Decision: {}", linked("decision", &decision.header));
        add(decision.at.as_ref().map(|at| at.value), words, decider);
    }
    let window = plan.window.as_ref().map(|window| later(Instant(0), window.value.seconds()));
    for (id, scenario) in book.scenarios() {
        let until = last_start(book, scenario);
        add(until, format!("{} no longer applies", linked("scenario", &scenario.header)), String::new());
        if let Some((at, takes)) = inside_the_window(book, id, window, until) {
            let what =
                format!("Last start of {} that still ends inside the window: it takes {takes}", linked("scenario", &scenario.header));
            add(Some(at), what, String::new());
        }
    }
    add(window, "**The window ends**".to_owned(), String::new());
    add(book.end_of_retention(), "The promise ends that one can go back".to_owned(), String::new());
    for item in book.facts.forward.items() {
        let Work::Take(backup) = item.work else { continue };
        let backup = &plan.backups[backup];
        let end = book.facts.schedule.begins(&item.id).zip(backup.keep.as_ref()).map(|(at, keep)| later(at, keep.value.seconds));
        add(end, format!("{} may be removed", linked("backup", &backup.header)), String::new());
    }
    all
}

fn later(at: Instant, seconds: u64) -> Instant {
    Instant(at.0.saturating_add_unsigned(seconds))
}

/// When a scenario no longer applies, as far as its own clauses say. The end of what is promised has a row of its own.
fn last_start(book: &Book, scenario: &Scenario) -> Option<Instant> {
    let until = scenario.applies.iter().filter_map(|clause| book.starts(clause.until.as_ref()?.value));
    let within = scenario.applies.iter().filter_map(|clause| {
        let (time, of) = clause.within.as_ref()?;
        Some(later(book.ends(of.value)?, time.value.seconds))
    });
    until.chain(within).min()
}

/// The last moment at which a scenario, as long as it takes, ends inside the window; none where it can't be begun then.
fn inside_the_window(book: &Book, id: Id<Scenario>, window: Option<Instant>, until: Option<Instant>) -> Option<(Instant, String)> {
    let path = book.facts.time(id);
    if !path.unknown.is_empty() || path.total.seconds == 0 {
        return None;
    }
    let at = Instant(window?.0.checked_sub_unsigned(path.total.seconds)?);
    let scenario = &book.plan.scenarios[id];
    let from = scenario.applies.iter().filter_map(|clause| book.starts(clause.from.as_ref()?.value)).max();
    let from = from.or_else(|| book.starts(Moment::Change(*book.undone_by(id).first()?)))?;
    (at >= from && until.is_none_or(|until| at < until)).then(|| (at, duration(path.total)))
}

fn from_the_incident(book: &Book) -> String {
    let plan = book.plan;
    let mut rows: Vec<(u64, [String; 3])> = Vec::new();
    let mut add = |time: crate::plan::value::Duration, what: String, who: String| rows.push((time.seconds, [duration(time), what, who]));
    for trigger in book.triggers() {
        let Some(respond) = &trigger.respond else { continue };
        let who = trigger.by.as_ref().map_or(String::new(), |by| linked("role", &plan.roles[by.value].header));
        add(respond.value, format!("Answer “{}”", linked("trigger", &trigger.header)), who);
    }
    for (_, message) in plan.messages.iter() {
        let Some(deadline) = &message.deadline else { continue };
        let by = message.by.or(plan.channels[message.channel.value].by);
        let who = by.map_or(String::new(), |by| linked("role", &plan.roles[by].header));
        add(deadline.value, format!("Send {}", linked("message", &message.header)), who);
    }
    for (_, scenario) in book.scenarios() {
        for escalation in &scenario.escalates {
            let EscalateWhen::After(time) = escalation.when else { continue };
            let to = linked("scenario", &plan.scenarios[escalation.to.value].header);
            add(time, format!("{} has not helped: run {to}", linked("scenario", &scenario.header)), String::new());
        }
    }
    for (_, role) in plan.roles.iter() {
        let Some((to, after)) = role.escalate else { continue };
        let to = linked("role", &plan.roles[to].header);
        add(after, format!("{} does not answer: call {to}", linked("role", &role.header)), String::new());
    }
    for (_, post) in plan.posts.iter() {
        let what = linked("post", &post.header);
        add(post.within, what, linked("role", &plan.roles[post.by].header));
    }
    rows.sort_by_key(|(seconds, _)| *seconds);
    let mut table = Table::new(&["Within", "What", "Who"]);
    rows.into_iter().for_each(|(_, row)| table.row(row));
    table.finish()
}
