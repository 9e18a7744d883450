//! Whether the effects of a statement say all that the catalogue shows: what came, went, changed, and whose rows are others.

use std::collections::BTreeSet;

use proptest::test_runner::TestCaseError;
use rbk::effect::act::{Act, Alter, Effect};
use rbk::effect::object::ObjectKind;
use rbk::effect::sql::{Dialect, Statement, unqualified};

use super::check;
use super::trial::Facts;

/// Kinds of facts with those of objects; whether such a thing belongs to a table or a type, and has its name in front.
const KINDS: [(&str, &[ObjectKind], bool); 18] = [
    ("table", &[ObjectKind::Table, ObjectKind::Partition], false),
    ("view", &[ObjectKind::View], false),
    ("materialised view", &[ObjectKind::MaterializedView], false),
    ("sequence", &[ObjectKind::Sequence], false),
    ("type", &[ObjectKind::Type], false),
    ("function", &[ObjectKind::Function], false),
    ("schema", &[ObjectKind::Schema], false),
    ("role", &[ObjectKind::Role], false),
    ("event", &[ObjectKind::Other("event")], false),
    ("statistics", &[ObjectKind::Other("statistics")], false),
    ("column", &[ObjectKind::Column], true),
    ("index", &[ObjectKind::Index], true),
    ("constraint", &[ObjectKind::Constraint], true),
    ("label", &[ObjectKind::EnumValue], true),
    ("trigger", &[ObjectKind::Trigger], true),
    ("policy", &[ObjectKind::Policy], true),
    ("rule", &[ObjectKind::Other("rule")], true),
    ("partition", &[ObjectKind::Partition], true),
];

/// A statement between two states.
struct Seen<'a> {
    statement: &'a Statement,
    before: &'a Facts,
    after: &'a Facts,
    dialect: Dialect,
}

/// Each difference between two states belongs to an effect, and each effect shows.
pub fn explained(statement: &Statement, before: &Facts, after: &Facts, dialect: Dialect) -> Result<(), TestCaseError> {
    if !statement.reading.opaque.is_empty() {
        return Ok(());
    }
    let seen = Seen { statement, before, after, dialect };
    for (kind, of, belongs) in KINDS {
        seen.differences(kind, of, belongs)?;
    }
    for effect in &statement.reading.effects {
        seen.shows(effect)?;
    }
    seen.rights()?;
    seen.rows()
}

fn is_relation(kind: ObjectKind) -> bool {
    matches!(
        kind,
        ObjectKind::Table
            | ObjectKind::Partition
            | ObjectKind::View
            | ObjectKind::MaterializedView
            | ObjectKind::Sequence
            | ObjectKind::Index
    )
}

impl Seen<'_> {
    fn effects(&self) -> impl Iterator<Item = &Effect> {
        self.statement.reading.effects.iter()
    }

    /// Returns a name without the schema, or the database, that is meant where none is written.
    fn parts<'p>(&self, effect: &'p Effect) -> &'p [String] {
        match effect.object.parts.as_slice() {
            [database, rest @ ..] if self.dialect == Dialect::Mysql && database == "shop" && !rest.is_empty() => rest,
            parts => unqualified(parts, self.dialect),
        }
    }

    fn key(&self, effect: &Effect) -> String {
        self.parts(effect).join("·")
    }

    /// Returns the name of the table, the view, the type that an effect is about.
    fn owner(&self, effect: &Effect) -> String {
        let parts = self.parts(effect);
        let is_member = effect.object.of.is_some() && !effect.object.own.is_empty() && effect.object.kind != ObjectKind::Index;
        let member = is_member || effect.object.kind == ObjectKind::Index && effect.object.of.is_some() && parts.len() > 1;
        if member { parts[..parts.len() - 1].join("·") } else { parts.join("·") }
    }

    /// What takes others with it that the statement does not name.
    fn reaches(&self) -> bool {
        self.effects().any(|effect| {
            matches!(effect.act, Act::Drop { cascade: true, .. } | Act::Rename(_) | Act::Alter(Alter::Schema | Alter::Owner))
                || matches!(effect.act, Act::Drop { .. }) && effect.object.kind == ObjectKind::Other("everything of a role")
        })
    }

    /// Returns whether a table inherits from one, or is a part of one, that an effect changes.
    fn is_child_of(&self, table: &str, changes: &dyn Fn(&str) -> bool) -> bool {
        let parent = |facts: &Facts| facts.get(&("child".to_owned(), table.to_owned())).cloned();
        let parents = [parent(self.before), parent(self.after)];
        parents.iter().flatten().any(|parent| changes(parent) || self.is_child_of(parent, changes))
    }

    fn differences(&self, kind: &str, of: &[ObjectKind], belongs: bool) -> Result<(), TestCaseError> {
        let facts = |facts: &'_ Facts| -> BTreeSet<(String, String)> {
            facts.iter().filter(|((own, _), _)| own == kind).map(|((_, name), fact)| (name.clone(), fact.clone())).collect()
        };
        let (old, new) = (facts(self.before), facts(self.after));
        let named = |set: &BTreeSet<(String, String)>, name: &String| set.iter().any(|(own, _)| own == name);
        let differ: BTreeSet<&String> = old.symmetric_difference(&new).map(|(name, _)| name).collect();
        for name in differ {
            let (was, is) = (named(&old, name), named(&new, name));
            let what = if was && is {
                "changed"
            } else if is {
                "came"
            } else {
                "went"
            };
            let told = self.effects().any(|effect| self.tells(effect, of, belongs, name, (was, is))) || self.reaches();
            check(told, || format!("the {kind} {name} {what} without an effect"))?;
        }
        Ok(())
    }

    /// Returns whether an effect tells of a thing that came, went or changed.
    fn tells(&self, effect: &Effect, of: &[ObjectKind], belongs: bool, name: &str, (was, is): (bool, bool)) -> bool {
        let changes = !matches!(effect.act, Act::Read | Act::Lock);
        let same_kind = of.contains(&effect.object.kind) || of.iter().all(|kind| is_relation(*kind)) && is_relation(effect.object.kind);
        let own = same_kind && self.key(effect) == name;
        let of_act = match &effect.act {
            Act::Create(create) => is && !was || create.replaces,
            Act::Drop { .. } => was && !is,
            _ => was && is,
        };
        // A table is changed by what is done to its members.
        let joins = of == [ObjectKind::Role] && same_kind && matches!(effect.act, Act::Grant | Act::Revoke);
        let member = was && is && !belongs && (self.owner(effect) == name || joins);
        if own && of_act || member && changes {
            return true;
        }
        // A sequence goes with its column.
        let owned = |facts: &Facts| facts.get(&("owned".to_owned(), name.to_owned())).cloned();
        let owner = match belongs {
            true => name.rsplit_once('·').map(|(table, _)| table.to_owned()),
            false => owned(self.before).or_else(|| owned(self.after)),
        };
        let last = name.rsplit('·').next().unwrap_or_default();
        // The name of an index has no table in front, nor has that of a trigger in most dialects.
        let bare = of.contains(&ObjectKind::Index) || of.contains(&ObjectKind::Trigger) && effect.object.of.is_none();
        let by_name = bare && same_kind && effect.object.parts.last().is_some_and(|own| own == last);
        let Some(owner) = owner else { return false };
        let whole = matches!(effect.act, Act::Create(_) | Act::Drop { .. }) && is_relation(effect.object.kind);
        // An index on a table makes those of its parts.
        let indexes = of.contains(&ObjectKind::Index) && same_kind && matches!(effect.act, Act::Create(_));
        let indexed = |table: &str| indexes && self.effects().any(|other| other.act == Act::Read && self.key(other) == table);
        let mine = |table: &str| self.owner(effect) == *table || indexed(table);
        // A column comes and goes under its own name; the rest of a table with whatever is done to it.
        let near = match of {
            [ObjectKind::Column] if was != is => {
                whole && mine(&owner)
                    || self.is_child_of(&owner, &|table: &str| self.key(effect) == format!("{table}·{last}") || mine(table))
            }
            [ObjectKind::Trigger | ObjectKind::Policy | ObjectKind::EnumValue | ObjectKind::Other(_)] if was != is => {
                whole && mine(&owner) || effect.object.kind == ObjectKind::Type && mine(&owner) || self.is_child_of(&owner, &mine)
            }
            _ => mine(&owner) || self.is_child_of(&owner, &mine),
        };
        changes && (by_name || near)
    }

    /// What is said to be made is there, and what is said to go is not.
    fn shows(&self, effect: &Effect) -> Result<(), TestCaseError> {
        let kinds = KINDS.iter().filter(|(_, of, _)| of.contains(&effect.object.kind));
        let Some((kind, _, _)) = kinds.into_iter().next().filter(|_| !effect.object.own.is_empty()) else { return Ok(()) };
        // MySQL keeps the constraint of a key as an index.
        if matches!(*kind, "index" | "trigger") || self.dialect == Dialect::Mysql && matches!(*kind, "partition" | "constraint") {
            return Ok(());
        }
        // A statement on a table may be about another relation.
        let key = self.key(effect);
        let is_there = |facts: &Facts| match is_relation(effect.object.kind) {
            true => ["table", "view", "materialised view", "sequence", "partition"]
                .iter()
                .any(|kind| facts.contains_key(&((*kind).to_owned(), key.clone()))),
            false => facts.contains_key(&((*kind).to_owned(), key.clone())),
        };
        // `ALTER TABLE IF EXISTS` does nothing to what is not there.
        let owner = ("table".to_owned(), self.owner(effect));
        let lacks = effect.object.kind == ObjectKind::Column && ![self.before, self.after].iter().any(|facts| facts.contains_key(&owner));
        let view = ("view".to_owned(), owner.1.clone());
        let held = ("materialised view".to_owned(), owner.1.clone());
        if lacks && ![&view, &held].iter().any(|owner| self.before.contains_key(*owner)) {
            return Ok(());
        }
        match &effect.act {
            Act::Create(create) if !create.lenient && !create.temporary => {
                check(is_there(self.after), || format!("{} is said to be made, and is not there", effect.object))
            }
            Act::Drop { lenient: false, temporary: false, .. } | Act::Rename(_) => {
                // `RENAME TABLE a TO tmp, b TO a, tmp TO b`.
                let back = self.effects().any(|other| matches!(&other.act, Act::Rename(to) if to.trim_matches(['"', '`']) == effect.object.parts.last().map_or("", String::as_str)));
                // The server gives what has no name that of the one before.
                let nameless = |other: &Effect| {
                    other.object.kind == effect.object.kind && other.object.own.is_empty() && self.key(other) == self.owner(effect)
                };
                let again = self
                    .effects()
                    .any(|other| matches!(&other.act, Act::Create(_)) && (other.object.parts == effect.object.parts || nameless(other)));
                check((is_there(self.before) || back) && (back || again || !is_there(self.after)), || {
                    format!("{} is said to be gone, and is there", effect.object)
                })
            }
            _ => Ok(()),
        }
    }

    /// Rights on what stays are changed by what gives or takes them.
    fn rights(&self) -> Result<(), TestCaseError> {
        let changed = self.before.iter().filter(|(key, fact)| key.0 == "grant" && self.after.get(*key).is_some_and(|after| after != *fact));
        let told = self.reaches() || self.effects().any(|effect| matches!(effect.act, Act::Grant | Act::Revoke));
        let name = changed.map(|(key, _)| key.1.clone()).next().filter(|_| !told);
        check(name.is_none(), || format!("the rights on {name:?} changed without an effect"))
    }

    /// Rows of a table that no effect names stay, but for what the server's own rules do to them.
    fn rows(&self) -> Result<(), TestCaseError> {
        let writes = |effect: &&Effect| !matches!(effect.act, Act::Read | Act::Lock);
        let acts = self.before.keys().any(|(kind, name)| {
            let table = name.rsplit_once('·').map_or("", |(table, _)| table);
            matches!(kind.as_str(), "trigger" | "rule") && self.effects().filter(writes).any(|effect| self.owner(effect) == table)
        });
        let through_view = self.effects().filter(writes).any(|effect| self.before.contains_key(&("view".to_owned(), self.key(effect))));
        for (key, values) in self.before.iter().filter(|(key, _)| key.0 == "value") {
            let table = key.1.rsplit_once('·').map_or("", |(table, _)| table);
            let is_named = |table: &str| {
                self.effects().filter(writes).any(|effect| {
                    let own = self.key(effect);
                    own == table
                        || own.strip_prefix(table).is_some_and(|rest| rest.starts_with('·'))
                        || table.starts_with(&format!("{own}·"))
                })
            };
            let refers = || {
                // SQLite keeps them in the table's text.
                let own = |kind: &str, name: &str| match kind {
                    "constraint" => name.rsplit_once('·').is_some_and(|(own, _)| own == table),
                    kind => kind == "table" && name == table,
                };
                let acts = |fact: &String| ["ON DELETE", "ON UPDATE", "on delete", "on update"].iter().any(|act| fact.contains(act));
                self.before.iter().any(|((kind, name), fact)| own(kind, name) && acts(fact))
            };
            let told = is_named(table) || self.is_child_of(table, &is_named) || self.reaches() || acts || through_view;
            check(told || self.after.get(key) == Some(values) || refers(), || format!("{} changed without an effect", key.1))?;
        }
        Ok(())
    }
}
