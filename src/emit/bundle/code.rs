//! Files of code: the author's text as written, under a few lines that say what it is and how to run it by hand.

use crate::emit::quote;
use crate::plan::action::{Code, Language};
use crate::plan::target::TargetKind;

/// What stands above the code, a line each; empty ones are left out.
pub(super) struct Heading {
    pub(super) lines: Vec<String>,
}

impl Heading {
    /// Returns a heading of these lines.
    pub(super) fn new(lines: impl IntoIterator<Item = String>) -> Heading {
        Heading { lines: lines.into_iter().map(|line| quote::comment(&line)).filter(|line| !line.is_empty()).collect() }
    }

    fn comments(&self, sign: &str) -> String {
        self.lines.iter().map(|line| format!("{sign} {line}\n")).collect()
    }
}

/// Returns `sh` or `bash`.
pub(super) fn shell(code: &Code) -> &'static str {
    match code.language {
        Language::Bash => "bash",
        _ => "sh",
    }
}

/// Returns a shell script: its interpreter, the heading, the author's text. A `#!` line of the author's stays the first.
pub(super) fn script(heading: &Heading, code: &Code) -> String {
    let (first, rest) = match code.text.split_once('\n') {
        Some((first, rest)) if first.starts_with("#!") => (first, rest),
        _ if code.language == Language::Bash => ("#!/usr/bin/env bash", code.text.as_str()),
        _ => ("#!/bin/sh", code.text.as_str()),
    };
    format!("{first}\n{}\n{}", heading.comments("#"), ended(rest))
}

/// Returns a file of SQL: the heading, the author's text.
pub(super) fn sql(heading: &Heading, text: &str) -> String {
    format!("{}\n{}", heading.comments("--"), ended(text))
}

/// Returns a page for a person: the first line of the heading as its title, the others below it, then the instructions.
pub(super) fn page(heading: &Heading, instructions: Option<&str>) -> String {
    let mut parts = Vec::new();
    if let Some((title, rest)) = heading.lines.split_first() {
        parts.push(format!("# {title}\n"));
        if !rest.is_empty() {
            parts.push(rest.join("\n") + "\n");
        }
    }
    if let Some(text) = instructions.filter(|text| !text.trim().is_empty()) {
        parts.push(ended(text));
    }
    parts.join("\n")
}

/// Returns what a person types in the bundle's directory to run the file without `./rollback`.
pub(super) fn by_hand_sql(kind: Option<TargetKind>, path: &str, transaction: bool) -> String {
    match kind {
        Some(TargetKind::Postgres) if transaction => format!("psql -X -v ON_ERROR_STOP=1 -1 -f {path}"),
        Some(TargetKind::Postgres) => format!("psql -X -v ON_ERROR_STOP=1 -f {path}"),
        Some(TargetKind::Sqlite) if transaction => {
            format!("{{ echo 'BEGIN IMMEDIATE;'; cat {path}; echo 'COMMIT;'; }} | sqlite3 -bail DATABASE")
        }
        Some(TargetKind::Sqlite) => format!("sqlite3 -bail DATABASE <{path}"),
        _ => String::new(),
    }
}

/// Returns the text with a line break at its end, unless it is empty.
pub(super) fn ended(text: &str) -> String {
    if text.is_empty() || text.ends_with('\n') { text.to_owned() } else { format!("{text}\n") }
}
