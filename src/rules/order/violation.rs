//! # order/violation
//!
//! People are let in before the system that they come to takes their writes.
//!
//! ## What it finds
//!
//! A step of a scenario that starts a `writer`, by its own word or by undoing what stopped it, while everything that it writes
//! to is still frozen; a later step of the same scenario thaws it.
//!
//! ## Why it matters in the incident
//!
//! The site is up again and every order is refused. Customers try three times, then they write to support, and the team
//! believes that the rollback has failed.
//!
//! ## Caught
//!
//! ````rbk
//! plan new-orders "Load the new orders" {
//!   rto 1h
//!   retain 7d
//! }
//!
//! target web "The web server" manual
//! target db "Orders" postgres { url $DATABASE_URL }
//!
//! writer shop "The shop" writes db
//!
//! check orders-answer "Orders can be read" on db {
//!   query ```sql
//!     SELECT count(*) FROM orders
//!   ```
//!   expect > 0
//! }
//!
//! phase close "Close" at T {
//!   change shop-closed "The shop takes no orders" on db {
//!     freezes db
//!     do ```sql
//!       REVOKE INSERT, UPDATE, DELETE ON orders FROM shop;
//!     ```
//!     undo ```sql
//!       GRANT INSERT, UPDATE, DELETE ON orders TO shop;
//!     ```
//!     undo takes 1m
//!     verify orders-answer
//!   }
//!   change shop-down "Customers see a page that says so" on web {
//!     stops shop
//!     do manual "Point the load balancer to the maintenance page."
//!     undo manual "Point the load balancer to the shop."
//!     undo takes 5m
//!     verify orders-answer
//!   }
//! }
//!
//! scenario back "Back" {
//!   applies from shop-closed
//!   undo shop-down
//!   undo shop-closed
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
//! target web "The web server" manual
//! target db "Orders" postgres { url $DATABASE_URL }
//!
//! writer shop "The shop" writes db
//!
//! check orders-answer "Orders can be read" on db {
//!   query ```sql
//!     SELECT count(*) FROM orders
//!   ```
//!   expect > 0
//! }
//!
//! phase close "Close" at T {
//!   change shop-closed "The shop takes no orders" on db {
//!     freezes db
//!     do ```sql
//!       REVOKE INSERT, UPDATE, DELETE ON orders FROM shop;
//!     ```
//!     undo ```sql
//!       GRANT INSERT, UPDATE, DELETE ON orders TO shop;
//!     ```
//!     undo takes 1m
//!     verify orders-answer
//!   }
//!   change shop-down "Customers see a page that says so" on web {
//!     stops shop
//!     do manual "Point the load balancer to the maintenance page."
//!     undo manual "Point the load balancer to the shop."
//!     undo takes 5m
//!     verify orders-answer
//!   }
//! }
//!
//! scenario back "Back" {
//!   applies from shop-closed
//!   undo shop-closed
//!   undo shop-down
//!   verify orders-answer
//! }
//! ````

use crate::analysis::writes::{self, events, looks};
use crate::diagnostic::{Diagnostic, Severity};
use crate::rules::{Context, Finder, Rule};

pub const RULE: Rule =
    Rule { name: "order/violation", severity: Severity::Error, finder: Finder::Rule(check), text: include_str!("violation.rs") };

fn check(context: &Context<'_>, findings: &mut Vec<Diagnostic>) {
    let plan = context.plan;
    for (id, scenario) in plan.scenarios.iter().filter(|(id, _)| !context.facts.is_part(*id)) {
        let program = &context.facts.scenarios[id.index()];
        let own = events(plan, program);
        let positions = looks(&context.facts.writes, &context.facts.applies(id));
        for (at, event) in own.iter().enumerate() {
            for writer in &event.turn.starts {
                let shut = plan.writers[*writer].targets.iter().map(|target| target.value).find_map(|target| {
                    let later = own[at + 1..].iter().find(|later| later.turn.thaws.contains(&target))?;
                    let frozen = positions.iter().any(|position| {
                        let mut state = writes::at(&context.facts.writes, *position);
                        own[..=at].iter().for_each(|event| state.turn(&event.turn, event.sure));
                        plan.writers[*writer].targets.iter().all(|target| state.is_frozen(target.value))
                    });
                    frozen.then_some((target, later))
                });
                let Some((target, thaw)) = shut else { continue };
                let items = program.items();
                let (who, what) = (&plan.writers[*writer].header.name, &plan.targets[target].header.name);
                let message = format!(
                    "`{}` lets `{who}` in while `{what}` is still frozen: until “{}” every write is refused",
                    scenario.header.name, thaw.title
                );
                let finding = Diagnostic::error(RULE.name, items[event.place].span, message, format!("`{who}` is back from here on"));
                let finding = finding.because(items[thaw.place].span, format!("`{what}` takes writes from here on"));
                findings.push(finding.help(format!("move “{}” before “{}”", thaw.title, event.title)));
            }
        }
    }
}
