//! Contacts and roles, and who does what.

use std::collections::BTreeMap;

use crate::plan::id::Id;
use crate::plan::people::Role;

use super::Book;
use super::markdown::{Page, Table, text};
use super::words::{self, contact, duration, linked};

/// Writes whom to call, then what each role does in which scenario.
pub fn write(book: &Book, page: &mut Page) {
    let plan = book.plan;
    let mut table = Table::new(&["Role", "Person", "Contact", "Reachable", "Deputy", "No answer?"]);
    for (_, role) in plan.roles.iter() {
        let contacts: Vec<String> = role.contacts.iter().map(contact).collect();
        table.row([
            format!("<a id=\"{}\"></a>{}", words::anchor("role", &role.header.name), text(&role.header.title)),
            role.person.as_deref().map_or(String::new(), text),
            if contacts.is_empty() { "**no contact**".to_owned() } else { contacts.join("<br>") },
            role.available.as_deref().map_or(String::new(), text),
            role.deputy.map_or(String::new(), |deputy| linked("role", &plan.roles[deputy].header)),
            role.escalate
                .map_or(String::new(), |(to, after)| format!("after {} call {}", duration(after), linked("role", &plan.roles[to].header))),
        ]);
    }
    page.block(&table.finish());
    let duties = duties(book);
    let mut lines = Vec::new();
    for (id, role) in plan.roles.iter() {
        if let Some(duties) = duties.get(&id) {
            lines.push(format!("**{}**: {}", text(&role.header.title), duties.join("; ")));
        }
    }
    if !lines.is_empty() {
        page.block("Who does what:");
        page.list(&lines);
    }
    for (_, role) in plan.roles.iter() {
        book.remarks(&role.header.notes, &role.header.links, page);
    }
}

/// What a role does: what the plan says of it, and the steps, approvals and decisions that name it.
fn duties(book: &Book) -> BTreeMap<Id<Role>, Vec<String>> {
    let plan = book.plan;
    let mut duties: BTreeMap<Id<Role>, Vec<String>> = BTreeMap::new();
    let mut add = |role: Id<Role>, duty: String| {
        let duties = duties.entry(role).or_default();
        if !duties.contains(&duty) {
            duties.push(duty);
        }
    };
    if let Some(owner) = &plan.owner {
        add(owner.value, "owns this plan".to_owned());
    }
    for (id, role) in plan.roles.iter() {
        role.duties.iter().for_each(|duty| add(id, text(duty)));
    }
    for (_, decision) in plan.decisions.iter() {
        add(decision.by.value, format!("decides “{}”", text(&decision.header.title)));
    }
    for (_, trigger) in plan.triggers.iter() {
        if let Some(by) = &trigger.by {
            add(by.value, format!("answers {}", linked("trigger", &trigger.header)));
        }
    }
    for (id, scenario) in plan.scenarios.iter() {
        if let Some(approval) = &scenario.approve {
            add(approval.by.value, format!("approves {}", linked("scenario", &scenario.header)));
        }
        let mut counts: BTreeMap<Id<Role>, usize> = BTreeMap::new();
        if !book.is_part(id) {
            for by in book.program(id).items().iter().filter_map(|item| item.by) {
                *counts.entry(by).or_default() += 1;
            }
        }
        for (role, count) in counts {
            let steps = if count == 1 { "1 step".to_owned() } else { format!("{count} steps") };
            add(role, format!("does {steps} of {}", linked("scenario", &scenario.header)));
        }
    }
    for (_, message) in plan.messages.iter() {
        if let Some(by) = message.by {
            add(by, format!("sends {}", linked("message", &message.header)));
        }
    }
    for (_, monitor) in plan.monitors.iter() {
        if let Some(by) = monitor.by {
            add(by, format!("watches “{}”", text(&monitor.header.title)));
        }
    }
    for (_, post) in plan.posts.iter() {
        add(post.by, format!("sees to “{}”", text(&post.header.title)));
    }
    duties
}
