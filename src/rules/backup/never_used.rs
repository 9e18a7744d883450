//! # backup/never-used
//!
//! A backup is taken, and nothing says how it comes back.
//!
//! ## What it finds
//!
//! A backup that the migration or a scenario takes and that no `undo`, `recover` or scenario restores. A `note` in the backup,
//! or a text for people elsewhere in the plan that names it, says what it is for.
//!
//! ## Why it matters in the incident
//!
//! It was taken for a reason. Whoever needs it that night has a file, and neither the command that brings it back nor an idea
//! of what the restore throws away; mostly it is found the day after.
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
//! backup before-load "Orders before the load" of db {
//!   method pg_dump custom
//!   file "backups/before-load.dump"
//!   keep 14d
//!   restore takes 20m
//! }
//!
//! check orders-answer "Orders can be read" on db {
//!   query ```sql
//!     SELECT count(*) FROM orders
//!   ```
//!   expect > 0
//! }
//!
//! phase load "Load" at T {
//!   take before-load
//!   change load-orders-v2 "The new orders are in" on db {
//!     do ```sql
//!       INSERT INTO orders SELECT * FROM staging;
//!     ```
//!     undo ```sql
//!       DELETE FROM orders USING staging WHERE orders.id = staging.id;
//!     ```
//!     undo takes 5m
//!   }
//! }
//!
//! scenario back "Back" {
//!   applies from load-orders-v2
//!   undo load-orders-v2
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
//! backup before-load "Orders before the load" of db {
//!   method pg_dump custom
//!   file "backups/before-load.dump"
//!   keep 14d
//!   restore takes 20m
//! }
//!
//! check orders-answer "Orders can be read" on db {
//!   query ```sql
//!     SELECT count(*) FROM orders
//!   ```
//!   expect > 0
//! }
//!
//! phase load "Load" at T {
//!   take before-load
//!   change load-orders-v2 "The new orders are in" on db {
//!     do ```sql
//!       INSERT INTO orders SELECT * FROM staging;
//!     ```
//!     undo restore before-load
//!   }
//! }
//!
//! scenario back "Back" {
//!   applies from load-orders-v2
//!   undo load-orders-v2
//!   verify orders-answer
//! }
//! ````

use std::collections::{BTreeMap, BTreeSet};

use crate::analysis::program::Work;
use crate::diagnostic::{Diagnostic, Severity};
use crate::plan::action::Action;
use crate::plan::change::{Recover, Undo};
use crate::plan::id::Id;
use crate::plan::target::Backup;
use crate::rules::{Context, Finder, Rule};
use crate::source::Span;

pub const RULE: Rule =
    Rule { name: "backup/never-used", severity: Severity::Warning, finder: Finder::Rule(check), text: include_str!("never_used.rs") };

fn check(context: &Context<'_>, findings: &mut Vec<Diagnostic>) {
    let plan = context.plan;
    let mut takes: Vec<Vec<Span>> = vec![Vec::new(); plan.backups.len()];
    let programs = std::iter::once(&context.facts.forward).chain(&context.facts.scenarios);
    for item in programs.flat_map(|program| program.items()) {
        if let Work::Take(backup) = item.work
            && !takes[backup.index()].contains(&item.span)
        {
            takes[backup.index()].push(item.span);
        }
    }
    let restored = restored(context);
    let unused =
        |(id, backup): &(Id<Backup>, &Backup)| !takes[id.index()].is_empty() && !restored.contains(id) && backup.header.notes.is_empty();
    let unused: BTreeMap<&str, (Id<Backup>, &Backup)> =
        plan.backups.iter().filter(unused).map(|(id, backup)| (backup.header.name.as_str(), (id, backup))).collect();
    let mentioned = mentioned(context, &unused);
    for (id, backup) in plan.backups.iter() {
        if unused.contains_key(backup.header.name.as_str()) && !mentioned.contains(&id) {
            findings.push(finding(backup, &takes[id.index()]));
        }
    }
}

/// Returns the backups that a program, an undo or a `recover` restores.
pub fn restored(context: &Context<'_>) -> BTreeSet<Id<Backup>> {
    let programs = std::iter::once(&context.facts.forward).chain(&context.facts.scenarios);
    let by_item = programs.flat_map(|program| program.items()).filter_map(|item| match item.work {
        Work::Restore(backup) => Some(backup),
        _ => None,
    });
    let mut restored: BTreeSet<Id<Backup>> = by_item.collect();
    for (_, change) in context.plan.changes.iter() {
        if let Undo::Action(undo) = &change.undo
            && let Action::Restore { backup, .. } = **undo
        {
            restored.insert(backup);
        }
        restored.extend(change.recover.iter().filter_map(|recover| match recover.value {
            Recover::Restore(backup) => Some(backup),
            _ => None,
        }));
    }
    restored
}

/// Returns the backups that a text names: anything but the plan's own references to them, and comments.
fn mentioned(context: &Context<'_>, unused: &BTreeMap<&str, (Id<Backup>, &Backup)>) -> BTreeSet<Id<Backup>> {
    let mut found = BTreeSet::new();
    if unused.is_empty() {
        return found;
    }
    let references: BTreeSet<Span> = context.plan.references.iter().map(|known| known.at).collect();
    for (file, source) in context.sources.iter() {
        let mut start = 0;
        for line in source.text.split_inclusive('\n') {
            let code = if line.trim_start().starts_with('#') { "" } else { line };
            let mut at = start;
            for word in code.split_inclusive(|sign: char| !(sign.is_ascii_alphanumeric() || matches!(sign, '-' | '_' | '.' | '/'))) {
                let name =
                    word.split(|sign: char| !(sign.is_ascii_alphanumeric() || matches!(sign, '-' | '_' | '/'))).next().unwrap_or_default();
                if let Some((id, backup)) = unused.get(name) {
                    let whole = &backup.header.whole;
                    let own = whole.file == file && whole.range().contains(&at);
                    if !own && !references.contains(&Span::new(file, at, at + name.len())) {
                        found.insert(*id);
                    }
                }
                at += word.len();
            }
            start += line.len();
        }
    }
    found
}

fn finding(backup: &Backup, takes: &[Span]) -> Diagnostic {
    let name = &backup.header.name;
    let message = format!("`{name}` is taken and nothing restores it: whoever needs it is alone with a file");
    let mut finding = Diagnostic::error(RULE.name, takes[0], message, "taken here").severity(RULE.severity);
    for take in &takes[1..] {
        finding = finding.because(*take, "and here");
    }
    finding = finding.because(backup.header.span, "restored nowhere");
    finding.help(format!("write `undo restore {name}`, or a scenario with `restore {name}`; what it is kept for else, a `note` in it says"))
}
