//! Deterministic topological order, and cycles told whole.

use std::cmp::Reverse;
use std::collections::{BinaryHeap, HashMap, VecDeque};

use petgraph::Direction;
use petgraph::algo::kosaraju_scc;
use petgraph::graph::{DiGraph, EdgeIndex, NodeIndex};
use petgraph::visit::EdgeRef;

use crate::diagnostic::Diagnostic;
use crate::source::Span;

/// What is brought into order.
#[derive(Clone, Copy, Debug)]
pub enum Node {
    /// The place of a phase or an item in the written order.
    Entry(usize),
    /// Nothing that people know: what stands behind it comes after what stands before it. Its place is that of the
    /// entry before which it stands.
    Barrier(usize),
}

impl Node {
    /// Entries come in their written order; a barrier comes before the entry of the same place.
    fn weight(self) -> (usize, bool) {
        match self {
            Node::Entry(place) => (place, true),
            Node::Barrier(place) => (place, false),
        }
    }
}

/// Where it is said that one node comes before another.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Why {
    /// By `after`, here.
    After(Span),
    /// By the instant of a phase, here.
    Instant(Span),
    /// By where it is written, as both change the same.
    Written(Span),
    /// By where it is written, as one of them is no change.
    Behind(Span),
    /// By the order of phases: the later one begins here.
    Barrier(Span),
}

/// A graph of what comes before what: edges lead from the earlier to the later.
pub type Constraints = DiGraph<Node, Why>;

/// Returns the entries in topological order, as written where several could be next. Members of cycles, and what waits
/// for them, come last, as written.
pub fn sort(graph: &Constraints) -> Vec<usize> {
    let mut waiting: Vec<usize> = graph.node_indices().map(|node| graph.neighbors_directed(node, Direction::Incoming).count()).collect();
    let mut ready: BinaryHeap<Reverse<((usize, bool), NodeIndex)>> =
        graph.node_indices().filter(|node| waiting[node.index()] == 0).map(|node| Reverse((graph[node].weight(), node))).collect();
    let mut sorted = Vec::with_capacity(graph.node_count());
    let mut done = vec![false; graph.node_count()];
    while let Some(Reverse((_, node))) = ready.pop() {
        if let Node::Entry(place) = graph[node] {
            sorted.push(place);
        }
        done[node.index()] = true;
        for next in graph.neighbors(node) {
            waiting[next.index()] -= 1;
            if waiting[next.index()] == 0 {
                ready.push(Reverse((graph[next].weight(), next)));
            }
        }
    }
    let mut rest: Vec<usize> = graph
        .node_indices()
        .filter(|node| !done[node.index()])
        .filter_map(|node| match graph[node] {
            Node::Entry(place) => Some(place),
            Node::Barrier(_) => None,
        })
        .collect();
    rest.sort_unstable();
    sorted.extend(rest);
    sorted
}

/// Returns a finding for each knot of nodes that wait for each other: a shortest cycle through its first member, with
/// every member named and every edge shown. `name` is what people call an entry.
pub fn cycles<'n>(graph: &Constraints, what: &str, name: &dyn Fn(usize) -> &'n str) -> Vec<Diagnostic> {
    // Not Tarjan's: petgraph's recurses, and a chain of 100,000 changes is a plan.
    let mut knots: Vec<Vec<NodeIndex>> =
        kosaraju_scc(graph).into_iter().filter(|knot| knot.len() > 1 || graph.contains_edge(knot[0], knot[0])).collect();
    let mut knot_of = vec![usize::MAX; graph.node_count()];
    for (index, knot) in knots.iter_mut().enumerate() {
        knot.sort_by_key(|node| graph[*node].weight());
        knot.iter().for_each(|node| knot_of[node.index()] = index);
    }
    let mut findings = Vec::new();
    for (index, knot) in knots.iter().enumerate() {
        // The cycle that the author sees first is one that he has written.
        let start = knot.iter().find(|node| matches!(graph[**node], Node::Entry(_))).unwrap_or(&knot[0]);
        let edges = shortest_cycle(graph, *start, &|node| knot_of[node.index()] == index);
        findings.extend(told(graph, &edges, what, name));
    }
    findings
}

/// Returns the edges of a shortest cycle through `start` that stays `inside`.
fn shortest_cycle(graph: &Constraints, start: NodeIndex, inside: &dyn Fn(NodeIndex) -> bool) -> Vec<EdgeIndex> {
    let mut came: HashMap<NodeIndex, (NodeIndex, EdgeIndex)> = HashMap::new();
    let mut queue = VecDeque::from([start]);
    while let Some(node) = queue.pop_front() {
        let mut edges: Vec<_> = graph.edges(node).filter(|edge| inside(edge.target())).collect();
        edges.sort_by_key(|edge| (*edge.weight(), graph[edge.target()].weight()));
        for edge in edges {
            let next = edge.target();
            if next == start {
                let mut path = vec![edge.id()];
                let mut at = node;
                while let Some((previous, edge)) = came.get(&at).filter(|_| at != start) {
                    path.push(*edge);
                    at = *previous;
                }
                path.reverse();
                return path;
            }
            came.entry(next).or_insert_with(|| {
                queue.push_back(next);
                (node, edge.id())
            });
        }
    }
    Vec::new()
}

/// How many members of a cycle are named, and how many of its edges shown.
const TOLD: usize = 24;

fn told<'n>(graph: &Constraints, edges: &[EdgeIndex], what: &str, name: &dyn Fn(usize) -> &'n str) -> Option<Diagnostic> {
    let ends: Vec<(NodeIndex, NodeIndex, Why)> =
        edges.iter().filter_map(|edge| graph.edge_endpoints(*edge).map(|(from, to)| (from, to, graph[*edge]))).collect();
    // Barriers are passed over: what stands before one comes before what stands behind it.
    let mut steps: Vec<(usize, usize, Why)> = Vec::new();
    let first = ends.iter().position(|(from, ..)| matches!(graph[*from], Node::Entry(_)))?;
    let mut from = None;
    for (start, end, why) in ends.iter().cycle().skip(first).take(ends.len()) {
        if let Node::Entry(place) = graph[*start] {
            from = Some((place, *why));
        }
        if let (Node::Entry(place), Some((earlier, why))) = (graph[*end], from) {
            steps.push((earlier, place, why));
        }
    }
    let mut names: Vec<String> = steps.iter().take(TOLD).map(|(from, ..)| format!("`{}`", name(*from))).collect();
    if steps.len() > TOLD {
        names.push(format!("{} more", steps.len() - TOLD));
    }
    let (first, ..) = steps.first()?;
    let message = match steps.as_slice() {
        [(only, ..)] => format!("`{}` waits for itself", name(*only)),
        _ => format!("{what} wait for each other: {} → `{}`", names.join(" → "), name(*first)),
    };
    // What the author wrote (`after`) is said first; what follows from places and instants is the context.
    let mut sorted = steps.clone();
    sorted.sort_by_key(|(_, _, why)| *why);
    let mut labels = sorted.iter().take(TOLD).map(|(from, to, why)| {
        let (from, to) = (name(*from), name(*to));
        match why {
            Why::After(span) => (*span, format!("`{to}` comes after `{from}`")),
            Why::Instant(span) => (*span, format!("`{from}` begins earlier than `{to}`")),
            Why::Written(span) => (*span, format!("`{to}` is written behind `{from}`, and both change the same")),
            Why::Behind(span) => (*span, format!("`{to}` is written behind `{from}`")),
            Why::Barrier(span) => (*span, format!("`{from}` comes before this phase, and `{to}` belongs to it or to a later one")),
        }
    });
    let (span, label) = labels.next()?;
    let finding = Diagnostic::error("order/cycle", span, message, label);
    let finding = labels.fold(finding, |finding, (span, label)| finding.because(span, label));
    Some(finding.help(match sorted.first() {
        Some((_, _, Why::After(_))) if steps.len() > 1 => "remove an `after`, or write what comes first before the other".to_owned(),
        _ => "remove one of these".to_owned(),
    }))
}
