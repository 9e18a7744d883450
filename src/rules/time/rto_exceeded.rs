//! # time/rto-exceeded
//!
//! A scenario takes longer than the recovery time that is promised.
//!
//! ## What it finds
//!
//! A scenario whose critical path adds up to more than its own `rto`, or the plan's where it has none; and a group of steps
//! with an `rto` of its own. The upper end of an estimate counts (`1h to 2h` is two hours), of alternatives the slowest, of
//! `parallel` the longest. Steps without an estimate count nothing, so that the real time is longer still.
//!
//! ## Why it matters in the incident
//!
//! The promise is what the business agreed to when it said yes to the migration: at minute eleven of ten, customers are told
//! something else. What the path consists of is named, longest first: that is where time can be won.
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
//! }
//!
//! scenario back "Back" {
//!   applies from add-note
//!   manual drain "Wait until the queue is empty" takes 8m
//!   undo add-note takes 5m
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
//! }
//!
//! scenario back "Back" {
//!   applies from add-note
//!   manual drain "Wait until the queue is empty" takes 4m
//!   undo add-note takes 5m
//! }
//! ````

use std::collections::BTreeMap;

use crate::analysis::CriticalPath;
use crate::analysis::program::{Failure, Node};
use crate::analysis::time::critical_path;
use crate::diagnostic::{Diagnostic, Severity};
use crate::plan::id::Id;
use crate::plan::lexeme::duration_text;
use crate::plan::scenario::Scenario;
use crate::plan::value::Duration;
use crate::rules::{Context, Finder, Rule};
use crate::source::{Span, Spanned};

pub const RULE: Rule =
    Rule { name: "time/rto-exceeded", severity: Severity::Error, finder: Finder::Rule(check), text: include_str!("rto_exceeded.rs") };

fn check(context: &Context<'_>, findings: &mut Vec<Diagnostic>) {
    for (id, scenario) in context.plan.scenarios.iter() {
        if context.facts.is_part(id) && scenario.rto.is_none() {
            // Its groups are judged where it is run.
            continue;
        }
        groups(&context.facts.scenarios[id.index()].nodes, findings);
        let Some(promise) = scenario.rto.or(context.plan.rto) else { continue };
        let path = context.facts.time(id);
        if path.total.seconds > promise.value.seconds {
            findings.push(finding(context, id, promise, path));
        }
    }
}

/// Holds each group with an `rto` of its own against what its steps take.
fn groups(nodes: &[Node<'_>], findings: &mut Vec<Diagnostic>) {
    for node in nodes {
        match node {
            Node::Group { title, span, rto, nodes, .. } => {
                let total = critical_path(nodes).total.seconds;
                if let Some(rto) = rto.filter(|rto| total > rto.seconds)
                    && !findings.iter().any(|finding| finding.span() == *span)
                {
                    let (takes, promised) = (duration_text(total), duration_text(rto.seconds));
                    let message = format!("“{title}” takes {takes} where {promised} are promised");
                    let finding = Diagnostic::error(RULE.name, *span, message, format!("takes {takes}"));
                    findings.push(finding.help("shorten it, do what can be done side by side in `parallel`, or promise what it takes"));
                }
                groups(nodes, findings);
            }
            Node::Phase { nodes, .. } | Node::Call { nodes, .. } | Node::Parallel { nodes, .. } => groups(nodes, findings),
            Node::Choose { options, .. } => options.iter().for_each(|option| groups(&option.nodes, findings)),
            Node::Item(item) => {
                if let Failure::Fallback(nodes) = &item.otherwise {
                    groups(nodes, findings);
                }
            }
            Node::Decision(_) => {}
        }
    }
}

/// How many steps of the path are shown: those that take longest.
const SHOWN: usize = 3;

fn finding(context: &Context<'_>, id: Id<Scenario>, promise: Spanned<Duration>, path: &CriticalPath) -> Diagnostic {
    let header = &context.plan.scenarios[id].header;
    let name = &header.name;
    let (takes, promised) = (duration_text(path.total.seconds), duration_text(promise.value.seconds));
    let late = duration_text(path.total.seconds - promise.value.seconds);
    let unknown = match path.unknown.len() {
        0 => String::new(),
        1 => ", and one step more has no estimate".to_owned(),
        count => format!(", and {count} steps more have no estimate"),
    };
    let message = format!("`{name}` takes {takes} where {promised} are promised: service would be back {late} late{unknown}");
    let mut finding = Diagnostic::error(RULE.name, header.span, message, format!("takes {takes}"));
    finding = finding.because(promise.span, format!("{promised} are promised"));
    let program = &context.facts.scenarios[id.index()];
    let spans: BTreeMap<&str, Span> = program.items().into_iter().map(|item| (item.id.as_str(), item.span)).collect();
    // A line that names several things is one place.
    let mut places: BTreeMap<Span, u64> = BTreeMap::new();
    for (step, takes) in &path.steps {
        if let Some(span) = spans.get(step.as_str()) {
            *places.entry(*span).or_default() += takes.seconds;
        }
    }
    let mut longest: Vec<(Span, u64)> = places.into_iter().filter(|(_, seconds)| *seconds > 0).collect();
    longest.sort_by_key(|(_, seconds)| std::cmp::Reverse(*seconds));
    for (span, seconds) in longest.into_iter().take(SHOWN) {
        finding = finding.because(span, format!("takes {}", duration_text(seconds)));
    }
    finding.help("shorten the path, do what can be done side by side in `parallel`, or promise what it takes")
}
