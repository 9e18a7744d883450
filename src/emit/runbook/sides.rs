//! What comes back of each change on a database: its schema, its data; and whether the code can be rolled back alone.

use crate::analysis::{Fit, Side, Standing};
use crate::plan::change::Change;
use crate::plan::id::Id;

use super::Book;
use super::markdown::{Page, Table, code, link, named, text};
use super::words::anchor;

/// Writes the table; nothing where every change lies outside databases.
pub fn write(book: &Book, page: &mut Page) {
    let mut table = Table::new(&["Change", "Schema", "Data", "Old application on the changed database"]);
    for id in book.graph.order().iter().filter(|id| book.facts.sides(**id).alone.standing != Fit::NoDatabase) {
        table.row(row(book, *id));
    }
    let table = table.finish();
    if !table.is_empty() {
        page.plain_heading(3, "What comes back");
        page.block("As far as the code of the changes and the plan tell; the third side says whether the code can be rolled back alone.");
        page.block(&table);
    }
}

fn row(book: &Book, id: Id<Change>) -> [String; 4] {
    let (header, sides) = (&book.plan.changes[id].header, book.facts.sides(id));
    let fit = match sides.alone.standing {
        Fit::Works => "works",
        Fit::Breaks => "**breaks**",
        Fit::Unknown => "**unknown**",
        Fit::NoDatabase => "",
    };
    let change = link(&text(&header.title), &anchor("change", &header.name));
    [change, side(&sides.schema), side(&sides.data), lines(fit, &sides.alone.reasons, &[])]
}

fn side(side: &Side) -> String {
    let words = match side.standing {
        Standing::Untouched => "not touched",
        Standing::Returns => "comes back",
        Standing::Claimed => "comes back (claimed by the author)",
        Standing::Lost => "**lost**",
        Standing::Unknown => "**unknown**",
    };
    lines(words, &side.reasons, &side.decays)
}

fn lines(words: &str, reasons: &[String], decays: &[String]) -> String {
    let mut lines = vec![words.to_owned()];
    lines.extend(reasons.iter().map(|reason| named(reason, &code)));
    lines.extend(decays.iter().map(|decay| format!("in time: {}", named(decay, &code))));
    lines.join("<br>")
}
