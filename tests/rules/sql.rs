//! Near misses of the rules about SQL, and of those about undos that rest on what SQL does.

use super::codes;

/// A plan with one change on a database of a kind, between `before` and the change's own `more`.
fn plan(kind: &str, before: &str, sql: &str, undo: &str, more: &str) -> String {
    format!(
        "plan p \"P\" {{\n rto 1h\n}}\ntarget db \"D\" {kind} {{ url $DATABASE_URL }}\n{before}\n\
         phase m \"M\" at T {{\n change x \"X\" on db {{\n {more}\n do ```sql\n  {sql}\n ```\n undo ```sql\n  {undo}\n ```\n undo takes 1m\n }}\n}}\n\
         scenario back \"B\" {{\n applies from x\n undo x\n}}\n"
    )
}

fn found(kind: &str, sql: &str, undo: &str) -> Vec<&'static str> {
    codes(&plan(kind, "", sql, undo, ""))
}

#[test]
fn what_is_dropped_alone_or_all_or_nothing_is_no_half() {
    assert!(!found("postgres", "DROP INDEX a, b;", "SELECT 1;").contains(&"sql/multi-object-drop"));
    assert!(!found("mariadb", "DROP INDEX a ON t;", "CREATE INDEX a ON t (x);").contains(&"sql/multi-object-drop"));
    assert!(!found("mariadb", "ALTER TABLE t DROP INDEX a, DROP INDEX b;", "SELECT 1;").contains(&"sql/multi-object-drop"));
}

#[test]
fn a_cascade_on_what_the_plan_made_or_names_is_no_surprise() {
    let made = "CREATE TABLE t (a int); DROP TABLE t CASCADE;";
    assert!(!found("postgres", made, "DROP TABLE IF EXISTS t CASCADE;").contains(&"reversal/cascade"));
    let named = plan("postgres", "", "TRUNCATE t CASCADE;", "SELECT restore();", "destroys t, u");
    assert!(!codes(&named).contains(&"reversal/cascade"));
    assert!(found("postgres", "TRUNCATE t CASCADE;", "SELECT restore();").contains(&"reversal/cascade"));
}

#[test]
fn a_conversion_that_holds_as_much_loses_nothing() {
    let to = |new: &str| {
        found("postgres", &format!("ALTER TABLE t ALTER COLUMN a TYPE {new} USING a::{new};"), "ALTER TABLE t ALTER COLUMN a TYPE x;")
    };
    for wide in ["text", "jsonb", "numeric", "double precision", "timestamp with time zone", "uuid"] {
        assert!(!to(wide).contains(&"reversal/lossy-conversion"), "{wide}");
    }
    for narrow in ["smallint", "varchar(5)", "timestamp", "date", "numeric(5,2)"] {
        assert!(to(narrow).contains(&"reversal/lossy-conversion"), "{narrow}");
    }
}

#[test]
fn an_index_that_may_have_been_there_holds_nothing_of_its_own() {
    let index = "CREATE INDEX IF NOT EXISTS i ON t (a);";
    assert!(!found("sqlite", index, "DROP INDEX i;").contains(&"reversal/not-ours"));
    assert!(!found("postgres", "CREATE TABLE IF NOT EXISTS t (a int);", "DROP TABLE IF EXISTS u;").contains(&"reversal/not-ours"));
    assert!(
        found("postgres", "ALTER TABLE t ADD COLUMN IF NOT EXISTS a int;", "ALTER TABLE t DROP COLUMN a;").contains(&"reversal/not-ours")
    );
}

#[test]
fn writers_that_are_kept_out_and_tables_of_the_plan_are_not_blocked() {
    let writer = "writer app \"A\" writes db";
    let index = |sql: &str, more: &str| codes(&plan("postgres", writer, sql, "SELECT 1;", more)).contains(&"sql/blocks-writers");
    assert!(index("CREATE INDEX ON t (a);", ""));
    assert!(index("ALTER TABLE t ADD CONSTRAINT c CHECK (a > 0);", ""));
    assert!(!index("ALTER TABLE t ADD CONSTRAINT c CHECK (a > 0) NOT VALID; ALTER TABLE t VALIDATE CONSTRAINT c;", ""));
    assert!(!index("CREATE TABLE t (a int); CREATE INDEX ON t (a);", ""));
    assert!(!index("ALTER TABLE t ADD COLUMN a int;", ""));
    let frozen = "change freeze \"F\" on db {\n freezes db\n do manual \"x\"\n undo manual \"y\"\n }\n change x";
    let quiet = plan("postgres", writer, "CREATE INDEX ON t (a);", "SELECT 1;", "").replacen("change x", frozen, 1);
    assert!(!codes(&quiet).contains(&"sql/blocks-writers"));
}

#[test]
fn a_value_of_a_type_that_the_undo_makes_anew_is_taken_out() {
    let add = "ALTER TYPE mood ADD VALUE 'glad';";
    assert!(found("postgres", add, "UPDATE t SET m = 'ok';").contains(&"sql/enum-value-added"));
    assert!(!found("postgres", add, "ALTER TYPE mood RENAME TO old; CREATE TYPE mood AS ENUM ('ok');").contains(&"sql/enum-value-added"));
    assert!(!found("postgres", "CREATE TYPE mood AS ENUM ('ok');", "DROP TYPE mood;").contains(&"sql/enum-value-added"));
}

#[test]
fn a_definition_that_says_all_drops_nothing() {
    let modify =
        |definition: &str| found("mysql", &format!("ALTER TABLE t {definition};"), "SELECT 1;").contains(&"sql/modify-drops-attributes");
    assert!(modify("MODIFY a int"));
    assert!(modify("CHANGE a b int DEFAULT 1, MODIFY c int NOT NULL"));
    assert!(!modify("MODIFY a int NULL"));
    assert!(!modify("CHANGE a b decimal(4,2) NOT NULL DEFAULT 1"));
    assert!(!modify("RENAME COLUMN a TO b"));
}

/// The codes of a change on a server of a version.
fn at(kind: &str, version: &str, sql: &str) -> Vec<&'static str> {
    let before = "writer app \"A\" writes db";
    let text = plan(kind, before, sql, "SELECT 1;", "");
    codes(&text.replacen("{ url $DATABASE_URL }", &format!("{{\n url $DATABASE_URL\n server-version {version}\n}}"), 1))
}

#[test]
fn what_a_server_does_not_know_in_its_version_is_told() {
    let unfit = |kind: &str, version: &str, sql: &str| at(kind, version, sql).contains(&"sql/not-in-version");
    for (kind, before, since, sql) in [
        ("postgres", "14", "15", "MERGE INTO t USING s ON t.id = s.id WHEN MATCHED THEN DELETE;"),
        ("postgres", "14.9", "15.2", "CREATE UNIQUE INDEX i ON t (a) NULLS NOT DISTINCT;"),
        ("postgres", "11", "12", "REINDEX INDEX CONCURRENTLY i;"),
        ("postgres", "13", "14", "ALTER TABLE p DETACH PARTITION q CONCURRENTLY;"),
        ("postgres", "11", "12", "ALTER TABLE t ADD COLUMN b int GENERATED ALWAYS AS (a * 2) STORED;"),
        ("postgres", "14", "15", "SELECT pg_backup_start('x');"),
        ("mysql", "5.7", "8.0", "ALTER TABLE t RENAME COLUMN a TO b;"),
        ("mariadb", "10.4", "10.11", "ALTER TABLE t RENAME COLUMN a TO b;"),
    ] {
        assert!(unfit(kind, before, sql), "{sql} at {before}");
        assert!(!unfit(kind, since, sql), "{sql} at {since}");
        assert!(!found(kind, sql, "SELECT 1;").contains(&"sql/not-in-version"), "{sql}");
    }
    for (kind, version, sql) in [
        ("postgres", "15", "SELECT pg_start_backup('x');"),
        ("mysql", "8.0", "GRANT ALL ON *.* TO 'a'@'%' IDENTIFIED BY 'x';"),
        ("mysql", "8.4", "ALTER TABLE t ADD COLUMN IF NOT EXISTS a int;"),
    ] {
        assert!(unfit(kind, version, sql), "{sql}");
    }
    assert!(found("mysql", "CREATE SEQUENCE s;", "SELECT 1;").contains(&"sql/not-in-version"));
    // Less exact than the fact, a name of the author's, another make, a string.
    assert!(!unfit("mariadb", "10.5", "ALTER TABLE t RENAME COLUMN a TO b;"));
    assert!(!unfit("postgres", "15", "SELECT mean_exec_time AS mean_time FROM pg_stat_statements;"));
    assert!(!unfit("mariadb", "10.6", "ALTER TABLE t ADD COLUMN IF NOT EXISTS a int;"));
    assert!(!unfit("postgres", "14", "INSERT INTO t VALUES ('MERGE INTO');"));
}

#[test]
fn what_makes_writers_wait_depends_on_the_server() {
    let blocks = |kind: &str, version: &str, sql: &str| at(kind, version, sql).contains(&"sql/blocks-writers");
    let default = "ALTER TABLE t ADD COLUMN a int DEFAULT 1;";
    assert!(blocks("postgres", "10", default) && !blocks("postgres", "11", default));
    assert!(blocks("postgres", "16", "ALTER TABLE t ADD COLUMN a uuid DEFAULT gen_random_uuid();"));
    assert!(!blocks("postgres", "16", "ALTER TABLE t ADD COLUMN a timestamptz DEFAULT now();"));
    let proven = "ALTER TABLE t ADD CONSTRAINT c CHECK (a IS NOT NULL) NOT VALID; ALTER TABLE t VALIDATE CONSTRAINT c; \
                  ALTER TABLE t ALTER COLUMN a SET NOT NULL;";
    assert!(blocks("postgres", "11", proven) && !blocks("postgres", "12", proven));
    assert!(blocks("postgres", "12", "ALTER TABLE t ALTER COLUMN a SET NOT NULL;"));
    assert!(blocks("postgres", "12", &proven.replace("VALIDATE CONSTRAINT c", "DROP CONSTRAINT c")));
    assert!(!blocks("mysql", "8.0", "CREATE INDEX i ON t (a);") && blocks("mysql", "8.0", "CREATE FULLTEXT INDEX i ON t (a);"));
    assert!(!blocks("mariadb", "10.11", "ALTER TABLE t ADD UNIQUE KEY u (a);"));
    let several = "DROP TABLE a, b;";
    assert!(
        at("mysql", "5.7", several).contains(&"sql/multi-object-drop") && !at("mysql", "8.0", several).contains(&"sql/multi-object-drop")
    );
    assert!(at("mariadb", "10.11", several).contains(&"sql/multi-object-drop"));
}

#[test]
fn what_only_another_server_knows_is_told() {
    for (kind, sql) in FOREIGN {
        let codes = in_dialect(kind, sql);
        assert!(codes.contains(&"sql/wrong-language") && !codes.contains(&"sql/not-in-version"), "{kind}: {sql}: {codes:?}");
    }
}

fn in_dialect(kind: &str, sql: &str) -> Vec<&'static str> {
    codes(&plan(kind, "", sql, "SELECT 1;", "").replace("sqlite { url", "sqlite { file"))
}

/// Each was refused by the server of its kind.
const FOREIGN: &[(&str, &str)] = &[
    ("postgres", "CREATE TABLE t (id int AUTO_INCREMENT, PRIMARY KEY (id));"),
    ("postgres", "CREATE TABLE t (id int) ENGINE=InnoDB;"),
    ("postgres", "ALTER TABLE t ADD COLUMN n int unsigned;"),
    ("postgres", "INSERT INTO t (a) VALUES (1) ON DUPLICATE KEY UPDATE a = 2;"),
    ("postgres", "INSERT OR REPLACE INTO t VALUES (1);"),
    ("postgres", "REPLACE INTO t VALUES (1);"),
    ("postgres", "SELECT `name` FROM users;"),
    ("postgres", "# the old rows\n  DELETE FROM t;"),
    ("postgres", "SET FOREIGN_KEY_CHECKS=0;"),
    ("postgres", "SET @n = 1;"),
    ("postgres", "ALTER TABLE t MODIFY COLUMN a bigint;"),
    ("postgres", "DELIMITER //\n  SELECT 1//"),
    ("postgres", "PRAGMA foreign_keys = off;"),
    ("postgres", "psql -d shop -c 'SELECT 1'"),
    ("postgres", "$ psql shop"),
    ("postgres", "rm -rf /var/lib/shop"),
    ("mysql", "CREATE TABLE t (id bigserial PRIMARY KEY);"),
    ("mysql", "ALTER TABLE t ADD COLUMN a jsonb;"),
    ("mysql", "ALTER TABLE t ALTER COLUMN a TYPE bigint;"),
    ("mysql", "ALTER TABLE t ALTER COLUMN a SET NOT NULL;"),
    ("mysql", "CREATE INDEX CONCURRENTLY i ON t (a);"),
    ("mysql", "INSERT INTO t (a) VALUES (1) ON CONFLICT (a) DO NOTHING;"),
    ("mysql", "UPDATE t SET a = b::int;"),
    ("mysql", "SELECT a FROM t WHERE a ILIKE 'x%';"),
    ("mysql", "CREATE EXTENSION pgcrypto;"),
    ("mysql", "CREATE TABLE t (id integer PRIMARY KEY AUTOINCREMENT);"),
    ("mysql", "VACUUM;"),
    ("mysql", "mysql shop"),
    ("sqlite", "CREATE TABLE t (id integer NOT NULL AUTO_INCREMENT);"),
    ("sqlite", "ALTER TABLE t ALTER COLUMN a TYPE bigint;"),
    ("sqlite", "SELECT a::text FROM t;"),
    ("sqlite", "INSERT IGNORE INTO t VALUES (1);"),
    ("sqlite", "CREATE INDEX CONCURRENTLY i ON t (a);"),
    ("sqlite", "SHOW TABLES;"),
];

#[test]
fn what_looks_foreign_and_is_not_passes() {
    for (kind, sql) in [
        ("postgres", "CREATE TABLE t (auto_increment int, engine text, comment text, unsigned int);"),
        ("postgres", "COMMENT ON TABLE t IS 'has `names` # and ENGINE=InnoDB';"),
        ("postgres", "SELECT 5 # 3, data #> '{a}', data::text FROM t;"),
        ("postgres", "-- `id` AUTO_INCREMENT\n  INSERT INTO t (a) VALUES (1) ON CONFLICT (a) DO NOTHING;"),
        ("postgres", "DO $$ BEGIN NULL; END $$;"),
        ("postgres", "ALTER TABLE t ADD CONSTRAINT c CHECK (engine = 'x');"),
        ("postgres", "SHOW search_path;"),
        ("postgres", "LOCK TABLE t;"),
        ("mysql", "CREATE TABLE t (id serial, jsonb int NOT NULL, `type` int);"),
        ("mysql", "CREATE INDEX concurrently ON t (a);"),
        ("mysql", "DROP INDEX concurrently ON t;"),
        ("mysql", "ALTER TABLE t ALTER COLUMN a SET DEFAULT 1, ADD COLUMN type int;"),
        ("mysql", "# a comment\n  UPDATE t SET a = 'x::y';"),
        ("sqlite", "CREATE TABLE t (id int unsigned, `a` bigserial primary key, b jsonb not null);"),
        ("sqlite", "INSERT OR IGNORE INTO t VALUES (1);"),
        ("sqlite", "PRAGMA foreign_keys = off;"),
        ("sqlite", "INSERT INTO t VALUES (1) ON CONFLICT DO NOTHING;"),
    ] {
        let codes = in_dialect(kind, sql);
        assert!(!codes.contains(&"sql/wrong-language") && !codes.iter().any(|code| code.starts_with("form/")), "{kind}: {sql}: {codes:?}");
    }
}
