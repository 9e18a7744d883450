//! # sql/enum-value-added
//!
//! A type gets a value that its undo does not take out again.
//!
//! ## What it finds
//!
//! On PostgreSQL `ALTER TYPE … ADD VALUE` in a change whose undo is SQL that leaves the type alone. A value can't be taken out of a type:
//! the type has to be made anew, and every column that has it converted.
//!
//! ## Why it matters in the incident
//!
//! The rollback reports that the change was undone, the type still has the value, and rows that carry it break the old application.
//!
//! ## Caught
//!
//! ````rbk
//! plan order-states "Orders can be on hold" {
//!   rto 1h
//! }
//!
//! target db "Orders" postgres { url $DATABASE_URL }
//!
//! phase migrate "Migrate" at T {
//!   change on-hold "Orders can be on hold" on db {
//!     do ```sql
//!       ALTER TYPE order_state ADD VALUE 'on-hold';
//!     ```
//!     undo ```sql
//!       UPDATE orders SET state = 'open' WHERE state = 'on-hold';
//!     ```
//!     undo takes 1m
//!   }
//! }
//!
//! scenario back "Back" {
//!   applies from on-hold
//!   undo on-hold
//! }
//! ````
//!
//! ## Mended
//!
//! ````rbk
//! plan order-states "Orders can be on hold" {
//!   rto 1h
//! }
//!
//! target db "Orders" postgres { url $DATABASE_URL }
//!
//! phase migrate "Migrate" at T {
//!   change on-hold "Orders can be on hold" on db {
//!     do ```sql
//!       ALTER TYPE order_state ADD VALUE 'on-hold';
//!     ```
//!     undo ```sql
//!       UPDATE orders SET state = 'open' WHERE state = 'on-hold';
//!       ALTER TYPE order_state RENAME TO order_state_old;
//!       CREATE TYPE order_state AS ENUM ('open', 'sent');
//!       ALTER TABLE orders ALTER COLUMN state TYPE order_state USING state::text::order_state;
//!       DROP TYPE order_state_old;
//!     ```
//!     undo takes 1m
//!   }
//! }
//!
//! scenario back "Back" {
//!   applies from on-hold
//!   undo on-hold
//! }
//! ````

use crate::diagnostic::{Diagnostic, Severity};
use crate::effect::act::Act;
use crate::effect::object::ObjectKind;
use crate::effect::sql::{self, Dialect, Sight};
use crate::plan::action::{Action, Language};
use crate::plan::change::Undo;
use crate::rules::{Context, Finder, Rule};

pub const RULE: Rule = Rule {
    name: "sql/enum-value-added",
    severity: Severity::Error,
    finder: Finder::Rule(check),
    text: include_str!("enum_value_added.rs"),
};

fn check(context: &Context<'_>, findings: &mut Vec<Diagnostic>) {
    for id in context.graph.order() {
        let change = &context.plan.changes[*id];
        let (Some(Action::Code(forward)), Undo::Action(undo), Some(on)) = (&change.forward, &change.undo, &change.on) else { continue };
        let Action::Code(back) = undo.as_ref() else { continue };
        if Dialect::of(context.plan.targets[on.value].kind.value) != Some(Dialect::Postgres) || back.language != Language::Sql {
            continue;
        }
        let effects = context.graph.touched(*id).said().iter().flat_map(|statement| &statement.reading.effects);
        let Some(added) =
            effects.into_iter().find(|effect| effect.object.kind == ObjectKind::EnumValue && matches!(effect.act, Act::Create(_)))
        else {
            continue;
        };
        let owner = &added.object.parts[..added.object.parts.len().saturating_sub(1)];
        let rebuilds = sql::of(back, Dialect::Postgres).iter().any(|statement| {
            let touches = |parts: &[String]| parts.starts_with(owner);
            statement.sight == Sight::Opaque
                || statement.reading.effects.iter().any(|effect| {
                    effect.object.kind == ObjectKind::Type && !matches!(effect.act, Act::Read) && touches(&effect.object.parts)
                })
        });
        if rebuilds {
            continue;
        }
        let (name, written) = (&change.header.name, added.object.of.clone().unwrap_or_default());
        let message =
            format!("the undo of `{name}` leaves the type `{written}` with its new value: PostgreSQL has no statement that takes one out");
        let place = forward.place(&context.sources.file(forward.span.file).text, &added.object.range);
        let finding = Diagnostic::error(RULE.name, place, message, "stays in the type").severity(RULE.severity);
        findings.push(finding.because(back.span, "does not make the type anew").help(format!(
            "make `{written}` anew without it in the undo and convert the columns that have it, or call the change `irreversible`"
        )));
    }
}
