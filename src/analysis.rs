//! Facts that rules, bundle and runbook share: what each scenario comes to, when it applies, how long it takes, what it
//! loses; what is saved where; whether each change can be taken back, and from where on nothing can.
//!
//! Owns what follows from a plan. Finds nothing wrong with it (`rules` does), except what can't be spelled out.

pub mod aside;
pub mod asked;
pub mod coverage;
pub mod expand;
pub mod harm;
pub mod inert;
pub mod loss;
pub mod program;
pub mod schedule;
pub mod shell;
pub mod sure;
pub mod time;
pub mod transaction;
pub mod verdict;
pub mod way_back;
pub mod writes;

use std::ops::Range;

use crate::diagnostic::Diagnostic;
use crate::graph::Graph;
use crate::plan::Plan;
use crate::plan::change::{Change, Phase};
use crate::plan::id::Id;
use crate::plan::scenario::Scenario;
use crate::plan::value::Instant;

pub use coverage::Coverage;
pub use loss::Loss;
pub use schedule::Schedule;
pub use time::CriticalPath;
pub use verdict::{Answer, Fit, Side, Sides, Standing, Verdict};
pub use way_back::NoReturn;

use program::Program;
use way_back::Way;

/// What follows from a plan. Positions are indices into the graph's.
#[derive(Clone, Debug)]
pub struct Facts<'p> {
    pub forward: Program<'p>,
    /// By scenario.
    pub scenarios: Vec<Program<'p>>,
    /// The phases before T, in order.
    pub preparation: Vec<Id<Phase>>,
    pub schedule: Schedule,
    /// Which backups the forward run takes where, and what they cover.
    pub coverage: Coverage,
    /// What the forward run does to writes, in order.
    pub writes: Vec<writes::Event>,
    /// Where the ability to go back ends.
    pub no_return: NoReturn,
    /// The positions after the beginning in which no scenario applies.
    pub uncovered: Vec<Range<usize>>,
    applies: Vec<Range<usize>>,
    deadlines: Vec<Option<Instant>>,
    times: Vec<CriticalPath>,
    losses: Vec<Vec<Loss>>,
    restores: Vec<Vec<coverage::Restore>>,
    verdicts: Vec<Verdict>,
    sides: Vec<verdict::Sides>,
    parts: Vec<bool>,
}

impl<'p> Facts<'p> {
    /// Derives the facts of a plan; the findings say what could not be spelled out.
    pub fn new(plan: &'p Plan, graph: &Graph) -> (Facts<'p>, Vec<Diagnostic>) {
        let mut findings = Vec::new();
        let forward = expand::forward(plan, graph, &mut findings);
        let coverage = Coverage::new(plan, &forward);
        let scenarios = expand::scenarios(plan, graph, &coverage, &mut findings);
        crate::diagnostic::sort(&mut findings);

        let schedule = schedule::schedule(plan, graph, &forward);
        let writes = writes::events(plan, &forward);
        let applies: Vec<Range<usize>> = plan.scenarios.iter().map(|(id, it)| positions(graph, it, &scenarios[id.index()])).collect();
        let sources = loss::Sources { plan, graph, schedule: &schedule, coverage: &coverage, forward: &writes };
        let losses: Vec<Vec<Loss>> = plan
            .scenarios
            .iter()
            .map(|(id, it)| {
                // A part is come to wherever a scenario that runs it applies.
                let positions = if it.applies.is_empty() { 0..graph.positions().len() } else { applies[id.index()].clone() };
                loss::losses(&sources, it, &scenarios[id.index()], positions)
            })
            .collect();
        let deadlines = plan.scenarios.iter().map(|(_, it)| loss::deadline(&sources, it)).collect();
        let of_scenario = |id: Id<Scenario>| coverage.restores(graph, &scenarios[id.index()], applies[id.index()].clone());
        let restores = plan.scenarios.ids().map(of_scenario).collect();
        let verdicts = verdict::verdicts(plan, graph, &coverage);
        let sides = verdict::sides(plan, graph, &verdicts);

        let before_t = schedule::before_t(plan, graph);
        let home = graph
            .phases()
            .get(before_t.wrapping_sub(1))
            .map_or(0, |last| graph.end_of(crate::plan::people::Moment::Phase(*last)).unwrap_or(0));
        let ways: Vec<Way> = plan
            .scenarios
            .iter()
            .filter(|(_, it)| it.goes_forward.is_none())
            .map(|(id, _)| way(graph, &scenarios, &applies, &losses, &verdicts, id))
            .collect();
        let facts = Facts {
            preparation: graph.phases()[..before_t].to_vec(),
            no_return: way_back::no_return(plan, graph, &ways, home),
            uncovered: way_back::uncovered(&applies, graph.positions().len()),
            times: scenarios.iter().map(|program| time::critical_path(&program.nodes)).collect(),
            parts: plan.scenarios.iter().map(|(_, scenario)| scenario.applies.is_empty()).collect(),
            forward,
            scenarios,
            schedule,
            coverage,
            writes,
            applies,
            deadlines,
            losses,
            restores,
            verdicts,
            sides,
        };
        (facts, findings)
    }

    /// Returns the positions in which a scenario applies; empty for a part.
    pub fn applies(&self, scenario: Id<Scenario>) -> Range<usize> {
        self.applies[scenario.index()].clone()
    }

    /// Returns whether a scenario is a part that only others run: it does not say when it applies.
    pub fn is_part(&self, scenario: Id<Scenario>) -> bool {
        self.parts[scenario.index()]
    }

    /// Returns when a scenario has to be started at the latest for the plan to keep what it says; `None` when it sets no end.
    pub fn deadline(&self, scenario: Id<Scenario>) -> Option<Instant> {
        self.deadlines[scenario.index()]
    }

    /// Returns how long a scenario takes at worst.
    pub fn time(&self, scenario: Id<Scenario>) -> &CriticalPath {
        &self.times[scenario.index()]
    }

    /// Returns what a scenario loses at worst; empty when nothing is known to be lost.
    pub fn loss(&self, scenario: Id<Scenario>) -> &[Loss] {
        &self.losses[scenario.index()]
    }

    /// Returns what each restore of a scenario loses, by where the forward run has come to.
    pub fn loss_sites(&self, plan: &Plan, graph: &Graph, scenario: Id<Scenario>) -> Vec<loss::Site> {
        let sources = loss::Sources { plan, graph, schedule: &self.schedule, coverage: &self.coverage, forward: &self.writes };
        let positions = if self.is_part(scenario) { 0..graph.positions().len() } else { self.applies(scenario) };
        loss::sites(&sources, &plan.scenarios[scenario], &self.scenarios[scenario.index()], positions)
    }

    /// Returns what each restore of a scenario reads, in order; of a part, nothing: that depends on who runs it.
    pub fn restores(&self, scenario: Id<Scenario>) -> &[coverage::Restore] {
        &self.restores[scenario.index()]
    }

    /// Returns whether a change can be taken back.
    pub fn verdict(&self, change: Id<Change>) -> &Verdict {
        &self.verdicts[change.index()]
    }

    /// Returns what becomes of a change's schema, data and old application.
    pub fn sides(&self, change: Id<Change>) -> &Sides {
        &self.sides[change.index()]
    }
}

/// Returns the positions in which a scenario applies. Half open: it begins where `from` starts and ends where `until`
/// starts; without `from`, where the earliest change starts that it undoes; without `until`, at the end. `within` ends with
/// the clock, which positions do not know.
fn positions(graph: &Graph, scenario: &Scenario, program: &Program<'_>) -> Range<usize> {
    if scenario.applies.is_empty() {
        return 0..0;
    }
    let end = graph.positions().len();
    let mut from = None;
    let mut until = end;
    for clause in &scenario.applies {
        from = from.max(clause.from.and_then(|moment| graph.start_of(moment.value)));
        until = until.min(clause.until.and_then(|moment| graph.until(moment.value)).unwrap_or(end));
    }
    let earliest = || program.undone().map(|change| graph.begun(change)).min().unwrap_or(0);
    let from = from.unwrap_or_else(earliest);
    from..until.max(from)
}

fn way(
    graph: &Graph,
    scenarios: &[Program<'_>],
    applies: &[Range<usize>],
    losses: &[Vec<Loss>],
    verdicts: &[Verdict],
    id: Id<Scenario>,
) -> Way {
    let undone: std::collections::BTreeSet<Id<Change>> = scenarios[id.index()].undone().collect();
    let of_restores = losses[id.index()].iter().map(|loss| loss.positions.clone());
    // An undo that can't bring the data back loses it from the moment that the change begins.
    let of_undos = undone.iter().filter(|change| matches!(verdicts[change.index()].answer, Answer::Lossy(_)));
    let of_undos = of_undos.map(|change| graph.begun(*change)).min().map(|from| from..graph.positions().len());
    Way { scenario: id, applies: applies[id.index()].clone(), loses: of_restores.chain(of_undos).collect(), undone }
}

#[cfg(test)]
mod tests;
