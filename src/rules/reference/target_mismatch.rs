//! # reference/target-mismatch
//!
//! One system stands in the plan under two names.
//!
//! ## What it finds
//!
//! Two targets with the same address: databases with one `url` (or `file`, or one variable for it) whose changes meet in a table or another
//! object, and environment files with one `file`. A server's roles and one of its databases may well be two targets. Hosts are left out: one machine may run several applications. That a check asks another target than the one that was changed is
//! `check/wrong-target`.
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

use crate::diagnostic::{Diagnostic, Severity};
use crate::effect::sql::Dialect;
use crate::plan::id::Id;
use crate::plan::target::{Target, TargetKind};
use crate::plan::value::Place;
use crate::rules::{Context, Finder, Rule};

pub const RULE: Rule = Rule {
    name: "reference/target-mismatch",
    severity: Severity::Warning,
    finder: Finder::Rule(check),
    text: include_str!("target_mismatch.rs"),
};

fn check(context: &Context<'_>, findings: &mut Vec<Diagnostic>) {
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

/// Returns the names of what the changes of a target change.
fn changed<'a>(context: &Context<'a>, on: Id<Target>) -> HashSet<&'a String> {
    let changes = context.graph.order().iter().filter(|change| context.plan.changes[**change].on.is_some_and(|own| own.value == on));
    changes.flat_map(|change| context.graph.touched(*change).changed()).filter_map(|touch| touch.object.parts.first()).collect()
}
