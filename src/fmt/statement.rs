//! One statement: its parts on a line, its list over several, its block.

use crate::syntax::tree::{Block, Part, PartKind, Statement, StatementKind};

use super::fence;
use super::trivia;
use super::writer::{WIDTH, Writer, normalized};

/// How far a block's statements, and a list's further lines, are indented.
const BLOCK: usize = 2;
const CONTINUED: usize = 4;

/// Writes a statement and the end of its line.
pub fn write(writer: &mut Writer, statement: &Statement, indent: usize) {
    if is_left_alone(writer.source, statement) {
        verbatim(writer, statement, indent);
    } else {
        writer.indent(indent);
        head(writer, statement, indent);
        if let Some(block) = &statement.block {
            self::block(writer, block, indent);
        }
    }
    if let Some(comment) = statement.trailing.filter(|comment| comment.span.start >= statement.span.end) {
        writer.push(" ");
        writer.push(trivia::comment(writer, comment));
    }
    writer.newline();
}

/// Tells whether a statement did not parse, lacks its closing brace, or holds what is in none of its parts.
fn is_left_alone(source: &str, statement: &Statement) -> bool {
    let head = statement.parts.last().map_or(statement.keyword.end, |part| part.span.end);
    let (end, whole) = match &statement.block {
        None => (head, true),
        Some(block) => {
            let inside = block.span.start as usize + 1..(block.span.end as usize).saturating_sub(1);
            let closed = source[block.span.range()].ends_with('}');
            (block.span.end, closed && trivia::is_all_between(source, inside, &block.statements))
        }
    };
    statement.kind == StatementKind::Junk || !whole || end != statement.span.end
}

/// Writes a statement as it stands, with the indentation that it has where it is the first of its line.
fn verbatim(writer: &mut Writer, statement: &Statement, indent: usize) {
    let source = writer.source;
    let start = statement.span.start as usize;
    let line = &source[source[..start].rfind('\n').map_or(0, |newline| newline + 1)..start];
    if line.bytes().all(|byte| matches!(byte, b' ' | b'\t')) {
        writer.push(line);
    } else {
        writer.indent(indent);
    }
    for (index, line) in source[statement.span.range()].trim_end().split('\n').enumerate() {
        if index > 0 {
            writer.newline();
        }
        writer.push(normalized(line));
    }
}

/// Writes the keyword and the parts. A list breaks where it was broken, and where it would pass the width.
fn head(writer: &mut Writer, statement: &Statement, indent: usize) {
    let source = writer.source;
    let behind = if statement.block.is_some() { " {".len() } else { 0 };
    writer.push(&source[statement.keyword.range()]);
    let mut previous = statement.keyword;
    let mut previous_kind = PartKind::Word;
    for (index, part) in statement.parts.iter().enumerate() {
        let broken = source[previous.end as usize..part.span.start as usize].contains('\n');
        let must_break = previous_kind == PartKind::Comment || (previous_kind == PartKind::Comma && broken);
        let rest = &statement.parts[index..];
        let passes = previous_kind == PartKind::Comma
            && part.kind != PartKind::Comment
            && writer.column() + 1 + chunk_width(source, rest, behind) > WIDTH;
        if must_break || passes {
            writer.newline();
            writer.indent(indent + CONTINUED);
        } else if part.kind != PartKind::Comma {
            writer.push(" ");
        }
        match part.kind {
            PartKind::Fence => fence::write(writer, &source[part.span.range()], indent),
            PartKind::Comment => writer.push(source[part.span.range()].trim_end()),
            _ => writer.push(&source[part.span.range()]),
        }
        previous = part.span;
        previous_kind = part.kind;
    }
}

/// Returns how many characters stand before the next place where a list can break: up to and with the next comma, or
/// what the line ends with.
fn chunk_width(source: &str, parts: &[Part], behind: usize) -> usize {
    let mut width = 0;
    for (index, part) in parts.iter().enumerate() {
        let text = &source[part.span.range()];
        if part.kind == PartKind::Comma {
            return width + 1;
        }
        let line = text.split('\n').next().unwrap_or_default().trim_end();
        width += usize::from(index > 0) + line.chars().count();
    }
    width + behind
}

/// Writes ` { … }`: on one line where it was and fits, else with a line for each statement.
fn block(writer: &mut Writer, block: &Block, indent: usize) {
    if let Some(line) = on_one_line(writer.source, block)
        && writer.column() + line.chars().count() <= WIDTH
    {
        return writer.push(&line);
    }
    writer.push(" {");
    if let Some(comment) = block.opening {
        writer.push(" ");
        writer.push(trivia::comment(writer, comment));
    }
    writer.newline();
    for (index, statement) in block.statements.iter().enumerate() {
        trivia::before(writer, &statement.before, indent + BLOCK, index == 0, false);
        write(writer, statement, indent + BLOCK);
    }
    trivia::end(writer, &block.end, indent + BLOCK, block.statements.is_empty());
    writer.indent(indent);
    writer.push("}");
}

/// Returns a block as it is written on one line, blank and braces included; `None` where it must be opened. An empty one
/// always fits.
fn on_one_line(source: &str, block: &Block) -> Option<String> {
    if block.statements.is_empty() && block.opening.is_none() && block.end.comments.is_empty() {
        return Some(" {}".to_owned());
    }
    let [statement] = block.statements.as_slice() else { return None };
    if source[block.span.range()].contains('\n') || is_left_alone(source, statement) {
        return None;
    }
    let mut writer = Writer::new(source);
    writer.push(" { ");
    head(&mut writer, statement, 0);
    if let Some(block) = &statement.block {
        writer.push(&on_one_line(source, block)?);
    }
    writer.push(" }");
    Some(writer.finish()).filter(|line| !line.contains('\n'))
}
