//! # check/vacuous
//!
//! A check can't say no.
//!
//! ## What it finds
//!
//! A check by command that asks the exit status of a command which always succeeds (`ps`, `alembic current`, `git log`, `wc`,
//! `head`, a `psql -c "SELECT …"` whose result nobody looks at); `ps | grep` that finds itself; `kubectl get …
//! | grep -v` that finds the headings; `expect >= 0`; a database that is compared with itself; a count of
//! sessions that counts its own; and a join that looks for rows without a partner but leaves exactly these out.
//!
//! ## Why it matters in the incident
//!
//! The check is green before the rollback, after the rollback, and without the rollback. It takes the place of one that would
//! have told.
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
//!     ps aux | grep site-server
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
//!     pgrep -f site-server
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

use crate::diagnostic::{Diagnostic, Severity};
use crate::effect::sh::spelled::{Command, Join, commands};
use crate::plan::action::Code;
use crate::plan::check::{Check, Expectation, Probe};
use crate::plan::value::Comparison;
use crate::rules::{Context, Finder, Rule};
use crate::source::Span;

pub const RULE: Rule =
    Rule { name: "check/vacuous", severity: Severity::Error, finder: Finder::Rule(check), text: include_str!("vacuous.rs") };

fn check(context: &Context<'_>, findings: &mut Vec<Diagnostic>) {
    for (_, check) in context.plan.checks.iter() {
        let found = match &check.probe {
            Some(Probe::Run(code)) => run(context, check, code),
            Some(Probe::Query(code)) => query(check, code).map(|(why, help)| (code.span, why, help)),
            Some(Probe::Compare { left, right, .. }) if left.value == right.value => {
                let name = &context.plan.targets[left.value].header.name;
                Some((right.span, format!("`{name}` always holds what it holds"), "name the other database"))
            }
            _ => None,
        };
        let Some((place, why, help)) = found else { continue };
        let message = format!("`{}` can't say no: {why}", check.header.name);
        let finding = Diagnostic::error(RULE.name, place, message, "always yes");
        findings.push(
            match &check.expect {
                Some(expect) => finding.because(expect.span, "what is expected"),
                None => finding,
            }
            .help(help),
        );
    }
}

fn run(context: &Context<'_>, check: &Check, code: &Code) -> Option<(Span, String, &'static str)> {
    let commands = commands(code);
    let place = |command: &Command| code.place(&context.sources.file(code.span.file).text, &command.range);
    if let Some(grep) = finds_itself(&commands) {
        let why = format!("`{}` is a process with that word in its name, and finds itself", grep.program());
        return Some((place(grep), why, "write `pgrep -f`, or put a letter in brackets: `grep '[u]vicorn'`"));
    }
    let status = check.expect.as_ref().is_none_or(|expect| expect.value == Expectation::Exit(0));
    if let Some(grep) = finds_heading(&commands).filter(|_| status && !code.text.contains("! ")) {
        let why = "`grep -v` finds the line of headings, whatever stands below it".to_owned();
        return Some((place(grep), why, "ask for what has to hold: `kubectl wait --for=condition=Ready pod -l app=…`"));
    }
    let last = commands.last().filter(|_| status)?;
    if last.join == Join::Or || last.inner {
        return None;
    }
    let second = last.arguments().iter().skip(1).find(|word| !word.text.starts_with('-')).map_or("", |word| word.text.as_str());
    let always = match (last.program(), second) {
        ("ps" | "date" | "uptime" | "free" | "echo" | "printf" | "wc" | "head" | "sort" | "cut" | "tr" | "tee", _) => {
            last.redirects.is_empty() || last.join == Join::Pipe
        }
        ("git", "log" | "status" | "branch" | "tag") | ("pip" | "pip3", "list" | "freeze") | ("docker", "ps" | "images") => true,
        ("alembic", "current" | "history" | "heads") | ("flyway", "info") => true,
        ("python" | "python3", _) => last.has("alembic") && (last.has("current") || last.has("history")),
        ("psql", _) => selects(last),
        _ => false,
    };
    let words: Vec<&str> = last.arguments().iter().take(3).map(|word| word.text.split('\n').next().unwrap_or("")).collect();
    let why = format!("`{}` succeeds whatever it prints", words.join(" "));
    always.then(|| (place(last), why, "say what it has to print: `expect output \"…\"`, a value, or ask the database with `query`"))
}

/// Returns the `grep` that looks through `ps` and finds itself.
fn finds_itself(commands: &[Command]) -> Option<&Command> {
    let at = commands.iter().position(|command| command.program() == "ps" && command.piped)?;
    let pipe: Vec<&Command> = commands[at + 1..].iter().take_while(|command| command.join == Join::Pipe).collect();
    let greps = |command: &&&Command| matches!(command.program(), "grep" | "egrep" | "fgrep");
    let leaves_out = pipe.iter().any(|command| {
        greps(&command) && (command.option(Some('v'), "--invert-match") || command.arguments().iter().any(|word| word.text.contains('[')))
    });
    pipe.iter().find(greps).copied().filter(|_| !leaves_out)
}

/// Returns the `grep -v` that has the last word on a table with headings: `kubectl get pods | grep -v Running`.
fn finds_heading(commands: &[Command]) -> Option<&Command> {
    let (last, table) = (commands.last()?, commands.len().checked_sub(2).and_then(|at| commands.get(at))?);
    let words = |command: &Command, test: &dyn Fn(&str) -> bool| command.arguments().iter().any(|word| test(&word.text));
    let plain =
        |word: &str| word.starts_with("-o") || word.starts_with("--output") || word == "--no-headers" || word == "--no-headers=true";
    let lists = matches!(table.program(), "kubectl" | "oc") && table.has("get") && !words(table, &plain);
    let leaves_out = matches!(last.program(), "grep" | "egrep" | "fgrep") && last.option(Some('v'), "--invert-match");
    let heading = words(last, &|word| ["NAME", "STATUS", "READY", "AGE"].iter().any(|heading| word.contains(heading)));
    (lists && leaves_out && !heading && last.join == Join::Pipe && !last.piped).then_some(last)
}

/// Returns whether `psql` only shows what a `SELECT` finds.
fn selects(command: &Command) -> bool {
    let words = command.arguments();
    let at = words.iter().position(|word| matches!(word.text.as_str(), "-c" | "--command" | "-tAc" | "-Atc" | "-tc" | "-qc"));
    let code = at.and_then(|at| words.get(at + 1)).map(|word| word.text.trim_start().to_lowercase());
    !command.piped
        && code.is_some_and(|code| {
            ["select", "explain", "table ", "\\d", "show "].iter().any(|start| code.starts_with(start)) && !code.contains("1/")
        })
}

fn query(check: &Check, code: &Code) -> Option<(String, &'static str)> {
    let expect = &check.expect.as_ref()?.value;
    if matches!(expect, Expectation::Compare(Comparison::GreaterOrEqual, least) if least == "0") {
        return Some(("no count is below 0".to_owned(), "write what it has to be at least, or `baseline` where it was recorded"));
    }
    let text = code.text.to_lowercase();
    let counts = matches!(expect, Expectation::Compare(Comparison::Greater | Comparison::GreaterOrEqual, _)) && text.contains("count(");
    if text.contains("pg_stat_activity")
        && counts
        && !text.contains("pg_backend_pid")
        && !["application_name", "usename", "datname", "client_addr", "pid ="].iter().any(|word| text.contains(word))
    {
        return Some(("it counts its own session".to_owned(), "leave it out: `WHERE pid <> pg_backend_pid()`"));
    }
    inner(&text, expect)
}

/// Finds a join that leaves out exactly the rows that it looks for: `JOIN u ON j.user_id = u.id WHERE u.id IS NULL`.
fn inner(text: &str, expect: &Expectation) -> Option<(String, &'static str)> {
    let outer = ["left join", "left outer", "right join", "right outer", "full join", "full outer", "not exists", "not in", "except"];
    let flat = text.split_whitespace().collect::<Vec<_>>().join(" ");
    let nothing =
        matches!(expect, Expectation::Empty | Expectation::Rows(0)) || matches!(expect, Expectation::Value(value) if value == "0");
    if !flat.contains(" join ") || outer.iter().any(|word| flat.contains(word)) || !nothing {
        return None;
    }
    let (before, _) = flat.split_once(" is null")?;
    let column = before.rsplit([' ', '(']).next()?;
    let matched = |side: &str| side.trim_matches(|c: char| !c.is_alphanumeric() && c != '.' && c != '_') == column;
    let joined = flat.split(" on ").skip(1).any(|condition| {
        let words: Vec<&str> = condition.split_whitespace().take(3).collect();
        matches!(words.as_slice(), [left, "=", right] if matched(left) || matched(right))
    });
    (joined && column.contains('.')).then(|| (format!("an inner join leaves out the rows where `{column}` is null"), "write `LEFT JOIN`"))
}
