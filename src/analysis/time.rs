//! How long a program takes at worst: sums of what comes in turn, the longest of what runs side by side, the worst option.

use std::collections::HashMap;

use crate::plan::value::Duration;

use super::program::{Failure, Item, Node, Work};

/// The longest way through a program.
#[derive(Clone, Debug, Default)]
pub struct CriticalPath {
    /// The upper ends count; `low` is the sum of the lower ones where an estimate is a range.
    pub total: Duration,
    /// The items on it, by id, with their estimates.
    pub steps: Vec<(String, Duration)>,
    /// Items without an estimate: the total is at least this long.
    pub unknown: Vec<String>,
}

impl CriticalPath {
    fn then(&mut self, next: CriticalPath) {
        let low = self.total.low.unwrap_or(self.total.seconds) + next.total.low.unwrap_or(next.total.seconds);
        self.total.seconds += next.total.seconds;
        self.total.low = (low != self.total.seconds).then_some(low);
        self.steps.extend(next.steps);
        self.unknown.extend(next.unknown);
    }
}

/// Returns the critical path of nodes that are carried out one after another.
pub fn critical_path(nodes: &[Node<'_>]) -> CriticalPath {
    let mut path = CriticalPath::default();
    for node in nodes {
        path.then(of_node(node));
    }
    path
}

fn of_node(node: &Node<'_>) -> CriticalPath {
    match node {
        Node::Item(item) => of_item(item),
        Node::Phase { nodes, .. } | Node::Group { nodes, .. } | Node::Call { nodes, .. } => critical_path(nodes),
        Node::Parallel { nodes, .. } => side_by_side(nodes),
        Node::Choose { several, options, .. } => {
            let mut ways: Vec<CriticalPath> = options.iter().map(|option| critical_path(&option.nodes)).collect();
            if *several {
                let mut all = CriticalPath::default();
                ways.into_iter().for_each(|way| all.then(way));
                return all;
            }
            let unknown: Vec<String> = ways.iter().flat_map(|way| way.unknown.clone()).collect();
            ways.sort_by_key(|way| way.total.seconds);
            let mut worst = ways.pop().unwrap_or_default();
            worst.unknown = unknown;
            worst
        }
        Node::Decision(_) => CriticalPath::default(),
    }
}

fn of_item(item: &Item<'_>) -> CriticalPath {
    let mut path = CriticalPath::default();
    match item.takes {
        Some(takes) if takes.seconds > 0 => {
            path.total = takes;
            path.steps.push((item.id.clone(), takes));
        }
        Some(_) => {}
        None if is_quick(item) => {}
        None => path.unknown.push(item.id.clone()),
    }
    if let Failure::Fallback(nodes) = &item.otherwise {
        path.then(critical_path(nodes));
    }
    path
}

/// Asking a check, setting a flag or sending a message is not worth an estimate.
fn is_quick(item: &Item<'_>) -> bool {
    matches!(item.work, Work::Verify(_) | Work::Show(_) | Work::Capture(_) | Work::Send(_) | Work::Set { .. } | Work::Unset { .. })
}

/// Siblings start together, except those that wait for others by `after`.
fn side_by_side(nodes: &[Node<'_>]) -> CriticalPath {
    let mut ends: HashMap<&str, CriticalPath> = HashMap::new();
    let mut longest = CriticalPath::default();
    let mut unknown = Vec::new();
    let mut open: Vec<&Node<'_>> = nodes.iter().collect();
    while !open.is_empty() {
        let before = open.len();
        let ids: Vec<&str> = open.iter().filter_map(|node| item_of(node)).map(|item| item.id.as_str()).collect();
        let (ready, waiting): (Vec<_>, Vec<_>) = open
            .into_iter()
            .partition(|node| item_of(node).is_none_or(|item| item.after.iter().all(|after| !ids.contains(&after.as_str()))));
        for node in &ready {
            let own = of_node(node);
            unknown.extend(own.unknown.iter().cloned());
            let waited = item_of(node)
                .and_then(|item| item.after.iter().filter_map(|after| ends.get(after.as_str())).max_by_key(|path| path.total.seconds));
            let mut path = waited.cloned().unwrap_or_default();
            path.then(own);
            if path.total.seconds > longest.total.seconds {
                longest = path.clone();
            }
            if let Some(item) = item_of(node) {
                ends.insert(&item.id, path);
            }
        }
        open = waiting;
        if open.len() == before {
            // Siblings that wait for each other have been reported.
            break;
        }
    }
    longest.unknown = unknown;
    longest
}

fn item_of<'a, 'p>(node: &'a Node<'p>) -> Option<&'a Item<'p>> {
    match node {
        Node::Item(item) => Some(item),
        _ => None,
    }
}
