//! Spells programs out: verbs over several names, undo sets in order, restores that stand for several undos, calls.
//!
//! A step of the plan becomes one item, or several in a row. What it says beside its work is put where it belongs: an
//! estimate, preconditions and a confirmation on the first of them, verification on the last; what guards several is asked
//! once, on a group around them.

mod step;
mod undo;
mod work;

use std::collections::{BTreeSet, HashMap, HashSet};
use std::rc::Rc;
use std::sync::OnceLock;

use crate::diagnostic::Diagnostic;
use crate::graph::Graph;
use crate::plan::Plan;
use crate::plan::change::{Change, PhaseItem};
use crate::plan::id::Id;
use crate::plan::scenario::Scenario;
use crate::plan::target::Backup;
use crate::source::Span;

use super::coverage::Coverage;
use super::program::{Failure, Item, Node, Program, Work};

/// More items than this in one program are refused.
pub const MAX_ITEMS: usize = 100_000;

/// More items than this in all scenarios together are refused.
pub const MAX_ALL_ITEMS: usize = 500_000;

/// Blocks and calls in each other, deeper than this, are refused: everything that walks programs recurses.
const MAX_DEPTH: usize = 200;

/// Spells the forward run out.
pub fn forward<'p>(plan: &'p Plan, graph: &Graph, findings: &mut Vec<Diagnostic>) -> Program<'p> {
    let coverage = Coverage::default();
    let mut writer = Writer::new(plan, graph, &coverage, findings);
    writer.no_inverses();
    let mut nodes = Vec::new();
    let mut at = 0;
    let items = graph.forward();
    for phase in graph.phases() {
        let mut inside = Vec::new();
        while items.get(at).is_some_and(|item| item.phase == *phase) {
            match &plan.phases[*phase].items[items[at].index] {
                PhaseItem::Change(change) => inside.push(Node::Item(Box::new(writer.apply(*change)))),
                PhaseItem::Decision(decision) => inside.push(Node::Decision(*decision)),
                PhaseItem::Step(step) => writer.step(step, "", &mut inside),
            }
            at += 1;
        }
        nodes.push(Node::Phase { phase: *phase, nodes: inside });
    }
    writer.report(plan.header.name_span, &format!("the forward run of `{}`", plan.header.name));
    Program { nodes }
}

/// Spells every scenario out. `coverage` tells what the forward run saves.
pub fn scenarios<'p>(plan: &'p Plan, graph: &Graph, coverage: &Coverage, findings: &mut Vec<Diagnostic>) -> Vec<Program<'p>> {
    let mut writer = Writer::new(plan, graph, coverage, findings);
    let mut programs = Vec::with_capacity(plan.scenarios.len());
    for (id, scenario) in plan.scenarios.iter() {
        writer.begin(id);
        let nodes = writer.steps(&scenario.steps, "");
        writer.report(scenario.header.name_span, &format!("`{}`", scenario.header.name));
        programs.push(Program { nodes });
    }
    programs
}

/// Why a program was not spelled out to its end.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Excess {
    Items,
    AllItems,
    Depth,
}

struct Writer<'a, 'p> {
    plan: &'p Plan,
    graph: &'a Graph,
    coverage: &'a Coverage,
    /// What restoring a backup turns to undone, as far as it was asked.
    returned: HashMap<Id<Backup>, Rc<[Id<Change>]>>,
    /// Backups that the program itself has taken so far.
    own_takes: BTreeSet<Id<Backup>>,
    used: HashSet<String>,
    /// How often an id was wanted already.
    wanted: HashMap<String, usize>,
    /// Scenarios under way.
    path: Vec<Id<Scenario>>,
    depth: usize,
    items: usize,
    all_items: usize,
    excess: Option<Excess>,
    findings: &'a mut Vec<Diagnostic>,
}

impl<'a, 'p> Writer<'a, 'p> {
    fn new(plan: &'p Plan, graph: &'a Graph, coverage: &'a Coverage, findings: &'a mut Vec<Diagnostic>) -> Writer<'a, 'p> {
        Writer {
            plan,
            graph,
            coverage,
            returned: HashMap::new(),
            own_takes: BTreeSet::new(),
            used: HashSet::new(),
            wanted: HashMap::new(),
            path: Vec::new(),
            depth: 0,
            items: 0,
            all_items: 0,
            excess: None,
            findings,
        }
    }

    /// Begins a program of its own.
    fn begin(&mut self, scenario: Id<Scenario>) {
        self.own_takes.clear();
        self.used.clear();
        self.wanted.clear();
        self.path = vec![scenario];
        self.items = 0;
        self.excess = None;
    }

    /// Reports that the program which was just written is cut short.
    fn report(&mut self, span: Span, what: &str) {
        let (message, help) = match self.excess {
            None => return,
            Some(Excess::Items) => (format!("{what} comes to more than {MAX_ITEMS} steps"), "run each part once"),
            Some(Excess::AllItems) => (
                format!("up to {what}, the scenarios come to more than {MAX_ALL_ITEMS} steps together"),
                "take what they share into one scenario",
            ),
            Some(Excess::Depth) => (
                format!("the blocks and calls of {what} lie more than {MAX_DEPTH} deep in each other"),
                "take what lies deepest into a scenario of its own",
            ),
        };
        self.findings.push(Diagnostic::error("form/too-long", span, message, "spelled out from here").help(help));
    }

    /// Returns whether there is room for more.
    fn has_room(&mut self) -> bool {
        if self.items >= MAX_ITEMS {
            self.excess.get_or_insert(Excess::Items);
        } else if self.all_items >= MAX_ALL_ITEMS {
            self.excess.get_or_insert(Excess::AllItems);
        } else if self.depth > MAX_DEPTH {
            self.excess.get_or_insert(Excess::Depth);
        }
        self.excess.is_none()
    }

    /// Returns `wanted`, or `wanted-2` and so on where that is taken.
    fn id(&mut self, wanted: String) -> String {
        self.items += 1;
        self.all_items += 1;
        if self.used.insert(wanted.clone()) {
            return wanted;
        }
        let count = self.wanted.entry(wanted.clone()).or_insert(1);
        loop {
            *count += 1;
            let id = format!("{wanted}-{count}");
            if self.used.insert(id.clone()) {
                return id;
            }
        }
    }

    fn item(&mut self, id: String, title: String, span: Span, work: Work<'p>) -> Item<'p> {
        Item {
            id: self.id(id),
            title,
            span,
            work,
            change: None,
            undoes: Vec::new(),
            on: None,
            via: None,
            by: None,
            takes: None,
            guards: &[],
            needs: &[],
            confirm: None,
            dir: None,
            timeout: None,
            retry: None,
            verify: Vec::new(),
            applied: None,
            undone: None,
            after: Vec::new(),
            records: &[],
            effects: None,
            release: None,
            inverse: None,
            otherwise: Failure::Stop,
            notes: &[],
            links: &[],
            harm: OnceLock::new(),
        }
    }
}
