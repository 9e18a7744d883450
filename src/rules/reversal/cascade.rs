//! # reversal/cascade
//!
//! What depends on the dropped goes with it, and the plan names none of that.
//!
//! ## What it finds
//!
//! `CASCADE` in a `DROP` or a `TRUNCATE` on something that the plan has not made, in a change or a step that declares nothing that it
//! `destroys`.
//!
//! ## Why it matters in the incident
//!
//! Foreign keys, views, rules and, with `TRUNCATE`, the rows of other tables are gone, without a word in the log that anybody reads. The undo
//! brings back the one table that the plan names; the reports fail, and nobody knows what else is missing.
//!
//! ## Caught
//!
//! ````rbk
//! plan drop-legacy "Drop the legacy table" {
//!   rto 1h
//! }
//!
//! target db "Orders" postgres { url $DATABASE_URL }
//!
//! backup before "All of it" of db {
//!   method pg_dump custom
//!   file "all.dump"
//!   restore takes 10m
//! }
//!
//! phase migrate "Migrate" at T {
//!   take before
//!   change dropped "The legacy table is gone" on db {
//!     do ```sql
//!       DROP TABLE legacy CASCADE;
//!     ```
//!     undo restore before
//!   }
//! }
//!
//! scenario back "Back" {
//!   applies from dropped
//!   undo dropped
//! }
//! ````
//!
//! ## Mended
//!
//! ````rbk
//! plan drop-legacy "Drop the legacy table" {
//!   rto 1h
//! }
//!
//! target db "Orders" postgres { url $DATABASE_URL }
//!
//! backup before "All of it" of db {
//!   method pg_dump custom
//!   file "all.dump"
//!   restore takes 10m
//! }
//!
//! phase migrate "Migrate" at T {
//!   take before
//!   change dropped "The legacy table is gone" on db {
//!     do ```sql
//!       DROP VIEW legacy_report;
//!       DROP TABLE legacy;
//!     ```
//!     undo restore before
//!   }
//! }
//!
//! scenario back "Back" {
//!   applies from dropped
//!   undo dropped
//! }
//! ````

use std::collections::HashSet;

use crate::diagnostic::{Diagnostic, Severity};
use crate::effect::act::Act;
use crate::graph::Manner;
use crate::graph::objects::Object;
use crate::rules::sql::each_statement;
use crate::rules::{Context, Finder, Rule};

pub const RULE: Rule =
    Rule { name: "reversal/cascade", severity: Severity::Warning, finder: Finder::Rule(check), text: include_str!("cascade.rs") };

fn check(context: &Context<'_>, findings: &mut Vec<Diagnostic>) {
    let touches = context.graph.order().iter().flat_map(|id| &context.graph.touched(*id).touches);
    let made: HashSet<&Object> = touches.filter(|touch| touch.manner == Manner::Creates).map(|touch| &touch.object).collect();
    each_statement(context, &mut |said| {
        let declares = said.item.effects.is_some_and(|effects| !effects.destroys.is_empty());
        for effect in said.statement.reading.effects.iter().filter(|_| !declares) {
            let (Act::Drop { cascade: true, .. } | Act::Truncate { cascade: true }) = effect.act else { continue };
            let object = Object::on(context.plan, Some(said.on), effect.object.parts.clone());
            if object.with_parents().any(|object| made.contains(&object)) {
                continue;
            }
            let name = effect.object.written();
            let message = format!("`CASCADE` takes along whatever depends on `{name}`: nobody can tell from the plan what that is");
            let finding = Diagnostic::error(RULE.name, said.place(context, &effect.object), message, "and all that depends on it");
            findings.push(
                finding.severity(RULE.severity).help("drop what depends on it by name, without `CASCADE`; or say what it `destroys`"),
            );
        }
    });
}
