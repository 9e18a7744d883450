//! The dependency graph: what comes before what, and what leads where.
//!
//! Owns the order of the forward run, the dependencies between changes, and positions. Changes, phases, steps, decisions,
//! backups, checks, triggers and scenarios are nodes of one petgraph DAG; petgraph's types do not leave this module.
//! Does not know how long anything takes nor what is lost: that is `analysis`.

mod build;
pub mod connection;
mod databases;
mod depends;
mod items;
pub mod objects;
mod order;
mod phases;
mod picture;
pub mod touched;

use crate::diagnostic::Diagnostic;
use crate::plan::Plan;
use crate::plan::change::{Change, Phase};
use crate::plan::id::Id;
use crate::plan::people::Moment;
use crate::source::Span;

pub use depends::running;
pub use picture::{Edge, EdgeKind, Node, NodeKind};
pub use touched::{Manner, Touch, Touched};

/// The graph of a plan.
#[derive(Clone, Debug)]
pub struct Graph {
    phases: Vec<Id<Phase>>,
    forward: Vec<ForwardItem>,
    order: Vec<Id<Change>>,
    /// By change: its place in `order`.
    ranks: Vec<usize>,
    /// By change.
    dependencies: Vec<Vec<Dependency>>,
    /// By change.
    touched: Vec<Touched>,
    /// By change: those that directly depend on it.
    dependants: Vec<Vec<Id<Change>>>,
    /// By phase: the rank of its first change, or of the first after it.
    phase_starts: Vec<usize>,
    /// By phase: the rank behind its last change.
    phase_ends: Vec<usize>,
    positions: Vec<Position>,
    nodes: Vec<Node>,
    edges: Vec<Edge>,
}

/// One item of a phase, by the phase and the item's place in it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ForwardItem {
    pub phase: Id<Phase>,
    pub index: usize,
}

/// Why a change depends on another.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Why {
    /// It changes the same target in a later phase.
    Phase,
    /// It changes the same target, and is written later in the same phase.
    Written,
    /// It says `after`, here.
    After(Span),
    /// One makes, alters or destroys this object, and the other names it or deploys what needs it.
    Object(String),
    /// It deploys what needs the release that the other deploys.
    Release,
}

/// That a change depends on another.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Dependency {
    pub on: Id<Change>,
    pub why: Why,
}

/// Where the migration can be: between the starts and ends of changes, in the order of the forward run.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Position {
    /// Nothing has begun.
    Before,
    /// The change has begun and has not ended.
    During(Id<Change>),
    /// The change has ended, the next has not begun.
    After(Id<Change>),
}

impl Position {
    /// Returns the last change that has begun.
    pub fn change(self) -> Option<Id<Change>> {
        match self {
            Position::Before => None,
            Position::During(change) | Position::After(change) => Some(change),
        }
    }

    /// Returns whether a change is half done.
    pub fn is_during(self) -> bool {
        matches!(self, Position::During(_))
    }

    /// Returns whether `change` has begun here, and so may be applied.
    pub fn may_have(self, graph: &Graph, change: Id<Change>) -> bool {
        self.change().is_some_and(|last| graph.rank(change) <= graph.rank(last))
    }
}

impl Graph {
    /// Builds the graph. On a cycle, which is a finding, the order is still total: written order breaks it.
    pub fn build(plan: &Plan) -> (Graph, Vec<Diagnostic>) {
        build::graph(plan)
    }

    /// Returns the phases in the order in which they are carried out.
    pub fn phases(&self) -> &[Id<Phase>] {
        &self.phases
    }

    /// Returns everything in phases, in the order in which it is carried out.
    pub fn forward(&self) -> &[ForwardItem] {
        &self.forward
    }

    /// Returns the changes in forward order.
    pub fn order(&self) -> &[Id<Change>] {
        &self.order
    }

    /// Returns a change's place in the forward order, from 0.
    pub fn rank(&self, change: Id<Change>) -> usize {
        self.ranks[change.index()]
    }

    /// Returns what a change directly depends on.
    pub fn dependencies(&self, change: Id<Change>) -> &[Dependency] {
        &self.dependencies[change.index()]
    }

    /// Returns what a change touches.
    pub fn touched(&self, change: Id<Change>) -> &Touched {
        &self.touched[change.index()]
    }

    /// Returns every change that depends on `change`, directly or not, in forward order.
    pub fn dependants(&self, change: Id<Change>) -> Vec<Id<Change>> {
        let mut found = vec![false; self.order.len()];
        let mut open = vec![change];
        while let Some(next) = open.pop() {
            for dependant in &self.dependants[next.index()] {
                if !found[dependant.index()] {
                    found[dependant.index()] = true;
                    open.push(*dependant);
                }
            }
        }
        self.order.iter().copied().filter(|change| found[change.index()]).collect()
    }

    /// Returns the changes outside a set that depend on a change in it, directly or not, in forward order, each with the
    /// one in the set that it depends on first.
    pub fn left_behind(&self, set: &[Id<Change>]) -> Vec<(Id<Change>, Id<Change>)> {
        let mut inside = vec![false; self.order.len()];
        set.iter().for_each(|change| inside[change.index()] = true);
        let mut because: Vec<Option<Id<Change>>> = vec![None; self.order.len()];
        let first = set.iter().map(|change| self.rank(*change)).min().unwrap_or(self.order.len());
        // Dependants stand later, so that one pass in forward order finds them all.
        for change in &self.order[first..] {
            let of = if inside[change.index()] { Some(*change) } else { because[change.index()] };
            let Some(of) = of else { continue };
            for dependant in self.dependants[change.index()].iter().filter(|dependant| !inside[dependant.index()]) {
                because[dependant.index()].get_or_insert(of);
            }
        }
        self.order[first..].iter().filter_map(|change| Some((*change, because[change.index()]?))).collect()
    }

    /// Returns the changes of a set in the order in which they are undone: dependants first.
    pub fn undo_order(&self, set: &[Id<Change>]) -> Vec<Id<Change>> {
        let mut ordered = set.to_vec();
        ordered.sort_by_key(|change| std::cmp::Reverse(self.rank(*change)));
        ordered.dedup();
        ordered
    }

    /// Returns the index of the position in which a change has begun and is not known to be applied.
    pub fn begun(&self, change: Id<Change>) -> usize {
        2 * self.rank(change) + 1
    }

    /// Returns the index of the first position in which a change is applied.
    pub fn applied(&self, change: Id<Change>) -> usize {
        2 * self.rank(change) + 2
    }

    /// Returns every position, in forward order: before all, then during and after each change.
    pub fn positions(&self) -> &[Position] {
        &self.positions
    }

    /// Returns the index of the first position in which a moment has started: where `from` begins. A phase starts with its
    /// first change, or, without one, where the one before it has ended. `None` for a scenario.
    pub fn start_of(&self, moment: Moment) -> Option<usize> {
        match moment {
            Moment::Change(change) => Some(self.begun(change)),
            Moment::Phase(phase) if self.phase_starts[phase.index()] == self.phase_ends[phase.index()] => {
                Some(2 * self.phase_starts[phase.index()])
            }
            Moment::Phase(phase) => Some(2 * self.phase_starts[phase.index()] + 1),
            Moment::Scenario(_) => None,
        }
    }

    /// Returns the index behind the last position in which a moment has not started: where `until` ends.
    pub fn until(&self, moment: Moment) -> Option<usize> {
        match moment {
            Moment::Phase(phase) => Some(2 * self.phase_starts[phase.index()] + 1),
            _ => self.start_of(moment),
        }
    }

    /// Returns the index of the first position in which a moment has ended.
    pub fn end_of(&self, moment: Moment) -> Option<usize> {
        match moment {
            Moment::Change(change) => Some(self.applied(change)),
            Moment::Phase(phase) => Some(2 * self.phase_ends[phase.index()]),
            Moment::Scenario(_) => None,
        }
    }

    /// Returns the nodes of the whole graph, in written order.
    pub fn nodes(&self) -> &[Node] {
        &self.nodes
    }

    /// Returns the edges of the whole graph, by their nodes' places.
    pub fn edges(&self) -> &[Edge] {
        &self.edges
    }

    /// Returns, by node, whether something leads to it from one of `from`, by what comes next and by calls for scenarios.
    /// What is reached from itself counts as reached.
    pub fn reach(&self, from: &[usize]) -> Vec<bool> {
        picture::reach(self.nodes.len(), &self.edges, from)
    }
}

#[cfg(test)]
mod tests;
