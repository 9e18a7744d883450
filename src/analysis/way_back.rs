//! From which positions a scenario leads back, and the point of no return.
//!
//! A scenario leads back from a position when it takes back everything that has begun and that anybody ever takes back, or
//! when it comes to an earlier position from which another leads back. What no scenario undoes and nobody calls
//! irreversible is meant to stay. A scenario that goes forward leads nowhere back.

use std::collections::BTreeSet;
use std::ops::Range;

use crate::graph::Graph;
use crate::plan::Plan;
use crate::plan::change::{Change, Recover};
use crate::plan::id::Id;
use crate::plan::scenario::Scenario;

/// Where the ability to go back ends, as indices of the graph's positions.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct NoReturn {
    /// From here on no scenario leads back without loss; `None` when one always does.
    pub without_loss: Option<usize>,
    /// From here on none leads back at all.
    pub at_all: Option<usize>,
}

/// What is known of one scenario.
pub struct Way {
    pub scenario: Id<Scenario>,
    pub applies: Range<usize>,
    pub undone: BTreeSet<Id<Change>>,
    /// The positions in which it loses something.
    pub loses: Vec<Range<usize>>,
}

/// Returns the point of no return. `home` is the position at T: preparation is not taken back.
pub fn no_return(plan: &Plan, graph: &Graph, ways: &[Way], home: usize) -> NoReturn {
    let mut undone: Vec<BTreeSet<Id<Change>>> = ways.iter().map(|way| way.undone.clone()).collect();
    for (id, change) in plan.changes.iter() {
        // A change whose author names a scenario in place of an undo is taken back by it.
        for recover in &change.recover {
            if let Recover::Run(scenario) = recover.value
                && let Some(place) = ways.iter().position(|way| way.scenario == scenario)
            {
                undone[place].insert(id);
            }
        }
    }
    let anybody: BTreeSet<Id<Change>> = undone.iter().flatten().copied().collect();
    let matters =
        |change: &Id<Change>| graph.begun(*change) > home && (anybody.contains(change) || plan.changes[*change].irreversible.is_some());
    let matters: Vec<bool> = graph.order().iter().map(matters).collect();
    let up_to = |last: &mut Option<usize>, (rank, matters): (usize, &bool)| {
        *last = if *matters { Some(rank) } else { *last };
        Some(*last)
    };
    let last_matters: Vec<Option<usize>> = matters.iter().enumerate().scan(None, up_to).collect();
    let tables: Vec<Table> = undone.iter().map(|undone| Table::new(graph, undone, &matters, &last_matters)).collect();
    let count = graph.positions().len();
    let last = |lossless: bool| {
        let back = positions_back(&tables, ways, &last_matters, count, lossless);
        // A hole that is bridged later is a gap, and no end.
        let end = back.iter().rposition(|back| *back).map_or(0, |last| last + 1);
        (end < count).then_some(end)
    };
    NoReturn { without_loss: last(true), at_all: last(false) }
}

/// What a scenario takes back, by rank.
struct Table {
    /// What it takes back and matters, in order, each with the last before it that matters and stays: by their ranks. All
    /// ranks for all scenarios would be quadratic.
    undone: Vec<(usize, Option<usize>)>,
    /// The first rank that matters and that the scenario takes back.
    first: usize,
}

impl Table {
    /// `last` holds, by rank, the last rank up to it that matters.
    fn new(graph: &Graph, undone: &BTreeSet<Id<Change>>, matters: &[bool], last: &[Option<usize>]) -> Table {
        let mut ranks: Vec<usize> = undone.iter().map(|change| graph.rank(*change)).filter(|rank| matters[*rank]).collect();
        ranks.sort_unstable();
        let first = ranks.first().copied().unwrap_or(matters.len());
        let mut table = Table { undone: Vec::with_capacity(ranks.len()), first };
        for rank in ranks {
            let stays = rank.checked_sub(1).and_then(|before| table.stays(before, last));
            table.undone.push((rank, stays));
        }
        table
    }

    /// Returns the last change at or before the rank that matters and stays, by its rank.
    fn stays(&self, rank: usize, last: &[Option<usize>]) -> Option<usize> {
        let last = last[rank]?;
        match self.undone.binary_search_by_key(&last, |(undone, _)| *undone) {
            Ok(place) => self.undone[place].1,
            Err(_) => Some(last),
        }
    }
}

/// Returns, by position, whether some scenario leads back from it.
fn positions_back(tables: &[Table], ways: &[Way], last: &[Option<usize>], count: usize, lossless: bool) -> Vec<bool> {
    let mut back = vec![false; count];
    // The scenarios that apply, kept up as positions go by.
    let mut begins: Vec<Vec<usize>> = vec![Vec::new(); count + 1];
    for (index, way) in ways.iter().enumerate().filter(|(_, way)| !way.applies.is_empty()) {
        begins[way.applies.start.min(count)].push(index);
    }
    let mut open: Vec<usize> = Vec::new();
    for position in 0..count {
        open.extend(&begins[position]);
        open.retain(|index| ways[*index].applies.end > position);
        // Where nothing that matters has begun there is nothing to take back.
        let Some(rank) = position.checked_sub(1).map(|begun| begun / 2).filter(|rank| last[*rank].is_some()) else {
            back[position] = true;
            continue;
        };
        back[position] = open.iter().any(|index| {
            let (way, table) = (&ways[*index], &tables[*index]);
            if lossless && way.loses.iter().any(|loses| loses.contains(&position)) {
                return false;
            }
            match table.stays(rank, last) {
                None => true,
                // What stays has to be where the forward run was before, with nothing taken out of its middle.
                Some(stays) => stays < table.first && table.first <= rank && back[2 * stays + 2],
            }
        });
    }
    back
}

/// Returns the positions after the beginning in which no scenario applies.
pub fn uncovered(applies: &[Range<usize>], count: usize) -> Vec<Range<usize>> {
    let mut covered: Vec<Range<usize>> = applies.iter().filter(|range| !range.is_empty()).cloned().collect();
    covered.sort_by_key(|range| (range.start, range.end));
    let mut gaps = Vec::new();
    let mut at = 1;
    for range in covered {
        if range.start > at {
            gaps.push(at..range.start.min(count));
        }
        at = at.max(range.end);
    }
    if at < count {
        gaps.push(at..count);
    }
    gaps
}
