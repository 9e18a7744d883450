//! # time/criterion-does-not-fit
//!
//! A trigger has to be watched for longer than it can fire.
//!
//! ## What it finds
//!
//! A trigger that fires on something that lasts (`for 2h`) and is `active` for less: from the planned start of what it is
//! active from to the planned start of what it is active until.
//!
//! ## Why it matters in the incident
//!
//! “No critical errors for two hours” is to be known an hour after people came. Whoever closes the window at that time says so
//! without having seen it.
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
//!
//! phase close "Close" at T+2h {
//!   send done
//! }
//!
//! channel mail "Mail" { by dba }
//!
//! message done "It is done" to mail { body "Done." }
//!
//! trigger errors "Errors" high manual {
//!   when "server errors" > 1% for 3h
//!   source "the dashboard of the shop"
//!   active from add-note until close
//!   run back
//!   respond within 15m
//!   by dba
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
//!
//! phase close "Close" at T+2h {
//!   send done
//! }
//!
//! channel mail "Mail" { by dba }
//!
//! message done "It is done" to mail { body "Done." }
//!
//! trigger errors "Errors" high manual {
//!   when "server errors" > 1% for 30m
//!   source "the dashboard of the shop"
//!   active from add-note until close
//!   run back
//!   respond within 15m
//!   by dba
//! }
//! ````

use crate::diagnostic::{Diagnostic, Severity};
use crate::plan::lexeme::duration_text;
use crate::plan::people::Moment;
use crate::plan::scenario::Condition;
use crate::plan::value::Instant;
use crate::rules::{Context, Finder, Rule};

pub const RULE: Rule = Rule {
    name: "time/criterion-does-not-fit",
    severity: Severity::Warning,
    finder: Finder::Rule(check),
    text: include_str!("criterion_does_not_fit.rs"),
};

fn check(context: &Context<'_>, findings: &mut Vec<Diagnostic>) {
    for (_, trigger) in context.plan.triggers.iter() {
        let (Some(from), Some(until)) = (trigger.active_from, trigger.active_until) else { continue };
        let (Some(begin), Some(end)) = (starts(context, from.value), starts(context, until.value)) else { continue };
        let active = end.0.saturating_sub(begin.0).max(0).unsigned_abs();
        for when in &trigger.when {
            let (Condition::Fails { lasting, .. } | Condition::Measured { lasting, .. }) = &when.value else { continue };
            let Some(lasting) = lasting.filter(|lasting| lasting.seconds > active) else { continue };
            let message = format!(
                "`{}` has to be seen for {} and is active for {}: it never fires",
                trigger.header.name,
                duration_text(lasting.seconds),
                duration_text(active)
            );
            let finding = Diagnostic::error(RULE.name, when.span, message, "longer than there is").severity(RULE.severity);
            findings.push(
                finding
                    .because(from.span, "from here")
                    .because(until.span, "until here")
                    .help("watch for a shorter time, or let it be active for longer"),
            );
        }
    }
}

fn starts(context: &Context<'_>, moment: Moment) -> Option<Instant> {
    match moment {
        Moment::Phase(phase) => context.facts.schedule.starts[phase.index()],
        Moment::Change(change) => context.facts.schedule.earliest(&context.plan.changes[change].header.name),
        Moment::Scenario(_) => None,
    }
}
