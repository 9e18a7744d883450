//! # reversal/wrong-revision
//!
//! An undo goes back to a revision that does not lie before the change.
//!
//! ## What it finds
//!
//! A change that a migration tool carries out, and an undo by the same tool that names the revision of the change itself, a later one, or
//! one of another branch. Going back means to name the revision that was the last before. Known for alembic (and `flask db`), Django's `manage.py migrate`, Flyway, golang-migrate, Prisma, Rails and Sqitch, as far as
//! [the repository](repository.md) holds their migrations.
//!
//! ## Why it matters in the incident
//!
//! The tool has nothing to do, says so in one line and ends with status 0. The plan counts the change as taken back, and the next step
//! starts the old release on the new schema.
//!
//! ## Caught
//!
//! ```text db/migrations/1_orders.up.sql
//! CREATE TABLE orders (id integer);
//! ```
//!
//! ```text db/migrations/1_orders.down.sql
//! DROP TABLE orders;
//! ```
//!
//! ```text db/migrations/2_note.up.sql
//! ALTER TABLE orders ADD COLUMN note text;
//! ```
//!
//! ```text db/migrations/2_note.down.sql
//! ALTER TABLE orders DROP COLUMN note;
//! ```
//!
//! ```text db/migrations/3_total.up.sql
//! ALTER TABLE orders ADD COLUMN total integer;
//! ```
//!
//! ```text db/migrations/3_total.down.sql
//! ALTER TABLE orders DROP COLUMN total;
//! ```
//!
//! ````rbk
//! plan new-orders "Orders get a note" {
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
//! phase migrate "Migrate" at T {
//!   change add-note "Orders have a note" on db {
//!     do ```sh
//!       migrate -path db/migrations -database "$DATABASE_URL" goto 2
//!     ```
//!     undo ```sh
//!       migrate -path db/migrations -database "$DATABASE_URL" goto 3
//!     ```
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
//! ```text db/migrations/1_orders.up.sql
//! CREATE TABLE orders (id integer);
//! ```
//!
//! ```text db/migrations/1_orders.down.sql
//! DROP TABLE orders;
//! ```
//!
//! ```text db/migrations/2_note.up.sql
//! ALTER TABLE orders ADD COLUMN note text;
//! ```
//!
//! ```text db/migrations/2_note.down.sql
//! ALTER TABLE orders DROP COLUMN note;
//! ```
//!
//! ````rbk
//! plan new-orders "Orders get a note" {
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
//! phase migrate "Migrate" at T {
//!   change add-note "Orders have a note" on db {
//!     do ```sh
//!       migrate -path db/migrations -database "$DATABASE_URL" goto 2
//!     ```
//!     undo ```sh
//!       migrate -path db/migrations -database "$DATABASE_URL" goto 1
//!     ```
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

use crate::diagnostic::{Diagnostic, Severity};
use crate::repository::Wrong;
use crate::rules::{Context, Finder, Rule};

pub const RULE: Rule = Rule {
    name: "reversal/wrong-revision",
    severity: Severity::Error,
    finder: Finder::Rule(check),
    text: include_str!("wrong_revision.rs"),
};

fn check(context: &Context<'_>, findings: &mut Vec<Diagnostic>) {
    for downgrade in &context.repository.downgrades {
        let Wrong::NotBefore { to, from, before } = &downgrade.wrong else { continue };
        let message = match to == from {
            true => format!("the change leads to `{from}`, and its undo goes to `{to}` too: nothing is taken back"),
            false => format!("the change leads to `{from}`, and its undo goes to `{to}`, which does not lie before it"),
        };
        let finding = Diagnostic::error(RULE.name, downgrade.place, message, "not before the change");
        findings.push(match before {
            Some(before) => finding.help(format!("`{before}` is the one before `{from}`")),
            None => finding.help(format!("nothing lies before `{from}`: go back to where nothing is applied")),
        });
    }
}
