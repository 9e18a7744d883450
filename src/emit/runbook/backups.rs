//! Backups: what was saved, where it lies, how long, and who brings it back.

use crate::analysis::program::{Node, Work, items};
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
    for (id, backup) in plan.backups.iter() {
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
            or_none(taken(book, id), "**never taken in this plan**"),
            backup.method.as_ref().map_or("the plan's own scripts".to_owned(), |method| code(method.value.words())),
            or_none(restored(book, id), "no scenario"),
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

fn taken(book: &Book, backup: Id<Backup>) -> Vec<String> {
    let mut lines = Vec::new();
    for node in &book.facts.forward.nodes {
        let Node::Phase { phase, nodes } = node else { continue };
        if items(nodes).iter().any(|item| matches!(item.work, Work::Take(taken) if taken == backup)) {
            lines.push(format!("in phase “{}”", text(&book.plan.phases[*phase].header.title)));
        }
    }
    for (id, scenario) in book.scenarios() {
        if book.program(id).items().iter().any(|item| matches!(item.work, Work::Take(taken) if taken == backup)) {
            lines.push(format!("in {}", linked("scenario", &scenario.header)));
        }
    }
    lines
}

/// The scenarios that restore it, with the role whose step it is.
fn restored(book: &Book, backup: Id<Backup>) -> Vec<String> {
    let mut lines = Vec::new();
    for (id, scenario) in book.scenarios() {
        for item in book.program(id).items() {
            if matches!(item.work, Work::Restore(restored) if restored == backup) {
                let by = item.by.map_or("the operator".to_owned(), |role| linked("role", &book.plan.roles[role].header));
                lines.push(format!("{by} in {}", linked("scenario", &scenario.header)));
            }
        }
    }
    lines.dedup();
    lines
}
