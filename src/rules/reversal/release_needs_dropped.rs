//! # reversal/release-needs-dropped
//!
//! A scenario goes back to a release whose objects are gone by then.
//!
//! ## What it finds
//!
//! A scenario with a step that deploys a release, and that applies where an object that the release `needs` has been dropped by
//! a change that the scenario does not take back.
//!
//! ## Why it matters in the incident
//!
//! The old version is deployed in five minutes and fails at its first query. Now neither the new version nor the old one runs.
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
//! backup before-load "Orders before the load" of db {
//!   method pg_dump custom
//!   file "backups/before-load.dump"
//!   keep 14d
//!   restore takes 20m
//! }
//!
//! target app "The shop's application" manual
//!
//! release shop-1 "The shop that reads the legacy table" of app {
//!   needs legacy_orders
//!   deploy manual "Promote version 1."
//! }
//! release shop-2 "The shop that reads the new table" of app {
//!   deploy manual "Promote version 2."
//! }
//!
//! check orders-answer "Orders can be read" on db {
//!   query ```sql
//!     SELECT count(*) FROM orders
//!   ```
//!   expect > 0
//! }
//!
//! phase migrate "Migrate" at T {
//!   change new-shop "Version 2 is live" on app {
//!     do deploy shop-2
//!     undo deploy shop-1
//!     undo takes 5m
//!     verify orders-answer
//!   }
//! }
//!
//! phase clean-up "Clean up" at T+7d {
//!   take before-load
//!   irreversible change legacy-gone "The legacy table is gone" on db {
//!     do ```sql
//!       DROP TABLE legacy_orders;
//!     ```
//!     recover restore before-load
//!     verify orders-answer
//!   }
//! }
//!
//! scenario back "Back to version 1" {
//!   applies from new-shop
//!   deploy shop-1 takes 5m
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
//! backup before-load "Orders before the load" of db {
//!   method pg_dump custom
//!   file "backups/before-load.dump"
//!   keep 14d
//!   restore takes 20m
//! }
//!
//! target app "The shop's application" manual
//!
//! release shop-1 "The shop that reads the legacy table" of app {
//!   needs legacy_orders
//!   deploy manual "Promote version 1."
//! }
//! release shop-2 "The shop that reads the new table" of app {
//!   deploy manual "Promote version 2."
//! }
//!
//! check orders-answer "Orders can be read" on db {
//!   query ```sql
//!     SELECT count(*) FROM orders
//!   ```
//!   expect > 0
//! }
//!
//! phase migrate "Migrate" at T {
//!   change new-shop "Version 2 is live" on app {
//!     do deploy shop-2
//!     undo deploy shop-1
//!     undo takes 5m
//!     verify orders-answer
//!   }
//! }
//!
//! phase clean-up "Clean up" at T+7d {
//!   take before-load
//!   irreversible change legacy-gone "The legacy table is gone" on db {
//!     do ```sql
//!       DROP TABLE legacy_orders;
//!     ```
//!     recover restore before-load
//!     verify orders-answer
//!   }
//! }
//!
//! scenario back "Back to version 1" {
//!   applies from new-shop until legacy-gone
//!   deploy shop-1 takes 5m
//!   verify orders-answer
//! }
//!
//! scenario late "Back after the clean-up" {
//!   applies from legacy-gone
//!   limits "Orders since the clean-up are entered again"
//!   restore before-load
//!   deploy shop-1 takes 5m
//!   verify orders-answer
//! }
//! ````

use std::collections::BTreeSet;

use crate::analysis::program::Work;
use crate::diagnostic::{Diagnostic, Severity};
use crate::graph::Manner;
use crate::graph::objects::Object;
use crate::plan::change::Change;
use crate::plan::id::Id;
use crate::plan::scenario::Scenario;
use crate::plan::target::{Release, Target};
use crate::rules::{Context, Finder, Rule};
use crate::source::{Span, Spanned};

pub const RULE: Rule = Rule {
    name: "reversal/release-needs-dropped",
    severity: Severity::Error,
    finder: Finder::Rule(check),
    text: include_str!("release_needs_dropped.rs"),
};

fn check(context: &Context<'_>, findings: &mut Vec<Diagnostic>) {
    let (plan, facts) = (context.plan, context.facts);
    for id in plan.scenarios.ids().filter(|id| !facts.is_part(*id)) {
        let program = &facts.scenarios[id.index()];
        let undone: BTreeSet<Id<Change>> = program.undone().collect();
        let mut told = BTreeSet::new();
        // What a backup holds that nothing takes yet is `backup/never-taken`; once somebody does, its restore brings all back.
        let mut restored: BTreeSet<Id<Target>> = BTreeSet::new();
        for item in program.items() {
            if let Work::Restore(backup) = item.work
                && facts.coverage.takes(backup).is_empty()
            {
                restored.insert(plan.backups[backup].of.value);
            }
            // Where the deploy of another is undone, `order/undo-leaves-dependant` tells what stays without it.
            let Some(release) = item.release.filter(|_| item.change.is_none()) else { continue };
            for (need, _) in &plan.releases[release].needs_objects {
                let object = Object::new(plan, &need.value, None);
                let applies = facts.applies(id);
                let gone = context.graph.order().iter().copied().find(|change| {
                    let begun = context.graph.begun(*change) < applies.end;
                    let back = plan.changes[*change].on.is_some_and(|on| restored.contains(&on.value));
                    begun && !back && !undone.contains(change) && removes(context, *change, &object)
                });
                if let Some(change) = gone.filter(|change| told.insert((release, *change))) {
                    findings.push(finding(context, id, item.span, release, need, change));
                }
            }
        }
    }
}

/// Returns whether an object is gone after a change: it is dropped, or its data is destroyed by the author's word, and the same
/// change does not make it anew.
fn removes(context: &Context<'_>, change: Id<Change>, object: &Object) -> bool {
    let touched = context.graph.touched(change);
    let made = touched.touches.iter().any(|touch| touch.manner == Manner::Creates && touch.object.meets(object));
    !made && touched.touches.iter().any(|touch| touch.manner == Manner::Removes && touch.object.holds(object))
}

fn finding(
    context: &Context<'_>,
    id: Id<Scenario>,
    at: Span,
    release: Id<Release>,
    need: &Spanned<String>,
    change: Id<Change>,
) -> Diagnostic {
    let plan = context.plan;
    let (scenario, dropped) = (&plan.scenarios[id].header, &plan.changes[change].header);
    let release = &plan.releases[release].header.name;
    let message =
        format!("`{}` deploys `{release}`, which can't run without `{}`; after `{}` that is gone", scenario.name, need.value, dropped.name);
    let finding = Diagnostic::error(RULE.name, at, message, format!("deploys `{release}`"));
    finding
        .because(dropped.span, format!("takes `{}` away", need.value))
        .because(need.span, "needed here")
        .help(format!("let `{}` apply `until {}`, or bring `{}` back before it deploys", scenario.name, dropped.name, need.value))
}
