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

/// Returns what a rule says of a plan; empty when it is silent.
fn told(rule: &str, plan: &str) -> String {
    let (_, findings) = check(plan);
    let refused = ["syntax/", "value/", "form/", "reference/unknown"];
    assert!(!findings.iter().any(|finding| refused.iter().any(|group| finding.code.starts_with(group))), "{findings:#?}");
    findings.into_iter().filter(|finding| finding.code == rule).map(|finding| finding.message).collect::<Vec<_>>().join("\n")
}

#[test]
fn an_undo_that_sees_to_the_rows_is_not_refused() {
    let fails = |kind: &str, sql: &str, undo: &str| told("reversal/may-fail", &plan(kind, sql, undo));
    let postgres = |sql: &str, undo: &str| !fails("postgres", sql, undo).is_empty();
    let allow = "ALTER TABLE t ALTER a DROP NOT NULL;";
    assert!(postgres(allow, "ALTER TABLE t ALTER a SET NOT NULL;"));
    assert!(postgres(allow, "UPDATE u SET a = 1; ALTER TABLE t ALTER a SET NOT NULL;"));
    assert!(!postgres(allow, "UPDATE t SET a = 1 WHERE a IS NULL; ALTER TABLE t ALTER a SET NOT NULL;"));
    assert!(!postgres(allow, "DELETE FROM t WHERE a IS NULL; ALTER TABLE t ALTER a SET NOT NULL;"));
    assert!(!postgres("ALTER TABLE t ALTER b DROP NOT NULL;", "ALTER TABLE t ALTER a SET NOT NULL;"), "another column");
    let key = "ALTER TABLE t DROP CONSTRAINT t_a_key;";
    assert!(postgres(key, "ALTER TABLE t ADD CONSTRAINT t_a_key UNIQUE (a);"));
    assert!(postgres(key, "ALTER TABLE t ADD UNIQUE (a);"));
    assert!(!postgres(key, "ALTER TABLE u ADD UNIQUE (a);"));
    assert!(!postgres("ALTER TABLE t DROP CONSTRAINT c;", "ALTER TABLE t ADD CONSTRAINT c CHECK (a > 0) NOT VALID;"));
    assert!(postgres("DROP INDEX n;", "CREATE UNIQUE INDEX n ON t (a);"));
    assert!(!postgres("DROP INDEX n;", "CREATE INDEX n ON t (a);"));
    let wide = "ALTER TABLE t ALTER a TYPE bigint;";
    assert!(postgres(wide, "ALTER TABLE t ALTER a TYPE integer;"));
    assert!(!postgres("ALTER TABLE t ALTER a TYPE varchar(9);", "ALTER TABLE t ALTER a TYPE text;"));
    assert!(postgres(
        "ALTER TYPE mood ADD VALUE 'glad';",
        "ALTER TYPE mood RENAME TO o; CREATE TYPE mood AS ENUM ('ok'); ALTER TABLE t ALTER m TYPE mood USING m::text::mood;"
    ));
    assert!(!postgres(
        "ALTER TYPE mood ADD VALUE 'glad';",
        "UPDATE t SET m = 'ok' WHERE m = 'glad'; ALTER TYPE mood RENAME TO o; CREATE TYPE mood AS ENUM ('ok'); ALTER TABLE t ALTER m TYPE mood USING m::text::mood;"
    ));
    assert!(postgres("ALTER TABLE t DROP COLUMN a;", "ALTER TABLE t ADD COLUMN a int NOT NULL;"));
    assert!(!postgres("ALTER TABLE t DROP COLUMN a;", "ALTER TABLE t ADD COLUMN a int NOT NULL DEFAULT 0;"));
    assert!(!postgres("DROP TABLE t;", "CREATE TABLE t (a int); ALTER TABLE t ADD COLUMN b int NOT NULL;"));
    assert!(!fails("mariadb", "ALTER TABLE t MODIFY a enum('x', 'y', 'z');", "ALTER TABLE t MODIFY a enum('x', 'y');").is_empty());
    assert!(fails("mariadb", "ALTER TABLE t MODIFY a int;", "ALTER TABLE t MODIFY a bigint;").is_empty());
}

#[test]
fn where_nobody_writes_nothing_stands_in_the_way() {
    let change = plan("postgres", "ALTER TABLE t ALTER a DROP NOT NULL;", "ALTER TABLE t ALTER a SET NOT NULL;");
    let frozen = |thaw: &str| {
        let freeze = format!("change f \"F\" on db {{\n freezes db\n do manual \"x\"\n undo manual \"y\"\n }}\n change x{thaw}");
        change.replacen("change x", &freeze, 1)
    };
    assert!(told("reversal/may-fail", &change).contains("once `x` is done somebody may write"));
    assert_eq!(told("reversal/may-fail", &frozen("")), "");
    let opened = frozen("").replacen(
        "\n}\nscenario",
        "\n change o \"O\" on db {\n thaws db\n do manual \"x\"\n undo manual \"y\"\n }\n}\nscenario",
        1,
    );
    assert!(told("reversal/may-fail", &opened).contains("once `o` has begun somebody may write"), "{opened}");
    assert_eq!(told("reversal/may-fail", &opened.replacen("applies from x", "applies from x until o", 1)), "");
}

#[test]
fn new_data_is_lost_where_somebody_writes_and_nobody_saves() {
    let rule = "reversal/destroys-new-data";
    let writer = "\nwriter app \"A\" writes db\nphase";
    let column = plan("postgres", "ALTER TABLE t ADD COLUMN a int;", "ALTER TABLE t DROP COLUMN a;");
    assert_eq!(told(rule, &column), "", "nothing is said about writes");
    let written = column.replacen("\nphase", writer, 1);
    assert!(told(rule, &written).contains("drops `t.a` with what was written there: once `x` is done somebody may write"));
    let with = |line: &str| written.replacen("\n undo x\n", &format!("\n {line}\n undo x\n"), 1);
    assert_eq!(told(rule, &with("loses at most 1h")), "");
    assert_eq!(told(rule, &with("limits \"Notes are lost\"")), "");
    assert_eq!(told(rule, &with("step s \"Put notes aside\" on db {\n writes kept\n do ```sh\n ./keep\n ```\n }")), "");
    let other = "\nwriter app \"A\" writes other\ntarget other \"O\" postgres { url $OTHER }\nphase";
    assert_eq!(told(rule, &column.replacen("\nphase", other, 1)), "");
    let undo = |text: &str| written.replacen("ALTER TABLE t DROP COLUMN a;", text, 1);
    assert_eq!(told(rule, &undo("UPDATE t SET b = a; ALTER TABLE t DROP COLUMN a;")), "");
    assert_eq!(told(rule, &undo("INSERT INTO kept SELECT id, a FROM t; ALTER TABLE t DROP COLUMN a;")), "");
    let sql = |text: &str, undo: &str| plan("postgres", text, undo).replacen("\nphase", writer, 1);
    assert!(!told(rule, &sql("CREATE TABLE n (a int);", "DROP TABLE n;")).is_empty());
    assert_eq!(told(rule, &sql("CREATE INDEX n ON t (a);", "DROP INDEX n;")), "");
    assert_eq!(told(rule, &sql("CREATE TABLE n (a int); DROP TABLE m;", "CREATE TABLE m (a int);")), "");
    let auto = sql("CREATE TABLE n (a int);", "DROP TABLE n;").replacen(" undo ```sql\n  DROP TABLE n;\n ```\n", " undo auto\n", 1);
    assert!(!told(rule, &auto).is_empty(), "{auto}");
    // Who needs the new table is deployed later, where the scenario no longer applies.
    let release =
        "\nwriter app \"A\" writes db\ntarget web \"W\" manual\nrelease two \"2\" of web {\n needs db.n.a\n deploy manual \"x\"\n}\nphase";
    let deployed = plan("postgres", "CREATE TABLE n (a int);", "DROP TABLE n;").replacen("\nphase", release, 1).replacen(
        "\n}\nscenario",
        "\n change d \"D\" on web {\n do deploy two\n undo manual \"y\"\n }\n}\nscenario",
        1,
    );
    assert!(told(rule, &deployed).contains("once `d` has begun"), "{deployed}");
    assert_eq!(told(rule, &deployed.replacen("applies from x", "applies from x until d", 1)), "");
}

#[test]
fn a_wipe_names_all_that_was_filled() {
    let rule = "reversal/incomplete";
    let fill = "INSERT INTO a VALUES (1); INSERT INTO b VALUES (1); INSERT INTO c VALUES (1);";
    let undo = |text: &str| told(rule, &plan("postgres", fill, text));
    assert!(undo("TRUNCATE a, b;").contains("clears `a` and `b` and names `c` nowhere"));
    assert_eq!(undo("TRUNCATE a, b, c;"), "");
    assert_eq!(undo("TRUNCATE a, b CASCADE;"), "");
    assert_eq!(undo("TRUNCATE a; DELETE FROM b; UPDATE c SET x = 1;"), "");
    assert_eq!(undo("UPDATE a SET x = 1;"), "", "no wipe");
    assert_eq!(undo("TRUNCATE a, b; CALL clear_the_rest();"), "");
    assert_eq!(
        told(rule, &plan("postgres", "INSERT INTO a VALUES (1); UPDATE b SET x = 1;", "TRUNCATE a;")),
        "",
        "rows of its own are in `a` alone"
    );
    assert_eq!(told(rule, &plan("postgres", "INSERT INTO a VALUES (1); INSERT INTO schema_migrations VALUES (1);", "TRUNCATE a;")), "");
    // What steps of a scenario clear.
    let step = |destroys: &str| {
        let step = format!("step s \"Clear\" on db {{\n destroys {destroys}\n do ```sh\n ./clear\n ```\n }}");
        plan("postgres", fill, "TRUNCATE a, b, c;").replacen(" undo x\n}\n", &format!(" {step}\n}}\n"), 1)
    };
    assert!(told(rule, &step("a, b")).contains("leaves `c`"));
    assert_eq!(told(rule, &step("a, b, c")), "");
    assert_eq!(told(rule, &step("a")), "", "one table is no wipe");
    assert_eq!(told(rule, &step("a, b").replace("applies from x\n", "applies from x\n undo x\n")), "");
}

#[test]
fn a_diff_is_a_patch() {
    let plan = |diff: &str| {
        format!(
            "plan p \"P\" {{\n rto 1h\n}}\ntarget h \"H\" host {{ dir \"/srv\" }}\nphase m \"M\" at T {{\n change x \"X\" on h {{\n do edit \"f\" \
             ```diff\n{diff}```\n undo auto\n }}\n}}\nscenario back \"B\" {{\n applies from x\n undo x\n}}\n"
        )
    };
    let good = "--- a/f\n+++ b/f\n@@ -1,2 +1,2 @@\n a\n-b\n+c\n";
    assert!(!codes(&plan(good)).contains(&"form/diff"));
    let (sources, findings) = check(&plan(&good.replace("1,2 +", "1,3 +")));
    let flaw = findings.iter().find(|finding| finding.code == "form/diff").expect("it is told");
    let span = flaw.span();
    assert_eq!(&sources.file(span.file).text[span.start as usize..span.end as usize], "@@ -1,3 +1,2 @@");
}

#[test]
fn a_restore_that_only_replaces_keeps_what_is_new() {
    use super::near::{catches, example, silent, with};
    let rule = "reversal/keeps-new-objects";
    let plan = example(rule, "Caught");
    let restore = "pg_restore --clean --if-exists -1 -d orders \"$RBK_BACKUP_FILE\"";
    silent(rule, &with(&plan, restore, "pg_restore --clean --create -d postgres \"$RBK_BACKUP_FILE\""));
    silent(rule, &with(&plan, restore, &format!("dropdb orders && createdb orders\n    {restore}")));
    silent(rule, &with(&plan, restore, &format!("psql -d orders -c 'DROP SCHEMA public CASCADE; CREATE SCHEMA public'\n    {restore}")));
    silent(
        rule,
        &with(&plan, "CREATE TABLE notes (order_id bigint REFERENCES orders, note text)", "ALTER TABLE orders ADD COLUMN note text"),
    );
    silent(rule, &with(&plan, "CREATE TABLE notes", "CREATE TABLE IF NOT EXISTS notes"));
    // Made before it is taken.
    let early = with(&plan, "  take by-hand\n", "");
    silent(rule, &with(&early, "    undo takes 20m\n  }\n}", "    undo takes 20m\n  }\n  take by-hand\n}"));
    silent(rule, &with(&plan, "  undo add-notes\n", "  take by-hand\n  undo add-notes\n"));
    // A change with an undo of its own that is carried out first.
    let own = with(&plan, "    undo restore by-hand\n", "    undo ```sql\n      DROP TABLE notes;\n    ```\n");
    silent(rule, &with(&own, "  undo add-notes\n", "  undo add-notes\n  restore by-hand\n"));
    catches(rule, &with(&own, "  undo add-notes\n", "  restore by-hand\n"));
    let plain = with(&plan, "pg_dump -Fc >", "pg_dump --clean --if-exists >");
    catches(rule, &with(&plain, restore, "psql -X -v ON_ERROR_STOP=1 -1 -d orders -f \"$RBK_BACKUP_FILE\""));
}

#[test]
fn the_record_of_a_tool_goes_back_with_the_schema() {
    use super::near::{catches, example, silent, with};
    let rule = "reversal/ledger-not-rewound";
    let plan = example(rule, "Caught");
    let (tool, undo) = ("alembic upgrade 4f1c2a", "undo ```sql\n      ALTER TABLE orders DROP COLUMN note;\n    ```");
    for known in
        ["flyway migrate", "npx prisma migrate deploy", "bundle exec rails db:migrate", "python manage.py migrate", "migrate -path m up"]
    {
        catches(rule, &with(&plan, tool, known));
    }
    silent(rule, &with(&plan, tool, "./migrate-it"));
    silent(rule, &with(&plan, undo, "undo ```sh\n      alembic downgrade 3e0b19\n    ```"));
    silent(rule, &with(&plan, undo, "undo ```sh\n      ./back\n    ```"));
    catches(rule, &with(&plan, undo, "undo ```sh\n      alembic stamp 3e0b19\n    ```"));
    catches(rule, &with(&plan, undo, "undo ```sql\n      UPDATE alembic_version SET version_num = '3e0b19';\n    ```"));
    catches(rule, &with(&plan, undo, "undo ```sh\n      psql -d orders -c 'ALTER TABLE orders DROP COLUMN note'\n    ```"));
    // Another table keeps the record.
    let other = with(&plan, "postgres { url $DATABASE_URL }", "postgres {\n  url $DATABASE_URL\n  ledger app.versions\n}");
    catches(rule, &other);
    silent(rule, &with(&other, "DROP COLUMN note;", "DROP COLUMN note;\n      DELETE FROM app.versions WHERE id = 2;"));
    // A phase of another tool, and SQL that writes the record itself.
    let phase = with(&plan, "    do ```sh\n      alembic upgrade 4f1c2a\n    ```\n", "");
    let carried = |tool: &str| {
        with(&phase, "phase migrate \"Migrate\" at T {\n", &format!("phase migrate \"Migrate\" at T {{\n  carried out by \"{tool}\"\n"))
    };
    catches(rule, &carried("Flyway"));
    silent(rule, &carried("the deploy pipeline"));
    let sql = |text: &str| with(&plan, "do ```sh\n      alembic upgrade 4f1c2a", &format!("do ```sql\n      {text}"));
    catches(rule, &sql("ALTER TABLE orders ADD COLUMN note text; INSERT INTO schema_migrations (version) VALUES ('2');"));
    silent(rule, &sql("ALTER TABLE orders ADD COLUMN note text;"));
    // A backup of tables has to hold it too.
    let backup = |tables: &str| {
        let backup = format!(
            "backup b \"B\" of db tables {tables} {{\n  method pg_dump custom\n  file \"b.dump\"\n  keep 9d\n}}\nphase migrate \"Migrate\" at T {{\n  take b\n"
        );
        with(&with(&plan, undo, "undo restore b"), "phase migrate \"Migrate\" at T {\n", &backup)
    };
    catches(rule, &backup("orders"));
    silent(rule, &backup("orders, alembic_version"));
}

/// The SQL of the step that asks for the old table.
fn sql_of(plan: &str) -> &str {
    plan.lines().map(str::trim).find(|line| line.starts_with("INSERT INTO addresses SELECT id, address FROM old_addresses WHERE")).unwrap()
}

#[test]
fn what_is_there_again_can_be_read() {
    use super::near::{catches, example, silent, with};
    let rule = "reversal/reads-destroyed";
    let plan = example(rule, "Caught");
    let step = "  step again";
    silent(
        rule,
        &with(
            &plan,
            step,
            "  step old \"The old table\" on db {\n    do ```sql\n      CREATE TABLE old_addresses (id int, address text);\n    ```\n  }\n  step again",
        ),
    );
    silent(rule, &with(&plan, "on db takes 5m {\n", "on db takes 5m {\n    unless old-gone is applied\n"));
    silent(
        rule,
        &with(
            &plan,
            "      DROP TABLE old_addresses;",
            "      DROP TABLE old_addresses; CREATE TABLE old_addresses (id int, address text);",
        ),
    );
    catches(rule, &with(&plan, "DROP TABLE old_addresses;", "ALTER TABLE old_addresses RENAME TO gone;"));
    // A change that can be taken back is, first.
    let back = with(&plan, "irreversible change old-gone", "change old-gone");
    let back = with(
        &back,
        "    recover forward \"Read the addresses from the new table\"\n",
        "    undo ```sql\n      CREATE TABLE old_addresses AS SELECT * FROM addresses;\n    ```\n",
    );
    catches(rule, &back);
    silent(rule, &with(&back, step, "  undo old-gone\n  step again"));
    catches(rule, &with(&back, "  step again", "  step tea \"Make tea\" {\n    do ```sh\n      ./tea\n    ```\n  }\n  step again"));
    // What a check asks for.
    let check = "check old-ones \"Old ones\" on db {\n  query ```sql\n    SELECT count(*) FROM old_addresses\n  ```\n  expect > 0\n}\n\nscenario fill";
    let asked = with(&plan, "scenario fill", check).replace("FROM old_addresses WHERE id NOT IN", "FROM addresses WHERE id NOT IN");
    silent(rule, &asked);
    catches(rule, &asked.replace("  applies from copied\n", "  applies from copied\n  verify old-ones\n"));
    // What shell hands to a client.
    let sql = "```sql\n      INSERT INTO addresses SELECT id, address FROM old_addresses WHERE id NOT IN (SELECT id FROM addresses);\n";
    let shell = |script: &str| with(&plan, sql, &format!("```sh\n      {script}\n"));
    catches(rule, &shell("psql -c 'INSERT INTO addresses SELECT id, address FROM old_addresses'"));
    silent(rule, &shell("psql -c 'SELECT 1 FROM old_addresses' || ./without"));
    silent(rule, &shell("psql \"$OTHER_URL\" -c 'SELECT 1 FROM other_addresses'"));
    // A column that is gone is not set.
    let column = with(&plan, "DROP TABLE old_addresses;", "ALTER TABLE addresses DROP COLUMN note;");
    let set = |sql: &str| with(&column, sql_of(&column), sql);
    catches(rule, &set("UPDATE addresses SET note = 'x' WHERE id = 1;"));
    silent(rule, &set("UPDATE addresses SET address = 'x' WHERE id = 1;"));
}

#[test]
fn a_claim_is_held_to_its_own_scenario() {
    use super::near::{catches, example, silent, with};
    let rule = "reversal/claim-contradicted";
    let plan = example(rule, "Caught");
    let summary = "A rollback is possible with zero data loss.";
    silent(rule, &with(&plan, summary, "The goal is zero data loss."));
    silent(
        rule,
        &with(
            &plan,
            "writer shop \"The shop\" writes db\n",
            "target other \"O\" postgres { url $OTHER }\nwriter shop \"The shop\" writes other\n",
        ),
    );
    let bare = with(&plan, summary, "");
    catches(rule, &with(&bare, "scenario back \"Back\" {", "scenario back \"Back, without data loss\" {"));
    let message = "channel page \"Page\" { audience \"customers\" }\nmessage sorry \"Sorry\" to page { body \"We are back. No data was lost.\" }\nscenario back \"Back\" {\n  send sorry";
    catches(rule, &with(&bare, "scenario back \"Back\" {", message));
    let section = "section promise \"What we promise\" ```md\n  Every step can be rolled back at any time.\n```\n\nphase load";
    silent(rule, &with(&bare, "phase load", section));
    let gone = "  irreversible change old-gone \"The old orders are gone\" on db {\n    do ```sql\n      DROP TABLE old_orders;\n    ```\n    recover forward \"None needs them\"\n  }\n}\n\nscenario back";
    let narrow = with(&bare, "of db {", "of db tables orders {");
    catches(rule, &with(&with(&narrow, "phase load", section), "}\n\nscenario back", gone));
}

#[test]
fn what_files_of_the_repository_hold_goes_with_what_they_name() {
    use rbk::source::{MemoryLoader, MemoryRepository};

    let files = [("up.sql", "ALTER TABLE t ADD COLUMN a int;\nCREATE INDEX n ON t (a);\n"), ("down.sql", "ALTER TABLE t DROP COLUMN a;\n")];
    let around = MemoryRepository::new(files.map(|(path, text)| (path.to_owned(), text.to_owned())).into());
    let plan = plan("postgres", "psql -f up.sql", "psql -f down.sql").replace("```sql", "```sh");
    let light = super::Light { around: Some(&around), ..super::Light::default() };
    let (_, findings) = super::check_in(&plan, &MemoryLoader::default(), light);
    assert!(!findings.iter().any(|finding| finding.code == "reversal/not-exact"), "{findings:#?}");
}
