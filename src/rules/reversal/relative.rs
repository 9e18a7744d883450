//! # reversal/relative
//!
//! An undo counts steps back from wherever it stands.
//!
//! ## What it finds
//!
//! Shell that takes something back relative to a state which the plan does not fix: `alembic downgrade -1`, `git checkout
//! HEAD~1`, `git revert HEAD`, `git checkout $(git describe …)`, `rails db:rollback` without `VERSION`, `kubectl rollout undo` without
//! `--to-revision`, `helm rollback` without a revision, or with 0, `cap deploy:rollback`, `migrate down 1`, `liquibase rollbackCount` and
//! their like. The table of tools is in the rule.
//!
//! ## Why it matters in the incident
//!
//! Somebody has applied a hotfix in between, or the command runs a second time after an interruption. It takes back the wrong
//! thing, reports success, and the change is still there.
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
//! target app "The application" host { dir "/srv/app" }
//!
//! check orders-answer "Orders can be read" on db {
//!   query ```sql
//!     SELECT count(*) FROM orders
//!   ```
//!   expect > 0
//! }
//!
//! phase migrate "Migrate" at T {
//!   change add-note "Orders have a note" on db via app {
//!     alters orders
//!     do ```sh
//!       alembic upgrade 8d0f31
//!     ```
//!     undo ```sh
//!       alembic downgrade -1
//!     ```
//!     undo takes 1m
//!     verify orders-answer
//!   }
//! }
//!
//! scenario back "Back" {
//!   applies from add-note
//!   undo add-note
//!   verify orders-answer
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
//! target app "The application" host { dir "/srv/app" }
//!
//! check orders-answer "Orders can be read" on db {
//!   query ```sql
//!     SELECT count(*) FROM orders
//!   ```
//!   expect > 0
//! }
//!
//! phase migrate "Migrate" at T {
//!   change add-note "Orders have a note" on db via app {
//!     alters orders
//!     do ```sh
//!       alembic upgrade 8d0f31
//!     ```
//!     undo ```sh
//!       alembic downgrade 4f1c2a
//!     ```
//!     undo takes 1m
//!     verify orders-answer
//!   }
//! }
//!
//! scenario back "Back" {
//!   applies from add-note
//!   undo add-note
//!   verify orders-answer
//! }
//! ````

use crate::analysis::shell;
use crate::diagnostic::{Diagnostic, Severity};
use crate::effect::sh::spelled::{Command, commands};
use crate::rules::{Context, Finder, Rule};

pub const RULE: Rule =
    Rule { name: "reversal/relative", severity: Severity::Error, finder: Finder::Rule(check), text: include_str!("relative.rs") };

fn check(context: &Context<'_>, findings: &mut Vec<Diagnostic>) {
    for (_, code) in shell::all(context.plan) {
        for command in commands(code).iter() {
            let Some((what, help)) = relative(command) else { continue };
            let place = code.place(&context.sources.file(code.span.file).text, &command.range);
            let message =
                format!("`{what}` counts back from wherever it stands: run twice, or after a change in between, it takes back another one");
            findings.push(Diagnostic::error(RULE.name, place, message, "relative to a state that the plan does not fix").help(help));
        }
    }
}

/// A command that goes back relative to where it stands: the words that it holds, and what names the state instead.
struct Tool {
    /// The program and the words behind it, in any place; `-N` stands for a number of steps, `HEAD~` for a commit counted from `HEAD`.
    words: &'static [&'static str],
    /// An option or the start of a word with which it is absolute.
    unless: &'static str,
    help: &'static str,
}

const REVISION: &str = "name the revision to go back to";

/// By the tools' own documentation.
const TOOLS: &[Tool] = &[
    Tool { words: &["alembic", "downgrade", "-N"], unless: "", help: "name the revision to go back to: `alembic downgrade 4f1c2a`" },
    Tool { words: &["flask", "db", "downgrade"], unless: "0", help: "name the revision to go back to: `flask db downgrade 4f1c2a`" },
    Tool { words: &["db:rollback"], unless: "VERSION=", help: "name the migration: `rails db:migrate:down VERSION=…`" },
    Tool { words: &["db:migrate:undo"], unless: "--name", help: "name the migration: `--name …`" },
    Tool { words: &["migrate:rollback"], unless: "--batch", help: REVISION },
    Tool { words: &["migrate:down"], unless: "0", help: "name the migration" },
    Tool { words: &["migration:revert"], unless: "", help: "write the inverse into a migration of its own, and run that by name" },
    Tool { words: &["migrate", "down", "N"], unless: "", help: "name the version: `migrate goto VERSION`" },
    Tool { words: &["deploy:rollback"], unless: "ROLLBACK_RELEASE=", help: "name the release: `ROLLBACK_RELEASE=…`" },
    Tool { words: &["rollbackCount"], unless: "", help: "name a tag: `liquibase rollback TAG`" },
    Tool { words: &["rollback-count"], unless: "", help: "name a tag: `liquibase rollback TAG`" },
    Tool { words: &["flyway", "undo"], unless: "-target", help: "name the version: `flyway undo -target=…`" },
    Tool { words: &["git", "HEAD~"], unless: "", help: "name the commit or the tag" },
    Tool { words: &["git", "revert", "HEAD"], unless: "", help: "name the commit" },
    Tool { words: &["kubectl", "rollout", "undo"], unless: "--to-revision", help: "name the revision: `--to-revision=…`" },
    Tool { words: &["ecs", "HEAD~"], unless: "", help: REVISION },
    Tool { words: &["docker", "service", "rollback"], unless: "", help: "name the image: `docker service update --image …`" },
];

/// Returns the command in short and what to write, when it is one of the table.
fn relative(command: &Command) -> Option<(String, &'static str)> {
    let words: Vec<&str> = command.arguments().iter().map(|word| word.text.as_str()).collect();
    // Revision 0 is the one before.
    let previous = |rest: &[&str]| match rest.iter().take_while(|word| !word.starts_with('-')).collect::<Vec<_>>().as_slice() {
        [_] => !rest.iter().any(|word| number(word) && *word != "0"),
        [_, revision, ..] => **revision == "0",
        [] => false,
    };
    if matches!(words.as_slice(), ["helm", "rollback", rest @ ..] if previous(rest)) {
        return Some((words[..words.len().min(3)].join(" "), "name the revision: `helm rollback RELEASE 12`"));
    }
    // A commit that is looked for when it is needed: `git checkout $(git describe --tags --abbrev=0)`.
    let looks = |word: &&&str| word.contains("$(git ") && ["describe", "rev-list", "log", "tag"].iter().any(|verb| word.contains(verb));
    if let ["git", "checkout" | "switch" | "reset" | "revert", rest @ ..] = words.as_slice()
        && let Some(word) = rest.iter().find(looks)
    {
        let short: String = word.chars().take(40).collect();
        let cut = if short.len() < word.len() { "…" } else { "" };
        return Some((format!("{} {} {short}{cut}", words[0], words[1]), "name the commit or the tag"));
    }
    let tool = TOOLS.iter().find(|tool| tool.words.iter().all(|wanted| words.iter().any(|word| fits(word, wanted))))?;
    let absolute = match tool.unless {
        "" => false,
        // A revision behind the verb.
        "0" => words.last().is_some_and(|last| !last.starts_with('-') && !tool.words.contains(last)),
        unless => words.iter().any(|word| word.starts_with(unless)),
    };
    let at = words.iter().position(|word| tool.words.iter().any(|wanted| fits(word, wanted)))?;
    (!absolute).then(|| (words[at..].iter().take(4).copied().collect::<Vec<_>>().join(" "), tool.help))
}

fn number(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit())
}

fn fits(word: &str, wanted: &str) -> bool {
    match wanted {
        "-N" => word.strip_prefix('-').is_some_and(number),
        "N" => number(word),
        "HEAD~" => word.strip_prefix("HEAD").or_else(|| word.strip_prefix('@')).is_some_and(|rest| rest.starts_with(['~', '^'])),
        // A tool may be called by its path.
        wanted => word.strip_suffix(wanted).is_some_and(|path| path.is_empty() || path.ends_with('/')),
    }
}
