//! What calls for a rollback (triggers) and what people then do (scenarios and their steps).

use crate::source::{Span, Spanned};

use super::action::{Action, Code};
use super::change::{Change, Effects};
use super::check::{Check, Retry};
use super::id::Id;
use super::people::{Message, Moment, Role};
use super::target::{Backup, Flag, Release, Target};
use super::value::{Comparison, Duration, Level, Place};
use super::{Header, Param, Prose};

#[derive(Clone, Debug)]
pub struct Trigger {
    pub header: Header,
    pub level: Level,
    pub automatic: bool,
    pub when: Vec<Spanned<Condition>>,
    pub source: Option<Source>,
    pub active_from: Option<Spanned<Moment>>,
    pub active_until: Option<Spanned<Moment>>,
    /// Its own, or that of its `severity`.
    pub respond: Option<Spanned<Duration>>,
    /// Its own, or that of its `severity`.
    pub by: Option<Spanned<Id<Role>>>,
    /// Its own, or those of its `severity`.
    pub answers: Vec<Spanned<Answer>>,
}

/// What a trigger fires on.
#[derive(Clone, Debug)]
pub enum Condition {
    Told(String),
    Fails { check: Id<Check>, lasting: Option<Duration> },
    Measured { metric: String, comparison: Comparison, value: String, over_baseline: bool, lasting: Option<Duration> },
}

/// Where the number comes from.
#[derive(Clone, Debug)]
pub enum Source {
    Text(String),
    Query(Code),
}

#[derive(Clone, Debug)]
pub enum Answer {
    Run(Id<Scenario>),
    Investigate(String),
    Continue(String),
}

#[derive(Clone, Debug)]
pub struct Scenario {
    pub header: Header,
    /// Empty: a part that other scenarios run.
    pub applies: Vec<Applies>,
    pub summary: Option<Prose>,
    pub rto: Option<Spanned<Duration>>,
    pub approve: Option<Approval>,
    pub needs: Vec<Need>,
    pub symptoms: Vec<Prose>,
    pub limits: Vec<Prose>,
    pub never: Vec<Prose>,
    pub loses_at_most: Option<Spanned<Duration>>,
    pub level: Option<Spanned<u64>>,
    pub escalates: Vec<Escalation>,
    pub goes_forward: Option<Span>,
    pub leaves_frozen: Vec<Spanned<Id<Target>>>,
    pub steps: Vec<Step>,
}

/// When a scenario can be used. Clauses intersect.
#[derive(Clone, Debug)]
pub struct Applies {
    pub from: Option<Spanned<Moment>>,
    pub until: Option<Spanned<Moment>>,
    /// Counted from the end of the moment.
    pub within: Option<(Spanned<Duration>, Spanned<Moment>)>,
    pub span: Span,
}

#[derive(Clone, Debug)]
pub struct Approval {
    pub by: Spanned<Id<Role>>,
    /// Whether somebody else than the operator must give it.
    pub other: bool,
}

#[derive(Clone, Debug)]
pub struct Escalation {
    pub to: Spanned<Id<Scenario>>,
    pub when: EscalateWhen,
}

#[derive(Clone, Debug)]
pub enum EscalateWhen {
    After(Duration),
    Check(Id<Check>),
}

/// A precondition: a check, or a question to a person.
#[derive(Clone, Debug)]
pub enum Need {
    Check(Spanned<Id<Check>>),
    Question(Spanned<String>),
}

/// One step, in a scenario or in a phase.
#[derive(Clone, Debug)]
pub struct Step {
    /// Local to its scenario. A verb's is made of its words: `undo-load-v2`.
    pub name: String,
    /// What people read. A verb's is made by the compiler.
    pub title: String,
    /// The step's first line.
    pub span: Span,
    pub whole: Span,
    pub kind: StepKind,
    pub by: Option<Spanned<Id<Role>>>,
    pub takes: Option<Spanned<Duration>>,
    /// Siblings (in `parallel`), by name.
    pub after: Vec<Spanned<String>>,
    pub conditions: Vec<Guard>,
    pub needs: Vec<Need>,
    pub confirm: Option<String>,
    pub dir: Option<Place>,
    pub timeout: Option<Duration>,
    pub retry: Option<Retry>,
    pub verify: Vec<Spanned<Id<Check>>>,
    pub otherwise: Otherwise,
    /// Questions whose answers fill message slots: (question, slot).
    pub records: Vec<(String, Spanned<String>)>,
    pub effects: Effects,
    pub notes: Vec<Prose>,
    pub links: Vec<super::Link>,
    pub accepts: Vec<super::Accept>,
}

/// What a step is. The verbs name several things where the language allows it.
#[derive(Clone, Debug)]
pub enum StepKind {
    /// `step … { do … }`.
    Do {
        on: Option<Spanned<Id<Target>>>,
        via: Option<Spanned<Id<Target>>>,
        action: Option<Action>,
    },
    /// `manual …`; `do manual …` in its block holds instructions beside the title.
    Manual {
        instructions: Option<Prose>,
    },
    /// The changes as written; the order is `graph`'s. `everything` and phases are spelled out.
    Undo(Vec<Spanned<Id<Change>>>),
    Restore(Vec<Spanned<Id<Backup>>>),
    Take(Vec<Spanned<Id<Backup>>>),
    Capture(Vec<Spanned<Id<Check>>>),
    Verify(Vec<Spanned<Id<Check>>>),
    Show(Vec<Spanned<Id<Check>>>),
    Deploy(Vec<Spanned<Id<Release>>>),
    Send(Vec<Spanned<Id<Message>>>),
    Run(Vec<Spanned<Id<Scenario>>>),
    Set {
        flag: Spanned<Id<Flag>>,
        value: Spanned<String>,
    },
    Group {
        rto: Option<Spanned<Duration>>,
        steps: Vec<Step>,
    },
    Parallel(Vec<Step>),
    Choose {
        several: bool,
        options: Vec<ChoiceOption>,
    },
}

#[derive(Clone, Debug)]
pub struct ChoiceOption {
    pub name: Spanned<String>,
    pub title: String,
    pub recommended: bool,
    pub whole: Span,
    pub conditions: Vec<Guard>,
    pub needs: Vec<Need>,
    pub steps: Vec<Step>,
    pub notes: Vec<Prose>,
}

/// `only if` (or, negated, `unless`).
#[derive(Clone, Debug)]
pub struct Guard {
    pub negated: bool,
    pub test: Test,
    pub span: Span,
}

#[derive(Clone, Debug)]
pub enum Test {
    Check(Id<Check>),
    Available(Id<Backup>),
    Applied(Id<Change>),
    Param(Id<Param>, String),
    /// An option of a `choose` that stands before, by name.
    Chose(Spanned<String>),
}

/// What follows when a step fails for good.
#[derive(Clone, Debug)]
pub enum Otherwise {
    Stop,
    Continue,
    Run(Spanned<Id<Scenario>>),
    Steps(Vec<Step>),
}
