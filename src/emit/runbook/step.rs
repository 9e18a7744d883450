//! Steps, numbered, each with who, how long, what to do, and what to look at before and after.

use crate::analysis::program::{Choice, Direction, Failure, Item, Node};
use crate::plan::Prose;
use crate::plan::change::{Change, Effects};
use crate::plan::id::Id;
use crate::plan::scenario::{Guard, Need};
use crate::plan::target::Target;
use crate::source::Spanned;

use super::Book;
use super::markdown::{Page, code, outside_link, text};
use super::words::{anchor, and, duration, linked, retry};

/// Writes the steps of one scenario.
pub struct Steps<'b, 'p> {
    pub book: &'b Book<'p>,
    /// What the anchors of the steps begin with: the scenario's name.
    pub anchor: &'b str,
}

/// A step's place on the page: its number, the level of its heading, and the numbers of its siblings by their ids.
struct Place<'a> {
    number: &'a str,
    level: usize,
    siblings: &'a [(&'a str, String)],
}

/// Returns the level of the headings below a heading of `level`; Markdown has six.
fn below(level: usize) -> usize {
    (level + 1).min(6)
}

impl Steps<'_, '_> {
    /// Writes nodes, numbered from 1 behind `prefix`, under a heading of `level`.
    pub fn write(&self, page: &mut Page, nodes: &[Node], prefix: &str, level: usize) {
        let numbers: Vec<(&str, String)> = nodes.iter().zip(1..).map(|(node, count)| (id_of(node), format!("{prefix}{count}"))).collect();
        for (node, (_, number)) in nodes.iter().zip(&numbers) {
            self.node(page, node, &Place { number, level: below(level), siblings: &numbers });
        }
    }

    fn node(&self, page: &mut Page, node: &Node, place: &Place) {
        let book = self.book;
        let plan = book.plan;
        let inside = format!("{}.", place.number);
        match node {
            Node::Item(item) => self.item(page, item, place),
            Node::Phase { phase, nodes } => {
                self.heading(page, place, &plan.phases[*phase].header.title, &plan.phases[*phase].header.name);
                self.write(page, nodes, &inside, place.level);
            }
            Node::Group { id, title, rto, guards, needs, nodes, .. } => {
                self.heading(page, place, title, id);
                let mut lines = self.conditions(guards, needs);
                lines.extend(rto.map(|rto| format!("**Has to be done within** {}", duration(rto))));
                page.list(&lines);
                self.write(page, nodes, &inside, place.level);
            }
            Node::Call { id, title, scenario, guards, needs, nodes, .. } => {
                let called = &plan.scenarios[*scenario];
                self.heading(page, place, title, id);
                let mut lines = self.conditions(guards, needs);
                lines.extend(book.needs(&called.needs).iter().map(|need| format!("**Must hold first:** {need}")));
                lines.extend(
                    called
                        .approve
                        .as_ref()
                        .map(|approval| format!("**Approval:** {}", linked("role", &plan.roles[approval.by.value].header))),
                );
                page.list(&lines);
                self.write(page, nodes, &inside, place.level);
            }
            Node::Parallel { id, nodes, .. } => {
                self.heading(page, place, "Side by side", id);
                page.block("Do these at the same time. Go on when all are done.");
                self.write(page, nodes, &inside, place.level);
            }
            Node::Choose { id, title, several, options, .. } => {
                self.heading(page, place, title, id);
                page.block(if *several { "Choose one or more:" } else { "Choose one:" });
                self.options(page, id, options, place);
            }
            Node::Decision(decision) => {
                let decision = &plan.decisions[*decision];
                self.heading(page, place, &decision.header.title, &decision.header.name);
                page.list(&[format!("**Decides:** {}", linked("role", &plan.roles[decision.by.value].header))]);
            }
        }
    }

    fn options(&self, page: &mut Page, id: &str, options: &[Choice], place: &Place) {
        let level = below(place.level);
        for (count, option) in options.iter().enumerate() {
            let number = format!("{}{}", place.number, letter(count));
            let recommended = if option.recommended { " (recommended)" } else { "" };
            let place = Place { number: &number, level, siblings: &[] };
            self.heading(page, &place, &format!("{}{recommended}", option.title), &format!("{id}.{}", option.name));
            page.list(&self.conditions(option.guards, option.needs));
            self.write(page, &option.nodes, &format!("{number}."), level);
        }
    }

    fn heading(&self, page: &mut Page, place: &Place, title: &str, id: &str) {
        page.heading(place.level, &format!("{}. {}", place.number, text(title)), &anchor("step", &format!("{}.{id}", self.anchor)));
    }

    fn conditions(&self, guards: &[Guard], needs: &[Need]) -> Vec<String> {
        let guards = self.book.guards(guards);
        let mut lines = Vec::new();
        if !guards.is_empty() {
            lines.push(format!("**Only if** {}; otherwise skip this", and(&guards)));
        }
        lines.extend(self.book.needs(needs).iter().map(|need| format!("**Must hold first:** {need}")));
        lines
    }

    fn item(&self, page: &mut Page, item: &Item, place: &Place) {
        self.heading(page, place, &item.title, &item.id);
        page.block(&self.who(item));
        let mut before = self.conditions(item.guards, item.needs);
        if !item.after.is_empty() {
            let number = |id: &String| {
                place.siblings.iter().find(|(sibling, _)| sibling == id).map_or_else(|| code(id), |(_, number)| number.clone())
            };
            before.push(format!("**Not before** {} is done", and(&item.after.iter().map(number).collect::<Vec<_>>())));
        }
        before.extend(item.confirm.map(|confirm| format!("**Stop. Confirm:** {}", text(confirm))));
        page.list(&before);
        self.book.work(page, item);
        page.list(&self.afterwards(item, place.number));
        if let Failure::Fallback(nodes) = &item.otherwise {
            let number = format!("{}F", place.number);
            let level = below(place.level);
            self.heading(
                page,
                &Place { number: &number, level, siblings: &[] },
                &format!("Only if step {} failed", place.number),
                &format!("{}.else", item.id),
            );
            self.write(page, nodes, &format!("{number}."), level);
        }
    }

    /// Who, how long, on what.
    fn who(&self, item: &Item) -> String {
        let plan = self.book.plan;
        let target = |label: &str, target: Id<Target>| format!("**{label}:** {}", linked("target", &plan.targets[target].header));
        let mut parts = vec![match item.by {
            Some(role) => format!("**Who:** {}", linked("role", &plan.roles[role].header)),
            None => "**Who:** the operator".to_owned(),
        }];
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
            Failure::Fallback(_) => lines.push(format!("**If it fails:** do {number}F instead")),
        }
        lines
    }

    fn consequences(&self, item: &Item) -> Vec<String> {
        let plan = self.book.plan;
        let mut lines = Vec::new();
        if !item.undoes.is_empty() {
            let undoes: Vec<String> = item.undoes.iter().map(|change| text(&plan.changes[*change].header.title)).collect();
            lines.push(format!("Takes back with it, so that their own undos are not needed: {}", undoes.join("; ")));
        }
        let undone = item.change.filter(|(_, direction)| *direction == Direction::Undo).map(|(change, _)| change);
        let thawed: Vec<Spanned<Id<Target>>> =
            undone.iter().chain(&item.undoes).flat_map(|change: &Id<Change>| plan.changes[*change].effects.freezes.clone()).collect();
        if !thawed.is_empty() {
            lines.push(format!("From here on writes are taken again by: {}", self.targets(&thawed)));
        }
        lines.extend(item.effects.map(|effects| self.effects(effects)).unwrap_or_default());
        lines
    }

    /// What the author says that a step does to the world.
    fn effects(&self, effects: &Effects) -> Vec<String> {
        let plan = self.book.plan;
        let writers = |ids: &[Spanned<Id<crate::plan::target::Writer>>]| {
            ids.iter().map(|id| text(&plan.writers[id.value].header.title)).collect::<Vec<_>>().join(", ")
        };
        let objects: Vec<String> = effects.destroys.iter().map(|name| code(&name.value)).collect();
        [
            ("From here on no writes are taken by", self.targets(&effects.freezes)),
            ("From here on writes are taken again by", self.targets(&effects.thaws)),
            ("Stops", writers(&effects.stops)),
            ("Starts", writers(&effects.starts)),
            ("**Destroys** (claimed by the author)", objects.join(", ")),
        ]
        .into_iter()
        .filter(|(_, what)| !what.is_empty())
        .map(|(words, what)| format!("{words}: {what}"))
        .collect()
    }

    fn targets(&self, ids: &[Spanned<Id<Target>>]) -> String {
        ids.iter().map(|id| text(&self.book.plan.targets[id.value].header.title)).collect::<Vec<_>>().join(", ")
    }
}

/// `a` to `z`, then `a26` and so on.
fn letter(count: usize) -> String {
    match u8::try_from(count) {
        Ok(count @ 0..26) => char::from(b'a' + count).to_string(),
        _ => format!("a{count}"),
    }
}

/// The id by which siblings name a node.
fn id_of<'n>(node: &'n Node) -> &'n str {
    match node {
        Node::Item(item) => &item.id,
        Node::Group { id, .. } | Node::Call { id, .. } | Node::Parallel { id, .. } | Node::Choose { id, .. } => id,
        Node::Phase { .. } | Node::Decision(_) => "",
    }
}

impl Book<'_> {
    /// A labelled list item: text on the same line, authored Markdown below it.
    pub fn labelled(&self, label: &str, prose: &Prose) -> String {
        let body = self.prose(prose);
        if self.is_authored(prose) { format!("**{label}:**\n\n{body}") } else { format!("**{label}:** {body}") }
    }
}
