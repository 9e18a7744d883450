//! Whether the undo undoes.

pub mod burns_bridge;
pub mod cascade;
pub mod claim_contradicted;
pub mod destroys_new_data;
pub mod empty_downgrade;
pub mod hollow_undo;
pub mod incomplete;
pub mod keeps_new_objects;
pub mod leaves_writes_behind;
pub mod ledger_not_rewound;
pub mod lossy_conversion;
pub mod may_fail;
pub mod not_atomic;
pub mod not_exact;
pub mod not_ours;
pub mod reads_destroyed;
pub mod relative;
pub mod release_needs_dropped;
pub mod undeclared;
pub mod undeclared_loss;
pub mod unpaired;
pub mod wrong_revision;

use std::collections::{HashMap, HashSet};
use std::ops::Range;

use crate::analysis::inert::inert;
use crate::analysis::writes::Openings;
use crate::effect::sql::Dialect;
use crate::graph::Position;
use crate::plan::action::{Action, Code};
use crate::plan::change::{Change, Undo};
use crate::plan::id::Id;
use crate::plan::scenario::Scenario;
use crate::plan::target::Target;

use super::Context;

/// Returns the code of a change on a database, and of the undo that somebody wrote for it in SQL; not of a hollow one, which
/// `reversal/hollow-undo` tells.
fn written<'p>(context: &Context<'p>, id: Id<Change>) -> Option<(&'p Code, &'p Code, Dialect)> {
    let change = &context.plan.changes[id];
    context.graph.touched(id).back.as_ref()?;
    let (Some(Action::Code(forward)), Undo::Action(undo)) = (&change.forward, &change.undo) else { return None };
    let Action::Code(back) = undo.as_ref() else { return None };
    let dialect = Dialect::of(context.plan.targets[change.on?.value].kind.value)?;
    (inert(back).is_none() && back.text.trim() != forward.text.trim()).then_some((forward, back, dialect))
}

/// Who takes changes back, and where somebody may write before they do.
struct Since<'a, 'p> {
    context: &'a Context<'p>,
    /// By change: the scenarios that take it back, without those that go forward.
    takers: HashMap<Id<Change>, Vec<Id<Scenario>>>,
    openings: HashMap<Id<Target>, Openings>,
}

impl<'a, 'p> Since<'a, 'p> {
    fn new(context: &'a Context<'p>, wanted: &HashSet<Id<Change>>) -> Since<'a, 'p> {
        let mut takers: HashMap<Id<Change>, Vec<Id<Scenario>>> = HashMap::new();
        let whole = context.plan.scenarios.iter().filter(|(id, it)| !context.facts.is_part(*id) && it.goes_forward.is_none());
        for (id, _) in whole.filter(|_| !wanted.is_empty()) {
            for change in context.facts.scenarios[id.index()].undone().filter(|change| wanted.contains(change)) {
                let of_change = takers.entry(change).or_default();
                if of_change.last() != Some(&id) {
                    of_change.push(id);
                }
            }
        }
        Since { context, takers, openings: HashMap::new() }
    }

    fn takers(&self, change: Id<Change>) -> &[Id<Scenario>] {
        self.takers.get(&change).map_or(&[], Vec::as_slice)
    }

    /// Returns the positions behind a change in which a scenario takes it back.
    fn positions(&self, change: Id<Change>, scenario: Id<Scenario>) -> Range<usize> {
        let applies = self.context.facts.applies(scenario);
        applies.start.max(self.context.graph.applied(change))..applies.end
    }

    /// Returns the first position of a range in which somebody may write to a target.
    fn open(&mut self, target: Id<Target>, range: &Range<usize>) -> Option<usize> {
        let (plan, facts) = (self.context.plan, self.context.facts);
        self.openings.entry(target).or_insert_with(|| Openings::of(plan, &facts.writes, target)).first(range)
    }
}

/// Returns a position in words: "once `x` is done".
fn since(context: &Context<'_>, position: usize) -> String {
    let name = |change: &Id<Change>| &context.plan.changes[*change].header.name;
    match context.graph.positions().get(position) {
        Some(Position::During(change)) => format!("once `{}` has begun", name(change)),
        Some(Position::After(change)) => format!("once `{}` is done", name(change)),
        _ => "from the beginning".to_owned(),
    }
}
