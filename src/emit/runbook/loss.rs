//! "What a rollback loses": the writes that a restore does not bring back, from when until when, and what keeps a copy.

use crate::analysis::loss::{Edge, Loss, Occasion};
use crate::plan::id::Id;
use crate::plan::scenario::Scenario;
use crate::plan::value::{Duration, said};

use super::Book;
use super::book::NO_LOSS;
use super::markdown::{Page, Table, code, link, text};
use super::words::{duration, linked};

/// How many windows a sentence tells; more are summed up.
const TOLD: usize = 3;

/// Writes the table, and what is promised.
pub fn write(book: &Book, page: &mut Page) {
    let mut table = Table::new(&["Scenario", "Restores", "Loses what is written to", "From", "Until", "At most", "A copy is kept in"]);
    let mut without: Vec<String> = Vec::new();
    for (id, scenario) in book.scenarios() {
        let losses = book.facts.loss(id);
        if losses.is_empty() {
            without.push(linked("scenario", &scenario.header));
        }
        losses.iter().for_each(|loss| row(book, scenario, loss, &mut table));
    }
    let table = table.finish();
    if table.is_empty() && book.plan.rpo.is_none() {
        return;
    }
    if let Some(rpo) = &book.plan.rpo {
        page.block(&match rpo.value.seconds {
            0 => "Promised (RPO): no write is lost.".to_owned(),
            _ => format!("Promised (RPO): writes of the last {} may be lost, no more.", duration(rpo.value)),
        });
    }
    page.block(&table);
    if !without.is_empty() {
        page.block(&format!("{}: {NO_LOSS}.", super::words::and(&without)));
    }
}

fn row(book: &Book, scenario: &Scenario, loss: &Loss, table: &mut Table) {
    let plan = book.plan;
    let edges = |edge: &dyn Fn(&crate::analysis::loss::Window) -> String| loss.windows.iter().map(edge).collect::<Vec<_>>().join("<br>");
    table.row([
        linked("scenario", &scenario.header),
        linked("backup", &plan.backups[loss.backup].header),
        place(book, loss),
        edges(&|window| when(book, &window.from, "not before")),
        edges(&|window| when(book, &window.until, "at the latest")),
        format!(
            "{}{}",
            loss.seconds.map_or("*no end is stated*".to_owned(), said),
            beyond(book, loss).map_or("", |_| "<br>**can be more than the RPO**")
        ),
        loss.kept.map_or(String::new(), |kept| linked("backup", &plan.backups[kept].header)),
    ]);
}

/// What is promised, where a loss is not within it. A window without an end is not.
fn beyond(book: &Book, loss: &Loss) -> Option<Duration> {
    let promised = book.plan.rpo.as_ref()?.value;
    loss.seconds.is_none_or(|seconds| seconds > promised.seconds).then_some(promised)
}

/// Returns what is to be said of a scenario that may lose more than is promised.
pub fn breach(book: &Book, scenario: Id<Scenario>) -> Option<String> {
    let losses = book.facts.loss(scenario);
    let promised = losses.iter().find_map(|loss| beyond(book, loss))?;
    let copied = losses.iter().filter(|loss| beyond(book, loss).is_some()).all(|loss| loss.kept.is_some());
    let most = if promised.seconds == 0 { "the RPO: no write".to_owned() } else { format!("the RPO of {}", duration(promised)) };
    Some(format!("**can be more than {most}**{}", if copied { ", but a copy is kept" } else { "" }))
}

/// What loses writes: a system, or the tables of it that the backup holds.
fn place(book: &Book, loss: &Loss) -> String {
    let tables: Vec<String> = book.plan.backups[loss.backup].tables.iter().map(|table| code(&table.value)).collect();
    let target = linked("target", &book.plan.targets[loss.target].header);
    if tables.is_empty() { target } else { format!("{} in {target}", tables.join(", ")) }
}

fn when(book: &Book, edge: &Edge, bound: &str) -> String {
    let words = match &edge.event {
        Occasion::Take => "the take of the backup".to_owned(),
        Occasion::OwnTake => "the take of the backup in the rollback".to_owned(),
        Occasion::Forward(title) => format!("“{}”", text(title)),
        Occasion::Scenario(title) => format!("“{}” in the rollback", text(title)),
        Occasion::Restore => "the restore".to_owned(),
    };
    match edge.at {
        None => words,
        Some(at) if edge.exact => format!("{words} ({})", text(&book.clock.when(at))),
        Some(at) => format!("{words} ({bound} {})", text(&book.clock.when(at))),
    }
}

/// A loss in one sentence, on the plan's clock.
pub fn sentence(book: &Book, loss: &Loss) -> String {
    let plan = book.plan;
    let open = loss.windows.iter().any(|window| window.until.event == Occasion::Restore);
    let mut windows: Vec<String> = loss
        .windows
        .iter()
        .take(TOLD)
        .map(|window| format!("from {} until {}", when(book, &window.from, "not before"), when(book, &window.until, "at the latest")))
        .collect();
    if loss.windows.len() > TOLD {
        windows.push(format!("{} times more", loss.windows.len() - TOLD));
    }
    format!(
        "{} to {} {} is lost{}{}",
        if open { "everything written" } else { "what is written" },
        place(book, loss),
        windows.join(", and "),
        loss.seconds.map_or(String::new(), |seconds| format!(": {} of writes at most", said(seconds))),
        loss.kept.map_or(String::new(), |kept| format!("; {} keeps a copy of it", linked("backup", &plan.backups[kept].header))),
    )
}

/// The same in a few words, for a table of scenarios.
pub fn short(book: &Book, scenario: Id<Scenario>) -> String {
    let lines: Vec<String> = book
        .facts
        .loss(scenario)
        .iter()
        .map(|loss| {
            let target = place(book, loss);
            let amount = loss.seconds.map_or("writes".to_owned(), |seconds| format!("up to {} of writes", said(seconds)));
            let kept = if loss.kept.is_some() { "; a copy is kept" } else { "" };
            format!("{} to {target}{kept}", link(&amount, "losses"))
        })
        .collect();
    if lines.is_empty() { NO_LOSS.to_owned() } else { lines.join("<br>") }
}
