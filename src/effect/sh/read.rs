//! Reads the simple commands of a script: through those that only run others, with what flows between them.

use std::collections::HashSet;
use std::ops::Range;

use super::apply::{Call, NO_FILES, Outcome, Streams};
use super::embed::embed;
use super::mapped::{HOLE, Mapped, READ};
use super::parse::{Input, Parsed, Simple, parse};
use super::tools::{Place, Verb, Wraps, tool};
use super::{Command, Script, Word};
use crate::effect::act::{Opaque, Reading};
use crate::effect::sql::{Dialect, Kind, Sight};

/// How deep scripts may stand in each other: `sh -c "sh -c …"`.
const DEEPEST: usize = 8;

/// What a command reads, as far as it is known.
#[derive(Clone, Debug)]
enum Stdin {
    Nothing,
    Text(Mapped),
    /// A file, perhaps unpacked on the way.
    File(Mapped),
    Unknown,
}

/// Reads a script.
pub fn read(text: &str) -> Script {
    let mut script = Script::default();
    let mut reader = Reader { root: text, script: &mut script, outer: Stdin::Nothing, sink: None, through: Vec::new() };
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
}

impl Reader<'_> {
    fn run(&mut self, source: &Mapped) {
        let parsed = parse(source);
        self.script.opaque.extend(parsed.opaque.iter().cloned());
        let mut claimed = HashSet::new();
        for index in 0..parsed.commands.len() {
            let words = parsed.commands[index].words.clone();
            self.command(&parsed, index, &words, &mut claimed);
        }
    }

    /// Reads a command whose words, behind those that only run it, are `words`.
    fn command(&mut self, parsed: &Parsed, index: usize, words: &[Mapped], claimed: &mut HashSet<usize>) {
        let simple = &parsed.commands[index];
        let Some((first, rest)) = words.split_first() else { return self.bare(simple, index, claimed) };
        let Some(name) = first.known() else {
            return self.opaque(simple, words, first.range.clone(), "which program it is, is only known when it runs", index, claimed);
        };
        if parsed.functions.iter().any(|function| function == name) {
            return self.plain(simple, words, Reading::default(), index, claimed);
        }
        let base = name.rsplit('/').next().unwrap_or(name);
        let Some(tool) = tool(base) else {
            return self.opaque(simple, words, first.range.clone(), "rbk does not know this program", index, claimed);
        };
        let call = Call::new(tool, rest);
        if let Some(wraps) = &call.facts.wraps
            && self.wrapped(parsed, index, words, &call, wraps, claimed)
        {
            return;
        }
        self.call(parsed, index, words, &call, claimed);
    }

    /// Reads what a command runs; `false` when it runs nothing here.
    fn wrapped(
        &mut self,
        parsed: &Parsed,
        index: usize,
        words: &[Mapped],
        call: &Call,
        wraps: &Wraps,
        claimed: &mut HashSet<usize>,
    ) -> bool {
        let name = words[0].text.rsplit('/').next().unwrap_or_default().to_owned();
        if self.through.len() >= DEEPEST {
            self.opaque(&parsed.commands[index], words, words[0].range.clone(), "scripts stand in each other too deeply", index, claimed);
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
            Wraps::Joined(_) | Wraps::Text(_) => return self.script_in(parsed, index, words, call, wraps, name, claimed),
        };
        let mut inner: Vec<Mapped> = inner.into_iter().skip_while(is_assignment).collect();
        if inner.is_empty() {
            // `sudo -i`, `docker run IMAGE`: what runs is not written here; `exec 3>file` only opens.
            let stands = words.len() == 1 || matches!(name.as_str(), "exec" | "env" | "command" | "time");
            match stands {
                true => self.plain(&parsed.commands[index], words, Reading::default(), index, claimed),
                false => {
                    self.opaque(&parsed.commands[index], words, words[0].range.clone(), "what it runs is not written here", index, claimed)
                }
            }
            return true;
        }
        if let Wraps::Words(_, true) = wraps {
            let mut more = Mapped::empty(words[0].range.clone());
            more.push(READ, &words[0].range);
            inner.push(more);
        }
        self.through.push(name);
        self.command(parsed, index, &inner, claimed);
        self.through.pop();
        true
    }

    /// Reads the script in a command's words, or in what it reads.
    #[allow(clippy::too_many_arguments)]
    fn script_in(
        &mut self,
        parsed: &Parsed,
        index: usize,
        words: &[Mapped],
        call: &Call,
        wraps: &Wraps,
        name: String,
        claimed: &mut HashSet<usize>,
    ) -> bool {
        let simple = &parsed.commands[index];
        let mut stdin = self.stdin(parsed, index);
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
                    self.plain(simple, words, Reading::default(), index, claimed);
                } else {
                    self.opaque(simple, words, words[0].range.clone(), "what it runs is not written here", index, claimed);
                }
                return true;
            }
        };
        if name == "trap" && matches!(text.text.as_str(), "" | "-") {
            self.plain(simple, words, Reading::default(), index, claimed);
            return true;
        }
        let sink = self.sink(parsed, index, claimed).into_iter().next().map(|(word, _)| word);
        let mut through = self.through.clone();
        through.push(name);
        let mut inner = Reader { root: self.root, script: &mut *self.script, outer: stdin, sink, through };
        let mut nested = text;
        if nested.text.is_empty() {
            nested.push(':', &nested.range.clone());
        }
        inner.run(&nested);
        self.files_of(simple, index, claimed);
        true
    }

    /// Applies what the table says.
    fn call(&mut self, parsed: &Parsed, index: usize, words: &[Mapped], call: &Call, claimed: &mut HashSet<usize>) {
        let simple = &parsed.commands[index];
        let stdin = self.stdin(parsed, index);
        let input = if let Stdin::File(word) = &stdin { Some(word.clone()) } else { None };
        let unread = match &stdin {
            Stdin::Unknown => words.first().cloned(),
            Stdin::Text(text) => Some(text.clone()),
            _ => input.clone(),
        };
        let sinks = call.facts.deeds.iter().any(|deed| deed.place == Place::Out && call.holds(deed));
        let output = if sinks { self.sink(parsed, index, claimed) } else { Vec::new() };
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
        let told = self.script.commands.iter().rev().filter(|_| claimed.contains(&index)).flat_map(|told| &told.files);
        let told: Vec<Range<usize>> = told.map(|file| file.range.clone()).collect();
        let whole = words[0].range.start..words.iter().map(|word| word.range.end).max().unwrap_or_default().max(words[0].range.start);
        let mut outcome = Outcome::of(call, &streams, self.root, (&whole, &told));
        let mut sql = Vec::new();
        for (dialect, place) in &call.facts.sql {
            let dialect = match *dialect {
                "postgres" => Dialect::Postgres,
                "mysql" => Dialect::Mysql,
                _ => Dialect::Sqlite,
            };
            if *place != Place::In {
                for text in call.at(place) {
                    sql.push(self.embed(text, dialect, &mut outcome));
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
            match &stdin {
                Stdin::Text(text) => sql.push(self.embed(text, dialect, &mut outcome)),
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
        let known = outcome.any || call.facts.quiet || call.facts.filter || !sql.is_empty() || !outcome.reading.opaque.is_empty();
        if !known {
            let place = words.get(1).map_or(words[0].range.clone(), |word| words[0].range.start..word.range.end.max(words[0].range.end));
            outcome.reading.opaque.push(Opaque { range: place, why: "rbk does not know what these words make it do" });
        }
        self.redirects(simple, index, &mut outcome, claimed);
        self.push(simple, words, outcome, sql);
    }

    /// Reads SQL, with the client's own commands in it.
    fn embed(&self, text: &Mapped, dialect: Dialect, outcome: &mut Outcome) -> super::Sql {
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
    fn plain(&mut self, simple: &Simple, words: &[Mapped], reading: Reading, index: usize, claimed: &HashSet<usize>) {
        let mut outcome = Outcome { reading, ..Outcome::default() };
        self.redirects(simple, index, &mut outcome, claimed);
        self.push(simple, words, outcome, Vec::new());
    }

    fn opaque(
        &mut self,
        simple: &Simple,
        words: &[Mapped],
        range: Range<usize>,
        why: &'static str,
        index: usize,
        claimed: &HashSet<usize>,
    ) {
        self.plain(simple, words, Reading { opaque: vec![Opaque { range, why }], ..Reading::default() }, index, claimed);
    }

    /// Only redirections and assignments: `> file`, `X=1`.
    fn bare(&mut self, simple: &Simple, index: usize, claimed: &HashSet<usize>) {
        if !simple.output.is_empty() || !simple.errors.is_empty() {
            self.plain(simple, &[], Reading::default(), index, claimed);
        }
    }

    /// The files that a command's redirections write, where its words are read elsewhere.
    fn files_of(&mut self, simple: &Simple, index: usize, claimed: &HashSet<usize>) {
        if !claimed.contains(&index) {
            self.bare(simple, index, claimed);
        }
    }

    fn redirects(&self, simple: &Simple, index: usize, outcome: &mut Outcome, claimed: &HashSet<usize>) {
        let output = simple.output.iter().filter(|_| !claimed.contains(&index));
        for (word, adds) in output.chain(&simple.errors) {
            outcome.redirected(word, *adds, self.root);
        }
        if let Input::File(word) = &simple.input
            && outcome.files.iter().all(|file| file.range != word.range)
        {
            outcome.reads(word, self.root);
        }
    }

    fn push(&mut self, simple: &Simple, words: &[Mapped], outcome: Outcome, sql: Vec<super::Sql>) {
        let words: Vec<Word> = words.iter().map(|word| Word { text: word.known().map(str::to_owned), range: word.range.clone() }).collect();
        let statements = || sql.iter().flat_map(|sql| &sql.statements);
        let acts = outcome.reading.effects.iter().any(|effect| effect.act != crate::effect::act::Act::Read);
        let changes = statements().any(|statement| statement.sight == Sight::Changes && statement.kind != Kind::Control);
        let hidden = statements().any(|statement| statement.sight == Sight::Opaque);
        let sight = match () {
            () if acts || changes => Sight::Changes,
            () if hidden || !outcome.reading.opaque.is_empty() => Sight::Opaque,
            () => Sight::Reads,
        };
        self.script.commands.push(Command {
            range: simple.range.clone(),
            through: self.through.clone(),
            words,
            files: outcome.files,
            sql,
            reading: outcome.reading,
            sight,
        });
    }

    /// Returns what a command reads.
    fn stdin(&self, parsed: &Parsed, index: usize) -> Stdin {
        let mut at = index;
        // Pipes lead back only, so this ends.
        loop {
            match &parsed.commands[at].input {
                Input::None => return self.outer.clone(),
                Input::Text(text) => return Stdin::Text(text.clone()),
                Input::File(word) => return Stdin::File(word.clone()),
                Input::Unknown => return Stdin::Unknown,
                Input::Pipe(from) if *from >= at => return Stdin::Unknown,
                Input::Pipe(from) => at = *from,
            }
            let words = &parsed.commands[at].words;
            let Some((name, tool)) = words.first().and_then(Mapped::known).and_then(|name| Some((name, tool(name.rsplit('/').next()?)?)))
            else {
                return Stdin::Unknown;
            };
            let call = Call::new(tool, &words[1..]);
            if call.facts.prints {
                return printed(name, &call).map_or(Stdin::Unknown, Stdin::Text);
            }
            if !call.facts.filter {
                return Stdin::Unknown;
            }
            let reads = call.facts.deeds.iter().filter(|deed| deed.verb == Verb::Reads && call.holds(deed));
            let files: Vec<&Mapped> = reads.flat_map(|deed| call.at(&deed.place)).filter(|word| word.text != "-").collect();
            match files.as_slice() {
                [] if matches!(name, "cat" | "tee" | "pv") => {}
                [] => {
                    // What a filter makes of a text is another one; of a file it is that file's content in another form.
                    return match self.stdin(parsed, at) {
                        Stdin::File(word) => Stdin::File(word),
                        _ => Stdin::Unknown,
                    };
                }
                [file] => return Stdin::File((*file).clone()),
                _ => return Stdin::Unknown,
            }
        }
    }

    /// Returns the files that take what a command prints, and what that passes through; marks the commands on the way.
    fn sink(&self, parsed: &Parsed, index: usize, claimed: &mut HashSet<usize>) -> Vec<(Mapped, Vec<&'static str>)> {
        let mut found = Vec::new();
        let mut via = Vec::new();
        let mut at = index;
        loop {
            let simple = &parsed.commands[at];
            if let Some((word, _)) = simple.output.last() {
                claimed.insert(at);
                found.push((word.clone(), via));
                return found;
            }
            let Some(next) = simple.feeds.filter(|next| *next > at) else {
                found.extend(self.sink.clone().map(|word| (word, via)));
                return found;
            };
            let words = &parsed.commands[next].words;
            let named = words.first().and_then(Mapped::known).and_then(|name| tool(name.rsplit('/').next()?));
            let Some(tool) = named else { return found };
            let call = Call::new(tool, &words[1..]);
            let takes = call.args.operands.iter().any(|operand| operand.text == "-");
            let writes = call.facts.deeds.iter().filter(|deed| matches!(deed.verb, Verb::Writes | Verb::Adds) && call.holds(deed));
            let written: Vec<Mapped> = writes.flat_map(|deed| call.at(&deed.place)).filter(|word| word.text != "-").cloned().collect();
            if !call.facts.filter && !takes {
                return found;
            }
            if let (true, Some(name)) = (call.facts.filter, tool.names.iter().find(|name| words[0].text.ends_with(**name))) {
                via.extend((!matches!(*name, "cat" | "tee" | "pv") && call.sub == 0).then_some(*name));
            }
            if !written.is_empty() {
                claimed.insert(next);
                found.extend(written.into_iter().map(|word| (word, via.clone())));
                if words[0].text != "tee" {
                    return found;
                }
            }
            at = next;
        }
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

/// Words with a blank between them.
fn joined(words: &[Mapped]) -> Mapped {
    let mut text = Mapped::default();
    for word in words {
        if !text.text.is_empty() {
            text.push(' ', &word.range);
        }
        text.append(word);
    }
    let start = words.first().map_or(0, |word| word.range.start);
    text.range = start..words.last().map_or(start, |word| word.range.end.max(start));
    text
}

/// What `echo` or `printf` prints, where its form is plain.
fn printed(name: &str, call: &Call) -> Option<Mapped> {
    let operands = &call.args.operands;
    if name.ends_with("echo") {
        return Some(joined(operands));
    }
    let (form, rest) = operands.split_first()?;
    if matches!(form.text.as_str(), "%s" | "%s\\n" | "%b" | "%b\\n") {
        return Some(joined(rest));
    }
    if form.text.contains('%') {
        return None;
    }
    let mut text = Mapped::empty(form.range.clone());
    let mut chars = form.text.char_indices().peekable();
    while let Some((at, c)) = chars.next() {
        let mut end = at + c.len_utf8();
        let mut c = c;
        if c == '\\'
            && let Some((next, escaped)) = chars.next_if(|(_, next)| matches!(next, 'n' | 't' | '\\'))
        {
            end = next + escaped.len_utf8();
            c = if escaped == '\\' { '\\' } else { ['\n', '\t'][usize::from(escaped == 't')] };
        }
        text.push(c, &form.place(&(at..end)));
    }
    Some(text)
}
