//! How long a program takes at worst: sums of what comes in turn, the longest of what runs side by side, the worst option.
//!
//! Retries and timeouts are not counted: an estimate is what its author expects. What has no estimate is listed.

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
    /// Items without an estimate, on the path or beside it: the total is at least this long.
    pub unknown: Vec<String>,
}

impl CriticalPath {
    fn then(&mut self, next: CriticalPath) {
        self.total = sum(self.total, next.total);
        self.steps.extend(next.steps);
        self.unknown.extend(next.unknown);
    }
}

fn sum(a: Duration, b: Duration) -> Duration {
    let seconds = a.seconds.saturating_add(b.seconds);
    let low = a.low.unwrap_or(a.seconds).saturating_add(b.low.unwrap_or(b.seconds));
    Duration { seconds, low: (low != seconds).then_some(low) }
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
        // What the author states of a call as a whole holds.
        Node::Call { id, takes: Some(takes), .. } => estimated(id, *takes),
        Node::Phase { nodes, .. } | Node::Group { nodes, .. } | Node::Call { nodes, .. } => critical_path(nodes),
        Node::Parallel { nodes, .. } => side_by_side(nodes),
        Node::Choose { several, options, .. } => {
            let ways = options.iter().map(|option| critical_path(&option.nodes));
            if *several {
                let mut all = CriticalPath::default();
                ways.for_each(|way| all.then(way));
                return all;
            }
            longest(ways.collect())
        }
        Node::Decision(_) => CriticalPath::default(),
    }
}

/// Returns the longest of several ways, the first of equals, with what is unknown on any.
fn longest(ways: Vec<CriticalPath>) -> CriticalPath {
    let unknown = ways.iter().flat_map(|way| way.unknown.iter().cloned()).collect();
    let mut worst = CriticalPath::default();
    for way in ways {
        if way.total.seconds > worst.total.seconds || worst.steps.is_empty() {
            worst = way;
        }
    }
    worst.unknown = unknown;
    worst
}

fn estimated(id: &str, takes: Duration) -> CriticalPath {
    let steps = if takes.seconds > 0 { vec![(id.to_owned(), takes)] } else { Vec::new() };
    CriticalPath { total: takes, steps, unknown: Vec::new() }
}

/// An item that fails has taken its time, and its fallback takes more.
fn of_item(item: &Item<'_>) -> CriticalPath {
    let mut path = match item.takes {
        Some(takes) => estimated(&item.id, takes),
        None if is_quick(item) => CriticalPath::default(),
        None => CriticalPath { unknown: vec![item.id.clone()], ..CriticalPath::default() },
    };
    if let Failure::Fallback(nodes) = &item.otherwise {
        path.then(critical_path(nodes));
    }
    path
}

/// Asking a check, setting a flag or sending a message is not worth an estimate.
fn is_quick(item: &Item<'_>) -> bool {
    matches!(item.work, Work::Verify(_) | Work::Show(_) | Work::Capture(_) | Work::Send(_) | Work::Set { .. } | Work::Unset { .. })
}

/// Returns the id of a node, and what it waits for.
pub fn waits<'a>(node: &'a Node<'_>) -> (&'a str, &'a [String]) {
    match node {
        Node::Item(item) => (&item.id, &item.after),
        Node::Group { id, after, .. } | Node::Call { id, after, .. } => (id, after),
        Node::Parallel { id, .. } | Node::Choose { id, .. } => (id, &[]),
        Node::Phase { .. } | Node::Decision(_) => ("", &[]),
    }
}

/// Siblings start together, except those that wait for others by `after`.
fn side_by_side(nodes: &[Node<'_>]) -> CriticalPath {
    let own: Vec<CriticalPath> = nodes.iter().map(of_node).collect();
    let places: HashMap<&str, usize> = nodes.iter().enumerate().map(|(place, node)| (waits(node).0, place)).collect();
    let mut ends: Vec<Option<Duration>> = vec![None; nodes.len()];
    // The sibling that each has to wait for longest.
    let mut behind: Vec<Option<usize>> = vec![None; nodes.len()];
    let mut entered = vec![false; nodes.len()];
    for start in 0..nodes.len() {
        // Depth first without recursion; siblings that wait for each other have been reported, and wait no longer here.
        let mut open = vec![start];
        while let Some(at) = open.last().copied() {
            let before: Vec<usize> = waits(&nodes[at]).1.iter().filter_map(|after| places.get(after.as_str()).copied()).collect();
            if !std::mem::replace(&mut entered[at], true) {
                open.extend(before.iter().filter(|before| !entered[**before]));
                continue;
            }
            open.pop();
            if ends[at].is_none() {
                behind[at] = before
                    .into_iter()
                    .filter(|before| ends[*before].is_some())
                    .max_by_key(|before| ends[*before].map_or(0, |end| end.seconds));
                let begin = behind[at].and_then(|before| ends[before]).unwrap_or_default();
                ends[at] = Some(sum(begin, own[at].total));
            }
        }
    }
    let mut path = CriticalPath { unknown: own.iter().flat_map(|own| own.unknown.iter().cloned()).collect(), ..CriticalPath::default() };
    // The first of equals.
    let last = (0..nodes.len()).rev().max_by_key(|place| ends[*place].map_or(0, |end| end.seconds));
    let mut chain = Vec::new();
    let mut at = last;
    while let Some(place) = at.filter(|_| chain.len() < nodes.len()) {
        chain.push(place);
        at = behind[place];
    }
    path.total = last.and_then(|last| ends[last]).unwrap_or_default();
    path.steps = chain.into_iter().rev().flat_map(|place| own[place].steps.iter().cloned()).collect();
    path
}
