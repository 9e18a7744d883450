//! Whether a change can be taken back, as far as the plan says: by what, on whose word, and at what price.
//!
//! An undo in code is never more than its author's claim: what the change does is read, what the undo brings back is not proved.

mod side;

use std::collections::{BTreeMap, HashSet};
use std::sync::Arc;

use crate::effect::act::{Act, Effect};
use crate::effect::sh::{self, Script};
use crate::effect::sql::{self, Dialect, Sight, Statement};
use crate::graph::Graph;
use crate::plan::Plan;
use crate::plan::action::{Action, Code, Language};
use crate::plan::change::{Change, Recover, Undo};
use crate::plan::id::Id;
use crate::plan::scenario::Scenario;
use crate::plan::target::{Backup, Target};

use super::coverage::{Cover, Coverage};

pub use side::{Alone, Fit, Side, Sides, Standing};

/// The answer to "can it be taken back?".
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Answer {
    /// Exactly; rbk derives how.
    Clean,
    /// By what its author wrote; rbk has not proved it.
    Claimed,
    /// By what its author wrote, but without what the change destroys: these objects.
    Lossy(Vec<String>),
    /// By restoring a backup.
    Restore(Backups),
    /// By a scenario that the change names.
    Run(Id<Scenario>),
    /// By a person.
    Manual,
    /// It can't; one goes on from there.
    ForwardOnly,
    Unknown,
}

impl Answer {
    /// Returns it in a word, as JSON has it.
    pub fn word(&self) -> &'static str {
        match self {
            Answer::Clean => "clean",
            Answer::Claimed => "claimed",
            Answer::Lossy(_) => "lossy",
            Answer::Restore(_) => "restore",
            Answer::Run(_) => "run",
            Answer::Manual => "manual",
            Answer::ForwardOnly => "forward-only",
            Answer::Unknown => "unknown",
        }
    }
}

/// The backup that a change is taken back from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Backups {
    pub backup: Id<Backup>,
    /// Whether it is taken before the change on every path, and holds what the change touches.
    pub covers: bool,
}

/// Whether a change can be taken back, and why.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Verdict {
    pub answer: Answer,
    /// For people, without a final period.
    pub reason: String,
}

/// Returns the three sides of every change, by change, to the verdicts on them.
pub fn sides(plan: &Plan, graph: &Graph, verdicts: &[Verdict]) -> Vec<Sides> {
    let mut made = Made::new();
    let mut sides = BTreeMap::new();
    for id in graph.order() {
        sides.insert(id.index(), side::sides(plan, graph, *id, &verdicts[id.index()].answer, &made));
        makes(plan, graph, *id, &mut made);
    }
    sides.into_values().collect()
}

/// Returns the verdicts on all changes, by change.
pub fn verdicts(plan: &Plan, graph: &Graph, coverage: &Coverage) -> Vec<Verdict> {
    let mut made = Made::new();
    let mut verdicts: BTreeMap<usize, Verdict> = BTreeMap::new();
    for id in graph.order() {
        verdicts.insert(id.index(), verdict(plan, graph, coverage, *id, &made));
        makes(plan, graph, *id, &mut made);
    }
    verdicts.into_values().collect()
}

/// Adds what a change makes anew.
fn makes(plan: &Plan, graph: &Graph, id: Id<Change>, made: &mut Made) {
    let Some(on) = plan.changes[id].on.map(|on| on.value) else { return };
    let effects = graph.touched(id).said().iter().flat_map(|statement| &statement.reading.effects);
    let creates = effects.filter(|effect| matches!(&effect.act, Act::Create(create) if !create.lenient && !create.replaces));
    made.extend(creates.map(|effect| (on, effect.object.parts.clone())));
}

/// What changes so far have made, by the target that it lies on.
type Made = HashSet<(Id<Target>, Vec<String>)>;

fn verdict(plan: &Plan, graph: &Graph, coverage: &Coverage, id: Id<Change>, made: &Made) -> Verdict {
    let change = &plan.changes[id];
    if change.irreversible.is_some() {
        return irreversible(plan, graph, coverage, id);
    }
    match &change.undo {
        Undo::None => unknown("nothing says how it is taken back"),
        Undo::Auto(_) => match &change.forward {
            Some(Action::Set { flag, .. }) => {
                let title = &plan.flags[*flag].header.title;
                Verdict { answer: Answer::Clean, reason: format!("“{title}” goes back to the value that was read when it was set") }
            }
            Some(Action::Edit { path, .. }) => {
                Verdict { answer: Answer::Clean, reason: format!("`{path}` goes back to what was kept of it when it was edited") }
            }
            Some(Action::Deploy { .. }) => {
                Verdict { answer: Answer::Clean, reason: "the release that ran before is deployed again".to_owned() }
            }
            _ => derived(graph, id).unwrap_or_else(|| unknown("rbk can't derive its inverse")),
        },
        Undo::Action(undo) => by_action(plan, graph, coverage, id, undo, made),
    }
}

/// The verdict on SQL whose inverse rbk derives.
fn derived(graph: &Graph, id: Id<Change>) -> Option<Verdict> {
    let inverse = graph.touched(id).inverse.as_deref()?.as_ref().ok()?;
    let mut reason = "rbk derives the inverse of each statement".to_owned();
    if !inverse.takes.is_empty() {
        reason = format!("{reason}; what was written meanwhile goes with it: {}", inverse.takes.join(", "));
    }
    if !inverse.loses.is_empty() {
        let reason = format!("{reason}; this does not come back: {}", inverse.loses.join(", "));
        return Some(Verdict { answer: Answer::Lossy(inverse.loses.clone()), reason });
    }
    Some(Verdict { answer: Answer::Clean, reason })
}

fn unknown(reason: &str) -> Verdict {
    Verdict { answer: Answer::Unknown, reason: reason.to_owned() }
}

fn irreversible(plan: &Plan, graph: &Graph, coverage: &Coverage, id: Id<Change>) -> Verdict {
    let change = &plan.changes[id];
    match change.recover.first().map(|recover| &recover.value) {
        Some(Recover::Restore(backup)) => restore(plan, graph, coverage, id, *backup),
        Some(Recover::Run(scenario)) => {
            let title = &plan.scenarios[*scenario].header.title;
            Verdict { answer: Answer::Run(*scenario), reason: format!("it can't be undone; its author says that “{title}” helps") }
        }
        Some(Recover::Forward(how)) => {
            let line = how.lines().next().unwrap_or_default().trim();
            Verdict { answer: Answer::ForwardOnly, reason: format!("it can't be undone; one goes forward: {line}") }
        }
        None => Verdict { answer: Answer::ForwardOnly, reason: "it can't be undone, and nothing says what helps".to_owned() },
    }
}

fn restore(plan: &Plan, graph: &Graph, coverage: &Coverage, id: Id<Change>, backup: Id<Backup>) -> Verdict {
    let (name, title) = (&plan.changes[id].header.name, &plan.backups[backup].header.title);
    let cover = coverage.covers(plan, graph, backup, id);
    let doubt = match &cover {
        Cover::Yes => None,
        Cover::OtherTarget => Some("holds another target".to_owned()),
        Cover::NeverTaken => Some("is never taken".to_owned()),
        Cover::TakenLater => Some(format!("is taken only after `{name}`")),
        Cover::Unsure => Some("is not taken on every path to it".to_owned()),
        Cover::NotHeld(object) => Some(format!("does not hold `{object}`")),
        Cover::RowsOnly(object) => Some(format!("holds rows only, not the definition of `{object}`")),
        Cover::Unknown => Some(format!("holds some tables, and `{name}` does not say what it touches")),
    };
    let reason = match &doubt {
        None => format!("by restoring “{title}”; what is written after it was taken is lost"),
        Some(doubt) => format!("by restoring “{title}”, which {doubt}"),
    };
    Verdict { answer: Answer::Restore(Backups { backup, covers: doubt.is_none() }), reason }
}

fn by_action(plan: &Plan, graph: &Graph, coverage: &Coverage, id: Id<Change>, undo: &Action, made: &Made) -> Verdict {
    let change = &plan.changes[id];
    match undo {
        Action::Restore { backup, .. } => restore(plan, graph, coverage, id, *backup),
        Action::Manual(_) => Verdict { answer: Answer::Manual, reason: "a person takes it back; its author says how".to_owned() },
        Action::Code(code) if is_hollow(plan, change, code) => unknown("its undo does nothing that rbk can see"),
        _ => {
            let gone = destroyed(plan, graph, id, made, undo);
            if !gone.is_empty() {
                let names = gone.iter().map(|name| format!("`{name}`")).collect::<Vec<_>>().join(", ");
                return Verdict { answer: Answer::Lossy(gone), reason: format!("its author's undo can't bring back the data of {names}") };
            }
            if is_opaque(graph, id, change) {
                return Verdict { answer: Answer::Claimed, reason: "its author says how; what it does can't be read in it".to_owned() };
            }
            let taken = taken(plan, change, undo);
            let mut reason = "its author says how; rbk has not proved it".to_owned();
            if !taken.is_empty() {
                let names = taken.iter().map(|name| format!("`{name}`")).collect::<Vec<_>>().join(", ");
                reason = format!("{reason}; what was written to {names} meanwhile goes with it");
            }
            Verdict { answer: Answer::Claimed, reason }
        }
    }
}

/// Returns the statements of SQL that rbk reads; `None` for other code.
fn statements(plan: &Plan, change: &Change, action: Option<&Action>) -> Option<Arc<Vec<Statement>>> {
    let Some(Action::Code(code)) = action else { return None };
    let dialect = change.on.and_then(|on| Dialect::of(plan.targets[on.value].kind.value))?;
    (code.language == Language::Sql).then(|| sql::of(code, dialect))
}

/// Returns what a change surely destroys: what it declares, and what its code says. Values of columns that earlier changes added
/// are none that anybody had before. What shell destroyed may come back by shell: by a copy that is put in its place.
fn destroyed(plan: &Plan, graph: &Graph, id: Id<Change>, made: &Made, undo: &Action) -> Vec<String> {
    let change = &plan.changes[id];
    let declared = change.effects.destroys.iter().map(|object| object.value.clone());
    let fills = |effect: &&Effect| change.on.is_some_and(|on| is_backfill(effect, on.value, made));
    if let Some(script) = script(change.forward.as_ref()) {
        let back = script_of(undo);
        let losses = script.losses().into_iter().map(|(_, effect)| effect).filter(|effect| !fills(effect));
        // What a deploy, an edit or a flag writes to files is not read.
        let stays = |effect: &&Effect| back.as_ref().map_or(!sh::is_file(effect), |back| !back.may_bring_back(effect));
        let gone = losses.filter(stays);
        return once_each(declared.chain(gone.map(|effect| effect.object.written())));
    }
    let statements = graph.touched(id).said().iter();
    let written = statements.flat_map(Statement::destroys).filter(|effect| !fills(effect)).map(|effect| effect.object.written());
    once_each(declared.chain(written))
}

/// Returns the shell of an action.
fn script(action: Option<&Action>) -> Option<Arc<Script>> {
    action.and_then(script_of)
}

fn script_of(action: &Action) -> Option<Arc<Script>> {
    match action {
        Action::Code(code) if matches!(code.language, Language::Sh | Language::Bash) => Some(sh::of(code)),
        _ => None,
    }
}

/// Returns whether an effect only fills columns that earlier changes made.
fn is_backfill(effect: &Effect, on: Id<Target>, made: &Made) -> bool {
    let Act::Update { columns, .. } = &effect.act else { return false };
    let column = |column: &String| (on, effect.object.parts.iter().chain([column]).cloned().collect::<Vec<_>>());
    !columns.is_empty() && columns.iter().all(|name| made.contains(&column(name)))
}

/// Returns what an undo in SQL, or in shell that hands SQL on, drops or empties.
fn taken(plan: &Plan, change: &Change, undo: &Action) -> Vec<String> {
    let drops = |effect: &&Effect| matches!(effect.act, Act::Drop { .. } | Act::Truncate { .. } | Act::Delete { .. });
    if let Some(script) = script_of(undo) {
        let sql = script.losses().into_iter().filter(|(command, effect)| !command.is_own(effect)).map(|(_, effect)| effect);
        return once_each(sql.filter(drops).map(|effect| effect.object.written()));
    }
    let statements = statements(plan, change, Some(undo)).unwrap_or_default();
    once_each(statements.iter().flat_map(Statement::destroys).filter(drops).map(|effect| effect.object.written()))
}

fn once_each(names: impl Iterator<Item = String>) -> Vec<String> {
    let mut seen = HashSet::new();
    names.filter(|name| seen.insert(name.to_lowercase())).collect()
}

fn is_opaque(graph: &Graph, id: Id<Change>, change: &Change) -> bool {
    let is_other = matches!(&change.forward, Some(Action::Code(code)) if code.language != Language::Sql)
        && script(change.forward.as_ref()).is_none_or(|script| script.is_opaque());
    is_other || graph.touched(id).said().iter().any(|statement| statement.sight == Sight::Opaque)
}

fn is_hollow(plan: &Plan, change: &Change, code: &Code) -> bool {
    match code.language {
        Language::Sql => change
            .on
            .and_then(|on| Dialect::of(plan.targets[on.value].kind.value))
            .is_some_and(|dialect| sql::is_hollow(&code.text, dialect)),
        Language::Sh | Language::Bash => sh::is_hollow(&code.text),
        _ => false,
    }
}
