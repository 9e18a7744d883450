//! # accept/unused
//!
//! An `accept` silences nothing where it stands.
//!
//! ## What it finds
//!
//! An `accept` whose rule finds nothing in the declaration that holds it: the plan was mended since, or the `accept`
//! stands in another declaration than the finding. The finding's first place must lie in the declaration.
//!
//! ## Why it matters in the incident
//!
//! The runbook lists it under *Accepted risks*. Whoever is on call reads about a risk that the plan does not have, and
//! the next one that it does have is silenced without anybody looking at it.
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
//!     undo takes 2m
//!     accept reversal/undeclared because "there was no undo in the first draft"
//!   }
//! }
//!
//! scenario back "Back to the old name" {
//!   applies from new-name
//!   undo new-name
//! }
//! ````
//!
//! ## Mended
//!
//! The line is taken out.
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
//!     undo takes 2m
//!   }
//! }
//!
//! scenario back "Back to the old name" {
//!   applies from new-name
//!   undo new-name
//! }
//! ````

use crate::diagnostic::{Diagnostic, Severity};
use crate::plan::Accept;
use crate::rules::{Finder, Rule};

pub const RULE: Rule = Rule { name: "accept/unused", severity: Severity::Warning, finder: Finder::Accept, text: include_str!("unused.rs") };

/// Returns the finding on an acceptance that silenced nothing.
pub fn find(accept: &Accept, used: bool) -> Option<Diagnostic> {
    let rule = &accept.rule.value;
    let message = format!("`accept {rule}` silences nothing: the runbook would list a risk that the plan does not have");
    let finding = Diagnostic::error(RULE.name, accept.span, message, format!("`{rule}` finds nothing here"));
    let help = "take it out, or put it into the declaration that the finding's first place lies in";
    (!used).then(|| finding.severity(RULE.severity).help(help))
}
