//! "Can it be rolled back?": each change, how it is taken back and on whose word; what can't be; where the way back ends.

use crate::analysis::Answer;
use crate::analysis::program::{Direction, Item};
use crate::plan::action::Action;
use crate::plan::change::{Change, Recover, Undo};
use crate::plan::id::Id;
use crate::plan::people::Moment;
use crate::plan::scenario::Scenario;

use super::markdown::{Page, Table, code, fence, link, named, place, text};
use super::words::{anchor, linked};
use super::{Book, sides, uncovered};

/// Writes the table, what can't be undone, and beneath it where the ability to go back ends.
pub fn write(book: &Book, page: &mut Page) {
    let plan = book.plan;
    let scenarios = scenarios(book);
    let mut table = Table::new(&["Change", "Can it be rolled back?", "How", "By which scenario"]);
    for id in book.graph.order() {
        let change = &plan.changes[*id];
        let by: Vec<String> = scenarios[id.index()].iter().map(|id| linked("scenario", &plan.scenarios[*id].header)).collect();
        table.row([
            format!("{}{}<br>{}", place(&anchor("change", &change.header.name)), text(&change.header.title), code(&change.header.name)),
            answer(book, *id),
            how(book, *id),
            if by.is_empty() { "**no scenario takes it back**".to_owned() } else { by.join("<br>") },
        ]);
    }
    let table = table.finish();
    if !table.is_empty() {
        page.block(&format!(
            "In the order in which they are made. They are taken back in the opposite order. How long a scenario applies stands in {}.",
            link("Which scenario?", "which-scenario")
        ));
        page.block(&table);
        sides::write(book, page);
        irreversible(book, page);
        page.list(&uncovered::edges(book));
        impacts(book, page);
        replaced(book, page);
    }
}

/// Writes what can't be undone: what it destroys, and what helps.
fn irreversible(book: &Book, page: &mut Page) {
    let plan = book.plan;
    let mut table = Table::new(&["Change", "Destroys", "What it means for users", "What helps", "From"]);
    for id in book.graph.order() {
        let change = &plan.changes[*id];
        let lossy = match &book.facts.verdict(*id).answer {
            Answer::Lossy(objects) => objects.as_slice(),
            _ if change.irreversible.is_some() => &[],
            _ => continue,
        };
        let mut objects: Vec<String> = lossy.iter().map(|object| code(object)).collect();
        for object in change.effects.destroys.iter().map(|object| code(&object.value)) {
            if !objects.contains(&object) {
                objects.push(object);
            }
        }
        table.row([
            link(&text(&change.header.title), &anchor("change", &change.header.name)),
            objects.join("<br>"),
            if change.impacts.is_empty() { "*not stated*".to_owned() } else { book.cell(&change.impacts) },
            recover(book, change),
            book.starts(Moment::Change(*id)).map_or(String::new(), |at| text(&book.clock.when(at))),
        ]);
    }
    let table = table.finish();
    if !table.is_empty() {
        page.plain_heading(3, "Irreversible changes");
        page.block(&table);
    }
}

/// What an author names as help, best first.
fn recover(book: &Book, change: &Change) -> String {
    let plan = book.plan;
    let ways = change.recover.iter().map(|way| match &way.value {
        Recover::Restore(backup) => format!("restore {}", linked("backup", &plan.backups[*backup].header)),
        Recover::Run(scenario) => format!("run {}", linked("scenario", &plan.scenarios[*scenario].header)),
        Recover::Forward(how) => format!("go forward: {}", book.words(how)),
    });
    let ways: Vec<String> = ways.collect();
    if ways.is_empty() { "nothing that the plan says".to_owned() } else { ways.join("<br>or ") }
}

/// Writes what the other changes mean for users.
fn impacts(book: &Book, page: &mut Page) {
    let stands_above =
        |id: &Id<Change>| book.plan.changes[*id].irreversible.is_some() || matches!(book.facts.verdict(*id).answer, Answer::Lossy(_));
    let mut lines = Vec::new();
    for id in book.graph.order().iter().filter(|id| !stands_above(id)) {
        let change = &book.plan.changes[*id];
        lines.extend(change.impacts.iter().map(|impact| book.labelled(&text(&change.header.title), impact)));
    }
    if !lines.is_empty() {
        page.block("What the changes mean for users:");
        page.list(&lines);
    }
}

/// Writes the undos that no scenario carries out, since a restore takes their changes back with it.
fn replaced(book: &Book, page: &mut Page) {
    let plan = book.plan;
    let items: Vec<&Item> = book.scenarios().flat_map(|(id, _)| book.program(id).items()).collect();
    let own = |id| items.iter().any(|item| item.change == Some((id, Direction::Undo)));
    let covered = |id| items.iter().any(|item| item.undoes.contains(&id));
    let mut undos = Page::default();
    for id in book.graph.order().iter().rev().filter(|id| !own(**id) && covered(**id)) {
        let change = &plan.changes[*id];
        let Undo::Action(action) = &change.undo else { continue };
        let words = match action.as_ref() {
            Action::Code(code) => fence(code.language.word(), &code.text),
            Action::Manual(prose) => book.prose(prose),
            _ => continue,
        };
        undos.block(&format!("**{}** ({})", text(&change.header.title), code(&change.header.name)));
        undos.block(&words);
    }
    if !undos.is_empty() {
        page.plain_heading(3, "Undos that a restore stands for");
        page.block("No scenario carries these out: a restore takes their changes back with it. They are for the night on which the restore can't be done: latest first, each only if its change was begun, and none below an irreversible change that was.");
        page.block(&undos.finish());
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
    // It names objects too, which are nobody's declarations.
    let mut reason = named(&verdict.reason, &code);
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
            Recover::Forward(how) => lines.push(format!("or go forward: {}", book.words(how))),
            Recover::Restore(_) | Recover::Run(_) => {}
        }
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
