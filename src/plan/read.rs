//! Trees to meaning: reads statements whose names have all been declared.
//!
//! `read` owns the cursor over a statement's parts and what every declaration shares; the files below it each read one
//! kind of declaration. The grammar has checked the order of parts, so a reader asks for what it expects and skips
//! quietly over what is missing: that has been reported.

mod check;
mod finish;
mod forward;
mod people;
mod root;
mod scenario;
mod step;
mod target;
mod trigger;
mod trouble;
mod value;

use std::collections::HashMap;

use crate::diagnostic::{Diagnostic, Label};
use crate::source::{Sources, Span, Spanned};
use crate::syntax::tree::{Part, PartKind, Statement, StatementKind};

use super::action::Action;
use super::check::Retry;
use super::id::Id;
use super::names::{Kind, Named, Names};
use super::people::Moment;
use super::scenario::Need;
use super::{Accept, Header, Link, Plan, Prose, Reference};

use trouble::Trouble;

pub use root::plan;

/// So many places of one undeclared name are shown.
const PLACES: usize = 6;

/// What readers share.
pub struct Reader<'s> {
    pub sources: &'s Sources,
    pub names: Names,
    pub plan: Plan,
    pub findings: Vec<Diagnostic>,
    /// The changes of each phase, by phase index: known before anything is read.
    pub phase_changes: Vec<Vec<usize>>,
    /// Each phase whole, by phase index.
    pub phase_spans: Vec<Span>,
    /// Where a statement could not be read.
    pub unread: Trouble,
    /// Where a name did not resolve, and what else is wrong already.
    pub trouble: Trouble,
    /// Where each name that is declared nowhere was reported, as an index into the findings.
    pub reported: HashMap<(String, Vec<Kind>), usize>,
    /// Names of the steps in phases.
    pub forward: step::Place,
}

/// A cursor over a statement's parts; comments in lists are passed over.
pub struct Parts<'t> {
    parts: &'t [Part],
    at: usize,
}

impl<'t> Parts<'t> {
    /// Returns a cursor before the first part.
    pub fn of(statement: &'t Statement) -> Parts<'t> {
        Parts { parts: &statement.parts, at: 0 }
    }

    /// Returns the next part without moving.
    pub fn peek(&mut self) -> Option<Part> {
        while self.parts.get(self.at).is_some_and(|part| part.kind == PartKind::Comment) {
            self.at += 1;
        }
        self.parts.get(self.at).copied()
    }

    /// Returns the next part and moves behind it.
    pub fn next(&mut self) -> Option<Part> {
        let part = self.peek();
        self.at += usize::from(part.is_some());
        part
    }

    /// Returns the next part if it is of `kind`, and moves behind it.
    pub fn take(&mut self, kind: PartKind) -> Option<Part> {
        self.peek().filter(|part| part.kind == kind)?;
        self.next()
    }

    /// Returns every part of `kind` in a comma-separated list, and moves behind it.
    pub fn list(&mut self, kind: PartKind) -> Vec<Part> {
        let mut list = Vec::new();
        while let Some(part) = self.take(kind) {
            list.push(part);
            if self.take(PartKind::Comma).is_none() {
                break;
            }
        }
        list
    }
}

impl<'s> Reader<'s> {
    /// Returns the text of a span.
    pub fn text(&self, span: Span) -> &'s str {
        self.sources.text(span)
    }

    /// Returns the keyword of a statement.
    pub fn keyword(&self, statement: &Statement) -> &'s str {
        self.text(statement.keyword)
    }

    /// Moves behind the connecting word `word`, if it comes next.
    pub fn word(&self, parts: &mut Parts<'_>, word: &str) -> bool {
        let found = parts.peek().is_some_and(|part| part.kind == PartKind::Word && self.text(part.span) == word);
        if found {
            parts.next();
        }
        found
    }

    /// Returns the statements of a block that parsed; and reports those that stand twice where one is allowed.
    pub fn block<'t>(&mut self, statement: &'t Statement, repeatable: &[&str]) -> Vec<&'t Statement> {
        let mut seen: Vec<(&str, bool, Span)> = Vec::new();
        let mut sound = Vec::new();
        for inner in statement.block.iter().flat_map(|block| &block.statements) {
            if inner.kind == StatementKind::Junk {
                continue;
            }
            sound.push(inner);
            let word = self.keyword(inner);
            if ["note", "link", "accept"].contains(&word) || repeatable.contains(&word) {
                continue;
            }
            // `undo takes` and `undo …` are two statements.
            let takes = inner.parts.first().is_some_and(|part| part.kind == PartKind::Word && self.text(part.span) == "takes");
            match seen.iter().find(|(seen, seen_takes, _)| (*seen, *seen_takes) == (word, takes)) {
                Some((_, _, first)) => {
                    let first = *first;
                    self.findings.push(
                        Diagnostic::error("form/repeated", inner.keyword, format!("`{word}` stands here twice"), "said again here")
                            .because(first, "said here first")
                            .help("keep one of them"),
                    );
                }
                None => seen.push((word, takes, inner.keyword)),
            }
        }
        sound
    }

    /// Returns the header of a declaration, and moves behind its title.
    pub fn header(&mut self, statement: &Statement, parts: &mut Parts<'_>) -> Header {
        let name = parts.take(PartKind::Name);
        let title = parts.take(PartKind::String);
        let name_span = name.map_or(statement.keyword, |part| part.span);
        let name = name.map_or("", |part| self.text(part.span)).to_owned();
        let head_end = statement.parts.last().map_or(statement.keyword, |part| part.span);
        let title = title.map(|part| self.string(part)).filter(|title| !title.trim().is_empty()).unwrap_or_else(|| name.clone());
        let mut header = Header {
            name,
            name_span,
            title,
            span: statement.keyword.to(if head_end.end <= name_span.end + 400 { head_end } else { name_span }),
            whole: statement.span,
            notes: Vec::new(),
            links: Vec::new(),
            accepts: Vec::new(),
        };
        self.remarks(statement, &mut header.notes, &mut header.links, &mut header.accepts);
        header
    }

    /// Reads `note`, `link` and `accept` of a block.
    pub fn remarks(&mut self, statement: &Statement, notes: &mut Vec<Prose>, links: &mut Vec<Link>, accepts: &mut Vec<Accept>) {
        for inner in statement.block.iter().flat_map(|block| &block.statements) {
            if inner.kind == StatementKind::Junk {
                continue;
            }
            let mut parts = Parts::of(inner);
            match self.keyword(inner) {
                "note" => notes.extend(self.prose(&mut parts)),
                "link" => {
                    if let (Some(title), Some(url)) = (parts.next(), parts.next()) {
                        links.push(Link { title: self.string(title), url: self.string(url), span: inner.span });
                    }
                }
                "accept" => accepts.extend(self.accept(inner, statement.span)),
                _ => {}
            }
        }
    }

    /// Reads `accept RULE because STRING [by ROLE] [until DATE]`.
    pub fn accept(&mut self, statement: &Statement, scope: Span) -> Option<Accept> {
        let mut parts = Parts::of(statement);
        let rule = parts.take(PartKind::Rule)?;
        self.word(&mut parts, "because");
        let because = parts.take(PartKind::String).map(|part| self.string(part)).unwrap_or_default();
        let by = if self.word(&mut parts, "by") { self.name(&mut parts).map(|role| role.value) } else { None };
        let until = if self.word(&mut parts, "until") { self.date(&mut parts) } else { None };
        let rule = Spanned::new(self.text(rule.span).to_owned(), rule.span);
        Some(Accept { rule, because, by, until, span: statement.span, scope })
    }

    /// Returns the id that the next name stands for, or reports it.
    pub fn name<T: Named>(&mut self, parts: &mut Parts<'_>) -> Option<Spanned<Id<T>>> {
        let part = parts.take(PartKind::Name)?;
        self.resolve(part)
    }

    /// Returns the ids of a list of names.
    pub fn names<T: Named>(&mut self, parts: &mut Parts<'_>) -> Vec<Spanned<Id<T>>> {
        parts.list(PartKind::Name).into_iter().filter_map(|part| self.resolve(part)).collect()
    }

    /// Returns the id that a name stands for, or reports it.
    pub fn resolve<T: Named>(&mut self, part: Part) -> Option<Spanned<Id<T>>> {
        let index = self.index(part, &[T::KIND])?.1;
        Some(Spanned::new(Id::new(index), part.span))
    }

    /// Returns kind and index of a name that may be one of several kinds, or reports it.
    pub fn index(&mut self, part: Part, wanted: &[Kind]) -> Option<(Kind, usize)> {
        let name = self.text(part.span);
        if let Some(symbol) = self.names.get(name)
            && let Some(kind) = symbol.kind
            && wanted.contains(&kind)
        {
            self.plan.references.push(Reference { to: symbol.span, at: part.span });
            return Some((kind, symbol.index));
        }
        self.trouble.add(part.span);
        // One name that nothing declares is one finding, however often it is used.
        let key = (name.to_owned(), wanted.to_vec());
        if let Some(first) = self.reported.get(&key) {
            let labels = &mut self.findings[*first].labels;
            if labels.len() < PLACES {
                labels.push(Label { span: part.span, text: "used here too".to_owned() });
            }
        } else if let Some(mut finding) = self.names.unknown(name, part.span, wanted) {
            if self.names.get(name).is_none() {
                self.reported.insert(key, self.findings.len());
                if self.forward.names_step(name) {
                    finding.message.push_str(": that is a step");
                    finding.labels[0].text = "a step of the forward run".to_owned();
                }
            }
            self.findings.push(finding);
        }
        None
    }

    /// Returns the change or phase that the next name stands for.
    pub fn moment(&mut self, parts: &mut Parts<'_>) -> Option<Spanned<Moment>> {
        let part = parts.take(PartKind::Name)?;
        let moment = match self.index(part, &[Kind::Change, Kind::Phase])? {
            (Kind::Phase, index) => Moment::Phase(Id::new(index)),
            (_, index) => Moment::Change(Id::new(index)),
        };
        Some(Spanned::new(moment, part.span))
    }

    /// Reads what follows `needs`: checks, or a question.
    pub fn needs(&mut self, parts: &mut Parts<'_>, needs: &mut Vec<Need>) {
        if let Some(question) = self.spanned_string(parts) {
            needs.push(Need::Question(question));
        } else {
            needs.extend(self.names(parts).into_iter().map(Need::Check));
        }
    }

    /// Reads what follows `retry`.
    pub fn retry(&mut self, parts: &mut Parts<'_>) -> Option<Retry> {
        let times = self.integer(parts)?;
        self.word(parts, "every");
        let every = self.duration(parts)?.value;
        if times.value == 0 {
            self.fault("value/number", times.span, ("this tries nothing again".to_owned(), "leave `retry` out, or say how often"));
        }
        if times.value > 1_000 {
            self.fault(
                "value/number",
                times.span,
                ("more than a thousand tries".to_owned(), "try less often, or wait longer between tries"),
            );
        }
        Some(Retry { times: times.value.min(1_000) as u32, every })
    }

    /// Reads an action.
    pub fn action(&mut self, parts: &mut Parts<'_>) -> Option<Action> {
        let first = parts.peek()?;
        if first.kind == PartKind::Fence {
            parts.next();
            return Some(Action::Code(self.fence(first)));
        }
        let word = self.text(first.span);
        parts.next();
        match word {
            "manual" => self.prose(parts).map(Action::Manual),
            "edit" => {
                let path = parts.take(PartKind::String)?;
                let content = parts.take(PartKind::Fence)?;
                let (path, content) = (self.string(path), self.fence(content));
                let span = first.span.to(content.span);
                Some(Action::Edit { path, content, span })
            }
            "restore" => self.name(parts).map(|backup| Action::Restore { backup: backup.value, span: first.span.to(backup.span) }),
            "deploy" => self.name(parts).map(|release| Action::Deploy { release: release.value, span: first.span.to(release.span) }),
            "set" => {
                let flag = self.name(parts)?;
                self.word(parts, "to");
                let value = self.spanned_string(parts)?;
                Some(Action::Set { flag: flag.value, value: value.value, span: first.span.to(value.span) })
            }
            _ => None,
        }
    }

    /// Reports a statement that a declaration can't do without; not when something in it could not be read.
    pub fn missing(&mut self, header: &Header, what: &str, help: &str) {
        if self.unread.within(header.whole) {
            return;
        }
        self.findings.push(
            Diagnostic::error("form/missing", header.name_span, format!("`{}` has no {what}", header.name), format!("{what} is missing"))
                .help(help),
        );
    }
}
