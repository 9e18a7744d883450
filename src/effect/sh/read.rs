//! Reads the simple commands of a script: through those that only run others, and by the facts on their programs.

use std::collections::HashSet;
use std::ops::Range;

use super::apply::{Call, NO_FILES, Outcome, Streams, written};
use super::embed::embed;
use super::flow::{Flow, Stdin, joined};
use super::parse::{Input, Parsed, Simple, parse};
use super::tools::{Place, Verb, Wraps, tool};
use super::{Command, Script, Sql, Word};
use crate::effect::act::{Act, Alter, Effect, Opaque, Reading};
use crate::effect::mapped::{HOLE, Mapped, READ};
use crate::effect::object::ObjectKind;
use crate::effect::sql::{Dialect, Kind, Sight};

/// How deep scripts may stand in each other: `sh -c "sh -c …"`.
const DEEPEST: usize = 8;

const NOT_HERE: &str = "what it runs is not written here";

/// Reads a script.
pub fn read(text: &str) -> Script {
    let mut script = Script::default();
    let outer = Stdin::Nothing;
    let mut reader = Reader { root: text, script: &mut script, outer, sink: None, through: Vec::new(), claimed: HashSet::new() };
    reader.run(&Mapped::script(text));
    script
}

struct Reader<'a> {
    root: &'a str,
    script: &'a mut Script,
    /// What commands read that say nothing about it.
    outer: Stdin,
    /// The file into which goes what they print.
    sink: Option<Mapped>,
    through: Vec<String>,
    /// Commands whose output another command's deeds have told.
    claimed: HashSet<usize>,
}

/// A simple command of a script.
#[derive(Clone, Copy)]
struct Here<'p> {
    parsed: &'p Parsed,
    index: usize,
}

impl<'p> Here<'p> {
    fn simple(self) -> &'p Simple {
        &self.parsed.commands[self.index]
    }
}

impl Reader<'_> {
    fn run(&mut self, source: &Mapped) {
        let parsed = parse(source);
        self.script.opaque.extend(parsed.opaque.iter().cloned());
        for index in 0..parsed.commands.len() {
            let here = Here { parsed: &parsed, index };
            self.command(here, &here.simple().words);
        }
    }

    /// Reads a command whose words, behind those that only run it, are `words`.
    fn command(&mut self, here: Here<'_>, words: &[Mapped]) {
        let Some((first, rest)) = words.split_first() else { return self.bare(here) };
        let Some(name) = first.known() else {
            return self.opaque(here, words, first.range.clone(), "which program it is, is only known when it runs");
        };
        if here.parsed.functions.iter().any(|function| function == name) {
            return self.plain(here, words, Reading::default());
        }
        let base = name.rsplit('/').next().unwrap_or(name);
        let Some(tool) = tool(base) else {
            return self.opaque(here, words, first.range.clone(), "rbk does not know this program");
        };
        let call = Call::new(tool, rest);
        if let Some(wraps) = &call.facts.wraps
            && self.wrapped(here, words, &call, wraps)
        {
            return;
        }
        self.call(here, words, &call);
    }

    /// Reads what a command runs; `false` when it runs nothing here.
    fn wrapped(&mut self, here: Here<'_>, words: &[Mapped], call: &Call, wraps: &Wraps) -> bool {
        let name = words[0].text.rsplit('/').next().unwrap_or_default().to_owned();
        if self.through.len() >= DEEPEST {
            self.opaque(here, words, words[0].range.clone(), "scripts stand in each other too deeply");
            return true;
        }
        let rest = &words[1..];
        let inner: Vec<Mapped> = match wraps {
            Wraps::Words(at, _) => call.args.at.get(at - 1).map(|at| rest[*at..].to_vec()).unwrap_or_default(),
            Wraps::Dashes => match call.args.dashes {
                Some(at) => rest[at + 1..].to_vec(),
                None => call.args.at.get(call.sub + 1).map(|at| rest[*at..].to_vec()).unwrap_or_default(),
            },
            Wraps::Exec => {
                let Some(at) = rest.iter().position(|word| matches!(word.text.as_str(), "-exec" | "-execdir" | "-ok")) else {
                    return false;
                };
                let end =
                    rest[at + 1..].iter().position(|word| matches!(word.text.as_str(), ";" | "+")).map_or(rest.len(), |end| at + 1 + end);
                rest[at + 1..end].iter().map(|word| if word.text == "{}" { hole(word) } else { word.clone() }).collect()
            }
            Wraps::Joined(_) | Wraps::Text(_) => return self.script_in(here, words, call, wraps),
        };
        let mut inner: Vec<Mapped> = inner.into_iter().skip_while(is_assignment).collect();
        if inner.is_empty() {
            // `sudo -i`, `docker run IMAGE`: what runs is not written here; `exec 3>file` only opens.
            let stands = words.len() == 1 || matches!(name.as_str(), "exec" | "env" | "command" | "time");
            match stands {
                true => self.plain(here, words, Reading::default()),
                false => self.opaque(here, words, words[0].range.clone(), NOT_HERE),
            }
            return true;
        }
        if let Wraps::Words(_, true) = wraps {
            let mut more = Mapped::empty(words[0].range.clone());
            more.push(READ, &words[0].range);
            inner.push(more);
        }
        self.through.push(name);
        self.command(here, &inner);
        self.through.pop();
        true
    }

    /// Reads the script in a command's words, or in what it reads.
    fn script_in(&mut self, here: Here<'_>, words: &[Mapped], call: &Call, wraps: &Wraps) -> bool {
        let name = words[0].text.rsplit('/').next().unwrap_or_default().to_owned();
        let mut stdin = self.flow(here.parsed).stdin(here.index);
        let text = match wraps {
            Wraps::Joined(at) => {
                let parts = call.args.operands.get(at - 1..).unwrap_or_default();
                (!parts.is_empty()).then(|| joined(parts))
            }
            Wraps::Text(place) => call.at(place).first().map(|word| (*word).clone()),
            _ => None,
        };
        let text = match (text, &stdin) {
            (Some(text), _) => text,
            (None, _) if !call.facts.deeds.is_empty() && !call.args.operands.is_empty() && !call.args.has("-s") => return false,
            (None, Stdin::Text(text)) if name != "trap" && name != "eval" => {
                let text = text.clone();
                stdin = Stdin::Nothing;
                text
            }
            (None, _) => {
                if matches!(name.as_str(), "trap" | "eval") {
                    self.plain(here, words, Reading::default());
                } else {
                    self.opaque(here, words, words[0].range.clone(), NOT_HERE);
                }
                return true;
            }
        };
        if name == "trap" && matches!(text.text.as_str(), "" | "-") {
            self.plain(here, words, Reading::default());
            return true;
        }
        let sink = self.sink(here).into_iter().next().map(|(word, _)| word);
        let mut through = self.through.clone();
        through.push(name);
        let mut inner = Reader { root: self.root, script: &mut *self.script, outer: stdin, sink, through, claimed: HashSet::new() };
        let mut nested = text;
        if nested.text.is_empty() {
            nested.push(':', &nested.range.clone());
        }
        inner.run(&nested);
        if !self.claimed.contains(&here.index) {
            self.bare(here);
        }
        true
    }

    /// Applies what the table says.
    fn call(&mut self, here: Here<'_>, words: &[Mapped], call: &Call) {
        let stdin = self.flow(here.parsed).stdin(here.index);
        let input = if let Stdin::File(word) = &stdin { Some(word.clone()) } else { None };
        let unread = match &stdin {
            Stdin::Unknown => words.first().cloned(),
            Stdin::Text(text) => Some(text.clone()),
            _ => input.clone(),
        };
        let sinks = call.facts.deeds.iter().any(|deed| deed.place == Place::Out && call.holds(deed));
        let output = if sinks { self.sink(here) } else { Vec::new() };
        // What is fed to a deed that reads it is a file, or can't be read.
        let streams = Streams {
            input: if call.facts.deeds.iter().any(|deed| deed.place == Place::In && deed.verb == Verb::Runs) {
                unread.as_ref()
            } else {
                input.as_ref()
            },
            output: &output,
        };
        // What flows in from another command was told there.
        let told = self.script.commands.iter().rev().take(64).filter(|_| self.claimed.contains(&here.index)).flat_map(|told| &told.files);
        let told: Vec<Range<usize>> = told.map(|file| file.range.clone()).collect();
        let whole = words[0].range.start..words.iter().map(|word| word.range.end).max().unwrap_or_default().max(words[0].range.start);
        let mut outcome = Outcome::of(call, &streams, self.root, (&whole, &told));
        let sql = self.sql(words, call, &stdin, &mut outcome);
        let known = outcome.any || call.facts.quiet || call.facts.filter || !sql.is_empty() || !outcome.reading.opaque.is_empty();
        if !known {
            let place = words.get(1).map_or(words[0].range.clone(), |word| words[0].range.start..word.range.end.max(words[0].range.end));
            outcome.reading.opaque.push(Opaque { range: place, why: "rbk does not know what these words make it do" });
        }
        self.redirects(here, &mut outcome);
        self.push(here, words, outcome, sql);
    }

    /// Reads the SQL that a client is given, by its words or by what it reads.
    fn sql(&self, words: &[Mapped], call: &Call, stdin: &Stdin, outcome: &mut Outcome) -> Vec<Sql> {
        let mut sql = Vec::new();
        for (dialect, place) in &call.facts.sql {
            let dialect = match *dialect {
                "postgres" => Dialect::Postgres,
                "mysql" => Dialect::Mysql,
                _ => Dialect::Sqlite,
            };
            if *place != Place::In {
                for text in call.at(place) {
                    sql.push(self.embed(text, dialect, outcome));
                }
                continue;
            }
            // `-f -` reads standard input; so does a client that was given no SQL.
            let dashed = call.args.values(&["-f", "--file"]).any(|word| NO_FILES.contains(&word.text.as_str()));
            if dashed {
                outcome.reading.opaque.clear();
            }
            if !sql.is_empty() || !outcome.reading.opaque.is_empty() {
                continue;
            }
            match stdin {
                Stdin::Text(text) => sql.push(self.embed(text, dialect, outcome)),
                Stdin::File(word) if !NO_FILES.contains(&word.text.as_str()) => {
                    outcome.reading.opaque.push(Opaque { range: word.range.clone(), why: "its SQL stands in another file" });
                }
                Stdin::Unknown => {
                    outcome.reading.opaque.push(Opaque { range: words[0].range.clone(), why: "its SQL is what another command prints" })
                }
                Stdin::Nothing | Stdin::File(_)
                    if call.args.options.iter().any(|given| matches!(given.name.as_str(), "-l" | "--list" | "-V" | "--version")) => {}
                Stdin::Nothing | Stdin::File(_) => {
                    outcome.reading.opaque.push(Opaque { range: words[0].range.clone(), why: "its SQL is not written here" });
                }
            }
        }
        for sql in &mut sql {
            sql.to = self.connection(call, sql.dialect);
        }
        sql
    }

    /// Returns what a client is told to connect to: by an option, or by its first operand.
    fn connection(&self, call: &Call, dialect: Dialect) -> Option<String> {
        let options: &[&str] = match dialect {
            Dialect::Postgres => &["-d", "--dbname"],
            Dialect::Mysql => &["-D", "--database"],
            Dialect::Sqlite => &[],
        };
        let named = call.args.values(options).next();
        named.or(call.args.operands.first()).map(|word| written(word, self.root))
    }

    /// Reads SQL, with the client's own commands in it.
    fn embed(&self, text: &Mapped, dialect: Dialect, outcome: &mut Outcome) -> Sql {
        let (mut sql, client) = embed(text, dialect, self.root);
        for (index, words) in client {
            let Some(tool) = words.first().and_then(Mapped::known).and_then(tool) else { continue };
            let call = Call::new(tool, &words[1..]);
            if call.facts.wraps.is_some() {
                continue;
            }
            let whole = sql.statements[index].range.clone();
            outcome.join(Outcome::of(&call, &Streams { input: None, output: &[] }, self.root, (&whole, &[])));
            // The command has what it does.
            sql.statements[index].sight = Sight::Reads;
        }
        sql
    }

    /// A command that does nothing by itself.
    fn plain(&mut self, here: Here<'_>, words: &[Mapped], reading: Reading) {
        let mut outcome = Outcome { reading, ..Outcome::default() };
        self.redirects(here, &mut outcome);
        self.push(here, words, outcome, Vec::new());
    }

    fn opaque(&mut self, here: Here<'_>, words: &[Mapped], range: Range<usize>, why: &'static str) {
        self.plain(here, words, Reading { opaque: vec![Opaque { range, why }], ..Reading::default() });
    }

    /// Only redirections and assignments: `> file`, `X=1`.
    fn bare(&mut self, here: Here<'_>) {
        if !here.simple().output.is_empty() || !here.simple().errors.is_empty() {
            self.plain(here, &[], Reading::default());
        }
    }

    fn flow<'a>(&'a self, parsed: &'a Parsed) -> Flow<'a> {
        Flow { parsed, outer: &self.outer, sink: self.sink.as_ref() }
    }

    /// Returns where what a command prints ends up; the commands on the way do not tell it again.
    fn sink(&mut self, here: Here<'_>) -> Vec<(Mapped, Vec<&'static str>)> {
        let mut claimed = std::mem::take(&mut self.claimed);
        let sink = self.flow(here.parsed).sink(here.index, &mut claimed);
        self.claimed = claimed;
        sink
    }

    fn redirects(&self, here: Here<'_>, outcome: &mut Outcome) {
        let simple = here.simple();
        let output = simple.output.iter().filter(|_| !self.claimed.contains(&here.index));
        for (word, adds) in output.chain(&simple.errors) {
            outcome.redirected(word, *adds, self.root);
        }
        if let Input::File(word) = &simple.input
            && outcome.files.iter().all(|file| file.range != word.range)
        {
            outcome.reads(word, self.root);
        }
    }

    fn push(&mut self, here: Here<'_>, words: &[Mapped], outcome: Outcome, sql: Vec<Sql>) {
        let words: Vec<Word> = words.iter().map(|word| Word { text: word.known().map(str::to_owned), range: word.range.clone() }).collect();
        let statements = || sql.iter().flat_map(|sql| &sql.statements);
        // A database that is changed in ways which can't be read.
        let unread = |effect: &Effect| {
            let whole = effect.object.kind == ObjectKind::Database && effect.act == Act::Alter(Alter::Other);
            whole && outcome.reading.opaque.iter().any(|hidden| hidden.range == effect.object.range)
        };
        let acts = outcome.reading.effects.iter().any(|effect| effect.act != Act::Read && !unread(effect));
        let changes = statements().any(|statement| statement.sight == Sight::Changes && statement.kind != Kind::Control);
        let hidden = statements().any(|statement| statement.sight == Sight::Opaque);
        let sight = match () {
            () if acts || changes => Sight::Changes,
            () if hidden || !outcome.reading.opaque.is_empty() => Sight::Opaque,
            () => Sight::Reads,
        };
        self.script.commands.push(Command {
            range: here.simple().range.clone(),
            through: self.through.clone(),
            words,
            files: outcome.files,
            sql,
            reading: outcome.reading,
            sight,
        });
    }
}

fn is_assignment(word: &Mapped) -> bool {
    word.text.split_once('=').is_some_and(|(name, _)| {
        !name.is_empty()
            && !name.starts_with(|c: char| c.is_ascii_digit())
            && name.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_')
    })
}

fn hole(word: &Mapped) -> Mapped {
    let mut hole = Mapped::empty(word.range.clone());
    hole.push(HOLE, &word.range);
    hole
}
