//! # backup/during-ddl
//!
//! A backup is taken beside a change that wants the same tables for itself.
//!
//! ## What it finds
//!
//! In one `parallel`: the `take` of a backup by a `method`, and, in a sibling that neither waits for it nor is waited for, SQL on the same
//! target that keeps everybody else out of a table (`DROP`, `TRUNCATE`, `ALTER TABLE …`, a rename), or a restore over it. A backup of some
//! tables only counts where the SQL names one of them.
//!
//! ## Why it matters in the incident
//!
//! A dump holds a lock on every table until it has ended. The change waits behind it, every writer waits behind the change, and after the lock
//! timeout the step has failed. On MySQL it may be the dump that fails, because a table is another than when it began. Where both come
//! through, nobody knows which of the two states was saved.
//!
//! ## Caught
//!
//! ````rbk
//! plan orders "Orders lose an index" {
//!   rto 1h
//! }
//!
//! target db "Orders" postgres { url $DATABASE_URL }
//!
//! backup before "Orders as they were" of db {
//!   method pg_dump custom
//!   file "backups/orders.dump"
//!   restore takes 20m
//! }
//!
//! phase migrate "Migrate" at T {
//!   parallel {
//!     take before
//!     step index-gone "The old index is gone" on db {
//!       do ```sql
//!         DROP INDEX orders_by_state;
//!       ```
//!     }
//!   }
//!   change add-note "Orders have a note" on db {
//!     do ```sql
//!       ALTER TABLE orders ADD COLUMN note text;
//!     ```
//!     undo restore before
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
//! plan orders "Orders lose an index" {
//!   rto 1h
//! }
//!
//! target db "Orders" postgres { url $DATABASE_URL }
//!
//! backup before "Orders as they were" of db {
//!   method pg_dump custom
//!   file "backups/orders.dump"
//!   restore takes 20m
//! }
//!
//! phase migrate "Migrate" at T {
//!   take before
//!   step index-gone "The old index is gone" on db {
//!     do ```sql
//!       DROP INDEX orders_by_state;
//!     ```
//!   }
//!   change add-note "Orders have a note" on db {
//!     do ```sql
//!       ALTER TABLE orders ADD COLUMN note text;
//!     ```
//!     undo restore before
//!   }
//! }
//!
//! scenario back "Back" {
//!   applies from add-note
//!   undo add-note
//! }
//! ````

use std::collections::{HashMap, HashSet};

use crate::analysis::program::{Item, Node, Work, items};
use crate::diagnostic::{Diagnostic, Severity};
use crate::effect::act::{Act, Alter, Effect};
use crate::effect::object::ObjectKind;
use crate::effect::sql::{self, Dialect, Statement};
use crate::plan::id::Id;
use crate::plan::target::{Backup, Target};
use crate::rules::sql::statements_of;
use crate::rules::{Context, Finder, Rule};
use crate::source::Span;

pub const RULE: Rule =
    Rule { name: "backup/during-ddl", severity: Severity::Warning, finder: Finder::Rule(check), text: include_str!("during_ddl.rs") };

fn check(context: &Context<'_>, findings: &mut Vec<Diagnostic>) {
    let mut told: HashSet<Span> = HashSet::new();
    let programs = std::iter::once(&context.facts.forward).chain(context.facts.scenarios.iter());
    for program in programs {
        walk(context, &program.nodes, &mut told, findings);
    }
}

fn walk(context: &Context<'_>, nodes: &[Node<'_>], told: &mut HashSet<Span>, findings: &mut Vec<Diagnostic>) {
    for node in nodes {
        match node {
            Node::Phase { nodes, .. } | Node::Group { nodes, .. } | Node::Call { nodes, .. } => walk(context, nodes, told, findings),
            Node::Parallel { nodes, .. } => {
                beside(context, nodes, told, findings);
                walk(context, nodes, told, findings);
            }
            Node::Choose { options, .. } => options.iter().for_each(|option| walk(context, &option.nodes, told, findings)),
            Node::Item(_) | Node::Decision(_) => {}
        }
    }
}

/// What wants tables of a target for itself: the sibling that it stands in, and its words.
struct Alone<'a, 'p> {
    sibling: usize,
    item: &'a Item<'p>,
    words: String,
    statements: Vec<Statement>,
}

fn beside(context: &Context<'_>, siblings: &[Node<'_>], told: &mut HashSet<Span>, findings: &mut Vec<Diagnostic>) {
    let own: Vec<Vec<&Item<'_>>> = siblings.iter().map(|node| items(std::slice::from_ref(node))).collect();
    let takes: Vec<(usize, Id<Backup>, &Item<'_>)> = own
        .iter()
        .enumerate()
        .flat_map(|(sibling, items)| items.iter().map(move |item| (sibling, *item)))
        .filter_map(|(sibling, item)| match item.work {
            Work::Take(backup) if context.plan.backups[backup].method.is_some() => Some((sibling, backup, item)),
            _ => None,
        })
        .collect();
    if takes.is_empty() {
        return;
    }
    let mut alone: HashMap<Id<Target>, Vec<Alone<'_, '_>>> = HashMap::new();
    for (sibling, items) in own.iter().enumerate() {
        for item in items {
            if let Some((on, words, statements)) = wants(context, item) {
                alone.entry(on).or_default().push(Alone { sibling, item, words, statements });
            }
        }
    }
    for (sibling, backup, take) in takes {
        let backup = &context.plan.backups[backup];
        let Some(of_target) = alone.get(&backup.of.value) else { continue };
        let apart = waiting(siblings, sibling);
        let other = of_target.iter().find(|other| other.sibling != sibling && !apart.contains(&other.sibling) && meets(backup, other));
        if let Some(other) = other.filter(|_| told.insert(take.span)) {
            let message = format!(
                "`{}` is taken while “{}” wants tables of `{}` for itself (`{}`): one waits for the other or fails, and it may hold either state",
                backup.header.name, other.item.title, context.plan.targets[backup.of.value].header.name, other.words
            );
            let finding = Diagnostic::error(RULE.name, take.span, message, "taken in the middle of it").severity(RULE.severity);
            findings.push(
                finding
                    .because(other.item.span, "runs beside it")
                    .help(format!("write `take {}` before the `parallel`", backup.header.name)),
            );
        }
    }
}

/// Returns the target of which an item wants tables for itself, the words that say so, and those of its statements that do.
fn wants(context: &Context<'_>, item: &Item<'_>) -> Option<(Id<Target>, String, Vec<Statement>)> {
    if let Work::Restore(backup) = item.work {
        return Some((context.plan.backups[backup].of.value, item.title.clone(), Vec::new()));
    }
    let on = item.on?;
    let dialect = Dialect::of(context.plan.targets[on].kind.value)?;
    let statements = match (&item.work, &item.inverse) {
        (Work::Sql(code) | Work::Shell(code), _) => statements_of(context, item, code, dialect),
        (Work::Inverse, Some(code)) => sql::of(code, dialect),
        _ => return None,
    };
    let statements: Vec<Statement> =
        statements.iter().filter(|one| one.reading.effects.iter().any(|effect| excludes(effect, dialect))).cloned().collect();
    let words = statements.first()?.opening.clone();
    Some((on, words, statements))
}

/// Returns whether an effect takes a lock that a reader of the table stands in the way of.
fn excludes(effect: &Effect, dialect: Dialect) -> bool {
    use ObjectKind::{Column, Constraint, Index, MaterializedView, Partition, Schema, Table, Trigger};
    let kind = effect.object.kind;
    match &effect.act {
        Act::Drop { .. } => matches!(kind, Table | Partition | Column | Index | Constraint | Trigger | MaterializedView | Schema),
        Act::Rename(_) | Act::Truncate { .. } => matches!(kind, Table | Partition | Column | MaterializedView),
        Act::Create(_) => kind == Column || dialect == Dialect::Mysql && kind == Index,
        Act::Alter(Alter::Type { .. } | Alter::Restate { .. } | Alter::Require | Alter::Allow) => matches!(kind, Table | Column),
        _ => false,
    }
}

/// Returns whether what a backup holds and what an item wants may be the same.
fn meets(backup: &Backup, other: &Alone<'_, '_>) -> bool {
    let bare = |name: &str| name.rsplit('.').next().unwrap_or(name).trim_matches('"').to_lowercase();
    let tables: Vec<String> = backup.tables.iter().map(|table| bare(&table.value)).collect();
    let mut effects = other.statements.iter().flat_map(|statement| &statement.reading.effects);
    tables.is_empty()
        || other.statements.is_empty()
        || effects.any(|effect| effect.object.parts.iter().any(|part| tables.contains(&part.to_lowercase())))
}

/// Returns the siblings that wait for one, or that it waits for.
fn waiting(siblings: &[Node<'_>], one: usize) -> HashSet<usize> {
    let places: HashMap<&str, usize> = siblings.iter().enumerate().filter_map(|(at, node)| Some((named(node)?.0, at))).collect();
    let before =
        |at: usize| named(&siblings[at]).into_iter().flat_map(|(_, after)| after).filter_map(|name| places.get(name.as_str()).copied());
    let mut behind: HashMap<usize, Vec<usize>> = HashMap::new();
    for at in 0..siblings.len() {
        before(at).for_each(|earlier| behind.entry(earlier).or_default().push(at));
    }
    let mut met = HashSet::new();
    let mut open = vec![one];
    while let Some(at) = open.pop() {
        open.extend(before(at).filter(|earlier| met.insert(*earlier)));
    }
    open.push(one);
    while let Some(at) = open.pop() {
        open.extend(behind.get(&at).into_iter().flatten().copied().filter(|later| met.insert(*later)));
    }
    met
}

/// Returns a sibling's name, and those that it waits for.
fn named<'a>(node: &'a Node<'_>) -> Option<(&'a str, &'a [String])> {
    match node {
        Node::Item(item) => Some((item.id.as_str(), item.after.as_slice())),
        Node::Group { id, after, .. } | Node::Call { id, after, .. } => Some((id.as_str(), after.as_slice())),
        _ => None,
    }
}
