//! # order/release-still-needs
//!
//! Something is taken away while a release runs that needs it.
//!
//! ## What it finds
//!
//! A change of the migration whose SQL drops or renames what the release `needs` that runs by then: the one that is `running` before the
//! plan, or that was deployed last. And a scenario that takes an object back by its undo, and only later deploys a release that does not
//! need it: undos that are written apart are carried out as they are written. Silent where the writers of the database are stopped, or it
//! is frozen, and in a plan that declares no writer where a command or a person may have stopped the application.
//!
//! ## Why it matters in the incident
//!
//! From the `DROP` to the next deploy every request fails. On the way there that is an outage that nobody announced; on the way back it is
//! a second one, in the middle of the first.
//!
//! ## Caught
//!
//! ````rbk
//! plan phones "A phone becomes a number" {
//!   rto 1h
//!   retain 7d
//! }
//!
//! target db "Customers" postgres { url $DATABASE_URL }
//! target app "The application" host { dir "/srv/app" }
//!
//! writer web "The application" writes db
//!
//! release one "Reads the old name" of app {
//!   running
//!   needs  customers.phone
//!   deploy ```sh
//!     ./deploy one
//!   ```
//! }
//! release two "Reads the new name" of app {
//!   needs  customers.number
//!   deploy ```sh
//!     ./deploy two
//!   ```
//! }
//!
//! phase rename "Rename" at T {
//!   change added "The new column is there, and filled" on db {
//!     do ```sql
//!       ALTER TABLE customers ADD COLUMN number text;
//!       UPDATE customers SET number = phone;
//!     ```
//!     undo ```sql
//!       ALTER TABLE customers DROP COLUMN number;
//!     ```
//!     undo takes 1m
//!   }
//!   change switched "Release two runs" on app {
//!     do deploy two
//!     undo deploy one
//!     undo takes 5m
//!   }
//! }
//!
//! scenario back "Back" {
//!   applies from added
//!   limits "Numbers entered since then are lost"
//!   undo added
//!   undo switched
//! }
//! ````
//!
//! ## Mended
//!
//! ````rbk
//! plan phones "A phone becomes a number" {
//!   rto 1h
//!   retain 7d
//! }
//!
//! target db "Customers" postgres { url $DATABASE_URL }
//! target app "The application" host { dir "/srv/app" }
//!
//! writer web "The application" writes db
//!
//! release one "Reads the old name" of app {
//!   running
//!   needs  customers.phone
//!   deploy ```sh
//!     ./deploy one
//!   ```
//! }
//! release two "Reads the new name" of app {
//!   needs  customers.number
//!   deploy ```sh
//!     ./deploy two
//!   ```
//! }
//!
//! phase rename "Rename" at T {
//!   change added "The new column is there, and filled" on db {
//!     do ```sql
//!       ALTER TABLE customers ADD COLUMN number text;
//!       UPDATE customers SET number = phone;
//!     ```
//!     undo ```sql
//!       ALTER TABLE customers DROP COLUMN number;
//!     ```
//!     undo takes 1m
//!   }
//!   change switched "Release two runs" on app {
//!     do deploy two
//!     undo deploy one
//!     undo takes 5m
//!   }
//! }
//!
//! scenario back "Back" {
//!   applies from added
//!   limits "Numbers entered since then are lost"
//!   undo added, switched
//! }
//! ````

use std::collections::BTreeMap;

use crate::analysis::program::{Direction, Item, Sure, Work};
use crate::analysis::writes::{self, Turn, Writes};
use crate::diagnostic::{Diagnostic, Severity};
use crate::effect::act::Act;
use crate::graph::Manner;
use crate::graph::objects::Object;
use crate::plan::change::{Change, Undo};
use crate::plan::id::Id;
use crate::plan::target::{Release, Target};
use crate::rules::{Context, Finder, Rule};
use crate::source::{Span, Spanned};

pub const RULE: Rule = Rule {
    name: "order/release-still-needs",
    severity: Severity::Error,
    finder: Finder::Rule(check),
    text: include_str!("release_still_needs.rs"),
};

/// Which release runs on each target.
type Running = BTreeMap<Id<Target>, Id<Release>>;

/// Something that is taken away too early.
struct Early<'a> {
    item: &'a Item<'a>,
    release: Id<Release>,
    need: &'a Spanned<String>,
}

fn check(context: &Context<'_>, findings: &mut Vec<Diagnostic>) {
    let plan = context.plan;
    if plan.releases.iter().all(|(_, release)| release.needs_objects.is_empty()) {
        return;
    }
    let before: Running =
        plan.releases.iter().filter(|(_, release)| release.running.is_some()).map(|(id, release)| (release.of.value, id)).collect();
    let mut walk = Walk { context, running: before.clone(), writes: Writes::default(), may_be_stopped: false };
    let mut early = Vec::new();
    context.facts.forward.each(&mut |item, sure| early.extend(walk.item(item, sure, Direction::Apply)));
    for early in early {
        let help =
            format!("deploy a release before that does not need it, or stop `{}` meanwhile", plan.releases[early.release].header.name);
        findings.push(finding(context, "the migration", &early, None, help));
    }
    let deployed = deployed(context);
    for (id, scenario) in plan.scenarios.iter().filter(|(id, _)| !context.facts.is_part(*id)) {
        let Some(last) = context.facts.applies(id).last() else { continue };
        let mut running = before.clone();
        let begun = deployed.iter().take_while(|(position, _)| *position <= last);
        running.extend(begun.map(|(_, release)| (plan.releases[*release].of.value, *release)));
        let at = writes::at(&context.facts.writes, last);
        let mut walk = Walk { context, running, writes: at, may_be_stopped: false };
        let mut early: Vec<(usize, Early<'_>)> = Vec::new();
        // Where each target gets another release, in order.
        let mut replaced: Vec<(usize, Span, Id<Release>)> = Vec::new();
        let mut place = 0;
        context.facts.scenarios[id.index()].each(&mut |item, sure| {
            early.extend(walk.item(item, sure, Direction::Undo).map(|early| (place, early)));
            replaced.extend(item.release.map(|release| (place, item.span, release)));
            place += 1;
        });
        for (place, early) in early {
            let of = plan.releases[early.release].of.value;
            // Where no other comes, `order/undo-leaves-dependant` tells it.
            let other = |(at, _, release): &&(usize, Span, Id<Release>)| {
                *at > place && plan.releases[*release].of.value == of && !needs(context, *release, early.need)
            };
            let Some((_, later, _)) = replaced.iter().find(other) else { continue };
            let help = "name both in one `undo`, and the order follows by itself; or deploy first".to_owned();
            findings.push(finding(context, &format!("`{}`", scenario.header.name), &early, Some(*later), help));
        }
    }
}

/// Follows what runs, and who may write, through a program.
struct Walk<'c, 'p> {
    context: &'c Context<'p>,
    running: Running,
    writes: Writes,
    /// A command or a person may have stopped the application.
    may_be_stopped: bool,
}

impl<'p> Walk<'_, 'p> {
    /// Returns what an item takes away from a release that runs, and carries it out.
    fn item<'a>(&mut self, item: &'a Item<'a>, sure: Sure, direction: Direction) -> Option<Early<'a>>
    where
        'p: 'a,
    {
        let plan = self.context.plan;
        let own = item.change.filter(|(_, own)| *own == direction).map(|(change, _)| change);
        let gone = own.filter(|_| sure == Sure::Yes).map_or(Vec::new(), |change| taken(self.context, change, direction));
        let is_open = |on: Id<Target>| match plan.writers.is_empty() {
            true => !self.may_be_stopped,
            false => !self.writes.is_quiet(plan, on),
        };
        let on = own.and_then(|change| plan.changes[change].on).map(|on| on.value);
        let mut early = None;
        if !gone.is_empty() && on.is_some_and(is_open) {
            early = self.running.values().find_map(|release| {
                let needs = plan.releases[*release].needs_objects.iter().map(|(need, _)| need);
                let need = needs.into_iter().find(|need| {
                    let need = Object::new(plan, &need.value, None);
                    gone.iter().any(|gone| gone.holds(&need))
                })?;
                Some(Early { item, release: *release, need })
            });
        }
        if let Some(release) = item.release {
            self.running.insert(plan.releases[release].of.value, release);
        }
        self.may_be_stopped |= matches!(item.work, Work::Shell(_) | Work::Manual(_)) && item.release.is_none();
        if let Some(turn) = Turn::of(plan, item) {
            self.writes.turn(&turn, sure);
        }
        early
    }
}

/// Returns the releases that the migration deploys, each with the first position in which it may run.
fn deployed(context: &Context<'_>) -> Vec<(usize, Id<Release>)> {
    let mut deployed = Vec::new();
    let mut rank = 0;
    for item in context.facts.forward.items() {
        let is_change = item.change.is_some_and(|(_, direction)| direction == Direction::Apply);
        deployed.extend(item.release.map(|release| (2 * rank + usize::from(is_change), release)));
        rank += usize::from(is_change);
    }
    deployed
}

/// Returns the objects that a change takes away, or that its undo does.
fn taken(context: &Context<'_>, id: Id<Change>, direction: Direction) -> Vec<Object> {
    let touched = context.graph.touched(id);
    let of =
        |manner: Manner| touched.touches.iter().filter(move |touch| touch.manner == manner && !touch.declared).map(|touch| &touch.object);
    if direction == Direction::Apply {
        let made: Vec<&Object> = of(Manner::Creates).collect();
        return of(Manner::Removes).filter(|gone| !made.contains(gone)).cloned().collect();
    }
    let is_dropped = |object: &Object| match &context.plan.changes[id].undo {
        Undo::Auto(_) => true,
        Undo::Action(_) => touched
            .back
            .iter()
            .flat_map(|back| back.iter())
            .flat_map(|statement| &statement.reading.effects)
            .any(|effect| matches!(effect.act, Act::Drop { .. } | Act::Rename(_)) && effect.object.parts.last() == object.parts.last()),
        Undo::None => false,
    };
    of(Manner::Creates).filter(|object| is_dropped(object)).cloned().collect()
}

fn needs(context: &Context<'_>, release: Id<Release>, object: &Spanned<String>) -> bool {
    let object = Object::new(context.plan, &object.value, None);
    let needs = &context.plan.releases[release].needs_objects;
    needs.iter().any(|(need, _)| Object::new(context.plan, &need.value, None) == object)
}

fn finding(context: &Context<'_>, who: &str, early: &Early<'_>, later: Option<Span>, help: String) -> Diagnostic {
    let Early { item, release, need } = early;
    let release = &context.plan.releases[*release].header;
    let message =
        format!("{who} takes `{}` away by “{}” while `{}` runs, which can't run without it", need.value, item.title, release.name);
    let finding = Diagnostic::error(RULE.name, item.span, message, "gone from here on");
    let finding = finding.because(need.span, format!("`{}` needs it", release.name));
    later.into_iter().fold(finding, |finding, later| finding.because(later, "another release comes only here")).help(help)
}
