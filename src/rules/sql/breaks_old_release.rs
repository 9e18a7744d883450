//! # sql/breaks-old-release
//!
//! A scenario brings the old code back and leaves a database that the old code does not work with.
//!
//! ## What it finds
//!
//! A scenario that goes back to an earlier release and leaves a change in place, made before that release was replaced, whose SQL drops or
//! renames a table, a column or a view, or adds a column that the old code has no value for. As a warning, what the old code may run into: a
//! column that is required now, a new rule that refuses what it writes (not one on columns that the plan adds, which it leaves empty), a
//! value that may not stand twice, another type. Where releases of the plan say what they `needs`, they are taken at their word: for these there is `order/undo-leaves-dependant`.
//!
//! ## Why it matters in the incident
//!
//! The quickest way back is "just roll the code back". The old release starts, asks for the column by its old name, and now the new code
//! does not run and the old code does not either.
//!
//! ## Caught
//!
//! ````rbk
//! plan status "A state is called a status" {
//!   rto 1h
//! }
//!
//! target db "Orders" postgres { url $DATABASE_URL }
//!
//! target api "The API" host { dir $API_DIR }
//!
//! release one "The API of today" of api {
//!   running
//!   deploy ```sh
//!     ./deploy one
//!   ```
//! }
//!
//! release two "The API with statuses" of api {
//!   deploy ```sh
//!     ./deploy two
//!   ```
//! }
//!
//! phase migrate "Migrate" at T {
//!   change renamed "A state is called a status" on db {
//!     do ```sql
//!       ALTER TABLE orders RENAME COLUMN state TO status;
//!     ```
//!     undo ```sql
//!       ALTER TABLE orders RENAME COLUMN status TO state;
//!     ```
//!     undo takes 1m
//!   }
//!
//!   change deployed "The API says status" on api {
//!     do deploy two
//!     undo deploy one
//!     undo takes 1m
//!   }
//! }
//!
//! scenario back "The old API again" {
//!   applies from renamed
//!   undo deployed
//! }
//! ````
//!
//! ## Mended
//!
//! ````rbk
//! plan status "A state is called a status" {
//!   rto 1h
//! }
//!
//! target db "Orders" postgres { url $DATABASE_URL }
//!
//! target api "The API" host { dir $API_DIR }
//!
//! release one "The API of today" of api {
//!   running
//!   deploy ```sh
//!     ./deploy one
//!   ```
//! }
//!
//! release two "The API with statuses" of api {
//!   deploy ```sh
//!     ./deploy two
//!   ```
//! }
//!
//! phase migrate "Migrate" at T {
//!   change renamed "A state is called a status" on db {
//!     do ```sql
//!       ALTER TABLE orders RENAME COLUMN state TO status;
//!     ```
//!     undo ```sql
//!       ALTER TABLE orders RENAME COLUMN status TO state;
//!     ```
//!     undo takes 1m
//!   }
//!
//!   change deployed "The API says status" on api {
//!     do deploy two
//!     undo deploy one
//!     undo takes 1m
//!   }
//! }
//!
//! scenario back "The old API again" {
//!   applies from renamed
//!   undo deployed, renamed
//! }
//! ````

use std::collections::{BTreeSet, HashMap};

use crate::diagnostic::{Diagnostic, Severity};
use crate::effect::act::{Act, Alter, Class, Detail, Effect};
use crate::effect::object::ObjectKind;
use crate::effect::sql::Statement;
use crate::graph::objects::Object;
use crate::graph::{Manner, running};
use crate::plan::action::Action;
use crate::plan::change::{Change, Undo};
use crate::plan::id::Id;
use crate::plan::target::Release;
use crate::rules::{Context, Finder, Rule};

pub const RULE: Rule = Rule {
    name: "sql/breaks-old-release",
    severity: Severity::Error,
    finder: Finder::Rule(check),
    text: include_str!("breaks_old_release.rs"),
};

fn check(context: &Context<'_>, findings: &mut Vec<Diagnostic>) {
    let (plan, graph) = (context.plan, context.graph);
    // Where releases say what they need, silence means that the others need nothing.
    if plan.releases.is_empty() || plan.releases.iter().any(|(_, release)| !release.needs_objects.is_empty()) {
        return;
    }
    let breaking = breaking(context);
    if breaking.is_empty() {
        return;
    }
    for id in plan.scenarios.ids().filter(|id| !context.facts.is_part(*id)) {
        let undone: BTreeSet<Id<Change>> = context.facts.scenarios[id.index()].undone().collect();
        let back = undone.iter().filter_map(|change| Some((*change, goes_back_to(context, *change)?)));
        let mut back: Vec<(Id<Change>, Id<Release>)> = back.collect();
        back.sort_by_key(|(change, _)| graph.rank(*change));
        for (deployed, release) in back {
            let stays = |(change, _): &&(Id<Change>, Break)| graph.rank(*change) < graph.rank(deployed) && !undone.contains(change);
            let mut left = breaking.iter().filter(stays);
            // What surely breaks it is told before what may.
            let Some((change, how)) = left.clone().find(|(_, how)| how.is_sure).or_else(|| left.next()) else { continue };
            let (scenario, of) = (&plan.scenarios[id].header, &plan.changes[*change].header);
            let release = &plan.releases[release].header;
            let message = format!("`{}` goes back to `{}` and leaves `{}` in place: {}", scenario.name, release.name, of.name, how.words);
            let finding = Diagnostic::error(RULE.name, scenario.span, message, format!("brings `{}` back", release.name));
            findings.push(
                finding
                    .severity(if how.is_sure { RULE.severity } else { Severity::Warning })
                    .because(of.span, format!("{}, and stays", how.label))
                    .because(release.span, "says nothing of what it needs")
                    .help(format!("undo `{}` too, or say in `{}` what it `needs` when it does not need that", of.name, release.name)),
            );
            break;
        }
    }
}

/// Returns the release that undoing a change goes back to.
fn goes_back_to(context: &Context<'_>, id: Id<Change>) -> Option<Id<Release>> {
    let change = &context.plan.changes[id];
    let Some(Action::Deploy { release, .. }) = &change.forward else { return None };
    match &change.undo {
        Undo::Action(action) => match action.as_ref() {
            Action::Deploy { release, .. } => Some(*release),
            _ => None,
        },
        Undo::Auto(_) => running(context.plan, context.plan.releases[*release].of.value),
        Undo::None => None,
    }
}

/// How a change breaks the code of before.
struct Break {
    is_sure: bool,
    /// What the old release runs into.
    words: String,
    label: String,
}

/// Returns the changes whose SQL breaks the code of before, in forward order, by what is not the plan's own.
fn breaking(context: &Context<'_>) -> Vec<(Id<Change>, Break)> {
    let mut made: HashMap<&Object, usize> = HashMap::new();
    let mut found = Vec::new();
    for (rank, id) in context.graph.order().iter().enumerate() {
        let touched = context.graph.touched(*id);
        let creates = touched.touches.iter().filter(|touch| touch.manner == Manner::Creates);
        for touch in creates {
            made.entry(&touch.object).or_insert(rank);
        }
        let on = context.plan.changes[*id].on.map(|on| on.value);
        let mut all = Vec::new();
        for statement in touched.said() {
            for (of, effect) in statement.reading.effects.iter().enumerate() {
                let Some(how) = how(statement, of, effect) else { continue };
                let object = Object::on(context.plan, on, effect.object.parts.clone());
                // What is added is the plan's own; the table that it is added to may not be.
                let adds = matches!(effect.act, Act::Create(_));
                let read = statement.reading.effects.iter().find(|other| other.act == Act::Read && other.object.kind == ObjectKind::Table);
                let table = read.filter(|_| effect.object.kind == ObjectKind::Index);
                let table = table.map(|read| Object::on(context.plan, on, read.object.parts.clone()));
                let skips = usize::from(adds && table.is_none() && !effect.object.own.is_empty());
                // Who does not know the columns of a new rule writes nothing into them.
                let own = |column: &Vec<String>| made.contains_key(&Object::on(context.plan, on, column.clone()));
                if matches!(&effect.act, Act::Create(create) if !create.over.is_empty() && create.over.iter().all(own)) {
                    continue;
                }
                let mut holders = table.as_ref().unwrap_or(&object).with_parents().skip(skips);
                if !holders.any(|holder| made.contains_key(&holder)) {
                    all.push(how);
                }
            }
        }
        let sure = all.iter().position(|how| how.is_sure).unwrap_or(0);
        if sure < all.len() {
            found.push((*id, all.swap_remove(sure)));
        }
    }
    found
}

/// Returns how an effect of a statement breaks the code of before; `None` when it does not, or nobody can say.
fn how(statement: &Statement, of: usize, effect: &Effect) -> Option<Break> {
    let name = effect.object.written();
    let named = matches!(effect.object.kind, ObjectKind::Table | ObjectKind::Column | ObjectKind::View);
    let breaks = statement.reading.risks.iter().find(|risk| risk.of == of && risk.class == Class::Breaks);
    let surely = |words: String, label: String| Some(Break { is_sure: true, words, label });
    let perhaps = |words: String, label: String| Some(Break { is_sure: false, words, label });
    match &effect.act {
        Act::Drop { lenient: false, .. } | Act::Rename(_) if named => {
            surely(format!("the old release asks for `{name}`, which is not there any more"), format!("takes `{name}` away"))
        }
        _ if breaks.is_none() => None,
        Act::Create(create) => match create.detail {
            Detail::Column { required: true, default: false, computed: false, .. } => surely(
                format!("the old release writes rows without `{name}`, which is required and has no default"),
                format!("requires `{name}`"),
            ),
            Detail::Constraint { .. } => {
                perhaps("the old release may write what its new rule refuses".to_owned(), format!("adds `{name}`"))
            }
            Detail::Index { unique: true } => {
                perhaps("the old release may write a value twice, which its unique index refuses".to_owned(), format!("adds `{name}`"))
            }
            _ => None,
        },
        Act::Alter(Alter::Require) => {
            perhaps(format!("the old release may write rows without `{name}`, which is required now"), format!("requires `{name}`"))
        }
        Act::Alter(Alter::Type { .. }) if effect.object.kind == ObjectKind::Column => {
            perhaps(format!("the old release reads and writes `{name}` as the type that it was"), format!("changes the type of `{name}`"))
        }
        _ => None,
    }
}
