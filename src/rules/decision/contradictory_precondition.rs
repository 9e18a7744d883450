//! # decision/contradictory-precondition
//!
//! Something asks beforehand for what it brings about itself.
//!
//! ## What it finds
//!
//! A change that `needs` its own `applied` check; one whose `applied` and `undone` are the same check, so that the answer yes
//! says both; a scenario that `needs` the `undone` check of a change which it takes back; and one that `needs` the only check
//! which a step of its own verifies: the step that would make it true is never reached.
//!
//! ## Why it matters in the incident
//!
//! “Only possible if the old packages are still there” stands at the top; three lines further down, the packages are put back.
//! The one time it matters they are gone, and the scenario refuses.
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
//!     applied orders-answer
//!     needs orders-answer
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
//!     applied orders-answer
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

use crate::analysis::program::Work;
use crate::diagnostic::{Diagnostic, Severity};
use crate::plan::check::Check;
use crate::plan::id::Id;
use crate::plan::scenario::Need;
use crate::rules::{Context, Finder, Rule};
use crate::source::Span;

pub const RULE: Rule = Rule {
    name: "decision/contradictory-precondition",
    severity: Severity::Error,
    finder: Finder::Rule(check),
    text: include_str!("contradictory_precondition.rs"),
};

fn check(context: &Context<'_>, findings: &mut Vec<Diagnostic>) {
    let plan = context.plan;
    let mut tell = |at: Span, message: String, because: Span, text: &str, help: String| {
        findings.push(Diagnostic::error(RULE.name, at, message, "asked beforehand").because(because, text).help(help));
    };
    for (_, change) in plan.changes.iter() {
        let name = &change.header.name;
        if let (Some(applied), Some(undone)) = (change.applied, change.undone)
            && applied.value == undone.value
        {
            let check = &plan.checks[applied.value].header.name;
            let message =
                format!("`{check}` says that `{name}` is applied, and that it is not: whatever the answer, the state stays unknown");
            tell(
                undone.span,
                message,
                applied.span,
                "the same check",
                "name two checks of which one says yes: the second may expect the opposite".to_owned(),
            );
        }
        for (check, span) in asked(&change.needs) {
            if let Some(applied) = change.applied.filter(|applied| applied.value == check) {
                let message =
                    format!("`{name}` can only begin when `{}` says that it has been made already", plan.checks[check].header.name);
                tell(span, message, applied.span, "says that it is applied", "leave one of the two out".to_owned());
            }
        }
    }
    for (id, scenario) in plan.scenarios.iter().filter(|(id, _)| !context.facts.is_part(*id)) {
        let program = &context.facts.scenarios[id.index()];
        let name = &scenario.header.name;
        for (check, span) in asked(&scenario.needs) {
            let asked = &plan.checks[check].header.name;
            let gone = program.undone().find_map(|change| plan.changes[change].undone.filter(|undone| undone.value == check));
            let made = program.items().into_iter().find(|item| {
                item.change.is_none()
                    && item.verify == [check]
                    && matches!(item.work, Work::Sql(_) | Work::Shell(_) | Work::Manual(_) | Work::Edit { .. })
            });
            if let Some(undone) = gone {
                let message = format!("`{name}` can only begin when `{asked}` says that there is nothing to take back");
                tell(span, message, undone.span, "says that the change is not applied", format!("take `{asked}` out of `needs`"));
            } else if let Some(item) = made {
                let message = format!("`{name}` can only begin when `{asked}` holds, and “{}” is what makes it hold", item.title);
                tell(
                    span,
                    message,
                    item.span,
                    "brings it about, and is never reached without it",
                    format!("take `{asked}` out of `needs`, or let the step be skipped: `unless {asked}`"),
                );
            }
        }
    }
}

fn asked(needs: &[Need]) -> impl Iterator<Item = (Id<Check>, Span)> {
    needs.iter().filter_map(|need| match need {
        Need::Check(check) => Some((check.value, check.span)),
        Need::Question(_) => None,
    })
}
