//! How a plan shows that it answers a requirement: where, and what is missing.

mod plan;
mod scenarios;

use crate::analysis::Facts;
use crate::graph::Graph;
use crate::plan::id::Id;
use crate::plan::scenario::Scenario;
use crate::plan::{Header, Plan};
use crate::source::Span;

/// What is looked at.
#[derive(Clone, Copy, Debug)]
pub struct Seen<'a> {
    pub plan: &'a Plan,
    pub graph: &'a Graph,
    pub facts: &'a Facts<'a>,
}

/// What in a plan answers a requirement.
#[derive(Clone, Copy, Debug)]
pub enum Shown {
    /// What is done, change by change.
    Changes,
    /// Every phase says when it begins and how long it takes.
    Timeline,
    Window,
    Summary,
    Version,
    History,
    Systems,
    /// Who writes to the databases.
    Writers,
    /// Every change says how it is taken back, or that it can't be.
    WayBack,
    Scenarios,
    /// What can't be taken back has another remedy.
    Remedy,
    /// Signs that a machine or a person can read off.
    Triggers,
    /// Every measured sign says where the number comes from.
    Sources,
    /// Each scenario has somebody who calls for it.
    Decider,
    /// Each scenario has somebody who approves it.
    Approvals,
    /// Who approves is somebody else than who carries it out.
    SecondPerson,
    /// Each scenario says until when it can be used.
    LatestTime,
    /// A decision to go on or back, with its time.
    Decisions,
    /// Each scenario's length is known.
    Estimates,
    Rto,
    Rpo,
    /// What going back loses is known, or limited.
    Loss,
    /// Everything has somebody who answers for it.
    Owners,
    Contacts,
    /// Each scenario and each phase asks whether it worked.
    Verified,
    Backups,
    /// Each backup is looked into when it is taken.
    BackupsChecked,
    /// Each scenario tells people.
    Messages,
    /// Each scenario says what comes next when it fails.
    Escalation,
    Preconditions,
    /// Each scenario says by what it is recognised.
    Assessment,
    Observation,
    Afterwards,
    /// What every bundle does, whatever the plan says.
    Bundle(&'static str),
    /// No plan can show it.
    Outside(&'static str),
}

/// Where a requirement is answered.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Place {
    /// A declaration.
    Declared { kind: &'static str, name: String, title: String },
    /// In words: a value of the plan, or what follows from it.
    Said(String),
}

/// What keeps a requirement from being answered.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Missing {
    pub text: String,
    pub span: Span,
}

/// An answer. It is whole where nothing is missing.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Answer {
    pub places: Vec<Place>,
    pub missing: Vec<Missing>,
    /// Whether no plan can show it; the place says who does.
    pub outside: bool,
}

impl Answer {
    /// Returns whether the plan answers.
    pub fn is_whole(&self) -> bool {
        self.missing.is_empty() && !self.outside
    }

    fn said(text: impl Into<String>) -> Answer {
        Answer { places: vec![Place::Said(text.into())], ..Answer::default() }
    }

    fn missing(text: impl Into<String>, span: Span) -> Answer {
        Answer { missing: vec![Missing { text: text.into(), span }], ..Answer::default() }
    }

    fn at(&mut self, kind: &'static str, header: &Header) {
        self.places.push(Place::Declared { kind, name: header.name.clone(), title: header.title.clone() });
    }

    fn lacks(&mut self, text: String, span: Span) {
        self.missing.push(Missing { text, span });
    }
}

impl Seen<'_> {
    /// Returns the scenarios that lead back and that people choose: not the parts, and not those that lead on.
    fn back(&self) -> impl Iterator<Item = (Id<Scenario>, &Scenario)> {
        self.plan.scenarios.iter().filter(|(id, scenario)| !self.facts.is_part(*id) && scenario.goes_forward.is_none())
    }

    /// Returns an answer that holds every declaration; what is said to be missing where there is none.
    fn all<'h>(&self, kind: &'static str, headers: impl Iterator<Item = &'h Header>, none: &str) -> Answer {
        let mut answer = Answer::default();
        headers.for_each(|header| answer.at(kind, header));
        if answer.places.is_empty() { Answer::missing(none, self.plan.header.span) } else { answer }
    }

    /// Returns an answer for which each scenario has to say something; the text says what one lacks that does not.
    fn each(&self, says: impl Fn(Id<Scenario>, &Scenario) -> Option<Place>, lacks: impl Fn(&str) -> String) -> Answer {
        let mut answer = Answer::default();
        for (id, scenario) in self.back() {
            match says(id, scenario) {
                Some(place) if answer.places.contains(&place) => {}
                Some(place) => answer.places.push(place),
                None => answer.lacks(lacks(&scenario.header.name), scenario.header.span),
            }
        }
        if answer.places.is_empty() && answer.missing.is_empty() {
            return Answer::missing("no scenario leads back", self.plan.header.span);
        }
        answer
    }
}

impl Shown {
    /// Returns where a plan shows it, and what is missing.
    pub fn answer(self, seen: &Seen<'_>) -> Answer {
        match self {
            Shown::Bundle(what) => Answer::said(what),
            Shown::Outside(who) => Answer { outside: true, ..Answer::said(who) },
            Shown::Scenarios => seen.all("scenario", seen.back().map(|(_, scenario)| &scenario.header), "no scenario leads back"),
            Shown::Decider => seen.decider(),
            Shown::Approvals => seen.approvals(),
            Shown::SecondPerson => seen.second_person(),
            Shown::LatestTime => seen.latest_time(),
            Shown::Estimates => seen.estimates(),
            Shown::Loss => seen.loss(),
            Shown::Verified => seen.verified(),
            Shown::Messages => seen.messages(),
            Shown::Escalation => seen.escalation(),
            Shown::Assessment => seen.assessment(),
            of_plan => seen.of_plan(of_plan),
        }
    }
}

impl Shown {
    /// Returns what is looked for, in the language's words.
    pub fn words(self) -> &'static str {
        match self {
            Shown::Changes => "every change of the plan",
            Shown::Timeline => "every phase says when it begins, and how long it takes or its steps take",
            Shown::Window => "`window`",
            Shown::Summary => "`summary`",
            Shown::Version => "`version`",
            Shown::History => "`history`",
            Shown::Systems => "the targets",
            Shown::Writers => "the writers, where there is a database",
            Shown::WayBack => "every change has an undo, or is `irreversible` with what helps",
            Shown::Scenarios => "the scenarios that lead back",
            Shown::Remedy => "every irreversible change has a `recover`, or a scenario `goes forward`",
            Shown::Triggers => "a trigger that a number or a check fires",
            Shown::Sources => "every measured trigger has a `source`",
            Shown::Decider => "every scenario: `approve by`, a trigger’s `by`, a decision’s `by`, or the plan’s `owner`",
            Shown::Approvals => "every scenario has `approve by`",
            Shown::SecondPerson => "every scenario has `approve by … other`",
            Shown::LatestTime => "every scenario: `until`, `within`, a deadline that follows from the window, or the plan’s `retain`",
            Shown::Estimates => "every scenario: each step has an estimate",
            Shown::Rto => "`rto`",
            Shown::Rpo => "`rpo`",
            Shown::Loss => "every scenario: `rpo`, `loses at most`, or nothing that rbk can see",
            Shown::Owners => "the plan’s `owner`, or every step has a `by`",
            Shown::Contacts => "every role has a `contact`",
            Shown::Verified => "every scenario, and every phase with changes, has a `verify`",
            Shown::Backups => "the backups; where none is needed, that",
            Shown::BackupsChecked => "every backup has a method that looks into it, or a `verify`",
            Shown::Messages => "every scenario sends a message",
            Shown::Escalation => "every scenario: `escalates`, or its approver or the plan’s owner has `escalate` or a `deputy`",
            Shown::Preconditions => "`needs`, or a checklist before a phase",
            Shown::Assessment => "every scenario: a `symptom`, `needs`, or a trigger that runs it",
            Shown::Observation => "the monitors",
            Shown::Afterwards => "the posts",
            Shown::Decisions => "the decisions",
            Shown::Bundle(words) | Shown::Outside(words) => words,
        }
    }
}

fn declared(kind: &'static str, header: &Header) -> Place {
    Place::Declared { kind, name: header.name.clone(), title: header.title.clone() }
}
