//! # order/unchecked-predecessor
//!
//! Something is destroyed although the step before it may have failed.
//!
//! ## What it finds
//!
//! A step of a scenario or of the migration that destroys data or restores a backup, behind one that says `else continue`, with
//! no `verify`, `needs`, `only if` or `confirm` in between that would stop it. Messages may fail: nothing rests on them.
//!
//! ## Why it matters in the incident
//!
//! The copy stops at the first row. The next line empties the tables that it was to copy from. Both did what they were told,
//! and the data is gone.
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
//! check orders-answer "Orders can be read" on db {
//!   query ```sql
//!     SELECT count(*) FROM orders
//!   ```
//!   expect > 0
//! }
//!
//! backup before-wipe "Orders before the load" of db {
//!   method pg_dump custom
//!   file "backups/before-wipe.dump"
//!   keep 14d
//!   restore takes 20m
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
//!   step copy-back "Copy the new orders back" on db takes 10m {
//!     writes orders
//!     do ```sql
//!       INSERT INTO orders SELECT * FROM new_orders;
//!     ```
//!     else continue
//!   }
//!   take before-wipe
//!   step wipe "Empty the new tables" on db takes 2m {
//!     do ```sql
//!       TRUNCATE new_orders;
//!     ```
//!   }
//!   undo add-note
//!   restore before-wipe {
//!     only if before-wipe is available
//!   }
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
//! backup before-wipe "Orders before the load" of db {
//!   method pg_dump custom
//!   file "backups/before-wipe.dump"
//!   keep 14d
//!   restore takes 20m
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
//!   step copy-back "Copy the new orders back" on db takes 10m {
//!     writes orders
//!     do ```sql
//!       INSERT INTO orders SELECT * FROM new_orders;
//!     ```
//!     else continue
//!   }
//!   take before-wipe
//!   verify orders-answer
//!   step wipe "Empty the new tables" on db takes 2m {
//!     do ```sql
//!       TRUNCATE new_orders;
//!     ```
//!   }
//!   undo add-note
//!   restore before-wipe {
//!     only if before-wipe is available
//!   }
//! }
//! ````

use crate::analysis::harm::Harm;
use crate::analysis::program::{Failure, Item, Node, Work};
use crate::diagnostic::{Diagnostic, Severity};
use crate::rules::{Context, Finder, Rule};

pub const RULE: Rule = Rule {
    name: "order/unchecked-predecessor",
    severity: Severity::Error,
    finder: Finder::Rule(check),
    text: include_str!("unchecked_predecessor.rs"),
};

fn check(context: &Context<'_>, findings: &mut Vec<Diagnostic>) {
    let mut programs = vec![&context.facts.forward];
    programs.extend(context.plan.scenarios.ids().filter(|id| !context.facts.is_part(*id)).map(|id| &context.facts.scenarios[id.index()]));
    for program in programs {
        walk(context, &program.nodes, None, findings);
    }
}

/// Returns the step whose failure nothing has noticed at the end of `nodes`.
fn walk<'a, 'p>(
    context: &Context<'_>,
    nodes: &'a [Node<'p>],
    before: Option<&'a Item<'p>>,
    findings: &mut Vec<Diagnostic>,
) -> Option<&'a Item<'p>> {
    let mut open = before;
    for node in nodes {
        match node {
            Node::Item(item) => {
                if !item.needs.is_empty() || !item.guards.is_empty() || item.confirm.is_some() || matches!(item.work, Work::Verify(_)) {
                    open = None;
                }
                if let (Some(failed), Some(harm)) = (open, Harm::of(context.plan, item)) {
                    let known = findings.iter().any(|known| known.code == RULE.name && known.span() == item.span);
                    if !known && rests(context, failed, item, &harm) {
                        findings.push(finding(context, failed, item, &harm));
                    }
                }
                let matters = !matches!(item.work, Work::Send(_) | Work::Show(_) | Work::Verify(_) | Work::Capture(_));
                match &item.otherwise {
                    Failure::Continue if matters => open = Some(item),
                    Failure::Fallback(nodes) => {
                        walk(context, nodes, open, findings);
                    }
                    _ => {}
                }
                if !item.verify.is_empty() && !matches!(item.otherwise, Failure::Continue) {
                    open = None;
                }
            }
            Node::Phase { nodes, .. } | Node::Parallel { nodes, .. } => open = walk(context, nodes, open, findings),
            Node::Group { guards, needs, nodes, .. } | Node::Call { guards, needs, nodes, .. } => {
                let asked = !guards.is_empty() || !needs.is_empty();
                let after = walk(context, nodes, open.filter(|_| !asked), findings);
                open = after.or(open.filter(|_| asked));
            }
            Node::Choose { options, .. } => {
                // A person has looked at what is there.
                for option in options {
                    walk(context, &option.nodes, None, findings);
                }
                open = None;
            }
            Node::Decision(_) => open = None,
        }
    }
    open
}

/// Returns whether what is destroyed may be what the failed step was about: the same target, one of the two says none, or it was to
/// copy something away.
fn rests(context: &Context<'_>, failed: &Item<'_>, item: &Item<'_>, harm: &Harm) -> bool {
    let own = harm.target(context.plan, item);
    let host = |item: &Item<'_>| item.on.is_none_or(|on| !context.plan.targets[on].kind.value.is_database());
    let copies = failed.effects.is_some_and(|effects| !effects.writes.is_empty());
    copies || failed.on == own || matches!(failed.work, Work::Shell(_) | Work::Manual(_)) && host(failed) || host(item)
}

fn finding(context: &Context<'_>, failed: &Item<'_>, item: &Item<'_>, harm: &Harm) -> Diagnostic {
    let message = format!("“{}” {}, also when “{}” has failed", item.title, harm.words(context.plan, item), failed.title);
    let finding = Diagnostic::error(RULE.name, item.span, message, "reached either way");
    finding
        .because(failed.span, "goes on when it fails")
        .help(format!("take `else continue` out of “{}”, or `verify` between the two that it did its work", failed.title))
}
