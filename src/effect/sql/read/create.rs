//! `CREATE …`.

use super::{Reader, kind};
use crate::effect::act::{Act, Create, Detail, Rule};
use crate::effect::object::{Object, ObjectKind};
use crate::effect::sql::Dialect;
use crate::effect::sql::cursor::{Cursor, belongs};
use crate::effect::sql::lexis::TokenKind;

impl Reader<'_> {
    pub(super) fn create(&mut self, mut cursor: Cursor<'_, '_>) {
        let mut create = Create { replaces: cursor.eat(&["or", "replace"]), ..Create::default() };
        // MySQL's `ALGORITHM = …`, `DEFINER = …`, `SQL SECURITY …` stand in front of the kind.
        while cursor.sees_one(&["algorithm", "definer", "sql", "aggregate"]) && !cursor.sees(&["aggregate"]) {
            cursor.at += 1;
            while !cursor.is_end() && !is_kind(cursor) && !cursor.sees_one(&["algorithm", "definer", "sql"]) {
                cursor.at += 1;
            }
        }
        loop {
            create.temporary |= cursor.sees_one(&["temp", "temporary"]);
            if !cursor.eat_one(&["global", "local", "temp", "temporary", "unlogged", "recursive", "trusted", "procedural", "default"]) {
                break;
            }
        }
        let unique = cursor.eat(&["unique"]);
        let special = cursor.eat_one(&["fulltext", "spatial"]);
        cursor.eat_one(&["clustered", "nonclustered"]);
        if cursor.sees(&["index"]) {
            create.special = special;
            create.detail = Detail::Index { unique };
            return self.create_index(cursor, create);
        }
        let materialised = cursor.sees(&["materialized"]);
        let Some(kind) = kind(&mut cursor) else { return };
        create.concurrently = cursor.eat(&["concurrently"]);
        create.lenient = cursor.eat(&["if", "not", "exists"]);
        match kind {
            ObjectKind::Table | ObjectKind::Other("foreign table") => self.create_table(cursor, create, kind),
            ObjectKind::Schema if cursor.sees(&["authorization"]) => {
                cursor.at += 1;
                if let Some(schema) = cursor.name(ObjectKind::Schema) {
                    self.add(Act::Create(create), schema);
                }
            }
            ObjectKind::Trigger | ObjectKind::Policy | ObjectKind::Other("rule") => {
                let Some(object) = cursor.name(kind) else { return };
                let mut on = cursor;
                on.skip_to("on");
                on.eat(&["on"]);
                // A rule says `ON event TO table`.
                if on.sees_one(&["select", "insert", "update", "delete"]) {
                    on.skip_to("to");
                    on.eat(&["to"]);
                }
                let object = on.name(ObjectKind::Table).map_or(object.clone(), |table| belongs(object, &table));
                self.add(Act::Create(create), object);
            }
            ObjectKind::View | ObjectKind::MaterializedView => {
                let Some(view) = cursor.name(if materialised { ObjectKind::MaterializedView } else { kind }) else { return };
                self.add(Act::Create(create), view);
                self.sources(cursor);
            }
            _ => {
                if let Some(object) = cursor.name(kind) {
                    if kind == ObjectKind::Function {
                        self.define(&object.own, cursor);
                    }
                    self.add(Act::Create(create), object);
                }
            }
        }
    }

    fn create_index(&mut self, mut cursor: Cursor<'_, '_>, mut create: Create) {
        cursor.at += 1;
        create.concurrently = cursor.eat(&["concurrently"]);
        create.lenient = cursor.eat(&["if", "not", "exists"]);
        let from = cursor.at;
        let named = if cursor.sees(&["on"]) { None } else { cursor.name(ObjectKind::Index) };
        cursor.skip_to("on");
        cursor.eat(&["on"]);
        cursor.eat(&["only"]);
        let Some(table) = cursor.name(ObjectKind::Table) else { return };
        let mut index = named.unwrap_or_else(|| cursor.nameless(ObjectKind::Index, &table, from));
        // It lies in its table's schema; MySQL's lie in their tables.
        if let (1, [schema, _]) = (index.parts.len(), table.parts.as_slice())
            && cursor.dialect != Dialect::Mysql
        {
            index.of = Some(table.own[..table.own.rfind('.').unwrap_or(0)].to_owned());
            index.parts.insert(0, schema.clone());
        }
        if create.detail == (Detail::Index { unique: true }) && cursor.before_end(&["nulls", "not", "distinct"]).is_none() {
            if cursor.eat(&["using"]) {
                cursor.at += 1;
            }
            create.over = over(cursor, &table);
        }
        self.add(Act::Create(create), index);
        self.add(Act::Read, table);
    }

    fn create_table(&mut self, mut cursor: Cursor<'_, '_>, create: Create, kind: ObjectKind) {
        let Some(mut table) = cursor.name(kind) else { return };
        if cursor.sees(&["partition", "of"]) {
            table.kind = ObjectKind::Partition;
        }
        self.add(Act::Create(create), table.clone());
        if cursor.eat(&["partition", "of"]) || cursor.eat(&["like"]) {
            if let Some(parent) = cursor.name(ObjectKind::Table) {
                self.add(Act::Read, parent);
            }
            return;
        }
        // Foreign keys make it depend on other tables.
        let mut ahead = cursor;
        while !ahead.is_end() {
            if ahead.eat(&["references"]) {
                if let Some(other) = ahead.name(ObjectKind::Table).filter(|other| other.parts != table.parts) {
                    self.add(Act::Read, other);
                }
            } else {
                ahead.at += 1;
            }
        }
        if let Some(select) = cursor.before_end(&["select"]) {
            self.copied(cursor.within(select, cursor.end()), &table);
        }
        if cursor.before_end(&["select"]).is_some() || cursor.before_end(&["as"]).is_some() {
            self.sources(cursor);
        }
    }

    /// A column's definition behind its name, as in `ADD COLUMN`.
    pub(super) fn column(&mut self, cursor: &mut Cursor<'_, '_>, column: &Object) -> Detail {
        // SQLite asks for no type.
        let of = if cursor.sees_one(&["generated", "as", "not", "default", "references", "check", "collate"]) {
            String::new()
        } else {
            cursor.type_name()
        };
        let required = cursor.ahead(&["not", "null"]).is_some() || cursor.ahead(&["primary", "key"]).is_some();
        let serial = matches!(of.to_ascii_lowercase().as_str(), "serial" | "bigserial" | "smallserial" | "serial4" | "serial8" | "serial2");
        let identity = cursor.ahead(&["as", "identity"]).is_some() || cursor.ahead(&["auto_increment"]).is_some();
        let default = cursor.ahead(&["default"]).is_some() || serial || identity;
        let computed = !identity
            && (cursor.ahead(&["generated", "always", "as"]).is_some() || cursor.ahead(&["as"]).is_some_and(|at| at == cursor.at));
        let unique = cursor.ahead(&["unique"]).is_some() || cursor.ahead(&["primary", "key"]).is_some();
        if let Some(at) = cursor.ahead(&["references"])
            && let Some(other) = cursor.within(at + 1, cursor.end()).name(ObjectKind::Table)
            && !column.parts.starts_with(&other.parts)
        {
            self.add(Act::Read, other);
        }
        let stored = computed && cursor.ahead(&["stored"]).is_some();
        let varies = cursor.ahead(&["default"]).is_some_and(|at| varies(cursor.within(at + 1, cursor.end())));
        Detail::Column { of, required, default, computed, unique, filled: serial || identity || stored || varies }
    }

    /// A constraint's rule where it stands, with the table that it refers to.
    pub(super) fn rule(&mut self, cursor: &mut Cursor<'_, '_>) -> Option<Detail> {
        let rule = match cursor.word().as_str() {
            "primary" => Rule::Primary,
            "unique" => Rule::Unique,
            "check" | "not" => Rule::Check,
            "foreign" => Rule::Foreign,
            "exclude" => Rule::Exclude,
            _ => return None,
        };
        if rule == Rule::Foreign
            && let Some(at) = cursor.ahead(&["references"])
            && let Some(other) = cursor.within(at + 1, cursor.end()).name(ObjectKind::Table)
        {
            self.add(Act::Read, other);
        }
        let unchecked = cursor.ahead(&["not", "valid"]).is_some() || cursor.ahead(&["not", "enforced"]).is_some();
        Some(Detail::Constraint { rule, unchecked })
    }
}

/// Returns the columns that a constraint names, where a row without values in all of them keeps it: SQL takes neither a comparison
/// with nothing for broken, nor two rows without a value for the same.
pub(super) fn constrained(mut cursor: Cursor<'_, '_>, table: &Object) -> Vec<Vec<String>> {
    if cursor.eat(&["foreign", "key"]) || cursor.eat(&["check"]) || cursor.eat(&["unique"]) { over(cursor, table) } else { Vec::new() }
}

/// Returns the columns between the brackets that open here, if nothing else stands there that has a value where they have none.
fn over(mut cursor: Cursor<'_, '_>, table: &Object) -> Vec<Vec<String>> {
    const LINKS: [&str; 16] = [
        "and", "or", "not", "in", "between", "like", "ilike", "similar", "to", "regexp", "rlike", "any", "array", "collate", "asc", "desc",
    ];
    const STRICT: [&str; 8] = ["abs", "char_length", "jsonb_typeof", "length", "lower", "octet_length", "trim", "upper"];
    let (mut depth, mut found) = (0, Vec::new());
    while !cursor.is_end() {
        match cursor.kind() {
            Some(TokenKind::Sign(b'(')) => {
                depth += 1;
                cursor.at += 1;
            }
            Some(TokenKind::Sign(b')')) => {
                depth -= 1;
                if depth == 0 {
                    return found;
                }
                cursor.at += 1;
            }
            _ if depth == 0 => break,
            // The type of a cast.
            Some(TokenKind::Sign(b':')) => {
                while cursor.eat_sign(b':') {}
                cursor.type_name();
            }
            Some(TokenKind::Word | TokenKind::Name) if !cursor.eat_one(&LINKS) => {
                let calls = cursor.sees_one(&STRICT);
                let Some(column) = cursor.member(ObjectKind::Column, table) else { break };
                match (cursor.sees_sign(b'('), calls) {
                    (true, true) => {}
                    (true, false) => break,
                    (false, _) => found.push(column.parts),
                }
            }
            Some(TokenKind::Word | TokenKind::Name) => {}
            _ => cursor.at += 1,
        }
    }
    Vec::new()
}

/// Returns whether a default is worked out for each row: it calls what gives another value each time.
fn varies(mut default: Cursor<'_, '_>) -> bool {
    const VARYING: [&str; 9] = [
        "clock_timestamp",
        "gen_random_uuid",
        "nextval",
        "random",
        "timeofday",
        "uuid_generate_v1",
        "uuid_generate_v4",
        "uuidv4",
        "uuidv7",
    ];
    while !default.is_end() && !default.sees_sign(b',') {
        if default.sees_one(&VARYING) {
            return true;
        }
        default.at += 1;
    }
    false
}

fn is_kind(cursor: Cursor<'_, '_>) -> bool {
    let mut ahead = cursor;
    kind(&mut ahead).is_some()
}
