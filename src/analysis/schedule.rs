//! When each phase and item of the forward run begins and ends, relative to T, as far as the plan says.

use std::collections::HashMap;

use crate::graph::Graph;
use crate::plan::Plan;
use crate::plan::value::Instant;

use super::program::{Node, Program};
use super::time::critical_path;

/// Instants relative to T; `None` where the plan does not say enough.
#[derive(Clone, Debug, Default)]
pub struct Schedule {
    /// By phase.
    pub starts: Vec<Option<Instant>>,
    /// By phase.
    pub ends: Vec<Option<Instant>>,
    /// By item of the forward run: begin and end.
    items: HashMap<String, (Option<Instant>, Option<Instant>)>,
}

impl Schedule {
    /// Returns when an item of the forward run begins.
    pub fn begins(&self, item: &str) -> Option<Instant> {
        self.items.get(item).and_then(|(begin, _)| *begin)
    }

    /// Returns when an item of the forward run has ended, by its estimate.
    pub fn ended(&self, item: &str) -> Option<Instant> {
        self.items.get(item).and_then(|(_, end)| *end)
    }
}

/// Derives the schedule. T is the start of the phase `at T`, or of the first phase.
pub fn schedule(plan: &Plan, graph: &Graph, forward: &Program<'_>) -> Schedule {
    let has_t = plan.phases.iter().any(|(_, phase)| phase.at.is_some_and(|at| at.value.0 == 0));
    let mut schedule = Schedule { starts: vec![None; plan.phases.len()], ends: vec![None; plan.phases.len()], items: HashMap::new() };
    let mut clock: Option<Instant> = None;
    for (place, (phase, node)) in graph.phases().iter().zip(&forward.nodes).enumerate() {
        let Node::Phase { nodes, .. } = node else { continue };
        let written = plan.phases[*phase].at.map(|at| at.value);
        let start = written.or(if place == 0 && !has_t { Some(Instant(0)) } else { clock });
        schedule.starts[phase.index()] = start;
        let end_by_items = walk(nodes, start, &mut schedule);
        let end = match (start, plan.phases[*phase].duration) {
            (Some(start), Some(duration)) => Some(Instant(start.0 + duration.value.seconds as i64)),
            _ => end_by_items,
        };
        schedule.ends[phase.index()] = end;
        clock = end;
    }
    schedule
}

/// Gives each item its instants, and returns when the last has ended.
fn walk(nodes: &[Node<'_>], start: Option<Instant>, schedule: &mut Schedule) -> Option<Instant> {
    let mut clock = start;
    for node in nodes {
        let path = critical_path(std::slice::from_ref(node));
        let end = clock.filter(|_| path.unknown.is_empty()).map(|begin| Instant(begin.0 + path.total.seconds as i64));
        match node {
            Node::Item(item) => {
                schedule.items.insert(item.id.clone(), (clock, end));
            }
            Node::Phase { nodes, .. } | Node::Group { nodes, .. } | Node::Call { nodes, .. } | Node::Parallel { nodes, .. } => {
                walk(nodes, clock, schedule);
            }
            Node::Choose { options, .. } => options.iter().for_each(|option| {
                walk(&option.nodes, clock, schedule);
            }),
            Node::Decision(_) => {}
        }
        clock = end;
    }
    clock
}
