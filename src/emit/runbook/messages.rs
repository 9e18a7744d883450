//! Messages, ready to be sent by hand: what is between `{{` and `}}` is filled in.

use super::Book;
use super::markdown::{Page, code, fence, text};
use super::words::{anchor, duration, linked};

/// What the bundle fills in by itself, and what a person writes there.
const BUILT_IN: [(&str, &str); 8] = [
    ("plan", "the plan's title"),
    ("scenario", "the scenario's title"),
    ("started", "when the scenario was started"),
    ("finished", "when it was done"),
    ("elapsed", "how long it has taken"),
    ("operator", "who runs it"),
    ("now", "the time of sending"),
    ("loss", "what was lost"),
];

/// Writes each message with its channel, its deadline and its slots.
pub fn write(book: &Book, page: &mut Page) {
    let plan = book.plan;
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
        lines.extend(
            message.slots.iter().map(|slot| format!("Fill in {}: {}", code(&format!("{{{{{}}}}}", slot.name.value)), text(&slot.question))),
        );
        lines.extend(built_in(
            book,
            message.body.as_ref().map_or("", |body| &body.text),
            message.subject.as_ref().map_or("", |subject| &subject.value),
        ));
        page.list(&lines);
        if let Some(body) = &message.body {
            page.block(&fence("text", &body.text));
        }
        if let Some(send) = &channel.send {
            page.block("Sent with:");
            page.block(&fence(send.language.word(), &send.text));
        }
        book.remarks(&message.header.notes, &message.header.links, page);
    }
}

fn built_in(_book: &Book, body: &str, subject: &str) -> Vec<String> {
    BUILT_IN
        .iter()
        .filter(|(name, _)| [body, subject].iter().any(|text| text.contains(&format!("{{{{{name}}}}}"))))
        .map(|(name, meaning)| format!("Fill in {}: {meaning}", code(&format!("{{{{{name}}}}}"))))
        .collect()
}
