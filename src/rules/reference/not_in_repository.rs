//! # reference/not-in-repository
//!
//! A script or file that a step runs or reads is not in the repository.
//!
//! ## What it finds
//!
//! A relative path in shell that is run (`./deploy/back.sh`, `python tools/back.py`, `. ./settings.sh`) or handed to a client (`psql -f
//! back.sql`, `< back.sql`, `kubectl apply -f old.yaml`), when no file under version control has it, in whatever folder, and it does not
//! lie beside the plan, in a folder around it, or in `dir`. [The repository](repository.md) says what is looked at.
//!
//! It is silent where the file may come to be: a step of the plan writes it or speaks of it otherwise, git leaves it out on purpose, the
//! same script fetches, unpacks, builds or checks something out before. It is silent too about whole paths, paths with variables, and
//! what runs behind `ssh` or in a container. Where a variable says in which folder the script runs (`dir $APP`), only endings of sources
//! count (`.sh`, `.sql`, `.py`, `.yaml` …), only when the repository has that folder or another file that is named there, and it is a
//! warning.
//!
//! ## Why it matters in the incident
//!
//! The script was renamed in a clean-up half a year ago, and nobody ran the undo since. On the night it stops with `No such file`, and
//! somebody has to write from memory what stood in it.
//!
//! ## Caught
//!
//! ```text deploy/forward.sh
//! echo "forward"
//! ```
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
//! phase migrate "Migrate" at T {
//!   change add-note "Orders have a note" on db {
//!     do ```sql
//!       ALTER TABLE orders ADD COLUMN note text;
//!     ```
//!     undo ```sh
//!       sh deploy/back.sh "$DATABASE_URL"
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
//! ```text deploy/forward.sh
//! echo "forward"
//! ```
//!
//! ```text deploy/back.sh
//! psql "$1" -c 'ALTER TABLE orders DROP COLUMN note'
//! ```
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
//! phase migrate "Migrate" at T {
//!   change add-note "Orders have a note" on db {
//!     do ```sql
//!       ALTER TABLE orders ADD COLUMN note text;
//!     ```
//!     undo ```sh
//!       sh deploy/back.sh "$DATABASE_URL"
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
use crate::rules::{Context, Finder, Rule};

pub const RULE: Rule = Rule {
    name: "reference/not-in-repository",
    severity: Severity::Error,
    finder: Finder::Rule(check),
    text: include_str!("not_in_repository.rs"),
};

fn check(context: &Context<'_>, findings: &mut Vec<Diagnostic>) {
    for missing in &context.repository.missing {
        let Some((first, others)) = missing.places.split_first() else { continue };
        let message = format!("`{}` is nowhere in the repository, and no step writes it: the script would stop here", missing.name);
        let mut finding = Diagnostic::error(RULE.name, *first, message, "no such file");
        for other in others {
            finding = finding.because(*other, "and here");
        }
        if !missing.is_sure {
            finding = finding.severity(Severity::Warning);
        }
        findings.push(finding.help(match &missing.near {
            Some(near) => format!("the repository has `{near}`: is it that one?"),
            None => "add the file, or write here what it did".to_owned(),
        }));
    }
}
