//! What shell does: the commands of a script, wherever they stand, with the files that they read and write, the SQL that they
//! hand to a client, and what programs do by their words.
//!
//! What programs do stands in a table (`sh/tools/*.facts`). What is only known when the script runs, and programs that the table does
//! not know, are opaque, with their places; a text that can't be parsed is opaque as a whole.

mod apply;
mod args;
mod calls;
mod elsewhere;
mod embed;
mod flow;
mod guard;
mod parse;
mod quote;
mod read;
pub mod spelled;
mod tools;
mod tree;
mod words;

use std::ops::Range;

use super::act::{Act, Class, Effect, Opaque, Reading};
use super::object::ObjectKind;
use super::sql::{Dialect, Sight, Statement};

pub use elsewhere::{alone, of};
pub use read::read;
pub use tree::misread;

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
    /// What its client is told to connect to, as written without quotes: an address, a database, a file.
    pub to: Option<String>,
    pub statements: Vec<Statement>,
    /// Where it stands, from the repository's root, when it is not written in the script.
    pub file: Option<String>,
}

/// Returns the table in which a tool of migrations keeps what it has run, by the tool's name.
pub fn ledger(program: &str) -> Option<&'static str> {
    tools::ledger(program.rsplit('/').next()?)
}

/// Returns whether an effect is one on files.
pub fn is_file(effect: &Effect) -> bool {
    matches!(effect.object.kind, ObjectKind::Other("file" | "dump" | "directory"))
}

/// Returns whether one file lies in the other, a folder.
fn is_within(inner: &Effect, outer: &Effect) -> bool {
    let (Some(inner), Some(outer)) = (inner.object.parts.last(), outer.object.parts.last()) else { return false };
    inner.strip_prefix(outer.trim_end_matches('/')).is_some_and(|rest| rest.starts_with('/'))
}

impl File {
    /// Returns whether its name is written, without what is only known when the script runs.
    pub fn is_named(&self) -> bool {
        !self.name.contains(['$', '`', '*', '?']) && self.name != "what it reads"
    }

    /// Returns whether it lies where files are for a while.
    pub fn is_passing(&self) -> bool {
        ["/tmp/", "/var/tmp/", "/dev/shm/", "/run/"].iter().any(|folder| self.name.starts_with(folder))
    }
}

impl Command {
    /// Returns what it surely destroys, by the names that it writes.
    pub fn destroys(&self) -> impl Iterator<Item = &Effect> {
        let risks = &self.reading.risks;
        let destroys = move |of: usize| risks.iter().any(|risk| risk.of == of && risk.class == Class::Destroys);
        let own = self.reading.effects.iter().enumerate().filter(move |(of, _)| destroys(*of)).map(|(_, effect)| effect);
        own.chain(self.sql.iter().flat_map(|sql| &sql.statements).flat_map(Statement::destroys))
    }

    /// Returns its first words, for people: `aws s3 rm s3://backups`.
    pub fn opening(&self, text: &str) -> String {
        let words = self.words.iter().take(4).map(|word| text.get(word.range.clone()).unwrap_or_default());
        words.collect::<Vec<_>>().join(" ")
    }

    /// Returns the file in which an effect's SQL stands, when it is not written in the script.
    pub fn file_of(&self, effect: &Effect) -> Option<&str> {
        let holds = |statement: &Statement| statement.reading.effects.iter().any(|own| std::ptr::eq(own, effect));
        self.sql.iter().find(|sql| sql.statements.iter().any(holds))?.file.as_deref()
    }

    /// Returns whether an effect is the program's own, not its SQL's.
    pub fn is_own(&self, effect: &Effect) -> bool {
        self.reading.effects.iter().any(|own| std::ptr::eq(own, effect))
    }

    /// Returns the table in which a tool of migrations keeps what it has run, where the program is one.
    pub fn ledger(&self) -> Option<&'static str> {
        let word = |at: usize| self.words.get(at)?.text.as_deref();
        let first = word(0)?;
        // `python manage.py migrate`.
        let script = word(1).filter(|script| first.starts_with("python") && script.ends_with("manage.py"));
        ledger(script.unwrap_or(first))
    }

    /// Returns whether it carries migrations out or takes them back: they stand elsewhere.
    pub fn migrates(&self) -> bool {
        let effects = &self.reading.effects;
        let record = |effect: &Effect| effect.object.kind == ObjectKind::Other("ledger");
        let runs = |effect: &Effect| effect.object.kind == ObjectKind::Database && matches!(effect.act, Act::Alter(_));
        let acts = effects.iter().any(runs) || !self.reading.opaque.is_empty();
        self.ledger().is_some() && acts && !effects.iter().any(record)
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

    /// Returns the statements of a script that changes nothing else than what they name: all of it can be read, and besides
    /// SQL of this dialect it only looks and writes files. `None` for any other.
    pub fn only_sql(&self, dialect: Dialect) -> Option<Vec<Statement>> {
        let besides = self.commands.iter().flat_map(|command| &command.reading.effects);
        let own = besides.into_iter().all(|effect| effect.act == Act::Read || is_file(effect));
        let all: Vec<&Sql> = self.commands.iter().flat_map(|command| &command.sql).collect();
        let fits = own && !all.is_empty() && !self.is_opaque() && all.iter().all(|sql| sql.dialect == dialect);
        fits.then(|| all.into_iter().flat_map(|sql| sql.statements.iter().cloned()).collect())
    }

    /// Returns what it surely destroys that was there before it, each with its command. Files count only where they are named,
    /// and not among those that are for a while.
    pub fn losses(&self) -> Vec<(&Command, &Effect)> {
        let mut made: Vec<(ObjectKind, &[String])> = Vec::new();
        let mut losses = Vec::new();
        for command in &self.commands {
            for effect in command.destroys() {
                let object = &effect.object;
                let own = made
                    .iter()
                    .any(|(kind, parts)| object.parts.starts_with(parts) && (*kind == object.kind || parts.len() < object.parts.len()));
                let unnamed = |file: &&File| file.range == object.range && (!file.is_named() || file.is_passing());
                if !own && !command.files.iter().any(|file| unnamed(&file)) {
                    losses.push((command, effect));
                }
            }
            let makes = command.effects().filter(|effect| matches!(&effect.act, Act::Create(create) if !create.lenient));
            made.extend(makes.map(|effect| (effect.object.kind, effect.object.parts.as_slice())));
        }
        losses
    }

    /// Returns whether it puts something in the place of what another script destroyed, or may do so: it makes or changes what has
    /// that name, brings a database back, or can't be read.
    pub fn may_bring_back(&self, gone: &Effect) -> bool {
        let is_back = |effect: &Effect| {
            let acts = !matches!(effect.act, Act::Read | Act::Drop { .. } | Act::Truncate { .. } | Act::Delete { .. });
            let same = effect.object.parts == gone.object.parts || effect.object.kind == ObjectKind::Database;
            acts && (same || is_within(effect, gone) || is_within(gone, effect))
        };
        self.is_opaque() || self.commands.iter().flat_map(|command| &command.reading.effects).any(is_back)
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
