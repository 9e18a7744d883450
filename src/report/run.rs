//! One run of `rbk check` as the formats for machines see it: what was checked, what could not be, and what files and rules are called
//! outside of the terminal that the run was started in.

use std::collections::BTreeMap;

use serde::Serialize;

use super::Checked;
use super::coverage::Covered;
use super::verdicts::Verdict;
use crate::diagnostic::{Diagnostic, Fingerprints, Severity};
use crate::source::{Position, Sources, Span};

/// A file that could not be read, so that nothing is known about it.
#[derive(Clone, Debug, Serialize)]
pub struct Unread {
    pub file: String,
    pub reason: String,
}

/// What became of the findings of before.
#[derive(Clone, Debug, Serialize)]
pub struct Before {
    /// The baseline.
    pub file: String,
    /// How many findings it silenced.
    pub left_out: usize,
    /// What it holds and nobody found any more.
    pub unneeded: Vec<Known>,
}

/// A finding that a baseline holds.
#[derive(Clone, Debug, Serialize)]
pub struct Known {
    /// From the repository's root.
    pub file: String,
    pub code: String,
    pub message: String,
    pub fingerprint: String,
}

/// Why a run ended before anything was checked.
#[derive(Clone, Debug, Serialize)]
pub struct Trouble {
    pub message: String,
    pub help: Option<String>,
}

/// What a rule is to those who don't have `rbk explain` at hand.
#[derive(Clone, Debug)]
pub struct RuleText {
    /// `group/rule`.
    pub name: &'static str,
    pub severity: Severity,
    /// Its first sentence, without a final period.
    pub summary: String,
    /// Its page, as Markdown.
    pub page: String,
    /// Where the page is published, if it is.
    pub url: Option<String>,
}

/// Everything that a run came to.
#[derive(Clone, Copy, Debug)]
pub struct Run<'a> {
    pub checked: &'a [Checked<'a>],
    pub unread: &'a [Unread],
    pub troubles: &'a [Trouble],
    /// What is known of every change, if that was asked for.
    pub verdicts: Option<&'a [Verdict<'a>]>,
    /// How each plan answers each profile that it is held to.
    pub profiles: &'a [Covered<'a>],
    /// The rules that findings name, and perhaps others.
    pub rules: &'a [RuleText],
    /// By a file's name: its path from the repository's root, with `/`. A name that is missing stands for itself.
    pub paths: &'a BTreeMap<String, String>,
    /// What became of the findings of before, if there is a baseline.
    pub before: Option<&'a Before>,
    /// The mildest severity that makes the run fail.
    pub fails: Severity,
}

impl<'a> Run<'a> {
    /// A run that ended before anything was checked.
    pub fn ended(troubles: &'a [Trouble], paths: &'a BTreeMap<String, String>, fails: Severity) -> Run<'a> {
        Run { checked: &[], unread: &[], troubles, verdicts: None, profiles: &[], rules: &[], paths, before: None, fails }
    }
}

/// A finding with what every format asks about it.
#[derive(Clone, Debug)]
pub struct Found<'a> {
    pub finding: &'a Diagnostic,
    pub sources: &'a Sources,
    pub fingerprint: String,
    pub place: Place<'a>,
}

/// A place in a file, as people count lines and columns: from 1, in characters; the end stands behind the last one.
#[derive(Clone, Copy, Debug)]
pub struct Place<'a> {
    /// As the run was told.
    pub file: &'a str,
    /// From the repository's root.
    pub path: &'a str,
    pub start: Position,
    pub end: Position,
}

impl<'a> Run<'a> {
    /// Returns every finding, in the order of the run.
    pub fn found(&self) -> Vec<Found<'a>> {
        let mut prints = Fingerprints::default();
        let mut found = Vec::new();
        for one in self.checked {
            for finding in one.findings {
                let place = self.place(finding.span(), one.sources);
                let fingerprint = prints.of(finding, one.sources, place.path);
                found.push(Found { finding, sources: one.sources, fingerprint, place });
            }
        }
        found
    }

    /// Returns where a span lies.
    pub fn place(&self, span: Span, sources: &'a Sources) -> Place<'a> {
        let file = sources.file(span.file);
        let at = |offset: u32| file.lines.position(&file.text, offset as usize);
        Place { file: &file.name, path: self.path(&file.name), start: at(span.start), end: at(span.end.max(span.start)) }
    }

    /// Returns what a file is called from the repository's root.
    pub fn path<'n>(&self, name: &'n str) -> &'n str
    where
        'a: 'n,
    {
        self.paths.get(name).map_or(name, String::as_str)
    }

    /// Returns the paths of the plans that were checked, in order; each stands for its findings.
    pub fn plans(&self) -> impl Iterator<Item = &'a str> {
        let paths = self.paths;
        self.checked.iter().filter_map(move |one| {
            one.sources.iter().next().map(|(_, file)| paths.get(&file.name).map_or(file.name.as_str(), String::as_str))
        })
    }

    /// Returns the rule of a finding's code.
    pub fn rule(&self, code: &str) -> Option<(usize, &'a RuleText)> {
        self.rules.iter().enumerate().find(|(_, rule)| rule.name == code)
    }
}

impl Found<'_> {
    /// Returns the message, and the help behind it.
    pub fn advised(&self, between: &str) -> String {
        match &self.finding.help {
            Some(help) => format!("{}{between}help: {help}", self.finding.message),
            None => self.finding.message.clone(),
        }
    }
}
