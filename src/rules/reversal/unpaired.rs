//! # reversal/unpaired
//!
//! A scenario freezes or stops something, and ends without letting it go again.
//!
//! ## What it finds
//!
//! A step of a scenario that `freezes` a target or `stops` a `writer` where nothing later in the scenario thaws or starts it on
//! every path, neither by its own word nor by undoing what closed it. `leaves TARGET frozen` says that this is meant. What was
//! frozen before the scenario began and belongs to a change that stays is left as it is.
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

use std::collections::BTreeMap;

use crate::analysis::program::{Item, Sure};
use crate::analysis::writes::{self, Turn, looks};
use crate::diagnostic::{Diagnostic, Severity};
use crate::plan::id::Id;
use crate::plan::scenario::Scenario;
use crate::plan::target::{Target, Writer};
use crate::rules::reversal::burns_bridge::burnt;
use crate::rules::{Context, Finder, Rule};

pub const RULE: Rule =
    Rule { name: "reversal/unpaired", severity: Severity::Error, finder: Finder::Rule(check), text: include_str!("unpaired.rs") };

/// What is closed, and by which item.
#[derive(Default)]
struct Closed<'a> {
    frozen: BTreeMap<Id<Target>, &'a Item<'a>>,
    stopped: BTreeMap<Id<Writer>, &'a Item<'a>>,
}

fn check(context: &Context<'_>, findings: &mut Vec<Diagnostic>) {
    for (id, scenario) in context.plan.scenarios.iter().filter(|(id, _)| !context.facts.is_part(*id)) {
        let mut closed = Closed::default();
        context.facts.scenarios[id.index()].each(&mut |item, sure| turn(context, &mut closed, item, sure));
        let leaves = |target: Id<Target>| scenario.leaves_frozen.iter().any(|left| left.value == target);
        for (target, item) in closed.frozen {
            if !leaves(target) && !was_frozen(context, id, target) {
                let name = &context.plan.targets[target].header.name;
                let help =
                    format!("write `thaws {name}` into the step that lets writers in again, or `leaves {name} frozen` into the scenario");
                findings.push(finding(scenario, item, &format!("`{name}` frozen"), "frozen here", help));
            }
        }
        for (writer, item) in closed.stopped {
            let stopped = &context.plan.writers[writer];
            // What another scenario would miss is told there.
            let told = !burnt(context, id, writer).is_empty();
            if !told && !stopped.targets.iter().all(|target| leaves(target.value) || was_stopped(context, id, writer)) {
                let name = &stopped.header.name;
                let help = format!("write `starts {name}` into the step that starts it again");
                findings.push(finding(scenario, item, &format!("`{name}` stopped"), "stopped here", help));
            }
        }
    }
}

fn turn<'a>(context: &Context<'_>, closed: &mut Closed<'a>, item: &'a Item<'a>, sure: Sure) {
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
    }
    if let Some(effects) = item.effects {
        effects.freezes.iter().for_each(|target| {
            closed.frozen.insert(target.value, item);
        });
        effects.stops.iter().for_each(|writer| {
            closed.stopped.insert(writer.value, item);
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

fn finding(scenario: &Scenario, item: &Item<'_>, what: &str, label: &str, help: String) -> Diagnostic {
    let message = format!("`{}` ends with {what}: nothing in it takes “{}” back", scenario.header.name, item.title);
    let finding = Diagnostic::error(RULE.name, item.span, message, label);
    finding.because(scenario.header.span, "ends so").help(help)
}
