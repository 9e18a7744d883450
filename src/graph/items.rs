//! The order of what stands in phases. A change may move before another on a different target when `after` says so;
//! everything else stays where it is written: a `take` before a change is taken before it.

use petgraph::graph::NodeIndex;

use crate::diagnostic::Diagnostic;
use crate::plan::Plan;
use crate::plan::change::{Phase, PhaseItem};
use crate::plan::id::Id;
use crate::source::Span;

use super::ForwardItem;
use super::depends::{Last, Part, parts};
use super::order::{Constraints, Node, Why, cycles, sort};

/// Returns every item of every phase in the order in which it is carried out, phase by phase.
pub fn items(plan: &Plan, phases: &[Id<Phase>], findings: &mut Vec<Diagnostic>) -> Vec<ForwardItem> {
    let entry = |phase: Id<Phase>| (0..plan.phases[phase].items.len()).map(move |index| ForwardItem { phase, index });
    let items: Vec<ForwardItem> = phases.iter().flat_map(|phase| entry(*phase)).collect();
    let mut writer =
        Writer { graph: Constraints::with_capacity(items.len(), items.len() * 2), barrier: None, since: Vec::new(), last: Last::new() };
    let mut of_change: Vec<Option<NodeIndex>> = vec![None; plan.changes.len()];
    for (place, item) in items.iter().enumerate() {
        if item.index == 0 && place > 0 {
            writer.barrier(Node::Barrier(place), plan.phases[item.phase].header.span);
        }
        match &plan.phases[item.phase].items[item.index] {
            PhaseItem::Change(change) => {
                let span = plan.changes[*change].header.span;
                of_change[change.index()] = Some(writer.change(place, parts(plan, *change), span));
            }
            other => {
                writer.barrier(Node::Entry(place), item_span(plan, other));
            }
        }
    }
    let mut graph = writer.graph;
    for (id, change) in plan.changes.iter() {
        for after in &change.after {
            if let (Some(from), Some(to)) = (of_change[after.value.index()], of_change[id.index()]) {
                graph.add_edge(from, to, Why::After(after.span));
            }
        }
    }
    let torn = cycles(&graph, "changes", &|place| name(plan, items[place]));
    if torn.is_empty() {
        return sort(&graph).into_iter().map(|place| items[place]).collect();
    }
    // A cycle may have torn phases apart: written order keeps them whole.
    findings.extend(torn);
    items
}

struct Writer {
    graph: Constraints,
    barrier: Option<(NodeIndex, Span)>,
    /// The changes since the barrier.
    since: Vec<NodeIndex>,
    /// Those of them that a later one has to come after.
    last: Last<NodeIndex>,
}

impl Writer {
    /// Adds what comes after everything before it, and before everything behind it.
    fn barrier(&mut self, node: Node, span: Span) {
        let entry = matches!(node, Node::Entry(_));
        let node = self.graph.add_node(node);
        let why = if entry { Why::Behind(span) } else { Why::Barrier(span) };
        if let Some((before, _)) = self.barrier.replace((node, span)) {
            self.graph.add_edge(before, node, why);
        }
        for earlier in self.since.drain(..) {
            self.graph.add_edge(earlier, node, why);
        }
        self.last.clear();
    }

    fn change(&mut self, place: usize, parts: Vec<Part>, span: Span) -> NodeIndex {
        let node = self.graph.add_node(Node::Entry(place));
        if let Some((before, at)) = self.barrier {
            let why = if matches!(self.graph[before], Node::Entry(_)) { Why::Behind(span) } else { Why::Barrier(at) };
            self.graph.add_edge(before, node, why);
        }
        for part in parts {
            for earlier in self.last.touch(part, node) {
                self.graph.add_edge(earlier, node, Why::Written(span));
            }
        }
        self.since.push(node);
        node
    }
}

fn item_span(plan: &Plan, item: &PhaseItem) -> Span {
    match item {
        PhaseItem::Change(change) => plan.changes[*change].header.span,
        PhaseItem::Decision(decision) => plan.decisions[*decision].header.span,
        PhaseItem::Step(step) => step.span,
    }
}

fn name(plan: &Plan, item: ForwardItem) -> &str {
    match &plan.phases[item.phase].items[item.index] {
        PhaseItem::Change(change) => &plan.changes[*change].header.name,
        PhaseItem::Decision(decision) => &plan.decisions[*decision].header.name,
        PhaseItem::Step(step) => &step.name,
    }
}
