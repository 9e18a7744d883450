//! Pairs to tree. The words between a statement's leaves are read from the text, so the grammar stays free of rules
//! that only exist to produce a token.

use pest::iterators::Pair;

use crate::source::{FileId, Span};

use super::grammar::Rule;
use super::tree::{Block, Comment, Part, PartKind, Statement, StatementKind, Trivia};

/// Where a pair's offsets are counted from.
#[derive(Clone, Copy)]
pub struct Base<'t> {
    /// The whole file.
    pub text: &'t str,
    pub file: FileId,
    /// Where the parsed slice begins in it.
    pub offset: usize,
}

impl Base<'_> {
    fn span(self, start: usize, end: usize) -> Span {
        Span::new(self.file, start, end)
    }
}

/// Returns the statement of a pair that is one.
pub fn statement(base: Base<'_>, pair: Pair<'_, Rule>) -> Statement {
    let (start, mut end) = range(base, &pair);
    let keyword_end = start + base.text[start..].bytes().take_while(|byte| byte.is_ascii_lowercase() || *byte == b'-').count();
    let mut parts = Vec::new();
    let mut block = None;
    let mut at = keyword_end;
    for inner in leaves(pair) {
        let (inner_start, inner_end) = range(base, &inner);
        match kind(inner.as_rule()) {
            Some(kind) => {
                words(base, at, inner_start, &mut parts);
                parts.push(Part { kind, span: base.span(inner_start, inner_end) });
                at = inner_end;
            }
            None => {
                // The block's pair begins at the blanks before its brace.
                words(base, at, inner_start, &mut parts);
                block = Some(self::block(base, inner));
                at = inner_end;
            }
        }
    }
    if block.is_none() {
        words(base, at, end, &mut parts);
    } else {
        end = at;
    }
    Statement {
        kind: StatementKind::Sound,
        keyword: base.span(start, keyword_end),
        span: base.span(start, end),
        parts,
        block,
        before: Trivia::default(),
        trailing: None,
    }
}

fn block(base: Base<'_>, pair: Pair<'_, Rule>) -> Block {
    let (start, end) = range(base, &pair);
    let open = start + base.text[start..end].find('{').unwrap_or(0);
    let mut statements: Vec<Statement> = leaves(pair).map(|inner| statement(base, inner)).collect();
    let (opening, trivia) = attach(base.text, base.file, open + 1, end - 1, &mut statements, true);
    Block { span: base.span(open, end), opening, statements, end: trivia }
}

/// Hands the comments and blank lines between statements to the statements that they belong to. Returns the comment
/// behind the opening brace, when `from` is behind one, and what is left before `to`.
pub fn attach(text: &str, file: FileId, from: usize, to: usize, statements: &mut [Statement], in_block: bool) -> (Option<Comment>, Trivia) {
    let mut opening = None;
    let mut at = from;
    for index in 0..=statements.len() {
        let next = statements.get(index).map_or(to, |statement| statement.span.start as usize);
        let (same_line, trivia) = gap(text, file, at, next);
        if index > 0 {
            statements[index - 1].trailing = same_line;
        } else if in_block {
            opening = same_line;
        }
        let trivia = match same_line {
            Some(comment) if index == 0 && !in_block => {
                let mut comments = vec![comment];
                comments.extend(trivia.comments);
                Trivia { comments, blank: trivia.blank }
            }
            _ => trivia,
        };
        match statements.get_mut(index) {
            Some(statement) => {
                at = statement.span.end as usize;
                statement.before = trivia;
            }
            None => return (opening, trivia),
        }
    }
    (opening, Trivia::default())
}

/// Reads a gap of blanks, newlines and comments: the comment on its first line, and the rest.
fn gap(text: &str, file: FileId, from: usize, to: usize) -> (Option<Comment>, Trivia) {
    let mut same_line = None;
    let mut trivia = Trivia::default();
    let mut newlines = 0;
    let mut at = from;
    let bytes = text.as_bytes();
    while at < to {
        match bytes[at] {
            b'\n' => {
                newlines += 1;
                at += 1;
            }
            b'#' => {
                let end = bytes[at..to].iter().position(|byte| *byte == b'\n').map_or(to, |length| at + length);
                let trimmed = at + text[at..end].trim_end().len();
                let comment = Comment { span: Span::new(file, at, trimmed), blank: newlines > 1 };
                if newlines == 0 {
                    same_line = Some(comment);
                } else {
                    trivia.comments.push(comment);
                }
                newlines = 0;
                at = end;
            }
            _ => at += 1,
        }
    }
    trivia.blank = newlines > 1;
    (same_line, trivia)
}

/// Adds the connecting words, commas and comments between two leaves.
fn words(base: Base<'_>, from: usize, to: usize, parts: &mut Vec<Part>) {
    let bytes = base.text.as_bytes();
    let mut at = from;
    while at < to {
        let start = at;
        let kind = match bytes[at] {
            b' ' | b'\t' | b'\r' | b'\n' => {
                at += 1;
                continue;
            }
            b',' => {
                at += 1;
                PartKind::Comma
            }
            b'#' => {
                at = bytes[at..to].iter().position(|byte| *byte == b'\n').map_or(to, |length| at + length);
                let trimmed = start + base.text[start..at].trim_end().len();
                parts.push(Part { kind: PartKind::Comment, span: base.span(start, trimmed) });
                continue;
            }
            _ => {
                at += bytes[at..to].iter().take_while(|byte| !matches!(byte, b' ' | b'\t' | b'\r' | b'\n' | b',' | b'#')).count();
                PartKind::Word
            }
        };
        parts.push(Part { kind, span: base.span(start, at) });
    }
}

fn range(base: Base<'_>, pair: &Pair<'_, Rule>) -> (usize, usize) {
    let span = pair.as_span();
    (base.offset + span.start(), base.offset + span.end())
}

/// Returns what a pair holds; a comment's text is its own rule (so that pest can skip it), and is read from the gaps.
fn leaves<'i>(pair: Pair<'i, Rule>) -> impl Iterator<Item = Pair<'i, Rule>> {
    pair.into_inner().filter(|inner| inner.as_rule() != Rule::rest)
}

/// Returns what a leaf is; `None` for blocks.
fn kind(rule: Rule) -> Option<PartKind> {
    Some(match rule {
        Rule::name => PartKind::Name,
        Rule::string => PartKind::String,
        Rule::fence => PartKind::Fence,
        Rule::duration => PartKind::Duration,
        Rule::integer | Rule::number | Rule::percent => PartKind::Number,
        Rule::comparison => PartKind::Comparison,
        Rule::clock => PartKind::Clock,
        Rule::date => PartKind::Date,
        Rule::zone => PartKind::Zone,
        Rule::instant => PartKind::Instant,
        Rule::env => PartKind::Env,
        Rule::object => PartKind::Object,
        Rule::sql_type => PartKind::SqlType,
        Rule::rule_name => PartKind::Rule,
        Rule::level | Rule::day | Rule::target_kind => PartKind::Choice,
        _ => return None,
    })
}
