//! # sql/wrong-language
//!
//! SQL says what only another server understands, or is no SQL at all.
//!
//! ## What it finds
//!
//! In SQL of the forward run, of a scenario or of a check, what no version of the target's kind accepts because it belongs to another
//! server: `AUTO_INCREMENT`, names in backticks or comments with `#` on PostgreSQL, `::`, `CREATE INDEX CONCURRENTLY` or `ON CONFLICT` on MySQL,
//! `ALTER COLUMN … TYPE` in SQLite; and commands of the shell (`psql …`, `rm …`, a `$` in front of a command) where SQL is expected. Once a
//! fence, at the first of them. A fence in a language that its target does not run is `form/wrong-language`.
//!
//! ## Why it matters in the incident
//!
//! It was copied from the page of another system, or from a terminal. The server refuses it at its first word; in the window that is the first
//! time that anybody sends it there, and in an undo the way back ends here.
//!
//! ## Caught
//!
//! ````rbk
//! plan bulk "Customers have a discount" {
//!   rto 1h
//! }
//!
//! target db "Shop" postgres { url $DATABASE_URL }
//!
//! phase migrate "Migrate" at T {
//!   change add-discounts "Discounts have a table" on db {
//!     do ```sql
//!       CREATE TABLE discounts (
//!         id int NOT NULL AUTO_INCREMENT PRIMARY KEY,
//!         percent int NOT NULL
//!       );
//!     ```
//!     undo ```sql
//!       DROP TABLE discounts;
//!     ```
//!     undo takes 1m
//!   }
//! }
//!
//! scenario back "Back" {
//!   applies from add-discounts
//!   undo add-discounts
//! }
//! ````
//!
//! ## Mended
//!
//! ````rbk
//! plan bulk "Customers have a discount" {
//!   rto 1h
//! }
//!
//! target db "Shop" postgres { url $DATABASE_URL }
//!
//! phase migrate "Migrate" at T {
//!   change add-discounts "Discounts have a table" on db {
//!     do ```sql
//!       CREATE TABLE discounts (
//!         id int GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
//!         percent int NOT NULL
//!       );
//!     ```
//!     undo ```sql
//!       DROP TABLE discounts;
//!     ```
//!     undo takes 1m
//!   }
//! }
//!
//! scenario back "Back" {
//!   applies from add-discounts
//!   undo add-discounts
//! }
//! ````

use std::collections::BTreeSet;

use crate::diagnostic::{Diagnostic, Severity};
use crate::rules::{Context, Finder, Rule};
use crate::source::Span;

use super::each_unfit;

pub const RULE: Rule =
    Rule { name: "sql/wrong-language", severity: Severity::Error, finder: Finder::Rule(check), text: include_str!("wrong_language.rs") };

fn check(context: &Context<'_>, findings: &mut Vec<Diagnostic>) {
    let mut told: BTreeSet<Span> = BTreeSet::new();
    each_unfit(context, &mut |on, code, range, fact| {
        if !fact.is_foreign() || !told.insert(code.span) {
            return;
        }
        let target = &context.plan.targets[on];
        let kind = target.kind.value.word();
        let place = code.place(&context.sources.file(code.span.file).text, range);
        let message = format!("{} is {}, and `{}` is {kind}", fact.name, fact.source, target.header.name);
        let finding = Diagnostic::error(RULE.name, place, message, "the server refuses this").severity(RULE.severity);
        findings.push(finding.because(target.kind.span, "its kind").help(match fact.source {
            "the shell's" | "a terminal's" => "what a shell runs stands in a fence of `sh`; SQL stands here without its client".to_owned(),
            _ => format!("say it as {kind} does, or correct the kind of `{}`", target.header.name),
        }));
    });
}
