//! The shell runtime and the backup methods, in the shells of the promise and on real clients: each script of `tests/runtime/`
//! says what it expects and ends with status 0. `tests/runtime/README.md` says which trap is held where.
//!
//! dash runs everything. The scripts that are long and mostly the servers' work are left out elsewhere: see `in_shell!` below.
//!
//! A longer run of its own: `cargo test --test runtime`; `cargo test` alone leaves it out.

#![allow(clippy::disallowed_methods, reason = "tests touch the world")]
#![allow(dead_code, reason = "shared with the other tests, which use the rest")]

mod corpus;
mod operator;
mod servers;

use std::fs;
use std::os::unix::process::ExitStatusExt;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use operator::Shell;
use servers::Postgres;

/// Scripts about the runner alone.
const RUNNER: &[&str] = &[
    "flow",
    "refusals",
    "failures",
    "gates",
    "parallel",
    "interrupted",
    "between",
    "lock",
    "hostile",
    "hosts",
    "edits",
    "backups",
    "http",
];

/// Of these, what every shell has to hold.
const RUNNER_CORE: &[&str] = &["flow", "gates", "parallel", "interrupted", "between", "edits"];

/// Scripts that ask real databases.
const DATABASES: &[&str] = &["urls", "units-postgres", "units-sqlite", "questions", "sqlite", "table-copy", "databases"];

/// The longest of them: what PostgreSQL does outside a transaction, and whole backups.
const LONGEST: &[&str] = &["units-outside", "dumps", "dumps-owner"];

/// Of these, what every shell has to hold.
const DATABASES_CORE: &[&str] = &["urls", "units-postgres", "units-sqlite", "databases"];

/// Runs scripts in a shell, each in a folder of its own, and fails with the words of those that failed.
fn hold(shell: Shell, scripts: &[&str], server: Option<&Postgres>) {
    let called = [&[shell.0], shell.1].concat().join(" ");
    let failed: Vec<String> = scripts.iter().filter_map(|script| run(shell, &called, &format!("{script}.sh"), server).err()).collect();
    assert!(failed.is_empty(), "in {called}:\n{}", failed.join("\n"));
}

fn run(shell: Shell, called: &str, script: &str, server: Option<&Postgres>) -> Result<(), String> {
    let folder = tempfile::Builder::new().prefix("rbk-rt").tempdir_in("/tmp").expect("a temporary folder");
    let tests = corpus::root().join("tests/runtime");
    let mut command = match script.ends_with(".py") {
        true => Command::new("python3"),
        false => {
            let mut command = Command::new(shell.0);
            command.args(shell.1);
            command
        }
    };
    command
        .arg(tests.join(script))
        .current_dir(folder.path())
        .env_clear()
        .env("PATH", std::env::var_os("PATH").unwrap_or_default())
        .env("HOME", folder.path())
        .env("TZ", "UTC")
        .env("LC_ALL", "C")
        .env("RBK_TESTS", &tests)
        .env("RBK_SOURCE", corpus::root().join("src/emit/bundle"))
        .env("RBK_SHELL", called)
        .env("RBK_WORK", folder.path())
        .stdin(Stdio::null());
    if let Some(server) = server {
        command.env("RBK_PG", server.socket());
    }
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

/// Tests of one shell: what it runs without a server, on one, and at a terminal.
macro_rules! in_shell {
    ($module:ident: $shell:expr, $runner:expr, $databases:expr) => {
        mod $module {
            use super::*;

            #[test]
            fn the_runner_holds() {
                hold($shell, $runner, None);
            }

            #[test]
            fn units_questions_and_backups_hold_on_real_databases() {
                let server = Postgres::start();
                $databases.iter().for_each(|scripts| hold($shell, scripts, Some(&server)));
            }

            #[test]
            fn people_are_heard_at_a_terminal() {
                let called = [&[$shell.0], $shell.1].concat().join(" ");
                if let Err(words) = run($shell, &called, "terminal.py", None) {
                    panic!("in {called}:\n{words}");
                }
            }
        }
    };
}

in_shell!(dash: Shell("dash", &[]), RUNNER, [DATABASES, LONGEST]);
in_shell!(bash: Shell("bash", &[]), RUNNER, [DATABASES]);
in_shell!(busybox: Shell("busybox", &["ash"]), RUNNER, [DATABASES]);
in_shell!(bash_posix: Shell("bash", &["--posix"]), RUNNER_CORE, [DATABASES_CORE]);
in_shell!(mksh: Shell("mksh", &[]), RUNNER_CORE, [DATABASES_CORE]);

fn scripts_below(folder: &Path, found: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(folder).expect("the folder is there") {
        let path = entry.expect("an entry").path();
        if path.is_dir() {
            scripts_below(&path, found);
        } else if path.extension().is_some_and(|extension| extension == "sh") {
            found.push(path);
        }
    }
}

#[test]
fn every_script_is_silent_under_shellcheck() {
    let mut scripts = Vec::new();
    for folder in ["src/emit/bundle/runtime", "src/emit/bundle/methods", "tests/runtime"] {
        scripts_below(&corpus::root().join(folder), &mut scripts);
    }
    scripts.sort();
    assert!(scripts.len() > 80, "only {} scripts were found", scripts.len());
    let mut said = String::new();
    for script in &scripts {
        let text = fs::read_to_string(script).expect("scripts are text");
        assert!(!text.contains("shellcheck disable"), "{} silences shellcheck", script.display());
        let output =
            Command::new("shellcheck").args(["-s", "sh"]).arg(script).stdin(Stdio::null()).output().expect("shellcheck is installed");
        said.push_str(&String::from_utf8_lossy(&output.stdout));
        said.push_str(&String::from_utf8_lossy(&output.stderr));
        assert!(output.status.success() || !output.stdout.is_empty(), "{}: {}", script.display(), output.status);
    }
    assert!(said.is_empty(), "{said}");
}

#[test]
fn every_script_is_run_by_some_shell() {
    let words = ["lib", "plan", "engine", "engines", "picture", "stand-in"];
    for entry in fs::read_dir(corpus::root().join("tests/runtime")).expect("the folder is there") {
        let path = entry.expect("an entry").path();
        if path.extension().is_some_and(|extension| extension == "sh") {
            let name = path.file_stem().and_then(|name| name.to_str()).expect("scripts have plain names");
            let run = [RUNNER, DATABASES, LONGEST].concat();
            assert!(run.contains(&name) || words.contains(&name), "{name} is run by no test");
        }
    }
}
