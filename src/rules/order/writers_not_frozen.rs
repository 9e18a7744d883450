//! # order/writers-not-frozen
//!
//! Data is copied or wiped while people still write to it.
//!
//! ## What it finds
//!
//! A step of a scenario whose shell `writes` to a database, or whose code destroys what lies there, at a moment at which a
//! declared `writer` of that database may be at work: it was never stopped, it is stopped only by a later step, or it has been
//! let in again too early. So with a restore before which the scenario has stopped some of the writers and not all. What
//! a restore throws away is told by `time/rpo-exceeded` and `reversal/undeclared-loss`.
//!
//! ## Why it matters in the incident
//!
//! The copy is right when it begins and wrong when it ends: what was written meanwhile is in neither place. Nobody sees it, as
//! the row counts are those of a moment that has passed.
//!
//! ## Caught
//!
//! ````rbk
//! plan new-orders "Load the new orders" {
//!   rto 1h
//!   retain 7d
//! }
//!
//! target db "Orders" postgres { url $DATABASE_URL }
//!
//! target web "The web server" host { dir "/srv/web" }
//!
//! writer shop "The shop" writes db
//!
//! check orders-answer "Orders can be read" on db {
//!   query ```sql
//!     SELECT count(*) FROM orders
//!   ```
//!   expect > 0
//! }
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
//! }
//!
//! scenario back "Back" {
//!   applies from add-note
//!   step copy-back "Copy the notes back" on db takes 10m {
//!     writes orders
//!     do ```sh
//!       ./copy-notes-back
//!     ```
//!   }
//!   step stop-shop "Stop the shop" via web takes 1m {
//!     do ```sh
//!       systemctl --user stop shop
//!     ```
//!     stops shop
//!   }
//!   undo add-note
//!   step start-shop "Start the shop" via web takes 1m {
//!     do ```sh
//!       systemctl --user start shop
//!     ```
//!     starts shop
//!     verify orders-answer
//!   }
//! }
//! ````
//!
//! ## Mended
//!
//! ````rbk
//! plan new-orders "Load the new orders" {
//!   rto 1h
//!   retain 7d
//! }
//!
//! target db "Orders" postgres { url $DATABASE_URL }
//!
//! target web "The web server" host { dir "/srv/web" }
//!
//! writer shop "The shop" writes db
//!
//! check orders-answer "Orders can be read" on db {
//!   query ```sql
//!     SELECT count(*) FROM orders
//!   ```
//!   expect > 0
//! }
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
//! }
//!
//! scenario back "Back" {
//!   applies from add-note
//!   step stop-shop "Stop the shop" via web takes 1m {
//!     do ```sh
//!       systemctl --user stop shop
//!     ```
//!     stops shop
//!   }
//!   step copy-back "Copy the notes back" on db takes 10m {
//!     writes orders
//!     do ```sh
//!       ./copy-notes-back
//!     ```
//!   }
//!   undo add-note
//!   step start-shop "Start the shop" via web takes 1m {
//!     do ```sh
//!       systemctl --user start shop
//!     ```
//!     starts shop
//!     verify orders-answer
//!   }
//! }
//! ````

use std::collections::BTreeSet;

use crate::analysis::harm::Harm;
use crate::analysis::program::{Item, Work};
use crate::analysis::writes::{self, Event, Writes, events, looks};
use crate::diagnostic::{Diagnostic, Severity};
use crate::plan::id::Id;
use crate::plan::scenario::Scenario;
use crate::plan::target::{Target, Writer};
use crate::rules::{Context, Finder, Rule, words};
use crate::source::Span;

pub const RULE: Rule = Rule {
    name: "order/writers-not-frozen",
    severity: Severity::Error,
    finder: Finder::Rule(check),
    text: include_str!("writers_not_frozen.rs"),
};

fn check(context: &Context<'_>, findings: &mut Vec<Diagnostic>) {
    let mut told: BTreeSet<Span> = BTreeSet::new();
    for id in context.plan.scenarios.ids().filter(|id| !context.facts.is_part(*id)) {
        let program = &context.facts.scenarios[id.index()];
        let own = events(context.plan, program);
        for (place, item) in program.items().into_iter().enumerate() {
            let Some(target) = touched(context, item).or_else(|| half_closed(context, item, &own, place)) else { continue };
            let Some(state) = may_write(context, id, &own, place, target) else { continue };
            if told.insert(item.span) {
                findings.push(finding(context, (id, item, place), target, &state, &own));
            }
        }
    }
}

/// Returns the database that a step of a scenario copies to or wipes.
fn touched(context: &Context<'_>, item: &Item<'_>) -> Option<Id<Target>> {
    let code = matches!(item.work, Work::Sql(_) | Work::Shell(_));
    let writes = item.effects.is_some_and(|effects| !effects.writes.is_empty());
    // Whoever takes a single writer's rights away, and works on its rows in the same step, says so.
    let turns = item.effects.is_some_and(|effects| !effects.freezes.is_empty() || !effects.stops.is_empty());
    // SQL is one transaction, and sees one moment.
    let copies = writes && matches!(item.work, Work::Shell(_));
    let touches = code && item.change.is_none() && !turns && (copies || Harm::of(context.plan, item).is_some());
    item.on.filter(|on| touches && context.plan.targets[*on].kind.value.is_database())
}

/// Returns the target that a scenario restores although it has stopped one of its writers and not the others: it meant to be alone.
fn half_closed(context: &Context<'_>, item: &Item<'_>, own: &[Event], place: usize) -> Option<Id<Target>> {
    let Work::Restore(backup) = item.work else { return None };
    let target = context.plan.backups[backup].of.value;
    let mut stopped = own.iter().filter(|event| event.place < place).flat_map(|event| &event.turn.stops);
    let begun = stopped.any(|stopped| writers(context, target).any(|(writer, _)| writer == *stopped));
    begun.then_some(target)
}

fn writers<'a>(context: &Context<'a>, target: Id<Target>) -> impl Iterator<Item = (Id<Writer>, &'a Writer)> {
    context.plan.writers.iter().filter(move |(_, writer)| writer.targets.iter().any(|of| of.value == target))
}

/// Returns who is stopped when the item at `place` runs, in a position where the scenario applies and a declared writer may be at work.
fn may_write(context: &Context<'_>, id: Id<Scenario>, own: &[Event], place: usize, target: Id<Target>) -> Option<Writes> {
    writers(context, target).next()?;
    // In the middle of a change that keeps writers out, nobody can tell.
    let between = looks(&context.facts.writes, &context.facts.applies(id)).into_iter().filter(|position| position.is_multiple_of(2));
    let mut states = between.into_iter().map(|position| {
        let mut state = writes::at(&context.facts.writes, position);
        own.iter().filter(|event| event.place < place).for_each(|event| state.turn(&event.turn, event.sure));
        state
    });
    states.find(|state| !state.is_quiet(context.plan, target))
}

/// The finding on an item of a scenario, at its place, while `state` is who is stopped.
fn finding(
    context: &Context<'_>,
    (id, item, place): (Id<Scenario>, &Item<'_>, usize),
    target: Id<Target>,
    state: &Writes,
    own: &[Event],
) -> Diagnostic {
    let plan = context.plan;
    let name = &plan.targets[target].header.name;
    let at_work = || writers(context, target).filter(|(writer, _)| !state.is_stopped(*writer));
    let all = words::list(at_work().map(|(_, writer)| writer.header.name.as_str()));
    let message = format!("“{}” works on `{name}` while {all} may write: what is written meanwhile is in neither place", item.title);
    let mut finding = Diagnostic::error(RULE.name, item.span, message, "writers may be at work");
    let items = context.facts.scenarios[id.index()].items();
    let shuts = |event: &&Event| {
        event.turn.freezes.contains(&target) || writers(context, target).any(|(writer, _)| event.turn.stops.contains(&writer))
    };
    let opens = |event: &&Event| {
        event.turn.thaws.contains(&target) || writers(context, target).any(|(writer, _)| event.turn.starts.contains(&writer))
    };
    let late = own.iter().filter(|event| event.place > place).find(shuts);
    let early = own.iter().rfind(|event| event.place < place && opens(event));
    if let Some(event) = early {
        finding = finding.because(items[event.place].span, "lets them in again");
    }
    if let Some(event) = late {
        finding = finding.because(items[event.place].span, "keeps them out, too late");
    }
    for (_, writer) in at_work() {
        finding = finding.because(writer.header.span, format!("writes to `{name}`"));
    }
    finding.help(match (early, late) {
        (Some(event), _) => format!("move “{}” behind it", event.title),
        (None, Some(event)) => format!("move “{}” before it", event.title),
        (None, None) => format!("keep them out first: a step that says `freezes {name}`, or `stops` each of them"),
    })
}
