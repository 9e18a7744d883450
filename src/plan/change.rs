//! The forward path: phases, the changes in them, and the decisions between.

use crate::source::{Span, Spanned};

use super::action::Action;
use super::check::{Check, Retry};
use super::id::Id;
use super::people::Role;
use super::scenario::{Need, Scenario, Step};
use super::target::{Backup, Target, Writer};
use super::value::{Duration, Instant, Place};
use super::{Header, Prose};

#[derive(Clone, Debug)]
pub struct Phase {
    pub header: Header,
    pub at: Option<Spanned<Instant>>,
    pub duration: Option<Spanned<Duration>>,
    pub after: Vec<Spanned<Id<Phase>>>,
    pub summary: Option<Prose>,
    /// The other tool that carries it out.
    pub external: Option<Spanned<String>>,
    /// In written order.
    pub items: Vec<PhaseItem>,
}

/// What a phase consists of.
#[derive(Clone, Debug)]
pub enum PhaseItem {
    Change(Id<Change>),
    Decision(Id<Decision>),
    /// `take`, `capture`, `verify`, `send`, `show`, a plain step, a manual one…
    Step(Box<Step>),
}

/// What parsing can't see, stated by the author.
#[derive(Clone, Debug, Default)]
pub struct Effects {
    pub creates: Vec<Spanned<String>>,
    pub alters: Vec<Spanned<String>>,
    pub writes: Vec<Spanned<String>>,
    pub destroys: Vec<Spanned<String>>,
    pub freezes: Vec<Spanned<Id<Target>>>,
    pub thaws: Vec<Spanned<Id<Target>>>,
    pub stops: Vec<Spanned<Id<Writer>>>,
    pub starts: Vec<Spanned<Id<Writer>>>,
}

#[derive(Clone, Debug)]
pub struct Change {
    pub header: Header,
    pub phase: Id<Phase>,
    /// The word `irreversible`, where it was written.
    pub irreversible: Option<Span>,
    pub on: Option<Spanned<Id<Target>>>,
    pub via: Option<Spanned<Id<Target>>>,
    /// What `do` says; `None` only in a phase that another tool carries out, or after a finding.
    pub forward: Option<Action>,
    pub undo: Undo,
    /// Best first; only of irreversible changes.
    pub recover: Vec<Spanned<Recover>>,
    pub impacts: Vec<Prose>,
    pub after: Vec<Spanned<Id<Change>>>,
    pub takes: Option<Spanned<Duration>>,
    pub undo_takes: Option<Spanned<Duration>>,
    pub by: Option<Spanned<Id<Role>>>,
    pub effects: Effects,
    /// Says that it is applied.
    pub applied: Option<Spanned<Id<Check>>>,
    /// Says that it is not.
    pub undone: Option<Spanned<Id<Check>>>,
    pub verify: Vec<Spanned<Id<Check>>>,
    pub needs: Vec<Need>,
    pub confirm: Option<String>,
    pub dir: Option<Place>,
    pub timeout: Option<Duration>,
    pub retry: Option<Retry>,
}

/// How a change is taken back.
#[derive(Clone, Debug)]
pub enum Undo {
    /// Nothing was written.
    None,
    /// The exact inverse is derived.
    Auto(Span),
    Action(Box<Action>),
}

/// What helps when a change can't be taken back.
#[derive(Clone, Debug)]
pub enum Recover {
    Restore(Id<Backup>),
    Run(Id<Scenario>),
    Forward(String),
}

/// The forward run stops here and a person decides.
#[derive(Clone, Debug)]
pub struct Decision {
    pub header: Header,
    pub phase: Id<Phase>,
    pub at: Option<Spanned<Instant>>,
    pub by: Spanned<Id<Role>>,
    pub needs: Vec<Need>,
    pub show: Vec<Spanned<Id<Check>>>,
    /// What is proposed when the answer is no; `None` is to stop.
    pub else_run: Option<Spanned<Id<Scenario>>>,
}
