//! Every item of a program, in the order in which it stands, fallbacks and options included.

use crate::analysis::program::{Failure, Item, Node};

/// Calls `visit` for every item.
pub fn items<'n, 'p>(nodes: &'n [Node<'p>], visit: &mut dyn FnMut(&'n Item<'p>)) {
    for node in nodes {
        match node {
            Node::Item(item) => {
                visit(item);
                if let Failure::Fallback(nodes) = &item.otherwise {
                    items(nodes, visit);
                }
            }
            Node::Phase { nodes, .. } | Node::Group { nodes, .. } | Node::Call { nodes, .. } | Node::Parallel { nodes, .. } => {
                items(nodes, visit)
            }
            Node::Choose { options, .. } => options.iter().for_each(|option| items(&option.nodes, visit)),
            Node::Decision(_) => {}
        }
    }
}
