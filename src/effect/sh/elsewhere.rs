//! What a script's commands run that stands in other files, as far as somebody has looked: its SQL, in the place of the command.

use std::sync::Arc;

use super::{Command, Script, Sql, read};
use crate::effect::act::Act;
use crate::effect::sql::{Dialect, Kind, Sight, Statement, split};
use crate::plan::action::{Code, Ran};

/// What of a fence was read.
#[derive(PartialEq)]
enum Read {
    Alone,
    WithFiles,
}

/// Returns what a fence of shell does, with what its commands run.
pub fn of(code: &Code) -> Arc<Script> {
    let alone = alone(code);
    let Some(runs) = code.runs.get().filter(|runs| !runs.is_empty()) else { return alone };
    code.kept.once(Read::WithFiles, || {
        let mut script = Script::clone(&alone);
        for command in &mut script.commands {
            let own: Vec<&Ran> = runs.iter().filter(|ran| ran.range == command.range).collect();
            if !own.is_empty() {
                weave(command, &own);
            }
        }
        script
    })
}

/// Returns what a fence of shell does, without what stands in other files.
pub fn alone(code: &Code) -> Arc<Script> {
    code.kept.once(Read::Alone, || read(&code.text))
}

fn weave(command: &mut Command, runs: &[&Ran]) {
    for ran in runs {
        let Some(dialect) = Dialect::of(ran.kind) else { continue };
        let mut statements = split(&ran.sql, dialect);
        statements.iter_mut().for_each(|statement| place(statement, command));
        command.sql.push(Sql { dialect, to: None, statements, file: Some(ran.file.clone()) });
    }
    if runs.iter().all(|ran| ran.is_whole) {
        command.reading.opaque.clear();
    }
    let statements = || command.sql.iter().flat_map(|sql| &sql.statements);
    let changes = statements().any(|statement| statement.sight == Sight::Changes && statement.kind != Kind::Control)
        || command.reading.effects.iter().any(|effect| effect.act != Act::Read);
    let hidden = statements().any(|statement| statement.sight == Sight::Opaque) || !command.reading.opaque.is_empty();
    command.sight = match () {
        () if changes => Sight::Changes,
        () if hidden => Sight::Opaque,
        () => Sight::Reads,
    };
}

/// Lets a statement stand where its command does.
fn place(statement: &mut Statement, command: &Command) {
    statement.range = command.range.clone();
    statement.reading.effects.iter_mut().for_each(|effect| effect.object.range = command.range.clone());
    statement.reading.opaque.iter_mut().for_each(|opaque| opaque.range = command.range.clone());
}
