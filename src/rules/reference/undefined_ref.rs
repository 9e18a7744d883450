//! # reference/undefined-ref
//!
//! A tag, branch or commit that a step goes to does not exist.
//!
//! ## What it finds
//!
//! What `git checkout`, `switch`, `reset --hard`, `restore --source`, `revert`, `cherry-pick` and `worktree add` name, when the repository
//! around the plan has neither a tag nor a branch nor a commit of that name. Names that the plan itself makes (`git tag`, `git branch`,
//! `git checkout -b`, `git fetch`) count as known; `HEAD`, names with variables, other repositories (`git -C`, `cd /srv/app`) and hosts
//! that are reached by `ssh` are not looked at.
//!
//! It is silent where the clone can't tell: git is not installed, the clone is shallow or partial, or a clone has no tag at all, as many CI
//! systems make them. Where a variable says in which folder the script runs (`dir $APP`), it speaks only when something else that is named
//! there is known here.
//!
//! ## Why it matters in the incident
//!
//! The plan goes back to the release before, by a tag with a typing mistake in it, or one that was never pushed. The checkout fails, and
//! the service keeps running what was to be taken away while somebody looks through the log for the right commit.
//!
//! ## Caught
//!
//! ```text .git/packed-refs
//! 8b1f0c9a3d5e7f2b4c6d8e0f1a3b5c7d9e1f2a4b refs/heads/main
//! 2c4e6a8b0d1f3e5a7c9b1d3f5e7a9c0b2d4f6e8a refs/tags/v2.3.0
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
//!       git checkout --quiet v2.3
//!       make deploy
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
//! ```text .git/packed-refs
//! 8b1f0c9a3d5e7f2b4c6d8e0f1a3b5c7d9e1f2a4b refs/heads/main
//! 2c4e6a8b0d1f3e5a7c9b1d3f5e7a9c0b2d4f6e8a refs/tags/v2.3.0
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
//!       git checkout --quiet v2.3.0
//!       make deploy
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
use crate::source::Named;

pub const RULE: Rule = Rule {
    name: "reference/undefined-ref",
    severity: Severity::Warning,
    finder: Finder::Rule(check),
    text: include_str!("undefined_ref.rs"),
};

fn check(context: &Context<'_>, findings: &mut Vec<Diagnostic>) {
    for reference in context.repository.references.iter().filter(|reference| reference.is == Named::Nothing) {
        let what = if reference.is_back { "the way back stops here" } else { "the migration stops here" };
        let message = format!("the repository has no tag, branch or commit `{}`: {what}", reference.name);
        findings.push(
            Diagnostic::error(RULE.name, reference.place, message, "not known to git here")
                .severity(RULE.severity)
                .help("name a tag that exists, or make and push this one before the migration begins"),
        );
    }
}
