//! The forward run on the clock: phases, decisions and messages in the order in which they are due.

use crate::analysis::program::{Item, Node, items};
use crate::plan::change::{Phase, PhaseItem};
use crate::plan::id::Id;
use crate::plan::value::Instant;

use super::Book;
use super::markdown::{Page, text};
use super::words::{duration, instant, linked};

struct Row {
    at: Option<Instant>,
    /// Whether the plan names the time itself.
    stated: bool,
    what: String,
    who: String,
}

/// Writes the table.
pub fn write(book: &Book, page: &mut Page) {
    let rows = rows(book);
    if rows.is_empty() {
        return;
    }
    let [local, utc] = book.clock.titles();
    let titles = ["When", local.as_str(), utc.as_str(), "What", "Who"];
    let shown: Vec<usize> = (0..titles.len()).filter(|column| *column < 1 || *column > 2 || !titles[*column].is_empty()).collect();
    let line = |cells: [&str; 5]| format!("| {} |\n", shown.iter().map(|column| cells[*column]).collect::<Vec<_>>().join(" | "));
    let mut table = line(titles) + &line(["---"; 5]);
    for row in &rows {
        let [local, utc] = row.at.map_or([String::new(), String::new()], |at| book.clock.columns(at));
        let when = match (row.at, row.stated) {
            (Some(at), stated) if stated || at.0 == 0 => instant(at),
            (Some(at), _) => format!("about {}", instant(at)),
            (None, _) => "then".to_owned(),
        };
        table += &line([&when, &local, &utc, &row.what, &row.who]);
    }
    let first = book.graph.phases().iter().find(|id| book.facts.schedule.starts[id.index()] == Some(Instant(0)));
    if let Some(first) = first {
        page.block(&format!("T is the start of phase “{}”.", text(&book.plan.phases[*first].header.title)));
    }
    page.block(&table);
}

fn rows(book: &Book) -> Vec<Row> {
    let plan = book.plan;
    let mut rows = Vec::new();
    for id in book.graph.phases() {
        let phase = &plan.phases[*id];
        let length = phase.duration.as_ref().map_or(String::new(), |length| format!(" ({})", duration(length.value)));
        let external = phase.external.as_ref().map_or(String::new(), |tool| format!("<br>carried out by {}", text(&tool.value)));
        let mut lines = vec![format!("**{}**{length}{external}", text(&phase.header.title))];
        lines.extend(phase_items(book, *id).into_iter().map(|item| line_of(book, item)));
        rows.push(Row {
            at: book.facts.schedule.starts[id.index()],
            stated: phase.at.is_some(),
            what: lines.join("<br>"),
            who: roles(book, *id),
        });
        for item in &phase.items {
            let PhaseItem::Decision(decision) = item else { continue };
            let decision = &plan.decisions[*decision];
            let otherwise = match &decision.else_run {
                Some(scenario) => format!("if not: {}", linked("scenario", &plan.scenarios[scenario.value].header)),
                None => "if not: stop".to_owned(),
            };
            let needs = book.needs(&decision.needs).iter().map(|need| format!("<br>☐ {need}")).collect::<String>();
            rows.push(Row {
                at: decision.at.as_ref().map(|at| at.value),
                stated: true,
                what: format!("**Decision: {}**{needs}<br>{otherwise}", text(&decision.header.title)),
                who: linked("role", &plan.roles[decision.by.value].header),
            });
        }
    }
    for (_, message) in plan.messages.iter() {
        let Some(at) = &message.at else { continue };
        let by = message.by.or(plan.channels[message.channel.value].by);
        let row = Row {
            at: Some(at.value),
            stated: true,
            what: format!("Send {}", linked("message", &message.header)),
            who: by.map_or(String::new(), |by| linked("role", &plan.roles[by].header)),
        };
        let place = rows.iter().position(|other| other.at.is_some_and(|other| other > at.value)).unwrap_or(rows.len());
        rows.insert(place, row);
    }
    rows
}

fn phase_items<'b, 'p>(book: &'b Book<'p>, id: Id<Phase>) -> Vec<&'b Item<'p>> {
    let nodes = book.facts.forward.nodes.iter().find_map(|node| match node {
        Node::Phase { phase, nodes } if *phase == id => Some(nodes.as_slice()),
        _ => None,
    });
    items(nodes.unwrap_or_default())
}

fn line_of(book: &Book, item: &Item) -> String {
    let irreversible = item.change.is_some_and(|(change, _)| book.plan.changes[change].irreversible.is_some());
    format!("{}{}", text(&item.title), if irreversible { " (**irreversible**)" } else { "" })
}

fn roles(book: &Book, id: Id<Phase>) -> String {
    let mut roles = Vec::new();
    for by in phase_items(book, id).into_iter().filter_map(|item| item.by) {
        let role = linked("role", &book.plan.roles[by].header);
        if !roles.contains(&role) {
            roles.push(role);
        }
    }
    roles.join("<br>")
}
