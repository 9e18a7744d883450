//! The parser's tree of a script: how it is got, and shapes of it that every walk takes apart alike. With the walks (`parse.rs`,
//! `spelled/walk.rs`) all that knows the parser.

use std::borrow::Cow;
use std::ops::Range;

use shuck_ast::{Assignment, BinaryCommand, BinaryOp, BuiltinCommand, Command, File, Span, Stmt, Word};
use shuck_parser::ShellDialect;
use shuck_parser::parser::{ParseStatus, Parser};

use super::guard::{bare_braces, refused};

/// Returns a script as the parser sees it, or why it can't be looked at.
pub fn tree(text: &str) -> Result<File, &'static str> {
    if let Some(why) = refused(text) {
        return Err(why);
    }
    let result = Parser::with_dialect(&legible(text), ShellDialect::Bash).parse();
    if result.status == ParseStatus::Clean { Ok(result.file) } else { Err("it is no shell that rbk can parse") }
}

/// Returns the line at which a script stops being shell; `None` for one that a shell can read, or that is too much to look at.
pub fn misread(text: &str) -> Option<Range<usize>> {
    let parsed = legible(text);
    // The parser takes the brace of `\{` for an open one.
    if refused(text).is_some() || parsed.contains("\\{") {
        return None;
    }
    let result = Parser::with_dialect(&parsed, ShellDialect::Bash).parse();
    let first = result.diagnostics.iter().map(|found| found.span.start.offset()).min();
    let stopped = result.terminal_error.as_ref().map(|shuck_parser::Error::Parse { line, .. }| {
        text.split_inclusive('\n').take(line.saturating_sub(1)).map(str::len).sum::<usize>()
    });
    let at = match result.status {
        ParseStatus::Clean => return None,
        _ => first.or(stopped).unwrap_or(0).min(text.trim_end().len().saturating_sub(1)),
    };
    let start = text.get(..at).and_then(|before| before.rfind('\n')).map_or(0, |newline| newline + 1);
    let line = text[start..].split('\n').next().unwrap_or_default();
    let indent = line.len() - line.trim_start().len();
    Some(start + indent..start + line.trim_end().len().max(indent))
}

/// Returns the text as the parser can take it: behind an escape in double quotes it looks for a backtick's command one byte too early,
/// and panics inside of a character. Letters of one byte in the place of longer ones keep every place.
fn legible(text: &str) -> Cow<'_, str> {
    let text = bare_braces(text);
    if text.is_ascii() || !text.contains('`') {
        return text;
    }
    Cow::Owned(text.chars().flat_map(|c| std::iter::repeat_n(if c.is_ascii() { c } else { 'X' }, c.len_utf8())).collect())
}

/// Returns the first command of `a | b`, `a && b`, `a || b`, and those behind it, each with its sign. Chains hang down on the left, so
/// that they are not walked by recursion.
pub fn chain(binary: &BinaryCommand) -> (&Stmt, Vec<(BinaryOp, &Stmt)>) {
    let mut links = vec![(binary.op, &*binary.right)];
    let mut first = &*binary.left;
    while let (Command::Binary(binary), true) = (&first.command, first.redirects.is_empty()) {
        links.push((binary.op, &*binary.right));
        first = &*binary.left;
    }
    links.reverse();
    (first, links)
}

/// A command that only a shell has, whose word the parser took away.
pub struct Part<'t> {
    pub name: &'static str,
    pub operands: Vec<&'t Word>,
    pub assignments: &'t [Assignment],
    pub span: Span,
}

impl<'t> Part<'t> {
    pub fn of(builtin: &'t BuiltinCommand) -> Part<'t> {
        let (name, operand, more, assignments, span) = match builtin {
            BuiltinCommand::Break(it) => ("break", &it.depth, &it.extra_args, &it.assignments, it.span),
            BuiltinCommand::Continue(it) => ("continue", &it.depth, &it.extra_args, &it.assignments, it.span),
            BuiltinCommand::Return(it) => ("return", &it.code, &it.extra_args, &it.assignments, it.span),
            BuiltinCommand::Exit(it) => ("exit", &it.code, &it.extra_args, &it.assignments, it.span),
        };
        Part { name, operands: operand.iter().chain(more.iter()).collect(), assignments, span }
    }
}
