//! "Can it be rolled back?": each change, how it is taken back, on whose word, and until when.

use crate::plan::action::Action;
use crate::plan::change::{Change, Recover, Undo};
use crate::plan::id::Id;

use super::Book;
use super::markdown::{Page, Table, code, text};
use super::words::{duration, linked};

/// Writes the table.
pub fn write(book: &Book, page: &mut Page) {
    let plan = book.plan;
    let mut table = Table::new(&["Change", "Can it be rolled back?", "How", "Until", "What it means for users"]);
    for id in book.graph.order() {
        let change = &plan.changes[*id];
        let impact: Vec<String> = change.impacts.iter().map(|impact| book.cell(impact)).collect();
        let (answer, how) = answer(book, change);
        table.row([
            format!("{}<br>{}", text(&change.header.title), code(&change.header.name)),
            answer.to_owned(),
            how,
            until(book, *id),
            impact.join("<br>"),
        ]);
    }
    let table = table.finish();
    if !table.is_empty() {
        page.block("In the order in which they are made. They are taken back in the opposite order.");
        page.block(&table);
    }
}

/// The answer in a word or two, and what it rests on.
fn answer(book: &Book, change: &Change) -> (&'static str, String) {
    let plan = book.plan;
    if change.irreversible.is_some() {
        let ways: Vec<String> = change.recover.iter().map(|way| recovery(book, &way.value)).collect();
        let how = if ways.is_empty() { "*nothing is stated*".to_owned() } else { ways.join("<br>") };
        let restores = change.recover.iter().any(|way| matches!(way.value, Recover::Restore(_)));
        return (if restores { "**No**, only from a backup" } else { "**No**" }, how);
    }
    match &change.undo {
        Undo::None => ("**Unknown**", "*the plan does not say how*".to_owned()),
        Undo::Auto(_) => ("Yes", "by the inverse that rbk derives".to_owned()),
        Undo::Action(action) => match action.as_ref() {
            Action::Restore { backup, .. } => {
                ("From a backup", format!("restore {}; what was written after it is lost", linked("backup", &plan.backups[*backup].header)))
            }
            Action::Manual(how) => ("By hand", format!("{} (claimed by the author)", book.cell(how))),
            Action::Code(_) => ("Yes, says its author", "by the undo script in the plan (claimed by the author)".to_owned()),
            Action::Edit { path, .. } => ("Yes, says its author", format!("by writing {} back (claimed by the author)", code(path))),
            Action::Set { flag, value, .. } => ("Yes", format!("set {} to {}", text(&plan.flags[*flag].header.title), code(value))),
            Action::Deploy { release, .. } => {
                ("Yes, says its author", format!("deploy {} (claimed by the author)", text(&plan.releases[*release].header.title)))
            }
        },
    }
}

fn recovery(book: &Book, way: &Recover) -> String {
    let plan = book.plan;
    match way {
        Recover::Restore(backup) => {
            format!("restore {}; what was written after it is lost", linked("backup", &plan.backups[*backup].header))
        }
        Recover::Run(scenario) => format!("run {}", linked("scenario", &plan.scenarios[*scenario].header)),
        Recover::Forward(how) => format!("only forward: {}", text(how)),
    }
}

/// Which scenarios take it back, and what ends them.
fn until(book: &Book, change: Id<Change>) -> String {
    let plan = book.plan;
    let mut lines: Vec<String> = Vec::new();
    for (id, scenario) in book.scenarios() {
        if !book.undone_by(id).contains(&change) {
            continue;
        }
        let ends: Vec<String> = scenario
            .applies
            .iter()
            .flat_map(|clause| {
                let until = clause.until.as_ref().map(|until| format!("{} starts", book.moment(until.value)));
                let within = clause.within.as_ref().map(|(time, of)| format!("{} after {}", duration(time.value), book.moment(of.value)));
                [until, within]
            })
            .flatten()
            .collect();
        let end = match (ends.is_empty(), &plan.retain) {
            (false, _) => ends.join(" or "),
            (true, Some(retain)) => format!("{} after the last phase", duration(retain.value)),
            (true, None) => "no end stated".to_owned(),
        };
        lines.push(format!("{end}: {}", linked("scenario", &scenario.header)));
    }
    if lines.is_empty() {
        return "**no scenario takes it back**".to_owned();
    }
    lines.join("<br>")
}
