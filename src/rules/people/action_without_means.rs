//! # people/action-without-means
//!
//! A step is promised and nobody is told how to do it, or when it is done.
//!
//! ## What it finds
//!
//! A `manual` step or a change done by hand whose whole instruction is its title or one short line, and that nothing verifies:
//! neither its own `verify`, `needs` or `applied`, nor a check later in the program, before a message goes out; a `note` or a
//! `link` says more, too.
//!
//! ## Why it matters in the incident
//!
//! “Migrate critical changes back by hand.” Which ones, with what, until when? It is the step that decides whether data is
//! lost, and it is the only one without a command.
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
//!   manual sync "Migrate critical changes back" takes 30m
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
//!   manual sync "Migrate critical changes back" takes 30m {
//!     do manual ```md
//!       For each row of `notes_to_keep`, enter its note into the field “remark” of the order.
//!       Done when the list is empty.
//!     ```
//!   }
//! }
//! ````

use crate::analysis::program::{Direction, Item, Node, Work, items};
use crate::diagnostic::{Diagnostic, Severity};
use crate::rules::{Context, Finder, Rule};

pub const RULE: Rule = Rule {
    name: "people/action-without-means",
    severity: Severity::Warning,
    finder: Finder::Rule(check),
    text: include_str!("action_without_means.rs"),
};

fn check(context: &Context<'_>, findings: &mut Vec<Diagnostic>) {
    for phase in &context.facts.forward.nodes {
        if let Node::Phase { nodes, .. } = phase {
            look(&items(nodes), findings);
        }
    }
    for id in context.plan.scenarios.ids().filter(|id| !context.facts.is_part(*id)) {
        look(&context.facts.scenarios[id.index()].items(), findings);
    }
}

fn look(items: &[&Item<'_>], findings: &mut Vec<Diagnostic>) {
    // By the end of what is done by hand, somebody asks: after each item, up to the next message.
    let mut asked_later = vec![false; items.len()];
    let mut asks = false;
    for (at, item) in items.iter().enumerate().rev() {
        asked_later[at] = asks;
        asks = !matches!(item.work, Work::Send(_)) && (asks || matches!(item.work, Work::Verify(_)) || !item.verify.is_empty());
    }
    for (at, item) in items.iter().enumerate() {
        let Work::Manual(text) = item.work else { continue };
        let told = text.is_some_and(|text| {
            text.text.trim().contains('\n')
                || text.text.contains('`')
                || text.text.to_lowercase().contains("done when")
                || text.text.split_whitespace().count() > 12
        });
        let asked = !item.verify.is_empty()
            || item.applied.is_some()
            || item.undone.is_some()
            || !item.records.is_empty()
            || !item.needs.is_empty();
        let known = findings.iter().any(|known| known.code == RULE.name && known.span() == item.span);
        if told || asked || asked_later[at] || known || !item.notes.is_empty() || !item.links.is_empty() {
            continue;
        }
        let back = item.change.is_some_and(|(_, direction)| direction == Direction::Undo);
        let what = if back { "how it is taken back is one line" } else { "how it is done is its title" };
        let message =
            format!("“{}” says neither with what it is done nor when it is finished: {what}, and nothing asks afterwards", item.title);
        findings.push(
            Diagnostic::error(RULE.name, item.span, message, "no means, no end")
                .severity(RULE.severity)
                .help("write the steps and “Done when …” into `do manual` with a fence, or `verify CHECK` behind it"),
        );
    }
}
