//! What a plan's facts say about its safety, by name.

use std::collections::{BTreeMap, BTreeSet};
use std::ops::Range;

use crate::analysis::time::critical_path;
use crate::analysis::{Answer, Facts, Verdict};
use crate::diagnostic::{Diagnostic, Fingerprints, Severity};
use crate::graph::{Graph, Position};
use crate::plan::Plan;
use crate::plan::scenario::Trigger;
use crate::source::Sources;

use super::traits::{self, All};

/// A position of the migration: in or behind a change.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Spot {
    pub change: String,
    pub is_after: bool,
}

/// What is compared of a change.
#[derive(Clone, Debug)]
pub struct OfChange {
    /// How good its way back is, best first.
    pub rank: u8,
    pub answer: &'static str,
    /// For people.
    pub reason: String,
}

/// What is compared of a scenario.
#[derive(Clone, Debug)]
pub struct OfScenario {
    pub is_part: bool,
    /// As indices of the positions, the one before everything left out.
    applies: Range<usize>,
    /// The changes that it takes back.
    pub undone: BTreeSet<String>,
    /// At worst.
    pub seconds: u64,
    /// The items without an estimate.
    pub unknown: usize,
    /// By backup: what is lost at worst, in seconds of writes (`None`: without a bound), and in a sentence.
    pub losses: BTreeMap<String, (Option<u64>, String)>,
}

/// What is compared of a finding.
#[derive(Clone, Debug)]
pub struct OfFinding {
    pub code: &'static str,
    pub severity: Severity,
    pub message: String,
}

/// What is compared of a plan.
#[derive(Clone, Debug)]
pub struct Safety {
    pub plan: String,
    /// The promises, in seconds.
    pub rto: Option<u64>,
    pub rpo: Option<u64>,
    /// The phases in order, each with its changes.
    pub phases: Vec<(String, Vec<String>)>,
    pub changes: BTreeMap<String, OfChange>,
    /// In written order.
    pub scenarios: Vec<(String, OfScenario)>,
    /// Where no scenario applies.
    pub uncovered: BTreeSet<Spot>,
    /// Every position behind the beginning, in order.
    order: Vec<Spot>,
    /// The same, for looking them up.
    pub spots: BTreeSet<Spot>,
    /// Where no scenario leads back any more.
    pub no_return: BTreeSet<Spot>,
    /// Where none leads back without loss.
    pub lossless_ends: BTreeSet<Spot>,
    /// How long the migration takes.
    pub forward: u64,
    /// By what they are known by, whatever the file is called.
    pub findings: BTreeMap<String, OfFinding>,
    /// What its declarations say, each by itself.
    pub(super) traits: All,
}

impl Safety {
    /// Returns what is compared of a plan.
    pub fn of(plan: &Plan, graph: &Graph, facts: &Facts<'_>, findings: &[Diagnostic], sources: &Sources) -> Safety {
        let name = |change| plan.changes[change].header.name.clone();
        let spot = |position: &Position| match *position {
            Position::Before => None,
            Position::During(change) => Some(Spot { change: name(change), is_after: false }),
            Position::After(change) => Some(Spot { change: name(change), is_after: true }),
        };
        let positions = graph.positions();
        let within = |range: Range<usize>| positions[range.start.min(positions.len())..range.end.min(positions.len())].iter();
        let from = |first: Option<usize>| first.map_or(BTreeSet::new(), |first| within(first..positions.len()).filter_map(spot).collect());
        let scenarios = plan.scenarios.iter().map(|(id, scenario)| {
            let losses = facts.loss(id).iter().map(|loss| {
                let backup = plan.backups[loss.backup].header.name.clone();
                (backup, (loss.seconds, loss.sentence.clone()))
            });
            let of = OfScenario {
                is_part: facts.is_part(id),
                applies: facts.applies(id).start.saturating_sub(1)..facts.applies(id).end.saturating_sub(1),
                undone: facts.scenarios[id.index()].undone().map(name).collect(),
                seconds: facts.time(id).total.seconds,
                unknown: facts.time(id).unknown.len(),
                losses: losses.collect(),
            };
            (scenario.header.name.clone(), of)
        });
        let active = |trigger: &Trigger| {
            let from = trigger.active_from.and_then(|moment| graph.start_of(moment.value)).unwrap_or(0);
            let until = trigger.active_until.and_then(|moment| graph.until(moment.value)).unwrap_or(positions.len());
            from.saturating_sub(1)..until.saturating_sub(1)
        };
        let mut prints = Fingerprints::default();
        let found = findings.iter().map(|finding| {
            let of = OfFinding { code: finding.code, severity: finding.severity, message: finding.message.clone() };
            (prints.of(finding, sources, ""), of)
        });
        let mut phases: Vec<(String, Vec<String>)> =
            graph.phases().iter().map(|phase| (plan.phases[*phase].header.name.clone(), Vec::new())).collect();
        for change in graph.order() {
            let phase = &plan.phases[plan.changes[*change].phase].header.name;
            if let Some((_, changes)) = phases.iter_mut().find(|(name, _)| name == phase) {
                changes.push(name(*change));
            }
        }
        Safety {
            plan: plan.header.name.clone(),
            rto: plan.rto.map(|rto| rto.value.seconds),
            rpo: plan.rpo.map(|rpo| rpo.value.seconds),
            phases,
            changes: graph.order().iter().map(|change| (name(*change), of_change(facts.verdict(*change)))).collect(),
            scenarios: scenarios.collect(),
            uncovered: facts.uncovered.iter().flat_map(|gap| within(gap.clone()).filter_map(spot)).collect(),
            order: positions.iter().filter_map(spot).collect(),
            spots: positions.iter().filter_map(spot).collect(),
            no_return: from(facts.no_return.at_all),
            lossless_ends: from(facts.no_return.without_loss),
            forward: critical_path(&facts.forward.nodes).total.seconds,
            findings: found.collect(),
            traits: traits::of(plan, &active),
        }
    }

    /// Returns the positions in which a scenario applies.
    pub fn applies(&self, scenario: &OfScenario) -> BTreeSet<&Spot> {
        self.within(&scenario.applies).iter().collect()
    }

    /// Returns the positions of a range.
    pub(super) fn within(&self, range: &Range<usize>) -> &[Spot] {
        let (start, end) = (range.start.min(self.order.len()), range.end.min(self.order.len()));
        &self.order[start..end.max(start)]
    }

    /// Returns a scenario by its name.
    pub fn scenario(&self, name: &str) -> Option<&OfScenario> {
        self.scenarios.iter().find(|(known, _)| known == name).map(|(_, scenario)| scenario)
    }
}

fn of_change(verdict: &Verdict) -> OfChange {
    let rank = match &verdict.answer {
        Answer::Clean => 0,
        Answer::Claimed => 1,
        Answer::Restore(backups) if backups.covers => 2,
        Answer::Run(_) | Answer::Manual => 2,
        Answer::Lossy(_) => 3,
        Answer::Restore(_) | Answer::ForwardOnly => 4,
        Answer::Unknown => 5,
    };
    OfChange { rank, answer: verdict.answer.word(), reason: verdict.reason.clone() }
}
