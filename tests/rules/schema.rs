//! What the schema of a target says: what `undo auto` makes again, what changes ask for that is not there, and where it says nothing more.

use std::fmt::Write as _;

use rbk::graph::Graph;
use rbk::plan;
use rbk::source::{MemoryLoader, Sources};

use super::check_with;

const SHOP: &str = "CREATE EXTENSION IF NOT EXISTS pgcrypto;
SELECT pg_catalog.set_config('search_path', '', false);
CREATE TABLE public.users (
    id bigint NOT NULL,
    name character varying(40) DEFAULT 'x'::character varying NOT NULL,
    age integer
);
CREATE SEQUENCE public.users_id_seq;
ALTER SEQUENCE public.users_id_seq OWNED BY public.users.id;
CREATE VIEW public.grown AS SELECT id FROM public.users WHERE age > 18;
CREATE INDEX by_age ON public.users USING btree (age);
CREATE TABLE public.notes (id int, \"Body\" text);
CREATE TABLE app.settings (name text);
";

/// A plan of changes on a database with a schema, each given as its name, what is done, and how it is taken back.
fn plan(kind: &str, changes: &[(&str, &str, &str)]) -> String {
    let mut text = format!(
        "plan p \"P\" {{\n rto 1h\n}}\ntarget db \"D\" {kind} {{\n url $DATABASE_URL\n schema \"shop.sql\"\n}}\n\
         target worker \"W\" host {{ dir \"/srv\" }}\nphase m \"M\" at T {{\n"
    );
    for (name, forward, undo) in changes {
        let (on, language) = if name.starts_with("host") { ("worker", "sh") } else { ("db", "sql") };
        match name.strip_prefix("step") {
            Some(_) => _ = write!(text, " step {name} \"S\" on db {{\n do ```sql\n  {forward}\n ```\n }}\n"),
            None => {
                _ = write!(
                    text,
                    " change {name} \"C\" on {on} {{\n do ```{language}\n  {forward}\n ```\n undo {undo}\n undo takes 1m\n }}\n"
                )
            }
        }
    }
    let changes: Vec<&str> = changes.iter().map(|(name, ..)| *name).filter(|name| !name.starts_with("step")).collect();
    text + &format!("}}\nscenario back \"B\" {{\n applies from {}\n undo everything\n}}\n", changes[0])
}

fn files(schema: &str) -> MemoryLoader {
    MemoryLoader([("shop.sql".to_owned(), schema.to_owned())].into())
}

/// Returns what takes the last change back, or what stands in the way.
fn inverse(kind: &str, schema: &str, changes: &[(&str, &str, &str)]) -> String {
    let mut sources = Sources::default();
    let root = sources.add("plan.rbk", plan(kind, changes)).expect("it fits");
    let compiled = plan::compile(&mut sources, root, &files(schema));
    let plan = compiled.plan.unwrap_or_else(|| panic!("{:#?}", compiled.findings));
    let (graph, _) = Graph::build(&plan);
    let last = *graph.order().last().expect("there are changes");
    match graph.touched(last).inverse.as_deref().expect("it is asked for") {
        Ok(inverse) => inverse.statements.join("\n"),
        Err(refusals) => refusals.iter().map(|refusal| refusal.why.as_str()).collect::<Vec<_>>().join("\n"),
    }
}

#[test]
fn what_a_change_drops_is_made_again_as_the_schema_says() {
    let one = |sql: &str| inverse("postgres", SHOP, &[("x", sql, "auto")]);
    let age = "ALTER TABLE users ADD COLUMN age integer;\nCREATE INDEX by_age ON public.users USING btree (age);";
    assert_eq!(one("ALTER TABLE users DROP COLUMN age;"), age);
    assert_eq!(one("ALTER TABLE users ALTER COLUMN age DROP DEFAULT;"), "ALTER TABLE users ALTER COLUMN age DROP DEFAULT;");
    assert!(one("DROP TABLE users;").contains("OWNED BY public.users.id"));
    assert!(one("DROP TABLE nobody;").contains("is not in the schema"));
}

#[test]
fn what_an_earlier_change_changed_is_not_what_the_schema_says() {
    let drop = ("y", "ALTER TABLE users DROP COLUMN age;", "auto");
    for (name, earlier) in [
        ("x", "ALTER TABLE users ALTER COLUMN age TYPE bigint;"),
        ("x", "ALTER TABLE users RENAME COLUMN name TO age2; ALTER TABLE users RENAME COLUMN age2 TO age;"),
        ("x", "DROP INDEX by_age;"),
        ("x", "CREATE INDEX both ON users (age, name);"),
        ("x", "ALTER TABLE users ADD CONSTRAINT grown CHECK (age > 0);"),
        ("x", "ALTER TABLE users RENAME TO people; ALTER TABLE people RENAME TO users;"),
        ("x", "COMMENT ON COLUMN users.age IS 'in years';"),
        ("x", "SELECT migrate();"),
        ("x", "DO $$ BEGIN PERFORM migrate(); END $$;"),
        ("host-migrate", "alembic upgrade head"),
        ("host-sql", "psql \"$DATABASE_URL\" -c 'ALTER TABLE users ALTER COLUMN age SET DEFAULT 1'"),
        ("step-one", "ALTER TABLE users ALTER COLUMN age TYPE bigint;"),
    ] {
        let mut changes = vec![(name, earlier, "manual \"x\""), drop];
        if name.starts_with("step") {
            changes.insert(0, ("first", "SELECT 1;", "manual \"x\""));
        }
        let why = inverse("postgres", SHOP, &changes);
        assert!(why.contains("the schema says"), "{earlier}: {why}");
    }
    // What it does elsewhere, or to rows, matters nothing.
    for (name, earlier) in [
        ("x", "ALTER TABLE users ADD COLUMN size integer;"),
        ("x", "UPDATE users SET age = 1; INSERT INTO notes (id) VALUES (1);"),
        ("x", "DROP TABLE notes;"),
        ("host-other", "systemctl restart worker"),
        ("host-rows", "psql \"$DATABASE_URL\" -c 'DELETE FROM notes'"),
    ] {
        let back = inverse("postgres", SHOP, &[(name, earlier, "manual \"x\""), drop]);
        assert!(back.starts_with("ALTER TABLE users ADD COLUMN age integer;"), "{earlier}: {back}");
    }
}

#[test]
fn a_column_of_mysql_has_a_place_that_earlier_changes_may_have_moved() {
    let schema = "CREATE TABLE users (id int PRIMARY KEY, name varchar(40), age int);";
    let drop = ("y", "ALTER TABLE users DROP COLUMN age;", "auto");
    assert_eq!(inverse("mysql", schema, &[drop]), "ALTER TABLE users ADD COLUMN age int AFTER name;");
    let why = inverse("mysql", schema, &[("x", "ALTER TABLE users DROP COLUMN name;", "auto"), drop]);
    assert!(why.contains("the schema says only what was before"), "{why}");
}

/// Returns the findings about what is not there.
fn unknown(kind: &str, schema: &str, changes: &[(&str, &str, &str)]) -> Vec<String> {
    let (sources, findings) = check_with(&plan(kind, changes), &files(schema));
    for finding in &findings {
        // A plan that is not understood proves nothing.
        assert!(!["syntax/", "form/", "reference/missing-file"].iter().any(|code| finding.code.starts_with(code)), "{finding:#?}");
    }
    let own = findings.iter().filter(|finding| finding.code == "reference/unknown-object");
    own.map(|finding| sources.text(finding.span()).to_owned()).collect()
}

#[test]
fn what_is_not_there_when_a_change_comes_to_it_is_told() {
    for (sql, name) in [
        ("ALTER TABLE user ADD COLUMN size int;", "user"),
        ("ALTER TABLE users DROP COLUMN siez;", "siez"),
        ("ALTER TABLE notes ALTER COLUMN body SET NOT NULL;", "body"),
        ("UPDATE users SET nam = 'x';", "users"),
        ("INSERT INTO orders VALUES (1);", "orders"),
        ("DELETE FROM users WHERE id = 1; SELECT * FROM users JOIN gone ON true;", "gone"),
        ("CREATE INDEX i ON gone (a);", "gone"),
        ("DROP TABLE notes; INSERT INTO notes VALUES (1);", "notes"),
        ("ALTER TABLE users RENAME COLUMN age TO years; UPDATE users SET age = 1;", "users"),
        ("TRUNCATE TABLE gone;", "gone"),
        ("ALTER TABLE users ADD FOREIGN KEY (id) REFERENCES gone (id);", "gone"),
    ] {
        assert_eq!(unknown("postgres", SHOP, &[("x", sql, "manual \"x\"")]), [name], "{sql}");
    }
    let across = [("x", "DROP TABLE notes;", "manual \"x\""), ("y", "TRUNCATE notes;", "manual \"x\"")];
    assert_eq!(unknown("postgres", SHOP, &across), ["notes"]);
}

#[test]
fn what_may_be_there_is_passed_over() {
    for sql in [
        "ALTER TABLE IF EXISTS gone ADD COLUMN a int;",
        "DROP TABLE IF EXISTS gone;",
        "ALTER TABLE users DROP COLUMN IF EXISTS gone;",
        "INSERT INTO users (id) SELECT id FROM grown;",
        "WITH old AS (SELECT id FROM users) DELETE FROM users USING old WHERE old.id = users.id;",
        "UPDATE users SET age = EXTRACT(week FROM born) WHERE SUBSTRING(name FROM wanted) = 'x';",
        "UPDATE users u SET age = n.id FROM notes n WHERE n.id = u.id;",
        "UPDATE users SET age = pg.n FROM pg_stat_activity pg;",
        "SELECT * FROM information_schema.tables;",
        "CREATE TEMPORARY TABLE old AS SELECT * FROM users; INSERT INTO users SELECT * FROM old;",
        "CREATE TABLE fresh (a int); ALTER TABLE fresh ADD COLUMN b int, ALTER COLUMN b SET DEFAULT 1; UPDATE fresh SET b = 2;",
        "SELECT * INTO kept FROM users; TRUNCATE kept;",
        "ALTER TABLE users RENAME TO people; UPDATE people SET age = 1;",
        "UPDATE settings SET name = 'x';",
        "UPDATE other.users SET age = 1;",
        "ALTER TABLE users ALTER COLUMN ID TYPE int;",
        "SELECT nextval('users_id_seq');",
        "DO $$ BEGIN EXECUTE 'CREATE TABLE gone (a int)'; END $$; INSERT INTO gone VALUES (1);",
        "SELECT make_it(); INSERT INTO gone VALUES (1);",
        "INSERT INTO users (id) SELECT n FROM generate_series(1, 3) AS n;",
    ] {
        assert_eq!(unknown("postgres", SHOP, &[("x", sql, "manual \"x\"")]), [""; 0], "{sql}");
    }
    let asked = [("x", "INSERT INTO gone VALUES (1);", "manual \"x\"")];
    for more in ["CREATE EXTENSION postgis;", "\\ir more.sql\n", "DO $$ BEGIN EXECUTE format('CREATE TABLE %I (a int)', 'gone'); END $$;"] {
        assert_eq!(unknown("postgres", &format!("{SHOP}{more}"), &asked), [""; 0], "{more}");
    }
    assert_eq!(unknown("postgres", "", &asked), [""; 0]);
    // What a table inherits stands elsewhere.
    let heir = format!("{SHOP}CREATE TABLE child (b int) INHERITS (users);");
    assert_eq!(unknown("postgres", &heir, &[("x", "UPDATE child SET age = 1;", "manual \"x\"")]), [""; 0]);
    let after = [("host-migrate", "alembic upgrade head", "manual \"x\""), asked[0]];
    assert_eq!(unknown("postgres", SHOP, &after), [""; 0]);
    // MySQL sets columns of several tables.
    let two = "CREATE TABLE a (id int, x int); CREATE TABLE b (id int, y int);";
    for sql in ["UPDATE a JOIN b ON a.id = b.id SET y = x;", "UPDATE a, b SET y = x;", "UPDATE A SET X = 1;"] {
        assert_eq!(unknown("mysql", two, &[("x", sql, "manual \"x\"")]), [""; 0], "{sql}");
    }
}

#[test]
fn types_that_the_schema_knows_decide_whether_a_conversion_loses() {
    let lossy = |sql: &str| {
        let (_, findings) = check_with(&plan("postgres", &[("x", sql, "```sql\n SELECT setval('x', 1);\n ```")]), &files(SHOP));
        findings.iter().any(|finding| finding.code == "reversal/lossy-conversion")
    };
    assert!(lossy("ALTER TABLE users ALTER COLUMN name TYPE varchar(20) USING name::varchar(20);"));
    assert!(!lossy("ALTER TABLE users ALTER COLUMN name TYPE varchar(80) USING name::varchar(80);"));
    assert!(!lossy("ALTER TABLE users ALTER COLUMN age TYPE numeric(12) USING age::numeric(12);"));
}

#[test]
fn a_schema_that_can_not_be_read_is_told_where_it_is_named() {
    let text = plan("postgres", &[("x", "SELECT 1;", "manual \"x\"")]);
    let (_, findings) = check_with(&text, &MemoryLoader::default());
    assert_eq!(findings.iter().map(|finding| finding.code).collect::<Vec<_>>(), ["reference/missing-file"]);
    // The drill's stands in for it.
    let drill = text.replace(" schema \"shop.sql\"\n", "") + "drill {\n schema db \"shop.sql\"\n}\n";
    let gone = drill.replace("SELECT 1;", "TRUNCATE gone;");
    let (_, findings) = check_with(&gone, &files(SHOP));
    assert!(findings.iter().any(|finding| finding.code == "reference/unknown-object"), "{findings:#?}");
}

#[test]
fn sql_in_shell_counts_for_the_database_that_its_client_connects_to() {
    let plan = |of: &str, on: &str, shell: &str| {
        format!(
            "plan p \"P\" {{\n rto 1h\n}}\ntarget shop \"S\" postgres {{ url $SHOP_URL }}\ntarget other \"O\" postgres {{ url $OTHER_URL }}\n\
             target worker \"W\" host {{ dir \"/srv\" }}\ntarget till \"T\" sqlite {{ file \"/srv/till.db\" }}\n\
             backup b \"B\" of {of} {{\n method {}\n file \"b.dump\"\n restore takes 1m\n}}\n\
             phase m \"M\" at T {{\n take b\n change x \"X\" on {on} {{\n do ```sh\n  {shell}\n ```\n undo manual \"y\"\n undo takes 1m\n }}\n}}\n\
             scenario back \"B\" {{\n applies from x\n undo x\n}}\n",
            if of == "till" { "sqlite" } else { "pg_dump custom" }
        )
    };
    let missing = |of: &str, on: &str, shell: &str| super::codes(&plan(of, on, shell)).contains(&"backup/missing");
    for to in ["\"$OTHER_URL\"", "-d \"${OTHER_URL}\"", "--dbname=$OTHER_URL"] {
        let drop = format!("psql {to} -c 'DROP TABLE users'");
        assert!(!missing("other", "shop", &drop) && missing("shop", "shop", &drop), "{to}");
        assert!(!missing("other", "worker", &drop) && missing("shop", "worker", &drop), "{to}");
    }
    assert!(!missing("till", "shop", "sqlite3 /srv/till.db 'DROP TABLE users'"));
    // Its own, and what nobody knows, is what the change is about.
    for to in ["\"$SHOP_URL\"", "", "-d users"] {
        let drop = format!("psql {to} -c 'DROP TABLE users'");
        assert!(missing("other", "shop", &drop) && !missing("shop", "shop", &drop), "{to}");
    }
}

#[test]
fn an_undo_gives_back_the_column_that_was_there() {
    let told = |sql: &str, undo: &str| -> Vec<String> {
        let undo = format!("```sql\n  {undo}\n ```");
        let (_, findings) = check_with(&plan("postgres", &[("x", sql, &undo)]), &files(SHOP));
        let own = findings.into_iter().filter(|finding| finding.code == "reversal/not-exact");
        own.map(|finding| finding.message.split(": ").nth(1).unwrap_or_default().to_owned()).collect()
    };
    let drop = "ALTER TABLE users DROP COLUMN name;";
    assert_eq!(
        told(drop, "ALTER TABLE users ADD COLUMN name text NOT NULL DEFAULT 'x';"),
        ["`users.name` comes back as `text`, and was `character varying(40)`"]
    );
    assert_eq!(told(drop, "ALTER TABLE users ADD COLUMN name varchar(40);"), ["`users.name` comes back without `NOT NULL`"]);
    assert_eq!(told(drop, "ALTER TABLE users ADD COLUMN name varchar(40) NOT NULL DEFAULT 'x';"), Vec::<String>::new());
    assert_eq!(
        told(
            drop,
            "ALTER TABLE users ADD COLUMN name varchar(40); UPDATE users SET name = 'x'; ALTER TABLE users ALTER COLUMN name SET NOT NULL;"
        ),
        Vec::<String>::new()
    );
    let wider = "ALTER TABLE users ALTER COLUMN age TYPE bigint;";
    assert_eq!(
        told(wider, "ALTER TABLE users ALTER COLUMN age TYPE smallint;"),
        ["`users.age` comes back as `smallint`, and was `integer`"]
    );
    assert_eq!(told(wider, "ALTER TABLE users ALTER COLUMN age TYPE int4;"), Vec::<String>::new());
    // Of what nobody has said nothing is known.
    assert_eq!(told("ALTER TABLE orders DROP COLUMN age;", "ALTER TABLE orders ADD COLUMN age text;"), Vec::<String>::new());
    let moved = "ALTER TABLE users RENAME COLUMN age TO years; ALTER TABLE users ADD COLUMN age text;";
    assert_eq!(told(moved, "ALTER TABLE users DROP COLUMN age; ALTER TABLE users RENAME COLUMN years TO age;"), Vec::<String>::new());
}
