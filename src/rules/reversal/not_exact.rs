//! # reversal/not-exact
//!
//! The undo takes back less than the change did, or gives more than the change took.
//!
//! ## What it finds
//!
//! A change and a written undo, both SQL (or shell that hands SQL to a client), where something that the change made is still
//! there behind the undo: an index, a constraint, a trigger, a right; where something that it altered stays altered: NOT NULL, a default, a type, a
//! name, an owner; where something that it dropped is not put back, or a sequence begins at its first number again; and where the
//! undo grants what the change did not revoke, or grants it for all tables of a schema. Where the target's `schema` says what was there: a
//! column that comes back with another type, or with or without `NOT NULL` other than before. Silent where the undo can't be read, and about
//! what an earlier change of the plan made: undoing that one may take it along.
//!
//! ## Why it matters in the incident
//!
//! The rollback is green, and the schema is none that anybody ever tested. The constraint that stayed refuses what the old release writes; the
//! index that was not put back makes it slow; the right that nobody had before is found by the auditor. And the next attempt of the
//! migration stops at what is still there.
//!
//! ## Caught
//!
//! ````rbk
//! plan currency "Orders have a currency" {
//!   rto 1h
//! }
//!
//! target db "Orders" postgres { url $DATABASE_URL }
//!
//! phase migrate "Migrate" at T {
//!   change currencies "Orders have a currency" on db {
//!     do ```sql
//!       ALTER TABLE orders ADD COLUMN currency char(3);
//!       ALTER TABLE orders ALTER COLUMN total SET NOT NULL;
//!       CREATE INDEX orders_by_day ON orders (placed_on);
//!     ```
//!     undo ```sql
//!       ALTER TABLE orders DROP COLUMN currency;
//!     ```
//!     undo takes 1m
//!   }
//! }
//!
//! scenario back "Back" {
//!   applies from currencies
//!   undo currencies
//! }
//! ````
//!
//! ## Mended
//!
//! ````rbk
//! plan currency "Orders have a currency" {
//!   rto 1h
//! }
//!
//! target db "Orders" postgres { url $DATABASE_URL }
//!
//! phase migrate "Migrate" at T {
//!   change currencies "Orders have a currency" on db {
//!     do ```sql
//!       ALTER TABLE orders ADD COLUMN currency char(3);
//!       ALTER TABLE orders ALTER COLUMN total SET NOT NULL;
//!       CREATE INDEX orders_by_day ON orders (placed_on);
//!     ```
//!     undo ```sql
//!       DROP INDEX orders_by_day;
//!       ALTER TABLE orders ALTER COLUMN total DROP NOT NULL;
//!       ALTER TABLE orders DROP COLUMN currency;
//!     ```
//!     undo takes 1m
//!   }
//! }
//!
//! scenario back "Back" {
//!   applies from currencies
//!   undo currencies
//! }
//! ````

use std::collections::HashSet;

use crate::diagnostic::{Diagnostic, Severity};
use crate::effect::sql::{self, Dialect, Gap};
use crate::graph::Manner;
use crate::plan::action::Code;
use crate::plan::change::Change;
use crate::plan::id::Id;
use crate::plan::target::Target;
use crate::rules::{Context, Finder, Rule};

use super::written;

pub const RULE: Rule =
    Rule { name: "reversal/not-exact", severity: Severity::Warning, finder: Finder::Rule(check), text: include_str!("not_exact.rs") };

/// How many places a finding shows.
const SHOWN: usize = 6;

fn check(context: &Context<'_>, findings: &mut Vec<Diagnostic>) {
    // The last parts of the names that the changes so far made, by target.
    let mut made: HashSet<(Id<Target>, String)> = HashSet::new();
    for id in context.graph.order() {
        let change = &context.plan.changes[*id];
        let Some(on) = change.on.map(|on| on.value) else { continue };
        if let Some((forward, back, dialect)) = written(context, *id) {
            let gaps: Vec<Gap> = gaps(context, *id, forward, back, dialect)
                .into_iter()
                .filter(|gap| gap.exceeds || !sql::words_of(&forward.text[gap.statement.clone()]).any(|word| made.contains(&(on, word))))
                .collect();
            if !gaps.is_empty() {
                findings.push(finding(context, change, forward, back, dialect, &gaps));
            }
        }
        let touches = context.graph.touched(*id).touches.iter().filter(|touch| touch.manner == Manner::Creates);
        made.extend(touches.filter_map(|touch| Some((on, touch.object.parts.last()?.to_lowercase()))));
    }
}

fn gaps(context: &Context<'_>, id: Id<Change>, forward: &Code, back: &Code, dialect: Dialect) -> Vec<Gap> {
    let touched = context.graph.touched(id);
    let (Some(statements), Some(inverse)) = (&touched.statements, &touched.back) else { return Vec::new() };
    let (own, back) = (sql::Text { text: &forward.text, statements }, sql::Text { text: &back.text, statements: inverse });
    let mut gaps = sql::gaps(own, back, dialect);
    gaps.extend(sql::otherwise(&touched.was, own, back, dialect));
    gaps
}

fn finding(context: &Context<'_>, change: &Change, forward: &Code, back: &Code, dialect: Dialect, gaps: &[Gap]) -> Diagnostic {
    let name = &change.header.name;
    let list = gaps.iter().take(SHOWN).map(|gap| gap.what.as_str()).collect::<Vec<_>>().join("; ");
    let more = if gaps.len() > SHOWN { format!("; and {} more", gaps.len() - SHOWN) } else { String::new() };
    let message = format!("behind the undo of `{name}` the database is not what it was: {list}{more}");
    let mut finding =
        Diagnostic::error(RULE.name, back.span, message, "takes back something else than what was done").severity(RULE.severity);
    for gap in gaps.iter().take(SHOWN) {
        let code = if gap.exceeds { back } else { forward };
        finding = finding.because(code.place(&context.sources.file(code.span.file).text, &gap.range), &gap.what);
    }
    let derived = sql::inverse(&forward.text, dialect).ok().filter(|inverse| inverse.loses.is_empty() && inverse.statements.len() <= 3);
    let derived = derived.filter(|_| gaps.iter().all(|gap| !gap.exceeds));
    finding.help(match derived {
        Some(inverse) => format!("`undo auto` derives it: {}", inverse.statements.join(" ")),
        None => "take back in the undo what the change did, all of it and nothing else".to_owned(),
    })
}
