//! Which backups have surely been taken when an item of a program begins: on every path, whatever is skipped or chosen.

use std::collections::BTreeSet;

use super::program::{Item, Node, Work};
use crate::plan::id::Id;
use crate::plan::target::Backup;

/// Backups that have surely been taken.
pub type Taken = BTreeSet<Id<Backup>>;

/// Calls `visit` with every item of `nodes`, in order, and with what has surely been taken before it. `taken` is what was
/// taken before the first, and afterwards what was taken by the end.
pub fn each_item<'a, 'p>(nodes: &'a [Node<'p>], taken: &mut Taken, visit: &mut impl FnMut(&'a Item<'p>, &Taken)) {
    walk(nodes, taken, &mut |item, taken| visit(item, taken));
}

/// The visitor is a trait object, as a closure passed down a recursion would be a type without end.
fn walk<'a, 'p>(nodes: &'a [Node<'p>], taken: &mut Taken, visit: &mut dyn FnMut(&'a Item<'p>, &Taken)) {
    for node in nodes {
        match node {
            Node::Item(item) => {
                visit(item, taken);
                if let super::program::Failure::Fallback(nodes) = &item.otherwise {
                    // What only a fallback takes is not sure afterwards.
                    walk(nodes, &mut taken.clone(), visit);
                }
                if let (Work::Take(backup), true) = (item.work, item.guards.is_empty()) {
                    taken.insert(backup);
                }
            }
            Node::Phase { nodes, .. } => walk(nodes, taken, visit),
            Node::Group { guards, nodes, .. } | Node::Call { guards, nodes, .. } if guards.is_empty() => {
                walk(nodes, taken, visit);
            }
            Node::Group { nodes, .. } | Node::Call { nodes, .. } => walk(nodes, &mut taken.clone(), visit),
            Node::Parallel { nodes, .. } => {
                // Siblings run side by side: none is sure of what another takes, what follows is sure of all.
                let before = taken.clone();
                for node in nodes {
                    let mut own = before.clone();
                    walk(std::slice::from_ref(node), &mut own, visit);
                    taken.extend(own);
                }
            }
            Node::Choose { options, .. } => {
                let before = taken.clone();
                let mut common: Option<Taken> = None;
                for option in options {
                    let mut own = before.clone();
                    walk(&option.nodes, &mut own, visit);
                    common = Some(common.map_or(own.clone(), |common| &common & &own));
                }
                taken.extend(common.unwrap_or_default());
            }
            Node::Decision(_) => {}
        }
    }
}
