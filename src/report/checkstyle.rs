//! Findings as Checkstyle's XML, which many services and editors read.

use std::fmt::Write;

use super::Run;
use super::run::Found;
use super::xml::escape;

/// Returns the document: a `file` for each that something was found in, in the order of the run.
pub fn render(run: &Run<'_>) -> String {
    let mut files: Vec<(&str, Vec<Found<'_>>)> = Vec::new();
    for found in run.found() {
        match files.iter_mut().find(|(path, _)| *path == found.place.path) {
            Some((_, findings)) => findings.push(found),
            None => files.push((found.place.path, vec![found])),
        }
    }
    let mut out = "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<checkstyle version=\"4.3\">\n".to_owned();
    for (path, findings) in files {
        let _ = writeln!(out, "  <file name=\"{}\">", escape(path));
        for found in findings {
            let _ = writeln!(
                out,
                "    <error line=\"{}\" column=\"{}\" severity=\"{}\" message=\"{}\" source=\"rbk.{}\"/>",
                found.place.start.line,
                found.place.start.column,
                found.finding.severity.word(),
                escape(&found.advised("; ")),
                escape(&found.finding.code.replace('/', "."))
            );
        }
        out.push_str("  </file>\n");
    }
    for unread in run.unread {
        let (path, reason) = (escape(run.path(&unread.file)), escape(&unread.reason));
        let error = format!("<error line=\"1\" severity=\"error\" message=\"{reason}\" source=\"rbk\"/>");
        let _ = writeln!(out, "  <file name=\"{path}\">\n    {error}\n  </file>");
    }
    for trouble in run.troubles {
        let error = format!("<error line=\"1\" severity=\"error\" message=\"{}\" source=\"rbk\"/>", escape(&trouble.message));
        let _ = writeln!(out, "  <file name=\"rbk.toml\">\n    {error}\n  </file>");
    }
    out.push_str("</checkstyle>\n");
    out
}
