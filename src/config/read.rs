//! The text of `rbk.toml` to values. What is not understood is an error, with the nearest key that would be.

use std::ops::Range;

use toml::Spanned;
use toml::de::{DeTable, DeValue};

use super::policy::matcher;
use super::{At, CHECK, Config, ConfigError, Override, PATHS, PathSettings, Selector, TOP, severity};
use crate::diagnostic::{Severity, nearest};
use crate::profile::{self, Profile};
use crate::source::LineIndex;

type Read<T> = Result<T, ConfigError>;
type Value<'t> = Spanned<DeValue<'t>>;

/// Returns what the text of the file says, or the first thing that is wrong with it.
pub fn read(text: &str) -> Read<Config> {
    let reader = Reader { text, lines: LineIndex::new(text) };
    let table = DeTable::parse(text).map_err(|error| reader.error(error.span().unwrap_or(0..0), error.message().to_owned(), None))?;
    let mut config = Config::default();
    for (key, value) in reader.keys(table.get_ref(), &TOP, "")? {
        match key {
            "root" => config.root = Some(reader.text(value)?),
            "exclude" => config.exclude = reader.patterns(value)?,
            "profiles" => config.profiles = reader.profiles(value)?,
            _ => reader.check(value, &mut config)?,
        }
    }
    Ok(config)
}

struct Reader<'t> {
    text: &'t str,
    lines: LineIndex,
}

impl Reader<'_> {
    fn check(&self, value: &Value<'_>, config: &mut Config) -> Read<()> {
        for (key, value) in self.keys(self.table(value)?, &CHECK, "check.")? {
            match key {
                "fail-on" => config.fail_on = Some(self.severity(value)?),
                "select" => config.select = Some(self.selectors(value)?),
                "ignore" => config.ignore = self.selectors(value)?,
                "severity" => config.severity = self.overrides(value)?,
                "baseline" => config.baseline = Some(self.text(value)?),
                "rules-url" => config.rules_url = Some(self.text(value)?),
                _ => {
                    for value in self.list(value)? {
                        let settings = self.of_paths(value)?;
                        config.paths.push(settings);
                    }
                }
            }
        }
        Ok(())
    }

    fn of_paths(&self, value: &Value<'_>) -> Read<PathSettings> {
        let mut settings = PathSettings::default();
        for (key, value) in self.keys(self.table(value)?, &PATHS, "check.paths.")? {
            match key {
                "files" => settings.files = self.patterns(value)?,
                "ignore" => settings.ignore = self.selectors(value)?,
                _ => settings.severity = self.overrides(value)?,
            }
        }
        if settings.files.is_empty() {
            let help = "write `files = [\"legacy/\"]`, patterns as in `.gitignore`".to_owned();
            return Err(self.error(value.span(), "`[[check.paths]]` names no files".to_owned(), Some(help)));
        }
        Ok(settings)
    }

    /// Returns the entries of a table in written order. A key that is not known is an error.
    fn keys<'v, 't>(&self, table: &'v DeTable<'t>, known: &[&'static str], place: &str) -> Read<Vec<(&'static str, &'v Value<'t>)>> {
        let mut entries = Vec::new();
        for (key, value) in table {
            let word = key.get_ref().as_ref();
            match known.iter().find(|known| **known == word) {
                Some(known) => entries.push((key.span().start, *known, value)),
                None => {
                    let help = match nearest(word, known.iter().copied()) {
                        _ if place.is_empty() && CHECK.contains(&word) => format!("it stands below `[check]`: `check.{word}`"),
                        Some(near) => format!("did you mean `{place}{near}`?"),
                        None => format!("known here are {}", ticked(known)),
                    };
                    return Err(self.error(key.span(), format!("unknown key `{place}{word}`"), Some(help)));
                }
            }
        }
        entries.sort_by_key(|(start, _, _)| *start);
        Ok(entries.into_iter().map(|(_, key, value)| (key, value)).collect())
    }

    fn overrides(&self, value: &Value<'_>) -> Read<Vec<At<Override>>> {
        let mut overrides = Vec::new();
        for (key, value) in self.table(value)? {
            let selector = self.selector(key.get_ref(), key.span())?;
            overrides.push(At { value: (selector, self.severity(value)?.value), line: self.line(&key.span()) });
        }
        overrides.sort_by_key(|at| at.line);
        Ok(overrides)
    }

    fn selectors(&self, value: &Value<'_>) -> Read<Vec<At<Selector>>> {
        let texts = self.list(value)?.iter().map(|value| {
            let text = self.text(value)?;
            Ok(At { value: self.selector(&text.value, value.span())?, line: text.line })
        });
        texts.collect()
    }

    fn profiles(&self, value: &Value<'_>) -> Read<Vec<At<&'static Profile>>> {
        let named = self.list(value)?.iter().map(|value| {
            let text = self.text(value)?;
            let found = profile::find(&text.value).map_err(|(message, help)| self.error(value.span(), message, Some(help)))?;
            Ok(At { value: found, line: text.line })
        });
        named.collect()
    }

    fn selector(&self, word: &str, span: Range<usize>) -> Read<Selector> {
        Selector::parse(word).map_err(|(message, help)| self.error(span, message, Some(help)))
    }

    fn severity(&self, value: &Value<'_>) -> Read<At<Severity>> {
        let text = self.text(value)?;
        let Some(severity) = severity(&text.value) else {
            let known = ["error", "warning", "info"];
            let help = match nearest(&text.value, known) {
                Some(near) => format!("did you mean `{near}`?"),
                None => format!("it is one of {}; `ignore` silences a rule", ticked(&known)),
            };
            return Err(self.error(value.span(), format!("`{}` is no severity", text.value), Some(help)));
        };
        Ok(At { value: severity, line: text.line })
    }

    fn patterns(&self, value: &Value<'_>) -> Read<Vec<At<String>>> {
        let mut patterns = Vec::new();
        for value in self.list(value)? {
            let pattern = self.text(value)?;
            matcher([(pattern.line, pattern.value.as_str())]).map_err(|(_, message)| self.error(value.span(), message, None))?;
            patterns.push(pattern);
        }
        Ok(patterns)
    }

    fn text(&self, value: &Value<'_>) -> Read<At<String>> {
        match value.get_ref() {
            DeValue::String(text) if !text.is_empty() => Ok(At { value: text.to_string(), line: self.line(&value.span()) }),
            DeValue::String(_) => Err(self.error(value.span(), "the text is empty".to_owned(), None)),
            _ => Err(self.wants("a text in quotes", value)),
        }
    }

    fn list<'v, 't>(&self, value: &'v Value<'t>) -> Read<&'v [Value<'t>]> {
        match value.get_ref() {
            DeValue::Array(list) => Ok(list),
            _ => Err(self.wants("a list", value)),
        }
    }

    fn table<'v, 't>(&self, value: &'v Value<'t>) -> Read<&'v DeTable<'t>> {
        match value.get_ref() {
            DeValue::Table(table) => Ok(table),
            _ => Err(self.wants("a table", value)),
        }
    }

    fn wants(&self, what: &str, value: &Value<'_>) -> ConfigError {
        let stands = match value.get_ref() {
            DeValue::String(_) => "a text",
            DeValue::Integer(_) | DeValue::Float(_) => "a number",
            DeValue::Boolean(_) => "a truth value",
            DeValue::Datetime(_) => "a date",
            DeValue::Array(_) => "a list",
            DeValue::Table(_) => "a table",
        };
        self.error(value.span(), format!("{what} has to stand here, and {stands} does"), None)
    }

    fn error(&self, span: Range<usize>, message: String, help: Option<String>) -> ConfigError {
        let place = self.lines.position(self.text, span.start);
        ConfigError { line: place.line, column: place.column, message, help }
    }

    fn line(&self, span: &Range<usize>) -> usize {
        self.lines.position(self.text, span.start).line
    }
}

fn ticked(words: &[&str]) -> String {
    words.iter().map(|word| format!("`{word}`")).collect::<Vec<_>>().join(", ")
}
