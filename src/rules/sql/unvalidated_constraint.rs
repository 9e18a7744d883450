//! # sql/unvalidated-constraint
//!
//! A constraint is added without a look at the rows that are there, and nothing looks later.
//!
//! ## What it finds
//!
//! On PostgreSQL a constraint that is added `NOT VALID` in the forward run, and that no later statement of the plan validates.
//!
//! ## Why it matters in the incident
//!
//! Everybody takes the rule for granted: reports, the next migration, the rollback that relies on it. Rows from before break it, and nobody
//! finds out until a restore fails on them: a dump that holds such rows can't be read back.
//!
//! ## Caught
//!
//! ````rbk
//! plan totals "Totals are positive" {
//!   rto 1h
//! }
//!
//! target db "Orders" postgres { url $DATABASE_URL }
//!
//! phase migrate "Migrate" at T {
//!   change positive "Totals are positive" on db {
//!     do ```sql
//!       ALTER TABLE orders ADD CONSTRAINT total_positive CHECK (total > 0) NOT VALID;
//!     ```
//!     undo ```sql
//!       ALTER TABLE orders DROP CONSTRAINT total_positive;
//!     ```
//!     undo takes 1m
//!   }
//! }
//!
//! scenario back "Back" {
//!   applies from positive
//!   undo positive
//! }
//! ````
//!
//! ## Mended
//!
//! ````rbk
//! plan totals "Totals are positive" {
//!   rto 1h
//! }
//!
//! target db "Orders" postgres { url $DATABASE_URL }
//!
//! phase migrate "Migrate" at T {
//!   change positive "Totals are positive" on db {
//!     do ```sql
//!       ALTER TABLE orders ADD CONSTRAINT total_positive CHECK (total > 0) NOT VALID;
//!       ALTER TABLE orders VALIDATE CONSTRAINT total_positive;
//!     ```
//!     undo ```sql
//!       ALTER TABLE orders DROP CONSTRAINT total_positive;
//!     ```
//!     undo takes 1m
//!   }
//! }
//!
//! scenario back "Back" {
//!   applies from positive
//!   undo positive
//! }
//! ````

use std::collections::BTreeSet;

use crate::diagnostic::{Diagnostic, Severity};
use crate::effect::act::{Act, Alter, Detail};
use crate::effect::object::ObjectKind;
use crate::plan::id::Id;
use crate::plan::target::Target;
use crate::rules::{Context, Finder, Rule};

use super::each_statement;

pub const RULE: Rule = Rule {
    name: "sql/unvalidated-constraint",
    severity: Severity::Warning,
    finder: Finder::Rule(check),
    text: include_str!("unvalidated_constraint.rs"),
};

fn check(context: &Context<'_>, findings: &mut Vec<Diagnostic>) {
    let mut validated: BTreeSet<(Id<Target>, Vec<String>)> = BTreeSet::new();
    let mut added = Vec::new();
    each_statement(context, &mut |said| {
        for effect in said.statement.reading.effects.iter().filter(|effect| effect.object.kind == ObjectKind::Constraint) {
            let key = (said.on, effect.object.parts.clone());
            match &effect.act {
                Act::Alter(Alter::Validate) | Act::Drop { .. } if said.forward.is_some() => {
                    validated.insert(key);
                }
                Act::Create(create) if said.forward.is_some() && matches!(create.detail, Detail::Constraint { unchecked: true, .. }) => {
                    added.push((key, effect.object.clone(), said.place(context, &effect.object)));
                }
                _ => {}
            }
        }
    });
    for (key, object, place) in added {
        if validated.contains(&key) {
            continue;
        }
        let name = object.written();
        let message =
            format!("`{name}` is added without a look at the rows that are there, and nothing validates it: rows from before may break it");
        let finding = Diagnostic::error(RULE.name, place, message, "`NOT VALID`").severity(RULE.severity);
        let table = object.of.as_deref().unwrap_or("…");
        findings.push(finding.help(format!("add a change: `ALTER TABLE {table} VALIDATE CONSTRAINT {};`", object.own)));
    }
}
