//! # reference/target-mismatch
//!
//! One system stands in the plan under two names, or a command changes one that has none.
//!
//! ## What it finds
//!
//! Two targets with the same address: databases with one `url` (or `file`, or one variable for it) whose changes meet in a table or another
//! object, and environment files with one `file`. A server's roles and one of its databases may well be two targets. Hosts are left out: one
//! machine may run several applications. And a client in shell that changes a database by another name than every target of that kind has,
//! where all of them are written out: none of the plan's backups, freezes and checks is about it. Names that only stand in variables can't
//! be compared, a server's own databases (`postgres`, `mysql`) belong to nobody, and what the plan itself makes or brings back is its own. That a check asks another target
//! than the one that was changed is `check/wrong-target`.
//!
//! ## Why it matters in the incident
//!
//! Whatever the plan knows, it knows by name. A freeze of the one does not keep anybody out of the other, a backup of the one is none of the
//! other, and their changes are taken back in an order that nobody has checked, although they meet in the same tables.
//!
//! ## Caught
//!
//! ````rbk
//! plan notes "Orders have a note" {
//!   rto 1h
//! }
//!
//! target db "Orders" postgres { url $DATABASE_URL }
//! target archive "The archive" postgres { url $DATABASE_URL }
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
//!   change fill-note "Old orders have their note" on archive {
//!     do ```sql
//!       UPDATE orders SET note = '' WHERE note IS NULL;
//!     ```
//!     undo ```sql
//!       UPDATE orders SET note = NULL WHERE note = '';
//!     ```
//!     undo takes 1m
//!   }
//! }
//!
//! scenario back "Back" {
//!   applies from add-note
//!   undo fill-note, add-note
//! }
//! ````
//!
//! ## Mended
//!
//! ````rbk
//! plan notes "Orders have a note" {
//!   rto 1h
//! }
//!
//! target db "Orders" postgres { url $DATABASE_URL }
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
//!   change fill-note "Old orders have their note" on db {
//!     do ```sql
//!       UPDATE orders SET note = '' WHERE note IS NULL;
//!     ```
//!     undo ```sql
//!       UPDATE orders SET note = NULL WHERE note = '';
//!     ```
//!     undo takes 1m
//!   }
//! }
//!
//! scenario back "Back" {
//!   applies from add-note
//!   undo fill-note, add-note
//! }
//! ````

use std::collections::{HashMap, HashSet};

use crate::analysis::shell;
use crate::diagnostic::{Diagnostic, Severity};
use crate::effect::sh;
use crate::effect::sql::{Dialect, Sight};
use crate::plan::id::Id;
use crate::plan::target::{Target, TargetKind};
use crate::plan::value::Place;
use crate::rules::{Context, Finder, Rule, words};

pub const RULE: Rule = Rule {
    name: "reference/target-mismatch",
    severity: Severity::Warning,
    finder: Finder::Rule(check),
    text: include_str!("target_mismatch.rs"),
};

fn check(context: &Context<'_>, findings: &mut Vec<Diagnostic>) {
    strays(context, findings);
    let mut known: HashMap<(Option<Dialect>, &Place), Id<Target>> = HashMap::new();
    for (id, target) in context.plan.targets.iter() {
        let kind = target.kind.value;
        let Some(place) = target.url.as_ref().or(target.file.as_ref()).filter(|_| kind.is_database() || kind == TargetKind::EnvFile) else {
            continue;
        };
        let first = *known.entry((Dialect::of(kind), &place.value)).or_insert(id);
        if first == id || kind.is_database() && changed(context, first).is_disjoint(&changed(context, id)) {
            continue;
        }
        let first = &context.plan.targets[first];
        let (name, other) = (&target.header.name, &first.header.name);
        let message =
            format!("`{name}` and `{other}` have the same address: what is saved, frozen or checked of one says nothing of the other");
        let mut finding = Diagnostic::error(RULE.name, place.span, message, "the same again").severity(RULE.severity);
        if let Some(earlier) = first.url.as_ref().or(first.file.as_ref()) {
            finding = finding.because(earlier.span, format!("the address of `{other}`"));
        }
        findings.push(finding.help(format!("write `{other}` wherever `{name}` stands, or give `{name}` its own address")));
    }
}

/// Databases that a server has by itself.
const SERVERS: [&str; 8] = ["postgres", "template0", "template1", "mysql", "sys", "information_schema", "performance_schema", ":memory:"];

/// Finds clients in shell that change a database which is none of the plan's.
fn strays(context: &Context<'_>, findings: &mut Vec<Diagnostic>) {
    let plan = context.plan;
    // The names of the databases of each dialect; `None` where one of them is only known when it runs.
    let mut names: HashMap<Dialect, Option<Vec<&str>>> = HashMap::new();
    for (_, target) in plan.targets.iter() {
        let Some(dialect) = Dialect::of(target.kind.value) else { continue };
        let place = target.url.as_ref().or(target.file.as_ref()).map(|place| &place.value);
        let known = names.entry(dialect).or_insert_with(|| Some(Vec::new()));
        match (place, known.as_mut()) {
            (Some(Place::Literal(place)), Some(known)) => known.extend(database(place, dialect)),
            _ => *known = None,
        }
    }
    if names.values().all(Option::is_none) {
        return;
    }
    let all = shell::all(plan);
    let scripts: Vec<_> = all.iter().map(|(_, code)| (*code, sh::of(code))).collect();
    let mut told: HashSet<&str> = HashSet::new();
    for (code, script) in &scripts {
        for command in &script.commands {
            for sql in command.sql.iter().filter(|sql| sql.statements.iter().any(|statement| statement.sight == Sight::Changes)) {
                let Some(Some(known)) = names.get(&sql.dialect) else { continue };
                let Some(name) = sql.to.as_deref().and_then(|to| database(to, sql.dialect)) else { continue };
                let is_own = known.is_empty() || known.contains(&name) || SERVERS.contains(&name);
                // Where it is spoken of otherwise, the plan may make it.
                let spoken = || -> usize { scripts.iter().map(|(code, _)| code.text.matches(name).count()).sum() };
                let asked = || -> usize {
                    let all = scripts.iter().flat_map(|(_, script)| &script.commands).flat_map(|command| &command.sql);
                    all.filter(|sql| sql.to.as_deref().is_some_and(|to| to.contains(name))).count()
                };
                if is_own || !told.insert(name) || spoken() > asked() {
                    continue;
                }
                let place = code.place(&context.sources.file(code.span.file).text, &command.range);
                let message =
                    format!("this changes the database `{name}`, which is none of the plan's: nothing here saves, freezes or checks it");
                let finding = Diagnostic::error(RULE.name, place, message, "goes elsewhere").severity(RULE.severity);
                findings.push(
                    finding.help(format!("name one of the plan's ({}), or declare it as a `target`", words::list(known.iter().copied()))),
                );
            }
        }
    }
}

/// Returns the name of the database in an address, or a file's; `None` where that is only known when it runs.
fn database(to: &str, dialect: Dialect) -> Option<&str> {
    if to.contains(['$', '`', '=', '%']) || to.starts_with("/tmp/") {
        return None;
    }
    let name = match (dialect, to.split_once("://")) {
        (Dialect::Sqlite, _) => to.rsplit('/').next()?,
        (_, Some((_, rest))) => rest.split('?').next()?.split_once('/')?.1,
        (_, None) => to,
    };
    Some(name).filter(|name| !name.is_empty() && !name.contains(['/', ' ']))
}

/// Returns the names of what the changes of a target change.
fn changed<'a>(context: &Context<'a>, on: Id<Target>) -> HashSet<&'a String> {
    let changes = context.graph.order().iter().filter(|change| context.plan.changes[**change].on.is_some_and(|own| own.value == on));
    changes.flat_map(|change| context.graph.touched(*change).changed()).filter_map(|touch| touch.object.parts.first()).collect()
}
