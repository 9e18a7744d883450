//! # accept/unknown-rule
//!
//! An `accept` names no rule that can be accepted.
//!
//! ## What it finds
//!
//! A name that is no rule, with the nearest one suggested; or the name of an error about what the plan *says*, such as
//! `syntax/unexpected` or `order/cycle`, which nobody can agree to live with because nothing can be built from it.
//!
//! ## Why it matters in the incident
//!
//! Somebody looked at a finding and meant to take responsibility for it. With the name misspelt, nothing records that.
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
//!   }
//! }
//!
//! scenario back "Back to the old name" {
//!   accept time/rto-exceded because "the console is slow until it moves"
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
//!   accept time/rto-exceeded because "the console is slow until it moves"
//!   applies from new-name
//!   undo new-name
//! }
//! ````

use crate::diagnostic::{Diagnostic, Severity, nearest};
use crate::plan::Accept;
use crate::rules::{Finder, REGISTRY, Rule};

pub const RULE: Rule =
    Rule { name: "accept/unknown-rule", severity: Severity::Error, finder: Finder::Accept, text: include_str!("unknown_rule.rs") };

/// Returns the finding on an acceptance of something that is no rule, or none that can be accepted.
pub fn find(accept: &Accept) -> Option<Diagnostic> {
    let name = accept.rule.value.as_str();
    let known = REGISTRY.iter().find(|rule| rule.name == name);
    if known.is_some_and(Rule::is_acceptable) {
        return None;
    }
    if known.is_some() {
        let message = format!("`{name}` can't be accepted: it is about what the plan says, not about a risk in it");
        let finding = Diagnostic::error(RULE.name, accept.rule.span, message, "not a risk");
        return Some(finding.help(format!("mend it instead; `rbk explain {name}` says how")));
    }
    let message = format!("no rule is called `{name}`: this records no decision");
    let finding = Diagnostic::error(RULE.name, accept.rule.span, message, "no such rule");
    let acceptable = REGISTRY.iter().filter(|rule| rule.is_acceptable()).map(|rule| rule.name);
    Some(match nearest(name, acceptable) {
        Some(near) => finding.help(format!("did you mean `{near}`?")),
        None => finding.help("`rbk rules` lists them all"),
    })
}
