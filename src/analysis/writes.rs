//! Who may write to which target, and when: freezes and thaws, writers that are stopped and started.

use std::collections::BTreeSet;

use crate::plan::Plan;
use crate::plan::change::Effects;
use crate::plan::id::Id;
use crate::plan::target::{Target, Writer};

use super::program::{Direction, Item, Program, Sure};

/// What an item does to writes.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Turn {
    pub freezes: Vec<Id<Target>>,
    pub thaws: Vec<Id<Target>>,
    pub stops: Vec<Id<Writer>>,
    pub starts: Vec<Id<Writer>>,
}

impl Turn {
    /// Returns what an item does to writes: what it declares, and, where it takes changes back, the reverse of what they
    /// declare. `None` when that is nothing.
    pub fn of(plan: &Plan, item: &Item<'_>) -> Option<Turn> {
        let mut turn = Turn::default();
        let undone = item.change.filter(|(_, direction)| *direction == Direction::Undo).map(|(change, _)| change);
        for change in undone.iter().chain(&item.undoes) {
            turn.add(&plan.changes[*change].effects, Direction::Undo);
        }
        // What the item says itself comes last: it has the last word.
        if let Some(effects) = item.effects {
            turn.add(effects, Direction::Apply);
        }
        (turn != Turn::default()).then_some(turn)
    }

    fn add(&mut self, effects: &Effects, direction: Direction) {
        let targets = |list: &[crate::source::Spanned<Id<Target>>]| list.iter().map(|target| target.value).collect::<Vec<_>>();
        let writers = |list: &[crate::source::Spanned<Id<Writer>>]| list.iter().map(|writer| writer.value).collect::<Vec<_>>();
        let (mut freezes, mut thaws) = (targets(&effects.freezes), targets(&effects.thaws));
        let (mut stops, mut starts) = (writers(&effects.stops), writers(&effects.starts));
        if direction == Direction::Undo {
            std::mem::swap(&mut freezes, &mut thaws);
            std::mem::swap(&mut stops, &mut starts);
        }
        self.thaws.retain(|target| !freezes.contains(target));
        self.freezes.retain(|target| !thaws.contains(target));
        self.starts.retain(|writer| !stops.contains(writer));
        self.stops.retain(|writer| !starts.contains(writer));
        self.freezes.extend(freezes);
        self.thaws.extend(thaws);
        self.stops.extend(stops);
        self.starts.extend(starts);
    }
}

/// Which targets are frozen, and which writers stopped.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Writes {
    frozen: BTreeSet<Id<Target>>,
    stopped: BTreeSet<Id<Writer>>,
}

impl Writes {
    /// Carries a turn out. One that is not sure lets writers in, and keeps none out.
    pub fn turn(&mut self, turn: &Turn, sure: Sure) {
        turn.thaws.iter().for_each(|target| {
            self.frozen.remove(target);
        });
        turn.starts.iter().for_each(|writer| {
            self.stopped.remove(writer);
        });
        if sure == Sure::Yes {
            self.frozen.extend(&turn.freezes);
            self.stopped.extend(&turn.stops);
        }
    }

    /// Returns whether a target is frozen by a change or a step.
    pub fn is_frozen(&self, target: Id<Target>) -> bool {
        self.frozen.contains(&target)
    }

    /// Returns whether a writer is stopped.
    pub fn is_stopped(&self, writer: Id<Writer>) -> bool {
        self.stopped.contains(&writer)
    }

    /// Returns whether nothing writes to a target: it is frozen, or every writer that the plan declares for it is stopped.
    /// A plan that declares no writer at all may have some everywhere.
    pub fn is_quiet(&self, plan: &Plan, target: Id<Target>) -> bool {
        if self.is_frozen(target) {
            return true;
        }
        let mut of_target =
            plan.writers.iter().filter(|(_, writer)| writer.targets.iter().any(|written| written.value == target)).peekable();
        let none = of_target.peek().is_none();
        (!none || !plan.writers.is_empty()) && of_target.all(|(writer, _)| self.stopped.contains(&writer))
    }
}

/// Returns who may write when the forward run, which does `events`, has come to `position`. What may not have ended lets writers in,
/// and keeps none out yet.
pub fn at(events: &[Event], position: usize) -> Writes {
    let mut writes = Writes::default();
    for event in events.iter().filter(|event| event.begins() <= position) {
        writes.turn(&event.turn, if event.ended() <= position { event.sure } else { Sure::No });
    }
    writes
}

/// Returns the positions of `range` in which `events` change who may write, and its ends: at most `LOOKS` and two.
pub fn looks(events: &[Event], range: &std::ops::Range<usize>) -> Vec<usize> {
    let Some(last) = range.end.checked_sub(1).filter(|last| range.start <= *last) else { return Vec::new() };
    let edges = events.iter().flat_map(|event| [event.begins(), event.ended(), event.ended().saturating_sub(1)]);
    let mut looks: Vec<usize> = edges.filter(|at| range.contains(at)).take(LOOKS).chain([range.start, last]).collect();
    looks.sort_unstable();
    looks.dedup();
    looks
}

/// In how many positions between freezes a program is looked at.
pub const LOOKS: usize = 48;

/// One item that does something to writes.
#[derive(Clone, Debug)]
pub struct Event {
    /// Its id in its program.
    pub item: String,
    pub title: String,
    /// Its place among the program's items.
    pub place: usize,
    /// How many changes have been made before it.
    pub rank: usize,
    /// Whether it is a change itself.
    pub is_change: bool,
    pub sure: Sure,
    pub turn: Turn,
}

impl Event {
    /// Returns the first position in which it may have begun.
    pub fn begins(&self) -> usize {
        2 * self.rank + usize::from(self.is_change)
    }

    /// Returns the first position in which it has surely ended.
    pub fn ended(&self) -> usize {
        2 * self.rank + 1 + usize::from(self.is_change)
    }
}

/// Returns what a program does to writes, in order.
pub fn events(plan: &Plan, program: &Program<'_>) -> Vec<Event> {
    let mut events = Vec::new();
    let (mut place, mut rank) = (0, 0);
    program.each(&mut |item, sure| {
        let is_change = item.change.is_some_and(|(_, direction)| direction == Direction::Apply);
        if let Some(turn) = Turn::of(plan, item) {
            events.push(Event { item: item.id.clone(), title: item.title.clone(), place, rank, is_change, sure, turn });
        }
        rank += usize::from(is_change);
        place += 1;
    });
    events
}

/// From which positions on nothing writes to a target, or something may, in the order of the forward run.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Openings(Vec<(usize, bool)>);

impl Openings {
    /// Follows what the forward run does to writes, as `at` does at each position.
    pub fn of(plan: &Plan, events: &[Event], target: Id<Target>) -> Openings {
        let mut marks: Vec<(usize, usize, bool)> = Vec::new();
        for (order, event) in events.iter().enumerate() {
            marks.extend([(event.begins(), order, false), (event.ended(), order, true)]);
        }
        marks.sort_unstable();
        let mut writes = Writes::default();
        let mut openings = vec![(0, writes.is_quiet(plan, target))];
        for (position, order, ended) in marks {
            let event = &events[order];
            writes.turn(&event.turn, if ended { event.sure } else { Sure::No });
            let quiet = writes.is_quiet(plan, target);
            match openings.last_mut() {
                Some((at, last)) if *at == position => *last = quiet,
                Some((_, last)) if *last == quiet => {}
                _ => openings.push((position, quiet)),
            }
        }
        Openings(openings)
    }

    /// Returns the first position of a range in which something may write.
    pub fn first(&self, range: &std::ops::Range<usize>) -> Option<usize> {
        let at = self.0.partition_point(|(position, _)| *position <= range.start).saturating_sub(1);
        let open = self.0[at..].iter().find(|(_, quiet)| !quiet)?;
        Some(open.0.max(range.start)).filter(|position| range.contains(position))
    }
}
