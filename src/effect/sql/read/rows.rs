//! Statements that read and write rows: `INSERT`, `UPDATE`, `DELETE`, `MERGE`, `COPY`, `LOAD DATA`, and what queries read.

use std::collections::BTreeSet;

use super::Reader;
use crate::effect::act::{Act, Alter, Copied, Create};
use crate::effect::object::{Object, ObjectKind};
use crate::effect::sql::Dialect;
use crate::effect::sql::cursor::Cursor;

impl Reader<'_> {
    /// `INSERT [OR REPLACE] INTO t …`, `REPLACE INTO t …`.
    pub(super) fn insert(&mut self, mut cursor: Cursor<'_, '_>, mut replaces: bool) {
        let mut skips = false;
        while cursor.sees_one(&["low_priority", "delayed", "high_priority", "ignore"]) {
            skips |= cursor.sees(&["ignore"]);
            cursor.at += 1;
        }
        if cursor.eat(&["or"]) {
            replaces |= cursor.sees(&["replace"]);
            skips |= cursor.sees_one(&["ignore", "fail", "rollback", "abort"]);
            cursor.at += 1;
        }
        cursor.eat(&["into"]);
        let Some(table) = cursor.name(ObjectKind::Table) else { return };
        replaces |= cursor.before_end(&["on", "duplicate", "key", "update"]).is_some();
        replaces |= cursor.before_end(&["on", "conflict"]).is_some() && cursor.before_end(&["do", "update"]).is_some();
        self.add(Act::Insert { replaces }, table.clone());
        if !skips && let Some(select) = cursor.before_end(&["select"]) {
            self.copied(cursor.within(select, cursor.end()), &table);
        }
        self.sources(cursor);
    }

    /// Keeps that a query reads every row of one table, to be put into another.
    pub(super) fn copied(&mut self, mut select: Cursor<'_, '_>, to: &Object) {
        const AGGREGATES: [&str; 8] = ["count", "sum", "min", "max", "avg", "string_agg", "array_agg", "group_concat"];
        if !select.eat(&["select"]) || select.sees(&["distinct"]) {
            return;
        }
        let Some(from) = select.before_end(&["from"]) else { return };
        let mut columns = Some(Vec::new());
        let mut list = select;
        let mut all = list;
        while all.at < from {
            if all.sees_sign(b'*')
                && (all.at == list.at || all.within(all.at - 1, from).sees_sign(b',') || all.within(all.at - 1, from).sees_sign(b'.'))
            {
                columns = None;
            }
            all.skip();
        }
        while list.at < from {
            if list.sees_one(&AGGREGATES) || list.sees(&["select"]) {
                return;
            }
            match (list.name(ObjectKind::Column), &mut columns) {
                (Some(name), Some(columns)) => columns.extend(name.parts.into_iter().next_back()),
                (Some(_), None) => {}
                (None, _) => list.at += 1,
            }
        }
        let mut source = select.within(from + 1, select.end());
        source.eat(&["only"]);
        let Some(table) = source.name(ObjectKind::Table).filter(|_| !source.sees_sign(b'(')) else { return };
        source.eat(&["as"]);
        if !source.is_end() && !source.sees_one(&["where", "order", "limit", "join", "group", "on", "union"]) {
            source.name(ObjectKind::Table);
        }
        if source.is_end() || source.sees(&["order", "by"]) && source.before_end(&["limit"]).is_none() {
            self.reading.copies.push(Copied { from: table.parts, to: to.parts.clone(), columns });
        }
    }

    /// `UPDATE t SET … [WHERE …]`; several tables in MySQL.
    pub(super) fn update(&mut self, mut cursor: Cursor<'_, '_>) {
        if cursor.eat(&["or"]) {
            cursor.at += 1;
        }
        while cursor.sees_one(&["low_priority", "ignore"]) {
            cursor.at += 1;
        }
        cursor.eat(&["only"]);
        let from = cursor.at;
        let Some(table) = cursor.name(ObjectKind::Table) else { return };
        // A join bounds what is hit as a condition does.
        let set = cursor.before_end(&["set"]).unwrap_or(cursor.end());
        let joined = cursor.within(cursor.at, set).before_end(&["join"]).is_some();
        let all = !bounded(cursor) && !joined;
        let names = set_names(cursor.within((set + 1).min(cursor.end()), cursor.end()));
        let tables = if cursor.dialect == Dialect::Mysql { joined_tables(cursor.within(from, set)) } else { Vec::new() };
        let several = if tables.len() > 1 { tables } else { vec![(String::new(), table)] };
        // Of several tables those are hit whose columns are set; a bare column is taken for one of the first.
        let at = |name: &[String]| {
            let of = name.len().checked_sub(2).and_then(|of| name.get(of));
            of.and_then(|of| several.iter().position(|(alias, _)| *alias == of.to_lowercase())).unwrap_or(0)
        };
        for (index, (_, table)) in several.iter().enumerate() {
            let columns: Vec<String> = names.iter().filter(|name| at(name) == index).filter_map(|name| name.last().cloned()).collect();
            if !columns.is_empty() || names.is_empty() && index == 0 {
                let blank = !joined && is_blank(cursor, &columns);
                self.add(Act::Update { all, columns, blank }, table.clone());
            }
        }
        self.sources(cursor);
    }

    /// `DELETE FROM t [USING …] [WHERE …]`, and MySQL's `DELETE t FROM t JOIN …`.
    pub(super) fn delete(&mut self, mut cursor: Cursor<'_, '_>) {
        while cursor.sees_one(&["low_priority", "quick", "ignore"]) {
            cursor.at += 1;
        }
        let several = !cursor.eat(&["from"]);
        let whole = cursor;
        cursor.eat(&["only"]);
        let first = cursor.at;
        let Some(table) = cursor.name(ObjectKind::Table) else { return };
        let joined = several && cursor.before_end(&["join"]).is_some();
        let all = !bounded(cursor) && !joined && cursor.before_end(&["using"]).is_none();
        let table = if several { unaliased(whole, table) } else { table };
        self.add(Act::Delete { all }, table);
        if several {
            let mut rest = cursor.within(first, cursor.end());
            rest.name(ObjectKind::Table);
            while rest.eat_sign(b',') {
                let Some(table) = rest.name(ObjectKind::Table) else { break };
                self.add(Act::Delete { all }, unaliased(whole, table));
            }
        }
        self.sources(cursor);
    }

    /// `MERGE INTO t USING s ON … WHEN MATCHED THEN …`.
    pub(super) fn merge(&mut self, mut cursor: Cursor<'_, '_>) {
        cursor.eat(&["into"]);
        cursor.eat(&["only"]);
        let Some(table) = cursor.name(ObjectKind::Table) else { return };
        if cursor.before_end(&["then", "delete"]).is_some() {
            self.add(Act::Delete { all: false }, table.clone());
        }
        if cursor.before_end(&["then", "update"]).is_some() {
            self.add(Act::Update { all: false, columns: Vec::new(), blank: false }, table.clone());
        }
        if cursor.before_end(&["then", "insert"]).is_some() {
            self.add(Act::Insert { replaces: false }, table);
        }
        if let Some(using) = cursor.before_end(&["using"]) {
            let mut source = cursor.within(using + 1, cursor.end());
            match source.sees_sign(b'(') {
                true => self.sources(source),
                false => {
                    if let Some(source) = source.name(ObjectKind::Table) {
                        self.add(Act::Read, source);
                    }
                }
            }
        }
    }

    /// `COPY t FROM …`, `COPY t TO …`, `COPY (query) TO …`.
    pub(super) fn copy(&mut self, mut cursor: Cursor<'_, '_>) {
        if cursor.sees_sign(b'(') {
            return self.sources(cursor);
        }
        let Some(table) = cursor.name(ObjectKind::Table) else { return };
        let writes = cursor.before_end(&["from"]).is_some();
        self.add(if writes { Act::Insert { replaces: false } } else { Act::Read }, table);
    }

    /// `LOAD DATA … [REPLACE] INTO TABLE t`.
    pub(super) fn load(&mut self, mut cursor: Cursor<'_, '_>) {
        let Some(into) = cursor.before_end(&["into", "table"]) else { return };
        let replaces = cursor.within(cursor.at, into).before_end(&["replace"]).is_some();
        cursor.at = into + 2;
        if let Some(table) = cursor.name(ObjectKind::Table) {
            self.add(Act::Insert { replaces }, table);
        }
    }

    /// `EXPLAIN` runs nothing, unless it says `ANALYZE`.
    pub(super) fn explain(&mut self, mut cursor: Cursor<'_, '_>) {
        let mut runs = false;
        if cursor.sees_sign(b'(') {
            let from = cursor.at;
            cursor.skip();
            runs = cursor.within(from + 1, cursor.at).before_end(&["analyze"]).is_some();
        }
        while cursor.sees_one(&["analyze", "analyse", "verbose", "extended", "query", "plan"]) {
            runs |= cursor.sees_one(&["analyze", "analyse"]);
            cursor.at += 1;
        }
        match runs {
            true => self.statement(cursor),
            false => self.sources(cursor),
        }
    }

    /// A query, perhaps with statements that write inside `WITH`, perhaps into a new table.
    pub(super) fn query(&mut self, cursor: Cursor<'_, '_>) {
        let mut ahead = cursor;
        let mut depth = 0_usize;
        let mut begins = true;
        let mut writes = false;
        while !ahead.is_end() {
            let here = ahead;
            if ahead.sees_sign(b'(') {
                depth += 1;
                begins = true;
            } else if ahead.sees_sign(b')') {
                depth = depth.saturating_sub(1);
                // The main statement of a `WITH` stands behind its last bracket.
                begins = depth == 0;
            } else if begins && here.at > cursor.at && ahead.sees_one(&["insert", "update", "delete", "merge"]) {
                let end = if depth == 0 { cursor.end() } else { close(here) };
                writes |= depth == 0;
                self.statement(here.within(here.at, end));
                begins = false;
                // What stands in it was read; behind it the brackets are counted on.
                ahead.at = end.max(here.at + 1);
                continue;
            } else if depth == 0 && !writes && !self.in_block && ahead.sees(&["into"]) {
                begins = false;
                let mut into = here.within(here.at + 1, cursor.end());
                let temporary = into.eat_one(&["temporary", "temp"]);
                into.eat_one(&["unlogged"]);
                into.eat(&["table"]);
                if into.sees_sign(b'@') {
                    self.select_into(cursor, here.at);
                }
                let file = into.sees_one(&["outfile", "dumpfile"]) || into.sees_sign(b'@');
                if !file && let Some(table) = into.name(ObjectKind::Table) {
                    self.add(Act::Create(Create { temporary, ..Create::default() }), table);
                }
            } else {
                begins = false;
            }
            ahead.at += 1;
        }
        self.sources(cursor);
        self.calls(cursor);
    }

    /// Adds the tables that stand behind `FROM`, `JOIN` and `USING`, but for those that the statement defines itself.
    pub(super) fn sources(&mut self, cursor: Cursor<'_, '_>) {
        let own = self.own_names.take().unwrap_or_else(|| own_names(cursor));
        let (mut seen, looked) = std::mem::take(&mut self.seen);
        seen.extend(self.reading.effects[looked..].iter().map(|effect| effect.object.parts.clone()));
        let mut ahead = cursor;
        while !ahead.is_end() {
            let begins = ahead.sees_one(&["from", "join"]);
            let before = ahead.at.checked_sub(1).map(|at| ahead.within(at, ahead.end()));
            // `EXTRACT(year FROM x)`, `IS DISTINCT FROM x`, `DELETE FROM t`.
            let other = before.is_some_and(|before| {
                before.sees_one(&["distinct", "delete", "year", "month", "day", "hour", "epoch", "dow", "both", "leading", "trailing"])
            });
            ahead.at += 1;
            if !begins || other {
                continue;
            }
            loop {
                ahead.eat_one(&["lateral", "only"]);
                let Some(table) = ahead.name(ObjectKind::Table) else { break };
                let function = ahead.sees_sign(b'(');
                let known = table.parts.len() == 1 && own.contains(&table.parts[0]);
                if !function && !known && seen.insert(table.parts.clone()) {
                    self.add(Act::Read, table);
                }
                // An alias, then perhaps the next.
                ahead.eat(&["as"]);
                if !ahead.sees_one(&[
                    "where", "join", "left", "right", "inner", "outer", "full", "cross", "natural", "on", "using", "group", "order",
                    "limit", "set", "union",
                ]) {
                    ahead.name(ObjectKind::Table);
                }
                if !ahead.eat_sign(b',') {
                    break;
                }
            }
        }
        self.seen = (seen, self.reading.effects.len());
        self.own_names = Some(own);
    }
}

/// Returns the table that an alias of `DELETE o FROM orders o …` stands for.
fn unaliased(cursor: Cursor<'_, '_>, alias: Object) -> Object {
    let mut ahead = cursor.within(cursor.before_end(&["from"]).unwrap_or(cursor.end()), cursor.end());
    while !ahead.is_end() {
        if ahead.eat_one(&["from", "join"]) || ahead.eat_sign(b',') {
            let table = ahead.name(ObjectKind::Table);
            ahead.eat(&["as"]);
            if let (Some(table), Some(other)) = (table, ahead.name(ObjectKind::Table))
                && other.parts == alias.parts
            {
                return Object { range: alias.range, ..table };
            }
        } else {
            ahead.at += 1;
        }
    }
    alias
}

/// Returns the names that a `WITH` gives to its queries.
fn own_names(cursor: Cursor<'_, '_>) -> BTreeSet<String> {
    let mut own = BTreeSet::new();
    let mut ahead = cursor.whole();
    while !ahead.is_end() {
        let mut named = ahead;
        if let Some(name) = named.name(ObjectKind::Table) {
            if named.sees_sign(b'(') {
                named.skip();
            }
            if named.eat(&["as"]) {
                named.eat(&["not"]);
                named.eat(&["materialized"]);
                if named.sees_sign(b'(') && name.parts.len() == 1 {
                    own.insert(name.parts[0].clone());
                }
            }
        }
        ahead.at += 1;
    }
    own
}

/// Returns the tables that a statement of MySQL's joins, each with the name that it has there.
fn joined_tables(mut cursor: Cursor<'_, '_>) -> Vec<(String, Object)> {
    const BEHIND: [&str; 14] = [
        "on",
        "using",
        "join",
        "left",
        "right",
        "inner",
        "cross",
        "natural",
        "straight_join",
        "outer",
        "force",
        "use",
        "ignore",
        "partition",
    ];
    let mut found = Vec::new();
    let mut first = true;
    while !cursor.is_end() {
        if !(std::mem::take(&mut first) || cursor.eat_one(&["join", "straight_join"]) || cursor.eat_sign(b',')) {
            cursor.skip();
            continue;
        }
        let Some(table) = cursor.name(ObjectKind::Table) else { continue };
        let said = cursor.eat(&["as"]) || !cursor.sees_one(&BEHIND);
        let alias = if said { cursor.name(ObjectKind::Table) } else { None };
        let name = alias.as_ref().unwrap_or(&table).parts.last().map_or(String::new(), |name| name.to_lowercase());
        found.push((name, table));
    }
    found
}

/// Returns the columns that a `SET` gives values to, each with what is written in front of it.
fn set_names(mut cursor: Cursor<'_, '_>) -> Vec<Vec<String>> {
    let mut columns = Vec::new();
    loop {
        let mut inner = cursor;
        // `SET (a, b) = (…)`.
        let several = inner.eat_sign(b'(');
        while let Some(column) = inner.name(ObjectKind::Column) {
            columns.push(column.parts);
            if !(several && inner.eat_sign(b',')) {
                break;
            }
        }
        cursor.skip_to_comma();
        if !cursor.eat_sign(b',') {
            return columns;
        }
    }
}

/// Returns whether a `WHERE` says of each of these columns that it `IS NULL`.
fn is_blank(cursor: Cursor<'_, '_>, columns: &[String]) -> bool {
    let Some(place) = cursor.before_end(&["where"]) else { return false };
    let mut ahead = cursor.within(place + 1, cursor.end());
    if ahead.before_end(&["or"]).is_some() {
        return false;
    }
    let mut blank = Vec::new();
    while !ahead.is_end() {
        match ahead.name(ObjectKind::Column) {
            Some(name) if ahead.sees(&["is", "null"]) => blank.extend(name.parts.into_iter().next_back()),
            Some(_) => {}
            None => ahead.skip(),
        }
    }
    !columns.is_empty() && columns.iter().all(|column| blank.contains(column))
}

/// Returns whether a `WHERE` or `LIMIT` stands at this depth.
fn bounded(cursor: Cursor<'_, '_>) -> bool {
    cursor.before_end(&["where"]).is_some() || cursor.before_end(&["limit"]).is_some()
}

/// Returns the index of the bracket that closes the one around the place.
fn close(cursor: Cursor<'_, '_>) -> usize {
    let mut ahead = cursor;
    while !ahead.is_end() && !ahead.sees_sign(b')') {
        ahead.skip();
    }
    ahead.at
}

impl Reader<'_> {
    /// Functions of the server that do something.
    fn calls(&mut self, cursor: Cursor<'_, '_>) {
        let mut ahead = cursor;
        while !ahead.is_end() {
            let mut call = ahead;
            let name = call.word();
            call.at += 1;
            if call.sees_sign(b'(') {
                call.at += 1;
                match name.as_str() {
                    "setval" | "nextval" => {
                        if let Some((written, range)) = call.string() {
                            let parts = written.split('.').map(str::to_lowercase).collect();
                            let object = Object { kind: ObjectKind::Sequence, parts, own: written, of: None, range };
                            self.add(Act::Alter(Alter::Other), object);
                        }
                    }
                    "dblink" | "dblink_exec" | "lo_unlink" | "query_to_xml" => {
                        self.opaque(ahead, "what it runs is text that is put together at run time");
                    }
                    name => {
                        let place = ahead.token(ahead.at).map_or(0..0, |token| token.range());
                        self.called(name, place, ahead.dialect);
                    }
                }
            }
            ahead.at += 1;
        }
    }
}
