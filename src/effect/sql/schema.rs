//! What tables look like, as statements say: a dump of the schema, or the code itself so far. It knows columns with their types; what
//! is not said it does not know.

use std::collections::{BTreeMap, BTreeSet};

use super::Dialect;
use super::cursor::Cursor;
use super::words::Words;
use crate::diagnostic::nearest;
use crate::effect::act::{Act, Alter, Create, Detail, Effect, Lacking, Rule};
use crate::effect::object::{Object, ObjectKind};

/// A column as it is defined.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Column {
    /// Its name as written.
    pub own: String,
    /// Its type as written.
    pub of: String,
    /// The whole definition behind the name, as written.
    pub definition: String,
    pub required: bool,
    /// The expression, as written.
    pub default: Option<String>,
    /// Computed from others: it holds nothing of its own.
    pub computed: bool,
}

/// A constraint or an index that stands in the definition of a table.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Part {
    /// The name as the dialect compares it, if it has one.
    pub name: Option<String>,
    /// As written.
    pub written: String,
    /// The names in it as the dialect compares those of columns.
    pub names: Vec<String>,
}

/// A table as it is defined.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Table {
    /// By the name as the dialect compares it, in the order of their definition.
    pub columns: Vec<(String, Column)>,
    pub parts: Vec<Part>,
}

impl Table {
    pub fn column(&self, name: &str) -> Option<&Column> {
        self.columns.iter().find(|(own, _)| own == name).map(|(_, column)| column)
    }
}

/// The tables that are known.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Schema {
    tables: BTreeMap<Vec<String>, Table>,
    /// The names of tables, views and sequences, by their last part without case: those of which the columns are not known, too.
    relations: BTreeMap<String, BTreeSet<Vec<String>>>,
    /// Columns of which a CHECK that is valid says `IS NOT NULL`, each with the constraint's name.
    proven: BTreeMap<Vec<String>, Vec<String>>,
    /// The same of constraints that have not looked at the rows yet: the column by the constraint.
    unproven: BTreeMap<Vec<String>, Vec<String>>,
    /// Tables to which a foreign key of SQLite refers that acts when their rows go.
    referred: BTreeSet<Vec<String>>,
    /// `PRAGMA foreign_keys`, as far as it is said.
    enforced: Option<bool>,
    /// Everything that is there was said: what has no name here is not there.
    pub whole: bool,
}

/// Returns a name without the schema that is meant where none is written.
pub fn plain(parts: &[String], dialect: Dialect) -> &[String] {
    let usual = match dialect {
        Dialect::Postgres => "public",
        Dialect::Sqlite => "main",
        Dialect::Mysql => return parts,
    };
    match parts {
        [schema, rest @ ..] if !rest.is_empty() && schema == usual => rest,
        parts => parts,
    }
}

impl Schema {
    pub fn is_empty(&self) -> bool {
        self.tables.is_empty()
    }

    pub fn table(&self, parts: &[String], dialect: Dialect) -> Option<&Table> {
        self.tables.get(plain(parts, dialect))
    }

    /// Returns whether a table, a column of it, or a view is known to be there.
    pub fn has(&self, parts: &[String]) -> bool {
        let table = |parts: &[String]| parts.last().and_then(|last| self.relations.get(&last.to_lowercase())).is_some();
        let column = parts.split_last().and_then(|(name, of)| self.tables.get(of)?.column(name)).is_some();
        column || table(parts)
    }

    /// Returns a column by its whole name.
    pub fn column(&self, parts: &[String], dialect: Dialect) -> Option<&Column> {
        let (name, table) = plain(parts, dialect).split_last()?;
        self.tables.get(table)?.column(name)
    }

    /// Follows a statement: what it makes, alters, renames and drops.
    pub fn follow(&mut self, words: &Words<'_>, effects: &[Effect], dialect: Dialect) {
        if dialect == Dialect::Sqlite {
            self.refer(words);
        }
        for effect in effects {
            let parts = plain(&effect.object.parts, dialect).to_vec();
            self.named(&effect.act, effect.object.kind, &parts, dialect);
            if effect.object.kind == ObjectKind::Constraint {
                self.constrained(words, effect, &parts, dialect);
            }
            match (&effect.act, effect.object.kind) {
                (Act::Create(create), ObjectKind::Table) => self.made(words, create, &effect.object, parts, dialect),
                (Act::Drop { .. }, ObjectKind::Table) => {
                    self.tables.remove(&parts);
                }
                (Act::Rename(to), ObjectKind::Table) => self.renamed(&parts, &folded(to, ObjectKind::Table, dialect)),
                (Act::Alter(Alter::SetDefault), ObjectKind::Column) => {
                    if let Some(column) = self.column_mut(&parts) {
                        column.default = default_behind(words, &effect.object, dialect);
                    }
                }
                (act, ObjectKind::Column) => self.column_is(act, parts, &effect.object, dialect),
                _ => {}
            }
        }
    }

    /// Follows foreign keys that act, and whether they are enforced.
    fn refer(&mut self, words: &Words<'_>) {
        if let Some((_, behind)) = words.name(1).filter(|_| words.is(0, "pragma"))
            && words.is(behind - 1, "foreign_keys")
        {
            self.enforced = Some(words.is_one(behind + 1, &["on", "true", "yes"]) || words.text(behind + 1) == "1");
        }
        if !words.is_one(0, &["create", "alter"]) {
            return;
        }
        for at in (0..words.len()).filter(|at| words.is(*at, "references")) {
            let mut cursor = Cursor::new(words, Dialect::Sqlite);
            cursor.at = at + 1;
            let Some(table) = cursor.name(ObjectKind::Table) else { continue };
            let acts = cursor.ahead(&["on", "delete"]).is_some_and(|at| words.is_one(at + 2, &["cascade", "set"]));
            if acts {
                self.referred.insert(plain(&table.parts, Dialect::Sqlite).to_vec());
            }
        }
    }

    /// Returns whether the rows that refer to a table of SQLite may go with it: dropping it deletes its rows first.
    pub fn is_referred(&self, table: &[String]) -> bool {
        self.enforced != Some(false) && self.referred.contains(plain(table, Dialect::Sqlite))
    }

    /// Follows what says that a column has a value.
    fn constrained(&mut self, words: &Words<'_>, effect: &Effect, parts: &[String], dialect: Dialect) {
        match &effect.act {
            Act::Create(Create { detail: Detail::Constraint { rule: Rule::Check, unchecked }, .. }) => {
                let Some(column) = not_null(words, &effect.object, dialect) else { return };
                let table = if effect.object.own.is_empty() { parts } else { parts.split_last().map_or(parts, |(_, table)| table) };
                let column: Vec<String> = table.iter().cloned().chain([column]).collect();
                match unchecked {
                    true => _ = self.unproven.insert(parts.to_vec(), column),
                    false => _ = self.proven.insert(column, parts.to_vec()),
                }
            }
            Act::Alter(Alter::Validate) => {
                if let Some(column) = self.unproven.remove(parts) {
                    self.proven.insert(column, parts.to_vec());
                }
            }
            Act::Drop { .. } => {
                self.unproven.remove(parts);
                self.proven.retain(|_, by| by != parts);
            }
            _ => {}
        }
    }

    /// Returns whether a valid CHECK says that the column has a value.
    pub fn is_proven(&self, column: &[String], dialect: Dialect) -> bool {
        self.proven.contains_key(plain(column, dialect))
    }

    /// Follows the names of what can be read from and written to.
    fn named(&mut self, act: &Act, kind: ObjectKind, parts: &[String], dialect: Dialect) {
        // What it brings along is not said.
        if kind == ObjectKind::Extension && matches!(act, Act::Create(_)) && !brings_nothing(parts) {
            self.whole = false;
        }
        if !is_relation(kind) {
            return;
        }
        let Some(last) = parts.last() else { return };
        match act {
            Act::Create(_) => drop(self.relations.entry(last.to_lowercase()).or_default().insert(parts.to_vec())),
            Act::Drop { .. } | Act::Rename(_) => {
                if let Some(named) = self.relations.get_mut(&last.to_lowercase()) {
                    named.remove(parts);
                    if named.is_empty() {
                        self.relations.remove(&last.to_lowercase());
                    }
                }
                let Act::Rename(to) = act else { return };
                let to = folded(to, ObjectKind::Table, dialect);
                if let Some(new) = to.last() {
                    self.relations.entry(new.to_lowercase()).or_default().insert(to);
                }
            }
            _ => {}
        }
    }

    /// Returns what a statement asks for and is not there. In doubt everything is: a name is looked for in every schema, and what the
    /// server has by itself is not looked for.
    pub fn lacking(&self, words: &Words<'_>, effects: &[Effect], dialect: Dialect) -> Vec<Lacking> {
        let lenient = |index: usize| words.are(index, &["if", "exists"]);
        if !self.whole || words.is_one(0, &["do", "begin", "call", "explain"]) || (0..words.len()).any(lenient) {
            return Vec::new();
        }
        let mut found: Vec<Lacking> = Vec::new();
        for (of, effect) in effects.iter().enumerate() {
            let parts = plain(&effect.object.parts, dialect);
            // What the statement itself makes is there.
            let made = |kind: fn(ObjectKind) -> bool, parts: &[String]| {
                let mut makes = effects.iter().filter(|other| matches!(other.act, Act::Create(_)) && kind(other.object.kind));
                makes.any(|other| plain(&other.object.parts, dialect) == parts)
            };
            let Some((table, mut columns)) = asked(effect, parts) else { continue };
            if matches!(effect.act, Act::Update { .. }) && !sets_own(words) || made(|kind| kind == ObjectKind::Column, parts) {
                columns.clear();
            }
            if made(is_relation, table) || effect.act == Act::Read && !is_outside(words, effect.object.range.start) || is_of_server(table) {
                continue;
            }
            let Some(last) = table.last() else { continue };
            let Some(named) = self.relations.get(&last.to_lowercase()) else {
                let near = nearest(last, self.relations.keys().map(String::as_str)).map(str::to_owned);
                found.push(Lacking { of, column: None, near });
                continue;
            };
            let exact = self.tables.get(table);
            let known = exact.or_else(|| named.first().filter(|_| named.len() == 1).and_then(|only| self.tables.get(only)));
            let Some(known) = known else { continue };
            let lacks = |column: &&String| !known.columns.iter().any(|(own, _)| own == *column);
            if let Some(column) = columns.into_iter().find(lacks) {
                let near = nearest(column, known.columns.iter().map(|(own, _)| own.as_str()));
                found.push(Lacking { of, column: Some(column.clone()), near: near.map(str::to_owned) });
            }
        }
        found
    }

    fn column_mut(&mut self, parts: &[String]) -> Option<&mut Column> {
        let (name, of) = parts.split_last()?;
        let table = self.tables.get_mut(of)?;
        table.columns.iter_mut().find(|(own, _)| own == name).map(|(_, column)| column)
    }

    fn made(&mut self, words: &Words<'_>, create: &Create, object: &Object, parts: Vec<String>, dialect: Dialect) {
        if create.lenient && self.tables.contains_key(&parts) {
            return;
        }
        match body(words, object, dialect) {
            Some(table) => self.tables.insert(parts, table),
            None => self.tables.remove(&parts),
        };
    }

    fn renamed(&mut self, parts: &[String], to: &[String]) {
        let Some(table) = self.tables.remove(parts) else { return };
        let mut new = parts.to_vec();
        if to.len() > 1 {
            new = to.to_vec();
        } else if let (Some(last), [to]) = (new.last_mut(), to) {
            last.clone_from(to);
        }
        self.tables.insert(new, table);
    }

    fn column_is(&mut self, act: &Act, parts: Vec<String>, object: &Object, dialect: Dialect) {
        let Some((name, of)) = parts.split_last() else { return };
        let Some(table) = self.tables.get_mut(of) else { return };
        let at = table.columns.iter().position(|(own, _)| own == name);
        match (act, at) {
            (Act::Create(Create { detail: Detail::Column { of, required, computed, .. }, .. }), None) => {
                let column = Column {
                    own: object.own.clone(),
                    of: of.clone(),
                    definition: of.clone(),
                    required: *required,
                    default: None,
                    computed: *computed,
                };
                table.columns.push((name.clone(), column));
            }
            (Act::Drop { .. }, Some(at)) => {
                table.columns.remove(at);
            }
            (Act::Rename(to), Some(at)) => {
                table.columns[at].1.own.clone_from(to);
                if let Some(to) = folded(to, ObjectKind::Column, dialect).pop() {
                    table.columns[at].0 = to;
                }
            }
            (Act::Alter(Alter::Type { to, .. } | Alter::Restate { to }), Some(at)) => table.columns[at].1.of.clone_from(to),
            (Act::Alter(Alter::Require), Some(at)) => table.columns[at].1.required = true,
            (Act::Alter(Alter::Allow), Some(at)) => table.columns[at].1.required = false,
            (Act::Alter(Alter::DropDefault), Some(at)) => table.columns[at].1.default = None,
            _ => {}
        }
    }
}

/// Returns the column of which a constraint says only that it has a value: `CHECK (c IS NOT NULL)`.
fn not_null(words: &Words<'_>, constraint: &Object, dialect: Dialect) -> Option<String> {
    let from = (0..words.len()).find(|index| words.token(*index).is_some_and(|token| token.start as usize >= constraint.range.start))?;
    let check = (from..words.len()).find(|index| words.is(*index, "check"))?;
    let mut cursor = Cursor::new(words, dialect);
    cursor.at = check + 1;
    let mut brackets = 0;
    while cursor.eat_sign(b'(') {
        brackets += 1;
    }
    let column = cursor.name(ObjectKind::Column).filter(|_| brackets > 0 && cursor.eat(&["is", "not", "null"]))?;
    (0..brackets).all(|_| cursor.eat_sign(b')')).then(|| column.parts.into_iter().next_back()).flatten()
}

/// Extensions that bring no table or view along.
const PLAIN: [&str; 16] = [
    "btree_gin",
    "btree_gist",
    "citext",
    "cube",
    "earthdistance",
    "fuzzystrmatch",
    "hstore",
    "intarray",
    "isn",
    "ltree",
    "pg_trgm",
    "pgcrypto",
    "plpgsql",
    "unaccent",
    "uuid-ossp",
    "vector",
];

fn brings_nothing(extension: &[String]) -> bool {
    extension.last().is_some_and(|name| PLAIN.contains(&name.as_str()))
}

/// Returns whether an extension brings no table or view along.
pub fn is_plain(effect: &Effect) -> bool {
    brings_nothing(&effect.object.parts)
}

/// Returns whether such an object can be read from.
fn is_relation(kind: ObjectKind) -> bool {
    matches!(
        kind,
        ObjectKind::Table
            | ObjectKind::Partition
            | ObjectKind::View
            | ObjectKind::MaterializedView
            | ObjectKind::Sequence
            | ObjectKind::Other("foreign table")
    )
}

/// Returns the table that has to be there for an effect, and the columns that it has to have.
fn asked<'e>(effect: &'e Effect, parts: &'e [String]) -> Option<(&'e [String], Vec<&'e String>)> {
    let member = || parts.split_last().filter(|(_, table)| !table.is_empty());
    match (&effect.act, effect.object.kind) {
        (Act::Drop { temporary: true, .. }, _) => None,
        (Act::Create(_), ObjectKind::Column) => member().map(|(_, table)| (table, Vec::new())),
        (Act::Create(_), _) => None,
        (Act::Update { columns, .. }, ObjectKind::Table) => Some((parts, columns.iter().collect())),
        (_, ObjectKind::Table) => Some((parts, Vec::new())),
        (_, ObjectKind::Column) => member().map(|(column, table)| (table, vec![column])),
        _ => None,
    }
}

/// Returns whether an `UPDATE` surely sets columns of its first table: it names one table, and no column with what it belongs to.
fn sets_own(words: &Words<'_>) -> bool {
    let set = words.find(0, "set").unwrap_or(words.len());
    !(0..words.len()).any(|index| words.is_sign(index, b'.'))
        && !(0..set).any(|index| words.is_sign(index, b',') || words.is(index, "join"))
}

/// Returns whether a name is one of the server's own.
fn is_of_server(table: &[String]) -> bool {
    const SCHEMAS: [&str; 9] =
        ["information_schema", "pg_catalog", "pg_temp", "pg_toast", "mysql", "sys", "performance_schema", "temp", "sqlite_temp"];
    let schema = table.first().is_some_and(|schema| table.len() > 1 && SCHEMAS.contains(&schema.to_lowercase().as_str()));
    let name = table.last().map(|name| name.to_lowercase()).unwrap_or_default();
    schema || ["pg_", "sqlite_", "pragma_", "json_", "seq_"].iter().any(|start| name.starts_with(start)) || name == "dual"
}

/// Returns whether a place of a statement stands in no brackets.
fn is_outside(words: &Words<'_>, place: usize) -> bool {
    let mut depth = 0_i32;
    for index in 0..words.len() {
        if words.token(index).is_none_or(|token| token.start as usize >= place) {
            break;
        }
        depth += i32::from(words.is_sign(index, b'(')) - i32::from(words.is_sign(index, b')'));
    }
    depth == 0
}

/// Returns the parts of a name as written, as the dialect compares them.
pub fn folded(written: &str, kind: ObjectKind, dialect: Dialect) -> Vec<String> {
    let pieces = super::lexis::cut(written, dialect);
    let Some(piece) = pieces.first() else { return Vec::new() };
    let words = Words::new(written, &piece.tokens);
    Cursor::new(&words, dialect).name(kind).map_or(Vec::new(), |object| object.parts)
}

/// Reads what stands in the brackets of a `CREATE TABLE`; `None` where none do, as in `CREATE TABLE … AS`.
fn body(words: &Words<'_>, table: &Object, dialect: Dialect) -> Option<Table> {
    let mut cursor = Cursor::new(words, dialect);
    while !cursor.is_end() && cursor.token(cursor.at).is_some_and(|token| (token.start as usize) < table.range.end) {
        cursor.at += 1;
    }
    if !cursor.sees_sign(b'(') {
        return None;
    }
    let open = cursor.at;
    cursor.skip();
    let whole = cursor;
    let mut cursor = cursor.within(open + 1, cursor.at - 1);
    let mut found = Table::default();
    // What it inherits stands elsewhere.
    if whole.before_end(&["inherits"]).is_some() {
        return None;
    }
    while !cursor.is_end() {
        let from = cursor.at;
        // The columns of another table are not known here.
        if cursor.sees(&["like"]) {
            return None;
        }
        let named = cursor.sees(&["constraint"]);
        let part = named
            || cursor.sees(&["primary", "key"])
            || cursor.sees(&["foreign", "key"])
            || cursor.sees_one(&["unique", "check", "exclude", "index", "key", "fulltext", "spatial", "period"]) && !is_column(cursor);
        if part {
            found.parts.push(read_part(cursor, named));
        } else if let Some(name) = cursor.name(ObjectKind::Column) {
            let key = name.parts.last().cloned().unwrap_or_default();
            found.columns.push((key, read_column(cursor, name.own)));
        }
        cursor.skip_to_comma();
        cursor.eat_sign(b',');
        if cursor.at == from {
            cursor.at += 1;
        }
    }
    Some(found)
}

/// Returns whether a word that may begin a constraint names a column: a type stands behind it.
fn is_column(mut cursor: Cursor<'_, '_>) -> bool {
    let key = cursor.sees_one(&["key", "index"]);
    cursor.at += 1;
    if cursor.sees_sign(b'(') || cursor.sees_one(&["key", "index", "using"]) {
        return false;
    }
    // `KEY by_name (name)` is an index; `key text` a column, and so is `key varchar(9)`.
    let mut behind = cursor;
    behind.at += 1;
    if !key {
        return !cursor.is_end() && !behind.sees_sign(b'(');
    }
    const TYPES: [&str; 14] = [
        "text",
        "varchar",
        "char",
        "character",
        "int",
        "integer",
        "bigint",
        "smallint",
        "uuid",
        "json",
        "jsonb",
        "boolean",
        "timestamp",
        "bytea",
    ];
    cursor.sees_one(&TYPES)
}

fn read_part(cursor: Cursor<'_, '_>, named: bool) -> Part {
    let mut ahead = cursor;
    let mut name = None;
    if named {
        ahead.at += 1;
        name = ahead.name(ObjectKind::Constraint);
        // MySQL gives it the name of the key.
        if ahead.eat(&["unique", "key"]) || ahead.eat(&["unique", "index"]) {
            name = if ahead.sees_sign(b'(') || ahead.sees(&["using"]) { name } else { ahead.name(ObjectKind::Index).or(name) };
        }
    } else if cursor.sees_one(&["index", "key", "fulltext", "spatial"])
        || cursor.sees(&["unique", "key"])
        || cursor.sees(&["unique", "index"])
    {
        while ahead.sees_one(&["unique", "fulltext", "spatial", "index", "key"]) {
            ahead.at += 1;
        }
        name = ahead.name(ObjectKind::Index);
    }
    let mut end = cursor;
    end.skip_to_comma();
    let mut names = Vec::new();
    while ahead.at < end.at {
        match ahead.name(ObjectKind::Column) {
            Some(object) => names.extend(object.parts.last().cloned()),
            None => ahead.at += 1,
        }
    }
    Part { name: name.and_then(|name| name.parts.last().cloned()), written: end.written(cursor.at), names }
}

fn read_column(mut cursor: Cursor<'_, '_>, own: String) -> Column {
    let from = cursor.at;
    let untyped = cursor.sees_sign(b',')
        || cursor.sees_one(&["primary", "not", "unique", "check", "default", "references", "collate", "generated", "as", "constraint"]);
    let of = if untyped { String::new() } else { cursor.type_name() };
    let required = cursor.ahead(&["not", "null"]).is_some() || cursor.ahead(&["primary", "key"]).is_some();
    let identity = cursor.ahead(&["as", "identity"]).is_some();
    let computed = !identity && cursor.ahead(&["as"]).is_some_and(|at| cursor.within(at + 1, cursor.end()).sees_sign(b'('));
    let default = cursor.ahead(&["default"]).map(|at| expression(cursor.within(at + 1, cursor.end())));
    let serial = of.to_ascii_lowercase().contains("serial");
    let required = required || serial;
    cursor.skip_to_comma();
    Column { own, of, definition: cursor.written(from), required, default, computed }
}

/// Reads the expression of a default.
fn expression(mut value: Cursor<'_, '_>) -> String {
    let first = value.at;
    while !value.is_end() && !value.sees_sign(b',') && !value.sees_sign(b')') && (value.at == first || !ends_default(value)) {
        value.skip();
    }
    value.written(first)
}

/// Returns what stands behind `SET DEFAULT`, of a column.
fn default_behind(words: &Words<'_>, column: &Object, dialect: Dialect) -> Option<String> {
    let mut cursor = Cursor::new(words, dialect);
    while !cursor.is_end() && cursor.token(cursor.at).is_some_and(|token| (token.start as usize) < column.range.end) {
        cursor.at += 1;
    }
    cursor.eat(&["set", "default"]).then(|| expression(cursor))
}

/// Returns whether something else of a column begins here.
fn ends_default(cursor: Cursor<'_, '_>) -> bool {
    const NEXT: [&str; 14] = [
        "not",
        "null",
        "primary",
        "unique",
        "check",
        "references",
        "constraint",
        "collate",
        "generated",
        "comment",
        "on",
        "auto_increment",
        "invisible",
        "after",
    ];
    cursor.sees_one(&NEXT)
}
