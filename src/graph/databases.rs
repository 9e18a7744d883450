//! Each database as the forward run goes on: what its schema's file says of the tables, and what the SQL so far has made of them.
//!
//! What can't be read, and what only may run, is never passed over: from there on nothing is sure of the tables.

use crate::effect::act::{Act, Alter, Effect};
use crate::effect::object::ObjectKind;
use crate::effect::sh::{self, Script};
use crate::effect::sql::{self, Dialect, Dump, Earlier, Inverse, Refusal, Schema, Server, Statement};
use crate::plan::Plan;
use crate::plan::action::{Action, Code, Language};
use crate::plan::id::Id;
use crate::plan::scenario::{Step, StepKind};
use crate::plan::target::Target;

use super::connection;

/// The databases of a plan; other targets are none.
pub struct Databases<'p> {
    plan: &'p Plan,
    of: Vec<Option<Database>>,
    /// Whether any of them has a schema: else nothing has to be followed but what is read anyway.
    any_schema: bool,
}

struct Database {
    server: Server,
    schema: Schema,
    /// What its schema's file says.
    dump: Option<Dump>,
    earlier: Earlier,
}

impl<'p> Databases<'p> {
    /// Reads what each database looks like before the plan.
    pub fn new(plan: &'p Plan) -> Databases<'p> {
        let one = |target: &Target| {
            let server = Server::of(target)?;
            let dump = target.schema.as_ref().map(|schema| Dump::read(&schema.text, server.dialect));
            let schema = dump.as_ref().map(|dump| dump.schema.clone()).unwrap_or_default();
            Some(Database { server, schema, dump, earlier: Earlier::default() })
        };
        let of: Vec<Option<Database>> = plan.targets.iter().map(|(_, target)| one(target)).collect();
        let any_schema = of.iter().flatten().any(|database| database.dump.is_some());
        Databases { plan, of, any_schema }
    }

    /// Reads SQL where the forward run has come to, and follows it.
    pub fn split(&mut self, on: Id<Target>, text: &str) -> Option<Vec<Statement>> {
        let database = self.of[on.index()].as_mut()?;
        Some(sql::split_following(text, &database.server, &mut database.schema))
    }

    /// Returns the inverse of SQL that is about to run.
    pub fn inverse(&self, on: Id<Target>, text: &str) -> Option<Result<Inverse, Vec<Refusal>>> {
        let database = self.of[on.index()].as_ref()?;
        Some(match &database.dump {
            Some(dump) => sql::inverse_after(text, database.server.dialect, dump, &database.earlier),
            None => sql::inverse(text, database.server.dialect),
        })
    }

    /// Returns the columns that statements would make, or give a type, as they are where the forward run has come to.
    pub fn columns(&self, on: Id<Target>, statements: &[Statement]) -> Vec<sql::Was> {
        let Some(database) = self.of[on.index()].as_ref().filter(|database| !database.schema.is_empty()) else { return Vec::new() };
        let column = |effect: &Effect| {
            let is_of = matches!(effect.act, Act::Create(_) | Act::Alter(Alter::Type { .. } | Alter::Restate { .. }));
            if effect.object.kind != ObjectKind::Column || !is_of {
                return None;
            }
            let column = database.schema.column(&effect.object.parts, database.server.dialect)?;
            Some(sql::Was { parts: effect.object.parts.clone(), of: column.of.clone(), required: column.required })
        };
        let mut columns: Vec<sql::Was> = statements.iter().flat_map(|statement| &statement.reading.effects).filter_map(column).collect();
        columns.dedup_by(|one, other| one.parts == other.parts);
        columns
    }

    /// Keeps what has run on a database in the name of a change; `whole` when all that it did is among the statements.
    pub fn ran(&mut self, on: Id<Target>, who: &str, statements: &[Statement], whole: bool) {
        let Some(database) = self.of[on.index()].as_mut() else { return };
        if let Some(dump) = &database.dump {
            database.earlier.follow(statements, dump, database.server.dialect, who);
            if !whole || statements.iter().any(|statement| statement.sight == sql::Sight::Opaque) {
                database.earlier.hide(who);
            }
        }
        if !whole {
            database.schema = Schema::default();
        }
    }

    /// Follows shell that is about no database, but may reach one.
    pub fn shell(&mut self, who: &str, code: &Code) {
        if self.any_schema && matches!(code.language, Language::Sh | Language::Bash) {
            let script = sh::of(code);
            for (id, _) in self.plan.targets.iter() {
                let reached = self.of[id.index()].is_some() && reaches(self.plan, id, &script);
                self.of[id.index()].iter_mut().filter(|_| reached).for_each(|database| database.forget(who));
            }
        }
    }

    /// Follows a step of a phase: it may be passed over, so that of what it defines nothing is sure.
    pub fn step(&mut self, step: &Step) {
        let plan = self.plan;
        match &step.kind {
            StepKind::Do { on, action: Some(Action::Code(code)), .. } => match on.as_ref().map(|on| on.value) {
                Some(on) if self.of[on.index()].is_some() && code.language == Language::Sql => self.step_sql(on, &step.title, code),
                _ => self.shell(&step.title, code),
            },
            StepKind::Do { action: Some(Action::Restore { backup, .. }), .. } => self.forget(plan.backups[*backup].of.value, &step.title),
            StepKind::Restore(backups) => backups.iter().for_each(|backup| self.forget(plan.backups[backup.value].of.value, &step.title)),
            StepKind::Run(_) | StepKind::Undo(_) => {
                self.of.iter_mut().flatten().for_each(|database| database.forget(&step.title));
            }
            _ => {}
        }
        step.inside().into_iter().for_each(|inner| self.step(inner));
    }

    fn step_sql(&mut self, on: Id<Target>, who: &str, code: &Code) {
        let Some(database) = self.of[on.index()].as_mut() else { return };
        if database.dump.is_none() && database.schema.is_empty() {
            return;
        }
        let defines = |statement: &Statement| {
            statement.sight == sql::Sight::Opaque || statement.reading.effects.iter().any(|effect| !effect.act.is_of_rows())
        };
        if sql::of(code, database.server.dialect).iter().any(defines) {
            database.forget(who);
        }
    }

    fn forget(&mut self, on: Id<Target>, who: &str) {
        self.of[on.index()].iter_mut().for_each(|database| database.forget(who));
    }
}

impl Database {
    /// From here on nothing is sure.
    fn forget(&mut self, who: &str) {
        self.schema = Schema::default();
        self.earlier.hide(who);
    }
}
/// Returns whether a script may change the definitions of a database.
fn reaches(plan: &Plan, database: Id<Target>, script: &Script) -> bool {
    let dialect = Dialect::of(plan.targets[database].kind.value);
    let sent = |sql: &&sh::Sql| Some(sql.dialect) == dialect && connection::target(plan, Some(database), sql) == Some(database);
    let statements = script.commands.iter().flat_map(|command| &command.sql).filter(sent);
    let defines = statements
        .flat_map(|sql| &sql.statements)
        .any(|statement| statement.sight == sql::Sight::Opaque || statement.reading.effects.iter().any(|effect| !effect.act.is_of_rows()));
    let own = script.commands.iter().flat_map(|command| &command.reading.effects);
    defines || own.into_iter().any(|effect| effect.object.kind == ObjectKind::Database && effect.act != Act::Read)
}
