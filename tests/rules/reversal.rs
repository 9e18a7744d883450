//! What an undo leaves out and what it does beyond, and the near misses of the rules about it.

use super::{check, codes};

/// A plan with one change on a database of a kind.
fn plan(kind: &str, sql: &str, undo: &str) -> String {
    format!(
        "plan p \"P\" {{\n rto 1h\n}}\ntarget db \"D\" {kind} {{ url $DATABASE_URL }}\n\
         phase m \"M\" at T {{\n change x \"X\" on db {{\n do ```sql\n  {sql}\n ```\n undo ```sql\n  {undo}\n ```\n undo takes 1m\n }}\n}}\n\
         scenario back \"B\" {{\n applies from x\n undo x\n}}\n"
    )
}

/// Returns what `reversal/not-exact` says is left, without the sentence around it.
fn left(kind: &str, sql: &str, undo: &str) -> String {
    let (_, findings) = check(&plan(kind, sql, undo));
    let refused = ["syntax/", "value/", "form/"];
    assert!(!findings.iter().any(|finding| refused.iter().any(|group| finding.code.starts_with(group))), "{findings:#?}");
    let found = findings.iter().find(|finding| finding.code == "reversal/not-exact");
    found.map_or(String::new(), |finding| finding.message.split_once("not what it was: ").unwrap().1.to_owned())
}

#[test]
fn what_is_made_and_not_dropped_stays() {
    let left = |sql: &str, undo: &str| left("postgres", sql, undo);
    let two = "ALTER TABLE t ADD COLUMN a int, ADD COLUMN b int;";
    assert_eq!(left(two, "ALTER TABLE t DROP COLUMN a;"), "column `t.b` stays");
    assert_eq!(left(two, "ALTER TABLE t DROP COLUMN b, DROP COLUMN a;"), "");
    assert_eq!(left(two, "DROP TABLE t;"), "");
    assert_eq!(left("CREATE TABLE a (i int); CREATE TABLE b (i int);", "DROP TABLE a;"), "table `b` stays");
    // What goes with its table, its columns or its function.
    assert_eq!(left("CREATE TABLE a (i int); CREATE INDEX n ON a (i);", "DROP TABLE a;"), "");
    assert_eq!(left("ALTER TABLE t ADD COLUMN a int; CREATE INDEX n ON t (a);", "ALTER TABLE t DROP COLUMN a;"), "");
    assert_eq!(left("ALTER TABLE t ADD COLUMN a int; CREATE INDEX n ON t (b);", "ALTER TABLE t DROP COLUMN a;"), "index `n` stays");
    let trigger = "CREATE FUNCTION f() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RETURN NEW; END $$; \
                   CREATE TRIGGER g AFTER INSERT ON t FOR EACH ROW EXECUTE FUNCTION f();";
    assert_eq!(left(trigger, "DROP TRIGGER g ON t;"), "function `f` stays");
    assert_eq!(left(trigger, "DROP FUNCTION f() CASCADE;"), "");
    // What the text itself takes away again, or may have found there.
    assert_eq!(left("CREATE TABLE a (i int); CREATE TABLE b (i int); DROP TABLE b;", "DROP TABLE a;"), "");
    assert_eq!(left("CREATE TABLE a (i int); CREATE INDEX IF NOT EXISTS n ON t (i);", "DROP TABLE a;"), "");
    // Names with and without their schema are one.
    assert_eq!(
        left("CREATE TABLE app.a (i int); CREATE TABLE public.b (i int);", "SET search_path = app; DROP TABLE a; DROP TABLE b;"),
        ""
    );
    assert_eq!(left("CREATE TYPE mood AS ENUM ('a'); CREATE VIEW v AS SELECT 1;", "DROP VIEW v;"), "type `mood` stays");
    assert_eq!(left("ALTER TABLE t ADD UNIQUE (a);", "ALTER TABLE t ALTER COLUMN b DROP DEFAULT;"), "the new constraint of `t` stays");
    assert_eq!(left("ALTER TABLE t ADD UNIQUE (a);", "ALTER TABLE t DROP CONSTRAINT t_a_key;"), "");
}

#[test]
fn what_is_altered_is_altered_back() {
    let left = |sql: &str, undo: &str| left("postgres", sql, undo);
    assert_eq!(
        left("ALTER TABLE t ALTER COLUMN a TYPE text, ALTER COLUMN a SET DEFAULT '';", "ALTER TABLE t ALTER COLUMN a TYPE varchar(9);"),
        "`t.a` keeps its new default"
    );
    assert_eq!(left("ALTER TABLE t ALTER a DROP NOT NULL;", "UPDATE t SET a = 1 WHERE a IS NULL;"), "`t.a` is not required again");
    assert_eq!(left("ALTER TABLE t ALTER a DROP NOT NULL;", "ALTER TABLE t ALTER a SET NOT NULL;"), "");
    assert_eq!(left("ALTER TABLE t ADD COLUMN a int; ALTER TABLE t ALTER a SET NOT NULL;", "ALTER TABLE t DROP a;"), "");
    // To and fro.
    assert_eq!(left("ALTER TABLE t DISABLE TRIGGER ALL; ALTER TABLE t ENABLE TRIGGER ALL; CREATE TABLE n (i int);", "DROP TABLE n;"), "");
    assert_eq!(left("ALTER TABLE t RENAME a TO b; CREATE TABLE n (i int);", "DROP TABLE n;"), "`t.a` keeps its new name `b`");
    assert_eq!(left("ALTER TABLE t RENAME a TO b;", "ALTER TABLE t RENAME b TO a;"), "");
    assert_eq!(left("ALTER TABLE t RENAME TO u; ALTER TABLE u ADD COLUMN a int;", "ALTER TABLE u DROP a; ALTER TABLE u RENAME TO t;"), "");
    assert_eq!(left("ALTER TABLE t RENAME TO u; CREATE TABLE n (i int);", "DROP TABLE n;"), "`t` keeps its new name `u`");
    // A table in the place of another.
    let swap = "CREATE TABLE n (i int); INSERT INTO n SELECT i FROM t; DROP TABLE t; ALTER TABLE n RENAME TO t;";
    let back = "CREATE TABLE o (i int, j int); INSERT INTO o SELECT i, NULL FROM t; DROP TABLE t; ALTER TABLE o RENAME TO t;";
    assert_eq!(left(swap, back), "");
    let mariadb = |sql: &str, undo: &str| self::left("mariadb", sql, undo);
    assert_eq!(mariadb("ALTER TABLE t MODIFY a bigint NOT NULL;", "ALTER TABLE t MODIFY a int NULL;"), "");
    assert_eq!(mariadb("ALTER TABLE t MODIFY a bigint NULL, ADD b int;", "ALTER TABLE t DROP b;"), "`t.a` keeps its new type");
    assert_eq!(mariadb("CREATE INDEX n ON t (a);", "ALTER TABLE t DROP INDEX n;"), "");
}

#[test]
fn what_is_dropped_is_put_back() {
    let left = |sql: &str, undo: &str| left("postgres", sql, undo);
    assert_eq!(left("DROP INDEX n; DROP INDEX o;", "CREATE INDEX o ON t (a);"), "index `n` is not put back");
    assert_eq!(left("DROP INDEX n;", "CREATE INDEX ON t (a);"), "", "perhaps under another name");
    assert_eq!(left("ALTER TABLE t DROP CONSTRAINT c;", "ALTER TABLE t ADD UNIQUE (a);"), "");
    assert_eq!(left("DROP VIEW v; ALTER TABLE t DROP COLUMN a;", "ALTER TABLE t ADD COLUMN a int;"), "view `v` is not put back");
    assert_eq!(left("DROP TRIGGER IF EXISTS g ON t; ALTER TABLE t ADD COLUMN a int;", "ALTER TABLE t DROP COLUMN a;"), "");
    assert_eq!(left("DROP VIEW v; CREATE VIEW v AS SELECT 1;", "DROP VIEW v;"), "view `v` is not put back");
    assert_eq!(left("DROP VIEW v; CREATE VIEW v AS SELECT 1;", "DROP VIEW v; CREATE VIEW v AS SELECT 2;"), "");
    assert_eq!(left("DROP SEQUENCE s;", "CREATE SEQUENCE s;"), "sequence `s` begins at its first number again");
    assert_eq!(left("DROP SEQUENCE s;", "CREATE SEQUENCE s START 1000;"), "");
    assert_eq!(left("DROP SEQUENCE s;", "CREATE SEQUENCE s; SELECT setval('s', 1000);"), "", "can't be read");
}

#[test]
fn rights_come_back_as_they_were() {
    let left = |sql: &str, undo: &str| left("postgres", sql, undo);
    let revoke = "REVOKE INSERT, UPDATE ON t, u FROM app;";
    assert_eq!(left(revoke, "GRANT UPDATE, INSERT ON t TO app; GRANT INSERT, UPDATE ON public.u TO app;"), "");
    assert_eq!(left(revoke, "GRANT INSERT, UPDATE ON t TO app; GRANT INSERT ON u TO app;"), "`UPDATE` on `u` is not given back to `app`");
    assert_eq!(
        left(revoke, "GRANT INSERT, UPDATE, DELETE ON t, u TO app;"),
        "`DELETE` on `t` is granted to `app`, and nothing took that away; `DELETE` on `u` is granted to `app`, and nothing took that away"
    );
    assert_eq!(left("REVOKE ALL ON t FROM app;", "GRANT SELECT ON t TO app;"), "", "what there was is not known");
    assert_eq!(left("REVOKE SELECT ON t FROM app;", "GRANT SELECT ON t TO other;").matches("`other`").count(), 1);
    assert_eq!(
        left("REVOKE INSERT ON ALL TABLES IN SCHEMA public FROM app;", "GRANT INSERT ON ALL TABLES IN SCHEMA public TO app;"),
        "`INSERT` on the tables of `public` is granted to `app` for all tables, also where `app` had no such right"
    );
    assert_eq!(left("GRANT SELECT ON t TO app; CREATE TABLE n (i int);", "DROP TABLE n;"), "`SELECT` on `t` is still granted to `app`");
    assert_eq!(left("GRANT SELECT ON t TO app;", "REVOKE ALL ON t FROM app;"), "");
    assert_eq!(left("CREATE TABLE n (i int); GRANT SELECT ON n TO app;", "DROP TABLE n;"), "");
    assert_eq!(left("CREATE ROLE app; GRANT SELECT ON t TO app;", "DROP OWNED BY app; DROP ROLE app;"), "");
    assert_eq!(left("REVOKE UPDATE (a, b) ON t FROM app;", "GRANT UPDATE (a,b) ON t TO app;"), "");
    // What the undo makes anew it may grant on as well.
    assert_eq!(
        left("REVOKE INSERT ON t FROM app; DROP VIEW v;", "GRANT INSERT ON t TO app; CREATE VIEW v AS SELECT 1; GRANT SELECT ON v TO app;"),
        ""
    );
}

#[test]
fn what_an_earlier_change_made_may_go_with_it() {
    let first = "change w \"W\" on db {\n do ```sql\n  CREATE TABLE t (a int);\n ```\n undo ```sql\n  DROP TABLE t;\n ```\n undo takes 1m\n }\n change x";
    let plan = plan("postgres", "CREATE INDEX n ON t (a); CREATE TABLE u (a int);", "DROP TABLE u;");
    assert!(codes(&plan).contains(&"reversal/not-exact"));
    assert!(!codes(&plan.replacen("change x", first, 1)).contains(&"reversal/not-exact"));
}
