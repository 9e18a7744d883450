//! Slots of messages: every `{{slot}}` has something that fills it.

use std::collections::BTreeSet;

use crate::diagnostic::Diagnostic;
use crate::plan::people::{Message, slots};
use crate::source::Span;

use super::Closing;

/// Slots that every message has.
pub const BUILT_IN: [&str; 8] = ["elapsed", "finished", "loss", "now", "operator", "plan", "scenario", "started"];

impl Closing<'_> {
    /// Checks that every slot of a message is built in, declared, or recorded by some step.
    pub fn slots(&mut self) {
        if !self.complete {
            return;
        }
        let recorded: BTreeSet<&str> =
            self.all_steps().into_iter().flat_map(|step| &step.records).map(|(_, slot)| slot.value.as_str()).collect();
        for (_, message) in self.plan.messages.iter() {
            if self.is_sound(message.header.whole) {
                self.slots_of(message, &recorded);
            }
        }
    }

    fn slots_of(&mut self, message: &Message, recorded: &BTreeSet<&str>) {
        let declared: BTreeSet<&str> = message.slots.iter().map(|slot| slot.name.value.as_str()).collect();
        let subject = message.subject.iter().map(|subject| (subject.value.as_str(), subject.span));
        let body = message.body.iter().map(|body| (body.text.as_str(), body.span));
        let mut seen = BTreeSet::new();
        for (text, span) in subject.chain(body) {
            for slot in slots(text) {
                if declared.contains(slot) || recorded.contains(slot) || BUILT_IN.contains(&slot) || !seen.insert(slot) {
                    continue;
                }
                let known: Vec<&str> = declared.iter().chain(recorded).copied().chain(BUILT_IN).collect();
                let near = self.names.suggestions.nearest(slot, known);
                let name = &message.header.name;
                let place = self.place_of(slot, span);
                let finding = Diagnostic::error(
                    "reference/unknown",
                    place,
                    format!("nothing fills the slot `{{{{{slot}}}}}` of `{name}`"),
                    "used here",
                );
                self.found.push(match near {
                    Some(near) => finding.help(format!("did you mean `{{{{{near}}}}}`?")),
                    None => finding.help(format!("declare it: `slot {slot} \"Question?\"`; built in are {}", BUILT_IN.join(", "))),
                });
            }
        }
    }

    /// Returns where a slot stands in a text; the whole text where an escape hides it.
    fn place_of(&self, slot: &str, text: Span) -> Span {
        let raw = self.sources.text(text);
        let braces = raw.match_indices("{{").find(|(at, _)| slots(&raw[*at..]).next() == Some(slot));
        match braces.and_then(|(at, _)| Some((at, raw[at..].find("}}")?))) {
            Some((at, length)) => Span::new(text.file, text.start as usize + at, text.start as usize + at + length + 2),
            None => text,
        }
    }
}
