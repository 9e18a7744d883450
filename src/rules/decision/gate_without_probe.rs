//! # decision/gate-without-probe
//!
//! A condition has neither somebody who answers for it nor a check that asks.
//!
//! ## What it finds
//!
//! An `item` of a `checklist` that stands before or during something, with neither `check` nor `by`.
//!
//! ## Why it matters in the incident
//!
//! The box is ticked, as all boxes are. Nobody had looked, as nobody was asked to.
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
//! check orders-answer "Orders can be read" on db {
//!   query ```sql
//!     SELECT count(*) FROM orders
//!   ```
//!   expect > 0
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
//!   verify orders-answer
//! }
//!
//! checklist ready "Before we start" before migrate {
//!   item "The old system is still accessible"
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
//! check orders-answer "Orders can be read" on db {
//!   query ```sql
//!     SELECT count(*) FROM orders
//!   ```
//!   expect > 0
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
//!   verify orders-answer
//! }
//!
//! checklist ready "Before we start" before migrate {
//!   item "The old system is still accessible" check orders-answer
//! }
//! ````

use crate::diagnostic::{Diagnostic, Severity};
use crate::plan::people::ChecklistTime;
use crate::rules::{Context, Finder, Rule};

pub const RULE: Rule = Rule {
    name: "decision/gate-without-probe",
    severity: Severity::Info,
    finder: Finder::Rule(check),
    text: include_str!("gate_without_probe.rs"),
};

fn check(context: &Context<'_>, findings: &mut Vec<Diagnostic>) {
    for (_, checklist) in context.plan.checklists.iter() {
        let gates = checklist.when.as_ref().is_some_and(|(when, _)| *when != ChecklistTime::After);
        for item in checklist.items.iter().filter(|item| gates && item.check.is_none() && item.by.is_none()) {
            let message = format!("nobody answers for “{}”, and nothing asks", item.text);
            let finding = Diagnostic::error(RULE.name, item.span, message, "ticked by whom?").severity(RULE.severity);
            findings.push(finding.help("write `check CHECK` when a machine can ask, else `by ROLE`"));
        }
    }
}
