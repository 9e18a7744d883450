//! Deterministic topological order, and cycles told whole.

use std::cmp::Reverse;
use std::collections::BinaryHeap;

use petgraph::Direction;
use petgraph::algo::tarjan_scc;
use petgraph::graph::{DiGraph, NodeIndex};
use petgraph::visit::EdgeRef;

use crate::diagnostic::Diagnostic;
use crate::source::Span;

/// Why one node comes before another, and where that is said.
#[derive(Clone, Debug)]
pub struct Constraint {
    pub span: Span,
    pub says: String,
}

/// Returns the nodes' weights in topological order, the smallest first where several could be next. Members of cycles
/// are reported and come in the order of their weights.
pub fn sort(graph: &DiGraph<usize, Constraint>, what: &str, findings: &mut Vec<Diagnostic>) -> Vec<usize> {
    let mut waiting: Vec<usize> = graph.node_indices().map(|node| graph.neighbors_directed(node, Direction::Incoming).count()).collect();
    let mut ready: BinaryHeap<Reverse<(usize, usize)>> =
        graph.node_indices().filter(|node| waiting[node.index()] == 0).map(|node| Reverse((graph[node], node.index()))).collect();
    let mut sorted = Vec::with_capacity(graph.node_count());
    let mut done = vec![false; graph.node_count()];
    while let Some(Reverse((weight, node))) = ready.pop() {
        sorted.push(weight);
        done[node] = true;
        for next in graph.neighbors(NodeIndex::new(node)) {
            waiting[next.index()] -= 1;
            if waiting[next.index()] == 0 {
                ready.push(Reverse((graph[next], next.index())));
            }
        }
    }
    if sorted.len() < graph.node_count() {
        findings.extend(cycles(graph, what));
        let mut rest: Vec<usize> = graph.node_indices().filter(|node| !done[node.index()]).map(|node| graph[node]).collect();
        rest.sort_unstable();
        sorted.extend(rest);
    }
    sorted
}

/// Returns a finding for each knot of nodes that wait for each other: one cycle through it, every edge labelled.
fn cycles(graph: &DiGraph<usize, Constraint>, what: &str) -> Vec<Diagnostic> {
    let mut findings = Vec::new();
    for knot in tarjan_scc(graph) {
        let looped = knot.len() > 1 || graph.find_edge(knot[0], knot[0]).is_some();
        if !looped {
            continue;
        }
        let mut inside = vec![false; graph.node_count()];
        knot.iter().for_each(|node| inside[node.index()] = true);
        let Some(start) = knot.iter().min_by_key(|node| graph[**node]) else { continue };
        let edges = shortest_cycle(graph, *start, &inside);
        let mut finding: Option<Diagnostic> = None;
        // What the author wrote (`after`) is said first; what follows from the written order is the context.
        let mut told: Vec<&Constraint> = edges.iter().map(|edge| &graph[*edge]).collect();
        told.sort_by_key(|constraint| !constraint.says.contains("comes after"));
        for constraint in told {
            finding = Some(match finding {
                None => Diagnostic::error("order/cycle", constraint.span, format!("{what} wait for each other"), constraint.says.clone()),
                Some(finding) => finding.because(constraint.span, constraint.says.clone()),
            });
        }
        findings.extend(finding.map(|finding| finding.help("remove or turn round one of these")));
    }
    findings
}

/// Returns the edges of a shortest cycle through `start`, staying `inside`.
fn shortest_cycle(graph: &DiGraph<usize, Constraint>, start: NodeIndex, inside: &[bool]) -> Vec<petgraph::graph::EdgeIndex> {
    let mut came = vec![None; graph.node_count()];
    let mut queue = std::collections::VecDeque::from([start]);
    while let Some(node) = queue.pop_front() {
        for edge in graph.edges(node) {
            let next = edge.target();
            if next == start {
                let mut path = vec![edge.id()];
                let mut at = node;
                while at != start {
                    let Some((previous, edge)) = came[at.index()] else { break };
                    path.push(edge);
                    at = previous;
                }
                path.reverse();
                return path;
            }
            if inside[next.index()] && came[next.index()].is_none() {
                came[next.index()] = Some((node, edge.id()));
                queue.push_back(next);
            }
        }
    }
    Vec::new()
}
