//! # reversal/ledger-not-rewound
//!
//! The schema goes back, and the migration tool's own table does not; or the other way round.
//!
//! ## What it finds
//!
//! A change that a migration tool carries out (its command in shell, a phase `carried out by` it), or that writes into such a tool's table
//! itself, with an undo that rbk can read, and that touches the schema and not the table, or the table and not the schema (`alembic stamp`); or
//! that restores a backup of tables which the tool's table is none of. The table is the target's `ledger`, else the tool's usual one.
//!
//! ## Why it matters in the incident
//!
//! The rollback works. A week later the same migration is tried again, and the tool says that it is in place already: the new code starts on
//! the old schema. With the table alone rewound, it runs a second time over what it has made, and fails half-way.
//!
//! ## Caught
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
//!     do ```sh
//!       alembic upgrade 4f1c2a
//!     ```
//!     undo ```sql
//!       ALTER TABLE orders DROP COLUMN note;
//!     ```
//!     undo takes 1m
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
//! plan notes "Orders have a note" {
//!   rto 1h
//! }
//!
//! target db "Orders" postgres { url $DATABASE_URL }
//!
//! phase migrate "Migrate" at T {
//!   change add-note "Orders have a note" on db {
//!     do ```sh
//!       alembic upgrade 4f1c2a
//!     ```
//!     undo ```sql
//!       ALTER TABLE orders DROP COLUMN note;
//!       UPDATE alembic_version SET version_num = '3e0b19';
//!     ```
//!     undo takes 1m
//!   }
//! }
//!
//! scenario back "Back" {
//!   applies from add-note
//!   undo add-note
//! }
//! ````

use crate::analysis::inert::inert;
use crate::diagnostic::{Diagnostic, Severity};
use crate::effect::act::{Act, Effect};
use crate::effect::object::ObjectKind;
use crate::effect::sh::{self, Script};
use crate::effect::sql::{self, Sight, Statement};
use crate::plan::action::{Action, Code, Language};
use crate::plan::change::{Change, Recover, Undo};
use crate::plan::id::Id;
use crate::plan::target::Backup;
use crate::rules::{Context, Finder, Rule};
use crate::source::Span;

pub const RULE: Rule = Rule {
    name: "reversal/ledger-not-rewound",
    severity: Severity::Warning,
    finder: Finder::Rule(check),
    text: include_str!("ledger_not_rewound.rs"),
};

/// Who keeps a record of a change.
struct Kept {
    /// The table.
    ledger: String,
    /// Where the plan says so.
    place: Span,
    /// A tool carries the change out.
    by_tool: bool,
}

/// What an undo takes back.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Back {
    SchemaOnly,
    LedgerOnly,
    BothOrUnknown,
}

fn check(context: &Context<'_>, findings: &mut Vec<Diagnostic>) {
    for id in context.graph.order() {
        let change = &context.plan.changes[*id];
        let is_database = change.on.is_some_and(|on| context.plan.targets[on.value].kind.value.is_database());
        let Some(kept) = kept(context, *id).filter(|_| is_database) else { continue };
        let (back, place) = match (&change.undo, change.recover.first().map(|recover| &recover.value)) {
            (Undo::Action(undo), _) => (by_action(context, *id, undo, &kept), undo.span()),
            (_, Some(Recover::Restore(backup))) => (by_backup(context, *backup, &kept), change.recover[0].span),
            _ => continue,
        };
        if back != Back::BothOrUnknown {
            findings.push(finding(change, &kept, back, place));
        }
    }
}

/// Returns who keeps a record of a change, and where.
fn kept(context: &Context<'_>, id: Id<Change>) -> Option<Kept> {
    let change = &context.plan.changes[id];
    let own = context.plan.targets[change.on?.value].ledger.as_ref().map(|ledger| ledger.value.clone());
    let source = |code: &Code| context.sources.file(code.span.file).text.clone();
    match &change.forward {
        None => {
            let tool = context.plan.phases[change.phase].external.as_ref()?;
            let name = tool.value.to_lowercase();
            let ledger = std::iter::once(name.as_str()).chain(name.split_whitespace()).find_map(sh::ledger)?;
            Some(Kept { ledger: own.unwrap_or_else(|| ledger.to_owned()), place: tool.span, by_tool: true })
        }
        Some(Action::Code(code)) if matches!(code.language, Language::Sh | Language::Bash) => {
            let (ledger, command) = context.graph.touched(id).ledger.as_ref()?;
            let ledger = own.unwrap_or_else(|| (*ledger).to_owned());
            Some(Kept { ledger, place: code.place(&source(code), command), by_tool: true })
        }
        Some(Action::Code(code)) => {
            let statements = context.graph.touched(id).statements.as_ref()?;
            let wanted = own.as_deref().map(last_part);
            let mut effects = statements.iter().flat_map(|statement| &statement.reading.effects);
            let written = effects.find(|effect| matches!(effect.act, Act::Insert { .. }) && is_ledger(effect, wanted.as_deref()))?;
            Some(Kept { ledger: written.object.written(), place: code.place(&source(code), &written.object.range), by_tool: false })
        }
        _ => None,
    }
}

fn last_part(name: &str) -> String {
    name.rsplit('.').next().unwrap_or(name).trim_matches('"').to_lowercase()
}

/// Returns whether something is done to this table, or to one that tools keep their record in.
fn is_ledger(effect: &Effect, ledger: Option<&str>) -> bool {
    let last = effect.object.parts.last().map(|last| last.to_lowercase());
    effect.object.kind == ObjectKind::Other("ledger")
        || sql::is_ledger_name(&effect.object.parts)
        || last.is_some_and(|last| Some(last.as_str()) == ledger)
}

fn by_action(context: &Context<'_>, id: Id<Change>, undo: &Action, kept: &Kept) -> Back {
    match undo {
        Action::Restore { backup, .. } => by_backup(context, *backup, kept),
        Action::Code(code) if inert(code).is_none() => match code.language {
            Language::Sh | Language::Bash => by_shell(context, id, &sh::of(code), kept),
            _ => by_statements(context, id, context.graph.touched(id).back.as_ref().map_or(&[], |all| all), kept),
        },
        _ => Back::BothOrUnknown,
    }
}

fn by_backup(context: &Context<'_>, backup: Id<Backup>, kept: &Kept) -> Back {
    let tables = &context.plan.backups[backup].tables;
    let held = tables.iter().any(|table| last_part(&table.value) == last_part(&kept.ledger));
    if tables.is_empty() || held { Back::BothOrUnknown } else { Back::SchemaOnly }
}

fn by_shell(context: &Context<'_>, id: Id<Change>, script: &Script, kept: &Kept) -> Back {
    if script.is_opaque() || script.commands.iter().any(|command| command.migrates()) {
        return Back::BothOrUnknown;
    }
    let statements: Vec<Statement> =
        script.commands.iter().flat_map(|command| &command.sql).flat_map(|sql| sql.statements.iter().cloned()).collect();
    let own = script.commands.iter().flat_map(|command| &command.reading.effects);
    let own: Vec<&Effect> = own.filter(|effect| effect.act != Act::Read && !sh::is_file(effect)).collect();
    match own.as_slice() {
        [] => by_statements(context, id, &statements, kept),
        own if statements.is_empty() && own.iter().all(|effect| effect.object.kind == ObjectKind::Other("ledger")) => {
            ledger_only(context, id, kept)
        }
        _ => Back::BothOrUnknown,
    }
}

fn by_statements(context: &Context<'_>, id: Id<Change>, statements: &[Statement], kept: &Kept) -> Back {
    if statements.iter().any(|statement| statement.sight == Sight::Opaque || !statement.reading.opaque.is_empty()) {
        return Back::BothOrUnknown;
    }
    let ledger = last_part(&kept.ledger);
    let effects: Vec<&Effect> =
        statements.iter().flat_map(|statement| &statement.reading.effects).filter(|effect| effect.act != Act::Read).collect();
    let wide = |effect: &&Effect| {
        matches!(effect.object.kind, ObjectKind::Schema | ObjectKind::Database) && matches!(effect.act, Act::Drop { .. })
    };
    let of_ledger = effects.iter().filter(|effect| is_ledger(effect, Some(&ledger))).count();
    match of_ledger {
        _ if effects.is_empty() || effects.iter().any(wide) => Back::BothOrUnknown,
        0 => Back::SchemaOnly,
        all if all == effects.len() => ledger_only(context, id, kept),
        _ => Back::BothOrUnknown,
    }
}

/// Returns whether a change that does more than to write into the table is taken back in the table alone.
fn ledger_only(context: &Context<'_>, id: Id<Change>, kept: &Kept) -> Back {
    let statements = context.graph.touched(id).said().iter();
    let mut effects = statements.flat_map(|statement| &statement.reading.effects).filter(|effect| effect.act != Act::Read);
    let ledger = last_part(&kept.ledger);
    if kept.by_tool || effects.any(|effect| !is_ledger(effect, Some(&ledger))) { Back::LedgerOnly } else { Back::BothOrUnknown }
}

fn finding(change: &Change, kept: &Kept, back: Back, place: Span) -> Diagnostic {
    let (name, ledger) = (&change.header.name, &kept.ledger);
    let (message, label, help) = match back {
        Back::LedgerOnly => (
            format!(
                "taking `{name}` back rewinds `{ledger}` alone: the schema stays as it is, and the next run carries the migration out on top of it"
            ),
            "only the record goes back",
            "take the schema back too: with the tool itself, or by SQL in the same undo".to_owned(),
        ),
        _ => (
            format!(
                "taking `{name}` back leaves `{ledger}` as it is: the tool believes that the migration is in place, and will not carry it out again"
            ),
            "the record of it stays",
            format!("go back with the tool itself, or set `{ledger}` back in the same undo; a backup has to hold it too"),
        ),
    };
    let recorded = if kept.by_tool { format!("recorded in `{ledger}`") } else { "recorded here".to_owned() };
    Diagnostic::error(RULE.name, place, message, label).severity(RULE.severity).because(kept.place, recorded).help(help)
}
