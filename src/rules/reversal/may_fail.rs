//! # reversal/may-fail
//!
//! The undo asks again for what rows written since may lack, and is refused.
//!
//! ## What it finds
//!
//! A change that lets in more than before (NOT NULL dropped, a constraint or an index taken away, a type made wider, a value added to a
//! type), and an undo in SQL that asks for the old rule again, without having changed or deleted the rows that break it, where
//! somebody may write in between. And an undo that adds a required column without a default to a table that has rows.
//!
//! ## Why it matters in the incident
//!
//! The rehearsal went well: nobody had written anything. In the night there are forty rows without an address, the statement is refused, and
//! the rollback stands still half-way while somebody decides what these rows are to hold.
//!
//! ## Caught
//!
//! ````rbk
//! plan guests "Orders without an account" {
//!   rto 1h
//! }
//!
//! target db "Orders" postgres { url $DATABASE_URL }
//!
//! writer shop "The shop" writes db
//!
//! phase migrate "Migrate" at T {
//!   change guests-in "Orders need no account" on db {
//!     do ```sql
//!       ALTER TABLE orders ALTER COLUMN account DROP NOT NULL;
//!     ```
//!     undo ```sql
//!       ALTER TABLE orders ALTER COLUMN account SET NOT NULL;
//!     ```
//!     undo takes 1m
//!   }
//! }
//!
//! scenario back "Back" {
//!   applies from guests-in
//!   undo guests-in
//! }
//! ````
//!
//! ## Mended
//!
//! ````rbk
//! plan guests "Orders without an account" {
//!   rto 1h
//! }
//!
//! target db "Orders" postgres { url $DATABASE_URL }
//!
//! writer shop "The shop" writes db
//!
//! phase migrate "Migrate" at T {
//!   change guests-in "Orders need no account" on db {
//!     do ```sql
//!       ALTER TABLE orders ALTER COLUMN account DROP NOT NULL;
//!     ```
//!     undo ```sql
//!       UPDATE orders SET account = 'guest' WHERE account IS NULL;
//!       ALTER TABLE orders ALTER COLUMN account SET NOT NULL;
//!     ```
//!     undo takes 1m
//!   }
//! }
//!
//! scenario back "Back" {
//!   applies from guests-in
//!   undo guests-in
//! }
//! ````

use std::collections::HashSet;

use crate::diagnostic::{Diagnostic, Severity};
use crate::effect::act::{Act, Alter, Create, Detail, Effect, Rule as Asked};
use crate::effect::object::{Object, ObjectKind};
use crate::effect::sql::{self, Dialect, Statement, Way};
use crate::plan::change::Change;
use crate::plan::id::Id;
use crate::rules::{Context, Finder, Rule};

use super::{Since, since, written};

pub const RULE: Rule =
    Rule { name: "reversal/may-fail", severity: Severity::Warning, finder: Finder::Rule(check), text: include_str!("may_fail.rs") };

/// A rule that an undo asks for again.
struct Again<'s> {
    back: &'s Object,
    /// Where the change let go of it; `None` for a column that is to be made.
    forward: Option<&'s Object>,
    /// What is asked for, behind "again:".
    asks: String,
    help: String,
}

fn check(context: &Context<'_>, findings: &mut Vec<Diagnostic>) {
    let mut found: Vec<(Id<Change>, Vec<Again<'_>>)> = Vec::new();
    for id in context.graph.order() {
        let Some((_, _, dialect)) = written(context, *id) else { continue };
        let touched = context.graph.touched(*id);
        let (Some(forward), Some(back)) = (&touched.statements, &touched.back) else { continue };
        let again = again(forward, back, dialect);
        if !again.is_empty() {
            found.push((*id, again));
        }
    }
    let mut reached = Since::new(context, &found.iter().map(|(id, _)| *id).collect());
    for (id, again) in found {
        if let Some(position) = first_open(context, &mut reached, id) {
            findings.push(finding(context, id, &again, position));
        }
    }
}

/// Returns the first position behind a change in which somebody may write, where somebody may take it back.
fn first_open(context: &Context<'_>, since: &mut Since<'_, '_>, id: Id<Change>) -> Option<usize> {
    let target = context.plan.changes[id].on?.value;
    let takers = since.takers(id).to_vec();
    if takers.is_empty() {
        let behind = context.graph.applied(id);
        return since.open(target, &(behind..context.graph.positions().len()));
    }
    takers.into_iter().filter_map(|scenario| since.open(target, &since.positions(id, scenario))).min()
}

/// Returns what an undo asks for again, without having seen to the rows before.
fn again<'s>(forward: &'s [Statement], back: &'s [Statement], dialect: Dialect) -> Vec<Again<'s>> {
    let mut found = Vec::new();
    // Tables whose rows the undo has changed, or that it has made.
    let mut seen_to: HashSet<&[String]> = HashSet::new();
    let effects = |statements: &'s [Statement]| statements.iter().flat_map(|statement| &statement.reading.effects);
    for effect in effects(back) {
        let object = &effect.object;
        let table = table(object);
        match &effect.act {
            Act::Update { .. } | Act::Delete { .. } | Act::Truncate { .. } => {
                seen_to.insert(&object.parts);
            }
            Act::Create(_) if object.kind == ObjectKind::Table => {
                seen_to.insert(&object.parts);
            }
            // An expression makes the new values.
            Act::Alter(Alter::Type { using: true, .. }) => {
                seen_to.insert(table);
            }
            _ if seen_to.contains(table) => {}
            _ => found.extend(asked(effect, effects(forward), dialect)),
        }
    }
    found
}

/// Returns the name of the table that something is a part of.
fn table(object: &Object) -> &[String] {
    let own = usize::from(!object.own.is_empty() && object.kind != ObjectKind::Table);
    &object.parts[..object.parts.len() - own]
}

fn asked<'s>(effect: &'s Effect, forward: impl Iterator<Item = &'s Effect>, dialect: Dialect) -> Option<Again<'s>> {
    let object = &effect.object;
    let name = object.written();
    let of = object.of.clone().unwrap_or_else(|| name.clone());
    let same = |other: &Object| other.parts.ends_with(&object.parts) || object.parts.ends_with(&other.parts);
    let mut forward =
        forward.filter(|done| same(&done.object) || table(&done.object) == table(object) || done.object.kind == ObjectKind::EnumValue);
    let again = |by: &'s Effect, asks: String, help: String| Some(Again { back: object, forward: Some(&by.object), asks, help });
    match &effect.act {
        Act::Alter(Alter::Require) => {
            let by = forward.find(|done| same(&done.object) && done.act == Act::Alter(Alter::Allow))?;
            let help = format!("give them one first: `UPDATE {of} SET {0} = … WHERE {0} IS NULL;`", object.own);
            again(by, format!("`{name}` is required, and rows written since may have no value"), help)
        }
        Act::Alter(Alter::Type { to, using: false } | Alter::Restate { to }) => {
            let by = forward.find_map(|done| match &done.act {
                Act::Alter(Alter::Type { to: new, .. } | Alter::Restate { to: new }) if same(&done.object) => {
                    (sql::way(Some(new), to, dialect) == Way::Narrow)
                        .then(|| (done, format!("`{name}` is `{to}`, and rows written since may hold what only `{new}` can")))
                }
                // A value of a type is found by the type's name.
                Act::Create(_) if done.object.kind == ObjectKind::EnumValue => {
                    let of = done.object.parts.iter().rev().nth(1)?;
                    let is_of = to.rsplit('.').next().is_some_and(|to| to.trim_matches('"').eq_ignore_ascii_case(of));
                    is_of.then(|| (done, format!("`{name}` is a `{to}` without {}, and rows written since may have it", done.object.own)))
                }
                _ => None,
            });
            let (by, asks) = by?;
            again(by, asks, format!("change those rows first: `UPDATE {of} SET {} = … WHERE …;`", object.own))
        }
        Act::Create(create) if is_rule(object, create) => {
            let drops = |done: &&Effect| {
                let part = matches!(done.object.kind, ObjectKind::Constraint | ObjectKind::Index);
                part && matches!(done.act, Act::Drop { .. })
                    && (same(&done.object) || !table(&done.object).is_empty() && table(&done.object) == table(object))
            };
            let by = forward.find(drops)?;
            let what = if object.own.is_empty() {
                format!("the {} of `{of}`", object.kind.words())
            } else {
                format!("{} `{name}`", object.kind.words())
            };
            again(
                by,
                format!("{what} holds, and rows written since may break it"),
                "change or delete those rows first, in the same undo".to_owned(),
            )
        }
        Act::Create(Create { detail: Detail::Column { required: true, default: false, computed: false, .. }, .. })
            if dialect != Dialect::Mysql && object.kind == ObjectKind::Column =>
        {
            forward.find(|done| same(&done.object) && matches!(done.act, Act::Drop { .. }))?;
            let asks = format!("`{name}` is required, and the rows that are there have no value for it");
            Some(Again { back: object, forward: None, asks, help: "add it without NOT NULL, fill it, and require it then".to_owned() })
        }
        _ => None,
    }
}

/// Returns whether what is made refuses rows that are there.
fn is_rule(object: &Object, create: &Create) -> bool {
    match &create.detail {
        Detail::Constraint { rule, unchecked } => {
            !unchecked && matches!(rule, Asked::Primary | Asked::Unique | Asked::Check | Asked::Foreign | Asked::Exclude)
        }
        Detail::Index { unique } => *unique && matches!(object.kind, ObjectKind::Index | ObjectKind::Constraint),
        _ => false,
    }
}

fn finding(context: &Context<'_>, id: Id<Change>, again: &[Again<'_>], position: usize) -> Diagnostic {
    let change = &context.plan.changes[id];
    // INVARIANT: only changes with code on both sides are looked at.
    let (forward, back, _) = written(context, id).expect("code");
    let name = &change.header.name;
    let asks = again.iter().map(|one| one.asks.as_str()).collect::<Vec<_>>().join("; ");
    let from = since(context, position);
    let message = match again.iter().all(|one| one.forward.is_none()) {
        true => format!("the undo of `{name}` is refused where there are rows: {asks}"),
        false => format!("the undo of `{name}` may be refused, and {from} somebody may write what stands in its way: {asks}"),
    };
    let source = |code: &crate::plan::action::Code| context.sources.file(code.span.file).text.clone();
    let place = back.place(&source(back), &again[0].back.range);
    let mut finding = Diagnostic::error(RULE.name, place, message, "asked for again").severity(RULE.severity);
    for one in again.iter().skip(1).take(3) {
        finding = finding.because(back.place(&source(back), &one.back.range), "and here");
    }
    for one in again.iter().filter_map(|one| one.forward).take(4) {
        finding = finding.because(forward.place(&source(forward), &one.range), "not asked for from here on");
    }
    finding.help(again[0].help.clone())
}
