//! # time/overlap
//!
//! A phase begins before the one ahead of it is over.
//!
//! ## What it finds
//!
//! Two phases, carried out one after the other, of which the first is said to last (`for`) until after the second is said to begin (`at`).
//! What scenarios answer the same symptom, or apply at the same time, is the matter of `decision/conflict`.
//!
//! ## Why it matters in the incident
//!
//! The phases are carried out in order, so that the second can't begin when the table says. Everything that is reckoned from its hour is
//! wrong by as much: when decisions fall due, until when going back fits into the window, when customers are told that it is over.
//!
//! ## Caught
//!
//! ````rbk
//! plan two-steps "Two steps" {
//!   rto 1h
//! }
//!
//! target db "Orders" postgres { url $DATABASE_URL }
//!
//! phase copy "Copy" at T for 2h {
//!   change copied "Orders are copied" on db {
//!     do ```sql
//!       CREATE TABLE orders_v2 AS SELECT * FROM orders;
//!     ```
//!     undo ```sql
//!       DROP TABLE orders_v2;
//!     ```
//!     undo takes 1m
//!   }
//! }
//!
//! phase switch "Switch" at T+1h for 30m {
//!   change index-orders "Orders are found by state" on db {
//!     do ```sql
//!       CREATE INDEX orders_v2_state ON orders_v2 (state);
//!     ```
//!     undo ```sql
//!       DROP INDEX orders_v2_state;
//!     ```
//!     undo takes 1m
//!   }
//! }
//!
//! scenario back "Back" {
//!   applies from copied
//!   undo everything
//! }
//! ````
//!
//! ## Mended
//!
//! ````rbk
//! plan two-steps "Two steps" {
//!   rto 1h
//! }
//!
//! target db "Orders" postgres { url $DATABASE_URL }
//!
//! phase copy "Copy" at T for 2h {
//!   change copied "Orders are copied" on db {
//!     do ```sql
//!       CREATE TABLE orders_v2 AS SELECT * FROM orders;
//!     ```
//!     undo ```sql
//!       DROP TABLE orders_v2;
//!     ```
//!     undo takes 1m
//!   }
//! }
//!
//! phase switch "Switch" at T+2h for 30m {
//!   change index-orders "Orders are found by state" on db {
//!     do ```sql
//!       CREATE INDEX orders_v2_state ON orders_v2 (state);
//!     ```
//!     undo ```sql
//!       DROP INDEX orders_v2_state;
//!     ```
//!     undo takes 1m
//!   }
//! }
//!
//! scenario back "Back" {
//!   applies from copied
//!   undo everything
//! }
//! ````

use crate::diagnostic::{Diagnostic, Severity};
use crate::plan::lexeme::{duration_text, instant_text};
use crate::plan::value::Instant;
use crate::rules::{Context, Finder, Rule};

pub const RULE: Rule =
    Rule { name: "time/overlap", severity: Severity::Warning, finder: Finder::Rule(check), text: include_str!("overlap.rs") };

fn check(context: &Context<'_>, findings: &mut Vec<Diagnostic>) {
    let plan = context.plan;
    for pair in context.graph.phases().windows(2) {
        let (first, second) = (&plan.phases[pair[0]], &plan.phases[pair[1]]);
        let (Some(begins), Some(length), Some(next)) = (first.at, first.duration, second.at) else { continue };
        let until = Instant(begins.value.0.saturating_add_unsigned(length.value.seconds));
        let over = until.0.saturating_sub(next.value.0);
        let end = instant_text(until);
        if over <= 0 {
            continue;
        }
        let message = format!(
            "`{}` is to begin at {}, and `{}` before it lasts until {end}: it begins {} late",
            second.header.name,
            instant_text(next.value),
            first.header.name,
            duration_text(over.unsigned_abs()),
        );
        findings.push(
            Diagnostic::error(RULE.name, next.span, message, "not over by then")
                .severity(RULE.severity)
                .because(length.span, format!("lasts until {end}"))
                .help(format!("write `at {end}`, or give `{}` less time", first.header.name)),
        );
    }
}
