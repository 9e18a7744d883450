//! The forward run on the clock: phases, decisions and messages in the order in which they are due.

use std::collections::BTreeSet;

use crate::analysis::program::{Item, Node, Work, items};
use crate::plan::change::{Decision, Phase};
use crate::plan::id::Id;
use crate::plan::people::Message;
use crate::plan::scenario::Need;
use crate::plan::value::Instant;

use super::Book;
use super::markdown::{Page, Table, code, place, text};
use super::words::{anchor, duration, instant, linked};

struct Row {
    at: Option<Instant>,
    /// Whether the plan names the time itself.
    stated: bool,
    what: String,
    who: String,
}

/// Writes the table, then what people do by hand in it.
pub fn write(book: &Book, page: &mut Page) {
    let rows = rows(book);
    if rows.is_empty() {
        return;
    }
    let first = book.graph.phases().iter().find(|id| book.facts.schedule.starts[id.index()] == Some(Instant(0)));
    if let Some(first) = first {
        page.block(&format!("T is the start of phase “{}”.", text(&book.plan.phases[*first].header.title)));
    }
    let [local, utc] = book.clock.titles();
    let mut table = Table::new(&["When", &local, &utc, "What", "Who"]);
    for row in rows {
        let [local, utc] = row.at.map_or([String::new(), String::new()], |at| book.clock.columns(at));
        let when = match (row.at, row.stated) {
            (Some(at), stated) if stated || at.0 == 0 => instant(at),
            (Some(at), _) => format!("about {}", instant(at)),
            (None, _) => "then".to_owned(),
        };
        table.row([when, local, utc, row.what, row.who]);
    }
    page.block(&table.finish());
    let headers = book.graph.phases().iter().map(|id| &book.plan.phases[*id].header);
    let changes = book.graph.order().iter().map(|id| &book.plan.changes[*id].header);
    book.remarks_of(headers.chain(changes).chain(book.plan.decisions.iter().map(|(_, decision)| &decision.header)), page);
    by_hand(book, page);
}

fn rows(book: &Book) -> Vec<Row> {
    let plan = book.plan;
    let mut rows = Vec::new();
    for id in book.graph.phases() {
        let phase = &plan.phases[*id];
        let length = phase.duration.as_ref().map_or(String::new(), |length| format!(" ({})", duration(length.value)));
        let external = phase.external.as_ref().map_or(String::new(), |tool| format!("<br>carried out by {}", text(&tool.value)));
        let title = text(&phase.header.title);
        let mut heading = vec![format!("{}**{title}**{length}{external}", place(&anchor("phase", &phase.header.name)))];
        heading.extend(phase.summary.as_ref().map(|summary| book.cell(std::slice::from_ref(summary))));
        // What stands behind a decision is not begun before it has been taken, so it has a row of its own.
        let mut when = (book.facts.schedule.starts[id.index()], phase.at.is_some());
        let nodes = nodes_of(book, *id);
        for (part, nodes) in nodes.chunk_by(|left, _| !matches!(left, Node::Decision(_))).enumerate() {
            let (decision, nodes) = match nodes {
                [nodes @ .., Node::Decision(decision)] => (Some(*decision), nodes),
                nodes => (None, nodes),
            };
            let own = items(nodes);
            if part == 0 || !own.is_empty() {
                let mut lines = std::mem::replace(&mut heading, vec![format!("**{title}**, continued")]);
                lines.extend(own.iter().map(|item| format!("☐ {}", line_of(book, item))));
                rows.push(Row { at: when.0, stated: when.1, what: lines.join("<br>"), who: roles(book, &own) });
            }
            rows.extend(decision.map(|decision| decided(book, &plan.decisions[decision])));
            when = (None, false);
        }
        if nodes.is_empty() {
            rows.push(Row { at: when.0, stated: when.1, what: heading.join("<br>"), who: String::new() });
        }
    }
    // A message that a step of the run sends stands there.
    let sent = |item: &Item| if let Work::Send(message) = item.work { Some(message) } else { None };
    let sent: BTreeSet<Id<Message>> = book.facts.forward.items().into_iter().filter_map(sent).collect();
    for (id, message) in plan.messages.iter() {
        let Some(at) = message.at.as_ref().filter(|_| !sent.contains(&id)) else { continue };
        let by = message.by.or(plan.channels[message.channel.value].by);
        let row = Row {
            at: Some(at.value),
            stated: true,
            what: format!("☐ Send {}", linked("message", &message.header)),
            who: by.map_or(String::new(), |by| linked("role", &plan.roles[by].header)),
        };
        let place = rows.iter().position(|other| other.at.is_some_and(|other| other > at.value)).unwrap_or(rows.len());
        rows.insert(place, row);
    }
    rows
}

fn decided(book: &Book, decision: &Decision) -> Row {
    let plan = book.plan;
    let otherwise = match &decision.else_run {
        Some(scenario) => format!("if not: {}", linked("scenario", &plan.scenarios[scenario.value].header)),
        None => "if not: stop".to_owned(),
    };
    let mut lines = vec![format!("{}**Decision: {}**", place(&anchor("decision", &decision.header.name)), text(&decision.header.title))];
    lines.extend(book.needs(&decision.needs).iter().map(|need| format!("☐ {need}")));
    let shown = decision.show.iter().map(|check| check.value);
    let asked = |check| decision.needs.iter().any(|need| matches!(need, Need::Check(asked) if asked.value == check));
    lines.extend(shown.filter(|check| !asked(*check)).map(|check| format!("look at {}", linked("check", &plan.checks[check].header))));
    lines.push(otherwise);
    Row {
        at: decision.at.as_ref().map(|at| at.value),
        stated: true,
        what: lines.join("<br>"),
        who: linked("role", &plan.roles[decision.by.value].header),
    }
}

fn nodes_of<'b, 'p>(book: &'b Book<'p>, id: Id<Phase>) -> &'b [Node<'p>] {
    let nodes = book.facts.forward.nodes.iter().find_map(|node| match node {
        Node::Phase { phase, nodes } if *phase == id => Some(nodes.as_slice()),
        _ => None,
    });
    nodes.unwrap_or_default()
}

fn line_of(book: &Book, item: &Item) -> String {
    let irreversible = item.change.is_some_and(|(change, _)| book.plan.changes[change].irreversible.is_some());
    let title = match item.work {
        Work::Send(message) => format!("Send: {}", linked("message", &book.plan.messages[message].header)),
        _ => text(&item.title),
    };
    format!("{title}{}", if irreversible { " (**irreversible**)" } else { "" })
}

fn roles(book: &Book, items: &[&Item]) -> String {
    let mut roles = Vec::new();
    for by in items.iter().filter_map(|item| item.by) {
        let role = linked("role", &book.plan.roles[by].header);
        if !roles.contains(&role) {
            roles.push(role);
        }
    }
    roles.join("<br>")
}

/// What people do in the forward run. What machines do lies in the bundle, a file for each step.
fn by_hand(book: &Book, page: &mut Page) {
    let all = book.facts.forward.items();
    let items: Vec<&&Item> = all.iter().filter(|item| matches!(item.work, Work::Manual(Some(_)))).collect();
    if items.is_empty() {
        return;
    }
    page.plain_heading(3, "Done by hand in the forward run");
    for item in items {
        let Work::Manual(Some(instructions)) = item.work else { continue };
        let takes = item.takes.map_or(String::new(), |takes| format!(", {}", duration(takes)));
        page.block(&format!("**{}** ({}, {}{takes})", text(&item.title), code(&item.id), book.doer(item)));
        page.block(&book.prose(instructions));
    }
}
