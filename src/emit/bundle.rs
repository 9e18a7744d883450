//! The bundle: a directory of plain text that carries the plan out on a machine that has never heard of rbk.
//!
//! Owns what is written into it, file by file; all of it is data but the author's own code. What reads that data is the shell
//! runtime in `runtime/`, which is constant. Writes nothing to a disk: the caller does.
//!
//! The same plan gives the same bytes at any time in any directory. `plan_id` in `plan.conf` is the SHA-256 of what
//! `SHA256SUMS` would say about the plan's own files: all but `rollback`, `lib/`, the code that a backup's method brings,
//! `RUNBOOK.md`, `manifest.json` and `SHA256SUMS`, with `plan.conf` as it is without that line. Journals are bound to it, so that
//! a new version of the runtime can go on with an old run, and another plan can't.

mod backups;
mod checks;
mod code;
mod draft;
mod manifest;
mod messages;
mod people;
mod phases;
mod refuse;
mod runtime;
mod scenarios;
mod settings;
mod steps;
mod sums;
mod targets;
mod units;

#[cfg(test)]
mod tests;

use std::collections::BTreeMap;

use crate::analysis::Facts;
use crate::diagnostic::{Diagnostic, Severity, sort};
use crate::graph::Graph;
use crate::plan::Plan;

use draft::Draft;

/// What a bundle is written from: the plan, and what follows from it.
#[derive(Clone, Copy, Debug)]
pub struct Context<'p> {
    pub plan: &'p Plan,
    pub graph: &'p Graph,
    pub facts: &'p Facts<'p>,
    /// `RUNBOOK.md`.
    pub runbook: &'p str,
}

/// One file of a bundle.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct File {
    pub bytes: Vec<u8>,
    pub executable: bool,
}

/// The files of a bundle by their path, `/` between its parts.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Bundle {
    pub files: BTreeMap<String, File>,
}

/// Returns the bundle, or what in the plan it can't carry out (at least one error).
pub fn write(context: &Context<'_>) -> Result<Bundle, Vec<Diagnostic>> {
    let mut draft = Draft::default();
    refuse::write(context.plan, &mut draft);
    targets::write(context.plan, &mut draft);
    checks::write(context.plan, &mut draft);
    backups::write(context.plan, &mut draft);
    people::write(context.plan, &mut draft);
    messages::write(context.plan, &mut draft);
    phases::write(context, &mut draft);
    scenarios::write(context, &mut draft);
    settings::write(context, &mut draft);
    let Draft { mut files, methods, mut findings, step_files, .. } = draft;
    if findings.iter().any(|finding| finding.severity == Severity::Error) {
        sort(&mut findings);
        return Err(findings);
    }
    let plan_id = sums::seal(&mut files);
    files.extend(methods);
    runtime::write(&mut files);
    let text = |text: String| File { bytes: text.into_bytes(), executable: false };
    files.insert("RUNBOOK.md".to_owned(), text(context.runbook.to_owned()));
    files.insert("manifest.json".to_owned(), text(manifest::json(context, &step_files, &plan_id)));
    let listed = sums::list(&files);
    files.insert("SHA256SUMS".to_owned(), text(listed));
    Ok(Bundle { files })
}
