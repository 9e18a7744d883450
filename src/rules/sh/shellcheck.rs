//! # sh/shellcheck
//!
//! ShellCheck says something about a script of the plan.
//!
//! ## What it finds
//!
//! With `rbk check --shellcheck`: what ShellCheck, where it is installed, says about each piece of `sh` and `bash`, at its place in the plan,
//! with its own code. It is told that a bundle runs scripts with `set -eu` (`-o pipefail` in `bash`). Left out are matters of style, files that
//! are sourced, and what rbk says itself: `sh/unquoted` (SC2086), `reference/undeclared-variable` (SC2154). A directive in the script
//! (`# shellcheck disable=SC2016`) holds. Without the option nobody is asked, and an `accept sh/shellcheck` waits.
//!
//! ## Why it matters in the incident
//!
//! The script is run for the first time on the night. A bracket that compares nothing, a loop that loses what it read, a word of `bash` in
//! `sh`: each is an outage that is a little longer, and none of them shows when the page is read.
//!
//! ## Caught
//!
//! ````rbk
//! plan clean-up "Clean up" {
//!   rto 1h
//! }
//!
//! target files "The files" host { dir "/srv/files" }
//!
//! phase migrate "Migrate" at T {
//!   change moved "Reports lie in the archive" on files {
//!     do ```sh
//!       for report in $(ls reports); do
//!         mv "reports/$report" archive/
//!       done
//!     ```
//!     undo manual "Move them back"
//!     undo takes 1m
//!   }
//! }
//!
//! scenario back "Back" {
//!   applies from moved
//!   undo moved
//! }
//! ````
//!
//! ## Mended
//!
//! ````rbk
//! plan clean-up "Clean up" {
//!   rto 1h
//! }
//!
//! target files "The files" host { dir "/srv/files" }
//!
//! phase migrate "Migrate" at T {
//!   change moved "Reports lie in the archive" on files {
//!     do ```sh
//!       for report in reports/*; do
//!         mv "$report" archive/
//!       done
//!     ```
//!     undo manual "Move them back"
//!     undo takes 1m
//!   }
//! }
//!
//! scenario back "Back" {
//!   applies from moved
//!   undo moved
//! }
//! ````

use crate::diagnostic::{Diagnostic, Severity};
use crate::rules::{Context, Finder, Rule};
use crate::source::Span;

pub const RULE: Rule =
    Rule { name: "sh/shellcheck", severity: Severity::Warning, finder: Finder::Rule(check), text: include_str!("shellcheck.rs") };

/// What ShellCheck says about a place.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Remark {
    pub span: Span,
    /// Its number, without `SC`.
    pub code: usize,
    pub severity: Severity,
    pub message: String,
}

fn check(context: &Context<'_>, findings: &mut Vec<Diagnostic>) {
    for remark in context.remarks.into_iter().flatten() {
        let message = remark.message.trim_end_matches('.');
        let finding = Diagnostic::error(RULE.name, remark.span, message, format!("SC{}", remark.code)).severity(remark.severity);
        findings.push(finding.help(format!("https://www.shellcheck.net/wiki/SC{}", remark.code)));
    }
}
