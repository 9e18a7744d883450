//! Mermaid, as GitHub and GitLab draw it in Markdown.

use std::fmt::Write;

use super::{frames, label, loose};
use crate::graph::{EdgeKind, Graph, Node, NodeKind};

/// Returns a flowchart, phases and scenarios as boxes.
pub fn mermaid(graph: &Graph) -> String {
    let mut out = String::from("flowchart TD\n");
    for frame in frames(graph) {
        let head = &graph.nodes()[frame.head];
        let _ = writeln!(out, "  subgraph g{} [\"{} {}\"]", frame.head, head.kind.word(), escape(&head.title));
        for place in std::iter::once(frame.head).chain(frame.members) {
            let _ = writeln!(out, "    {}", node(place, &graph.nodes()[place]));
        }
        out.push_str("  end\n");
    }
    for (place, loose) in loose(graph) {
        let _ = writeln!(out, "  {}", node(place, loose));
    }
    for edge in graph.edges() {
        let arrow = match edge.kind {
            EdgeKind::Then => "-->".to_owned(),
            EdgeKind::Runs => "==>|runs|".to_owned(),
            other => format!("-.->|{}|", other.word()),
        };
        let _ = writeln!(out, "  n{} {arrow} n{}", edge.from, edge.to);
    }
    out
}

/// Returns a node in the shape of its kind.
fn node(place: usize, node: &Node) -> String {
    let (open, close) = match node.kind {
        NodeKind::Phase | NodeKind::Scenario => ("([", "])"),
        NodeKind::Decision => ("{", "}"),
        NodeKind::Backup => ("[(", ")]"),
        NodeKind::Check => ("{{", "}}"),
        NodeKind::Trigger => (">", "]"),
        NodeKind::Change => ("[", "]"),
        NodeKind::Step => ("(", ")"),
    };
    let text = match label(node) {
        (Some(name), title) => format!("{}<br/>{}", escape(name), escape(title)),
        (None, title) => escape(title),
    };
    format!("n{place}{open}\"{text}\"{close}")
}

/// Returns text that Mermaid takes for text: whatever might mean something to it or to HTML becomes an entity.
fn escape(text: &str) -> String {
    let mut out = String::new();
    for c in text.chars() {
        match c {
            c if c.is_alphanumeric() || " .,:'()/-_+".contains(c) => out.push(c),
            c if c.is_control() => out.push(' '),
            c => {
                let _ = write!(out, "#{};", c as u32);
            }
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::escape;

    #[test]
    fn nothing_in_a_title_means_something() {
        assert_eq!(escape("a \"b\" #1; <br>\n`x`"), "a #34;b#34; #35;1#59; #60;br#62; #96;x#96;");
    }
}
