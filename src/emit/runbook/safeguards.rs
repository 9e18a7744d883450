//! Safeguards: what is saved, where it lies, how long, and who brings it back; what is written down to compare with; who and
//! what can hold a step back.

use std::collections::BTreeSet;

use crate::analysis::program::{Item, Node, Work, items};
use crate::plan::check::Check;
use crate::plan::id::Id;
use crate::plan::scenario::Need;
use crate::plan::target::Backup;
use crate::plan::value::Place;

use super::Book;
use super::markdown::{Page, Table, code, place as anchor_at, text};
use super::words::{anchor, duration, linked, place};

/// Writes a table for each kind of safeguard.
pub fn write(book: &Book, page: &mut Page) {
    backups(book, page);
    baselines(book, page);
    gates(book, page);
}

fn backups(book: &Book, page: &mut Page) {
    let plan = book.plan;
    let mut table = Table::new(&["Backup", "Of", "Where", "Kept", "Taken", "How", "Restored by", "Restoring takes"]);
    for ((_, backup), uses) in plan.backups.iter().zip(Uses::of(book)) {
        let tables: Vec<String> = backup.tables.iter().map(|table| code(&table.value)).collect();
        let of = linked("target", &plan.targets[backup.of.value].header);
        let mut file = artifact(&backup.header.name, backup.file.as_ref().map(|file| &file.value));
        if backup.copy.is_some() {
            file += "<br>and a copy elsewhere";
        }
        if backup.encrypt.is_some() {
            file += "<br>encrypted";
        }
        table.row([
            format!("{}{}<br>{}", anchor_at(&anchor("backup", &backup.header.name)), text(&backup.header.title), code(&backup.header.name)),
            if tables.is_empty() { of } else { format!("{of}, only {}", tables.join(", ")) },
            file,
            backup.keep.as_ref().map_or("*not stated*".to_owned(), |keep| duration(keep.value)),
            or_none(uses.taken, "**never taken in this plan**"),
            backup.method.as_ref().map_or("the plan's own scripts".to_owned(), |method| code(method.value.words())),
            or_none(uses.restored, "no scenario"),
            backup.restore_takes.as_ref().map_or("*no estimate*".to_owned(), |takes| duration(takes.value)),
        ]);
    }
    let table = table.finish();
    if !table.is_empty() {
        page.plain_heading(3, "Backups");
        page.block(&table);
        page.block("*RUN* is the id of the run that took it; `./rollback check` names the file that a restore uses.");
        book.remarks_of(plan.backups.iter().map(|(_, backup)| &backup.header), page);
    }
}

/// Where each take of a backup lies.
fn artifact(name: &str, file: Option<&Place>) -> String {
    let path = match file {
        None => format!("backups/{name}"),
        Some(Place::Literal(path)) => path.clone(),
        Some(variable @ Place::Variable(_)) => return format!("{}<br>as taken: with *.RUN* before its ending", place(variable)),
    };
    let (folder, last) = path.rsplit_once('/').map_or((String::new(), path.as_str()), |(folder, last)| (format!("{folder}/"), last));
    let last = match last.rsplit_once('.').filter(|(stem, _)| !stem.is_empty()) {
        Some((stem, ending)) => format!("{stem}.RUN.{ending}"),
        None => format!("{last}.RUN"),
    };
    let below = if path.starts_with('/') { "" } else { "state/" };
    let taken = code(&format!("{below}{folder}{last}"));
    if file.is_some() { format!("{}<br>as taken: {taken}", code(&path)) } else { taken }
}

/// Writes which answers are kept to be compared with later.
fn baselines(book: &Book, page: &mut Page) {
    let mut table = Table::new(&["Kept answer", "When", "Compared in"]);
    let mut rows: Vec<(Id<Check>, Vec<String>)> = Vec::new();
    for node in &book.facts.forward.nodes {
        let Node::Phase { phase, nodes } = node else { continue };
        for item in items(nodes) {
            let Work::Capture(check) = item.work else { continue };
            let at = linked("phase", &book.plan.phases[*phase].header);
            match rows.iter_mut().find(|(known, _)| *known == check) {
                Some((_, places)) if places.contains(&at) => {}
                Some((_, places)) => places.push(at),
                None => rows.push((check, vec![at])),
            }
        }
    }
    let mut compared: Vec<BTreeSet<Id<Check>>> = Vec::new();
    for (id, _) in book.scenarios() {
        let asks = |item: &&Item<'_>| {
            let own = if let Work::Verify(check) | Work::Show(check) = item.work { Some(check) } else { None };
            own.into_iter().chain(item.verify.iter().copied()).collect::<Vec<_>>()
        };
        compared.push(book.program(id).items().iter().flat_map(asks).collect());
    }
    for (check, places) in rows {
        let uses = book.scenarios().zip(&compared).filter(|(_, asked)| asked.contains(&check));
        let uses: Vec<String> = uses.map(|((_, scenario), _)| linked("scenario", &scenario.header)).collect();
        table.row([linked("check", &book.plan.checks[check].header), places.join("<br>"), uses.join("<br>")]);
    }
    let table = table.finish();
    if !table.is_empty() {
        page.plain_heading(3, "Kept to compare with");
        page.block(&table);
    }
}

/// Writes where a person or a check can hold something back.
fn gates(book: &Book, page: &mut Page) {
    let plan = book.plan;
    let mut table = Table::new(&["Before", "Asked", "Who"]);
    let asked = |needs: &[Need]| book.needs(needs).join("<br>");
    if !plan.needs.is_empty() {
        table.row(["every scenario".to_owned(), asked(&plan.needs), String::new()]);
    }
    for id in book.graph.order() {
        let change = &plan.changes[*id];
        let mut what: Vec<String> = change.confirm.iter().map(|confirm| format!("confirm: {}", book.words(confirm))).collect();
        what.extend(book.needs(&change.needs));
        if !what.is_empty() {
            let by = change.by.map_or(String::new(), |by| linked("role", &plan.roles[by.value].header));
            table.row([linked("change", &change.header), what.join("<br>"), by]);
        }
    }
    for (_, decision) in plan.decisions.iter() {
        let by = linked("role", &plan.roles[decision.by.value].header);
        table.row([format!("what follows {}", linked("decision", &decision.header)), "the decision".to_owned(), by]);
    }
    for (id, scenario) in plan.scenarios.iter() {
        let approval = scenario.approve.as_ref().map(|approval| book.approver(approval));
        if approval.is_some() || !scenario.needs.is_empty() {
            let mut what = book.needs(&scenario.needs);
            what.extend(approval.is_some().then(|| "approval".to_owned()));
            table.row([linked("scenario", &scenario.header), what.join("<br>"), approval.unwrap_or_default()]);
        }
        if book.is_part(id) {
            continue;
        }
        for item in book.program(id).items() {
            let mut what: Vec<String> = item.confirm.iter().map(|confirm| format!("confirm: {}", book.words(confirm))).collect();
            what.extend(book.needs(item.needs));
            if !what.is_empty() {
                let place = format!("“{}” in {}", text(&item.title), linked("scenario", &scenario.header));
                table.row([place, what.join("<br>"), book.doer(item)]);
            }
        }
    }
    let table = table.finish();
    if !table.is_empty() {
        page.plain_heading(3, "What holds a step back");
        page.block(&table);
    }
}

fn or_none(lines: Vec<String>, none: &str) -> String {
    if lines.is_empty() { none.to_owned() } else { lines.join("<br>") }
}

/// By backup: where it is taken, and who restores it. Each program is walked once.
#[derive(Clone, Default)]
struct Uses {
    taken: Vec<String>,
    /// The scenarios that restore it, with the role whose step it is.
    restored: Vec<String>,
}

impl Uses {
    fn of(book: &Book) -> Vec<Uses> {
        let mut uses = vec![Uses::default(); book.plan.backups.len()];
        for node in &book.facts.forward.nodes {
            let Node::Phase { phase, nodes } = node else { continue };
            for backup in takes(&items(nodes)) {
                uses[backup.index()].taken.push(format!("in phase “{}”", text(&book.plan.phases[*phase].header.title)));
            }
        }
        for (id, scenario) in book.scenarios() {
            let items = book.program(id).items();
            let scenario = linked("scenario", &scenario.header);
            for backup in takes(&items) {
                uses[backup.index()].taken.push(format!("in {scenario}"));
            }
            for item in items {
                if let Work::Restore(backup) = item.work {
                    let by = item.by.map_or("the operator".to_owned(), |role| linked("role", &book.plan.roles[role].header));
                    uses[backup.index()].restored.push(format!("{by} in {scenario}"));
                }
            }
        }
        uses.iter_mut().for_each(|uses| uses.restored.dedup());
        uses
    }
}

fn takes(items: &[&Item<'_>]) -> BTreeSet<Id<Backup>> {
    let taken = |item: &&Item<'_>| if let Work::Take(backup) = item.work { Some(backup) } else { None };
    items.iter().filter_map(taken).collect()
}
