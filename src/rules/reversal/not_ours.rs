//! # reversal/not-ours
//!
//! The undo drops something that the change may not have made, or did not make.
//!
//! ## What it finds
//!
//! A change that creates `IF NOT EXISTS`, and an undo in SQL that drops the same object. And an undo that drops a table, a column, a schema
//! or a database, or empties a table, which nothing in the plan makes, gives that name or, if it is emptied, fills: where the plan works
//! with it, or its target's `schema` has it, or the undo takes for granted that it is there. In shell: an undo that deletes a topic, queue,
//! bucket or volume under another name than the change made. Silent where the change can't be read, and where the undo itself makes or
//! fills it again.
//!
//! ## Why it matters in the incident
//!
//! On most servers the table was not there. On this one it was, with the rows of three years; the change left it alone, and the rollback drops
//! it. Or the undo was copied from the change before, and takes away what that one left behind: the rollback is the outage.
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
//!   change added "Orders have notes" on db {
//!     do ```sql
//!       CREATE TABLE IF NOT EXISTS notes (id int, note text);
//!     ```
//!     undo ```sql
//!       DROP TABLE notes;
//!     ```
//!     undo takes 1m
//!   }
//! }
//!
//! scenario back "Back" {
//!   applies from added
//!   undo added
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
//!   change added "Orders have notes" on db {
//!     do ```sql
//!       CREATE TABLE notes (id int, note text);
//!     ```
//!     undo ```sql
//!       DROP TABLE notes;
//!     ```
//!     undo takes 1m
//!   }
//! }
//!
//! scenario back "Back" {
//!   applies from added
//!   undo added
//! }
//! ````

use std::collections::HashSet;

use crate::diagnostic::{Diagnostic, Severity};
use crate::effect::act::{Act, Create, Effect};
use crate::effect::object::ObjectKind;
use crate::effect::sh;
use crate::effect::sql::{self, Dialect};
use crate::graph::Manner;
use crate::plan::action::{Action, Code, Language};
use crate::plan::change::{Change, Undo};
use crate::plan::id::Id;
use crate::plan::scenario::StepKind;
use crate::rules::{Context, Finder, Rule};

pub const RULE: Rule =
    Rule { name: "reversal/not-ours", severity: Severity::Error, finder: Finder::Rule(check), text: include_str!("not_ours.rs") };

fn check(context: &Context<'_>, findings: &mut Vec<Diagnostic>) {
    lenient(context, findings);
    foreign(context, findings);
}

fn lenient(context: &Context<'_>, findings: &mut Vec<Diagnostic>) {
    for id in context.graph.order() {
        let change = &context.plan.changes[*id];
        let (Some(Action::Code(forward)), Undo::Action(undo), Some(on)) = (&change.forward, &change.undo, &change.on) else { continue };
        let Action::Code(back) = undo.as_ref() else { continue };
        let dialect = Dialect::of(context.plan.targets[on.value].kind.value).filter(|_| back.language == Language::Sql);
        let Some(dialect) = dialect else { continue };
        let effects = context.graph.touched(*id).said().iter().flat_map(|statement| &statement.reading.effects);
        let lenient: Vec<_> = effects.filter(holds_data).collect();
        if lenient.is_empty() {
            continue;
        }
        let statements = sql::of(back, dialect);
        let dropped: Vec<_> = statements
            .iter()
            .flat_map(|statement| &statement.reading.effects)
            .filter(|effect| matches!(effect.act, Act::Drop { .. }))
            .collect();
        for made in lenient {
            let Some(drop) = dropped.iter().find(|drop| drop.object.kind == made.object.kind && drop.object.parts == made.object.parts)
            else {
                continue;
            };
            let (name, object) = (&change.header.name, made.object.to_string());
            let place = |code: &crate::plan::action::Code, range| code.place(&context.sources.file(code.span.file).text, range);
            let message =
                format!("the undo of `{name}` drops the {object}, which `{name}` may have found there: what it held would go with it");
            let finding = Diagnostic::error(RULE.name, place(back, &drop.object.range), message, "dropped, whoever made it");
            findings.push(finding.because(place(forward, &made.object.range), "left alone when it is there").help(format!(
                "leave `IF NOT EXISTS` out, so that `{name}` fails where it is there already; or leave it in place in the undo"
            )));
        }
    }
}

/// Returns whether an effect makes something unless it is there, and what was there may hold what nothing else does.
fn holds_data(effect: &&Effect) -> bool {
    let rebuilt = matches!(
        effect.object.kind,
        ObjectKind::Index
            | ObjectKind::View
            | ObjectKind::Function
            | ObjectKind::Trigger
            | ObjectKind::Policy
            | ObjectKind::Constraint
            | ObjectKind::Type
    );
    !rebuilt && matches!(&effect.act, Act::Create(create) if create.lenient)
}

/// Kinds, besides those of SQL, that hold what can't be had again.
const DATA: [&str; 6] = ["volume", "bucket", "dataset", "queue", "topic", "collection"];

/// The last parts of names, as people compare them.
type Names = HashSet<String>;

fn last(parts: &[String]) -> String {
    parts.last().map(|name| name.to_lowercase()).unwrap_or_default()
}

/// Finds undos that take away what their change did not bring.
fn foreign(context: &Context<'_>, findings: &mut Vec<Diagnostic>) {
    let plan = context.plan;
    let names = Known::of(context);
    // Something before it can't be read, and may have made anything.
    let mut is_unsure = false;
    for id in context.graph.order() {
        let change = &plan.changes[*id];
        let touched = context.graph.touched(*id);
        is_unsure |= touched.opaque;
        let Undo::Action(undo) = &change.undo else { continue };
        let (Some(Action::Code(forward)), Action::Code(back)) = (&change.forward, undo.as_ref()) else { continue };
        let found = match (&touched.statements, &touched.back) {
            (Some(own), Some(undone)) if !touched.opaque => {
                let own: Vec<&Effect> = own.iter().flat_map(|statement| &statement.reading.effects).collect();
                let undone: Vec<&Effect> = undone.iter().flat_map(|statement| &statement.reading.effects).collect();
                let mut gone = undone.iter().filter(|effect| names.lacks(effect, &own, &undone));
                let is_sure = |effect: &Effect| names.holds(context, change, effect) || !is_unsure && !is_lenient(effect);
                gone.find(|effect| is_sure(effect) && !is_made_by_step(context, effect)).map(|effect| ((*effect).clone(), None))
            }
            _ => other_name(forward, back),
        };
        if let Some((gone, made)) = found {
            findings.push(finding(context, *id, back, &gone, made));
        }
    }
}

/// What the changes of a plan do to names.
#[derive(Default)]
struct Known {
    /// What they make, or give this name.
    made: Names,
    /// Tables that they put rows into.
    filled: Names,
    /// What they work with in any other way.
    used: Names,
}

impl Known {
    fn of(context: &Context<'_>) -> Known {
        let mut known = Known::default();
        for id in context.graph.order() {
            let touched = context.graph.touched(*id);
            for touch in &touched.touches {
                let names = if touch.manner == Manner::Creates { &mut known.made } else { &mut known.used };
                names.insert(last(&touch.object.parts));
                // What something is made in was there.
                let above = touch.object.parts.split_last().map_or(&[][..], |(_, above)| above);
                known.used.extend(above.iter().map(|name| name.to_lowercase()));
            }
            for effect in touched.said().iter().flat_map(|statement| &statement.reading.effects) {
                match &effect.act {
                    Act::Create(_) => _ = known.made.insert(last(&effect.object.parts)),
                    Act::Insert { .. } => _ = known.filled.insert(last(&effect.object.parts)),
                    Act::Rename(to) => _ = known.made.insert(bare(to)),
                    _ => {}
                }
            }
        }
        for (_, release) in context.plan.releases.iter().filter(|(_, release)| release.running.is_some()) {
            known.used.extend(release.needs_objects.iter().flat_map(|(object, _)| object.value.split('.')).map(str::to_lowercase));
        }
        known
    }

    /// Returns whether an effect of an undo takes something away that the plan has not brought, and does not put it back.
    fn lacks(&self, effect: &Effect, own: &[&Effect], undone: &[&Effect]) -> bool {
        let (parts, name) = (&effect.object.parts, last(&effect.object.parts));
        let is_of_data = match (&effect.act, effect.object.kind) {
            (Act::Drop { temporary, .. }, ObjectKind::Table | ObjectKind::Schema | ObjectKind::Database) => !temporary,
            // What lies in a table that the plan makes goes with it.
            (Act::Drop { .. }, ObjectKind::Column) => !parts.split_last().is_some_and(|(_, table)| self.made.contains(&last(table))),
            (Act::Truncate { .. } | Act::Delete { all: true }, ObjectKind::Table) => !self.filled.contains(&name),
            _ => false,
        };
        let puts_back = |other: &&Effect| match &other.act {
            Act::Create(_) | Act::Insert { .. } => last(&other.object.parts) == name,
            Act::Rename(to) => bare(to) == name,
            _ => false,
        };
        // What the change took away itself is not there to be taken.
        let is_gone = |other: &&Effect| matches!(other.act, Act::Drop { .. } | Act::Rename(_)) && last(&other.object.parts) == name;
        is_of_data && !self.made.contains(&name) && !undone.iter().any(puts_back) && !own.iter().any(is_gone)
    }

    /// Returns whether the plan, or the target's schema, says that something is there before it.
    fn holds(&self, context: &Context<'_>, change: &Change, effect: &Effect) -> bool {
        let parts = &effect.object.parts;
        if effect.object.kind != ObjectKind::Column && self.used.contains(&last(parts)) {
            return true;
        }
        let target = change.on.map(|on| &context.plan.targets[on.value]);
        let Some((schema, dialect)) = target.and_then(|target| Some((target.schema.as_ref()?, Dialect::of(target.kind.value)?))) else {
            return false;
        };
        let dump = sql::Dump::read(&schema.text, dialect);
        match effect.object.kind {
            ObjectKind::Column => {
                let table = parts.split_last().and_then(|(name, of)| dump.table(sql::unqualified(of, dialect))?.column(name));
                table.is_some()
            }
            _ => dump.table(sql::unqualified(parts, dialect)).is_some(),
        }
    }
}

/// Returns the last part of a name as it is written, without its quotes.
fn bare(written: &str) -> String {
    written.rsplit('.').next().unwrap_or(written).trim_matches(['"', '`']).to_lowercase()
}

/// Returns whether a step may make what has this name, or fill it.
fn is_made_by_step(context: &Context<'_>, effect: &Effect) -> bool {
    let name = last(&effect.object.parts);
    context.plan.steps().into_iter().any(|step| match &step.kind {
        StepKind::Do { action: Some(Action::Code(code)), .. } => {
            let text = code.text.to_lowercase();
            text.contains(&name) && ["create", "into", "rename"].iter().any(|word| text.contains(word))
        }
        _ => false,
    })
}

fn is_lenient(effect: &Effect) -> bool {
    matches!(effect.act, Act::Drop { lenient: true, .. })
}

/// Finds a topic, queue or bucket that an undo in shell deletes under another name than the change made.
fn other_name(forward: &Code, back: &Code) -> Option<(Effect, Option<Effect>)> {
    let is_shell = |code: &Code| matches!(code.language, Language::Sh | Language::Bash);
    if !is_shell(forward) || !is_shell(back) {
        return None;
    }
    let (own, undone) = (sh::of(forward), sh::of(back));
    if own.is_opaque() {
        return None;
    }
    let effects = || own.commands.iter().flat_map(|command| &command.reading.effects);
    let is_plain = |effect: &Effect| effect.object.parts.last().is_some_and(|name| !name.contains(['$', '`', ' ', '*', '?']));
    let losses = undone.losses();
    let mut gone = losses.iter().map(|(_, effect)| *effect).filter(|effect| match effect.object.kind {
        ObjectKind::Other(kind) => DATA.contains(&kind) && is_plain(effect),
        _ => false,
    });
    gone.find_map(|gone| {
        let same = |effect: &&Effect| effect.object.kind == gone.object.kind;
        let makes =
            |effect: &&Effect| same(effect) && matches!(effect.act, Act::Create(Create { replaces: false, .. })) && is_plain(effect);
        let made = effects().find(makes)?;
        let is_named = effects().any(|effect| effect.object.parts == gone.object.parts);
        (!is_named).then(|| (gone.clone(), Some(made.clone())))
    })
}

fn finding(context: &Context<'_>, id: Id<Change>, back: &Code, gone: &Effect, made: Option<Effect>) -> Diagnostic {
    let change = &context.plan.changes[id];
    let name = &change.header.name;
    let place = |code: &Code, effect: &Effect| code.place(&context.sources.file(code.span.file).text, &effect.object.range);
    let does = if matches!(gone.act, Act::Drop { .. }) { "drops" } else { "empties" };
    let stays = made.as_ref().map_or(String::new(), |made| format!(", and `{}` stays", made.object.written()));
    let object = &gone.object;
    let message =
        format!("the undo of `{name}` {does} the {object}, which nothing in the plan has made: what it holds is gone for good{stays}");
    let mut finding = Diagnostic::error(RULE.name, place(back, gone), message, "not what the change made");
    if let (Some(made), Some(Action::Code(forward))) = (&made, &change.forward) {
        finding = finding.because(place(forward, made), "this is what it makes");
    } else {
        finding = finding.because(change.header.span, "does not make it");
    }
    finding.help(match made {
        Some(made) => format!("take back what `{name}` makes: `{}`", made.object.written()),
        None => format!("take back what `{name}` does, and leave the rest in place"),
    })
}
