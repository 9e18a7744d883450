//! # accept/no-reason
//!
//! An `accept` gives no reason.
//!
//! ## What it finds
//!
//! An empty `because`, or one of blanks and dots only.
//!
//! ## Why it matters in the incident
//!
//! The runbook prints the reason under *Accepted risks*. At three in the morning it is all that is left of the decision:
//! why the team thought that it could live with this, and whether that still holds.
//!
//! ## Caught
//!
//! ````rbk
//! plan rename-flag "Rename a feature flag" {
//!   rto 10m
//! }
//!
//! target app "Application" host { ssh $APP_HOST }
//!
//! phase switch "Switch" at T {
//!   change new-name "The flag has its new name" on app {
//!     do manual "Rename the flag"
//!     undo manual "Give the flag its old name"
//!     undo takes 20m
//!   }
//! }
//!
//! scenario back "Back to the old name" {
//!   accept time/rto-exceeded because ""
//!   applies from new-name
//!   undo new-name
//! }
//! ````
//!
//! ## Mended
//!
//! ````rbk
//! plan rename-flag "Rename a feature flag" {
//!   rto 10m
//! }
//!
//! target app "Application" host { ssh $APP_HOST }
//!
//! phase switch "Switch" at T {
//!   change new-name "The flag has its new name" on app {
//!     do manual "Rename the flag"
//!     undo manual "Give the flag its old name"
//!     undo takes 20m
//!   }
//! }
//!
//! scenario back "Back to the old name" {
//!   accept time/rto-exceeded because "the flag hides an unfinished page; nobody waits for it"
//!   applies from new-name
//!   undo new-name
//! }
//! ````

use crate::diagnostic::{Diagnostic, Severity};
use crate::plan::Accept;
use crate::rules::{Finder, Rule};

pub const RULE: Rule =
    Rule { name: "accept/no-reason", severity: Severity::Error, finder: Finder::Accept, text: include_str!("no_reason.rs") };

/// Returns the finding on an acceptance without a reason.
pub fn find(accept: &Accept) -> Option<Diagnostic> {
    if accept.because.chars().any(char::is_alphanumeric) {
        return None;
    }
    let rule = &accept.rule.value;
    let message = format!("`{rule}` is accepted without a reason: on the night nobody can tell whether it still holds");
    let finding = Diagnostic::error(RULE.name, accept.span, message, "no reason");
    Some(finding.help("say why the team can live with it"))
}
