//! Puts the graph together: orders, dependencies, positions, the picture.

use crate::diagnostic::Diagnostic;
use crate::plan::Plan;
use crate::plan::change::PhaseItem;

use super::databases::Databases;
use super::depends::dependencies;
use super::items::items;
use super::phases::phases;
use super::touched::Touched;
use super::{ForwardItem, Graph, Position, picture};

/// Reads every change where the forward run comes to it.
fn touched(plan: &Plan, forward: &[ForwardItem]) -> Vec<Touched> {
    let mut databases = Databases::new(plan);
    let mut touched: Vec<Touched> = vec![Touched::default(); plan.changes.len()];
    for item in forward {
        match &plan.phases[item.phase].items[item.index] {
            PhaseItem::Change(change) => touched[change.index()] = Touched::of(plan, &plan.changes[*change], &mut databases),
            PhaseItem::Step(step) => databases.step(step),
            PhaseItem::Decision(_) => {}
        }
    }
    touched
}

/// Builds the graph of a plan, and finds cycles.
pub fn graph(plan: &Plan) -> (Graph, Vec<Diagnostic>) {
    let mut findings = Vec::new();
    let phases = phases(plan, &mut findings);
    let forward = items(plan, &phases, &mut findings);
    let mut order = Vec::with_capacity(plan.changes.len());
    let mut phase_starts = vec![0; plan.phases.len()];
    let mut phase_ends = vec![0; plan.phases.len()];
    let mut at = 0;
    for phase in &phases {
        phase_starts[phase.index()] = order.len();
        while forward.get(at).is_some_and(|item| item.phase == *phase) {
            if let PhaseItem::Change(change) = plan.phases[*phase].items[forward[at].index] {
                order.push(change);
            }
            at += 1;
        }
        phase_ends[phase.index()] = order.len();
    }
    let mut ranks = vec![0; order.len()];
    for (rank, change) in order.iter().enumerate() {
        ranks[change.index()] = rank;
    }
    let touched = touched(plan, &forward);
    let dependencies = dependencies(plan, &touched, &order, &ranks);
    let mut dependants = vec![Vec::new(); order.len()];
    for change in &order {
        for dependency in &dependencies[change.index()] {
            dependants[dependency.on.index()].push(*change);
        }
    }
    let mut positions = vec![Position::Before];
    positions.extend(order.iter().flat_map(|change| [Position::During(*change), Position::After(*change)]));
    let (nodes, edges) = picture::draw(plan, &phases, &forward, &dependencies);
    (
        Graph { phases, forward, order, ranks, dependencies, touched, dependants, phase_starts, phase_ends, positions, nodes, edges },
        findings,
    )
}
