//! Bundles on a machine that has busybox and the database's client, and nothing else: to the end, killed and taken up again on the
//! way, and back.

use std::fs;
use std::os::unix::fs::symlink;
use std::path::PathBuf;
use std::process::Command;

use crate::corpus;
use crate::examples::quickstart::{canonical, sqlite};
use crate::operator::{Operator, Shell, wait_until};
use crate::servers::{self, MariaDb, Postgres, difference};

const BUSYBOX: Shell = Shell("busybox", &["ash"]);

fn program(name: &str) -> PathBuf {
    let found = std::env::split_paths(&servers::path()).map(|folder| folder.join(name)).find(|file| file.is_file());
    found.unwrap_or_else(|| panic!("{name} is installed: run tools/setup test"))
}

/// Somebody with a bundle, whose search path holds busybox's own tools and these clients.
fn alone(plan: &str, clients: &[&str]) -> Operator {
    let mut operator = Operator::of(plan, BUSYBOX);
    let bin = operator.place().join("bin");
    fs::create_dir(&bin).expect("the folder is writable");
    let busybox = program("busybox");
    let installed = Command::new(&busybox).args(["--install", "-s"]).arg(&bin).status().expect("busybox runs");
    assert!(installed.success());
    let _ = symlink(&busybox, bin.join("busybox"));
    for client in clients {
        symlink(program(client), bin.join(client)).expect("busybox has no such tool");
    }
    operator.set("PATH", bin.display().to_string());
    operator
}

/// Kills everything within a step as soon as `waits` says that it waits for a lock, which is let go then.
fn killed(operator: &Operator, arguments: &str, what: &str, waits: impl FnMut() -> bool, let_go: impl FnOnce()) {
    let mut runner = operator.start(arguments);
    wait_until(what, waits);
    operator.kill_everything(&mut runner);
    let_go();
}

#[test]
fn a_bundle_for_sqlite_needs_busybox_and_sqlite3() {
    let mut operator = alone("examples/quickstart/quickstart.rbk", &["sqlite3"]);
    let database = operator.place().join("shop.db");
    sqlite(&database, &fs::read_to_string(corpus::root().join("examples/quickstart/shop.sql")).expect("the example is there"));
    operator.set("SHOP_DB", database.display().to_string());
    let before = canonical(&database);
    operator.succeeds("check");
    operator.succeeds("prepare --operator tester");
    let mut holder = Command::new("sqlite3").arg(&database).stdin(std::process::Stdio::piped()).spawn().expect("sqlite3 is installed");
    let mut words = holder.stdin.take().expect("it is piped");
    std::io::Write::write_all(&mut words, b"BEGIN EXCLUSIVE;\n").expect("sqlite3 reads");
    let begun = || operator.journal().lines().any(|line| line.contains("drop-fax-column") && line.contains("\tchild\t"));
    killed(&operator, "forward --operator tester", "the step has begun", begun, || {
        drop(words);
        holder.wait().expect("it ends");
    });
    operator.succeeds("resume --operator tester");
    assert!(!sqlite(&database, "SELECT * FROM customers").contains("+44"));
    operator.succeeds("run fax-is-back --operator tester --yes --accept-loss");
    assert_eq!(canonical(&database), before);
    assert!(operator.succeeds("report").contains("| drop-fax-column | undone |"));
}

#[test]
fn a_bundle_for_postgresql_needs_busybox_and_its_clients() {
    let server = Postgres::start();
    server.create("shop");
    server.sql(
        "shop",
        "CREATE TABLE orders (id int PRIMARY KEY, note text); INSERT INTO orders SELECT g, 'it''s ' || g FROM generate_series(1, 100) g",
    );
    let mut operator = alone("tests/fixtures/bundle/shop.rbk", &["psql", "pg_dump", "pg_restore"]);
    let settings = operator.place().join("settings");
    fs::write(&settings, "SHOW_BANNER=\"off\"\n").expect("the folder is writable");
    operator.set("DATABASE_URL", server.url("shop"));
    operator.set("SETTINGS", settings.display().to_string());
    let before = server.canonical("shop");
    operator.succeeds("check --param state=new");
    operator.succeeds("prepare --yes --param state=new");
    let holder = server.holds("shop", "SELECT count(*) FROM orders");
    killed(&operator, "forward --yes", "the change waits", || server.somebody_waits(), || drop(holder));
    assert_eq!(operator.run("resume --yes").status, 4, "it waits to be let go on");
    operator.succeeds("resume --yes --approve proceed=proceed");
    assert_eq!(server.sql("shop", "SELECT DISTINCT state FROM orders"), "new\n");
    operator.succeeds("run back --yes --accept-loss --choose way=whole-dump");
    let now = server.canonical("shop");
    assert!(now == before, "{}", difference(&before, &now));
    operator.succeeds("report");
}

#[test]
fn a_bundle_for_mariadb_needs_busybox_and_its_clients() {
    let server = MariaDb::start();
    server.create("shop");
    server.file("shop", &corpus::root().join("examples/order-currency/shop.sql"));
    let mut operator = alone("examples/order-currency/order-currency.rbk", &["mariadb", "mariadb-dump"]);
    let settings = operator.place().join("shop.env");
    fs::write(&settings, "MAINTENANCE=off\n").expect("the folder is writable");
    operator.set("SHOP_DATABASE_URL", server.url("mariadb", "rbk", "shop"));
    operator.set("SHOP_SETTINGS", settings.display().to_string());
    let before = server.canonical("shop");
    operator.succeeds("check");
    operator.succeeds("prepare --operator tester");
    let begun = || operator.journal().lines().any(|line| line.contains("\tunit\t"));
    killed(&operator, "forward open --operator tester", "the first statement has begun", begun, || {});
    wait_until("what was left is over", || operator.run("status").status == 0);
    operator.succeeds("resume --operator tester");
    operator.succeeds("run after-opening --operator tester --approve after-opening=after-opening --accept-loss");
    let now = server.canonical("shop");
    assert!(now == before, "{}", difference(&before, &now));
    operator.succeeds("report");
}
