//! # sh/unquoted
//!
//! Shell splits and matches a value that stands without quotes.
//!
//! ## What it finds
//!
//! A `$NAME` without double quotes among a command's words in `sh` or `bash`, and a `$(…)` that may print nothing, or several words.
//! `$?`, `$#`, `$$` and `$!` are numbers; what stands behind `=` is not split; what prints one word (`date`), or a list that is
//! meant to be one (`docker ps -q`), may stand without.
//!
//! ## Why it matters in the incident
//!
//! The path has a blank in it on this one machine, and `rm` gets two arguments. Or the variable is empty, and the option in
//! front of it swallows the next word.
//!
//! ## Caught
//!
//! ````rbk
//! plan new-orders "Load the new orders" {
//!   rto 1h
//!   retain 7d
//! }
//!
//! target db "Orders" postgres { url $DATABASE_URL }
//!
//! check site-answers "The site answers" {
//!   run ```sh
//!     curl -f $RBK_URL/health
//!   ```
//!   timeout 10s
//! }
//!
//! phase migrate "Migrate" at T {
//!   change add-note "Orders have a note" on db {
//!     do ```sql
//!       ALTER TABLE orders ADD COLUMN note text;
//!     ```
//!     undo ```sql
//!       ALTER TABLE orders DROP COLUMN note;
//!     ```
//!     undo takes 1m
//!   }
//! }
//!
//! scenario back "Back" {
//!   applies from add-note
//!   undo add-note
//!   verify site-answers
//! }
//! ````
//!
//! ## Mended
//!
//! ````rbk
//! plan new-orders "Load the new orders" {
//!   rto 1h
//!   retain 7d
//! }
//!
//! target db "Orders" postgres { url $DATABASE_URL }
//!
//! check site-answers "The site answers" {
//!   run ```sh
//!     curl -f "$RBK_URL/health"
//!   ```
//!   timeout 10s
//! }
//!
//! phase migrate "Migrate" at T {
//!   change add-note "Orders have a note" on db {
//!     do ```sql
//!       ALTER TABLE orders ADD COLUMN note text;
//!     ```
//!     undo ```sql
//!       ALTER TABLE orders DROP COLUMN note;
//!     ```
//!     undo takes 1m
//!   }
//! }
//!
//! scenario back "Back" {
//!   applies from add-note
//!   undo add-note
//!   verify site-answers
//! }
//! ````

use std::collections::BTreeSet;

use crate::analysis::shell;
use crate::diagnostic::{Diagnostic, Severity};
use crate::effect::sh::spelled::{Command, commands};
use crate::plan::action::Code;
use crate::rules::{Context, Finder, Rule, words};

pub const RULE: Rule =
    Rule { name: "sh/unquoted", severity: Severity::Info, finder: Finder::Rule(check), text: include_str!("unquoted.rs") };

fn check(context: &Context<'_>, findings: &mut Vec<Diagnostic>) {
    for (_, code) in shell::all(context.plan) {
        let commands = commands(code);
        let mut bare = Vec::new();
        for command in commands.iter().filter(|command| !matches!(command.program(), "for" | "case" | "[[" | "read" | "local" | "export")) {
            bare.extend(command.arguments().iter().filter(|word| word.bare).map(|word| (&word.range, word)));
        }
        // One script is one finding.
        let Some((range, _)) = bare.first() else {
            findings.extend(substituted(context, code, &commands));
            continue;
        };
        let names: BTreeSet<&str> = bare.iter().flat_map(|(_, word)| &word.reads).map(|(name, _)| name.as_str()).collect();
        let place = code.place(&context.sources.file(code.span.file).text, range);
        let message = format!("{} without quotes: the shell splits the value at blanks and matches it with files", words::list(names));
        findings.push(Diagnostic::error(RULE.name, place, message, "split here").severity(RULE.severity).help("write \"$NAME\""));
    }
}

/// Programs whose output is one word, and those that print the lists which people mean to be split.
const WORDS: [&str; 26] = [
    "date", "id", "hostname", "nproc", "pwd", "mktemp", "wc", "whoami", "uname", "basename", "stat", "docker", "podman", "kubectl", "oc",
    "find", "ls", "ps", "pgrep", "pidof", "cat", "seq", "jobs", "lsof", "echo", "printf",
];

/// Finds a substitution without quotes: when it prints nothing, the command runs without that word.
fn substituted(context: &Context<'_>, code: &Code, commands: &[Command]) -> Option<Diagnostic> {
    let (command, word) = commands.iter().find_map(|command| {
        let skipped = matches!(command.program(), "for" | "case" | "[[" | "read" | "local" | "export" | "echo" | "printf");
        let word = command.arguments().iter().skip(1).filter(|_| !skipped && !command.inner).find(|word| word.splits)?;
        let inner = word.text.split_once("$(")?.1.split_whitespace().next()?;
        let alone = word.text.starts_with("$(") && word.text.ends_with(')') && !inner.contains(['$', '(', ')']);
        (alone && !WORDS.contains(&inner)).then_some((command, word))
    })?;
    let place = code.place(&context.sources.file(code.span.file).text, &word.range);
    let text: String = word.text.chars().take(40).collect();
    let cut = if text.len() < word.text.len() { "…" } else { "" };
    let message = format!("`{text}{cut}` without quotes: when it prints nothing, `{}` runs without that word", command.program());
    Some(Diagnostic::error(RULE.name, place, message, "split here").severity(RULE.severity).help("write \"$(…)\""))
}
