//! # backup/same-failure-domain
//!
//! A backup lies where what it saves lies, and goes with it.
//!
//! ## What it finds
//!
//! A backup without a `copy` whose `file` lies in a folder that a step removes, or in the folder of the host that it saves. Both have to be
//! written out: what a variable names, or what is on another machine, nobody can compare.
//!
//! ## Why it matters in the incident
//!
//! The migration went wrong, somebody cleans the folder up to begin anew, and the backup was in it. Or the disk that the application lost
//! is the disk with the backup.
//!
//! ## Caught
//!
//! ````rbk
//! plan new-uploads "Uploads move" {
//!   rto 1h
//! }
//!
//! target site "The site" host { dir "/srv/site" }
//!
//! backup uploads "The uploads" of site {
//!   file "/srv/site/backup/uploads.tar"
//!   take ```sh
//!     tar cf "$RBK_BACKUP_FILE" uploads
//!   ```
//!   verify ```sh
//!     tar tf "$RBK_BACKUP_FILE" >/dev/null
//!   ```
//!   restore ```sh
//!     tar xf "$RBK_BACKUP_FILE"
//!   ```
//! }
//!
//! phase migrate "Migrate" at T {
//!   take uploads
//!   change sorted "Uploads lie in folders by year" on site {
//!     do ```sh
//!       ./sort-uploads
//!     ```
//!     undo restore uploads
//!   }
//! }
//!
//! scenario back "Back" {
//!   applies from sorted
//!   undo sorted
//! }
//! ````
//!
//! ## Mended
//!
//! ````rbk
//! plan new-uploads "Uploads move" {
//!   rto 1h
//! }
//!
//! target site "The site" host { dir "/srv/site" }
//!
//! backup uploads "The uploads" of site {
//!   file "/mnt/backup/uploads.tar"
//!   take ```sh
//!     tar cf "$RBK_BACKUP_FILE" uploads
//!   ```
//!   verify ```sh
//!     tar tf "$RBK_BACKUP_FILE" >/dev/null
//!   ```
//!   restore ```sh
//!     tar xf "$RBK_BACKUP_FILE"
//!   ```
//! }
//!
//! phase migrate "Migrate" at T {
//!   take uploads
//!   change sorted "Uploads lie in folders by year" on site {
//!     do ```sh
//!       ./sort-uploads
//!     ```
//!     undo restore uploads
//!   }
//! }
//!
//! scenario back "Back" {
//!   applies from sorted
//!   undo sorted
//! }
//! ````

use crate::analysis::program::{Item, Work};
use crate::diagnostic::{Diagnostic, Severity};
use crate::effect::sh;
use crate::plan::id::Id;
use crate::plan::target::{Backup, Target};
use crate::plan::value::Place;
use crate::rules::{Context, Finder, Rule};
use crate::source::Span;

pub const RULE: Rule = Rule {
    name: "backup/same-failure-domain",
    severity: Severity::Warning,
    finder: Finder::Rule(check),
    text: include_str!("same_failure_domain.rs"),
};

/// A backup that lies in one place, which is written out.
struct Kept<'a> {
    backup: &'a Backup,
    path: &'a str,
    span: Span,
    told: bool,
}

fn check(context: &Context<'_>, findings: &mut Vec<Diagnostic>) {
    let plan = context.plan;
    let mut kept = Vec::new();
    for (_, backup) in plan.backups.iter().filter(|(_, backup)| backup.copy.is_none()) {
        let Some(file) = &backup.file else { continue };
        if let Place::Literal(path) = &file.value
            && path.starts_with('/')
        {
            kept.push(Kept { backup, path, span: file.span, told: false });
        }
    }
    for one in &mut kept {
        let target = &plan.targets[one.backup.of.value];
        let Some(dir) = target.dir.as_ref().filter(|_| target.ssh.is_empty()) else { continue };
        if let Place::Literal(folder) = &dir.value
            && lies_in(one.path, folder)
        {
            one.told = true;
            let name = &one.backup.header.name;
            let message = format!("`{name}` lies in `{folder}`, which it saves: what destroys the one destroys the other");
            let finding = Diagnostic::error(RULE.name, one.span, message, "beside what it saves").severity(RULE.severity);
            findings.push(finding.because(dir.span, "what is saved").help(HELP));
        }
    }
    if kept.iter().all(|one| one.told) {
        return;
    }
    let programs = std::iter::once(&context.facts.forward).chain(&context.facts.scenarios);
    for item in programs.flat_map(|program| program.items()) {
        removed(context, item, &mut kept, findings);
    }
}

const HELP: &str = "keep it on another disk, or say how a `copy` gets to another machine";

/// Tells the backups that lie in what a step removes.
fn removed(context: &Context<'_>, item: &Item<'_>, kept: &mut [Kept<'_>], findings: &mut Vec<Diagnostic>) {
    let Work::Shell(code) = item.work else { return };
    // A folder is named by where it begins; most scripts name none of these.
    if is_elsewhere(context, item) || !kept.iter().any(|one| !one.told && names_root(&code.text, one.path)) {
        return;
    }
    let script = sh::alone(code);
    for (command, effect) in script.losses() {
        let Some(folder) = effect.object.parts.last().filter(|_| command.is_own(effect) && sh::is_file(effect)) else { continue };
        for one in kept.iter_mut().filter(|one| !one.told && (lies_in(one.path, folder) || one.path == folder.as_str())) {
            one.told = true;
            let name = &one.backup.header.name;
            let place = code.place(&context.sources.file(code.span.file).text, &command.range);
            let message = format!("`{name}` lies in `{folder}`, which this removes: nothing else holds it");
            let finding = Diagnostic::error(RULE.name, place, message, "takes the backup along").severity(RULE.severity);
            findings.push(finding.because(one.span, "lies here").help(HELP));
        }
    }
}

/// Returns whether an item runs on another machine than the one that keeps the backups.
fn is_elsewhere(context: &Context<'_>, item: &Item<'_>) -> bool {
    let host: Option<Id<Target>> = context.plan.host_of(item.via, item.on);
    host.is_some_and(|host| !context.plan.targets[host].ssh.is_empty())
}

/// Returns whether a file lies below a folder.
fn lies_in(path: &str, folder: &str) -> bool {
    let folder = folder.trim_end_matches('/');
    !folder.is_empty() && path.strip_prefix(folder).is_some_and(|rest| rest.starts_with('/'))
}

/// Returns whether a text holds the first folder of a path.
fn names_root(text: &str, path: &str) -> bool {
    let end = path[1..].find('/').map_or(path.len(), |at| at + 1);
    text.contains(&path[..end])
}
