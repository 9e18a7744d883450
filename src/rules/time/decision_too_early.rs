//! # time/decision-too-early
//!
//! A decision rests on a sign that can't be seen yet.
//!
//! ## What it finds
//!
//! A `decision` that `needs` or shows a check whose SQL asks for a table, a column or a view that only a later change makes.
//!
//! ## Why it matters in the incident
//!
//! The hour of the decision comes, the check can't be asked (`relation "orders_v2" does not exist`), and what can't be asked is never yes.
//! The team goes on without the sign that it wanted to see, or goes back although nothing is wrong.
//!
//! ## Caught
//!
//! ````rbk
//! plan new-orders "Orders move to a new table" {
//!   rto 1h
//! }
//!
//! target db "Orders" postgres { url $DATABASE_URL }
//!
//! role lead "Lead" { contact "lead@example.org" }
//!
//! check same-orders "Every order was copied" on db {
//!   query ```sql
//!     SELECT (SELECT count(*) FROM orders) - (SELECT count(*) FROM orders_v2)
//!   ```
//!   expect 0
//! }
//!
//! phase copy "Copy" at T {
//!   decision proceed "Go on?" by lead {
//!     needs same-orders
//!     else run back
//!   }
//!
//!   change copied "Orders are copied" on db {
//!     do ```sql
//!       CREATE TABLE orders_v2 AS SELECT * FROM orders;
//!     ```
//!     undo ```sql
//!       DROP TABLE orders_v2;
//!     ```
//!     undo takes 1m
//!   }
//! }
//!
//! scenario back "Back" {
//!   applies from copy
//!   undo copied by lead
//! }
//! ````
//!
//! ## Mended
//!
//! ````rbk
//! plan new-orders "Orders move to a new table" {
//!   rto 1h
//! }
//!
//! target db "Orders" postgres { url $DATABASE_URL }
//!
//! role lead "Lead" { contact "lead@example.org" }
//!
//! check same-orders "Every order was copied" on db {
//!   query ```sql
//!     SELECT (SELECT count(*) FROM orders) - (SELECT count(*) FROM orders_v2)
//!   ```
//!   expect 0
//! }
//!
//! phase copy "Copy" at T {
//!   change copied "Orders are copied" on db {
//!     do ```sql
//!       CREATE TABLE orders_v2 AS SELECT * FROM orders;
//!     ```
//!     undo ```sql
//!       DROP TABLE orders_v2;
//!     ```
//!     undo takes 1m
//!   }
//!
//!   decision proceed "Go on?" by lead {
//!     needs same-orders
//!     else run back
//!   }
//! }
//!
//! scenario back "Back" {
//!   applies from copy
//!   undo copied by lead
//! }
//! ````

use std::collections::HashMap;

use crate::analysis::program::{Direction, Node};
use crate::diagnostic::{Diagnostic, Severity};
use crate::effect::act::Act;
use crate::effect::sql::{self, Dialect};
use crate::graph::Manner;
use crate::graph::objects::Object;
use crate::plan::change::Decision;
use crate::plan::check::{Check, Probe};
use crate::plan::id::Id;
use crate::plan::scenario::Need;
use crate::rules::{Context, Finder, Rule};
use crate::source::Span;

pub const RULE: Rule = Rule {
    name: "time/decision-too-early",
    severity: Severity::Error,
    finder: Finder::Rule(check),
    text: include_str!("decision_too_early.rs"),
};

fn check(context: &Context<'_>, findings: &mut Vec<Diagnostic>) {
    let plan = context.plan;
    if plan.decisions.is_empty() {
        return;
    }
    // What changes make, and the rank of the first that does; what somebody drops may have been there before.
    let mut made: HashMap<&Object, Option<usize>> = HashMap::new();
    for (rank, id) in context.graph.order().iter().enumerate() {
        for touch in &context.graph.touched(*id).touches {
            match touch.manner {
                Manner::Creates => drop(made.entry(&touch.object).or_insert(Some(rank))),
                Manner::Removes | Manner::Reads => drop(made.entry(&touch.object).or_insert(None)),
                Manner::Alters | Manner::Writes => {}
            }
        }
    }
    let mut rank = 0;
    let mut places = Vec::new();
    decisions(&context.facts.forward.nodes, &mut rank, &mut places);
    for (id, rank) in places {
        let decision = &plan.decisions[id];
        for (check, span) in asked(decision) {
            let later = |object: &Object| made.get(object).copied().flatten().filter(|maker| *maker >= rank);
            let Some((name, maker)) = reads(context, check).into_iter().find_map(|(object, name)| Some((name, later(&object)?))) else {
                continue;
            };
            let change = &plan.changes[context.graph.order()[maker]].header;
            let (own, sign) = (&decision.header.name, &plan.checks[check].header.name);
            let message = format!("`{own}` is decided on `{sign}`, which asks for `{name}`, and `{}` makes that only later", change.name);
            findings.push(
                Diagnostic::error(RULE.name, span, message, "can't be asked by then")
                    .severity(RULE.severity)
                    .because(change.span, format!("makes `{name}`"))
                    .help(format!("put `decision {own}` behind `change {}`, or let it rest on what is there by then", change.name)),
            );
        }
    }
}

/// Finds the decisions of a program, each with how many changes have been made before it.
fn decisions(nodes: &[Node<'_>], rank: &mut usize, places: &mut Vec<(Id<Decision>, usize)>) {
    for node in nodes {
        match node {
            Node::Item(item) => *rank += usize::from(item.change.is_some_and(|(_, direction)| direction == Direction::Apply)),
            Node::Decision(decision) => places.push((*decision, *rank)),
            Node::Phase { nodes, .. } | Node::Group { nodes, .. } | Node::Call { nodes, .. } | Node::Parallel { nodes, .. } => {
                decisions(nodes, rank, places);
            }
            Node::Choose { options, .. } => options.iter().for_each(|option| decisions(&option.nodes, rank, places)),
        }
    }
}

/// Returns the checks that a decision rests on.
fn asked(decision: &Decision) -> impl Iterator<Item = (Id<Check>, Span)> {
    let needs = decision.needs.iter().filter_map(|need| match need {
        Need::Check(check) => Some((check.value, check.span)),
        Need::Question(_) => None,
    });
    needs.chain(decision.show.iter().map(|check| (check.value, check.span)))
}

/// Returns the objects that a check's SQL reads, with their names.
fn reads(context: &Context<'_>, id: Id<Check>) -> Vec<(Object, String)> {
    let check = &context.plan.checks[id];
    let (code, targets) = match &check.probe {
        Some(Probe::Query(code)) => (code, check.on.iter().map(|on| on.value).collect::<Vec<_>>()),
        Some(Probe::Compare { left, right, query }) => (query, vec![left.value, right.value]),
        _ => return Vec::new(),
    };
    let mut found = Vec::new();
    for on in targets {
        let Some(dialect) = Dialect::of(context.plan.targets[on].kind.value) else { continue };
        let statements = sql::of(code, dialect);
        let effects = statements.iter().flat_map(|statement| &statement.reading.effects).filter(|effect| effect.act == Act::Read);
        found.extend(effects.map(|effect| (Object::on(context.plan, Some(on), effect.object.parts.clone()), effect.object.written())));
    }
    found
}
