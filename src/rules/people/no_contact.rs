//! # people/no-contact
//!
//! A role that has something to do can't be reached.
//!
//! ## What it finds
//!
//! A `role` that the plan gives something to do, to decide or to be called for, and that has no `contact`.
//!
//! ## Why it matters in the incident
//!
//! The scenario wants an approval. Everybody knows who that is, and nobody has the number.
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
//! role dba "Database administrator" { person "Ada Okafor" }
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
//! ````

use std::collections::BTreeSet;

use crate::diagnostic::{Diagnostic, Severity};
use crate::rules::{Context, Finder, Rule};
use crate::source::Span;

pub const RULE: Rule =
    Rule { name: "people/no-contact", severity: Severity::Warning, finder: Finder::Rule(check), text: include_str!("no_contact.rs") };

fn check(context: &Context<'_>, findings: &mut Vec<Diagnostic>) {
    let used: BTreeSet<Span> = context.plan.references.iter().map(|reference| reference.to).collect();
    for (_, role) in context.plan.roles.iter() {
        if role.contacts.is_empty() && used.contains(&role.header.name_span) {
            let message = format!("nothing says how `{}` is reached, and the plan counts on them", role.header.name);
            let mut finding = Diagnostic::error(RULE.name, role.header.span, message, "no `contact`").severity(RULE.severity);
            let first = context.plan.references.iter().find(|reference| reference.to == role.header.name_span);
            if let Some(first) = first {
                finding = finding.because(first.at, "called for here");
            }
            findings.push(
                finding
                    .help("write `contact \"…\"` with a number or an address, or `contact $VARIABLE` when it must not stand in the plan"),
            );
        }
    }
}
