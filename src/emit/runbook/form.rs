//! The report: the form that `./rollback report` fills in from the journal, to be filled in by hand where there is none.

use super::Book;
use super::markdown::{Page, Table, text};
use super::words::{duration, linked};

/// Writes the form; nothing for a plan without scenarios.
pub fn write(book: &Book, page: &mut Page) {
    let plan = book.plan;
    if book.scenarios().next().is_none() {
        return;
    }
    page.block("`./rollback report` writes it from the journal. Without the bundle, fill this in:");
    let mut table = Table::new(&["What", "Planned", "✎Actual"]);
    let mut row = |what: &str, planned: String| table.row([what.to_owned(), planned, String::new()]);
    let version = plan.version.as_deref().map_or(String::new(), |version| format!(", version {}", text(version)));
    row("Plan", format!("{}{version}", text(&plan.header.title)));
    let triggers: Vec<String> = book.triggers().iter().map(|trigger| format!("☐ {}", linked("trigger", &trigger.header))).collect();
    row("What called for it", triggers.join("<br>"));
    row("Noticed: when, by whom", String::new());
    row("Decided: when, by whom", String::new());
    let mut scenarios = Vec::new();
    let mut times = Vec::new();
    let mut losses = Vec::new();
    for (id, scenario) in book.scenarios() {
        let name = linked("scenario", &scenario.header);
        scenarios.push(format!("☐ {name}"));
        times.push(format!("{name}: {}", book.time(id).short()));
        losses.push(format!("{name}: {}", super::loss::short(book, id)));
    }
    row("Scenario", scenarios.join("<br>"));
    row("Started", String::new());
    row("Done and verified", String::new());
    row("Took", times.join("<br>"));
    row("Lost", losses.join("<br>"));
    row("Steps that failed, were skipped or done another way", String::new());
    row("What users saw, from when until when", String::new());
    row("Cause", String::new());
    for (_, post) in plan.posts.iter() {
        let who = linked("role", &plan.roles[post.by].header);
        row("Still to be done", format!("☐ {}: {who}, within {}", linked("post", &post.header), duration(post.within)));
    }
    page.block(&table.finish());
}
