//! What code acts on: a kind and a name, as the dialect compares names, and where it is written.

use std::fmt;
use std::ops::Range;

/// What an object is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum ObjectKind {
    Database,
    Schema,
    Table,
    /// Its rows are one with a table's: `PARTITION OF`.
    Partition,
    Column,
    Index,
    Constraint,
    Sequence,
    Type,
    EnumValue,
    View,
    MaterializedView,
    Function,
    Trigger,
    Policy,
    Role,
    Extension,
    /// An event trigger, a publication, a cast, a tablespace: by the words of the statement.
    Other(&'static str),
}

impl ObjectKind {
    /// Returns the kind for people.
    pub fn words(self) -> &'static str {
        match self {
            ObjectKind::Database => "database",
            ObjectKind::Schema => "schema",
            ObjectKind::Table => "table",
            ObjectKind::Partition => "partition",
            ObjectKind::Column => "column",
            ObjectKind::Index => "index",
            ObjectKind::Constraint => "constraint",
            ObjectKind::Sequence => "sequence",
            ObjectKind::Type => "type",
            ObjectKind::EnumValue => "value",
            ObjectKind::View => "view",
            ObjectKind::MaterializedView => "materialised view",
            ObjectKind::Function => "function",
            ObjectKind::Trigger => "trigger",
            ObjectKind::Policy => "policy",
            ObjectKind::Role => "role",
            ObjectKind::Extension => "extension",
            ObjectKind::Other(words) => words,
        }
    }
}

/// One object of a statement.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Object {
    pub kind: ObjectKind,
    /// Schema, table, column and so on, as far as they are written; two spellings of one name have the same parts. What has
    /// no name, such as a constraint that the server names, ends with its table.
    pub parts: Vec<String>,
    /// Its own name as SQL spells it: `app.users`, `"Order Lines"`, `legacy`; empty for what the server names.
    pub own: String,
    /// What it belongs to, as SQL spells that: the table of a column.
    pub of: Option<String>,
    /// The bytes of the name, or of what stands for it.
    pub range: Range<usize>,
}

impl Object {
    /// Returns the whole name as SQL spells it: `users.legacy`.
    pub fn written(&self) -> String {
        match &self.of {
            Some(of) if self.own.is_empty() => of.clone(),
            Some(of) => format!("{of}.{}", self.own),
            None => self.own.clone(),
        }
    }
}

impl fmt::Display for Object {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{} {}", self.kind.words(), self.written())
    }
}
