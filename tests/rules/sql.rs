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
    assert!(!found("postgres", "CREATE TABLE IF NOT EXISTS t (a int);", "DROP TABLE u;").contains(&"reversal/not-ours"));
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
