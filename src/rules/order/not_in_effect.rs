//! # order/not-in-effect
//!
//! A flag is set, and nothing behind it puts the new value into force.
//!
//! ## What it finds
//!
//! A `set`, a change that sets a flag, or its undo, where the flag says `takes effect after` something, and all that is done from there to
//! the end of the scenario, or of the migration, is SQL, checks, messages, flags and backups: nothing is deployed, no command runs, nobody
//! does anything. A step of any other kind may put it into force, and then it is silent. So it is where the scenario applies only before the
//! migration has put the new value into force.
//!
//! ## Why it matters in the incident
//!
//! The switch is back, the rollback says that it is done, and every process still runs with the value that it read when it started. The
//! fault goes on, and people look for it everywhere but there.
//!
//! ## Caught
//!
//! ````rbk
//! plan new-orders "Orders go to the new database" {
//!   rto 1h
//!   retain 7d
//! }
//!
//! target settings "The API's settings" env-file { file $SETTINGS_FILE }
//! target api "The API" host { dir "/srv/api" }
//!
//! flag new-orders "Orders go to the new database" on settings {
//!   variable "NEW_ORDERS"
//!   default  "off"
//!   takes effect after restart
//! }
//!
//! phase switch "Switch" at T {
//!   change switched "Orders go to the new database" on settings {
//!     do set new-orders to "on"
//!     undo auto
//!   }
//!   step restart "The API runs with its new settings" on api takes 1m {
//!     do ```sh
//!       systemctl --user restart api
//!     ```
//!   }
//! }
//!
//! scenario back "Back" {
//!   applies from switched
//!   undo switched
//! }
//! ````
//!
//! ## Mended
//!
//! ````rbk
//! plan new-orders "Orders go to the new database" {
//!   rto 1h
//!   retain 7d
//! }
//!
//! target settings "The API's settings" env-file { file $SETTINGS_FILE }
//! target api "The API" host { dir "/srv/api" }
//!
//! flag new-orders "Orders go to the new database" on settings {
//!   variable "NEW_ORDERS"
//!   default  "off"
//!   takes effect after restart
//! }
//!
//! phase switch "Switch" at T {
//!   change switched "Orders go to the new database" on settings {
//!     do set new-orders to "on"
//!     undo auto
//!   }
//!   step restart "The API runs with its new settings" on api takes 1m {
//!     do ```sh
//!       systemctl --user restart api
//!     ```
//!   }
//! }
//!
//! scenario back "Back" {
//!   applies from switched
//!   undo switched
//!   step restart-back "The API runs with its old settings" on api takes 1m {
//!     do ```sh
//!       systemctl --user restart api
//!     ```
//!   }
//! }
//! ````

use std::collections::BTreeMap;

use crate::analysis::program::{Direction, Failure, Item, Node, Program, Work};
use crate::diagnostic::{Diagnostic, Severity};
use crate::plan::id::Id;
use crate::plan::target::Flag;
use crate::rules::{Context, Finder, Rule};

pub const RULE: Rule =
    Rule { name: "order/not-in-effect", severity: Severity::Warning, finder: Finder::Rule(check), text: include_str!("not_in_effect.rs") };

fn check(context: &Context<'_>, findings: &mut Vec<Diagnostic>) {
    let plan = context.plan;
    if plan.flags.iter().all(|(_, flag)| flag.takes_effect_after.is_none()) {
        return;
    }
    findings.extend(idle(&context.facts.forward).into_iter().filter_map(|(item, flag)| finding(context, "the migration", item, flag)));
    let forces = in_force(&context.facts.forward);
    for (id, scenario) in plan.scenarios.iter().filter(|(id, _)| !context.facts.is_part(*id)) {
        let end = context.facts.applies(id).end;
        for (item, flag) in idle(&context.facts.scenarios[id.index()]) {
            // What the migration has not put into force needs nothing to be out of it.
            if forces.get(&flag).is_none_or(|forced| end > *forced) {
                findings.extend(finding(context, &format!("`{}`", scenario.header.name), item, flag));
            }
        }
    }
}

/// Returns the items that set a flag and have nothing behind them that may put it into force.
fn idle<'a>(program: &'a Program<'_>) -> Vec<(&'a Item<'a>, Id<Flag>)> {
    let mut idle = Vec::new();
    behind(&program.nodes, false, &mut idle);
    idle.reverse();
    idle
}

/// Walks backwards; `forced` says whether something behind these nodes may put a flag into force. Returns the same of before them.
fn behind<'a>(nodes: &'a [Node<'_>], mut forced: bool, idle: &mut Vec<(&'a Item<'a>, Id<Flag>)>) -> bool {
    for node in nodes.iter().rev() {
        forced = match node {
            Node::Item(item) => {
                let inside = match &item.otherwise {
                    Failure::Fallback(nodes) => behind(nodes, forced, idle),
                    Failure::Run(_) | Failure::Stop | Failure::Continue => forced,
                };
                if let Some(flag) = sets(item).filter(|_| !forced) {
                    idle.push((item, flag));
                }
                forced || inside || may_force(item)
            }
            Node::Phase { nodes, .. } | Node::Group { nodes, .. } | Node::Call { nodes, .. } => behind(nodes, forced, idle),
            // Siblings may come in any order.
            Node::Parallel { nodes, .. } => {
                let any = forced || nodes.iter().any(|node| behind(std::slice::from_ref(node), false, &mut Vec::new()));
                behind(nodes, any, idle)
            }
            Node::Choose { options, .. } => {
                let each: Vec<bool> = options.iter().rev().map(|option| behind(&option.nodes, forced, idle)).collect();
                forced || each.contains(&true)
            }
            // A person decides, and may do something.
            Node::Decision(_) => forced,
        };
    }
    forced
}

/// Returns the flag that an item sets or sets back.
fn sets(item: &Item<'_>) -> Option<Id<Flag>> {
    match item.work {
        Work::Set { flag, .. } | Work::Unset { flag } if item.release.is_none() => Some(flag),
        _ => None,
    }
}

/// Returns whether an item may put a flag into force: it is more than SQL, a check, a message, a flag or a backup.
fn may_force(item: &Item<'_>) -> bool {
    let is_quiet = matches!(
        item.work,
        Work::Sql(_)
            | Work::Inverse
            | Work::Restore(_)
            | Work::Take(_)
            | Work::Capture(_)
            | Work::Verify(_)
            | Work::Show(_)
            | Work::Send(_)
            | Work::Set { .. }
            | Work::Unset { .. }
    );
    item.release.is_some() || !is_quiet
}

/// Returns the first position in which the migration may have put each flag into force that it sets.
fn in_force(forward: &Program<'_>) -> BTreeMap<Id<Flag>, usize> {
    let mut forced: BTreeMap<Id<Flag>, usize> = BTreeMap::new();
    let mut waiting: Vec<Id<Flag>> = Vec::new();
    let mut rank = 0;
    for item in forward.items() {
        let is_change = item.change.is_some_and(|(_, direction)| direction == Direction::Apply);
        if may_force(item) {
            for flag in waiting.drain(..) {
                forced.entry(flag).or_insert(2 * rank + usize::from(is_change));
            }
        }
        waiting.extend(sets(item).filter(|flag| !forced.contains_key(flag) && !waiting.contains(flag)));
        rank += usize::from(is_change);
    }
    forced.extend(waiting.into_iter().map(|flag| (flag, usize::MAX)));
    forced
}

fn finding(context: &Context<'_>, who: &str, item: &Item<'_>, flag: Id<Flag>) -> Option<Diagnostic> {
    let flag = &context.plan.flags[flag];
    let after = flag.takes_effect_after.as_ref()?;
    let (name, step) = (&flag.header.name, &after.value);
    let message =
        format!("{who} sets `{name}`, which takes effect after `{step}`, and nothing behind it does that: the old value stays in force");
    let help = match step.as_str() {
        "deploy" => "deploy a release behind it, or write the step that brings it into force".to_owned(),
        step => format!("write behind it what brings it into force, as `{step}` does"),
    };
    let finding = Diagnostic::error(RULE.name, item.span, message, "set here").severity(RULE.severity);
    Some(finding.because(after.span, "so its value counts only later").help(help))
}
