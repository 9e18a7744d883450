//! Which findings are told, and how bad they are: what options and file come to together.

use std::path::Path;

use ignore::gitignore::{Gitignore, GitignoreBuilder};

use super::selector::is_free;
use super::{Config, Override, Selector};
use crate::diagnostic::Severity;

/// What becomes of a finding.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Ruling {
    /// It is told with this severity.
    Told(Severity),
    Silent,
}

/// Decides about findings by their code and file.
#[derive(Clone, Debug)]
pub struct Policy {
    /// `None` selects everything.
    select: Option<Vec<Selector>>,
    ignore: Vec<Selector>,
    severity: Vec<Override>,
    paths: Vec<OfPaths>,
}

#[derive(Clone, Debug)]
struct OfPaths {
    files: Gitignore,
    ignore: Vec<Selector>,
    severity: Vec<Override>,
}

impl Policy {
    /// Returns the policy of a file, with what a command line selects in place of the file's selection and ignores besides. The error
    /// is a pattern that is none, with its line.
    pub fn new(config: &Config, select: &[Selector], ignore: &[Selector]) -> Result<Policy, (usize, String)> {
        let chosen = |list: &[super::At<Selector>]| -> Vec<Selector> { list.iter().map(|at| at.value).collect() };
        let severities = |list: &[super::At<Override>]| -> Vec<Override> {
            let mut overrides: Vec<Override> = list.iter().map(|at| at.value).collect();
            // The most specific has the last word.
            overrides.sort_by_key(|(selector, _)| *selector);
            overrides
        };
        let of_file = config.select.as_ref().map(|list| chosen(list));
        let mut paths = Vec::new();
        for settings in &config.paths {
            paths.push(OfPaths {
                files: matcher(settings.files.iter().map(|at| (at.line, at.value.as_str())))?,
                ignore: chosen(&settings.ignore),
                severity: severities(&settings.severity),
            });
        }
        Ok(Policy {
            select: if select.is_empty() { of_file } else { Some(select.to_vec()) },
            ignore: chosen(&config.ignore).into_iter().chain(ignore.iter().copied()).collect(),
            severity: severities(&config.severity),
            paths,
        })
    }

    /// Returns what becomes of a finding of `code`; `path` is its file's, from the directory of `rbk.toml`, if it lies below.
    pub fn ruling(&self, code: &str, severity: Severity, path: Option<&Path>) -> Ruling {
        if !is_free(code) {
            return Ruling::Told(severity);
        }
        let here = || self.paths.iter().filter(|of| path.is_some_and(|path| of.files.matched_path_or_any_parents(path, false).is_ignore()));
        let selected = self.select.as_ref().is_none_or(|select| select.iter().any(|selector| selector.has(code)));
        let ignored = self.ignore.iter().chain(here().flat_map(|of| &of.ignore)).any(|selector| selector.has(code));
        if !selected || ignored {
            return Ruling::Silent;
        }
        let overrides = self.severity.iter().chain(here().flat_map(|of| &of.severity));
        Ruling::Told(overrides.filter(|(selector, _)| selector.has(code)).map(|(_, severity)| *severity).next_back().unwrap_or(severity))
    }

    /// Returns which `[[check.paths]]`, by their place in the file, speak of a path.
    pub fn speaking(&self, path: &Path) -> Vec<usize> {
        let speaks = |of: &OfPaths| of.files.matched_path_or_any_parents(path, false).is_ignore();
        self.paths.iter().enumerate().filter(|(_, of)| speaks(of)).map(|(index, _)| index).collect()
    }
}

/// Returns what matches patterns as `.gitignore` has them, each with its line.
pub fn matcher<'a>(patterns: impl IntoIterator<Item = (usize, &'a str)>) -> Result<Gitignore, (usize, String)> {
    let mut builder = GitignoreBuilder::new("");
    let mut last = 0;
    for (line, pattern) in patterns {
        last = line;
        builder.add_line(None, pattern).map_err(|error| (line, format!("`{pattern}` is no pattern: {error}")))?;
    }
    builder.build().map_err(|error| (last, error.to_string()))
}
