//! # time/no-estimate
//!
//! A time is promised, and nobody knows how long a step takes.
//!
//! ## What it finds
//!
//! A scenario with an `rto`, its own or the plan's, that keeps it as far as its estimates go, and has steps without one. Asking
//! a check, setting a flag and sending a message need none.
//!
//! ## Why it matters in the incident
//!
//! The sum fits because the longest step is missing from it. It is the restore, mostly.
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
//! ````

use crate::diagnostic::{Diagnostic, Severity};
use crate::plan::lexeme::duration_text;
use crate::rules::{Context, Finder, Rule};
use crate::source::Span;

pub const RULE: Rule =
    Rule { name: "time/no-estimate", severity: Severity::Info, finder: Finder::Rule(check), text: include_str!("no_estimate.rs") };

/// How many steps are shown.
const SHOWN: usize = 3;

fn check(context: &Context<'_>, findings: &mut Vec<Diagnostic>) {
    for (id, scenario) in context.plan.scenarios.iter().filter(|(id, _)| !context.facts.is_part(*id)) {
        let Some(promise) = scenario.rto.or(context.plan.rto) else { continue };
        let path = context.facts.time(id);
        if path.unknown.is_empty() || path.total.seconds > promise.value.seconds {
            continue;
        }
        let (name, promised) = (&scenario.header.name, duration_text(promise.value.seconds));
        let count = path.unknown.len();
        let what = if count == 1 { "one step has".to_owned() } else { format!("{count} steps have") };
        let message = format!("nobody knows whether `{name}` keeps to {promised}: {what} no estimate");
        let mut finding =
            Diagnostic::error(RULE.name, scenario.header.span, message, "has steps without an estimate").severity(RULE.severity);
        let items = context.facts.scenarios[id.index()].items();
        let places: Vec<Span> = items.iter().filter(|item| path.unknown.contains(&item.id)).map(|item| item.span).collect();
        for place in places.into_iter().take(SHOWN) {
            finding = finding.because(place, "takes how long?");
        }
        findings.push(
            finding
                .because(promise.span, format!("{promised} are promised"))
                .help("write `takes …` behind each: on a step, a backup's `restore takes …`, a change's `undo takes …`"),
        );
    }
}
