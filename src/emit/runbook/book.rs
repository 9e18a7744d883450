//! What the chapters ask of the plan and of what follows from it.

use std::collections::HashMap;

use crate::analysis::CriticalPath;
use crate::analysis::program::Program;
use crate::plan::change::Change;
use crate::plan::id::Id;
use crate::plan::scenario::{Otherwise, Scenario, Step, StepKind};
use crate::plan::value::Duration;
use crate::plan::{Header, Link, Plan, Prose};

use super::markdown::{Page, authored, code, link, named, outside_link, text};
use super::parts::{Alone, Part};
use super::words::{anchor, duration};
use super::{Book, Remarks, loss};

/// What is said of a scenario that loses nothing, as far as rbk can tell.
pub const NO_LOSS: &str = "nothing that `rbk` can see in the plan";

/// Returns the anchors of everything that has a name and a place on the page.
pub fn anchors(plan: &Plan) -> HashMap<&str, String> {
    let mut all = HashMap::new();
    macro_rules! add {
        ($($kind:literal $arena:ident),* $(,)?) => {
            $(for (_, one) in plan.$arena.iter() { all.insert(one.header.name.as_str(), anchor($kind, &one.header.name)); })*
        };
    }
    add! {
        "target" targets, "role" roles, "backup" backups, "flag" flags, "release" releases, "check" checks, "phase" phases,
        "change" changes, "decision" decisions, "trigger" triggers, "scenario" scenarios, "message" messages,
        "checklist" checklists, "monitor" monitors, "risk" risks, "post" posts, "section" sections,
    }
    all
}

/// Returns what authors add to steps that hold others, and to options.
pub fn remarks(plan: &Plan) -> Remarks<'_> {
    let mut found = HashMap::new();
    let mut open: Vec<&Step> = plan.scenarios.iter().flat_map(|(_, scenario)| &scenario.steps).collect();
    while let Some(step) = open.pop() {
        match &step.kind {
            StepKind::Group { steps, .. } | StepKind::Parallel(steps) => open.extend(steps),
            StepKind::Choose { options, .. } => {
                for option in options {
                    found.insert((step.span, option.name.value.as_str()), (option.notes.as_slice(), &[][..]));
                    open.extend(&option.steps);
                }
            }
            StepKind::Run(_) => {}
            // The notes of others stand with what they do.
            _ => {
                if let Otherwise::Steps(steps) = &step.otherwise {
                    open.extend(steps);
                }
                continue;
            }
        }
        if let Otherwise::Steps(steps) = &step.otherwise {
            open.extend(steps);
        }
        found.insert((step.span, ""), (step.notes.as_slice(), step.links.as_slice()));
    }
    found
}

/// How long a scenario takes, against what is promised.
pub struct Time {
    /// The scenario's own RTO, or the plan's; a part has none but its own.
    pub target: Option<Duration>,
    /// The longest way through the steps.
    total: Duration,
    /// How many steps on no estimate.
    unknown: usize,
}

impl Time {
    /// Returns a path's length against a target.
    pub fn new(path: &CriticalPath, target: Option<Duration>) -> Time {
        Time { target, total: path.total, unknown: path.unknown.len() }
    }

    /// `25 min of 70 min`.
    pub fn short(&self) -> String {
        let target = self.target.map_or(String::new(), |target| format!(" of {}", duration(target)));
        let sum = self.sum();
        if self.is_late() { format!("**{sum}{target}: too long**") } else { format!("{sum}{target}") }
    }

    /// The same as a sentence.
    pub fn long(&self) -> String {
        let verdict = match self.target {
            Some(target) if self.is_late() => format!("; **longer than the {} that are promised**", duration(target)),
            Some(target) if self.unknown == 0 => format!("; promised: {}", duration(target)),
            Some(target) => format!("; promised: {}, *unknown* whether that is kept", duration(target)),
            None => String::new(),
        };
        format!("{}{}{verdict}", self.sum(), self.open())
    }

    /// The same without the target, for a table that names it.
    pub fn estimate(&self) -> String {
        let late = if self.is_late() { "; **too long**" } else { "" };
        format!("{}{}{late}", self.sum(), self.open())
    }

    fn open(&self) -> String {
        match self.unknown {
            0 => String::new(),
            1 => "; 1 step has no estimate".to_owned(),
            count => format!("; {count} steps have no estimate"),
        }
    }

    fn sum(&self) -> String {
        match (self.total.seconds, self.unknown) {
            (0, 1..) => "*unknown*".to_owned(),
            (_, 1..) => format!("at least {}", duration(self.total)),
            (_, 0) => duration(self.total),
        }
    }

    fn is_late(&self) -> bool {
        self.target.is_some_and(|target| self.total.seconds > target.seconds)
    }
}

impl<'p> Book<'p> {
    /// The scenarios that people start, in written order; parts of others are not among them.
    pub fn scenarios(&self) -> impl Iterator<Item = (Id<Scenario>, &'p Scenario)> {
        self.plan.scenarios.iter().filter(|(id, _)| !self.is_part(*id))
    }

    /// Whether a scenario is only run by others.
    pub fn is_part(&self, scenario: Id<Scenario>) -> bool {
        self.facts.is_part(scenario)
    }

    /// The part that a scenario is, where it stands in a chapter of its own.
    pub fn alone(&self, scenario: Id<Scenario>) -> Option<&Alone<'p>> {
        match self.parts.get(scenario.index()) {
            Some(Some(Part::Alone(alone))) => Some(alone),
            _ => None,
        }
    }

    /// The steps of a scenario, spelled out.
    pub fn program(&self, scenario: Id<Scenario>) -> &'p Program<'p> {
        &self.facts.scenarios[scenario.index()]
    }

    /// The changes that a scenario may take back, in forward order.
    pub fn undone_by(&self, scenario: Id<Scenario>) -> Vec<Id<Change>> {
        let mut changes: Vec<Id<Change>> = self.program(scenario).undone().collect();
        changes.sort_by_key(|change| self.graph.rank(*change));
        changes.dedup();
        changes
    }

    /// How long a scenario takes.
    pub fn time(&self, scenario: Id<Scenario>) -> Time {
        let own = self.plan.scenarios[scenario].rto.as_ref().map(|rto| rto.value);
        let target = own.or(self.plan.rto.as_ref().filter(|_| !self.is_part(scenario)).map(|rto| rto.value));
        Time::new(self.facts.time(scenario), target)
    }

    /// What a scenario loses, as far as rbk can tell.
    pub fn loss(&self, scenario: Id<Scenario>) -> String {
        let losses: Vec<String> = self.facts.loss(scenario).iter().map(|it| loss::sentence(self, it)).collect();
        if losses.is_empty() { NO_LOSS.to_owned() } else { losses.join("<br>") }
    }

    /// A plain text in which names of the plan, where they stand between backticks, lead to what they name.
    pub fn words(&self, plain: &str) -> String {
        named(plain, &|name| match self.anchors.get(name) {
            Some(anchor) => link(&code(name), anchor),
            None => code(name),
        })
    }

    /// Whether a text is Markdown from a fence rather than a plain string.
    pub fn is_authored(&self, prose: &Prose) -> bool {
        self.sources.text(prose.span).starts_with('`')
    }

    /// A text as a block of its own.
    pub fn prose(&self, prose: &Prose) -> String {
        if self.is_authored(prose) { authored(&prose.text) } else { self.words(&prose.text) }
    }

    /// Texts within a table's cell: their lines, without markup.
    pub fn cell(&self, prose: &[Prose]) -> String {
        let one = |prose: &Prose| if self.is_authored(prose) { text(&prose.text) } else { self.words(&prose.text) };
        prose.iter().map(one).collect::<Vec<_>>().join("<br>")
    }

    /// The notes and links of declarations that stand in a table above, each with the title that it belongs to.
    pub fn remarks_of<'h>(&self, headers: impl IntoIterator<Item = &'h Header>, page: &mut Page) {
        let mut lines = Vec::new();
        for header in headers {
            lines.extend(header.notes.iter().map(|note| self.labelled(&text(&header.title), note)));
            lines.extend(header.links.iter().map(|link| format!("**{}:** {}", text(&header.title), outside_link(&link.title, &link.url))));
        }
        page.list(&lines);
    }

    /// A labelled list item: text on the same line, authored Markdown below it. The label is inline Markdown.
    pub fn labelled(&self, label: &str, prose: &Prose) -> String {
        let body = self.prose(prose);
        if self.is_authored(prose) { format!("**{label}:**\n\n{body}") } else { format!("**{label}:** {body}") }
    }

    /// The notes and links of a declaration.
    pub fn remarks(&self, notes: &[Prose], links: &[Link], page: &mut Page) {
        for note in notes {
            page.block(&self.prose(note));
        }
        let links: Vec<String> = links.iter().map(|link| outside_link(&link.title, &link.url)).collect();
        page.list(&links);
    }
}
