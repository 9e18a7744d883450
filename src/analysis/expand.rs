//! Spells programs out: verbs over several names, undo sets in order, restores that stand for several undos, calls.

mod undo;

use std::collections::{BTreeSet, HashSet};

use crate::diagnostic::Diagnostic;
use crate::graph::Graph;
use crate::plan::Plan;
use crate::plan::action::{Action, Code, Language};
use crate::plan::change::{Change, PhaseItem};
use crate::plan::check::Check;
use crate::plan::id::Id;
use crate::plan::scenario::{Otherwise, Scenario, Step, StepKind};
use crate::plan::target::{Backup, Release};
use crate::plan::value::Duration;
use crate::source::Span;

use super::program::{Choice, Direction, Failure, Item, Node, Program, Work};

/// More items than this in one program are refused.
pub const MAX_ITEMS: usize = 200_000;

/// Spells the forward run out.
pub fn forward<'p>(plan: &'p Plan, graph: &Graph, findings: &mut Vec<Diagnostic>) -> Program<'p> {
    let mut writer = Writer::new(plan, graph, None, findings);
    let mut nodes = Vec::new();
    let mut at = 0;
    let items = graph.forward();
    for phase in graph.phases() {
        let mut inside = Vec::new();
        while items.get(at).is_some_and(|item| item.phase == *phase) {
            match &plan.phases[*phase].items[items[at].index] {
                PhaseItem::Change(change) => inside.push(Node::Item(Box::new(writer.apply(*change)))),
                PhaseItem::Decision(decision) => inside.push(Node::Decision(*decision)),
                PhaseItem::Step(step) => writer.step(step, "", &mut inside),
            }
            at += 1;
        }
        nodes.push(Node::Phase { phase: *phase, nodes: inside });
    }
    Program { nodes }
}

/// Spells a scenario out. `forward` tells when each backup is taken.
pub fn scenario<'p>(plan: &'p Plan, graph: &Graph, forward: &Program<'p>, id: Id<Scenario>, findings: &mut Vec<Diagnostic>) -> Program<'p> {
    let mut writer = Writer::new(plan, graph, Some(forward), findings);
    writer.begun = graph.begun_within(&plan.scenarios[id]);
    writer.path.push(id);
    let mut nodes = Vec::new();
    for step in &plan.scenarios[id].steps {
        writer.step(step, "", &mut nodes);
    }
    if writer.items >= MAX_ITEMS {
        let header = &plan.scenarios[id].header;
        let finding = Diagnostic::error(
            "form/too-long",
            header.name_span,
            format!("`{}` comes to more than {MAX_ITEMS} steps", header.name),
            "calls multiply here",
        );
        writer.findings.push(finding.help("run each part once"));
    }
    Program { nodes }
}

struct Writer<'a, 'p> {
    plan: &'p Plan,
    graph: &'a Graph,
    /// By backup: the rank of the first change that comes after its take in the forward run.
    taken: Vec<Option<usize>>,
    /// How many changes of the forward order can have begun when the program is carried out.
    begun: usize,
    /// Backups that the program itself has taken so far.
    own_takes: BTreeSet<Id<Backup>>,
    used: HashSet<String>,
    /// Scenarios under way.
    path: Vec<Id<Scenario>>,
    items: usize,
    findings: &'a mut Vec<Diagnostic>,
}

impl<'a, 'p> Writer<'a, 'p> {
    fn new(plan: &'p Plan, graph: &'a Graph, forward: Option<&Program<'p>>, findings: &'a mut Vec<Diagnostic>) -> Writer<'a, 'p> {
        let mut taken = vec![None; plan.backups.len()];
        let mut rank = 0;
        for item in forward.map(Program::items).unwrap_or_default() {
            match item.work {
                Work::Take(backup) => taken[backup.index()] = Some(rank),
                _ if item.change.is_some() => rank += 1,
                _ => {}
            }
        }
        let begun = graph.order().len();
        Writer { plan, graph, taken, begun, own_takes: BTreeSet::new(), used: HashSet::new(), path: Vec::new(), items: 0, findings }
    }

    /// Returns `wanted`, or `wanted-2` and so on where that is taken.
    fn id(&mut self, wanted: String) -> String {
        let mut id = wanted.clone();
        let mut count = 1;
        while !self.used.insert(id.clone()) {
            count += 1;
            id = format!("{wanted}-{count}");
        }
        self.items += 1;
        id
    }

    fn item(&mut self, id: String, title: String, span: Span, work: Work<'p>) -> Item<'p> {
        Item {
            id: self.id(id),
            title,
            span,
            work,
            change: None,
            undoes: Vec::new(),
            on: None,
            via: None,
            by: None,
            takes: None,
            guards: &[],
            needs: &[],
            confirm: None,
            dir: None,
            timeout: None,
            retry: None,
            verify: Vec::new(),
            applied: None,
            undone: None,
            after: Vec::new(),
            records: &[],
            effects: None,
            release: None,
            otherwise: Failure::Stop,
            notes: &[],
            links: &[],
        }
    }

    /// Returns what an action does, and the release that it deploys.
    fn work(&self, action: &'p Action) -> (Work<'p>, Option<Id<Release>>) {
        match action {
            Action::Code(code) => (code_work(code), None),
            Action::Manual(prose) => (Work::Manual(Some(prose)), None),
            Action::Edit { path, content, .. } => (Work::Edit { path, content }, None),
            Action::Restore { backup, .. } => (Work::Restore(*backup), None),
            Action::Set { flag, value, .. } => (Work::Set { flag: *flag, value }, None),
            Action::Deploy { release, .. } => match &self.plan.releases[*release].deploy {
                // A release that is deployed by deploying has been refused.
                Some(Action::Deploy { .. }) | None => (Work::Nothing, Some(*release)),
                Some(action) => (self.work(action).0, Some(*release)),
            },
        }
    }

    /// The item that applies a change.
    fn apply(&mut self, id: Id<Change>) -> Item<'p> {
        let plan = self.plan;
        let change = &plan.changes[id];
        let (work, release) = change.forward.as_ref().map_or((Work::Nothing, None), |action| self.work(action));
        let mut item = self.item(change.header.name.clone(), change.header.title.clone(), change.header.span, work);
        item.release = release;
        item.change = Some((id, Direction::Apply));
        item.takes = change.takes.map(|takes| takes.value);
        item.needs = &change.needs;
        item.confirm = change.confirm.as_deref();
        item.timeout = change.timeout;
        item.retry = change.retry;
        item.verify = ids(&change.verify);
        item.effects = Some(&change.effects);
        item.notes = &change.header.notes;
        item.links = &change.header.links;
        self.of_change(&mut item, change);
        item
    }

    fn of_change(&self, item: &mut Item<'p>, change: &'p Change) {
        item.on = change.on.map(|on| on.value);
        item.via = change.via.map(|via| via.value);
        item.by = change.by.map(|by| by.value);
        item.dir = change.dir.as_ref();
        item.applied = change.applied.map(|check| check.value);
        item.undone = change.undone.map(|check| check.value);
        if let Some(release) = item.release
            && item.on.is_none()
        {
            item.on = Some(self.plan.releases[release].of.value);
        }
    }

    /// Writes one step.
    fn step(&mut self, step: &'p Step, prefix: &str, nodes: &mut Vec<Node<'p>>) {
        if self.items >= MAX_ITEMS {
            return;
        }
        let first = nodes.len();
        let one = |nodes: &mut Vec<Node<'p>>, item: Item<'p>| nodes.push(Node::Item(Box::new(item)));
        match &step.kind {
            StepKind::Do { on, via, action } => {
                let (work, release) = action.as_ref().map_or((Work::Nothing, None), |action| self.work(action));
                let mut item = self.item(format!("{prefix}{}", step.name), step.title.clone(), step.span, work);
                item.release = release;
                item.on = on.map(|on| on.value).or(release.map(|release| self.plan.releases[release].of.value));
                item.via = via.map(|via| via.value);
                self.restores(&mut item);
                one(nodes, item);
            }
            StepKind::Manual { instructions } => {
                let item = self.item(format!("{prefix}{}", step.name), step.title.clone(), step.span, Work::Manual(instructions.as_ref()));
                one(nodes, item);
            }
            StepKind::Undo(changes) => self.undo_set(&changes.iter().map(|change| change.value).collect::<Vec<_>>(), step, prefix, nodes),
            StepKind::Restore(backups) => {
                for backup in backups {
                    let saved = &self.plan.backups[backup.value];
                    let mut item = self.item(
                        format!("{prefix}restore-{}", saved.header.name),
                        format!("Restore: {}", saved.header.title),
                        step.span,
                        Work::Restore(backup.value),
                    );
                    item.takes = saved.restore_takes.map(|takes| takes.value);
                    item.on = Some(saved.of.value);
                    self.restores(&mut item);
                    one(nodes, item);
                }
            }
            StepKind::Take(backups) => {
                for backup in backups {
                    let saved = &self.plan.backups[backup.value];
                    let mut item = self.item(
                        format!("{prefix}take-{}", saved.header.name),
                        format!("Take: {}", saved.header.title),
                        step.span,
                        Work::Take(backup.value),
                    );
                    item.takes = saved.take_takes.map(|takes| takes.value);
                    item.on = Some(saved.of.value);
                    self.own_takes.insert(backup.value);
                    one(nodes, item);
                }
            }
            StepKind::Capture(checks) => self.asks(checks, "capture", "Record", Work::Capture, step, prefix, nodes),
            StepKind::Verify(checks) => self.asks(checks, "verify", "Verify", Work::Verify, step, prefix, nodes),
            StepKind::Show(checks) => self.asks(checks, "show", "Show", Work::Show, step, prefix, nodes),
            StepKind::Deploy(releases) => {
                for release in releases {
                    let header = &self.plan.releases[release.value].header;
                    let work = match &self.plan.releases[release.value].deploy {
                        Some(Action::Deploy { .. }) | None => Work::Nothing,
                        Some(action) => self.work(action).0,
                    };
                    let mut item =
                        self.item(format!("{prefix}deploy-{}", header.name), format!("Deploy: {}", header.title), step.span, work);
                    item.release = Some(release.value);
                    item.on = Some(self.plan.releases[release.value].of.value);
                    one(nodes, item);
                }
            }
            StepKind::Send(messages) => {
                for message in messages {
                    let message_of = &self.plan.messages[message.value];
                    let mut item = self.item(
                        format!("{prefix}send-{}", message_of.header.name),
                        format!("Send: {}", message_of.header.title),
                        step.span,
                        Work::Send(message.value),
                    );
                    item.by = message_of.by;
                    one(nodes, item);
                }
            }
            StepKind::Set { flag, value } => {
                let header = &self.plan.flags[flag.value].header;
                let mut item = self.item(
                    format!("{prefix}set-{}", header.name),
                    format!("Set “{}” to {}", header.title, value.value),
                    step.span,
                    Work::Set { flag: flag.value, value: &value.value },
                );
                item.on = self.plan.flags[flag.value].targets.first().map(|target| target.value);
                one(nodes, item);
            }
            StepKind::Run(scenarios) => {
                for scenario in scenarios {
                    self.call(scenario.value, step, prefix, nodes);
                }
                return;
            }
            StepKind::Group { rto, steps } => {
                let id = self.id(format!("{prefix}{}", step.name));
                let nodes_inside = self.steps(steps, prefix);
                nodes.push(Node::Group {
                    id,
                    title: &step.title,
                    span: step.span,
                    rto: rto.map(|rto| rto.value),
                    guards: &step.conditions,
                    needs: &step.needs,
                    nodes: nodes_inside,
                });
                return;
            }
            StepKind::Parallel(steps) => {
                let id = self.id(format!("{prefix}{}", step.name));
                let nodes_inside = self.steps(steps, prefix);
                let inner = Node::Parallel { id, span: step.span, nodes: nodes_inside };
                if step.conditions.is_empty() && step.needs.is_empty() {
                    nodes.push(inner);
                } else {
                    let id = self.id(format!("{prefix}{}-group", step.name));
                    nodes.push(Node::Group {
                        id,
                        title: &step.title,
                        span: step.span,
                        rto: None,
                        guards: &step.conditions,
                        needs: &step.needs,
                        nodes: vec![inner],
                    });
                }
                return;
            }
            StepKind::Choose { several, options } => {
                let id = self.id(format!("{prefix}{}", step.name));
                let options = options
                    .iter()
                    .map(|option| Choice {
                        name: &option.name.value,
                        title: &option.title,
                        recommended: option.recommended,
                        guards: &option.conditions,
                        needs: &option.needs,
                        nodes: self.steps(&option.steps, prefix),
                    })
                    .collect();
                nodes.push(Node::Choose { id, title: &step.title, span: step.span, several: *several, options });
                return;
            }
        }
        self.tail(step, prefix, &mut nodes[first..]);
    }

    fn steps(&mut self, steps: &'p [Step], prefix: &str) -> Vec<Node<'p>> {
        let mut nodes = Vec::new();
        for step in steps {
            self.step(step, prefix, &mut nodes);
        }
        nodes
    }

    #[expect(clippy::too_many_arguments, reason = "three verbs that differ in three words")]
    fn asks(
        &mut self,
        checks: &[crate::source::Spanned<Id<Check>>],
        verb: &str,
        says: &str,
        work: fn(Id<Check>) -> Work<'p>,
        step: &'p Step,
        prefix: &str,
        nodes: &mut Vec<Node<'p>>,
    ) {
        for check in checks {
            let asked = &self.plan.checks[check.value];
            let mut item = self.item(
                format!("{prefix}{verb}-{}", asked.header.name),
                format!("{says}: {}", asked.header.title),
                step.span,
                work(check.value),
            );
            item.on = asked.on.map(|on| on.value);
            nodes.push(Node::Item(Box::new(item)));
        }
    }

    /// Puts what a step says beside its work on its items: guards on each, the estimate and preconditions on the first,
    /// what comes afterwards on the last.
    fn tail(&mut self, step: &'p Step, prefix: &str, nodes: &mut [Node<'p>]) {
        let count = nodes.len();
        let otherwise = match &step.otherwise {
            Otherwise::Stop => Failure::Stop,
            Otherwise::Continue => Failure::Continue,
            Otherwise::Run(scenario) => Failure::Run(scenario.value),
            Otherwise::Steps(steps) => Failure::Fallback(self.steps(steps, prefix)),
        };
        for (index, node) in nodes.iter_mut().enumerate() {
            let Node::Item(item) = node else { continue };
            item.guards = &step.conditions;
            item.by = step.by.map(|by| by.value).or(item.by);
            item.dir = step.dir.as_ref().or(item.dir);
            item.timeout = step.timeout.or(item.timeout);
            item.retry = step.retry.or(item.retry);
            item.effects = Some(&step.effects);
            item.after = step.after.iter().map(|after| format!("{prefix}{}", after.value)).collect();
            if index == 0 {
                item.takes = step.takes.map(|takes| takes.value).or(item.takes);
                item.needs = if step.needs.is_empty() { item.needs } else { &step.needs };
                item.confirm = step.confirm.as_deref().or(item.confirm);
                item.notes = &step.notes;
                item.links = &step.links;
            } else if step.takes.is_some() {
                item.takes = Some(Duration::of(0));
            }
            if index + 1 == count {
                item.verify.extend(ids(&step.verify));
                item.records = &step.records;
            }
            item.otherwise = otherwise.clone();
        }
        if count > 1 && matches!(otherwise, Failure::Fallback(_)) {
            // One fallback for all: it stands for the last, and a failure of the others leads to it as well.
            for node in nodes.iter_mut().take(count - 1) {
                if let Node::Item(item) = node {
                    item.otherwise = Failure::Stop;
                }
            }
        }
    }

    fn call(&mut self, scenario: Id<Scenario>, step: &'p Step, prefix: &str, nodes: &mut Vec<Node<'p>>) {
        // Endless calls have been refused; a plan that is looked at all the same must not hang.
        if self.path.contains(&scenario) || self.path.len() > 64 {
            return;
        }
        let header = &self.plan.scenarios[scenario].header;
        let id = self.id(format!("{prefix}run-{}", header.name));
        self.path.push(scenario);
        let inside = self.steps(&self.plan.scenarios[scenario].steps, &format!("{id}."));
        self.path.pop();
        nodes.push(Node::Call {
            id,
            title: header.title.clone(),
            span: step.span,
            scenario,
            guards: &step.conditions,
            needs: &step.needs,
            nodes: inside,
        });
    }
}

fn code_work(code: &Code) -> Work<'_> {
    match code.language {
        Language::Sql => Work::Sql(code),
        Language::Sh | Language::Bash => Work::Shell(code),
        // Shown and never run, which has been refused.
        _ => Work::Nothing,
    }
}

fn ids<T>(list: &[crate::source::Spanned<Id<T>>]) -> Vec<Id<T>> {
    list.iter().map(|entry| entry.value).collect()
}
