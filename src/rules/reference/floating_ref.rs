//! # reference/floating-ref
//!
//! What runs in the incident is fetched in whatever version is newest then.
//!
//! ## What it finds
//!
//! Shell that runs a package by `npx`, `pnpm dlx`, `yarn dlx`, `bunx`, `uvx` or `pipx run` without a version, or an image with
//! `:latest`, or without a tag behind `docker pull`. What is installed already (`npx --no-install`) is fixed by its lock file.
//!
//! Also a step of the way back that checks a branch out (`git checkout main`, `git reset --hard origin/main`), as far as
//! [the repository](repository.md) is known: by then the branch may hold the migration itself. Who reverts, merges, commits or pushes in
//! the same script means the branch.
//!
//! ## Why it matters in the incident
//!
//! The command has worked in every rehearsal. On the night it fetches a version that was published yesterday and wants another
//! runtime, or the registry does not answer.
//!
//! ## Caught
//!
//! ````rbk
//! plan new-orders "Load the new orders" {
//!   rto 1h
//!   retain 7d
//! }
//!
//! target db "Orders" postgres { url $DATABASE_URL }
//!
//! check site-answers "The site answers" {
//!   run ```sh
//!     npx ask-site http://localhost:8000
//!   ```
//!   timeout 10s
//! }
//!
//! phase migrate "Migrate" at T {
//!   change add-note "Orders have a note" on db {
//!     do ```sql
//!       ALTER TABLE orders ADD COLUMN note text;
//!     ```
//!     undo ```sql
//!       ALTER TABLE orders DROP COLUMN note;
//!     ```
//!     undo takes 1m
//!   }
//! }
//!
//! scenario back "Back" {
//!   applies from add-note
//!   undo add-note
//!   verify site-answers
//! }
//! ````
//!
//! ## Mended
//!
//! ````rbk
//! plan new-orders "Load the new orders" {
//!   rto 1h
//!   retain 7d
//! }
//!
//! target db "Orders" postgres { url $DATABASE_URL }
//!
//! check site-answers "The site answers" {
//!   run ```sh
//!     npx ask-site@2.1.0 http://localhost:8000
//!   ```
//!   timeout 10s
//! }
//!
//! phase migrate "Migrate" at T {
//!   change add-note "Orders have a note" on db {
//!     do ```sql
//!       ALTER TABLE orders ADD COLUMN note text;
//!     ```
//!     undo ```sql
//!       ALTER TABLE orders DROP COLUMN note;
//!     ```
//!     undo takes 1m
//!   }
//! }
//!
//! scenario back "Back" {
//!   applies from add-note
//!   undo add-note
//!   verify site-answers
//! }
//! ````

use crate::analysis::shell::{self, Command, commands};
use crate::diagnostic::{Diagnostic, Severity};
use crate::rules::{Context, Finder, Rule};
use crate::source::Named;

pub const RULE: Rule = Rule {
    name: "reference/floating-ref",
    severity: Severity::Warning,
    finder: Finder::Rule(check),
    text: include_str!("floating_ref.rs"),
};

fn check(context: &Context<'_>, findings: &mut Vec<Diagnostic>) {
    for (_, code) in shell::all(context.plan) {
        for command in commands(&code.text) {
            let Some((what, help)) = floats(&command) else { continue };
            let place = code.place(&context.sources.file(code.span.file).text, &command.range);
            let message = format!("`{what}` is fetched when it is needed, in whatever version is newest then");
            findings.push(Diagnostic::error(RULE.name, place, message, "no version").severity(RULE.severity).help(help));
        }
    }
    for branch in context.repository.references.iter().filter(|reference| reference.is == Named::Branch && reference.is_back) {
        let message = format!("`{}` is a branch: the way back takes whatever stands there by then", branch.name);
        findings.push(
            Diagnostic::error(RULE.name, branch.place, message, "it moves")
                .severity(RULE.severity)
                .help("name the tag or the commit to go back to"),
        );
    }
}

/// Returns what a command fetches without a version, and what to write.
fn floats(command: &Command) -> Option<(String, &'static str)> {
    let words: Vec<&str> = command.arguments().iter().map(|word| word.text.as_str()).collect();
    let package = |rest: &[&str]| {
        let name = rest.iter().find(|word| !word.starts_with('-'))?;
        let fixed = name.trim_start_matches('@').contains('@') || name.contains("==") || name.contains('$') || name.starts_with(['.', '/']);
        let local = rest.iter().any(|word| matches!(*word, "--no-install" | "--offline"));
        (!fixed && !local).then(|| (*name).to_owned())
    };
    let pinned = "name the version (`npx tsx@4.7.0`), or install it beforehand and write `npx --no-install`";
    match (command.program(), words.get(1).copied().unwrap_or("")) {
        ("npx" | "bunx" | "uvx", _) => package(&words[1..]).map(|name| (name, pinned)),
        ("pnpm" | "yarn", "dlx") | ("pipx", "run") => package(&words[2..]).map(|name| (name, pinned)),
        ("docker" | "podman", "pull") => {
            let image = words[2..].iter().find(|word| !word.starts_with('-'))?;
            let last = image.rsplit('/').next().unwrap_or(image);
            let floats = last.ends_with(":latest") || !last.contains([':', '@', '$']);
            floats.then(|| ((*image).to_owned(), "name the tag, or better the digest: `image@sha256:…`"))
        }
        ("docker" | "podman", _) => {
            let image = words.iter().find(|word| word.ends_with(":latest"))?;
            Some(((*image).to_owned(), "name the tag, or better the digest: `image@sha256:…`"))
        }
        _ => None,
    }
}
