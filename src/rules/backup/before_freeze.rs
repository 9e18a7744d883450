//! # backup/before-freeze
//!
//! A backup is taken while people still write, although they are stopped a little later.
//!
//! ## What it finds
//!
//! A `take` in the forward run of a target that declared writers still write to, where a later step freezes that target (or
//! stops its writers) and no backup of it is taken after that. A warning where nothing in the plan restores the backup. Silent where the
//! time between the two is within the `rpo`.
//!
//! ## Why it matters in the incident
//!
//! The backup looks like the final one, and lacks the last hours before the migration. Moving one line behind the freeze would
//! have made it complete; at restore time that can't be made up for.
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
//! phase save "Save" at T-24h {
//!   take before-load
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
//!   applies from shop-closed
//!   undo load-orders-v2, shop-closed
//!   verify orders-answer
//! }
//! ````

use crate::analysis::program::{Item, Sure, Work};
use crate::analysis::writes::{Turn, Writes};
use crate::diagnostic::{Diagnostic, Severity};
use crate::plan::id::Id;
use crate::plan::lexeme::duration_text;
use crate::plan::target::Backup;
use crate::rules::backup::never_used::restored;
use crate::rules::{Context, Finder, Rule};

pub const RULE: Rule =
    Rule { name: "backup/before-freeze", severity: Severity::Error, finder: Finder::Rule(check), text: include_str!("before_freeze.rs") };

/// A take while people write.
struct Early<'a> {
    backup: Id<Backup>,
    item: &'a Item<'a>,
    /// What keeps them out later.
    freeze: Option<&'a Item<'a>>,
}

fn check(context: &Context<'_>, findings: &mut Vec<Diagnostic>) {
    let plan = context.plan;
    let mut writes = Writes::default();
    let mut early: Vec<Early<'_>> = Vec::new();
    context.facts.forward.each(&mut |item, sure| {
        if let Work::Take(backup) = item.work {
            let target = plan.backups[backup].of.value;
            // A later take makes up for the earlier ones, when it is as wide.
            early.retain(|known| plan.backups[known.backup].of.value != target || narrower(context, backup, known.backup));
            let written = plan.writers.iter().any(|(_, writer)| writer.targets.iter().any(|of| of.value == target));
            if written && !writes.is_quiet(plan, target) {
                early.push(Early { backup, item, freeze: None });
            }
        }
        if let Some(turn) = Turn::of(plan, item) {
            writes.turn(&turn, sure);
            if sure == Sure::Yes {
                for one in early.iter_mut().filter(|one| one.freeze.is_none()) {
                    one.freeze = Some(item).filter(|_| writes.is_quiet(plan, plan.backups[one.backup].of.value));
                }
            }
        }
    });
    if early.iter().all(|one| one.freeze.is_none()) {
        return;
    }
    let restored = restored(context);
    for one in early {
        let Some(freeze) = one.freeze else { continue };
        let schedule = &context.facts.schedule;
        let from = schedule.earliest(&one.item.id);
        let gap = from.zip(schedule.latest(&freeze.id)).map(|(from, until)| until.0.saturating_sub(from.0).max(0).unsigned_abs());
        if gap.is_none_or(|gap| plan.rpo.is_none_or(|rpo| gap > rpo.value.seconds)) {
            // Another way may lead back than a backup that nothing restores.
            let severity = if restored.contains(&one.backup) { RULE.severity } else { Severity::Warning };
            findings.push(finding(context, &one, freeze, gap).severity(severity));
        }
    }
}

/// Returns whether a backup holds less than another of the same target.
fn narrower(context: &Context<'_>, backup: Id<Backup>, than: Id<Backup>) -> bool {
    let (tables, wanted) = (&context.plan.backups[backup].tables, &context.plan.backups[than].tables);
    let holds = |name: &str| tables.iter().any(|table| table.value == name);
    !tables.is_empty() && (wanted.is_empty() || !wanted.iter().all(|table| holds(&table.value)))
}

fn finding(context: &Context<'_>, one: &Early<'_>, freeze: &Item<'_>, gap: Option<u64>) -> Diagnostic {
    let plan = context.plan;
    let backup = &plan.backups[one.backup];
    let (name, target) = (&backup.header.name, &plan.targets[backup.of.value].header.name);
    let long = gap.map_or("some time".to_owned(), duration_text);
    let rpo = plan.rpo.map_or(String::new(), |rpo| format!(", where {} may be lost", duration_text(rpo.value.seconds)));
    let message = format!(
        "`{name}` is taken {long} before “{}” keeps writers out: it lacks what they write to `{target}` until then{rpo}",
        freeze.title
    );
    let mut finding = Diagnostic::error(RULE.name, one.item.span, message, "writers are still at work");
    finding = finding.because(freeze.span, format!("nothing writes to `{target}` from here on"));
    if let Some(rpo) = plan.rpo {
        finding = finding.because(rpo.span, "the promise");
    }
    finding.help(format!("write `take {name}` behind it, while nobody writes"))
}
