//! What an item of a program takes away for good: by its author's word, by the plain words of its SQL or shell, by a restore.

use std::ops::Range;

use crate::effect::act::{Act, Effect};
use crate::effect::object::ObjectKind;
use crate::effect::sh;
use crate::effect::sql::{self, Dialect, Statement};
use crate::graph::connection;
use crate::plan::Plan;
use crate::plan::action::{Code, Language};
use crate::plan::id::Id;
use crate::plan::target::{Backup, Target};

use super::program::{Direction, Item, Work};

/// How an item takes something away.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Harm {
    /// It says what it destroys.
    Declared,
    /// Its code plainly does: the words of the statement or command.
    Statement(String),
    /// What was written since the backup goes.
    Restore(Id<Backup>),
}

impl Harm {
    /// Returns what an item takes away; `None` when nothing is known. Undoing a change by its own code is meant to take away
    /// what the change brought.
    pub fn of(plan: &Plan, item: &Item<'_>) -> Option<Harm> {
        if let Work::Restore(backup) = item.work {
            return Some(Harm::Restore(backup));
        }
        if item.effects.is_some_and(|effects| !effects.destroys.is_empty()) {
            return Some(Harm::Declared);
        }
        let undoes = item.change.is_some_and(|(_, direction)| direction == Direction::Undo);
        plain(plan, item).filter(|_| !undoes).map(|plain| Harm::Statement(plain.words))
    }

    /// Returns the target that loses something.
    pub fn target(&self, plan: &Plan, item: &Item<'_>) -> Option<Id<Target>> {
        match self {
            Harm::Restore(backup) => Some(plan.backups[*backup].of.value),
            Harm::Declared => item.on,
            Harm::Statement(_) => plain(plan, item).and_then(|plain| plain.on).or(item.on),
        }
    }

    /// Returns what it does, in words that follow its name.
    pub fn words(&self, plan: &Plan, item: &Item<'_>) -> String {
        match self {
            Harm::Restore(backup) => format!("puts `{}` back over what is there", plan.backups[*backup].header.name),
            Harm::Statement(words) => format!("destroys data (`{words}`)"),
            Harm::Declared => {
                let names = item.effects.map_or(&[][..], |effects| &effects.destroys).iter().map(|name| format!("`{}`", name.value));
                format!("destroys {}", names.collect::<Vec<_>>().join(", "))
            }
        }
    }
}

/// What code plainly destroys.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Plain {
    /// In words that people know: `DROP TABLE`, `redis-cli FLUSHALL`.
    pub words: String,
    /// Its name.
    pub name: String,
    /// The target that it is sent to, where it is SQL in shell that says so.
    pub on: Option<Id<Target>>,
    /// The bytes of the name in the code, or of the words where nothing is named.
    pub range: Range<usize>,
}

/// Kinds, besides those of SQL, that hold what can't be had again.
const DATA: [&str; 13] = [
    "volume",
    "bucket",
    "dataset",
    "data since the snapshot",
    "device",
    "keys",
    "queue",
    "topic",
    "collection",
    "claim or namespace",
    "definition and its objects",
    "rows",
    "item",
];

/// Returns what an item's code plainly destroys first. What the same code created before is its own.
pub fn plain(plan: &Plan, item: &Item<'_>) -> Option<Plain> {
    let (Work::Sql(code) | Work::Shell(code)) = item.work else { return None };
    let read = || match code.language {
        Language::Sh | Language::Bash => {
            let elsewhere = |sql: &sh::Sql| connection::target(plan, item.on, sql).filter(|to| Some(*to) != item.on);
            of_script(code, &elsewhere).into_iter().next()
        }
        _ => all(code, item.on.and_then(|on| Dialect::of(plan.targets[on].kind.value))).into_iter().next(),
    };
    item.harm.get_or_init(read).clone()
}

/// Returns what statements plainly destroy first.
pub fn first(statements: &[Statement]) -> Option<Plain> {
    statements.iter().flat_map(Statement::destroys).find_map(|effect| of(effect, None))
}

/// Returns all that code plainly destroys, SQL in a dialect.
pub fn all(code: &Code, dialect: Option<Dialect>) -> Vec<Plain> {
    match (&code.language, dialect) {
        (Language::Sql, Some(dialect)) => {
            let statements = sql::of(code, dialect);
            statements.iter().flat_map(Statement::destroys).filter_map(|effect| of(effect, None)).collect()
        }
        (Language::Sh | Language::Bash, _) => of_script(code, &|_| None),
        _ => Vec::new(),
    }
}

/// Returns all that a script plainly destroys; `elsewhere` says where SQL is sent to, if that is another target.
fn of_script(code: &Code, elsewhere: &dyn Fn(&sh::Sql) -> Option<Id<Target>>) -> Vec<Plain> {
    let script = sh::of(code);
    let one = |(command, effect): (&sh::Command, &Effect)| {
        let plain = of(effect, command.is_own(effect).then(|| command.opening(&code.text)))?;
        let words = match command.file_of(effect) {
            Some(file) => format!("{} in {file}", plain.words),
            None => plain.words.clone(),
        };
        let holds = |sql: &&sh::Sql| sql.statements.iter().flat_map(|it| &it.reading.effects).any(|own| std::ptr::eq(own, effect));
        Some(Plain { words, on: command.sql.iter().find(holds).and_then(elsewhere), ..plain })
    };
    script.losses().into_iter().filter_map(one).collect()
}

/// Returns what an effect takes away; `command` is the words of a program whose own effect it is.
fn of(effect: &Effect, command: Option<String>) -> Option<Plain> {
    let object = &effect.object;
    let plain = |words: String| Some(Plain { words, name: object.written(), on: None, range: object.range.clone() });
    if let Some(command) = command {
        let is_data = match object.kind {
            ObjectKind::Other(kind) => DATA.contains(&kind),
            kind => matches!(kind, ObjectKind::Database | ObjectKind::Table),
        };
        return is_data.then_some(command).and_then(plain);
    }
    let words = match (&effect.act, object.kind) {
        (Act::Drop { .. }, ObjectKind::Database) => "DROP DATABASE",
        (Act::Drop { .. }, ObjectKind::Schema) => "DROP SCHEMA",
        (Act::Drop { .. }, ObjectKind::Table | ObjectKind::Partition) => "DROP TABLE",
        (Act::Drop { .. }, ObjectKind::Column) => "DROP COLUMN",
        (Act::Truncate { .. } | Act::Delete { .. }, _) => "every row",
        // A back-fill writes every row, and takes nothing that was there before.
        _ => return None,
    };
    plain(words.to_owned())
}
