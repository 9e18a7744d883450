//! Reads the steps of scenarios and of phases.

use std::collections::{HashMap, HashSet};

use crate::diagnostic::Diagnostic;
use crate::plan::action::Action;
use crate::plan::change::Effects;
use crate::plan::id::Id;
use crate::plan::names::{Kind, check_name};
use crate::plan::scenario::{ChoiceOption, Guard, Otherwise, Step, StepKind, Test};
use crate::source::{Sources, Span, Spanned};
use crate::syntax::tree::{Part, PartKind, Statement, StatementKind};

use super::{Parts, Reader};

/// What is local to one scenario, or to the forward run.
#[derive(Debug, Default)]
pub struct Place {
    /// How people call it: "this scenario".
    whose: &'static str,
    /// Steps, groups and choices by name.
    names: HashMap<String, Span>,
    /// Options of the choices that stand before.
    options: HashMap<String, Span>,
    /// Every name that people gave, so that those which the compiler makes up stay clear of them.
    given: HashSet<String>,
    /// How many names the compiler made up from the same words.
    made: HashMap<String, usize>,
    /// Whether a statement in it could not be read: it may have held an option.
    unread: bool,
}

impl Place {
    /// Returns an empty place.
    pub fn of(whose: &'static str) -> Place {
        Place { whose, ..Place::default() }
    }

    /// Returns whether people gave this name to a step, group or choice in here.
    pub fn names_step(&self, name: &str) -> bool {
        self.given.contains(name)
    }

    /// Learns the names that people gave to the steps inside a statement.
    pub fn expect(&mut self, sources: &Sources, statement: &Statement) {
        for inner in statement.block.iter().flat_map(|block| &block.statements) {
            self.unread |= inner.kind == StatementKind::Junk;
            if ["step", "manual", "group", "choose"].contains(&sources.text(inner.keyword))
                && let Some(part) = inner.parts.iter().find(|part| part.kind == PartKind::Name)
            {
                self.given.insert(sources.text(part.span).to_owned());
            }
            self.expect(sources, inner);
        }
    }
}

/// The keywords of steps.
pub const STEPS: [&str; 15] = [
    "undo", "restore", "take", "capture", "verify", "show", "deploy", "send", "run", "set", "step", "manual", "group", "parallel", "choose",
];

impl Reader<'_> {
    /// Reads one step. `None` after a finding.
    pub fn step(&mut self, statement: &Statement, place: &mut Place) -> Option<Step> {
        let word = self.keyword(statement);
        let mut parts = Parts::of(statement);
        let head_end = statement.parts.last().map_or(statement.keyword, |part| part.span);
        let mut step = Step {
            name: String::new(),
            title: String::new(),
            span: statement.keyword.to(if head_end.end < statement.keyword.start + 400 { head_end } else { statement.keyword }),
            whole: statement.span,
            kind: StepKind::Parallel(Vec::new()),
            by: None,
            takes: None,
            after: Vec::new(),
            conditions: Vec::new(),
            needs: Vec::new(),
            confirm: None,
            dir: None,
            timeout: None,
            retry: None,
            verify: Vec::new(),
            otherwise: Otherwise::Stop,
            records: Vec::new(),
            effects: Effects::default(),
            notes: Vec::new(),
            links: Vec::new(),
            accepts: Vec::new(),
        };
        match word {
            "step" | "manual" | "group" | "choose" => {
                let header = self.header(statement, &mut parts);
                self.declare_local(&header.name, header.name_span, place);
                step.name = header.name;
                step.title = header.title;
            }
            "parallel" => {
                step.name = self.unique("parallel", place);
                step.title = "Side by side".to_owned();
            }
            _ => {
                let names: Vec<&str> = statement
                    .parts
                    .iter()
                    .take_while(|part| part.kind != PartKind::Word)
                    .filter(|part| part.kind == PartKind::Name)
                    .map(|part| self.text(part.span))
                    .collect();
                let long = format!("{word}-{}", names.join("-"));
                step.name = self.unique(if long.len() <= 60 { &long } else { &long[..long[..60].rfind('-').unwrap_or(60)] }, place);
                step.title = title_of(word, &names);
            }
        }
        step.kind = self.step_kind(word, statement, &mut parts, &mut step, place)?;
        self.tail(&mut parts, &mut step);
        self.remarks(statement, &mut step.notes, &mut step.links, &mut step.accepts);
        Some(step)
    }

    fn step_kind(
        &mut self,
        word: &str,
        statement: &Statement,
        parts: &mut Parts<'_>,
        step: &mut Step,
        place: &mut Place,
    ) -> Option<StepKind> {
        let kind = match word {
            "undo" => StepKind::Undo(self.undo_set(parts)),
            "restore" => StepKind::Restore(self.names(parts)),
            "take" => StepKind::Take(self.names(parts)),
            "capture" => StepKind::Capture(self.names(parts)),
            "verify" => StepKind::Verify(self.names(parts)),
            "show" => StepKind::Show(self.names(parts)),
            "deploy" => StepKind::Deploy(self.names(parts)),
            "send" => StepKind::Send(self.names(parts)),
            "run" => StepKind::Run(self.names(parts)),
            "set" => {
                let flag = self.name(parts);
                self.word(parts, "to");
                let value = self.spanned_string(parts);
                step.title = format!("{} to {}", step.title, value.as_ref().map_or("", |value| &value.value));
                StepKind::Set { flag: flag?, value: value? }
            }
            "step" => {
                let on = if self.word(parts, "on") { self.name(parts) } else { None };
                let via = if self.word(parts, "via") { self.name(parts) } else { None };
                let action = self.step_block(statement, step, place);
                return Some(StepKind::Do { on, via, action });
            }
            "manual" => {
                let instructions = match self.step_block(statement, step, place) {
                    None => None,
                    Some(Action::Manual(prose)) => Some(prose),
                    Some(other) => {
                        self.findings.push(
                            Diagnostic::error(
                                "form/wrong-target",
                                other.span(),
                                "a manual step is done by a person",
                                "a machine would do this",
                            )
                            .because(step.span, "declared `manual` here")
                            .help("write `do manual …`, or make it a `step`"),
                        );
                        None
                    }
                };
                return Some(StepKind::Manual { instructions });
            }
            "group" => {
                let rto = if self.word(parts, "rto") { self.positive_duration(parts) } else { None };
                let steps = self.steps_of(statement, &mut step.conditions, &mut step.needs, place);
                return Some(StepKind::Group { rto, steps });
            }
            "parallel" => return Some(StepKind::Parallel(self.steps_of(statement, &mut step.conditions, &mut step.needs, place))),
            "choose" => {
                let several = self.word(parts, "several");
                return Some(StepKind::Choose { several, options: self.options(statement, several, place) });
            }
            _ => return None,
        };
        // A verb's own work is fixed; its block adds guards and the like.
        if let Some(action) = self.step_block(statement, step, place) {
            self.findings.push(
                Diagnostic::error("form/repeated", action.span(), format!("`{word}` says already what is done"), "does something else")
                    .because(statement.keyword, "done here")
                    .help("make it a `step` of its own"),
            );
        }
        Some(kind)
    }

    /// Reads the names behind `undo`: changes, phases (their changes), `everything`.
    fn undo_set(&mut self, parts: &mut Parts<'_>) -> Vec<Spanned<Id<crate::plan::change::Change>>> {
        let mut changes = Vec::new();
        for part in parts.list(PartKind::Name) {
            if self.text(part.span) == "everything" {
                let count = self.phase_changes.iter().map(Vec::len).sum();
                if count == 0 && self.unread.is_empty() {
                    self.nothing_to_undo(part, "the plan makes no change");
                }
                changes.extend((0..count).map(|index| Spanned::new(Id::new(index), part.span)));
                continue;
            }
            match self.index(part, &[Kind::Change, Kind::Phase]) {
                Some((Kind::Phase, index)) => {
                    let of_phase = self.phase_changes.get(index).cloned().unwrap_or_default();
                    if of_phase.is_empty() && self.phase_spans.get(index).is_some_and(|whole| !self.unread.within(*whole)) {
                        self.nothing_to_undo(part, &format!("the phase `{}` makes no change", self.text(part.span)));
                    }
                    changes.extend(of_phase.into_iter().map(|index| Spanned::new(Id::new(index), part.span)));
                }
                Some((_, index)) => changes.push(Spanned::new(Id::new(index), part.span)),
                None => {}
            }
        }
        let mut seen = std::collections::HashSet::new();
        changes.retain(|change| seen.insert(change.value));
        changes
    }

    fn nothing_to_undo(&mut self, part: Part, why: &str) {
        self.findings.push(
            Diagnostic::error("form/missing", part.span, why, "nothing to undo")
                .help("name the changes that are to be undone, or take it out"),
        );
    }

    /// Reads `[by ROLE] [takes DURATION] [after STEPS]`.
    fn tail(&mut self, parts: &mut Parts<'_>, step: &mut Step) {
        if self.word(parts, "by") {
            step.by = self.name(parts);
        }
        if self.word(parts, "takes") {
            step.takes = self.positive_duration(parts);
        }
        if self.word(parts, "after") {
            step.after =
                parts.list(PartKind::Name).into_iter().map(|part| Spanned::new(self.text(part.span).to_owned(), part.span)).collect();
        }
    }

    /// Reads a step's block; returns its `do`.
    fn step_block(&mut self, statement: &Statement, step: &mut Step, place: &mut Place) -> Option<Action> {
        let mut action = None;
        let repeatable = [
            "only", "unless", "needs", "verify", "record", "creates", "alters", "writes", "destroys", "freezes", "thaws", "stops", "starts",
        ];
        for inner in self.block(statement, &repeatable) {
            let mut parts = Parts::of(inner);
            match self.keyword(inner) {
                "only" | "unless" => step.conditions.extend(self.guard(inner, place)),
                "needs" => self.needs(&mut parts, &mut step.needs),
                "confirm" => step.confirm = self.spanned_string(&mut parts).map(|text| text.value),
                "do" => action = self.action(&mut parts),
                "dir" => step.dir = self.place(&mut parts).map(|dir| dir.value),
                "timeout" => step.timeout = self.positive_duration(&mut parts).map(|timeout| timeout.value),
                "retry" => step.retry = self.retry(&mut parts),
                "verify" => step.verify.extend(self.names(&mut parts)),
                "else" => step.otherwise = self.otherwise(inner, place),
                "record" => {
                    let question = self.spanned_string(&mut parts);
                    self.word(&mut parts, "as");
                    let slot = parts.take(PartKind::Name);
                    if let (Some(question), Some(slot)) = (question, slot) {
                        let slot = Spanned::new(self.text(slot.span).to_owned(), slot.span);
                        self.slot_name(&slot);
                        step.records.push((question.value, slot));
                    }
                }
                _ => self.effect(inner, &mut step.effects),
            }
        }
        action
    }

    fn otherwise(&mut self, statement: &Statement, place: &mut Place) -> Otherwise {
        let mut parts = Parts::of(statement);
        if self.word(&mut parts, "run") {
            return self.name(&mut parts).map_or(Otherwise::Stop, Otherwise::Run);
        }
        if self.word(&mut parts, "continue") {
            return Otherwise::Continue;
        }
        if statement.block.is_some() {
            return Otherwise::Steps(self.steps_of(statement, &mut Vec::new(), &mut Vec::new(), place));
        }
        Otherwise::Stop
    }

    /// Reads the steps of a block, and the guards and needs of a group's.
    fn steps_of(
        &mut self,
        statement: &Statement,
        guards: &mut Vec<Guard>,
        needs: &mut Vec<crate::plan::scenario::Need>,
        place: &mut Place,
    ) -> Vec<Step> {
        let mut steps = Vec::new();
        for inner in statement.block.iter().flat_map(|block| &block.statements) {
            if inner.kind == StatementKind::Junk {
                continue;
            }
            match self.keyword(inner) {
                "only" | "unless" => guards.extend(self.guard(inner, place)),
                "needs" => self.needs(&mut Parts::of(inner), needs),
                "note" | "link" | "accept" => {}
                _ => steps.extend(self.step(inner, place)),
            }
        }
        steps
    }

    fn options(&mut self, statement: &Statement, several: bool, place: &mut Place) -> Vec<ChoiceOption> {
        let mut options: Vec<ChoiceOption> = Vec::new();
        for inner in statement.block.iter().flat_map(|block| &block.statements) {
            if inner.kind == StatementKind::Junk || self.keyword(inner) != "option" {
                continue;
            }
            let mut parts = Parts::of(inner);
            let header = self.header(inner, &mut parts);
            let recommended = self.word(&mut parts, "recommended");
            check_name(&header.name, header.name_span, &mut self.findings);
            if let Some(first) = place.options.insert(header.name.clone(), header.name_span) {
                self.findings.push(duplicate(&header.name, header.name_span, first, &format!("an option of {}", place.whose)));
            }
            let mut conditions = Vec::new();
            let mut needs = Vec::new();
            let steps = self.steps_of(inner, &mut conditions, &mut needs, place);
            let name = Spanned::new(header.name, header.name_span);
            options.push(ChoiceOption {
                name,
                title: header.title,
                recommended,
                whole: inner.span,
                conditions,
                needs,
                steps,
                notes: header.notes,
            });
        }
        if !several && let [first, second, ..] = options.iter().filter(|option| option.recommended).collect::<Vec<_>>().as_slice() {
            let finding =
                Diagnostic::error("form/repeated", second.name.span, "one choice has two recommended options", "recommended as well")
                    .because(first.name.span, "recommended here");
            self.findings.push(finding.help("recommend one; or let several be chosen: `choose NAME \"Title\" several`"));
        }
        if options.len() < 2 && !self.unread.within(statement.span) {
            self.findings.push(
                Diagnostic::error("form/missing", statement.keyword, "a choice needs at least two options", "nothing to choose from")
                    .help("add `option NAME \"Title\" { … }`"),
            );
        }
        options
    }

    fn guard(&mut self, statement: &Statement, place: &Place) -> Option<Guard> {
        let mut parts = Parts::of(statement);
        let negated = self.keyword(statement) == "unless";
        self.word(&mut parts, "if");
        let test = if self.word(&mut parts, "chose") {
            let part = parts.take(PartKind::Name)?;
            let name = self.text(part.span);
            if !place.options.contains_key(name) && !place.unread {
                let known = place.options.keys().map(String::as_str);
                let finding = Diagnostic::error(
                    "reference/unknown",
                    part.span,
                    format!("no choice before this step has the option `{name}`"),
                    "declared nowhere",
                );
                self.findings.push(match self.names.suggestions.nearest(name, known) {
                    Some(near) => finding.help(format!("did you mean `{near}`?")),
                    None => finding.help("a `choose` has to stand before the steps that depend on it"),
                });
            }
            Test::Chose(Spanned::new(name.to_owned(), part.span))
        } else {
            let part = parts.take(PartKind::Name)?;
            if self.word(&mut parts, "is") {
                if let Some(value) = self.spanned_string(&mut parts) {
                    Test::Param(self.resolve(part)?.value, value.value)
                } else if self.word(&mut parts, "applied") {
                    Test::Applied(self.resolve(part)?.value)
                } else {
                    Test::Available(self.resolve(part)?.value)
                }
            } else {
                Test::Check(self.resolve(part)?.value)
            }
        };
        Some(Guard { negated, test, span: statement.span })
    }

    fn declare_local(&mut self, name: &str, span: Span, place: &mut Place) {
        check_name(name, span, &mut self.findings);
        if let Some(first) = place.names.get(name) {
            self.findings.push(duplicate(name, span, *first, &format!("a step of {}", place.whose)));
        } else {
            place.names.insert(name.to_owned(), span);
        }
    }

    /// Returns `wanted`, or `wanted-2` and so on where that is taken or will be.
    fn unique(&self, wanted: &str, place: &mut Place) -> String {
        let made = place.made.entry(wanted.to_owned()).or_insert(0);
        loop {
            *made += 1;
            let name = if *made == 1 { wanted.to_owned() } else { format!("{wanted}-{made}") };
            if !place.given.contains(&name) && !place.names.contains_key(&name) {
                place.names.insert(name.clone(), Span::default());
                return name;
            }
        }
    }
}

fn duplicate(name: &str, span: Span, first: Span, what: &str) -> Diagnostic {
    Diagnostic::error("reference/duplicate", span, format!("`{name}` is {what} already"), "declared again here")
        .because(first, "declared first here")
        .help("give one of them another name")
}

/// Says what a verb does with its names.
fn title_of(word: &str, names: &[&str]) -> String {
    let names = names.join(", ");
    match word {
        "undo" if names == "everything" => "Undo every change".to_owned(),
        "undo" => format!("Undo {names}"),
        "restore" => format!("Restore {names}"),
        "take" => format!("Take {names}"),
        "capture" => format!("Record the result of {names}"),
        "verify" => format!("Verify {names}"),
        "show" => format!("Show {names}"),
        "deploy" => format!("Deploy {names}"),
        "send" => format!("Send {names}"),
        "run" => format!("Run {names}"),
        _ => format!("Set {names}"),
    }
}
