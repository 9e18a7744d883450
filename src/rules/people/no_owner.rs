//! # people/no-owner
//!
//! Something has to be done or decided, and nobody is named.
//!
//! ## What it finds
//!
//! In a plan whose roles have something to do: the plan itself without `owner`, a trigger without `by` (its own or its
//! severity's), and a step by hand in a scenario without `by`.
//!
//! ## Why it matters in the incident
//!
//! Everybody in the call thinks that somebody else has the alarm.
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
//! role dba "Database administrator" { contact "dba@example.org" }
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
//!     undo ```sql
//!       ALTER TABLE orders DROP COLUMN note;
//!     ```
//!     undo takes 1m
//!   }
//! }
//!
//! scenario back "Back" {
//!   applies from add-note
//!   manual drain "Wait until the queue is empty" by dba takes 1m
//!   undo add-note
//!   verify orders-answer
//! }
//! ````
//!
//! ## Mended
//!
//! ````rbk
//! plan new-orders "Load the new orders" {
//!   owner dba
//!   rto 1h
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
//! phase migrate "Migrate" at T {
//!   change add-note "Orders have a note" on db {
//!     do ```sql
//!       ALTER TABLE orders ADD COLUMN note text;
//!     ```
//!     undo ```sql
//!       ALTER TABLE orders DROP COLUMN note;
//!     ```
//!     undo takes 1m
//!   }
//! }
//!
//! scenario back "Back" {
//!   applies from add-note
//!   manual drain "Wait until the queue is empty" by dba takes 1m
//!   undo add-note
//!   verify orders-answer
//! }
//! ````

use std::collections::BTreeSet;

use crate::diagnostic::{Diagnostic, Severity};
use crate::plan::scenario::StepKind;
use crate::rules::{Context, Finder, Rule};
use crate::source::Span;

pub const RULE: Rule =
    Rule { name: "people/no-owner", severity: Severity::Warning, finder: Finder::Rule(check), text: include_str!("no_owner.rs") };

fn check(context: &Context<'_>, findings: &mut Vec<Diagnostic>) {
    let plan = context.plan;
    let used: BTreeSet<Span> = plan.references.iter().map(|reference| reference.to).collect();
    if plan.roles.is_empty() && !plan.triggers.is_empty() {
        let message = format!("`{}` names nobody: whoever hears an alarm does not know whose it is, or who decides", plan.header.name);
        let finding = Diagnostic::error(RULE.name, plan.header.span, message, "no `role` at all").severity(RULE.severity);
        findings.push(finding.help("declare who answers for it (`role dba \"…\" { contact \"…\" }`), and write `owner` and `by`"));
        return;
    }
    if !plan.roles.iter().any(|(_, role)| used.contains(&role.header.name_span)) {
        return;
    }
    let mut tell = |span, message: String, label: &str, help: &str| {
        findings.push(Diagnostic::error(RULE.name, span, message, label).severity(RULE.severity).help(help));
    };
    if plan.owner.is_none() {
        tell(plan.header.span, format!("nobody answers for `{}`", plan.header.name), "no `owner`", "write `owner ROLE`");
    }
    for (_, trigger) in plan.triggers.iter().filter(|(_, trigger)| trigger.by.is_none()) {
        let message = format!("when `{}` fires, it is nobody's", trigger.header.name);
        tell(trigger.header.span, message, "no `by`", "write `by ROLE`, here or in the `severity`");
    }
    for step in plan.steps() {
        if matches!(step.kind, StepKind::Manual { .. }) && step.by.is_none() {
            let message = format!("“{}” is done by hand, and nobody is named for it", step.title);
            tell(step.span, message, "no `by`", "write `by ROLE`");
        }
    }
}
