//! When each phase and item of the forward run begins and ends, relative to T, as far as the plan says.

use std::collections::HashMap;

use crate::graph::Graph;
use crate::plan::Plan;
use crate::plan::change::Phase;
use crate::plan::id::Id;
use crate::plan::value::Instant;

use super::program::{Node, Program};
use super::time::{critical_path, waits};

/// Instants relative to T; `None` where the plan does not say enough.
#[derive(Clone, Debug, Default)]
pub struct Schedule {
    /// By phase.
    pub starts: Vec<Option<Instant>>,
    /// By phase: by its own length, else by what its items add up to.
    pub ends: Vec<Option<Instant>>,
    /// By item of the forward run.
    items: HashMap<String, Slot>,
}

/// When an item is carried out.
#[derive(Clone, Copy, Debug, Default)]
struct Slot {
    begin: Option<Instant>,
    end: Option<Instant>,
    /// It begins no earlier than this.
    earliest: Option<Instant>,
    /// It has ended by then, when the plan is kept to.
    latest: Option<Instant>,
}

impl Schedule {
    /// Returns when an item of the forward run begins.
    pub fn begins(&self, item: &str) -> Option<Instant> {
        self.items.get(item).and_then(|slot| slot.begin)
    }

    /// Returns when an item of the forward run has ended, by its estimate.
    pub fn ended(&self, item: &str) -> Option<Instant> {
        self.items.get(item).and_then(|slot| slot.end)
    }

    /// Returns the instant before which an item of the forward run does not begin.
    pub fn earliest(&self, item: &str) -> Option<Instant> {
        self.items.get(item).and_then(|slot| slot.begin.or(slot.earliest))
    }

    /// Returns the instant by which an item of the forward run has ended when the plan is kept to: by its estimate, by the
    /// end of its phase, or by the start of the next.
    pub fn latest(&self, item: &str) -> Option<Instant> {
        self.items.get(item).and_then(|slot| slot.end.or(slot.latest))
    }
}

/// Returns `instant` and what is added to it.
fn later(instant: Instant, seconds: u64) -> Instant {
    Instant(instant.0.saturating_add_unsigned(seconds))
}

/// Returns how many phases come before T: the start of the phase `at T`, or of the first that does not stand before T.
pub fn before_t(plan: &Plan, graph: &Graph) -> usize {
    let phases = graph.phases();
    let at = |phase: &Id<Phase>| plan.phases[*phase].at.map(|at| at.value.0);
    let stated = phases.iter().position(|phase| at(phase) == Some(0));
    stated.or_else(|| phases.iter().position(|phase| at(phase).is_none_or(|at| at >= 0))).unwrap_or(phases.len())
}

/// Derives the schedule.
pub fn schedule(plan: &Plan, graph: &Graph, forward: &Program<'_>) -> Schedule {
    let phases = graph.phases();
    let at = |phase: &Id<Phase>| plan.phases[*phase].at.map(|at| at.value);
    let zero = before_t(plan, graph);
    let mut schedule = Schedule { starts: vec![None; plan.phases.len()], ends: vec![None; plan.phases.len()], items: HashMap::new() };
    let mut clock: Option<Instant> = None;
    for (place, (phase, node)) in phases.iter().zip(&forward.nodes).enumerate() {
        let Node::Phase { nodes, .. } = node else { continue };
        let start = at(phase).or(if place == zero { Some(Instant(0)) } else { clock });
        let next = phases.get(place + 1).and_then(|next| at(next).or(if place + 1 == zero { Some(Instant(0)) } else { None }));
        let stated = start.zip(plan.phases[*phase].duration).map(|(start, length)| later(start, length.value.seconds));
        let bounds = Slot { begin: None, end: None, earliest: start, latest: stated.or(next) };
        let by_items = walk(plan, nodes, start, bounds, &mut schedule);
        let end = stated.or(by_items);
        schedule.starts[phase.index()] = start;
        schedule.ends[phase.index()] = end;
        clock = end;
    }
    schedule
}

/// Returns when each item of a scenario begins and ends, counted from the scenario's start.
pub fn offsets(plan: &Plan, program: &Program<'_>) -> Schedule {
    let mut schedule = Schedule::default();
    walk(plan, &program.nodes, Some(Instant(0)), Slot::default(), &mut schedule);
    schedule
}

/// Gives each item its instants, and returns when the last has ended.
fn walk(plan: &Plan, nodes: &[Node<'_>], start: Option<Instant>, bounds: Slot, schedule: &mut Schedule) -> Option<Instant> {
    let mut clock = start;
    let mut bounds = bounds;
    for node in nodes {
        let path = critical_path(std::slice::from_ref(node));
        let end = clock.filter(|_| path.unknown.is_empty()).map(|begin| later(begin, path.total.seconds));
        bounds.earliest = clock.or(bounds.earliest);
        match node {
            Node::Item(item) => {
                schedule.items.insert(item.id.clone(), Slot { begin: clock, end, ..bounds });
            }
            Node::Phase { nodes, .. } | Node::Group { nodes, .. } | Node::Call { nodes, .. } => {
                walk(plan, nodes, clock, bounds, schedule);
            }
            Node::Parallel { nodes, .. } => {
                for node in nodes {
                    // One that waits for a sibling begins at a time that only the path through it tells.
                    let begin = clock.filter(|_| waits(node).1.is_empty());
                    walk(plan, std::slice::from_ref(node), begin, Slot { latest: end.or(bounds.latest), ..bounds }, schedule);
                }
            }
            Node::Choose { options, .. } => options.iter().for_each(|option| {
                walk(plan, &option.nodes, clock, bounds, schedule);
            }),
            Node::Decision(decision) => {
                // What comes behind a decision waits for its hour.
                let at = plan.decisions[*decision].at.map(|at| at.value);
                clock = clock.max(at);
                bounds.earliest = bounds.earliest.max(at);
                continue;
            }
        }
        clock = end;
    }
    clock
}
