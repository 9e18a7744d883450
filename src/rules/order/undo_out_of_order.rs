//! # order/undo-out-of-order
//!
//! A scenario undoes a change before another that depends on it.
//!
//! ## What it finds
//!
//! A scenario that undoes two changes by statements of their own, first the one, and later another whose undo works on what the
//! first has dropped by then; as a warning, another that says `after` it. Undos that are written apart are carried out as they are
//! written; only those of one `undo` are put in order. Silent where a restore brings either back, and where what the later one
//! drops may be gone (`IF EXISTS`).
//!
//! ## Why it matters in the incident
//!
//! The table is dropped, and the next step wants to take a column out of it. The rollback stops half-way, at a step that can't be carried
//! out any more, and somebody has to find out at night that it needs not be.
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
//!   change notes "There are notes" on db {
//!     do ```sql
//!       CREATE TABLE notes (id int, note text);
//!     ```
//!     undo ```sql
//!       DROP TABLE notes;
//!     ```
//!     undo takes 1m
//!   }
//!   change authors "Notes have an author" on db {
//!     do ```sql
//!       ALTER TABLE notes ADD COLUMN author text;
//!     ```
//!     undo ```sql
//!       ALTER TABLE notes DROP COLUMN author;
//!     ```
//!     undo takes 1m
//!   }
//! }
//!
//! scenario back "Back" {
//!   applies from notes
//!   undo notes
//!   undo authors
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
//!   change notes "There are notes" on db {
//!     do ```sql
//!       CREATE TABLE notes (id int, note text);
//!     ```
//!     undo ```sql
//!       DROP TABLE notes;
//!     ```
//!     undo takes 1m
//!   }
//!   change authors "Notes have an author" on db {
//!     do ```sql
//!       ALTER TABLE notes ADD COLUMN author text;
//!     ```
//!     undo ```sql
//!       ALTER TABLE notes DROP COLUMN author;
//!     ```
//!     undo takes 1m
//!   }
//! }
//!
//! scenario back "Back" {
//!   applies from notes
//!   undo notes, authors
//! }
//! ````

use std::collections::BTreeMap;
use std::sync::Arc;

use crate::analysis::program::{Direction, Item, Sure, Work};
use crate::diagnostic::{Diagnostic, Severity};
use crate::effect::act::{Act, Effect};
use crate::effect::object::ObjectKind;
use crate::effect::sql::Statement;
use crate::graph::objects::Object;
use crate::graph::{Manner, Why};
use crate::plan::change::{Change, Undo};
use crate::plan::id::Id;
use crate::rules::{Context, Finder, Rule};

pub const RULE: Rule = Rule {
    name: "order/undo-out-of-order",
    severity: Severity::Error,
    finder: Finder::Rule(check),
    text: include_str!("undo_out_of_order.rs"),
};

fn check(context: &Context<'_>, findings: &mut Vec<Diagnostic>) {
    let plan = context.plan;
    for (id, scenario) in plan.scenarios.iter().filter(|(id, _)| !context.facts.is_part(*id)) {
        // What was undone so far by its own undo, and by which item.
        let mut undone: BTreeMap<Id<Change>, &Item<'_>> = BTreeMap::new();
        context.facts.scenarios[id.index()].each(&mut |item, sure| {
            let Some((change, Direction::Undo)) = item.change else { return };
            if sure == Sure::No || matches!(item.work, Work::Restore(_) | Work::Nothing) {
                return;
            }
            let mut reasons: Vec<(&Item<'_>, Id<Change>, (Severity, String))> = Vec::new();
            for dependency in context.graph.dependencies(change) {
                let Some(first) = undone.get(&dependency.on) else { continue };
                let reason = match &dependency.why {
                    Why::Object(_) => missing(context, dependency.on, change).map(|object| {
                        let name = &plan.changes[change].header.name;
                        (Severity::Error, format!("needs `{object}` of it: the undo of `{name}` stops at what is gone"))
                    }),
                    Why::After(_) => Some((
                        Severity::Warning,
                        "says that it comes `after` it, and may take for granted what is undone by then".to_owned(),
                    )),
                    _ => None,
                };
                reasons.extend(reason.map(|reason| (*first, dependency.on, reason)));
            }
            reasons.sort_by_key(|(.., (severity, _))| std::cmp::Reverse(*severity));
            if let Some((first, on, (severity, why))) = reasons.into_iter().next() {
                let (name, other) = (&plan.changes[change].header.name, &plan.changes[on].header.name);
                let message = format!("`{}` undoes `{other}` before `{name}`, which {why}", scenario.header.name);
                let finding = Diagnostic::error(RULE.name, item.span, message, format!("`{name}` is undone only here")).severity(severity);
                let finding = finding.because(first.span, format!("`{other}` is undone here"));
                findings.push(finding.help(format!("write `undo {other}, {name}`: the order follows by itself")));
            }
            undone.entry(change).or_insert(item);
        });
    }
}

/// Returns what the undo of one change drops and the undo of the other works on.
fn missing(context: &Context<'_>, gone: Id<Change>, change: Id<Change>) -> Option<String> {
    let plan = context.plan;
    let (one, other) = (context.graph.touched(gone), context.graph.touched(change));
    let effects = |back: &Option<Arc<Vec<Statement>>>| -> Vec<Effect> {
        back.iter().flat_map(|back| back.iter()).flat_map(|statement| statement.reading.effects.iter().cloned()).collect()
    };
    let (taken, used) = (effects(&one.back), effects(&other.back));
    let on = plan.changes[change].on.map(|on| on.value);
    // What may be gone is not missed; the table of a column may not.
    let is_missed = |effect: &&Effect| effect.object.kind == ObjectKind::Column || !matches!(effect.act, Act::Drop { lenient: true, .. });
    let used = used.iter().filter(is_missed);
    let mut used: Vec<Object> = used.map(|effect| Object::on(plan, on, effect.object.parts.clone())).collect();
    if matches!(plan.changes[change].undo, Undo::Auto(_)) {
        used.extend(other.touches.iter().filter(|touch| !touch.declared).map(|touch| touch.object.clone()));
    }
    let is_auto = matches!(plan.changes[gone].undo, Undo::Auto(_));
    let mut made = one.touches.iter().filter(|touch| touch.manner == Manner::Creates && !touch.declared);
    let lost = made.find(|touch| {
        let is_taken = || taken.iter().any(|it| matches!(it.act, Act::Drop { .. }) && it.object.parts.last() == touch.object.parts.last());
        (is_auto || is_taken()) && used.iter().any(|used| touch.object.holds(used))
    });
    lost.map(|touch| touch.name.clone())
}
