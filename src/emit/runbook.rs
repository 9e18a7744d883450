//! The runbook: a plan as a page for the person who has to carry it out, at three in the morning.
//!
//! Short and imperative; the way to a scenario comes first, everything that is looked up comes last. Written for somebody
//! who has never seen a plan: no word of the language stands unexplained. Honest: what nobody stated is *not stated*, what
//! only the author says is *claimed*. One file a chapter; a chapter without content is left out.

mod backups;
mod book;
mod checks;
mod clock;
mod diagram;
mod gaps;
mod guide;
mod identity;
mod lists;
mod markdown;
mod messages;
mod people;
mod recovery;
mod reversible;
mod risks;
mod scenario;
mod step;
mod systems;
mod timeline;
mod triggers;
mod words;
mod work;

use crate::analysis::Facts;
use crate::graph::Graph;
use crate::plan::Plan;
use crate::source::Sources;

use clock::Clock;
use markdown::{Page, authored, link, text};

/// What every chapter reads.
struct Book<'p> {
    plan: &'p Plan,
    graph: &'p Graph,
    facts: &'p Facts<'p>,
    sources: &'p Sources,
    clock: Clock,
}

type Chapter = fn(&Book, &mut Page);

/// Anchor, title and writer of the chapters before the scenarios, and of those behind them.
const FIRST: [(&str, &str, Chapter); 2] =
    [("which-scenario", "Which scenario?", guide::write), ("before-you-start", "Before you start", systems::values)];
const LAST: [(&str, &str, Chapter); 15] = [
    ("can-it-be-rolled-back", "Can it be rolled back?", reversible::write),
    ("recovery-times", "Recovery times", recovery::write),
    ("timeline", "The forward run", timeline::write),
    ("diagram", "The plan as a picture", diagram::write),
    ("backups", "Backups", backups::write),
    ("triggers", "Triggers", triggers::write),
    ("contacts", "Contacts and roles", people::write),
    ("messages", "Messages", messages::write),
    ("checklists", "Checklists", lists::checklists),
    ("monitoring", "Monitoring", lists::monitors),
    ("afterwards", "After a rollback", lists::posts),
    ("risks", "Risks", risks::risks),
    ("accepted-risks", "Accepted risks", risks::accepted),
    ("checks", "Checks", checks::write),
    ("systems", "Systems", systems::write),
];
const HISTORY: (&str, &str, Chapter) = ("history", "History", systems::history);

/// Returns the runbook of a plan as Markdown (CommonMark with tables).
pub fn markdown(plan: &Plan, graph: &Graph, facts: &Facts<'_>, sources: &Sources) -> String {
    let clock = Clock::new(plan.window.as_ref().map(|window| &window.value));
    let book = Book { plan, graph, facts, sources, clock };
    let mut contents: Vec<String> = Vec::new();
    let mut chapters = Page::default();
    for chapter in FIRST {
        add(&book, chapter, &mut contents, &mut chapters);
    }
    let parts = plan.scenarios.ids().filter(|id| book.is_part(*id));
    for id in book.scenarios().map(|(id, _)| id).chain(parts) {
        contents.push(format!("{}: {}", book.kind(id), words::linked("scenario", &plan.scenarios[id].header)));
        scenario::write(&book, id, &mut chapters);
    }
    for chapter in LAST {
        add(&book, chapter, &mut contents, &mut chapters);
    }
    for (_, section) in plan.sections.iter() {
        contents.push(words::linked("section", &section.header));
        chapters.heading(2, &text(&section.header.title), &words::anchor("section", &section.header.name));
        chapters.block(&authored(&section.text.text));
    }
    add(&book, HISTORY, &mut contents, &mut chapters);

    let mut page = Page::default();
    identity::write(&book, &mut page);
    page.list(&contents);
    page.block(&chapters.finish());
    page.finish()
}

/// Adds a chapter, unless it has nothing to say.
fn add(book: &Book, (anchor, title, write): (&str, &str, Chapter), contents: &mut Vec<String>, chapters: &mut Page) {
    let mut chapter = Page::default();
    write(book, &mut chapter);
    if !chapter.is_empty() {
        contents.push(link(title, anchor));
        chapters.heading(2, title, anchor);
        chapters.block(&chapter.finish());
    }
}
