//! # decision/conflict
//!
//! The same symptom has two answers.
//!
//! ## What it finds
//!
//! Two triggers that fire on the same (one check, one thing people are told, or one number with the same threshold) while both
//! are active, where one is `automatic` and the other `manual` on the way to one scenario, or one runs a scenario and the other
//! says `continue`; and two of one severity that people are told of in the same words, and that lead to different scenarios.
//!
//! ## Why it matters in the incident
//!
//! Half of the team has begun to roll back while the other half investigates, both by the book.
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
//! trigger rows-wrong "Rows are wrong" high automatic {
//!   when orders-answer fails
//!   run back
//!   respond within 15m
//!   by dba
//! }
//!
//! trigger rows-odd "Rows are wrong" high manual {
//!   when orders-answer fails for 10m
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
//! trigger rows-wrong "Rows are wrong" high automatic {
//!   when orders-answer fails
//!   run back
//!   respond within 15m
//!   by dba
//! }
//! ````

use crate::diagnostic::{Diagnostic, Severity};
use crate::plan::scenario::{Answer, Condition, Trigger};
use crate::rules::{Context, Finder, Rule};

pub const RULE: Rule =
    Rule { name: "decision/conflict", severity: Severity::Warning, finder: Finder::Rule(check), text: include_str!("conflict.rs") };

fn check(context: &Context<'_>, findings: &mut Vec<Diagnostic>) {
    let triggers: Vec<&Trigger> = context.plan.triggers.iter().map(|(_, trigger)| trigger).collect();
    let mut by_symptom: std::collections::BTreeMap<String, Vec<&Trigger>> = std::collections::BTreeMap::new();
    for trigger in triggers {
        for when in &trigger.when {
            by_symptom.entry(symptom(&when.value)).or_default().push(trigger);
        }
    }
    for group in by_symptom.values() {
        for (at, one) in group.iter().enumerate() {
            let other = group[at + 1..].iter().find(|other| meet(context, one, other) && why(one, other).is_some());
            let Some((other, why)) = other.and_then(|other| Some((other, why(one, other)?))) else { continue };
            let message = format!("`{}` and `{}` fire on the same, and {why}", one.header.name, other.header.name);
            let finding = Diagnostic::error(RULE.name, other.header.span, message, "says one thing").severity(RULE.severity);
            findings.push(
                finding.because(one.header.span, "says another").help("keep one of them, or set their thresholds or their `active` apart"),
            );
        }
    }
}

/// Returns what a condition is about, as a key.
fn symptom(condition: &Condition) -> String {
    let plain = |text: &str| text.to_lowercase().split_whitespace().collect::<Vec<_>>().join(" ");
    match condition {
        Condition::Told(text) => format!("told {}", plain(text)),
        Condition::Fails { check, .. } => format!("check {}", check.index()),
        Condition::Measured { metric, comparison, value, over_baseline, .. } => {
            format!("metric {} {} {} {over_baseline}", plain(metric), comparison.sign(), plain(value))
        }
    }
}

/// Returns whether two triggers can fire at the same time.
fn meet(context: &Context<'_>, one: &Trigger, other: &Trigger) -> bool {
    let range = |trigger: &Trigger| {
        let from = trigger.active_from.and_then(|from| context.graph.start_of(from.value)).unwrap_or(0);
        let until = trigger.active_until.and_then(|until| context.graph.until(until.value)).unwrap_or(usize::MAX);
        (from, until)
    };
    let ((from, until), (start, end)) = (range(one), range(other));
    from < end && start < until
}

/// Returns whether two triggers lead to one scenario.
fn same(one: &Trigger, other: &Trigger) -> bool {
    one.answers.iter().any(|answer| match answer.value {
        Answer::Run(scenario) => other.answers.iter().any(|its| matches!(its.value, Answer::Run(own) if own == scenario)),
        _ => false,
    })
}

/// Returns whether two triggers of one severity, told in words, run nothing in common. What is worse may call for more.
fn apart(one: &Trigger, other: &Trigger) -> bool {
    let told = |trigger: &Trigger| trigger.when.iter().all(|when| matches!(when.value, Condition::Told(_)));
    told(one) && told(other) && one.level == other.level && !same(one, other)
}

fn why(one: &Trigger, other: &Trigger) -> Option<&'static str> {
    let runs = |trigger: &Trigger| trigger.answers.iter().any(|answer| matches!(answer.value, Answer::Run(_)));
    let goes_on = |trigger: &Trigger| !runs(trigger) && trigger.answers.iter().any(|answer| matches!(answer.value, Answer::Continue(_)));
    match () {
        () if runs(one) && goes_on(other) || runs(other) && goes_on(one) => Some("one rolls back where the other goes on"),
        () if runs(one) && runs(other) && apart(one, other) => Some("each leads to another scenario"),
        () if one.automatic != other.automatic && same(one, other) => Some("one acts by itself where the other waits for a person"),
        () => None,
    }
}
