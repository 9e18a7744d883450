//! Migrations that a plan's commands carry out: which ones, what they do, and what is wrong with the way back.

use std::cell::RefCell;
use std::collections::{BTreeMap, BTreeSet, HashMap};

use super::history::{Body, History, Meant};
use super::scripts::{Part, Script};
use super::tools::{Order, To, Tool, Way};
use super::words::Call;
use super::{Downgrade, Wrong};
use crate::diagnostic::nearest;
use crate::effect::sql::Dialect;
use crate::plan::Plan;
use crate::plan::action::Ran;
use crate::plan::change::Change;
use crate::plan::id::Id;
use crate::plan::target::TargetKind;
use crate::source::{Repository, Sources};

/// What a name comes to in a history.
#[derive(Clone, Debug, PartialEq, Eq)]
enum State {
    /// This is the last that is applied; `None`: nothing is.
    At(Option<usize>),
    Only(usize),
    Missing(String),
    Unknown,
}

/// A command that carries migrations out.
struct Move<'s> {
    script: usize,
    part: Part,
    order: Order,
    command: std::ops::Range<usize>,
    text: &'s str,
    history: usize,
    state: State,
}

/// Looks at every command of a migration tool: returns what is wrong with them, and what they run, by the script.
pub fn look(
    sources: &Sources,
    plan: &Plan,
    scripts: &[Script<'_>],
    repository: &dyn Repository,
) -> (Vec<Downgrade>, BTreeMap<usize, Vec<Ran>>) {
    let mut asked: BTreeMap<(Tool, String), Option<usize>> = BTreeMap::new();
    let mut histories: Vec<History> = Vec::new();
    let mut moves: Vec<Move<'_>> = Vec::new();
    for (index, script) in scripts.iter().enumerate() {
        for (command, working) in script.commands().iter().zip(&script.working) {
            let Some(call) = Call::of(command, &script.code.text) else { continue };
            let Some(order) = Order::of(&call, working, repository) else { continue };
            let history = *asked.entry((order.tool, order.place.clone())).or_insert_with(|| {
                let history = order.history(repository)?;
                histories.push(history);
                Some(histories.len() - 1)
            });
            let Some(history) = history else { continue };
            let state = state(&order.to, &histories[history]);
            moves.push(Move { script: index, part: script.part, order, command: command.range.clone(), text: call.text, history, state });
        }
    }
    let mut found = Vec::new();
    let mut runs: BTreeMap<usize, Vec<Ran>> = BTreeMap::new();
    let mut bodies_read: HashMap<(usize, usize, bool, Dialect), Body> = HashMap::new();
    let ends = Ends::of(&moves);
    for it in &moves {
        let history = &histories[it.history];
        let script = &scripts[it.script];
        let mut tell = |wrong| {
            let place = script.place(sources, &it.order.range);
            found.push(Downgrade { place, command: it.text.split_whitespace().collect::<Vec<_>>().join(" "), wrong });
        };
        if let State::Missing(name) = &it.state {
            let near = nearest(name, history.all.iter().map(|migration| migration.id.as_str())).map(str::to_owned);
            let near = near.or_else(|| history.head().map(|head| history.all[head].id.clone()));
            tell(Wrong::Unknown { name: name.clone(), near, place: it.order.place.clone() });
            continue;
        }
        let kind = kind(plan, script);
        let dialect = kind.and_then(Dialect::of);
        let Some(up) = it.goes_up() else { continue };
        let (steps, is_all) = match (&it.state, up) {
            (State::Only(at), _) => (vec![*at], true),
            (State::At(Some(to)), true) => match ends.start(it, history, *to) {
                Some(from) => (history.between(from, *to), true),
                None => (vec![*to], false),
            },
            (State::At(to), false) => {
                let own = ends.own(it);
                if let (Some((change, from)), Some(to)) = (own, to)
                    && (from == *to || !history.up_to(from).contains(to))
                {
                    // What is the same to the letter is told as an undo that undoes nothing.
                    if scripts[change.script].code.text == script.code.text {
                        continue;
                    }
                    let names = |at: usize| history.all[at].id.clone();
                    let before = history.all[from].parents.first().map(|at| names(*at));
                    tell(Wrong::NotBefore { to: names(*to), from: names(from), before });
                    continue;
                }
                let own = own.map(|(_, from)| from);
                match own.or_else(|| ends.above(it, history, *to)) {
                    Some(from) => (history.between(*to, from).into_iter().rev().collect(), true),
                    None => (history.next(*to).into_iter().collect(), false),
                }
            }
            _ => continue,
        };
        let mut read = |at: usize, up| {
            let dialect = dialect.unwrap_or(Dialect::Postgres);
            let key = (it.history, at, up, dialect);
            bodies_read.entry(key).or_insert_with(|| it.order.tool.body(&history.all[at], up, dialect, repository)).clone()
        };
        let bodies: Vec<(usize, Body)> = steps.iter().map(|at| (*at, read(*at, up))).collect();
        if !up {
            let hollow = bodies.iter().filter_map(|(at, body)| Some((*at, body.hollow?)));
            let hollow: Vec<(String, &'static str)> =
                hollow.filter(|(at, _)| read(*at, true).hollow.is_none()).map(|(at, why)| (history.all[at].file.clone(), why)).collect();
            if !hollow.is_empty() {
                tell(Wrong::Hollow(hollow));
                continue;
            }
        }
        let Some(kind) = kind else { continue };
        let into = runs.entry(it.script).or_default();
        for (at, body) in bodies.into_iter().filter(|(_, body)| body.is_whole || !body.sql.is_empty()) {
            let (file, is_whole) = (history.all[at].file.clone(), body.is_whole && is_all);
            into.push(Ran { range: it.command.clone(), file, sql: body.sql, kind, is_whole });
        }
        let known = into.iter().filter(|ran| ran.range == it.command).count();
        // Without the text of one of them, the others are not all.
        if known < steps.len() {
            into.iter_mut().filter(|ran| ran.range == it.command).for_each(|ran| ran.is_whole = false);
        }
    }
    (found, runs)
}

impl Move<'_> {
    /// Returns whether it applies migrations; `None` when it moves nothing, or nobody knows where to.
    fn goes_up(&self) -> Option<bool> {
        match self.order.way {
            Way::Up => Some(true),
            Way::Down => Some(false),
            Way::Either if self.part == Part::Aside => None,
            Way::Either => Some(!self.part.is_back()),
            Way::Mark => None,
        }
    }
}

/// Answers that were given before, by the history and what was asked of it.
type Remembered<K, V> = RefCell<BTreeMap<(usize, K), V>>;

/// The states that the commands of a plan lead to.
struct Ends<'m> {
    moves: &'m [Move<'m>],
    /// Where forward commands lead, and where those lead that go back; by the history.
    ups: BTreeMap<usize, BTreeSet<usize>>,
    downs: BTreeMap<usize, BTreeSet<Option<usize>>>,
    /// The last command of a change, and that of its undo, among the moves.
    changes: BTreeMap<Id<Change>, usize>,
    undos: BTreeMap<Id<Change>, usize>,
    above: Remembered<Option<usize>, Option<usize>>,
    below: Remembered<usize, Option<Option<usize>>>,
}

impl<'m> Ends<'m> {
    fn of(moves: &'m [Move<'m>]) -> Ends<'m> {
        let mut ends = Ends {
            moves,
            ups: BTreeMap::new(),
            downs: BTreeMap::new(),
            changes: BTreeMap::new(),
            undos: BTreeMap::new(),
            above: RefCell::default(),
            below: RefCell::default(),
        };
        for (index, it) in moves.iter().enumerate() {
            match (&it.state, it.goes_up(), it.part) {
                (State::At(Some(to)), Some(true), part) => {
                    if !part.is_back() {
                        ends.ups.entry(it.history).or_default().insert(*to);
                    }
                    if let Part::Do(change) = part {
                        ends.changes.insert(change, index);
                    }
                }
                (State::At(to), Some(false), part) => {
                    ends.downs.entry(it.history).or_default().insert(*to);
                    if let Part::Undo(change) = part {
                        ends.undos.insert(change, index);
                    }
                }
                _ => {}
            }
        }
        ends
    }

    /// Returns the last move of the change whose undo a command is.
    fn own(&self, it: &Move<'_>) -> Option<(&Move<'m>, usize)> {
        let Part::Undo(change) = it.part else { return None };
        let own = &self.moves[*self.changes.get(&change)?];
        match own.state {
            State::At(Some(to)) if own.history == it.history => Some((own, to)),
            _ => None,
        }
    }

    /// Returns the furthest state that the plan's forward run leads to, above one to which a command goes back.
    fn above(&self, it: &Move<'_>, history: &History, to: Option<usize>) -> Option<usize> {
        let find = || {
            let ups = self.ups.get(&it.history).into_iter().flatten();
            let above = ups.map(|at| (history.up_to(*at), *at)).filter(|(set, at)| to.is_none_or(|to| set.contains(&to) && *at != to));
            above.max_by_key(|(set, _)| set.len()).map(|(_, at)| at)
        };
        *self.above.borrow_mut().entry((it.history, to)).or_insert_with(find)
    }

    /// Returns the nearest state below `to` that the plan names: that is where it stands before.
    fn start(&self, it: &Move<'_>, history: &History, to: usize) -> Option<Option<usize>> {
        let below = || history.up_to(to);
        let fits = |at: Option<usize>, below: &BTreeSet<usize>| at.is_none_or(|at| at != to && below.contains(&at));
        if let Part::Do(change) = it.part
            && let Some(undo) = self.undos.get(&change).map(|at| &self.moves[*at])
            && let State::At(own) = undo.state
            && undo.history == it.history
            && fits(own, &below())
        {
            return Some(own);
        }
        let find = || {
            let below = below();
            let downs = self.downs.get(&it.history).into_iter().flatten().copied();
            let ups = self.ups.get(&it.history).into_iter().flatten().map(|at| Some(*at));
            downs.chain(ups).filter(|at| fits(*at, &below)).max_by_key(|at| at.map_or(0, |at| history.up_to(at).len()))
        };
        *self.below.borrow_mut().entry((it.history, to)).or_insert_with(find)
    }
}

fn state(to: &To, history: &History) -> State {
    let found = |name: &String| match history.find(name) {
        Meant::One(at) => Ok(at),
        Meant::Nothing => Err(State::Missing(name.clone())),
        Meant::Unsure => Err(State::Unknown),
    };
    match to {
        To::Named(name) => found(name).map_or_else(|state| state, |at| State::At(Some(at))),
        To::Only(name) => found(name).map_or_else(|state| state, State::Only),
        To::Before(name) => found(name).map_or_else(|state| state, |at| State::At(history.all[at].parents.first().copied())),
        To::Head => history.head().map_or(State::Unknown, |at| State::At(Some(at))),
        To::Base => State::At(None),
        To::Unknown => State::Unknown,
    }
}

/// Returns the database that a script's migrations are for: the one that it is about, or the only one of the plan.
fn kind(plan: &Plan, script: &Script<'_>) -> Option<TargetKind> {
    if let Some(kind) = script.on.map(|on| plan.targets[on].kind.value).filter(|kind| kind.is_database()) {
        return Some(kind);
    }
    let mut kinds = plan.targets.iter().map(|(_, target)| target.kind.value).filter(|kind| kind.is_database());
    kinds.next().filter(|_| kinds.next().is_none())
}
