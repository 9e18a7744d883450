//! The graph as JSON. `schema_version` grows when a field changes its meaning or goes away.

use serde::Serialize;

use crate::graph::Graph;

/// Returns the document, with a final newline.
pub fn json(graph: &Graph) -> String {
    let nodes = graph.nodes();
    let document = Document {
        schema_version: 1,
        nodes: nodes
            .iter()
            .map(|node| Node { id: &node.id, kind: node.kind.word(), title: &node.title, group: node.group.as_deref() })
            .collect(),
        edges: graph
            .edges()
            .iter()
            .map(|edge| Edge { from: &nodes[edge.from].id, to: &nodes[edge.to].id, kind: edge.kind.word() })
            .collect(),
    };
    // INVARIANT: plain strings and numbers always serialise.
    let mut text = serde_json::to_string_pretty(&document).expect("plain data");
    text.push('\n');
    text
}

#[derive(Serialize)]
struct Document<'a> {
    schema_version: u32,
    nodes: Vec<Node<'a>>,
    edges: Vec<Edge<'a>>,
}

/// `id` is `kind:name`; `group` is the id of the phase or scenario that holds it.
#[derive(Serialize)]
struct Node<'a> {
    id: &'a str,
    kind: &'a str,
    title: &'a str,
    group: Option<&'a str>,
}

#[derive(Serialize)]
struct Edge<'a> {
    from: &'a str,
    to: &'a str,
    kind: &'a str,
}
