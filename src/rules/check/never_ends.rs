//! # check/never-ends
//!
//! A step or a check waits for something that never comes.
//!
//! ## What it finds
//!
//! Shell that runs `tail -f`, `watch`, `top`, `journalctl -f`, `kubectl logs -f`, `docker logs -f` or `ping` without a count,
//! in the foreground, and nothing that ends it: no `timeout` before it, no pipe into `grep -q`, `grep -m` or `head`. A
//! `timeout` of the step or check makes it a failure after that time; it is found as well.
//!
//! ## Why it matters in the incident
//!
//! The script stops at the log that scrolls by, and everything behind it waits: the services that were to be started, the
//! message to the customers. Somebody presses Ctrl-C, and now nobody knows what has been done.
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
//!     tail -f /var/log/site.log | grep ready
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
//!     timeout 30 tail -f /var/log/site.log | grep -q ready
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
use crate::effect::sh::spelled::{Command, Join, commands};
use crate::rules::{Context, Finder, Rule};

pub const RULE: Rule =
    Rule { name: "check/never-ends", severity: Severity::Error, finder: Finder::Rule(check), text: include_str!("never_ends.rs") };

fn check(context: &Context<'_>, findings: &mut Vec<Diagnostic>) {
    for (_, code) in shell::all(context.plan) {
        let commands = commands(code);
        let endless =
            commands.iter().enumerate().find(|(at, command)| goes_on(command) && !command.beside && !ends(&commands[at + 1..], command));
        if let Some((_, command)) = endless {
            let place = code.place(&context.sources.file(code.span.file).text, &command.range);
            let words: Vec<&str> = command.arguments().iter().take(2).map(|word| word.text.as_str()).collect();
            let message = format!("`{}` never ends, and what stands behind it is never reached", words.join(" "));
            let finding = Diagnostic::error(RULE.name, place, message, "waits for ever");
            findings
                .push(finding.help("look once (`tail -n 100`, `curl -f`), let `timeout 30` end it, or leave the watching to a `monitor`"));
        }
    }
}

fn goes_on(command: &Command) -> bool {
    let logs = command.has("logs") && command.option(Some('f'), "--follow");
    match command.program() {
        "tail" => command.option(Some('f'), "--follow") || command.option(Some('F'), "--retry"),
        "watch" => !command.option(Some('g'), "--chgexit") && !command.option(Some('e'), "--errexit"),
        "top" | "htop" | "iotop" => !command.option(Some('b'), "--batch") && !command.option(Some('n'), "--iterations"),
        "journalctl" => command.option(Some('f'), "--follow"),
        "kubectl" => logs || command.has("get") && command.option(Some('w'), "--watch"),
        "docker" | "docker-compose" | "podman" => logs,
        "ping" => !command.option(Some('c'), "--count"),
        _ => false,
    }
}

/// Returns whether what reads the command's output ends it.
fn ends(behind: &[Command], command: &Command) -> bool {
    let mut readers = behind.iter().take_while(|reader| reader.join == Join::Pipe);
    command.piped
        && readers.any(|reader| match reader.program() {
            "head" => true,
            "grep" | "egrep" => reader.option(Some('q'), "--quiet") || reader.option(Some('m'), "--max-count"),
            "sed" => reader.arguments().iter().any(|word| word.text.contains('q')),
            _ => false,
        })
}
