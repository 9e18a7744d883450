//! # reference/unknown-object
//!
//! A change asks for a table or a column that the target's schema does not have by then.
//!
//! ## What it finds
//!
//! On a target whose `schema` is given: SQL of a change that reads, writes, alters or drops a table or a column which neither that file makes
//! nor an earlier change. It is silent where something before can't be read, and about what stands behind `IF EXISTS`.
//!
//! ## Why it matters in the incident
//!
//! The statement fails in the middle of the window, or the schema that the plan was written against is not the one that runs: then what was
//! derived from it, an undo among it, is wrong as well.
//!
//! ## Caught
//!
//! ```sql orders.sql
//! CREATE TABLE orders (id bigint PRIMARY KEY, customer_note text);
//! ```
//!
//! ````rbk
//! plan short-notes "Notes are called notes" {
//!   rto 1h
//! }
//!
//! target db "Orders" postgres {
//!   url $DATABASE_URL
//!   schema "orders.sql"
//! }
//!
//! phase migrate "Migrate" at T {
//!   change renamed "Notes are called notes" on db {
//!     do ```sql
//!       ALTER TABLE orders RENAME COLUMN customer_notes TO note;
//!     ```
//!     undo auto
//!     undo takes 1m
//!   }
//! }
//!
//! scenario back "Back" {
//!   applies from renamed
//!   undo renamed
//! }
//! ````
//!
//! ## Mended
//!
//! ```sql orders.sql
//! CREATE TABLE orders (id bigint PRIMARY KEY, customer_note text);
//! ```
//!
//! ````rbk
//! plan short-notes "Notes are called notes" {
//!   rto 1h
//! }
//!
//! target db "Orders" postgres {
//!   url $DATABASE_URL
//!   schema "orders.sql"
//! }
//!
//! phase migrate "Migrate" at T {
//!   change renamed "Notes are called notes" on db {
//!     do ```sql
//!       ALTER TABLE orders RENAME COLUMN customer_note TO note;
//!     ```
//!     undo auto
//!     undo takes 1m
//!   }
//! }
//!
//! scenario back "Back" {
//!   applies from renamed
//!   undo renamed
//! }
//! ````

use crate::diagnostic::{Diagnostic, Severity};
use crate::plan::action::{Action, Language};
use crate::rules::{Context, Finder, Rule};

pub const RULE: Rule = Rule {
    name: "reference/unknown-object",
    severity: Severity::Error,
    finder: Finder::Rule(check),
    text: include_str!("unknown_object.rs"),
};

fn check(context: &Context<'_>, findings: &mut Vec<Diagnostic>) {
    for id in context.graph.order() {
        let change = &context.plan.changes[*id];
        let (Some(Action::Code(code)), Some(on)) = (&change.forward, change.on) else { continue };
        let target = &context.plan.targets[on.value];
        let Some(schema) = target.schema.as_ref().filter(|_| code.language == Language::Sql) else { continue };
        for statement in context.graph.touched(*id).said().iter() {
            let reading = &statement.reading;
            // One of a statement is enough: the others mostly follow from it.
            let Some(lacking) = reading.lacking.first() else { continue };
            let object = &reading.effects[lacking.of].object;
            let table = object.of.as_deref().unwrap_or(&object.own);
            let what = match &lacking.column {
                Some(column) => format!("`{table}` has no column `{column}`"),
                None => format!("there is no table `{table}`"),
            };
            let message = format!("{what} when `{}` comes to it: the statement would fail there", change.header.name);
            // A column that is there or not stands for itself, in a table that is not there for the table.
            let said = code.text[statement.range.clone()].find(table).filter(|_| lacking.column.is_none());
            let range = said.map_or(object.range.clone(), |at| statement.range.start + at..statement.range.start + at + table.len());
            let place = code.place(&context.sources.file(code.span.file).text, &range);
            let path = &schema.path.value;
            let help = match &lacking.near {
                Some(near) => format!("`{path}` has `{near}`: write that, or write the schema anew if it is out of date"),
                None => format!("correct the name, or write `{path}` anew if it is out of date"),
            };
            let finding = Diagnostic::error(RULE.name, place, message, "neither in the schema nor made before");
            findings.push(finding.because(schema.path.span, "what is there before the plan").help(help));
        }
    }
}
