//! What is known of a database at a place in its code: what the same code made, so that nobody relies on it yet; what tables look
//! like; which tables hold a copy of another one's rows.

use std::collections::{BTreeMap, BTreeSet};

use super::Dialect;
use super::schema::{Schema, folded, plain};
use super::versions::Server;
use super::words::Words;
use crate::effect::act::{Act, Copied, Effect, Reading};
use crate::effect::object::ObjectKind;

/// How much of a table's rows was copied.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Held {
    /// Some columns were left out.
    Part,
    /// The columns that are named; whether the table has others is not known.
    Named,
    All,
}

/// What is known so far.
#[derive(Default)]
pub struct Known {
    /// By name; a constraint may have the name of a column.
    own: BTreeMap<Vec<String>, Vec<ObjectKind>>,
    /// What was made unless it was there.
    lenient: BTreeSet<Vec<String>>,
    copies: Vec<Copied>,
    pub schema: Schema,
    /// Where it runs, if that is known.
    pub server: Option<Server>,
}

impl Known {
    /// Returns what is known where a schema is, before any code ran.
    pub fn of(schema: Schema, server: Option<Server>) -> Known {
        Known { schema, server, ..Known::default() }
    }

    /// Returns whether an object, or what it belongs to, was made before.
    pub fn has(&self, kind: ObjectKind, parts: &[String], dialect: Dialect) -> bool {
        let parts = plain(parts, dialect);
        let made = |length: usize| self.own.get(&parts[..length]).map_or(&[][..], Vec::as_slice);
        !self.own.is_empty()
            && (made(parts.len()).iter().any(|made| is_one(*made, kind))
                || (1..parts.len()).any(|length| made(length).iter().any(|made| holds_others(*made))))
    }

    /// Returns whether an object was made unless it was there.
    pub fn may_have(&self, parts: &[String], dialect: Dialect) -> bool {
        self.lenient.contains(plain(parts, dialect))
    }

    /// Returns how much of a table's rows another one holds; `None` where nothing was copied.
    pub fn copy(&self, parts: &[String], dialect: Dialect) -> Option<Held> {
        let parts = plain(parts, dialect);
        let mut copies = self.copies.iter().filter(|copy| plain(&copy.from, dialect) == parts).peekable();
        copies.peek()?;
        let table = self.schema.table(parts, dialect);
        let held = |copy: &Copied| match (table, &copy.columns) {
            (Some(table), Some(columns)) => {
                let all = table.columns.iter().filter(|(_, column)| !column.computed).all(|(name, _)| columns.contains(name));
                if all { Held::All } else { Held::Part }
            }
            (None, Some(_)) => Held::Named,
            (_, None) => Held::All,
        };
        copies.map(held).max()
    }

    /// Follows an effect.
    pub fn follow(&mut self, effect: &Effect, dialect: Dialect) {
        let parts = plain(&effect.object.parts, dialect).to_vec();
        let is_table = effect.object.kind == ObjectKind::Table;
        match &effect.act {
            // What may have been there before is somebody's.
            Act::Create(create) if create.temporary || !create.lenient && !create.replaces => {
                self.own.entry(parts).or_default().push(effect.object.kind);
            }
            // Where everything is known, it is known whether it was there.
            Act::Create(create) if create.lenient && !create.replaces => match self.schema.whole && !self.schema.has(&parts) {
                true => self.own.entry(parts).or_default().push(effect.object.kind),
                false => _ = self.lenient.insert(parts),
            },
            Act::Drop { .. } if is_table => {
                self.lenient.remove(&parts);
                // The rows that it held are in its copies alone.
                let copied = |copy: &Copied| plain(&copy.from, dialect) == parts;
                let heirs: Vec<Vec<String>> =
                    self.copies.iter().filter(|copy| copied(copy)).map(|copy| plain(&copy.to, dialect).to_vec()).collect();
                let was_own = self.has(effect.object.kind, &parts, dialect);
                self.copies.retain(|copy| !copied(copy) && plain(&copy.to, dialect) != parts);
                self.take(&parts);
                if !was_own {
                    heirs.iter().for_each(|heir| drop(self.take(heir)));
                }
            }
            Act::Rename(to) if is_table => self.renamed(&parts, &folded(to, ObjectKind::Table, dialect)),
            _ => {}
        }
    }

    /// Follows what a statement copies and what it makes of tables.
    pub fn follow_all(&mut self, words: &Words<'_>, reading: &Reading, dialect: Dialect) {
        self.copies.extend(reading.copies.iter().cloned());
        self.schema.follow(words, &reading.effects, dialect);
    }

    /// Takes out an object and what belongs to it.
    fn take(&mut self, parts: &[String]) -> Vec<(Vec<String>, Vec<ObjectKind>)> {
        let found = self.own.range(parts.to_vec()..).map(|(own, _)| own).take_while(|own| own.starts_with(parts)).cloned();
        let found: Vec<Vec<String>> = found.collect();
        found.into_iter().filter_map(|own| self.own.remove_entry(&own)).collect()
    }

    fn renamed(&mut self, from: &[String], to: &[String]) {
        let moved = |parts: &[String]| -> Option<Vec<String>> {
            let rest = parts.strip_prefix(from)?;
            let mut new = from.to_vec();
            match to {
                [one] => new.last_mut()?.clone_from(one),
                _ => new = to.to_vec(),
            }
            new.extend_from_slice(rest);
            Some(new)
        };
        let own = self.take(from);
        self.own.extend(own.into_iter().filter_map(|(own, kinds)| Some((moved(&own)?, kinds))));
        for copy in &mut self.copies {
            for name in [&mut copy.from, &mut copy.to] {
                if let Some(new) = moved(name) {
                    *name = new;
                }
            }
        }
    }
}

/// Returns whether two kinds share their names, so that one can't be mistaken for the other.
pub fn is_one(one: ObjectKind, other: ObjectKind) -> bool {
    let relation =
        |kind: ObjectKind| matches!(kind, ObjectKind::Table | ObjectKind::Partition | ObjectKind::View | ObjectKind::MaterializedView);
    one == other || relation(one) && relation(other)
}

/// Returns whether what has a longer name lies in such an object.
pub fn holds_others(kind: ObjectKind) -> bool {
    !matches!(kind, ObjectKind::Constraint | ObjectKind::Index | ObjectKind::Trigger | ObjectKind::Policy | ObjectKind::Role)
}
