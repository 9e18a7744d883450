//! # order/unreachable
//!
//! A scenario is there, and nothing leads to it.
//!
//! ## What it finds
//!
//! A scenario that no trigger, decision, risk, change or other scenario runs, and that has no `symptom` by which people would
//! recognise that it is theirs; in a plan whose triggers all have their answers, one of them a scenario. A part that applies
//! nowhere and that nothing runs is `reference/unused`, and a trigger without an answer `decision/trigger-unmapped`.
//!
//! ## Why it matters in the incident
//!
//! The alarm names one way back. The other one, which would have fitted better, was written, reviewed and forgotten: whoever is
//! on call follows what the alarm says.
//!
//! ## Caught
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
//!     verify orders-answer
//!   }
//! }
//!
//! trigger orders-silent "Orders can't be read" critical manual {
//!   when orders-answer fails
//!   respond within 15m
//!   by dba
//!   run back
//! }
//!
//! scenario back "Back" {
//!   applies from add-note
//!   undo add-note by dba
//!   verify orders-answer by dba
//! }
//!
//! scenario read-only "Orders are shown and not taken" {
//!   applies from add-note
//!   step close "Take no orders" on db by dba takes 1m {
//!     do ```sql
//!       REVOKE INSERT ON orders FROM shop;
//!     ```
//!     verify orders-answer
//!   }
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
//!     verify orders-answer
//!   }
//! }
//!
//! trigger orders-silent "Orders can't be read" critical manual {
//!   when orders-answer fails
//!   respond within 15m
//!   by dba
//!   run back
//! }
//!
//! scenario back "Back" {
//!   applies from add-note
//!   undo add-note by dba
//!   verify orders-answer by dba
//! }
//!
//! scenario read-only "Orders are shown and not taken" {
//!   applies from add-note
//!   symptom "Orders are read, and new ones fail"
//!   step close "Take no orders" on db by dba takes 1m {
//!     do ```sql
//!       REVOKE INSERT ON orders FROM shop;
//!     ```
//!     verify orders-answer
//!   }
//! }
//! ````

use std::collections::BTreeSet;

use crate::diagnostic::{Diagnostic, Severity};
use crate::plan::scenario::Answer;
use crate::rules::{Context, Finder, Rule};
use crate::source::Span;

pub const RULE: Rule =
    Rule { name: "order/unreachable", severity: Severity::Warning, finder: Finder::Rule(check), text: include_str!("unreachable.rs") };

fn check(context: &Context<'_>, findings: &mut Vec<Diagnostic>) {
    let plan = context.plan;
    let answers = || plan.triggers.iter().map(|(_, trigger)| &trigger.answers);
    let leads = answers().flatten().any(|answer| matches!(answer.value, Answer::Run(_)));
    if !leads || answers().any(Vec::is_empty) {
        return;
    }
    let used: BTreeSet<Span> = plan.references.iter().map(|reference| reference.to).collect();
    for (id, scenario) in plan.scenarios.iter().filter(|(id, _)| !context.facts.is_part(*id)) {
        let header = &scenario.header;
        if used.contains(&header.name_span) || !scenario.symptoms.is_empty() || context.facts.applies(id).is_empty() {
            continue;
        }
        let name = &header.name;
        let message = format!("nothing leads to `{name}`: no alarm runs it, and nothing says by what people know that it is theirs");
        let finding = Diagnostic::error(RULE.name, header.span, message, "found by whoever remembers it").severity(RULE.severity);
        findings.push(finding.help(format!(
            "write `run {name}` in a trigger, `escalates to {name} …` in the scenario before it, or the `symptom` that it is for"
        )));
    }
}
