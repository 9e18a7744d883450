//! "Can it be rolled back?": each change, how it is taken back, on whose word, and until when; and where the way back ends.

use crate::analysis::Answer;
use crate::plan::action::Action;
use crate::plan::change::{Change, Recover, Undo};
use crate::plan::id::Id;
use crate::plan::scenario::Scenario;

use super::markdown::{Page, Table, code, sentence, text};
use super::words::{duration, linked};
use super::{Book, gaps};

/// Writes the table, and beneath it where the ability to go back ends.
pub fn write(book: &Book, page: &mut Page) {
    let plan = book.plan;
    let scenarios = scenarios(book);
    let mut table = Table::new(&["Change", "Can it be rolled back?", "How", "By which scenario, until when", "What it means for users"]);
    for id in book.graph.order() {
        let change = &plan.changes[*id];
        let impact: Vec<String> = change.impacts.iter().map(|impact| book.cell(impact)).collect();
        table.row([
            format!("{}<br>{}", text(&change.header.title), code(&change.header.name)),
            answer(book, *id),
            how(book, *id),
            until(book, &scenarios[id.index()]),
            impact.join("<br>"),
        ]);
    }
    let table = table.finish();
    if !table.is_empty() {
        page.block("In the order in which they are made. They are taken back in the opposite order.");
        page.block(&table);
        page.list(&gaps::lines(book));
    }
}

/// The answer in a few words. What rests on its author's word alone says so.
fn answer(book: &Book, change: Id<Change>) -> String {
    let irreversible = book.plan.changes[change].irreversible.is_some();
    match &book.facts.verdict(change).answer {
        Answer::Clean => "Yes".to_owned(),
        Answer::Claimed => "Yes (claimed by the author)".to_owned(),
        Answer::Manual => "By hand (claimed by the author)".to_owned(),
        Answer::Lossy(_) => "**Not the data**".to_owned(),
        Answer::Restore(backups) if !backups.covers => "**Unknown**: the backup may not hold it".to_owned(),
        Answer::Restore(_) if irreversible => "**No**, only from a backup".to_owned(),
        Answer::Restore(_) => "From a backup".to_owned(),
        Answer::Run(_) => "**No**; another way is claimed by the author".to_owned(),
        Answer::ForwardOnly => "**No**, only forward".to_owned(),
        Answer::Unknown => "**Unknown**".to_owned(),
    }
}

/// Why that is the answer, and what else its author names.
fn how(book: &Book, id: Id<Change>) -> String {
    let plan = book.plan;
    let change = &plan.changes[id];
    let verdict = book.facts.verdict(id);
    let mut reason = sentence(&verdict.reason);
    let (mut backup, mut scenario) = (None, None);
    match verdict.answer {
        Answer::Restore(from) => backup = Some(from.backup),
        Answer::Run(way) => scenario = Some(way),
        _ => {}
    }
    if let Some(backup) = backup.map(|backup| &plan.backups[backup].header) {
        reason = reason.replace(&format!("“{}”", text(&backup.title)), &linked("backup", backup));
    }
    if let Some(scenario) = scenario.map(|scenario| &plan.scenarios[scenario].header) {
        reason = reason.replace(&format!("“{}”", text(&scenario.title)), &linked("scenario", scenario));
    }
    let mut lines = vec![reason];
    for way in &change.recover {
        match &way.value {
            Recover::Restore(other) if backup != Some(*other) => {
                lines.push(format!("or restore {}", linked("backup", &plan.backups[*other].header)))
            }
            Recover::Run(other) if scenario != Some(*other) => {
                lines.push(format!("or run {}", linked("scenario", &plan.scenarios[*other].header)))
            }
            // The verdict has said so, on one line.
            Recover::Forward(how) if verdict.answer == Answer::ForwardOnly && !how.trim().contains('\n') => {}
            Recover::Forward(how) => lines.push(format!("or go forward: {}", text(how))),
            Recover::Restore(_) | Recover::Run(_) => {}
        }
    }
    if let Undo::Action(action) = &change.undo
        && let Action::Manual(how) = action.as_ref()
    {
        lines.push(book.cell(how));
    }
    lines.join("<br>")
}

/// By change: the scenarios that take it back, in written order.
fn scenarios(book: &Book) -> Vec<Vec<Id<Scenario>>> {
    let mut scenarios = vec![Vec::new(); book.plan.changes.len()];
    for (id, _) in book.scenarios() {
        for change in book.undone_by(id) {
            scenarios[change.index()].push(id);
        }
    }
    scenarios
}

/// Which scenarios take it back, and what ends them.
fn until(book: &Book, scenarios: &[Id<Scenario>]) -> String {
    let plan = book.plan;
    let mut lines: Vec<String> = Vec::new();
    for scenario in scenarios.iter().map(|id| &plan.scenarios[*id]) {
        let ends = scenario.applies.iter().flat_map(|clause| {
            let until = clause.until.as_ref().map(|until| format!("until the start of {}", book.moment(until.value)));
            let within = clause.within.as_ref().map(|(time, of)| format!("for {} after {}", duration(time.value), book.moment(of.value)));
            until.into_iter().chain(within)
        });
        let ends: Vec<String> = ends.collect();
        let end = match (ends.is_empty(), &plan.retain) {
            (false, _) => ends.join(" or "),
            (true, Some(retain)) => format!("for {} after the last phase", duration(retain.value)),
            (true, None) => "(no end stated)".to_owned(),
        };
        lines.push(format!("{} {end}", linked("scenario", &scenario.header)));
    }
    if lines.is_empty() { "**no scenario takes it back**".to_owned() } else { lines.join("<br>") }
}
