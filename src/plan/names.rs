//! The plan's one namespace: every declaration and every change by name, and what a wrong name is answered with.

use std::collections::HashMap;
use std::collections::hash_map::Entry;

use crate::diagnostic::{Diagnostic, nearest};
use crate::source::Span;
use crate::syntax::keyword::RESERVED;

use super::change::{Change, Decision, Phase};
use super::check::Check;
use super::people::{Channel, Checklist, Message, Monitor, Post, Risk, Role};
use super::scenario::{Scenario, Trigger};
use super::target::{Backup, Flag, Release, Target, Writer};
use super::{Param, Secret, Section};

/// What a name stands for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Kind {
    Param,
    Secret,
    Target,
    Role,
    Writer,
    Backup,
    Flag,
    Release,
    Channel,
    Check,
    Phase,
    Change,
    Decision,
    Trigger,
    Scenario,
    Message,
    Checklist,
    Monitor,
    Risk,
    Post,
    Section,
}

impl Kind {
    /// How many kinds there are.
    pub const COUNT: usize = Kind::Section as usize + 1;

    /// Returns the kind that a declaration's keyword makes.
    pub fn of_keyword(word: &str) -> Option<Kind> {
        Some(match word {
            "param" => Kind::Param,
            "secret" => Kind::Secret,
            "target" => Kind::Target,
            "role" => Kind::Role,
            "writer" => Kind::Writer,
            "backup" => Kind::Backup,
            "flag" => Kind::Flag,
            "release" => Kind::Release,
            "channel" => Kind::Channel,
            "check" => Kind::Check,
            "phase" => Kind::Phase,
            "change" | "irreversible" => Kind::Change,
            "decision" => Kind::Decision,
            "trigger" => Kind::Trigger,
            "scenario" => Kind::Scenario,
            "message" => Kind::Message,
            "checklist" => Kind::Checklist,
            "monitor" => Kind::Monitor,
            "risk" => Kind::Risk,
            "post" => Kind::Post,
            "section" => Kind::Section,
            _ => return None,
        })
    }

    /// Returns the kind with its article: "a target".
    pub fn words(self) -> &'static str {
        match self {
            Kind::Param => "a parameter",
            Kind::Secret => "a secret",
            Kind::Target => "a target",
            Kind::Role => "a role",
            Kind::Writer => "a writer",
            Kind::Backup => "a backup",
            Kind::Flag => "a flag",
            Kind::Release => "a release",
            Kind::Channel => "a channel",
            Kind::Check => "a check",
            Kind::Phase => "a phase",
            Kind::Change => "a change",
            Kind::Decision => "a decision",
            Kind::Trigger => "a trigger",
            Kind::Scenario => "a scenario",
            Kind::Message => "a message",
            Kind::Checklist => "a checklist",
            Kind::Monitor => "a monitor",
            Kind::Risk => "a risk",
            Kind::Post => "a post action",
            Kind::Section => "a section",
        }
    }
}

/// Declared things that have a kind.
pub trait Named {
    const KIND: Kind;
}

macro_rules! named {
    ($($type:ident),*) => { $(impl Named for $type { const KIND: Kind = Kind::$type; })* };
}
named!(
    Param, Secret, Target, Role, Writer, Backup, Flag, Release, Channel, Check, Phase, Change, Decision, Trigger, Scenario, Message,
    Checklist, Monitor, Risk, Post, Section
);

/// What a name was declared as. `kind` is `None` when the declaration did not parse.
#[derive(Clone, Copy, Debug)]
pub struct Symbol {
    pub kind: Option<Kind>,
    pub index: usize,
    pub span: Span,
}

/// The namespace.
#[derive(Debug, Default)]
pub struct Names {
    symbols: HashMap<String, Symbol>,
    /// Every declared name in written order, with its kind.
    declared: Vec<(Kind, String)>,
    counts: [usize; Kind::COUNT],
}

impl Names {
    /// Declares a name. The declaration keeps its index even when the name is taken, so that ids follow written order.
    pub fn declare(&mut self, name: &str, kind: Option<Kind>, span: Span, findings: &mut Vec<Diagnostic>) {
        let mut index = 0;
        if let Some(kind) = kind {
            index = self.counts[kind as usize];
            self.counts[kind as usize] += 1;
            check_name(name, span, findings);
            self.declared.push((kind, name.to_owned()));
        }
        match self.symbols.entry(name.to_owned()) {
            Entry::Vacant(vacant) => {
                vacant.insert(Symbol { kind, index, span });
            }
            Entry::Occupied(taken) if kind.is_some() && taken.get().kind.is_some() => {
                findings.push(
                    Diagnostic::error("reference/duplicate", span, format!("`{name}` is declared twice"), "declared again here")
                        .because(taken.get().span, format!("`{name}` is {} already", taken.get().kind.map_or("declared", Kind::words)))
                        .help("declarations and changes share one namespace: give one of them another name"),
                );
            }
            Entry::Occupied(_) => {}
        }
    }

    /// Returns what `name` was declared as.
    pub fn get(&self, name: &str) -> Option<Symbol> {
        self.symbols.get(name).copied()
    }

    /// Returns the finding about a name that is not one of `wanted`.
    pub fn unknown(&self, name: &str, span: Span, wanted: &[Kind]) -> Option<Diagnostic> {
        let needed = either(wanted);
        match self.get(name) {
            // Its declaration did not parse, which has been said.
            Some(Symbol { kind: None, .. }) => None,
            Some(Symbol { kind: Some(kind), span: declared, .. }) => Some(
                Diagnostic::error(
                    "reference/unknown",
                    span,
                    format!("`{name}` is {}, and {needed} is needed here", kind.words()),
                    format!("not {needed}"),
                )
                .because(declared, format!("`{name}` is declared here")),
            ),
            None => {
                let finding = Diagnostic::error(
                    "reference/unknown",
                    span,
                    format!("there is no {} called `{name}`", &needed[2..]),
                    "declared nowhere",
                );
                let mut candidates: Vec<&str> =
                    self.declared.iter().filter(|(kind, _)| wanted.contains(kind)).map(|(_, name)| name.as_str()).collect();
                candidates.sort_unstable();
                candidates.dedup();
                Some(match nearest(name, candidates.iter().copied()) {
                    Some(near) => finding.help(format!("did you mean `{near}`?")),
                    None if candidates.is_empty() => finding.help(format!("the plan declares no {}", &needed[2..])),
                    None if candidates.len() <= 6 => finding.help(format!(
                        "declared are: {}",
                        candidates.iter().map(|name| format!("`{name}`")).collect::<Vec<_>>().join(", ")
                    )),
                    None => finding,
                })
            }
        }
    }
}

/// Checks that a declared name has a name's form and is not reserved.
pub fn check_name(name: &str, span: Span, findings: &mut Vec<Diagnostic>) {
    if RESERVED.contains(&name) {
        findings.push(
            Diagnostic::error("reference/reserved", span, format!("`{name}` has a meaning of its own and can't be a name"), "reserved")
                .help(format!("make it longer, such as `{name}-it`; reserved are: {}", RESERVED.join(" "))),
        );
    }
    if name.ends_with('-') || name.contains("--") {
        findings.push(
            Diagnostic::error("reference/reserved", span, format!("`{name}` is not a name"), "a `-` stands between letters or digits")
                .help("names are lower-case words joined by single `-`: `drop-legacy-columns`"),
        );
    }
}

fn either(kinds: &[Kind]) -> String {
    match kinds {
        [] => "a name".to_owned(),
        [one] => one.words().to_owned(),
        [first @ .., last] => format!("{} or {}", first.iter().map(|kind| kind.words()).collect::<Vec<_>>().join(", "), last.words()),
    }
}
