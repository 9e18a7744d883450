//! # backup/unverified
//!
//! A backup counts as verified when its file is there.
//!
//! ## What it finds
//!
//! A `backup` with hand-written code whose `verify` only asks whether there is a file and how large it is (`ls`, `test`,
//! `stat`, `du`, `wc`, `echo`), or does nothing. With a `method` the compiler writes a verification that reads the backup.
//!
//! ## Why it matters in the incident
//!
//! There is a file, and it holds the first error message of the dump. A backup that was never read is a hope.
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
//!     test -s "$RBK_BACKUP_FILE"
//!   ```
//!   restore ```sh
//!     pg_restore --clean --if-exists -1 -d orders "$RBK_BACKUP_FILE"
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
//!     pg_restore --clean --if-exists -1 -d orders "$RBK_BACKUP_FILE"
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

use crate::diagnostic::{Diagnostic, Severity};
use crate::effect::sh::spelled::{Command, commands};
use crate::rules::{Context, Finder, Rule};

pub const RULE: Rule =
    Rule { name: "backup/unverified", severity: Severity::Warning, finder: Finder::Rule(check), text: include_str!("unverified.rs") };

/// Commands that know a file by its name and size alone.
const LOOKS: [&str; 11] = ["ls", "test", "[", "stat", "du", "wc", "echo", "true", ":", "exit", "printf"];

fn check(context: &Context<'_>, findings: &mut Vec<Diagnostic>) {
    for (_, backup) in context.plan.backups.iter() {
        let Some(verify) = &backup.verify else { continue };
        let commands = commands(verify);
        let looks = |command: &Command| LOOKS.contains(&command.program());
        if commands.iter().all(looks) {
            let name = &backup.header.name;
            let message =
                format!("`{name}` counts as verified when its file is there: nothing has read it before the night on which it is needed");
            let finding = Diagnostic::error(RULE.name, verify.span, message, "looks at the file, not into it").severity(RULE.severity);
            findings.push(
                finding
                    .because(backup.header.span, "this backup")
                    .help("read it: `pg_restore --list`, a restore into a scratch database, a count of what is in it"),
            );
        }
    }
}
