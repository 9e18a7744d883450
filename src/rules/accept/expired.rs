//! # accept/expired
//!
//! An `accept` has passed its date and silences nothing any more.
//!
//! ## What it finds
//!
//! An `accept … until DATE` whose date lies before today. What it silenced is reported again beside it. On its last day
//! it still holds. `rbk check --today 2026-03-07` asks as of another day.
//!
//! ## Why it matters in the incident
//!
//! The team agreed to live with the risk up to a day, and the day is gone. Whoever trusts the runbook's *Accepted risks*
//! trusts a decision that nobody has renewed.
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
//! role support "Support, on call" {
//!   contact $SUPPORT_PHONE
//!   accept reference/unused because "their steps come with the next release" until 2024-06-30
//! }
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
//!
//! ## Mended
//!
//! Looked at again, with a new date. Mending what it is about is better.
//!
//! ````rbk
//! plan rename-flag "Rename a feature flag" {
//!   rto 10m
//! }
//!
//! target app "Application" host { ssh $APP_HOST }
//!
//! role support "Support, on call" {
//!   contact $SUPPORT_PHONE
//!   accept reference/unused because "their steps come with the next release" until 2999-12-31
//! }
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
use crate::plan::value::Date;
use crate::rules::{Finder, Rule, words};

pub const RULE: Rule =
    Rule { name: "accept/expired", severity: Severity::Warning, finder: Finder::Accept, text: include_str!("expired.rs") };

/// Returns the finding on an acceptance whose date lies before `today`.
pub fn find(accept: &Accept, today: Date) -> Option<Diagnostic> {
    let until = accept.until.filter(|until| until.value < today)?;
    let rule = &accept.rule.value;
    let date = words::date(until.value);
    let message = format!("`{rule}` was accepted until {date} only: nobody has agreed to live with it since");
    let finding = Diagnostic::error(RULE.name, until.span, message, format!("today is {}", words::date(today)));
    Some(finding.severity(RULE.severity).help("mend what it is about, or look at it again and write a new date"))
}
