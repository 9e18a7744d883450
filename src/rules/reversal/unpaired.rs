//! # reversal/unpaired
//!
//! A scenario freezes or stops something, and ends without letting it go again.
//!
//! ## What it finds
//!
//! A step of a scenario that `freezes` a target or `stops` a `writer`, or an undo of the change that let in again what the forward run had
//! kept out, where nothing later in the scenario thaws or starts it on every path, neither by its own word nor by undoing what closed it.
//! A failure is a path too: when a step behind it says `else run`, what is run then has to open it. `leaves TARGET frozen` says that this is
//! meant. What was frozen before the scenario began and belongs to a change that stays is left as it is.
//!
//! ## Why it matters in the incident
//!
//! The rollback is done, the report is green, and the shop takes no orders: the maintenance mode that everybody remembers
//! switching on has no line that switches it off.
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
//!   step stop-shop "Stop the shop" via web takes 1m {
//!     do ```sh
//!       systemctl --user stop shop
//!     ```
//!     stops shop
//!   }
//!   undo add-note
//!   verify orders-answer
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

use std::collections::{BTreeMap, BTreeSet};

use crate::analysis::program::{Direction, Failure, Item, Sure};
use crate::analysis::writes::{self, Turn, looks};
use crate::diagnostic::{Diagnostic, Severity};
use crate::plan::id::Id;
use crate::plan::scenario::Scenario;
use crate::plan::target::{Target, Writer};
use crate::rules::reversal::burns_bridge::burnt;
use crate::rules::{Context, Finder, Rule, words};
use crate::source::Span;

pub const RULE: Rule =
    Rule { name: "reversal/unpaired", severity: Severity::Error, finder: Finder::Rule(check), text: include_str!("unpaired.rs") };

/// What closes something: a step by its own word, or the undo of a change that says, there, that it opens it.
#[derive(Clone, Copy)]
struct Closing<'a> {
    item: &'a Item<'a>,
    opened: Option<Span>,
}

/// What is closed, and by what.
#[derive(Clone, Default)]
struct Closed<'a> {
    frozen: BTreeMap<Id<Target>, Closing<'a>>,
    stopped: BTreeMap<Id<Writer>, Closing<'a>>,
}

/// What a program opens, or closes, at some time.
#[derive(Default)]
struct Doors {
    targets: BTreeSet<Id<Target>>,
    writers: BTreeSet<Id<Writer>>,
}

fn check(context: &Context<'_>, findings: &mut Vec<Diagnostic>) {
    let turns = || context.facts.writes.iter().map(|event| &event.turn);
    let forward = Doors {
        targets: turns().flat_map(|turn| &turn.freezes).copied().collect(),
        writers: turns().flat_map(|turn| &turn.stops).copied().collect(),
    };
    let mut opened: BTreeMap<Id<Scenario>, Doors> = BTreeMap::new();
    for (id, scenario) in context.plan.scenarios.iter().filter(|(id, _)| !context.facts.is_part(*id)) {
        let mut closed = Closed::default();
        let mut left: Vec<(&Item<'_>, Id<Scenario>, Closed<'_>)> = Vec::new();
        context.facts.scenarios[id.index()].each(&mut |item, sure| {
            if let Failure::Run(next) = item.otherwise
                && !(closed.frozen.is_empty() && closed.stopped.is_empty())
                && left.iter().all(|(_, known, _)| *known != next)
            {
                left.push((item, next, closed.clone()));
            }
            turn(context, &forward, &mut closed, item, sure);
        });
        for (item, next, mut closed) in left {
            let doors = opened.entry(next).or_insert_with(|| opens(context, next));
            closed.frozen.retain(|target, _| !doors.targets.contains(target));
            closed.stopped.retain(|writer, _| !doors.writers.contains(writer));
            let taken = |finding: Diagnostic| finding.because(item.span, "when this fails, it goes on there");
            tell(context, (id, next, &context.plan.scenarios[next]), &closed, &mut |finding| findings.push(taken(finding)));
        }
        tell(context, (id, id, scenario), &closed, &mut |finding| findings.push(finding));
    }
}

/// Tells what stays closed that was closed in the scenario `id`, at the end of another that `id` has gone on in, or of itself.
fn tell(context: &Context<'_>, ends: (Id<Scenario>, Id<Scenario>, &Scenario), closed: &Closed<'_>, push: &mut dyn FnMut(Diagnostic)) {
    let (id, last, scenario) = ends;
    let leaves = |target: Id<Target>| scenario.leaves_frozen.iter().any(|left| left.value == target);
    // Who is kept out of nothing but what the same undo freezes is not told again.
    let same =
        |target: Id<Target>, closing: &Closing<'_>| closed.frozen.get(&target).is_some_and(|other| std::ptr::eq(other.item, closing.item));
    let mut frozen: Vec<(&Closing<'_>, Vec<&str>)> = Vec::new();
    for (target, closing) in closed.frozen.iter().filter(|(target, _)| !leaves(**target) && !was_frozen(context, id, **target)) {
        let name = context.plan.targets[*target].header.name.as_str();
        // What one undo freezes is told together.
        match frozen.last_mut().filter(|(last, _)| closing.opened.is_some() && std::ptr::eq(last.item, closing.item)) {
            Some((_, names)) => names.push(name),
            None => frozen.push((closing, vec![name])),
        }
    }
    for (closing, names) in frozen {
        let (what, all) = (format!("{} frozen", words::list(names.iter().copied())), names.join(", "));
        let help =
            format!("write `thaws {all}` into the step that lets writers in again, or `leaves {} frozen` into the scenario", names[0]);
        push(finding(scenario, closing, &what, "frozen here", help));
    }
    for (writer, closing) in &closed.stopped {
        let stopped = &context.plan.writers[*writer];
        // What another scenario would miss is told there.
        let told = match closing.opened {
            None => !burnt(context, last, *writer).is_empty(),
            Some(_) => stopped.targets.iter().all(|target| same(target.value, closing)),
        };
        if !told && !stopped.targets.iter().all(|target| leaves(target.value) || was_stopped(context, id, *writer)) {
            let name = &stopped.header.name;
            let help = format!("write `starts {name}` into the step that starts it again");
            push(finding(scenario, closing, &format!("`{name}` stopped"), "stopped here", help));
        }
    }
}

/// Returns what a scenario opens on every path.
fn opens(context: &Context<'_>, id: Id<Scenario>) -> Doors {
    let mut doors = Doors::default();
    context.facts.scenarios[id.index()].each(&mut |item, sure| {
        if let Some(turn) = Turn::of(context.plan, item)
            && sure == Sure::Yes
        {
            doors.targets.extend(turn.thaws);
            doors.writers.extend(turn.starts);
        }
    });
    doors
}

fn turn<'a>(context: &Context<'_>, forward: &Doors, closed: &mut Closed<'a>, item: &'a Item<'a>, sure: Sure) {
    if let Some(turn) = Turn::of(context.plan, item)
        && sure == Sure::Yes
    {
        turn.thaws.iter().for_each(|target| {
            closed.frozen.remove(target);
        });
        turn.starts.iter().for_each(|writer| {
            closed.stopped.remove(writer);
        });
        // A frozen target that is thawed takes the writes of whoever was stopped for it only when they are started.
        // Without the change that let them in again, what the forward run had closed is closed.
        if let Some((change, Direction::Undo)) = item.change {
            let own = &context.plan.changes[change].effects;
            for opened in own.thaws.iter().filter(|it| turn.freezes.contains(&it.value) && forward.targets.contains(&it.value)) {
                closed.frozen.insert(opened.value, Closing { item, opened: Some(opened.span) });
            }
            for opened in own.starts.iter().filter(|it| turn.stops.contains(&it.value) && forward.writers.contains(&it.value)) {
                closed.stopped.insert(opened.value, Closing { item, opened: Some(opened.span) });
            }
        }
    }
    if let Some(effects) = item.effects {
        effects.freezes.iter().for_each(|target| {
            closed.frozen.insert(target.value, Closing { item, opened: None });
        });
        effects.stops.iter().for_each(|writer| {
            closed.stopped.insert(writer.value, Closing { item, opened: None });
        });
    }
}

/// Returns whether a target is frozen wherever a scenario applies: then it leaves it as it was.
fn was_frozen(context: &Context<'_>, id: Id<Scenario>, target: Id<Target>) -> bool {
    let writes = &context.facts.writes;
    looks(writes, &context.facts.applies(id)).into_iter().all(|position| writes::at(writes, position).is_frozen(target))
}

/// Returns whether the forward run keeps a writer stopped wherever a scenario applies.
fn was_stopped(context: &Context<'_>, id: Id<Scenario>, writer: Id<Writer>) -> bool {
    let writes = &context.facts.writes;
    looks(writes, &context.facts.applies(id)).into_iter().all(|position| writes::at(writes, position).is_stopped(writer))
}

fn finding(scenario: &Scenario, closing: &Closing<'_>, what: &str, label: &str, help: String) -> Diagnostic {
    let Closing { item, opened } = closing;
    let message = format!("`{}` ends with {what}: nothing in it takes “{}” back", scenario.header.name, item.title);
    let finding = Diagnostic::error(RULE.name, item.span, message, label);
    let finding = opened.iter().fold(finding, |finding, opened| finding.because(*opened, "this had opened it, and is undone"));
    finding.because(scenario.header.span, "ends so").help(help)
}
