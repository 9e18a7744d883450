//! What tables look like, as statements say: a dump of the schema, or the code itself so far. It knows columns with their types; what
//! is not said it does not know.

use std::collections::BTreeMap;

use super::Dialect;
use super::cursor::Cursor;
use super::words::Words;
use crate::effect::act::{Act, Alter, Create, Detail, Effect};
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

    /// Returns a column by its whole name.
    pub fn column(&self, parts: &[String], dialect: Dialect) -> Option<&Column> {
        let (name, table) = plain(parts, dialect).split_last()?;
        self.tables.get(table)?.column(name)
    }

    /// Follows a statement: what it makes, alters, renames and drops.
    pub fn follow(&mut self, words: &Words<'_>, effects: &[Effect], dialect: Dialect) {
        for effect in effects {
            let parts = plain(&effect.object.parts, dialect).to_vec();
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
    let mut cursor = cursor.within(open + 1, cursor.at - 1);
    let mut found = Table::default();
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
