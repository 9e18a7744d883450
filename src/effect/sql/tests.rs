//! Statements in, statements and kinds out.

use super::{Dialect, Kind, split};

fn kinds(text: &str, dialect: Dialect) -> Vec<(&str, Kind)> {
    split(text, dialect).into_iter().map(|statement| (&text[statement.range], statement.kind)).collect()
}

#[test]
fn semicolons_in_quotes_comments_and_bodies_end_nothing() {
    use Kind::Plain;
    let text =
        "SELECT ';', E'\\';', \"a;b\" -- x;\n /* ; /* ; */ ; */ ;\n\nDO $x$ BEGIN; END $x$; SELECT $1; INSERT INTO t VALUES ('it''s;')";
    assert_eq!(
        kinds(text, Dialect::Postgres),
        [
            ("SELECT ';', E'\\';', \"a;b\" -- x;\n /* ; /* ; */ ; */ ;", Plain),
            ("DO $x$ BEGIN; END $x$;", Plain),
            ("SELECT $1;", Plain),
            ("INSERT INTO t VALUES ('it''s;')", Plain),
        ]
    );
    let trigger = "CREATE TRIGGER a AFTER INSERT ON t BEGIN UPDATE t SET b = CASE WHEN 1 THEN 2 END; DELETE FROM u; END; SELECT 1;";
    assert_eq!(kinds(trigger, Dialect::Sqlite).len(), 2);
    let function = "CREATE FUNCTION f() RETURNS int LANGUAGE sql BEGIN ATOMIC SELECT 1; SELECT 2; END; SELECT 3;";
    assert_eq!(kinds(function, Dialect::Postgres).len(), 2);
}

#[test]
fn data_of_copy_belongs_to_its_statement() {
    let text = "COPY t FROM stdin;\n1;\ta\n2\tb;\n\\.\nSELECT 1;";
    assert_eq!(kinds(text, Dialect::Postgres), [("COPY t FROM stdin;\n1;\ta\n2\tb;\n\\.", Kind::Plain), ("SELECT 1;", Kind::Plain)]);
}

#[test]
fn what_postgresql_refuses_in_a_transaction_stands_alone() {
    for alone in [
        "CREATE INDEX CONCURRENTLY i ON t (a);",
        "create unique index concurrently if not exists i on t (a)",
        "DROP INDEX CONCURRENTLY IF EXISTS i;",
        "REINDEX TABLE CONCURRENTLY t;",
        "REINDEX DATABASE d;",
        "VACUUM ANALYZE t;",
        "CLUSTER;",
        "ALTER SYSTEM SET work_mem = '1GB';",
        "CREATE DATABASE d;",
        "DROP TABLESPACE s;",
        "ALTER DATABASE d SET TABLESPACE s;",
        "DISCARD ALL;",
        "ALTER TABLE p DETACH PARTITION q CONCURRENTLY;",
        "ALTER TYPE mood ADD VALUE 'glad';",
        "CREATE SUBSCRIPTION s CONNECTION 'x' PUBLICATION p;",
    ] {
        assert_eq!(kinds(alone, Dialect::Postgres), [(alone, Kind::Alone)]);
    }
    for plain in [
        "CREATE INDEX i ON concurrently (a);",
        "CLUSTER t;",
        "REINDEX TABLE t;",
        "ALTER DATABASE d SET work_mem = '1MB';",
        "ALTER TABLE p DETACH PARTITION q;",
        "ALTER TYPE mood RENAME VALUE 'sad' TO 'blue';",
        "REFRESH MATERIALIZED VIEW CONCURRENTLY v;",
        "CREATE SUBSCRIPTION s CONNECTION 'x' PUBLICATION p WITH (create_slot = false);",
        "ANALYZE t;",
    ] {
        assert_eq!(kinds(plain, Dialect::Postgres), [(plain, Kind::Plain)]);
    }
}

#[test]
fn transactions_of_the_author_and_commands_of_the_client_are_told_apart() {
    use Kind::{Alone, Control, Meta, Plain};
    assert_eq!(
        kinds("BEGIN;\n\\set x 1; 2\nSELECT 1;\nCOMMIT;", Dialect::Postgres),
        [("BEGIN;", Control), ("\\set x 1; 2", Meta), ("SELECT 1;", Plain), ("COMMIT;", Control)]
    );
    assert_eq!(
        kinds(".headers on\nVACUUM; PRAGMA journal_mode=WAL; PRAGMA user_version = 2; SELECT 1.5", Dialect::Sqlite),
        [
            (".headers on", Meta),
            ("VACUUM;", Alone),
            ("PRAGMA journal_mode=WAL;", Alone),
            ("PRAGMA user_version = 2;", Plain),
            ("SELECT 1.5", Plain)
        ]
    );
}

#[test]
fn what_is_never_closed_ends_with_the_text() {
    for text in [
        "SELECT 'x",
        "SELECT $a$ x",
        "/* x",
        "SELECT \"",
        "COPY t FROM stdin;\n1",
        "(((",
        "E'\\",
        "$",
        "\\",
        "é;",
        "CREATE TRIGGER x BEGIN",
    ] {
        for dialect in [Dialect::Postgres, Dialect::Sqlite] {
            split(text, dialect);
        }
    }
}

#[test]
fn what_destroys_data_is_told_by_its_words() {
    let found = |text: &str| super::destructions(text, Dialect::Postgres).into_iter().map(|found| found.words).collect::<Vec<_>>();
    assert_eq!(found("ALTER TABLE t DROP COLUMN a; ALTER TABLE t DROP b, ADD c int;"), ["DROP COLUMN", "DROP COLUMN"]);
    assert_eq!(
        found("DROP TABLE t; truncate t; DELETE FROM t; DROP SCHEMA s CASCADE"),
        ["DROP TABLE", "TRUNCATE", "DELETE", "DROP SCHEMA"]
    );
    for harmless in [
        "DELETE FROM t WHERE id = 1",
        "ALTER TABLE t DROP CONSTRAINT c",
        "ALTER TABLE t ALTER COLUMN a DROP NOT NULL",
        "ALTER TABLE t ALTER a DROP DEFAULT",
        "CREATE TEMP TABLE x (a int); DROP TABLE x",
        "DROP INDEX i",
        "SELECT 'DROP TABLE t'",
    ] {
        assert!(found(harmless).is_empty(), "{harmless}");
    }
}
