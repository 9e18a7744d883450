//! What code does to an object, and what follows for those who may have to go back.

use std::ops::Range;

use super::object::Object;
use super::sql::Fact;

/// What is done to an object.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Act {
    Create(Create),
    Drop {
        cascade: bool,
        /// `IF EXISTS`: it may not have been there.
        lenient: bool,
        /// `TEMPORARY`: it would end with its session.
        temporary: bool,
    },
    /// The new name as written.
    Rename(String),
    Alter(Alter),
    Read,
    Insert {
        /// Rows that were there may be replaced: `ON CONFLICT DO UPDATE`, `REPLACE`.
        replaces: bool,
    },
    Update {
        /// No `WHERE`: every row.
        all: bool,
        /// The columns that are set, as the dialect compares them.
        columns: Vec<String>,
        /// `WHERE c IS NULL` for every column that is set: there was no value.
        blank: bool,
    },
    Delete {
        all: bool,
    },
    Truncate {
        cascade: bool,
    },
    Lock,
    Grant,
    Revoke,
}

impl Act {
    /// Returns whether it is about rows: no definition is other than before.
    pub fn is_of_rows(&self) -> bool {
        matches!(self, Act::Read | Act::Lock | Act::Insert { .. } | Act::Update { .. } | Act::Delete { .. } | Act::Truncate { .. })
    }
}

/// How an object comes to be.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Create {
    /// `OR REPLACE`: what was there under the name is gone.
    pub replaces: bool,
    /// `IF NOT EXISTS`: it may have been there.
    pub lenient: bool,
    /// Ends with its session.
    pub temporary: bool,
    pub concurrently: bool,
    /// Of an index: `FULLTEXT`, `SPATIAL`.
    pub special: bool,
    /// Of a constraint or an index: the columns that it names, where a row without values in all of them can't break it.
    pub over: Vec<Vec<String>>,
    pub detail: Detail,
}

/// What matters of a new object, by its kind.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum Detail {
    #[default]
    None,
    Column {
        /// The type as written.
        of: String,
        required: bool,
        default: bool,
        /// `GENERATED ALWAYS AS (…)`: computed from others.
        computed: bool,
        unique: bool,
        /// The server works out a value for each row that is there: a sequence, an expression that is not the same for all.
        filled: bool,
    },
    Constraint {
        rule: Rule,
        /// `NOT VALID`: rows that are there are not looked at.
        unchecked: bool,
    },
    Index {
        unique: bool,
    },
}

/// What a constraint asks for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Rule {
    Primary,
    Unique,
    Check,
    Foreign,
    Exclude,
}

/// How an object is altered.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Alter {
    /// The new type as written, and whether an expression converts that is more than a cast.
    Type {
        to: String,
        using: bool,
    },
    /// `MODIFY`, `CHANGE`: the whole definition is stated anew.
    Restate {
        to: String,
    },
    Require,
    Allow,
    SetDefault,
    DropDefault,
    Validate,
    Owner,
    Schema,
    Enable,
    Disable,
    Attach,
    Detach,
    Comment,
    /// Storage, statistics, options: by the words of the statement.
    Other,
}

/// One thing that a statement does.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Effect {
    pub act: Act,
    pub object: Object,
}

/// What follows from a statement.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Class {
    /// Data is gone when it has run.
    Destroys,
    /// Rows are changed or removed, and only what was saved of them brings them back.
    Overwrites,
    /// Values are converted and may lose something.
    Lossy,
    /// It destroys nothing, but what takes it back destroys what was written since.
    ReverseDestroys,
    /// What takes it back may fail on what was written since.
    ReverseMayFail,
    /// The old application does not work beside it.
    Breaks,
    /// It can be left half-done.
    Partial,
    /// Its obvious inverse leaves something out: grants, defaults, comments, the old text.
    Hidden,
    /// Values are converted, and may lose something if the old type, which is not known, was wider.
    MayLose,
    /// Others wait while it runs.
    Blocks,
}

impl Class {
    /// Returns the class in a word, as snapshots and JSON show it.
    pub fn word(self) -> &'static str {
        match self {
            Class::Destroys => "destroys",
            Class::Overwrites => "overwrites",
            Class::Lossy => "lossy",
            Class::ReverseDestroys => "reverse-destroys",
            Class::ReverseMayFail => "reverse-may-fail",
            Class::Breaks => "breaks",
            Class::Partial => "partial",
            Class::Hidden => "hidden",
            Class::MayLose => "may-lose",
            Class::Blocks => "blocks",
        }
    }
}

/// A consequence of a statement, for one object.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Risk {
    pub class: Class,
    /// The object by its place among the effects.
    pub of: usize,
    /// For people, without a final period.
    pub why: &'static str,
}

/// Code that can't be read, and why.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Opaque {
    pub range: Range<usize>,
    pub why: &'static str,
}

/// Every row of a table put into another, by names as the dialect compares them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Copied {
    pub from: Vec<String>,
    pub to: Vec<String>,
    /// The columns whose values are put there; `None`: all.
    pub columns: Option<Vec<String>>,
}

/// What can be read off a piece of code.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Reading {
    pub effects: Vec<Effect>,
    pub copies: Vec<Copied>,
    pub risks: Vec<Risk>,
    pub opaque: Vec<Opaque>,
    /// What its server does not know, with the bytes of what says it.
    pub unfit: Option<(Range<usize>, &'static Fact)>,
    /// What it asks for that is not there, where everything that is there is known.
    pub lacking: Vec<Lacking>,
    /// Something of it stands behind a condition: whether it runs is only known then.
    pub guarded: bool,
    /// A block in it asks a function of which nothing is known.
    pub asks: bool,
}

/// Something that a statement asks for and does not find.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Lacking {
    /// The effect by its place.
    pub of: usize,
    /// The column that the table does not have, as written; `None`: the table itself.
    pub column: Option<String>,
    /// A name that is there and nearly the same.
    pub near: Option<String>,
}
