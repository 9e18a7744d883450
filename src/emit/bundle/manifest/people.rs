//! People as data: roles, what they are told, what they tick off and watch.

use serde::Serialize;

use crate::plan::Plan;
use crate::plan::people::{ChecklistTime, Item, Watch};

use super::{PlaceData, moment, place, role, spanned_seconds};

#[derive(Serialize)]
pub(super) struct Role<'p> {
    name: &'p str,
    title: &'p str,
    #[serde(skip_serializing_if = "Option::is_none")]
    person: Option<&'p str>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    contacts: Vec<PlaceData<'p>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    deputy: Option<&'p str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    escalate: Option<Escalate<'p>>,
}

#[derive(Serialize)]
struct Escalate<'p> {
    to: &'p str,
    after: u64,
}

pub(super) fn roles(plan: &Plan) -> Vec<Role<'_>> {
    let of = plan.roles.iter().map(|(_, it)| Role {
        name: &it.header.name,
        title: &it.header.title,
        person: it.person.as_deref(),
        contacts: it.contacts.iter().map(place).collect(),
        deputy: role(plan, it.deputy),
        escalate: it.escalate.map(|(to, after)| Escalate { to: &plan.roles[to].header.name, after: after.seconds }),
    });
    of.collect()
}

#[derive(Serialize)]
pub(super) struct Message<'p> {
    name: &'p str,
    title: &'p str,
    channel: &'p str,
    channel_title: &'p str,
    sent_by_person: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    subject: Option<&'p str>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    slots: Vec<Slot<'p>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    at: Option<i64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    deadline: Option<u64>,
    file: String,
}

#[derive(Serialize)]
struct Slot<'p> {
    name: &'p str,
    question: &'p str,
}

pub(super) fn messages(plan: &Plan) -> Vec<Message<'_>> {
    let of = plan.messages.iter().map(|(_, it)| {
        let channel = &plan.channels[it.channel.value];
        Message {
            name: &it.header.name,
            title: &it.header.title,
            channel: &channel.header.name,
            channel_title: &channel.header.title,
            sent_by_person: channel.send.is_none(),
            subject: it.subject.as_ref().map(|subject| subject.value.as_str()),
            slots: it.slots.iter().map(|slot| Slot { name: &slot.name.value, question: &slot.question }).collect(),
            at: it.at.as_ref().map(|at| at.value.0),
            deadline: spanned_seconds(&it.deadline),
            file: format!("messages/{}.md", it.header.name),
        }
    });
    of.collect()
}

/// A line that somebody ticks off.
#[derive(Serialize)]
struct Line<'p> {
    text: &'p str,
    #[serde(skip_serializing_if = "Option::is_none")]
    check: Option<&'p str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    by: Option<&'p str>,
}

fn lines<'p>(plan: &'p Plan, items: &'p [Item]) -> Vec<Line<'p>> {
    let line = |item: &'p Item| Line {
        text: &item.text,
        check: item.check.map(|check| plan.checks[check].header.name.as_str()),
        by: role(plan, item.by),
    };
    items.iter().map(line).collect()
}

#[derive(Serialize)]
pub(super) struct Checklist<'p> {
    name: &'p str,
    title: &'p str,
    #[serde(skip_serializing_if = "Option::is_none")]
    when: Option<&'static str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    of: Option<&'p str>,
    items: Vec<Line<'p>>,
}

pub(super) fn checklists(plan: &Plan) -> Vec<Checklist<'_>> {
    let word = |time: &ChecklistTime| match time {
        ChecklistTime::Before => "before",
        ChecklistTime::During => "during",
        ChecklistTime::After => "after",
    };
    let of = plan.checklists.iter().map(|(_, it)| Checklist {
        name: &it.header.name,
        title: &it.header.title,
        when: it.when.as_ref().map(|(time, _)| word(time)),
        of: it.when.as_ref().map(|(_, of)| moment(plan, of.value)),
        items: lines(plan, &it.items),
    });
    of.collect()
}

#[derive(Serialize)]
pub(super) struct Monitor<'p> {
    name: &'p str,
    title: &'p str,
    duration: u64,
    #[serde(skip_serializing_if = "Option::is_none")]
    by: Option<&'p str>,
    watches: Vec<WatchData<'p>>,
}

#[derive(Serialize)]
#[serde(rename_all = "snake_case")]
enum WatchData<'p> {
    Trigger(&'p str),
    Check(&'p str),
    Text(&'p str),
}

pub(super) fn monitors(plan: &Plan) -> Vec<Monitor<'_>> {
    let of = plan.monitors.iter().map(|(_, it)| Monitor {
        name: &it.header.name,
        title: &it.header.title,
        duration: it.duration.value.seconds,
        by: role(plan, it.by),
        watches: it.watches.iter().map(|watch| watched(plan, watch)).collect(),
    });
    of.collect()
}

fn watched<'p>(plan: &'p Plan, watch: &'p Watch) -> WatchData<'p> {
    match watch {
        Watch::Trigger(trigger) => WatchData::Trigger(&plan.triggers[*trigger].header.name),
        Watch::Check(check) => WatchData::Check(&plan.checks[*check].header.name),
        Watch::Text(text) => WatchData::Text(text),
    }
}

#[derive(Serialize)]
pub(super) struct Risk<'p> {
    name: &'p str,
    title: &'p str,
    level: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    run: Option<&'p str>,
}

pub(super) fn risks(plan: &Plan) -> Vec<Risk<'_>> {
    let of = plan.risks.iter().map(|(_, it)| Risk {
        name: &it.header.name,
        title: &it.header.title,
        level: it.level.word(),
        run: it.run.map(|run| plan.scenarios[run].header.name.as_str()),
    });
    of.collect()
}

#[derive(Serialize)]
pub(super) struct Post<'p> {
    name: &'p str,
    title: &'p str,
    by: &'p str,
    within: u64,
    items: Vec<Line<'p>>,
}

pub(super) fn posts(plan: &Plan) -> Vec<Post<'_>> {
    let of = plan.posts.iter().map(|(_, it)| Post {
        name: &it.header.name,
        title: &it.header.title,
        by: &plan.roles[it.by].header.name,
        within: it.within.seconds,
        items: lines(plan, &it.items),
    });
    of.collect()
}
