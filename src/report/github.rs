//! Findings as GitHub's workflow commands, which its runner turns into annotations beside the lines of a change.

use std::fmt::Write;

use super::{Run, Trouble};
use crate::diagnostic::Severity;

/// Returns one command a line.
pub fn render(run: &Run<'_>) -> String {
    let mut out = String::new();
    for found in run.found() {
        let (place, kind) = (found.place, kind(found.finding.severity));
        let mut properties = format!("file={},line={}", property(place.path), place.start.line);
        if place.end.line == place.start.line {
            let _ = write!(properties, ",col={},endColumn={}", place.start.column, place.end.column);
        } else {
            let _ = write!(properties, ",endLine={}", place.end.line);
        }
        let _ = writeln!(out, "::{kind} {properties},title={}::{}", property(found.finding.code), data(&found.advised("\n")));
    }
    for unread in run.unread {
        let _ = writeln!(out, "::error file={},title=unread::{}", property(run.path(&unread.file)), data(&unread.reason));
    }
    for Trouble { message, help } in run.troubles {
        let help = help.as_ref().map_or(String::new(), |help| format!("\nhelp: {help}"));
        let _ = writeln!(out, "::error title=rbk::{}", data(&format!("{message}{help}")));
    }
    out
}

fn kind(severity: Severity) -> &'static str {
    match severity {
        Severity::Error => "error",
        Severity::Warning => "warning",
        Severity::Info => "notice",
    }
}

/// Returns a text as the runner reads it behind `::`.
fn data(text: &str) -> String {
    text.replace('%', "%25").replace('\r', "%0D").replace('\n', "%0A")
}

/// Returns a text as the runner reads it between commas.
fn property(text: &str) -> String {
    data(text).replace(':', "%3A").replace(',', "%2C")
}
