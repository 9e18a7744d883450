//! # backup/missing
//!
//! Something is destroyed for good and nothing saved it before.
//!
//! ## What it finds
//!
//! An `irreversible` change on a database or a file, a change or a step that declares what it `destroys` or whose code plainly
//! destroys data, for which no backup that covers it is taken on every path before: of the same target, whole or with the tables
//! that are destroyed. SQL plainly destroys by `DROP TABLE`, `DROP COLUMN`, `TRUNCATE`, `DELETE` of everything; shell by the same
//! SQL in `psql -c`, a here-document and the like, also through `sudo`, `ssh` or `docker exec`, and by commands such as `dropdb`,
//! `docker volume rm`, `redis-cli FLUSHALL`. For shell on a host a backup of any target counts. In a scenario only a `take` in that
//! scenario counts, as the one of the forward run holds an older state. A change whose own undo restores a backup is the matter
//! of `backup/never-taken`; and a column is not gone whose values SQL of the same program has copied to another table first, those of
//! every row.
//!
//! ## Why it matters in the incident
//!
//! The day after, somebody asks for one row of it. With a backup that is an afternoon; without, it is a letter to the customers.
//!
//! ## Caught
//!
//! ````rbk
//! plan drop-legacy "Drop the legacy column" {
//!   rto 1h
//! }
//!
//! target db "Orders" postgres { url $DATABASE_URL }
//!
//! phase clean-up "Clean up" at T {
//!   irreversible change drop-legacy-note "The legacy note is gone" on db {
//!     destroys orders.legacy_note
//!     do ```sql
//!       ALTER TABLE orders DROP COLUMN legacy_note;
//!     ```
//!     recover forward "Fill the new note from the dump by hand"
//!   }
//! }
//!
//! scenario forward-fix "Repair in place" {
//!   applies from drop-legacy-note
//!   goes forward
//!   manual fill-notes "Fill the notes from the dump" takes 30m
//! }
//! ````
//!
//! ## Mended
//!
//! ````rbk
//! plan drop-legacy "Drop the legacy column" {
//!   rto 1h
//! }
//!
//! target db "Orders" postgres { url $DATABASE_URL }
//!
//! backup legacy-notes "The column that goes" of db tables orders {
//!   method pg_dump custom
//!   file "backups/legacy-notes.dump"
//!   restore takes 20m
//! }
//!
//! phase clean-up "Clean up" at T {
//!   take legacy-notes
//!   irreversible change drop-legacy-note "The legacy note is gone" on db {
//!     destroys orders.legacy_note
//!     do ```sql
//!       ALTER TABLE orders DROP COLUMN legacy_note;
//!     ```
//!     recover forward "Fill the new note from the dump by hand"
//!   }
//! }
//!
//! scenario forward-fix "Repair in place" {
//!   applies from drop-legacy-note
//!   goes forward
//!   manual fill-notes "Fill the notes from the dump" takes 30m
//! }
//! ````

use std::collections::BTreeSet;

use crate::analysis::aside::Aside;
use crate::analysis::harm;
use crate::analysis::program::{Direction, Item, Work};
use crate::analysis::sure::each_item;
use crate::diagnostic::{Diagnostic, Severity};

use crate::plan::action::Action;
use crate::plan::change::{Change, Recover, Undo};
use crate::plan::id::Id;
use crate::plan::target::{Target, TargetKind};
use crate::rules::{Context, Finder, Rule, words};
use crate::source::{Span, Spanned};

pub const RULE: Rule =
    Rule { name: "backup/missing", severity: Severity::Error, finder: Finder::Rule(check), text: include_str!("missing.rs") };

fn check(context: &Context<'_>, findings: &mut Vec<Diagnostic>) {
    let plan = context.plan;
    let forward = (&context.facts.forward.nodes, "the migration");
    let scenarios = plan.scenarios.iter().filter(|(_, scenario)| !scenario.applies.is_empty());
    let scenarios = scenarios.map(|(id, _)| (&context.facts.scenarios[id.index()].nodes, "the scenario"));
    let mut told: BTreeSet<Span> = BTreeSet::new();
    for (nodes, program) in std::iter::once(forward).chain(scenarios) {
        let mut aside = Aside::default();
        each_item(nodes, &mut |item, taken| {
            let is_aside = aside.follow(plan, item);
            let Some(loss) = loss(context, item) else { return };
            if is_aside && loss.objects.is_empty() {
                return;
            }
            let covered = taken.iter().any(|backup| {
                let backup = &plan.backups[backup];
                loss.target.is_none_or(|target| target == backup.of.value) && covers(&backup.tables, loss.objects)
            });
            if !covered && !told.contains(&item.span) {
                told.insert(item.span);
                findings.push(finding(context, item, &loss, program));
            }
        });
    }
}

/// What an item destroys for good.
struct Loss<'a> {
    target: Option<Id<Target>>,
    /// Empty: not said; whatever the change touches.
    objects: &'a [Spanned<String>],
    change: Option<&'a Change>,
    /// The first statement that plainly destroys: what it says, and where.
    plain: Option<(String, Span)>,
}

/// Returns what an item's code plainly destroys first.
fn plain(context: &Context<'_>, item: &Item<'_>) -> Option<(String, Span)> {
    let (Work::Sql(code) | Work::Shell(code)) = item.work else { return None };
    let plain = harm::plain(context.plan, item)?;
    Some((plain.words, code.place(&context.sources.file(code.span.file).text, &plain.range)))
}

fn loss<'a>(context: &Context<'a>, item: &Item<'a>) -> Option<Loss<'a>> {
    let objects = item.effects.map_or(&[][..], |effects| &effects.destroys);
    let plain = plain(context, item);
    // Shell on a host may reach any target.
    let is_far = matches!(item.work, Work::Shell(_)) && objects.is_empty();
    let held = |target: Option<Id<Target>>| target.filter(|target| !is_far || context.plan.targets[*target].kind.value.is_database());
    // SQL in shell goes where its client is told.
    let sent = harm::plain(context.plan, item).filter(|_| objects.is_empty()).and_then(|plain| plain.on);
    match item.change {
        // Going back is meant to take away what the change brought.
        Some((_, Direction::Undo)) => None,
        None if objects.is_empty() && plain.is_none() => None,
        None => Some(Loss { target: sent.or(held(item.on)), objects, change: None, plain }),
        Some((id, Direction::Apply)) => {
            let change = &context.plan.changes[id];
            let target = change.on.map(|on| on.value);
            let objects = change.effects.destroys.as_slice();
            let kind = target.map(|target| context.plan.targets[target].kind.value);
            let holds_data = kind.is_some_and(|kind| kind.is_database() || kind == TargetKind::EnvFile);
            let for_good = change.irreversible.is_some() && holds_data;
            let undeclared = change.irreversible.is_none() && matches!(change.undo, Undo::None);
            let lost = (for_good || !objects.is_empty() || plain.is_some()) && !undeclared && !restores(change);
            lost.then_some(Loss { target: sent.or(held(target)), objects, change: Some(change), plain })
        }
    }
}

/// Returns whether a change comes back from a backup by its own word: `backup/never-taken` sees to that one.
fn restores(change: &Change) -> bool {
    let undo = matches!(&change.undo, Undo::Action(action) if matches!(**action, Action::Restore { .. }));
    undo || change.recover.iter().any(|recover| matches!(recover.value, Recover::Restore(_)))
}

/// Returns whether a backup of `tables` holds every one of `objects`; without tables it holds all.
fn covers(tables: &[Spanned<String>], objects: &[Spanned<String>]) -> bool {
    let bare = |name: &str| name.strip_prefix("public.").unwrap_or(name).to_lowercase();
    tables.is_empty()
        || objects.iter().all(|object| {
            let object = bare(&object.value);
            tables.iter().any(|table| {
                let table = bare(&table.value);
                object == table || object.strip_prefix(&table).is_some_and(|rest| rest.starts_with('.'))
            })
        })
}

fn finding(context: &Context<'_>, item: &Item<'_>, loss: &Loss<'_>, program: &str) -> Diagnostic {
    let objects = words::list(loss.objects.iter().map(|object| object.value.as_str()));
    let what = match (loss.change, objects.is_empty()) {
        (Some(change), false) => format!("`{}` destroys {objects}", change.header.name),
        (Some(change), true) => match &loss.plain {
            Some((words, _)) if change.irreversible.is_none() => format!("`{}` destroys data (`{words}`)", change.header.name),
            _ => format!("`{}` can't be taken back", change.header.name),
        },
        (None, false) => format!("this step destroys {objects}"),
        (None, true) => format!("this step destroys data (`{}`)", loss.plain.as_ref().map_or("", |(words, _)| words)),
    };
    let message = format!("{what}, and {program} saves nothing of it before: it would be gone for good");
    let span = loss.change.map_or(item.span, |change| change.header.span);
    let mut finding = Diagnostic::error(RULE.name, span, message, "nothing is saved before this");
    for object in loss.objects {
        finding = finding.because(object.span, "destroyed here");
    }
    if let Some((_, place)) = loss.plain.as_ref().filter(|_| loss.objects.is_empty()) {
        finding = finding.because(*place, "destroyed here");
    }
    let target = loss.target.map(|target| context.plan.targets[target].header.name.as_str());
    let near = context.plan.backups.iter().find(|(_, backup)| loss.target == Some(backup.of.value) && covers(&backup.tables, loss.objects));
    finding.help(match (near, target) {
        (Some((_, backup)), _) => format!("write `take {}` before it", backup.header.name),
        (None, Some(target)) => format!("declare a `backup … of {target}` and `take` it before"),
        (None, None) => "declare a `backup` of what is destroyed and `take` it before".to_owned(),
    })
}
