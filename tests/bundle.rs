//! What `rbk build` writes, carried out by real shells on real databases.

use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use rbk::analysis::Facts;
use rbk::emit::bundle::{self, Context};
use rbk::graph::Graph;
use rbk::plan::compile;
use rbk::source::{MemoryLoader, Sources};
use tempfile::TempDir;

use crate::servers::Postgres;

/// A bundle on disk, and how its operator runs it.
struct Operator {
    folder: TempDir,
    shell: &'static [&'static str],
    environment: Vec<(&'static str, String)>,
}

impl Operator {
    /// Builds a plan into a fresh directory.
    fn with(plan: &str, shell: &'static [&'static str], environment: Vec<(&'static str, String)>) -> Operator {
        let folder = tempfile::tempdir().expect("a temporary directory");
        for (path, file) in files(plan) {
            let path = folder.path().join("bundle").join(path);
            std::fs::create_dir_all(path.parent().expect("it has a folder")).expect("the folder is made");
            std::fs::write(path, file).expect("the file is written");
        }
        Operator { folder, shell, environment }
    }

    fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    /// Runs `./rollback` without a terminal; panics unless it ends with `status`. Returns all that it said.
    fn runs(&self, words: &[&str], status: i32) -> String {
        let mut command = Command::new(self.shell[0]);
        command.args(&self.shell[1..]).arg(self.path("bundle/rollback")).args(words);
        command
            .env("NO_COLOR", "1")
            .env("RBK_SHELL", self.shell.join(" "))
            .envs(self.environment.iter().map(|(name, value)| (name, value)));
        let output = command.stdin(Stdio::null()).output().expect("the shell is installed");
        let said = format!("{}{}", String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
        assert_eq!(output.status.code(), Some(status), "{:?} {words:?}: {said}", self.shell);
        said
    }
}

/// The files of a plan's bundle, whatever rules find in it.
pub fn files(plan: &str) -> Vec<(String, Vec<u8>)> {
    let mut sources = Sources::default();
    let root = sources.add("plan.rbk", plan).expect("it fits");
    let compiled = compile(&mut sources, root, &MemoryLoader::default());
    let plan = compiled.plan.unwrap_or_else(|| panic!("{:?}", compiled.findings));
    let (graph, findings) = Graph::build(&plan);
    assert!(findings.is_empty(), "{findings:?}");
    let (facts, findings) = Facts::new(&plan, &graph);
    assert!(findings.is_empty(), "{findings:?}");
    let bundle = bundle::write(&Context { plan: &plan, graph: &graph, facts: &facts, runbook: "# Runbook\n" }).expect("a bundle");
    bundle.files.into_iter().map(|(path, file)| (path, file.bytes)).collect()
}

fn sqlite(database: &Path, sql: &str) -> String {
    let output = Command::new("sqlite3").arg("-bail").arg(database).arg(sql).output().expect("sqlite3 is installed");
    assert!(output.status.success(), "{sql}: {}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8_lossy(&output.stdout).trim().to_owned()
}

#[test]
fn a_migration_of_sqlite_is_carried_out_and_taken_back_in_every_shell() {
    let plan = include_str!("../src/emit/bundle/tests/small.rbk");
    for shell in [&["sh"] as &[&str], &["busybox", "sh"], &["bash", "--posix"], &["mksh"]] {
        let database = tempfile::NamedTempFile::new().expect("a file");
        let database = database.path();
        let operator = Operator::with(plan, shell, vec![("APP_DATABASE", database.display().to_string())]);
        sqlite(database, "CREATE TABLE notes (id INTEGER PRIMARY KEY, text TEXT); INSERT INTO notes (text) VALUES ('hello');");
        let before = sqlite(database, ".schema notes");
        operator.runs(&["check"], 0);
        operator.runs(&["prepare", "--yes"], 0);
        operator.runs(&["forward", "--yes"], 0);
        assert_eq!(sqlite(database, "SELECT colour FROM notes"), "red", "{shell:?}");
        operator.runs(&["run", "back", "--yes"], 0);
        assert_eq!(sqlite(database, ".schema notes"), before, "{shell:?}");
        assert!(operator.runs(&["report"], 0).contains("| add-colour | undone |"), "{shell:?}");
        operator.runs(&["run", "back", "--yes"], 3);
    }
}

const NIGHT: &str = r#"
plan night "A night of maintenance" { version "1.0" }
target settings "Settings" env-file { file $SETTINGS }
flag maintenance "Maintenance" on settings {
  variable "MAINTENANCE"
  values "off", "on"
}
phase closing "Close" {
  change closed "Closed" on settings {
    do set maintenance to "on"
    undo auto
  }
}
phase opening "Open" {
  change opened "Open again" on settings {
    do set maintenance to "off"
    undo auto
  }
}
scenario close-again "Close again" {
  applies from opened
  undo opening
}
scenario back "As it was" {
  applies from closed
  undo everything
}
"#;

#[test]
fn two_changes_of_one_flag_are_each_taken_back_to_what_they_found() {
    for shell in [&["dash"] as &[&str], &["bash", "--posix"]] {
        let settings = tempfile::NamedTempFile::new().expect("a file");
        let holds = || std::fs::read_to_string(settings.path()).expect("it is there");
        std::fs::write(settings.path(), "MAINTENANCE=off\n").expect("it is writable");
        let operator = Operator::with(NIGHT, shell, vec![("SETTINGS", settings.path().display().to_string())]);
        operator.runs(&["forward"], 0);
        operator.runs(&["run", "close-again", "--yes"], 0);
        assert_eq!(holds(), "MAINTENANCE=on\n");
        operator.runs(&["run", "back", "--yes"], 0);
        assert_eq!(holds(), "MAINTENANCE=off\n");
    }
}

const ODD: &str = r#"
plan odd "Names that shells obey" { version "1.0" }
target shop "The shop" sqlite { file $SHOP }
target place "A folder" host { dir $PLACE }
target settings "Settings" env-file { file $SETTINGS }
backup saved "The shop as it was" of shop {
  method sqlite
  file "-b ;touch owned $(touch owned)/'x\"\n%s.db"
  restore takes 1m
}
flag mood "The mood" on settings {
  variable "MOOD"
  values "off", "it's $(touch owned) \"x\" \\ `touch owned` # !"
}
phase save "Save" at T-10m { take saved }
phase make "Make" at T {
  change emptied "Emptied" on shop {
    do ```sql
      DELETE FROM notes;
    ```
    undo restore saved
  }
  change edited "Edited" on place {
    do edit "-e ;touch owned $(touch owned) 'x\"\n*.txt" ```text
      new
    ```
    undo auto
  }
  change moody "Moody" on settings {
    do set mood to "it's $(touch owned) \"x\" \\ `touch owned` # !"
    undo auto
  }
}
scenario back "Back" {
  applies from emptied
  undo everything
}
"#;

#[test]
fn names_of_files_hold_anything_and_the_state_may_be_moved_meanwhile() {
    for shell in [&["dash"] as &[&str], &["busybox", "sh"], &["bash", "--posix"], &["mksh"]] {
        let mut operator = Operator::with(ODD, shell, Vec::new());
        let place = operator.path("-p ;touch owned $(touch owned) 'x\"\ny");
        std::fs::create_dir(&place).expect("the folder is made");
        let (shop, settings) = (place.join(":memory:\n$(touch owned)"), place.join("-s `touch owned`\n.env"));
        sqlite(&shop, "CREATE TABLE notes (text TEXT); INSERT INTO notes VALUES ('hello')");
        std::fs::write(&settings, "MOOD=\"off\"\n").expect("it is writable");
        let state = |name: &str| ("RBK_STATE", operator.path(name).display().to_string());
        let [before, after] = [state("first\tplace"), state("second 'place'\n")];
        operator.environment = [("SHOP", &shop), ("PLACE", &place), ("SETTINGS", &settings)]
            .map(|(name, path)| (name, path.display().to_string()))
            .into_iter()
            .chain([before.clone()])
            .collect();
        operator.runs(&["prepare"], 0);
        operator.runs(&["forward"], 0);
        assert_eq!(sqlite(&shop, "SELECT count(*) FROM notes"), "0");
        assert_eq!(std::fs::read_dir(&place).expect("it is there").count(), 3, "{shell:?}");
        std::fs::rename(&before.1, &after.1).expect("it is moved");
        *operator.environment.last_mut().expect("there is one") = after;
        operator.runs(&["run", "back", "--yes", "--accept-loss"], 0);
        assert_eq!(sqlite(&shop, "SELECT text FROM notes"), "hello", "{shell:?}");
        assert_eq!(std::fs::read_to_string(&settings).expect("it is there"), "MOOD=\"off\"\n", "{shell:?}");
        assert_eq!(std::fs::read_dir(&place).expect("it is there").count(), 2, "{shell:?}");
        operator.runs(&["report"], 0);
        let owned = Command::new("find").arg(operator.folder.path()).args(["-name", "owned"]).output().expect("find is there");
        assert_eq!(String::from_utf8_lossy(&owned.stdout), "", "{shell:?}");
    }
}

#[test]
fn of_a_change_that_is_half_done_it_is_told_which_parts_are() {
    let plan = r#"
plan half "A change in parts" { version "1.0" }
target shop "The shop" sqlite { file $SHOP }
phase make "Make" at T {
  change parts "Parts" on shop {
    do ```sql
      -- The first.
      INSERT INTO notes VALUES ('one'),
        ('and another');
      VACUUM;
      INSERT INTO nowhere VALUES (1);
      VACUUM;
    ```
    undo ```sql
      DELETE FROM notes;
    ```
  }
}
scenario back "Back" {
  applies from parts
  undo everything
}
"#;
    for shell in [&["dash"] as &[&str], &["busybox", "sh"], &["bash", "--posix"], &["mksh"]] {
        let shop = tempfile::NamedTempFile::new().expect("a file");
        sqlite(shop.path(), "CREATE TABLE notes (text TEXT)");
        let operator = Operator::with(plan, shell, vec![("SHOP", shop.path().display().to_string())]);
        operator.runs(&["forward"], 1);
        let parts = "parts, by what is on record:
  done       1  INSERT INTO notes VALUES ('one'), ...
  done       2  VACUUM;
  failed     3  INSERT INTO nowhere VALUES (1);
  not done   4  VACUUM;
";
        let said = operator.runs(&["run", "back", "--yes"], 3);
        assert!(said.contains(parts), "{shell:?}: {said}");
        let said = operator.runs(&["status"], 0);
        let indented: String = parts.lines().map(|line| format!("      {line}\n")).collect();
        assert!(said.contains(&format!("UNKNOWN      parts: Parts\n{indented}")), "{shell:?}: {said}");
        operator.runs(&["mark", "parts", "applied"], 0);
        assert!(!operator.runs(&["status"], 0).contains("on record:"), "{shell:?}");
        operator.runs(&["resume"], 0);
        assert_eq!(sqlite(shop.path(), "SELECT count(*) FROM notes"), "0", "{shell:?}");
    }
}

#[test]
fn who_may_not_keep_the_lock_is_told_before_anything_depends_on_it() {
    let server = Postgres::start();
    server.create("low");
    server.sql("low", "CREATE ROLE low LOGIN; CREATE TABLE notes (text text); ALTER TABLE notes OWNER TO low");
    let plan = r#"
plan low "Few rights" { version "1.0" }
target shop "The shop" postgres { url $SHOP }
phase make "Make" at T {
  change wider "Wider" on shop {
    do ```sql
      ALTER TABLE notes ADD COLUMN colour text;
    ```
    undo auto
  }
}
scenario back "Back" {
  applies from wider
  undo everything
}
"#;
    let operator = Operator::with(plan, &["dash"], vec![("SHOP", server.url("low").replace("//rbk@", "//low@"))]);
    let said = operator.runs(&["check"], 3);
    assert!(said.contains("CREATE SCHEMA rbk AUTHORIZATION \"low\""), "{said}");
    operator.runs(&["forward"], 1);
    server.sql("low", "CREATE SCHEMA rbk AUTHORIZATION low");
    operator.runs(&["check"], 0);
    operator.runs(&["resume"], 0);
    operator.runs(&["run", "back", "--yes"], 0);
    // Without a right to make anything, the tables of before are enough.
    server.sql("low", "ALTER SCHEMA rbk OWNER TO rbk; GRANT USAGE ON SCHEMA rbk TO low");
    operator.runs(&["check"], 0);
    operator.runs(&["forward"], 0);
}

#[test]
fn an_altered_bundle_does_nothing() {
    let operator =
        Operator::with(include_str!("../src/emit/bundle/tests/small.rbk"), &["sh"], vec![("APP_DATABASE", "none.db".to_owned())]);
    let step = operator.path("bundle/forward/010-add-colour.sql");
    let text = std::fs::read_to_string(&step).expect("it is there");
    std::fs::write(&step, text.replace("red", "green")).expect("it is written");
    assert!(operator.runs(&["prepare", "--yes"], 3).contains("forward/010-add-colour.sql"));
}

#[test]
fn a_flag_that_could_not_be_set_leaves_nothing_to_be_asked_about() {
    let folder = tempfile::tempdir().expect("a folder");
    let settings = folder.path().join("settings.env");
    let operator = Operator::with(NIGHT, &["sh"], vec![("SETTINGS", settings.display().to_string())]);
    operator.runs(&["forward", "--yes"], 1);
    std::fs::write(&settings, "MAINTENANCE=on\n").expect("it is written");
    operator.runs(&["abort"], 0);
    let status = operator.runs(&["status"], 0);
    assert!(status.contains("not applied  closed"), "{status}");
    operator.runs(&["forward", "--yes"], 0);
    assert_eq!(std::fs::read_to_string(&settings).expect("it is there"), "MAINTENANCE=off\n");
}

const SHOP: &str = include_str!("fixtures/bundle/shop.rbk");

#[test]
fn a_migration_of_postgresql_goes_forth_by_units_and_back_by_choice() {
    let server = Postgres::start();
    for (number, way) in ["columns", "whole-dump"].into_iter().enumerate() {
        let database = format!("shop_{number}");
        server.create(&database);
        server.sql(&database, "CREATE TABLE orders (id int PRIMARY KEY, note text); INSERT INTO orders SELECT g, 'it''s ' || g FROM generate_series(1, 100) g");
        let before = server.canonical(&database);
        let settings = tempfile::NamedTempFile::new().expect("a file");
        std::fs::write(settings.path(), "SHOW_BANNER=\"off\"\nOTHER=1\n").expect("it is written");
        let environment = vec![("DATABASE_URL", server.url(&database)), ("SETTINGS", settings.path().display().to_string())];
        let operator = Operator::with(SHOP, &["sh"], environment);
        operator.runs(&["check", "--param", "state=it's $new"], 0);
        assert!(operator.runs(&["prepare", "--yes"], 2).contains("state"));
        operator.runs(&["prepare", "--yes", "--param", "state=it's $new"], 0);
        operator.runs(&["forward", "--yes"], 4);
        operator.runs(&["resume", "--yes", "--approve", "proceed=proceed"], 0);
        assert_eq!(server.sql(&database, "SELECT DISTINCT state FROM orders"), "it's $new\n");
        assert_eq!(server.sql(&database, "SELECT indisvalid FROM pg_index WHERE indexrelid = 'orders_state'::regclass"), "t\n");
        assert_eq!(std::fs::read_to_string(settings.path()).expect("it is there"), "SHOW_BANNER=\"on\"\nOTHER=1\n");
        operator.runs(&["run", "back", "--yes", "--accept-loss"], 4);
        let done = operator.runs(&["resume", "--yes", "--accept-loss", "--choose", &format!("way={way}")], 0);
        assert!(done.contains("has reached its end"), "{done}");
        assert_eq!(server.canonical(&database), before, "{way}");
        assert_eq!(std::fs::read_to_string(settings.path()).expect("it is there"), "SHOW_BANNER=\"off\"\nOTHER=1\n");
    }
}

/// Returns a database with one note, and somebody with a bundle for it.
fn attempts() -> (tempfile::NamedTempFile, Operator) {
    let database = tempfile::NamedTempFile::new().expect("a file");
    sqlite(database.path(), "CREATE TABLE notes (id INTEGER PRIMARY KEY, text TEXT); INSERT INTO notes (text) VALUES ('hello');");
    let environment = vec![("APP_DATABASE", database.path().display().to_string())];
    let operator = Operator::with(include_str!("fixtures/bundle/attempts.rbk"), &["sh"], environment);
    (database, operator)
}

#[test]
fn what_a_scenario_captures_is_its_own_and_leaves_the_forward_baseline() {
    let (database, operator) = attempts();
    operator.runs(&["forward", "--yes"], 0);
    sqlite(database.path(), "INSERT INTO notes (text) VALUES ('later')");
    operator.runs(&["run", "keep", "--yes"], 0);
    let said = operator.runs(&["run", "back", "--yes"], 1);
    assert!(said.contains("The notes are the same"), "the later note was not in the baseline: {said}");
    sqlite(database.path(), "DELETE FROM notes WHERE text = 'later'");
    operator.runs(&["resume", "--yes"], 0);
}

#[test]
fn a_backup_of_an_attempt_that_was_rolled_back_is_not_available_to_the_next() {
    let (database, operator) = attempts();
    operator.runs(&["forward", "--yes"], 0);
    operator.runs(&["run", "back", "--yes"], 0);
    sqlite(database.path(), "INSERT INTO notes (text) VALUES ('between the attempts')");
    operator.runs(&["forward", "colour", "--yes"], 0);
    // Compared with the first attempt's baseline, this would stop.
    operator.runs(&["run", "back", "--yes"], 0);
    assert_eq!(sqlite(database.path(), "SELECT count(*) FROM notes"), "2");
    // What is still applied keeps its backup: only part of this attempt was taken back.
    operator.runs(&["forward", "--yes"], 0);
    operator.runs(&["run", "keep", "--yes"], 0);
    sqlite(database.path(), "DELETE FROM notes");
    operator.runs(&["run", "back", "--yes"], 1);
}

#[test]
fn what_is_on_a_host_runs_there() {
    let web = tempfile::tempdir().expect("a folder");
    let operator = Operator::with(include_str!("fixtures/bundle/host.rbk"), &["sh"], vec![("WEB", web.path().display().to_string())]);
    let note = || std::fs::read_to_string(web.path().join("note")).expect("it is there");
    operator.runs(&["forward", "--yes"], 0);
    assert_eq!(note(), "switched\n");
    operator.runs(&["run", "again", "--yes"], 0);
    operator.runs(&["run", "back", "--yes"], 0);
    assert_eq!(note(), "back\n");
}

#[test]
fn a_flag_that_is_set_twice_goes_back_twice_and_a_restore_leaves_nothing_applied() {
    let database = tempfile::NamedTempFile::new().expect("a file");
    sqlite(database.path(), "CREATE TABLE notes (id INTEGER PRIMARY KEY, text TEXT);");
    let settings = tempfile::NamedTempFile::new().expect("a file");
    std::fs::write(settings.path(), "SHARE=0\n").expect("it is written");
    let of = |path: &Path| path.display().to_string();
    let environment = vec![("APP_DATABASE", of(database.path())), ("SETTINGS", of(settings.path()))];
    let operator = Operator::with(include_str!("fixtures/bundle/shares.rbk"), &["sh"], environment);
    let share = || std::fs::read_to_string(settings.path()).expect("it is there");
    for scenario in ["hide", "back", "back"] {
        operator.runs(&["prepare", "--yes"], 0);
        operator.runs(&["forward", "--yes"], 0);
        assert_eq!(share(), "SHARE=100\n");
        assert_eq!(sqlite(database.path(), "SELECT count(*) FROM pragma_table_info('notes') WHERE name = 'colour'"), "1", "{scenario}");
        operator.runs(&["run", scenario, "--yes", "--accept-loss"], 0);
        assert_eq!(share(), "SHARE=0\n", "{scenario}");
    }
    assert!(operator.runs(&["status"], 0).contains("undone       add-colour"));
}
