//! # order/unsafe-fallback
//!
//! What is done when a step fails destroys more than the step, and checks less.
//!
//! ## What it finds
//!
//! An `else` block, or the scenario behind `else run`, that destroys data or restores a backup where the step itself does
//! neither, and that begins without anything that would stop it: no `confirm`, `needs`, `only if`, `verify`, `choose`, no
//! `take` of a backup of the same target before, and, of a scenario, no `approve`.
//!
//! ## Why it matters in the incident
//!
//! The careful step fails for a silly reason, a wrong directory, and the plan answers by dropping every table. The fallback is
//! the least rehearsed part of a plan and runs when everybody is tired.
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
//! target web "The web server" host { dir "/srv/web" }
//!
//! check orders-answer "Orders can be read" on db {
//!   query ```sql
//!     SELECT count(*) FROM orders
//!   ```
//!   expect > 0
//! }
//!
//! backup before-load "Orders before the load" of db {
//!   method pg_dump custom
//!   file "backups/before-load.dump"
//!   keep 14d
//!   restore takes 20m
//! }
//!
//! phase migrate "Migrate" at T {
//!   take before-load
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
//!   step migrate-back "Take the schema back" via web takes 5m {
//!     do ```sh
//!       alembic downgrade 4f1c2a
//!     ```
//!     else {
//!       restore before-load
//!     }
//!   }
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
//! target web "The web server" host { dir "/srv/web" }
//!
//! check orders-answer "Orders can be read" on db {
//!   query ```sql
//!     SELECT count(*) FROM orders
//!   ```
//!   expect > 0
//! }
//!
//! backup before-load "Orders before the load" of db {
//!   method pg_dump custom
//!   file "backups/before-load.dump"
//!   keep 14d
//!   restore takes 20m
//! }
//!
//! phase migrate "Migrate" at T {
//!   take before-load
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
//!   step migrate-back "Take the schema back" via web takes 5m {
//!     do ```sh
//!       alembic downgrade 4f1c2a
//!     ```
//!     else {
//!       restore before-load {
//!         confirm "Throw away what was ordered since the backup?"
//!       }
//!     }
//!   }
//!   verify orders-answer
//! }
//! ````

use std::collections::BTreeSet;

use crate::analysis::harm::Harm;
use crate::analysis::program::{Failure, Item, Node, Program, Work};
use crate::analysis::sure::each_item;
use crate::diagnostic::{Diagnostic, Severity};
use crate::plan::id::Id;
use crate::plan::target::Backup;
use crate::rules::{Context, Finder, Rule};
use crate::source::Span;

pub const RULE: Rule = Rule {
    name: "order/unsafe-fallback",
    severity: Severity::Error,
    finder: Finder::Rule(check),
    text: include_str!("unsafe_fallback.rs"),
};

fn check(context: &Context<'_>, findings: &mut Vec<Diagnostic>) {
    let scenarios = context.plan.scenarios.ids().filter(|id| !context.facts.is_part(*id)).map(|id| &context.facts.scenarios[id.index()]);
    let mut safe: BTreeSet<Span> = BTreeSet::new();
    let programs: Vec<&Program<'_>> = std::iter::once(&context.facts.forward).chain(scenarios).collect();
    for program in &programs {
        // What was saved on the way to it may be thrown away.
        each_item(&program.nodes, &mut |item, taken| {
            let target = Harm::of(context.plan, item).and_then(|harm| harm.target(context.plan, item));
            if taken.iter().any(|backup| Some(context.plan.backups[backup].of.value) == target && comes_back(context, backup)) {
                safe.insert(item.span);
            }
        });
    }
    for item in programs.iter().flat_map(|program| program.items()) {
        if Harm::of(context.plan, item).is_some()
            || findings.iter().any(|known| known.code == RULE.name && known.labels[1].span == item.span)
        {
            continue;
        }
        let nodes = match &item.otherwise {
            Failure::Fallback(nodes) => nodes,
            Failure::Run(scenario) => {
                let next = &context.plan.scenarios[*scenario];
                if next.approve.is_some() || !next.needs.is_empty() {
                    continue;
                }
                &context.facts.scenarios[scenario.index()].nodes
            }
            Failure::Stop | Failure::Continue => continue,
        };
        if let Some((worse, harm)) = unguarded(context, nodes).worse
            && !safe.contains(&worse.span)
        {
            let message = format!(
                "when “{}” fails, “{}” {} at once: nothing asks whether that is safe",
                item.title,
                worse.title,
                harm.words(context.plan, worse)
            );
            let finding = Diagnostic::error(RULE.name, worse.span, message, "reached without a question");
            findings.push(
                finding.because(item.span, "when this fails").help(
                    "write `confirm \"…\"` or `needs CHECK` into it, `take` what is there before, or stop here and let a person choose",
                ),
            );
        }
    }
}

/// Returns whether the plan says how a backup comes back, or what else it is for.
fn comes_back(context: &Context<'_>, backup: Id<Backup>) -> bool {
    let restored = |program: &Program<'_>| program.items().into_iter().any(|item| matches!(item.work, Work::Restore(own) if own == backup));
    !context.plan.backups[backup].header.notes.is_empty() || context.facts.scenarios.iter().any(restored)
}

/// What a fallback comes to before anything has stopped it.
#[derive(Default)]
struct Reach<'a> {
    worse: Option<(&'a Item<'a>, Harm)>,
    stopped: bool,
}

fn unguarded<'a>(context: &Context<'_>, nodes: &'a [Node<'a>]) -> Reach<'a> {
    for node in nodes {
        let reach = match node {
            Node::Item(item) => {
                let asks = item.confirm.is_some() || !item.needs.is_empty() || !item.guards.is_empty();
                let stops = asks || matches!(item.work, Work::Verify(_) | Work::Take(_) | Work::Manual(_));
                let worse = Harm::of(context.plan, item).filter(|_| !stops).map(|harm| (&**item, harm));
                Reach { worse, stopped: stops || !item.verify.is_empty() }
            }
            Node::Group { guards, needs, .. } | Node::Call { guards, needs, .. } if !guards.is_empty() || !needs.is_empty() => {
                Reach { worse: None, stopped: true }
            }
            Node::Call { scenario, .. } if context.plan.scenarios[*scenario].approve.is_some() => Reach { worse: None, stopped: true },
            Node::Phase { nodes, .. } | Node::Group { nodes, .. } | Node::Call { nodes, .. } | Node::Parallel { nodes, .. } => {
                unguarded(context, nodes)
            }
            Node::Choose { .. } | Node::Decision(_) => Reach { worse: None, stopped: true },
        };
        if reach.worse.is_some() || reach.stopped {
            return reach;
        }
    }
    Reach::default()
}
