//! # profile/not-answered
//!
//! The guidance that the plan is held to asks for something that the plan does not say.
//!
//! ## What it finds
//!
//! With `--profile NAME`, or `profiles` in `rbk.toml`: a requirement of that profile which nothing in the plan answers, or which it answers
//! in part only; each is told once, at the first place that lacks it. What another rule of the requirement has found is told by that rule
//! alone, with the severity that the profile asks for. `docs/profiles.md` holds the profiles, their requirements, and where they come from.
//!
//! ## Why it matters in the incident
//!
//! Guidance is what others have learnt from their incidents. An audit asks for it when it is too late to add it.
//!
//! ## Caught
//!
//! Held to `itil`:
//!
//! ````rbk
//! plan add-note "Orders get a note" {
//!   owner dba
//!   window every saturday 01:00 to 02:00 UTC
//!   retain 7d
//! }
//!
//! target db "Orders" postgres { url $DATABASE_URL }
//!
//! role dba "Database administrator" { contact "dba@example.org" }
//!
//! check orders-answer "Orders can be read" on db {
//!   query ```sql
//!     SELECT count(*) FROM orders
//!   ```
//!   expect > 0
//! }
//!
//! phase migrate "Migrate" at T for 10m {
//!   change add-note "Orders have a note" on db {
//!     do ```sql
//!       ALTER TABLE orders ADD COLUMN note text;
//!     ```
//!     undo ```sql
//!       ALTER TABLE orders DROP COLUMN note;
//!     ```
//!     takes 1m
//!     undo takes 1m
//!   }
//!   verify orders-answer
//! }
//!
//! trigger slow "Orders are slow" high manual {
//!   when orders-answer fails
//!   by dba
//!   run back
//! }
//!
//! scenario back "Back" {
//!   applies from add-note
//!   send begun
//!   undo add-note
//!   verify orders-answer
//! }
//!
//! channel page "The status page" { by dba }
//!
//! message begun "We go back" to page { body "We go back to the previous version." }
//! ````
//!
//! ## Mended
//!
//! ````rbk
//! plan add-note "Orders get a note" {
//!   owner dba
//!   window every saturday 01:00 to 02:00 UTC
//!   retain 7d
//! }
//!
//! target db "Orders" postgres { url $DATABASE_URL }
//!
//! role dba "Database administrator" { contact "dba@example.org" }
//!
//! check orders-answer "Orders can be read" on db {
//!   query ```sql
//!     SELECT count(*) FROM orders
//!   ```
//!   expect > 0
//! }
//!
//! phase migrate "Migrate" at T for 10m {
//!   change add-note "Orders have a note" on db {
//!     do ```sql
//!       ALTER TABLE orders ADD COLUMN note text;
//!     ```
//!     undo ```sql
//!       ALTER TABLE orders DROP COLUMN note;
//!     ```
//!     takes 1m
//!     undo takes 1m
//!   }
//!   verify orders-answer
//! }
//!
//! trigger slow "Orders are slow" high manual {
//!   when orders-answer fails
//!   by dba
//!   run back
//! }
//!
//! scenario back "Back" {
//!   applies from add-note
//!   send begun
//!   undo add-note
//!   verify orders-answer
//! }
//!
//! channel page "The status page" { by dba }
//!
//! message begun "We go back" to page { body "We go back to the previous version." }
//!
//! post review "Look at what happened" by dba within 3d {
//!   item "Write down what was slow"
//! }
//! ````

use crate::diagnostic::{Diagnostic, Severity};
use crate::profile::Seen;
use crate::rules::{Context, Finder, Rule};

pub const RULE: Rule =
    Rule { name: "profile/not-answered", severity: Severity::Warning, finder: Finder::Rule(check), text: include_str!("not_answered.rs") };

/// How many places are labelled.
const LABELS: usize = 4;

fn check(context: &Context<'_>, findings: &mut Vec<Diagnostic>) {
    let seen = Seen { plan: context.plan, graph: context.graph, facts: context.facts };
    let coverages: Vec<_> = context.profiles.iter().map(|profile| profile.coverage(&seen, findings)).collect();
    for coverage in coverages {
        for row in coverage.rows.iter().filter(|row| row.against.is_empty()) {
            let Some(first) = row.answer.missing.first() else { continue };
            let (profile, asked) = (coverage.profile, row.requirement);
            let message = format!("{}: {}", profile.name, first.text);
            let label = format!("`{}` is not answered here", asked.name);
            let mut finding = Diagnostic::error(RULE.name, first.span, message, label).severity(asked.severity);
            for other in row.answer.missing.iter().skip(1).take(LABELS - 1) {
                finding = finding.because(other.span, &other.text);
            }
            findings.push(finding.help(format!("{} asks: {}", profile.title, asked.asks)));
        }
    }
}
