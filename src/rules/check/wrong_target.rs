//! # check/wrong-target
//!
//! A scenario changes one database and asks another whether it worked.
//!
//! ## What it finds
//!
//! A scenario that takes changes back on databases or restores them, all of whose checks are queries, and none of them on one
//! of these databases. A check that runs a command, asks over HTTP or asks a person may be about anything.
//!
//! ## Why it matters in the incident
//!
//! The production database is dropped and not restored; the check looks at the staging database, whose name is in the shell's
//! variable, and is green.
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
//! target copy "The reporting copy" postgres { url $COPY_URL }
//!
//! check orders-answer "Orders can be read" on copy {
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
//! ````

use std::collections::BTreeSet;

use crate::analysis::program::Work;
use crate::diagnostic::{Diagnostic, Severity};
use crate::plan::check::Probe;
use crate::plan::id::Id;
use crate::plan::target::Target;
use crate::rules::{Context, Finder, Rule, words};

pub const RULE: Rule =
    Rule { name: "check/wrong-target", severity: Severity::Warning, finder: Finder::Rule(check), text: include_str!("wrong_target.rs") };

fn check(context: &Context<'_>, findings: &mut Vec<Diagnostic>) {
    let plan = context.plan;
    for (id, scenario) in plan.scenarios.iter().filter(|(id, _)| !context.facts.is_part(*id)) {
        let program = &context.facts.scenarios[id.index()];
        let items = program.items();
        let database = |target: &Id<Target>| plan.targets[*target].kind.value.is_database();
        let mut changed: BTreeSet<Id<Target>> = program.undone().filter_map(|change| plan.changes[change].on.map(|on| on.value)).collect();
        changed.extend(items.iter().filter_map(|item| match item.work {
            Work::Restore(backup) => Some(plan.backups[backup].of.value),
            Work::Sql(_) => item.on,
            _ => None,
        }));
        changed.retain(database);
        let checks: BTreeSet<_> = items
            .iter()
            .flat_map(|item| {
                item.verify.iter().copied().chain(match item.work {
                    Work::Verify(check) => Some(check),
                    _ => None,
                })
            })
            .collect();
        let asked: Option<BTreeSet<Id<Target>>> = checks
            .iter()
            .map(|check| match &plan.checks[*check].probe {
                Some(Probe::Query(_)) => plan.checks[*check].on.map(|on| on.value),
                _ => None,
            })
            .collect();
        let Some(asked) = asked.filter(|asked| !asked.is_empty() && !changed.is_empty() && asked.is_disjoint(&changed)) else { continue };
        let names = |targets: &BTreeSet<Id<Target>>| words::list(targets.iter().map(|target| plan.targets[*target].header.name.as_str()));
        let message = format!("`{}` changes {} and asks {} whether that worked", scenario.header.name, names(&changed), names(&asked));
        let mut finding = Diagnostic::error(RULE.name, scenario.header.span, message, "asks elsewhere").severity(RULE.severity);
        for check in &checks {
            finding = plan.checks[*check].on.iter().fold(finding, |finding, on| finding.because(on.span, "asked here"));
        }
        findings.push(finding.help(format!("`verify` a check on {}", names(&changed))));
    }
}
