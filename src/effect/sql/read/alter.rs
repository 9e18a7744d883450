//! `ALTER …`: each action of a table on the object that it names.

use super::create::constrained;
use super::{Reader, kind};
use crate::effect::act::{Act, Alter, Create, Detail};
use crate::effect::object::{Object, ObjectKind};
use crate::effect::sql::Dialect;
use crate::effect::sql::cursor::{Cursor, belongs};
use crate::effect::sql::lexis::TokenKind;

impl Reader<'_> {
    pub(super) fn alter(&mut self, mut cursor: Cursor<'_, '_>) {
        cursor.eat_one(&["online", "ignore"]);
        if cursor.eat(&["default", "privileges"]) {
            return self.default_privileges(cursor);
        }
        if cursor.eat(&["system"]) {
            return;
        }
        let Some(kind) = kind(&mut cursor) else { return };
        cursor.eat(&["if", "exists"]);
        cursor.eat(&["only"]);
        let Some(object) = cursor.name(kind) else { return };
        cursor.eat_sign(b'*');
        // MariaDB waits for the lock as long as it is told to.
        if kind == ObjectKind::Table && cursor.dialect == Dialect::Mysql && !cursor.eat(&["nowait"]) && cursor.eat(&["wait"]) {
            cursor.at += 1;
        }
        if cursor.sees_sign(b'(') && kind == ObjectKind::Function {
            cursor.skip();
        }
        match kind {
            ObjectKind::Table | ObjectKind::Other("foreign table") => self.alter_table(cursor, &object),
            ObjectKind::Type => self.alter_type(cursor, object),
            ObjectKind::Trigger | ObjectKind::Policy => {
                let of = if cursor.eat(&["on"]) { cursor.name(ObjectKind::Table) } else { None };
                let object = of.map_or(object.clone(), |of| belongs(object, &of));
                self.alter_whole(cursor, object);
            }
            ObjectKind::View | ObjectKind::MaterializedView if cursor.sees_one(&["alter", "rename"]) => self.alter_table(cursor, &object),
            ObjectKind::View if cursor.before_end(&["select"]).is_some() => {
                // MySQL states a view anew.
                self.add(Act::Create(Create { replaces: true, ..Create::default() }), object);
                self.sources(cursor);
            }
            _ => self.alter_whole(cursor, object),
        }
    }

    /// What every kind of object knows: a new name, owner or schema; else something of its own.
    fn alter_whole(&mut self, mut cursor: Cursor<'_, '_>, object: Object) {
        let act = if cursor.eat(&["rename", "to"]) {
            Act::Rename(cursor.name(object.kind).map_or(String::new(), |to| to.own))
        } else if cursor.eat(&["owner", "to"]) {
            Act::Alter(Alter::Owner)
        } else if cursor.eat(&["set", "schema"]) {
            Act::Alter(Alter::Schema)
        } else {
            Act::Alter(Alter::Other)
        };
        self.add(act, object);
    }

    fn alter_type(&mut self, mut cursor: Cursor<'_, '_>, object: Object) {
        if cursor.eat(&["add", "value"]) {
            cursor.eat(&["if", "not", "exists"]);
            if let Some((value, range)) = cursor.string() {
                self.add(Act::Create(Create::default()), enum_value(&object, &value, range));
            }
        } else if cursor.eat(&["rename", "value"]) {
            let Some((value, range)) = cursor.string() else { return };
            cursor.eat(&["to"]);
            let to = cursor.text().to_owned();
            self.add(Act::Rename(to), enum_value(&object, &value, range));
        } else if cursor.eat(&["drop", "value"]) {
            if let Some((value, range)) = cursor.string() {
                self.add(Act::Drop { cascade: false, lenient: false, temporary: false }, enum_value(&object, &value, range));
            }
        } else if cursor.sees_one(&["add", "drop", "alter", "rename"]) && !cursor.sees(&["rename", "to"]) {
            self.alter_table(cursor, &object);
        } else {
            self.alter_whole(cursor, object);
        }
    }

    /// `ALTER DEFAULT PRIVILEGES … GRANT|REVOKE …`: of objects to come.
    fn default_privileges(&mut self, mut cursor: Cursor<'_, '_>) {
        let act = if cursor.before_end(&["revoke"]).is_some() { Act::Revoke } else { Act::Grant };
        cursor.skip_to("schema");
        cursor.eat(&["schema"]);
        if let Some(schema) = cursor.name(ObjectKind::Schema) {
            self.add(act, schema);
        }
    }

    fn alter_table(&mut self, mut cursor: Cursor<'_, '_>, table: &Object) {
        let before = self.reading.effects.len();
        while !cursor.is_end() {
            let from = cursor.at;
            self.action(&mut cursor, table);
            cursor.skip_to_comma();
            cursor.eat_sign(b',');
            if cursor.at == from {
                cursor.at += 1;
            }
        }
        if self.reading.effects.len() == before {
            self.add(Act::Alter(Alter::Other), table.clone());
        }
    }

    fn action(&mut self, cursor: &mut Cursor<'_, '_>, table: &Object) {
        let word = cursor.word();
        let from = cursor.at;
        cursor.at += 1;
        match word.as_str() {
            "add" => self.add_to(cursor, table, from),
            "drop" => self.drop_from(cursor, table, from),
            "alter" => self.alter_part(cursor, table),
            "modify" => {
                cursor.eat(&["column"]);
                cursor.eat(&["if", "exists"]);
                if let Some(column) = cursor.member(ObjectKind::Column, table) {
                    let to = cursor.type_name();
                    self.add(Act::Alter(Alter::Restate { to }), column);
                }
            }
            "change" => {
                cursor.eat(&["column"]);
                cursor.eat(&["if", "exists"]);
                let Some(column) = cursor.member(ObjectKind::Column, table) else { return };
                let Some(new) = cursor.member(ObjectKind::Column, table) else { return };
                if new.parts != column.parts {
                    self.add(Act::Rename(new.own.clone()), column.clone());
                }
                let to = cursor.type_name();
                self.add(Act::Alter(Alter::Restate { to }), column);
            }
            "rename" => self.rename_in(cursor, table),
            "set" if cursor.eat(&["schema"]) => self.add(Act::Alter(Alter::Schema), table.clone()),
            "owner" => self.add(Act::Alter(Alter::Owner), table.clone()),
            "validate" if cursor.eat(&["constraint"]) => {
                if let Some(constraint) = cursor.member(ObjectKind::Constraint, table) {
                    self.add(Act::Alter(Alter::Validate), constraint);
                }
            }
            "enable" | "disable" => self.switch(cursor, table, if word == "enable" { Alter::Enable } else { Alter::Disable }),
            "attach" | "detach" => {
                cursor.eat(&["partition"]);
                if let Some(partition) = cursor.name(ObjectKind::Partition) {
                    self.add(Act::Alter(if word == "attach" { Alter::Attach } else { Alter::Detach }), partition);
                }
            }
            // MariaDB lets a partition go with its rows, and takes one in.
            "convert" if cursor.eat(&["partition"]) => {
                let Some(partition) = cursor.member(ObjectKind::Partition, table) else { return };
                self.add(Act::Alter(Alter::Detach), partition);
                let freed = if cursor.eat(&["to", "table"]) { cursor.name(ObjectKind::Table) } else { None };
                freed.into_iter().for_each(|freed| self.add(Act::Create(Create::default()), freed));
            }
            "convert" if cursor.eat(&["table"]) => {
                let taken = cursor.name(ObjectKind::Partition);
                taken.into_iter().for_each(|taken| self.add(Act::Alter(Alter::Attach), taken));
            }
            // The rows change places with those of the partition.
            "exchange" => {
                self.add(Act::Alter(Alter::Other), table.clone());
                let other = cursor.ahead(&["with", "table"]).and_then(|at| cursor.within(at + 2, cursor.end()).name(ObjectKind::Table));
                other.into_iter().for_each(|other| self.add(Act::Alter(Alter::Other), other));
            }
            // How it is done, not what.
            "algorithm" | "lock" if cursor.dialect == Dialect::Mysql => {}
            "truncate" if cursor.eat(&["partition"]) => {
                while let Some(partition) = cursor.member(ObjectKind::Partition, table) {
                    self.add(Act::Truncate { cascade: false }, partition);
                    if !cursor.eat_sign(b',') {
                        break;
                    }
                }
            }
            "discard" if cursor.eat(&["tablespace"]) => {
                self.add(Act::Drop { cascade: false, lenient: false, temporary: false }, table.clone())
            }
            "convert" if cursor.eat(&["to", "character", "set"]) || cursor.eat(&["to", "charset"]) => {
                let to = format!("character set {}", cursor.word());
                self.add(Act::Alter(Alter::Type { to, using: false }), table.clone());
            }
            _ => self.add(Act::Alter(Alter::Other), table.clone()),
        }
    }

    /// `ADD …`: a column, a constraint, an index, a partition.
    fn add_to(&mut self, cursor: &mut Cursor<'_, '_>, table: &Object, from: usize) {
        if cursor.sees(&["system", "versioning"]) || cursor.sees(&["period", "for"]) {
            return self.add(Act::Alter(Alter::Other), table.clone());
        }
        if cursor.eat(&["constraint"]) {
            let lenient = cursor.eat(&["if", "not", "exists"]);
            // MySQL allows `ADD CONSTRAINT UNIQUE (…)`.
            let named = if cursor.sees_one(&["primary", "unique", "check", "foreign", "exclude"]) {
                None
            } else {
                cursor.member(ObjectKind::Constraint, table)
            };
            let named = key_name(*cursor, table).or(named);
            let over = constrained(*cursor, table);
            let detail = self.rule(cursor).unwrap_or_default();
            let object = named.unwrap_or_else(|| cursor.nameless(ObjectKind::Constraint, table, from));
            return self.add(Act::Create(Create { lenient, over, detail, ..Create::default() }), object);
        }
        let key = cursor.sees_one(&["index", "key"])
            || cursor.sees_one(&["fulltext", "spatial"])
            || cursor.sees(&["unique", "index"])
            || cursor.sees(&["unique", "key"]);
        if key {
            let unique = cursor.sees(&["unique"]);
            let special = cursor.sees_one(&["fulltext", "spatial"]);
            while cursor.sees_one(&["unique", "fulltext", "spatial", "index", "key"]) {
                cursor.at += 1;
            }
            let lenient = cursor.eat(&["if", "not", "exists"]);
            let named = if cursor.sees_sign(b'(') || cursor.sees(&["using"]) { None } else { cursor.member(ObjectKind::Index, table) };
            let object = named.unwrap_or_else(|| cursor.nameless(ObjectKind::Index, table, from));
            return self.add(Act::Create(Create { lenient, special, detail: Detail::Index { unique }, ..Create::default() }), object);
        }
        if cursor.eat(&["partition"]) {
            cursor.eat(&["if", "not", "exists"]);
            let mut inner = *cursor;
            if inner.eat_sign(b'(') {
                inner.eat(&["partition"]);
            }
            let object = inner.member(ObjectKind::Partition, table).unwrap_or_else(|| cursor.nameless(ObjectKind::Partition, table, from));
            return self.add(Act::Create(Create::default()), object);
        }
        if let Some(detail) = self.rule(cursor) {
            let object = cursor.nameless(ObjectKind::Constraint, table, from);
            return self.add(Act::Create(Create { detail, ..Create::default() }), object);
        }
        if cursor.eat_one(&["column", "attribute"]) && cursor.sees_sign(b'(') || cursor.sees_sign(b'(') {
            // `ADD COLUMN (a int, b int)`.
            let mut inner = *cursor;
            inner.at += 1;
            while let Some(column) = inner.member(ObjectKind::Column, table) {
                let detail = self.column(&mut inner, &column);
                self.add(Act::Create(Create { detail, ..Create::default() }), column);
                inner.skip_to_comma();
                if !inner.eat_sign(b',') {
                    break;
                }
            }
            return;
        }
        let lenient = cursor.eat(&["if", "not", "exists"]);
        if let Some(column) = cursor.member(ObjectKind::Column, table) {
            let detail = self.column(cursor, &column);
            self.add(Act::Create(Create { lenient, detail, ..Create::default() }), column);
        }
    }

    /// `DROP …`: a column, a constraint, an index, a partition.
    fn drop_from(&mut self, cursor: &mut Cursor<'_, '_>, table: &Object, from: usize) {
        let cascade = cursor.ahead(&["cascade"]).is_some();
        if cursor.eat(&["primary", "key"]) {
            let object = cursor.nameless(ObjectKind::Constraint, table, from);
            return self.add(Act::Drop { cascade, lenient: false, temporary: false }, object);
        }
        // MariaDB's history of rows goes; a period is none of theirs.
        if cursor.eat(&["system", "versioning"]) {
            let object = cursor.nameless(ObjectKind::Other("history of rows"), table, from);
            return self.add(Act::Drop { cascade, lenient: false, temporary: false }, object);
        }
        if cursor.sees(&["period", "for"]) {
            return self.add(Act::Alter(Alter::Other), table.clone());
        }
        let kind = match cursor.word().as_str() {
            "constraint" | "check" => ObjectKind::Constraint,
            "foreign" => {
                cursor.at += 1;
                ObjectKind::Constraint
            }
            "index" | "key" => ObjectKind::Index,
            "partition" => ObjectKind::Partition,
            "column" | "attribute" => ObjectKind::Column,
            _ => {
                cursor.at -= 1;
                ObjectKind::Column
            }
        };
        cursor.at += 1;
        let lenient = cursor.eat(&["if", "exists"]);
        while let Some(object) = cursor.member(kind, table) {
            self.add(Act::Drop { cascade, lenient, temporary: false }, object);
            // `DROP PARTITION a, b`.
            if kind != ObjectKind::Partition || !cursor.eat_sign(b',') {
                break;
            }
        }
    }

    /// `ALTER [COLUMN] …`, `ALTER CONSTRAINT …`, `ALTER INDEX …`.
    fn alter_part(&mut self, cursor: &mut Cursor<'_, '_>, table: &Object) {
        let kind = match cursor.word().as_str() {
            "constraint" => ObjectKind::Constraint,
            "check" if cursor.dialect == Dialect::Mysql => ObjectKind::Constraint,
            "index" => ObjectKind::Index,
            "column" | "attribute" => ObjectKind::Column,
            _ => {
                cursor.at -= 1;
                ObjectKind::Column
            }
        };
        cursor.at += 1;
        cursor.eat(&["if", "exists"]);
        let Some(part) = cursor.member(kind, table) else { return };
        let alter = if cursor.eat(&["set", "data", "type"]) || cursor.eat(&["type"]) {
            let to = cursor.type_name();
            Alter::Type { using: cursor.ahead(&["using"]).is_some_and(|at| computes(cursor.within(at + 1, cursor.end()))), to }
        } else if cursor.eat(&["set", "not", "null"]) {
            Alter::Require
        } else if cursor.eat(&["drop", "not", "null"]) {
            Alter::Allow
        } else if cursor.eat(&["set", "default"]) {
            Alter::SetDefault
        } else if cursor.eat(&["drop", "default"]) {
            Alter::DropDefault
        } else {
            Alter::Other
        };
        self.add(Act::Alter(alter), part);
    }

    fn rename_in(&mut self, cursor: &mut Cursor<'_, '_>, table: &Object) {
        if cursor.eat_one(&["to", "as"]) {
            let to = cursor.name(ObjectKind::Table).map_or(String::new(), |to| to.own);
            return self.add(Act::Rename(to), table.clone());
        }
        let kind = match cursor.word().as_str() {
            "constraint" => ObjectKind::Constraint,
            "index" | "key" => ObjectKind::Index,
            "column" | "attribute" => ObjectKind::Column,
            // MySQL renames a table without `TO`, every dialect a column without `COLUMN`.
            _ if cursor.ahead(&["to"]).is_none() => {
                let to = cursor.name(ObjectKind::Table).map_or(String::new(), |to| to.own);
                return self.add(Act::Rename(to), table.clone());
            }
            _ => {
                cursor.at -= 1;
                ObjectKind::Column
            }
        };
        cursor.at += 1;
        cursor.eat(&["if", "exists"]);
        let Some(part) = cursor.member(kind, table) else { return };
        cursor.eat_one(&["to", "as"]);
        let to = cursor.name(kind).map_or(String::new(), |to| to.own);
        self.add(Act::Rename(to), part);
    }

    /// `ENABLE` and `DISABLE` of triggers, rules and row security.
    fn switch(&mut self, cursor: &mut Cursor<'_, '_>, table: &Object, alter: Alter) {
        cursor.eat_one(&["replica", "always"]);
        if cursor.eat_one(&["trigger", "rule"]) && !cursor.sees_one(&["all", "user"]) {
            if let Some(trigger) = cursor.member(ObjectKind::Trigger, table) {
                self.add(Act::Alter(alter), trigger);
            }
            return;
        }
        self.add(Act::Alter(alter), table.clone());
    }
}

/// Returns the name that MySQL gives to what is unique, whatever the constraint is called: it stands behind `UNIQUE KEY`.
fn key_name(mut cursor: Cursor<'_, '_>, table: &Object) -> Option<Object> {
    let unique = cursor.dialect == Dialect::Mysql && cursor.eat(&["unique"]);
    cursor.eat_one(&["key", "index"]);
    let nameless = !unique || cursor.sees_sign(b'(') || cursor.sees(&["using"]);
    if nameless { None } else { cursor.member(ObjectKind::Constraint, table) }
}

/// Returns whether an expression does more than to cast a value: it calls, calculates or chooses.
fn computes(mut cursor: Cursor<'_, '_>) -> bool {
    let mut last = String::new();
    while !cursor.is_end() && !cursor.sees_sign(b',') {
        let word = cursor.word();
        if cursor.eat(&["at", "time", "zone"]) && cursor.is_text() {
            cursor.at += 1;
            continue;
        }
        if matches!(word.as_str(), "case" | "when" | "collate") || cursor.is_text() {
            return true;
        }
        let sign = [b':', b'(', b')', b'.', b'[', b']', b',', b';'].iter().any(|sign| cursor.sees_sign(*sign));
        if cursor.kind().is_some_and(|kind| matches!(kind, TokenKind::Sign(_))) && !sign {
            return true;
        }
        let calls = cursor.sees_sign(b'(') && !last.is_empty();
        if calls
            && !matches!(
                last.as_str(),
                "cast" | "varchar" | "char" | "character" | "varying" | "numeric" | "decimal" | "time" | "timestamp" | "bit"
            )
        {
            return true;
        }
        last = word;
        cursor.at += 1;
    }
    false
}

fn enum_value(of: &Object, value: &str, range: std::ops::Range<usize>) -> Object {
    let parts = of.parts.iter().cloned().chain([value.to_owned()]).collect();
    Object { kind: ObjectKind::EnumValue, parts, own: format!("'{}'", value.replace('\'', "''")), of: Some(of.own.clone()), range }
}
