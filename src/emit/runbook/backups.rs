//! Backups: what was saved, where it lies, how long, and who brings it back.

use std::collections::BTreeSet;

use crate::analysis::program::{Item, Node, Work, items};
use crate::plan::id::Id;
use crate::plan::target::Backup;

use super::Book;
use super::markdown::{Page, Table, code, text};
use super::words;
use super::words::{duration, linked, place};

/// Writes the table, and beneath it what each backup does beyond saving.
pub fn write(book: &Book, page: &mut Page) {
    let plan = book.plan;
    let mut table = Table::new(&["Backup", "Of", "Where", "Kept", "Taken", "How", "Restored by", "Restoring takes"]);
    for ((_, backup), uses) in plan.backups.iter().zip(Uses::of(book)) {
        let tables: Vec<String> = backup.tables.iter().map(|table| code(&table.value)).collect();
        let of = linked("target", &plan.targets[backup.of.value].header);
        let mut file = backup.file.as_ref().map_or(String::new(), |file| place(&file.value));
        if backup.copy.is_some() {
            file += "<br>and a copy elsewhere";
        }
        if backup.encrypt.is_some() {
            file += "<br>encrypted";
        }
        table.row([
            format!(
                "<a id=\"{}\"></a>{}<br>{}",
                words::anchor("backup", &backup.header.name),
                text(&backup.header.title),
                code(&backup.header.name)
            ),
            if tables.is_empty() { of } else { format!("{of}, only {}", tables.join(", ")) },
            file,
            backup.keep.as_ref().map_or("*not stated*".to_owned(), |keep| duration(keep.value)),
            or_none(uses.taken, "**never taken in this plan**"),
            backup.method.as_ref().map_or("the plan's own scripts".to_owned(), |method| code(method.value.words())),
            or_none(uses.restored, "no scenario"),
            backup.restore_takes.as_ref().map_or("*no estimate*".to_owned(), |takes| duration(takes.value)),
        ]);
    }
    page.block(&table.finish());
    for (_, backup) in plan.backups.iter() {
        book.remarks(&backup.header.notes, &backup.header.links, page);
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
