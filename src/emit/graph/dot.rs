//! DOT, for Graphviz.

use std::fmt::Write;

use super::{frames, label, loose};
use crate::graph::{EdgeKind, Graph, Node, NodeKind};

/// Returns a digraph, phases and scenarios as clusters.
pub fn dot(graph: &Graph) -> String {
    let mut out = String::from("digraph plan {\n  compound=true;\n  node [fontname=\"sans-serif\"];\n  edge [fontname=\"sans-serif\"];\n");
    for frame in frames(graph) {
        let head = &graph.nodes()[frame.head];
        let _ = writeln!(out, "  subgraph cluster_{} {{", frame.head);
        let _ = writeln!(out, "    label={};", quoted(&format!("{} {}", head.kind.word(), head.title)));
        for place in std::iter::once(frame.head).chain(frame.members) {
            let _ = writeln!(out, "    {}", node(place, &graph.nodes()[place]));
        }
        out.push_str("  }\n");
    }
    for (place, loose) in loose(graph) {
        let _ = writeln!(out, "  {}", node(place, loose));
    }
    for edge in graph.edges() {
        let look = match edge.kind {
            EdgeKind::Then => String::new(),
            EdgeKind::Runs => " [label=\"runs\", style=bold]".to_owned(),
            other => format!(" [label=\"{}\", style=dashed]", other.word()),
        };
        let _ = writeln!(out, "  n{} -> n{}{look};", edge.from, edge.to);
    }
    out.push_str("}\n");
    out
}

fn node(place: usize, node: &Node) -> String {
    let shape = match node.kind {
        NodeKind::Phase | NodeKind::Scenario => "oval",
        NodeKind::Decision => "diamond",
        NodeKind::Backup => "cylinder",
        NodeKind::Check => "hexagon",
        NodeKind::Trigger => "cds",
        NodeKind::Change => "box",
        NodeKind::Step => "box, style=rounded",
    };
    let text = match label(node) {
        (Some(name), title) => format!("{name}\n{title}"),
        (None, title) => title.to_owned(),
    };
    format!("n{place} [label={}, shape={shape}];", quoted(&text))
}

/// Returns a quoted string; a line end becomes a centred line.
fn quoted(text: &str) -> String {
    let mut out = String::from("\"");
    for c in text.chars() {
        match c {
            '"' | '\\' => out.extend(['\\', c]),
            '\n' => out.push_str("\\n"),
            c if c.is_control() => out.push(' '),
            c => out.push(c),
        }
    }
    out.push('"');
    out
}

#[cfg(test)]
mod tests {
    use super::quoted;

    #[test]
    fn quotes_and_backslashes_stay_text() {
        assert_eq!(quoted("a \"b\" \\N\n\u{1b}"), "\"a \\\"b\\\" \\\\N\\n \"");
    }
}
