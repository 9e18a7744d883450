//! Inverses that need to know what was there before: a dump of the schema says it. What was in it does not come back; that is
//! told with the inverse.

use super::{Refusal, SAVE, WRITE};
use crate::effect::act::{Act, Alter};
use crate::effect::object::{Object, ObjectKind};
use crate::effect::sql::Dialect;
use crate::effect::sql::dump::Dump;
use crate::effect::sql::schema::{Column, plain};
use crate::effect::sql::types::{Way, way};

/// What takes an effect back, and what does not come back with it.
#[derive(Default)]
pub struct Restored {
    /// In the order in which they are to run.
    pub statements: Vec<String>,
    /// Where each of them stands in the dump, if they are statements of it.
    pub places: Vec<usize>,
    pub loses: Vec<String>,
}

impl Restored {
    fn one(statement: String) -> Restored {
        Restored { statements: vec![statement], ..Restored::default() }
    }

    fn whole(object: &Object, dump: &Dump, loses: Vec<String>) -> Restored {
        let mut whole = dump.whole(&object.parts);
        // A partition is attached when it has its indexes: the server takes them for those that the whole table asks for.
        let attach = dump.attached(&object.parts).and_then(|place| whole.iter().position(|(own, _)| *own == place));
        let attach = attach.map(|at| whole.remove(at).1);
        let (places, mut statements): (Vec<usize>, Vec<String>) = whole.into_iter().unzip();
        statements.extend(attach);
        Restored { statements, places, loses }
    }
}

type Back = Result<Restored, (String, &'static str)>;

/// Returns what takes an effect back, if the dump can say it; `None` where it is no matter of the dump.
pub fn restored(act: &Act, object: &Object, dump: &Dump, dialect: Dialect) -> Option<Back> {
    match act {
        Act::Drop { cascade: true, .. } if dialect == Dialect::Postgres => Some(Err((
            format!("what depends on {object} goes with it, and the statement does not name it: `CASCADE`"),
            "leave `CASCADE` out",
        ))),
        Act::Drop { lenient: true, .. } if !is_there(object, dump) => Some(Ok(Restored::default())),
        Act::Drop { .. } => Some(dropped(object, dump, dialect)),
        Act::Create(create) if create.lenient && object.kind == ObjectKind::Table && dump.table(&object.parts).is_some() => {
            Some(Ok(Restored::default()))
        }
        Act::Alter(alter) => altered(alter, object, dump, dialect),
        _ => None,
    }
}

fn is_there(object: &Object, dump: &Dump) -> bool {
    match object.kind {
        ObjectKind::Column => object.parts.split_last().is_some_and(|(name, table)| {
            // Of a table that is not known nothing is known either.
            dump.table(table).is_none_or(|table| table.column(name).is_some())
        }),
        ObjectKind::Constraint | ObjectKind::Index => true,
        // Partitions of MySQL's stand in the definition of their table.
        ObjectKind::Partition if object.of.is_some() => true,
        kind if !dump.tells_of(kind) => true,
        kind => dump.makers(kind, &object.parts) > 0,
    }
}

fn lacks(object: &Object) -> (String, &'static str) {
    (format!("{object} is not in the schema"), "give a schema that holds it, as it was before")
}

fn dropped(object: &Object, dump: &Dump, dialect: Dialect) -> Back {
    match object.kind {
        ObjectKind::Column => column(object, dump, dialect),
        ObjectKind::Table if dump.table(&object.parts).is_some() => {
            let mut restored = Restored::whole(object, dump, vec![format!("the rows of {}", object.written())]);
            let counts = restored.statements.iter().any(|statement| {
                let lower = statement.to_ascii_lowercase();
                ["serial", "identity", "auto_increment", "autoincrement", "create sequence"].iter().any(|word| lower.contains(word))
            });
            if counts {
                restored.loses.push(format!("the number that {} had reached", object.written()));
            }
            Ok(restored)
        }
        ObjectKind::Constraint if dump.joins(object.parts.last().map_or("", String::as_str)) => {
            Err((format!("{object} takes those of the partitions along"), WRITE))
        }
        ObjectKind::Index | ObjectKind::Constraint => part(object, dump, dialect).map(|mut made| {
            let joined = dump.joined(&object.parts).iter();
            made.statements.extend(joined.filter_map(|own| dump.maker(ObjectKind::Index, &own.parts)));
            made.statements.extend(dump.said(object));
            made
        }),
        ObjectKind::View | ObjectKind::Type | ObjectKind::Trigger | ObjectKind::Policy | ObjectKind::Function => {
            match dump.makers(object.kind, &object.parts) {
                1 => Ok(Restored::whole(object, dump, Vec::new())),
                0 => Err(lacks(object)),
                _ => Err((format!("several {}s of the schema have the name `{}`", object.kind.words(), object.own), WRITE)),
            }
        }
        ObjectKind::Sequence if dump.makers(object.kind, &object.parts) == 1 => {
            let loses = vec![format!("the number that {} had reached", object.written())];
            Ok(Restored::whole(object, dump, loses))
        }
        ObjectKind::Table | ObjectKind::Sequence => Err(lacks(object)),
        _ => Err((format!("rbk does not read how {object} was made"), SAVE)),
    }
}

/// Adds a column again, with what went with it.
fn column(object: &Object, dump: &Dump, dialect: Dialect) -> Back {
    let Some((name, of)) = object.parts.split_last() else { return Err(lacks(object)) };
    let Some(table) = dump.table(of) else { return Err(lacks(object)) };
    let Some(column) = table.column(name) else { return Err(lacks(object)) };
    let written = object.of.as_deref().unwrap_or_default();
    let lower = column.definition.to_ascii_lowercase();
    if lower.contains("primary key") {
        return Err((format!("{object} is the primary key: its values are gone"), SAVE));
    }
    if column.required && column.default.is_none() && !column.computed {
        return Err((format!("{object} is required and has no default: rows that are there have no value for it"), SAVE));
    }
    if column.default.is_some() && lower.contains("unique") {
        return Err((format!("{object} is unique and has a default: rows that are there would all have it"), SAVE));
    }
    let constant =
        column.default.as_deref().is_none_or(|default| !default.contains('(') && !default.to_ascii_lowercase().starts_with("current"));
    if dialect == Dialect::Sqlite && !constant {
        return Err((format!("SQLite adds no column whose default is computed: {object}"), SAVE));
    }
    let mentioned: Vec<_> = table.parts.iter().filter(|part| part.names.contains(name)).collect();
    if dialect == Dialect::Mysql && (!mentioned.is_empty() || dump.of_column(of, name).is_none_or(|said| !said.is_empty())) {
        return Err((format!("the indexes and constraints over {object} lose it without a word"), WRITE));
    }
    let says = |part: &Vec<String>| {
        let own = dump.table(part);
        let differs = own
            .is_some_and(|own| own.column(name).is_some_and(|own| own != column) || own.parts.iter().any(|part| part.names.contains(name)));
        differs || dump.of_column(part, name).is_none_or(|said| !said.is_empty())
    };
    // The sequences of a table go with their own column alone.
    let is_sequence = |part: &Vec<String>| dump.makers(ObjectKind::Sequence, part) > 0;
    if dump.going_with(of).iter().any(|part| !is_sequence(part) && says(part)) {
        return Err((format!("what partitions say of {object} themselves goes with it, too"), WRITE));
    }
    if dump.heirs(of).iter().any(|heir| dump.says(heir, name)) {
        return Err((format!("what the tables that inherit {object} say of it themselves goes with it, too"), WRITE));
    }
    let mut restored = Restored::one(match position(table.columns.iter().map(|(name, column)| (name.as_str(), column)), name) {
        Some(after) if dialect == Dialect::Mysql => {
            format!("ALTER TABLE {written} ADD COLUMN {} {}{after};", column.own, column.definition)
        }
        _ => format!("ALTER TABLE {written} ADD COLUMN {} {};", column.own, column.definition),
    });
    // A default that the dump states apart is one of the definition too.
    if let Some(default) = column.default.as_ref().filter(|_| !lower.contains("default")) {
        restored.statements.push(format!("ALTER TABLE {written} ALTER COLUMN {} SET DEFAULT {default};", object.own));
    }
    if column.required && !lower.contains("not null") && dialect == Dialect::Postgres {
        restored.statements.push(format!("ALTER TABLE {written} ALTER COLUMN {} SET NOT NULL;", object.own));
    }
    restored.statements.extend(mentioned.iter().map(|part| format!("ALTER TABLE {written} ADD {};", part.written)));
    let Some(said) = dump.of_column(of, name) else {
        return Err((format!("what the schema says of {object} stands in statements that say more"), WRITE));
    };
    restored.statements.extend(said);
    if !column.computed {
        restored.loses.push(format!("the values of {}", object.written()));
    }
    Ok(restored)
}

/// Returns where a column stands, as MySQL says it.
fn position<'a>(columns: impl Iterator<Item = (&'a str, &'a Column)>, name: &str) -> Option<String> {
    let mut before: Option<&Column> = None;
    for (own, column) in columns {
        if own == name {
            return Some(before.map_or(" FIRST".to_owned(), |before| format!(" AFTER {}", before.own)));
        }
        before = Some(column);
    }
    None
}

/// Makes an index or a constraint again.
fn part(object: &Object, dump: &Dump, dialect: Dialect) -> Back {
    if let Some(statement) = dump.maker(object.kind, &object.parts) {
        return Ok(Restored::one(statement));
    }
    let Some((name, of)) = object.parts.split_last() else { return Err(lacks(object)) };
    let written = object.of.as_deref().unwrap_or_default();
    if object.own.is_empty() {
        let table = dump.table(&object.parts);
        let primary = table.and_then(|table| table.parts.iter().find(|part| part.written.to_ascii_lowercase().starts_with("primary key")));
        return primary.map(|part| Restored::one(format!("ALTER TABLE {written} ADD {};", part.written))).ok_or_else(|| lacks(object));
    }
    // SQLite alters no constraint, and a name alone does not tell the table of an index.
    if of.is_empty() || dialect == Dialect::Sqlite {
        return Err(lacks(object));
    }
    let found = dump.table(of).and_then(|table| table.parts.iter().find(|part| part.name.as_ref() == Some(name)));
    found.map(|part| Restored::one(format!("ALTER TABLE {written} ADD {};", part.written))).ok_or_else(|| lacks(object))
}

fn altered(alter: &Alter, object: &Object, dump: &Dump, dialect: Dialect) -> Option<Back> {
    if *alter == Alter::Comment && dialect == Dialect::Postgres {
        let name = object.written();
        return Some(Ok(Restored::one(
            dump.comment(object).unwrap_or_else(|| format!("COMMENT ON {} {name} IS NULL;", super::sql_words(object.kind))),
        )))
        .filter(|_| matches!(object.kind, ObjectKind::Table | ObjectKind::Column | ObjectKind::View | ObjectKind::Index));
    }
    if object.kind != ObjectKind::Column {
        return None;
    }
    let Some(column) = dump.schema.column(plain(&object.parts, dialect), dialect) else { return Some(Err(lacks(object))) };
    let of = object.of.as_deref().unwrap_or_default();
    let head = format!("ALTER TABLE {of} ALTER COLUMN {}", object.own);
    let default = |column: &Column| match &column.default {
        Some(default) => format!("{head} SET DEFAULT {default};"),
        None => format!("{head} DROP DEFAULT;"),
    };
    let lower = column.definition.to_ascii_lowercase();
    let has = |words: &[&str]| words.iter().any(|word| lower.contains(word));
    Some(match alter {
        Alter::SetDefault | Alter::DropDefault if has(&["serial", "identity", "auto_increment"]) => {
            Err((format!("the default of {object} comes from its type"), WRITE))
        }
        Alter::SetDefault | Alter::DropDefault => Ok(Restored::one(default(column))),
        Alter::Require if column.required => Ok(Restored::default()),
        Alter::Require => Ok(Restored::one(format!("{head} DROP NOT NULL;"))),
        Alter::Allow if column.required => Ok(Restored::one(format!("{head} SET NOT NULL;"))),
        Alter::Allow => Ok(Restored::default()),
        Alter::Type { .. } if has(&["serial", "collate", "generated"]) => {
            Err((format!("the definition of {object} says more than its type: `{}`", column.definition), WRITE))
        }
        Alter::Type { to, using } => {
            let mut restored = Restored::default();
            if column.default.is_some() {
                restored.statements.push(format!("{head} DROP DEFAULT;"));
            }
            restored.statements.push(format!("{head} TYPE {} USING {}::{};", column.of, object.own, column.of));
            if column.default.is_some() {
                restored.statements.push(default(column));
            }
            if *using || way(Some(&column.of), to, dialect) != Way::Kept {
                restored.loses.push(format!("what `{to}` can't hold of {}", object.written()));
            }
            Ok(restored)
        }
        Alter::Restate { .. } if has(&["primary", "unique", "references", "check", " as "]) => {
            Err((format!("the definition of {object} says more than a column's: `{}`", column.definition), WRITE))
        }
        Alter::Restate { to } => {
            let mut restored = Restored::one(format!("ALTER TABLE {of} MODIFY COLUMN {} {};", object.own, column.definition));
            if way(Some(&column.of), to, dialect) != Way::Kept {
                restored.loses.push(format!("what `{to}` can't hold of {}", object.written()));
            }
            Ok(restored)
        }
        _ => return None,
    })
}

/// Returns a refusal of what is changed a second time: the schema says what was before the first.
pub fn twice(object: &Object) -> Refusal {
    let why = format!("{object} is changed twice in the same text, and the schema says only what was before the first");
    Refusal { range: object.range.clone(), why, help: "take the statements back in two steps" }
}
