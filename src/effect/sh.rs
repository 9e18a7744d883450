//! What shell does: the commands of a script, wherever they stand, with the files that they read and write, the SQL that they
//! hand to a client, and what programs do by their words.
//!
//! What programs do stands in a table (`sh/tools/*.facts`). What is only known when the script runs, and programs that the table does
//! not know, are opaque, with their places; a text that can't be parsed is opaque as a whole.

mod apply;
mod args;
mod embed;
mod mapped;
mod parse;
mod quote;
mod read;
mod tools;

use std::ops::Range;

use super::act::{Class, Effect, Opaque, Reading};
use super::sql::{Dialect, Sight, Statement};

pub use read::read;

/// A script: its commands in order, those in substitutions before the command that they stand in.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Script {
    pub commands: Vec<Command>,
    /// What belongs to no command: text that can't be parsed.
    pub opaque: Vec<Opaque>,
}

/// One simple command.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Command {
    /// Its bytes in the script, quotes and redirections as far as they belong to it.
    pub range: Range<usize>,
    /// What it is run through, from outside: `ssh`, `sudo`.
    pub through: Vec<String>,
    /// The program and its words; empty for a redirection alone.
    pub words: Vec<Word>,
    pub files: Vec<File>,
    pub sql: Vec<Sql>,
    /// What the program does by its words; the SQL has its own.
    pub reading: Reading,
    /// What it does as a whole, SQL included.
    pub sight: Sight,
}

/// A word without its quotes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Word {
    /// `None` when a part of it is only known when the script runs.
    pub text: Option<String>,
    pub range: Range<usize>,
}

/// A file that a command reads or writes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct File {
    pub manner: Manner,
    /// As written, without quotes.
    pub name: String,
    pub range: Range<usize>,
    /// Of a dump: its form, then what it was packed by, `custom, gzip`; otherwise empty.
    pub format: String,
    /// Of a dump: what it is limited to, in words: `table users`.
    pub scope: Vec<String>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Manner {
    Reads,
    /// What was in it is gone.
    Writes,
    Adds,
    Removes,
}

/// SQL that a command hands to a client; ranges are those of the script.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Sql {
    pub dialect: Dialect,
    pub statements: Vec<Statement>,
}

impl Command {
    /// Returns what it surely destroys, by the names that it writes.
    pub fn destroys(&self) -> impl Iterator<Item = &Effect> {
        let risks = &self.reading.risks;
        let destroys = move |of: usize| risks.iter().any(|risk| risk.of == of && risk.class == Class::Destroys);
        let own = self.reading.effects.iter().enumerate().filter(move |(of, _)| destroys(*of)).map(|(_, effect)| effect);
        own.chain(self.sql.iter().flat_map(|sql| &sql.statements).flat_map(Statement::destroys))
    }

    /// Returns everything that it does.
    pub fn effects(&self) -> impl Iterator<Item = &Effect> {
        let statements = self.sql.iter().flat_map(|sql| &sql.statements);
        self.reading.effects.iter().chain(statements.flat_map(|statement| &statement.reading.effects))
    }

    /// Returns what can't be read of it.
    pub fn opaque(&self) -> impl Iterator<Item = &Opaque> {
        let statements = self.sql.iter().flat_map(|sql| &sql.statements);
        self.reading.opaque.iter().chain(statements.flat_map(|statement| &statement.reading.opaque))
    }
}

impl Script {
    /// Returns whether something in it can't be read.
    pub fn is_opaque(&self) -> bool {
        !self.opaque.is_empty() || self.commands.iter().any(|command| command.sight == Sight::Opaque || command.opaque().next().is_some())
    }

    /// Returns whether it surely does nothing: every command only looks or prints.
    pub fn is_hollow(&self) -> bool {
        self.opaque.is_empty() && self.commands.iter().all(|command| command.sight == Sight::Reads)
    }
}

/// Returns whether a script surely does nothing: it is empty, or its commands only look or print. In doubt it does something.
pub fn is_hollow(text: &str) -> bool {
    read(text).is_hollow()
}

#[cfg(test)]
mod tests {
    use super::is_hollow;

    #[test]
    fn scripts_that_do_nothing() {
        for text in [
            "",
            "# by hand\n",
            "set -eu\necho 'no rollback needed'\nexit 0",
            "echo sorry >&2; true",
            ":",
            "\n \n:\n",
            "psql -c 'SELECT 1'",
            "git status && kubectl get pods",
        ] {
            assert!(is_hollow(text), "{text}");
        }
    }

    #[test]
    fn scripts_that_may_do_something() {
        for text in [
            "echo on > /etc/flag",
            "echo 'DROP TABLE t' | psql",
            "echo $(./undo.sh)",
            "true && ./undo.sh",
            "git revert HEAD",
            "FLAG=1 ./undo.sh",
            "\"$UNDO\"",
            "if true; then",
            "echo \"${X:-$(./undo.sh)}\"",
        ] {
            assert!(!is_hollow(text), "{text}");
        }
    }
}
