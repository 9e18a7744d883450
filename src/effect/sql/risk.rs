//! What follows from a statement's effects for those who may have to go back.
//!
//! Sources: the manuals' pages on each statement; what was tried on PostgreSQL 15, MariaDB 10.11 and SQLite 3.40; and the union of
//! what the linters of migrations call dangerous.

use std::collections::BTreeSet;

use super::Dialect;
use crate::effect::act::{Act, Alter, Class, Create, Detail, Effect, Risk, Rule};
use crate::effect::object::ObjectKind;

/// Names that the same code made: nobody relies on them yet.
#[derive(Default)]
pub struct Own(BTreeSet<Vec<String>>);

impl Own {
    /// Returns whether an object, or what it belongs to, was made before.
    fn has(&self, parts: &[String]) -> bool {
        !self.0.is_empty() && (1..=parts.len()).any(|length| self.0.contains(&parts[..length]))
    }

    fn add(&mut self, effect: &Effect) {
        // What may have been there before is somebody's.
        if matches!(&effect.act, Act::Create(create) if !create.lenient && !create.replaces) {
            self.0.insert(effect.object.parts.clone());
        }
    }
}

/// Returns the risks of a statement's effects, in their order, and keeps what they make.
pub fn risks(effects: &[Effect], dialect: Dialect, own: &mut Own) -> Vec<Risk> {
    let mut found = Vec::new();
    for (of, effect) in effects.iter().enumerate() {
        let parts = &effect.object.parts;
        let column = |column: &String| own.has(&parts.iter().chain([column]).cloned().collect::<Vec<_>>());
        let is_own =
            own.has(parts) || matches!(&effect.act, Act::Update { columns, .. } if !columns.is_empty() && columns.iter().all(column));
        if !is_own {
            of_one(effect, dialect, &mut |class, why| found.push(Risk { class, of, why }));
        }
        own.add(effect);
    }
    found
}

fn of_one(effect: &Effect, dialect: Dialect, add: &mut impl FnMut(Class, &'static str)) {
    let kind = effect.object.kind;
    match &effect.act {
        Act::Create(create) => of_create(create, kind, dialect, add),
        Act::Drop { cascade, .. } => of_drop(kind, *cascade, add),
        // No application asks for them by name.
        Act::Rename(_) if matches!(kind, ObjectKind::Index | ObjectKind::Constraint) => {}
        Act::Rename(_) => add(Class::Breaks, "the old application asks for the old name"),
        Act::Alter(alter) => of_alter(alter, kind, dialect, add),
        Act::Insert { replaces: true } => add(Class::Overwrites, "rows that were there are replaced"),
        Act::Insert { replaces: false } => add(Class::ReverseDestroys, "what deletes the new rows may delete others"),
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

fn of_create(create: &Create, kind: ObjectKind, dialect: Dialect, add: &mut impl FnMut(Class, &'static str)) {
    if create.temporary {
        return;
    }
    if create.replaces {
        if matches!(kind, ObjectKind::Table | ObjectKind::Sequence) {
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
        (Detail::Column { computed: false, required, default, unique, .. }, _) => {
            add(Class::ReverseDestroys, "dropping it drops the values that were written since");
            if *required && !*default {
                add(Class::Breaks, "rows of the old application lack a value for it");
            }
            if *unique {
                add(Class::Breaks, "the old application may write a value twice");
            }
        }
        (Detail::Constraint { rule, unchecked }, _) => {
            add(Class::Breaks, "the old application may write what it refuses");
            if !unchecked {
                add(Class::Blocks, "every row is looked at while writers wait");
            }
            if *rule == Rule::Primary && dialect != Dialect::Postgres {
                add(Class::Blocks, "the table is written anew");
            }
        }
        (Detail::Index { unique }, _) => {
            if *unique {
                add(Class::Breaks, "the old application may write a value twice");
            }
            if !create.concurrently {
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
            add(Class::Destroys, "the number that it had reached is gone");
            add(Class::Breaks, "the old application asks for it");
        }
        ObjectKind::Extension | ObjectKind::Other("everything of a role" | "foreign table") => {
            add(Class::Destroys, "what belongs to it is gone");
            add(Class::Breaks, "the old application asks for it");
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
        if matches!(kind, ObjectKind::Type | ObjectKind::EnumValue) {
            add(Class::Destroys, "columns of the type go with it");
        }
    }
}

fn of_alter(alter: &Alter, kind: ObjectKind, dialect: Dialect, add: &mut impl FnMut(Class, &'static str)) {
    match alter {
        Alter::Type { to, using } => {
            if *using || narrows(to) {
                add(Class::Lossy, "what the new type can't hold is rounded, cut or refused");
            }
            add(Class::ReverseMayFail, "the old type may not hold what was written since");
            add(Class::Breaks, "the old application reads and writes the old type");
            add(Class::Blocks, "the table may be written anew while everybody waits");
        }
        Alter::Restate { to } => {
            if narrows(to) {
                add(Class::Lossy, "what the new type can't hold is rounded, cut or refused");
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

/// Returns whether values of a wider type lose something in this one; text without a length takes them all.
fn narrows(to: &str) -> bool {
    let to = to.to_ascii_lowercase();
    let name = to.split(['(', ' ', '[']).next().unwrap_or_default();
    let wide = matches!(name, "text" | "longtext" | "bytea" | "longblob" | "json" | "jsonb" | "bigint" | "int8" | "timestamptz" | "blob");
    let unbounded = matches!(name, "numeric" | "decimal" | "varchar" | "character" | "char") && !to.contains('(') && name != "char";
    !(wide || unbounded) || to.contains("without time zone")
}
