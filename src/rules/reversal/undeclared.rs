//! # reversal/undeclared
//!
//! A change has no undo and does not say that it is irreversible.
//!
//! ## What it finds
//!
//! A `change` with neither an `undo` nor the word `irreversible` before it. What it declares to destroy, or what its SQL or shell
//! plainly does, is named.
//!
//! ## Why it matters in the incident
//!
//! Every scenario that reaches this change stops at it, and the person on call has to invent the way back at the worst
//! moment. "There is no way back" is an answer as well, and a good one when it is known beforehand: it stands in the
//! runbook as the point of no return, and people decide before it instead of after it.
//!
//! ## Caught
//!
//! ````rbk
//! plan drop-legacy "Drop the legacy table" {
//!   rto 30m
//! }
//!
//! target db "Orders" postgres { url $DATABASE_URL }
//!
//! phase clean-up "Clean up" at T {
//!   change new-index "Orders are found by customer" on db {
//!     do ```sql
//!       CREATE INDEX orders_by_customer ON orders (customer_id);
//!     ```
//!     undo ```sql
//!       DROP INDEX orders_by_customer;
//!     ```
//!     undo takes 1m
//!   }
//!   change move-notes "Notes move to their own table" on db {
//!     do ```sql
//!       INSERT INTO notes SELECT id, note FROM orders;
//!     ```
//!   }
//! }
//!
//! scenario back "Back" {
//!   applies from new-index
//!   undo everything
//! }
//! ````
//!
//! ## Mended
//!
//! ````rbk
//! plan drop-legacy "Drop the legacy table" {
//!   rto 30m
//! }
//!
//! target db "Orders" postgres { url $DATABASE_URL }
//!
//! phase clean-up "Clean up" at T {
//!   change new-index "Orders are found by customer" on db {
//!     do ```sql
//!       CREATE INDEX orders_by_customer ON orders (customer_id);
//!     ```
//!     undo ```sql
//!       DROP INDEX orders_by_customer;
//!     ```
//!     undo takes 1m
//!   }
//!   change move-notes "Notes move to their own table" on db {
//!     do ```sql
//!       INSERT INTO notes SELECT id, note FROM orders;
//!     ```
//!     undo ```sql
//!       DELETE FROM notes;
//!     ```
//!     undo takes 1m
//!   }
//! }
//!
//! scenario back "Back" {
//!   applies from new-index
//!   undo everything
//! }
//! ````

use crate::analysis::harm;
use crate::diagnostic::{Diagnostic, Severity};
use crate::effect::sql::Dialect;
use crate::plan::action::Action;
use crate::plan::change::{Change, Undo};
use crate::rules::{Context, Finder, Rule, words};
use crate::source::Span;

pub const RULE: Rule =
    Rule { name: "reversal/undeclared", severity: Severity::Error, finder: Finder::Rule(check), text: include_str!("undeclared.rs") };

fn check(context: &Context<'_>, findings: &mut Vec<Diagnostic>) {
    for (_, change) in context.plan.changes.iter() {
        if change.irreversible.is_none() && matches!(change.undo, Undo::None) {
            findings.push(finding(context, change));
        }
    }
}

/// Returns what a change's code plainly destroys, with its places.
fn read(context: &Context<'_>, change: &Change) -> Vec<(String, Span)> {
    let Some(Action::Code(code)) = &change.forward else { return Vec::new() };
    let dialect = change.on.and_then(|on| Dialect::of(context.plan.targets[on.value].kind.value));
    let text = &context.sources.file(code.span.file).text;
    harm::all(code, dialect).into_iter().map(|plain| (plain.name, code.place(text, &plain.range))).collect()
}

fn finding(context: &Context<'_>, change: &Change) -> Diagnostic {
    let name = &change.header.name;
    let read = if change.effects.destroys.is_empty() { read(context, change) } else { Vec::new() };
    let declared = change.effects.destroys.iter().map(|object| object.value.as_str());
    let mut destroyed: Vec<&str> = declared.chain(read.iter().map(|(name, _)| name.as_str())).collect();
    destroyed.dedup();
    let message = match destroyed.as_slice() {
        [] => format!("nothing says how `{name}` is taken back: a rollback that reaches it stops there"),
        objects => format!("`{name}` destroys {}, and nothing says how that is taken back", words::list(objects.iter().copied())),
    };
    let mut finding = Diagnostic::error(RULE.name, change.header.span, message, "has no `undo`");
    for object in &change.effects.destroys {
        finding = finding.because(object.span, "destroyed here");
    }
    for (_, place) in &read {
        finding = finding.because(*place, "destroyed here");
    }
    let help = format!("write its `undo`, or `irreversible change {name}` with what helps then: `recover restore …`");
    finding.help(help)
}
