//! # sql/invalid-index-hidden
//!
//! An index that could not be built stands in the way of its own second attempt, and nobody is told.
//!
//! ## What it finds
//!
//! `CREATE INDEX CONCURRENTLY IF NOT EXISTS` on PostgreSQL.
//!
//! ## Why it matters in the incident
//!
//! When building it fails, an invalid index of that name stays. The second attempt finds the name, skips, and reports success: queries
//! are slow, a unique index enforces nothing or refuses rows for no reason anybody sees, and every check of the step is green.
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
//! phase migrate "Migrate" at T {
//!   change indexed "Orders are found by state" on db {
//!     do ```sql
//!       CREATE INDEX CONCURRENTLY IF NOT EXISTS orders_state ON orders (state);
//!     ```
//!     undo ```sql
//!       DROP INDEX CONCURRENTLY IF EXISTS orders_state;
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
//! phase migrate "Migrate" at T {
//!   change indexed "Orders are found by state" on db {
//!     do ```sql
//!       DROP INDEX CONCURRENTLY IF EXISTS orders_state;
//!       CREATE INDEX CONCURRENTLY orders_state ON orders (state);
//!     ```
//!     undo ```sql
//!       DROP INDEX CONCURRENTLY IF EXISTS orders_state;
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

use crate::diagnostic::{Diagnostic, Severity};
use crate::effect::act::Act;
use crate::effect::sql::Dialect;
use crate::rules::{Context, Finder, Rule};

use super::each_statement;

pub const RULE: Rule = Rule {
    name: "sql/invalid-index-hidden",
    severity: Severity::Warning,
    finder: Finder::Rule(check),
    text: include_str!("invalid_index_hidden.rs"),
};

fn check(context: &Context<'_>, findings: &mut Vec<Diagnostic>) {
    each_statement(context, &mut |said| {
        for effect in said.statement.reading.effects.iter().filter(|_| said.dialect == Dialect::Postgres) {
            if !matches!(&effect.act, Act::Create(create) if create.concurrently && create.lenient) {
                continue;
            }
            let name = effect.object.written();
            let message =
                format!("when `{name}` can't be built it stays behind invalid, and the next attempt skips it and reports success");
            let finding = Diagnostic::error(RULE.name, said.place(context, &effect.object), message, "skipped when a broken one is there")
                .severity(RULE.severity);
            findings
                .push(finding.help(format!("write `DROP INDEX CONCURRENTLY IF EXISTS {name};` before it, and leave `IF NOT EXISTS` out")));
        }
    });
}
