//! # sql/blocks-writers
//!
//! A statement makes writers wait, and nothing has kept them out.
//!
//! ## What it finds
//!
//! In the forward run, on a table that the plan has not made: an index without `CONCURRENTLY`, a constraint that looks at every row, a column
//! that becomes required, a type that may write the table anew, while a declared `writer` of that target may be at work. The bundle sets a
//! lock timeout for every step, so that it does not wait forever; it does not keep others from waiting once the statement runs.
//!
//! ## Why it matters in the incident
//!
//! On a copy of a thousand rows it takes a moment. On the live table every write waits for minutes, the pool of connections fills up, and the
//! site is down while the migration is "running fine".
//!
//! ## Caught
//!
//! ````rbk
//! plan index-orders "Index the orders" {
//!   rto 1h
//! }
//!
//! target db "Orders" postgres { url $DATABASE_URL }
//!
//! writer checkout "The checkout" writes db
//!
//! phase migrate "Migrate" at T {
//!   change indexed "Orders are found by state" on db {
//!     do ```sql
//!       CREATE INDEX orders_state ON orders (state);
//!     ```
//!     undo ```sql
//!       DROP INDEX orders_state;
//!     ```
//!     undo takes 1m
//!   }
//! }
//!
//! scenario back "Back" {
//!   applies from indexed
//!   undo indexed
//! }
//! ````
//!
//! ## Mended
//!
//! ````rbk
//! plan index-orders "Index the orders" {
//!   rto 1h
//! }
//!
//! target db "Orders" postgres { url $DATABASE_URL }
//!
//! writer checkout "The checkout" writes db
//!
//! phase migrate "Migrate" at T {
//!   change indexed "Orders are found by state" on db {
//!     do ```sql
//!       CREATE INDEX CONCURRENTLY orders_state ON orders (state);
//!     ```
//!     undo ```sql
//!       DROP INDEX CONCURRENTLY orders_state;
//!     ```
//!     undo takes 1m
//!   }
//! }
//!
//! scenario back "Back" {
//!   applies from indexed
//!   undo indexed
//! }
//! ````

use std::collections::HashSet;

use crate::diagnostic::{Diagnostic, Severity};
use crate::effect::act::{Act, Alter, Class, Effect};
use crate::effect::object::ObjectKind;
use crate::effect::sql::Dialect;
use crate::graph::Manner;
use crate::graph::objects::Object;
use crate::rules::{Context, Finder, Rule, words};

use super::{Said, each_statement};

pub const RULE: Rule =
    Rule { name: "sql/blocks-writers", severity: Severity::Warning, finder: Finder::Rule(check), text: include_str!("blocks_writers.rs") };

fn check(context: &Context<'_>, findings: &mut Vec<Diagnostic>) {
    let plan = context.plan;
    if plan.writers.is_empty() {
        return;
    }
    let touches = context.graph.order().iter().flat_map(|id| &context.graph.touched(*id).touches);
    let made: HashSet<&Object> = touches.filter(|touch| touch.manner == Manner::Creates).map(|touch| &touch.object).collect();
    each_statement(context, &mut |said| {
        let Some(writes) = said.forward else { return };
        let of_target = || plan.writers.iter().filter(|(_, writer)| writer.targets.iter().any(|target| target.value == said.on));
        if of_target().next().is_none() || writes.is_quiet(plan, said.on) {
            return;
        }
        let reading = &said.statement.reading;
        let Some((risk, effect)) = reading.risks.iter().map(|risk| (risk, &reading.effects[risk.of])).find(|(risk, effect)| {
            risk.class == Class::Blocks && !matches!(effect.act, Act::Drop { .. } | Act::Lock) && !is_new(context, said, effect, &made)
        }) else {
            return;
        };
        let writers = words::list(of_target().map(|(_, writer)| writer.header.name.as_str()));
        let read = reading.effects.iter().find(|other| other.act == Act::Read).map(|other| other.object.written());
        let what = effect.object.of.clone().or(read).unwrap_or_else(|| effect.object.written());
        let message = format!("`{}` on `{what}` while {writers} may write: {}", said.statement.opening, risk.why);
        let mut finding = Diagnostic::error(RULE.name, said.span(context), message, "writers wait for this").severity(RULE.severity);
        for (_, writer) in of_target() {
            finding = finding.because(writer.header.span, "may be at work");
        }
        findings.push(finding.help(help(said, effect)));
    });
}

/// Returns whether what an effect works on was made by the plan itself.
fn is_new(context: &Context<'_>, said: &Said<'_, '_>, effect: &Effect, made: &HashSet<&Object>) -> bool {
    let read = said.statement.reading.effects.iter().filter(|other| other.act == Act::Read).map(|other| &other.object.parts);
    let own = std::iter::once(&effect.object.parts);
    own.chain(read).any(|parts| {
        let object = Object::on(context.plan, Some(said.on), parts.clone());
        let mut parents = object.with_parents().skip(usize::from(*parts == effect.object.parts));
        parents.any(|object| made.contains(&object))
    })
}

fn help(said: &Said<'_, '_>, effect: &Effect) -> String {
    match (&effect.act, effect.object.kind) {
        (Act::Create(_), ObjectKind::Index) if said.dialect == Dialect::Postgres => "write `CREATE INDEX CONCURRENTLY`".to_owned(),
        (Act::Create(_), ObjectKind::Constraint) if said.dialect == Dialect::Postgres => {
            "add it `NOT VALID`, and write `VALIDATE CONSTRAINT` in a change of its own".to_owned()
        }
        (Act::Alter(Alter::Require), _) if said.dialect == Dialect::Postgres => {
            "add `CHECK (… IS NOT NULL) NOT VALID`, validate it in a change of its own, then `SET NOT NULL`".to_owned()
        }
        _ => "keep writers out first: a change that says `freezes` or `stops`".to_owned(),
    }
}
