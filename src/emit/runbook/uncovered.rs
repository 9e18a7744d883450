//! "What this plan does not cover": where the way back ends, what nothing proves, what nobody stated. Said before anybody
//! stands there.

use std::collections::BTreeSet;

use crate::analysis::Answer;
use crate::analysis::program::{Item, Work, items};
use crate::graph::Position;
use crate::plan::Prose;
use crate::plan::id::Id;
use crate::plan::target::{Method, Target, TargetKind};

use super::Book;
use super::markdown::{Page, link, text};
use super::words::{anchor, and, linked};

/// Writes the list.
pub fn write(book: &Book, page: &mut Page) {
    if book.plan.phases.is_empty() && book.plan.scenarios.is_empty() {
        return;
    }
    let mut lines = edges(book);
    lines.extend(retention(book));
    lines.extend(unproved(book));
    lines.extend(unasked(book));
    lines.extend(without_estimate(book));
    lines.extend(without_backup(book));
    lines.extend(methods(book));
    lines.extend(limits(book));
    page.list(&lines);
}

/// What scenarios can't do, each limit once.
fn limits(book: &Book) -> Vec<String> {
    let mut limits: Vec<(&Prose, Vec<String>)> = Vec::new();
    for (_, scenario) in book.scenarios() {
        for limit in &scenario.limits {
            let name = linked("scenario", &scenario.header);
            match limits.iter_mut().find(|(known, _)| known.text == limit.text) {
                Some((_, names)) => names.push(name),
                None => limits.push((limit, vec![name])),
            }
        }
    }
    limits.into_iter().map(|(limit, names)| book.labelled(&and(&names), limit)).collect()
}

/// Returns a line for each point from which on less is possible than before.
pub fn edges(book: &Book) -> Vec<String> {
    let facts = book.facts;
    let mut lines = Vec::new();
    let end = facts.no_return;
    if let Some(from) = end.without_loss.filter(|from| end.at_all != Some(*from)) {
        lines.push(format!("**Point of no return without loss:** from {} on, every way back loses something", edge(book, from)));
    }
    if let Some(from) = end.at_all {
        let forward: Vec<String> = book
            .scenarios()
            .filter(|(id, scenario)| scenario.goes_forward.is_some() && facts.applies(*id).end > from)
            .map(|(_, scenario)| linked("scenario", &scenario.header))
            .collect();
        let only = if forward.is_empty() { String::new() } else { format!("; only forward: {}", and(&forward)) };
        lines.push(format!("**Point of no return:** from {} on, no scenario leads back{only}", edge(book, from)));
    }
    let count = book.graph.positions().len();
    for gap in &facts.uncovered {
        let until = if gap.end < count { format!(" until {}", edge(book, gap.end)) } else { " on".to_owned() };
        lines.push(format!("**No scenario applies** from {}{until}", edge(book, gap.start)));
    }
    lines
}

/// Where a position, by its index, begins.
fn edge(book: &Book, position: usize) -> String {
    let title = |change| text(&book.plan.changes[change].header.title);
    match book.graph.positions().get(position) {
        Some(Position::During(change)) => format!("the start of “{}”", title(*change)),
        Some(Position::After(change)) => format!("the end of “{}”", title(*change)),
        Some(Position::Before) | None => "the beginning".to_owned(),
    }
}

/// What nothing is promised after.
fn retention(book: &Book) -> Option<String> {
    book.scenarios().next()?;
    match (&book.plan.retain, book.end_of_retention()) {
        (None, _) => Some("**How long one can go back** is not stated".to_owned()),
        (Some(_), Some(at)) => Some(format!("**Nothing is promised** from {} on", text(&book.clock.when(at)))),
        (Some(_), None) => None,
    }
}

/// The ways back that rest on their author's word, or on nothing.
fn unproved(book: &Book) -> Vec<String> {
    let named = |wanted: &dyn Fn(&Answer) -> bool| -> Vec<String> {
        let answers = book.graph.order().iter().filter(|id| wanted(&book.facts.verdict(**id).answer));
        answers.map(|id| change(&book.plan.changes[*id].header)).collect()
    };
    let mut lines = Vec::new();
    let claimed = named(&|answer| matches!(answer, Answer::Claimed | Answer::Manual | Answer::Run(_)));
    if !claimed.is_empty() {
        lines.push(format!("**Nothing proves**, but their author says so, that this takes back what it should: {}", claimed.join("; ")));
    }
    let unknown = named(&|answer| matches!(answer, Answer::Unknown) || matches!(answer, Answer::Restore(backups) if !backups.covers));
    if !unknown.is_empty() {
        lines.push(format!("**Unknown** is how this is taken back: {}", unknown.join("; ")));
    }
    lines
}

fn change(header: &crate::plan::Header) -> String {
    link(&text(&header.title), &anchor("change", &header.name))
}

/// What a person does and no check looks at.
fn unasked(book: &Book) -> Option<String> {
    let mut seen: BTreeSet<&str> = BTreeSet::new();
    let mut titles: Vec<String> = Vec::new();
    for item in scenario_items(book) {
        if matches!(item.work, Work::Manual(_)) && item.verify.is_empty() && seen.insert(&item.title) {
            titles.push(text(&item.title));
        }
    }
    (!titles.is_empty()).then(|| format!("**No check looks at** what a person did here: {}", titles.join("; ")))
}

fn without_estimate(book: &Book) -> Option<String> {
    let scenarios: Vec<String> = book
        .scenarios()
        .filter(|(id, _)| !book.facts.time(*id).unknown.is_empty())
        .map(|(id, scenario)| {
            let unknown: BTreeSet<&String> = book.facts.time(id).unknown.iter().collect();
            let items = book.program(id).items();
            let titles: Vec<String> =
                items.iter().filter(|item| unknown.contains(&item.id)).map(|item| format!("“{}”", text(&item.title))).collect();
            format!("{} ({})", linked("scenario", &scenario.header), titles.join(", "))
        })
        .collect();
    (!scenarios.is_empty()).then(|| format!("**Nobody says how long** some steps take: {}", scenarios.join("; ")))
}

/// The databases that the plan changes and of which it saves nothing.
fn without_backup(book: &Book) -> Option<String> {
    let plan = book.plan;
    let saved: BTreeSet<Id<Target>> = plan.backups.iter().map(|(_, backup)| backup.of.value).collect();
    let changed: BTreeSet<Id<Target>> = plan.changes.iter().filter_map(|(_, change)| change.on.map(|on| on.value)).collect();
    let bare: Vec<String> = changed
        .difference(&saved)
        .filter(|target| plan.targets[**target].kind.value.is_database())
        .map(|target| linked("target", &plan.targets[*target].header))
        .collect();
    (!bare.is_empty()).then(|| format!("**No backup** is there of {}, which the plan changes", and(&bare)))
}

/// What the methods of the plan's backups do not save.
fn methods(book: &Book) -> Vec<String> {
    let plan = book.plan;
    let mut lines: Vec<(&str, Vec<String>)> = Vec::new();
    for (_, backup) in plan.backups.iter() {
        let Some(method) = &backup.method else { continue };
        let kind = plan.targets[backup.of.value].kind.value;
        let gaps = match method.value {
            Method::PgDumpCustom | Method::PgDumpDirectory | Method::PgDumpPlain if backup.tables.is_empty() => {
                "settings, owner and grants of the database itself, roles, tablespaces, subscriptions, planner statistics"
            }
            Method::PgDumpCustom | Method::PgDumpDirectory | Method::PgDumpPlain => "functions and types that the tables use",
            Method::TableCopy => match kind {
                TargetKind::Postgres => "anything but rows, and sequences that belong to columns",
                TargetKind::Sqlite => "anything but rows, row ids and `AUTOINCREMENT`",
                _ => "anything but rows",
            },
            Method::Mysqldump | Method::MariadbDump => "accounts and their rights, and settings of the server",
            Method::Sqlite => continue,
        };
        let name = linked("backup", &backup.header);
        match lines.iter_mut().find(|(known, _)| *known == gaps) {
            Some((_, names)) => names.push(name),
            None => lines.push((gaps, vec![name])),
        }
    }
    lines.into_iter().map(|(gaps, names)| format!("**Restoring** {} does not bring back {gaps}", and(&names))).collect()
}

fn scenario_items<'b>(book: &'b Book) -> Vec<&'b Item<'b>> {
    book.scenarios().flat_map(|(id, _)| items(&book.program(id).nodes)).collect()
}
