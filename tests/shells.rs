//! The shell runtime and the backup methods in dash and in bash, on real clients: what every `cargo test` holds. dash runs every
//! script; all shells have a run of their own, `cargo test --test runtime`.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use crate::corpus;
use crate::operator::Shell;
use crate::scripts::{self, DATABASES, LONGEST, MARIADB, RUNNER, RUNNER_CORE};

const DASH: Shell = Shell("dash", &[]);
const BASH: Shell = Shell("bash", &[]);

#[test]
fn the_runner_holds_in_dash() {
    scripts::hold(DASH, RUNNER, None);
}

#[test]
fn the_runner_holds_in_bash() {
    scripts::hold(BASH, RUNNER_CORE, None);
}

#[test]
fn units_questions_and_backups_hold_on_real_databases_in_dash() {
    scripts::hold_on_databases(DASH, DATABASES);
}

#[test]
fn whole_backups_hold_on_real_databases_in_dash() {
    scripts::hold_on_databases(DASH, LONGEST);
}

#[test]
fn units_questions_and_backups_hold_on_real_databases_in_bash() {
    scripts::hold_on_databases(BASH, DATABASES);
}

#[test]
fn units_questions_and_backups_hold_on_mariadb_in_dash() {
    scripts::hold_on_mariadb(DASH, MARIADB);
}

#[test]
fn units_questions_and_backups_hold_on_mariadb_in_bash() {
    scripts::hold_on_mariadb(BASH, MARIADB);
}

#[test]
fn people_are_heard_at_a_terminal() {
    scripts::hold_at_a_terminal(DASH);
}

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

/// `tests/shells/bash.tsv` says what bash 3.2, the one of macOS, lacks. Of that no script has anything, and neither have the lists that
/// the examples' bundles are made of.
#[test]
fn nothing_needs_a_bash_that_is_newer_than_3_2() {
    let mut scripts = Vec::new();
    for folder in ["src/emit/bundle/runtime", "src/emit/bundle/methods"] {
        scripts_below(&corpus::root().join(folder), &mut scripts);
    }
    let mut texts: Vec<(String, String)> =
        scripts.iter().map(|script| (script.display().to_string(), fs::read_to_string(script).expect("scripts are text"))).collect();
    for plan in ["fixtures/bundle/shop.rbk", "fixtures/bundle/attempts.rbk"] {
        let text = fs::read_to_string(corpus::root().join("tests").join(plan)).expect("the fixture is there");
        let lists = crate::bundle::files(&text).into_iter().filter(|(path, _)| path.ends_with("steps.sh") || path.ends_with(".conf"));
        texts.extend(lists.map(|(path, bytes)| (format!("{plan}: {path}"), String::from_utf8(bytes).expect("it is text"))));
    }
    let finds = |pattern: &str, text: &str| {
        let mut grep =
            Command::new("grep").args(["-nE", "-e", pattern]).stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().expect("grep is there");
        std::io::Write::write_all(&mut grep.stdin.take().expect("it is piped"), text.as_bytes()).expect("grep reads");
        String::from_utf8(grep.wait_with_output().expect("it ends").stdout).expect("it is text")
    };
    // One text, in which a comment is an empty line, so that each pattern is looked for once.
    let mut all = String::new();
    for (name, text) in &texts {
        for (number, line) in text.lines().enumerate() {
            let line = if line.trim_start().starts_with('#') { "" } else { line };
            all.push_str(&format!("{line}\u{1}{name}:{}\n", number + 1));
        }
    }
    let list = fs::read_to_string(corpus::root().join("tests/shells/bash.tsv")).expect("the list is there");
    for entry in list.lines().filter(|line| !line.starts_with('#')) {
        let [since, pattern, example] = entry.splitn(3, '\t').collect::<Vec<_>>()[..] else { panic!("{entry}") };
        assert!(!finds(pattern, example).is_empty(), "{pattern} does not find {example}");
        // The end of a line is where its name begins.
        let found = finds(&pattern.replace("|$)", "|$|\u{1})"), &all);
        assert!(found.is_empty(), "since bash {since}:\n{found}");
    }
}

/// In mksh `printf` is a program, whose arguments everybody sees: the library's own writes the same, and hands no value over.
#[test]
fn printf_writes_the_same_in_every_shell_and_shows_nobody_what() {
    let folder = tempfile::tempdir().expect("a folder");
    let told = folder.path().join("told");
    let program = folder.path().join("printf");
    fs::write(&program, format!("#!/bin/sh\necho \"$*\" >>{}\nexec /usr/bin/printf \"$@\"\n", told.display())).expect("it is written");
    fs::set_permissions(&program, std::os::unix::fs::PermissionsExt::from_mode(0o755)).expect("it may be run");
    let path = format!("{}:{}", folder.path().display(), std::env::var("PATH").expect("there is one"));
    let written = [&["dash"] as &[&str], &["bash"], &["bash", "--posix"], &["busybox", "sh"], &["mksh"]].map(|shell| {
        let mut command = Command::new(shell[0]);
        command.args(&shell[1..]).arg(corpus::root().join("tests/shells/printf.sh")).env("LC_ALL", "C").env("PATH", &path);
        command.env("RBK_HOME", corpus::root().join("src/emit/bundle/runtime"));
        let output = command.stdin(Stdio::null()).output().expect("the shell is installed");
        assert!(output.status.success() && output.stderr.is_empty(), "{shell:?}: {output:?}");
        String::from_utf8(output.stdout).expect("it is text")
    });
    insta::assert_snapshot!(written[0]);
    for text in &written {
        assert_eq!(text, &written[0]);
    }
    let told = fs::read_to_string(&told).unwrap_or_default();
    assert!(!told.contains("secret"), "{told}");
}

#[test]
fn every_script_is_run_by_some_shell() {
    let words = ["lib", "plan", "engine", "engines", "picture", "stand-in", "mariadb"];
    for entry in fs::read_dir(corpus::root().join("tests/runtime")).expect("the folder is there") {
        let path = entry.expect("an entry").path();
        if path.extension().is_some_and(|extension| extension == "sh") {
            let name = path.file_stem().and_then(|name| name.to_str()).expect("scripts have plain names");
            let run = [RUNNER, DATABASES, LONGEST, MARIADB].concat();
            assert!(run.contains(&name) || words.contains(&name), "{name} is run by no test");
        }
    }
}
