//! # time/rpo-exceeded
//!
//! What a scenario loses is more than what the plan promises to lose at most.
//!
//! ## What it finds
//!
//! A scenario that restores a backup, and the writes that reached the target between the backup's take and the freeze that
//! covers it (or, without one, the restore) come to more than the scenario's `loses at most`, or the plan's `rpo`; also when
//! the plan sets that time no end, or when nothing may be lost and nothing takes the backup that is restored. What the scenario itself saves before it restores is not lost. A target that no `writer`
//! writes to loses nothing.
//!
//! ## Why it matters in the incident
//!
//! The restore succeeds, and then the first customer calls about an order of this morning. The business had agreed to lose
//! minutes at most, because somebody wrote so into the plan.
//!
//! ## Caught
//!
//! ````rbk
//! plan new-orders "Load the new orders" {
//!   rto 1h
//!   retain 7d
//!   rpo 5m
//! }
//!
//! target db "Orders" postgres { url $DATABASE_URL }
//!
//! writer shop "The shop" writes db
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
//! phase load "Load" at T {
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
//!   rpo 5m
//! }
//!
//! target db "Orders" postgres { url $DATABASE_URL }
//!
//! writer shop "The shop" writes db
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
//! phase load "Load" at T {
//!   change shop-closed "The shop takes no orders" on db {
//!     freezes db
//!     do ```sql
//!       REVOKE INSERT, UPDATE, DELETE ON orders FROM shop;
//!     ```
//!     undo ```sql
//!       GRANT INSERT, UPDATE, DELETE ON orders TO shop;
//!     ```
//!     takes 1m
//!     undo takes 1m
//!     verify orders-answer
//!   }
//!   take before-load takes 2m
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
//!   applies from shop-closed
//!   undo load-orders-v2, shop-closed
//!   verify orders-answer
//! }
//! ````

use crate::analysis::Loss;
use crate::analysis::coverage::{Artifact, Restore};
use crate::analysis::loss::Occasion;
use crate::diagnostic::{Diagnostic, Severity};
use crate::plan::id::Id;
use crate::plan::lexeme::duration_text;
use crate::plan::scenario::Scenario;
use crate::plan::value::Duration;
use crate::rules::{Context, Finder, Rule};
use crate::source::Spanned;

pub const RULE: Rule =
    Rule { name: "time/rpo-exceeded", severity: Severity::Error, finder: Finder::Rule(check), text: include_str!("rpo_exceeded.rs") };

fn check(context: &Context<'_>, findings: &mut Vec<Diagnostic>) {
    for (id, scenario) in context.plan.scenarios.iter().filter(|(id, _)| !context.facts.is_part(*id)) {
        let Some(promise) = scenario.loses_at_most.or(context.plan.rpo) else { continue };
        for loss in context.facts.loss(id).iter().filter(|loss| is_lost(loss)) {
            if loss.seconds.is_none_or(|seconds| seconds > promise.value.seconds) {
                findings.push(finding(context, id, promise, loss));
            }
        }
        // Whenever a backup is taken that nothing takes yet: what is written since is more than nothing.
        if promise.value.seconds == 0
            && let Some(restore) = whenever_taken(context, id)
        {
            findings.push(unknown(context, id, promise, restore));
        }
    }
}

/// Returns a restore of a backup that nothing takes, of a target that is written to.
pub fn whenever_taken<'f>(context: &'f Context<'_>, id: Id<Scenario>) -> Option<&'f Restore> {
    let plan = context.plan;
    let written = |target| plan.writers.iter().any(|(_, writer)| writer.targets.iter().any(|of| of.value == target));
    context.facts.restores(id).iter().find(|it| it.artifact == Artifact::None && written(plan.backups[it.backup].of.value))
}

fn unknown(context: &Context<'_>, id: Id<Scenario>, promise: Spanned<Duration>, restore: &Restore) -> Diagnostic {
    let plan = context.plan;
    let (name, backup) = (&plan.scenarios[id].header.name, &plan.backups[restore.backup].header.name);
    let message = format!("`{name}` loses what was written since `{backup}` was taken, whenever that was, where 0m may be lost at most");
    Diagnostic::error(RULE.name, restore.span, message, format!("restores `{backup}`"))
        .because(promise.span, "0m may be lost")
        .help("take the backup while nobody writes, bring back what was written since, or promise what is lost: `loses at most …`")
}

/// Returns whether writes are gone for good. What is written only up to a freeze of the forward run is `backup/before-freeze`.
pub fn is_lost(loss: &Loss) -> bool {
    let early = |event: &Occasion| matches!(event, Occasion::Forward(_));
    let before_freeze = loss.windows.iter().all(|window| window.from.event == Occasion::Take && early(&window.until.event));
    loss.kept.is_none() && loss.seconds != Some(0) && !before_freeze
}

fn finding(context: &Context<'_>, id: Id<Scenario>, promise: Spanned<Duration>, loss: &Loss) -> Diagnostic {
    let plan = context.plan;
    let name = &plan.scenarios[id].header.name;
    let (target, backup) = (&plan.targets[loss.target].header.name, &plan.backups[loss.backup].header.name);
    let promised = duration_text(promise.value.seconds);
    let lost = loss.seconds.map_or("without an end".to_owned(), |seconds| format!("of {}", duration_text(seconds)));
    let message = format!("`{name}` loses writes to `{target}` {lost} where {promised} may be lost at most: {}", loss.sentence);
    let restore = context.facts.scenarios[id.index()].items().into_iter().find(|item| item.id == loss.item).map(|item| item.span);
    let place = restore.unwrap_or(plan.scenarios[id].header.span);
    let mut finding = Diagnostic::error(RULE.name, place, message, format!("restores `{backup}`"));
    finding = finding.because(promise.span, format!("{promised} may be lost"));
    for take in context.facts.coverage.takes(loss.backup) {
        finding = finding.because(take.span, "what is written from here on is not in it");
    }
    finding.help(format!(
        "freeze `{target}` before the backup is taken and until it is restored, take what is there first (`take` of another backup in \
         `{name}`), or promise what is lost: `loses at most …`"
    ))
}
