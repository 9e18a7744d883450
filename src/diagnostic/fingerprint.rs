//! What a finding is known by from one run to the next: its code, its file, the text that it points at and the names that its message
//! ticks. Lines, columns and figures are no part of it, so that it survives text that moves and estimates that change.

use std::collections::BTreeMap;
use std::fmt::Write;

use sha2::{Digest, Sha256};

use super::Diagnostic;
use crate::source::Sources;

/// Gives out fingerprints. Findings that are alike in everything get a number each, in the order in which they are asked about.
#[derive(Clone, Debug, Default)]
pub struct Fingerprints {
    seen: BTreeMap<String, usize>,
}

impl Fingerprints {
    /// Returns the fingerprint of the next finding, 32 hexadecimal digits; `path` is what its file is called wherever rbk runs.
    pub fn of(&mut self, finding: &Diagnostic, sources: &Sources, path: &str) -> String {
        let mut hash = Sha256::new();
        let span = finding.span();
        let text = &sources.file(span.file).text;
        let pointed = text.get(span.start as usize..(span.end as usize).min(text.len())).unwrap_or_default();
        let parts = [finding.code, path].into_iter().map(str::to_owned);
        for part in parts.chain([spaced(pointed)]).chain(ticked(&finding.message).map(str::to_owned)) {
            hash.update(part.as_bytes());
            hash.update([0]);
        }
        let mut name = hash.finalize().iter().take(16).fold(String::new(), |mut all, byte| {
            let _ = write!(all, "{byte:02x}");
            all
        });
        let count = self.seen.entry(name.clone()).or_default();
        *count += 1;
        if *count > 1 {
            // Its own digits stay, so that the first of several is known when another goes.
            let again = Sha256::digest(format!("{name} {count}").as_bytes());
            name = again.iter().take(16).fold(String::new(), |mut all, byte| {
                let _ = write!(all, "{byte:02x}");
                all
            });
        }
        name
    }
}

/// Returns a text with every run of white space as one blank.
fn spaced(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// Returns what stands between back-ticks, in order.
fn ticked(message: &str) -> impl Iterator<Item = &str> {
    message.split('`').skip(1).step_by(2)
}

#[cfg(test)]
mod tests {
    use super::Fingerprints;
    use crate::diagnostic::Diagnostic;
    use crate::source::{FileId, Sources, Span};

    fn print(text: &str, at: &str, message: &str) -> String {
        let mut sources = Sources::default();
        let file = sources.add("plan.rbk", text).unwrap();
        assert_eq!(file, FileId(0));
        let start = text.find(at).unwrap();
        let finding = Diagnostic::error("time/rto-exceeded", Span::new(file, start, start + at.len()), message, "");
        Fingerprints::default().of(&finding, &sources, "plan.rbk")
    }

    #[test]
    fn moved_lines_and_other_figures_change_nothing() {
        let before = print("scenario late {}\n", "scenario late", "`late` takes 31m");
        assert_eq!(before, print("# a comment\n\n  scenario  late {}\n", "scenario  late", "`late` takes 45m"));
        assert_ne!(before, print("scenario late {}\n", "scenario late", "`early` takes 31m"));
        assert_ne!(before, print("scenario later {}\n", "scenario later", "`late` takes 31m"));
    }

    #[test]
    fn twins_are_told_apart_and_the_first_keeps_its_own() {
        let mut sources = Sources::default();
        let file = sources.add("plan.rbk", "a a").unwrap();
        let finding = Diagnostic::error("x/y", Span::new(file, 0, 1), "m", "");
        let mut prints = Fingerprints::default();
        let first = prints.of(&finding, &sources, "p");
        assert_ne!(first, prints.of(&finding, &sources, "p"));
        assert_eq!(first, Fingerprints::default().of(&finding, &sources, "p"));
        assert_eq!(first.len(), 32);
    }
}
