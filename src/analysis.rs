//! Facts that rules, bundle and runbook share: what each scenario comes to, when it applies, how long it takes, what it
//! loses.
//!
//! Owns what follows from a plan. Finds nothing wrong with it (`rules` does), except what can't be spelled out.

pub mod expand;
pub mod inert;
pub mod loss;
pub mod program;
pub mod schedule;
pub mod sure;
pub mod time;

use std::ops::Range;

use crate::diagnostic::Diagnostic;
use crate::graph::Graph;
use crate::plan::Plan;
use crate::plan::change::Phase;
use crate::plan::id::Id;
use crate::plan::people::Moment;
use crate::plan::scenario::Scenario;

pub use loss::Loss;
pub use schedule::Schedule;
pub use time::CriticalPath;

use program::Program;

/// What follows from a plan.
#[derive(Clone, Debug)]
pub struct Facts<'p> {
    pub forward: Program<'p>,
    /// By scenario.
    pub scenarios: Vec<Program<'p>>,
    /// The phases before T, in order.
    pub preparation: Vec<Id<Phase>>,
    pub schedule: Schedule,
    applies: Vec<Range<usize>>,
    times: Vec<CriticalPath>,
    losses: Vec<Vec<Loss>>,
    parts: Vec<bool>,
}

impl<'p> Facts<'p> {
    /// Derives the facts of a plan; the findings say what could not be spelled out.
    pub fn new(plan: &'p Plan, graph: &Graph) -> (Facts<'p>, Vec<Diagnostic>) {
        let mut findings = Vec::new();
        let forward = expand::forward(plan, graph, &mut findings);
        let scenarios: Vec<Program<'p>> =
            plan.scenarios.ids().map(|id| expand::scenario(plan, graph, &forward, id, &mut findings)).collect();
        crate::diagnostic::sort(&mut findings);
        let schedule = schedule::schedule(plan, graph, &forward);
        let applies: Vec<Range<usize>> = plan.scenarios.iter().map(|(id, it)| positions(graph, it, &scenarios[id.index()])).collect();
        let times = scenarios.iter().map(|program| time::critical_path(&program.nodes)).collect();
        let lost =
            |id: Id<Scenario>| loss::losses(plan, &schedule, &forward, &scenarios[id.index()], graph.begun_within(&plan.scenarios[id]));
        let losses = plan.scenarios.ids().map(lost).collect();
        let preparation =
            graph.phases().iter().copied().take_while(|phase| schedule.starts[phase.index()].is_some_and(|start| start.0 < 0)).collect();
        let parts = plan.scenarios.iter().map(|(_, scenario)| scenario.applies.is_empty()).collect();
        (Facts { forward, scenarios, preparation, schedule, applies, times, losses, parts }, findings)
    }

    /// Returns the positions in which a scenario applies, as indices into the graph's; empty when there is none.
    pub fn applies(&self, scenario: Id<Scenario>) -> Range<usize> {
        self.applies[scenario.index()].clone()
    }

    /// Returns whether a scenario is a part that only others run: it does not say when it applies.
    pub fn is_part(&self, scenario: Id<Scenario>) -> bool {
        self.parts[scenario.index()]
    }

    /// Returns how long a scenario takes at worst.
    pub fn time(&self, scenario: Id<Scenario>) -> &CriticalPath {
        &self.times[scenario.index()]
    }

    /// Returns what a scenario loses; empty when nothing is known to be lost.
    pub fn loss(&self, scenario: Id<Scenario>) -> &[Loss] {
        &self.losses[scenario.index()]
    }
}

/// Returns the positions in which a scenario applies. Half open: it begins where `from` starts and ends where `until`
/// starts; without `from`, where the earliest change starts that it undoes; without `until`, at the end.
fn positions(graph: &Graph, scenario: &Scenario, program: &Program<'_>) -> Range<usize> {
    if scenario.applies.is_empty() {
        return 0..0;
    }
    let end = graph.positions().len();
    let start = |moment: Moment| graph.start_of(moment).unwrap_or(end);
    let earliest = program.undone().map(|change| 2 * graph.rank(change) + 1).min().unwrap_or(0);
    let mut from = None;
    let mut until = end;
    for clause in &scenario.applies {
        if let Some(moment) = clause.from {
            from = from.max(Some(start(moment.value)));
        }
        if let Some(moment) = clause.until {
            until = until.min(start(moment.value));
        }
        if let Some((_, moment)) = clause.within {
            // `within D of X` counts from X's end; before X has begun there is nothing to count from.
            from = from.max(Some(start(moment.value)));
        }
    }
    let from = from.unwrap_or(earliest);
    from..until.max(from)
}
