//! Findings for programs: one versioned JSON document. `schema_version` grows when a field changes its meaning or goes away; new fields
//! may appear at any time.

use serde::Serialize;

use super::coverage::Covered;
use super::run::Found;
use super::verdicts::Verdict;
use super::{Before, Run, Tally, Trouble, Unread};
use crate::diagnostic::{Certainty, Mend, mend};
use crate::source::{Sources, Span};

/// Grows when a field changes its meaning or goes away.
pub const VERSION: u32 = 1;

/// Returns the document, with a final newline.
pub fn render(run: &Run<'_>) -> String {
    let found = run.found();
    let document = Document {
        schema_version: VERSION,
        summary: Summary::of(run),
        findings: found.iter().map(|found| Finding::of(found, run)).collect(),
        baseline: run.before,
        verdicts: run.verdicts,
        profiles: run.profiles,
        unread: run.unread,
        errors: run.troubles,
    };
    // INVARIANT: the types below have string keys only and nothing that can fail to serialise.
    let mut text = serde_json::to_string_pretty(&document).expect("plain data");
    text.push('\n');
    text
}

#[derive(Serialize)]
struct Document<'a> {
    schema_version: u32,
    summary: Summary,
    findings: Vec<Finding<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    baseline: Option<&'a Before>,
    #[serde(skip_serializing_if = "Option::is_none")]
    verdicts: Option<&'a [Verdict<'a>]>,
    #[serde(skip_serializing_if = "<[_]>::is_empty")]
    profiles: &'a [Covered<'a>],
    unread: &'a [Unread],
    errors: &'a [Trouble],
}

#[derive(Serialize)]
pub struct Summary {
    errors: usize,
    warnings: usize,
    infos: usize,
}

impl Summary {
    /// Returns how many findings there are of each severity.
    pub fn of(run: &Run<'_>) -> Summary {
        let tally = Tally::of(run.checked);
        Summary { errors: tally.errors, warnings: tally.warnings, infos: tally.infos }
    }
}

#[derive(Serialize)]
pub struct Finding<'a> {
    code: &'a str,
    severity: &'a str,
    message: &'a str,
    help: Option<&'a str>,
    /// The same in the next run, wherever the lines have moved.
    fingerprint: &'a str,
    /// Where the page of its rule is published.
    url: Option<&'a str>,
    /// The first is where the finding is, the others are because of what.
    labels: Vec<Label<'a>>,
    /// What can be typed for the author.
    mend: Option<Mended<'a>>,
}

impl<'a> Finding<'a> {
    /// Returns a finding as programs read it.
    pub fn of(found: &'a Found<'a>, run: &Run<'a>) -> Finding<'a> {
        let finding = found.finding;
        Finding {
            code: finding.code,
            severity: finding.severity.word(),
            message: &finding.message,
            help: finding.help.as_deref(),
            fingerprint: &found.fingerprint,
            url: run.rule(finding.code).and_then(|(_, rule)| rule.url.as_deref()),
            labels: finding.labels.iter().map(|label| Label::of(label.span, &label.text, found.sources)).collect(),
            mend: mend(finding, found.sources).map(|mend| Mended::of(&mend, found.sources)),
        }
    }
}

#[derive(Serialize)]
struct Mended<'a> {
    /// Whether the plan means the same after it.
    certain: bool,
    title: String,
    edits: Vec<Edit<'a>>,
}

/// What stands between two places is replaced.
#[derive(Serialize)]
struct Edit<'a> {
    file: &'a str,
    start: Place,
    end: Place,
    text: String,
}

impl<'a> Mended<'a> {
    fn of(mend: &Mend, sources: &'a Sources) -> Mended<'a> {
        let edit = |(span, text): &(Span, String)| {
            let Label { file, start, end, .. } = Label::of(*span, "", sources);
            Edit { file, start, end, text: text.clone() }
        };
        let certain = mend.certainty == Certainty::Certain;
        Mended { certain, title: mend.title.clone(), edits: mend.edits.iter().map(edit).collect() }
    }
}

#[derive(Serialize)]
struct Label<'a> {
    file: &'a str,
    text: &'a str,
    start: Place,
    end: Place,
}

impl<'a> Label<'a> {
    fn of(span: Span, text: &'a str, sources: &'a Sources) -> Label<'a> {
        let file = sources.file(span.file);
        let place = |offset: u32| {
            let at = file.lines.position(&file.text, offset as usize);
            Place { offset, line: at.line, column: at.column }
        };
        Label { file: &file.name, text, start: place(span.start), end: place(span.end) }
    }
}

/// `offset` counts bytes from 0; `line` and `column` count from 1, columns in characters.
#[derive(Serialize)]
struct Place {
    offset: u32,
    line: usize,
    column: usize,
}
