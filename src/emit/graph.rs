//! The plan as a diagram, from the graph's plain nodes and edges: Mermaid for Markdown pages, DOT for Graphviz, JSON for
//! programs.
//!
//! Titles come from the plan and may hold anything; each format escapes in one function of its own.

mod dot;
mod json;
mod mermaid;

pub use dot::dot;
pub use json::json;
pub use mermaid::mermaid;

use std::collections::BTreeMap;

use crate::graph::{Graph, Node, NodeKind};

/// What stands in one box: a phase or a scenario, and the places of the nodes in it.
struct Frame {
    /// The place of the phase or scenario.
    head: usize,
    members: Vec<usize>,
}

/// Returns the frames, in the order of the graph's nodes.
fn frames(graph: &Graph) -> Vec<Frame> {
    let mut members: BTreeMap<&str, Vec<usize>> = BTreeMap::new();
    for (place, node) in graph.nodes().iter().enumerate() {
        if let Some(group) = &node.group {
            members.entry(group).or_default().push(place);
        }
    }
    let heads = graph.nodes().iter().enumerate().filter(|(_, node)| is_head(node));
    heads.map(|(head, node)| Frame { head, members: members.remove(node.id.as_str()).unwrap_or_default() }).collect()
}

/// Returns the places of the nodes that stand in no frame.
fn loose(graph: &Graph) -> impl Iterator<Item = (usize, &Node)> {
    graph.nodes().iter().enumerate().filter(|(_, node)| !is_head(node) && node.group.is_none())
}

fn is_head(node: &Node) -> bool {
    matches!(node.kind, NodeKind::Phase | NodeKind::Scenario)
}

/// Returns the two lines of a node's label: its name in the plan, and its title. A step's name is its title already.
fn label(node: &Node) -> (Option<&str>, &str) {
    let name = node.id.split_once(':').map(|(_, name)| name);
    (name.filter(|name| node.kind != NodeKind::Step && *name != node.title), &node.title)
}
