//! # reversal/hollow-undo
//!
//! An undo is there and does nothing.
//!
//! ## What it finds
//!
//! An `undo` whose code is empty, holds only comments, only reads or prints, rolls back a transaction that has long been
//! committed, or does once more what the change did; and a flag or a release that is set to what the change set it to.
//! Code that rbk can't read it takes to do something.
//!
//! ## Why it matters in the incident
//!
//! The rollback runs, every step is green, the report says that the change was undone, and it was not. The team looks
//! for the fault elsewhere. A hollow undo is worse than none: with none, rbk says so.
//!
//! ## Caught
//!
//! ````rbk
//! plan add-column "Add a column" {
//!   rto 10m
//! }
//!
//! target db "Orders" postgres { url $DATABASE_URL }
//!
//! phase migrate "Migrate" at T {
//!   change add-note "Orders have a note" on db {
//!     do ```sql
//!       ALTER TABLE orders ADD COLUMN note text;
//!     ```
//!     undo ```sql
//!       -- ALTER TABLE orders DROP COLUMN note;
//!     ```
//!     undo takes 1m
//!   }
//! }
//!
//! scenario back "Back" {
//!   applies from add-note
//!   undo add-note
//! }
//! ````
//!
//! ## Mended
//!
//! ````rbk
//! plan add-column "Add a column" {
//!   rto 10m
//! }
//!
//! target db "Orders" postgres { url $DATABASE_URL }
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
//! }
//! ````

use crate::analysis::inert::inert;
use crate::diagnostic::{Diagnostic, Severity};
use crate::plan::action::Action;
use crate::plan::change::{Change, Undo};
use crate::rules::{Context, Finder, Rule};

pub const RULE: Rule =
    Rule { name: "reversal/hollow-undo", severity: Severity::Error, finder: Finder::Rule(check), text: include_str!("hollow_undo.rs") };

/// An undo that does what the change did.
const SAME: &str = "does once more what the change did";

fn check(context: &Context<'_>, findings: &mut Vec<Diagnostic>) {
    for (_, change) in context.plan.changes.iter() {
        if let Undo::Action(undo) = &change.undo
            && let Some(why) = hollow(change, undo)
        {
            findings.push(finding(change, undo, why));
        }
    }
}

/// Returns why an undo does nothing, in words that follow "it".
fn hollow(change: &Change, undo: &Action) -> Option<&'static str> {
    match (undo, change.forward.as_ref()) {
        (Action::Code(undo), Some(Action::Code(forward))) if undo.text.trim() == forward.text.trim() => inert(undo).or(Some(SAME)),
        (Action::Code(undo), _) => inert(undo),
        (Action::Manual(undo), _) if undo.text.trim().is_empty() => Some("is empty"),
        (Action::Manual(undo), Some(Action::Manual(forward))) if undo.text.trim() == forward.text.trim() => Some(SAME),
        (Action::Set { flag, value, .. }, Some(Action::Set { flag: other, value: same, .. })) if flag == other && value == same => {
            Some("sets the flag to what the change set it to")
        }
        (Action::Deploy { release, .. }, Some(Action::Deploy { release: same, .. })) if release == same => {
            Some("deploys the release that the change deployed")
        }
        (Action::Edit { path, content, .. }, Some(Action::Edit { path: other, content: same, .. }))
            if path == other && content.text == same.text =>
        {
            Some("writes what the change wrote")
        }
        _ => None,
    }
}

fn finding(change: &Change, undo: &Action, why: &str) -> Diagnostic {
    let name = &change.header.name;
    let message = format!("the undo of `{name}` {why}: the rollback would report success and leave `{name}` in place");
    let mut finding = Diagnostic::error(RULE.name, undo.span(), message, why);
    if let Some(forward) = &change.forward {
        finding = finding.because(forward.span(), "what it would have to take back");
    }
    finding.help(format!("write what takes it back; when nothing does, `irreversible change {name}` is the honest answer"))
}
