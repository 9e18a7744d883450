//! # check/exit-status-lies
//!
//! A command succeeds although its work has failed.
//!
//! ## What it finds
//!
//! In checks that ask nothing but the exit status, and in shell that nothing verifies: `curl` without `--fail`, which calls an
//! error page a success; `psql` that reads a script without `ON_ERROR_STOP`; a last command behind which `|| true` stands; and,
//! in `sh`, a dump that is piped into another command, whose status alone counts.
//!
//! ## Why it matters in the incident
//!
//! Every line of the report is green. The maintenance page was never switched on, the dump is empty, half of the script has
//! failed: the tool said so, and the status that the plan looks at did not.
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
//!     curl -s http://localhost:8000/health
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
//!     curl -sf http://localhost:8000/health
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

use crate::analysis::shell::{self, Holder};
use crate::diagnostic::{Diagnostic, Severity};
use crate::effect::sh::spelled::{Command, Join, commands};
use crate::plan::action::{Code, Language};
use crate::plan::check::Expectation;
use crate::rules::{Context, Finder, Rule};

pub const RULE: Rule = Rule {
    name: "check/exit-status-lies",
    severity: Severity::Error,
    finder: Finder::Rule(check),
    text: include_str!("exit_status_lies.rs"),
};

fn check(context: &Context<'_>, findings: &mut Vec<Diagnostic>) {
    for (holder, code) in shell::all(context.plan) {
        let commands = commands(code);
        if let Some((at, message, help)) = lie(&holder, code, &commands) {
            let place = code.place(&context.sources.file(code.span.file).text, &commands[at].range);
            findings.push(Diagnostic::error(RULE.name, place, message, "its status says nothing").help(help));
        }
    }
}

/// Returns whether only the exit status of a script counts.
pub fn by_status(holder: &Holder<'_>) -> bool {
    match holder {
        Holder::Check(check) => check.expect.as_ref().is_none_or(|expect| matches!(expect.value, Expectation::Exit(_))),
        _ => !holder.is_verified(),
    }
}

/// Returns the command that lies, how, and what to write.
fn lie(holder: &Holder<'_>, code: &Code, commands: &[Command]) -> Option<(usize, String, &'static str)> {
    let stops = code.text.contains("ON_ERROR_STOP");
    let status = by_status(holder);
    // `set -o pipefail` is none of `sh`, but some have it.
    let pipes = code.language == Language::Sh && !code.text.contains("pipefail");
    commands.iter().enumerate().filter(|(_, command)| !command.inner).find_map(|(at, command)| {
        let last = at + 1 == commands.len();
        let script = command.document
            || command.join == Join::Pipe
            || command.option(Some('f'), "--file")
            || command.redirects.iter().any(|(sign, _)| sign == "<");
        let said = match command.program() {
            "curl" if status && !command.piped && trusts(command) => (
                "`curl` calls an error page a success: with `404` and `500` its status is 0",
                "write `curl --fail`, or ask with a check: `get` or `post`",
            ),
            "psql" if script && !stops => (
                "`psql` goes on behind a statement that fails, and its status is 0",
                "write `psql -v ON_ERROR_STOP=1`, and `-1` for all or nothing",
            ),
            "pg_dump" | "pg_dumpall" | "mysqldump" | "mariadb-dump" | "mongodump" | "pg_basebackup" if command.piped && pipes => (
                "when the dump fails, the command behind the `|` succeeds all the same",
                "write the dump to a file first, or open the fence with `bash`: there rbk sets `pipefail`",
            ),
            "true" | ":" if status && last && at > 0 && command.join == Join::Or && !harmless(commands[at - 1].program()) => {
                return Some((
                    at - 1,
                    format!("`{}` may fail, and `|| {}` says that it did not", commands[at - 1].program(), command.program()),
                    "take it out, or write `else` for what follows then",
                ));
            }
            _ => return None,
        };
        Some((at, said.0.to_owned(), said.1))
    })
}

/// Returns whether `curl` is asked nothing but whether it could speak to the server.
fn trusts(command: &Command) -> bool {
    let asks = command.option(Some('f'), "--fail")
        || command.option(None, "--fail-with-body")
        || command.option(Some('w'), "--write-out")
        || command.option(None, "--fail-early");
    let web = command.arguments().iter().any(|word| word.text.contains("http") || word.expands || word.text.contains("localhost"));
    web && !asks
}

/// Returns whether it does not matter that a command fails: it clears away what may not be there.
fn harmless(program: &str) -> bool {
    ["rm", "rmdir", "kill", "pkill", "killall", "mkdir", "umount", "wait", "unset", "trap", "[", "test", "cd", "sleep"].contains(&program)
}
