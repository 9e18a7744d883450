//! # sh/unquoted
//!
//! Shell splits and matches a value that stands without quotes.
//!
//! ## What it finds
//!
//! A `$NAME` without double quotes among a command's words in `sh` or `bash`. `$?`, `$#`, `$$` and `$!` are numbers; what
//! stands behind `=` is not split.
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

use crate::analysis::shell::{self, commands};
use crate::diagnostic::{Diagnostic, Severity};
use crate::rules::{Context, Finder, Rule, words};

pub const RULE: Rule =
    Rule { name: "sh/unquoted", severity: Severity::Info, finder: Finder::Rule(check), text: include_str!("unquoted.rs") };

fn check(context: &Context<'_>, findings: &mut Vec<Diagnostic>) {
    for (_, code) in shell::all(context.plan) {
        let commands = commands(&code.text);
        let mut bare = Vec::new();
        for command in commands.iter().filter(|command| !matches!(command.program(), "for" | "case" | "[[" | "read" | "local" | "export")) {
            bare.extend(command.arguments().iter().filter(|word| word.bare).map(|word| (&word.range, word)));
        }
        // One script is one finding.
        let Some((range, _)) = bare.first() else { continue };
        let names: BTreeSet<&str> = bare.iter().flat_map(|(_, word)| &word.reads).map(|(name, _)| name.as_str()).collect();
        let place = code.place(&context.sources.file(code.span.file).text, range);
        let message = format!("{} without quotes: the shell splits the value at blanks and matches it with files", words::list(names));
        findings.push(Diagnostic::error(RULE.name, place, message, "split here").severity(RULE.severity).help("write \"$NAME\""));
    }
}
