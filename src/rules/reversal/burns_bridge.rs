//! # reversal/burns-bridge
//!
//! One scenario takes away what another needs.
//!
//! ## What it finds
//!
//! A step of a scenario that stops the only writer which keeps a target up to date, and leaves it stopped, while another
//! scenario that may come after it goes back to that target (it verifies something there, or restores or changes it) and brings
//! it nothing; and a step that destroys an object without which the release that another scenario deploys can't run.
//!
//! ## Why it matters in the incident
//!
//! The quick fix for a small problem is done first, without a thought: it is level 1. An hour later the problem is a big one,
//! level 3 is called for, and it leads back to a store that nobody has written to since.
//!
//! ## Caught
//!
//! ````rbk
//! plan new-orders "Load the new orders" {
//!   rto 1h
//!   retain 7d
//! }
//!
//! target old "The old store" postgres { url $OLD_URL }
//! target new "The new store" postgres { url $NEW_URL }
//!
//! writer shop "The shop" writes new
//! writer mirror "The copier, which keeps the old store up to date" writes old
//!
//! check old-answers "The old store answers" on old {
//!   query ```sql
//!     SELECT count(*) FROM orders
//!   ```
//!   expect > 0
//! }
//!
//! phase switch "Switch" at T {
//!   change shop-on-new "The shop reads and writes the new store" on new {
//!     do manual "Set the shop's store to `new`."
//!     undo manual "Set the shop's store to `old`."
//!     undo takes 5m
//!     verify old-answers
//!   }
//! }
//!
//! scenario relief "Take load off" {
//!   applies from shop-on-new
//!   level 1
//!   escalates to back after 30m
//!   manual stop-copier "Stop the copier" takes 1m {
//!     do manual "Switch the copier off in the console."
//!     stops mirror
//!   }
//!   verify old-answers
//! }
//!
//! scenario back "Back to the old store" {
//!   applies from shop-on-new
//!   level 2
//!   undo shop-on-new
//!   verify old-answers
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
//! target old "The old store" postgres { url $OLD_URL }
//! target new "The new store" postgres { url $NEW_URL }
//!
//! writer shop "The shop" writes new
//! writer mirror "The copier, which keeps the old store up to date" writes old
//!
//! check old-answers "The old store answers" on old {
//!   query ```sql
//!     SELECT count(*) FROM orders
//!   ```
//!   expect > 0
//! }
//!
//! phase switch "Switch" at T {
//!   change shop-on-new "The shop reads and writes the new store" on new {
//!     do manual "Set the shop's store to `new`."
//!     undo manual "Set the shop's store to `old`."
//!     undo takes 5m
//!     verify old-answers
//!   }
//! }
//!
//! scenario relief "Take load off" {
//!   applies from shop-on-new
//!   level 1
//!   escalates to back after 30m
//!   manual stop-copier "Stop the copier" takes 1m {
//!     do manual "Switch the copier off in the console."
//!     stops mirror
//!   }
//!   manual start-copier "Start the copier, and wait until it has caught up" takes 10m {
//!     do manual "Switch the copier on in the console; done when its lag is 0."
//!     starts mirror
//!   }
//!   verify old-answers
//! }
//!
//! scenario back "Back to the old store" {
//!   applies from shop-on-new
//!   level 2
//!   undo shop-on-new
//!   verify old-answers
//! }
//! ````

use std::collections::BTreeSet;

use crate::analysis::program::{Direction, Item, Work};
use crate::analysis::writes::{Event, events};
use crate::diagnostic::{Diagnostic, Severity};
use crate::graph::objects::Object;
use crate::plan::id::Id;
use crate::plan::scenario::Scenario;
use crate::plan::target::{Target, Writer};
use crate::rules::{Context, Finder, Rule};
use crate::source::Span;

pub const RULE: Rule =
    Rule { name: "reversal/burns-bridge", severity: Severity::Error, finder: Finder::Rule(check), text: include_str!("burns_bridge.rs") };

fn check(context: &Context<'_>, findings: &mut Vec<Diagnostic>) {
    let plan = context.plan;
    let mut told: BTreeSet<(Span, Id<Scenario>)> = BTreeSet::new();
    for id in plan.scenarios.ids().filter(|id| !context.facts.is_part(*id)) {
        for (writer, event) in left_stopped(context, id) {
            for (target, other) in burnt(context, id, writer) {
                let span = context.facts.scenarios[id.index()].items()[event.place].span;
                if told.insert((span, other)) {
                    findings.push(stale(context, span, &event.title, id, other, writer, target));
                }
            }
        }
        destroyed(context, id, &mut told, findings);
    }
}

/// Returns the writers that a scenario stops by its own word and does not start again.
fn left_stopped(context: &Context<'_>, id: Id<Scenario>) -> Vec<(Id<Writer>, Event)> {
    let program = &context.facts.scenarios[id.index()];
    let items = program.items();
    let mut stopped: Vec<(Id<Writer>, Event)> = Vec::new();
    for event in events(context.plan, program) {
        stopped.retain(|(writer, _)| !event.turn.starts.contains(writer));
        for stop in items[event.place].effects.map_or(&[][..], |effects| &effects.stops) {
            stopped.push((stop.value, event.clone()));
        }
    }
    stopped
}

/// Returns the scenarios that may come after `id` and lead back to a target which only `writer` keeps up to date.
pub fn burnt(context: &Context<'_>, id: Id<Scenario>, writer: Id<Writer>) -> Vec<(Id<Target>, Id<Scenario>)> {
    let plan = context.plan;
    let alone = |target: Id<Target>| {
        let mut others = plan.writers.iter().filter(|(other, it)| *other != writer && it.targets.iter().any(|of| of.value == target));
        others.next().is_none() && plan.targets[target].kind.value.is_database()
    };
    let mut burnt = Vec::new();
    for target in plan.writers[writer].targets.iter().map(|target| target.value).filter(|target| alone(*target)) {
        // A writer that writes nothing but this one copies from somewhere; others are people, who write where they are.
        let copies = plan.writers.len() > 1 && plan.writers[writer].targets.len() == 1;
        let others = plan.scenarios.ids().filter(|other| copies && follows(context, id, *other) && leads_to(context, *other, target));
        burnt.extend(others.filter(|other| !brings(context, *other, target)).map(|other| (target, other)));
    }
    burnt
}

/// Returns whether `other` may be carried out after `id`.
pub fn follows(context: &Context<'_>, id: Id<Scenario>, other: Id<Scenario>) -> bool {
    let (own, its) = (context.facts.applies(id), context.facts.applies(other));
    let escalates = context.plan.scenarios[id].escalates.iter().any(|next| next.to.value == other);
    id != other
        && !context.facts.is_part(other)
        && (escalates || own.start < its.end && its.start < own.end && level(context, other) > level(context, id))
}

fn level(context: &Context<'_>, id: Id<Scenario>) -> u64 {
    context.plan.scenarios[id].level.map_or(0, |level| level.value)
}

/// Returns whether a scenario ends on a target: it asks something there, takes changes back, and does not only clear it away.
fn leads_to(context: &Context<'_>, id: Id<Scenario>, target: Id<Target>) -> bool {
    let items = context.facts.scenarios[id.index()].items();
    let asks = |item: &&Item<'_>| {
        let checks = item.verify.iter().copied().chain(match item.work {
            Work::Verify(check) => Some(check),
            _ => None,
        });
        checks.into_iter().any(|check| context.plan.checks[check].on.is_some_and(|on| on.value == target))
    };
    let back = items.iter().any(|item| item.change.is_some_and(|(_, direction)| direction == Direction::Undo));
    back && items.iter().any(asks)
}

fn brings(context: &Context<'_>, id: Id<Scenario>, target: Id<Target>) -> bool {
    context.facts.scenarios[id.index()].items().into_iter().any(|item| {
        let writes = item.effects.is_some_and(|effects| !effects.writes.is_empty());
        let code = matches!(item.work, Work::Sql(_) | Work::Shell(_));
        writes
            || item.on == Some(target) && code && item.change.is_none()
            || matches!(item.work, Work::Restore(backup) if context.plan.backups[backup].of.value == target)
    })
}

fn stale(
    context: &Context<'_>,
    span: Span,
    title: &str,
    id: Id<Scenario>,
    other: Id<Scenario>,
    writer: Id<Writer>,
    target: Id<Target>,
) -> Diagnostic {
    let plan = context.plan;
    let (own, next) = (&plan.scenarios[id].header, &plan.scenarios[other].header);
    let (who, what) = (&plan.writers[writer].header.name, &plan.targets[target].header.name);
    let message = format!("after “{title}” in `{}`, `{what}` is no longer kept up to date, and `{}` leads back to it", own.name, next.name);
    let finding = Diagnostic::error(RULE.name, span, message, format!("`{who}` is stopped, and stays so"));
    finding
        .because(next.span, format!("leads back to `{what}`"))
        .because(plan.writers[writer].header.span, format!("nothing else writes to `{what}`"))
        .help(format!(
            "start `{who}` again in `{}` (`starts {who}`), or bring `{what}` what it lacks in `{}` by a step that says `writes …`",
            own.name, next.name
        ))
}

/// Finds objects that a step destroys and that the release of a later scenario needs.
fn destroyed(context: &Context<'_>, id: Id<Scenario>, told: &mut BTreeSet<(Span, Id<Scenario>)>, findings: &mut Vec<Diagnostic>) {
    let plan = context.plan;
    for item in context.facts.scenarios[id.index()].items().into_iter().filter(|item| item.change.is_none()) {
        for gone in item.effects.map_or(&[][..], |effects| &effects.destroys) {
            let object = Object::new(plan, &gone.value, item.on);
            for other in plan.scenarios.ids().filter(|other| follows(context, id, *other)) {
                let items = context.facts.scenarios[other.index()].items();
                let needs = items.iter().filter_map(|item| item.release).find_map(|release| {
                    let release = &plan.releases[release];
                    let need = release.needs_objects.iter().find(|(need, _)| object.holds(&Object::new(plan, &need.value, None)));
                    need.map(|(need, _)| (release, need))
                });
                let Some((release, need)) = needs.filter(|_| told.insert((item.span, other))) else { continue };
                let (own, next) = (&plan.scenarios[id].header.name, &plan.scenarios[other].header);
                let message = format!(
                    "“{}” in `{own}` destroys `{}`, and `{}` deploys `{}`, which can't run without it",
                    item.title, gone.value, next.name, release.header.name
                );
                let finding = Diagnostic::error(RULE.name, gone.span, message, "destroyed here")
                    .because(need.span, "needed here")
                    .because(next.span, "deploys it");
                findings.push(finding.help(format!("keep `{}` until `{}` can't be called for any more", gone.value, next.name)));
            }
        }
    }
}
