//! The order of phases: by `after`, by their instants, and else as written.

use petgraph::graph::NodeIndex;

use crate::diagnostic::Diagnostic;
use crate::plan::Plan;
use crate::plan::change::Phase;
use crate::plan::id::Id;

use super::order::{Constraints, Node, Why, cycles, sort};

/// Returns the phases in the order in which they are carried out.
pub fn phases(plan: &Plan, findings: &mut Vec<Diagnostic>) -> Vec<Id<Phase>> {
    let mut graph = Constraints::with_capacity(plan.phases.len(), plan.phases.len() * 2);
    let nodes: Vec<NodeIndex> = (0..plan.phases.len()).map(|place| graph.add_node(Node::Entry(place))).collect();
    for (id, phase) in plan.phases.iter() {
        for after in &phase.after {
            graph.add_edge(nodes[after.value.index()], nodes[id.index()], Why::After(after.span));
        }
        // Without an instant or an `after` of its own a phase follows the one written before it.
        if phase.at.is_none() && phase.after.is_empty() && id.index() > 0 {
            graph.add_edge(nodes[id.index() - 1], nodes[id.index()], Why::Behind(phase.header.span));
        }
    }
    by_instants(plan, &mut graph, &nodes);
    findings.extend(cycles(&graph, "phases", &|place| &plan.phases[Id::new(place)].header.name));
    sort(&graph).into_iter().map(Id::new).collect()
}

/// Orders phases with different instants; those of the same instant stay as written.
fn by_instants(plan: &Plan, graph: &mut Constraints, nodes: &[NodeIndex]) {
    let mut timed: Vec<(i64, usize)> = plan.phases.iter().filter_map(|(id, phase)| Some((phase.at?.value.0, id.index()))).collect();
    timed.sort_unstable();
    let mut before: Option<&[(i64, usize)]> = None;
    for same in timed.chunk_by(|a, b| a.0 == b.0) {
        let span = |place: usize| {
            let phase = &plan.phases[Id::new(place)];
            Why::Instant(phase.at.map_or(phase.header.span, |at| at.span))
        };
        if let Some(earlier) = before {
            // One node between two instants, as many phases may share each.
            let between = graph.add_node(Node::Barrier(same[0].1));
            for (_, place) in earlier {
                graph.add_edge(nodes[*place], between, span(*place));
            }
            for (_, place) in same {
                graph.add_edge(between, nodes[*place], span(*place));
            }
        }
        before = Some(same);
    }
}
