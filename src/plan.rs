//! Meaning: a plan with every name resolved, every unit typed, every default filled in.
//!
//! Owns what a plan *says*. Does not know what follows from it: order is `graph`'s, verdicts are `analysis`'s.
//! Everything lies in arenas in written order and is named by typed ids, so nothing here is ever in hash order.

pub mod action;
pub mod change;
pub mod check;
mod compile;
pub mod id;
pub mod kept;
pub mod lexeme;
mod names;
pub mod people;
mod read;
pub mod scenario;
mod schema;
pub mod target;
pub mod value;
pub mod visit;

use crate::source::{Span, Spanned};
use action::Code;
use change::{Change, Decision, Phase};
use check::Check;
use id::{Arena, Id};
use people::{Channel, Checklist, Message, Monitor, Post, Risk, Role};
use scenario::{Scenario, Trigger};
use target::{Backup, Flag, Release, Target, Writer};
use value::{Date, Duration, Window};

pub use compile::{Compiled, compile};
pub use names::Kind;

/// What every declaration has: its name, its title, where it stands, and what people added to it.
#[derive(Clone, Debug)]
pub struct Header {
    pub name: String,
    pub name_span: Span,
    pub title: String,
    /// The declaration's first line: keyword to title.
    pub span: Span,
    /// The whole declaration.
    pub whole: Span,
    pub notes: Vec<Prose>,
    pub links: Vec<Link>,
    pub accepts: Vec<Accept>,
}

/// Text for people: one line, or Markdown from a fence.
#[derive(Clone, Debug)]
pub struct Prose {
    pub text: String,
    pub span: Span,
}

/// A link for people.
#[derive(Clone, Debug)]
pub struct Link {
    pub title: String,
    pub url: String,
    pub span: Span,
}

/// A finding that the team has looked at and accepts, inside the declaration that it is about.
#[derive(Clone, Debug)]
pub struct Accept {
    pub rule: Spanned<String>,
    pub because: String,
    pub by: Option<Id<Role>>,
    pub until: Option<Spanned<Date>>,
    pub span: Span,
    /// The declaration that holds it; the whole file for one at top level.
    pub scope: Span,
}

/// A value that the operator gives when the bundle runs.
#[derive(Clone, Debug)]
pub struct Param {
    pub header: Header,
    pub kind: ParamKind,
    pub default: Option<Spanned<String>>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ParamKind {
    Text,
    Int,
    Duration,
    Path,
    Choice(Vec<String>),
}

/// A value that must never be shown; it lives in an environment variable.
#[derive(Clone, Debug)]
pub struct Secret {
    pub header: Header,
    pub variable: String,
}

/// A section of free text that the runbook carries as it is.
#[derive(Clone, Debug)]
pub struct Section {
    pub header: Header,
    pub text: Code,
}

/// One line of the plan's own history.
#[derive(Clone, Debug)]
pub struct HistoryEntry {
    pub version: String,
    pub date: Date,
    pub text: String,
}

/// What the drill needs: a schema, data and a workload for each database, answers for manual steps, stand-ins for shell.
#[derive(Clone, Debug, Default)]
pub struct Drill {
    pub data: Vec<DrillData>,
    /// Answers, by the name of the manual step, check or decision.
    pub answers: Vec<(Spanned<String>, String)>,
    /// Code that runs in place of a step's own, by the name of the step, change or check.
    pub stand_ins: Vec<(Spanned<String>, Code)>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum DrillDataKind {
    Schema,
    Data,
    Workload,
}

#[derive(Clone, Debug)]
pub struct DrillData {
    pub kind: DrillDataKind,
    pub target: Id<Target>,
    pub file: Spanned<String>,
}

/// A name where it is used.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Reference {
    /// The name in its declaration.
    pub to: Span,
    pub at: Span,
}

/// The plan. Arenas keep the written order, those of used files first where they are used.
#[derive(Clone, Debug)]
pub struct Plan {
    pub header: Header,
    pub version: Option<String>,
    pub owner: Option<Spanned<Id<Role>>>,
    pub summary: Option<Prose>,
    pub window: Option<Spanned<Window>>,
    pub rto: Option<Spanned<Duration>>,
    pub rpo: Option<Spanned<Duration>>,
    /// How long after the last phase the ability to go back is promised.
    pub retain: Option<Spanned<Duration>>,
    /// What every scenario needs.
    pub needs: Vec<scenario::Need>,
    pub history: Vec<HistoryEntry>,
    /// `accept` at top level: for the whole plan.
    pub accepts: Vec<Accept>,
    pub params: Arena<Param>,
    pub secrets: Arena<Secret>,
    pub targets: Arena<Target>,
    pub roles: Arena<Role>,
    pub writers: Arena<Writer>,
    pub backups: Arena<Backup>,
    pub flags: Arena<Flag>,
    pub releases: Arena<Release>,
    pub channels: Arena<Channel>,
    pub checks: Arena<Check>,
    pub phases: Arena<Phase>,
    pub changes: Arena<Change>,
    pub decisions: Arena<Decision>,
    pub triggers: Arena<Trigger>,
    pub scenarios: Arena<Scenario>,
    pub messages: Arena<Message>,
    pub checklists: Arena<Checklist>,
    pub monitors: Arena<Monitor>,
    pub risks: Arena<Risk>,
    pub posts: Arena<Post>,
    pub sections: Arena<Section>,
    pub drill: Option<Drill>,
    /// Every name that is used, in the order in which the plan was read.
    pub references: Vec<Reference>,
}
