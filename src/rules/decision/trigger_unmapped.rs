//! # decision/trigger-unmapped
//!
//! A trigger fires and nothing says what to do then.
//!
//! ## What it finds
//!
//! A `trigger` with no `run`, `investigate` or `continue`, neither its own nor from its `severity`.
//!
//! ## Why it matters in the incident
//!
//! The alarm goes off, the right person is woken, and the plan ends there. `continue "…"` is an answer too: it says what
//! must *not* cause a rollback, so that nobody starts one because of it.
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
//!       ALTER TABLE orders DROP COLUMN note;
//!     ```
//!     undo takes 1m
//!   }
//! }
//!
//! trigger slow-orders "Orders are slow" high manual {
//!   when "p95 of orders" > 2s for 5m
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
//! trigger slow-orders "Orders are slow" high manual {
//!   when "p95 of orders" > 2s for 5m
//!   run back
//! }
//!
//! scenario back "Back" {
//!   applies from add-note
//!   undo add-note
//! }
//! ````

use crate::diagnostic::{Diagnostic, Severity};
use crate::rules::{Context, Finder, Rule};

pub const RULE: Rule = Rule {
    name: "decision/trigger-unmapped",
    severity: Severity::Error,
    finder: Finder::Rule(check),
    text: include_str!("trigger_unmapped.rs"),
};

fn check(context: &Context<'_>, findings: &mut Vec<Diagnostic>) {
    for (_, trigger) in context.plan.triggers.iter().filter(|(_, trigger)| trigger.answers.is_empty()) {
        let name = &trigger.header.name;
        let message = format!("`{name}` fires and leads nowhere: whoever is woken by it has to invent an answer");
        let finding = Diagnostic::error(RULE.name, trigger.header.span, message, "runs nothing");
        findings.push(finding.help("write `run SCENARIO`, `investigate \"…\"`, or `continue \"…\"` when it is no reason to go back"));
    }
}
