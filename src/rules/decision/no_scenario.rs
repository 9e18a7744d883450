//! # decision/no-scenario
//!
//! The migration can be in a position that no scenario covers.
//!
//! ## What it finds
//!
//! A stretch of the forward run, from the start of a change to the start of another or to the end, in which no scenario
//! `applies`. A change that is half done counts: that is where most migrations fail. A scenario without `applies` is a part of
//! others and covers nothing by itself.
//!
//! ## Why it matters in the incident
//!
//! The migration stops there, the phone rings, and the runbook has no page for it. What is done then is improvised on a system
//! that nobody has seen in that state.
//!
//! ## Caught
//!
//! ````rbk
//! plan add-column "Add a column" {
//!   rto 10m
//! }
//!
//! target db "Orders" postgres { url $DATABASE_URL }
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
//!   change new-app "The application writes notes" on db {
//!     do manual "Deploy release 2"
//!     undo manual "Deploy release 1"
//!     undo takes 3m
//!   }
//! }
//!
//! scenario back "Back" {
//!   applies until new-app
//!   undo add-note
//! }
//! ````
//!
//! ## Mended
//!
//! ````rbk
//! plan add-column "Add a column" {
//!   rto 10m
//! }
//!
//! target db "Orders" postgres { url $DATABASE_URL }
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
//!   change new-app "The application writes notes" on db {
//!     do manual "Deploy release 2"
//!     undo manual "Deploy release 1"
//!     undo takes 3m
//!   }
//! }
//!
//! scenario back "Back" {
//!   applies until new-app
//!   undo add-note
//! }
//!
//! scenario back-with-app "Back, with the application" {
//!   applies from new-app
//!   undo everything
//! }
//! ````

use crate::diagnostic::{Diagnostic, Severity};
use crate::rules::{Context, Finder, Rule};

pub const RULE: Rule =
    Rule { name: "decision/no-scenario", severity: Severity::Error, finder: Finder::Rule(check), text: include_str!("no_scenario.rs") };

fn check(context: &Context<'_>, findings: &mut Vec<Diagnostic>) {
    let plan = context.plan;
    if plan.changes.is_empty() {
        return;
    }
    let positions = context.graph.positions();
    let mut covered = vec![false; positions.len()];
    for id in plan.scenarios.ids() {
        for position in context.facts.applies(id) {
            covered[position] = true;
        }
    }
    if !covered.contains(&true) {
        findings.push(nowhere(context));
        return;
    }
    // Before the first change there is nothing to go back from.
    let mut at = positions.iter().position(|position| position.change().is_some()).unwrap_or(positions.len());
    while at < positions.len() {
        let end = (at..positions.len()).find(|&position| covered[position]).unwrap_or(positions.len());
        if end > at {
            findings.push(gap(context, at, end));
        }
        at = end.max(at) + 1;
    }
}

/// The finding on a plan in which no scenario applies at all.
fn nowhere(context: &Context<'_>) -> Diagnostic {
    let header = &context.plan.header;
    let message = format!("no scenario of `{}` applies anywhere: whatever goes wrong, there is no way back to follow", header.name);
    let mut finding = Diagnostic::error(RULE.name, header.span, message, "says no way back");
    for (_, scenario) in context.plan.scenarios.iter() {
        finding = finding.because(scenario.header.span, "has no `applies`, so it is a part of others");
    }
    let first = context.graph.order().first().map(|change| context.plan.changes[*change].header.name.as_str());
    finding.help(format!("write a `scenario` that `applies from {}`", first.unwrap_or("the first change")))
}

/// The finding on the positions `at..end`, which nothing covers.
fn gap(context: &Context<'_>, at: usize, end: usize) -> Diagnostic {
    let plan = context.plan;
    let positions = context.graph.positions();
    // INVARIANT: every position behind the first lies in or behind a change.
    let first = positions[at].change().expect("a change");
    let name = &plan.changes[first].header.name;
    let from = if positions[at].is_during() { format!("from the start of `{name}`") } else { format!("from the end of `{name}`") };
    let next = positions.get(end).and_then(|position| position.change()).map(|change| &plan.changes[change].header);
    let until = next.map_or("the end of the plan".to_owned(), |next| format!("the start of `{}`", next.name));
    let message = format!("{from} to {until} no scenario applies: a failure there finds nobody prepared");
    let mut finding = Diagnostic::error(RULE.name, plan.changes[first].header.span, message, "from here on nothing applies");
    for (id, scenario) in plan.scenarios.iter() {
        let applies = context.facts.applies(id);
        if at > 0 && applies.contains(&(at - 1)) {
            let until = scenario.applies.iter().find_map(|applies| applies.until.as_ref().map(|until| until.span));
            let place = until.unwrap_or(scenario.header.span);
            finding = finding.because(place, format!("`{}` applies only until here", scenario.header.name));
        }
    }
    if let Some(next) = next {
        finding = finding.because(next.span, "until here");
    }
    let bound = next.map_or(String::new(), |next| format!(" until {}", next.name));
    finding.help(format!("write a scenario that `applies from {name}{bound}`, or let another go on until there"))
}
