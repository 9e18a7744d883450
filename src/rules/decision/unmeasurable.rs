//! # decision/unmeasurable
//!
//! Nobody can say whether a trigger has fired.
//!
//! ## What it finds
//!
//! A trigger that people judge by a word without a number (“significant”, “noticeable”, “repeated”, “unusual”, “increased” …;
//! the status of an answer, `500`, is no number of anything); and a number without a `source`.
//!
//! ## Why it matters in the incident
//!
//! Five people look at the same graph. Three of them find the degradation noticeable. The time that the discussion takes is the
//! time that the rollback does not have.
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
//!   undo add-note
//!   verify orders-answer
//! }
//!
//! trigger rows-wrong "Rows are wrong" high manual {
//!   when told "a significant increase in support tickets"
//!   run back
//!   respond within 15m
//!   by dba
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
//!   undo add-note
//!   verify orders-answer
//! }
//!
//! trigger rows-wrong "Rows are wrong" high manual {
//!   when told "support counts more than 20 tickets about orders in an hour"
//!   run back
//!   respond within 15m
//!   by dba
//! }
//! ````

use crate::diagnostic::{Diagnostic, Severity};
use crate::plan::scenario::Condition;
use crate::rules::{Context, Finder, Rule};

pub const RULE: Rule =
    Rule { name: "decision/unmeasurable", severity: Severity::Warning, finder: Finder::Rule(check), text: include_str!("unmeasurable.rs") };

/// Words that measure nothing.
const VAGUE: [&str; 22] = [
    "significant",
    "noticeabl",
    "unusual",
    "excessive",
    "repeated",
    "increase",
    "degradation",
    "degraded",
    "too many",
    "too slow",
    "substantial",
    "considerabl",
    "if needed",
    "if necessary",
    "spike",
    "unacceptabl",
    "poor ",
    "major ",
    "widespread",
    "elevated",
    "abnormal",
    "severe",
];

fn check(context: &Context<'_>, findings: &mut Vec<Diagnostic>) {
    for (_, trigger) in context.plan.triggers.iter() {
        let lack = trigger.when.iter().find_map(|when| {
            let (why, help) = match &when.value {
                Condition::Told(text) if !text.split_whitespace().any(counts) => {
                    let lower = text.to_lowercase();
                    let word = VAGUE.iter().find(|word| lower.contains(**word))?;
                    (
                        format!("“{}” is a matter of opinion", whole(&lower, word)),
                        "say how many, of what, in what time: `when \"tickets about orders\" > 20 for 1h`",
                    )
                }
                Condition::Measured { metric, .. } if trigger.source.is_none() => {
                    (format!("nothing says where “{metric}” can be read"), "write `source` with the query, or the name of the dashboard")
                }
                _ => return None,
            };
            Some((when.span, why, help))
        });
        if let Some((span, why, help)) = lack {
            let message = format!("nobody can say whether `{}` has fired: {why}", trigger.header.name);
            findings.push(Diagnostic::error(RULE.name, span, message, "can't be measured").severity(RULE.severity).help(help));
        }
    }
}

/// Returns whether a word is a number, or begins with one: `20`, `5%`, `10m`. The status of an answer counts nothing: `500`, `5xx`.
fn counts(word: &str) -> bool {
    let word = word.trim_matches(|c: char| !c.is_ascii_alphanumeric());
    let status = word.strip_suffix('s').unwrap_or(word);
    let is_status =
        status.len() == 3 && status.starts_with(['4', '5']) && status[1..].bytes().all(|byte| byte.is_ascii_digit() || byte == b'x');
    word.starts_with(|c: char| c.is_ascii_digit()) && !is_status
}

/// Returns the whole word of a text that holds a part.
fn whole<'t>(text: &'t str, part: &str) -> &'t str {
    let part = part.trim();
    text.split_whitespace()
        .find(|word| word.contains(part))
        .unwrap_or_else(|| text.find(part).map_or(text, |at| &text[at..at + part.len()]))
}
