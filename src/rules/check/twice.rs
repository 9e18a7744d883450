//! # check/twice
//!
//! Two checks ask the same and expect the same answer.
//!
//! ## What it finds
//!
//! Two checks on one target with the same question, header for header and word for word but for blanks, and the same `expect`. One that
//! has more time, or is asked more often, is another; so is one that is held against a baseline, which each may take at its own time.
//!
//! ## Why it matters in the incident
//!
//! One was copied from the other, and what was to be changed in it was not. “Points to the old server” says yes as long as everything
//! points to the new one; the rollback is reported done, and nobody is back.
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
//! check there "Orders have a note" on db {
//!   query ```sql
//!     SELECT count(*) FROM information_schema.columns WHERE table_name = 'orders' AND column_name = 'note'
//!   ```
//!   expect 1
//! }
//!
//! check gone "Orders have no note" on db {
//!   query ```sql
//!     SELECT count(*) FROM information_schema.columns WHERE table_name = 'orders' AND column_name = 'note'
//!   ```
//!   expect 1
//! }
//!
//! phase migrate "Migrate" at T {
//!   change add-note "Orders have a note" on db {
//!     do ```sql
//!       ALTER TABLE orders ADD COLUMN note text;
//!     ```
//!     undo auto
//!     undo takes 1m
//!     verify there
//!   }
//! }
//!
//! scenario back "Back" {
//!   applies from add-note
//!   undo add-note
//!   verify gone
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
//! check there "Orders have a note" on db {
//!   query ```sql
//!     SELECT count(*) FROM information_schema.columns WHERE table_name = 'orders' AND column_name = 'note'
//!   ```
//!   expect 1
//! }
//!
//! check gone "Orders have no note" on db {
//!   query ```sql
//!     SELECT count(*) FROM information_schema.columns WHERE table_name = 'orders' AND column_name = 'note'
//!   ```
//!   expect 0
//! }
//!
//! phase migrate "Migrate" at T {
//!   change add-note "Orders have a note" on db {
//!     do ```sql
//!       ALTER TABLE orders ADD COLUMN note text;
//!     ```
//!     undo auto
//!     undo takes 1m
//!     verify there
//!   }
//! }
//!
//! scenario back "Back" {
//!   applies from add-note
//!   undo add-note
//!   verify gone
//! }
//! ````

use std::collections::HashMap;

use crate::diagnostic::{Diagnostic, Severity};
use crate::plan::check::{Check, Expectation, Probe};
use crate::plan::id::Id;
use crate::rules::{Context, Finder, Rule};

pub const RULE: Rule =
    Rule { name: "check/twice", severity: Severity::Warning, finder: Finder::Rule(check), text: include_str!("twice.rs") };

fn check(context: &Context<'_>, findings: &mut Vec<Diagnostic>) {
    let mut asked: HashMap<String, Id<Check>> = HashMap::new();
    for (id, check) in context.plan.checks.iter() {
        let Some(question) = question(check) else { continue };
        let first = *asked.entry(question).or_insert(id);
        if first == id {
            continue;
        }
        let first = &context.plan.checks[first].header;
        let message = format!("`{}` asks what `{}` asks, and expects the same answer", check.header.name, first.name);
        let place = check.expect.as_ref().map_or(check.header.span, |expect| expect.span);
        let finding = Diagnostic::error(RULE.name, place, message, "the same again").severity(RULE.severity);
        let help = format!("say what is to be another here, or use `{}` in both places", first.name);
        findings.push(finding.because(first.span, "the same question, and the same answer").help(help));
    }
}

/// Returns all that an answer depends on, as one text.
fn question(check: &Check) -> Option<String> {
    let spaced = |text: &str| text.split_whitespace().collect::<Vec<_>>().join(" ");
    let probe = match check.probe.as_ref()? {
        Probe::Query(code) | Probe::Run(code) => format!("{} {}", code.language.word(), spaced(&code.text)),
        Probe::Http { method, path, headers, body } => {
            format!("{method:?} {path} {headers:?} {}", body.as_ref().map_or("", |body| &body.text))
        }
        Probe::Compare { left, right, query } => format!("{:?} {:?} {}", left.value, right.value, spaced(&query.text)),
        Probe::Ask(question) => spaced(question),
    };
    let (on, via) = (check.on.map(|on| on.value), check.via.map(|via| via.value));
    let expect = check.expect.as_ref().map(|expect| &expect.value);
    if matches!(expect, Some(Expectation::Baseline | Expectation::WithinOfBaseline(_))) {
        return None;
    }
    Some(format!("{on:?} {via:?} {:?} {:?} {:?} {expect:?} {probe}", check.dir, check.timeout, check.retry))
}
