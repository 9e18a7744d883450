//! # sh/destructive
//!
//! A command takes files or resources away for good, and nothing on the way has saved them.
//!
//! ## What it finds
//!
//! In the shell of steps, and of changes whose `undo` in shell brings nothing back: `rm -r` of a folder with a known name, objects by the
//! prefix (`aws s3 rm --recursive`, `gsutil rm -r`), what `terraform destroy`, `helm uninstall`, `crontab -r` or `iptables -F` takes away.
//! As information: secrets and settings of a cluster, commits that `git push --force` takes off their branch (`--force-with-lease` stops
//! when there are any that nobody has seen), and what throws changes of a working copy away (`git reset --hard`, `git clean -f`) without a
//! `git stash` before. Silent where an earlier command or `take` read it (`tar`, `cp`, `rsync`, `helm get values`, `kubectl get`, `crontab -l`), where the plan itself made it, on temporary files
//! and on folders that are built anew (`node_modules`, `target`, `dist`, `cache`); where the author says what is destroyed or that there is
//! no way back, `backup/missing` looks at it, as it does at databases, volumes, buckets and queues. Where a program that rbk can't read ran before,
//! which may have made or saved it, it is information.
//!
//! ## Why it matters in the incident
//!
//! Whoever goes back finds the database as it was, and the files that it names are gone. A copy would have cost a minute before.
//!
//! ## Caught
//!
//! ````rbk
//! plan tidy "The old uploads make room" {
//!   rto 1h
//! }
//!
//! target files "The uploads" host { dir "/srv/shop" }
//! target db "Shop" postgres { url $DATABASE_URL }
//!
//! phase tidy "Make room" at T {
//!   change list-smaller "The list has no old uploads" on db {
//!     do ```sql
//!       UPDATE uploads SET listed = false WHERE year = 2019;
//!     ```
//!     undo ```sql
//!       UPDATE uploads SET listed = true WHERE year = 2019;
//!     ```
//!     undo takes 1m
//!   }
//!   step old-gone "The uploads of 2019 are gone" on files {
//!     do ```sh
//!       rm -rf /srv/shop/uploads/2019
//!     ```
//!   }
//! }
//!
//! scenario back "Back" {
//!   applies from list-smaller
//!   undo list-smaller
//! }
//! ````
//!
//! ## Mended
//!
//! ````rbk
//! plan tidy "The old uploads make room" {
//!   rto 1h
//! }
//!
//! target files "The uploads" host { dir "/srv/shop" }
//! target db "Shop" postgres { url $DATABASE_URL }
//!
//! phase tidy "Make room" at T {
//!   change list-smaller "The list has no old uploads" on db {
//!     do ```sql
//!       UPDATE uploads SET listed = false WHERE year = 2019;
//!     ```
//!     undo ```sql
//!       UPDATE uploads SET listed = true WHERE year = 2019;
//!     ```
//!     undo takes 1m
//!   }
//!   step old-gone "The uploads of 2019 are gone" on files {
//!     do ```sh
//!       tar -czf /mnt/archive/uploads-2019.tar.gz /srv/shop/uploads/2019
//!       rm -rf /srv/shop/uploads/2019
//!     ```
//!   }
//! }
//!
//! scenario back "Back" {
//!   applies from list-smaller
//!   undo list-smaller
//! }
//! ````

use std::collections::HashSet;

use crate::analysis::program::{Direction, Item, Work};
use crate::analysis::sure::each_item;
use crate::diagnostic::{Diagnostic, Severity};
use crate::effect::act::{Act, Effect};
use crate::effect::object::ObjectKind;
use crate::effect::sh::{self, Command, Manner};
use crate::plan::Plan;
use crate::plan::action::{Action, Code, Language};
use crate::plan::change::Undo;
use crate::rules::{Context, Finder, Rule};
use crate::source::Span;

pub const RULE: Rule =
    Rule { name: "sh/destructive", severity: Severity::Warning, finder: Finder::Rule(check), text: include_str!("destructive.rs") };

/// Without one of these no script has anything to tell.
const SIGNS: [&str; 8] = ["rm ", "git ", "destroy", "delete", "uninstall", "purge", "crontab ", "iptables"];

/// Folders that are made anew by a build, or filled anew by use.
const BUILT: [&str; 14] = [
    "node_modules",
    "target",
    "dist",
    "build",
    "out",
    "cache",
    ".cache",
    "tmp",
    "temp",
    "__pycache__",
    ".venv",
    "venv",
    "coverage",
    ".next",
];

/// What the commands of a run have read and made so far.
#[derive(Clone, Debug, Default)]
struct Known {
    read: HashSet<String>,
    made: HashSet<String>,
    is_stashed: bool,
    /// Commits were given another name.
    is_tagged: bool,
    /// A script ran that can't be read.
    is_unsure: bool,
}

fn check(context: &Context<'_>, findings: &mut Vec<Diagnostic>) {
    let programs = || std::iter::once(&context.facts.forward).chain(context.facts.scenarios.iter());
    let signs = |code: &Code| SIGNS.iter().any(|sign| code.text.contains(sign));
    let is_near = |item: &Item<'_>| matches!(item.work, Work::Shell(code) if signs(code));
    if !programs().any(|program| program.items().into_iter().any(is_near)) {
        return;
    }
    let mut told: HashSet<Span> = HashSet::new();
    let mut forward = Known::default();
    for (at, program) in programs().enumerate() {
        let is_near = program.items().into_iter().any(is_near);
        if !is_near && at > 0 {
            continue;
        }
        // Whoever goes back stands behind the forward run.
        let mut known = forward.clone();
        each_item(&program.nodes, &mut |item, taken| {
            let take = match item.work {
                Work::Take(backup) => context.plan.backups[backup].take.as_ref(),
                _ => None,
            };
            let code = match item.work {
                Work::Shell(code) => Some(code),
                _ => take,
            };
            let Some(code) = code.filter(|code| matches!(code.language, Language::Sh | Language::Bash)) else { return };
            let script = sh::of(code);
            let is_saved = taken.iter().any(|backup| Some(context.plan.backups[backup].of.value) == item.on);
            let is_open = take.is_none() && !is_saved && is_asked(context.plan, item);
            let mut losses = script.losses().into_iter().filter(|(command, effect)| command.is_own(effect)).peekable();
            for command in &script.commands {
                while let Some((_, effect)) = losses.next_if(|(of, _)| std::ptr::eq(*of, command)) {
                    let Some(severity) = known.judge(effect).filter(|_| is_open && !comes_back(context.plan, item, effect)) else {
                        continue;
                    };
                    let place = code.place(&context.sources.file(code.span.file).text, &command.range);
                    if told.insert(place) {
                        findings.push(finding(place, severity, &command.opening(&code.text), effect));
                    }
                }
                known.follow(command);
            }
            known.is_unsure |= script.is_opaque();
        });
        if at == 0 {
            forward = known;
        }
    }
}

fn finding(place: Span, severity: Severity, words: &str, effect: &Effect) -> Diagnostic {
    let object = &effect.object;
    let gone = match object.kind {
        // What it is, its name does not say.
        ObjectKind::Other("release" | "secret or settings" | "remote branch") => object.to_string(),
        _ => object.written(),
    };
    let message = format!("`{words}`: nothing on the way has saved {gone}");
    Diagnostic::error(RULE.name, place, message, "gone for good").severity(severity).help(
        "save it before (`tar`, `cp -a`, `git stash`, a `backup` that is taken), move it aside and remove it later, or say that it \
         `destroys` it",
    )
}

/// Returns whether anybody has to answer for what an item destroys: its author has not, and it takes no change back.
fn is_asked(plan: &Plan, item: &Item<'_>) -> bool {
    let is_said = item.effects.is_some_and(|effects| !effects.destroys.is_empty());
    let is_open = match item.change {
        None => true,
        Some((_, Direction::Undo)) => false,
        Some((id, Direction::Apply)) => {
            let change = &plan.changes[id];
            change.irreversible.is_none() && undo(&change.undo).is_some()
        }
    };
    is_open && !is_said
}

/// Returns the script of an undo.
fn undo(undo: &Undo) -> Option<&Code> {
    match undo {
        Undo::Action(action) => match action.as_ref() {
            Action::Code(code) if matches!(code.language, Language::Sh | Language::Bash) => Some(code),
            _ => None,
        },
        _ => None,
    }
}

/// Returns whether the undo of an item's change may bring back what is gone.
fn comes_back(plan: &Plan, item: &Item<'_>, gone: &Effect) -> bool {
    let code = item.change.and_then(|(id, _)| undo(&plan.changes[id].undo));
    code.is_some_and(|code| sh::of(code).may_bring_back(gone))
}

impl Known {
    /// Returns how bad it is that something is destroyed; `None` where it is not, or is told elsewhere.
    fn judge(&self, effect: &Effect) -> Option<Severity> {
        let ObjectKind::Other(kind) = effect.object.kind else { return None };
        let name = effect.object.parts.last()?.trim_end_matches('/');
        let is_plain = !name.contains(['$', '`', '*', '?']);
        let severity = if self.is_unsure { Severity::Info } else { RULE.severity };
        let severity = match kind {
            "directory" if is_plain && !is_built(name) && !holds(&self.made, name) => severity,
            "objects" if is_plain => severity,
            "resource" | "crontab" | "firewall rules" => severity,
            "release" if !holds(&self.made, name) => severity,
            // Whoever wrote it may have it elsewhere: in manifests, in another clone.
            "secret or settings" if !holds(&self.made, name) => Severity::Info,
            "remote branch" if !self.is_tagged => Severity::Info,
            "working copy" if !self.is_stashed => Severity::Info,
            _ => return None,
        };
        (!holds(&self.read, name)).then_some(severity)
    }

    fn follow(&mut self, command: &Command) {
        let plain = |name: &str| name.trim_end_matches('/').trim_end_matches("/.").to_owned();
        for file in &command.files {
            match file.manner {
                Manner::Reads => self.read.insert(plain(&file.name)),
                Manner::Writes => self.made.insert(plain(&file.name)),
                Manner::Adds | Manner::Removes => false,
            };
        }
        for effect in &command.reading.effects {
            let name = effect.object.parts.last().map(|name| plain(name)).unwrap_or_default();
            match &effect.act {
                Act::Read => self.read.insert(name),
                Act::Create(_) => self.made.insert(name),
                _ => false,
            };
        }
        let mut words = command.words.iter().filter_map(|word| word.text.as_deref());
        if words.next() == Some("git") {
            let word = words.next().unwrap_or_default();
            self.is_stashed |= word == "stash";
            self.is_tagged |= ["tag", "branch", "bundle"].contains(&word);
        }
    }
}

/// Returns whether a path, or a folder that it lies in, is among these.
fn holds(paths: &HashSet<String>, path: &str) -> bool {
    let mut parents = path.match_indices('/').map(|(at, _)| &path[..at]).filter(|parent| !parent.is_empty());
    paths.contains(path) || parents.any(|parent| paths.contains(parent))
}

/// Returns whether a folder is one that is made or filled anew.
fn is_built(path: &str) -> bool {
    let is_passing = ["/tmp", "/var/tmp", "/dev/shm", "/run"].iter().any(|folder| path.starts_with(folder));
    is_passing || path.split('/').any(|part| BUILT.contains(&part))
}
