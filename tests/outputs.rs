//! The bytes of every output of every example, as snapshots; and that they are the same at any place and time.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::Path;
use std::process::Command;

use crate::corpus;

/// The plans that a newcomer copies from, by name; libraries are built with the plans that use them.
fn examples() -> Vec<(String, String)> {
    let below = |(path, _): &(String, String)| path.starts_with("examples/");
    let whole = |text: &str| text.lines().any(|line| line.starts_with("plan "));
    let plans = corpus::plans().into_iter().filter(below).filter(|(_, text)| whole(text));
    let examples: Vec<(String, String)> =
        plans.map(|(path, _)| (Path::new(&path).file_stem().expect("it has a name").to_string_lossy().into_owned(), path)).collect();
    assert!(examples.len() > 1, "the examples are gone");
    examples
}

fn rbk(arguments: &[&str]) -> Vec<u8> {
    let output = Command::new(env!("CARGO_BIN_EXE_rbk"))
        .args(arguments)
        .current_dir(corpus::root())
        .env("TZ", "Asia/Tokyo")
        .output()
        .expect("rbk runs");
    assert!(output.status.success(), "rbk {arguments:?}: {}", String::from_utf8_lossy(&output.stderr));
    output.stdout
}

/// Each file below a folder: its path, whether it is executable, its bytes.
fn files(folder: &Path) -> BTreeMap<String, (bool, Vec<u8>)> {
    let mut found = BTreeMap::new();
    let mut open = vec![folder.to_owned()];
    while let Some(place) = open.pop() {
        for entry in fs::read_dir(&place).expect("it is readable") {
            let path = entry.expect("an entry").path();
            if path.is_dir() {
                open.push(path);
                continue;
            }
            let name = path.strip_prefix(folder).expect("it lies below").display().to_string();
            let executable = fs::metadata(&path).expect("it is there").permissions().mode() & 0o111 != 0;
            found.insert(name, (executable, fs::read(&path).expect("it is readable")));
        }
    }
    found
}

fn built(plan: &str) -> BTreeMap<String, (bool, Vec<u8>)> {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let place = folder.path().join("bundle");
    rbk(&["build", plan, "-o", place.to_str().expect("temporary folders have plain names")]);
    files(&place)
}

#[test]
fn a_plan_gives_the_same_bytes_in_any_directory_at_any_time() {
    for (_, plan) in examples() {
        assert!(built(&plan) == built(&plan), "{plan}");
    }
}

#[test]
fn outputs_of_the_examples() {
    let runtime = corpus::root().join("src/emit/bundle");
    for (name, plan) in examples() {
        let mut text = String::new();
        for (path, (executable, bytes)) in built(&plan) {
            let source = match path.as_str() {
                "rollback" => Some(runtime.join("runtime/rollback.sh")),
                _ if path.starts_with("lib/") => Some(runtime.join("runtime").join(&path)),
                _ => None,
            };
            let mode = if executable { " (executable)" } else { "" };
            if let Some(source) = source {
                assert!(fs::read(&source).expect("the runtime is there") == bytes, "{path}");
                continue;
            }
            // The sums of the runtime change with it, and are checked by whoever runs the bundle.
            let content = String::from_utf8(bytes).expect("bundles are text");
            let content = if path == "SHA256SUMS" {
                content
                    .lines()
                    .filter(|line| !line.contains("  lib/") && !line.ends_with("  rollback"))
                    .fold(String::new(), |all, line| all + line + "\n")
            } else {
                content
            };
            let _ = writeln!(text, "════ {path}{mode}\n{content}");
        }
        for format in ["mermaid", "dot", "json"] {
            let _ = writeln!(
                text,
                "════ rbk graph --format {format}\n{}",
                String::from_utf8_lossy(&rbk(&["graph", &plan, "--format", format]))
            );
        }
        insta::assert_snapshot!(format!("outputs_{name}"), text);
    }
}

#[test]
fn examples_check_without_findings_and_are_formatted() {
    for (_, plan) in examples() {
        let findings = rbk(&["check", "--format", "concise", "--fail-on", "info", &plan]);
        assert!(findings.is_empty(), "{}", String::from_utf8_lossy(&findings));
    }
    let plans: Vec<String> = corpus::plans().into_iter().map(|(name, _)| name).collect();
    let arguments: Vec<&str> = ["fmt", "--check"].into_iter().chain(plans.iter().map(String::as_str)).collect();
    rbk(&arguments);
}
