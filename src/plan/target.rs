//! The systems: targets, what writes to them, what was saved of them, their flags and releases.

use std::sync::Arc;

use crate::source::{Span, Spanned};

use super::action::{Action, Code};
use super::id::Id;
use super::value::{Duration, Place};
use super::{Header, Plan};

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TargetKind {
    Postgres,
    Mysql,
    Mariadb,
    Sqlite,
    Http,
    Host,
    EnvFile,
    Manual,
}

impl TargetKind {
    /// Returns the word as it is written.
    pub fn word(self) -> &'static str {
        match self {
            TargetKind::Postgres => "postgres",
            TargetKind::Mysql => "mysql",
            TargetKind::Mariadb => "mariadb",
            TargetKind::Sqlite => "sqlite",
            TargetKind::Http => "http",
            TargetKind::Host => "host",
            TargetKind::EnvFile => "env-file",
            TargetKind::Manual => "manual",
        }
    }

    /// Returns whether SQL runs on it.
    pub fn is_database(self) -> bool {
        matches!(self, TargetKind::Postgres | TargetKind::Mysql | TargetKind::Mariadb | TargetKind::Sqlite)
    }
}

impl Plan {
    /// Returns the host on which shell runs: the one behind `via`, or what it is about, when that is a host.
    pub fn host_of(&self, via: Option<Id<Target>>, on: Option<Id<Target>>) -> Option<Id<Target>> {
        via.or(on.filter(|on| self.targets[*on].kind.value == TargetKind::Host))
    }
}

#[derive(Clone, Debug)]
pub struct Target {
    pub header: Header,
    pub kind: Spanned<TargetKind>,
    pub url: Option<Spanned<Place>>,
    /// Of `sqlite` and `env-file`.
    pub file: Option<Spanned<Place>>,
    /// Of `host`: where its commands run.
    pub dir: Option<Spanned<Place>>,
    /// Of `host`: how it is reached; several for a group.
    pub ssh: Vec<Spanned<Place>>,
    pub server_version: Option<Spanned<String>>,
    pub schema: Option<SchemaFile>,
    /// The migration tool's version table.
    pub ledger: Option<Spanned<String>>,
}

/// A file that says what a target's tables look like before the plan.
#[derive(Clone, Debug)]
pub struct SchemaFile {
    /// The path as it is written.
    pub path: Spanned<String>,
    /// As a user knows it.
    pub name: String,
    pub text: Arc<str>,
}

/// What writes to a target in normal operation.
#[derive(Clone, Debug)]
pub struct Writer {
    pub header: Header,
    pub targets: Vec<Spanned<Id<Target>>>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Method {
    PgDumpCustom,
    PgDumpDirectory,
    PgDumpPlain,
    Mysqldump,
    MariadbDump,
    Sqlite,
    TableCopy,
}

impl Method {
    /// Returns the words as they are written.
    pub fn words(self) -> &'static str {
        match self {
            Method::PgDumpCustom => "pg_dump custom",
            Method::PgDumpDirectory => "pg_dump directory",
            Method::PgDumpPlain => "pg_dump plain",
            Method::Mysqldump => "mysqldump",
            Method::MariadbDump => "mariadb-dump",
            Method::Sqlite => "sqlite",
            Method::TableCopy => "table-copy",
        }
    }
}

/// What is saved, how, where, and for how long.
#[derive(Clone, Debug)]
pub struct Backup {
    pub header: Header,
    pub of: Spanned<Id<Target>>,
    /// Empty: the whole target.
    pub tables: Vec<Spanned<String>>,
    /// `None`: the plan's own `take`, `verify` and `restore`.
    pub method: Option<Spanned<Method>>,
    pub take: Option<Code>,
    pub verify: Option<Code>,
    pub restore: Option<Code>,
    pub copy: Option<Code>,
    pub encrypt: Option<Code>,
    pub decrypt: Option<Code>,
    pub file: Option<Spanned<Place>>,
    pub keep: Option<Spanned<Duration>>,
    pub take_takes: Option<Spanned<Duration>>,
    pub restore_takes: Option<Spanned<Duration>>,
}

#[derive(Clone, Debug)]
pub struct Flag {
    pub header: Header,
    pub targets: Vec<Spanned<Id<Target>>>,
    pub variable: Option<Spanned<String>>,
    pub default: Option<String>,
    pub rollback: Option<String>,
    pub values: Vec<String>,
    /// The step, change or `deploy` after which a new value is in force.
    pub takes_effect_after: Option<Spanned<String>>,
}

/// A version of an application.
#[derive(Clone, Debug)]
pub struct Release {
    pub header: Header,
    pub of: Spanned<Id<Target>>,
    /// Objects, with the type where one is stated.
    pub needs_objects: Vec<(Spanned<String>, Option<String>)>,
    pub needs_releases: Vec<Spanned<Id<Release>>>,
    pub deploy: Option<Action>,
    /// Whether it is what runs before the plan begins.
    pub running: Option<Span>,
}
