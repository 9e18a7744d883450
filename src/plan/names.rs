//! The plan's one namespace: every declaration and every change by name, and what a wrong name is answered with.

use std::cell::Cell;
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
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
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
    /// Whether a file that the plan uses could not be read: then any name may be one of its.
    pub incomplete: bool,
    pub suggestions: Suggestions,
}

/// "Did you mean", for as long as it is cheap: a thousand wrong names in a plan of thousands are no slip of the finger.
#[derive(Debug)]
pub struct Suggestions {
    /// How many names may still be looked at.
    left: Cell<usize>,
}

impl Default for Suggestions {
    fn default() -> Self {
        Suggestions { left: Cell::new(100_000) }
    }
}

impl Suggestions {
    /// Returns whether `count` more names may be looked at.
    fn afford(&self, count: usize) -> bool {
        let left = self.left.get();
        self.left.set(left.saturating_sub(count));
        left >= count
    }

    /// Returns the candidate that is probably meant.
    pub fn nearest<'a, I>(&self, word: &str, candidates: I) -> Option<&'a str>
    where
        I: IntoIterator<Item = &'a str, IntoIter: ExactSizeIterator>,
    {
        let candidates = candidates.into_iter();
        self.afford(candidates.len()).then(|| nearest(word, candidates)).flatten()
    }
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

    /// Counts a declaration without a name, so that ids follow written order.
    pub fn skip(&mut self, kind: Kind) {
        self.counts[kind as usize] += 1;
    }

    /// Returns what `name` was declared as.
    pub fn get(&self, name: &str) -> Option<Symbol> {
        self.symbols.get(name).copied()
    }

    /// Returns the finding about a name that is not one of `wanted`; none when what is wrong with it has been said.
    pub fn unknown(&self, name: &str, span: Span, wanted: &[Kind]) -> Option<Diagnostic> {
        let needed = either(wanted);
        let right = |kind: Kind| wanted.contains(&kind);
        match self.get(name) {
            // Its declaration did not parse, which has been said.
            Some(Symbol { kind: None, .. }) => None,
            Some(Symbol { kind: Some(kind), span: declared, .. }) => {
                let message = format!("`{name}` is {}, and a {needed} is needed here", kind.words());
                let finding = Diagnostic::error("reference/unknown", span, message, format!("not a {needed}"))
                    .because(declared, format!("`{name}` is declared here"));
                Some(match self.near_of(name, wanted) {
                    // It is declared as both, which has been said.
                    Some(near) if near == name => return None,
                    Some(near) => finding.help(format!("did you mean `{near}`?")),
                    None => finding.help(self.listing(wanted)),
                })
            }
            None if self.incomplete => None,
            None => {
                let finding =
                    Diagnostic::error("reference/unknown", span, format!("there is no {needed} called `{name}`"), "declared nowhere");
                if name == "all" && wanted == [Kind::Change, Kind::Phase] {
                    return Some(finding.help("write `everything` for every change"));
                }
                let other = || self.near(name, |kind| !right(kind)).and_then(|near| Some((near, self.get(near)?.kind?)));
                Some(match (self.near_of(name, wanted), other) {
                    (Some(near), _) => finding.help(format!("did you mean `{near}`?")),
                    (None, other) => match other() {
                        Some((near, kind)) => finding.help(format!("`{near}` comes near, but is {}", kind.words())),
                        None => finding.help(self.listing(wanted)),
                    },
                })
            }
        }
    }

    /// Returns the nearest name of some kinds.
    pub fn near_of(&self, name: &str, kinds: &[Kind]) -> Option<&str> {
        self.near(name, |kind| kinds.contains(&kind))
    }

    /// Returns the nearest name of a kind that fits.
    fn near(&self, name: &str, fits: impl Fn(Kind) -> bool) -> Option<&str> {
        let candidates = self.declared.iter().filter(|(kind, _)| fits(*kind)).map(|(_, name)| name.as_str());
        self.suggestions.afford(self.declared.len()).then(|| nearest(name, candidates)).flatten()
    }

    /// Says which names there are, if they are few.
    fn listing(&self, wanted: &[Kind]) -> String {
        let count: usize = wanted.iter().map(|kind| self.counts[*kind as usize]).sum();
        match count {
            0 => format!("the plan declares no {}", either(wanted)),
            1..=6 if self.suggestions.afford(self.declared.len()) => {
                let right = self.declared.iter().filter(|(kind, _)| wanted.contains(kind));
                let mut names: Vec<&str> = right.map(|(_, name)| name.as_str()).collect();
                names.sort_unstable();
                names.dedup();
                format!("the plan declares {}", ticked(&names))
            }
            _ => format!("declare it, or name another {}", either(wanted)),
        }
    }
}

/// Returns names in back-ticks, with commas between them.
pub fn ticked<T: AsRef<str>>(names: &[T]) -> String {
    names.iter().map(|name| format!("`{}`", name.as_ref())).collect::<Vec<_>>().join(", ")
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

/// Returns kinds without their article: "change or phase".
fn either(kinds: &[Kind]) -> String {
    // INVARIANT: the words of every kind begin with "a ".
    let words: Vec<&str> = kinds.iter().map(|kind| &kind.words()[2..]).collect();
    match words.as_slice() {
        [] => "name".to_owned(),
        [one] => (*one).to_owned(),
        [first @ .., last] => format!("{} or {last}", first.join(", ")),
    }
}
