//! What each declaration of a plan says that its safety rests on, statement by statement, and how to weigh it.
//!
//! What follows from several statements together (where a scenario applies, what it takes and loses, how a change is taken back) is
//! `safety`'s. Titles and texts for people are not compared.

mod forward;
mod people;
mod steps;
mod systems;
mod words;

use std::collections::{BTreeMap, BTreeSet};
use std::ops::Range;

use self::words::{date, name, spaced, window};
use crate::plan::action::Action;
use crate::plan::id::Id;
use crate::plan::people::{Moment, Role};
use crate::plan::scenario::{Need, Trigger};
use crate::plan::{Accept, Plan};
use crate::source::Spanned;

/// What a statement says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Said {
    /// Seconds: more is worse, and so is to say nothing, unless another statement stands in.
    AtMost(Option<u64>, Option<u64>),
    /// Seconds: less is worse, and so is to say nothing.
    AtLeast(Option<u64>),
    /// Seconds: less is worse, and to say nothing sets no end.
    Until(Option<u64>),
    /// How many there are: fewer is worse.
    Count(usize),
    /// Each protects: what is gone is worse.
    Guards(BTreeSet<String>),
    /// Each takes something away: what is new is worse.
    Risks(BTreeSet<String>),
    /// What it is limited to; empty for no limit. Less is worse.
    Scope(BTreeSet<String>),
    /// The positions behind the beginning in which it holds, in their order: fewer is worse.
    Places(Range<usize>),
    /// One of several, worse the higher.
    Rank(u8, &'static str),
    /// To say nothing is worse; another is otherwise.
    Named(Option<String>),
    /// Another is otherwise.
    Plain(Option<String>),
    /// As `Named`, and too long to be shown.
    Text(Option<String>),
    /// As `Plain`, and too long to be shown.
    Spare(Option<String>),
}

/// What is compared of a declaration.
#[derive(Clone, Debug, Default)]
pub struct Traits {
    /// By the words of the statement, in a fixed order.
    pub said: Vec<(String, Said)>,
    /// Whether it is worse when the declaration is there no more; `None` where something else tells it.
    pub gone: Option<Weight>,
}

/// How a declaration weighs that is there no more.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Weight {
    Worse,
    Otherwise,
}

/// Declarations by kind and name; what is said of the plan as a whole has none.
pub type All = BTreeMap<(&'static str, String), Traits>;

/// Returns what is compared of a plan; `active` gives the positions in which a trigger can fire.
pub fn of(plan: &Plan, active: &dyn Fn(&Trigger) -> Range<usize>) -> All {
    let mut all = All::new();
    let mut reader = Reader { plan, all: &mut all };
    reader.plan();
    reader.systems();
    reader.people();
    reader.forward();
    for (_, trigger) in plan.triggers.iter() {
        reader.trigger(trigger, active(trigger));
    }
    reader.scenarios();
    all
}

struct Reader<'a> {
    plan: &'a Plan,
    all: &'a mut All,
}

impl Reader<'_> {
    fn add(&mut self, kind: &'static str, name: &str, gone: Option<Weight>, said: Vec<(&str, Said)>) {
        let said = said.into_iter().map(|(words, said)| (words.to_owned(), said)).collect::<Vec<_>>();
        let traits = self.all.entry((kind, name.to_owned())).or_default();
        traits.gone = gone;
        traits.said.extend(said);
    }

    fn plan(&mut self) {
        let plan = self.plan;
        let said = vec![
            ("retain", Said::AtLeast(plan.retain.map(|it| it.value.seconds))),
            ("window", Said::Named(plan.window.as_ref().map(|it| window(&it.value)))),
            ("owner", self.role(plan.owner)),
            ("needs", self.needs(&plan.needs)),
        ];
        self.add("promise", "", None, said);
        let mut accepts: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
        let mut accept = |place: String, accept: &Accept| {
            let until = accept.until.map_or(String::new(), |until| format!(" until {}", date(until.value)));
            accepts.entry(accept.rule.value.clone()).or_default().insert(format!("{place}{until}"));
        };
        plan.accepts.iter().chain(&plan.header.accepts).for_each(|it| accept("the plan".to_owned(), it));
        for declared in plan.declared() {
            declared.header.accepts.iter().for_each(|it| accept(format!("`{}`", declared.header.name), it));
        }
        for step in plan.steps() {
            step.accepts.iter().for_each(|it| accept(format!("`{}`", step.name), it));
        }
        let said = accepts.iter().map(|(rule, places)| (rule.as_str(), Said::Risks(places.clone()))).collect();
        self.add("accept", "", None, said);
    }

    fn needs(&self, needs: &[Need]) -> Said {
        let need = |need: &Need| match need {
            Need::Check(check) => name(&self.plan.checks, check.value),
            Need::Question(question) => format!("“{}”", question.value),
        };
        Said::Guards(needs.iter().map(need).collect())
    }

    fn action(&self, action: &Action) -> String {
        let plan = self.plan;
        match action {
            Action::Code(code) => spaced(code),
            // In what words a person is told is not compared.
            Action::Manual(_) => "by hand".to_owned(),
            Action::Edit { path, content, .. } => format!("{path} {}", spaced(content)),
            Action::Restore { backup, .. } => format!("restore {}", name(&plan.backups, *backup)),
            Action::Set { flag, value, .. } => format!("set {} to {value}", name(&plan.flags, *flag)),
            Action::Deploy { release, .. } => format!("deploy {}", name(&plan.releases, *release)),
        }
    }

    fn role(&self, role: Option<Spanned<Id<Role>>>) -> Said {
        self.id(role.map(|role| role.value))
    }

    fn id(&self, role: Option<Id<Role>>) -> Said {
        Said::Named(role.map(|role| name(&self.plan.roles, role)))
    }

    fn moment(&self, moment: Moment) -> String {
        match moment {
            Moment::Phase(phase) => name(&self.plan.phases, phase),
            Moment::Change(change) => name(&self.plan.changes, change),
            Moment::Scenario(scenario) => name(&self.plan.scenarios, scenario),
        }
    }
}
