//! What one simple command does: its program's facts, applied to its words.

use std::ops::Range;

use super::args::{Args, Style};
use super::tools::{Deed, Facts, Place, Tool, Verb, Wraps};
use super::{File, Manner};
use crate::effect::act::{Act, Alter, Class, Create, Effect, Opaque, Reading, Risk};
use crate::effect::mapped::{HOLE, Mapped, READ};
use crate::effect::object::{Object, ObjectKind};

/// Files that are none, and standard streams.
pub const NO_FILES: [&str; 7] = ["-", "/dev/null", "/dev/stdout", "/dev/stderr", "/dev/stdin", "/dev/tty", "/dev/zero"];

/// Kinds that are kept as files, with their form.
const FILES: [&str; 3] = ["file", "dump", "directory"];

/// A program's words, taken apart by its facts.
pub struct Call {
    pub facts: &'static Facts,
    pub args: Args,
    /// The words of the subcommand are the first operands.
    pub sub: usize,
}

impl Call {
    /// Finds the facts on these words behind a program's name.
    pub fn new(tool: &'static Tool, words: &[Mapped]) -> Call {
        let mut with = tool.own.with.clone();
        let mut facts = &tool.own;
        let mut sub = 0;
        loop {
            let own = match &facts.wraps {
                Some(Wraps::Words(at, _) | Wraps::Joined(at)) => Some(*at),
                _ => None,
            };
            let args = Args::new(words, Style { with: &with, glued: &tool.own.glued, plain: tool.plain, old: tool.old, own });
            let longer = tool.subs.iter().filter(|known| known.words.len() > sub && begins(&args.operands, &known.words, tool.nocase));
            let Some(longest) = longer.max_by_key(|known| known.words.len()) else { return Call { facts, args, sub } };
            // The words of a shorter one may tell which options take a value: `compose -f FILE down`.
            facts = &longest.facts;
            sub = longest.words.len();
            with.extend(&facts.with);
        }
    }

    /// Returns whether a deed's conditions hold.
    pub fn holds(&self, deed: &Deed) -> bool {
        let any = |list: &[&str]| list.iter().any(|asked| self.args.has(asked));
        (deed.when.is_empty() || any(&deed.when)) && !any(&deed.unless)
    }

    /// Returns the words that stand in a place; none for standard streams and names.
    pub fn at<'a>(&'a self, place: &'a Place) -> Vec<&'a Mapped> {
        let operands = &self.args.operands;
        let all = operands.get(self.sub..).unwrap_or_default();
        match place {
            Place::Each => all.iter().collect(),
            // The words of a subcommand count.
            Place::Operand(at) => operands.get(at - 1).into_iter().collect(),
            Place::From(at) => operands.iter().skip(at - 1).collect(),
            Place::Last => all.last().into_iter().collect(),
            Place::ButLast => all.split_last().map_or(&[][..], |(_, rest)| rest).iter().collect(),
            Place::Option(names) => self.args.values(names).collect(),
            Place::Value(_) | Place::In | Place::Out | Place::Named(_) => Vec::new(),
        }
    }

    /// Returns in which form a dump is, and what it is limited to.
    fn form(&self) -> (Option<&'static str>, Vec<String>) {
        let format = self.facts.format.as_ref().map(|format| {
            let given = self.args.values(&format.options).last().map(|value| value.text.to_lowercase());
            let known = given.and_then(|given| format.letters.iter().find(|(letter, _)| *letter == given).map(|(_, words)| *words));
            known.unwrap_or(format.otherwise)
        });
        let mut scope = Vec::new();
        for (options, words) in &self.facts.scopes {
            if words.contains('%') {
                scope.extend(self.args.values(options).map(|value| words.replace('%', &value.text.replace(HOLE, "…"))));
            } else if options.iter().any(|option| self.args.has(option)) {
                scope.push((*words).to_owned());
            }
        }
        let unsaid = self.facts.unscopes.iter().filter(|(options, _)| !options.iter().any(|option| self.args.has(option)));
        scope.extend(unsaid.map(|(_, words)| (*words).to_owned()));
        (format, scope)
    }
}

fn begins(operands: &[Mapped], words: &[&str], nocase: bool) -> bool {
    // A subcommand may end with an option, `remote -v`; those are not operands.
    let words = words.iter().filter(|word| !word.starts_with('-'));
    words.enumerate().all(|(at, word)| {
        operands.get(at).is_some_and(|given| if nocase { given.text.eq_ignore_ascii_case(word) } else { given.text == *word })
    })
}

/// Where standard streams lead.
pub struct Streams<'a> {
    pub input: Option<&'a Mapped>,
    /// Files, each with the programs that what is printed passes through.
    pub output: &'a [(Mapped, Vec<&'static str>)],
}

/// What comes of a command's deeds.
#[derive(Default)]
pub struct Outcome {
    pub reading: Reading,
    pub files: Vec<File>,
    pub any: bool,
}

impl Outcome {
    /// Carries a call's deeds out in mind.
    /// What is `told` is left out: another command's deeds have it.
    pub fn of(call: &Call, streams: &Streams<'_>, root: &str, (whole, told): (&Range<usize>, &[Range<usize>])) -> Outcome {
        let mut outcome = Outcome::default();
        let (format, scope) = call.form();
        let mut done: Vec<Verb> = Vec::new();
        for deed in call.facts.deeds.iter().filter(|deed| call.holds(deed)) {
            let file = |manner, word: &Mapped, via: &[&'static str]| {
                let form: Vec<&str> = format.iter().copied().chain(via.iter().copied()).collect();
                let of_dump = deed.kind == "dump" || call.facts.format.is_some();
                File {
                    manner,
                    name: written(word, root),
                    range: word.range.clone(),
                    format: if of_dump { form.join(", ") } else { String::new() },
                    scope: if of_dump { scope.clone() } else { Vec::new() },
                }
            };
            match &deed.place {
                Place::Named(name) => {
                    if !done.contains(&deed.verb) {
                        outcome.add(deed, (name, name), None, whole);
                        done.push(deed.verb);
                    }
                }
                Place::In => {
                    let Some(word) = streams.input else { continue };
                    done.push(deed.verb);
                    let input = file(Manner::Reads, word, &[]);
                    if deed.verb == Verb::Reads {
                        outcome.any = true;
                        outcome.files.push(input);
                    } else {
                        outcome.add(deed, (&input.name, &input.name), Some(word), &word.range);
                    }
                }
                Place::Out => {
                    for (word, via) in streams.output {
                        done.push(deed.verb);
                        let output = file(Manner::Writes, word, via);
                        outcome.add(deed, (&output.name, &output.name), Some(word), &word.range);
                        outcome.files.push(output);
                    }
                }
                Place::Value(prefix) => {
                    for operand in call.args.operands.iter().filter(|operand| operand.text.starts_with(prefix)) {
                        let word = operand.part(prefix.len()..operand.text.len());
                        done.push(deed.verb);
                        outcome.one(deed, &word, root, file(manner(deed.verb), &word, &[]));
                    }
                }
                place => {
                    for word in call.at(place).into_iter().filter(|word| !told.contains(&word.range)) {
                        done.push(deed.verb);
                        outcome.one(deed, word, root, file(manner(deed.verb), word, &[]));
                    }
                }
            }
        }
        outcome
    }

    /// Adds what another call does.
    pub fn join(&mut self, other: Outcome) {
        let before = self.reading.effects.len();
        self.reading.effects.extend(other.reading.effects);
        self.reading.risks.extend(other.reading.risks.into_iter().map(|risk| Risk { of: risk.of + before, ..risk }));
        self.reading.opaque.extend(other.reading.opaque);
        self.files.extend(other.files);
        self.any |= other.any;
    }

    fn one(&mut self, deed: &Deed, word: &Mapped, root: &str, file: File) {
        if FILES.contains(&deed.kind) {
            if NO_FILES.contains(&word.text.as_str()) {
                self.any = true;
                return;
            }
            self.files.push(file.clone());
        }
        self.add(deed, (&written(word, root), &file.name), Some(word), &word.range);
    }

    fn add(&mut self, deed: &Deed, (name, part): (&str, &str), word: Option<&Mapped>, range: &Range<usize>) {
        self.any = true;
        if deed.verb == Verb::Runs {
            self.reading.opaque.push(Opaque { range: range.clone(), why: deed.why });
            // How is not known, but that it changes the database is.
            if deed.kind == "database" {
                let object =
                    Object { kind: kind(deed.kind), parts: vec![part.to_owned()], own: name.to_owned(), of: None, range: range.clone() };
                self.reading.effects.push(Effect { act: Act::Alter(Alter::Other), object });
            }
            return;
        }
        if deed.verb != Verb::Reads && word.is_some_and(|word| word.known().is_none()) {
            self.reading.opaque.push(Opaque { range: range.clone(), why: "the name is only known when it runs" });
        }
        let of = self.reading.effects.len();
        let (act, class) = act(deed.verb);
        let object = Object { kind: kind(deed.kind), parts: vec![part.to_owned()], own: name.to_owned(), of: None, range: range.clone() };
        self.reading.effects.push(Effect { act, object });
        if let Some((class, why)) = class {
            self.reading.risks.push(Risk { class, of, why: if deed.why.is_empty() { why } else { deed.why } });
        }
    }

    /// Adds a file that a redirection reads.
    pub fn reads(&mut self, word: &Mapped, root: &str) {
        if !NO_FILES.contains(&word.text.as_str()) {
            let (name, range) = (written(word, root), word.range.clone());
            self.files.push(File { manner: Manner::Reads, name, range, format: String::new(), scope: Vec::new() });
        }
    }

    /// Adds a file that a redirection writes.
    pub fn redirected(&mut self, word: &Mapped, adds: bool, root: &str) {
        self.any = true;
        if NO_FILES.contains(&word.text.as_str()) {
            return;
        }
        let verb = if adds { Verb::Adds } else { Verb::Writes };
        let deed = Deed { verb, kind: "file", place: Place::Out, when: Vec::new(), unless: Vec::new(), why: "" };
        let name = written(word, root);
        let file = File { manner: manner(verb), name, range: word.range.clone(), format: String::new(), scope: Vec::new() };
        self.one(&deed, word, root, file);
    }
}

fn manner(verb: Verb) -> Manner {
    match verb {
        Verb::Reads | Verb::Runs | Verb::Starts | Verb::Stops => Manner::Reads,
        Verb::Adds => Manner::Adds,
        Verb::Removes | Verb::Destroys | Verb::Empties => Manner::Removes,
        Verb::Creates | Verb::Writes | Verb::Changes | Verb::Overwrites => Manner::Writes,
    }
}

fn act(verb: Verb) -> (Act, Option<(Class, &'static str)>) {
    match verb {
        Verb::Reads | Verb::Runs => (Act::Read, None),
        Verb::Creates => (Act::Create(Create::default()), None),
        Verb::Writes => (
            Act::Create(Create { replaces: true, ..Create::default() }),
            Some((Class::Overwrites, "what was there under the name is gone")),
        ),
        Verb::Adds => (Act::Insert { replaces: false }, None),
        Verb::Changes => (Act::Alter(Alter::Other), Some((Class::Hidden, "its inverse needs what was there before"))),
        Verb::Overwrites => (Act::Insert { replaces: true }, Some((Class::Overwrites, "what was there before is gone"))),
        Verb::Removes => (Act::Drop { cascade: false, lenient: true, temporary: false }, Some((Class::Overwrites, "it is gone"))),
        Verb::Empties => (Act::Truncate { cascade: false }, Some((Class::Destroys, "what was in it is gone"))),
        Verb::Destroys => (Act::Drop { cascade: false, lenient: true, temporary: false }, Some((Class::Destroys, "it is gone for good"))),
        Verb::Starts => (Act::Alter(Alter::Enable), None),
        Verb::Stops => (Act::Alter(Alter::Disable), Some((Class::Breaks, "it does not answer while it is stopped"))),
    }
}

fn kind(word: &'static str) -> ObjectKind {
    match word {
        "database" => ObjectKind::Database,
        "table" => ObjectKind::Table,
        "role" => ObjectKind::Role,
        other => ObjectKind::Other(other),
    }
}

/// Returns a word as people know it: what is only known when it runs stands as it does in the script.
pub fn written(word: &Mapped, root: &str) -> String {
    let mut out = String::new();
    for (at, c) in word.text.char_indices() {
        match c {
            HOLE => out.push_str(root.get(word.place(&(at..at + c.len_utf8()))).unwrap_or_default()),
            READ => out.push_str("what it reads"),
            c => out.push(c),
        }
    }
    out
}
