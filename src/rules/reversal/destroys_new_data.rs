//! # reversal/destroys-new-data
//!
//! Taking back what a change added drops what was written to it since.
//!
//! ## What it finds
//!
//! A change that makes a table or a column, and an undo (written, or derived by `undo auto`) that drops it, in a scenario that can be used
//! when writers of the database are at work again, that saves nothing before, and that says neither `loses at most` nor
//! what its `limits` are. Where releases say what they need, writes begin with the first one that needs the new; where none says so, the
//! finding is an `info`. Silent in a plan without `writer`, which says nothing about writes; where writers write to another target too; and
//! about what changes of the plan fill, as long as no release needs it.
//!
//! ## Why it matters in the incident
//!
//! Adding a column is the safest change there is, and its undo looks as safe. A week later that column holds what customers typed
//! in, in no other place; going back drops it without a question, and no backup of before ever had it.
//!
//! ## Caught
//!
//! ````rbk
//! plan notes "Orders have a note" {
//!   rto 1h
//!   retain 7d
//! }
//!
//! target db "Orders" postgres { url $DATABASE_URL }
//!
//! writer shop "The shop" writes db
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
//!   undo add-note
//! }
//! ````
//!
//! ## Mended
//!
//! ````rbk
//! plan notes "Orders have a note" {
//!   rto 1h
//!   retain 7d
//! }
//!
//! target db "Orders" postgres { url $DATABASE_URL }
//!
//! writer shop "The shop" writes db
//!
//! backup notes-until-then "Orders with their notes" of db tables orders {
//!   method table-copy
//!   keep 30d
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
//!   take notes-until-then
//!   undo add-note
//! }
//! ````

use std::collections::HashSet;

use crate::analysis::program::Work;
use crate::diagnostic::{Diagnostic, Severity};
use crate::effect::act::{Act, Detail};
use crate::effect::object::{Object as Named, ObjectKind};
use crate::effect::sql::Statement;
use crate::graph::Manner;
use crate::graph::objects::Object;
use crate::plan::action::{Action, Code};
use crate::plan::change::{Change, Undo};
use crate::plan::id::Id;
use crate::plan::scenario::Scenario;
use crate::plan::target::Target;
use crate::rules::{Context, Finder, Rule, words};

use super::{Since, since};

pub const RULE: Rule = Rule {
    name: "reversal/destroys-new-data",
    severity: Severity::Warning,
    finder: Finder::Rule(check),
    text: include_str!("destroys_new_data.rs"),
};

/// Something that a change makes and its undo drops.
struct Dropped<'s> {
    made: &'s Named,
    /// Where the undo says it; `None` where it is derived.
    back: Option<&'s Named>,
}

fn check(context: &Context<'_>, findings: &mut Vec<Diagnostic>) {
    let plan = context.plan;
    // Who writes to several targets writes the same to all of them.
    let alone = plan.writers.iter().filter(|(_, writer)| writer.targets.len() == 1);
    let written: HashSet<Id<Target>> = alone.flat_map(|(_, writer)| &writer.targets).map(|target| target.value).collect();
    let touches = context.graph.order().iter().flat_map(|id| &context.graph.touched(*id).touches);
    let filled: HashSet<&Object> = touches.filter(|touch| touch.manner == Manner::Writes).map(|touch| &touch.object).collect();
    let says = plan.releases.iter().any(|(_, release)| !release.needs_objects.is_empty());
    let mut found: Vec<(Id<Change>, Id<Target>, Vec<Dropped<'_>>)> = Vec::new();
    for id in context.graph.order() {
        let Some(on) = plan.changes[*id].on.map(|on| on.value).filter(|on| written.contains(on)) else { continue };
        let dropped = dropped(context, *id);
        if !dropped.is_empty() {
            found.push((*id, on, dropped));
        }
    }
    let mut reached = Since::new(context, &found.iter().map(|(id, ..)| *id).collect());
    for (id, on, dropped) in found {
        let needed = first_needed(context, id, on, &dropped);
        let object = |dropped: &Dropped<'_>| Object::on(plan, Some(on), dropped.made.parts.clone());
        let is_filled = || dropped.iter().any(|dropped| object(dropped).with_parents().any(|object| filled.contains(&object)));
        if needed.is_none() && (says || is_filled()) {
            continue;
        }
        let takers: Vec<Id<Scenario>> = reached.takers(id).to_vec();
        let losing: Vec<(Id<Scenario>, usize)> = takers
            .into_iter()
            .filter(|scenario| !is_reckoned_with(context, *scenario, on))
            .filter_map(|scenario| {
                let positions = reached.positions(id, scenario);
                let position = reached.open(on, &(positions.start.max(needed.unwrap_or(0))..positions.end))?;
                Some((scenario, position))
            })
            .collect();
        if let Some((_, position)) = losing.first() {
            let severity = if needed.is_some() { RULE.severity } else { Severity::Info };
            findings.push(finding(context, id, &dropped, &losing, *position).severity(severity));
        }
    }
}

/// Returns what a change makes that may hold rows or values, and its undo drops without having read it.
fn dropped<'a>(context: &Context<'a>, id: Id<Change>) -> Vec<Dropped<'a>> {
    let (change, touched) = (&context.plan.changes[id], context.graph.touched(id));
    let statements = touched.said().iter();
    let made = statements.flat_map(|statement| &statement.reading.effects).filter(|effect| match &effect.act {
        Act::Create(create) if create.lenient || create.temporary || create.replaces => false,
        Act::Create(create) => match effect.object.kind {
            ObjectKind::Table => true,
            ObjectKind::Column => !matches!(create.detail, Detail::Column { computed: true, .. }),
            _ => false,
        },
        _ => false,
    });
    let made: Vec<&Named> = made.map(|effect| &effect.object).collect();
    match &change.undo {
        Undo::Auto(_) => made.into_iter().map(|made| Dropped { made, back: None }).collect(),
        Undo::Action(_) => {
            let back = touched.back.as_ref().map_or(&[][..], |all| all);
            let found = made.into_iter().filter_map(|made| Some(Dropped { made, back: Some(drop_of(back, made)?) }));
            found.collect()
        }
        Undo::None => Vec::new(),
    }
}

/// Returns where an undo drops an object that it has not read before.
fn drop_of<'s>(back: &'s [Statement], made: &Named) -> Option<&'s Named> {
    let table = if made.kind == ObjectKind::Column { &made.parts[..made.parts.len() - 1] } else { &made.parts[..] };
    let near = |parts: &[String], own: &[String]| parts.ends_with(own) || own.ends_with(parts);
    for effect in back.iter().flat_map(|statement| &statement.reading.effects) {
        let parts = &effect.object.parts;
        match &effect.act {
            Act::Drop { .. } if near(parts, &made.parts) => return Some(&effect.object),
            // What it holds is put aside, or back where it was.
            Act::Read | Act::Update { .. } | Act::Rename(_) if near(parts, table) => return None,
            _ => {}
        }
    }
    None
}

/// Returns the first position in which a release runs that needs what is new; `None` where none says so.
fn first_needed(context: &Context<'_>, id: Id<Change>, on: Id<Target>, dropped: &[Dropped<'_>]) -> Option<usize> {
    let plan = context.plan;
    let knows: HashSet<_> = plan
        .releases
        .iter()
        .filter(|(_, release)| {
            release.needs_objects.iter().any(|(need, _)| {
                let need = Object::new(plan, &need.value, None);
                dropped.iter().any(|dropped| Object::on(plan, Some(on), dropped.made.parts.clone()).meets(&need))
            })
        })
        .map(|(release, _)| release)
        .collect();
    let deploys =
        |change: &&Id<Change>| matches!(plan.changes[**change].forward, Some(Action::Deploy { release, .. }) if knows.contains(&release));
    let behind = context.graph.order().iter().skip(context.graph.rank(id)).find(deploys);
    behind.map(|change| context.graph.begun(*change))
}

/// Returns whether a scenario says what may be lost, saves what it finds, or brings it elsewhere; or loses all that was written since a
/// backup, which is told as that.
fn is_reckoned_with(context: &Context<'_>, id: Id<Scenario>, on: Id<Target>) -> bool {
    let scenario = &context.plan.scenarios[id];
    let carries = || {
        context.facts.scenarios[id.index()].items().into_iter().any(|item| match item.work {
            Work::Take(backup) => context.plan.backups[backup].of.value == on,
            _ => item.effects.is_some_and(|effects| !effects.writes.is_empty()),
        })
    };
    let is_told = || context.facts.loss(id).iter().any(|loss| loss.target == on && context.plan.backups[loss.backup].tables.is_empty());
    scenario.loses_at_most.is_some() || !scenario.limits.is_empty() || is_told() || carries()
}

fn finding(
    context: &Context<'_>,
    id: Id<Change>,
    dropped: &[Dropped<'_>],
    losing: &[(Id<Scenario>, usize)],
    position: usize,
) -> Diagnostic {
    let plan = context.plan;
    let change = &plan.changes[id];
    let place = |code: &Code, object: &Named| code.place(&context.sources.file(code.span.file).text, &object.range);
    let names: Vec<String> = dropped.iter().map(|dropped| dropped.made.written()).collect();
    let scenario = &plan.scenarios[losing[0].0].header;
    let message = format!(
        "`{}` takes `{}` back, and drops {} with what was written there: {} somebody may write, and nothing says that this may be lost",
        scenario.name,
        change.header.name,
        words::list(names.iter().map(String::as_str)),
        since(context, position)
    );
    let back = match &change.undo {
        Undo::Action(undo) => match undo.as_ref() {
            Action::Code(code) => dropped[0].back.map(|object| place(code, object)),
            _ => None,
        },
        Undo::Auto(span) => Some(*span),
        Undo::None => None,
    };
    let mut finding = Diagnostic::error(RULE.name, back.unwrap_or(change.header.span), message, "dropped, whatever it holds");
    if let Some(Action::Code(code)) = &change.forward {
        finding = finding.because(place(code, dropped[0].made), "empty when it is made");
    }
    for (scenario, _) in losing.iter().take(3) {
        finding = finding.because(plan.scenarios[*scenario].header.span, "takes it back, and saves nothing");
    }
    finding.help(format!(
        "in `{}`, `take` a backup of it first or bring it elsewhere by a step that `writes …`; or say what may be lost: `limits \"…\"`",
        scenario.name
    ))
}
