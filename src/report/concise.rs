//! One line a finding, as compilers have written them for fifty years: `path:line:column: error[group/rule]: message`.

use std::fmt::Write;

use super::Checked;
use super::wrap::plain;

/// Returns one line for each finding; columns count characters from 1.
pub fn render(checked: &[Checked<'_>]) -> String {
    let mut out = String::new();
    for one in checked {
        for finding in one.findings {
            let span = finding.span();
            let file = one.sources.file(span.file);
            let place = file.lines.position(&file.text, span.start as usize);
            let (severity, message) = (finding.severity.word(), finding.message.replace('\n', " "));
            let (name, message) = (plain(&file.name), plain(&message));
            let _ = writeln!(out, "{name}:{}:{}: {severity}[{}]: {message}", place.line, place.column, finding.code);
        }
    }
    out
}
