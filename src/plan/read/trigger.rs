//! Reads what calls for a rollback: severities and triggers.

use crate::diagnostic::Diagnostic;
use crate::plan::id::Id;
use crate::plan::lexeme;
use crate::plan::people::Role;
use crate::plan::scenario::{Answer, Condition, Source, Trigger};
use crate::plan::value::{Duration, Level};
use crate::source::{Span, Spanned};
use crate::syntax::tree::{PartKind, Statement};

use super::{Parts, Reader};

/// Defaults of the triggers of one severity.
#[derive(Default)]
pub struct SeverityDefaults {
    declared: Option<Span>,
    respond: Option<Spanned<Duration>>,
    by: Option<Spanned<Id<Role>>>,
    answers: Vec<Spanned<Answer>>,
}

impl Reader<'_> {
    /// Reads `severity LEVEL { … }`.
    pub fn severity(&mut self, statement: &Statement, severities: &mut [SeverityDefaults; 4]) {
        let mut parts = Parts::of(statement);
        let level = self.level(&mut parts);
        let mut defaults = SeverityDefaults { declared: Some(statement.keyword), ..SeverityDefaults::default() };
        for inner in self.block(statement, &["run", "investigate", "continue"]) {
            let mut parts = Parts::of(inner);
            match self.keyword(inner) {
                "respond" => {
                    self.word(&mut parts, "within");
                    defaults.respond = self.positive_duration(&mut parts);
                }
                "by" => defaults.by = self.name(&mut parts),
                _ => defaults.answers.extend(self.answer(inner)),
            }
        }
        let place = &mut severities[index_of(level)];
        match place.declared {
            Some(first) => self.findings.push(
                Diagnostic::error(
                    "reference/duplicate",
                    statement.keyword,
                    format!("the defaults of `{}` stand here twice", level.word()),
                    "said again here",
                )
                .because(first, "said first here")
                .help("keep one of them"),
            ),
            None => *place = defaults,
        }
    }

    /// Reads `trigger NAME TITLE LEVEL automatic|manual { … }`.
    pub fn trigger(&mut self, statement: &Statement, severities: &[SeverityDefaults; 4]) -> Trigger {
        let mut parts = Parts::of(statement);
        let header = self.header(statement, &mut parts);
        let level = self.level(&mut parts);
        let automatic = self.word(&mut parts, "automatic");
        let mut trigger = Trigger {
            header,
            level,
            automatic,
            when: Vec::new(),
            source: None,
            active_from: None,
            active_until: None,
            respond: None,
            by: None,
            answers: Vec::new(),
        };
        let mut has_when = false;
        for inner in self.block(statement, &["when", "run", "investigate", "continue"]) {
            let mut parts = Parts::of(inner);
            match self.keyword(inner) {
                "when" => {
                    has_when = true;
                    if let Some(condition) = self.condition(&mut parts) {
                        trigger.when.push(Spanned::new(condition, inner.span));
                    }
                }
                "source" => {
                    trigger.source = parts.next().map(|part| match part.kind {
                        PartKind::Fence => Source::Query(self.fence(part)),
                        _ => Source::Text(self.string(part)),
                    });
                }
                "active" => {
                    if self.word(&mut parts, "from") {
                        trigger.active_from = self.moment(&mut parts);
                    }
                    if self.word(&mut parts, "until") {
                        trigger.active_until = self.moment(&mut parts);
                    }
                }
                "respond" => {
                    self.word(&mut parts, "within");
                    trigger.respond = self.positive_duration(&mut parts);
                }
                "by" => trigger.by = self.name(&mut parts),
                _ => trigger.answers.extend(self.answer(inner)),
            }
        }
        if !has_when {
            self.missing(
                &trigger.header,
                "`when`",
                "say what it fires on: `when CHECK fails`, `when \"METRIC\" > 5% for 10m` or `when told \"…\"`",
            );
        }
        let defaults = &severities[index_of(level)];
        trigger.respond = trigger.respond.or(defaults.respond);
        trigger.by = trigger.by.or(defaults.by);
        if trigger.answers.is_empty() {
            trigger.answers = defaults.answers.clone();
        }
        trigger
    }

    fn condition(&mut self, parts: &mut Parts<'_>) -> Option<Condition> {
        if self.word(parts, "told") {
            return self.spanned_string(parts).map(|text| Condition::Told(text.value));
        }
        if let Some(check) = parts.take(PartKind::Name) {
            let check = self.resolve(check)?.value;
            self.word(parts, "fails");
            let lasting = self.lasting(parts);
            return Some(Condition::Fails { check, lasting });
        }
        let metric = self.spanned_string(parts)?.value;
        let comparison = lexeme::comparison(self.text(parts.take(PartKind::Comparison)?.span));
        let value = parts.next()?;
        match value.kind {
            PartKind::Duration => self.lexeme("value/duration", value, lexeme::duration).map(|_| ())?,
            _ => self.lexeme("value/number", value, lexeme::number)?,
        }
        let value = self.text(value.span).to_owned();
        let over_baseline = self.word(parts, "over");
        self.word(parts, "baseline");
        let lasting = self.lasting(parts);
        Some(Condition::Measured { metric, comparison, value, over_baseline, lasting })
    }

    fn lasting(&mut self, parts: &mut Parts<'_>) -> Option<Duration> {
        if self.word(parts, "for") { self.positive_duration(parts).map(|lasting| lasting.value) } else { None }
    }

    fn answer(&mut self, statement: &Statement) -> Option<Spanned<Answer>> {
        let mut parts = Parts::of(statement);
        let answer = match self.keyword(statement) {
            "run" => Answer::Run(self.name(&mut parts)?.value),
            "investigate" => Answer::Investigate(self.prose(&mut parts)?.text),
            "continue" => Answer::Continue(self.prose(&mut parts)?.text),
            _ => return None,
        };
        Some(Spanned::new(answer, statement.span))
    }
}

fn index_of(level: Level) -> usize {
    level as usize
}
