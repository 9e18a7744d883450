//! # reversal/undeclared-loss
//!
//! Going back throws writes away, and nobody has said how much may be lost.
//!
//! ## What it finds
//!
//! A scenario that restores a backup to which writes are missing, as `time/rpo-exceeded` computes them, in a plan that promises
//! no `rpo`, where the scenario neither says `loses at most` nor what its `limits` are.
//!
//! ## Why it matters in the incident
//!
//! The decision to go back is a decision about data, and whoever takes it at night does not know that. A loss that was written
//! down beforehand is a price; one that was not is a second incident.
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
//!   limits "Orders since the load are entered again from the shop's mails"
//!   undo load-orders-v2
//!   verify orders-answer
//! }
//! ````

use crate::analysis::Loss;
use crate::diagnostic::{Diagnostic, Severity};
use crate::plan::id::Id;
use crate::plan::scenario::Scenario;
use crate::rules::time::rpo_exceeded::{is_lost, whenever_taken};
use crate::rules::{Context, Finder, Rule};

pub const RULE: Rule = Rule {
    name: "reversal/undeclared-loss",
    severity: Severity::Warning,
    finder: Finder::Rule(check),
    text: include_str!("undeclared_loss.rs"),
};

fn check(context: &Context<'_>, findings: &mut Vec<Diagnostic>) {
    for (id, scenario) in context.plan.scenarios.iter().filter(|(id, _)| !context.facts.is_part(*id)) {
        let declared = scenario.loses_at_most.is_some() || context.plan.rpo.is_some() || !scenario.limits.is_empty();
        // A plan that says nothing about writers says nothing about losses either.
        if !declared && !context.plan.writers.is_empty() {
            let losses = context.facts.loss(id).iter().filter(|loss| is_lost(loss));
            findings.extend(losses.map(|loss| finding(context, id, loss)));
            findings.extend(unknown(context, id));
        }
    }
}

/// Finds a restore of a backup that nothing takes: whenever it is taken, what is written since is lost.
fn unknown(context: &Context<'_>, id: Id<Scenario>) -> Option<Diagnostic> {
    let plan = context.plan;
    let restore = whenever_taken(context, id)?;
    let (name, backup) = (&plan.scenarios[id].header.name, &plan.backups[restore.backup].header.name);
    let message = format!("`{name}` loses what was written since `{backup}` was taken, whenever that was, and nothing says that it may");
    let finding = Diagnostic::error(RULE.name, restore.span, message, format!("restores `{backup}`")).severity(RULE.severity);
    Some(finding.help("say what may be lost (`loses at most …` in the scenario, or `rpo` in the plan)"))
}

fn finding(context: &Context<'_>, id: Id<Scenario>, loss: &Loss) -> Diagnostic {
    let plan = context.plan;
    let name = &plan.scenarios[id].header.name;
    let message = format!("`{name}` loses data, and nothing says that it may: {}", loss.sentence);
    let restore = context.facts.scenarios[id.index()].items().into_iter().find(|item| item.id == loss.item).map(|item| item.span);
    let place = restore.unwrap_or(plan.scenarios[id].header.span);
    let label = format!("restores `{}`", plan.backups[loss.backup].header.name);
    let mut finding = Diagnostic::error(RULE.name, place, message, label).severity(RULE.severity);
    for take in context.facts.coverage.takes(loss.backup) {
        finding = finding.because(take.span, "what is written from here on is not in it");
    }
    finding
        .help("say what may be lost (`loses at most …` in the scenario, or `rpo` in the plan), or freeze and save before it is thrown away")
}
