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
