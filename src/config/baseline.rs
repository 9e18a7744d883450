//! The findings of before: a file that a team writes when it begins with rbk, or with a rule, and that only ever gets shorter.
//!
//! Findings are known by their fingerprints, so that lines may move.

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};

/// A finding of before.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Entry {
    /// From the repository's root.
    pub file: String,
    pub code: String,
    pub message: String,
    pub fingerprint: String,
}

/// The file.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Baseline {
    entries: Vec<Entry>,
}

#[derive(Deserialize)]
struct Document {
    schema_version: u32,
    findings: Vec<Entry>,
}

impl Baseline {
    /// Reads the text of the file, or says why it is none.
    pub fn read(text: &str) -> Result<Baseline, String> {
        let document: Document = serde_json::from_str(text)
            .map_err(|error| format!("is no baseline: line {}, column {} is not what a baseline holds", error.line(), error.column()))?;
        if document.schema_version != 1 {
            return Err(format!("is a baseline of version {}, and this rbk knows version 1", document.schema_version));
        }
        Ok(Baseline { entries: document.findings })
    }

    /// Returns the baseline of these findings; what `before` holds of files that `is_looked_at` denies stays in it.
    pub fn of(entries: Vec<Entry>, before: &Baseline, is_looked_at: impl Fn(&str) -> bool) -> Baseline {
        let kept = before.entries.iter().filter(|entry| !is_looked_at(&entry.file)).cloned();
        let all: BTreeSet<Entry> = kept.chain(entries).collect();
        Baseline { entries: all.into_iter().collect() }
    }

    /// Returns the text of the file: an entry a line, sorted, so that a change of it can be read.
    pub fn text(&self) -> String {
        // INVARIANT: plain data with string keys serialises.
        let lines = self.entries.iter().map(|entry| format!("    {}", serde_json::to_string(entry).expect("plain data")));
        let lines: Vec<String> = lines.collect();
        let inside = if lines.is_empty() { "[]".to_owned() } else { format!("[\n{}\n  ]", lines.join(",\n")) };
        format!("{{\n  \"schema_version\": 1,\n  \"findings\": {inside}\n}}\n")
    }

    /// Returns the entries by their fingerprints.
    pub fn known(&self) -> BTreeMap<&str, &Entry> {
        self.entries.iter().map(|entry| (entry.fingerprint.as_str(), entry)).collect()
    }

    /// Returns how many findings it holds.
    pub fn len(&self) -> usize {
        self.entries.len()
    }

    /// Returns whether it holds none.
    pub fn is_empty(&self) -> bool {
        self.entries.is_empty()
    }
}
