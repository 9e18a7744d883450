//! Messages, ready to be sent by hand: what is between `{{` and `}}` is filled in.

use crate::plan::people::Message;

use super::Book;
use super::markdown::{Page, code, fence, outdented, text};
use super::words::{anchor, duration, linked};

/// What the bundle fills in by itself, and what a person writes there.
const BUILT_IN: [(&str, &str); 8] = [
    ("plan", "the plan's title"),
    ("scenario", "the scenario's title"),
    ("started", "when the run was started"),
    ("finished", "when the run was done"),
    ("elapsed", "how long the run has taken"),
    ("operator", "who runs it"),
    ("now", "the time of sending"),
    ("loss", "what was lost"),
];

/// Writes each message with its channel, its deadline and its slots.
pub fn write(book: &Book, page: &mut Page) {
    let plan = book.plan;
    let recorded = recorded(book);
    for (_, message) in plan.messages.iter() {
        let channel = &plan.channels[message.channel.value];
        page.heading(3, &text(&message.header.title), &anchor("message", &message.header.name));
        let mut to = text(&channel.header.title);
        if let Some(audience) = &channel.audience {
            to += &format!(" ({})", text(audience));
        }
        let mut lines = vec![format!("**To:** {to}")];
        let by = message.by.or(channel.by).map(|role| linked("role", &plan.roles[role].header));
        lines.extend(by.map(|by| format!("**By:** {by}")));
        lines.extend(message.at.as_ref().map(|at| format!("**At:** {}", text(&book.clock.when(at.value)))));
        lines.extend(
            message.deadline.as_ref().map(|deadline| format!("**No later than** {} after it is called for", duration(deadline.value))),
        );
        lines.extend(message.subject.as_ref().map(|subject| format!("**Subject:** {}", text(&subject.value))));
        lines.extend(slots(message, &recorded).iter().map(|(name, meaning)| format!("Fill in {}: {meaning}", code(&slot(name)))));
        page.list(&lines);
        if let Some(body) = &message.body {
            page.block(&fence("text", &outdented(&body.text)));
        }
        if let Some(send) = &channel.send {
            page.block("Sent with:");
            page.block(&fence(send.language.word(), &send.text));
        }
        book.remarks(&message.header.notes, &message.header.links, page);
    }
    book.remarks_of(plan.channels.iter().map(|(_, channel)| &channel.header), page);
}

/// The slots of a message that occur in it, with what they hold.
fn slots<'p>(message: &'p Message, recorded: &[(&'p str, String)]) -> Vec<(&'p str, String)> {
    let body = message.body.as_ref().map_or("", |body| &body.text);
    let subject = message.subject.as_ref().map_or("", |subject| &subject.value);
    let own = message.slots.iter().map(|slot| (slot.name.value.as_str(), text(&slot.question)));
    let others = BUILT_IN.iter().map(|(name, meaning)| (*name, (*meaning).to_owned()));
    let mut found: Vec<(&str, String)> = Vec::new();
    for (name, meaning) in own.chain(recorded.iter().cloned()).chain(others) {
        let occurs = body.contains(&slot(name)) || subject.contains(&slot(name));
        if occurs && found.iter().all(|(other, _)| *other != name) {
            found.push((name, meaning));
        }
    }
    found
}

fn slot(name: &str) -> String {
    format!("{{{{{name}}}}}")
}

/// The slots that steps fill: their names, and the questions whose answers fill them.
fn recorded<'p>(book: &Book<'p>) -> Vec<(&'p str, String)> {
    let programs = book.facts.scenarios.iter().chain([&book.facts.forward]);
    let records = programs.flat_map(|program| program.items()).flat_map(|item| item.records);
    records.map(|(question, slot)| (slot.value.as_str(), format!("{} (a step asks this)", text(question)))).collect()
}
