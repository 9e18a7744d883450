//! The words of a migration tool's command, behind what only starts it.

use std::ops::Range;

use crate::effect::sh::Command;

/// A command that starts with a migration tool.
#[derive(Clone, Debug)]
pub struct Call<'c> {
    /// Without its folder: `alembic`, `manage.py`, `rails`.
    pub program: &'c str,
    /// What stands behind it; `None` for what is only known when it runs.
    pub words: Vec<(Option<&'c str>, Range<usize>)>,
    /// The bytes of the whole command, with variables that are set for it.
    pub range: Range<usize>,
    /// The text of the whole command.
    pub text: &'c str,
}

impl<'c> Call<'c> {
    /// Reads a command: `alembic …`, `python -m alembic …`, `python manage.py …`.
    pub fn of(command: &'c Command, script: &'c str) -> Option<Call<'c>> {
        let mut words = command.words.iter().map(|word| (word.text.as_deref(), word.range.clone())).collect::<Vec<_>>();
        let first = words.first()?.0?;
        let base = last(first);
        if base.starts_with("python") || base == "ruby" || base == "php" {
            let module = words.iter().position(|(text, _)| *text == Some("-m"));
            let at = match module {
                Some(at) => at + 1,
                None => words.iter().skip(1).position(|(text, _)| !text.is_some_and(|text| text.starts_with('-')))? + 1,
            };
            words.drain(..at);
        }
        let program = last(words.first()?.0?);
        words.remove(0);
        let range = command.range.clone();
        Some(Call { program, words, text: script.get(range.clone()).unwrap_or_default(), range })
    }

    /// Returns the value of an option, by any of its names: `-c x`, `--config=x`, `-cx` for a letter.
    pub fn value(&self, names: &[&str]) -> Option<Option<&'c str>> {
        for (at, (text, _)) in self.words.iter().enumerate() {
            let Some(text) = text else { continue };
            for name in names {
                if text == name {
                    return Some(self.words.get(at + 1).and_then(|(text, _)| *text));
                }
                let rest = text.strip_prefix(name);
                if let Some(value) = rest.and_then(|rest| rest.strip_prefix('=')) {
                    return Some(Some(value));
                }
                if let Some(value) = rest.filter(|rest| name.len() == 2 && !rest.is_empty()) {
                    return Some(Some(value));
                }
            }
        }
        None
    }

    pub fn has(&self, option: &str) -> bool {
        self.words.iter().any(|(text, _)| *text == Some(option))
    }

    /// Returns the words that are no options, nor values of those `with` one.
    pub fn operands(&self, with: &[&str]) -> Vec<(Option<&'c str>, Range<usize>)> {
        let mut operands = Vec::new();
        let mut passes = false;
        for (text, range) in &self.words {
            if std::mem::take(&mut passes) {
                continue;
            }
            match text {
                Some(text) if text.starts_with('-') && text.len() > 1 && !text[1..].starts_with(|c: char| c.is_ascii_digit()) => {
                    passes = with.contains(text);
                }
                _ => operands.push((*text, range.clone())),
            }
        }
        operands
    }

    /// Returns what a variable is set to for this command: `VERSION=20260301 rails …`, `rails … VERSION=20260301`.
    pub fn variable(&self, name: &str) -> Option<(Option<&'c str>, Range<usize>)> {
        let at = self.text.find(&format!("{name}="))?;
        let value = at + name.len() + 1;
        let end = self.text[value..].find(char::is_whitespace).map_or(self.text.len(), |end| value + end);
        let (text, start) = (&self.text[value..end], self.range.start + value);
        let known = !text.is_empty() && !text.contains(['$', '`', '"', '\'']);
        Some((known.then_some(text), start..start + text.len()))
    }
}

/// Returns the last name of a path.
pub fn last(path: &str) -> &str {
    path.rsplit('/').next().unwrap_or(path)
}
