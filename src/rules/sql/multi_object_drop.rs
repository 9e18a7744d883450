//! # sql/multi-object-drop
//!
//! One statement drops several objects, and the server can stop half-way.
//!
//! ## What it finds
//!
//! On MariaDB, and on MySQL unless its `server-version` is 8.0 or later, a `DROP` of more than one object. PostgreSQL, SQLite and MySQL 8 drop
//! all of them or none.
//!
//! ## Why it matters in the incident
//!
//! MariaDB and MySQL 5.7 drop what they find and then fail on the one that is missing: the step has failed, and half of what it was to
//! drop is gone. One object a statement, and it is known which are gone.
//!
//! ## Caught
//!
//! ````rbk
//! plan drop-audit "Drop the audit tables" {
//!   rto 1h
//! }
//!
//! target db "Orders" mariadb { url $DATABASE_URL }
//!
//! backup before "The audit tables" of db tables audit_2023, audit_2024 {
//!   method mariadb-dump
//!   file "audit.sql"
//!   restore takes 10m
//! }
//!
//! phase migrate "Migrate" at T {
//!   take before
//!   irreversible change dropped "The audit tables are gone" on db {
//!     do ```sql
//!       DROP TABLE audit_2023, audit_2024;
//!     ```
//!     recover restore before
//!   }
//! }
//!
//! scenario back "Back" {
//!   applies from dropped
//!   restore before
//! }
//! ````
//!
//! ## Mended
//!
//! ````rbk
//! plan drop-audit "Drop the audit tables" {
//!   rto 1h
//! }
//!
//! target db "Orders" mariadb { url $DATABASE_URL }
//!
//! backup before "The audit tables" of db tables audit_2023, audit_2024 {
//!   method mariadb-dump
//!   file "audit.sql"
//!   restore takes 10m
//! }
//!
//! phase migrate "Migrate" at T {
//!   take before
//!   irreversible change dropped "The audit tables are gone" on db {
//!     do ```sql
//!       DROP TABLE audit_2023;
//!       DROP TABLE audit_2024;
//!     ```
//!     recover restore before
//!   }
//! }
//!
//! scenario back "Back" {
//!   applies from dropped
//!   restore before
//! }
//! ````

use crate::diagnostic::{Diagnostic, Severity};
use crate::effect::act::Act;
use crate::effect::sql::{Dialect, Server};
use crate::plan::target::TargetKind;
use crate::rules::{Context, Finder, Rule};

use super::each_statement;

pub const RULE: Rule = Rule {
    name: "sql/multi-object-drop",
    severity: Severity::Warning,
    finder: Finder::Rule(check),
    text: include_str!("multi_object_drop.rs"),
};

fn check(context: &Context<'_>, findings: &mut Vec<Diagnostic>) {
    each_statement(context, &mut |said| {
        let opening = &said.statement.opening;
        let whole = Server::of(&context.plan.targets[said.on]).is_some_and(|server| server.is_from(TargetKind::Mysql, "8.0"));
        if said.dialect != Dialect::Mysql || !opening.starts_with("DROP ") || whole {
            return;
        }
        let mut dropped = said.statement.reading.effects.iter().filter(|effect| matches!(effect.act, Act::Drop { .. }));
        let (Some(first), Some(second)) = (dropped.next(), dropped.next()) else { return };
        let (first, second) = (&first.object, &second.object);
        let message = format!(
            "this drops `{}`, `{}`{} in one statement: where one is missing, the others are gone and the step has failed",
            first.written(),
            second.written(),
            if dropped.next().is_some() { " and more" } else { "" }
        );
        let finding = Diagnostic::error(RULE.name, said.place(context, second), message, "a second object").severity(RULE.severity);
        findings.push(finding.help(format!("write a statement for each: `{opening} {};`", first.written())));
    });
}
