//! The formatter: a tree back to text, in the one way to write it.
//!
//! Owns indentation, blank lines, the breaks in lists and blocks. Knows no keyword: a statement is its parts and its
//! block, whatever it says, so a new statement needs nothing here. It never reorders (the order of `undo A, B` stays
//! the author's), never aligns, and leaves alone what did not parse.
//!
//! - two spaces a level; one statement a line; one blank between parts; `, ` in lists; LF; a final newline
//! - a list keeps the line breaks that it was written with, and gets further ones where it would pass 120 columns
//! - `{ … }` stays on one line if it was written so, holds one statement and fits
//! - at most one blank line between statements, none at a block's edges; between top-level declarations there is one
//!   unless both stand on one line and begin with the same keyword
//! - a fence moves as a whole: its body keeps its text, whatever its statement's indentation becomes

mod fence;
mod statement;
mod trivia;
mod writer;

use crate::source::{FileId, Sources};
use crate::syntax::tree::{Statement, Tree};

use writer::Writer;

/// Returns the formatted text of `file`, which `tree` was parsed from; the text itself where something stands between
/// declarations that is none.
pub fn format(sources: &Sources, file: FileId, tree: &Tree) -> String {
    let text = &sources.file(file).text;
    if !trivia::is_all_between(text, 0..text.len(), &tree.statements) {
        return text.clone();
    }
    let mut writer = Writer::new(text);
    let mut previous: Option<(&str, bool)> = None;
    for statement in &tree.statements {
        let formatted = formatted(text, statement);
        let keyword = &text[statement.keyword.range()];
        let single = !formatted.trim_end().contains('\n');
        let apart = previous.is_some_and(|(word, was_single)| word != keyword || !was_single || !single);
        trivia::before(&mut writer, &statement.before, 0, previous.is_none(), apart);
        writer.push(&formatted);
        previous = Some((keyword, single));
    }
    trivia::end(&mut writer, &tree.end, 0, previous.is_none());
    writer.finish()
}

fn formatted(text: &str, statement: &Statement) -> String {
    let mut writer = Writer::new(text);
    statement::write(&mut writer, statement, 0);
    writer.finish()
}

#[cfg(test)]
mod tests;
