//! # sql/opaque
//!
//! SQL that nobody can read decides what happens, and the plan does not say what that is.
//!
//! ## What it finds
//!
//! A change whose SQL holds a statement that can't be read (`DO`, `CALL`, dynamic SQL, a function called for what it does) and that
//! declares nothing of what it `creates`, `alters`, `writes` or `destroys`.
//!
//! ## Why it matters in the incident
//!
//! Whether a backup holds what the change touches, whether its undo brings anything back, whether the old application works beside it:
//! for such a change every answer is "unknown", and at three in the morning that is worth nothing.
//!
//! ## Caught
//!
//! ````rbk
//! plan tidy-orders "Tidy the orders" {
//!   rto 1h
//! }
//!
//! target db "Orders" postgres { url $DATABASE_URL }
//!
//! phase migrate "Migrate" at T {
//!   change tidied "Orders are tidied" on db {
//!     do ```sql
//!       DO $$ BEGIN EXECUTE format('UPDATE %I SET state = 1 WHERE state IS NULL', current_setting('app.table')); END $$;
//!     ```
//!     undo ```sql
//!       UPDATE orders SET state = 0;
//!     ```
//!     undo takes 1m
//!   }
//! }
//!
//! scenario back "Back" {
//!   applies from tidied
//!   undo tidied
//! }
//! ````
//!
//! ## Mended
//!
//! ````rbk
//! plan tidy-orders "Tidy the orders" {
//!   rto 1h
//! }
//!
//! target db "Orders" postgres { url $DATABASE_URL }
//!
//! phase migrate "Migrate" at T {
//!   change tidied "Orders are tidied" on db {
//!     writes orders
//!     do ```sql
//!       DO $$ BEGIN EXECUTE format('UPDATE %I SET state = 1 WHERE state IS NULL', current_setting('app.table')); END $$;
//!     ```
//!     undo ```sql
//!       UPDATE orders SET state = 0;
//!     ```
//!     undo takes 1m
//!   }
//! }
//!
//! scenario back "Back" {
//!   applies from tidied
//!   undo tidied
//! }
//! ````

use crate::diagnostic::{Diagnostic, Severity};
use crate::effect::sql::Sight;
use crate::plan::action::Action;
use crate::rules::{Context, Finder, Rule};

pub const RULE: Rule =
    Rule { name: "sql/opaque", severity: Severity::Warning, finder: Finder::Rule(check), text: include_str!("opaque.rs") };

fn check(context: &Context<'_>, findings: &mut Vec<Diagnostic>) {
    for id in context.graph.order() {
        let (change, touched) = (&context.plan.changes[*id], context.graph.touched(*id));
        let (Some(Action::Code(code)), Some(statements), true) = (&change.forward, &touched.statements, touched.opaque) else { continue };
        let Some(statement) = statements.iter().find(|it| it.sight == Sight::Opaque && !is_of_the_server(&it.opening)) else { continue };
        let name = &change.header.name;
        let message = format!(
            "what `{}` does in `{name}` can't be read: nobody knows what it destroys or what a backup has to hold",
            statement.opening
        );
        let place = code.place(&context.sources.file(code.span.file).text, &statement.range);
        let finding = Diagnostic::error(RULE.name, place, message, "can't be read").severity(RULE.severity);
        findings.push(finding.help(format!("say in `{name}` what it touches: `writes TABLE`, `alters TABLE`, `destroys TABLE.COLUMN`")));
    }
}

/// Functions of PostgreSQL's own work on sessions, files and locks, not on what people keep: `pg_terminate_backend`.
fn is_of_the_server(opening: &str) -> bool {
    opening.starts_with("SELECT PG_")
}
