//! # reversal/incomplete
//!
//! What is cleared on the way back is less than what the migration wrote.
//!
//! ## What it finds
//!
//! A change that writes to several tables, by its SQL or by its `writes`, and an undo in SQL that empties or drops some of them and
//! names the others nowhere; and a scenario that clears at least two of the objects that a change writes, by `destroys` or SQL of its steps, and
//! leaves others alone, where it does not take the change back. A backup that holds fewer tables than its restore has to bring back is
//! told by `backup/missing`.
//!
//! ## Why it matters in the incident
//!
//! The list of tables was right when it was written. What it misses stays: the next attempt of the migration stops at rows that are
//! there already, and what should have been deleted is not.
//!
//! ## Caught
//!
//! ````rbk
//! plan load "Load the orders" {
//!   rto 1h
//! }
//!
//! target db "The new database" postgres { url $DATABASE_URL }
//!
//! phase load "Load" at T {
//!   change loaded "Orders are in the new database" on db {
//!     do ```sql
//!       INSERT INTO customers SELECT * FROM old.customers;
//!       INSERT INTO orders SELECT * FROM old.orders;
//!       INSERT INTO order_notes SELECT * FROM old.order_notes;
//!     ```
//!     undo ```sql
//!       TRUNCATE orders, customers;
//!     ```
//!     undo takes 1m
//!   }
//! }
//!
//! scenario back "Back" {
//!   applies from loaded
//!   undo loaded
//! }
//! ````
//!
//! ## Mended
//!
//! ````rbk
//! plan load "Load the orders" {
//!   rto 1h
//! }
//!
//! target db "The new database" postgres { url $DATABASE_URL }
//!
//! phase load "Load" at T {
//!   change loaded "Orders are in the new database" on db {
//!     do ```sql
//!       INSERT INTO customers SELECT * FROM old.customers;
//!       INSERT INTO orders SELECT * FROM old.orders;
//!       INSERT INTO order_notes SELECT * FROM old.order_notes;
//!     ```
//!     undo ```sql
//!       TRUNCATE order_notes, orders, customers;
//!     ```
//!     undo takes 1m
//!   }
//! }
//!
//! scenario back "Back" {
//!   applies from loaded
//!   undo loaded
//! }
//! ````

use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};

use crate::analysis::program::{Direction, Item, Work};
use crate::diagnostic::{Diagnostic, Severity};
use crate::effect::act::{Act, Effect};
use crate::effect::object::ObjectKind;
use crate::effect::sql::{self, Dialect, Sight};
use crate::graph::objects::Object;
use crate::graph::{Manner, Touch};
use crate::plan::change::Change;
use crate::plan::id::Id;
use crate::plan::scenario::Scenario;
use crate::plan::target::Target;
use crate::rules::{Context, Finder, Rule, words};
use crate::source::Span;

use super::written;

pub const RULE: Rule =
    Rule { name: "reversal/incomplete", severity: Severity::Warning, finder: Finder::Rule(check), text: include_str!("incomplete.rs") };

fn check(context: &Context<'_>, findings: &mut Vec<Diagnostic>) {
    let mut made: HashSet<Object> = HashSet::new();
    let mut writers: HashMap<Object, Vec<Id<Change>>> = HashMap::new();
    for id in context.graph.order() {
        findings.extend(of_undo(context, *id, &made));
        let touches = &context.graph.touched(*id).touches;
        made.extend(touches.iter().filter(|touch| touch.manner == Manner::Creates).map(|touch| touch.object.clone()));
        for touch in touches.iter().filter(|touch| touch.manner == Manner::Writes) {
            writers.entry(touch.object.clone()).or_default().push(*id);
        }
    }
    for id in context.plan.scenarios.ids().filter(|id| !context.facts.is_part(*id)) {
        of_scenario(context, id, &writers, findings);
    }
}

/// Returns the tables that a change fills, each with its name as written.
fn filled<'t>(context: &Context<'_>, id: Id<Change>, touches: &'t [Touch]) -> Vec<&'t Touch> {
    let touched = context.graph.touched(id);
    let on = context.plan.changes[id].on.map(|on| on.value);
    let effects = touched.said().iter().flat_map(|statement| &statement.reading.effects);
    let inserted: HashSet<Object> = effects
        .filter(|effect| matches!(effect.act, Act::Insert { .. }))
        .map(|effect| Object::on(context.plan, on, effect.object.parts.clone()))
        .collect();
    let fills = |touch: &&Touch| touch.manner == Manner::Writes && (touch.declared || inserted.contains(&touch.object));
    touches.iter().filter(fills).filter(|touch| !sql::is_ledger_name(&touch.object.parts)).collect()
}

/// Finds an undo that clears some of the tables which its change filled.
fn of_undo(context: &Context<'_>, id: Id<Change>, made: &HashSet<Object>) -> Option<Diagnostic> {
    let change = &context.plan.changes[id];
    let (_, back, _) = written(context, id)?;
    let touched = context.graph.touched(id);
    let statements = touched.back.as_ref()?;
    if statements.iter().any(|statement| statement.sight == Sight::Opaque || !statement.reading.opaque.is_empty()) {
        return None;
    }
    let on = change.on.map(|on| on.value);
    let effects = || statements.iter().flat_map(|statement| &statement.reading.effects);
    let wide = |effect: &Effect| {
        let schema = matches!(effect.object.kind, ObjectKind::Schema | ObjectKind::Database);
        matches!(effect.act, Act::Truncate { cascade: true } | Act::Drop { cascade: true, .. }) || schema
    };
    if effects().any(wide) {
        return None;
    }
    let object = |effect: &Effect| Object::on(context.plan, on, effect.object.parts.clone());
    let cleared: HashSet<Object> = effects().filter(|effect| clears(effect)).map(object).collect();
    let named: HashSet<Object> = effects().filter(|effect| effect.act != Act::Read).map(object).collect();
    let own = |touch: &&Touch| {
        let is_new = |object: &Object| {
            made.contains(object) || touched.touches.iter().any(|it| it.manner == Manner::Creates && it.object == *object)
        };
        !touch.object.with_parents().any(|object| is_new(&object))
    };
    let (gone, left): (Vec<&Touch>, Vec<&Touch>) =
        filled(context, id, &touched.touches).into_iter().partition(|touch| cleared.contains(&touch.object));
    let left: Vec<&Touch> = left.into_iter().filter(own).filter(|touch| !named.contains(&touch.object)).collect();
    if gone.is_empty() || left.is_empty() {
        return None;
    }
    let name = &change.header.name;
    let message = format!(
        "the undo of `{name}` clears {} and names {} nowhere, which `{name}` fills too: what it put there stays",
        words::list(gone.iter().map(|touch| touch.name.as_str())),
        words::list(left.iter().map(|touch| touch.name.as_str()))
    );
    let finding = Diagnostic::error(RULE.name, back.span, message, "clears less than was filled").severity(RULE.severity);
    let finding = finding.because(change.header.span, format!("fills {}", words::list(left.iter().map(|touch| touch.name.as_str()))));
    Some(finding.help("clear the others too, what refers to others first; or undo by restoring a backup that was taken before"))
}

/// Returns whether rows are taken out of a table.
fn clears(effect: &Effect) -> bool {
    let table = matches!(effect.object.kind, ObjectKind::Table | ObjectKind::Partition);
    matches!(effect.act, Act::Truncate { .. } | Act::Delete { .. }) || table && matches!(effect.act, Act::Drop { .. })
}

/// What the steps of a scenario clear on a target.
#[derive(Default)]
struct Cleared {
    objects: BTreeSet<Object>,
    place: Option<(Span, String)>,
    /// Something brings a whole state back, or can't be read.
    other: bool,
}

/// Finds steps of a scenario that clear some of what a change wrote.
fn of_scenario(context: &Context<'_>, id: Id<Scenario>, writers: &HashMap<Object, Vec<Id<Change>>>, findings: &mut Vec<Diagnostic>) {
    let plan = context.plan;
    let program = &context.facts.scenarios[id.index()];
    let mut cleared: BTreeMap<Id<Target>, Cleared> = BTreeMap::new();
    for item in program.items().into_iter().filter(|item| !item.change.is_some_and(|(_, direction)| direction == Direction::Undo)) {
        if let Work::Restore(backup) = item.work {
            cleared.entry(plan.backups[backup].of.value).or_default().other = true;
        }
        let Some(on) = item.on else { continue };
        let objects = cleared_by(context, item, on);
        if !objects.is_empty() {
            let of_target = cleared.entry(on).or_default();
            of_target.objects.extend(objects);
            of_target.place.get_or_insert_with(|| (item.span, item.title.clone()));
        }
    }
    for (_, cleared) in cleared.into_iter().filter(|(_, cleared)| !cleared.other && cleared.objects.len() > 1) {
        let mut hits: BTreeMap<Id<Change>, usize> = BTreeMap::new();
        for change in cleared.objects.iter().filter_map(|object| writers.get(object)).flatten() {
            *hits.entry(*change).or_default() += 1;
        }
        let begun = |change: Id<Change>| context.graph.begun(change) < context.facts.applies(id).end;
        let wiped: Vec<Id<Change>> =
            hits.into_iter().filter(|(change, hits)| *hits > 1 && begun(*change)).map(|(change, _)| change).collect();
        if wiped.is_empty() {
            continue;
        }
        let undone: HashSet<Id<Change>> = program.undone().collect();
        for change in wiped.into_iter().filter(|change| !undone.contains(change)) {
            let touches = &context.graph.touched(change).touches;
            let filled = filled(context, change, touches);
            let left: Vec<&str> = filled
                .iter()
                .filter(|touch| !touch.object.with_parents().any(|it| cleared.objects.contains(&it)))
                .map(|touch| touch.name.as_str())
                .collect();
            let Some((span, title)) = cleared.place.as_ref().filter(|_| !left.is_empty()) else { continue };
            let (scenario, wrote) = (&plan.scenarios[id].header, &plan.changes[change].header);
            let message = format!(
                "“{title}” in `{}` clears some of what `{}` writes, and leaves {}: what it put there stays",
                scenario.name,
                wrote.name,
                words::list(left.iter().copied())
            );
            let finding = Diagnostic::error(RULE.name, *span, message, "clears less than was written").severity(RULE.severity);
            let names = words::list(left);
            findings.push(
                finding
                    .because(wrote.span, format!("writes {names}"))
                    .help(format!("clear {names} too, or restore a backup that was taken before `{}`", wrote.name)),
            );
        }
    }
}

fn cleared_by(context: &Context<'_>, item: &Item<'_>, on: Id<Target>) -> Vec<Object> {
    let declared = item.effects.map_or(&[][..], |effects| &effects.destroys);
    let mut objects: Vec<Object> = declared.iter().map(|name| Object::new(context.plan, &name.value, Some(on))).collect();
    if let (Work::Sql(code), Some(dialect)) = (item.work, Dialect::of(context.plan.targets[on].kind.value)) {
        let statements = sql::of(code, dialect);
        let effects = statements.iter().flat_map(|statement| &statement.reading.effects).filter(|effect| clears(effect));
        objects.extend(effects.map(|effect| Object::on(context.plan, Some(on), effect.object.parts.clone())));
    }
    objects
}
