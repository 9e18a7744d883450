//! # check/has-side-effects
//!
//! A check changes what it asks about.
//!
//! ## What it finds
//!
//! A `query` or `compare` whose SQL writes, and a `run` whose commands write rows, remove what was there before, start, stop or change
//! something; files that the check makes for itself are its own. A request that posts may be a login or a search, so that a `post`, or
//! `curl -X POST`, is told as info, and not at all where its address says that it is one of these.
//!
//! ## Why it matters in the incident
//!
//! A check is asked again and again: before a step, after it, in every retry, by everybody who looks where things stand. Each time it leaves
//! a test order among the customers' orders, or restarts the service that it was to look at. Queries are asked in a transaction that
//! only reads: SQL that writes is refused there, and its check can never say yes.
//!
//! ## Caught
//!
//! ````rbk
//! plan notes "Orders have a note" {
//!   rto 1h
//! }
//!
//! target db "Orders" postgres { url $DATABASE_URL }
//!
//! check orders-writable "Orders can be written" on db {
//!   run ```sh
//!     psql -v ON_ERROR_STOP=1 -c "INSERT INTO orders (customer) VALUES ('test')"
//!   ```
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
//!   verify orders-writable
//! }
//! ````
//!
//! ## Mended
//!
//! ````rbk
//! plan notes "Orders have a note" {
//!   rto 1h
//! }
//!
//! target db "Orders" postgres { url $DATABASE_URL }
//!
//! check orders-writable "Orders can be written" on db {
//!   query ```sql
//!     SELECT has_table_privilege('orders', 'INSERT')
//!   ```
//!   expect "t"
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
//!   verify orders-writable
//! }
//! ````

use std::ops::Range;

use crate::diagnostic::{Diagnostic, Severity};
use crate::effect::act::{Act, Effect};
use crate::effect::sh::{self, Command, Script};
use crate::effect::sql::{self, Dialect, Statement};
use crate::plan::action::Code;
use crate::plan::check::{Check, HttpMethod, Probe};
use crate::plan::id::Id;
use crate::plan::target::Target;
use crate::rules::{Context, Finder, Rule};
use crate::source::Span;

pub const RULE: Rule = Rule {
    name: "check/has-side-effects",
    severity: Severity::Error,
    finder: Finder::Rule(check),
    text: include_str!("has_side_effects.rs"),
};

/// What a check does besides asking.
struct Deed {
    span: Span,
    words: String,
    severity: Severity,
    help: &'static str,
}

fn check(context: &Context<'_>, findings: &mut Vec<Diagnostic>) {
    for (_, check) in context.plan.checks.iter() {
        let name = &check.header.name;
        let Some(deed) = deed(context, check) else { continue };
        let (message, label) = match deed.severity {
            Severity::Info => (format!("`{name}` may write each time it is asked: {}", deed.words), "may write"),
            _ => (format!("`{name}` asks, and writes: {}", deed.words), "done each time it is asked"),
        };
        findings.push(Diagnostic::error(RULE.name, deed.span, message, label).severity(deed.severity).help(deed.help));
    }
}

fn deed(context: &Context<'_>, check: &Check) -> Option<Deed> {
    match check.probe.as_ref()? {
        Probe::Query(code) => query(context, code, check.on.as_ref()?.value),
        Probe::Compare { left, query: code, .. } => query(context, code, left.value),
        Probe::Run(code) => run(context, code),
        Probe::Http { method: HttpMethod::Post, path, .. } if !is_question(path) => {
            let words = format!("it posts to `{path}`");
            Some(Deed { span: check.header.span, words, severity: Severity::Info, help: POST })
        }
        Probe::Http { .. } | Probe::Ask(_) => None,
    }
}

const QUERY: &str = "ask with a `SELECT`, and let a step or a change do the writing";
const RUN: &str = "ask without changing anything, and let a step do the rest; `verify` the check behind it";
const POST: &str = "ask with a request that only reads, or accept this where posting leaves nothing behind";

fn query(context: &Context<'_>, code: &Code, on: Id<Target>) -> Option<Deed> {
    let dialect = Dialect::of(context.plan.targets[on].kind.value)?;
    let statements = sql::of(code, dialect);
    let (statement, effect) = statements.iter().find_map(|statement| Some((statement, writes(statement)?)))?;
    Some(Deed {
        span: code.place(&context.sources.file(code.span.file).text, &statement.range),
        words: format!("`{}` on `{}`, which a transaction that only reads refuses", statement.opening, effect.object.written()),
        severity: RULE.severity,
        help: QUERY,
    })
}

/// Returns what a statement leaves behind.
fn writes(statement: &Statement) -> Option<&Effect> {
    statement.reading.effects.iter().find(|effect| match &effect.act {
        Act::Create(create) => !create.temporary,
        Act::Drop { temporary, .. } => !temporary,
        Act::Read | Act::Lock => false,
        _ => true,
    })
}

fn run(context: &Context<'_>, code: &Code) -> Option<Deed> {
    let script = sh::of(code);
    let place = |range: &Range<usize>| code.place(&context.sources.file(code.span.file).text, range);
    for command in &script.commands {
        let statement = command.sql.iter().flat_map(|sql| &sql.statements).find_map(|statement| Some((statement, writes(statement)?)));
        if let Some((statement, effect)) = statement.filter(|_| !is_taken_back(command)) {
            let words = format!("`{}` on `{}`", statement.opening, effect.object.written());
            return Some(Deed { span: place(&statement.range), words, severity: RULE.severity, help: QUERY });
        }
        if let Some((method, address)) = request(command) {
            let certain = matches!(method, "PUT" | "PATCH" | "DELETE");
            if certain || method == "POST" && !is_question(address) {
                let severity = if certain { RULE.severity } else { Severity::Info };
                let words = format!("`{method}` to `{address}`");
                return Some(Deed { span: place(&command.range), words, severity, help: POST });
            }
            continue;
        }
        if changes(&script, command) {
            let words = format!("`{}`", command.opening(&code.text));
            return Some(Deed { span: place(&command.range), words, severity: RULE.severity, help: RUN });
        }
    }
    None
}

/// Returns whether a client's SQL ends with going back to where it began.
fn is_taken_back(command: &Command) -> bool {
    command.sql.iter().flat_map(|sql| &sql.statements).last().is_some_and(|last| last.opening.starts_with("ROLLBACK"))
}

/// Returns whether a program does more than look, by what is known of it: files that it makes are its own, and files that it takes away
/// count where they were there before and are meant to stay.
fn changes(script: &Script, command: &Command) -> bool {
    let own = command.reading.effects.iter();
    let mut other = own.filter(|effect| effect.act != Act::Read && !sh::is_file(effect));
    let is_lost = || script.losses().iter().any(|(loser, effect)| std::ptr::eq(*loser, command) && command.is_own(effect));
    other.next().is_some() || is_lost()
}

/// Returns the method and the address of a request.
fn request(command: &Command) -> Option<(&str, &str)> {
    let words: Vec<&str> = command.words.iter().map(|word| word.text.as_deref().unwrap_or("")).collect();
    if words.first() != Some(&"curl") {
        return None;
    }
    let method = words.iter().enumerate().find_map(|(at, word)| match *word {
        "-X" | "--request" => words.get(at + 1).copied(),
        word => word.strip_prefix("-X").or_else(|| word.strip_prefix("--request=")),
    });
    let sends = || words.iter().any(|word| ["-d", "--data", "--data-raw", "--data-binary", "--json", "-F"].contains(word));
    let method = method.unwrap_or_else(|| if sends() && !words.contains(&"-G") { "POST" } else { "GET" });
    let address = words.iter().skip(1).find(|word| word.starts_with("http://") || word.starts_with("https://")).copied().unwrap_or("…");
    Some((method, address))
}

/// Returns whether an address is one to which people post in order to ask.
fn is_question(address: &str) -> bool {
    const QUESTIONS: [&str; 13] =
        ["login", "auth", "token", "session", "sign", "search", "query", "graphql", "rpc", "health", "ping", "validate", "echo"];
    let address = address.to_lowercase();
    address == "…" || QUESTIONS.iter().any(|word| address.contains(word))
}
