//! Which backups have surely been taken when an item of a program begins: on every path, whatever is skipped or chosen.

use std::collections::BTreeSet;

use super::program::{Item, Node, Work};
use crate::plan::id::Id;
use crate::plan::target::Backup;

/// Backups that have surely been taken: outside of where one stands, and inside.
#[derive(Debug, Default)]
pub struct Taken<'o> {
    outside: Option<&'o Taken<'o>>,
    inside: BTreeSet<Id<Backup>>,
}

impl Taken<'_> {
    /// Returns whether `backup` has surely been taken.
    pub fn contains(&self, backup: Id<Backup>) -> bool {
        self.inside.contains(&backup) || self.outside.is_some_and(|outside| outside.contains(backup))
    }

    /// Returns them all.
    pub fn iter(&self) -> impl Iterator<Item = Id<Backup>> {
        std::iter::successors(Some(self), |taken| taken.outside).flat_map(|taken| taken.inside.iter().copied())
    }

    /// Returns what is sure where something begins whose own takes are not sure, or not yet, outside of it. Nothing is copied:
    /// that would be quadratic in the backups.
    fn within(&self) -> Taken<'_> {
        Taken { outside: Some(self), inside: BTreeSet::new() }
    }
}

/// Calls `visit` with every item of `nodes`, in order, and with what has surely been taken before it since the first.
pub fn each_item<'a, 'p>(nodes: &'a [Node<'p>], visit: &mut impl FnMut(&'a Item<'p>, &Taken<'_>)) {
    walk(nodes, &mut Taken::default(), &mut |item, taken| visit(item, taken));
}

/// The visitor is a trait object, as a closure passed down a recursion would be a type without end.
fn walk<'a, 'p>(nodes: &'a [Node<'p>], taken: &mut Taken<'_>, visit: &mut dyn FnMut(&'a Item<'p>, &Taken<'_>)) {
    for node in nodes {
        match node {
            Node::Item(item) => {
                visit(item, taken);
                if let super::program::Failure::Fallback(nodes) = &item.otherwise {
                    // What only a fallback takes is not sure afterwards.
                    walk(nodes, &mut taken.within(), visit);
                }
                if let (Work::Take(backup), true) = (item.work, item.guards.is_empty()) {
                    taken.inside.insert(backup);
                }
            }
            Node::Phase { nodes, .. } => walk(nodes, taken, visit),
            Node::Group { guards, nodes, .. } | Node::Call { guards, nodes, .. } if guards.is_empty() => {
                walk(nodes, taken, visit);
            }
            Node::Group { nodes, .. } | Node::Call { nodes, .. } => walk(nodes, &mut taken.within(), visit),
            Node::Parallel { nodes, .. } => {
                // Siblings run side by side: none is sure of what another takes, what follows is sure of all.
                let mut all = BTreeSet::new();
                for node in nodes {
                    let mut own = taken.within();
                    walk(std::slice::from_ref(node), &mut own, visit);
                    all.append(&mut own.inside);
                }
                taken.inside.append(&mut all);
            }
            Node::Choose { options, .. } => {
                let mut common: Option<BTreeSet<Id<Backup>>> = None;
                for option in options {
                    let mut own = taken.within();
                    walk(&option.nodes, &mut own, visit);
                    common = Some(match common {
                        Some(common) => &common & &own.inside,
                        None => own.inside,
                    });
                }
                taken.inside.extend(common.unwrap_or_default());
            }
            Node::Decision(_) => {}
        }
    }
}
