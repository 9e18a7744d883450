//! Files of code: the author's text as written, under a few lines that say what it is and how to run it by hand.

use crate::emit::quote;
use crate::plan::action::{Code, Language};
use crate::plan::target::{Target, TargetKind};
use crate::plan::value::Place;

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

/// Returns what a person types in the bundle's directory to run the file on its database without `./rollback`.
pub(super) fn by_hand_sql(target: &Target, path: &str, transaction: bool) -> String {
    let kind = target.kind.value;
    let place = if kind == TargetKind::Sqlite { &target.file } else { &target.url };
    let database = place.as_ref().map_or_else(|| "DATABASE".to_owned(), |place| typed(&place.value));
    match kind {
        TargetKind::Postgres => {
            format!("psql -X -v ON_ERROR_STOP=1 {}-d {database} -f {path}", if transaction { "-1 " } else { "" })
        }
        TargetKind::Sqlite if transaction => {
            format!("{{ echo 'BEGIN IMMEDIATE;'; cat {path}; echo 'COMMIT;'; }} | sqlite3 -bail {database}")
        }
        TargetKind::Sqlite => format!("sqlite3 -bail {database} <{path}"),
        TargetKind::Mysql | TargetKind::Mariadb if transaction => {
            format!("{{ echo 'START TRANSACTION;'; cat {path}; echo 'COMMIT;'; }} | {} --binary-mode --comments DATABASE", kind.word())
        }
        TargetKind::Mysql | TargetKind::Mariadb => format!("{} --binary-mode --comments DATABASE <{path}", kind.word()),
        _ => String::new(),
    }
}

/// Returns what a person does to run a script without `./rollback`: on which host, in which directory.
pub(super) fn by_hand_shell(code: &Code, via: Option<&Target>, dir: Option<&Place>, path: &str) -> String {
    let shell = match code.language {
        Language::Bash => "bash -eu -o pipefail",
        _ => "sh -eu",
    };
    let hosts: Vec<String> = via.iter().flat_map(|via| &via.ssh).map(|host| typed(&host.value)).collect();
    let dir = dir.or_else(|| via.and_then(|via| via.dir.as_ref()).map(|dir| &dir.value)).map(typed);
    match (hosts.as_slice(), dir) {
        ([], None) => format!("By hand: {shell} {path}"),
        ([], Some(dir)) => format!("By hand: (bundle=$PWD; cd {dir} && {shell} \"$bundle\"/{path})"),
        (hosts, None) => format!("By hand: copy it to {} and run it there: {shell} FILE", hosts.join(", ")),
        (hosts, Some(dir)) => format!("By hand: copy it to {} and run it there: cd {dir} && {shell} FILE", hosts.join(", ")),
    }
}

/// Returns a place as it is typed in a shell.
fn typed(place: &Place) -> String {
    match place {
        Place::Variable(name) => format!("\"${name}\""),
        Place::Literal(text) => quote::word(text).unwrap_or_default(),
    }
}

/// Returns the text with a line break at its end, unless it is empty.
pub(super) fn ended(text: &str) -> String {
    if text.is_empty() || text.ends_with('\n') { text.to_owned() } else { format!("{text}\n") }
}
