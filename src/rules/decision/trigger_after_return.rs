//! # decision/trigger-after-return
//!
//! A trigger can fire where the scenario that it runs no longer applies.
//!
//! ## What it finds
//!
//! A `trigger` that is `active` only where none of the scenarios it runs applies (an error), or that stays active beyond
//! them (a warning). Without `active` a trigger can fire from the first change to the end of what the plan retains. A trigger
//! that also says `investigate` or `continue` has an answer everywhere.
//!
//! ## Why it matters in the incident
//!
//! The alarm that the whole plan waits for goes off, and the bundle refuses the scenario it asks for: it stopped applying an
//! hour ago. This was found, word for word, in a plan that had been reviewed three times.
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
//! trigger errors-rise "Errors rise" critical manual {
//!   when "5xx" > 1% for 5m
//!   active from new-app
//!   run back
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
//! trigger errors-rise "Errors rise" critical manual {
//!   when "5xx" > 1% for 5m
//!   active from new-app
//!   run back-with-app
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
use crate::plan::id::Id;
use crate::plan::scenario::{Answer, Scenario, Trigger};
use crate::rules::{Context, Finder, Rule, words};

pub const RULE: Rule = Rule {
    name: "decision/trigger-after-return",
    severity: Severity::Error,
    finder: Finder::Rule(check),
    text: include_str!("trigger_after_return.rs"),
};

fn check(context: &Context<'_>, findings: &mut Vec<Diagnostic>) {
    let (plan, facts) = (context.plan, context.facts);
    for (_, trigger) in plan.triggers.iter() {
        let runs: Vec<Id<Scenario>> = trigger
            .answers
            .iter()
            .filter_map(|answer| match answer.value {
                Answer::Run(scenario) => Some(scenario),
                _ => None,
            })
            .collect();
        // What is only looked into, or no reason to go back, has its answer everywhere.
        if runs.is_empty() || runs.len() < trigger.answers.len() || runs.iter().any(|run| facts.is_part(*run)) {
            continue;
        }
        let from = trigger.active_from.map_or(Some(1), |from| context.graph.start_of(from.value));
        let until = trigger.active_until.map_or(Some(context.graph.positions().len()), |until| context.graph.start_of(until.value));
        let (Some(from), Some(until)) = (from, until) else { continue };
        let open: Vec<usize> = (from..until).filter(|position| !runs.iter().any(|run| facts.applies(*run).contains(position))).collect();
        let Some(&first) = open.first() else { continue };
        findings.push(finding(context, trigger, &runs, first, open.len() == until - from));
    }
}

/// `first` is the first position at which the trigger can fire and nothing that it runs applies; `never` says that this
/// is so wherever it can fire.
fn finding(context: &Context<'_>, trigger: &Trigger, runs: &[Id<Scenario>], first: usize, never: bool) -> Diagnostic {
    let plan = context.plan;
    let name = &trigger.header.name;
    let scenarios = words::list(runs.iter().map(|run| plan.scenarios[*run].header.name.as_str()));
    let position = &context.graph.positions()[first];
    let place = match position.change().map(|change| &plan.changes[change].header.name) {
        None => "before the first change".to_owned(),
        Some(change) if position.is_during() => format!("once `{change}` has begun"),
        Some(change) => format!("after `{change}`"),
    };
    // What applies only from later on is not over: it has not begun.
    let begins = runs.iter().filter_map(|run| plan.scenarios[*run].applies.iter().find_map(|applies| applies.from));
    let early = runs.iter().all(|run| first < context.facts.applies(*run).start);
    let begins = begins.map(|from| context.sources.text(from.span).to_owned()).next().filter(|_| early && !never);
    let message = match (&begins, never) {
        (_, true) => format!("`{name}` can fire only where {scenarios} does not apply: the alarm would lead to a refusal"),
        (Some(_), false) => {
            format!("`{name}` can already fire {place}, where {scenarios} does not apply yet: the alarm would lead to a refusal")
        }
        (None, false) => format!("`{name}` can still fire {place}, where {scenarios} does not apply: the alarm would lead to a refusal"),
    };
    let severity = if never { Severity::Error } else { Severity::Warning };
    let active = trigger.active_from.as_ref().map_or(trigger.header.span, |from| from.span);
    let mut finding = Diagnostic::error(RULE.name, active, message, "can fire from here on").severity(severity);
    for run in runs {
        let scenario = &plan.scenarios[*run];
        let name = &scenario.header.name;
        let until = scenario.applies.iter().find_map(|applies| applies.until.as_ref());
        finding = match until.filter(|_| begins.is_none()) {
            Some(until) => finding.because(until.span, format!("`{name}` applies until here")),
            None => finding.because(scenario.header.span, format!("`{name}` applies elsewhere")),
        };
    }
    let other = plan.scenarios.iter().find(|(id, _)| context.facts.applies(*id).contains(&first));
    finding.help(match (other, begins) {
        (_, Some(from)) => format!("write `active from {from}` in the trigger, or run what applies before as well"),
        (Some((_, other)), None) => format!("`{}` applies there: write `run {}` as well", other.header.name, other.header.name),
        (None, None) => "let the scenario apply for longer, or say `active until …` where the trigger no longer matters".to_owned(),
    })
}
