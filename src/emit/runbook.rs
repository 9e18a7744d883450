//! The runbook: a plan as a page for the person who has to carry it out, at three in the morning.
//!
//! Short and imperative; the way to a scenario comes first, then the scenarios, then what is done before and after, and what
//! is only looked up comes last. Written for somebody who has never seen a plan: no word of the language stands unexplained.
//! Honest: what nobody stated is *not stated*, what only the author says is *claimed*. One file a chapter; a chapter without
//! content is left out.

mod book;
mod checks;
mod clock;
mod deadlines;
mod diagram;
mod form;
mod glance;
mod guidance;
mod guide;
mod head;
mod lists;
mod loss;
mod markdown;
mod messages;
mod parts;
mod people;
mod recovery;
mod reversible;
mod risks;
mod safeguards;
mod scenario;
mod sides;
mod step;
mod systems;
mod timeline;
mod triggers;
mod uncovered;
mod words;
mod work;

use std::collections::HashMap;

use crate::analysis::Facts;
use crate::graph::Graph;
use crate::plan::{Link, Plan, Prose};
use crate::profile::Coverage;
use crate::source::{Sources, Span};

use clock::Clock;
use markdown::{Page, authored, link, text};
use parts::Part;

/// Notes and links, by where a step is written, and by the name of an option in it.
type Remarks<'p> = HashMap<(Span, &'p str), Added<'p>>;
type Added<'p> = (&'p [Prose], &'p [Link]);

/// What every chapter reads.
struct Book<'p> {
    plan: &'p Plan,
    graph: &'p Graph,
    facts: &'p Facts<'p>,
    sources: &'p Sources,
    /// How the plan answers the guidance that it is held to.
    guidance: &'p [Coverage],
    clock: Clock,
    /// By scenario.
    parts: Vec<Option<Part<'p>>>,
    /// By name.
    anchors: HashMap<&'p str, String>,
    /// What authors add to steps that hold others, and to options.
    remarks: Remarks<'p>,
    /// Whether the operator has to have anything at hand.
    has_values: bool,
}

/// Anchor, title and writer of a chapter.
type Chapter = (&'static str, &'static str, fn(&Book, &mut Page));

const GUIDE: Chapter = ("which-scenario", "Which scenario?", guide::write);
/// Behind the scenarios: what somebody needs who carries one out.
const INCIDENT: [Chapter; 5] = [
    ("before-you-start", "Before you start", systems::values),
    ("contacts", "Contacts and roles", people::write),
    ("messages", "Messages", messages::write),
    ("afterwards", "After a rollback", lists::posts),
    ("report", "The report", form::write),
];
/// For whoever plans and carries out the migration.
const MIGRATION: [Chapter; 13] = [
    ("about", "About this plan", head::about),
    ("can-it-be-rolled-back", "Can it be rolled back?", reversible::write),
    ("losses", "What a rollback loses", loss::write),
    ("recovery-times", "Recovery times", recovery::write),
    ("timeline", "The forward run", timeline::write),
    ("deadlines", "Deadlines", deadlines::write),
    ("checklists", "Checklists", lists::checklists),
    ("monitoring", "Monitoring", lists::monitors),
    ("safeguards", "Safeguards", safeguards::write),
    ("risks", "Risks", risks::risks),
    ("accepted-risks", "Accepted risks", risks::accepted),
    ("guidance", "Guidance", guidance::write),
    ("not-covered", "What this plan does not cover", uncovered::write),
];
const REFERENCE: [Chapter; 3] =
    [("triggers", "Triggers", triggers::write), ("checks", "Checks", checks::write), ("systems", "Systems", systems::write)];
const LAST: [Chapter; 2] = [("diagram", "The plan as a picture", diagram::write), ("history", "History", systems::history)];

/// Returns the runbook of a plan as Markdown (CommonMark with tables).
pub fn markdown(plan: &Plan, graph: &Graph, facts: &Facts<'_>, sources: &Sources, guidance: &[Coverage]) -> String {
    let clock = Clock::new(plan.window.as_ref().map(|window| &window.value));
    let (anchors, remarks) = (book::anchors(plan), book::remarks(plan));
    let mut book = Book { plan, graph, facts, sources, guidance, clock, parts: Vec::new(), anchors, remarks, has_values: false };
    book.parts = parts::parts(&book);
    let mut values = Page::default();
    systems::values(&book, &mut values);
    book.has_values = !values.is_empty();
    let mut chapters = Page::default();

    let mut now: Vec<String> = Vec::new();
    add(&book, &[GUIDE], &mut now, &mut chapters);
    for (id, scenario) in book.scenarios() {
        now.push(words::linked("scenario", &scenario.header));
        scenario::write(&book, id, &mut chapters);
    }
    for (id, scenario) in plan.scenarios.iter() {
        if let Some(alone) = book.alone(id) {
            now.push(link(&scenario::part_title(alone, scenario), &words::anchor("scenario", &scenario.header.name)));
            scenario::part(&book, id, alone, &mut chapters);
        }
    }
    add(&book, &INCIDENT, &mut now, &mut chapters);
    let mut migration: Vec<String> = Vec::new();
    add(&book, &MIGRATION, &mut migration, &mut chapters);
    let mut reference: Vec<String> = Vec::new();
    add(&book, &REFERENCE, &mut reference, &mut chapters);
    for (_, section) in plan.sections.iter() {
        reference.push(words::linked("section", &section.header));
        chapters.heading(2, &text(&section.header.title), &words::anchor("section", &section.header.name));
        chapters.block(&authored(&section.text.text));
        book.remarks(&section.header.notes, &section.header.links, &mut chapters);
    }
    add(&book, &LAST, &mut reference, &mut chapters);

    let mut page = Page::default();
    head::write(&book, &mut page);
    let groups = [("In an incident", now), ("The migration", migration), ("To look things up", reference)];
    let contents: Vec<String> =
        groups.iter().filter(|(_, links)| !links.is_empty()).map(|(title, links)| format!("{title}: {}", links.join(" · "))).collect();
    page.list(&contents);
    page.block(&chapters.finish());
    page.finish()
}

/// Adds chapters, each unless it has nothing to say.
fn add(book: &Book, all: &[Chapter], contents: &mut Vec<String>, chapters: &mut Page) {
    for (anchor, title, write) in all {
        let mut chapter = Page::default();
        write(book, &mut chapter);
        if !chapter.is_empty() {
            contents.push(link(title, anchor));
            chapters.heading(2, title, anchor);
            chapters.block(&chapter.finish());
        }
    }
}
