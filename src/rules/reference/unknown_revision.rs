//! # reference/unknown-revision
//!
//! A migration that a command names is not in the repository.
//!
//! ## What it finds
//!
//! A revision, version, migration or change behind the commands of alembic (and `flask db`), Django's `manage.py migrate`, Flyway, golang-migrate, Prisma, Rails and Sqitch,
//! when the folder in which the tool looks for its migrations is in the repository and has none of that name. How that folder is found,
//! and how each tool takes names, says [the repository](repository.md).
//!
//! It is silent when the folder or one of its files can't be read, when several may be meant, and when the tool may have migrations
//! elsewhere.
//!
//! ## Why it matters in the incident
//!
//! The tool stops with `Can't locate revision` on the night on which it has to go back, and everybody looks for the revision that was
//! meant: in a history that has been squashed, or renamed by a merge, since the plan was written.
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
//!       migrate -path db/migrations -database "$DATABASE_URL" goto 7
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
    name: "reference/unknown-revision",
    severity: Severity::Error,
    finder: Finder::Rule(check),
    text: include_str!("unknown_revision.rs"),
};

fn check(context: &Context<'_>, findings: &mut Vec<Diagnostic>) {
    for downgrade in &context.repository.downgrades {
        let Wrong::Unknown { name, near, place } = &downgrade.wrong else { continue };
        let message = format!("`{place}` has no migration `{name}`: `{}` would stop there", downgrade.command);
        let finding = Diagnostic::error(RULE.name, downgrade.place, message, "not there");
        findings.push(match near {
            Some(near) => finding.help(format!("name one that is there, such as `{near}`")),
            None => finding.help("name one that is there"),
        });
    }
}
