//! Findings as GitLab's code quality report: what a merge request shows as new or as solved, by fingerprint.

use serde::Serialize;
use sha2::{Digest, Sha256};

use super::Run;
use crate::diagnostic::Severity;

/// Returns the document, with a final newline. A file that could not be read blocks.
pub fn render(run: &Run<'_>) -> String {
    let mut issues: Vec<Issue> = run
        .found()
        .into_iter()
        .map(|found| Issue {
            description: found.advised("; "),
            check_name: found.finding.code.to_owned(),
            severity: severity(found.finding.severity),
            location: Location {
                path: found.place.path.to_owned(),
                lines: Lines { begin: found.place.start.line, end: found.place.end.line },
            },
            fingerprint: found.fingerprint,
        })
        .collect();
    let unread = run.unread.iter().map(|unread| (run.path(&unread.file), unread.reason.clone()));
    let troubles = run.troubles.iter().map(|trouble| ("rbk.toml", trouble.message.clone()));
    for (path, description) in unread.chain(troubles) {
        let fingerprint = Sha256::digest(format!("{path}\0{description}")).iter().take(16).map(|byte| format!("{byte:02x}")).collect();
        let location = Location { path: path.to_owned(), lines: Lines { begin: 1, end: 1 } };
        issues.push(Issue { description, check_name: "rbk".to_owned(), fingerprint, severity: "blocker", location });
    }
    // INVARIANT: plain data with string keys serialises.
    let mut text = serde_json::to_string_pretty(&issues).expect("plain data");
    text.push('\n');
    text
}

#[derive(Serialize)]
struct Issue {
    description: String,
    check_name: String,
    fingerprint: String,
    severity: &'static str,
    location: Location,
}

#[derive(Serialize)]
struct Location {
    path: String,
    lines: Lines,
}

#[derive(Serialize)]
struct Lines {
    begin: usize,
    end: usize,
}

fn severity(severity: Severity) -> &'static str {
    match severity {
        Severity::Error => "critical",
        Severity::Warning => "minor",
        Severity::Info => "info",
    }
}
