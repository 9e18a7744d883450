//! What a restore loses: the writes between the start of the backup's take and the freeze that covers it, or, without
//! one, the restore.
//!
//! Both the forward run and the scenario may freeze and thaw. A position may be left at any time, so that an open window
//! ends only when the scenario has to be started, where the plan says when that is.

mod sentence;

use std::ops::Range;

use crate::graph::Graph;
use crate::plan::Plan;
use crate::plan::change::Change;
use crate::plan::id::Id;
use crate::plan::people::Moment;
use crate::plan::scenario::Scenario;
use crate::plan::target::{Backup, Target};
use crate::plan::value::Instant;

use super::coverage::{Coverage, Take};
use super::program::{Program, Sure, Work};
use super::schedule::{Schedule, offsets};
use super::writes::{Event, LOOKS, Writes, events, looks};

/// What one restore of a scenario loses at worst.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Loss {
    pub backup: Id<Backup>,
    pub target: Id<Target>,
    /// The id of the item that restores.
    pub item: String,
    /// When writes reach the target that the restore does not bring back.
    pub windows: Vec<Window>,
    /// How long the windows are together; `None` when the plan sets one of them no end.
    pub seconds: Option<u64>,
    /// The backup in which the scenario itself keeps what it is about to throw away.
    pub kept: Option<Id<Backup>>,
    /// The positions in which something is lost.
    pub positions: Range<usize>,
    /// For people: what is lost, from when until when.
    pub sentence: String,
}

/// A time in which writes are lost.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Window {
    pub from: Edge,
    pub until: Edge,
}

/// Where a window begins or ends.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Edge {
    pub event: Occasion,
    /// At the earliest for the beginning, at the latest for the end.
    pub at: Option<Instant>,
    /// Whether `at` is when it happens as planned, and no mere bound.
    pub exact: bool,
    /// Seconds since the start of the scenario, for what the scenario does.
    pub offset: Option<i64>,
}

/// What lets writers in, or keeps them out.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Occasion {
    /// The forward run takes the backup.
    Take,
    /// The scenario takes the backup itself.
    OwnTake,
    /// An item of the forward run, by its title.
    Forward(String),
    /// An item of the scenario, by its title.
    Scenario(String),
    Restore,
}

/// What losses are derived from.
pub struct Sources<'a> {
    pub plan: &'a Plan,
    pub graph: &'a Graph,
    pub schedule: &'a Schedule,
    pub coverage: &'a Coverage,
    /// What the forward run does to writes.
    pub forward: &'a [Event],
}

/// A restore of a scenario, with what is known of its surroundings.
struct Restore<'a> {
    item: &'a str,
    place: usize,
    backup: Id<Backup>,
    target: Id<Target>,
    /// Where the scenario has taken the backup itself: the item's place and id.
    own: Option<(usize, &'a str)>,
    kept: Option<Id<Backup>>,
    /// The positions in which it is come to.
    positions: Range<usize>,
}

/// Returns what the restores of a scenario lose, each backup once, at worst.
pub fn losses(sources: &Sources<'_>, scenario: &Scenario, program: &Program<'_>, positions: Range<usize>) -> Vec<Loss> {
    let restores = restores(sources, program, positions);
    if restores.is_empty() {
        return Vec::new();
    }
    let own_events = events(sources.plan, program);
    let view = View { sources, own: &own_events, times: offsets(sources.plan, program), deadline: deadline(sources, scenario) };
    let mut losses: Vec<Loss> = Vec::new();
    for restore in &restores {
        let Some(loss) = view.worst(restore) else { continue };
        match losses.iter_mut().find(|known| known.backup == loss.backup) {
            Some(known) => {
                let positions = known.positions.start.min(loss.positions.start)..known.positions.end.max(loss.positions.end);
                if is_worse(&loss, known) {
                    *known = loss;
                }
                known.positions = positions;
            }
            None => losses.push(loss),
        }
    }
    losses
}

/// What one restore of a scenario loses, by where the forward run has come to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Site {
    pub backup: Id<Backup>,
    /// The restore is passed over unless one of these has begun; empty when it is carried out in any case.
    pub undoes: Vec<Id<Change>>,
    /// From each of these positions on, in order, what is lost; `None` where nothing is.
    pub from: Vec<(usize, Option<Loss>)>,
}

/// Returns what each restore of a scenario loses, by position.
pub fn sites(sources: &Sources<'_>, scenario: &Scenario, program: &Program<'_>, positions: Range<usize>) -> Vec<Site> {
    let restores = restores(sources, program, positions);
    let own_events = events(sources.plan, program);
    let view = View { sources, own: &own_events, times: offsets(sources.plan, program), deadline: deadline(sources, scenario) };
    let items = program.items();
    let site = |restore: &Restore<'_>| {
        let item = items.iter().find(|item| item.id == restore.item)?;
        let undoes = item.change.map(|(change, _)| change).into_iter().chain(item.undoes.iter().copied()).collect();
        Some(Site { backup: restore.backup, undoes, from: view.by_position(restore) })
    };
    let mut sites: Vec<Site> = Vec::new();
    for site in restores.iter().filter_map(site) {
        match sites.iter_mut().find(|known| (known.backup, &known.undoes) == (site.backup, &site.undoes)) {
            Some(known) => known.add(&site),
            None => sites.push(site),
        }
    }
    sites
}

impl Site {
    /// Returns what is lost at a position.
    fn at(&self, position: usize) -> Option<&Loss> {
        self.from.iter().rev().find(|(from, _)| *from <= position)?.1.as_ref()
    }

    /// Takes another restore of the same backup in: of the two only the worse counts.
    fn add(&mut self, other: &Site) {
        let mut positions: Vec<usize> = self.from.iter().chain(&other.from).map(|(from, _)| *from).collect();
        positions.sort_unstable();
        positions.dedup();
        let worse = |position| match (self.at(position), other.at(position)) {
            (Some(one), Some(two)) => Some(if is_worse(two, one) { two } else { one }.clone()),
            (one, two) => one.or(two).cloned(),
        };
        self.from = positions.into_iter().map(|position| (position, worse(position))).collect();
    }
}

fn is_worse(loss: &Loss, than: &Loss) -> bool {
    match (loss.seconds, than.seconds) {
        (None, known) => known.is_some(),
        (Some(seconds), Some(known)) => seconds > known,
        (Some(_), None) => false,
    }
}

fn restores<'a>(sources: &Sources<'_>, program: &'a Program<'_>, positions: Range<usize>) -> Vec<Restore<'a>> {
    let mut restores = Vec::new();
    let mut taken: Vec<(Id<Backup>, (usize, &str))> = Vec::new();
    let mut place = 0;
    program.each(&mut |item, sure| {
        match item.work {
            Work::Take(backup) if sure == Sure::Yes => taken.push((backup, (place, &item.id))),
            Work::Restore(backup) => {
                let target = sources.plan.backups[backup].of.value;
                let own = taken.iter().rev().find(|(taken, _)| *taken == backup).map(|(_, own)| *own);
                let kept =
                    taken.iter().map(|(taken, _)| *taken).find(|taken| *taken != backup && sources.plan.backups[*taken].of.value == target);
                // What has not begun is not taken back.
                let start = item.change.map_or(positions.start, |(change, _)| positions.start.max(sources.graph.begun(change)));
                restores.push(Restore { item: &item.id, place, backup, target, own, kept, positions: start..positions.end });
            }
            _ => {}
        }
        place += 1;
    });
    restores
}

/// Returns when a scenario has to be started at the latest, as planned: by its `within`, by what it applies until, or when
/// the ability to go back is no longer promised.
pub(super) fn deadline(sources: &Sources<'_>, scenario: &Scenario) -> Option<Instant> {
    let Sources { plan, graph, schedule, .. } = sources;
    let change = |change| schedule_id(plan, change);
    let mut known: Vec<Instant> = Vec::new();
    for clause in &scenario.applies {
        if let Some((length, moment)) = &clause.within {
            let end = match moment.value {
                Moment::Change(id) => schedule.latest(change(id)),
                Moment::Phase(phase) => schedule.ends[phase.index()],
                Moment::Scenario(_) => None,
            };
            known.extend(end.map(|end| Instant(end.0.saturating_add_unsigned(length.value.seconds))));
        }
        known.extend(clause.until.and_then(|moment| match moment.value {
            Moment::Change(id) => schedule.begins(change(id)),
            Moment::Phase(phase) => schedule.starts[phase.index()],
            Moment::Scenario(_) => None,
        }));
    }
    if let (Some(retain), Some(last)) = (plan.retain, graph.phases().last()) {
        known.extend(schedule.ends[last.index()].map(|end| Instant(end.0.saturating_add_unsigned(retain.value.seconds))));
    }
    known.into_iter().min()
}

/// Items of the forward run that apply changes are called after them.
fn schedule_id(plan: &Plan, change: Id<crate::plan::change::Change>) -> &str {
    &plan.changes[change].header.name
}

/// Returns the edge at which an item of the forward run begins.
fn begins(schedule: &Schedule, event: Occasion, item: &str) -> Edge {
    Edge { event, at: schedule.earliest(item), exact: schedule.begins(item).is_some(), offset: None }
}

/// A scenario, as one looks for what its restores lose.
struct View<'a> {
    sources: &'a Sources<'a>,
    /// What the scenario does to writes.
    own: &'a [Event],
    /// When its items begin and end, counted from its start.
    times: Schedule,
    deadline: Option<Instant>,
}

/// The windows so far, and where the open one began.
#[derive(Clone, Debug)]
struct Record {
    writes: Writes,
    open: Option<Edge>,
    windows: Vec<Window>,
}

impl Record {
    /// Lets a backup be taken: from now on writes count.
    fn take(&mut self, plan: &Plan, target: Id<Target>, edge: Edge) {
        if !self.writes.is_quiet(plan, target) {
            self.open = Some(edge);
        }
    }

    /// Carries an event out that begins and ends at these edges.
    fn event(&mut self, plan: &Plan, target: Id<Target>, (event, sure): (&Event, Sure), begins: Edge, ends: Edge) {
        self.writes.turn(&event.turn, sure);
        let quiet = self.writes.is_quiet(plan, target);
        if quiet && let Some(from) = self.open.take() {
            self.windows.push(Window { from, until: ends });
        } else if !quiet && self.open.is_none() {
            self.open = Some(begins);
        }
    }
}

impl View<'_> {
    /// Returns what a restore loses at worst, over the takes that it may read and the positions in which it is come to.
    fn worst(&self, restore: &Restore<'_>) -> Option<Loss> {
        let last = restore.positions.end.checked_sub(1)?;
        let takes = self.sources.coverage.takes(restore.backup);
        let mut worst: Option<Loss> = None;
        let mut lost: Option<Range<usize>> = None;
        // What the scenario takes itself is what it restores.
        let choices: Vec<Option<&Take>> = if restore.own.is_some() { vec![None] } else { takes.iter().map(Some).collect() };
        for (index, take) in choices.into_iter().enumerate() {
            let from = take.map_or(0, Take::from).max(restore.positions.start);
            let until = takes.get(index + 1).filter(|_| take.is_some()).map_or(last, |next| next.from().min(last));
            for position in looks(self.sources.forward, &(from..until + 1)) {
                let windows = self.windows(restore, take, position);
                if windows.is_empty() {
                    continue;
                }
                lost = Some(lost.map_or(position..until + 1, |lost| lost.start.min(position)..lost.end.max(until + 1)));
                let loss = self.loss(restore, windows);
                if worst.as_ref().is_none_or(|worst| is_worse(&loss, worst)) {
                    worst = Some(loss);
                }
            }
        }
        worst.map(|worst| Loss { positions: lost.unwrap_or_default(), ..worst })
    }

    /// Returns what a restore loses from which position on. Where too much changes to look at each position, that is the worst.
    fn by_position(&self, restore: &Restore<'_>) -> Vec<(usize, Option<Loss>)> {
        let takes = self.sources.coverage.takes(restore.backup);
        if 3 * self.sources.forward.len() > LOOKS {
            return vec![(restore.positions.start, self.worst(restore))];
        }
        let Some(last) = restore.positions.end.checked_sub(1) else { return Vec::new() };
        let mut all: Vec<(usize, Option<Loss>)> = Vec::new();
        let choices: Vec<Option<&Take>> = if restore.own.is_some() { vec![None] } else { takes.iter().map(Some).collect() };
        for (index, take) in choices.into_iter().enumerate() {
            let from = take.map_or(0, Take::from).max(restore.positions.start);
            let until = takes.get(index + 1).filter(|_| take.is_some()).map_or(last, |next| next.from().min(last));
            for position in looks(self.sources.forward, &(from..until + 1)) {
                let loss = Some(self.windows(restore, take, position)).filter(|windows| !windows.is_empty());
                let loss = loss.map(|windows| self.loss(restore, windows));
                match all.iter_mut().find(|(known, _)| *known == position) {
                    // Which of two takes is read is not known where one of them may just have been made.
                    Some((_, known)) => match (&known, &loss) {
                        (_, None) => {}
                        (Some(worst), Some(loss)) if !is_worse(loss, worst) => {}
                        _ => *known = loss,
                    },
                    None => all.push((position, loss)),
                }
            }
        }
        all.sort_by_key(|(position, _)| *position);
        all
    }

    /// Returns the windows in which a restore loses writes when the forward run has come to `position`. `take` is what it
    /// reads of the forward run, if it does.
    fn windows(&self, restore: &Restore<'_>, take: Option<&Take>, position: usize) -> Vec<Window> {
        let Sources { plan, schedule, forward, .. } = self.sources;
        let mut record = Record { writes: Writes::default(), open: None, windows: Vec::new() };
        let mut pending = take;
        for event in forward.iter().filter(|event| event.begins() <= position) {
            if let Some(take) = pending.take_if(|take| take.place < event.place) {
                record.take(plan, restore.target, begins(schedule, Occasion::Take, &take.item));
            }
            // What may not have ended lets writers in, and keeps none out yet.
            let sure = if event.ended() <= position { event.sure } else { Sure::No };
            if take.is_some() && pending.is_none() {
                let occasion = || Occasion::Forward(event.title.clone());
                let ends = Edge {
                    event: occasion(),
                    at: schedule.latest(&event.item),
                    exact: schedule.ended(&event.item).is_some(),
                    offset: None,
                };
                record.event(plan, restore.target, (event, sure), begins(schedule, occasion(), &event.item), ends);
            } else {
                record.writes.turn(&event.turn, sure);
            }
        }
        if let Some(take) = pending {
            record.take(plan, restore.target, begins(schedule, Occasion::Take, &take.item));
        }
        self.own_windows(restore, record)
    }

    /// Goes on with what the scenario does up to the restore.
    fn own_windows(&self, restore: &Restore<'_>, mut record: Record) -> Vec<Window> {
        let plan = self.sources.plan;
        let mut pending = restore.own;
        let taken = |(_, item)| self.edge(Occasion::OwnTake, self.times.begins(item));
        for event in self.own.iter().filter(|event| event.place < restore.place) {
            if let Some(own) = pending.take_if(|(place, _)| *place < event.place) {
                record.take(plan, restore.target, taken(own));
            }
            if pending.is_none() {
                let occasion = || Occasion::Scenario(event.title.clone());
                let begins = self.edge(occasion(), self.times.begins(&event.item));
                record.event(plan, restore.target, (event, event.sure), begins, self.edge(occasion(), self.times.ended(&event.item)));
            } else {
                record.writes.turn(&event.turn, event.sure);
            }
        }
        if let Some(own) = pending {
            record.take(plan, restore.target, taken(own));
        }
        if let Some(from) = record.open.take() {
            record.windows.push(Window { from, until: self.edge(Occasion::Restore, self.times.ended(restore.item)) });
        }
        record.windows
    }

    /// Returns an edge of the scenario; `offset` is counted from the scenario's start.
    fn edge(&self, event: Occasion, offset: Option<Instant>) -> Edge {
        let at = self.deadline.zip(offset).map(|(deadline, offset)| Instant(deadline.0.saturating_add(offset.0)));
        Edge { event, at, exact: false, offset: offset.map(|offset| offset.0) }
    }

    fn loss(&self, restore: &Restore<'_>, windows: Vec<Window>) -> Loss {
        let length = |window: &Window| {
            let (from, until) = (&window.from, &window.until);
            let seconds = match (from.offset, until.offset) {
                (Some(from), Some(until)) => until.saturating_sub(from),
                _ => until.at?.0.saturating_sub(from.at?.0),
            };
            Some(seconds.max(0).unsigned_abs())
        };
        let seconds = windows.iter().map(length).try_fold(0_u64, |sum, length| Some(sum.saturating_add(length?)));
        let mut loss = Loss {
            backup: restore.backup,
            target: restore.target,
            item: restore.item.to_owned(),
            windows,
            seconds,
            kept: restore.kept,
            positions: 0..0,
            sentence: String::new(),
        };
        loss.sentence = sentence::sentence(self.sources.plan, &loss);
        loss
    }
}
