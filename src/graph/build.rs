//! Builds the forward order and the dependencies between changes.

use std::collections::HashMap;

use petgraph::graph::{DiGraph, NodeIndex};

use crate::diagnostic::Diagnostic;
use crate::plan::Plan;
use crate::plan::action::Action;
use crate::plan::change::{Change, Phase, PhaseItem};
use crate::plan::id::Id;
use crate::plan::target::{Release, Target};

use super::order::{Constraint, sort};
use super::{Dependency, ForwardItem, Graph, Position, Why, picture};

/// Builds the graph of a plan, and finds cycles.
pub fn graph(plan: &Plan) -> (Graph, Vec<Diagnostic>) {
    let mut findings = Vec::new();
    let phases = phase_order(plan, &mut findings);
    let forward = item_order(plan, &phases, &mut findings);
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
    let dependencies = dependencies(plan, &order, &ranks);
    let mut dependants = vec![Vec::new(); order.len()];
    for change in &order {
        for dependency in &dependencies[change.index()] {
            dependants[dependency.on.index()].push(*change);
        }
    }
    let mut positions = vec![Position::Before];
    positions.extend(order.iter().flat_map(|change| [Position::During(*change), Position::After(*change)]));
    let (nodes, edges) = picture::draw(plan, &phases, &forward, &dependencies);
    (Graph { phases, forward, order, ranks, dependencies, dependants, phase_starts, phase_ends, positions, nodes, edges }, findings)
}

/// Orders phases by `after`, by their instants, and else as written.
fn phase_order(plan: &Plan, findings: &mut Vec<Diagnostic>) -> Vec<Id<Phase>> {
    let mut graph: DiGraph<usize, Constraint> = DiGraph::with_capacity(plan.phases.len(), plan.phases.len() * 2);
    let nodes: Vec<NodeIndex> = (0..plan.phases.len()).map(|index| graph.add_node(index)).collect();
    let mut timed: Vec<(i64, usize)> = Vec::new();
    for (id, phase) in plan.phases.iter() {
        let name = &phase.header.name;
        for after in &phase.after {
            let other = &plan.phases[after.value].header.name;
            graph.add_edge(
                nodes[after.value.index()],
                nodes[id.index()],
                Constraint { span: after.span, says: format!("`{name}` comes after `{other}`") },
            );
        }
        match &phase.at {
            Some(at) => timed.push((at.value.0, id.index())),
            // Without an instant or an `after` of its own a phase follows the one written before it.
            None if phase.after.is_empty() && id.index() > 0 => {
                graph.add_edge(
                    nodes[id.index() - 1],
                    nodes[id.index()],
                    Constraint { span: phase.header.span, says: format!("`{name}` is written after the phase before it") },
                );
            }
            None => {}
        }
    }
    timed.sort_unstable();
    for pair in timed.windows(2) {
        let phase = &plan.phases[Id::new(pair[1].1)];
        let span = phase.at.map_or(phase.header.span, |at| at.span);
        graph.add_edge(nodes[pair[0].1], nodes[pair[1].1], Constraint { span, says: format!("`{}` begins later", phase.header.name) });
    }
    sort(&graph, "phases", findings).into_iter().map(Id::new).collect()
}

/// Orders the items of each phase. A change may move behind another on a different target when `after` says so;
/// everything else stays where it is written, and nothing leaves its phase.
fn item_order(plan: &Plan, phases: &[Id<Phase>], findings: &mut Vec<Diagnostic>) -> Vec<ForwardItem> {
    let items: Vec<ForwardItem> =
        phases.iter().flat_map(|phase| (0..plan.phases[*phase].items.len()).map(|index| ForwardItem { phase: *phase, index })).collect();
    // Items have odd weights; the even one before an item is the boundary of a phase that begins with it.
    let mut graph: DiGraph<usize, Constraint> = DiGraph::with_capacity(items.len() + phases.len(), items.len() * 2);
    let nodes: Vec<NodeIndex> = (0..items.len()).map(|place| graph.add_node(2 * place + 1)).collect();
    let mut of_change: Vec<Option<NodeIndex>> = vec![None; plan.changes.len()];
    let mut barrier: Option<NodeIndex> = None;
    let mut since: Vec<NodeIndex> = Vec::new();
    let mut last_on: HashMap<Option<Id<Target>>, NodeIndex> = HashMap::new();
    for (place, item) in items.iter().enumerate() {
        let entry = &plan.phases[item.phase].items[item.index];
        let change = match entry {
            PhaseItem::Change(change) => Some(*change),
            _ => None,
        };
        if item.index == 0 && place > 0 {
            let boundary = graph.add_node(2 * place);
            for earlier in since.drain(..).chain(barrier) {
                graph.add_edge(earlier, boundary, written(plan, item));
            }
            barrier = Some(boundary);
            last_on.clear();
        }
        if let Some(barrier) = barrier {
            graph.add_edge(barrier, nodes[place], written(plan, item));
        }
        match change {
            Some(change) => {
                of_change[change.index()] = Some(nodes[place]);
                let on = plan.changes[change].on.map(|on| on.value);
                if let Some(earlier) = last_on.insert(on, nodes[place]) {
                    graph.add_edge(earlier, nodes[place], written(plan, item));
                }
                since.push(nodes[place]);
            }
            // A take, a step or a decision stays between what is written before and behind it.
            None => {
                for earlier in since.drain(..) {
                    graph.add_edge(earlier, nodes[place], written(plan, item));
                }
                barrier = Some(nodes[place]);
                last_on.clear();
            }
        }
    }
    for (id, change) in plan.changes.iter() {
        for after in &change.after {
            if let (Some(from), Some(to)) = (of_change[after.value.index()], of_change[id.index()]) {
                let says = format!("`{}` comes after `{}`", change.header.name, plan.changes[after.value].header.name);
                graph.add_edge(from, to, Constraint { span: after.span, says });
            }
        }
    }
    let before = findings.len();
    let sorted = sort(&graph, "changes", findings);
    if findings.len() > before {
        // A cycle may have torn phases apart: written order keeps them whole.
        return items;
    }
    sorted.into_iter().filter(|weight| weight % 2 == 1).map(|weight| items[weight / 2]).collect()
}

fn written(plan: &Plan, item: &ForwardItem) -> Constraint {
    let phase = &plan.phases[item.phase];
    let (name, span) = match &phase.items[item.index] {
        PhaseItem::Change(change) => (plan.changes[*change].header.name.as_str(), plan.changes[*change].header.span),
        PhaseItem::Decision(decision) => (plan.decisions[*decision].header.name.as_str(), plan.decisions[*decision].header.span),
        PhaseItem::Step(step) => (step.name.as_str(), step.span),
    };
    Constraint { span, says: format!("`{name}` is written later") }
}

/// Returns, by change, what it directly depends on: earlier changes only.
fn dependencies(plan: &Plan, order: &[Id<Change>], ranks: &[usize]) -> Vec<Vec<Dependency>> {
    let mut dependencies = vec![Vec::new(); order.len()];
    let mut last_on: HashMap<Id<Target>, Id<Change>> = HashMap::new();
    let mut makes: HashMap<String, Id<Change>> = HashMap::new();
    let mut deploys: HashMap<Id<Release>, Id<Change>> = HashMap::new();
    for id in order {
        let change = &plan.changes[*id];
        let mut found: Vec<Dependency> = Vec::new();
        if let Some(on) = change.on
            && let Some(earlier) = last_on.insert(on.value, *id)
        {
            let why = if plan.changes[earlier].phase == change.phase { Why::Written } else { Why::Phase };
            found.push(Dependency { on: earlier, why });
        }
        for after in &change.after {
            // On a cycle some stand later; the cycle has been reported.
            if ranks[after.value.index()] < ranks[id.index()] {
                found.push(Dependency { on: after.value, why: Why::After(after.span) });
            }
        }
        if let Some(Action::Deploy { release, .. }) = &change.forward {
            let needed = &plan.releases[*release];
            for (object, _) in &needed.needs_objects {
                if let Some(maker) = makes.get(&fold(&object.value)) {
                    found.push(Dependency { on: *maker, why: Why::Object(object.value.clone()) });
                }
            }
            for other in &needed.needs_releases {
                if let Some(deployer) = deploys.get(&other.value) {
                    found.push(Dependency { on: *deployer, why: Why::Release });
                }
            }
            deploys.insert(*release, *id);
        }
        for object in change.effects.creates.iter().chain(&change.effects.alters) {
            makes.insert(fold(&object.value), *id);
        }
        let mut seen = Vec::new();
        found.retain(|dependency| {
            let new = dependency.on != *id && !seen.contains(&dependency.on);
            seen.push(dependency.on);
            new
        });
        dependencies[id.index()] = found;
    }
    dependencies
}

/// Returns an object's name for comparing: SQL folds what is not quoted.
fn fold(object: &str) -> String {
    object.split('"').enumerate().map(|(index, part)| if index % 2 == 0 { part.to_lowercase() } else { part.to_owned() }).collect()
}
