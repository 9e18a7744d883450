//! Calls and waits that never end, each shown whole.

use std::collections::HashMap;

use crate::diagnostic::Diagnostic;
use crate::plan::id::Id;
use crate::plan::scenario::{Otherwise, Scenario, Step, StepKind};
use crate::source::{Span, Spanned};

use super::Closing;

/// More cycles than that are one misunderstanding.
const MOST: usize = 16;

/// An edge: where it leads, and where it was written.
type Edge = (usize, Span);

/// Returns cycles of a graph, each as the edges that it is walked by, beginning at its first node. Depth first and
/// iterative; linear in the graph.
fn cycles(edges: &[Vec<Edge>]) -> Vec<Vec<(usize, Edge)>> {
    #[derive(Clone, Copy)]
    enum State {
        Unseen,
        /// On the path, at this depth.
        Open(usize),
        Done,
    }
    let mut found = Vec::new();
    let mut states = vec![State::Unseen; edges.len()];
    for start in 0..edges.len() {
        if !matches!(states[start], State::Unseen) {
            continue;
        }
        states[start] = State::Open(0);
        let mut path: Vec<(usize, usize)> = vec![(start, 0)];
        while let Some((node, next)) = path.last_mut() {
            let Some((to, _)) = edges[*node].get(*next).copied() else {
                states[*node] = State::Done;
                path.pop();
                continue;
            };
            *next += 1;
            match states[to] {
                State::Unseen => {
                    states[to] = State::Open(path.len());
                    path.push((to, 0));
                }
                State::Open(depth) => {
                    found.push(path[depth..].iter().map(|(node, next)| (*node, edges[*node][*next - 1])).collect());
                    if found.len() == MOST {
                        return found;
                    }
                }
                State::Done => {}
            }
        }
    }
    found
}

/// Says a cycle: `what` and the chain of names; a label for each edge, which `words` makes of the two names.
fn endless(what: &str, cycle: &[(usize, Edge)], name: impl Fn(usize) -> String, words: &str) -> Option<Diagnostic> {
    let chain: Vec<String> = cycle.iter().map(|(node, _)| format!("`{}`", name(*node))).collect();
    let mut edges = cycle.iter().map(|(node, (to, span))| (*span, format!("`{}` {words} `{}`", name(*node), name(*to))));
    let (span, label) = edges.next()?;
    let finding = Diagnostic::error("order/cycle", span, format!("{what}: {} → {}", chain.join(" → "), chain[0]), label);
    Some(edges.fold(finding, |finding, (span, label)| finding.because(span, label)))
}

impl Closing<'_> {
    /// Checks that scenarios that run each other come to an end.
    pub fn calls_end(&mut self) {
        let plan = self.plan;
        let mut calls: Vec<Vec<Edge>> = Vec::with_capacity(plan.scenarios.len());
        for (_, scenario) in plan.scenarios.iter() {
            let mut of_scenario = Vec::new();
            collect_calls(&scenario.steps, &mut of_scenario);
            calls.push(of_scenario.into_iter().map(|call| (call.value.index(), call.span)).collect());
        }
        let name = |index: usize| plan.scenarios[Id::new(index)].header.name.clone();
        for cycle in cycles(&calls) {
            let finding = endless("scenarios run each other without end", &cycle, name, "runs");
            self.found.extend(finding.map(|finding| finding.help("take what they share into a scenario that runs neither")));
        }
    }

    /// Checks that no steps of a `parallel` wait for each other.
    pub fn waits_end(&mut self, steps: &[Step]) {
        let mut indices: HashMap<&str, usize> = HashMap::new();
        for (index, step) in steps.iter().enumerate() {
            indices.entry(&step.name).or_insert(index);
        }
        let waits: Vec<Vec<Edge>> = steps
            .iter()
            .map(|step| step.after.iter().filter_map(|after| Some((*indices.get(after.value.as_str())?, after.span))).collect())
            .collect();
        for cycle in cycles(&waits) {
            let finding = endless("steps wait for each other", &cycle, |index| steps[index].name.clone(), "waits for");
            self.found.extend(finding.map(|finding| finding.help("remove one `after`")));
        }
    }
}

fn collect_calls(steps: &[Step], calls: &mut Vec<Spanned<Id<Scenario>>>) {
    for step in steps {
        match &step.kind {
            StepKind::Run(scenarios) => calls.extend(scenarios.iter().copied()),
            StepKind::Group { steps, .. } | StepKind::Parallel(steps) => collect_calls(steps, calls),
            StepKind::Choose { options, .. } => options.iter().for_each(|option| collect_calls(&option.steps, calls)),
            _ => {}
        }
        match &step.otherwise {
            Otherwise::Run(scenario) => calls.push(*scenario),
            Otherwise::Steps(steps) => collect_calls(steps, calls),
            _ => {}
        }
    }
}
