//! A program's words as options and operands.

use crate::effect::mapped::Mapped;

/// An option: its name as written, and its value.
#[derive(Clone, Debug)]
pub struct Given {
    pub name: String,
    pub value: Option<Mapped>,
}

/// What stands behind a program's name.
#[derive(Clone, Debug, Default)]
pub struct Args {
    pub options: Vec<Given>,
    pub operands: Vec<Mapped>,
    /// Of each operand: its place among the words.
    pub at: Vec<usize>,
    /// The place of `--` among the words.
    pub dashes: Option<usize>,
}

/// How a program takes its options.
#[derive(Clone, Copy, Debug)]
pub struct Style<'t> {
    /// Options that are followed by a value.
    pub with: &'t [&'static str],
    /// Options of one dash are whole words.
    pub plain: bool,
    /// A first operand of letters is options.
    pub old: bool,
    /// Options whose value is only ever a part of their word: `-pSECRET`.
    pub glued: &'t [&'static str],
    /// What follows so many operands is not its own.
    pub own: Option<usize>,
}

impl Args {
    /// Reads the words behind a program's name.
    pub fn new(words: &[Mapped], style: Style<'_>) -> Args {
        let mut args = Args::default();
        let mut at = 0;
        while let Some(word) = words.get(at) {
            let ended = args.dashes.is_some() || style.own.is_some_and(|own| args.operands.len() >= own);
            let text = word.text.as_str();
            let letters = style.old && at == 0 && !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_alphabetic());
            match () {
                () if !ended && text == "--" => args.dashes = Some(at),
                () if !ended && text.starts_with("--") => at += args.long(words, at, style),
                () if !ended && (letters || text.starts_with('-') && text.len() > 1) => {
                    at += if style.plain { args.long(words, at, style) } else { args.short(words, at, style, usize::from(!letters)) };
                }
                () => {
                    args.operands.push(word.clone());
                    args.at.push(at);
                }
            }
            at += 1;
        }
        args
    }

    /// Reads `--name`, `--name=value`, `--name value`; returns how many further words that took.
    fn long(&mut self, words: &[Mapped], at: usize, style: Style<'_>) -> usize {
        let word = &words[at];
        if let Some(equals) = word.text.find('=') {
            let value = word.part(equals + 1..word.text.len());
            self.options.push(Given { name: word.text[..equals].to_owned(), value: Some(value) });
            return 0;
        }
        let value = if style.with.contains(&word.text.as_str()) { words.get(at + 1).cloned() } else { None };
        let taken = usize::from(value.is_some());
        self.options.push(Given { name: word.text.clone(), value });
        taken
    }

    /// Reads `-x`, `-xyz`, `-ovalue`, `-o value`; returns how many further words that took.
    fn short(&mut self, words: &[Mapped], at: usize, style: Style<'_>, from: usize) -> usize {
        let word = &words[at];
        let mut taken = 0;
        for (offset, c) in word.text.char_indices().skip(from) {
            let name = format!("-{c}");
            let behind = offset + c.len_utf8();
            if style.glued.contains(&name.as_str()) {
                let value = (behind < word.text.len()).then(|| word.part(behind..word.text.len()));
                self.options.push(Given { name, value });
                return taken;
            }
            if !style.with.contains(&name.as_str()) {
                self.options.push(Given { name, value: None });
                continue;
            }
            let value = match from {
                1 if behind < word.text.len() => {
                    let part = word.part(behind..word.text.len());
                    self.options.push(Given { name, value: Some(part) });
                    return taken;
                }
                _ => words.get(at + 1 + taken).cloned(),
            };
            taken += usize::from(value.is_some());
            self.options.push(Given { name, value });
        }
        taken
    }

    /// Returns whether an option is there, perhaps with a value that `-X=POST` asks for; `word=` asks for an operand, alone or
    /// before a `/`.
    pub fn has(&self, asked: &str) -> bool {
        if let Some(operand) = asked.strip_prefix("word=") {
            return self.operands.iter().any(|word| word.text.split('/').next() == Some(operand));
        }
        if asked == "--" {
            return self.dashes.is_some();
        }
        let (name, value) = asked.split_once('=').map_or((asked, None), |(name, value)| (name, Some(value)));
        self.options.iter().any(|given| {
            given.name == name && value.is_none_or(|asked| given.value.as_ref().is_some_and(|value| value.text.eq_ignore_ascii_case(asked)))
        })
    }

    /// Returns the values of an option by its names.
    pub fn values(&self, names: &[&str]) -> impl Iterator<Item = &Mapped> {
        self.options.iter().filter(move |given| names.contains(&given.name.as_str())).filter_map(|given| given.value.as_ref())
    }
}
