//! # sql/modify-drops-attributes
//!
//! A column is defined anew, and what is not said again is gone.
//!
//! ## What it finds
//!
//! On MySQL and MariaDB `MODIFY` and `CHANGE` of a column that say neither `NULL` nor `NOT NULL`. They state the whole definition: `NOT NULL`,
//! `DEFAULT`, `COMMENT`, the character set and `AUTO_INCREMENT` that are not repeated are dropped.
//!
//! ## Why it matters in the incident
//!
//! The column takes NULL from then on, in the migration or, worse, in the rollback that was to make it what it was.
//!
//! ## Caught
//!
//! ````rbk
//! plan wider-names "Names get longer" {
//!   rto 1h
//! }
//!
//! target db "Orders" mariadb { url $DATABASE_URL }
//!
//! phase migrate "Migrate" at T {
//!   change wider "Names get longer" on db {
//!     do ```sql
//!       ALTER TABLE customers MODIFY name varchar(400);
//!     ```
//!     undo ```sql
//!       ALTER TABLE customers MODIFY name varchar(200) NOT NULL;
//!     ```
//!     undo takes 1m
//!   }
//! }
//!
//! scenario back "Back" {
//!   applies from wider
//!   undo wider
//! }
//! ````
//!
//! ## Mended
//!
//! ````rbk
//! plan wider-names "Names get longer" {
//!   rto 1h
//! }
//!
//! target db "Orders" mariadb { url $DATABASE_URL }
//!
//! phase migrate "Migrate" at T {
//!   change wider "Names get longer" on db {
//!     do ```sql
//!       ALTER TABLE customers MODIFY name varchar(400) NOT NULL;
//!     ```
//!     undo ```sql
//!       ALTER TABLE customers MODIFY name varchar(200) NOT NULL;
//!     ```
//!     undo takes 1m
//!   }
//! }
//!
//! scenario back "Back" {
//!   applies from wider
//!   undo wider
//! }
//! ````

use crate::diagnostic::{Diagnostic, Severity};
use crate::effect::act::{Act, Alter};
use crate::rules::{Context, Finder, Rule};

use super::each_statement;

pub const RULE: Rule = Rule {
    name: "sql/modify-drops-attributes",
    severity: Severity::Warning,
    finder: Finder::Rule(check),
    text: include_str!("modify_drops_attributes.rs"),
};

fn check(context: &Context<'_>, findings: &mut Vec<Diagnostic>) {
    each_statement(context, &mut |said| {
        for effect in &said.statement.reading.effects {
            if !matches!(&effect.act, Act::Alter(Alter::Restate { .. })) {
                continue;
            }
            let definition = definition(&said.code.text, effect.object.range.end, said.statement.range.end);
            if definition
                .split(|sign: char| !sign.is_ascii_alphanumeric())
                .any(|word| ["NULL", "PRIMARY", "GENERATED", "AS"].contains(&word))
            {
                continue;
            }
            let name = effect.object.written();
            let message = format!("`{name}` is defined anew without a word on NULL: if it was `NOT NULL`, it is not any more");
            let finding = Diagnostic::error(RULE.name, said.place(context, &effect.object), message, "its whole definition is stated here")
                .severity(RULE.severity);
            findings.push(finding.help("say `NOT NULL` or `NULL`, and repeat `DEFAULT`, `COMMENT` and what else it had"));
        }
    });
}

/// Returns what is said of a column behind its name, in upper case: up to the comma that ends it.
fn definition(text: &str, from: usize, end: usize) -> String {
    let mut depth = 0_i32;
    let rest = text.get(from..end).unwrap_or_default();
    let until = rest.char_indices().find(|(_, sign)| {
        depth += i32::from(*sign == '(') - i32::from(*sign == ')');
        *sign == ',' && depth <= 0
    });
    rest[..until.map_or(rest.len(), |(at, _)| at)].to_ascii_uppercase()
}
