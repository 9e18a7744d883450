//! # reversal/reads-destroyed
//!
//! A recovery step asks for what the migration has dropped.
//!
//! ## What it finds
//!
//! SQL of a scenario's step, of one of its checks, or of an undo, also where shell hands it to a client, that reads or changes a table or a
//! view, or sets a column, which a change has dropped or renamed, where the scenario can be used behind that change and has not taken it
//! back by then. Silent where a step asks a condition first, where the script goes on when its SQL fails, and about what the scenario, or a
//! later change, makes again.
//!
//! ## Why it matters in the incident
//!
//! The rows were to be copied back from the old table. The step was rehearsed before the old table was dropped; in the night it stops at
//! a name that nobody knows, and what it was to save is gone as well.
//!
//! ## Caught
//!
//! ````rbk
//! plan split "Addresses have a table of their own" {
//!   rto 1h
//! }
//!
//! target db "Customers" postgres { url $DATABASE_URL }
//!
//! backup old "The old addresses" of db tables old_addresses {
//!   method pg_dump custom
//!   file "backups/old-addresses.dump"
//!   keep 30d
//! }
//!
//! phase migrate "Migrate" at T {
//!   change copied "Addresses are copied" on db {
//!     do ```sql
//!       CREATE TABLE addresses AS SELECT id, address FROM old_addresses;
//!     ```
//!     undo ```sql
//!       DROP TABLE addresses;
//!     ```
//!     undo takes 1m
//!   }
//!   take old
//!   irreversible change old-gone "The old table is gone" on db {
//!     do ```sql
//!       DROP TABLE old_addresses;
//!     ```
//!     recover forward "Read the addresses from the new table"
//!   }
//! }
//!
//! scenario fill "Fill in what is missing" {
//!   applies from copied
//!   step again "Copy the missing addresses" on db takes 5m {
//!     do ```sql
//!       INSERT INTO addresses SELECT id, address FROM old_addresses WHERE id NOT IN (SELECT id FROM addresses);
//!     ```
//!   }
//! }
//!
//! scenario go-on "Go on with the new table" {
//!   applies from old-gone
//!   goes forward
//!   manual tell "Tell support where the addresses are" takes 5m
//! }
//! ````
//!
//! ## Mended
//!
//! ````rbk
//! plan split "Addresses have a table of their own" {
//!   rto 1h
//! }
//!
//! target db "Customers" postgres { url $DATABASE_URL }
//!
//! backup old "The old addresses" of db tables old_addresses {
//!   method pg_dump custom
//!   file "backups/old-addresses.dump"
//!   keep 30d
//! }
//!
//! phase migrate "Migrate" at T {
//!   change copied "Addresses are copied" on db {
//!     do ```sql
//!       CREATE TABLE addresses AS SELECT id, address FROM old_addresses;
//!     ```
//!     undo ```sql
//!       DROP TABLE addresses;
//!     ```
//!     undo takes 1m
//!   }
//!   take old
//!   irreversible change old-gone "The old table is gone" on db {
//!     do ```sql
//!       DROP TABLE old_addresses;
//!     ```
//!     recover forward "Read the addresses from the new table"
//!   }
//! }
//!
//! scenario fill "Fill in what is missing" {
//!   applies from copied until old-gone
//!   step again "Copy the missing addresses" on db takes 5m {
//!     do ```sql
//!       INSERT INTO addresses SELECT id, address FROM old_addresses WHERE id NOT IN (SELECT id FROM addresses);
//!     ```
//!   }
//! }
//!
//! scenario go-on "Go on with the new table" {
//!   applies from old-gone
//!   goes forward
//!   manual tell "Tell support where the addresses are" takes 5m
//! }
//! ````

use std::collections::{HashMap, HashSet};

use crate::analysis::program::{Direction, Item, Work};
use crate::diagnostic::{Diagnostic, Severity};
use crate::effect::act::{Act, Effect};
use crate::effect::object::ObjectKind;
use crate::effect::sh;
use crate::effect::sql::{self, Dialect};
use crate::graph::objects::Object;
use crate::graph::{Manner, connection};
use crate::plan::action::{Code, Language};
use crate::plan::change::Change;
use crate::plan::check::{Check, Expectation, Probe};
use crate::plan::id::Id;
use crate::plan::scenario::Scenario;
use crate::plan::target::Target;
use crate::rules::{Context, Finder, Rule};
use crate::source::Span;

pub const RULE: Rule = Rule {
    name: "reversal/reads-destroyed",
    severity: Severity::Error,
    finder: Finder::Rule(check),
    text: include_str!("reads_destroyed.rs"),
};

/// What the forward run takes away, by object: the first change that does, unless a later one makes it again.
type Gone = HashMap<Object, Id<Change>>;

fn check(context: &Context<'_>, findings: &mut Vec<Diagnostic>) {
    let gone = gone(context);
    if gone.is_empty() {
        return;
    }
    let mut told = HashSet::new();
    for id in context.plan.scenarios.ids().filter(|id| !context.facts.is_part(*id)) {
        scenario(context, id, &gone, &mut told, findings);
    }
}

fn gone(context: &Context<'_>) -> Gone {
    let mut gone = Gone::new();
    for id in context.graph.order() {
        let touches = &context.graph.touched(*id).touches;
        for touch in touches.iter().filter(|touch| touch.manner == Manner::Removes && !touch.declared) {
            gone.entry(touch.object.clone()).or_insert(*id);
        }
        for touch in touches.iter().filter(|touch| touch.manner == Manner::Creates) {
            gone.remove(&touch.object);
        }
    }
    gone
}

fn scenario(context: &Context<'_>, id: Id<Scenario>, gone: &Gone, told: &mut HashSet<(Span, Id<Change>)>, findings: &mut Vec<Diagnostic>) {
    let applies = context.facts.applies(id);
    let mut undone: HashSet<Id<Change>> = HashSet::new();
    let mut made: HashSet<Object> = HashSet::new();
    for item in context.facts.scenarios[id.index()].items() {
        let own = item.change.filter(|(_, direction)| *direction == Direction::Undo).map(|(change, _)| change);
        for (code, on) in codes(context, item) {
            let is_check = !matches!(item.work, Work::Sql(own) | Work::Shell(own) if std::ptr::eq(own, code));
            if is_check {
                // Asked when the item is done.
                undone.extend(own.into_iter().chain(item.undoes.iter().copied()));
            }
            each(context, code, on, &mut |effect, on| {
                let object = Object::on(context.plan, Some(on), effect.object.parts.clone());
                if matches!(effect.act, Act::Create(_) | Act::Rename(_)) {
                    made.extend(after(effect, &object));
                }
                let asked = asked(effect, object).into_iter();
                let mut missing = asked.filter_map(|object| Some((*gone.get(&object).filter(|change| !undone.contains(change))?, object)));
                let Some((change, object)) = missing.next() else { return };
                // What takes another change back without this one leaves what depends on it: that is told elsewhere.
                let elsewhere = own.is_some_and(|own| own != change) && !is_check;
                let is_behind = context.graph.applied(change) < applies.end;
                if is_behind && !elsewhere && item.guards.is_empty() && !made.contains(&object) && told.insert((code.span, change)) {
                    findings.push(finding(context, id, item, code, (effect, &object), change));
                }
            });
        }
        undone.extend(own.into_iter().chain(item.undoes.iter().copied()));
    }
}

/// Returns the names that are there behind an effect.
fn after(effect: &Effect, object: &Object) -> Option<Object> {
    match &effect.act {
        Act::Rename(to) => {
            let mut new = object.clone();
            let bare = to.trim_matches(['"', '`']);
            *new.parts.last_mut()? = if bare.len() == to.len() { to.to_lowercase() } else { bare.to_owned() };
            Some(new)
        }
        _ => Some(object.clone()),
    }
}

/// Returns what an effect needs that is there: a table or a view, and the columns that it sets.
fn asked(effect: &Effect, object: Object) -> Vec<Object> {
    let rows = matches!(effect.act, Act::Read | Act::Insert { .. } | Act::Update { .. } | Act::Delete { .. } | Act::Truncate { .. });
    let kinds = [ObjectKind::Table, ObjectKind::View, ObjectKind::MaterializedView, ObjectKind::Partition];
    if !rows || !kinds.contains(&effect.object.kind) {
        return Vec::new();
    }
    let set = match &effect.act {
        Act::Update { columns, .. } => columns.as_slice(),
        _ => &[],
    };
    let column = |name: &String| {
        let mut column = object.clone();
        column.parts.push(name.clone());
        column
    };
    let columns: Vec<Object> = set.iter().map(column).collect();
    std::iter::once(object).chain(columns).collect()
}

/// Calls `visit` with what code does to a database, and with that: SQL on its target, and SQL that shell hands to a client, where nothing
/// of the script goes on when that fails.
fn each(context: &Context<'_>, code: &Code, on: Id<Target>, visit: &mut dyn FnMut(&Effect, Id<Target>)) {
    let plan = context.plan;
    let dialect = |on: Id<Target>| Dialect::of(plan.targets[on].kind.value);
    match code.language {
        Language::Sh | Language::Bash if !["||", "! ", "if ", "while ", "until "].iter().any(|word| code.text.contains(word)) => {
            for sql in sh::of(code).commands.iter().flat_map(|command| &command.sql) {
                let Some(to) = connection::target(plan, Some(on), sql).filter(|to| dialect(*to) == Some(sql.dialect)) else { continue };
                sql.statements.iter().flat_map(|statement| &statement.reading.effects).for_each(|effect| visit(effect, to));
            }
        }
        Language::Sql => {
            let statements = dialect(on).map(|dialect| sql::of(code, dialect)).unwrap_or_default();
            statements.iter().flat_map(|statement| &statement.reading.effects).for_each(|effect| visit(effect, on));
        }
        _ => {}
    }
}

/// Returns the SQL and shell of an item, and behind it those of the checks that it asks.
fn codes<'p>(context: &Context<'p>, item: &Item<'p>) -> Vec<(&'p Code, Id<Target>)> {
    let plan = context.plan;
    let query = |check: Id<Check>| {
        let check = &plan.checks[check];
        // A command may be expected to fail.
        let fails = matches!(&check.expect, Some(expect) if matches!(expect.value, Expectation::Exit(1..)));
        match (&check.probe, check.on) {
            (Some(Probe::Query(code) | Probe::Run(code)), Some(on)) if !fails => Some((code, on.value)),
            _ => None,
        }
    };
    let own = match (item.work, item.on) {
        (Work::Sql(code) | Work::Shell(code), Some(on)) => Some((code, on)),
        (Work::Verify(check) | Work::Capture(check) | Work::Show(check), _) => query(check),
        _ => None,
    };
    own.into_iter().chain(item.verify.iter().copied().filter_map(query)).collect()
}

fn finding(
    context: &Context<'_>,
    id: Id<Scenario>,
    item: &Item<'_>,
    code: &Code,
    (effect, object): (&Effect, &Object),
    change: Id<Change>,
) -> Diagnostic {
    let (scenario, dropped) = (&context.plan.scenarios[id].header, &context.plan.changes[change].header);
    let name = match object.parts.len() > effect.object.parts.len() {
        true => object.parts.join("."),
        false => effect.object.written(),
    };
    let message = format!(
        "“{}” in `{}` asks for `{name}`, which is not there any more once `{}` is done: it stops, and there is nothing to go on with",
        item.title, scenario.name, dropped.name
    );
    let place = code.place(&context.sources.file(code.span.file).text, &effect.object.range);
    let finding = Diagnostic::error(RULE.name, place, message, "not there any more");
    finding.because(dropped.span, format!("takes `{name}` away")).because(scenario.span, "can be used behind that").help(format!(
        "let `{}` apply `until {}`, keep `{name}` until nobody needs it, or bring it back before this step",
        scenario.name, dropped.name
    ))
}
