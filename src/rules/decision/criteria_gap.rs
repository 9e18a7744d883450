//! # decision/criteria-gap
//!
//! Between “it went well” and “go back” lies a stretch without an answer.
//!
//! ## What it finds
//!
//! Triggers on one number, of which one says `continue` up to a value and another answers from a higher value on: what lies
//! between has no answer.
//!
//! ## Why it matters in the incident
//!
//! Half a per cent of the rows differ. All must match, says one line; roll back above one per cent, says another. It is half
//! past three, and the meeting begins.
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
//! trigger rows-wrong "Rows are wrong" high manual {
//!   when "rows that differ" > 1%
//!   run back
//!   respond within 15m
//!   source "the comparison's report"
//!   by dba
//! }
//!
//! trigger rows-right "Rows are wrong" high manual {
//!   when "rows that differ" = 0%
//!   continue "All rows match."
//!   respond within 15m
//!   source "the comparison's report"
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
//! trigger rows-wrong "Rows are wrong" high manual {
//!   when "rows that differ" > 0%
//!   run back
//!   respond within 15m
//!   source "the comparison's report"
//!   by dba
//! }
//!
//! trigger rows-right "Rows are wrong" high manual {
//!   when "rows that differ" = 0%
//!   continue "All rows match."
//!   respond within 15m
//!   source "the comparison's report"
//!   by dba
//! }
//! ````

use std::collections::BTreeMap;

use crate::diagnostic::{Diagnostic, Severity};
use crate::plan::scenario::{Answer, Condition};
use crate::plan::value::Comparison;
use crate::rules::{Context, Finder, Rule};
use crate::source::Span;

pub const RULE: Rule =
    Rule { name: "decision/criteria-gap", severity: Severity::Warning, finder: Finder::Rule(check), text: include_str!("criteria_gap.rs") };

/// A bound of a number: its value, how it is written, and where.
struct Bound<'p> {
    value: f64,
    written: &'p str,
    span: Span,
}

/// Up to where a number is fine, and from where on it is not.
#[derive(Default)]
struct Bounds<'p> {
    fine: Vec<Bound<'p>>,
    wrong: Vec<Bound<'p>>,
}

fn check(context: &Context<'_>, findings: &mut Vec<Diagnostic>) {
    let mut by_metric: BTreeMap<(String, bool), Bounds<'_>> = BTreeMap::new();
    for (_, trigger) in context.plan.triggers.iter() {
        let goes_on = !trigger.answers.is_empty() && trigger.answers.iter().all(|answer| matches!(answer.value, Answer::Continue(_)));
        for when in &trigger.when {
            let Condition::Measured { metric, comparison, value, over_baseline, .. } = &when.value else { continue };
            let Ok(number) = value.trim_end_matches(|c: char| !c.is_ascii_digit()).parse::<f64>() else { continue };
            let bounds = by_metric.entry((metric.to_lowercase(), *over_baseline)).or_default();
            let bound = Bound { value: number, written: value, span: when.span };
            match comparison {
                Comparison::Less | Comparison::LessOrEqual | Comparison::Equal if goes_on => bounds.fine.push(bound),
                Comparison::Greater | Comparison::GreaterOrEqual if !goes_on => bounds.wrong.push(bound),
                _ => {}
            }
        }
    }
    for ((metric, _), bounds) in by_metric {
        let fine = bounds.fine.into_iter().max_by(|a, b| a.value.total_cmp(&b.value));
        let wrong = bounds.wrong.into_iter().min_by(|a, b| a.value.total_cmp(&b.value));
        if let (Some(fine), Some(wrong)) = (fine, wrong)
            && fine.value < wrong.value
        {
            let message =
                format!("“{metric}” is fine up to {} and answered above {}: what lies between has no answer", fine.written, wrong.written);
            let finding = Diagnostic::error(RULE.name, wrong.span, message, "answered from here on").severity(RULE.severity);
            findings.push(
                finding
                    .because(fine.span, "fine up to here")
                    .help("let the two meet, or say what is done in between: a trigger that says `investigate`"),
            );
        }
    }
}
