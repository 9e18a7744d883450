//! What a statement means for a transaction, and whether it leaves a trace.

use super::lexis::TokenKind;
use super::words::Words;
use super::{Dialect, Kind, Sight};

/// Functions that only compute; a `SELECT` of any other may do something.
const PURE: [&str; 28] = [
    "abs",
    "array_agg",
    "avg",
    "bool_and",
    "bool_or",
    "cast",
    "coalesce",
    "concat",
    "count",
    "current_database",
    "exists",
    "greatest",
    "in",
    "least",
    "length",
    "lower",
    "max",
    "md5",
    "min",
    "now",
    "nullif",
    "over",
    "round",
    "string_agg",
    "sum",
    "to_char",
    "upper",
    "version",
];

/// Commands of psql and sqlite3 that only print, or change how is printed.
const QUIET: [&str; 12] =
    ["\\echo", "\\pset", "\\qecho", "\\set", "\\timing", "\\x", "\\d", "\\dt", ".echo", ".headers", ".mode", ".print"];

/// Judges a statement by its keywords.
pub fn kind(words: &Words<'_>, dialect: Dialect) -> Kind {
    if dialect == Dialect::Mysql {
        return in_mysql(words);
    }
    let control = words.is_one(0, &["begin", "commit", "rollback", "savepoint", "release", "end", "abort"])
        || words.are(0, &["start", "transaction"])
        || words.are(0, &["prepare", "transaction"]);
    let alone = || match dialect {
        Dialect::Postgres => alone_in_postgres(words),
        Dialect::Sqlite => alone_in_sqlite(words),
        Dialect::Mysql => false,
    };
    match control {
        true => Kind::Control,
        false if alone() => Kind::Alone,
        false => Kind::Plain,
    }
}

/// MySQL and MariaDB commit what went before such a statement, and the statement itself: the manuals' pages on statements that
/// cause an implicit commit, each tried on MariaDB 10.11.
fn in_mysql(words: &Words<'_>) -> Kind {
    let second = |known: &[&str]| words.is_one(1, known);
    let temporary = || second(&["temporary"]) || words.are(1, &["or", "replace", "temporary"]);
    match words.text(0).to_ascii_lowercase().as_str() {
        "begin" if words.are(1, &["not", "atomic"]) && !commits_inside(words) => Kind::Plain,
        "begin" if words.are(1, &["not", "atomic"]) => Kind::Alone,
        "begin" | "commit" | "rollback" | "savepoint" | "release" | "xa" | "lock" | "unlock" => Kind::Control,
        "start" if second(&["transaction"]) => Kind::Control,
        "set" if (1..words.len()).any(|index| words.is(index, "autocommit")) => Kind::Control,
        // SET PASSWORD, SET DEFAULT ROLE write into tables of the server.
        "set" if second(&["password"]) || words.are(1, &["default", "role"]) => Kind::Alone,
        // `SET STATEMENT … FOR` is what it runs.
        "set" if second(&["statement"]) => match words.find(2, "for") {
            Some(index) if !words.is(index + 1, "set") => in_mysql(&words.from(index + 1)),
            _ => Kind::Alone,
        },
        "create" if temporary() => Kind::Plain,
        "drop" if second(&["temporary"]) => Kind::Plain,
        "create" | "alter" | "drop" => defines(words),
        // Names that change places leave the definitions as they were.
        "rename" if second(&["table", "tables"]) && !(1..words.len()).any(|index| words.is_sign(index, b',')) => Kind::Traced,
        // What may be done again without harm.
        "analyze" | "check" | "flush" | "grant" | "optimize" | "repair" | "revoke" => Kind::Traced,
        "rename" | "truncate" | "install" | "uninstall" | "cache" | "change" | "reset" | "stop" | "shutdown" | "restart" | "import" => {
            Kind::Alone
        }
        "load" if second(&["index"]) => Kind::Alone,
        _ => Kind::Plain,
    }
}

/// `CREATE`, `ALTER` and `DROP`: what changes nothing but the definitions of what it names is traced by them.
fn defines(words: &Words<'_>) -> Kind {
    const TRACED: [&str; 9] = ["table", "index", "view", "trigger", "procedure", "function", "event", "database", "schema"];
    const UNTRACED: [&str; 13] = [
        "user",
        "role",
        "server",
        "sequence",
        "tablespace",
        "undo",
        "logfile",
        "instance",
        "package",
        "library",
        "resource",
        "spatial",
        "aggregate",
    ];
    // CREATE OR REPLACE … DEFINER = … SQL SECURITY … VIEW: the kind stands somewhere before the name.
    let kind = (1..words.len()).find(|index| words.is_one(*index, &TRACED) || words.is_one(*index, &UNTRACED));
    let spatial_index = |index: usize| words.is(index, "spatial") && words.is(index + 1, "index");
    let traced = kind.is_some_and(|index| words.is_one(index, &TRACED) || spatial_index(index));
    // Rows move, or go, and no definition says so. `DROP TABLE a, b` may stop after `a`.
    let moves = words.is(0, "alter") && ["exchange", "truncate", "discard", "import"].iter().any(|word| words.has(word));
    let is = |names: &[&str]| kind.is_some_and(|index| words.is_one(index, names));
    let several = words.is(0, "drop") && ((1..words.len()).any(|index| words.is_sign(index, b',')) || is(&["database", "schema"]));
    let replaced = words.is(0, "create") && is(&["table"]) && (words.has("select") || words.are(1, &["or", "replace"]));
    if traced && !moves && !several && !replaced { Kind::Traced } else { Kind::Alone }
}

/// Returns whether a block of MariaDB's says something that commits by itself.
fn commits_inside(words: &Words<'_>) -> bool {
    const COMMITTING: [&str; 12] =
        ["commit", "rollback", "create", "alter", "drop", "truncate", "rename", "grant", "revoke", "call", "execute", "lock"];
    (3..words.len()).any(|index| words.is_one(index, &COMMITTING))
}

/// Returns why something of a statement may stay when it fails.
pub fn stays(words: &Words<'_>, dialect: Dialect) -> Option<&'static str> {
    match dialect {
        Dialect::Postgres if words.is(0, "do") && alone_in_postgres(words) => Some("what it has committed stays when it fails behind that"),
        Dialect::Sqlite if words.is_one(0, &["insert", "update"]) && words.are(1, &["or", "fail"]) => {
            Some("when a row fails, those before it stay")
        }
        Dialect::Mysql if words.are(0, &["begin", "not", "atomic"]) => {
            Some("outside of a transaction each of its statements stands by itself")
        }
        _ => None,
    }
}

fn alone_in_postgres(words: &Words<'_>) -> bool {
    let second = |known: &[&str]| words.is_one(1, known);
    match words.text(0).to_ascii_lowercase().as_str() {
        "vacuum" => true,
        "alter" if second(&["system"]) => true,
        "alter" if second(&["database"]) => words.has("tablespace"),
        "alter" if second(&["table"]) => words.has("detach") && words.has("concurrently"),
        // Inside a transaction the new value can't be used before the commit, and servers before 12 refuse it there.
        "alter" if second(&["type"]) => (0..words.len()).any(|index| words.are(index, &["add", "value"])),
        "alter" if second(&["subscription"]) => {
            words.has("refresh") && !words.is_off("refresh") || words.has("publication") && !words.is_off("refresh")
        }
        "create" | "drop" if second(&["database", "tablespace"]) => true,
        "create" | "drop" if second(&["index", "unique"]) => (2..4).any(|index| words.is(index, "concurrently")),
        "create" if second(&["subscription"]) => !words.is_off("create_slot") && !words.is_off("connect"),
        "drop" if second(&["subscription"]) => true,
        "discard" => second(&["all"]),
        // CLUSTER, CLUSTER VERBOSE, CLUSTER (VERBOSE): without a table, every one.
        "cluster" => (1..words.len()).all(|index| words.is(index, "verbose") || matches!(words.kind(index), Some(TokenKind::Sign(_)))),
        "reindex" => words.has("concurrently") || (1..words.len()).any(|index| words.is_one(index, &["schema", "database", "system"])),
        "do" => (1..words.len()).any(|index| words.kind(index) == Some(TokenKind::Text) && ends_transactions(words.text(index))),
        _ => false,
    }
}

/// Returns whether the body of a block says `COMMIT` or `ROLLBACK`, in code or in a comment.
fn ends_transactions(body: &str) -> bool {
    body.split(|c: char| !c.is_alphanumeric() && c != '_')
        .any(|word| word.eq_ignore_ascii_case("commit") || word.eq_ignore_ascii_case("rollback"))
}

/// Inside a transaction SQLite refuses these, or ignores them without a word.
fn alone_in_sqlite(words: &Words<'_>) -> bool {
    if words.is(0, "vacuum") {
        return true;
    }
    let Some((_, behind)) = words.name(1).filter(|_| words.is(0, "pragma")) else { return false };
    let name = behind - 1;
    let sets = words.is_sign(behind, b'=') || words.is_sign(behind, b'(');
    words.is(name, "wal_checkpoint") || sets && words.is_one(name, &["journal_mode", "foreign_keys", "synchronous"])
}

/// Returns whether a statement does what stands elsewhere, or in a block.
pub fn runs(words: &Words<'_>) -> bool {
    words.is_one(0, &["do", "call", "execute"]) || words.are(0, &["begin", "not", "atomic"])
}

/// Returns what can be seen of a statement that destroys nothing.
pub fn sight(words: &Words<'_>, kind: Kind) -> Sight {
    if kind == Kind::Control {
        return Sight::Sets;
    }
    let first = words.text(0).to_ascii_lowercase();
    let sent = (0..words.len()).any(|index| words.kind(index) == Some(TokenKind::Meta) && !is_quiet(words.text(index)));
    match first.as_str() {
        _ if sent => Sight::Opaque,
        "do" | "call" | "execute" | "load" | "import" => Sight::Opaque,
        "show" | "table" | "fetch" | "describe" | "desc" | "use" | "help" => Sight::Reads,
        "set" | "reset" | "discard" | "listen" | "unlisten" => Sight::Sets,
        "pragma" if (1..words.len()).any(|index| words.is_sign(index, b'=') || words.is_sign(index, b'(')) => pragma(words),
        "pragma" => Sight::Reads,
        "explain" if words.is_one(1, &["analyze", "analyse"]) || words.is_sign(1, b'(') => Sight::Opaque,
        "explain" => Sight::Reads,
        "select" | "values" | "with" | "(" => query(words),
        _ => Sight::Changes,
    }
}

/// A pragma with a value: what it sets is of the session, or stays in the file.
fn pragma(words: &Words<'_>) -> Sight {
    let Some((_, behind)) = words.name(1) else { return Sight::Opaque };
    let name = words.text(behind - 1).to_ascii_lowercase();
    let reads = [
        "table_info",
        "table_xinfo",
        "index_list",
        "index_info",
        "index_xinfo",
        "foreign_key_list",
        "foreign_key_check",
        "integrity_check",
        "quick_check",
    ];
    let stays = [
        "user_version",
        "application_id",
        "journal_mode",
        "auto_vacuum",
        "page_size",
        "encoding",
        "schema_version",
        "incremental_vacuum",
        "wal_checkpoint",
        "optimize",
    ];
    match name.as_str() {
        name if reads.contains(&name) => Sight::Reads,
        name if stays.contains(&name) => Sight::Changes,
        _ => Sight::Sets,
    }
}

/// A query reads, unless it writes in a part (`INTO`, `WITH … AS (DELETE …)`), locks, or calls what may do anything.
fn query(words: &Words<'_>) -> Sight {
    let writes = (0..words.len()).any(|index| words.is_one(index, &["into", "insert", "update", "delete", "merge"]));
    if writes {
        return Sight::Changes;
    }
    let calls = (1..words.len()).any(|index| {
        words.is_sign(index, b'(')
            && match words.kind(index - 1) {
                // `AS name (…)` and `FROM name (…)` are no calls, but nobody would notice the difference to one that is.
                Some(TokenKind::Word) => !words.is_one(index - 1, &PURE) && !is_syntax(words.text(index - 1)),
                Some(TokenKind::Name) => true,
                _ => false,
            }
    });
    if calls { Sight::Opaque } else { Sight::Reads }
}

/// Returns whether calling a function of this name leaves no trace on what people keep, or one that is read elsewhere.
pub fn is_pure(name: &str) -> bool {
    const OF_SESSIONS: [&str; 17] = [
        "char",
        "character",
        "current_schema",
        "current_setting",
        "decimal",
        "format",
        "nextval",
        "numeric",
        "pg_advisory_lock",
        "pg_advisory_xact_lock",
        "pg_notify",
        "pg_sleep",
        "quote_ident",
        "set_config",
        "setval",
        "to_regclass",
        "varchar",
    ];
    PURE.contains(&name) || OF_SESSIONS.contains(&name) || is_syntax(name)
}

/// Returns whether a word before a parenthesis is no name: `WHERE (…)`, `AND (…)`.
fn is_syntax(word: &str) -> bool {
    const SYNTAX: [&str; 31] = [
        "all",
        "and",
        "any",
        "array",
        "as",
        "between",
        "by",
        "case",
        "distinct",
        "else",
        "except",
        "from",
        "having",
        "intersect",
        "join",
        "lateral",
        "like",
        "limit",
        "materialized",
        "not",
        "offset",
        "on",
        "or",
        "row",
        "select",
        "some",
        "then",
        "union",
        "using",
        "values",
        "when",
    ];
    SYNTAX.iter().any(|syntax| syntax.eq_ignore_ascii_case(word))
        || word.eq_ignore_ascii_case("where")
        || word.eq_ignore_ascii_case("filter")
}

/// Returns what a command of the client does.
pub fn meta(line: &str) -> Sight {
    if is_quiet(line) { Sight::Reads } else { Sight::Opaque }
}

fn is_quiet(line: &str) -> bool {
    let mut words = line.split_whitespace();
    let command = words.next().unwrap_or_default();
    // MySQL's client: where statements end.
    if command.eq_ignore_ascii_case("delimiter") {
        return true;
    }
    // A backtick runs a command of the shell; `\g` alone, and with nowhere to send to, is another semicolon.
    let sends = matches!(command, "\\g" | "\\gx" | "\\gdesc") && words.next().is_none();
    sends || QUIET.contains(&command) && !line.contains('`')
}
