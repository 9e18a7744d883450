//! # reversal/keeps-new-objects
//!
//! A restore puts back what was there, and leaves what has been made since.
//!
//! ## What it finds
//!
//! A backup with a hand-written `restore` that only replaces what the dump holds (`pg_restore --clean` without `--create`, a script of
//! `pg_dump --clean` or of `mysqldump` fed to the client), and tables, views, types, sequences or functions that changes make after it was taken
//! and that a scenario takes back by this restore. Silent where something drops the schema or the database before, or names what is new. The
//! restores that the compiler writes leave nothing behind.
//!
//! ## Why it matters in the incident
//!
//! The restore is green, and the new tables are still there with their rows. The next attempt of the migration stops at the first `CREATE
//! TABLE`; a new table that refers to an old one may stop the restore itself.
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
//! backup by-hand "Orders, dumped by hand" of db {
//!   file "backups/orders.dump"
//!   take ```sh
//!     pg_dump -Fc >"$RBK_BACKUP_FILE"
//!   ```
//!   verify ```sh
//!     pg_restore --list "$RBK_BACKUP_FILE" | grep -q "TABLE DATA"
//!   ```
//!   restore ```sh
//!     pg_restore --clean --if-exists -1 -d orders "$RBK_BACKUP_FILE"
//!   ```
//!   restore takes 20m
//! }
//!
//! phase migrate "Migrate" at T {
//!   take by-hand
//!   change add-notes "Orders have notes" on db {
//!     do ```sql
//!       CREATE TABLE notes (order_id bigint REFERENCES orders, note text);
//!     ```
//!     undo restore by-hand
//!     undo takes 20m
//!   }
//! }
//!
//! scenario back "Back" {
//!   applies from add-notes
//!   undo add-notes
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
//! backup by-hand "Orders, dumped by hand" of db {
//!   file "backups/orders.dump"
//!   take ```sh
//!     pg_dump -Fc >"$RBK_BACKUP_FILE"
//!   ```
//!   verify ```sh
//!     pg_restore --list "$RBK_BACKUP_FILE" | grep -q "TABLE DATA"
//!   ```
//!   restore ```sh
//!     psql -X -v ON_ERROR_STOP=1 -d orders -c 'DROP TABLE IF EXISTS notes'
//!     pg_restore --clean --if-exists -1 -d orders "$RBK_BACKUP_FILE"
//!   ```
//!   restore takes 20m
//! }
//!
//! phase migrate "Migrate" at T {
//!   take by-hand
//!   change add-notes "Orders have notes" on db {
//!     do ```sql
//!       CREATE TABLE notes (order_id bigint REFERENCES orders, note text);
//!     ```
//!     undo restore by-hand
//!     undo takes 20m
//!   }
//! }
//!
//! scenario back "Back" {
//!   applies from add-notes
//!   undo add-notes
//! }
//! ````

use std::collections::{BTreeSet, HashSet};

use crate::analysis::program::{Direction, Item, Work};
use crate::diagnostic::{Diagnostic, Severity};
use crate::effect::act::Act;
use crate::effect::object::{Object, ObjectKind};
use crate::effect::sh::spelled::{Command, commands};
use crate::effect::sql;
use crate::plan::action::{Action, Code};
use crate::plan::change::Change;
use crate::plan::id::Id;
use crate::plan::target::{Backup, Target};
use crate::rules::{Context, Finder, Rule, words};

pub const RULE: Rule = Rule {
    name: "reversal/keeps-new-objects",
    severity: Severity::Warning,
    finder: Finder::Rule(check),
    text: include_str!("keeps_new_objects.rs"),
};

fn check(context: &Context<'_>, findings: &mut Vec<Diagnostic>) {
    for (id, backup) in context.plan.backups.iter() {
        let (Some(take), Some(restore)) = (&backup.take, &backup.restore) else { continue };
        if !backup.tables.is_empty() || !keeps(&commands(take), &commands(restore)) || clears(&restore.text) {
            continue;
        }
        let named: HashSet<String> = sql::words_of(&restore.text).collect();
        let made: Vec<(Id<Change>, &Object)> = taken_back(context, id)
            .into_iter()
            .flat_map(|change| made(context, change).into_iter().map(move |object| (change, object)))
            .filter(|(_, object)| !object.parts.last().is_some_and(|last| named.contains(&last.to_lowercase())))
            .collect();
        if !made.is_empty() {
            findings.push(finding(context, backup, restore, &made));
        }
    }
}

/// Returns whether a restore replaces what the dump holds, and nothing else.
fn keeps(take: &[Command], restore: &[Command]) -> bool {
    let clean = |command: &Command| command.option(Some('c'), "--clean") && !command.option(Some('C'), "--create");
    let dumped =
        |programs: &[&str], is: &dyn Fn(&Command) -> bool| take.iter().any(|command| programs.contains(&command.program()) && is(command));
    restore.iter().any(|command| match command.program() {
        "pg_restore" => clean(command) && !command.option(Some('f'), "--file") && !command.option(Some('l'), "--list"),
        "psql" => dumped(&["pg_dump"], &clean),
        "mysql" | "mariadb" => dumped(&["mysqldump", "mariadb-dump"], &|command| !command.has("--add-drop-database")),
        _ => false,
    })
}

/// Returns whether code empties a schema or a database, or makes it anew.
fn clears(text: &str) -> bool {
    let words: Vec<String> = sql::words_of(text).collect();
    let drops = |pair: &[String]| pair[0] == "drop" && matches!(pair[1].as_str(), "schema" | "database" | "owned");
    words.windows(2).any(drops) || words.iter().any(|word| matches!(word.as_str(), "dropdb" | "createdb" | "mysqladmin"))
}

/// Returns the changes that scenarios take back by restoring a backup alone, in forward order.
fn taken_back(context: &Context<'_>, backup: Id<Backup>) -> Vec<Id<Change>> {
    let target = context.plan.backups[backup].of.value;
    let returned = context.facts.coverage.returned(context.plan, context.graph, backup);
    let mut found: BTreeSet<usize> = BTreeSet::new();
    for id in context.plan.scenarios.ids().filter(|id| !context.facts.is_part(*id) && !returned.is_empty()) {
        let mut own: HashSet<Id<Change>> = HashSet::new();
        let mut cleared = false;
        for item in context.facts.scenarios[id.index()].items() {
            match item.work {
                // What is saved now holds what is new.
                Work::Take(taken) if taken == backup => cleared = true,
                Work::Restore(restored) if restored == backup && !cleared => {
                    let end = context.facts.applies(id).end;
                    let begun = returned.iter().filter(|change| context.graph.begun(**change) < end && !own.contains(change));
                    found.extend(begun.map(|change| context.graph.rank(*change)));
                }
                _ => cleared |= empties(item, target),
            }
            own.extend(
                item.change
                    .filter(|(_, direction)| *direction == Direction::Undo && !matches!(item.work, Work::Restore(_)))
                    .map(|(change, _)| change),
            );
        }
    }
    found.into_iter().map(|rank| context.graph.order()[rank]).collect()
}

fn empties(item: &Item<'_>, target: Id<Target>) -> bool {
    matches!(item.work, Work::Sql(code) | Work::Shell(code) if item.on.is_none_or(|on| on == target) && clears(&code.text))
}

/// Returns what a change makes that stands beside tables, without what it drops again.
fn made<'a>(context: &Context<'a>, id: Id<Change>) -> Vec<&'a Object> {
    let statements = context.graph.touched(id).said().iter();
    let mut made: Vec<&Object> = Vec::new();
    for effect in statements.flat_map(|statement| &statement.reading.effects) {
        let whole = matches!(
            effect.object.kind,
            ObjectKind::Table
                | ObjectKind::View
                | ObjectKind::MaterializedView
                | ObjectKind::Sequence
                | ObjectKind::Type
                | ObjectKind::Function
        );
        match &effect.act {
            Act::Create(create) if whole && !create.lenient && !create.temporary && !create.replaces => made.push(&effect.object),
            Act::Drop { .. } | Act::Rename(_) => made.retain(|object| object.parts != effect.object.parts),
            _ => {}
        }
    }
    made
}

fn finding(context: &Context<'_>, backup: &Backup, restore: &Code, made: &[(Id<Change>, &Object)]) -> Diagnostic {
    let plan = context.plan;
    let names: Vec<String> = made.iter().map(|(_, object)| object.written()).collect();
    let changes: BTreeSet<&str> = made.iter().map(|(change, _)| plan.changes[*change].header.name.as_str()).collect();
    let message = format!(
        "restoring `{}` counts as taking {} back, and leaves {} where it is: made since, it is not in the dump, and nothing drops it",
        backup.header.name,
        words::list(changes),
        words::list(names.iter().take(4).map(String::as_str))
    );
    let mut finding =
        Diagnostic::error(RULE.name, restore.span, message, "replaces what the dump holds, and nothing else").severity(RULE.severity);
    for (change, object) in made.iter().take(4) {
        if let Some(Action::Code(code)) = &plan.changes[*change].forward {
            finding = finding.because(code.place(&context.sources.file(code.span.file).text, &object.range), "made after it was taken");
        }
    }
    finding.help("drop it in `restore` first, or empty the schema there; or let `method pg_dump custom` write the restore, which does")
}
