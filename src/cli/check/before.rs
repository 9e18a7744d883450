//! The findings of before in a run of `rbk check`: left out, told when they are not needed any more, written anew.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use crate::cli::compile::Compiled;
use crate::cli::files;
use crate::cli::output::{Stop, say};
use crate::config::{Baseline, Entry, is_free};
use crate::diagnostic::{Fingerprints, Severity};
use crate::report::{Before, Known};

/// What is to be done with the findings of before.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Task {
    /// Leave them out.
    Use,
    /// Write all there are, and leave them out.
    Write,
}

/// Takes out of `compiled` what the baseline at `path` holds, and returns what became of it.
pub fn apply(path: &Path, task: Task, compiled: &mut [Compiled]) -> Result<Before, Stop> {
    let name = files::shown(path);
    let mut baseline = match (task, path.exists()) {
        (Task::Write, false) => Baseline::default(),
        _ => {
            let bytes = files::read(path).map_err(|reason| absent(&name, &reason))?;
            let text = String::from_utf8_lossy(&bytes);
            Baseline::read(&text).map_err(|reason| Stop::trouble(format!("{name} {reason}")))?
        }
    };
    let seen = Seen::of(compiled);
    if task == Task::Write {
        let entries = seen.entries.iter().flatten().flatten().cloned().collect();
        baseline = Baseline::of(entries, &baseline, |file| seen.is_settled(file));
        files::write(path, &baseline.text())?;
        let count = if baseline.len() == 1 { "1 finding".to_owned() } else { format!("{} findings", baseline.len()) };
        say(&format!("{name}: holds {count}"));
    }
    let known = baseline.known();
    let mut met = BTreeSet::new();
    for (one, entries) in compiled.iter_mut().zip(&seen.entries) {
        let mut entries = entries.iter();
        one.findings.retain(|_| match entries.next() {
            Some(Some(entry)) if known.contains_key(entry.fingerprint.as_str()) => {
                met.insert(entry.fingerprint.clone());
                false
            }
            _ => true,
        });
    }
    let unneeded = known.values().filter(|entry| !met.contains(&entry.fingerprint) && seen.is_settled(&entry.file));
    let unneeded = unneeded.map(|entry| Known {
        file: entry.file.clone(),
        code: entry.code.clone(),
        message: entry.message.clone(),
        fingerprint: entry.fingerprint.clone(),
    });
    Ok(Before { file: name, left_out: met.len(), unneeded: unneeded.collect() })
}

/// Says which findings of before are not there any more.
pub fn tell(before: &Before) {
    let (count, file) = (before.unneeded.len(), &before.file);
    if count == 0 {
        return;
    }
    say(&format!("{file}: {count} of the findings of before {} not there any more:", if count == 1 { "is" } else { "are" }));
    for entry in &before.unneeded {
        say(&format!("  {}: [{}] {}", entry.file, entry.code, entry.message));
    }
    say("help: `rbk check --write-baseline` takes them out");
}

fn absent(name: &str, reason: &str) -> Stop {
    Stop::advised(format!("the baseline {name}: {reason}"), "`rbk check --write-baseline` writes one")
}

/// What a run has seen.
struct Seen {
    /// By plan, by finding: `None` for what is always told.
    entries: Vec<Vec<Option<Entry>>>,
    /// The files, from the repository's root, about which everything was found that there is to find.
    settled: BTreeSet<String>,
    root: PathBuf,
}

impl Seen {
    fn of(compiled: &[Compiled]) -> Seen {
        let paths = files::rooted(compiled.iter().flat_map(|one| one.sources.iter().map(|(_, file)| file.name.as_str())));
        let path = |name: &str| paths.get(name).cloned().unwrap_or_else(|| name.to_owned());
        let mut prints = Fingerprints::default();
        let mut seen = Seen { entries: Vec::new(), settled: BTreeSet::new(), root: files::root() };
        let mut unsettled = BTreeSet::new();
        for one in compiled {
            let mut entries = Vec::new();
            for finding in &one.findings {
                let file = path(&one.sources.file(finding.span().file).name);
                let fingerprint = prints.of(finding, &one.sources, &file);
                let entry = Entry { file, code: finding.code.to_owned(), message: finding.message.clone(), fingerprint };
                entries.push(is_free(finding.code).then_some(entry));
            }
            seen.entries.push(entries);
            let files = one.sources.iter().map(|(_, file)| path(&file.name));
            // Rules are not asked about a plan that can't be read.
            let is_read = !one.findings.iter().any(|finding| finding.severity == Severity::Error && !is_free(finding.code));
            if is_read { &mut seen.settled } else { &mut unsettled }.extend(files);
        }
        seen.settled.retain(|file| !unsettled.contains(file));
        seen
    }

    /// Returns whether a finding of a file would have been found: the file was checked in full, or is not there.
    fn is_settled(&self, file: &str) -> bool {
        self.settled.contains(file) || !self.root.join(file).exists()
    }
}
