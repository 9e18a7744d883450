//! What a scenario, or the forward run, comes to: verbs spelled out, undo sets in order, calls inlined.
//!
//! The bundle writes a program down, the runbook describes it, rules and the clock walk it. A program borrows from the
//! plan; ids of items are unique in it and stable against edits elsewhere.

use std::sync::{Arc, OnceLock};

use super::harm::Plain;
use crate::effect::sql::Inverse;
use crate::plan::action::Code;
use crate::plan::change::{Change, Decision, Effects, Phase};
use crate::plan::check::{Check, Retry};
use crate::plan::id::Id;
use crate::plan::people::{Message, Role};
use crate::plan::scenario::{Guard, Need, Scenario};
use crate::plan::target::{Backup, Flag, Release, Target};
use crate::plan::value::{Duration, Place};
use crate::plan::{Link, Prose};
use crate::source::{Span, Spanned};

/// A program: nodes in the order in which they are carried out.
#[derive(Clone, Debug, Default)]
pub struct Program<'p> {
    pub nodes: Vec<Node<'p>>,
}

impl<'p> Program<'p> {
    /// Returns every item, depth first, fallbacks behind the items that they stand for.
    pub fn items(&self) -> Vec<&Item<'p>> {
        items(&self.nodes)
    }

    /// Calls `visit` with every item, in the order of `items`, and with whether it is surely come to when everything goes
    /// well: nothing guards it, and it stands in no option and in no fallback.
    pub fn each<'a>(&'a self, visit: &mut dyn FnMut(&'a Item<'p>, Sure)) {
        each(&self.nodes, Sure::Yes, visit);
    }

    /// Returns the changes that the program turns to undone.
    pub fn undone(&self) -> impl Iterator<Item = Id<Change>> {
        self.items().into_iter().flat_map(|item| {
            let own = item.change.filter(|(_, direction)| *direction == Direction::Undo).map(|(change, _)| change);
            own.into_iter().chain(item.undoes.iter().copied())
        })
    }
}

/// Returns every item below `nodes`, depth first, fallbacks behind the items that they stand for.
pub fn items<'a, 'p>(nodes: &'a [Node<'p>]) -> Vec<&'a Item<'p>> {
    let mut items = Vec::new();
    collect(nodes, &mut items);
    items
}

/// Whether an item is come to on every path.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Sure {
    Yes,
    No,
}

impl Sure {
    /// Returns whether what is guarded so is still sure.
    fn behind(self, guards: &[Guard]) -> Sure {
        if guards.is_empty() { self } else { Sure::No }
    }
}

fn each<'a, 'p>(nodes: &'a [Node<'p>], sure: Sure, visit: &mut dyn FnMut(&'a Item<'p>, Sure)) {
    for node in nodes {
        match node {
            Node::Item(item) => {
                visit(item, sure.behind(item.guards));
                if let Failure::Fallback(nodes) = &item.otherwise {
                    each(nodes, Sure::No, visit);
                }
            }
            Node::Phase { nodes, .. } | Node::Parallel { nodes, .. } => each(nodes, sure, visit),
            Node::Group { guards, nodes, .. } | Node::Call { guards, nodes, .. } => each(nodes, sure.behind(guards), visit),
            Node::Choose { options, .. } => options.iter().for_each(|option| each(&option.nodes, Sure::No, visit)),
            Node::Decision(_) => {}
        }
    }
}

fn collect<'a, 'p>(nodes: &'a [Node<'p>], items: &mut Vec<&'a Item<'p>>) {
    for node in nodes {
        match node {
            Node::Item(item) => {
                items.push(item);
                if let Failure::Fallback(nodes) = &item.otherwise {
                    collect(nodes, items);
                }
            }
            Node::Phase { nodes, .. } | Node::Group { nodes, .. } | Node::Call { nodes, .. } | Node::Parallel { nodes, .. } => {
                collect(nodes, items)
            }
            Node::Choose { options, .. } => options.iter().for_each(|option| collect(&option.nodes, items)),
            Node::Decision(_) => {}
        }
    }
}

#[derive(Clone, Debug)]
pub enum Node<'p> {
    /// Only in the forward run.
    Phase {
        phase: Id<Phase>,
        nodes: Vec<Node<'p>>,
    },
    Item(Box<Item<'p>>),
    /// A group of the author's; or a verb over several names whose guards are asked once, or that stands in a `parallel`.
    Group {
        id: String,
        title: &'p str,
        span: Span,
        rto: Option<Duration>,
        guards: &'p [Guard],
        needs: &'p [Need],
        /// Ids of siblings in a `parallel`.
        after: Vec<String>,
        nodes: Vec<Node<'p>>,
    },
    /// `run S` as a step; what S itself needs and whose approval it wants stand in the plan.
    Call {
        id: String,
        title: String,
        span: Span,
        scenario: Id<Scenario>,
        guards: &'p [Guard],
        needs: &'p [Need],
        /// Ids of siblings in a `parallel`.
        after: Vec<String>,
        /// What the author says that it takes as a whole.
        takes: Option<Duration>,
        nodes: Vec<Node<'p>>,
    },
    Parallel {
        id: String,
        span: Span,
        nodes: Vec<Node<'p>>,
    },
    Choose {
        id: String,
        title: &'p str,
        span: Span,
        several: bool,
        options: Vec<Choice<'p>>,
    },
    /// Only in the forward run.
    Decision(Id<Decision>),
}

/// One option of a `choose`.
#[derive(Clone, Debug)]
pub struct Choice<'p> {
    pub name: &'p str,
    pub title: &'p str,
    pub recommended: bool,
    pub guards: &'p [Guard],
    pub needs: &'p [Need],
    pub nodes: Vec<Node<'p>>,
}

/// Which way an item moves a change.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Direction {
    Apply,
    Undo,
}

/// One thing that is carried out, by a machine or a person.
#[derive(Clone, Debug)]
pub struct Item<'p> {
    /// The step's name, or a verb and what it is about: `undo-load-v2`; in an inlined call `run-part.undo-load-v2`.
    pub id: String,
    pub title: String,
    pub span: Span,
    pub work: Work<'p>,
    pub change: Option<(Id<Change>, Direction)>,
    /// Further changes that a restore turns to undone.
    pub undoes: Vec<Id<Change>>,
    pub on: Option<Id<Target>>,
    pub via: Option<Id<Target>>,
    pub by: Option<Id<Role>>,
    pub takes: Option<Duration>,
    pub guards: &'p [Guard],
    pub needs: &'p [Need],
    pub confirm: Option<&'p str>,
    pub dir: Option<&'p Place>,
    pub timeout: Option<Duration>,
    pub retry: Option<Retry>,
    pub verify: Vec<Id<Check>>,
    pub applied: Option<Id<Check>>,
    pub undone: Option<Id<Check>>,
    /// Ids of siblings in a `parallel`.
    pub after: Vec<String>,
    pub records: &'p [(String, Spanned<String>)],
    /// What the change that it applies declares, or the step itself. What it takes back is declared by the changes that it
    /// undoes, and holds the other way round.
    pub effects: Option<&'p Effects>,
    /// The release that this deploys.
    pub release: Option<Id<Release>>,
    /// The SQL that takes its change back, where rbk derives it; none where that has been refused.
    pub inverse: Option<Arc<Code>>,
    pub otherwise: Failure<'p>,
    pub notes: &'p [Prose],
    pub links: &'p [Link],
    /// What its code plainly destroys first, once somebody has asked (`harm`).
    pub(super) harm: OnceLock<Option<Plain>>,
}

/// What an item does. A deploy is the work of its release's `deploy`.
#[derive(Clone, Copy, Debug)]
pub enum Work<'p> {
    Sql(&'p Code),
    Shell(&'p Code),
    /// Instructions beside the title, where there are any.
    Manual(Option<&'p Prose>),
    Edit {
        path: &'p str,
        content: &'p Code,
    },
    /// Takes an edit back: the content that was saved when it was made.
    Unedit {
        path: &'p str,
        content: &'p Code,
    },
    Restore(Id<Backup>),
    Take(Id<Backup>),
    Capture(Id<Check>),
    Verify(Id<Check>),
    Show(Id<Check>),
    Set {
        flag: Id<Flag>,
        value: &'p str,
    },
    /// Back to the value that was read when the flag was set.
    Unset {
        flag: Id<Flag>,
    },
    Send(Id<Message>),
    /// The inverse of the change's SQL: the item's `inverse`.
    Inverse,
    /// Nothing is left to do: a finding has said why.
    Nothing,
}

/// Returns the inverse of a change's SQL, as its author would have written it.
pub fn inverse(code: &Code, inverse: &Inverse) -> Code {
    Code { text: inverse.statements.iter().fold(String::new(), |all, statement| all + statement + "\n"), ..code.clone() }
}

/// What follows when an item fails for good.
#[derive(Clone, Debug)]
pub enum Failure<'p> {
    Stop,
    Continue,
    Run(Id<Scenario>),
    Fallback(Vec<Node<'p>>),
}
