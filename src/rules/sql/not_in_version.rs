//! # sql/not-in-version
//!
//! A statement says what its server does not know, not yet or no more.
//!
//! ## What it finds
//!
//! SQL of the forward run, of a scenario or of a check on a target whose `server-version` does not know it: `DROP COLUMN` in SQLite before
//! 3.35, `MERGE` in PostgreSQL before 15, `mean_time` of `pg_stat_statements` from 13 on; and what no version of the target's kind knows,
//! such as `ADD COLUMN IF NOT EXISTS` on MySQL. Where no version is given, only the latter.
//!
//! ## Why it matters in the incident
//!
//! The statement was tried on a newer server, on a laptop. In the window it is a syntax error, and in a scenario that is the first time that
//! anybody runs it.
//!
//! ## Caught
//!
//! ````rbk
//! plan no-fax "Customers lose their fax numbers" {
//!   rto 1h
//! }
//!
//! target db "Orders" sqlite {
//!   file $SHOP_DB
//!   server-version 3.31
//! }
//!
//! backup before "The shop before the change" of db {
//!   method sqlite
//!   file "before.db"
//!   restore takes 2m
//! }
//!
//! phase migrate "Migrate" at T {
//!   take before
//!   change dropped "The column is gone" on db {
//!     do ```sql
//!       ALTER TABLE customers DROP COLUMN fax;
//!     ```
//!     undo restore before
//!   }
//! }
//!
//! scenario back "Back" {
//!   applies from dropped
//!   undo dropped
//! }
//! ````
//!
//! ## Mended
//!
//! ````rbk
//! plan no-fax "Customers lose their fax numbers" {
//!   rto 1h
//! }
//!
//! target db "Orders" sqlite {
//!   file $SHOP_DB
//!   server-version 3.40
//! }
//!
//! backup before "The shop before the change" of db {
//!   method sqlite
//!   file "before.db"
//!   restore takes 2m
//! }
//!
//! phase migrate "Migrate" at T {
//!   take before
//!   change dropped "The column is gone" on db {
//!     do ```sql
//!       ALTER TABLE customers DROP COLUMN fax;
//!     ```
//!     undo restore before
//!   }
//! }
//!
//! scenario back "Back" {
//!   applies from dropped
//!   undo dropped
//! }
//! ````

use std::ops::Range;

use crate::diagnostic::{Diagnostic, Severity};
use crate::effect::sql::Fact;
use crate::plan::action::Code;
use crate::plan::id::Id;
use crate::plan::target::Target;
use crate::rules::{Context, Finder, Rule};

use super::each_unfit;

pub const RULE: Rule =
    Rule { name: "sql/not-in-version", severity: Severity::Error, finder: Finder::Rule(check), text: include_str!("not_in_version.rs") };

fn check(context: &Context<'_>, findings: &mut Vec<Diagnostic>) {
    each_unfit(context, &mut |on, code, range, fact| {
        if !fact.is_foreign() {
            findings.push(finding(context, on, code, range, fact));
        }
    });
}

fn finding(context: &Context<'_>, on: Id<Target>, code: &Code, range: &Range<usize>, fact: &Fact) -> Diagnostic {
    let target = &context.plan.targets[on];
    let kind = target.kind.value.word();
    let place = code.place(&context.sources.file(code.span.file).text, range);
    let name = fact.name;
    let message = match (&target.server_version, fact.bound()) {
        (Some(version), Some(bound)) => format!("{name} is known to {kind} {bound}, and `{}` is {}", target.header.name, version.value),
        _ => format!("no version of {kind} knows {name}"),
    };
    let mut finding = Diagnostic::error(RULE.name, place, message, "the server refuses this").severity(RULE.severity);
    if let Some(version) = target.server_version.as_ref().filter(|_| fact.bound().is_some()) {
        finding = finding.because(version.span, "its version");
    }
    finding.help(format!("say it in a way that this server knows ({}), or correct `server-version`", fact.source))
}
