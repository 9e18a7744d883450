//! # backup/scope-too-narrow
//!
//! A backup holds less than the plan says, or less than is to come back from it.
//!
//! ## What it finds
//!
//! A `backup` with hand-written code whose dump leaves out, by its options or by what the tool leaves out by itself: every row (where no
//! other backup of the same target holds them), the definitions (where a change of definitions is to come back from it), or tables that
//! the backup is said to hold. What the restore picks out of the dump counts, too. With a `method` the compiler writes a dump
//! of all that the plan says.
//!
//! ## Why it matters in the incident
//!
//! The “full backup” was written by a command whose default leaves the rows out. The file is there, its size looks right, the restore
//! succeeds, and every table is empty.
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
//! check orders-answer "Orders can be read" on db {
//!   query ```sql
//!     SELECT count(*) FROM orders
//!   ```
//!   expect > 0
//! }
//!
//! backup by-hand "Orders, dumped by hand" of db {
//!   file "backups/orders.dump"
//!   take ```sh
//!     pg_dump -Fc --schema-only >"$RBK_BACKUP_FILE"
//!   ```
//!   verify ```sh
//!     pg_restore --list "$RBK_BACKUP_FILE" | grep -q "TABLE"
//!   ```
//!   restore ```sh
//!     pg_restore --clean --if-exists -1 -d orders "$RBK_BACKUP_FILE"
//!   ```
//!   restore takes 20m
//! }
//!
//! phase migrate "Migrate" at T {
//!   take by-hand
//!   change add-note "Orders have a note" on db {
//!     do ```sql
//!       ALTER TABLE orders ADD COLUMN note text;
//!     ```
//!     undo restore by-hand
//!     undo takes 1m
//!   }
//! }
//!
//! scenario back "Back" {
//!   applies from add-note
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
//! check orders-answer "Orders can be read" on db {
//!   query ```sql
//!     SELECT count(*) FROM orders
//!   ```
//!   expect > 0
//! }
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
//!   change add-note "Orders have a note" on db {
//!     do ```sql
//!       ALTER TABLE orders ADD COLUMN note text;
//!     ```
//!     undo restore by-hand
//!     undo takes 1m
//!   }
//! }
//!
//! scenario back "Back" {
//!   applies from add-note
//!   undo add-note
//!   verify orders-answer
//! }
//! ````

use std::collections::HashSet;
use std::ops::Range;

use crate::analysis::program::Work;
use crate::diagnostic::{Diagnostic, Severity};
use crate::effect::act::Act;
use crate::effect::object::ObjectKind;
use crate::effect::sh::{self, Command, File, Manner};
use crate::effect::sql::Sight;
use crate::graph::objects::Object;
use crate::plan::action::{Action, Code};
use crate::plan::change::{Change, Recover, Undo};
use crate::plan::id::Id;
use crate::plan::target::Backup;
use crate::rules::{Context, Finder, Rule, words};
use crate::source::Span;

pub const RULE: Rule = Rule {
    name: "backup/scope-too-narrow",
    severity: Severity::Error,
    finder: Finder::Rule(check),
    text: include_str!("scope_too_narrow.rs"),
};

fn check(context: &Context<'_>, findings: &mut Vec<Diagnostic>) {
    let plan = context.plan;
    let held: Vec<Option<Held<'_>>> =
        plan.backups.iter().map(|(_, backup)| Held::of(backup.take.as_ref()?, Manner::Writes, backup.restore.as_ref())).collect();
    // Of each target, whether a backup holds every row of it: one that the plan uses.
    let mut whole = HashSet::new();
    let programs = std::iter::once(&context.facts.forward).chain(&context.facts.scenarios);
    let used: HashSet<Id<Backup>> = programs
        .flat_map(|program| program.items())
        .filter_map(|item| match item.work {
            Work::Take(backup) | Work::Restore(backup) => Some(backup),
            _ => None,
        })
        .collect();
    for ((_, backup), held) in plan.backups.iter().zip(&held).filter(|((id, _), _)| used.contains(id)) {
        // What nobody can read may hold all of it.
        let unread = backup.tables.is_empty() && held.is_none();
        if unread || held.as_ref().is_some_and(|held| held.rows && held.tables.is_none()) {
            whole.insert(backup.of.value);
        }
    }
    for ((id, backup), held) in plan.backups.iter().zip(&held) {
        let Some(held) = held else { continue };
        let mut finding = None;
        if !held.rows && !whole.contains(&backup.of.value) {
            finding = Some(("holds no row: what it restores is empty".to_owned(), "writes no rows", with_rows(held.code, &held.range)));
        }
        if let (None, Some(tables)) = (&finding, &held.tables) {
            finding = tables_left_out(context, backup, tables);
        }
        if let (None, false) = (&finding, held.definitions) {
            finding = redefined(context, id).map(|(change, object)| {
                let change = &change.header.name;
                let message = format!("holds rows alone, and `{change}`, which comes back from it, changes the definition of `{object}`");
                (message, "writes no definitions", "dump the definitions, too".to_owned())
            });
        }
        let Some((message, label, help)) = finding else { continue };
        let place = |code: &Code, range: &Range<usize>| -> Span { code.place(&context.sources.file(code.span.file).text, range) };
        let message = format!("`{}` {message}", backup.header.name);
        findings.push(
            Diagnostic::error(RULE.name, place(held.code, &held.range), message, label)
                .because(backup.header.span, "what is said to be saved")
                .help(help),
        );
    }
}

/// Returns how the rows get into the dump.
fn with_rows(code: &Code, range: &Range<usize>) -> String {
    let by_itself = code.text[range.clone()].contains("supabase");
    let how = if by_itself { "dump a second time with `--data-only`" } else { "dump without the option that leaves the rows out" };
    format!("{how}; or let a `method` write all of it")
}

fn tables_left_out(context: &Context<'_>, backup: &Backup, tables: &[String]) -> Option<(String, &'static str, String)> {
    // Patterns and what is only known when it runs may be anything.
    if tables.iter().any(|table| table.contains(['*', '?', '[', '|', '$', '…'])) {
        return None;
    }
    let names = words::list(tables.iter().map(String::as_str));
    if backup.tables.is_empty() {
        let target = &context.plan.targets[backup.of.value].header.name;
        let help = format!("say so: `backup … of {target} tables {}`; or dump all of it", tables.join(", "));
        return Some((format!("is said to hold all of `{target}`, and holds {names} alone"), "writes these tables alone", help));
    }
    let object = |name: &str| Object::new(context.plan, name, Some(backup.of.value));
    let dumped: Vec<Object> = tables.iter().map(|table| object(table)).collect();
    let lost = |name: &str| !dumped.iter().any(|table| table.parts.last() == object(name).parts.last());
    let missing: Vec<&str> = backup.tables.iter().map(|table| table.value.as_str()).filter(|table| lost(table)).collect();
    (!missing.is_empty()).then(|| {
        let message = format!("is said to hold {}, and leaves it out", words::list(missing.iter().copied()));
        (message, "writes other tables", format!("dump {}, too", words::list(missing.iter().copied())))
    })
}

/// Returns a change that comes back from a backup and touches definitions, with the first of them.
fn redefined<'a>(context: &Context<'a>, id: Id<Backup>) -> Option<(&'a Change, String)> {
    context.plan.changes.iter().find_map(|(change_id, change)| {
        let undone = matches!(&change.undo, Undo::Action(action) if matches!(**action, Action::Restore { backup, .. } if backup == id));
        let recovered = || change.recover.iter().any(|recover| matches!(recover.value, Recover::Restore(backup) if backup == id));
        let touched = context.graph.touched(change_id);
        let structural = touched.touches.iter().find(|touch| touch.is_structural());
        (undone || recovered()).then_some((change, structural?.name.clone()))
    })
}

/// What the dumps of a script hold.
struct Held<'p> {
    code: &'p Code,
    /// The first dump's command.
    range: Range<usize>,
    definitions: bool,
    rows: bool,
    /// `None`: every one.
    tables: Option<Vec<String>>,
}

impl<'p> Held<'p> {
    /// Returns what the dumps that a script writes or reads hold, without what `restore` does not pick; `None` when there is none, or a
    /// program beside them may write what nobody can read off.
    fn of(code: &'p Code, manner: Manner, restore: Option<&'p Code>) -> Option<Held<'p>> {
        let script = sh::of(code);
        let mut held: Option<Held<'p>> = None;
        for command in &script.commands {
            let Some(file) = command.files.iter().find(|file| file.manner == manner && !file.format.is_empty()) else {
                if is_unknown(command) {
                    return None;
                }
                continue;
            };
            let part = Held::part(code, command, file);
            held = Some(match held {
                None => part,
                Some(held) => Held {
                    definitions: held.definitions || part.definitions,
                    tables: match (held.tables, part.tables) {
                        (Some(own), Some(other)) => Some([own, other].concat()),
                        _ => None,
                    },
                    rows: held.rows || part.rows,
                    ..held
                },
            });
        }
        let held = held?;
        let Some(picked) = restore.and_then(|code| Held::of(code, Manner::Reads, None)) else { return Some(held) };
        let narrower =
            held.rows && !picked.rows || held.definitions && !picked.definitions || held.tables.is_none() && picked.tables.is_some();
        Some(Held {
            definitions: held.definitions && picked.definitions,
            rows: held.rows && picked.rows,
            tables: held.tables.or(picked.tables),
            code: if narrower { picked.code } else { held.code },
            range: if narrower { picked.range } else { held.range },
        })
    }

    fn part(code: &'p Code, command: &Command, file: &File) -> Held<'p> {
        let says = |words: &str| file.scope.iter().any(|scope| scope == words);
        let bare = says("roles and tablespaces only") || says("roles only");
        let mut tables: Vec<String> = file.scope.iter().filter_map(|scope| scope.strip_prefix("table ")).map(str::to_owned).collect();
        let read = command.reading.effects.iter().filter(|effect| effect.act == Act::Read && effect.object.kind == ObjectKind::Table);
        tables.extend(read.map(|effect| effect.object.written()));
        Held {
            code,
            range: command.range.clone(),
            definitions: !says("rows only") && !bare,
            rows: !says("definitions only") && !bare,
            tables: (!tables.is_empty()).then_some(tables),
        }
    }
}

/// Returns whether nobody knows what a command does.
fn is_unknown(command: &Command) -> bool {
    command.sight == Sight::Opaque && command.reading.effects.is_empty() && command.files.is_empty()
}
