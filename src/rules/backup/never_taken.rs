//! # backup/never-taken
//!
//! A restore has no backup to read: nothing on the path to it takes one.
//!
//! ## What it finds
//!
//! An `undo restore`, `recover restore` or `restore` step whose backup is taken nowhere, or only after the change that it is to
//! take back has begun, or only in one option of a `choose`, or in a scenario at a point where it applies before the take. A
//! `take` earlier in the same scenario counts.
//!
//! ## Why it matters in the incident
//!
//! The restore stops at a missing file. Or worse, it finds the backup that was taken after the change, and brings back what it
//! was to take away.
//!
//! ## Caught
//!
//! ````rbk
//! plan new-orders "Load the new orders" {
//!   rto 1h
//! }
//!
//! target db "Orders" postgres { url $DATABASE_URL }
//!
//! backup before-load "Orders before the load" of db {
//!   method pg_dump custom
//!   file "backups/before-load.dump"
//!   restore takes 20m
//! }
//!
//! phase load "Load" at T {
//!   change load-orders-v2 "The new orders are in" on db {
//!     do ```sql
//!       INSERT INTO orders SELECT * FROM staging;
//!     ```
//!     undo restore before-load
//!   }
//! }
//!
//! scenario back "Back" {
//!   applies from load-orders-v2
//!   undo load-orders-v2
//! }
//! ````
//!
//! ## Mended
//!
//! ````rbk
//! plan new-orders "Load the new orders" {
//!   rto 1h
//! }
//!
//! target db "Orders" postgres { url $DATABASE_URL }
//!
//! backup before-load "Orders before the load" of db {
//!   method pg_dump custom
//!   file "backups/before-load.dump"
//!   restore takes 20m
//! }
//!
//! phase load "Load" at T {
//!   take before-load
//!   change load-orders-v2 "The new orders are in" on db {
//!     do ```sql
//!       INSERT INTO orders SELECT * FROM staging;
//!     ```
//!     undo restore before-load
//!   }
//! }
//!
//! scenario back "Back" {
//!   applies from load-orders-v2
//!   undo load-orders-v2
//! }
//! ````

use std::collections::{BTreeMap, BTreeSet};

use crate::analysis::program::{Direction, Work};
use crate::analysis::sure::each_item;
use crate::diagnostic::{Diagnostic, Severity};
use crate::plan::action::Action;
use crate::plan::change::{Change, Recover, Undo};
use crate::plan::id::Id;
use crate::plan::scenario::{Guard, Test};
use crate::plan::target::Backup;
use crate::rules::{Context, Finder, Rule};
use crate::source::Span;

pub const RULE: Rule =
    Rule { name: "backup/never-taken", severity: Severity::Error, finder: Finder::Rule(check), text: include_str!("never_taken.rs") };

fn check(context: &Context<'_>, findings: &mut Vec<Diagnostic>) {
    // All is asked in one walk over the forward run: to keep what is taken before each change would be quadratic.
    let mut wanted = wanted(context);
    // A step that several scenarios run is told once.
    let mut missing = wanted.remove(&None).unwrap_or_default();
    each_item(&context.facts.forward.nodes, &mut |item, taken| {
        if let Some((id, Direction::Apply)) = item.change {
            let change = &context.plan.changes[id];
            for (backup, span) in restores(change).into_iter().filter(|(backup, _)| !taken.contains(*backup)) {
                findings.push(of_change(context, change, backup, span));
            }
            missing.extend(wanted.remove(&Some(id)).unwrap_or_default().into_iter().filter(|(_, backup)| !taken.contains(*backup)));
        } else if let Work::Restore(backup) = item.work
            && !taken.contains(backup)
        {
            findings.push(in_step(context, backup, item.span));
        }
    });
    for (span, backup) in missing {
        findings.push(in_step(context, backup, span));
    }
}

/// Restores that rest on what was taken before, by the last change that has begun where their scenario applies first.
type Wanted = BTreeMap<Option<Id<Change>>, BTreeSet<(Span, Id<Backup>)>>;

fn wanted(context: &Context<'_>) -> Wanted {
    let mut wanted = Wanted::new();
    for id in context.plan.scenarios.ids() {
        // A part is judged where it is run.
        let Some(first) = context.facts.applies(id).next() else { continue };
        let start = context.graph.positions()[first].change();
        each_item(&context.facts.scenarios[id.index()].nodes, &mut |item, taken| {
            if let (Work::Restore(backup), None) = (item.work, item.change)
                && !taken.contains(backup)
                && !asks_for(item.guards, backup)
            {
                wanted.entry(start).or_default().insert((item.span, backup));
            }
        });
    }
    wanted
}

/// Returns the backups that take a change back, with where that is said.
fn restores(change: &Change) -> Vec<(Id<Backup>, Span)> {
    let mut restores = Vec::new();
    if let Undo::Action(action) = &change.undo
        && let Action::Restore { backup, span } = **action
    {
        restores.push((backup, span));
    }
    restores.extend(change.recover.iter().filter_map(|recover| match recover.value {
        Recover::Restore(backup) => Some((backup, recover.span)),
        _ => None,
    }));
    restores
}

/// Returns whether the step is skipped where the backup is not there.
fn asks_for(guards: &[Guard], backup: Id<Backup>) -> bool {
    guards.iter().any(|guard| !guard.negated && matches!(guard.test, Test::Available(other) if other == backup))
}

fn of_change(context: &Context<'_>, change: &Change, backup: Id<Backup>, span: Span) -> Diagnostic {
    let (name, backup_name) = (&change.header.name, &context.plan.backups[backup].header.name);
    let take = take(context, backup);
    let message = match take {
        None => format!("`{name}` is undone by restoring `{backup_name}`, and nothing takes it: the restore would stop at a missing file"),
        Some(_) => format!(
            "`{name}` is undone by restoring `{backup_name}`, which is not sure to be taken before it: the restore would find \
             nothing, or bring back what `{name}` did"
        ),
    };
    let mut finding = Diagnostic::error(RULE.name, span, message, "restored here");
    finding = finding.because(change.header.span, format!("`{backup_name}` has to be taken before this begins"));
    if let Some(take) = take {
        finding = finding.because(take, "taken here");
    }
    finding.help(format!("write `take {backup_name}` before `change {name}`"))
}

fn in_step(context: &Context<'_>, backup: Id<Backup>, span: Span) -> Diagnostic {
    let name = &context.plan.backups[backup].header.name;
    let take = take(context, backup);
    let message = match take {
        None => format!("this restores `{name}`, and nothing takes it: the restore would stop at a missing file"),
        Some(_) => {
            format!("this restores `{name}`, which is not sure to have been taken by then: the restore would stop at a missing file")
        }
    };
    let mut finding = Diagnostic::error(RULE.name, span, message, "restored here");
    finding = finding.because(context.plan.backups[backup].header.span, "the backup");
    if let Some(take) = take {
        finding = finding.because(take, "taken here");
    }
    finding.help(format!("write `take {name}` where every path to this step passes, or guard it with `only if {name} is available`"))
}

/// Returns where the forward run takes a backup, on whatever path.
fn take(context: &Context<'_>, backup: Id<Backup>) -> Option<Span> {
    let items = context.facts.forward.items();
    items.into_iter().find(|item| matches!(item.work, Work::Take(other) if other == backup)).map(|item| item.span)
}
