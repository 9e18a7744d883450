//! What the plan as a whole has to say.

use crate::analysis::Answer as Verdict;
use crate::analysis::program::Node;
use crate::analysis::time::critical_path;
use crate::plan::change::Change;
use crate::plan::id::Id;
use crate::plan::people::ChecklistTime;
use crate::plan::scenario::Condition;

use super::{Answer, Place, Seen, Shown, declared};

/// What is said where nothing is destroyed.
const NOT_NEEDED: &str = "not needed: every change has an undo, and as far as rbk can tell none loses anything";

impl Seen<'_> {
    /// Returns where the plan itself shows something. What scenarios show is not asked here.
    pub(super) fn of_plan(&self, shown: Shown) -> Answer {
        let (plan, span) = (self.plan, self.plan.header.span);
        let valued = |name: &str, value: Option<String>| match value {
            Some(value) => Answer::said(format!("{name}: {value}")),
            None => Answer::missing(format!("the plan has no `{name}`"), span),
        };
        match shown {
            Shown::Window => valued("window", plan.window.as_ref().map(|_| "in “About this plan”".to_owned())),
            Shown::Summary => valued("summary", plan.summary.as_ref().map(|_| "at the head of the runbook".to_owned())),
            Shown::Version => valued("version", plan.version.clone()),
            Shown::Rto => valued("rto", plan.rto.as_ref().map(|rto| rto.value.said())),
            Shown::Rpo => valued("rpo", plan.rpo.as_ref().map(|rpo| rpo.value.said())),
            Shown::History => valued("history", plan.history.last().map(|last| format!("last entry {}", last.version))),
            Shown::Systems => self.all("target", plan.targets.iter().map(|(_, one)| &one.header), "the plan names no target"),
            Shown::Changes => self.all("change", plan.changes.iter().map(|(_, one)| &one.header), "the plan has no change"),
            Shown::Writers if plan.targets.iter().all(|(_, target)| !target.kind.value.is_database()) => {
                Answer::said("no database is changed")
            }
            Shown::Writers => {
                self.all("writer", plan.writers.iter().map(|(_, one)| &one.header), "no `writer` says who writes to the databases")
            }
            Shown::Decisions => {
                self.all("decision", plan.decisions.iter().map(|(_, one)| &one.header), "no `decision` says where to go on or back")
            }
            Shown::Observation => {
                self.all("monitor", plan.monitors.iter().map(|(_, one)| &one.header), "no `monitor` says what is watched, and how long")
            }
            Shown::Afterwards => self.all("post", plan.posts.iter().map(|(_, one)| &one.header), "no `post` says what is done afterwards"),
            Shown::Timeline => self.timeline(),
            Shown::WayBack => self.way_back(),
            Shown::Remedy => self.remedies(),
            Shown::Triggers => self.triggers(),
            Shown::Sources => self.sources(),
            Shown::Owners => self.owners(),
            Shown::Contacts => self.contacts(),
            Shown::Backups | Shown::BackupsChecked => self.backups(shown),
            // What is left: `needs` and checklists.
            _ => self.preconditions(),
        }
    }

    /// A phase's length is stated, or adds up from its steps.
    fn timeline(&self) -> Answer {
        let mut answer = Answer::default();
        for node in &self.facts.forward.nodes {
            let Node::Phase { phase, nodes } = node else { continue };
            let phase = &self.plan.phases[*phase];
            let begins = phase.at.is_some() || !phase.after.is_empty();
            let lasts = phase.duration.is_some() || phase.external.is_some() || critical_path(nodes).unknown.is_empty();
            match (begins, lasts) {
                (true, true) => answer.at("phase", &phase.header),
                (false, _) => answer.lacks(format!("phase `{}` does not say when it begins", phase.header.name), phase.header.span),
                (true, false) => answer.lacks(format!("phase `{}` does not say how long it takes", phase.header.name), phase.header.span),
            }
        }
        answer
    }

    fn way_back(&self) -> Answer {
        let mut answer = Answer::default();
        for (id, change) in self.plan.changes.iter() {
            match self.facts.verdict(id).answer {
                Verdict::Unknown => answer.lacks(format!("nothing says how `{}` is taken back", change.header.name), change.header.span),
                _ => answer.at("change", &change.header),
            }
        }
        answer
    }

    /// A backup, a scenario, or what one goes on with.
    fn remedies(&self) -> Answer {
        let forward = self.plan.scenarios.iter().any(|(_, scenario)| scenario.goes_forward.is_some());
        let mut answer = Answer::default();
        for (_, change) in self.plan.changes.iter().filter(|(_, change)| change.irreversible.is_some()) {
            match forward || !change.recover.is_empty() {
                true => answer.at("change", &change.header),
                false => {
                    answer.lacks(format!("nothing says what helps when `{}` has to be taken back", change.header.name), change.header.span)
                }
            }
        }
        match answer == Answer::default() {
            true => Answer::said("every change has an undo"),
            false => answer,
        }
    }

    fn all_clean(&self) -> bool {
        self.plan.changes.ids().all(|id: Id<Change>| matches!(self.facts.verdict(id).answer, Verdict::Clean | Verdict::Claimed))
    }

    fn triggers(&self) -> Answer {
        let plain = |condition: &Condition| matches!(condition, Condition::Measured { .. } | Condition::Fails { .. });
        let triggers = self.plan.triggers.iter().filter(|(_, trigger)| trigger.when.iter().any(|condition| plain(&condition.value)));
        self.all("trigger", triggers.map(|(_, trigger)| &trigger.header), "no trigger has a number or a check that says when it fires")
    }

    fn sources(&self) -> Answer {
        let mut answer = Answer::default();
        for (_, trigger) in self.plan.triggers.iter() {
            let measured = trigger.when.iter().any(|condition| matches!(condition.value, Condition::Measured { .. }));
            match (&trigger.source, measured) {
                (Some(_), true) => answer.at("trigger", &trigger.header),
                (None, true) => {
                    answer.lacks(format!("trigger `{}` does not say where its number is read", trigger.header.name), trigger.header.span)
                }
                (_, false) => {}
            }
        }
        match answer.places.is_empty() && answer.missing.is_empty() {
            true => Answer::missing("no trigger measures anything", self.plan.header.span),
            false => answer,
        }
    }

    /// Whoever owns the plan answers for what nobody else does.
    fn owners(&self) -> Answer {
        let plan = self.plan;
        if let Some(owner) = &plan.owner {
            let mut answer = Answer::said("what names nobody else is the owner's");
            answer.places.insert(0, declared("role", &plan.roles[owner.value].header));
            return answer;
        }
        let programs = self.facts.scenarios.iter().chain([&self.facts.forward]);
        let mut answer = Answer::default();
        for item in programs.flat_map(|program| program.items()) {
            match item.by {
                Some(role) => {
                    let place = declared("role", &plan.roles[role].header);
                    if !answer.places.contains(&place) {
                        answer.places.push(place);
                    }
                }
                None => answer.lacks(format!("nobody answers for `{}`, and the plan has no `owner`", item.id), item.span),
            }
        }
        answer.missing.sort_by_key(|missing| missing.span);
        answer.missing.dedup_by_key(|missing| missing.span);
        answer
    }

    fn contacts(&self) -> Answer {
        let mut answer = Answer::default();
        for (_, role) in self.plan.roles.iter() {
            match role.contacts.is_empty() {
                false => answer.at("role", &role.header),
                true => answer.lacks(format!("role `{}` has no `contact`", role.header.name), role.header.span),
            }
        }
        match self.plan.roles.len() {
            0 => Answer::missing("the plan names no role", self.plan.header.span),
            _ => answer,
        }
    }

    fn backups(&self, shown: Shown) -> Answer {
        let mut answer = Answer::default();
        for (_, backup) in self.plan.backups.iter() {
            match matches!(shown, Shown::Backups) || backup.method.is_some() || backup.verify.is_some() {
                true => answer.at("backup", &backup.header),
                false => {
                    answer.lacks(format!("nothing looks into backup `{}`: it has no `verify`", backup.header.name), backup.header.span)
                }
            }
        }
        match (self.plan.backups.len(), self.all_clean()) {
            (0, true) => Answer::said(NOT_NEEDED),
            (0, false) => Answer::missing("no backup is taken", self.plan.header.span),
            _ => answer,
        }
    }

    fn preconditions(&self) -> Answer {
        let plan = self.plan;
        let mut answer = Answer::default();
        if !plan.needs.is_empty() {
            answer.places.push(Place::Said("what every scenario needs".to_owned()));
        }
        for (_, list) in plan.checklists.iter().filter(|(_, list)| matches!(list.when, Some((ChecklistTime::Before, _)))) {
            answer.at("checklist", &list.header);
        }
        for (_, scenario) in plan.scenarios.iter().filter(|(_, scenario)| !scenario.needs.is_empty()) {
            answer.at("scenario", &scenario.header);
        }
        for (_, change) in plan.changes.iter().filter(|(_, change)| !change.needs.is_empty()) {
            answer.at("change", &change.header);
        }
        match answer.places.is_empty() {
            true => Answer::missing("nothing says what has to hold before: no `needs`, no checklist before a phase", plan.header.span),
            false => answer,
        }
    }
}
