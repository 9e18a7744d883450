//! What flows between the commands of a script: what one reads, and where what it prints ends up.

use std::collections::HashSet;

use super::apply::Call;
use super::parse::{Input, Parsed};
use super::tools::{Verb, tool};
use crate::effect::mapped::Mapped;

/// What a command reads, as far as it is known.
#[derive(Clone, Debug)]
pub enum Stdin {
    Nothing,
    Text(Mapped),
    /// A file, perhaps unpacked on the way.
    File(Mapped),
    Unknown,
}

/// The commands of a script, with what stands around it.
#[derive(Clone, Copy)]
pub struct Flow<'a> {
    pub parsed: &'a Parsed,
    /// What commands read that say nothing about it.
    pub outer: &'a Stdin,
    /// The file into which goes what they print.
    pub sink: Option<&'a Mapped>,
}

impl Flow<'_> {
    /// Returns what a command reads.
    pub fn stdin(&self, index: usize) -> Stdin {
        let mut at = index;
        // Pipes lead back only, so this ends.
        loop {
            match &self.parsed.commands[at].input {
                Input::None => return self.outer.clone(),
                Input::Text(text) => return Stdin::Text(text.clone()),
                Input::File(word) => return Stdin::File(word.clone()),
                Input::Unknown => return Stdin::Unknown,
                Input::Pipe(from) if *from >= at => return Stdin::Unknown,
                Input::Pipe(from) => at = *from,
            }
            let words = &self.parsed.commands[at].words;
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
                    return match self.stdin(at) {
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
    pub fn sink(&self, index: usize, claimed: &mut HashSet<usize>) -> Vec<(Mapped, Vec<&'static str>)> {
        let mut found = Vec::new();
        let mut via = Vec::new();
        let mut at = index;
        loop {
            let simple = &self.parsed.commands[at];
            if let Some((word, _)) = simple.output.last() {
                claimed.insert(at);
                found.push((word.clone(), via));
                return found;
            }
            let Some(next) = simple.feeds.filter(|next| *next > at) else {
                found.extend(self.sink.cloned().map(|word| (word, via)));
                return found;
            };
            let words = &self.parsed.commands[next].words;
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

/// Words with a blank between them.
pub fn joined(words: &[Mapped]) -> Mapped {
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
