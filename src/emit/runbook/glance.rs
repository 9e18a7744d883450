//! The steps of a scenario side by side, to be ticked off: who, how long, when at the latest, and room for when it was.

use std::collections::HashSet;

use crate::analysis::program::{Failure, Item, Node, Program, items};
use crate::analysis::schedule::{Schedule, offsets};
use crate::analysis::time::critical_path;
use crate::plan::value::{Duration, Instant, said};

use super::Book;
use super::markdown::{Page, Table, link, text};
use super::parts::alike;
use super::step::{Steps, bare, fallback, lone_group, option};
use super::words::{anchor, duration};

/// Fewer rows than this are seen without a table.
const FEW: usize = 2;

struct Glance<'b, 'p> {
    book: &'b Book<'p>,
    steps: &'b Steps<'b, 'p>,
    times: Schedule,
    /// The ids of the steps on the longest way.
    longest: HashSet<String>,
    table: Table,
    rows: usize,
    /// Whether a step beside the longest way was written.
    beside: bool,
}

/// Writes the table of a scenario's steps, or of a part's.
pub fn write(steps: &Steps, nodes: &[Node], prefix: &str, page: &mut Page) {
    let book = steps.book;
    let times = offsets(book.plan, &Program { nodes: nodes.to_vec() });
    let longest = critical_path(nodes).steps.into_iter().map(|(id, _)| id).collect();
    let table = Table::new(&["Done", "Step", "What", "Who", "Takes", "Ready after", "✎Actual"]);
    let mut glance = Glance { book, steps, times, longest, table, rows: 0, beside: false };
    glance.nodes(nodes, prefix);
    if glance.rows < FEW {
        return;
    }
    page.block(&glance.table.finish());
    if glance.beside {
        page.block("Times in parentheses do not count: something else takes longer.");
    }
}

impl Glance<'_, '_> {
    fn nodes(&mut self, nodes: &[Node], prefix: &str) {
        for (node, count) in nodes.iter().zip(1..) {
            self.node(node, &format!("{prefix}{count}"));
        }
    }

    fn node(&mut self, node: &Node, number: &str) {
        let inside = format!("{number}.");
        match node {
            Node::Item(item) => self.item(item, number),
            Node::Group { id, title, rto, nodes, .. } => {
                let within = rto.map_or(String::new(), |rto| format!(" (within {})", duration(rto)));
                self.title(number, id, &format!("**{}**{within}", text(title)));
                self.nodes(nodes, &inside);
            }
            Node::Call { id, title, scenario, nodes, takes, .. } => match self.book.alone(*scenario).filter(|it| alike(it.nodes, nodes)) {
                Some(alone) => {
                    let takes = takes.unwrap_or_else(|| critical_path(nodes).total);
                    let begin = items(nodes).first().and_then(|item| self.times.begins(&item.id));
                    let last = begin.map(|begin| Instant(begin.0.saturating_add_unsigned(takes.seconds)));
                    let there = link(&text(title), &anchor("scenario", &self.book.plan.scenarios[*scenario].header.name));
                    let title = format!("{there}: {0}1 to {0}{1}", alone.letter, bare(nodes).len());
                    self.row(number, id, &title, who(self.book, &items(nodes)), duration(takes), last);
                }
                None => {
                    let within =
                        lone_group(nodes).and_then(|(_, rto, _)| rto).map_or(String::new(), |rto| format!(" (within {})", duration(rto)));
                    self.title(number, id, &format!("**{}**{within}", text(title)));
                    self.nodes(bare(nodes), &inside);
                }
            },
            Node::Parallel { id, nodes, .. } => {
                self.title(number, id, "**Side by side**");
                self.nodes(nodes, &inside);
            }
            Node::Choose { id, title, options, .. } => {
                self.title(number, id, &format!("**{}**", text(title)));
                for (count, choice) in options.iter().enumerate() {
                    let number = option(number, count);
                    self.title(&number, &format!("{id}.{}", choice.name), &format!("*if chosen:* {}", text(choice.title)));
                    self.nodes(&choice.nodes, &format!("{number}."));
                }
            }
            Node::Phase { .. } | Node::Decision(_) => {}
        }
    }

    fn item(&mut self, item: &Item, number: &str) {
        let takes = item.takes.filter(|takes| takes.seconds > 0);
        let beside = takes.is_some() && !self.longest.contains(&item.id);
        self.beside |= beside;
        let takes = takes.map_or(String::new(), |takes: Duration| duration(takes));
        let takes = if beside { format!("({takes})") } else { takes };
        self.row(number, &item.id, &text(&item.title), self.book.doer(item), takes, self.times.ended(&item.id));
        if let Failure::Fallback(nodes) = &item.otherwise {
            let number = fallback(number);
            self.title(&number, &format!("{}.else", item.id), "*only if that failed*");
            // A choice that is all of it has no number of its own.
            match nodes.as_slice() {
                [Node::Choose { id, options, .. }] => {
                    for (count, choice) in options.iter().enumerate() {
                        let number = option(&number, count);
                        self.title(&number, &format!("{id}.{}", choice.name), &format!("*if chosen:* {}", text(choice.title)));
                        self.nodes(&choice.nodes, &format!("{number}."));
                    }
                }
                nodes => self.nodes(nodes, &format!("{number}.")),
            }
        }
    }

    /// A row for what is no step itself.
    fn title(&mut self, number: &str, id: &str, title: &str) {
        let number = link(number, &self.steps.anchor(id));
        self.table.row([String::new(), number, title.to_owned(), String::new(), String::new(), String::new(), String::new()]);
    }

    fn row(&mut self, number: &str, id: &str, title: &str, who: String, takes: String, ready: Option<Instant>) {
        let number = link(number, &self.steps.anchor(id));
        let ready = ready.and_then(|at| u64::try_from(at.0).ok()).filter(|seconds| *seconds > 0).map_or(String::new(), said);
        self.table.row(["☐".to_owned(), number, title.to_owned(), who, takes, ready, String::new()]);
        self.rows += 1;
    }
}

/// Who takes part, each once.
fn who(book: &Book, items: &[&Item]) -> String {
    let mut all: Vec<String> = Vec::new();
    for item in items {
        let who = book.doer(item);
        if !all.contains(&who) {
            all.push(who);
        }
    }
    all.join("<br>")
}
