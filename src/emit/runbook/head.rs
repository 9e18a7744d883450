//! The head of the page, and what the plan says of itself: what this is, whose it is, what it promises.

use super::Book;
use super::markdown::{Page, Table, code, link, text};
use super::words::{contact, duration, linked};

/// Writes the title and where to go in an incident.
pub fn write(book: &Book, page: &mut Page) {
    let plan = book.plan;
    page.block(&format!("# {}", text(&plan.header.title)));
    let version = plan.version.as_deref().map_or(String::new(), |version| format!(", version {}", text(version)));
    page.block(&format!(
        "Rollback runbook, written by `rbk` from the plan {}{version}. The bundle's `./rollback` carries it out, step by step, \
         and stops at the first thing that goes wrong.",
        code(&plan.header.name)
    ));
    if book.scenarios().next().is_some() {
        let call = plan.owner.as_ref().map_or(String::new(), |owner| {
            let role = &plan.roles[owner.value];
            let contacts: Vec<String> = role.contacts.iter().map(contact).collect();
            let at = if contacts.is_empty() { String::new() } else { format!(": {}", contacts.join(", ")) };
            format!(" You can't tell? Call {}{at}.", linked("role", &role.header))
        });
        page.block(&format!("**Something is wrong?** Go to {}.{call}", link("Which scenario?", "which-scenario")));
    }
}

/// Writes what the plan says of itself.
pub fn about(book: &Book, page: &mut Page) {
    let plan = book.plan;
    if let Some(summary) = &plan.summary {
        page.block(&book.prose(summary));
    }
    let mut facts = Table::new(&["What", "Value", "Meaning"]);
    let mut fact = |name: &str, value: Option<String>, meaning: &str| {
        if let Some(value) = value {
            facts.row([name.to_owned(), value, meaning.to_owned()]);
        }
    };
    fact("Version", plan.version.as_deref().map(text), "of the plan");
    fact("Owner", plan.owner.as_ref().map(|owner| linked("role", &plan.roles[owner.value].header)), "decides when nothing here fits");
    fact("Window", plan.window.as_ref().map(|window| book.clock.window(&window.value)), "the announced maintenance");
    fact("RTO", plan.rto.as_ref().map(|rto| duration(rto.value)), "the longest that a rollback may take");
    fact("RPO", plan.rpo.as_ref().map(|rpo| duration(rpo.value)), "the newest writes that may be lost");
    fact("Way back", plan.retain.as_ref().map(|retain| duration(retain.value)), "promised for so long after the last phase");
    page.block(&facts.finish());
    book.remarks(&plan.header.notes, &plan.header.links, page);
    if !page.is_empty() {
        page.block("What is marked *claimed by the author* was not checked by anything.");
    }
}
