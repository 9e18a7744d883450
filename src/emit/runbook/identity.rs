//! The head of the page: what this is, whose it is, what it promises.

use super::Book;
use super::markdown::{Page, Table, code, text};
use super::words::{duration, linked};

/// Writes the title, the facts and the summary.
pub fn write(book: &Book, page: &mut Page) {
    let plan = book.plan;
    page.block(&format!("# {}", text(&plan.header.title)));
    page.block(&format!(
        "Rollback runbook, written by `rbk` from the plan {}. `./rollback` in the same folder carries it out, step by step, and stops at the first thing that goes wrong. \
         What is marked *claimed by the author* was not checked by anything.",
        code(&plan.header.name)
    ));
    let mut facts = Table::new(&["Plan", "", "Meaning"]);
    let mut fact = |name: &str, value: Option<String>, meaning: &str| {
        if let Some(value) = value {
            facts.row([name.to_owned(), value, meaning.to_owned()]);
        }
    };
    fact("Version", plan.version.as_deref().map(text), "");
    fact("Owner", plan.owner.as_ref().map(|owner| linked("role", &plan.roles[owner.value].header)), "decides when nothing here fits");
    fact("Window", plan.window.as_ref().map(|window| book.clock.window(&window.value)), "the announced maintenance");
    fact("RTO", plan.rto.as_ref().map(|rto| duration(rto.value)), "the longest that a rollback may take");
    fact("RPO", plan.rpo.as_ref().map(|rpo| duration(rpo.value)), "the newest writes that may be lost");
    fact("Way back", plan.retain.as_ref().map(|retain| duration(retain.value)), "promised for so long after the last phase");
    page.block(&facts.finish());
    if let Some(summary) = &plan.summary {
        page.block(&book.prose(summary));
    }
    book.remarks(&plan.header.notes, &plan.header.links, page);
}
