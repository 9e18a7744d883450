//! # reversal/not-atomic
//!
//! A restore or a wipe of several objects can stop half-way, and nothing says how to go on.
//!
//! ## What it finds
//!
//! `pg_restore` into a database with neither `--single-transaction` nor `--exit-on-error`, in a hand-written `restore` or a
//! step: it goes on behind its errors; and a step whose shell `destroys` several objects, without `verify` and without `else`.
//! SQL steps on PostgreSQL and SQLite are one transaction each, and the compiler's own restores are all or nothing.
//!
//! ## Why it matters in the incident
//!
//! Some tables are old, some are new, and the foreign keys between them are gone. Run again, the step stops at what it did the
//! first time; what is left is put together by hand.
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
//! check orders-answer "Orders can be read" on db {
//!   query ```sql
//!     SELECT count(*) FROM orders
//!   ```
//!   expect > 0
//! }
//!
//! backup by-hand "Orders, dumped by hand" of db {
//!   file "backups/orders.dump"
//!   take ```sh
//!     pg_dump -Fc >"$RBK_BACKUP_FILE"
//!   ```
//!   verify ```sh
//!     pg_restore --list "$RBK_BACKUP_FILE" | grep -q "TABLE DATA"
//!   ```
//!   restore ```sh
//!     pg_restore --clean --if-exists -d orders "$RBK_BACKUP_FILE"
//!   ```
//!   restore takes 20m
//! }
//!
//! phase migrate "Migrate" at T {
//!   take by-hand
//!   change add-note "Orders have a note" on db {
//!     do ```sql
//!       ALTER TABLE orders ADD COLUMN note text;
//!     ```
//!     undo restore by-hand
//!     undo takes 1m
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
//! check orders-answer "Orders can be read" on db {
//!   query ```sql
//!     SELECT count(*) FROM orders
//!   ```
//!   expect > 0
//! }
//!
//! backup by-hand "Orders, dumped by hand" of db {
//!   file "backups/orders.dump"
//!   take ```sh
//!     pg_dump -Fc >"$RBK_BACKUP_FILE"
//!   ```
//!   verify ```sh
//!     pg_restore --list "$RBK_BACKUP_FILE" | grep -q "TABLE DATA"
//!   ```
//!   restore ```sh
//!     pg_restore --clean --if-exists --single-transaction -d orders "$RBK_BACKUP_FILE"
//!   ```
//!   restore takes 20m
//! }
//!
//! phase migrate "Migrate" at T {
//!   take by-hand
//!   change add-note "Orders have a note" on db {
//!     do ```sql
//!       ALTER TABLE orders ADD COLUMN note text;
//!     ```
//!     undo restore by-hand
//!     undo takes 1m
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
use crate::plan::action::{Action, Language};
use crate::plan::scenario::{Otherwise, StepKind};
use crate::rules::{Context, Finder, Rule, words};

pub const RULE: Rule =
    Rule { name: "reversal/not-atomic", severity: Severity::Warning, finder: Finder::Rule(check), text: include_str!("not_atomic.rs") };

fn check(context: &Context<'_>, findings: &mut Vec<Diagnostic>) {
    for (_, code) in shell::all(context.plan) {
        if let Some(command) = commands(code).iter().find(|command| command.program() == "pg_restore" && goes_on(command)) {
            let place = code.place(&context.sources.file(code.span.file).text, &command.range);
            let message = "`pg_restore` goes on behind its errors: some tables are as they were, some are not";
            let finding = Diagnostic::error(RULE.name, place, message, "stops nowhere").severity(RULE.severity);
            findings.push(finding.help("write `--single-transaction` (all or nothing), or with `--jobs` at least `--exit-on-error`"));
        }
    }
    for step in context.plan.steps() {
        let StepKind::Do { action: Some(Action::Code(code)), .. } = &step.kind else { continue };
        let shell = matches!(code.language, Language::Sh | Language::Bash);
        let destroys = &step.effects.destroys;
        if shell && destroys.len() > 1 && step.verify.is_empty() && matches!(step.otherwise, Otherwise::Stop) {
            let all = words::list(destroys.iter().map(|object| object.value.as_str()));
            let message = format!("“{}” destroys {all} one after another: when it stops half-way, nothing says what is gone", step.title);
            let mut finding = Diagnostic::error(RULE.name, step.span, message, "no `verify`, no `else`").severity(RULE.severity);
            for object in destroys {
                finding = finding.because(object.span, "destroyed here");
            }
            findings.push(
                finding.help("write it in SQL, which is one transaction; or `verify` what is gone, and say in `else { … }` how it goes on"),
            );
        }
    }
}

/// Returns whether a restore into a database goes on behind its errors.
fn goes_on(command: &Command) -> bool {
    command.option(Some('d'), "--dbname")
        && !command.option(Some('1'), "--single-transaction")
        && !command.option(Some('e'), "--exit-on-error")
        && !command.option(Some('l'), "--list")
}
