//! # order/undo-leaves-dependant
//!
//! A scenario undoes a change and leaves one in place that depends on it.
//!
//! ## What it finds
//!
//! A scenario that applies where a dependent change may be in place, undoes what it depends on, and does not undo it: it comes
//! later on the same target, names the other with `after`, or needs an object of it. Undoing both is always an order that rbk
//! finds by itself. A deploy whose target gets another release from the scenario does not stay in place; nor does an `irreversible`
//! change whose SQL is about rows alone: it is over.
//!
//! ## Why it matters in the incident
//!
//! The application goes on writing to a column that has just been dropped. The rollback reports success, and the second
//! incident begins.
//!
//! ## Caught
//!
//! ````rbk
//! plan add-column "Add a column" {
//!   rto 10m
//! }
//!
//! target db "Orders" postgres { url $DATABASE_URL }
//!
//! phase migrate "Migrate" at T {
//!   change add-note "Orders have a note" on db {
//!     do ```sql
//!       ALTER TABLE orders ADD COLUMN note text;
//!     ```
//!     undo ```sql
//!       ALTER TABLE orders DROP COLUMN note;
//!     ```
//!     undo takes 1m
//!   }
//!   change new-app "The application writes notes" on db {
//!     do manual "Deploy release 2"
//!     undo manual "Deploy release 1"
//!     undo takes 3m
//!   }
//! }
//!
//! scenario back "Back" {
//!   applies until new-app
//!   undo add-note
//! }
//!
//! scenario back-with-app "Back, with the application" {
//!   applies from new-app
//!   undo add-note
//! }
//! ````
//!
//! ## Mended
//!
//! ````rbk
//! plan add-column "Add a column" {
//!   rto 10m
//! }
//!
//! target db "Orders" postgres { url $DATABASE_URL }
//!
//! phase migrate "Migrate" at T {
//!   change add-note "Orders have a note" on db {
//!     do ```sql
//!       ALTER TABLE orders ADD COLUMN note text;
//!     ```
//!     undo ```sql
//!       ALTER TABLE orders DROP COLUMN note;
//!     ```
//!     undo takes 1m
//!   }
//!   change new-app "The application writes notes" on db {
//!     do manual "Deploy release 2"
//!     undo manual "Deploy release 1"
//!     undo takes 3m
//!   }
//! }
//!
//! scenario back "Back" {
//!   applies until new-app
//!   undo add-note
//! }
//!
//! scenario back-with-app "Back, with the application" {
//!   applies from new-app
//!   undo add-note, new-app
//! }
//! ````

use std::collections::BTreeMap;

use crate::analysis::program::Direction;
use crate::diagnostic::{Diagnostic, Severity};
use crate::graph::Why;
use crate::plan::action::Action;
use crate::plan::change::Change;
use crate::plan::id::Id;
use crate::plan::scenario::Scenario;
use crate::plan::target::Release;
use crate::rules::{Context, Finder, Rule};
use crate::source::Span;

pub const RULE: Rule = Rule {
    name: "order/undo-leaves-dependant",
    severity: Severity::Error,
    finder: Finder::Rule(check),
    text: include_str!("undo_leaves_dependant.rs"),
};

/// How many of the changes that stay are named.
const NAMED: usize = 3;

fn check(context: &Context<'_>, findings: &mut Vec<Diagnostic>) {
    let of = |release: Id<Release>| context.plan.releases[release].of.value;
    for (id, scenario) in context.plan.scenarios.iter() {
        // What may be in place in one position may be in place in every later one.
        let Some(last) = context.facts.applies(id).last() else { continue };
        let position = context.graph.positions()[last];
        let mut undone: BTreeMap<Id<Change>, Span> = BTreeMap::new();
        let mut deployed: Vec<Id<Release>> = Vec::new();
        for item in context.facts.scenarios[id.index()].items() {
            let own = item.change.filter(|(_, direction)| *direction == Direction::Undo).map(|(change, _)| change);
            for change in own.into_iter().chain(item.undoes.iter().copied()) {
                undone.entry(change).or_insert(item.span);
            }
            if let Some(release) = item.release.filter(|_| item.change.is_none()) {
                deployed.push(release);
            }
        }
        // What another release has replaced does not go on.
        let replaced = |change: Id<Change>| match context.plan.changes[change].forward {
            Some(Action::Deploy { release, .. }) => deployed.iter().any(|other| *other != release && of(*other) == of(release)),
            _ => false,
        };
        // Each change that stays, with the undone one that it depends on, perhaps through others that stay.
        let mut left: Vec<(Id<Change>, Id<Change>)> = Vec::new();
        let mut gone: BTreeMap<Id<Change>, Id<Change>> = undone.keys().map(|change| (*change, *change)).collect();
        // What depends on a change comes after it.
        let earliest = undone.keys().map(|change| context.graph.rank(*change)).min().unwrap_or(0);
        let begun = context.graph.order().iter().copied().take_while(|change| position.may_have(context.graph, *change));
        for change in begun.skip(earliest).filter(|change| !undone.contains_key(change) && !replaced(*change) && !is_over(context, *change))
        {
            let cause = context.graph.dependencies(change).iter().find_map(|dependency| gone.get(&dependency.on));
            if let Some(cause) = cause.copied() {
                gone.insert(change, cause);
                left.push((change, cause));
            }
        }
        if let Some((first, cause)) = left.first() {
            let others: Vec<Id<Change>> = left.iter().skip(1).map(|(change, _)| *change).collect();
            findings.push(finding(context, scenario, (*cause, undone[cause]), *first, &others));
        }
    }
}

/// Returns whether nothing of a change goes on: it has written or removed rows for good, and nothing says that it comes after another.
fn is_over(context: &Context<'_>, id: Id<Change>) -> bool {
    let (change, touched) = (&context.plan.changes[id], context.graph.touched(id));
    let mut statements = touched.said().iter();
    change.irreversible.is_some()
        && change.after.is_empty()
        && !touched.opaque
        && !touched.said().is_empty()
        && statements.all(|statement| statement.reading.effects.iter().all(|effect| effect.act.is_of_rows()))
}

/// The finding on a change that is undone at a place, and on what stays and depends on it: `left` first, then `others`.
fn finding(
    context: &Context<'_>,
    scenario: &Scenario,
    (change, span): (Id<Change>, Span),
    left: Id<Change>,
    others: &[Id<Change>],
) -> Diagnostic {
    let plan = context.plan;
    let (gone, stays) = (&plan.changes[change].header, &plan.changes[left]);
    let (scenario, name) = (&scenario.header.name, &stays.header.name);
    // INVARIANT: the first change that stays depends on an undone one directly; one through others comes behind these.
    let reasons = context.graph.dependencies(left).iter().filter(|dependency| dependency.on == change);
    let why = reasons.map(|dependency| &dependency.why).next();
    let reason = match why {
        Some(Why::Object(object)) => format!("needs `{object}`"),
        Some(Why::After(_)) => "says that it comes `after` it".to_owned(),
        Some(Why::Phase | Why::Written) => "was built on it, on the same target".to_owned(),
        Some(Why::Release) => "needs its release".to_owned(),
        None => "depends on it".to_owned(),
    };
    let rest = match others.len() {
        0 => String::new(),
        1 => "; so would one change more".to_owned(),
        count => format!("; so would {count} changes more"),
    };
    let message =
        format!("`{scenario}` undoes `{}` and leaves `{name}` in place, which {reason}: `{name}` would go on without it{rest}", gone.name);
    let mut finding = Diagnostic::error(RULE.name, span, message, format!("undoes `{}`", gone.name));
    let named = || std::iter::once(&left).chain(others).take(NAMED).map(|change| &plan.changes[*change].header);
    for header in named() {
        finding = finding.because(header.span, "stays in place");
    }
    if let Some(Why::After(place)) = why {
        finding = finding.because(*place, "depends on it here");
    }
    let all = if others.len() < NAMED { "" } else { ", …" };
    let names: Vec<&str> = named().map(|header| header.name.as_str()).collect();
    finding.help(match stays.irreversible {
        Some(_) => format!("`{name}` can't be undone: let `{scenario}` apply `until {name}`"),
        None => format!("write `undo {}, {}{all}`; the order follows by itself", gone.name, names.join(", ")),
    })
}
