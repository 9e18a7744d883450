//! Steps to nodes.

use std::collections::HashMap;

use crate::analysis::program::{Choice, Failure, Item, Node, Work};
use crate::diagnostic::Diagnostic;
use crate::plan::check::Check;
use crate::plan::id::Id;
use crate::plan::people::Role;
use crate::plan::scenario::{Otherwise, Scenario, Step, StepKind};
use crate::plan::value::Duration;
use crate::source::Spanned;

use super::Writer;
use super::work::ids;

/// What a step stands in.
enum Place {
    /// One after another.
    Turn,
    /// Side by side: what has to stay in turn needs a group of its own. Siblings know the step by this id.
    Parallel { id: String, after: Vec<String> },
}

impl Place {
    fn is_parallel(&self) -> bool {
        matches!(self, Place::Parallel { .. })
    }

    fn after(&self) -> Vec<String> {
        match self {
            Place::Turn => Vec::new(),
            Place::Parallel { after, .. } => after.clone(),
        }
    }
}

/// How a verb that asks a check is written and called.
struct Ask<'p> {
    verb: &'static str,
    says: &'static str,
    work: fn(Id<Check>) -> Work<'p>,
}

impl<'p> Writer<'_, 'p> {
    /// Writes steps that are carried out one after another.
    pub(super) fn steps(&mut self, steps: &'p [Step], prefix: &str) -> Vec<Node<'p>> {
        let mut nodes = Vec::new();
        for step in steps {
            self.step(step, prefix, &mut nodes);
        }
        nodes
    }

    /// Writes one step.
    pub(super) fn step(&mut self, step: &'p Step, prefix: &str, nodes: &mut Vec<Node<'p>>) {
        self.placed(step, &Place::Turn, prefix, nodes);
    }

    fn placed(&mut self, step: &'p Step, place: &Place, prefix: &str, nodes: &mut Vec<Node<'p>>) {
        if !self.has_room() {
            return;
        }
        self.depth += 1;
        // What is guarded is not sure to have been taken.
        let before = (!step.conditions.is_empty()).then(|| self.own_takes.clone());
        let mut own = Vec::new();
        match &step.kind {
            StepKind::Group { rto, steps } => {
                let id = self.own_id(step, place, prefix);
                let inside = self.steps(steps, prefix);
                own.push(group(step, id, rto.map(|rto| rto.value), place.after(), inside));
            }
            StepKind::Parallel(steps) => own.push(self.parallel(step, steps, place, prefix)),
            StepKind::Choose { several, options } => {
                let id = self.own_id(step, place, prefix);
                let mut choices = Vec::with_capacity(options.len());
                // What one option takes, another does not have.
                let before = self.own_takes.clone();
                for option in options {
                    self.own_takes.clone_from(&before);
                    choices.push(Choice {
                        name: &option.name.value,
                        title: &option.title,
                        recommended: option.recommended,
                        guards: &option.conditions,
                        needs: &option.needs,
                        nodes: self.steps(&option.steps, prefix),
                    });
                }
                self.own_takes = before;
                own.push(Node::Choose { id, title: &step.title, span: step.span, several: *several, options: choices });
            }
            StepKind::Run(scenarios) => self.calls(scenarios, step, place, prefix, &mut own),
            _ => {
                self.works(step, prefix, &mut own);
                self.tail(step, place, prefix, &mut own);
            }
        }
        self.own_takes = before.unwrap_or_else(|| std::mem::take(&mut self.own_takes));
        self.depth -= 1;
        nodes.append(&mut own);
    }

    /// Writes the items of a step that is work, without what it says beside that.
    fn works(&mut self, step: &'p Step, prefix: &str, nodes: &mut Vec<Node<'p>>) {
        let plan = self.plan;
        let mut one = |item: Item<'p>| nodes.push(Node::Item(Box::new(item)));
        match &step.kind {
            StepKind::Do { on, via, action } => {
                let (work, release) = action.as_ref().map_or((Work::Nothing, None), |action| self.work(action));
                let mut item = self.item(format!("{prefix}{}", step.name), step.title.clone(), step.span, work);
                item.release = release;
                item.on = on.map(|on| on.value).or(release.map(|release| plan.releases[release].of.value));
                item.via = plan.host_of(via.map(|via| via.value), item.on);
                if let Work::Restore(backup) = work {
                    item.takes = plan.backups[backup].restore_takes.map(|takes| takes.value);
                }
                self.restores(&mut item);
                one(item);
            }
            StepKind::Manual { instructions } => {
                one(self.item(format!("{prefix}{}", step.name), step.title.clone(), step.span, Work::Manual(instructions.as_ref())));
            }
            StepKind::Undo(changes) => self.undo_set(&ids(changes), step, prefix, nodes),
            StepKind::Restore(backups) => {
                for backup in backups {
                    let saved = &plan.backups[backup.value];
                    let id = format!("{prefix}restore-{}", saved.header.name);
                    let mut item = self.item(id, format!("Restore: {}", saved.header.title), step.span, Work::Restore(backup.value));
                    item.takes = saved.restore_takes.map(|takes| takes.value);
                    self.restores(&mut item);
                    one(item);
                }
            }
            StepKind::Take(backups) => {
                for backup in backups {
                    let saved = &plan.backups[backup.value];
                    let id = format!("{prefix}take-{}", saved.header.name);
                    let mut item = self.item(id, format!("Take: {}", saved.header.title), step.span, Work::Take(backup.value));
                    item.takes = saved.take_takes.map(|takes| takes.value);
                    item.on = Some(saved.of.value);
                    self.own_takes.insert(backup.value);
                    one(item);
                }
            }
            StepKind::Capture(checks) => {
                self.asks(checks, &Ask { verb: "capture", says: "Record", work: Work::Capture }, step, prefix, nodes)
            }
            StepKind::Verify(checks) => self.asks(checks, &Ask { verb: "verify", says: "Verify", work: Work::Verify }, step, prefix, nodes),
            StepKind::Show(checks) => self.asks(checks, &Ask { verb: "show", says: "Show", work: Work::Show }, step, prefix, nodes),
            StepKind::Deploy(releases) => {
                for release in releases {
                    let deployed = &plan.releases[release.value];
                    let (id, title) = (format!("{prefix}deploy-{}", deployed.header.name), format!("Deploy: {}", deployed.header.title));
                    let mut item = self.item(id, title, step.span, self.deploy(release.value));
                    item.release = Some(release.value);
                    item.on = Some(deployed.of.value);
                    item.via = plan.host_of(None, item.on);
                    one(item);
                }
            }
            StepKind::Send(messages) => {
                for message in messages {
                    let sent = &plan.messages[message.value];
                    let id = format!("{prefix}send-{}", sent.header.name);
                    let mut item = self.item(id, format!("Send: {}", sent.header.title), step.span, Work::Send(message.value));
                    item.by = sent.by.or(plan.channels[sent.channel.value].by);
                    one(item);
                }
            }
            StepKind::Set { flag, value } => {
                let set = &plan.flags[flag.value];
                let title = format!("Set “{}” to {}", set.header.title, value.value);
                let work = Work::Set { flag: flag.value, value: &value.value };
                let mut item = self.item(format!("{prefix}set-{}", set.header.name), title, step.span, work);
                item.on = set.targets.first().map(|target| target.value);
                one(item);
            }
            // INVARIANT: blocks and calls are written by `placed`.
            StepKind::Group { .. } | StepKind::Parallel(_) | StepKind::Choose { .. } | StepKind::Run(_) => {}
        }
    }

    fn asks(&mut self, checks: &[Spanned<Id<Check>>], ask: &Ask<'p>, step: &'p Step, prefix: &str, nodes: &mut Vec<Node<'p>>) {
        for check in checks {
            nodes.push(Node::Item(Box::new(self.ask(check.value, ask, step, prefix))));
        }
    }

    fn ask(&mut self, check: Id<Check>, ask: &Ask<'p>, step: &'p Step, prefix: &str) -> Item<'p> {
        let asked = &self.plan.checks[check];
        let id = format!("{prefix}{}-{}", ask.verb, asked.header.name);
        let mut item = self.item(id, format!("{}: {}", ask.says, asked.header.title), step.span, (ask.work)(check));
        item.on = asked.on.map(|on| on.value);
        item
    }

    /// Returns the id of a node that is called after its step.
    fn own_id(&mut self, step: &Step, place: &Place, prefix: &str) -> String {
        match place {
            Place::Turn => self.id(format!("{prefix}{}", step.name)),
            Place::Parallel { id, .. } => id.clone(),
        }
    }

    fn parallel(&mut self, step: &'p Step, steps: &'p [Step], place: &Place, prefix: &str) -> Node<'p> {
        let id = self.own_id(step, place, prefix);
        // Siblings have their ids before anything in them takes one away.
        let ids: Vec<String> = steps.iter().map(|sibling| self.id(format!("{prefix}{}", sibling.name))).collect();
        let known: HashMap<&str, &String> = steps.iter().map(|sibling| sibling.name.as_str()).zip(&ids).collect();
        let mut inside = Vec::new();
        for (sibling, id) in steps.iter().zip(&ids) {
            let after = sibling.after.iter().filter_map(|after| known.get(after.value.as_str()).map(|id| (*id).clone())).collect();
            self.placed(sibling, &Place::Parallel { id: id.clone(), after }, prefix, &mut inside);
        }
        if step.conditions.is_empty() && step.needs.is_empty() {
            return Node::Parallel { id, span: step.span, nodes: inside };
        }
        let inner = self.id(format!("{id}.all"));
        group(step, id, None, place.after(), vec![Node::Parallel { id: inner, span: step.span, nodes: inside }])
    }

    /// Puts what a step says beside its work on its items, and several that belong together into a group.
    fn tail(&mut self, step: &'p Step, place: &Place, prefix: &str, nodes: &mut Vec<Node<'p>>) {
        let count = nodes.len();
        let guarded = !step.conditions.is_empty() || !step.needs.is_empty();
        let grouped = count > 1 && (guarded || place.is_parallel());
        for (index, node) in nodes.iter_mut().enumerate() {
            let Node::Item(item) = node else { continue };
            item.by = step.by.map(|by| by.value).or(item.by);
            item.dir = step.dir.as_ref().or(item.dir);
            item.timeout = step.timeout.or(item.timeout);
            item.retry = step.retry.or(item.retry);
            if !grouped {
                item.guards = &step.conditions;
                item.needs = if step.needs.is_empty() { item.needs } else { &step.needs };
                item.after = place.after();
            }
            if index == 0 {
                item.takes = step.takes.map(|takes| takes.value).or(item.takes);
                item.confirm = step.confirm.as_deref().or(item.confirm);
                item.notes = &step.notes;
                item.links = &step.links;
            } else if step.takes.is_some() {
                // What the author states holds for all of them.
                item.takes = Some(Duration::of(0));
            }
            if index + 1 == count {
                item.verify.extend(ids(&step.verify));
                item.records = &step.records;
                // What a freeze holds off is known to be held off when all of it is done.
                item.effects = Some(&step.effects);
            }
            item.otherwise = self.otherwise(step, prefix);
        }
        if grouped {
            let id = self.own_id(step, place, prefix);
            let inside = std::mem::take(nodes);
            nodes.push(group(step, id, None, place.after(), inside));
        } else if let (Place::Parallel { id, .. }, [Node::Item(item)]) = (place, nodes.as_mut_slice()) {
            item.id.clone_from(id);
        }
    }

    /// What follows when an item of a step fails. What only a fallback takes is not there afterwards.
    fn otherwise(&mut self, step: &'p Step, prefix: &str) -> Failure<'p> {
        match &step.otherwise {
            Otherwise::Stop => Failure::Stop,
            Otherwise::Continue => Failure::Continue,
            Otherwise::Run(scenario) => Failure::Run(scenario.value),
            Otherwise::Steps(steps) => {
                let before = self.own_takes.clone();
                let nodes = self.steps(steps, prefix);
                self.own_takes = before;
                Failure::Fallback(nodes)
            }
        }
    }

    /// Writes the calls of a step; what it verifies is asked behind the last.
    fn calls(&mut self, scenarios: &[Spanned<Id<Scenario>>], step: &'p Step, place: &Place, prefix: &str, nodes: &mut Vec<Node<'p>>) {
        self.refuse_on_calls(step);
        let guarded = !step.conditions.is_empty() || !step.needs.is_empty();
        let grouped = scenarios.len() + step.verify.len() > 1 && (guarded || place.is_parallel());
        let group_id = grouped.then(|| self.own_id(step, place, prefix));
        for (index, scenario) in scenarios.iter().enumerate() {
            let name = &self.plan.scenarios[scenario.value].header.name;
            let id = match place {
                Place::Parallel { id, .. } if !grouped => id.clone(),
                _ => self.id(format!("{prefix}run-{name}")),
            };
            let Some(mut call) = self.call(scenario.value, step, id) else { continue };
            if let Node::Call { takes, guards, needs, after, .. } = &mut call {
                *takes = step.takes.map(|takes| if index == 0 { takes.value } else { Duration::of(0) });
                if !grouped {
                    (*guards, *needs, *after) = (&step.conditions, &step.needs, place.after());
                }
            }
            nodes.push(call);
        }
        let ask = Ask { verb: "verify", says: "Verify", work: Work::Verify };
        for check in &step.verify {
            let item = self.ask(check.value, &ask, step, prefix);
            nodes.push(Node::Item(Box::new(item)));
        }
        if let Some(id) = group_id {
            let inside = std::mem::take(nodes);
            nodes.push(group(step, id, None, place.after(), inside));
        }
    }

    fn call(&mut self, scenario: Id<Scenario>, step: &'p Step, id: String) -> Option<Node<'p>> {
        // Endless calls have been refused; a plan that is looked at all the same must not hang.
        if self.path.contains(&scenario) || !self.has_room() {
            return None;
        }
        self.path.push(scenario);
        let mut nodes = self.steps(&self.plan.scenarios[scenario].steps, &format!("{id}."));
        self.path.pop();
        if let Some(by) = step.by {
            leave_to(by.value, &mut nodes);
        }
        let title = self.plan.scenarios[scenario].header.title.clone();
        Some(Node::Call { id, title, span: step.span, scenario, guards: &[], needs: &[], after: Vec::new(), takes: None, nodes })
    }

    /// Reports what a call can't have.
    fn refuse_on_calls(&mut self, step: &'p Step) {
        let fails = !matches!(step.otherwise, Otherwise::Stop);
        let refused = [
            (step.confirm.is_some(), "confirm"),
            (fails, "else"),
            (step.retry.is_some(), "retry"),
            (step.timeout.is_some(), "timeout"),
            (step.dir.is_some(), "dir"),
            (!step.records.is_empty(), "record"),
        ];
        for (_, word) in refused.iter().filter(|(stated, _)| *stated) {
            let message = format!("the bundle can't carry out `{word}` on a `run` yet");
            self.findings.push(
                Diagnostic::error("form/not-yet", step.span, message, "runs a scenario")
                    .help(format!("write `{word}` on the scenario's own steps")),
            );
        }
    }
}

/// Who runs a scenario does what it leaves open.
fn leave_to(role: Id<Role>, nodes: &mut [Node<'_>]) {
    for node in nodes {
        match node {
            Node::Item(item) => {
                item.by = item.by.or(Some(role));
                if let Failure::Fallback(nodes) = &mut item.otherwise {
                    leave_to(role, nodes);
                }
            }
            Node::Choose { options, .. } => options.iter_mut().for_each(|option| leave_to(role, &mut option.nodes)),
            Node::Phase { nodes, .. } | Node::Group { nodes, .. } | Node::Call { nodes, .. } | Node::Parallel { nodes, .. } => {
                leave_to(role, nodes);
            }
            Node::Decision(_) => {}
        }
    }
}

fn group<'p>(step: &'p Step, id: String, rto: Option<Duration>, after: Vec<String>, nodes: Vec<Node<'p>>) -> Node<'p> {
    Node::Group { id, title: &step.title, span: step.span, rto, guards: &step.conditions, needs: &step.needs, after, nodes }
}
