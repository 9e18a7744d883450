//! Comments and blank lines between statements.

use crate::syntax::tree::{Comment, Statement, Trivia};

use super::writer::Writer;

/// Writes what stands before a statement. Nothing blank comes `first` in a file or block; `apart` asks for a blank line
/// where none was written: before the comments, which belong to what follows them.
pub fn before(writer: &mut Writer, trivia: &Trivia, indent: usize, first: bool, apart: bool) {
    let written = trivia.blank || trivia.comments.iter().any(|comment| comment.blank);
    let wanted = apart && !written;
    comments(writer, trivia, indent, first, wanted);
    let alone = trivia.comments.is_empty();
    if (trivia.blank && !(alone && first)) || (wanted && alone) {
        writer.newline();
    }
}

/// Writes what stands between the last statement and the block's or the file's end.
pub fn end(writer: &mut Writer, trivia: &Trivia, indent: usize, first: bool) {
    comments(writer, trivia, indent, first, false);
}

/// Tells whether nothing but blanks and comments stands between the statements of `range`. What the parser passed over (a
/// brace that closes nothing) is in no statement, and would be lost.
pub fn is_all_between(source: &str, range: std::ops::Range<usize>, statements: &[Statement]) -> bool {
    let starts = statements.iter().map(|statement| statement.span.start as usize).chain([range.end]);
    let ends = [range.start].into_iter().chain(statements.iter().map(|statement| statement.span.end as usize));
    ends.zip(starts).all(|(end, start)| {
        let gap = source.get(end..start).unwrap_or("?");
        let gap = if end == 0 { gap.trim_start_matches('\u{FEFF}') } else { gap };
        gap.lines().all(|line| line.split('#').next().is_none_or(|code| code.trim().is_empty()))
    })
}

/// Returns a comment's text, from its `#`.
pub fn comment<'t>(writer: &Writer<'t>, comment: Comment) -> &'t str {
    writer.source[comment.span.range()].trim_end()
}

fn comments(writer: &mut Writer, trivia: &Trivia, indent: usize, first: bool, apart: bool) {
    for (index, line) in trivia.comments.iter().enumerate() {
        if (line.blank && !(first && index == 0)) || (apart && index == 0) {
            writer.newline();
        }
        writer.indent(indent);
        writer.push(comment(writer, *line));
        writer.newline();
    }
}
