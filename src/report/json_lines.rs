//! Findings for programs that read a line at a time: one JSON object a line, the count last.

use serde::Serialize;

use super::json::{Finding, Summary, VERSION};
use super::verdicts::Verdict;
use super::{Before, Run, Trouble, Unread};

/// Returns a line for each finding, each file that could not be read and each trouble, and one with the count.
pub fn render(run: &Run<'_>) -> String {
    let mut out = String::new();
    let found = run.found();
    let findings = found.iter().map(|found| Line::Finding(Finding::of(found, run)));
    let verdicts = run.verdicts.unwrap_or_default().iter().map(Line::Verdict);
    let baseline = run.before.into_iter().map(Line::Baseline);
    let unread = run.unread.iter().map(Line::Unread);
    let errors = run.troubles.iter().map(Line::Error);
    for line in findings.chain(verdicts).chain(baseline).chain(unread).chain(errors).chain([Line::Summary(Summary::of(run))]) {
        // INVARIANT: plain data with string keys serialises, and without line ends.
        out.push_str(&serde_json::to_string(&Versioned { schema_version: VERSION, line }).expect("plain data"));
        out.push('\n');
    }
    out
}

#[derive(Serialize)]
struct Versioned<'a> {
    schema_version: u32,
    #[serde(flatten)]
    line: Line<'a>,
}

#[derive(Serialize)]
#[serde(tag = "type", rename_all = "lowercase")]
enum Line<'a> {
    Finding(Finding<'a>),
    Verdict(&'a Verdict<'a>),
    Baseline(&'a Before),
    Unread(&'a Unread),
    Error(&'a Trouble),
    Summary(Summary),
}
