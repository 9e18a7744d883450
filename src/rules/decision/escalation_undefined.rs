//! # decision/escalation-undefined
//!
//! Scenarios have levels, and nothing says when to go from one to the next.
//!
//! ## What it finds
//!
//! A scenario with a `level` that may be followed by one of a higher level (both apply somewhere at the same time), and does
//! not say `escalates to` any of those.
//!
//! ## Why it matters in the incident
//!
//! Level 1 does not help. Nobody knows for how long to try, who may say so, and what comes then; the people who are at it go on
//! trying.
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
//!   level 1
//!   undo add-note
//!   verify orders-answer
//! }
//!
//! scenario rebuild "Restore everything" {
//!   applies from add-note
//!   level 2
//!   undo add-note
//!   verify orders-answer
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
//!   level 1
//!   escalates to rebuild after 30m
//!   undo add-note
//!   verify orders-answer
//! }
//!
//! scenario rebuild "Restore everything" {
//!   applies from add-note
//!   level 2
//!   undo add-note
//!   verify orders-answer
//! }
//! ````

use crate::diagnostic::{Diagnostic, Severity};
use crate::rules::{Context, Finder, Rule};

pub const RULE: Rule = Rule {
    name: "decision/escalation-undefined",
    severity: Severity::Warning,
    finder: Finder::Rule(check),
    text: include_str!("escalation_undefined.rs"),
};

fn check(context: &Context<'_>, findings: &mut Vec<Diagnostic>) {
    let plan = context.plan;
    for (id, scenario) in plan.scenarios.iter() {
        let Some(level) = scenario.level else { continue };
        let own = context.facts.applies(id);
        let higher = |other: &crate::plan::scenario::Scenario| other.level.is_some_and(|other| other.value > level.value);
        let next = plan
            .scenarios
            .iter()
            .filter(|(other, it)| {
                let its = context.facts.applies(*other);
                higher(it) && own.start < its.end && its.start < own.end
            })
            .min_by_key(|(_, it)| it.level.map(|level| level.value));
        let named = scenario.escalates.iter().any(|next| higher(&plan.scenarios[next.to.value]));
        if let Some((_, next)) = next.filter(|_| !named) {
            let (name, after) = (&scenario.header.name, &next.header.name);
            let message = format!("`{name}` is level {}, and nothing says when `{after}` is called for instead", level.value);
            let finding = Diagnostic::error(RULE.name, level.span, message, "and if this does not help?").severity(RULE.severity);
            findings.push(
                finding
                    .because(next.header.span, "the next level")
                    .help(format!("write `escalates to {after} after 30m`, or `when CHECK`")),
            );
        }
    }
}
