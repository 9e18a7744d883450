//! What is compared of people and what they go through: roles, channels, messages, checklists, monitors, risks, after-actions.

use super::words::{instant, joined, name, shown, text};
use super::{Reader, Said, Weight};
use crate::plan::people::{ChecklistTime, Item, Watch};

impl Reader<'_> {
    pub(super) fn people(&mut self) {
        let plan = self.plan;
        for (_, role) in plan.roles.iter() {
            let said = vec![
                ("person", Said::Plain(role.person.clone())),
                ("contact", Said::Guards(role.contacts.iter().map(shown).collect())),
                ("available", Said::Named(role.available.clone())),
                ("deputy", self.id(role.deputy)),
                ("escalate", self.id(role.escalate.map(|(to, _)| to))),
                ("escalate after", Said::AtMost(role.escalate.map(|(_, after)| after.seconds), None)),
                ("duty", Said::Guards(role.duties.iter().cloned().collect())),
            ];
            self.add("role", &role.header.name, Some(Weight::Otherwise), said);
        }
        for (_, channel) in plan.channels.iter() {
            let said = vec![
                ("send", text(&channel.send, false)),
                ("by", self.id(channel.by)),
                ("audience", Said::Plain(channel.audience.clone())),
            ];
            self.add("channel", &channel.header.name, Some(Weight::Otherwise), said);
        }
        for (_, message) in plan.messages.iter() {
            let said = vec![
                ("to", Said::Plain(Some(name(&plan.channels, message.channel.value)))),
                ("by", self.id(message.by)),
                ("at", Said::Named(message.at.map(|it| instant(it.value)))),
                ("deadline", Said::AtMost(message.deadline.map(|it| it.value.seconds), None)),
            ];
            self.add("message", &message.header.name, Some(Weight::Otherwise), said);
        }
        for (_, list) in plan.checklists.iter() {
            let when = list.when.as_ref().map(|(time, moment)| {
                let time = match time {
                    ChecklistTime::Before => "before",
                    ChecklistTime::During => "during",
                    ChecklistTime::After => "after",
                };
                format!("{time} {}", self.moment(moment.value))
            });
            let mut said = vec![("when", Said::Named(when))];
            said.extend(self.items(&list.items));
            self.add("checklist", &list.header.name, Some(Weight::Worse), said);
        }
        for (_, monitor) in plan.monitors.iter() {
            let watched = monitor.watches.iter().filter_map(|it| match it {
                Watch::Trigger(trigger) => Some(name(&plan.triggers, *trigger)),
                Watch::Check(check) => Some(name(&plan.checks, *check)),
                Watch::Text(_) => None,
            });
            let said = vec![
                ("for", Said::AtLeast(Some(monitor.duration.value.seconds))),
                ("by", self.id(monitor.by)),
                ("watch", Said::Guards(watched.collect())),
                ("lines of `watch`", Said::Count(monitor.watches.len())),
            ];
            self.add("monitor", &monitor.header.name, Some(Weight::Worse), said);
        }
        for (_, risk) in plan.risks.iter() {
            let said = vec![
                ("level", Said::Plain(Some(risk.level.word().to_owned()))),
                ("run", Said::Named(risk.run.map(|it| name(&plan.scenarios, it)))),
                ("lines of `mitigation`", Said::Count(risk.mitigations.len())),
            ];
            self.add("risk", &risk.header.name, Some(Weight::Otherwise), said);
        }
        for (_, post) in plan.posts.iter() {
            let mut said = vec![("by", self.id(Some(post.by))), ("within", Said::AtMost(Some(post.within.seconds), None))];
            said.extend(self.items(&post.items));
            self.add("post", &post.header.name, Some(Weight::Worse), said);
        }
    }

    pub(super) fn items(&self, items: &[Item]) -> Vec<(&'static str, Said)> {
        let checks = items.iter().filter_map(|item| item.check).map(|it| name(&self.plan.checks, it));
        let roles = items.iter().filter_map(|item| item.by).map(|it| name(&self.plan.roles, it));
        vec![
            ("lines of `item`", Said::Count(items.len())),
            ("item … check", Said::Guards(checks.collect())),
            ("item … by", Said::Plain(joined(roles))),
        ]
    }
}
