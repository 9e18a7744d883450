//! # time/open-ended
//!
//! A scenario that needs what is kept can be used for ever, and nothing says how long that is promised.
//!
//! ## What it finds
//!
//! A plan without `retain`, with a scenario that restores a backup, or opens again what the migration closed, and has neither an `until` nor a `within`:
//! there is no day on which the backup may be deleted, and none from which on it is too old.
//!
//! ## Why it matters in the incident
//!
//! Half a year later somebody finds the scenario, and it still applies. Or the old system was switched off after a month, as
//! nobody knew that the plan leaned on it.
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
//! check orders-answer "Orders can be read" on db {
//!   query ```sql
//!     SELECT count(*) FROM orders
//!   ```
//!   expect > 0
//! }
//!
//! backup before "Orders before" of db {
//!   method pg_dump custom
//!   file "backups/before.dump"
//!   restore takes 20m
//! }
//!
//! phase load "Load" at T {
//!   take before
//!   change load-orders "The orders are in" on db {
//!     do ```sql
//!       INSERT INTO orders SELECT * FROM staging;
//!     ```
//!     undo restore before
//!   }
//! }
//!
//! scenario back "Back" {
//!   applies from load-orders
//!   undo load-orders
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
//! backup before "Orders before" of db {
//!   method pg_dump custom
//!   file "backups/before.dump"
//!   restore takes 20m
//! }
//!
//! phase load "Load" at T {
//!   take before
//!   change load-orders "The orders are in" on db {
//!     do ```sql
//!       INSERT INTO orders SELECT * FROM staging;
//!     ```
//!     undo restore before
//!   }
//! }
//!
//! scenario back "Back" {
//!   applies from load-orders
//!   undo load-orders
//!   verify orders-answer
//! }
//! ````

use crate::analysis::program::Work;
use crate::analysis::writes::events;
use crate::diagnostic::{Diagnostic, Severity};
use crate::plan::id::Id;
use crate::plan::scenario::Scenario;
use crate::rules::{Context, Finder, Rule};

pub const RULE: Rule =
    Rule { name: "time/open-ended", severity: Severity::Info, finder: Finder::Rule(check), text: include_str!("open_ended.rs") };

/// Returns whether a scenario goes back to what the forward run has closed.
fn reopens(context: &Context<'_>, id: Id<Scenario>) -> bool {
    let closed = &context.facts.writes;
    events(context.plan, &context.facts.scenarios[id.index()]).iter().any(|event| {
        let thaws = |target| closed.iter().any(|close| close.turn.freezes.contains(target));
        let starts = |writer| closed.iter().any(|close| close.turn.stops.contains(writer));
        event.turn.thaws.iter().any(thaws) || event.turn.starts.iter().any(starts)
    })
}

fn check(context: &Context<'_>, findings: &mut Vec<Diagnostic>) {
    let plan = context.plan;
    if plan.retain.is_some() {
        return;
    }
    let open = plan.scenarios.iter().filter(|(id, scenario)| {
        let bounded = scenario.applies.iter().any(|clause| clause.until.is_some() || clause.within.is_some());
        let restores = context.facts.scenarios[id.index()].items().into_iter().any(|item| matches!(item.work, Work::Restore(_)));
        !context.facts.is_part(*id) && !bounded && (restores || reopens(context, *id))
    });
    let open: Vec<_> = open.map(|(_, scenario)| scenario).collect();
    let Some(first) = open.first() else { return };
    let message = format!("`{}` can be called for at any time from then on, and nothing says how long that is promised", first.header.name);
    let mut finding = Diagnostic::error(RULE.name, first.header.span, message, "has no end").severity(RULE.severity);
    for other in &open[1..] {
        finding = finding.because(other.header.span, "nor has this");
    }
    findings.push(
        finding
            .because(plan.header.span, "has no `retain`")
            .help("write how long going back is promised: `retain 7d` in the plan, or `applies … within 24h of …` in the scenario"),
    );
}
