//! The whole graph as plain data, for those who draw it: every phase, change, step, decision, backup, check, trigger and
//! scenario, and why one leads to another.

use petgraph::graph::{DiGraph, NodeIndex};

use crate::plan::Plan;
use crate::plan::action::Action;
use crate::plan::change::{Change, Phase, PhaseItem, Recover, Undo};
use crate::plan::check::Check;
use crate::plan::id::Id;
use crate::plan::scenario::{Answer, Condition, EscalateWhen, Need, Otherwise, Step, StepKind};
use crate::plan::target::Backup;
use crate::source::Spanned;

use super::{Dependency, ForwardItem};

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum NodeKind {
    Phase,
    Change,
    Decision,
    Step,
    Backup,
    Check,
    Trigger,
    Scenario,
}

impl NodeKind {
    /// Returns the word that people and JSON use.
    pub fn word(self) -> &'static str {
        match self {
            NodeKind::Phase => "phase",
            NodeKind::Change => "change",
            NodeKind::Decision => "decision",
            NodeKind::Step => "step",
            NodeKind::Backup => "backup",
            NodeKind::Check => "check",
            NodeKind::Trigger => "trigger",
            NodeKind::Scenario => "scenario",
        }
    }
}

/// One node. `id` is `kind:name`, steps as `step:place.name`; `group` is the phase or scenario that holds it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Node {
    pub kind: NodeKind,
    pub id: String,
    pub title: String,
    pub group: Option<String>,
}

/// Why an edge is there.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum EdgeKind {
    /// Comes next.
    Then,
    /// The second depends on the first.
    Needs,
    /// The first produces the second, a backup.
    Takes,
    /// The second restores the first, a backup.
    Restores,
    /// The first keeps the answer of the second, a check.
    Captures,
    /// The check answers for the second.
    Verifies,
    /// The first calls for the second.
    Runs,
    /// The second takes the first back.
    Undoes,
}

impl EdgeKind {
    /// Returns the word that people and JSON use.
    pub fn word(self) -> &'static str {
        match self {
            EdgeKind::Then => "then",
            EdgeKind::Needs => "needs",
            EdgeKind::Takes => "takes",
            EdgeKind::Restores => "restores",
            EdgeKind::Captures => "captures",
            EdgeKind::Verifies => "verifies",
            EdgeKind::Runs => "runs",
            EdgeKind::Undoes => "undoes",
        }
    }
}

/// One edge, by the places of its nodes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Edge {
    pub from: usize,
    pub to: usize,
    pub kind: EdgeKind,
}

struct Drawing<'p> {
    plan: &'p Plan,
    graph: DiGraph<Node, EdgeKind>,
    phases: Vec<NodeIndex>,
    changes: Vec<NodeIndex>,
    decisions: Vec<NodeIndex>,
    backups: Vec<NodeIndex>,
    checks: Vec<NodeIndex>,
    scenarios: Vec<NodeIndex>,
}

/// Draws the whole graph.
pub fn draw(plan: &Plan, phases: &[Id<Phase>], forward: &[ForwardItem], dependencies: &[Vec<Dependency>]) -> (Vec<Node>, Vec<Edge>) {
    let mut graph = DiGraph::new();
    let mut add = |kind: NodeKind, name: &str, title: &str, group: Option<String>| {
        graph.add_node(Node { kind, id: format!("{}:{name}", kind.word()), title: title.to_owned(), group })
    };
    let of_phases = plan.phases.iter().map(|(_, it)| add(NodeKind::Phase, &it.header.name, &it.header.title, None)).collect();
    let group = |phase: Id<Phase>| Some(format!("phase:{}", plan.phases[phase].header.name));
    let changes = plan.changes.iter().map(|(_, it)| add(NodeKind::Change, &it.header.name, &it.header.title, group(it.phase))).collect();
    let decisions =
        plan.decisions.iter().map(|(_, it)| add(NodeKind::Decision, &it.header.name, &it.header.title, group(it.phase))).collect();
    let backups = plan.backups.iter().map(|(_, it)| add(NodeKind::Backup, &it.header.name, &it.header.title, None)).collect();
    let checks = plan.checks.iter().map(|(_, it)| add(NodeKind::Check, &it.header.name, &it.header.title, None)).collect();
    let triggers: Vec<NodeIndex> =
        plan.triggers.iter().map(|(_, it)| add(NodeKind::Trigger, &it.header.name, &it.header.title, None)).collect();
    let scenarios = plan.scenarios.iter().map(|(_, it)| add(NodeKind::Scenario, &it.header.name, &it.header.title, None)).collect();
    let mut drawing = Drawing { plan, graph, phases: of_phases, changes, decisions, backups, checks, scenarios };
    drawing.forward(phases, forward, dependencies);
    for (id, trigger) in plan.triggers.iter() {
        for when in &trigger.when {
            if let Condition::Fails { check, .. } = &when.value {
                drawing.edge(drawing.checks[check.index()], triggers[id.index()], EdgeKind::Verifies);
            }
        }
        for answer in &trigger.answers {
            if let Answer::Run(scenario) = &answer.value {
                drawing.edge(triggers[id.index()], drawing.scenarios[scenario.index()], EdgeKind::Runs);
            }
        }
    }
    for (id, scenario) in plan.scenarios.iter() {
        let node = drawing.scenarios[id.index()];
        drawing.needs(&scenario.needs, node);
        for escalation in &scenario.escalates {
            drawing.edge(node, drawing.scenarios[escalation.to.value.index()], EdgeKind::Runs);
            if let EscalateWhen::Check(check) = escalation.when {
                drawing.edge(drawing.checks[check.index()], drawing.scenarios[escalation.to.value.index()], EdgeKind::Verifies);
            }
        }
        drawing.steps(&scenario.steps, node, &format!("scenario:{}", scenario.header.name));
    }
    let edges: Vec<Edge> = {
        let mut seen = std::collections::HashSet::new();
        drawing
            .graph
            .raw_edges()
            .iter()
            .map(|edge| Edge { from: edge.source().index(), to: edge.target().index(), kind: edge.weight })
            .filter(|edge| seen.insert((edge.from, edge.to, edge.kind as u8)))
            .collect()
    };
    let nodes = drawing.graph.into_nodes_edges().0.into_iter().map(|node| node.weight).collect();
    (nodes, edges)
}

impl Drawing<'_> {
    fn edge(&mut self, from: NodeIndex, to: NodeIndex, kind: EdgeKind) {
        self.graph.add_edge(from, to, kind);
    }

    fn forward(&mut self, phases: &[Id<Phase>], forward: &[ForwardItem], dependencies: &[Vec<Dependency>]) {
        let plan = self.plan;
        let mut last: Option<NodeIndex> = None;
        let mut at = 0;
        for phase in phases {
            let start = self.phases[phase.index()];
            if let Some(last) = last {
                self.edge(last, start, EdgeKind::Then);
            }
            let mut previous = start;
            while forward.get(at).is_some_and(|item| item.phase == *phase) {
                let node = match &plan.phases[*phase].items[forward[at].index] {
                    PhaseItem::Change(change) => self.change(*change, dependencies),
                    PhaseItem::Decision(decision) => {
                        let node = self.decisions[decision.index()];
                        self.needs(&plan.decisions[*decision].needs, node);
                        if let Some(scenario) = plan.decisions[*decision].else_run {
                            self.edge(node, self.scenarios[scenario.value.index()], EdgeKind::Runs);
                        }
                        node
                    }
                    PhaseItem::Step(step) => self.step(step, &format!("phase:{}", plan.phases[*phase].header.name)),
                };
                self.edge(previous, node, EdgeKind::Then);
                previous = node;
                at += 1;
            }
            last = Some(previous);
        }
    }

    fn change(&mut self, id: Id<Change>, dependencies: &[Vec<Dependency>]) -> NodeIndex {
        let plan = self.plan;
        let change = &plan.changes[id];
        let node = self.changes[id.index()];
        for dependency in &dependencies[id.index()] {
            self.edge(self.changes[dependency.on.index()], node, EdgeKind::Needs);
        }
        self.verified(&change.verify, node);
        self.needs(&change.needs, node);
        for recover in &change.recover {
            if let Recover::Run(scenario) = &recover.value {
                self.edge(node, self.scenarios[scenario.index()], EdgeKind::Runs);
            }
        }
        node
    }

    fn needs(&mut self, needs: &[Need], node: NodeIndex) {
        for need in needs {
            if let Need::Check(check) = need {
                self.edge(self.checks[check.value.index()], node, EdgeKind::Needs);
            }
        }
    }

    fn verified(&mut self, checks: &[Spanned<Id<Check>>], node: NodeIndex) {
        for check in checks {
            self.edge(self.checks[check.value.index()], node, EdgeKind::Verifies);
        }
    }

    fn restored(&mut self, backup: Id<Backup>, node: NodeIndex) {
        self.edge(self.backups[backup.index()], node, EdgeKind::Restores);
    }

    /// A change leads to the step that takes it back, and so does the backup that this restores.
    fn undone(&mut self, change: Id<Change>, node: NodeIndex) {
        self.edge(self.changes[change.index()], node, EdgeKind::Undoes);
        let change = &self.plan.changes[change];
        if let Undo::Action(action) = &change.undo
            && let Action::Restore { backup, .. } = action.as_ref()
        {
            self.restored(*backup, node);
        }
        for recover in &change.recover {
            if let Recover::Restore(backup) = &recover.value {
                self.restored(*backup, node);
            }
        }
    }

    /// Adds a step, and what it names; steps inside it follow it.
    fn step(&mut self, step: &Step, group: &str) -> NodeIndex {
        let place = group.split_once(':').map_or(group, |(_, place)| place);
        let node = self.graph.add_node(Node {
            kind: NodeKind::Step,
            id: format!("step:{place}.{}", step.name),
            title: step.title.clone(),
            group: Some(group.to_owned()),
        });
        self.needs(&step.needs, node);
        self.verified(&step.verify, node);
        match &step.kind {
            StepKind::Undo(changes) => changes.iter().for_each(|change| self.undone(change.value, node)),
            StepKind::Restore(backups) => backups.iter().for_each(|backup| self.restored(backup.value, node)),
            StepKind::Take(backups) => {
                backups.iter().for_each(|backup| self.edge(node, self.backups[backup.value.index()], EdgeKind::Takes))
            }
            StepKind::Capture(checks) => {
                checks.iter().for_each(|check| self.edge(node, self.checks[check.value.index()], EdgeKind::Captures));
            }
            StepKind::Verify(checks) | StepKind::Show(checks) => self.verified(checks, node),
            StepKind::Run(scenarios) => {
                scenarios.iter().for_each(|scenario| self.edge(node, self.scenarios[scenario.value.index()], EdgeKind::Runs))
            }
            StepKind::Do { action: Some(Action::Restore { backup, .. }), .. } => self.restored(*backup, node),
            StepKind::Group { steps, .. } => self.steps(steps, node, group),
            StepKind::Parallel(steps) => {
                for step in steps {
                    let inner = self.step(step, group);
                    self.edge(node, inner, EdgeKind::Then);
                }
            }
            StepKind::Choose { options, .. } => options.iter().for_each(|option| self.steps(&option.steps, node, group)),
            _ => {}
        }
        match &step.otherwise {
            Otherwise::Run(scenario) => self.edge(node, self.scenarios[scenario.value.index()], EdgeKind::Runs),
            Otherwise::Steps(steps) => self.steps(steps, node, group),
            _ => {}
        }
        node
    }

    fn steps(&mut self, steps: &[Step], from: NodeIndex, group: &str) {
        let mut previous = from;
        for step in steps {
            let node = self.step(step, group);
            self.edge(previous, node, EdgeKind::Then);
            previous = node;
        }
    }
}

/// Follows what leads on: the next step, and the scenario that is called for.
pub fn reach(count: usize, edges: &[Edge], from: &[usize]) -> Vec<bool> {
    let leading = edges.iter().filter(|edge| matches!(edge.kind, EdgeKind::Then | EdgeKind::Runs));
    let mut graph: DiGraph<(), ()> = DiGraph::with_capacity(count, edges.len());
    (0..count).for_each(|_| {
        graph.add_node(());
    });
    leading.for_each(|edge| {
        graph.add_edge(NodeIndex::new(edge.from), NodeIndex::new(edge.to), ());
    });
    let mut reached = vec![false; count];
    let mut open: Vec<usize> = from.to_vec();
    while let Some(node) = open.pop() {
        if !std::mem::replace(&mut reached[node], true) {
            open.extend(graph.neighbors(NodeIndex::new(node)).map(NodeIndex::index));
        }
    }
    reached
}
