//! Which backup is taken where, which changes it covers, and whether a restore finds what it reads.

use crate::graph::Graph;
use crate::graph::objects::Object;
use crate::plan::Plan;
use crate::plan::change::Change;
use crate::plan::id::Id;
use crate::plan::scenario::{Guard, Test};
use crate::plan::target::{Backup, Method};
use crate::source::Span;

use super::program::{Direction, Program, Sure, Work};

/// A take in the forward run.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Take {
    /// The id of the item in the forward run.
    pub item: String,
    pub span: Span,
    /// Its place among the items of the forward run.
    pub place: usize,
    /// How many changes have been made before it.
    pub rank: usize,
    /// Whether every forward run comes to it.
    pub sure: bool,
}

impl Take {
    /// Returns the first position in which it may have been taken.
    pub fn from(&self) -> usize {
        2 * self.rank
    }

    /// Returns the first position in which it has surely been taken.
    pub fn since(&self) -> usize {
        2 * self.rank + 1
    }
}

/// Whether a backup covers a change: whether restoring it takes the change back.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Cover {
    Yes,
    OtherTarget,
    NeverTaken,
    /// It is taken only where the change has been made already.
    TakenLater,
    /// It is taken before the change only on some paths.
    Unsure,
    /// It holds some tables, and the change touches this object, which is none of them.
    NotHeld(String),
    /// It holds rows, and the change touches the definition of this.
    RowsOnly(String),
    /// It holds some tables, and the change does not say what it touches.
    Unknown,
}

/// The takes of the forward run, by backup.
#[derive(Clone, Debug, Default)]
pub struct Coverage {
    takes: Vec<Vec<Take>>,
}

impl Coverage {
    /// Finds the takes of a forward run.
    pub fn new(plan: &Plan, forward: &Program<'_>) -> Coverage {
        let mut takes = vec![Vec::new(); plan.backups.len()];
        let (mut place, mut rank) = (0, 0);
        forward.each(&mut |item, sure| {
            if let Work::Take(backup) = item.work {
                takes[backup.index()].push(Take { item: item.id.clone(), span: item.span, place, rank, sure: sure == Sure::Yes });
            }
            rank += usize::from(item.change.is_some_and(|(_, direction)| direction == Direction::Apply));
            place += 1;
        });
        Coverage { takes }
    }

    /// Returns the takes of a backup in the forward run, in order.
    pub fn takes(&self, backup: Id<Backup>) -> &[Take] {
        self.takes.get(backup.index()).map_or(&[], Vec::as_slice)
    }

    /// Returns whether a backup covers a change.
    pub fn covers(&self, plan: &Plan, graph: &Graph, backup: Id<Backup>, change: Id<Change>) -> Cover {
        match scope(plan, graph, backup, change) {
            Cover::Yes => {}
            other => return other,
        }
        let takes = self.takes(backup);
        let mut before = takes.iter().filter(|take| take.rank <= graph.rank(change)).peekable();
        match () {
            () if takes.is_empty() => Cover::NeverTaken,
            () if before.peek().is_none() => Cover::TakenLater,
            () if before.any(|take| take.sure) => Cover::Yes,
            () => Cover::Unsure,
        }
    }

    /// Returns the changes that restoring a backup of the forward run turns to undone, in forward order: those that it
    /// holds what they touch of, from its last take on.
    pub fn returned(&self, plan: &Plan, graph: &Graph, backup: Id<Backup>) -> Vec<Id<Change>> {
        let Some(take) = self.takes(backup).last() else { return Vec::new() };
        graph.order().iter().skip(take.rank).copied().filter(|change| scope(plan, graph, backup, *change) == Cover::Yes).collect()
    }
}

/// Returns whether a backup holds what a change touches, whenever it is taken.
fn scope(plan: &Plan, graph: &Graph, backup: Id<Backup>, id: Id<Change>) -> Cover {
    let (backup, change) = (&plan.backups[backup], &plan.changes[id]);
    let on = change.on.map(|on| on.value);
    if on != Some(backup.of.value) {
        return Cover::OtherTarget;
    }
    if backup.tables.is_empty() {
        return Cover::Yes;
    }
    let tables: Vec<Object> = backup.tables.iter().map(|table| Object::new(plan, &table.value, on)).collect();
    let touched = graph.touched(id);
    if touched.changed().next().is_none() || touched.opaque {
        return Cover::Unknown;
    }
    let stray = touched.changed().find(|touch| !tables.iter().any(|table| table.holds(&touch.object)));
    match stray {
        // A name that is put together only when it runs.
        Some(touch) if touch.name.contains('…') => return Cover::Unknown,
        Some(touch) => return Cover::NotHeld(touch.name.clone()),
        None => {}
    }
    let rows_only = backup.method.is_some_and(|method| method.value == Method::TableCopy);
    match touched.changed().find(|touch| rows_only && touch.is_structural()) {
        Some(touch) => Cover::RowsOnly(touch.name.clone()),
        None => Cover::Yes,
    }
}

/// What a restore in a scenario reads.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Artifact {
    /// What the same scenario has taken before, in this item.
    Own(String),
    /// The forward run's, by the index of the last take that it can be.
    Forward(usize),
    /// The forward run's; but the scenario applies in positions of this range, where it may not have been taken yet.
    Missing(std::ops::Range<usize>),
    /// The forward run's, by the index of its take, which comes after the change that is to be taken back.
    Late(usize),
    /// It is asked first whether there is one.
    Asked,
    /// Nothing takes it.
    None,
}

/// A restore in a scenario.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Restore {
    /// The id of the item.
    pub item: String,
    pub span: Span,
    pub backup: Id<Backup>,
    pub artifact: Artifact,
}

impl Coverage {
    /// Returns the restores of a scenario that applies in `positions`, in order, with what each reads.
    pub fn restores(&self, graph: &Graph, program: &Program<'_>, positions: std::ops::Range<usize>) -> Vec<Restore> {
        let mut restores = Vec::new();
        let mut own: Vec<(Id<Backup>, String)> = Vec::new();
        program.each(&mut |item, sure| match item.work {
            Work::Take(backup) if sure == Sure::Yes => own.push((backup, item.id.clone())),
            Work::Restore(backup) => {
                let taken = own.iter().rev().find(|(taken, _)| *taken == backup).map(|(_, item)| item.clone());
                let artifact = match taken {
                    Some(item) => Artifact::Own(item),
                    None if asks(item.guards, backup) => Artifact::Asked,
                    None => self.artifact(graph, backup, item.change.map(|(change, _)| change), positions.clone()),
                };
                restores.push(Restore { item: item.id.clone(), span: item.span, backup, artifact });
            }
            _ => {}
        });
        restores
    }

    fn artifact(&self, graph: &Graph, backup: Id<Backup>, change: Option<Id<Change>>, positions: std::ops::Range<usize>) -> Artifact {
        let takes = self.takes(backup);
        // What has not begun is not taken back.
        let start = change.map_or(positions.start, |change| positions.start.max(graph.begun(change)));
        let Some(last) = takes.iter().rposition(|take| take.since() <= positions.end.max(start + 1)) else {
            return if takes.is_empty() { Artifact::None } else { Artifact::Missing(start..positions.end) };
        };
        if change.is_some_and(|change| takes[last].rank > graph.rank(change)) {
            return Artifact::Late(last);
        }
        match takes.iter().filter(|take| take.sure).map(Take::since).min() {
            Some(since) if since <= start => Artifact::Forward(last),
            since => Artifact::Missing(start..since.unwrap_or(positions.end).min(positions.end)),
        }
    }
}

fn asks(guards: &[Guard], backup: Id<Backup>) -> bool {
    guards.iter().any(|guard| !guard.negated && matches!(guard.test, Test::Available(other) if other == backup))
}
