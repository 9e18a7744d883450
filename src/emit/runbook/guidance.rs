//! Guidance: what the chosen profiles ask for, and where this plan answers it.

use crate::profile::{Answered, Coverage, Place, Row};

use super::Book;
use super::markdown::{Page, Table, code, link, text};
use super::words::anchor;

/// How many places stand in a cell; a long list answers no better.
const SHOWN: usize = 6;

/// Writes a table for each profile.
pub fn write(book: &Book, page: &mut Page) {
    for coverage in book.guidance {
        page.plain_heading(3, &text(coverage.profile.title));
        page.block(&format!("{} After: {}.", summary(coverage), text(coverage.profile.source)));
        let mut table = Table::new(&["Asked for", "Answered", "Where"]);
        for row in &coverage.rows {
            table.row([text(row.requirement.asks), answered(row).to_owned(), places(row)]);
        }
        page.block(&table.finish());
    }
}

/// In a word.
fn answered(row: &Row) -> &'static str {
    match row.answered() {
        Answered::Yes => "yes",
        Answered::InPart => "in part",
        Answered::No => "**no**",
        Answered::Outside => "*not by a plan*",
    }
}

fn summary(coverage: &Coverage) -> String {
    let count = |what: Answered| coverage.rows.iter().filter(|row| row.answered() == what).count();
    let (can, whole, part) = (coverage.rows.len() - count(Answered::Outside), count(Answered::Yes), count(Answered::InPart));
    format!("Of {can} requirements that a plan can answer, this one answers {whole}, and {part} in part.")
}

fn places(row: &Row) -> String {
    let answer = &row.answer;
    let mut lines: Vec<String> = answer.places.iter().take(SHOWN).map(place).collect();
    if answer.places.len() > SHOWN {
        lines.push(format!("and {} more", answer.places.len() - SHOWN));
    }
    lines.extend(answer.missing.iter().take(SHOWN).map(|missing| format!("*missing:* {}", coded(&missing.text))));
    if answer.missing.len() > SHOWN {
        lines.push(format!("and {} more are missing", answer.missing.len() - SHOWN));
    }
    lines.extend(row.against.iter().map(|rule| format!("*but* `{rule}` found something")));
    lines.join("<br>")
}

fn place(place: &Place) -> String {
    match place {
        Place::Declared { kind, name, title } => link(&text(title), &anchor(kind, name)),
        Place::Said(said) => text(said),
    }
}

/// What rbk itself says, with code between backticks.
fn coded(said: &str) -> String {
    let parts = said.split('`').enumerate();
    parts.map(|(index, part)| if index % 2 == 1 { code(part) } else { part.to_owned() }).collect()
}
