//! Reads values: strings, fences, times and numbers. One that has a form but no meaning is a finding.

use std::ops::RangeInclusive;

use crate::diagnostic::Diagnostic;
use crate::plan::Prose;
use crate::plan::action::{Code, Language};
use crate::plan::lexeme::{self, Fault};
use crate::plan::value::{Date, Duration, Instant, Place};
use crate::source::{Span, Spanned};
use crate::syntax::tree::{Part, PartKind};

use super::{Parts, Reader};

impl Reader<'_> {
    /// Returns a string part's text.
    pub fn string(&mut self, part: Part) -> String {
        match lexeme::string(self.text(part.span)) {
            Ok(text) => text,
            Err((range, fault)) => {
                let start = part.span.start as usize;
                self.fault("value/escape", Span::new(part.span.file, start + range.start, start + range.end), fault);
                String::new()
            }
        }
    }

    /// Returns the next string with its place.
    pub fn spanned_string(&mut self, parts: &mut Parts<'_>) -> Option<Spanned<String>> {
        let part = parts.take(PartKind::String)?;
        Some(Spanned::new(self.string(part), part.span))
    }

    /// Returns a fence's code.
    pub fn fence(&mut self, part: Part) -> Code {
        let source = &self.sources.file(part.span.file).text;
        match lexeme::fence(part.span.file, source, part.span) {
            Ok(code) => code,
            Err((place, fault)) => {
                self.fault("value/indentation", place, fault);
                let head = self.text(part.span).lines().next().unwrap_or("");
                let language = Language::named(head.trim_start_matches('`').trim());
                Code::new(language, String::new(), part.span)
            }
        }
    }

    /// Returns a fence's code, which has to be shell.
    pub fn shell(&mut self, part: Part) -> Code {
        let code = self.fence(part);
        if !matches!(code.language, Language::Sh | Language::Bash) {
            self.findings.push(
                Diagnostic::error(
                    "form/wrong-language",
                    part.span,
                    format!("this is `{}`, and shell runs here", code.language.word()),
                    "wrong language",
                )
                .help("open the fence with ```sh; a database's client can be called from there"),
            );
        }
        code
    }

    /// Returns a string or a fence as text for people.
    pub fn prose(&mut self, parts: &mut Parts<'_>) -> Option<Prose> {
        let part = parts.next()?;
        let text = match part.kind {
            PartKind::Fence => self.fence(part).text,
            _ => self.string(part),
        };
        Some(Prose { text, span: part.span })
    }

    /// Returns the next duration, a range's upper end counting.
    pub fn duration(&mut self, parts: &mut Parts<'_>) -> Option<Spanned<Duration>> {
        let part = parts.take(PartKind::Duration)?;
        let first = self.lexeme("value/duration", part, lexeme::duration)?;
        if !self.word(parts, "to") {
            return Some(Spanned::new(Duration::of(first), part.span));
        }
        let upper = parts.take(PartKind::Duration)?;
        let second = self.lexeme("value/duration", upper, lexeme::duration)?;
        let span = part.span.to(upper.span);
        if second < first {
            self.fault(
                "value/duration",
                span,
                ("the range ends before it begins".to_owned(), "write the shorter duration first: `1h to 2h`"),
            );
        }
        Some(Spanned::new(Duration { seconds: second, low: Some(first) }, span))
    }

    /// Returns the next duration, and reports one that is zero.
    pub fn positive_duration(&mut self, parts: &mut Parts<'_>) -> Option<Spanned<Duration>> {
        let duration = self.duration(parts)?;
        if duration.value.seconds == 0 {
            self.fault("value/duration", duration.span, ("this can't be zero".to_owned(), "give the time that it really takes"));
        }
        Some(duration)
    }

    /// Returns the next instant.
    pub fn instant(&mut self, parts: &mut Parts<'_>) -> Option<Spanned<Instant>> {
        let part = parts.take(PartKind::Instant)?;
        let instant = self.lexeme("value/instant", part, lexeme::instant)?;
        Some(Spanned::new(instant, part.span))
    }

    /// Returns the next date.
    pub fn date(&mut self, parts: &mut Parts<'_>) -> Option<Spanned<Date>> {
        let part = parts.take(PartKind::Date)?;
        let date = self.lexeme("value/date", part, lexeme::date)?;
        Some(Spanned::new(date, part.span))
    }

    /// Returns the next whole number.
    pub fn integer(&mut self, parts: &mut Parts<'_>) -> Option<Spanned<u64>> {
        let part = parts.take(PartKind::Number)?;
        match self.text(part.span).parse() {
            Ok(number) => Some(Spanned::new(number, part.span)),
            Err(_) => {
                self.fault(
                    "value/number",
                    part.span,
                    ("this number is too large".to_owned(), "give a number below 18,446,744,073,709,551,616"),
                );
                None
            }
        }
    }

    /// Returns the next status, and reports one outside `range`.
    pub fn status(&mut self, parts: &mut Parts<'_>, range: RangeInclusive<u64>, help: &'static str) -> Option<Spanned<u64>> {
        let number = self.integer(parts)?;
        if !range.contains(&number.value) {
            self.fault("value/number", number.span, (format!("there is no status `{}`", number.value), help));
        }
        Some(number)
    }

    /// Returns the text of the next number, which has no unit.
    pub fn plain_number(&mut self, parts: &mut Parts<'_>, help: &'static str) -> Option<Spanned<String>> {
        let part = parts.take(PartKind::Number)?;
        let text = self.text(part.span);
        if text.ends_with(|last: char| !last.is_ascii_digit()) {
            self.fault("value/number", part.span, (format!("`{text}` is not a plain number"), help));
        }
        Some(Spanned::new(text.to_owned(), part.span))
    }

    /// Returns a part's value.
    pub fn lexeme<T>(&mut self, code: &'static str, part: Part, read: fn(&str) -> Result<T, Fault>) -> Option<T> {
        match read(self.text(part.span)) {
            Ok(value) => Some(value),
            Err(fault) => {
                self.fault(code, part.span, fault);
                None
            }
        }
    }

    /// Reports a value that has a form but no meaning.
    pub fn fault(&mut self, code: &'static str, span: Span, fault: Fault) {
        let (message, help) = fault;
        self.findings.push(Diagnostic::error(code, span, message, "here").help(help));
    }

    /// Returns `$NAME` or a string.
    pub fn place(&mut self, parts: &mut Parts<'_>) -> Option<Spanned<Place>> {
        let part = parts.next()?;
        let place = match part.kind {
            PartKind::Env => Place::Variable(self.text(part.span)[1..].to_owned()),
            _ => Place::Literal(self.string(part)),
        };
        Some(Spanned::new(place, part.span))
    }
}
