//! The scripts of `tests/runtime/`: which there are, and how one is run in a shell. Each says what it expects and ends with status 0.
//! `tests/runtime/README.md` says which trap is held where. Shared by `shells.rs`, part of every `cargo test`, and `runtime.rs`,
//! which runs them in all shells.

use std::fs;
use std::os::unix::process::ExitStatusExt;
use std::process::{Command, Stdio};

use crate::corpus;
use crate::operator::Shell;
use crate::servers::{self, MariaDb, Postgres};

/// Scripts about the runner alone.
pub const RUNNER: &[&str] = &[
    "flow",
    "refusals",
    "failures",
    "gates",
    "parallel",
    "interrupted",
    "between",
    "lock",
    "signed",
    "hostile",
    "hosts",
    "edits",
    "backups",
    "http",
];

/// Of these, what every shell has to hold.
pub const RUNNER_CORE: &[&str] = &["flow", "gates", "parallel", "interrupted", "between", "edits"];

/// Scripts that ask real databases.
pub const DATABASES: &[&str] = &["urls", "units-postgres", "units-sqlite", "questions", "sqlite", "table-copy", "databases", "claims"];

/// Scripts that ask MariaDB.
pub const MARIADB: &[&str] = &["units-mysql", "table-copy-mysql", "dumps-mysql", "claims"];

/// The longest of them: whole backups, and what PostgreSQL does outside a transaction.
pub const LONGEST: &[&str] = &["units-outside", "dumps", "dumps-owner"];

/// Runs scripts in a shell, each in a folder of its own, and fails with the words of those that failed.
pub fn hold(shell: Shell, scripts: &[&str], server: Option<&Server>) {
    let called = shell.called();
    let failed: Vec<String> = scripts.iter().filter_map(|script| run(shell, &called, &format!("{script}.sh"), server).err()).collect();
    assert!(failed.is_empty(), "in {called}:\n{}", failed.join("\n"));
}

fn run(shell: Shell, called: &str, script: &str, server: Option<&Server>) -> Result<(), String> {
    let folder = tempfile::Builder::new().prefix("rbk-rt").tempdir_in("/tmp").expect("a temporary folder");
    let tests = corpus::root().join("tests/runtime");
    let interpreter: Vec<&str> = if script.ends_with(".py") { vec!["python3"] } else { [&[shell.0], shell.1].concat() };
    // What called the tests may ignore signals, as `nohup` does, and a shell can't trap what it was born to ignore. Nothing may
    // hang: what waits in vain is ended and fails.
    let mut command = Command::new("env");
    command
        .args(["--default-signal=HUP,INT,QUIT,TERM,PIPE", "timeout", "--kill-after=10", "600"])
        .args(interpreter)
        .arg(tests.join(script))
        .current_dir(folder.path())
        .env_clear()
        .env("PATH", servers::path())
        .env("HOME", folder.path())
        .env("TZ", "UTC")
        .env("LC_ALL", "C")
        .env("RBK_TESTS", &tests)
        .env("RBK_SOURCE", corpus::root().join("src/emit/bundle"))
        .env("RBK_SHELL", called)
        .env("RBK_WORK", folder.path())
        .stdin(Stdio::null());
    match server {
        Some(Server::Postgres(server)) => command.env("RBK_PG", server.socket()),
        Some(Server::MariaDb(server)) => command.env("RBK_MARIADB", server.socket()),
        None => &mut command,
    };
    // A process that a script leaves behind would hold a pipe open: its words go to a file.
    let log = folder.path().join("words");
    let words = fs::File::create(&log).expect("the folder is writable");
    let errors = words.try_clone().expect("a handle can be cloned");
    let status = command.stdout(words).stderr(errors).status().unwrap_or_else(|error| panic!("{}: {error}", shell.0));
    if status.success() {
        return Ok(());
    }
    let words = fs::read(&log).expect("it was written");
    let how = status.code().or(status.signal()).unwrap_or(-1);
    Err(format!("{script} ended with {how}\n{}", String::from_utf8_lossy(&words)))
}

/// The server that a script may ask.
pub enum Server {
    Postgres(Postgres),
    MariaDb(MariaDb),
}

/// Runs what asks databases, on a server of its own.
pub fn hold_on_databases(shell: Shell, scripts: &[&str]) {
    hold(shell, scripts, Some(&Server::Postgres(Postgres::start())));
}

/// Runs what asks MariaDB, on a server of its own.
pub fn hold_on_mariadb(shell: Shell, scripts: &[&str]) {
    hold(shell, scripts, Some(&Server::MariaDb(MariaDb::start())));
}

/// Runs the dialogues of people at a terminal.
pub fn hold_at_a_terminal(shell: Shell) {
    if let Err(words) = run(shell, &shell.called(), "terminal.py", None) {
        panic!("in {}:\n{words}", shell.called());
    }
}
