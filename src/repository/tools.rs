//! Migration tools: what their commands ask for, where their migrations stand, and what one of them does. Each by its own manual.

mod alembic;
mod django;
mod files;
mod rails;
mod sqitch;

use std::ops::Range;

use super::history::{Body, History, Migration, Source};
use super::scripts::{Found, Working};
use super::words::Call;
use crate::effect::sql::{self, Dialect};
use crate::source::Repository;

/// A tool.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Tool {
    Alembic,
    Django,
    Flyway,
    Golang,
    Prisma,
    Rails,
    Sqitch,
}

/// What a command asks for.
#[derive(Clone, Debug)]
pub struct Order {
    pub tool: Tool,
    /// Where the migrations stand: a folder or a file that says where, from the root.
    pub place: String,
    pub way: Way,
    pub to: To,
    /// The bytes of the name of a revision, or of the command.
    pub range: Range<usize>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Way {
    Up,
    Down,
    /// Up or down, as the database stands.
    Either,
    /// Only the table of versions is written.
    Mark,
}

/// Where a command goes to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum To {
    /// A state: this is the last that is applied.
    Named(String),
    /// A state: the one before this one.
    Before(String),
    /// This one alone.
    Only(String),
    Head,
    /// Nothing is applied.
    Base,
    /// It depends on where the database stands.
    Unknown,
}

impl Order {
    /// Reads a command; `None` when it is none of a tool whose migrations are found.
    pub fn of(call: &Call<'_>, working: &Working, repository: &dyn Repository) -> Option<Order> {
        match call.program {
            "alembic" | "flask" => alembic::order(call, working, repository),
            "manage.py" | "django-admin" => django::order(call, working, repository),
            "flyway" => files::flyway(call, working, repository),
            "migrate" | "golang-migrate" => files::golang(call, working, repository),
            "prisma" => files::prisma(call, working, repository),
            "rails" | "rake" => rails::order(call, working, repository),
            "sqitch" => sqitch::order(call, working, repository),
            _ => None,
        }
    }

    /// Returns the migrations that it chooses from; `None` when they can't be read.
    pub fn history(&self, repository: &dyn Repository) -> Option<History> {
        let history = match self.tool {
            Tool::Alembic => alembic::history(&self.place, repository),
            Tool::Django => django::history(&self.place, repository),
            Tool::Flyway => files::flyway_history(&self.place, repository),
            Tool::Golang => files::golang_history(&self.place, repository),
            Tool::Prisma => files::prisma_history(&self.place, repository),
            Tool::Rails => rails::history(&self.place, repository),
            Tool::Sqitch => sqitch::history(&self.place, repository),
        };
        history.filter(|history| !history.all.is_empty())
    }
}

impl Tool {
    /// Returns what one direction of a migration does.
    pub fn body(self, migration: &Migration, up: bool, dialect: Dialect, repository: &dyn Repository) -> Body {
        let source = if up { &migration.up } else { &migration.down };
        let text = match source {
            Source::Absent(why) => return Body::hollow(why),
            Source::Sql(path) | Source::Code(path) => repository.text(path),
        };
        let Some(text) = text else { return Body::opaque() };
        match (source, self) {
            (Source::Sql(_), _) => sql_body(text, dialect),
            (_, Tool::Alembic) => alembic::body(&text, up, dialect),
            (_, Tool::Django) => django::body(&text, &migration.file, up, dialect),
            (_, Tool::Rails) => rails::body(&text, up, dialect),
            _ => Body::opaque(),
        }
    }
}

/// Returns what a file of SQL does.
fn sql_body(text: String, dialect: Dialect) -> Body {
    let hollow = sql::is_hollow(&text, dialect).then_some(match text.trim().is_empty() {
        true => "its script is empty",
        false => "its script does nothing",
    });
    // What a tool puts in the place of `${…}` and `:name` is not known here.
    Body { is_whole: !text.contains("${") && !text.contains("{{"), sql: text, hollow }
}

/// Returns the path of a file or folder that a tool looks for: from the working directory, or the only one of its name.
fn located(working: &Working, repository: &dyn Repository, name: &str) -> Option<String> {
    match working.find(repository, name) {
        Found::At(path) => Some(path),
        Found::Nowhere | Found::Perhaps => {
            let last = name.rsplit('/').next().unwrap_or(name);
            match repository.ending(last).as_deref() {
                Some([one]) => Some(one.clone()),
                _ => None,
            }
        }
    }
}

/// Returns the folder of a file.
fn folder(path: &str) -> &str {
    path.rsplit_once('/').map_or("", |(folder, _)| folder)
}

/// Returns the operation's SQL: each `{name}` of the template in the place of what `value` gives; `None` when one is not known.
fn fill(template: &str, value: impl Fn(&str) -> Option<String>) -> Option<String> {
    let mut out = String::new();
    let mut rest = template;
    while let Some((before, behind)) = rest.split_once('{') {
        let (name, after) = behind.split_once('}')?;
        out.push_str(before);
        out.push_str(&value(name)?);
        rest = after;
    }
    out.push_str(rest);
    Some(out)
}

/// Returns a name as SQL spells it.
fn quoted(name: &str, dialect: Dialect) -> String {
    let plain = name.starts_with(|c: char| c.is_ascii_lowercase() || c == '_')
        && name.bytes().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'_');
    match dialect {
        _ if plain => name.to_owned(),
        Dialect::Mysql => format!("`{}`", name.replace('`', "``")),
        Dialect::Postgres | Dialect::Sqlite => format!("\"{}\"", name.replace('"', "\"\"")),
    }
}
