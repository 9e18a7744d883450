//! The inverse of SQL: exact, or a refusal that names the statement and what is missing.
//!
//! What a statement made is dropped, what it renamed is named back. What was there before it is not known from the statement:
//! then nothing is derived. Data is never brought back; what an inverse takes with it is told.

mod known;
mod place;

use std::collections::{BTreeMap, BTreeSet};
use std::ops::Range;

use super::dump::Dump;
use super::{Dialect, Kind, Sight, Statement, split};
use crate::effect::act::{Act, Alter, Create, Detail, Effect, Rule};
use crate::effect::object::{Object, ObjectKind};

use place::Made;

/// The inverse of a text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Inverse {
    /// A statement each, in the order in which they are to run.
    pub statements: Vec<String>,
    /// What was written since and goes with it, for people: `the rows of users`.
    pub takes: Vec<String>,
    /// What the text destroys and the inverse does not bring back, for people: `the values of users.fax`.
    pub loses: Vec<String>,
}

/// A statement without an inverse.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Refusal {
    /// The bytes of what stands in the way.
    pub range: Range<usize>,
    /// What is missing, in lower case, without a final period.
    pub why: String,
    /// What to do.
    pub help: &'static str,
}

const WRITE: &str = "write the undo yourself";
const SAVE: &str = "take a backup before it, and restore that";

/// Returns the inverse of a text, or everything that stands in its way.
pub fn inverse(text: &str, dialect: Dialect) -> Result<Inverse, Vec<Refusal>> {
    derive(text, dialect, None, &Earlier::default())
}

/// Returns the inverse of a text where a dump says what was there before it.
pub fn inverse_on(text: &str, dialect: Dialect, dump: &Dump) -> Result<Inverse, Vec<Refusal>> {
    derive(text, dialect, Some(dump), &Earlier::default())
}

/// Returns the inverse of a text that runs after other code, to which a dump says what was there before all of it.
pub fn inverse_after(text: &str, dialect: Dialect, dump: &Dump, earlier: &Earlier) -> Result<Inverse, Vec<Refusal>> {
    derive(text, dialect, Some(dump), earlier)
}

/// What was changed after a dump was written and before a text runs: of that the dump says nothing.
#[derive(Clone, Debug, Default)]
pub struct Earlier {
    /// By the name without the usual schema: who changed it first. What ends with an empty part stands for the indexes and constraints
    /// of a table.
    changed: BTreeMap<Vec<String>, String>,
    /// Who did something that can't be read.
    unread: Option<String>,
}

impl Earlier {
    /// Follows the statements of what has a name.
    pub fn follow(&mut self, statements: &[Statement], dump: &Dump, dialect: Dialect, who: &str) {
        for statement in statements {
            for effect in &statement.reading.effects {
                let rows = matches!(
                    effect.act,
                    Act::Read | Act::Lock | Act::Insert { .. } | Act::Update { .. } | Act::Delete { .. } | Act::Truncate { .. }
                );
                if rows {
                    continue;
                }
                let mut changed = Vec::new();
                follow(statement, effect, dialect, &mut changed);
                let parts = super::schema::plain(&effect.object.parts, dialect).to_vec();
                if let (Act::Drop { .. } | Act::Rename(_), ObjectKind::Index) = (&effect.act, effect.object.kind) {
                    changed.extend(dump.tables_of(&effect.object).iter().map(|table| parts_of_table(table)));
                }
                if let Act::Rename(to) = &effect.act {
                    let to = super::schema::folded(to, effect.object.kind, dialect);
                    let of = parts.split_last().map_or(&[][..], |(_, of)| of);
                    changed.push(if to.len() > 1 { to } else { of.iter().cloned().chain(to).collect() });
                }
                if matches!(effect.object.kind, ObjectKind::Constraint | ObjectKind::Index)
                    && let Some((_, of)) = parts.split_last().filter(|(_, of)| !of.is_empty())
                {
                    changed.push(parts_of_table(of));
                }
                changed.push(parts);
                for name in changed {
                    self.changed.entry(name).or_insert_with(|| who.to_owned());
                }
            }
        }
    }

    /// Keeps that something was done which can't be read.
    pub fn hide(&mut self, who: &str) {
        self.unread.get_or_insert_with(|| who.to_owned());
    }

    /// Returns why the dump does not say how an object was right before the text.
    fn stands_before(&self, object: &Object, parts: &[String], drops: bool, dialect: Dialect) -> Option<String> {
        let within = |parts: &[String]| self.changed.range(parts.to_vec()..).next().filter(|(name, _)| name.starts_with(parts));
        let above = || (1..parts.len()).find_map(|length| self.changed.get_key_value(&parts[..length]));
        let table = || parts.split_last().map(|(_, table)| table).filter(|_| object.kind == ObjectKind::Column);
        // Indexes and constraints go with a column; in MySQL it says behind which other one it stands.
        let around = || match table().filter(|_| drops) {
            Some(table) if dialect == Dialect::Mysql => within(table),
            Some(table) => self.changed.get_key_value(&parts_of_table(table)),
            None => None,
        };
        if let Some((_, who)) = within(parts).or_else(above).or_else(around) {
            return Some(format!("`{who}` changes {object} before it, and the schema says only what was before that"));
        }
        let who = self.unread.as_ref()?;
        Some(format!("what `{who}` does before it can't be read, so that {object} may not be what the schema says"))
    }
}

fn derive(text: &str, dialect: Dialect, dump: Option<&Dump>, earlier: &Earlier) -> Result<Inverse, Vec<Refusal>> {
    let mut inverse = Inverse { statements: Vec::new(), takes: Vec::new(), loses: Vec::new() };
    let mut changed: Vec<Vec<String>> = Vec::new();
    let mut refusals = Vec::new();
    let mut made: Vec<Made> = Vec::new();
    // The statements of the inverse that make again what was dropped.
    let mut brought: Vec<usize> = Vec::new();
    // Where those of them stand in the dump that are statements of it.
    let mut places: BTreeMap<usize, usize> = BTreeMap::new();
    // Their texts, and the names of what was dropped.
    let mut again: BTreeSet<String> = BTreeSet::new();
    let mut dropped: BTreeSet<Vec<String>> = BTreeSet::new();
    let mut names = Names::default();
    for statement in split(text, dialect) {
        let may_lack = alters_if_there(&text[statement.range.clone()], dialect);
        for opaque in &statement.reading.opaque {
            refusals.push(Refusal { range: opaque.range.clone(), why: format!("it can't be read: {}", opaque.why), help: WRITE });
        }
        if statement.reading.guarded && statement.reading.effects.iter().any(|effect| effect.act != Act::Read) {
            let why = format!("whether what stands in `{}` runs is only known then", statement.opening);
            refusals.push(Refusal { range: statement.range.clone(), why, help: WRITE });
            continue;
        }
        let silent = statement.reading.effects.is_empty() && statement.reading.opaque.is_empty();
        if silent && !leaves_no_trace(&statement) {
            let why = format!("what `{}` does is not known", statement.opening);
            refusals.push(Refusal { range: statement.range.clone(), why, help: WRITE });
        }
        for effect in &statement.reading.effects {
            // What the same text put into a table goes with it.
            if goes_with(effect, &made) {
                continue;
            }
            if let (Act::Rename(to), Some(maker)) = (&effect.act, made.iter_mut().find(|maker| maker.object.parts == effect.object.parts))
                && changed.contains(&super::schema::plain(&place::named(&effect.object, to, dialect), dialect).to_vec())
            {
                if !place::take(&mut inverse, maker, &brought, to, dialect) {
                    let why = format!("`{to}` was dropped before it, and what refers to that would follow this one when it is named back");
                    refusals.push(Refusal { range: effect.object.range.clone(), why, help: WRITE });
                }
                continue;
            }
            let whole = dump.filter(|_| names.renamed.is_empty()).map(|dump| (dump, dump.resolved(&effect.object)));
            let before = whole.and_then(|(dump, object)| Some((known::restored(&effect.act, &object, dump, dialect)?, object)));
            if let Some((back, object)) = before {
                let parts = super::schema::plain(&object.parts, dialect).to_vec();
                // Indexes and constraints that the text made go with a column, and with a table.
                let around = parts.split_last().filter(|_| object.kind == ObjectKind::Column).map(|(_, table)| parts_of_table(table));
                let drops = matches!(effect.act, Act::Drop { .. });
                // A table takes its partitions along.
                let mut with = vec![parts.clone()];
                if let (Act::Drop { .. }, Some(dump)) = (&effect.act, dump) {
                    with.extend(dump.going_with(&parts).iter().map(|own| super::schema::plain(own, dialect).to_vec()));
                }
                if let Some(why) = with.iter().find_map(|own| earlier.stands_before(&object, own, drops, dialect)) {
                    refusals.push(Refusal { range: effect.object.range.clone(), why, help: WRITE });
                    continue;
                }
                let attaches = |other: &[String]| dump.is_some_and(|dump| dump.attached(other).is_some());
                if changed.iter().any(|other| {
                    // What was dropped before it is made again behind it, unless that attaches it.
                    let before = |own: &[String]| own != parts && dropped.contains(other) && !attaches(other);
                    with.iter().any(|own| other.starts_with(own) && !before(own))
                        || parts.starts_with(other)
                        || drops && around.as_ref().is_some_and(|around| other == around)
                }) {
                    refusals.push(known::twice(&effect.object));
                    continue;
                }
                if drops {
                    dropped.insert(parts.clone());
                }
                changed.push(parts);
                match back {
                    Ok(restored) => {
                        // What went with two things that were dropped is made once, behind both.
                        let at = restored.places.into_iter().map(Some).chain(std::iter::repeat(None));
                        let own: Vec<_> = restored.statements.into_iter().zip(at).filter(|(own, _)| again.insert(own.clone())).collect();
                        for (statement, place) in own.into_iter().rev() {
                            brought.push(inverse.statements.len());
                            places.extend(place.map(|place| (inverse.statements.len(), place)));
                            inverse.statements.push(statement);
                        }
                        inverse.loses.extend(restored.loses);
                    }
                    Err((why, help)) => refusals.push(Refusal { range: effect.object.range.clone(), why, help }),
                }
                continue;
            }
            if dump.is_some() {
                follow(&statement, effect, dialect, &mut changed);
            }
            match of_one(text, &statement, effect, dialect, &mut names).and_then(|back| if_there(back, effect, may_lack)) {
                Ok(None) => {}
                Ok(Some(back)) => {
                    inverse.statements.push(back);
                    inverse.takes.extend(taken(effect));
                    if matches!(effect.act, Act::Create(_)) && !matches!(effect.object.kind, ObjectKind::Schema | ObjectKind::Database) {
                        made.push(Made { object: effect.object.clone(), at: inverse.statements.len() - 1 });
                    }
                }
                Err((why, help)) => refusals.push(Refusal { range: effect.object.range.clone(), why, help }),
            }
        }
    }
    if !refusals.is_empty() {
        return Err(refusals);
    }
    place::order(&mut inverse.statements, &places);
    inverse.statements.retain(|statement| !statement.is_empty());
    inverse.statements.reverse();
    Ok(inverse)
}

/// Returns whether a statement alters only what is there: `ALTER TABLE IF EXISTS …`.
fn alters_if_there(statement: &str, dialect: Dialect) -> bool {
    let pieces = super::lexis::cut(statement, dialect);
    pieces.first().is_some_and(|piece| {
        let words = super::words::Words::new(statement, &piece.tokens);
        words.is(0, "alter") && (2..4).any(|index| words.are(index, &["if", "exists"]))
    })
}

/// Returns an inverse that does nothing either where nothing was altered.
fn if_there(back: Option<String>, effect: &Effect, may_lack: bool) -> Back {
    match back {
        Some(back) if may_lack => match back.strip_prefix("ALTER TABLE ").filter(|_| effect.object.of.is_some()) {
            Some(rest) => Ok(Some(format!("ALTER TABLE IF EXISTS {rest}"))),
            None => {
                let table = effect.object.of.as_deref().unwrap_or(&effect.object.own);
                Err((format!("whether `{table}` was there is not in the statement: `IF EXISTS`"), "leave `IF EXISTS` out"))
            }
        },
        back => Ok(back),
    }
}

/// Returns what stands for the indexes and constraints that a text made on a table.
fn parts_of_table(table: &[String]) -> Vec<String> {
    table.iter().cloned().chain([String::new()]).collect()
}

/// Keeps what a text has changed: the schema says nothing of it.
fn follow(statement: &Statement, effect: &Effect, dialect: Dialect, changed: &mut Vec<Vec<String>>) {
    let plain = |parts: &[String]| super::schema::plain(parts, dialect).to_vec();
    match (&effect.act, effect.object.kind) {
        (Act::Create(_), ObjectKind::Index) => {
            let tables = statement.reading.effects.iter().filter(|effect| effect.act == Act::Read);
            changed.extend(tables.map(|table| parts_of_table(&plain(&table.object.parts))));
            changed.extend(
                effect.object.of.as_ref().map(|_| parts_of_table(plain(&effect.object.parts).split_last().map_or(&[], |(_, of)| of))),
            );
        }
        (Act::Create(_), ObjectKind::Constraint) => {
            let parts = plain(&effect.object.parts);
            let of = if effect.object.own.is_empty() { &parts[..] } else { parts.split_last().map_or(&[][..], |(_, of)| of) };
            changed.push(parts_of_table(of));
        }
        (Act::Create(_) | Act::Alter(_), _) => changed.push(plain(&effect.object.parts)),
        _ => {}
    }
}

/// Returns whether dropping what the text made before takes an effect back too. A schema is dropped empty.
fn goes_with(effect: &Effect, made: &[Made]) -> bool {
    let within = |kind: ObjectKind, parts: &[String]| {
        made.iter().map(|made| &made.object).any(|maker| match maker.parts.len() == parts.len() {
            true => maker.parts == parts && super::known::is_one(maker.kind, kind),
            false => parts.starts_with(&maker.parts) && super::known::holds_others(maker.kind),
        })
    };
    // What has no name has its table's.
    let kind = if effect.object.own.is_empty() { ObjectKind::Table } else { effect.object.kind };
    let has = |parts: &[String]| within(kind, parts);
    let column = |column: &String, parts: &[String]| within(ObjectKind::Column, &parts.iter().chain([column]).cloned().collect::<Vec<_>>());
    let parts = &effect.object.parts;
    match &effect.act {
        Act::Rename(_) => false,
        Act::Update { columns, .. } if !columns.is_empty() => has(parts) || columns.iter().all(|name| column(name, parts)),
        _ => has(parts),
    }
}

fn leaves_no_trace(statement: &Statement) -> bool {
    statement.kind == Kind::Control || matches!(statement.sight, Sight::Reads | Sight::Sets)
}

/// Whether names were given away in this text: an inverse may not mix old and new ones.
#[derive(Default)]
struct Names {
    renamed: Vec<Vec<String>>,
}

type Back = Result<Option<String>, (String, &'static str)>;

fn of_one(text: &str, statement: &Statement, effect: &Effect, dialect: Dialect, names: &mut Names) -> Back {
    let object = &effect.object;
    let name = object.written();
    if names.renamed.iter().any(|old| object.parts.starts_with(old)) {
        return Err((format!("`{name}` was renamed before it in the same text"), WRITE));
    }
    match &effect.act {
        Act::Read | Act::Lock => Ok(None),
        Act::Create(create) if create.temporary => Ok(None),
        Act::Drop { temporary: true, .. } => Ok(None),
        Act::Create(create) => made(text, statement, object, create, dialect),
        Act::Rename(to) => {
            names.renamed.push(object.parts.clone());
            renamed(text, statement, object, to, dialect)
        }
        Act::Alter(Alter::Schema) => Err((format!("where `{name}` lay before is not in the statement"), WRITE)),
        Act::Alter(_) => Err((format!("how {object} was before is not in the statement"), WRITE)),
        Act::Drop { .. } => Err((format!("how {object} was made is not in the statement, and what it held is gone"), SAVE)),
        Act::Insert { .. } => Err((format!("which rows of `{name}` it adds can't be told from others"), WRITE)),
        Act::Update { .. } | Act::Delete { .. } | Act::Truncate { .. } => {
            Err((format!("the rows of `{name}` as they were are gone"), SAVE))
        }
        Act::Grant => Err((format!("whether the right on `{name}` was there before is not in the statement"), WRITE)),
        Act::Revoke => Err((format!("whether the right on `{name}` was there before is not in the statement"), WRITE)),
    }
}

/// Returns what a statement alters, and what the parts of that are called: types have attributes, domains have constraints.
fn holder(statement: &Statement) -> (&'static str, &'static str) {
    let alters = |kind: &str| {
        let mut words = statement.opening.split_whitespace();
        words.next().is_some_and(|word| word.eq_ignore_ascii_case("alter"))
            && words.next().is_some_and(|word| word.eq_ignore_ascii_case(kind))
    };
    match () {
        () if alters("domain") => ("DOMAIN", "CONSTRAINT"),
        () if alters("type") => ("TYPE", "ATTRIBUTE"),
        () => ("TABLE", "COLUMN"),
    }
}

/// Drops what was made.
fn made(text: &str, statement: &Statement, object: &Object, create: &Create, dialect: Dialect) -> Back {
    let name = object.written();
    if create.lenient {
        return Err((format!("{object} may have been there before: `IF NOT EXISTS`"), "leave `IF NOT EXISTS` out"));
    }
    if create.replaces {
        return Err((format!("what was there before as `{name}` is not in the statement: `OR REPLACE`"), WRITE));
    }
    if object.own.is_empty() {
        return Err((format!("the server names this {} of `{name}`", object.kind.words()), "give it a name"));
    }
    let (own, of) = (&object.own, object.of.as_deref().unwrap_or_default());
    let (whole, part) = holder(statement);
    Ok(Some(match object.kind {
        // MySQL's are no tables: one may have the same name.
        ObjectKind::Partition if object.of.is_some() => format!("ALTER TABLE {of} DROP PARTITION {own};"),
        ObjectKind::Table | ObjectKind::Partition => format!("DROP TABLE {own};"),
        ObjectKind::Column => format!("ALTER {whole} {of} DROP {part} {own};"),
        // The server makes an index for a foreign key, and keeps it.
        ObjectKind::Constraint if dialect == Dialect::Mysql && matches!(create.detail, Detail::Constraint { rule: Rule::Foreign, .. }) => {
            return Err((format!("whether the index for {object} was there before is not in the statement"), WRITE));
        }
        ObjectKind::Constraint if dialect == Dialect::Sqlite => {
            return Err((format!("SQLite can't drop {object}"), SAVE));
        }
        // A primary key makes its columns required, and they stay so without it.
        ObjectKind::Constraint if matches!(create.detail, Detail::Constraint { rule: Rule::Primary, .. }) => {
            return Err((format!("whether the columns of {object} were required before is not in the statement"), WRITE));
        }
        ObjectKind::Constraint if behind(text, object).contains("using index") => {
            return Err((format!("the index that becomes {object} had another name"), WRITE));
        }
        // It is an index there: MySQL 5.7 drops no constraint, and MariaDB finds none over a text of any length.
        ObjectKind::Constraint if dialect == Dialect::Mysql && matches!(create.detail, Detail::Constraint { rule: Rule::Unique, .. }) => {
            format!("ALTER TABLE {of} DROP INDEX {own};")
        }
        ObjectKind::Constraint => format!("ALTER {whole} {of} DROP CONSTRAINT {own};"),
        ObjectKind::Index if create.concurrently => format!("DROP INDEX CONCURRENTLY {name};"),
        ObjectKind::Index if dialect == Dialect::Mysql => match object.of.as_deref().or_else(|| table_of(text, object)) {
            Some(table) => format!("DROP INDEX {own} ON {table};"),
            None => return Err((format!("the table of {object} can't be read"), WRITE)),
        },
        ObjectKind::Index => format!("DROP INDEX {name};"),
        ObjectKind::Trigger if dialect != Dialect::Postgres => format!("DROP TRIGGER {own};"),
        ObjectKind::Trigger => format!("DROP TRIGGER {own} ON {of};"),
        ObjectKind::Policy => format!("DROP POLICY {own} ON {of};"),
        ObjectKind::Other("rule") => format!("DROP RULE {own} ON {of};"),
        ObjectKind::EnumValue => {
            return Err((format!("{object} can't be taken out of its type"), "make a new type without it and convert the columns"));
        }
        ObjectKind::Function if dialect == Dialect::Mysql => format!("DROP {} {own};", routine(text, object)),
        ObjectKind::Function => format!("DROP {} {own}{};", routine(text, object), arguments(text, object)?),
        ObjectKind::Type if word_before(text, object).eq_ignore_ascii_case("domain") => format!("DROP DOMAIN {own};"),
        ObjectKind::Other("cast" | "user mapping" | "operator" | "operator class" | "operator family") => {
            return Err((format!("what tells this {} from others is more than a name", object.kind.words()), WRITE));
        }
        kind => format!("DROP {} {own};", sql_words(kind)),
    }))
}

fn renamed(text: &str, statement: &Statement, object: &Object, to: &str, dialect: Dialect) -> Back {
    let (own, of) = (&object.own, object.of.as_deref().unwrap_or_default());
    let (whole, part) = holder(statement);
    let last = last_part(own);
    // The new name lies where the old one did, unless it says otherwise.
    let at = if to.contains('.') { to.to_owned() } else { format!("{}{to}", &own[..own.len() - last.len()]) };
    Ok(Some(match object.kind {
        ObjectKind::Column => format!("ALTER {whole} {of} RENAME {part} {to} TO {own};"),
        ObjectKind::Constraint => format!("ALTER {whole} {of} RENAME CONSTRAINT {to} TO {own};"),
        ObjectKind::EnumValue => format!("ALTER TYPE {of} RENAME VALUE {to} TO {own};"),
        ObjectKind::Index if dialect == Dialect::Mysql => format!("ALTER TABLE {of} RENAME INDEX {to} TO {own};"),
        // `ALTER TABLE` renames no view, and what is named here may be one.
        ObjectKind::Table | ObjectKind::View | ObjectKind::Sequence if dialect == Dialect::Mysql => format!("RENAME TABLE {at} TO {own};"),
        ObjectKind::Policy | ObjectKind::Trigger if dialect == Dialect::Postgres => {
            format!("ALTER {} {to} ON {of} RENAME TO {own};", sql_words(object.kind))
        }
        ObjectKind::Function => return Err((format!("the arguments of `{own}` under its new name are not in the statement"), WRITE)),
        ObjectKind::Type => format!("ALTER {} {at} RENAME TO {last};", word_before(text, object).to_uppercase()),
        kind => format!("ALTER {} {at} RENAME TO {last};", sql_words(kind)),
    }))
}

/// What is written since and goes with an inverse.
fn taken(effect: &Effect) -> Option<String> {
    let Act::Create(_) = effect.act else { return None };
    let name = effect.object.written();
    match effect.object.kind {
        ObjectKind::Table | ObjectKind::Partition => Some(format!("the rows of {name}")),
        ObjectKind::Column => Some(format!("the values of {name}")),
        ObjectKind::Database | ObjectKind::Schema | ObjectKind::Extension => Some(format!("whatever was put into {name}")),
        ObjectKind::Sequence => Some(format!("the number that {name} had reached")),
        _ => None,
    }
}

fn sql_words(kind: ObjectKind) -> String {
    match kind {
        ObjectKind::MaterializedView => "MATERIALIZED VIEW".to_owned(),
        kind => kind.words().to_uppercase(),
    }
}

/// Returns the last part of a dotted name; quotes may hold dots.
fn last_part(name: &str) -> &str {
    let mut quoted = false;
    let mut start = 0;
    for (at, character) in name.char_indices() {
        match character {
            '"' | '`' => quoted = !quoted,
            '.' if !quoted => start = at + 1,
            _ => {}
        }
    }
    &name[start..]
}

fn word_before<'t>(text: &'t str, object: &Object) -> &'t str {
    text[..object.range.start].split_whitespace().next_back().unwrap_or_default()
}

/// Returns the rest of the statement behind an object, in lower case with single spaces.
fn behind(text: &str, object: &Object) -> String {
    let rest = text[object.range.end..].split(';').next().unwrap_or_default();
    rest.split_whitespace().collect::<Vec<_>>().join(" ").to_lowercase()
}

/// Returns the table that stands behind the `ON` of `CREATE INDEX`.
fn table_of<'t>(text: &'t str, object: &Object) -> Option<&'t str> {
    let rest = &text[object.range.end..];
    let on = rest.to_ascii_lowercase().find(" on ")?;
    let name = rest[on + 4..].trim_start();
    let mut quoted = false;
    let end = name.find(|character: char| {
        quoted ^= character == '`';
        !quoted && (character == '(' || character.is_whitespace())
    })?;
    Some(&name[..end]).filter(|name| !name.is_empty())
}

/// Returns whether a routine was made as a function, a procedure or an aggregate.
fn routine(text: &str, object: &Object) -> String {
    word_before(text, object).to_uppercase()
}

/// Returns the arguments of a routine as they stand behind its name; defaults can't stand in a `DROP`.
fn arguments(text: &str, object: &Object) -> Result<String, (String, &'static str)> {
    let behind = text[object.range.end..].trim_start();
    let mut depth = 0_usize;
    for (at, character) in behind.char_indices() {
        match character {
            '(' => depth += 1,
            ')' if depth == 1 => {
                let arguments = &behind[..=at];
                let has_default = arguments.contains('=') || arguments.to_lowercase().contains("default");
                let why = format!("the arguments of `{}` have defaults, which can't stand in a DROP", object.own);
                return if has_default { Err((why, WRITE)) } else { Ok(arguments.to_owned()) };
            }
            ')' => depth = depth.saturating_sub(1),
            _ if depth == 0 => break,
            _ => {}
        }
    }
    Err((format!("the arguments of `{}` can't be read", object.own), WRITE))
}
