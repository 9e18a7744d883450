//! What each change touches: the objects that its author declares, and those that its SQL names. Everything that asks for
//! the objects of a change asks here, so that nothing rests on what somebody remembered to declare.

use std::ops::Range;
use std::sync::Arc;

use crate::effect::act::{Act, Alter, Effect};
use crate::effect::object::ObjectKind;
use crate::effect::sh::{self, Script};
use crate::effect::sql::{self, Dialect, Inverse, Refusal, Sight, Statement};
use crate::plan::Plan;
use crate::plan::action::{Action, Code, Language};
use crate::plan::change::{Change, Undo};
use crate::plan::id::Id;
use crate::plan::target::Target;

use super::connection;
use super::databases::Databases;
use super::objects::Object;

/// What is done to an object.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Manner {
    Creates,
    Alters,
    Writes,
    /// It is not there any more, at least not under its name.
    Removes,
    Reads,
}

/// One object that a change touches.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Touch {
    pub manner: Manner,
    pub object: Object,
    /// The name as it is written.
    pub name: String,
    /// Its author says so; otherwise it stands in the code.
    pub declared: bool,
}

impl Touch {
    /// Returns whether it is surely more than rows that are other than before: a definition, or a name.
    pub fn is_structural(&self) -> bool {
        match self.manner {
            Manner::Creates | Manner::Alters => true,
            // What an author calls destroyed may be the rows alone.
            Manner::Removes => !self.declared,
            Manner::Writes | Manner::Reads => false,
        }
    }
}

/// What a change touches.
#[derive(Clone, Debug, Default)]
pub struct Touched {
    /// What is declared stands first; then in the order of the statements.
    pub touches: Vec<Touch>,
    /// The statements of `do`, those of a script that does nothing else to the target among them; `None` where there are none, or
    /// where they are not all.
    pub statements: Option<Arc<Vec<Statement>>>,
    /// The same of an `undo` that somebody wrote.
    pub back: Option<Arc<Vec<Statement>>>,
    /// The columns that this undo makes again, or gives a type again, as they were before, where that is known.
    pub was: Vec<sql::Was>,
    /// What takes its SQL back, or what stands in the way, where its author asks for it: `undo auto`.
    pub inverse: Option<Arc<Result<Inverse, Vec<Refusal>>>>,
    /// A tool of migrations carries it out: the table in which that keeps what it has run, and the bytes of the command.
    pub ledger: Option<(&'static str, Range<usize>)>,
    /// Something that it does can't be read, and its author does not say what it touches.
    pub opaque: bool,
}

impl Touched {
    /// Reads a change where the forward run comes to it.
    pub fn of(plan: &Plan, change: &Change, databases: &mut Databases<'_>) -> Touched {
        let on = change.on.map(|on| on.value);
        let effects = &change.effects;
        let declared = [
            (Manner::Creates, &effects.creates),
            (Manner::Alters, &effects.alters),
            (Manner::Writes, &effects.writes),
            (Manner::Removes, &effects.destroys),
        ];
        let mut touches = Vec::new();
        for (manner, names) in declared {
            touches.extend(names.iter().map(|name| Touch {
                manner,
                object: Object::new(plan, &name.value, on),
                name: name.value.clone(),
                declared: true,
            }));
        }
        let silent = touches.is_empty();
        let back = match &change.undo {
            Undo::Action(undo) => match undo.as_ref() {
                Action::Code(code) => written(plan, on, code),
                _ => None,
            },
            _ => None,
        };
        let was = match (on, &back) {
            (Some(on), Some(back)) => databases.columns(on, back),
            _ => Vec::new(),
        };
        let inverse = match (&change.forward, &change.undo) {
            (Some(Action::Code(code)), Undo::Auto(_)) if code.language == Language::Sql => {
                on.and_then(|on| databases.inverse(on, &code.text))
            }
            _ => None,
        };
        let statements = match &change.forward {
            Some(Action::Code(code)) => statements(plan, on, code, databases),
            _ => None,
        };
        let opaque = silent && statements.as_ref().is_none_or(|all| all.iter().any(|statement| statement.sight == Sight::Opaque));
        for statement in statements.iter().flat_map(|all| all.iter()) {
            read(plan, on, statement, &mut touches);
        }
        let mut ledger = None;
        if statements.is_none() {
            let script = script(on, change);
            // What it does besides is not known; what its SQL names is.
            for sql in script.iter().flat_map(|script| &script.commands).flat_map(|command| &command.sql) {
                let to = connection::target(plan, on, sql);
                let fits = to.is_some_and(|to| Dialect::of(plan.targets[to].kind.value) == Some(sql.dialect));
                for statement in sql.statements.iter().filter(|_| fits) {
                    read(plan, to, statement, &mut touches);
                }
            }
            let mut commands = script.iter().flat_map(|script| &script.commands);
            ledger = commands.find(|command| command.migrates()).and_then(|command| Some((command.ledger()?, command.range.clone())));
        }
        let name = &change.header.name;
        match (on, &change.forward) {
            // A flag defines nothing.
            (_, Some(Action::Set { .. })) => {}
            (Some(on), forward) if plan.targets[on].kind.value.is_database() => {
                let whole = statements.is_some() && !matches!(forward, Some(Action::Restore { .. }));
                databases.ran(on, name, statements.as_ref().map_or(&[], |all| all.as_slice()), whole);
            }
            (_, Some(Action::Code(code))) => databases.shell(name, code),
            _ => {}
        }
        Touched { touches, statements, back, was, inverse: inverse.map(Arc::new), ledger, opaque }
    }

    /// Returns the statements of `do`; none where they are not all read.
    pub fn said(&self) -> &[Statement] {
        self.statements.as_ref().map_or(&[], |all| all)
    }

    /// Returns the objects that are other than before: all but those that are only read.
    pub fn changed(&self) -> impl Iterator<Item = &Touch> {
        self.touches.iter().filter(|touch| touch.manner != Manner::Reads)
    }
}

/// Returns the statements of code on a database; `None` for code that does something else, too.
fn statements(plan: &Plan, on: Option<Id<Target>>, code: &Code, databases: &mut Databases<'_>) -> Option<Arc<Vec<Statement>>> {
    match code.language {
        Language::Sql => databases.split(on?, &code.text).map(Arc::new),
        _ => written(plan, on, code),
    }
}

/// Returns the same as they are written, whatever the database looks like by then.
fn written(plan: &Plan, on: Option<Id<Target>>, code: &Code) -> Option<Arc<Vec<Statement>>> {
    let dialect = Dialect::of(plan.targets[on?].kind.value)?;
    match code.language {
        Language::Sql => Some(sql::of(code, dialect)),
        Language::Sh | Language::Bash => {
            let script = sh::of(code);
            let mut sql = script.commands.iter().flat_map(|command| &command.sql);
            let own = sql.all(|sql| connection::target(plan, on, sql) == on);
            script.only_sql(dialect).filter(|_| own).map(Arc::new)
        }
        _ => None,
    }
}

/// Returns the shell of a change on a target.
fn script(on: Option<Id<Target>>, change: &Change) -> Option<Arc<Script>> {
    let Some(Action::Code(code)) = &change.forward else { return None };
    matches!(code.language, Language::Sh | Language::Bash).then(|| sh::of(code)).filter(|_| on.is_some())
}

fn read(plan: &Plan, on: Option<Id<Target>>, statement: &Statement, touches: &mut Vec<Touch>) {
    let effects = &statement.reading.effects;
    for effect in effects {
        let mut parts = effect.object.parts.clone();
        if let (ObjectKind::Index, Act::Create(_), 1) = (effect.object.kind, &effect.act, parts.len()) {
            // An index is a part of its table, which the statement reads.
            let table = effects.iter().find(|other| other.act == Act::Read && other.object.kind == ObjectKind::Table);
            if let Some(table) = table {
                parts.splice(0..0, table.object.parts.iter().cloned());
            }
        }
        let object = Object::on(plan, on, parts);
        let mut touch = |manner, object| {
            let touch = Touch { manner, object, name: effect.object.written(), declared: false };
            if !touches.contains(&touch) {
                touches.push(touch);
            }
        };
        match manner(effect) {
            Some(Manner::Removes) if renamed(effect).is_some() => {
                let mut after = object.clone();
                touch(Manner::Removes, object);
                if let (Some(last), Some(name)) = (after.parts.last_mut(), renamed(effect)) {
                    *last = name;
                }
                touch(Manner::Creates, after);
            }
            Some(manner) => touch(manner, object),
            None => {}
        }
    }
}

/// The new name of what is renamed, folded like names without quotes; a quoted one keeps its case.
fn renamed(effect: &Effect) -> Option<String> {
    let Act::Rename(to) = &effect.act else { return None };
    let bare = to.trim_matches(['"', '`', '\'']);
    Some(if bare.len() == to.len() { to.to_lowercase() } else { bare.to_owned() })
}

fn manner(effect: &Effect) -> Option<Manner> {
    Some(match &effect.act {
        Act::Create(create) if create.temporary => return None,
        Act::Create(create) if create.replaces => Manner::Alters,
        Act::Create(_) => Manner::Creates,
        Act::Drop { .. } | Act::Rename(_) => Manner::Removes,
        Act::Alter(Alter::Comment) => return None,
        Act::Alter(_) | Act::Grant | Act::Revoke => Manner::Alters,
        Act::Insert { .. } | Act::Update { .. } | Act::Delete { .. } | Act::Truncate { .. } => Manner::Writes,
        Act::Read => Manner::Reads,
        Act::Lock => return None,
    })
}
