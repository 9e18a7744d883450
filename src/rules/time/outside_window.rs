//! # time/outside-window
//!
//! People are kept out before the announced window, or still when it is over.
//!
//! ## What it finds
//!
//! With a `window`, whose beginning is taken to be T: a step of the forward run that `freezes` a target or `stops` a writer
//! before T; and a phase that begins in the window and ends after it. A phase that begins after the window, such as a clean-up
//! a week later, is none of its business.
//!
//! ## Why it matters in the incident
//!
//! Customers were told two to six. At one o'clock the first of them can't save, and support, which begins at two, does not know
//! why.
//!
//! ## Caught
//!
//! ````rbk
//! plan new-orders "Load the new orders" {
//!   rto 1h
//!   retain 7d
//!   window 2027-03-06 02:00 to 06:00 UTC
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
//! phase migrate "Migrate" at T for 5h {
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
//!   rto 1h
//!   retain 7d
//!   window 2027-03-06 02:00 to 06:00 UTC
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
//! phase migrate "Migrate" at T for 3h {
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
use crate::plan::lexeme::{duration_text, instant_text};
use crate::plan::value::Instant;
use crate::rules::{Context, Finder, Rule};

pub const RULE: Rule =
    Rule { name: "time/outside-window", severity: Severity::Error, finder: Finder::Rule(check), text: include_str!("outside_window.rs") };

fn check(context: &Context<'_>, findings: &mut Vec<Diagnostic>) {
    let (plan, facts) = (context.plan, context.facts);
    let Some(window) = &plan.window else { return };
    let length = i64::try_from(window.value.seconds()).unwrap_or(i64::MAX);
    let items = facts.forward.items();
    for event in &facts.writes {
        let shuts = !event.turn.freezes.is_empty() || !event.turn.stops.is_empty();
        if let Some(begins) = facts.schedule.begins(&event.item).filter(|begins| shuts && begins.0 < 0) {
            let message = format!(
                "“{}” keeps people out from {} on, {} before the window opens",
                event.title,
                instant_text(begins),
                duration_text(begins.0.unsigned_abs())
            );
            let finding = Diagnostic::error(RULE.name, items[event.place].span, message, "before the window");
            findings.push(finding.because(window.span, "what was announced").help("move it behind T, or announce a longer window"));
        }
    }
    for (id, phase) in plan.phases.iter() {
        let (Some(start), Some(end)) = (facts.schedule.starts[id.index()], facts.schedule.ends[id.index()]) else { continue };
        // A phase whose length nobody stated ends with what is known of its steps.
        if start.0 >= 0 && start.0 < length && end.0 > length {
            let late = duration_text((end.0 - length).unsigned_abs());
            let message = format!(
                "`{}` ends at {}, {late} after the window closes ({})",
                phase.header.name,
                instant_text(end),
                instant_text(Instant(length))
            );
            let place = phase.duration.map_or(phase.header.span, |duration| duration.span);
            let finding = Diagnostic::error(RULE.name, place, message, "ends after the window");
            findings
                .push(finding.because(window.span, "what was announced").help("shorten it, begin earlier, or announce a longer window"));
        }
    }
}
