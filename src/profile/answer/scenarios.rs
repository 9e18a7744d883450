//! What each scenario has to say for itself.

use std::collections::BTreeMap;

use crate::analysis::program::{Node, Work, items};
use crate::plan::id::Id;
use crate::plan::people::Role;
use crate::plan::scenario::{Answer as Response, Scenario};

use super::{Answer, Missing, Place, Seen, declared};

impl Seen<'_> {
    /// Who calls for a scenario: who approves it, whom its trigger names, or who decides where it is proposed.
    pub(super) fn decider(&self) -> Answer {
        let mut deciders: BTreeMap<Id<Scenario>, Id<Role>> = BTreeMap::new();
        for (_, trigger) in self.plan.triggers.iter() {
            for response in &trigger.answers {
                if let (Response::Run(scenario), Some(by)) = (&response.value, &trigger.by) {
                    deciders.entry(*scenario).or_insert(by.value);
                }
            }
        }
        for (_, decision) in self.plan.decisions.iter() {
            if let Some(scenario) = &decision.else_run {
                deciders.entry(scenario.value).or_insert(decision.by.value);
            }
        }
        for (id, scenario) in self.plan.scenarios.iter() {
            if let Some(approval) = &scenario.approve {
                deciders.insert(id, approval.by.value);
            }
        }
        let owner = self.plan.owner.as_ref().map(|owner| owner.value);
        self.each(
            |id, _| deciders.get(&id).copied().or(owner).map(|role| declared("role", &self.plan.roles[role].header)),
            |name| format!("nobody is named who may call for `{name}`"),
        )
    }

    pub(super) fn approvals(&self) -> Answer {
        self.each(
            |_, scenario| scenario.approve.as_ref().map(|approval| declared("role", &self.plan.roles[approval.by.value].header)),
            |name| format!("nobody approves `{name}`: it has no `approve by`"),
        )
    }

    pub(super) fn second_person(&self) -> Answer {
        self.each(
            |_, scenario| scenario.approve.as_ref().filter(|approval| approval.other).map(|_| declared("scenario", &scenario.header)),
            |name| format!("whoever carries out `{name}` may approve it too: it has no `approve by ROLE other`"),
        )
    }

    pub(super) fn latest_time(&self) -> Answer {
        let retained = self.plan.retain.is_some();
        self.each(
            |id, scenario| {
                let ends = scenario.applies.iter().any(|clause| clause.until.is_some() || clause.within.is_some());
                (ends || retained || self.facts.deadline(id).is_some()).then(|| declared("scenario", &scenario.header))
            },
            |name| format!("nothing says until when `{name}` can be used: no `until`, no `within`, and the plan has no `retain`"),
        )
    }

    pub(super) fn estimates(&self) -> Answer {
        self.each(
            |id, scenario| {
                let time = self.facts.time(id);
                let known = time.unknown.is_empty();
                known.then(|| Place::Said(format!("“{}”: {}", scenario.header.title, time.total.said())))
            },
            |name| format!("how long `{name}` takes is not known: not every step has `takes`"),
        )
    }

    /// What is lost is known where it is stated, or where nothing is.
    pub(super) fn loss(&self) -> Answer {
        let stated = self.plan.rpo.is_some();
        self.each(
            |id, scenario| match (self.facts.loss(id).is_empty(), stated || scenario.loses_at_most.is_some()) {
                (true, _) => Some(Place::Said(format!("“{}”: nothing that rbk can see", scenario.header.title))),
                (false, true) => Some(declared("scenario", &scenario.header)),
                (false, false) => None,
            },
            |name| format!("`{name}` loses writes, and neither `rpo` nor `loses at most` says how much may be lost"),
        )
    }

    pub(super) fn verified(&self) -> Answer {
        let asks = |nodes: &[Node<'_>]| items(nodes).iter().any(|item| !item.verify.is_empty() || matches!(item.work, Work::Verify(_)));
        let mut answer = self.each(
            |id, scenario| asks(&self.facts.scenarios[id.index()].nodes).then(|| declared("scenario", &scenario.header)),
            |name| format!("`{name}` does not ask whether it worked: it has no `verify`"),
        );
        for node in &self.facts.forward.nodes {
            let Node::Phase { phase, nodes } = node else { continue };
            let header = &self.plan.phases[*phase].header;
            let changes = items(nodes).iter().any(|item| item.change.is_some());
            match asks(nodes) {
                true => answer.places.push(declared("phase", header)),
                false if changes => answer
                    .missing
                    .push(Missing { text: format!("phase `{}` does not ask whether it worked", header.name), span: header.span }),
                false => {}
            }
        }
        answer
    }

    pub(super) fn messages(&self) -> Answer {
        let sends = |id: Id<Scenario>| {
            let items = self.facts.scenarios[id.index()].items();
            items.iter().find_map(|item| if let Work::Send(message) = item.work { Some(message) } else { None })
        };
        self.each(
            |id, _| sends(id).map(|message| declared("message", &self.plan.messages[message].header)),
            |name| format!("`{name}` tells nobody: it has no `send`"),
        )
    }

    /// What comes next: another scenario, or whom the approver or the plan's owner hands it to.
    pub(super) fn escalation(&self) -> Answer {
        let owner = self.plan.owner.as_ref().map(|owner| owner.value);
        let hands_on = |role: Id<Role>| self.plan.roles[role].escalate.as_ref().map(|(to, _)| *to).or(self.plan.roles[role].deputy);
        self.each(
            |_, scenario| {
                let next = scenario.escalates.first().map(|next| declared("scenario", &self.plan.scenarios[next.to.value].header));
                let approver = scenario.approve.as_ref().map(|approval| approval.by.value);
                let role = approver.and_then(hands_on).or_else(|| owner.and_then(hands_on));
                next.or_else(|| role.map(|role| declared("role", &self.plan.roles[role].header)))
            },
            |name| format!("nothing says what comes next when `{name}` fails: neither it nor its approver nor the plan's owner escalates"),
        )
    }

    pub(super) fn assessment(&self) -> Answer {
        let triggered = |id: Id<Scenario>| {
            let runs = |response: &Response| matches!(response, Response::Run(run) if *run == id);
            let mut triggers = self.plan.triggers.iter().map(|(_, trigger)| trigger);
            triggers.find(|trigger| trigger.answers.iter().any(|response| runs(&response.value)))
        };
        self.each(
            |id, scenario| {
                let own = !scenario.symptoms.is_empty() || !scenario.needs.is_empty();
                let own = own.then(|| declared("scenario", &scenario.header));
                own.or_else(|| triggered(id).map(|trigger| declared("trigger", &trigger.header)))
            },
            |name| format!("nothing says by what one sees that `{name}` is the right answer: no `symptom`, no `needs`, no trigger"),
        )
    }
}
