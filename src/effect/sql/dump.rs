//! A dump of a schema: the statements that made what is there, found again by the objects that they make, alter and grant on.

use std::collections::{BTreeMap, BTreeSet};

use super::cursor::Cursor;
use super::known::Known;
use super::lexis;
use super::schema::{self, Schema, Table, plain};
use super::words::Words;
use super::{Dialect, Kind, Sight, Statement, split_with};
use crate::effect::act::{Act, Alter, Effect};
use crate::effect::object::{Object, ObjectKind};

/// A schema as it was before.
#[derive(Clone, Debug)]
pub struct Dump {
    text: String,
    dialect: Dialect,
    statements: Vec<Statement>,
    /// By the name of an object, without the usual schema: the statements that name it.
    named: BTreeMap<Vec<String>, Vec<usize>>,
    /// The whole names of triggers by their own, where they are dropped without their table.
    triggers: BTreeMap<String, Vec<Vec<String>>>,
    /// The sequences that belong to a table, and its partitions, which go with it.
    owned: BTreeMap<Vec<String>, Vec<Vec<String>>>,
    /// Partitions that are attached by a statement of their own, and its place.
    attached: BTreeMap<Vec<String>, usize>,
    /// The indexes of partitions that are attached to one of the whole table, by that.
    joined: BTreeMap<Vec<String>, Vec<Object>>,
    /// The tables that inherit from another, by that.
    heirs: BTreeMap<Vec<String>, Vec<Vec<String>>>,
    /// By the name of an index: the tables that are sorted by it, each with the place of the statement that says so.
    sorted: BTreeMap<String, Vec<(Vec<String>, usize)>>,
    pub schema: Schema,
}

impl Dump {
    /// Reads the statements of a dump.
    pub fn read(text: &str, dialect: Dialect) -> Dump {
        let mut known = Known::default();
        let statements = split_with(text, dialect, &mut known);
        let mut schema = known.schema;
        // What a program of the client's reads in, or code does, is not said here. A dump sets up its session by `SELECT`.
        let hides = |statement: &Statement| match statement.kind {
            Kind::Meta => {
                ["\\i", "\\ir", "\\include", "\\include_relative", "\\gexec", ".read", "source"].contains(&statement.opening.as_str())
            }
            _ => statement.sight == Sight::Opaque && !statement.opening.starts_with("SELECT"),
        };
        let hidden = |effect: &Effect| effect.object.parts.last().is_some_and(|name| name == "sqlite_master" || name == "sqlite_schema");
        let effects = || statements.iter().flat_map(|statement| &statement.reading.effects);
        let brings = |effect: &Effect| effect.object.kind == ObjectKind::Extension && !schema::is_plain(effect);
        schema.whole = !schema.is_empty()
            && !statements.iter().any(hides)
            && !effects().any(|effect| matches!(effect.act, Act::Insert { .. }) && hidden(effect) || brings(effect));
        let mut dump = Dump {
            text: text.to_owned(),
            dialect,
            statements,
            named: BTreeMap::new(),
            triggers: BTreeMap::new(),
            owned: BTreeMap::new(),
            attached: BTreeMap::new(),
            joined: BTreeMap::new(),
            heirs: BTreeMap::new(),
            sorted: BTreeMap::new(),
            schema,
        };
        dump.index();
        dump
    }

    fn index(&mut self) {
        let mut owned: BTreeMap<Vec<String>, Vec<Vec<String>>> = BTreeMap::new();
        let mut joined: BTreeMap<Vec<String>, Vec<Object>> = BTreeMap::new();
        let mut heirs: BTreeMap<Vec<String>, Vec<Vec<String>>> = BTreeMap::new();
        let mut sorted: BTreeMap<String, Vec<(Vec<String>, usize)>> = BTreeMap::new();
        for (at, statement) in self.statements.iter().enumerate() {
            for effect in &statement.reading.effects {
                let at_name = self.named.entry(plain(&effect.object.parts, self.dialect).to_vec()).or_default();
                if at_name.last() != Some(&at) {
                    at_name.push(at);
                }
                let object = &effect.object;
                if object.kind == ObjectKind::Trigger
                    && object.of.is_some()
                    && let (Act::Create(_), Some(own)) = (&effect.act, object.parts.last())
                {
                    self.triggers.entry(own.clone()).or_default().push(object.parts.clone());
                }
            }
            let part = self.partition(statement);
            if let Some((_, part)) = part.as_ref().filter(|_| statement.opening.starts_with("ALTER")) {
                self.attached.insert(plain(part, self.dialect).to_vec(), statement.range.start);
            }
            let parts = self.owned_sequence(statement).into_iter().chain(part);
            parts.for_each(|(table, part)| owned.entry(table).or_default().push(part));
            if let Some((whole, own)) = self.joined_index(statement) {
                joined.entry(whole).or_default().push(own);
            }
            for (table, heir) in self.inherited(statement) {
                heirs.entry(table).or_default().push(heir);
            }
            if let Some((index, table)) = self.sorts(statement) {
                sorted.entry(index).or_default().push((table, at));
            }
        }
        self.owned = owned;
        self.joined = joined;
        self.heirs = heirs;
        self.sorted = sorted;
    }

    /// Returns the statements that name an object, or what belongs to it, in their order.
    fn naming(&self, parts: &[String]) -> impl Iterator<Item = &Statement> {
        let parts = plain(parts, self.dialect);
        let found = self.named.range(parts.to_vec()..).take_while(|(name, _)| name.starts_with(parts));
        let found: BTreeSet<usize> = found.flat_map(|(_, statements)| statements.iter().copied()).collect();
        found.into_iter().map(|at| &self.statements[at])
    }

    /// Returns the statements that name exactly this.
    fn naming_just(&self, parts: &[String]) -> impl DoubleEndedIterator<Item = &Statement> {
        self.named.get(plain(parts, self.dialect)).into_iter().flatten().map(|at| &self.statements[*at])
    }

    /// Returns the tables of an index, a trigger or a policy that has no table in its name.
    pub fn tables_of(&self, object: &Object) -> Vec<Vec<String>> {
        let makers = self.naming_just(&object.parts).filter(|statement| {
            let mut effects = statement.reading.effects.iter();
            effects.any(|effect| {
                matches!(effect.act, Act::Create(_)) && effect.object.kind == object.kind && self.is(&effect.object.parts, &object.parts)
            })
        });
        let read = makers.flat_map(|statement| statement.reading.effects.iter().filter(|effect| effect.act == Act::Read));
        read.map(|effect| plain(&effect.object.parts, self.dialect).to_vec()).collect()
    }

    /// Returns an object with the table that it belongs to, where only a trigger's own name was written.
    pub fn resolved(&self, object: &Object) -> Object {
        let mut whole = object.clone();
        if let (ObjectKind::Trigger, None, Some(own)) = (object.kind, &object.of, object.parts.last())
            && let Some([one]) = self.triggers.get(own).map(Vec::as_slice)
        {
            whole.parts.clone_from(one);
        }
        whole
    }

    pub fn table(&self, parts: &[String]) -> Option<&Table> {
        self.schema.table(parts, self.dialect)
    }

    fn is(&self, one: &[String], other: &[String]) -> bool {
        plain(one, self.dialect) == plain(other, self.dialect)
    }

    fn belongs(&self, parts: &[String], of: &[String]) -> bool {
        plain(parts, self.dialect).starts_with(plain(of, self.dialect))
    }

    /// Returns the text of a statement, with its `;`.
    fn written(&self, statement: &Statement) -> String {
        let text = self.text[statement.range.clone()].trim_end().trim_end_matches(';');
        format!("{text};")
    }

    /// Returns whether a statement says something of an object's definition: no rows, and no number that a sequence reached.
    fn defines(&self, statement: &Statement, named: impl Fn(&Object) -> bool) -> bool {
        let effects = &statement.reading.effects;
        // `SELECT setval(…)` is where a sequence stands.
        let query = statement.opening.starts_with("SELECT");
        !query
            && effects.iter().any(|effect| {
                matches!(effect.act, Act::Create(_) | Act::Alter(_) | Act::Grant | Act::Revoke) && named(&effect.object)
                    // An index is one of the table that it reads.
                    || matches!(effect.act, Act::Read)
                        && effects.iter().any(|other| other.object.kind == ObjectKind::Index && matches!(other.act, Act::Create(_)))
                        && named(&effect.object)
            })
    }

    /// Returns how many statements make such an object.
    pub fn makers(&self, kind: ObjectKind, parts: &[String]) -> usize {
        let makes = |statement: &&Statement| {
            let mut effects = statement.reading.effects.iter();
            effects.any(|effect| matches!(effect.act, Act::Create(_)) && effect.object.kind == kind && self.is(&effect.object.parts, parts))
        };
        self.naming_just(parts).filter(makes).count()
    }

    /// Returns the statements that make an object and all that belongs to it, in their order, each with its place.
    pub fn whole(&self, parts: &[String]) -> Vec<(usize, String)> {
        let owned = self.going_with(parts);
        let named = |object: &Object| {
            self.belongs(&object.parts, parts)
                || owned.iter().any(|own| match object.kind {
                    ObjectKind::Sequence => self.is(own, &object.parts),
                    _ => self.belongs(&object.parts, own),
                })
        };
        let around = self.naming(parts).chain(owned.iter().flat_map(|own| self.naming(own)));
        let around: BTreeMap<usize, &Statement> = around.map(|statement| (statement.range.start, statement)).collect();
        let mut found: BTreeMap<usize, &Statement> = around.into_iter().filter(|(_, statement)| self.defines(statement, named)).collect();
        // What is said of its indexes names no table.
        let makes = |effect: &&Effect| effect.object.kind == ObjectKind::Index && matches!(effect.act, Act::Create(_));
        let indexes: Vec<&Object> =
            found.values().flat_map(|statement| &statement.reading.effects).filter(makes).map(|effect| &effect.object).collect();
        for index in indexes {
            found.extend(self.saying(index).map(|statement| (statement.range.start, statement)));
        }
        found.into_iter().map(|(place, statement)| (place, self.written(statement))).collect()
    }

    /// Returns the statements that say more of an object than its definition: comments, options.
    fn saying(&self, object: &Object) -> impl Iterator<Item = &Statement> {
        self.naming_just(&object.parts).filter(|statement| {
            let mut effects = statement.reading.effects.iter().filter(|effect| effect.act != Act::Read);
            effects.all(|effect| matches!(effect.act, Act::Alter(_)) && effect.object.kind == object.kind)
        })
    }

    /// Returns those statements as written, and the one by which its table is sorted by it.
    pub fn said(&self, object: &Object) -> Vec<String> {
        let sorted = object.parts.last().and_then(|name| self.sorted.get(name)).into_iter().flatten();
        let tables = self.tables_of(object);
        let own = sorted.filter(|(table, _)| tables.contains(table) || self.belongs(&object.parts, table));
        self.saying(object).chain(own.map(|(_, at)| &self.statements[*at])).map(|statement| self.written(statement)).collect()
    }

    /// Returns what goes with a table without being named: its sequences and partitions, and those of the partitions.
    pub fn going_with(&self, table: &[String]) -> Vec<Vec<String>> {
        self.below(&self.owned, table)
    }

    /// Returns the tables that inherit from one, and those that inherit from them.
    pub fn heirs(&self, table: &[String]) -> Vec<Vec<String>> {
        self.below(&self.heirs, table)
    }

    fn below(&self, of: &BTreeMap<Vec<String>, Vec<Vec<String>>>, table: &[String]) -> Vec<Vec<String>> {
        let next = |parts: &[String]| of.get(plain(parts, self.dialect)).cloned().unwrap_or_default();
        let mut found = next(table);
        let mut at = 0;
        while at < found.len() {
            for part in next(&found[at]) {
                if !found.contains(&part) {
                    found.push(part);
                }
            }
            at += 1;
        }
        found
    }

    /// Returns whether a dump says of everything of such a kind that is there. Roles and databases lie outside; a dump of MySQL's
    /// holds routines and events only where it was told to, and says so even if there are none.
    pub fn tells_of(&self, kind: ObjectKind) -> bool {
        let says = |what: &str| {
            let mut effects = self.statements.iter().flat_map(|statement| &statement.reading.effects);
            effects.any(|effect| matches!(effect.act, Act::Create(_)) && effect.object.kind == kind) || self.text.contains(what)
        };
        match kind {
            ObjectKind::Role | ObjectKind::Database | ObjectKind::Other("tablespace") => false,
            ObjectKind::Function if self.dialect == Dialect::Mysql => says("-- Dumping routines"),
            ObjectKind::Other("event") if self.dialect == Dialect::Mysql => says("-- Dumping events"),
            _ => true,
        }
    }

    /// Returns the place of the statement that attaches a partition to its table, if that is one of its own.
    pub fn attached(&self, partition: &[String]) -> Option<usize> {
        self.attached.get(plain(partition, self.dialect)).copied()
    }

    /// Returns the indexes of partitions that belong to one of the whole table.
    pub fn joined(&self, index: &[String]) -> &[Object] {
        self.joined.get(plain(index, self.dialect)).map_or(&[], Vec::as_slice)
    }

    /// Returns whether an index of the whole table, to which those of partitions belong, has such a name of its own.
    pub fn joins(&self, name: &str) -> bool {
        self.joined.keys().any(|index| index.last().is_some_and(|own| own == name))
    }

    /// Reads the words of a statement of PostgreSQL's dump from its beginning.
    fn words<T>(&self, statement: &Statement, read: impl FnOnce(Cursor<'_, '_>) -> Option<T>) -> Option<T> {
        let text = &self.text[statement.range.clone()];
        let pieces = lexis::cut(text, self.dialect);
        let words = Words::new(text, &pieces.first()?.tokens);
        read(Cursor::new(&words, self.dialect))
    }

    /// Returns the table of which a statement makes a partition, or to which it attaches one, and the partition.
    fn partition(&self, statement: &Statement) -> Option<(Vec<String>, Vec<String>)> {
        let part = statement.reading.effects.iter().find(|effect| {
            let joins = matches!(effect.act, Act::Create(_) | Act::Alter(Alter::Attach));
            joins && effect.object.kind == ObjectKind::Partition && self.dialect == Dialect::Postgres
        })?;
        let made = matches!(part.act, Act::Create(_));
        let table = self.words(statement, |mut cursor| {
            if made {
                cursor.at = cursor.before_end(&["partition", "of"])? + 2;
            } else {
                cursor.eat(&["alter", "table"]);
                cursor.eat(&["if", "exists"]);
                cursor.eat(&["only"]);
            }
            cursor.name(ObjectKind::Table)
        })?;
        Some((plain(&table.parts, self.dialect).to_vec(), part.object.parts.clone()))
    }

    /// Returns the index to which a statement attaches one of a partition, and that one.
    fn joined_index(&self, statement: &Statement) -> Option<(Vec<String>, Object)> {
        if self.dialect != Dialect::Postgres || !statement.opening.starts_with("ALTER INDEX") {
            return None;
        }
        self.words(statement, |mut cursor| {
            cursor.eat(&["alter", "index"]);
            cursor.eat(&["if", "exists"]);
            let whole = cursor.name(ObjectKind::Index)?;
            let own = if cursor.eat(&["attach", "partition"]) { cursor.name(ObjectKind::Index)? } else { return None };
            Some((plain(&whole.parts, self.dialect).to_vec(), own))
        })
    }

    /// Returns the tables from which one that a statement makes inherits, each with that.
    fn inherited(&self, statement: &Statement) -> Vec<(Vec<String>, Vec<String>)> {
        let made = |effect: &&Effect| effect.object.kind == ObjectKind::Table && matches!(effect.act, Act::Create(_));
        let Some(heir) = statement.reading.effects.iter().find(made).filter(|_| self.dialect == Dialect::Postgres) else {
            return Vec::new();
        };
        let tables = self.words(statement, |mut cursor| {
            cursor.at = cursor.before_end(&["inherits"])? + 1;
            let open = cursor.at;
            cursor.skip();
            let mut inside = cursor.within(open + 1, cursor.at - 1);
            let mut tables = Vec::new();
            while let Some(table) = inside.name(ObjectKind::Table) {
                tables.push((plain(&table.parts, self.dialect).to_vec(), heir.object.parts.clone()));
                inside.skip();
            }
            Some(tables)
        });
        tables.unwrap_or_default()
    }

    /// Returns the index by which a statement says that a table is sorted, and the table.
    fn sorts(&self, statement: &Statement) -> Option<(String, Vec<String>)> {
        if self.dialect != Dialect::Postgres || !statement.opening.starts_with("ALTER") {
            return None;
        }
        self.words(statement, |mut cursor| {
            let at = cursor.before_end(&["cluster", "on"])? + 2;
            cursor.eat(&["alter"]);
            cursor.eat_one(&["table"]);
            cursor.eat(&["materialized", "view"]);
            cursor.eat(&["if", "exists"]);
            cursor.eat(&["only"]);
            let table = cursor.name(ObjectKind::Table)?;
            cursor.at = at;
            let index = cursor.name(ObjectKind::Index)?.parts.pop()?;
            Some((index, plain(&table.parts, self.dialect).to_vec()))
        })
    }

    /// Returns the table to a column of which a statement gives a sequence, and the sequence: it goes with the table.
    fn owned_sequence(&self, statement: &Statement) -> Option<(Vec<String>, Vec<String>)> {
        let effect = statement.reading.effects.iter().find(|effect| effect.object.kind == ObjectKind::Sequence)?;
        let text = &self.text[statement.range.clone()];
        let pieces = lexis::cut(text, self.dialect);
        let words = Words::new(text, &pieces.first()?.tokens);
        let mut cursor = Cursor::new(&words, self.dialect);
        cursor.at = cursor.before_end(&["owned", "by"])? + 2;
        let column = cursor.name(ObjectKind::Column)?;
        let (_, of) = column.parts.split_last()?;
        Some((plain(of, self.dialect).to_vec(), effect.object.parts.clone()))
    }

    /// Returns the statements beside the table's own that say something of one of its columns.
    fn besides<'a>(&'a self, table: &'a [String], name: &'a str) -> impl Iterator<Item = &'a Statement> {
        let makes_table = |effect: &Effect| effect.object.kind == ObjectKind::Table && matches!(effect.act, Act::Create(_));
        self.naming(table).filter(move |statement| {
            self.defines(statement, |object| self.belongs(&object.parts, table))
                && self.mentions(statement, name)
                && !statement.reading.effects.iter().any(makes_table)
        })
    }

    /// Returns whether a table that inherits a column says something of it by itself.
    pub fn says(&self, heir: &[String], name: &str) -> bool {
        self.besides(heir, name).next().is_some()
    }

    /// Returns those of them that its definition does not hold: comments, constraints, indexes, and rights; `None` where one of them can't be told from those of other columns.
    pub fn of_column(&self, table: &[String], name: &str) -> Option<Vec<String>> {
        let mut found = Vec::new();
        for statement in self.besides(table, name) {
            // Its own definition is restored as a whole; a statement of several actions is none that can be said again in part.
            let own_default = |act: &Act| matches!(act, Act::Alter(Alter::SetDefault | Alter::DropDefault | Alter::Require | Alter::Allow));
            let effects = statement.reading.effects.iter().filter(|effect| effect.act != Act::Read).collect::<Vec<_>>();
            match effects.as_slice() {
                [one] if own_default(&one.act) => {}
                [one] if matches!(one.object.kind, ObjectKind::Column) && matches!(one.act, Act::Create(_)) => {}
                [one] => {
                    found.push(self.written(statement));
                    if matches!((&one.act, one.object.kind), (Act::Create(_), ObjectKind::Index | ObjectKind::Constraint)) {
                        found.extend(self.said(&one.object));
                    }
                }
                _ => return None,
            }
        }
        Some(found)
    }

    fn mentions(&self, statement: &Statement, name: &str) -> bool {
        let text = &self.text[statement.range.clone()];
        lexis::cut(text, self.dialect).first().is_some_and(|piece| {
            let words = Words::new(text, &piece.tokens);
            let mut cursor = Cursor::new(&words, self.dialect);
            let mut found = false;
            while !cursor.is_end() {
                match cursor.name(ObjectKind::Column) {
                    Some(object) => found |= object.parts.iter().any(|part| part == name),
                    None => cursor.at += 1,
                }
            }
            found
        })
    }

    /// Returns the statement that adds a constraint or makes an index.
    pub fn maker(&self, kind: ObjectKind, parts: &[String]) -> Option<String> {
        let mut found = self.naming_just(parts).filter(|statement| {
            let mut effects = statement.reading.effects.iter().filter(|effect| effect.act != Act::Read);
            let only = effects.next().filter(|_| effects.next().is_none());
            only.is_some_and(|effect| {
                matches!(effect.act, Act::Create(_)) && effect.object.kind == kind && self.is(&effect.object.parts, parts)
            })
        });
        let one = found.next()?;
        found.next().is_none().then(|| self.written(one))
    }

    /// Returns the statement that comments on an object.
    pub fn comment(&self, object: &Object) -> Option<String> {
        let mut said = self.naming_just(&object.parts).rev();
        let found = said.find(|statement| {
            let mut effects = statement.reading.effects.iter();
            effects.any(|effect| {
                effect.act == Act::Alter(Alter::Comment)
                    && effect.object.kind == object.kind
                    && self.is(&effect.object.parts, &object.parts)
            })
        });
        found.map(|statement| self.written(statement))
    }
}
