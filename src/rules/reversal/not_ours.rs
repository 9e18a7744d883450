//! # reversal/not-ours
//!
//! The undo drops something that the change may not have made.
//!
//! ## What it finds
//!
//! A change that creates `IF NOT EXISTS`, and an undo in SQL that drops the same object.
//!
//! ## Why it matters in the incident
//!
//! On most servers the table was not there. On this one it was, with the rows of three years; the change left it alone, and the rollback drops
//! it.
//!
//! ## Caught
//!
//! ````rbk
//! plan notes "Orders have notes" {
//!   rto 1h
//! }
//!
//! target db "Orders" postgres { url $DATABASE_URL }
//!
//! phase migrate "Migrate" at T {
//!   change added "Orders have notes" on db {
//!     do ```sql
//!       CREATE TABLE IF NOT EXISTS notes (id int, note text);
//!     ```
//!     undo ```sql
//!       DROP TABLE notes;
//!     ```
//!     undo takes 1m
//!   }
//! }
//!
//! scenario back "Back" {
//!   applies from added
//!   undo added
//! }
//! ````
//!
//! ## Mended
//!
//! ````rbk
//! plan notes "Orders have notes" {
//!   rto 1h
//! }
//!
//! target db "Orders" postgres { url $DATABASE_URL }
//!
//! phase migrate "Migrate" at T {
//!   change added "Orders have notes" on db {
//!     do ```sql
//!       CREATE TABLE notes (id int, note text);
//!     ```
//!     undo ```sql
//!       DROP TABLE notes;
//!     ```
//!     undo takes 1m
//!   }
//! }
//!
//! scenario back "Back" {
//!   applies from added
//!   undo added
//! }
//! ````

use crate::diagnostic::{Diagnostic, Severity};
use crate::effect::act::{Act, Effect};
use crate::effect::object::ObjectKind;
use crate::effect::sql::{self, Dialect};
use crate::plan::action::{Action, Language};
use crate::plan::change::Undo;
use crate::rules::{Context, Finder, Rule};

pub const RULE: Rule =
    Rule { name: "reversal/not-ours", severity: Severity::Error, finder: Finder::Rule(check), text: include_str!("not_ours.rs") };

fn check(context: &Context<'_>, findings: &mut Vec<Diagnostic>) {
    for id in context.graph.order() {
        let change = &context.plan.changes[*id];
        let (Some(Action::Code(forward)), Undo::Action(undo), Some(on)) = (&change.forward, &change.undo, &change.on) else { continue };
        let Action::Code(back) = undo.as_ref() else { continue };
        let dialect = Dialect::of(context.plan.targets[on.value].kind.value).filter(|_| back.language == Language::Sql);
        let Some(dialect) = dialect else { continue };
        let effects = context.graph.touched(*id).said().iter().flat_map(|statement| &statement.reading.effects);
        let lenient: Vec<_> = effects.filter(holds_data).collect();
        if lenient.is_empty() {
            continue;
        }
        let statements = sql::of(back, dialect);
        let dropped: Vec<_> = statements
            .iter()
            .flat_map(|statement| &statement.reading.effects)
            .filter(|effect| matches!(effect.act, Act::Drop { .. }))
            .collect();
        for made in lenient {
            let Some(drop) = dropped.iter().find(|drop| drop.object.kind == made.object.kind && drop.object.parts == made.object.parts)
            else {
                continue;
            };
            let (name, object) = (&change.header.name, made.object.to_string());
            let place = |code: &crate::plan::action::Code, range| code.place(&context.sources.file(code.span.file).text, range);
            let message =
                format!("the undo of `{name}` drops the {object}, which `{name}` may have found there: what it held would go with it");
            let finding = Diagnostic::error(RULE.name, place(back, &drop.object.range), message, "dropped, whoever made it");
            findings.push(finding.because(place(forward, &made.object.range), "left alone when it is there").help(format!(
                "leave `IF NOT EXISTS` out, so that `{name}` fails where it is there already; or leave it in place in the undo"
            )));
        }
    }
}

/// Returns whether an effect makes something unless it is there, and what was there may hold what nothing else does.
fn holds_data(effect: &&Effect) -> bool {
    let rebuilt = matches!(
        effect.object.kind,
        ObjectKind::Index
            | ObjectKind::View
            | ObjectKind::Function
            | ObjectKind::Trigger
            | ObjectKind::Policy
            | ObjectKind::Constraint
            | ObjectKind::Type
    );
    !rebuilt && matches!(&effect.act, Act::Create(create) if create.lenient)
}
