//! Parts: scenarios that only others run. Each is written once.
//!
//! A part that several scenarios run, and that is long, gets a chapter of its own, with a letter; the scenarios send their
//! readers there and back. Any other is written where it is run: to turn the page for three steps costs more than it saves.

use crate::analysis::program::{Failure, Item, Node, Work, items};
use crate::plan::id::Id;
use crate::plan::scenario::Scenario;

use super::Book;

/// More steps than this are not written twice.
const SHORT: usize = 3;

/// Where the steps of a part stand on the page.
pub enum Part<'p> {
    /// In a chapter of its own.
    Alone(Alone<'p>),
    /// Where it is run: first in this scenario, by the call with this id.
    Inline { scenario: Id<Scenario>, call: &'p str },
}

/// A chapter of its own.
pub struct Alone<'p> {
    /// `A`, `B` and so on, before the numbers of its steps.
    pub letter: String,
    pub nodes: &'p [Node<'p>],
    /// The scenario whose program the nodes are of, and what their ids begin with there.
    pub owner: Id<Scenario>,
    pub prefix: String,
    /// The scenarios and parts that do it.
    pub users: Vec<Id<Scenario>>,
}

/// A call of a part.
struct Call<'p> {
    /// The scenario or part that it is written in.
    user: Id<Scenario>,
    owner: Id<Scenario>,
    id: &'p str,
    nodes: &'p [Node<'p>],
}

/// Returns where each scenario that is a part stands, by scenario; `None` for those that people start.
pub fn parts<'p>(book: &Book<'p>) -> Vec<Option<Part<'p>>> {
    let mut calls: Vec<Vec<Call<'p>>> = book.plan.scenarios.ids().map(|_| Vec::new()).collect();
    for (id, _) in book.scenarios() {
        collect(&book.program(id).nodes, id, id, &mut calls);
    }
    let mut letters = 0;
    let place = |(id, calls): (Id<Scenario>, &Vec<Call<'p>>)| {
        if !book.is_part(id) {
            return None;
        }
        let Some(first) = calls.first() else {
            letters += 1;
            let nodes = book.program(id).nodes.as_slice();
            return Some(Part::Alone(Alone { letter: letter(letters - 1), nodes, owner: id, prefix: String::new(), users: Vec::new() }));
        };
        let mut users: Vec<Id<Scenario>> = calls.iter().filter(|call| alike(first.nodes, call.nodes)).map(|call| call.user).collect();
        if users.len() == 1 || items(first.nodes).len() <= SHORT {
            return Some(Part::Inline { scenario: first.owner, call: first.id });
        }
        users.dedup();
        letters += 1;
        let prefix = format!("{}.", first.id);
        Some(Part::Alone(Alone { letter: letter(letters - 1), nodes: first.nodes, owner: first.owner, prefix, users }))
    };
    book.plan.scenarios.ids().zip(&calls).map(place).collect()
}

/// Notes every call below `nodes`. What a part itself runs is noted once.
fn collect<'p>(nodes: &'p [Node<'p>], owner: Id<Scenario>, user: Id<Scenario>, calls: &mut [Vec<Call<'p>>]) {
    for node in nodes {
        match node {
            Node::Call { id, scenario, nodes, .. } => {
                let known = &mut calls[scenario.index()];
                let again = known.first().is_some_and(|first| alike(first.nodes, nodes));
                known.push(Call { user, owner, id, nodes });
                if !again {
                    collect(nodes, owner, *scenario, calls);
                }
            }
            Node::Item(item) => {
                if let Failure::Fallback(nodes) = &item.otherwise {
                    collect(nodes, owner, user, calls);
                }
            }
            Node::Group { nodes, .. } | Node::Parallel { nodes, .. } | Node::Phase { nodes, .. } => collect(nodes, owner, user, calls),
            Node::Choose { options, .. } => options.iter().for_each(|option| collect(&option.nodes, owner, user, calls)),
            Node::Decision(_) => {}
        }
    }
}

/// Returns whether two programs that were spelled out from the same text say the same: who does it, and what a restore
/// brings back, may depend on who runs them.
pub fn alike(left: &[Node<'_>], right: &[Node<'_>]) -> bool {
    left.len() == right.len() && left.iter().zip(right).all(|(left, right)| same(left, right))
}

fn same(left: &Node<'_>, right: &Node<'_>) -> bool {
    match (left, right) {
        (Node::Item(left), Node::Item(right)) => {
            same_item(left, right)
                && match (&left.otherwise, &right.otherwise) {
                    (Failure::Fallback(left), Failure::Fallback(right)) => alike(left, right),
                    (left, right) => std::mem::discriminant(left) == std::mem::discriminant(right),
                }
        }
        (Node::Group { span: at, nodes: left, .. }, Node::Group { span, nodes: right, .. })
        | (Node::Parallel { span: at, nodes: left, .. }, Node::Parallel { span, nodes: right, .. })
        | (Node::Call { span: at, nodes: left, .. }, Node::Call { span, nodes: right, .. }) => at == span && alike(left, right),
        (Node::Choose { span: at, options: left, .. }, Node::Choose { span, options: right, .. }) => {
            at == span && left.len() == right.len() && left.iter().zip(right).all(|(left, right)| alike(&left.nodes, &right.nodes))
        }
        _ => false,
    }
}

fn same_item(left: &Item<'_>, right: &Item<'_>) -> bool {
    let what = |item: &Item<'_>| match item.work {
        Work::Restore(backup) | Work::Take(backup) => Some(backup.index()),
        Work::Capture(check) | Work::Verify(check) | Work::Show(check) => Some(check.index()),
        Work::Send(message) => Some(message.index()),
        Work::Set { flag, .. } | Work::Unset { flag } => Some(flag.index()),
        _ => None,
    };
    left.span == right.span
        && left.title == right.title
        && (left.by, left.on, left.via, left.takes) == (right.by, right.on, right.via, right.takes)
        && (&left.undoes, &left.verify, left.release) == (&right.undoes, &right.verify, right.release)
        && std::mem::discriminant(&left.work) == std::mem::discriminant(&right.work)
        && what(left) == what(right)
}

/// `A` to `Z`, then `A26` and so on.
fn letter(count: usize) -> String {
    match u8::try_from(count) {
        Ok(count @ 0..26) => char::from(b'A' + count).to_string(),
        _ => format!("A{count}"),
    }
}
