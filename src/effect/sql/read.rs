//! What a statement does to which objects, read off its tokens. A superset of the dialects: what one of them does not know it
//! refuses itself.
//!
//! Sources: the statements' pages in the manuals of PostgreSQL 10 to 18, MySQL 8.0, MariaDB 10.11 and SQLite 3.45.

mod alter;
mod block;
mod composed;
mod create;
mod drop;
mod rows;
mod session;

use std::collections::BTreeSet;

use super::Dialect;
use super::cursor::{Cursor, belongs};
use super::words::Words;
use crate::effect::act::{Act, Alter, Effect, Opaque, Reading};
use crate::effect::object::{Object, ObjectKind};

pub use session::Session;

/// Reads one statement, without its risks. `session` is what the text has put aside before it.
pub fn read(words: &Words<'_>, dialect: Dialect, session: &mut Session) -> Reading {
    let mut reader =
        Reader { reading: Reading::default(), depth: 0, seen: Default::default(), own_names: None, in_block: false, guards: 0, session };
    let mut cursor = Cursor::new(words, dialect);
    // With another delimiter, MySQL's client sends several at once.
    while let Some(end) = several(cursor) {
        reader.statement(cursor.within(cursor.at, end));
        cursor.at = end + 1;
    }
    reader.statement(cursor);
    reader.reading
}

/// Returns where a statement ends that others follow.
fn several(cursor: Cursor<'_, '_>) -> Option<usize> {
    let has_body = cursor.sees_one(&["begin", "declare"])
        || cursor.sees_one(&["create", "alter"])
            && (cursor.at..cursor.at + 16)
                .any(|at| cursor.within(at, cursor.end()).sees_one(&["procedure", "function", "trigger", "event", "package"]));
    let mut ahead = cursor;
    while cursor.dialect == Dialect::Mysql && !has_body && !ahead.is_end() {
        if ahead.sees_sign(b';') {
            return Some(ahead.at);
        }
        ahead.at += 1;
    }
    None
}

struct Reader<'s> {
    reading: Reading,
    /// How many statements stand around the one that is read: `EXPLAIN ANALYZE`, `DO`.
    depth: usize,
    /// The tables that the statement is known to name, and how many of its effects were looked at for them.
    seen: (BTreeSet<Vec<String>>, usize),
    /// The names that a `WITH` of the whole statement gives to its queries.
    own_names: Option<BTreeSet<String>>,
    /// Inside of a block, whose `SELECT … INTO` sets a variable.
    in_block: bool,
    /// How many conditions and loops stand around it: it may not run.
    guards: usize,
    session: &'s mut Session,
}

/// Statements in statements are read as far as this.
const DEEPEST: usize = 16;

impl Reader<'_> {
    fn add(&mut self, mut act: Act, object: Object) {
        if self.guards > 0 {
            self.reading.guarded = true;
            match &mut act {
                Act::Create(create) => create.lenient = true,
                Act::Drop { lenient, .. } => *lenient = true,
                _ => {}
            }
        }
        self.reading.effects.push(Effect { act, object });
    }

    fn opaque(&mut self, cursor: Cursor<'_, '_>, why: &'static str) {
        self.reading.opaque.push(Opaque { range: cursor.within(cursor.end(), cursor.end()).since(cursor.at), why });
    }

    fn statement(&mut self, cursor: Cursor<'_, '_>) {
        if self.depth == DEEPEST {
            return self.opaque(cursor, "too many statements stand around it");
        }
        self.depth += 1;
        self.one(cursor);
        self.depth -= 1;
    }

    fn one(&mut self, mut cursor: Cursor<'_, '_>) {
        let from = cursor.at;
        let word = cursor.word();
        cursor.at += 1;
        match word.as_str() {
            "create" => self.create(cursor),
            "drop" => self.drop(cursor),
            "alter" => self.alter(cursor),
            "rename" => self.rename(cursor),
            "truncate" => self.truncate(cursor),
            "insert" | "replace" => self.insert(cursor, word == "replace"),
            "update" => self.update(cursor),
            "delete" => self.delete(cursor),
            "merge" => self.merge(cursor),
            "copy" => self.copy(cursor),
            "load" => self.load(cursor),
            "explain" => self.explain(cursor),
            "with" | "select" | "values" | "table" => self.query(cursor.within(from, cursor.end())),
            "grant" => self.rights(cursor, &Act::Grant),
            "revoke" => self.rights(cursor, &Act::Revoke),
            "comment" | "security" => self.comment(cursor),
            "lock" => self.lock(cursor),
            "refresh" => self.refresh(cursor),
            "vacuum" | "cluster" | "reindex" | "optimize" | "repair" | "analyze" => self.upkeep(cursor, &word),
            "reassign" => self.named(cursor, &["owned", "by"], ObjectKind::Role, Act::Alter(Alter::Owner)),
            "import" => self.named(cursor, &["foreign", "schema"], ObjectKind::Schema, Act::Read),
            "do" if cursor.dialect == Dialect::Mysql => {}
            "do" => self.block(cursor),
            "begin" if cursor.eat(&["not", "atomic"]) => {
                let (place, from) = (cursor.within(cursor.end(), cursor.end()).since(cursor.at), cursor.at);
                cursor.at = cursor.end();
                self.in_block = true;
                self.body(&cursor.written(from), place.start, cursor.dialect);
            }
            "set" if cursor.eat(&["statement"]) => {
                cursor.skip_to("for");
                cursor.eat(&["for"]);
                self.statement(cursor);
            }
            "set" if cursor.dialect == Dialect::Mysql => self.set(cursor),
            "prepare" => self.prepare(cursor),
            "execute" => self.execute(cursor.within(from, cursor.end())),
            "call" | "exec" => {
                let mut named = cursor;
                let name = named.name(ObjectKind::Function).filter(|_| word == "call");
                let whole = cursor.within(from, cursor.end());
                if !name.is_some_and(|name| self.called(&name.own, name.range, cursor.dialect)) {
                    self.opaque(whole, "what it calls decides at run time");
                }
            }
            "" if cursor.within(from, cursor.end()).sees_sign(b'(') => self.query(cursor.within(from, cursor.end())),
            _ => {}
        }
    }

    /// Reads what stands behind `words`, of which the first was read already or not.
    fn named(&mut self, mut cursor: Cursor<'_, '_>, words: &[&str], kind: ObjectKind, act: Act) {
        if cursor.eat(words)
            && let Some(object) = cursor.name(kind)
        {
            self.add(act, object);
        }
    }

    /// `RENAME TABLE a TO b, …`, `RENAME USER …`.
    fn rename(&mut self, mut cursor: Cursor<'_, '_>) {
        let kind = if cursor.eat_one(&["user"]) { ObjectKind::Role } else { ObjectKind::Table };
        cursor.eat_one(&["table", "tables"]);
        loop {
            let Some(object) = cursor.name(kind) else { return };
            cursor.skip_to("to");
            cursor.eat(&["to"]);
            let to = cursor.name(kind).map_or(String::new(), |new| new.own);
            self.add(Act::Rename(to), object);
            cursor.skip_to_comma();
            if !cursor.eat_sign(b',') {
                return;
            }
        }
    }

    fn truncate(&mut self, mut cursor: Cursor<'_, '_>) {
        cursor.eat(&["table"]);
        let cascade = cursor.before_end(&["cascade"]).is_some();
        for table in names(&mut cursor, ObjectKind::Table) {
            self.add(Act::Truncate { cascade }, table);
        }
    }

    /// `GRANT … ON … TO …`, `REVOKE … ON … FROM …`; without `ON`: of roles.
    fn rights(&mut self, mut cursor: Cursor<'_, '_>, act: &Act) {
        let Some(on) = cursor.before_end(&["on"]) else {
            cursor.eat(&["admin", "option", "for"]);
            for role in names(&mut cursor, ObjectKind::Role) {
                self.add(act.clone(), role);
            }
            return;
        };
        cursor.at = on + 1;
        let all = cursor.eat_one(&["all"]);
        let kind = match cursor.word().as_str() {
            "table" | "tables" => ObjectKind::Table,
            "sequence" | "sequences" => ObjectKind::Sequence,
            "database" => ObjectKind::Database,
            "schema" | "schemas" => ObjectKind::Schema,
            "function" | "functions" | "procedure" | "procedures" | "routine" | "routines" => ObjectKind::Function,
            "type" | "domain" => ObjectKind::Type,
            "foreign" | "language" | "large" | "parameter" | "tablespace" => ObjectKind::Other("object"),
            _ => {
                for table in names(&mut cursor, ObjectKind::Table) {
                    self.add(act.clone(), table);
                }
                return;
            }
        };
        cursor.at += 1;
        if all {
            cursor.eat(&["in", "schema"]);
            for schema in names(&mut cursor, ObjectKind::Schema) {
                self.add(act.clone(), schema);
            }
            return;
        }
        while matches!(cursor.word().as_str(), "data" | "wrapper" | "server" | "object") {
            cursor.at += 1;
        }
        for object in names(&mut cursor, kind) {
            self.add(act.clone(), object);
            if cursor.sees_sign(b'(') {
                cursor.skip();
            }
        }
    }

    /// `COMMENT ON …`, `SECURITY LABEL … ON …`.
    fn comment(&mut self, mut cursor: Cursor<'_, '_>) {
        let Some(on) = cursor.before_end(&["on"]) else { return };
        cursor.at = on + 1;
        let Some(kind) = kind(&mut cursor) else { return };
        let Some(object) = cursor.name(kind) else { return };
        let of = if cursor.eat(&["on"]) { cursor.name(ObjectKind::Table) } else { None };
        let object = of.map_or(object.clone(), |of| belongs(object, &of));
        self.add(Act::Alter(Alter::Comment), object);
    }

    fn lock(&mut self, mut cursor: Cursor<'_, '_>) {
        cursor.eat_one(&["table", "tables"]);
        for table in names(&mut cursor, ObjectKind::Table) {
            self.add(Act::Lock, table);
        }
    }

    fn refresh(&mut self, mut cursor: Cursor<'_, '_>) {
        if !cursor.eat(&["materialized", "view"]) {
            return;
        }
        cursor.eat(&["concurrently"]);
        if let Some(view) = cursor.name(ObjectKind::MaterializedView) {
            self.add(Act::Alter(Alter::Other), view);
        }
    }

    /// Statements that keep data and rewrite storage, or only look: what they lock.
    fn upkeep(&mut self, mut cursor: Cursor<'_, '_>, word: &str) {
        let full = word != "analyze" && (word != "vacuum" || cursor.before_end(&["full"]).is_some() || cursor.sees_sign(b'('));
        if cursor.sees_sign(b'(') {
            cursor.skip();
        }
        // The table keeps by which index it was sorted.
        let sorts = word == "cluster" && cursor.before_end(&["using"]).is_some();
        while cursor.sees_one(&[
            "full",
            "freeze",
            "verbose",
            "analyze",
            "table",
            "index",
            "schema",
            "database",
            "system",
            "concurrently",
            "local",
            "no_write_to_binlog",
            "tables",
        ]) {
            cursor.at += 1;
        }
        if !full {
            return;
        }
        for table in names(&mut cursor, ObjectKind::Table) {
            if sorts {
                self.add(Act::Alter(Alter::Other), table.clone());
            }
            self.add(Act::Lock, table);
        }
    }
}

impl Cursor<'_, '_> {
    /// Goes to a keyword of this depth, or to the end.
    fn skip_to(&mut self, word: &str) {
        self.at = self.before_end(&[word]).unwrap_or(self.end());
    }
}

/// Reads names between commas, behind `IF EXISTS` and `ONLY`, each perhaps with `*` or arguments in brackets.
fn names(cursor: &mut Cursor<'_, '_>, kind: ObjectKind) -> Vec<Object> {
    let mut found = Vec::new();
    cursor.eat(&["if", "exists"]);
    loop {
        cursor.eat(&["only"]);
        let Some(name) = cursor.name(kind) else { return found };
        found.push(name);
        cursor.eat_sign(b'*');
        if cursor.sees_sign(b'(') {
            cursor.skip();
        }
        // `GRANT … ON t TO r` and `LOCK TABLES t AS x READ, u WRITE`.
        let ended = cursor.sees_one(&["to", "from"]);
        if !ended && !cursor.sees_sign(b',') && kind == ObjectKind::Table {
            cursor.skip_to_comma();
        }
        if ended || !cursor.eat_sign(b',') {
            return found;
        }
    }
}

/// Reads the words that name a kind of object: `TABLE`, `MATERIALIZED VIEW`, `FOREIGN TABLE`.
fn kind(cursor: &mut Cursor<'_, '_>) -> Option<ObjectKind> {
    const KINDS: &[(&[&str], ObjectKind)] = &[
        (&["foreign", "table"], ObjectKind::Other("foreign table")),
        (&["foreign", "data", "wrapper"], ObjectKind::Other("foreign data wrapper")),
        (&["virtual", "table"], ObjectKind::Table),
        (&["table"], ObjectKind::Table),
        (&["tables"], ObjectKind::Table),
        (&["column"], ObjectKind::Column),
        (&["constraint", "trigger"], ObjectKind::Trigger),
        (&["constraint"], ObjectKind::Constraint),
        (&["materialized", "view"], ObjectKind::MaterializedView),
        (&["view"], ObjectKind::View),
        (&["index"], ObjectKind::Index),
        (&["sequence"], ObjectKind::Sequence),
        (&["type"], ObjectKind::Type),
        (&["domain"], ObjectKind::Type),
        (&["function"], ObjectKind::Function),
        (&["procedure"], ObjectKind::Function),
        (&["routine"], ObjectKind::Function),
        (&["aggregate"], ObjectKind::Function),
        (&["event", "trigger"], ObjectKind::Other("event trigger")),
        (&["trigger"], ObjectKind::Trigger),
        (&["rule"], ObjectKind::Other("rule")),
        (&["policy"], ObjectKind::Policy),
        (&["role"], ObjectKind::Role),
        (&["user", "mapping"], ObjectKind::Other("user mapping")),
        (&["user"], ObjectKind::Role),
        (&["group"], ObjectKind::Role),
        (&["extension"], ObjectKind::Extension),
        (&["schema"], ObjectKind::Schema),
        (&["database"], ObjectKind::Database),
        (&["publication"], ObjectKind::Other("publication")),
        (&["subscription"], ObjectKind::Other("subscription")),
        (&["server"], ObjectKind::Other("server")),
        (&["tablespace"], ObjectKind::Other("tablespace")),
        (&["collation"], ObjectKind::Other("collation")),
        (&["statistics"], ObjectKind::Other("statistics")),
        (&["operator", "class"], ObjectKind::Other("operator class")),
        (&["operator", "family"], ObjectKind::Other("operator family")),
        (&["operator"], ObjectKind::Other("operator")),
        (&["cast"], ObjectKind::Other("cast")),
        (&["conversion"], ObjectKind::Other("conversion")),
        (&["language"], ObjectKind::Other("language")),
        (&["text", "search", "configuration"], ObjectKind::Other("text search configuration")),
        (&["text", "search", "dictionary"], ObjectKind::Other("text search dictionary")),
        (&["text", "search", "parser"], ObjectKind::Other("text search parser")),
        (&["text", "search", "template"], ObjectKind::Other("text search template")),
        (&["access", "method"], ObjectKind::Other("access method")),
        (&["event"], ObjectKind::Other("event")),
    ];
    KINDS.iter().find(|(words, _)| cursor.eat(words)).map(|(_, kind)| *kind)
}
