//! Where the way back ends, and where no scenario applies: said before anybody stands there.

use crate::graph::Position;

use super::Book;
use super::markdown::text;
use super::words::{and, linked};

/// Returns a line for each thing that is worth knowing before the forward run gets there.
pub fn lines(book: &Book) -> Vec<String> {
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
