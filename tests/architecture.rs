//! The house's own laws: which room may know which, what stays inside one, and how a file looks.

use std::fs;
use std::path::{Path, PathBuf};

use crate::corpus;

/// The rooms, in reading order: each may use those above it.
const ROOMS: [&str; 16] = [
    "source",
    "diagnostic",
    "syntax",
    "plan",
    "effect",
    "repository",
    "graph",
    "analysis",
    "profile",
    "rules",
    "diff",
    "fmt",
    "emit",
    "report",
    "config",
    "cli",
];

/// Rooms that stand side by side and do not know each other.
const SIBLINGS: [&str; 4] = ["rules", "fmt", "emit", "report"];

/// Crates, and the only room that may name them.
const KEPT: [(&str, &str); 9] = [
    ("notify", "cli"),
    ("toml", "config"),
    ("pest", "syntax"),
    ("miette", "report"),
    ("clap", "cli"),
    ("petgraph", "graph"),
    ("anstream", "cli"),
    ("shuck_parser", "effect"),
    ("shuck_ast", "effect"),
];

fn sources() -> Vec<(String, String, String)> {
    let root = corpus::root().join("src");
    let mut files = Vec::new();
    collect(&root, &mut files);
    files.sort();
    files
        .into_iter()
        .map(|path| {
            let name = path.strip_prefix(&root).expect("it lies below").display().to_string();
            let room = name.split(['/', '.']).next().expect("a name has a first part").to_owned();
            (name, room, fs::read_to_string(&path).expect("sources are text"))
        })
        .collect()
}

fn collect(folder: &Path, files: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(folder).expect("the folder is there") {
        let path = entry.expect("an entry").path();
        if path.is_dir() {
            collect(&path, files);
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            files.push(path);
        }
    }
}

/// Rooms that a text names as `crate::room`.
fn used(text: &str) -> Vec<&str> {
    text.match_indices("crate::").filter_map(|(at, _)| text[at + 7..].split(|c: char| !c.is_ascii_lowercase() && c != '_').next()).collect()
}

fn is_test(name: &str) -> bool {
    name.ends_with("/tests.rs") || name.contains("/tests/")
}

#[test]
fn rooms_use_only_those_above_them() {
    for (name, room, text) in sources() {
        let Some(own) = ROOMS.iter().position(|known| *known == room) else {
            assert!(["lib", "main"].contains(&room.as_str()), "{name} is in no room of ARCHITECTURE.md");
            continue;
        };
        if is_test(&name) {
            continue;
        }
        let code = text.split("#[cfg(test)]").next().unwrap_or_default();
        for other in used(code) {
            let Some(used) = ROOMS.iter().position(|known| *known == other) else { continue };
            assert!(used <= own, "{name} uses {other}, which comes after it");
            assert!(used == own || !SIBLINGS.contains(&other) || !SIBLINGS.contains(&room.as_str()), "{name} uses its sibling {other}");
        }
    }
}

#[test]
fn crates_stay_in_their_rooms() {
    for (name, room, text) in sources() {
        for (kept, home) in KEPT {
            let names = text.lines().filter(|line| !line.trim_start().starts_with("//")).any(|line| line.contains(&format!("{kept}::")));
            assert!(!names || room == home, "{name} names {kept}, which stays in {home}");
        }
    }
}

#[test]
fn files_open_with_what_they_own_and_leave_nothing_undone() {
    let words = ["TO".to_owned() + "DO", "FIX".to_owned() + "ME", "XX".to_owned() + "X:", "STU".to_owned() + "B"];
    for (name, _, text) in sources() {
        assert!(text.starts_with("//! "), "{name} does not say what it owns");
        for word in &words {
            assert!(!text.contains(word.as_str()), "{name} holds {word}");
        }
        let lines = text.lines().count();
        assert!(lines <= 700, "{name} has {lines} lines: it has become several ideas");
    }
    let main = fs::read_to_string(corpus::root().join("src/main.rs")).expect("it is there");
    assert!(main.lines().count() < 25);
}
