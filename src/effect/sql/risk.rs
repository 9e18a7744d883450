//! What follows from a statement's effects for those who may have to go back.
//!
//! Sources: the manuals' pages on each statement; what was tried on PostgreSQL 15, MariaDB 10.11 and SQLite 3.40; and the union of
//! what the linters of migrations call dangerous.

use super::Dialect;
use super::known::{Held, Known};
use super::types::{Way, stays_as_written, way};
use crate::effect::act::{Act, Alter, Class, Create, Detail, Effect, Risk, Rule};
use crate::effect::object::ObjectKind;
use crate::plan::target::TargetKind;

/// Tables in which tools keep what they have run: their rows are nobody's data.
const LEDGERS: [&str; 16] = [
    "__efmigrationshistory",
    "_prisma_migrations",
    "_sqlx_migrations",
    "alembic_version",
    "ar_internal_metadata",
    "databasechangelog",
    "databasechangeloglock",
    "django_migrations",
    "doctrine_migration_versions",
    "flyway_schema_history",
    "goose_db_version",
    "gorp_migrations",
    "knex_migrations",
    "migration_versions",
    "schema_migrations",
    "sequelizemeta",
];

/// Returns the risks of a statement's effects, in their order, and follows what they make.
/// `stays` says what is kept of a statement that fails.
pub fn risks(effects: &[Effect], stays: Option<&'static str>, dialect: Dialect, known: &mut Known) -> Vec<Risk> {
    let mut found = Vec::new();
    for (of, effect) in effects.iter().enumerate() {
        let parts = &effect.object.parts;
        let column = |column: &String| known.has(ObjectKind::Column, &parts.iter().chain([column]).cloned().collect::<Vec<_>>(), dialect);
        // What has no name has its table's.
        let kind = if effect.object.own.is_empty() { ObjectKind::Table } else { effect.object.kind };
        let is_own = !parts.iter().any(|part| part.contains('…')) && known.has(kind, parts, dialect)
            || matches!(&effect.act, Act::Update { columns, .. } if !columns.is_empty() && columns.iter().all(column))
            || is_ledger(effect);
        // Who does not know the columns writes nothing into them.
        let asks_new = matches!(&effect.act, Act::Create(create)
            if !create.over.is_empty() && create.over.iter().all(|column| known.has(ObjectKind::Column, column, dialect)));
        if !is_own {
            of_one(effect, dialect, known, &mut |class, why| {
                if class != Class::Breaks || !asks_new {
                    found.push(Risk { class, of, why });
                }
            });
        }
        known.follow(effect, dialect);
    }
    found.extend(halves(effects, dialect, known));
    if let Some(why) = stays.filter(|_| effects.iter().any(|effect| effect.act != Act::Read)) {
        found.push(Risk { class: Class::Partial, of: 0, why });
    }
    found
}

/// What a server drops one after another: where one is missing, the others are gone.
fn halves(effects: &[Effect], dialect: Dialect, known: &Known) -> Option<Risk> {
    let drops = |effect: &&Effect| matches!(effect.act, Act::Drop { lenient: false, .. }) && effect.object.of.is_none();
    let several = effects.iter().filter(drops).count() > 1 && effects.iter().all(|effect| drops(&effect));
    let whole = known.server.as_ref().is_some_and(|server| server.is_from(TargetKind::Mysql, "8.0"));
    let why = "where one of them is missing, the others are gone";
    (several && dialect == Dialect::Mysql && !whole).then_some(Risk { class: Class::Partial, of: 0, why })
}

/// Returns whether a table is one in which a tool keeps what it has run.
pub fn is_ledger_name(parts: &[String]) -> bool {
    parts.last().is_some_and(|name| LEDGERS.contains(&name.to_lowercase().as_str()))
}

/// Returns whether rows of a tool's ledger are written.
fn is_ledger(effect: &Effect) -> bool {
    let rows = matches!(effect.act, Act::Insert { .. } | Act::Update { .. } | Act::Delete { .. });
    rows && is_ledger_name(&effect.object.parts)
}

fn of_one(effect: &Effect, dialect: Dialect, known: &Known, add: &mut impl FnMut(Class, &'static str)) {
    let kind = effect.object.kind;
    let parts = &effect.object.parts;
    if matches!(effect.act, Act::Drop { .. }) && kind == ObjectKind::Table && dialect == Dialect::Sqlite && known.schema.is_referred(parts)
    {
        add(Class::MayLose, "where foreign keys are enforced, the rows that refer to it are deleted first, or no longer say to what");
    }
    match &effect.act {
        Act::Create(create) => of_create(create, kind, dialect, known, add),
        Act::Drop { temporary: true, .. } => {}
        Act::Drop { .. } if kind == ObjectKind::Column && known.schema.column(parts, dialect).is_some_and(|column| column.computed) => {
            add(Class::Breaks, "the old application asks for it");
            add(Class::Hidden, "its inverse needs the expression");
        }
        Act::Drop { .. } if kind == ObjectKind::Table && matches!(known.copy(parts, dialect), Some(Held::All | Held::Named)) => {
            if known.copy(parts, dialect) == Some(Held::Named) {
                add(Class::MayLose, "its rows were copied before; if it has columns that the copy does not name, their values are gone");
            }
            add(Class::Hidden, "its rows were copied before; columns that were not copied, triggers, indexes and rights go with it");
        }
        Act::Drop { .. } if matches!(kind, ObjectKind::Table | ObjectKind::Column) && known.may_have(parts, dialect) => {
            add(Class::MayLose, "it was made here unless it was there; if it was, what it held is gone");
        }
        Act::Drop { cascade, .. } => of_drop(kind, *cascade, add),
        // No application asks for them by name.
        Act::Rename(_) if matches!(kind, ObjectKind::Index | ObjectKind::Constraint) => {}
        Act::Rename(_) => add(Class::Breaks, "the old application asks for the old name"),
        Act::Alter(alter) => {
            let from = known.schema.column(parts, dialect).map(|column| column.of.as_str()).filter(|of| !of.is_empty());
            // A CHECK that says the same has looked at every row.
            let server = known.server.as_ref();
            let looks =
                server.is_some_and(|server| server.is_before(TargetKind::Postgres, "12")) || !known.schema.is_proven(parts, dialect);
            of_alter(alter, kind, from, dialect, &mut |class, why| {
                if *alter != Alter::Require || class != Class::Blocks || looks {
                    add(class, why);
                }
            });
        }
        Act::Insert { replaces: true } => add(Class::Overwrites, "rows that were there are replaced"),
        Act::Insert { replaces: false } => add(Class::ReverseDestroys, "what deletes the new rows may delete others"),
        Act::Update { blank: true, .. } => add(Class::Hidden, "which rows had no value is not written down"),
        Act::Update { all: true, .. } => add(Class::Destroys, "the old values of every row are gone"),
        Act::Update { all: false, .. } => add(Class::Overwrites, "the old values of these rows are gone"),
        Act::Delete { all: true } => add(Class::Destroys, "every row is gone"),
        Act::Delete { all: false } => add(Class::Overwrites, "these rows are gone"),
        Act::Truncate { cascade } => {
            add(Class::Destroys, "every row is gone");
            if *cascade {
                add(Class::Hidden, "and every row of the tables that refer to it");
            }
        }
        Act::Revoke => {
            add(Class::Breaks, "who had the right has it no more");
            add(Class::Hidden, "who had the right is not written down");
        }
        Act::Lock => add(Class::Blocks, "others wait while it is held"),
        Act::Read | Act::Grant => {}
    }
}

fn of_create(create: &Create, kind: ObjectKind, dialect: Dialect, known: &Known, add: &mut impl FnMut(Class, &'static str)) {
    if create.temporary {
        return;
    }
    if create.replaces {
        if kind == ObjectKind::Table {
            add(Class::Destroys, "the table that was there under the name is gone");
        } else {
            add(Class::Hidden, "what was there under the name is gone: its inverse needs the old text");
        }
        add(Class::Breaks, "the old application gets the new one");
    }
    if create.concurrently {
        add(Class::Partial, "when it fails an invalid index stays behind");
    }
    match (&create.detail, kind) {
        (_, ObjectKind::Table | ObjectKind::Partition) => add(Class::ReverseDestroys, "dropping it drops the rows that were written since"),
        (Detail::Column { computed: false, required, default, unique, filled, .. }, _) => {
            let old = known.server.as_ref().is_some_and(|server| server.is_before(TargetKind::Postgres, "11"));
            if dialect == Dialect::Postgres && (*filled || *default && old) {
                add(Class::Blocks, "the table is written anew while everybody waits");
            }
            add(Class::ReverseDestroys, "dropping it drops the values that were written since");
            if *required && !*default {
                add(Class::Breaks, "rows of the old application lack a value for it");
            }
            if *unique {
                add(Class::Breaks, "the old application may write a value twice");
            }
        }
        (Detail::Column { computed: true, filled: true, .. }, _) if dialect == Dialect::Postgres => {
            add(Class::Blocks, "the table is written anew while everybody waits");
        }
        (Detail::Constraint { rule, unchecked }, _) => {
            add(Class::Breaks, "the old application may write what it refuses");
            // InnoDB builds the indexes of keys while others write.
            if !unchecked && (dialect != Dialect::Mysql || !matches!(rule, Rule::Primary | Rule::Unique)) {
                add(Class::Blocks, "every row is looked at while writers wait");
            }
        }
        (Detail::Index { unique }, _) => {
            if *unique {
                add(Class::Breaks, "the old application may write a value twice");
            }
            if !create.concurrently && (dialect != Dialect::Mysql || create.special) {
                add(Class::Blocks, "writers wait until it is built");
            }
        }
        (_, ObjectKind::EnumValue) => {
            add(Class::ReverseDestroys, "a value can't be taken out of a type; rows that have it stand in the way");
            add(Class::Breaks, "the old application does not know the value");
        }
        (_, ObjectKind::Trigger | ObjectKind::Policy) => add(Class::Breaks, "it acts on what the old application does"),
        _ => {}
    }
}

fn of_drop(kind: ObjectKind, cascade: bool, add: &mut impl FnMut(Class, &'static str)) {
    match kind {
        ObjectKind::Database | ObjectKind::Schema | ObjectKind::Table | ObjectKind::Partition => {
            add(Class::Destroys, "its rows are gone");
            add(Class::Breaks, "the old application asks for it");
        }
        ObjectKind::MaterializedView => {
            add(Class::Destroys, "what it held is gone until it is filled anew");
            add(Class::Breaks, "the old application asks for it");
        }
        ObjectKind::Column => {
            add(Class::Destroys, "its values are gone");
            add(Class::Breaks, "the old application asks for it");
            add(Class::Hidden, "its default, constraints, indexes, rights and comment go with it; added again it stands last");
        }
        ObjectKind::Sequence => {
            add(Class::Hidden, "the number that it had reached is gone");
            add(Class::Breaks, "the old application asks for it");
        }
        ObjectKind::Other("history of rows") => add(Class::Destroys, "the rows as they were before each change are gone"),
        ObjectKind::Other("everything of a role") => {
            add(Class::Destroys, "what belongs to it is gone");
            add(Class::Breaks, "the old application asks for it");
        }
        // The rows stay where they are.
        ObjectKind::Other("foreign table") => {
            add(Class::Hidden, "its inverse needs the old definition");
            add(Class::Breaks, "the old application asks for it");
        }
        ObjectKind::Extension => {
            add(Class::Breaks, "the old application asks for it");
            add(Class::Hidden, "its inverse needs the version, and what was granted");
        }
        ObjectKind::Type | ObjectKind::EnumValue => {
            add(Class::Breaks, "the old application asks for it");
            add(Class::Hidden, "its inverse needs the old definition");
        }
        ObjectKind::Constraint => add(Class::ReverseMayFail, "rows that were written since may break it when it is put back"),
        ObjectKind::Index => {
            add(Class::ReverseMayFail, "if it was unique, rows that were written since may break it when it is put back");
            add(Class::Blocks, "what needs it is slow from then on");
        }
        ObjectKind::View | ObjectKind::Function | ObjectKind::Trigger | ObjectKind::Policy | ObjectKind::Role => {
            add(Class::Breaks, "the old application asks for it");
            add(Class::Hidden, "its inverse needs the old text and its rights");
        }
        ObjectKind::Other(_) => add(Class::Hidden, "its inverse needs the old definition"),
    }
    if cascade {
        add(Class::Hidden, "whatever depends on it goes with it, and the statement does not name it");
        match kind {
            ObjectKind::Type | ObjectKind::EnumValue => add(Class::Destroys, "columns of the type go with it"),
            ObjectKind::Extension => add(Class::Destroys, "columns of its types go with it"),
            _ => {}
        }
    }
}

fn of_alter(alter: &Alter, kind: ObjectKind, from: Option<&str>, dialect: Dialect, add: &mut impl FnMut(Class, &'static str)) {
    match alter {
        // Of a whole table: its text is written in other characters.
        Alter::Type { to, .. } if kind == ObjectKind::Table => {
            if !["utf8mb4", "utf16", "utf32", "ucs2"].iter().any(|whole| to.ends_with(whole)) {
                add(Class::Lossy, "characters that the new set lacks become question marks, or are refused");
            }
            add(Class::ReverseMayFail, "the old character set may not hold what was written since");
            add(Class::Blocks, "the table is written anew while everybody waits");
        }
        Alter::Type { to, using } => {
            match way(from, to, dialect) {
                _ if *using => add(Class::Lossy, "an expression makes the new values, and nothing keeps the old ones"),
                Way::Narrow => add(Class::Lossy, "what the new type can't hold is rounded, cut or refused"),
                Way::Unsure | Way::Seldom => add(Class::MayLose, "if the old type was wider, values are rounded, cut or refused"),
                Way::Kept => {}
            }
            add(Class::ReverseMayFail, "the old type may not hold what was written since");
            add(Class::Breaks, "the old application reads and writes the old type");
            if !from.is_some_and(|from| stays_as_written(from, to, dialect)) {
                add(Class::Blocks, "the table may be written anew while everybody waits");
            }
        }
        Alter::Restate { to } => {
            match way(from, to, dialect) {
                Way::Narrow => add(Class::Lossy, "what the new type can't hold is rounded, cut or refused"),
                Way::Unsure | Way::Seldom => add(Class::MayLose, "if the old type was wider, values are rounded, cut or refused"),
                Way::Kept => {}
            }
            add(Class::Hidden, "attributes that are not stated again are gone: NOT NULL, DEFAULT, COMMENT");
            add(Class::ReverseMayFail, "the old definition may not hold what was written since");
            add(Class::Blocks, "the table may be written anew while everybody waits");
        }
        Alter::Require => {
            add(Class::Breaks, "the old application may write no value");
            add(Class::Blocks, "every row is looked at while writers wait");
        }
        Alter::Allow => add(Class::ReverseMayFail, "rows without a value stand in the way when it is required again"),
        Alter::SetDefault | Alter::DropDefault => {
            add(Class::Hidden, "its inverse needs the old default");
            if *alter == Alter::DropDefault {
                add(Class::Breaks, "the old application may rely on it");
            }
        }
        Alter::Schema => add(Class::Breaks, "the old application asks for it in the old schema"),
        Alter::Owner => add(Class::Hidden, "its inverse needs the old owner"),
        Alter::Disable => add(Class::Breaks, "what the old application relies on is not enforced"),
        Alter::Enable if kind == ObjectKind::Table => add(Class::Breaks, "rows that the old application sees may be hidden from it"),
        Alter::Detach => {
            add(Class::Breaks, "its rows are no longer found in the table");
            add(Class::Blocks, "others wait while it is taken out");
        }
        Alter::Comment => add(Class::Hidden, "its inverse needs the old comment"),
        Alter::Other if kind == ObjectKind::Sequence => add(Class::Hidden, "its inverse needs the number that it had reached"),
        Alter::Other if matches!(kind, ObjectKind::Function | ObjectKind::View | ObjectKind::Policy | ObjectKind::Role) => {
            add(Class::Hidden, "its inverse needs the old definition");
        }
        Alter::Other if dialect != Dialect::Postgres => add(Class::Blocks, "the table may be written anew while everybody waits"),
        Alter::Validate | Alter::Enable | Alter::Attach | Alter::Other => {}
    }
}
