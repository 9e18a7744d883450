//! What an item of a program takes away for good: by its author's word, by the plain words of its SQL, by a restore.

use std::ops::Range;

use crate::effect::act::Act;
use crate::effect::object::ObjectKind;
use crate::effect::sql::{self, Dialect, Statement};
use crate::plan::Plan;
use crate::plan::id::Id;
use crate::plan::target::{Backup, Target};

use super::program::{Direction, Item, Work};

/// How an item takes something away.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Harm {
    /// It says what it destroys.
    Declared,
    /// Its SQL plainly does: the words of the statement.
    Statement(&'static str),
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
        plain(plan, item).filter(|_| !undoes).map(|(words, _)| Harm::Statement(words))
    }

    /// Returns the target that loses something.
    pub fn target(&self, plan: &Plan, item: &Item<'_>) -> Option<Id<Target>> {
        match self {
            Harm::Restore(backup) => Some(plan.backups[*backup].of.value),
            Harm::Declared | Harm::Statement(_) => item.on,
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

/// Returns what an item's SQL plainly destroys first, and the bytes of its name. What the same SQL created before is its own.
pub fn plain(plan: &Plan, item: &Item<'_>) -> Option<(&'static str, Range<usize>)> {
    let Work::Sql(code) = item.work else { return None };
    let dialect = item.on.and_then(|on| Dialect::of(plan.targets[on].kind.value))?;
    let statements = sql::split(&code.text, dialect);
    let mut destroyed = statements.iter().flat_map(Statement::destroys);
    destroyed.find_map(|effect| {
        let words = match (&effect.act, effect.object.kind) {
            (Act::Drop { .. }, ObjectKind::Database) => "DROP DATABASE",
            (Act::Drop { .. }, ObjectKind::Schema) => "DROP SCHEMA",
            (Act::Drop { .. }, ObjectKind::Table | ObjectKind::Partition) => "DROP TABLE",
            (Act::Drop { .. }, ObjectKind::Column) => "DROP COLUMN",
            (Act::Truncate { .. } | Act::Delete { .. }, _) => "every row",
            // A back-fill writes every row, and takes nothing that was there before.
            _ => return None,
        };
        Some((words, effect.object.range.clone()))
    })
}
