//! The tree: a plan as statements with their parts, comments and blank lines. It loses nothing that a formatter needs.
//!
//! A statement is uniform: its keyword, its parts in written order, and perhaps a block. The grammar has already
//! checked which parts a keyword takes; `plan` reads them by position. What did not parse is a [`StatementKind::Junk`]
//! statement, so that its neighbours live on.

use crate::source::Span;

/// A parsed file.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Tree {
    pub statements: Vec<Statement>,
    /// Comments after the last statement.
    pub end: Trivia,
}

/// What stands before a statement or a closing brace: comment lines, and whether blank lines separate them.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Trivia {
    pub comments: Vec<Comment>,
    /// Whether a blank line stands between the last comment (or the previous statement) and what follows.
    pub blank: bool,
}

/// A comment, from its `#` to the end of the line.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Comment {
    pub span: Span,
    /// Whether a blank line stands before it.
    pub blank: bool,
}

/// Whether a statement was understood.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum StatementKind {
    /// It parsed.
    Sound,
    /// Its head did not parse; its parts are empty, its block, if any, was still read.
    Junk,
}

/// One statement: `keyword parts… { block }`.
#[derive(Clone, Debug, PartialEq)]
pub struct Statement {
    pub kind: StatementKind,
    /// The first word.
    pub keyword: Span,
    /// The whole statement, its block included.
    pub span: Span,
    /// Every token after the keyword, in written order.
    pub parts: Vec<Part>,
    pub block: Option<Block>,
    pub before: Trivia,
    /// A comment on the statement's last line.
    pub trailing: Option<Comment>,
}

/// `{ … }`.
#[derive(Clone, Debug, PartialEq)]
pub struct Block {
    /// From the opening to the closing brace; the text's end where the brace is missing.
    pub span: Span,
    /// A comment behind the opening brace.
    pub opening: Option<Comment>,
    pub statements: Vec<Statement>,
    /// Comments before the closing brace.
    pub end: Trivia,
}

/// One token of a statement.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Part {
    pub kind: PartKind,
    pub span: Span,
}

/// What a token is. Its text is the source at its span.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PartKind {
    /// A connecting word of the grammar: `from`, `until`, `takes`.
    Word,
    Name,
    String,
    Fence,
    Duration,
    /// A number with or without unit: `10`, `0.5`, `5%`, `500MB`.
    Number,
    Comparison,
    Clock,
    Date,
    Zone,
    Instant,
    /// `$NAME`.
    Env,
    /// An SQL object, perhaps quoted and dotted.
    Object,
    /// An SQL type after an object.
    SqlType,
    /// `group/rule`.
    Rule,
    /// `critical`, `high`, `medium`, `low`; a target's kind; a day.
    Choice,
    Comma,
    /// A comment inside a list that goes on in the next line.
    Comment,
}
