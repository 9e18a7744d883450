//! # people/unannounced
//!
//! Customers notice a scenario, and nobody tells them.
//!
//! ## What it finds
//!
//! In a plan with messages that other scenarios or the migration send: a scenario that keeps writers out or restores a backup,
//! and sends nothing.
//!
//! ## Why it matters in the incident
//!
//! Support hears from customers that the shop is down, and says that it knows of nothing.
//!
//! ## Caught
//!
//! ````rbk
//! plan new-orders "Load the new orders" {
//!   owner dba
//!   rto 1h
//!   retain 7d
//! }
//!
//! target db "Orders" postgres { url $DATABASE_URL }
//!
//! role dba "Database administrator" { contact "dba@example.org" }
//!
//! writer shop "The shop" writes db
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
//!   send migrating
//! }
//!
//! scenario back "Back" {
//!   applies from add-note
//!   step close "Take no orders" on db takes 1m {
//!     freezes db
//!     do ```sql
//!       REVOKE INSERT ON orders FROM shop;
//!     ```
//!     verify orders-answer
//!   }
//!   undo add-note
//!   verify orders-answer
//!   step open "Take orders" on db takes 1m {
//!     thaws db
//!     do ```sql
//!       GRANT INSERT ON orders TO shop;
//!     ```
//!     verify orders-answer
//!   }
//! }
//!
//! channel page "The status page" { by dba }
//!
//! message begun "We go back" to page { body "We go back to the previous version." }
//!
//! message migrating "We migrate" to page { body "We migrate." }
//! ````
//!
//! ## Mended
//!
//! ````rbk
//! plan new-orders "Load the new orders" {
//!   owner dba
//!   rto 1h
//!   retain 7d
//! }
//!
//! target db "Orders" postgres { url $DATABASE_URL }
//!
//! role dba "Database administrator" { contact "dba@example.org" }
//!
//! writer shop "The shop" writes db
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
//!   send migrating
//! }
//!
//! scenario back "Back" {
//!   applies from add-note
//!   send begun
//!   step close "Take no orders" on db takes 1m {
//!     freezes db
//!     do ```sql
//!       REVOKE INSERT ON orders FROM shop;
//!     ```
//!     verify orders-answer
//!   }
//!   undo add-note
//!   verify orders-answer
//!   step open "Take orders" on db takes 1m {
//!     thaws db
//!     do ```sql
//!       GRANT INSERT ON orders TO shop;
//!     ```
//!     verify orders-answer
//!   }
//! }
//!
//! channel page "The status page" { by dba }
//!
//! message begun "We go back" to page { body "We go back to the previous version." }
//!
//! message migrating "We migrate" to page { body "We migrate." }
//! ````

use crate::analysis::program::Work;
use crate::diagnostic::{Diagnostic, Severity};
use crate::rules::{Context, Finder, Rule};

pub const RULE: Rule =
    Rule { name: "people/unannounced", severity: Severity::Warning, finder: Finder::Rule(check), text: include_str!("unannounced.rs") };

fn check(context: &Context<'_>, findings: &mut Vec<Diagnostic>) {
    let (plan, facts) = (context.plan, context.facts);
    if plan.messages.is_empty() {
        return;
    }
    for (id, scenario) in plan.scenarios.iter().filter(|(id, _)| !facts.is_part(*id)) {
        let items = facts.scenarios[id.index()].items();
        let first = items.iter().find(|item| {
            let shuts = item.effects.is_some_and(|effects| !effects.freezes.is_empty() || !effects.stops.is_empty());
            shuts || matches!(item.work, Work::Restore(_))
        });
        // What is sent by the clock, or by somebody else, is none of the scenario's.
        let sends = items.iter().any(|item| matches!(item.work, Work::Send(_)));
        if let Some(first) = first.filter(|_| !sends) {
            let name = &scenario.header.name;
            let message = format!("people notice `{name}` at “{}”, and nothing in it tells them", first.title);
            let finding = Diagnostic::error(RULE.name, scenario.header.span, message, "sends nothing").severity(RULE.severity);
            findings.push(finding.because(first.span, "noticed from here on").help("write `send MESSAGE` where it begins"));
        }
    }
}
