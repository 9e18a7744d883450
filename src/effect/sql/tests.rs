//! Statements in, statements and kinds out.

use super::{Dialect, Kind, Statement, is_hollow, split};
use crate::effect::act::Act;

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
        "CLUSTER (VERBOSE);",
        "REINDEX (CONCURRENTLY) TABLE t;",
        "DO $$ BEGIN DELETE FROM t; COMMIT; END $$;",
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
        "DO $$ BEGIN DELETE FROM t; END $$;",
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
fn mysql_ends_statements_where_its_client_does() {
    let text = "SELECT 'a\\';', \"b;\\\"\", `c;``d` -- x;\n # y;\n, 1--1 /* ; */ /*!40101 , 2 */;\n/*!50003 SET @x = ';' */;SELECT 3";
    let cut = kinds(text, Dialect::Mysql);
    assert_eq!(
        cut.iter().map(|(text, _)| *text).collect::<Vec<_>>(),
        ["SELECT 'a\\';', \"b;\\\"\", `c;``d` -- x;\n # y;\n, 1--1 /* ; */ /*!40101 , 2 */;", "/*!50003 SET @x = ';' */;", "SELECT 3"]
    );
    let text = "DELIMITER $$\nCREATE TRIGGER t BEFORE INSERT ON a FOR EACH ROW BEGIN SET NEW.b = 1; END$$\ndelimiter ;\nSELECT 1;";
    assert_eq!(
        kinds(text, Dialect::Mysql),
        [
            ("DELIMITER $$", Kind::Meta),
            ("CREATE TRIGGER t BEFORE INSERT ON a FOR EACH ROW BEGIN SET NEW.b = 1; END$$", Kind::Traced),
            ("delimiter ;", Kind::Meta),
            ("SELECT 1;", Kind::Plain)
        ]
    );
}

#[test]
fn what_mysql_commits_by_itself_is_told_from_what_it_does_not() {
    let all = |kind: Kind, texts: &[&str]| texts.iter().for_each(|text| assert_eq!(kinds(text, Dialect::Mysql), [(*text, kind)]));
    all(
        Kind::Traced,
        &[
            "ALTER TABLE t ADD COLUMN a INT",
            "CREATE TABLE t (a INT) PARTITION BY RANGE (a) (PARTITION p VALUES LESS THAN (1))",
            "CREATE UNIQUE INDEX i ON t (a)",
            "CREATE OR REPLACE ALGORITHM = MERGE DEFINER = a@b SQL SECURITY INVOKER VIEW v AS SELECT 1",
            "DROP TABLE IF EXISTS t",
            "RENAME TABLE a TO b",
            "ANALYZE TABLE t",
            "GRANT SELECT ON t TO u",
            "DROP EVENT e",
        ],
    );
    all(
        Kind::Alone,
        &[
            "TRUNCATE TABLE t",
            "DROP TABLE a, b",
            "DROP DATABASE d",
            "RENAME TABLE a TO b, b TO a",
            "ALTER TABLE p EXCHANGE PARTITION q WITH TABLE t",
            "CREATE TABLE t AS SELECT 1",
            "CREATE OR REPLACE TABLE t (a INT)",
            "CREATE USER u",
            "ALTER SEQUENCE s RESTART",
            "SET PASSWORD = PASSWORD('x')",
            "BEGIN NOT ATOMIC CREATE TABLE t (a INT)",
        ],
    );
    all(
        Kind::Plain,
        &[
            "CREATE TEMPORARY TABLE t (a INT)",
            "DROP TEMPORARY TABLE t",
            "LOAD DATA LOCAL INFILE 'x' INTO TABLE t",
            "CALL p()",
            "SET @a = 1",
            "REPLACE INTO t VALUES (1)",
        ],
    );
    all(Kind::Control, &["LOCK TABLES t WRITE", "UNLOCK TABLES", "SET autocommit = 0", "BEGIN", "XA START 'x'", "START TRANSACTION"]);
}

#[test]
fn what_is_never_closed_ends_with_the_text() {
    for text in [
        "\\;",
        "a\\",
        "a \\g",
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
        for dialect in [Dialect::Postgres, Dialect::Mysql, Dialect::Sqlite] {
            split(text, dialect);
        }
    }
}

#[test]
fn commands_of_psql_in_a_statement_end_it_or_stand_in_it() {
    let text = "SELECT 'DROP TABLE t' \\gexec\nSELECT 1 \\g\nSELECT 2 \\echo x;\n, 3; SELECT 4 \\; SELECT 5;";
    let cut: Vec<&str> = kinds(text, Dialect::Postgres).into_iter().map(|(text, _)| text).collect();
    assert_eq!(cut, ["SELECT 'DROP TABLE t' \\gexec", "SELECT 1 \\g", "SELECT 2 \\echo x;\n, 3;", "SELECT 4 \\;", "SELECT 5;"]);
}

#[test]
fn names_like_keywords_open_no_body() {
    assert_eq!(kinds("CREATE TABLE t (trigger text, begin date); SELECT 1;", Dialect::Sqlite).len(), 2);
    assert_eq!(kinds("CREATE TABLE function (begin date); SELECT 1;", Dialect::Postgres).len(), 2);
    assert_eq!(kinds("CREATE RULE r AS ON INSERT TO t DO (DELETE FROM u; DELETE FROM v); SELECT 1;", Dialect::Postgres).len(), 2);
}

#[test]
fn data_of_copy_ends_with_its_whole_line() {
    let text = "COPY t (a) FROM STDIN WITH (FORMAT csv);\r\n\\.x\r\na;b\r\n\\.\r\nSELECT 1;";
    let cut: Vec<&str> = kinds(text, Dialect::Postgres).into_iter().map(|(text, _)| text).collect();
    assert_eq!(cut, ["COPY t (a) FROM STDIN WITH (FORMAT csv);\r\n\\.x\r\na;b\r\n\\.", "SELECT 1;"]);
}

fn destroyed(text: &str, dialect: Dialect) -> String {
    let statements = split(text, dialect);
    let told = statements.iter().flat_map(Statement::destroys).map(|effect| {
        let object = &effect.object;
        assert!(object.own.ends_with(&text[object.range.clone()]), "{object:?}");
        match effect.act {
            Act::Drop { .. } => object.to_string(),
            Act::Update { .. } => format!("values of {}", object.written()),
            _ => format!("rows of {}", object.written()),
        }
    });
    told.collect::<Vec<_>>().join(", ")
}

#[test]
fn what_is_surely_destroyed_is_named() {
    for (text, expected) in [
        ("DROP TABLE IF EXISTS public.users, \"Order Lines\" CASCADE;", "table public.users, table \"Order Lines\""),
        (
            "alter table only users drop column if exists legacy, drop constraint c, drop note cascade;",
            "column users.legacy, column users.note",
        ),
        ("ALTER TABLE t ADD CHECK (a > 0), ALTER COLUMN b DROP NOT NULL;", ""),
        ("ALTER TABLE t ADD COLUMN drop_me int;", ""),
        ("TRUNCATE orders, lines RESTART IDENTITY;", "rows of orders, rows of lines"),
        ("TRUNCATE TABLE ONLY orders *;", "rows of orders"),
        ("DELETE FROM t;", "rows of t"),
        ("DELETE FROM t WHERE id = 1;", ""),
        ("DELETE FROM t USING u WHERE (u.id = t.id);", ""),
        ("DELETE FROM t RETURNING (SELECT 1 FROM u WHERE true);", "rows of t"),
        ("WITH gone AS (DELETE FROM t RETURNING *) SELECT * FROM gone WHERE true;", "rows of t"),
        ("UPDATE t SET a = (SELECT b FROM u WHERE true);", "values of t"),
        ("UPDATE t SET a = 1 WHERE b;", ""),
        ("INSERT INTO t VALUES (1) ON CONFLICT (id) DO UPDATE SET a = 1;", ""),
        ("SELECT * FROM t FOR UPDATE;", ""),
        ("DROP SCHEMA s CASCADE; DROP DATABASE d; DROP SEQUENCE q; DROP INDEX i; DROP VIEW v;", "schema s, database d"),
        ("SELECT 'DROP TABLE t'; -- DROP TABLE u", ""),
    ] {
        assert_eq!(destroyed(text, Dialect::Postgres), expected, "{text}");
    }
    assert_eq!(destroyed("UPDATE OR IGNORE t SET a = 1; DROP TABLE [a b];", Dialect::Sqlite), "values of t, table [a b]");
}

#[test]
fn only_what_surely_leaves_no_trace_is_hollow() {
    for text in [
        "",
        "-- nothing\n/* to; do */",
        "BEGIN;\nSELECT 1;\nCOMMIT;",
        "SELECT count(*) FROM users WHERE (a); -- DROP TABLE users",
        "\\echo 'x'",
        "SET x = 1;",
        "ROLLBACK;",
    ] {
        assert!(is_hollow(text, Dialect::Postgres), "{text}");
    }
    for text in [
        "DROP TABLE t;",
        "SELECT restore_everything();",
        "SELECT * INTO kept FROM users;",
        "EXPLAIN ANALYZE DELETE FROM users;",
        "\\i undo.sql",
        "SELECT 'DROP TABLE t' \\gexec",
        "DO $$ BEGIN END $$;",
        "SET x = 1; UPDATE t SET a = 'b;c';",
        "WITH gone AS (DELETE FROM t RETURNING *) SELECT 1;",
        "CALL undo();",
        "\\echo `./undo`",
        "SELECT \"undo\"();",
    ] {
        assert!(!is_hollow(text, Dialect::Postgres), "{text}");
    }
    assert!(is_hollow("PRAGMA table_info('t'); PRAGMA foreign_keys = off;", Dialect::Sqlite));
    assert!(!is_hollow("PRAGMA user_version = 3;", Dialect::Sqlite));
}

#[test]
fn a_name_of_another_kind_makes_nothing_ones_own() {
    for text in [
        "ALTER TABLE t ADD CONSTRAINT fax CHECK (a > 0); ALTER TABLE t DROP COLUMN fax",
        "CREATE ROLE app; DROP TABLE app",
        "CREATE INDEX a ON t (b); DROP TABLE a",
        "ALTER TABLE t ADD UNIQUE (a); DROP TABLE t",
    ] {
        assert_eq!(split(text, Dialect::Postgres).iter().flat_map(Statement::destroys).count(), 1, "{text}");
    }
    for text in ["CREATE SCHEMA app; CREATE TABLE app.a (b int); DROP TABLE app.a", "CREATE TABLE a (b int); ALTER TABLE a DROP COLUMN b"] {
        assert_eq!(split(text, Dialect::Postgres).iter().flat_map(Statement::destroys).count(), 0, "{text}");
    }
}

#[test]
fn what_is_put_together_without_end_is_read_in_bounds() {
    let doubled = format!("SET @a = 'DROP TABLE t';{} PREPARE s FROM @a; EXECUTE s;", "SET @a = CONCAT(@a, @a);".repeat(200));
    let deep = format!("DO $$ BEGIN EXECUTE {}'DROP TABLE t'{}; END $$", "(".repeat(50_000), ")".repeat(50_000));
    let called = format!(
        "CREATE PROCEDURE p0() LANGUAGE sql AS 'DELETE FROM t';{}CALL p40();",
        (1..41).map(|at| format!("CREATE PROCEDURE p{at}() LANGUAGE sql AS 'CALL p{0}(); CALL p{0}()';", at - 1)).collect::<String>()
    );
    let returned = format!("DO $$ BEGIN {} END $$", "RETURN QUERY ".repeat(50_000));
    for (text, dialect) in
        [(doubled, Dialect::Mysql), (deep, Dialect::Postgres), (called, Dialect::Postgres), (returned, Dialect::Postgres)]
    {
        let statements = split(&text, dialect);
        let last = statements.last().expect("a statement");
        assert!(!last.reading.opaque.is_empty() || last.reading.effects.is_empty(), "{:?}", last.reading.effects.len());
    }
}
