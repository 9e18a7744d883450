//! Steps, numbered, each with who, how long, what to do, and what to look at before and after.
//!
//! Headings have two levels, whatever lies in what: the number says where a step belongs. `3.2` lies in 3, `3a` is an option
//! of 3, `3F` is what is done when 3 failed.

use crate::analysis::program::{Choice, Direction, Failure, Item, Node};
use crate::plan::change::{Change, Effects};
use crate::plan::id::Id;
use crate::plan::scenario::{Guard, Need, Scenario};
use crate::plan::target::Target;
use crate::plan::value::Duration;
use crate::source::{Span, Spanned};

use super::Book;
use super::markdown::{Page, code, link, outside_link, place, text};
use super::parts::{Part, alike};
use super::words::{anchor, and, duration, linked, retry};

/// The level of the headings of steps that lie in nothing; all others are one below.
const TOP: usize = 3;

/// Writes the steps of one scenario, or of a part.
pub struct Steps<'b, 'p> {
    pub book: &'b Book<'p>,
    /// The scenario whose program it is.
    pub owner: Id<Scenario>,
    /// What the anchors of the steps begin with: the name of the scenario, or of the part.
    pub name: &'b str,
    /// What the ids of the steps begin with, where it is a part.
    pub prefix: &'b str,
}

/// A step's place on the page: its number, the level of its heading, and the numbers of its siblings by their ids.
struct Place<'a> {
    number: &'a str,
    level: usize,
    siblings: &'a [(&'a str, String)],
}

/// Returns the number of what is done when a step failed.
pub fn fallback(number: &str) -> String {
    format!("{number}F")
}

fn within(rto: Duration) -> String {
    format!("**Has to be done within** {}", duration(rto))
}

/// Returns the number of an option.
pub fn option(number: &str, count: usize) -> String {
    match u8::try_from(count) {
        Ok(count @ 0..26) => format!("{number}{}", char::from(b'a' + count)),
        _ => format!("{number}a{count}"),
    }
}

/// Returns the id of a node.
pub fn id_of<'n>(node: &'n Node) -> &'n str {
    match node {
        Node::Item(item) => &item.id,
        Node::Group { id, .. } | Node::Call { id, .. } | Node::Parallel { id, .. } | Node::Choose { id, .. } => id,
        Node::Phase { .. } | Node::Decision(_) => "",
    }
}

/// A group that is all there is, and that nothing guards: it needs no heading within one that says the same. Its id, its
/// RTO, and what lies in it.
pub fn lone_group<'n, 'p>(nodes: &'n [Node<'p>]) -> Option<(&'n str, Option<Duration>, &'n [Node<'p>])> {
    match nodes {
        [Node::Group { id, rto, guards: [], needs: [], nodes, .. }] => Some((id, *rto, nodes)),
        _ => None,
    }
}

/// What lies in nodes, without a group that is all of them.
pub fn bare<'n, 'p>(nodes: &'n [Node<'p>]) -> &'n [Node<'p>] {
    lone_group(nodes).map_or(nodes, |(_, _, nodes)| nodes)
}

impl Steps<'_, '_> {
    /// Writes what is said of a group that has no heading of its own.
    pub fn lone(&self, page: &mut Page, nodes: &[Node]) {
        if let Some((id, rto, _)) = lone_group(nodes) {
            page.block(&place(&self.anchor(id)));
            page.list(&rto.map(within).into_iter().collect::<Vec<_>>());
        }
        if let [Node::Group { span, .. }] = nodes {
            self.remarks(page, span, "");
        }
    }

    /// Writes what an author adds to a step that holds others, or to an option of it.
    fn remarks(&self, page: &mut Page, span: &Span, option: &str) {
        if let Some((notes, links)) = self.book.remarks.get(&(*span, option)) {
            self.book.remarks(notes, links, page);
        }
    }

    /// Writes nodes, numbered from 1 behind `prefix`.
    pub fn write(&self, page: &mut Page, nodes: &[Node], prefix: &str) {
        self.nodes(page, nodes, prefix, TOP);
    }

    /// The anchor of the step with this id.
    pub fn anchor(&self, id: &str) -> String {
        anchor("step", &format!("{}.{}", self.name, id.strip_prefix(self.prefix).unwrap_or(id)))
    }

    fn nodes(&self, page: &mut Page, nodes: &[Node], prefix: &str, level: usize) {
        let numbers: Vec<(&str, String)> = nodes.iter().zip(1..).map(|(node, count)| (id_of(node), format!("{prefix}{count}"))).collect();
        for (node, (_, number)) in nodes.iter().zip(&numbers) {
            self.node(page, node, &Place { number, level, siblings: &numbers });
        }
    }

    /// Writes what lies in something, under a heading of `level`. Their own headings may be of the same level, and tell nobody
    /// that they lie in it.
    fn inside(&self, page: &mut Page, nodes: &[Node], number: &str, level: usize) {
        if level > TOP || nodes.is_empty() {
            page.block(&match nodes.len() {
                0 => "There is nothing to do.".to_owned(),
                1 => format!("Do {number}.1."),
                last => format!("Do {number}.1 to {number}.{last}."),
            });
        }
        self.nodes(page, nodes, &format!("{number}."), TOP + 1);
    }

    fn node(&self, page: &mut Page, node: &Node, place: &Place) {
        match node {
            Node::Item(item) => self.item(page, item, place),
            Node::Group { id, title, span, rto, guards, needs, after, nodes } => {
                self.heading(page, place, &text(title), id);
                let mut lines = self.conditions(guards, needs, after, place);
                lines.extend(rto.map(within));
                page.list(&lines);
                self.remarks(page, span, "");
                self.inside(page, nodes, place.number, place.level);
            }
            Node::Call { .. } => self.call(page, node, place),
            Node::Parallel { id, span, nodes } => {
                self.heading(page, place, "Side by side", id);
                self.remarks(page, span, "");
                page.block("Do these at the same time. Go on when all are done.");
                self.inside(page, nodes, place.number, place.level);
            }
            Node::Choose { id, title, span, several, options } => {
                self.heading(page, place, &text(title), id);
                self.remarks(page, span, "");
                self.options(page, (id, span), *several, options, place.number);
            }
            // Only in the forward run.
            Node::Phase { .. } | Node::Decision(_) => {}
        }
    }

    /// Writes a call: the steps of a part, or where they stand.
    fn call(&self, page: &mut Page, node: &Node, place: &Place) {
        let Node::Call { id, title, span, scenario, guards, needs, after, takes, nodes } = node else { return };
        let book = self.book;
        let called = &book.plan.scenarios[*scenario];
        let part = book.parts.get(scenario.index()).and_then(Option::as_ref);
        if let Some(Part::Inline { scenario: home, call }) = part
            && (*home, *call) == (self.owner, id.as_str())
        {
            page.block(&super::markdown::place(&anchor("scenario", &called.header.name)));
        }
        self.heading(page, place, &text(title), id);
        let mut lines = self.conditions(guards, needs, after, place);
        match book.alone(*scenario).filter(|alone| alike(alone.nodes, nodes)) {
            Some(alone) => {
                let letter = &alone.letter;
                let long = takes.map_or_else(|| book.time(*scenario).long(), duration);
                lines.push(format!("**Takes:** {long}"));
                page.list(&lines);
                self.remarks(page, span, "");
                let there = link(&format!("part {letter}"), &anchor("scenario", &called.header.name));
                page.block(&format!("Do {there}, steps {letter}1 to {letter}{}. Then come back here.", bare(nodes).len()));
            }
            None => {
                lines.extend(book.needs(&called.needs).iter().map(|need| format!("**Must hold first:** {need}")));
                lines.extend(called.approve.as_ref().map(|approval| format!("**Approval:** {}", book.approver(approval))));
                page.list(&lines);
                self.remarks(page, span, "");
                if let Some(summary) = &called.summary {
                    page.block(&book.prose(summary));
                }
                book.remarks(&called.header.notes, &called.header.links, page);
                self.lone(page, nodes);
                self.inside(page, bare(nodes), place.number, place.level);
            }
        }
    }

    fn options(&self, page: &mut Page, (id, span): (&str, &Span), several: bool, options: &[Choice], number: &str) {
        page.block(if several { "Choose one or more:" } else { "Choose one:" });
        let anchor = |option: &Choice| self.anchor(&format!("{id}.{}", option.name));
        let title = |option: &Choice| format!("{}{}", text(option.title), if option.recommended { " (recommended)" } else { "" });
        let lines: Vec<String> =
            options.iter().enumerate().map(|(at, it)| format!("{}: {}", link(&self::option(number, at), &anchor(it)), title(it))).collect();
        page.list(&lines);
        for (count, option) in options.iter().enumerate() {
            let number = self::option(number, count);
            page.heading(TOP + 1, &format!("{number}. If you chose: {}", title(option)), &anchor(option));
            page.list(&self.conditions(option.guards, option.needs, &[], &Place { number: &number, level: TOP + 1, siblings: &[] }));
            self.remarks(page, span, option.name);
            self.inside(page, &option.nodes, &number, TOP + 1);
        }
    }

    fn heading(&self, page: &mut Page, place: &Place, title: &str, id: &str) {
        page.heading(place.level, &format!("{}. {title}", place.number), &self.anchor(id));
    }

    fn conditions(&self, guards: &[Guard], needs: &[Need], after: &[String], place: &Place) -> Vec<String> {
        let guards = self.book.guards(guards);
        let mut lines = Vec::new();
        if !guards.is_empty() {
            lines.push(format!("**Only if** {}; otherwise skip this", and(&guards)));
        }
        lines.extend(self.book.needs(needs).iter().map(|need| format!("**Must hold first:** {need}")));
        if !after.is_empty() {
            let number = |id: &String| {
                place.siblings.iter().find(|(sibling, _)| sibling == id).map_or_else(|| code(id), |(_, number)| number.clone())
            };
            lines.push(format!("**Not before** {} is done", and(&after.iter().map(number).collect::<Vec<_>>())));
        }
        lines
    }

    fn item(&self, page: &mut Page, item: &Item, place: &Place) {
        self.heading(page, place, &text(&item.title), &item.id);
        page.block(&self.who(item));
        let mut before = self.conditions(item.guards, item.needs, &item.after, place);
        before.extend(self.only_if_begun(item));
        before.extend(item.confirm.map(|confirm| format!("**Stop. Confirm:** {}", self.book.words(confirm))));
        page.list(&before);
        self.book.work(page, item);
        page.list(&self.afterwards(item, place.number));
        if let Failure::Fallback(nodes) = &item.otherwise {
            self.fallback(page, item, nodes, place.number);
        }
    }

    /// What is taken back has to be there; nothing is said where a scenario only applies when it is.
    fn only_if_begun(&self, item: &Item) -> Option<String> {
        let book = self.book;
        let changes = undone(item);
        let surely = |change: &Id<Change>| {
            let first = book.facts.applies(self.owner).start;
            self.prefix.is_empty() && !book.is_part(self.owner) && book.graph.rank(*change) * 2 < first
        };
        if changes.is_empty() || changes.iter().any(surely) {
            return None;
        }
        let titles: Vec<String> = changes.iter().map(|change| format!("“{}”", text(&book.plan.changes[*change].header.title))).collect();
        Some(match titles.as_slice() {
            [one] => format!("**Only if** {one} was begun; otherwise skip this"),
            all => format!("**Only if** one of these was begun: {}; otherwise skip this", all.join(", ")),
        })
    }

    /// Writes what is done when an item failed. A choice that is all of it needs no heading of its own.
    fn fallback(&self, page: &mut Page, item: &Item, nodes: &[Node], failed: &str) {
        let number = fallback(failed);
        let anchor = self.anchor(&format!("{}.else", item.id));
        let title = format!("{number}. Only if step {failed} failed");
        let again: Vec<String> = item.verify.iter().map(|check| linked("check", &self.book.plan.checks[*check].header)).collect();
        let again = if again.is_empty() { String::new() } else { format!("Afterwards ask again: {}.", and(&again)) };
        match nodes {
            [Node::Choose { id, title: question, span, several, options }] => {
                page.block(&place(&self.anchor(id)));
                page.heading(TOP + 1, &format!("{title}: {}", text(question)), &anchor);
                self.remarks(page, span, "");
                page.block(&again);
                self.options(page, (id, span), *several, options, &number);
            }
            nodes => {
                page.heading(TOP + 1, &title, &anchor);
                page.block(&format!("{} {again}", if nodes.len() == 1 { "Do this step." } else { "Do these steps." }));
                self.nodes(page, nodes, &format!("{number}."), TOP + 1);
            }
        }
    }

    /// Who, how long, on what.
    fn who(&self, item: &Item) -> String {
        let plan = self.book.plan;
        let target = |label: &str, target: Id<Target>| format!("**{label}:** {}", linked("target", &plan.targets[target].header));
        let mut parts = vec![format!("**Who:** {}", self.book.doer(item))];
        parts.extend(item.takes.filter(|takes| takes.seconds > 0).map(|takes| format!("**Takes:** {}", duration(takes))));
        parts.extend(item.on.map(|on| target("On", on)));
        parts.extend(item.via.filter(|via| item.on != Some(*via)).map(|via| target("From", via)));
        parts.join(" · ")
    }

    /// What the step changes besides, what to look at, and what to do when it fails.
    fn afterwards(&self, item: &Item, number: &str) -> Vec<String> {
        let book = self.book;
        let plan = book.plan;
        let mut lines = self.consequences(item);
        let checks: Vec<String> = item.verify.iter().map(|check| linked("check", &plan.checks[*check].header)).collect();
        if !checks.is_empty() {
            lines.push(format!("**Then check:** {}. The answer has to be yes", and(&checks)));
        }
        for (question, slot) in item.records {
            lines.push(format!("**Write down:** {} (for {} in messages)", text(question), code(&format!("{{{{{}}}}}", slot.value))));
        }
        lines.extend(item.retry.map(|tries| format!("Try again {}", retry(tries))));
        lines.extend(item.timeout.map(|timeout| format!("Give up after {}", duration(timeout))));
        lines.extend(item.notes.iter().map(|note| book.labelled("Note", note)));
        lines.extend(item.links.iter().map(|link| outside_link(&link.title, &link.url)));
        match &item.otherwise {
            Failure::Stop => {}
            Failure::Continue => lines.push("**If it fails:** note it and go on".to_owned()),
            Failure::Run(scenario) => {
                let scenario = linked("scenario", &plan.scenarios[*scenario].header);
                lines.push(format!("**If it fails:** leave this scenario for good and run {scenario}"));
            }
            Failure::Fallback(_) => {
                let instead = link(&fallback(number), &self.anchor(&format!("{}.else", item.id)));
                lines.push(format!("**If it fails:** do {instead} instead"));
            }
        }
        lines
    }

    /// Returns whether a change may have been begun where the scenario applies; of a part nobody knows.
    fn may_stand(&self, change: Id<Change>) -> bool {
        let facts = self.book.facts;
        facts.is_part(self.owner) || self.book.graph.begun(change) < facts.applies(self.owner).end
    }

    fn consequences(&self, item: &Item) -> Vec<String> {
        let plan = self.book.plan;
        let mut lines = Vec::new();
        let undoes: Vec<String> =
            item.undoes.iter().filter(|change| self.may_stand(**change)).map(|change| text(&plan.changes[*change].header.title)).collect();
        if !undoes.is_empty() {
            lines.push(format!("Takes back with it, so that their own undos are not needed: {}", undoes.join("; ")));
        }
        let mut thawed: Vec<Id<Target>> = Vec::new();
        for change in undone(item) {
            thawed.extend(plan.changes[change].effects.freezes.iter().map(|target| target.value));
        }
        let effects = item.effects.cloned().unwrap_or_default();
        thawed.extend(effects.thaws.iter().map(|target| target.value));
        lines.extend(self.effects(&effects, &thawed));
        lines
    }

    /// What the author says that a step does to the world.
    fn effects(&self, effects: &Effects, thawed: &[Id<Target>]) -> Vec<String> {
        let plan = self.book.plan;
        let writers = |ids: &[Spanned<Id<crate::plan::target::Writer>>]| {
            ids.iter().map(|id| text(&plan.writers[id.value].header.title)).collect::<Vec<_>>().join(", ")
        };
        let targets = |ids: &[Id<Target>]| {
            let mut titles: Vec<String> = Vec::new();
            for id in ids {
                let title = text(&plan.targets[*id].header.title);
                if !titles.contains(&title) {
                    titles.push(title);
                }
            }
            titles.join(", ")
        };
        let frozen: Vec<Id<Target>> = effects.freezes.iter().map(|target| target.value).collect();
        let objects: Vec<String> = effects.destroys.iter().map(|name| code(&name.value)).collect();
        [
            ("From here on writes are held back from", targets(&frozen)),
            ("From here on writes go through again to", targets(thawed)),
            ("Stops", writers(&effects.stops)),
            ("Starts", writers(&effects.starts)),
            ("**Destroys** (claimed by the author)", objects.join(", ")),
        ]
        .into_iter()
        .filter(|(_, what)| !what.is_empty())
        .map(|(words, what)| format!("{words}: {what}"))
        .collect()
    }
}

/// The changes that an item takes back.
fn undone(item: &Item) -> Vec<Id<Change>> {
    let own = item.change.filter(|(_, direction)| *direction == Direction::Undo).map(|(change, _)| change);
    own.into_iter().chain(item.undoes.iter().copied()).collect()
}

impl Book<'_> {
    /// Who does an item.
    pub fn doer(&self, item: &Item) -> String {
        item.by.map_or("the operator".to_owned(), |role| linked("role", &self.plan.roles[role].header))
    }
}
