//! SQL cut into statements, each with what it means for the transaction that it would stand in, and what it surely
//! destroys.
//!
//! Reads the lexis (quotes, comments, dollar quotes, data of `COPY`, commands of the client) and keywords; never fails.
//! What it can't judge it calls opaque, never harmless. Sources: the server's documentation of each statement, and what
//! was tried on PostgreSQL 15, MariaDB 10.11 and SQLite 3.40.

mod cursor;
mod dump;
mod known;
mod lexis;
mod mirror;
mod read;
mod rights;
mod risk;
mod schema;
mod transaction;
mod types;
mod undo;
mod versions;
mod words;

use std::ops::Range;
use std::sync::Arc;

use crate::plan::action::Code;
use crate::plan::target::TargetKind;

use super::act::{Class, Effect, Reading};
use super::object::ObjectKind;

pub use dump::Dump;
pub use mirror::{Gap, Text, Was, gaps, otherwise, words as words_of};
pub use risk::is_ledger_name;
pub use schema::{Schema, plain as unqualified};
pub use types::{Way, way};
pub use undo::{Earlier, Inverse, Refusal, inverse, inverse_after, inverse_on};
pub use versions::{Fact, Server};

use known::Known;
use words::Words;

/// Whose SQL it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Dialect {
    Postgres,
    /// MySQL and MariaDB, in a session without `ANSI_QUOTES` and `NO_BACKSLASH_ESCAPES`.
    Mysql,
    Sqlite,
}

impl Dialect {
    /// Returns the dialect of a kind of target; `None` for those without SQL.
    pub fn of(kind: TargetKind) -> Option<Dialect> {
        match kind {
            TargetKind::Postgres => Some(Dialect::Postgres),
            TargetKind::Mysql | TargetKind::Mariadb => Some(Dialect::Mysql),
            TargetKind::Sqlite => Some(Dialect::Sqlite),
            TargetKind::Http | TargetKind::Host | TargetKind::EnvFile | TargetKind::Manual => None,
        }
    }
}

impl Dialect {
    /// Returns a name in lower case, as far as the dialect sees no difference: only MySQL looks beyond ASCII.
    fn lower(self, name: &str) -> String {
        if self == Dialect::Mysql { name.to_lowercase() } else { name.to_ascii_lowercase() }
    }

    /// Returns whether names of this kind without quotes are compared without case.
    fn folds_plain(self, kind: ObjectKind) -> bool {
        match self {
            Dialect::Postgres | Dialect::Sqlite => true,
            Dialect::Mysql => !is_file(kind),
        }
    }

    /// Returns whether names of this kind in quotes are compared without case.
    fn folds_quoted(self, kind: ObjectKind) -> bool {
        match self {
            Dialect::Postgres => false,
            Dialect::Sqlite => true,
            Dialect::Mysql => !is_file(kind),
        }
    }
}

/// Returns whether MySQL keeps such an object in a file of its name, which Linux compares with case.
fn is_file(kind: ObjectKind) -> bool {
    matches!(
        kind,
        ObjectKind::Database | ObjectKind::Schema | ObjectKind::Table | ObjectKind::View | ObjectKind::Trigger | ObjectKind::Sequence
    )
}

/// What a statement means for a transaction.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// May stand in a transaction with others.
    Plain,
    /// Can't stand in a transaction block, or ends it by itself.
    Alone,
    /// The same, and nothing but the definitions of what it names, all of it or nothing: they tell whether it was done, and
    /// where they do not change it may be done again.
    Traced,
    /// Begins, ends or marks a transaction.
    Control,
    /// A command of the client: `\…` of psql, `.…` of sqlite3, `DELIMITER`.
    Meta,
}

/// What a statement does, as far as its keywords tell.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Sight {
    /// It only reads or prints: it leaves no trace.
    Reads,
    /// It sets something of its session that ends with it: `SET`, `PRAGMA foreign_keys`.
    Sets,
    /// It changes data or objects in ways that its words tell.
    Changes,
    /// What it does can't be read in it: `DO`, `CALL`, a `SELECT` of an unknown function, `\i`, `\gexec`.
    Opaque,
}

/// One statement: its bytes without surrounding white space, its `;` and the data of its `COPY` included.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Statement {
    pub range: Range<usize>,
    pub kind: Kind,
    pub sight: Sight,
    /// What it does to which objects, and what follows.
    pub reading: Reading,
    /// Its first two words in upper case, for people: `ALTER TABLE`.
    pub opening: String,
}

impl Statement {
    /// Returns what it surely destroys, by the names that it writes; what it destroys by `CASCADE` is not among it.
    pub fn destroys(&self) -> impl Iterator<Item = &Effect> {
        let effects = self.reading.effects.iter().enumerate();
        let destroys = |of: usize| self.reading.risks.iter().any(|risk| risk.of == of && risk.class == Class::Destroys);
        effects.filter(move |(of, _)| destroys(*of)).map(|(_, effect)| effect)
    }
}

/// Returns the statements of a text, in order. Comments between statements belong to none.
pub fn split(text: &str, dialect: Dialect) -> Vec<Statement> {
    split_on(text, dialect, &Schema::default())
}

/// Returns the statements of a fence, whatever is known of its server.
pub fn of(code: &Code, dialect: Dialect) -> Arc<Vec<Statement>> {
    code.kept.once((dialect, None::<Server>), || split(&code.text, dialect))
}

/// Returns the statements of a fence that runs on a server.
pub fn of_server(code: &Code, server: &Server) -> Arc<Vec<Statement>> {
    code.kept.once((server.dialect, Some(*server)), || split_at(&code.text, server))
}

/// Returns the statements of a text that runs on tables of which something is known.
pub fn split_on(text: &str, dialect: Dialect, schema: &Schema) -> Vec<Statement> {
    let mut known = Known::of(schema.clone(), None);
    split_with(text, dialect, &mut known)
}

/// Returns the statements of a text that runs on a server.
pub fn split_at(text: &str, server: &Server) -> Vec<Statement> {
    split_with(text, server.dialect, &mut Known::of(Schema::default(), Some(*server)))
}

/// Returns the statements of a text that runs on a server with tables of which something is known, and follows what it makes of them.
pub fn split_following(text: &str, server: &Server, schema: &mut Schema) -> Vec<Statement> {
    let mut known = Known::of(std::mem::take(schema), Some(*server));
    let statements = split_with(text, server.dialect, &mut known);
    *schema = known.schema;
    statements
}

/// Returns the tables that the statements of a text leave.
pub fn schema(text: &str, dialect: Dialect) -> Schema {
    let mut known = Known::default();
    split_with(text, dialect, &mut known);
    known.schema
}

fn split_with(text: &str, dialect: Dialect, known: &mut Known) -> Vec<Statement> {
    let mut session = read::Session::new(text.len());
    lexis::cut(text, dialect)
        .into_iter()
        .map(|piece| {
            if piece.meta {
                let line = &text[piece.range.clone()];
                return Statement {
                    range: piece.range.clone(),
                    kind: Kind::Meta,
                    sight: transaction::meta(line),
                    reading: Reading::default(),
                    opening: line.split_whitespace().next().unwrap_or_default().to_owned(),
                };
            }
            let words = Words::new(text, &piece.tokens);
            let kind = transaction::kind(&words, dialect);
            let mut reading = read::read(&words, dialect, &mut session);
            reading.risks = risk::risks(&reading.effects, transaction::stays(&words, dialect), dialect, known);
            reading.unfit = known.server.as_ref().and_then(|server| versions::unfit(&words, server));
            reading.lacking = known.schema.lacking(&words, &reading.effects, dialect);
            known.follow_all(&words, &reading, dialect);
            let statement = Statement { range: piece.range, kind, sight: Sight::Changes, reading, opening: words.opening() };
            let sight = match statement.destroys().next() {
                Some(_) => Sight::Changes,
                None if transaction::runs(&words) && is_seen(&statement.reading) => Sight::Changes,
                None => transaction::sight(&words, kind),
            };
            // What it makes is not known, nor what it drops.
            known.schema.whole &= sight != Sight::Opaque && statement.reading.opaque.is_empty();
            Statement { sight, ..statement }
        })
        .collect()
}

/// Returns whether all that a block, or what is run by its name, does was read.
fn is_seen(reading: &Reading) -> bool {
    reading.opaque.is_empty() && !reading.asks && !reading.effects.is_empty()
}

/// Returns whether a text does nothing to the database: it is empty, or every statement only reads or sets its session.
/// In doubt it does something. Statements of a transaction alone do nothing either.
pub fn is_hollow(text: &str, dialect: Dialect) -> bool {
    split(text, dialect).iter().all(|statement| statement.kind == Kind::Control || matches!(statement.sight, Sight::Reads | Sight::Sets))
}

#[cfg(test)]
mod tests;
