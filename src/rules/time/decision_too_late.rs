//! # time/decision-too-late
//!
//! After the decision there is no time left to go back within the window.
//!
//! ## What it finds
//!
//! With a `window`: a `decision` at an instant after which the scenario that its `else run` proposes takes longer than what is
//! left of the window.
//!
//! ## Why it matters in the incident
//!
//! The answer is no, as the plan foresaw, and the rollback ends at half past seven, when the day has begun.
//!
//! ## Caught
//!
//! ````rbk
//! plan new-orders "Load the new orders" {
//!   rto 2h
//!   retain 7d
//!   window 2027-03-06 02:00 to 06:00 UTC
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
//! phase migrate "Migrate" at T for 4h {
//!   change add-note "Orders have a note" on db {
//!     do ```sql
//!       ALTER TABLE orders ADD COLUMN note text;
//!     ```
//!     undo ```sql
//!       ALTER TABLE orders DROP COLUMN note;
//!     ```
//!     undo takes 1m
//!   }
//!   decision proceed "Go on?" at T+3h30m by dba {
//!     needs orders-answer
//!     else run back
//!   }
//! }
//!
//! scenario back "Back" {
//!   applies from add-note
//!   manual drain "Wait until the queue is empty" by dba takes 45m
//!   undo add-note
//!   verify orders-answer
//! }
//! ````
//!
//! ## Mended
//!
//! ````rbk
//! plan new-orders "Load the new orders" {
//!   rto 2h
//!   retain 7d
//!   window 2027-03-06 02:00 to 06:00 UTC
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
//! phase migrate "Migrate" at T for 4h {
//!   change add-note "Orders have a note" on db {
//!     do ```sql
//!       ALTER TABLE orders ADD COLUMN note text;
//!     ```
//!     undo ```sql
//!       ALTER TABLE orders DROP COLUMN note;
//!     ```
//!     undo takes 1m
//!   }
//!   decision proceed "Go on?" at T+2h by dba {
//!     needs orders-answer
//!     else run back
//!   }
//! }
//!
//! scenario back "Back" {
//!   applies from add-note
//!   manual drain "Wait until the queue is empty" by dba takes 45m
//!   undo add-note
//!   verify orders-answer
//! }
//! ````

use crate::diagnostic::{Diagnostic, Severity};
use crate::plan::lexeme::{duration_text, instant_text};
use crate::plan::value::Instant;
use crate::rules::{Context, Finder, Rule};

pub const RULE: Rule = Rule {
    name: "time/decision-too-late",
    severity: Severity::Error,
    finder: Finder::Rule(check),
    text: include_str!("decision_too_late.rs"),
};

fn check(context: &Context<'_>, findings: &mut Vec<Diagnostic>) {
    let plan = context.plan;
    let Some(window) = &plan.window else { return };
    let length = i64::try_from(window.value.seconds()).unwrap_or(i64::MAX);
    for (_, decision) in plan.decisions.iter() {
        let (Some(at), Some(run)) = (decision.at, decision.else_run) else { continue };
        let takes = context.facts.time(run.value).total.seconds;
        let end = at.value.0.saturating_add_unsigned(takes);
        if at.value.0 >= 0 && at.value.0 < length && end > length {
            let name = &plan.scenarios[run.value].header.name;
            let message = format!(
                "after `{}` at {} `{name}` takes {}, and the window closes at {}: going back would end {} late",
                decision.header.name,
                instant_text(at.value),
                duration_text(takes),
                instant_text(Instant(length)),
                duration_text((end - length).unsigned_abs())
            );
            let finding = Diagnostic::error(RULE.name, at.span, message, "too late to say no");
            let latest = Instant(length.saturating_sub_unsigned(takes));
            let finding = finding.because(run.span, format!("takes {}", duration_text(takes))).because(window.span, "what was announced");
            findings.push(finding.help(if latest.0 > 0 {
                format!("decide at {} or earlier, or make the way back shorter", instant_text(latest))
            } else {
                "make the way back shorter, or announce a longer window".to_owned()
            }));
        }
    }
}
