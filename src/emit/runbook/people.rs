//! Contacts and roles, and who does what.

use std::collections::BTreeMap;

use crate::analysis::program::Work;
use crate::plan::id::Id;
use crate::plan::people::Role;

use super::Book;
use super::markdown::{Page, Table, place, text};
use super::words::{anchor, contact, duration, linked};

/// Writes whom to call, then what each role does in which scenario.
pub fn write(book: &Book, page: &mut Page) {
    let plan = book.plan;
    let mut table = Table::new(&["Role", "Person", "Contact", "Reachable", "Deputy", "No answer?"]);
    for (_, role) in plan.roles.iter() {
        let contacts: Vec<String> = role.contacts.iter().map(contact).collect();
        table.row([
            format!("{}{}", place(&anchor("role", &role.header.name)), text(&role.header.title)),
            role.person.as_deref().map_or(String::new(), text),
            if contacts.is_empty() { "**no contact**".to_owned() } else { contacts.join("<br>") },
            role.available.as_deref().map_or(String::new(), text),
            role.deputy.map_or(String::new(), |deputy| linked("role", &plan.roles[deputy].header)),
            role.escalate
                .map_or(String::new(), |(to, after)| format!("after {} call {}", duration(after), linked("role", &plan.roles[to].header))),
        ]);
    }
    page.block(&table.finish());
    book.remarks_of(plan.roles.iter().map(|(_, role)| &role.header), page);
    let duties = duties(book);
    let mut lines = Vec::new();
    for (id, role) in plan.roles.iter() {
        let Some(duties) = duties.get(&id) else { continue };
        let own: Vec<String> = duties
            .iter()
            .map(|(verb, what)| match *verb {
                Verb::Duty => format!("- {}", what.join("\n- ")),
                verb => format!("- {} {}", WORDS[verb as usize], what.join("; ")),
            })
            .collect();
        lines.push(format!("**{}**\n{}", text(&role.header.title), own.join("\n")));
    }
    if !lines.is_empty() {
        page.plain_heading(3, "Who does what");
        page.list(&lines);
    }
}

/// More steps of the forward run than this are counted, not listed.
const MANY: usize = 12;

/// What somebody has to do with something. The order is that of the page.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Verb {
    Duty,
    Owns,
    Decides,
    Approves,
    Answers,
    Does,
    Prepares,
    Sends,
    Watches,
    Ticks,
    SeesTo,
}

/// By verb.
const WORDS: [&str; 11] =
    ["", "owns", "decides:", "approves", "answers", "does", "does in the forward run:", "sends", "watches", "ticks off", "sees to"];

/// What each role does: what the plan says of it, and all that names it.
fn duties(book: &Book) -> BTreeMap<Id<Role>, BTreeMap<Verb, Vec<String>>> {
    let plan = book.plan;
    let mut duties: BTreeMap<Id<Role>, BTreeMap<Verb, Vec<String>>> = BTreeMap::new();
    let mut add = |role: Id<Role>, verb: Verb, what: String| {
        let known = duties.entry(role).or_default().entry(verb).or_default();
        if !known.contains(&what) {
            known.push(what);
        }
    };
    if let Some(owner) = &plan.owner {
        add(owner.value, Verb::Owns, "this plan".to_owned());
    }
    for (id, role) in plan.roles.iter() {
        role.duties.iter().for_each(|duty| add(id, Verb::Duty, book.words(duty)));
    }
    for (_, decision) in plan.decisions.iter() {
        add(decision.by.value, Verb::Decides, linked("decision", &decision.header));
    }
    for (_, trigger) in plan.triggers.iter() {
        if let Some(by) = &trigger.by {
            add(by.value, Verb::Answers, linked("trigger", &trigger.header));
        }
    }
    for (id, scenario) in plan.scenarios.iter() {
        if let Some(approval) = &scenario.approve {
            add(approval.by.value, Verb::Approves, linked("scenario", &scenario.header));
        }
        let mut counts: BTreeMap<Id<Role>, usize> = BTreeMap::new();
        if !book.is_part(id) {
            for by in book.program(id).items().iter().filter_map(|item| item.by) {
                *counts.entry(by).or_default() += 1;
            }
        }
        for (role, count) in counts {
            let steps = if count == 1 { "1 step".to_owned() } else { format!("{count} steps") };
            add(role, Verb::Does, format!("{steps} of {}", linked("scenario", &scenario.header)));
        }
    }
    let mut forward: BTreeMap<Id<Role>, Vec<&str>> = BTreeMap::new();
    // Who sends a message is told once, wherever it is sent.
    for item in book.facts.forward.items().into_iter().filter(|item| !matches!(item.work, Work::Send(_))) {
        if let Some(by) = item.by {
            forward.entry(by).or_default().push(&item.title);
        }
    }
    for (role, titles) in forward {
        match titles.len() {
            0..=MANY => titles.into_iter().for_each(|title| add(role, Verb::Prepares, text(title))),
            count => add(role, Verb::Prepares, format!("{count} steps")),
        }
    }
    for (_, message) in plan.messages.iter() {
        if let Some(by) = message.by.or(plan.channels[message.channel.value].by) {
            add(by, Verb::Sends, linked("message", &message.header));
        }
    }
    for (_, monitor) in plan.monitors.iter() {
        if let Some(by) = monitor.by {
            add(by, Verb::Watches, linked("monitor", &monitor.header));
        }
    }
    for (_, list) in plan.checklists.iter() {
        for by in list.items.iter().filter_map(|item| item.by) {
            add(by, Verb::Ticks, linked("checklist", &list.header));
        }
    }
    for (_, post) in plan.posts.iter() {
        add(post.by, Verb::SeesTo, linked("post", &post.header));
    }
    duties
}
