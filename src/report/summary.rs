//! The last line of a report: how many of what, and where.

use super::Checked;
use crate::diagnostic::Severity;

/// How many findings there are of each severity.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Tally {
    pub errors: usize,
    pub warnings: usize,
    pub infos: usize,
}

impl Tally {
    /// Returns the count of `checked`.
    pub fn of(checked: &[Checked<'_>]) -> Tally {
        let mut tally = Tally::default();
        for finding in checked.iter().flat_map(|one| one.findings) {
            match finding.severity {
                Severity::Error => tally.errors += 1,
                Severity::Warning => tally.warnings += 1,
                Severity::Info => tally.infos += 1,
            }
        }
        tally
    }

    /// Returns whether nothing was found.
    pub fn is_empty(self) -> bool {
        self == Tally::default()
    }
}

/// Returns "2 errors, 1 warning in plan.rbk", or "no findings in 3 plans".
pub fn summary(checked: &[Checked<'_>]) -> String {
    let tally = Tally::of(checked);
    let counts = [(tally.errors, "error"), (tally.warnings, "warning"), (tally.infos, "note")];
    let found: Vec<String> = counts.iter().filter(|(count, _)| *count > 0).map(|(count, word)| numbered(*count, word)).collect();
    let found = if found.is_empty() { "no findings".to_owned() } else { found.join(", ") };
    match checked {
        [one] => match one.sources.iter().next() {
            Some((_, file)) => format!("{found} in {}", super::wrap::plain(&file.name)),
            None => found,
        },
        many => format!("{found} in {}", numbered(many.len(), "file")),
    }
}

fn numbered(count: usize, word: &str) -> String {
    if count == 1 { format!("1 {word}") } else { format!("{count} {word}s") }
}
