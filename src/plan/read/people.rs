//! Reads what people read, send and watch: roles, channels, messages, checklists, monitors, risks, posts, sections.

use std::collections::HashMap;

use crate::diagnostic::Diagnostic;
use crate::plan::Section;
use crate::plan::id::Id;
use crate::plan::names::{Kind, check_name};
use crate::plan::people::{Channel, Checklist, ChecklistTime, Item, Message, Monitor, Post, Risk, Role, Slot, Watch};
use crate::plan::value::{Duration, Level};
use crate::source::{Span, Spanned};
use crate::syntax::tree::{Part, PartKind, Statement};

use super::finish::BUILT_IN;
use super::{Parts, Reader};

impl Reader<'_> {
    /// Reads `role NAME TITLE { … }`.
    pub fn role(&mut self, statement: &Statement) -> Role {
        let mut parts = Parts::of(statement);
        let header = self.header(statement, &mut parts);
        let mut role =
            Role { header, person: None, contacts: Vec::new(), available: None, deputy: None, escalate: None, duties: Vec::new() };
        for inner in self.block(statement, &["contact", "duty"]) {
            let mut parts = Parts::of(inner);
            match self.keyword(inner) {
                "person" => role.person = self.spanned_string(&mut parts).map(|person| person.value),
                "contact" => role.contacts.extend(self.place(&mut parts).map(|contact| contact.value)),
                "available" => role.available = self.spanned_string(&mut parts).map(|available| available.value),
                "deputy" => role.deputy = self.name(&mut parts).map(|deputy| deputy.value),
                "escalate" => {
                    let to = self.name(&mut parts);
                    self.word(&mut parts, "after");
                    let after = self.positive_duration(&mut parts);
                    role.escalate = to.zip(after).map(|(to, after)| (to.value, after.value));
                }
                "duty" => role.duties.extend(self.spanned_string(&mut parts).map(|duty| duty.value)),
                _ => {}
            }
        }
        role
    }

    /// Reads `channel NAME TITLE [{ … }]`.
    pub fn channel(&mut self, statement: &Statement) -> Channel {
        let mut parts = Parts::of(statement);
        let header = self.header(statement, &mut parts);
        let mut channel = Channel { header, send: None, by: None, audience: None };
        for inner in self.block(statement, &[]) {
            let mut parts = Parts::of(inner);
            match self.keyword(inner) {
                "send" => channel.send = parts.take(PartKind::Fence).map(|part| self.shell(part)),
                "by" => channel.by = self.name(&mut parts).map(|by| by.value),
                "audience" => channel.audience = self.spanned_string(&mut parts).map(|audience| audience.value),
                _ => {}
            }
        }
        channel
    }

    /// Reads `message NAME TITLE to CHANNEL { … }`.
    pub fn message(&mut self, statement: &Statement) -> Message {
        let mut parts = Parts::of(statement);
        let header = self.header(statement, &mut parts);
        self.word(&mut parts, "to");
        let channel = self.name(&mut parts).unwrap_or(Spanned::new(Id::new(0), header.span));
        let mut message = Message { header, channel, subject: None, body: None, slots: Vec::new(), by: None, at: None, deadline: None };
        let mut declared: HashMap<&str, Span> = HashMap::new();
        for inner in self.block(statement, &["slot"]) {
            let mut parts = Parts::of(inner);
            match self.keyword(inner) {
                "subject" => message.subject = self.spanned_string(&mut parts),
                "body" => message.body = self.prose(&mut parts),
                "slot" => {
                    let name = parts.take(PartKind::Name);
                    let question = self.spanned_string(&mut parts);
                    if let (Some(name), Some(question)) = (name, question) {
                        let name = Spanned::new(self.text(name.span).to_owned(), name.span);
                        self.slot_name(&name);
                        if let Some(first) = declared.insert(self.text(name.span), name.span) {
                            self.findings.push(
                                Diagnostic::error(
                                    "reference/duplicate",
                                    name.span,
                                    format!("the slot `{}` is declared twice", name.value),
                                    "declared again here",
                                )
                                .because(first, "declared first here")
                                .help("ask once; the answer fills every `{{…}}` of that name"),
                            );
                        }
                        message.slots.push(Slot { name, question: question.value });
                    }
                }
                "by" => message.by = self.name(&mut parts).map(|by| by.value),
                "at" => message.at = self.instant(&mut parts),
                "deadline" => message.deadline = self.positive_duration(&mut parts),
                _ => {}
            }
        }
        if message.body.is_none() && message.subject.is_none() {
            self.missing(&message.header, "`body`", "say what is sent: `body ```md …`");
        }
        message
    }

    /// Checks the name of a slot where it is declared or recorded.
    pub fn slot_name(&mut self, name: &Spanned<String>) {
        check_name(&name.value, name.span, &mut self.findings);
        if BUILT_IN.contains(&name.value.as_str()) {
            self.findings.push(
                Diagnostic::error("reference/reserved", name.span, format!("rbk itself fills the slot `{}`", name.value), "reserved")
                    .help(format!("give it another name; built in are {}", BUILT_IN.join(", "))),
            );
        }
    }

    /// Reads `checklist NAME TITLE [before|during|after PHASE] { … }`.
    pub fn checklist(&mut self, statement: &Statement) -> Checklist {
        let mut parts = Parts::of(statement);
        let header = self.header(statement, &mut parts);
        let time = [("before", ChecklistTime::Before), ("during", ChecklistTime::During), ("after", ChecklistTime::After)]
            .into_iter()
            .find(|(word, _)| self.word(&mut parts, word));
        let when = time.and_then(|(_, time)| Some((time, self.occasion(parts.take(PartKind::Name)?)?)));
        let items = self.items(statement);
        Checklist { header, when, items }
    }

    /// Returns the phase, change or scenario that a checklist belongs to.
    fn occasion(&mut self, part: Part) -> Option<Spanned<crate::plan::people::Moment>> {
        use crate::plan::people::Moment;
        let moment = match self.index(part, &[Kind::Phase, Kind::Change, Kind::Scenario])? {
            (Kind::Phase, index) => Moment::Phase(Id::new(index)),
            (Kind::Change, index) => Moment::Change(Id::new(index)),
            (_, index) => Moment::Scenario(Id::new(index)),
        };
        Some(Spanned::new(moment, part.span))
    }

    fn items(&mut self, statement: &Statement) -> Vec<Item> {
        let mut items = Vec::new();
        for inner in self.block(statement, &["item"]) {
            if self.keyword(inner) != "item" {
                continue;
            }
            let mut parts = Parts::of(inner);
            let Some(text) = self.spanned_string(&mut parts) else { continue };
            let check = if self.word(&mut parts, "check") { self.name(&mut parts).map(|check| check.value) } else { None };
            let by = if self.word(&mut parts, "by") { self.name(&mut parts).map(|by| by.value) } else { None };
            items.push(Item { text: text.value, check, by, span: inner.span });
        }
        items
    }

    /// Reads `monitor NAME TITLE for DURATION { … }`.
    pub fn monitor(&mut self, statement: &Statement) -> Monitor {
        let mut parts = Parts::of(statement);
        let header = self.header(statement, &mut parts);
        self.word(&mut parts, "for");
        let duration = self.positive_duration(&mut parts).unwrap_or(Spanned::new(Duration::of(0), header.span));
        let mut monitor = Monitor { header, duration, by: None, watches: Vec::new() };
        for inner in self.block(statement, &["watch"]) {
            let mut parts = Parts::of(inner);
            match self.keyword(inner) {
                "by" => monitor.by = self.name(&mut parts).map(|by| by.value),
                "watch" => {
                    if let Some(text) = self.spanned_string(&mut parts) {
                        monitor.watches.push(Watch::Text(text.value));
                    }
                    for part in parts.list(PartKind::Name) {
                        match self.index(part, &[Kind::Trigger, Kind::Check]) {
                            Some((Kind::Trigger, index)) => monitor.watches.push(Watch::Trigger(Id::new(index))),
                            Some((_, index)) => monitor.watches.push(Watch::Check(Id::new(index))),
                            None => {}
                        }
                    }
                }
                _ => {}
            }
        }
        monitor
    }

    /// Reads `risk NAME TITLE LEVEL { … }`.
    pub fn risk(&mut self, statement: &Statement) -> Risk {
        let mut parts = Parts::of(statement);
        let header = self.header(statement, &mut parts);
        let level = self.level(&mut parts);
        let mut risk = Risk { header, level, impacts: Vec::new(), mitigations: Vec::new(), run: None };
        for inner in self.block(statement, &["impact", "mitigation"]) {
            let mut parts = Parts::of(inner);
            match self.keyword(inner) {
                "impact" => risk.impacts.extend(self.prose(&mut parts)),
                "mitigation" => risk.mitigations.extend(self.prose(&mut parts)),
                "run" => risk.run = self.name(&mut parts).map(|run| run.value),
                _ => {}
            }
        }
        risk
    }

    /// Returns the next level.
    pub fn level(&mut self, parts: &mut Parts<'_>) -> Level {
        match parts.take(PartKind::Choice).map(|part| self.text(part.span)) {
            Some("critical") => Level::Critical,
            Some("high") => Level::High,
            Some("medium") => Level::Medium,
            _ => Level::Low,
        }
    }

    /// Reads `post NAME TITLE by ROLE within DURATION [{ … }]`.
    pub fn post(&mut self, statement: &Statement) -> Post {
        let mut parts = Parts::of(statement);
        let header = self.header(statement, &mut parts);
        self.word(&mut parts, "by");
        let by = self.name(&mut parts).map_or(Id::new(0), |by| by.value);
        self.word(&mut parts, "within");
        let within = self.positive_duration(&mut parts).map_or(Duration::of(0), |within| within.value);
        let items = self.items(statement);
        Post { header, by, within, items }
    }

    /// Reads `section NAME TITLE FENCE`; `None` after a finding.
    pub fn section(&mut self, statement: &Statement) -> Section {
        let mut parts = Parts::of(statement);
        let header = self.header(statement, &mut parts);
        let fence = parts.take(PartKind::Fence).unwrap_or(Part { kind: PartKind::Fence, span: header.span });
        let text = self.fence(fence);
        Section { header, text }
    }
}
