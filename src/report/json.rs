//! Findings for programs: versioned JSON. `schema_version` grows when a field changes its meaning or goes away; new
//! fields may appear at any time.

use serde::Serialize;

use super::verdicts::Verdict;
use super::{Checked, Tally};
use crate::diagnostic::Diagnostic;
use crate::source::{Sources, Span};

/// A file that could not be read, so that nothing is known about it.
#[derive(Clone, Debug, Serialize)]
pub struct Unread {
    pub file: String,
    pub reason: String,
}

/// Returns the document, with a final newline; with what is known of each change, if that was asked for.
pub fn render(checked: &[Checked<'_>], verdicts: Option<&[Verdict<'_>]>, unread: &[Unread]) -> String {
    let tally = Tally::of(checked);
    let document = Document {
        schema_version: 1,
        summary: Summary { errors: tally.errors, warnings: tally.warnings, infos: tally.infos },
        findings: checked.iter().flat_map(|one| one.findings.iter().map(|finding| Finding::of(finding, one.sources))).collect(),
        verdicts,
        unread,
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
    verdicts: Option<&'a [Verdict<'a>]>,
    unread: &'a [Unread],
}

#[derive(Serialize)]
struct Summary {
    errors: usize,
    warnings: usize,
    infos: usize,
}

#[derive(Serialize)]
struct Finding<'a> {
    code: &'a str,
    severity: &'a str,
    message: &'a str,
    help: Option<&'a str>,
    /// The first is where the finding is, the others are because of what.
    labels: Vec<Label<'a>>,
}

impl<'a> Finding<'a> {
    fn of(finding: &'a Diagnostic, sources: &'a Sources) -> Finding<'a> {
        Finding {
            code: finding.code,
            severity: finding.severity.word(),
            message: &finding.message,
            help: finding.help.as_deref(),
            labels: finding.labels.iter().map(|label| Label::of(label.span, &label.text, sources)).collect(),
        }
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
