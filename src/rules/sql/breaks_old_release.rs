//! # sql/breaks-old-release
//!
//! A scenario brings the old code back and leaves a database that the old code does not work with.
//!
//! ## What it finds
//!
//! A scenario that goes back to an earlier release and leaves a change in place whose SQL drops or renames a table, a column or a view,
//! made before that release was replaced. Where releases of the plan say what they `needs`, they are taken at their word: for these there is
//! `order/undo-leaves-dependant`.
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

use std::collections::BTreeSet;

use crate::diagnostic::{Diagnostic, Severity};
use crate::effect::act::Act;
use crate::effect::object::ObjectKind;
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
    let removing: Vec<(Id<Change>, String)> = graph.order().iter().filter_map(|id| Some((*id, removed(context, *id)?))).collect();
    // Where releases say what they need, silence means that the others need nothing.
    if removing.is_empty() || plan.releases.iter().any(|(_, release)| !release.needs_objects.is_empty()) {
        return;
    }
    for id in plan.scenarios.ids().filter(|id| !context.facts.is_part(*id)) {
        let undone: BTreeSet<Id<Change>> = context.facts.scenarios[id.index()].undone().collect();
        let back = undone.iter().filter_map(|change| Some((*change, goes_back_to(context, *change)?)));
        let mut back: Vec<(Id<Change>, Id<Release>)> =
            back.filter(|(_, release)| plan.releases[*release].needs_objects.is_empty()).collect();
        back.sort_by_key(|(change, _)| graph.rank(*change));
        for (deployed, release) in back {
            let stays = removing.iter().find(|(change, _)| graph.rank(*change) < graph.rank(deployed) && !undone.contains(change));
            let Some((change, object)) = stays else { continue };
            let (scenario, of) = (&plan.scenarios[id].header, &plan.changes[*change].header);
            let release = &plan.releases[release].header;
            let message = format!(
                "`{}` goes back to `{}` and leaves `{}` in place: the old release asks for `{object}`, which is not there any more",
                scenario.name, release.name, of.name
            );
            let finding = Diagnostic::error(RULE.name, scenario.span, message, format!("brings `{}` back", release.name));
            findings.push(
                finding
                    .because(of.span, format!("takes `{object}` away, and stays"))
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

/// Returns the first table, column or view that a change's SQL drops or renames, and that the plan has not made.
fn removed(context: &Context<'_>, id: Id<Change>) -> Option<String> {
    let touched = context.graph.touched(id);
    let statements = touched.statements.iter().flatten();
    let mut effects = statements.flat_map(|statement| &statement.reading.effects);
    let gone = effects.find(|effect| {
        let named = matches!(effect.object.kind, ObjectKind::Table | ObjectKind::Column | ObjectKind::View);
        named && matches!(effect.act, Act::Drop { lenient: false, .. } | Act::Rename(_))
    })?;
    let object = touched.touches.iter().find(|touch| touch.manner == Manner::Removes && !touch.declared)?;
    let earlier = context.graph.order().iter().take(context.graph.rank(id) + 1);
    let is_new = earlier
        .flat_map(|id| &context.graph.touched(*id).touches)
        .any(|touch| touch.manner == Manner::Creates && touch.object.holds(&object.object));
    (!is_new).then(|| gone.object.written())
}
