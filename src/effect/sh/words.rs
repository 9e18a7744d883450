//! The words of a script without their quotes, what variables hold in them, and where streams are led.

use std::ops::Range;

use shuck_ast::{
    ArrayElem, Assignment, AssignmentValue, HeredocBodyPart, Redirect, RedirectKind, RedirectTarget, Span, Word, WordPart, WordPartNode,
};

use super::flow::joined;
use super::parse::{Input, Simple, Walk};
use super::quote::{Quoting, bare};
use crate::effect::act::Opaque;
use crate::effect::mapped::{HOLE, Mapped};

/// Longer values of variables are no command.
const LONGEST: usize = 256;

impl<'s> Walk<'s> {
    /// Walks `X=…`; `passing` holds for one command only.
    pub(super) fn assignment(&mut self, assignment: &'s Assignment, passing: bool) {
        match &assignment.value {
            AssignmentValue::Scalar(word) => {
                let value = self.word(word);
                let name = assignment.target.name.as_str();
                let once = self.assigned.get(name) == Some(&1) && !assignment.append && assignment.target.subscript.is_none();
                let own = self.frames.last_mut().filter(|frame| frame.guarded == self.guarded && once && !passing);
                if let (Some(frame), Some(_)) = (own, value.known()) {
                    frame.values.insert(name.to_owned(), vec![value.clone()]);
                }
                let holds = once && !passing && self.guarded == 0;
                // Which program it runs is enough, whatever the rest may be.
                if holds && value.text.split_whitespace().next().is_some_and(|program| !program.contains(HOLE)) {
                    self.commands.insert(name.to_owned(), value.text.clone());
                }
                if holds && value.known().is_some() {
                    self.constants.insert(name.to_owned(), value);
                }
            }
            AssignmentValue::Compound(array) => {
                for element in &array.elements {
                    let (ArrayElem::Sequential(value) | ArrayElem::Keyed { value, .. } | ArrayElem::KeyedAppend { value, .. }) = element;
                    self.word(&value.word);
                }
            }
        }
    }

    pub(super) fn redirect(&mut self, redirect: &'s Redirect, ends: &mut Simple) {
        let word = match &redirect.target {
            RedirectTarget::Heredoc(document) => {
                let mut holes = Vec::new();
                for part in &document.body.parts {
                    match &part.kind {
                        HeredocBodyPart::Literal(_) => continue,
                        HeredocBodyPart::CommandSubstitution { body, .. } => self.guarded(body),
                        _ => self.hidden(part.span),
                    }
                    let name = if let HeredocBodyPart::Variable(name) = &part.kind { Some(name.as_str()) } else { None };
                    holes.extend(self.bytes(part.span).map(|range| (range, name.and_then(|name| self.constant(name).cloned()))));
                }
                let tabs = document.delimiter.strip_tabs;
                let quoting = if document.delimiter.expands_body { Quoting::Document { tabs } } else { Quoting::None { tabs } };
                let Some(range) = self.bytes(document.body.span) else { return };
                ends.input = Input::Text(bare(self.source, range, quoting, &holes));
                return;
            }
            RedirectTarget::Word(word) => self.word(word),
        };
        let is_descriptor = matches!(word.text.as_str(), "-") || word.text.bytes().all(|byte| byte.is_ascii_digit());
        match redirect.kind {
            RedirectKind::Input | RedirectKind::ReadWrite if redirect.fd.unwrap_or(0) == 0 => ends.input = Input::File(word),
            RedirectKind::HereString => ends.input = Input::Text(word),
            RedirectKind::Output | RedirectKind::Clobber | RedirectKind::Append | RedirectKind::OutputBoth => {
                let adds = redirect.kind == RedirectKind::Append;
                if redirect.fd.unwrap_or(1) == 1 { ends.output.push((word, adds)) } else { ends.errors.push((word, adds)) }
            }
            RedirectKind::DupOutput if !is_descriptor => ends.output.push((word, false)),
            _ => {}
        }
    }

    /// Commands may stand in an expansion that is not walked: `${X:-$(rm y)}`.
    fn hidden(&mut self, span: Span) {
        let Some(text) = self.bytes(span).map(|range| &self.source.text[range]) else { return };
        if text.get(2..).is_some_and(|inner| inner.contains("$(") && !text.starts_with("$((") || inner.contains('`')) {
            let range = self.place(span);
            self.out.opaque.push(Opaque { range, why: "a command inside an expansion" });
        }
    }

    /// Returns a word without its quotes, and walks the commands in it.
    pub(super) fn word(&mut self, word: &'s Word) -> Mapped {
        // What a call gives as a whole word is found at the call; a part of one where it is asked for.
        if let Some([one]) = self.passed(word) {
            return one.standing_for(&self.place(word.span));
        }
        let mut text = Mapped::empty(self.place(word.span));
        self.parts(&word.parts, Quoting::Bare, &mut text);
        text
    }

    /// Returns the words that a word becomes: `$PSQL` without quotes is as many as stand in it.
    pub(super) fn words(&mut self, word: &'s Word) -> Vec<Mapped> {
        let name = match word.parts.as_slice() {
            [part] => match &part.kind {
                WordPart::Variable(name) => Some(name.as_str()),
                WordPart::Parameter(parameter) => Some(parameter.raw_body.slice(&self.source.text)),
                _ => None,
            },
            _ => None,
        };
        // `"$@"` is as many words as were given.
        if let Some(given) = self.passed(word).filter(|given| given.len() != 1) {
            let place = self.place(word.span);
            return given.iter().map(|one| one.standing_for(&place)).collect();
        }
        let value =
            name.and_then(|name| self.commands.get(name)).filter(|value| value.len() < LONGEST && value.contains(char::is_whitespace));
        match value {
            Some(value) => {
                let place = self.place(word.span);
                value.split_whitespace().map(|word| Mapped::at(word, &place)).collect()
            }
            None => vec![self.word(word)],
        }
    }

    fn parts(&mut self, parts: &'s [WordPartNode], quoting: Quoting, text: &mut Mapped) {
        for part in parts {
            let Some(range) = self.bytes(part.span) else {
                text.push(HOLE, &text.range.clone());
                continue;
            };
            match &part.kind {
                WordPart::Literal(_) => text.append(&bare(self.source, range, quoting, &[])),
                WordPart::SingleQuoted { dollar, .. } => {
                    let open = range.start + if *dollar { 2 } else { 1 };
                    let closed = self.source.text.get(open..range.end).is_some_and(|inner| inner.ends_with('\''));
                    let inner = open.min(range.end)..range.end - usize::from(closed);
                    let quoting = if *dollar { Quoting::Dollar } else { Quoting::None { tabs: false } };
                    text.append(&bare(self.source, inner, quoting, &[]));
                }
                WordPart::DoubleQuoted { parts, .. } => self.parts(parts, Quoting::Double, text),
                WordPart::Variable(name) => self.value(name.as_str(), &range, text),
                WordPart::Parameter(parameter) if self.constant(parameter.raw_body.slice(&self.source.text)).is_some() => {
                    self.value(parameter.raw_body.slice(&self.source.text), &range, text);
                }
                WordPart::CommandSubstitution { body, .. } | WordPart::ProcessSubstitution { body, .. } if self.begins(part.span) => {
                    self.guarded(body);
                    text.push(HOLE, &self.source.place(&range));
                }
                WordPart::CommandSubstitution { .. } | WordPart::ProcessSubstitution { .. } => {
                    let why = "a command between backticks behind an escape: `$(…)` can be read";
                    self.out.opaque.push(Opaque { range: self.place(part.span), why });
                    text.push(HOLE, &self.source.place(&range));
                }
                _ => {
                    self.hidden(part.span);
                    text.push(HOLE, &self.source.place(&range));
                }
            }
        }
    }

    /// Returns whether a substitution begins where the parser says so.
    fn begins(&self, span: Span) -> bool {
        self.source.text.get(span.start.offset()..).is_some_and(|text| text.starts_with(['`', '$', '<', '>', '=']))
    }

    /// Returns what a call has given for a word that asks for nothing else: `"$1"`, `"$@"`.
    fn passed(&self, word: &'s Word) -> Option<&[Mapped]> {
        let asked = |part: &'s WordPartNode| match &part.kind {
            WordPart::Variable(name) if name.as_str() != "*" => Some(name.as_str()),
            _ => None,
        };
        match word.parts.as_slice() {
            [one] => match &one.kind {
                WordPart::DoubleQuoted { parts, .. } => {
                    let [inner] = parts.as_slice() else { return None };
                    self.given(asked(inner)?)
                }
                _ => self.given(asked(one)?),
            },
            _ => None,
        }
    }

    /// Adds the value of a variable where it stands.
    fn value(&self, name: &str, range: &Range<usize>, text: &mut Mapped) {
        match (self.given(name), self.constants.get(name)) {
            (Some(given), _) => text.append(&Mapped::at(&joined(given).text, &self.source.place(range))),
            (None, Some(value)) => text.append(&Mapped::at(&value.text, &self.source.place(range))),
            (None, None) => text.push(HOLE, &self.source.place(range)),
        }
    }

    fn constant(&self, name: &str) -> Option<&Mapped> {
        match self.given(name) {
            Some([one]) => Some(one),
            Some(_) => None,
            None => self.constants.get(name),
        }
    }
}
