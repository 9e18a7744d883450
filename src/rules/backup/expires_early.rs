//! # backup/expires-early
//!
//! A backup is deleted before the last day on which somebody may need it.
//!
//! ## What it finds
//!
//! A backup whose `keep` ends before a scenario that restores it has to be started at the latest: by its `within`, by what it
//! applies until, or when `retain` is over. Counted from the planned take, and with what the scenario takes.
//!
//! ## Why it matters in the incident
//!
//! For a week the plan says that one can go back. On the fifth day somebody does, and finds that the clean-up was faster.
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
//!   keep 3d
//!   restore takes 20m
//! }
//!
//! check orders-answer "Orders can be read" on db {
//!   query ```sql
//!     SELECT count(*) FROM orders
//!   ```
//!   expect > 0
//! }
//!
//! phase load "Load" at T for 1h {
//!   take before-load
//!   change load-orders-v2 "The new orders are in" on db {
//!     do ```sql
//!       INSERT INTO orders SELECT * FROM staging;
//!     ```
//!     undo restore before-load
//!     takes 10m
//!   }
//! }
//!
//! scenario back "Back" {
//!   applies from load-orders-v2
//!   undo load-orders-v2
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
//! check orders-answer "Orders can be read" on db {
//!   query ```sql
//!     SELECT count(*) FROM orders
//!   ```
//!   expect > 0
//! }
//!
//! phase load "Load" at T for 1h {
//!   take before-load
//!   change load-orders-v2 "The new orders are in" on db {
//!     do ```sql
//!       INSERT INTO orders SELECT * FROM staging;
//!     ```
//!     undo restore before-load
//!     takes 10m
//!   }
//! }
//!
//! scenario back "Back" {
//!   applies from load-orders-v2
//!   undo load-orders-v2
//!   verify orders-answer
//! }
//! ````

use std::collections::BTreeSet;

use crate::analysis::program::Work;
use crate::diagnostic::{Diagnostic, Severity};
use crate::plan::lexeme::duration_text;
use crate::rules::{Context, Finder, Rule};

pub const RULE: Rule =
    Rule { name: "backup/expires-early", severity: Severity::Error, finder: Finder::Rule(check), text: include_str!("expires_early.rs") };

fn check(context: &Context<'_>, findings: &mut Vec<Diagnostic>) {
    let (plan, facts) = (context.plan, context.facts);
    for (id, scenario) in plan.scenarios.iter().filter(|(id, _)| !facts.is_part(*id)) {
        let Some(deadline) = facts.deadline(id) else { continue };
        let mut own = BTreeSet::new();
        let mut told = BTreeSet::new();
        for item in facts.scenarios[id.index()].items() {
            let backup = match item.work {
                Work::Take(backup) => {
                    own.insert(backup);
                    continue;
                }
                Work::Restore(backup) if !own.contains(&backup) => backup,
                _ => continue,
            };
            let (Some(keep), Some(take)) = (plan.backups[backup].keep, facts.coverage.takes(backup).last()) else { continue };
            let Some(taken) = facts.schedule.latest(&take.item).or(facts.schedule.earliest(&take.item)) else { continue };
            // The restore reads it while the scenario runs.
            let needed = deadline.0.saturating_sub(taken.0).saturating_add_unsigned(facts.time(id).total.seconds).max(0).unsigned_abs();
            if needed > keep.value.seconds && told.insert(backup) {
                let (name, header) = (&plan.backups[backup].header.name, &scenario.header);
                let (kept, wanted) = (duration_text(keep.value.seconds), duration_text(needed));
                let message = format!("`{name}` is kept for {kept}, and `{}` may need it {wanted} after it was taken", header.name);
                let mut finding = Diagnostic::error(RULE.name, keep.span, message, format!("gone after {kept}"));
                finding = finding.because(take.span, "taken here").because(item.span, "restored here");
                if let Some(retain) = plan.retain {
                    finding = finding.because(retain.span, format!("going back is promised for {}", duration_text(retain.value.seconds)));
                }
                findings.push(finding.help(format!(
                    "write `keep {}` or more, or let `{}` end earlier",
                    duration_text(needed.div_ceil(86_400) * 86_400),
                    header.name
                )));
            }
        }
    }
}
