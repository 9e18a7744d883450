//! # reversal/empty-downgrade
//!
//! A migration that the plan takes back by its tool has nothing that takes it back.
//!
//! ## What it finds
//!
//! Every migration between the revision that an undo goes back to and the one that the change, or the forward run, leads to: those whose
//! way back is empty, missing or refuses. For Alembic a `downgrade` that only says `pass` or raises; for golang-migrate and Sqitch a
//! missing or empty file, for Flyway a missing `U…` file; for Rails a missing `down`, one that raises, or a `change` with an operation that
//! Rails can't turn around; for Django `RunSQL` without `reverse_sql` and `RunPython` without `reverse_code`. A way back that is stated to
//! be nothing (`RunPython.noop`) is taken at its word, and so is one for a migration that does nothing itself.
//!
//! Where the plan does not say from where it goes back, only the migration right behind the named one is looked at. What is looked at in
//! [the repository](repository.md) is the text of these files.
//!
//! ## Why it matters in the incident
//!
//! The command ends with status 0, the version is the old one, and the schema is still the new one. Or it stops in the midst of
//! several migrations, of which some were taken back. Neither is found before the night, as nobody runs a downgrade in the pipeline.
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
//! -- nothing to do
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
    name: "reversal/empty-downgrade",
    severity: Severity::Error,
    finder: Finder::Rule(check),
    text: include_str!("empty_downgrade.rs"),
};

fn check(context: &Context<'_>, findings: &mut Vec<Diagnostic>) {
    for downgrade in &context.repository.downgrades {
        let Wrong::Hollow(files) = &downgrade.wrong else { continue };
        let Some(((file, why), others)) = files.split_first() else { continue };
        let more = match others {
            [] => String::new(),
            [(other, _)] => format!(", nor `{other}`"),
            others => format!(", nor {} others", others.len()),
        };
        let message = format!("`{}` does not take back `{file}`{more}: {why}", downgrade.command);
        findings.push(
            Diagnostic::error(RULE.name, downgrade.place, message, "goes back past it")
                .help("write the way back into the migration, or undo the change by what does not need it: SQL, or a backup"),
        );
    }
}
