//! The quickstart on a real SQLite database: from every position, back to what was, or to exactly the stated loss.

use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::thread::sleep;
use std::time::{Duration, Instant};

use crate::corpus;
use crate::operator::{Operator, SHELLS, Shell, wait_until};

const SCENARIO: &str = "run fax-is-back --operator tester --yes --accept-loss";

fn shop(shell: Shell) -> (Operator, PathBuf) {
    let mut operator = Operator::of("examples/quickstart/quickstart.rbk", shell);
    let database = operator.place().join("shop.db");
    let schema = std::fs::read_to_string(corpus::root().join("examples/quickstart/shop.sql")).expect("the example is there");
    sqlite(&database, &schema);
    operator.set("SHOP_DB", database.display().to_string());
    (operator, database)
}

pub fn sqlite(database: &Path, sql: &str) -> String {
    let mut client = Command::new("sqlite3")
        .args(["-bail", "-batch"])
        .arg(database)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .expect("sqlite3 is installed");
    std::io::Write::write_all(&mut client.stdin.take().expect("it is piped"), format!("{sql}\n").as_bytes()).expect("sqlite3 reads");
    let output = client.wait_with_output().expect("it ends");
    assert!(output.status.success(), "{sql}: {}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8_lossy(&output.stdout).into_owned()
}

/// Schema and rows, sorted; rbk's own tables are left out.
pub fn canonical(database: &Path) -> String {
    let dump = sqlite(database, ".dump");
    let mut lines: Vec<&str> = dump.lines().filter(|line| !line.contains("rbk_")).collect();
    lines.sort_unstable();
    lines.join("\n")
}

fn the_way_back_restores_schema_and_rows() {
    for shell in SHELLS {
        let (operator, database) = shop(shell);
        let before = canonical(&database);
        operator.succeeds("check");
        operator.succeeds("prepare --operator tester");
        operator.succeeds("forward --operator tester");
        assert!(!sqlite(&database, "SELECT * FROM customers").contains("+44"), "{shell:?}: the fax numbers should be gone");
        operator.succeeds(SCENARIO);
        assert_eq!(canonical(&database), before, "{shell:?}");
        // And again: what was rolled back can be tried once more, with a new backup.
        operator.succeeds("prepare --operator tester");
        operator.succeeds("forward --operator tester");
        operator.succeeds(SCENARIO);
        assert_eq!(canonical(&database), before, "{shell:?}, second time");
    }
}

fn exactly_the_stated_loss_is_lost() {
    let (operator, database) = shop(SHELLS[0]);
    let before = canonical(&database);
    operator.succeeds("prepare --operator tester");
    sqlite(&database, "INSERT INTO customers (name, email) VALUES ('Late', 'late@example.org')");
    operator.succeeds("forward --operator tester");
    let refused = operator.run("run fax-is-back --operator tester --yes");
    assert_eq!(refused.status, 3, "{}", refused.text);
    assert!(refused.text.contains("everything written to"), "{}", refused.text);
    assert!(refused.text.contains("--accept-loss"), "{}", refused.text);
    operator.succeeds(SCENARIO);
    assert_eq!(canonical(&database), before);
}

fn where_a_scenario_does_not_apply_it_is_refused_and_nothing_is_done() {
    let (operator, database) = shop(SHELLS[0]);
    let before = canonical(&database);
    assert_eq!(operator.run(SCENARIO).status, 3, "before anything has begun");
    let early = operator.run("forward --operator tester");
    assert_eq!(early.status, 3, "forward without preparation: {}", early.text);
    operator.succeeds("prepare --operator tester");
    assert_eq!(operator.run(SCENARIO).status, 3, "before the change has begun");
    assert_eq!(canonical(&database), before);
}

fn a_runner_killed_within_a_step_leaves_a_run_that_resumes_to_the_same_end() {
    for shell in SHELLS {
        let (operator, database) = shop(shell);
        let before = canonical(&database);
        operator.succeeds("prepare --operator tester");
        // Somebody holds the database, so the step waits; the runner is killed while it does.
        let mut holder =
            Command::new("sqlite3").arg(&database).stdin(Stdio::piped()).stdout(Stdio::null()).spawn().expect("sqlite3 is installed");
        let mut words = holder.stdin.take().expect("it is piped");
        std::io::Write::write_all(&mut words, b"BEGIN IMMEDIATE;\n").expect("sqlite3 reads");
        sleep(Duration::from_millis(300));
        let mut runner = operator.start("forward --operator tester");
        wait_until("the step has begun", || operator.journal().lines().any(|line| line.contains("drop-fax-column")));
        runner.kill().expect("it runs");
        runner.wait().expect("it ends");
        drop(words);
        holder.wait().expect("it ends");
        // The step itself may still be under way; it ends by itself, and resume says so until it has.
        let mut resumed = operator.run("resume --operator tester");
        let deadline = Instant::now() + Duration::from_secs(30);
        while resumed.status == 3 && Instant::now() < deadline {
            sleep(Duration::from_millis(300));
            resumed = operator.run("resume --operator tester");
        }
        assert_eq!(resumed.status, 0, "{shell:?}: {}", resumed.text);
        assert!(!sqlite(&database, "SELECT * FROM customers").contains("+44"), "{shell:?}");
        operator.succeeds(SCENARIO);
        assert_eq!(canonical(&database), before, "{shell:?}");
    }
}

fn an_altered_bundle_and_a_missing_database_are_refused_before_anything_is_touched() {
    let (operator, database) = shop(SHELLS[0]);
    std::fs::remove_file(&database).expect("it is there");
    let run = operator.run("check");
    assert_ne!(run.status, 0, "{}", run.text);
    assert!(!database.exists(), "sqlite3 must not create what is not there");
    let (operator, database) = shop(SHELLS[0]);
    let before = canonical(&database);
    let step = operator.bundle().join("forward/010-drop-fax-column.sql");
    let mut text = std::fs::read_to_string(&step).expect("it is there");
    text.push_str("DROP TABLE customers;\n");
    std::fs::write(&step, text).expect("it is writable");
    let run = operator.run("prepare --operator tester");
    assert_eq!(run.status, 3, "{}", run.text);
    assert_eq!(canonical(&database), before);
}

stories! {
    the_way_back_restores_schema_and_rows,
    exactly_the_stated_loss_is_lost,
    where_a_scenario_does_not_apply_it_is_refused_and_nothing_is_done,
    a_runner_killed_within_a_step_leaves_a_run_that_resumes_to_the_same_end,
    an_altered_bundle_and_a_missing_database_are_refused_before_anything_is_touched,
}
