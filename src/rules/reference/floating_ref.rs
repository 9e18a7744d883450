//! # reference/floating-ref
//!
//! What runs in the incident is fetched in whatever version is newest then.
//!
//! ## What it finds
//!
//! Shell that runs a package by `npx`, `pnpm dlx`, `yarn dlx`, `bunx`, `uvx` or `pipx run` without a version; that installs one by name
//! without a version, or with a range (`npm install tool@^4`); an image with `:latest`, `tag=latest`, or without a tag behind `docker
//! pull`; a branch that is pulled and built (`git pull`, `git reset --hard origin/main`). What is installed already (`npx
//! --no-install`) is fixed by its lock file; what is only given a name (`docker tag`, `docker build -t`) is not fetched.
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

use crate::analysis::shell;
use crate::diagnostic::{Diagnostic, Severity};
use crate::effect::sh::spelled::{Command, commands};
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
        for command in commands(code).iter() {
            let Some((what, help)) = floats(command) else { continue };
            let place = code.place(&context.sources.file(code.span.file).text, &command.range);
            let message = match command.program() {
                "git" => format!("`{what}` brings whatever is newest when it runs: nobody has tried that"),
                _ => format!("`{what}` is fetched when it is needed, in whatever version is newest then"),
            };
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

/// Branches that go on.
const BRANCHES: [&str; 5] = ["main", "master", "develop", "trunk", "HEAD"];

/// Returns whether a package is named with one version: `tool@4.7.0`, `@scope/tool@4.7.0`.
fn is_exact(package: &str) -> bool {
    let version = package.trim_start_matches('@').split_once('@').map_or("", |(_, version)| version);
    version.starts_with(|c: char| c.is_ascii_digit() || c == 'v')
        && version.matches('.').count() >= 2
        && !version.contains(['x', '*', ' ', '|'])
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
        // What is only given a name is not fetched.
        (
            "docker" | "podman",
            "tag" | "build" | "push" | "rmi" | "save" | "load" | "commit" | "inspect" | "history" | "image" | "buildx",
        ) => None,
        ("docker" | "podman", _) => {
            let image = words.iter().find(|word| word.ends_with(":latest"))?;
            Some(((*image).to_owned(), "name the tag, or better the digest: `image@sha256:…`"))
        }
        ("helm" | "kubectl" | "oc", "upgrade" | "install" | "set" | "run" | "create") => {
            let image = words.iter().find(|word| word.ends_with(":latest") || word.to_lowercase().ends_with("tag=latest"))?;
            Some(((*image).to_owned(), "name the tag, or better the digest: `image@sha256:…`"))
        }
        ("git", "pull") => Some((words.join(" "), "fetch beforehand, and check out a tag or a commit that was tried")),
        ("git", "reset" | "checkout" | "switch") => {
            let branch = words.iter().find(|word| BRANCHES.iter().any(|name| word.strip_prefix("origin/") == Some(*name)))?;
            let whole = !words.contains(&"--");
            whole.then(|| (format!("git {} {branch}", words[1]), "name a tag or a commit that was tried"))
        }
        ("npm" | "pnpm" | "yarn" | "bun", "install" | "i" | "add") => {
            let package = words[2..].iter().find(|word| !word.starts_with(['-', '.', '/']) && !word.contains(['$', ':']))?;
            (!is_exact(package))
                .then(|| ((*package).to_owned(), "name one version (`tool@4.7.0`), or install what the lock file says: `npm ci`"))
        }
        ("pip" | "pip3", "install") if !words.iter().any(|word| matches!(*word, "-r" | "--requirement" | "-e" | "-c" | "--no-index")) => {
            let package = words[2..].iter().find(|word| !word.starts_with('-'))?;
            let fixed =
                package.contains("==") || package.contains(['$', '/', '@']) || package.starts_with('.') || package.ends_with(".whl");
            (!fixed)
                .then(|| ((*package).to_owned(), "name the version (`tool==4.7.0`), or install what a lock file says: `pip install -r`"))
        }
        _ => None,
    }
}
