//! # sql/in-place-transform
//!
//! Values are computed from themselves, and nothing keeps what they were.
//!
//! ## What it finds
//!
//! An `UPDATE` that sets a column to a function of itself (`md5(email)`, `lower(name)`, `round(total)`) in the forward run or in a scenario,
//! where no backup that holds the table is taken before on every path, the table or the column was not copied, and the change does not come
//! back from a backup. Arithmetic and what is only put in the place of nothing (`coalesce`) can be taken back.
//!
//! ## Why it matters in the incident
//!
//! `lower(name)` has no inverse. The undo that stands in the plan runs without an error and leaves every name in lower case: what people had
//! written is gone, and so is every way of finding out.
//!
//! ## Caught
//!
//! ````rbk
//! plan one-case "Addresses have one case" {
//!   rto 1h
//! }
//!
//! target db "Customers" postgres { url $DATABASE_URL }
//!
//! phase migrate "Migrate" at T {
//!   change lowered "Addresses are in lower case" on db {
//!     do ```sql
//!       UPDATE customers SET email = lower(email);
//!     ```
//!     undo ```sql
//!       UPDATE customers SET email = initcap(email);
//!     ```
//!     undo takes 1m
//!   }
//! }
//!
//! scenario back "Back" {
//!   applies from lowered
//!   undo lowered
//! }
//! ````
//!
//! ## Mended
//!
//! ````rbk
//! plan one-case "Addresses have one case" {
//!   rto 1h
//! }
//!
//! target db "Customers" postgres { url $DATABASE_URL }
//!
//! phase migrate "Migrate" at T {
//!   change kept "Addresses as they were written" on db {
//!     do ```sql
//!       ALTER TABLE customers ADD COLUMN email_written text;
//!       UPDATE customers SET email_written = email;
//!     ```
//!     undo ```sql
//!       ALTER TABLE customers DROP COLUMN email_written;
//!     ```
//!     undo takes 1m
//!   }
//!
//!   change lowered "Addresses are in lower case" on db {
//!     do ```sql
//!       UPDATE customers SET email = lower(email);
//!     ```
//!     undo ```sql
//!       UPDATE customers SET email = email_written WHERE lower(email_written) = email;
//!     ```
//!     undo takes 1m
//!   }
//! }
//!
//! scenario back "Back" {
//!   applies from kept
//!   undo kept, lowered
//! }
//! ````

use std::collections::{BTreeSet, HashSet};

use crate::analysis::program::{Direction, Item, Work};
use crate::analysis::sure::{Taken, each_item};
use crate::diagnostic::{Diagnostic, Severity};
use crate::effect::act::{Act, Effect};
use crate::effect::sql::{Dialect, Statement};
use crate::graph::Manner;
use crate::graph::objects::Object;
use crate::plan::action::Action;
use crate::plan::change::{Recover, Undo};
use crate::plan::id::Id;
use crate::plan::target::{Backup, Target};
use crate::rules::{Context, Finder, Rule};
use crate::source::Span;

pub const RULE: Rule = Rule {
    name: "sql/in-place-transform",
    severity: Severity::Error,
    finder: Finder::Rule(check),
    text: include_str!("in_place_transform.rs"),
};

fn check(context: &Context<'_>, findings: &mut Vec<Diagnostic>) {
    let plan = context.plan;
    let scenarios = plan.scenarios.iter().filter(|(_, scenario)| !scenario.applies.is_empty());
    let scenarios = scenarios.map(|(id, _)| &context.facts.scenarios[id.index()].nodes);
    let touches = context.graph.order().iter().flat_map(|id| &context.graph.touched(*id).touches);
    let made = touches.filter(|touch| touch.manner == Manner::Creates).map(|touch| &touch.object).collect();
    let mut known = Known { made, kept: HashSet::new(), told: BTreeSet::new() };
    for nodes in std::iter::once(&context.facts.forward.nodes).chain(scenarios) {
        each_item(nodes, &mut |item, taken| {
            // Taking a change back is meant to change the rows again.
            if !item.change.is_some_and(|(_, direction)| direction == Direction::Undo) {
                one(context, item, taken, &mut known, findings);
            }
        });
    }
}

/// What is known so far.
struct Known<'a> {
    /// What the plan makes.
    made: HashSet<&'a Object>,
    /// Tables, and columns (`table.column`), that were copied.
    kept: HashSet<(Id<Target>, String)>,
    told: BTreeSet<Span>,
}

fn one(context: &Context<'_>, item: &Item<'_>, taken: &Taken<'_>, known: &mut Known<'_>, findings: &mut Vec<Diagnostic>) {
    let plan = context.plan;
    let (Work::Sql(code) | Work::Shell(code), Some(on)) = (item.work, item.on) else { return };
    let Some(dialect) = Dialect::of(plan.targets[on].kind.value) else { return };
    // Most code updates and copies nothing; that is not read again.
    let lower = code.text.to_lowercase();
    if !["update", "insert", "create"].iter().any(|word| lower.contains(word)) {
        return;
    }
    for statement in super::statements_of(context, item, code, dialect).iter() {
        let text = &code.text[statement.range.clone()];
        for copy in &statement.reading.copies {
            known.kept.extend(copy.from.last().map(|table| (on, table.to_lowercase())));
        }
        let Some((table, effect)) = updated(statement) else { continue };
        for (column, value) in assignments(text) {
            let name = format!("{table}.{}", column.to_lowercase());
            if is_name(&value) {
                known.kept.insert((on, format!("{table}.{}", value.rsplit('.').next().unwrap_or_default().to_lowercase())));
            }
            let lost = loses(&column, &value) && !known.has_made(context, on, effect, &column);
            let saved = || {
                let held = |name: &str| known.kept.contains(&(on, name.to_owned()));
                held(&table) || held(&name) || taken.iter().any(|backup| holds(context, backup, on, &table)) || restores(context, item)
            };
            let place = code.place(&context.sources.file(code.span.file).text, &statement.range);
            if !lost || saved() || !known.told.insert(place) {
                continue;
            }
            let value = value.split_whitespace().collect::<Vec<_>>().join(" ");
            let message = format!("`{name}` becomes `{value}` and nothing keeps what it was: no undo can compute that back");
            let finding = Diagnostic::error(RULE.name, place, message, "the old values are gone").severity(RULE.severity);
            findings.push(finding.help(format!(
                "keep them first: a column of their own (`SET {}_before = {}`), or a `take` of a backup that holds `{table}`",
                column, column
            )));
        }
    }
}

/// Returns the table whose rows a statement updates.
fn updated(statement: &Statement) -> Option<(String, &Effect)> {
    // What a ledger or the plan's own new rows hold is nobody's.
    let of = |effect: &&Effect| matches!(effect.act, Act::Update { .. });
    let effect = statement.reading.effects.iter().find(of)?;
    Some((effect.object.parts.last()?.to_lowercase(), effect))
}

impl Known<'_> {
    /// Returns whether the plan makes a table or a column of it.
    fn has_made(&self, context: &Context<'_>, on: Id<Target>, effect: &Effect, column: &str) -> bool {
        let mut parts = effect.object.parts.clone();
        parts.push(column.to_lowercase());
        Object::on(context.plan, Some(on), parts).with_parents().any(|object| self.made.contains(&object))
    }
}

/// Returns whether a backup holds a table.
fn holds(context: &Context<'_>, backup: Id<Backup>, on: Id<Target>, table: &str) -> bool {
    let backup = &context.plan.backups[backup];
    let named = |name: &str| name.rsplit('.').next().is_some_and(|name| name.trim_matches('"').eq_ignore_ascii_case(table));
    backup.of.value == on && (backup.tables.is_empty() || backup.tables.iter().any(|name| named(&name.value)))
}

/// Returns whether a change comes back from a backup by its own word: `backup/never-taken` sees to that one.
fn restores(context: &Context<'_>, item: &Item<'_>) -> bool {
    item.change.is_some_and(|(id, _)| {
        let change = &context.plan.changes[id];
        let undo = matches!(&change.undo, Undo::Action(action) if matches!(**action, Action::Restore { .. }));
        undo || change.recover.iter().any(|recover| matches!(recover.value, Recover::Restore(_)))
    })
}

fn is_name(text: &str) -> bool {
    !text.is_empty() && text.chars().all(|c| c.is_alphanumeric() || matches!(c, '_' | '.' | '"' | '`'))
}

/// Functions that keep a value that is there.
const KEEPING: [&str; 4] = ["coalesce", "ifnull", "jsonb_set", "json_set"];

/// Returns whether an expression is a function of a column, called with it.
fn loses(column: &str, value: &str) -> bool {
    let lower = value.to_lowercase();
    let Some((head, inside)) = lower.split_once('(') else { return false };
    let name = head.trim().rsplit(|c: char| !c.is_alphanumeric() && c != '_').next().unwrap_or_default();
    let mut words = inside.split(|c: char| !c.is_alphanumeric() && c != '_');
    !name.is_empty()
        && head.trim() == name
        && !KEEPING.contains(&name)
        && name != "select"
        && words.any(|word| word == column.to_lowercase())
}

/// Returns what an `UPDATE` sets, column and expression, as far as it is written plainly.
fn assignments(statement: &str) -> Vec<(String, String)> {
    let mut parts = Vec::new();
    let mut depth = 0_usize;
    let mut quote = None;
    let mut word = String::new();
    let mut current: Option<String> = None;
    for c in statement.chars().chain(std::iter::once(';')) {
        let plain = quote.is_none() && depth == 0;
        if c.is_alphanumeric() || c == '_' {
            word.push(c);
        } else {
            if plain && word.eq_ignore_ascii_case("set") && current.is_none() {
                current = Some(String::new());
            } else if plain && ["where", "from", "returning", "order", "limit"].iter().any(|end| word.eq_ignore_ascii_case(end)) {
                if let Some(mut last) = current.take() {
                    last.truncate(last.len() - word.len());
                    parts.push(last);
                }
                break;
            }
            word.clear();
        }
        match (quote, c) {
            (Some(open), c) if open == c => quote = None,
            (Some(_), _) => {}
            (None, '\'' | '"' | '`') => quote = Some(c),
            (None, '(') => depth += 1,
            (None, ')') => depth = depth.saturating_sub(1),
            (None, ',' | ';') if depth == 0 => {
                if let Some(part) = &mut current {
                    parts.push(std::mem::take(part));
                }
                continue;
            }
            _ => {}
        }
        if let Some(part) = &mut current {
            part.push(c);
        }
    }
    let pairs = parts.iter().filter_map(|part| part.split_once('='));
    let bare = |name: &str| name.trim().rsplit('.').next().unwrap_or_default().trim_matches(['"', '`']).to_owned();
    pairs.map(|(column, value)| (bare(column), value.trim().to_owned())).filter(|(column, _)| is_name(column)).collect()
}

#[cfg(test)]
mod tests {
    use super::{assignments, loses};

    #[test]
    fn what_is_set_is_read_plainly() {
        let shown = |text: &str| assignments(text).iter().map(|(column, value)| format!("{column}={value}")).collect::<Vec<_>>();
        assert_eq!(shown("UPDATE t SET a = f(b, ','), \"c\" = 'x, y' WHERE a = 1;"), ["a=f(b, ',')", "c='x, y'"]);
        assert_eq!(shown("UPDATE t AS x\nSET x.a = a + 1"), ["a=a + 1"]);
        assert_eq!(shown("UPDATE t SET (a, b) = (SELECT 1, 2)"), Vec::<String>::new());
        assert_eq!(shown("UPDATE"), Vec::<String>::new());
    }

    #[test]
    fn functions_of_themselves_lose_what_was_there() {
        assert!(loses("email", "lower(email)") && loses("a", "md5(t.a || 'x')"));
        for kept in ["email", "n + 1", "coalesce(email, '')", "lower(name)", "(SELECT max(email) FROM t)", "email || lower(email)"] {
            assert!(!loses("email", kept), "{kept}");
        }
    }
}
