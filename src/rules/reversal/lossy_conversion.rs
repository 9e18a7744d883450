//! # reversal/lossy-conversion
//!
//! Values are cut or rounded on the way to a new type, and the undo only changes the type back.
//!
//! ## What it finds
//!
//! A column that is converted by `USING` to a type that holds less (shorter text, whole numbers, no time zone), in a change whose undo is SQL,
//! where no backup of the column is taken before.
//!
//! ## Why it matters in the incident
//!
//! The type is what it was, and the report says that the change was undone. The cents, the second half of the names and the time zones are
//! gone; somebody finds out when the books don't balance.
//!
//! ## Caught
//!
//! ````rbk
//! plan whole "Totals are whole" {
//!   rto 1h
//! }
//!
//! target db "Orders" postgres { url $DATABASE_URL }
//!
//! phase migrate "Migrate" at T {
//!   change rounded "Totals are whole" on db {
//!     do ```sql
//!       ALTER TABLE orders ALTER COLUMN total TYPE integer USING total::integer;
//!     ```
//!     undo ```sql
//!       ALTER TABLE orders ALTER COLUMN total TYPE numeric(10,2);
//!     ```
//!     undo takes 1m
//!   }
//! }
//!
//! scenario back "Back" {
//!   applies from rounded
//!   undo rounded
//! }
//! ````
//!
//! ## Mended
//!
//! ````rbk
//! plan whole "Totals are whole" {
//!   rto 1h
//! }
//!
//! target db "Orders" postgres { url $DATABASE_URL }
//!
//! backup totals "The totals" of db tables orders {
//!   method pg_dump custom
//!   file "orders.dump"
//!   restore takes 10m
//! }
//!
//! phase migrate "Migrate" at T {
//!   take totals
//!   change rounded "Totals are whole" on db {
//!     do ```sql
//!       ALTER TABLE orders ALTER COLUMN total TYPE integer USING total::integer;
//!     ```
//!     undo restore totals
//!   }
//! }
//!
//! scenario back "Back" {
//!   applies from rounded
//!   undo rounded
//! }
//! ````

use crate::analysis::coverage::Cover;
use crate::diagnostic::{Diagnostic, Severity};
use crate::effect::act::{Act, Alter, Class};
use crate::plan::action::Action;
use crate::plan::change::Undo;
use crate::rules::{Context, Finder, Rule};

pub const RULE: Rule = Rule {
    name: "reversal/lossy-conversion",
    severity: Severity::Error,
    finder: Finder::Rule(check),
    text: include_str!("lossy_conversion.rs"),
};

fn check(context: &Context<'_>, findings: &mut Vec<Diagnostic>) {
    for id in context.graph.order() {
        let change = &context.plan.changes[*id];
        let (Some(Action::Code(forward)), Undo::Action(undo)) = (&change.forward, &change.undo) else { continue };
        let Action::Code(back) = undo.as_ref() else { continue };
        let saved = |backup| context.facts.coverage.covers(context.plan, context.graph, backup, *id) == Cover::Yes;
        for statement in context.graph.touched(*id).said().iter() {
            let reading = &statement.reading;
            let lossy = reading
                .risks
                .iter()
                .find(|risk| matches!(&reading.effects[risk.of].act, Act::Alter(Alter::Type { to, .. }) if is_lossy(risk.class, to)));
            let Some(risk) = lossy else { continue };
            let object = &reading.effects[risk.of].object;
            let Act::Alter(Alter::Type { to, .. }) = &reading.effects[risk.of].act else { continue };
            // Without `USING` the server refuses what does not fit, but for digits behind the point.
            let said = forward.text[statement.range.clone()].to_ascii_uppercase();
            if !narrows(to) || !said.split_whitespace().any(|word| word == "USING") || context.plan.backups.ids().any(saved) {
                continue;
            }
            let (name, written) = (&change.header.name, object.written());
            let message = format!(
                "`{name}` converts `{written}` to `{to}`; what that cuts or rounds, its undo can't bring back, and nothing saved it"
            );
            let place = forward.place(&context.sources.file(forward.span.file).text, &object.range);
            let finding = Diagnostic::error(RULE.name, place, message, "may hold less from here on");
            findings.push(finding.because(back.span, "changes the type back, not the values").help(format!(
                "take a backup that holds `{written}` before, and undo by restoring it; or keep the old column until nobody needs it"
            )));
        }
    }
}

/// Returns whether values are converted with loss; where the old type is not known, it was hardly wider than the widest.
fn is_lossy(class: Class, to: &str) -> bool {
    class == Class::Lossy || class == Class::MayLose && !["bigint", "int8"].contains(&to.to_ascii_lowercase().as_str())
}

/// Returns whether a type holds less than the common ones that are converted to it: the length is bounded, or the fraction or the time
/// zone is missing.
fn narrows(to: &str) -> bool {
    let to = to.to_ascii_lowercase();
    let name = to.split(['(', ' ', '[']).next().unwrap_or_default();
    let whole = matches!(name, "integer" | "int" | "int4" | "smallint" | "int2" | "bigint" | "int8" | "date");
    let bounded = matches!(name, "varchar" | "character" | "char" | "numeric" | "decimal") && to.contains('(');
    let zoneless = name == "timestamp" && !to.contains("with time zone");
    whole || bounded || zoneless
}
