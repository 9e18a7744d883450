//! # check/partial
//!
//! Rows of several tables are written or brought back, and the checks look at some of them.
//!
//! ## What it finds
//!
//! A change or a scenario that writes, wipes or restores the rows of two tables or more, and is verified by checks that name one of
//! them at least and leave another out. Tables are those that SQL writes or empties, and those that a step says it `destroys`. Silent
//! where a check may be about anything: a person or a service answers, a script is run, the server's own lists are asked.
//!
//! ## Why it matters in the incident
//!
//! Three of seven tables are counted and match. The other four were not restored, and the first to find out are the customers who look for
//! their tags.
//!
//! ## Caught
//!
//! ````rbk
//! plan split-orders "Orders move to new tables" {
//!   rto 1h
//! }
//!
//! target db "Orders" postgres { url $DATABASE_URL }
//!
//! check same-orders "Every order was copied" on db {
//!   query ```sql
//!     SELECT (SELECT count(*) FROM orders) - (SELECT count(*) FROM orders_v2)
//!   ```
//!   expect 0
//! }
//!
//! phase migrate "Migrate" at T {
//!   change copied "Orders and their lines are copied" on db {
//!     do ```sql
//!       INSERT INTO orders_v2 SELECT * FROM orders;
//!       INSERT INTO lines_v2 SELECT * FROM lines WHERE quantity > 0;
//!     ```
//!     undo ```sql
//!       DELETE FROM lines_v2;
//!       DELETE FROM orders_v2;
//!     ```
//!     undo takes 1m
//!     verify same-orders
//!   }
//! }
//!
//! scenario back "Back" {
//!   applies from copied
//!   undo copied
//! }
//! ````
//!
//! ## Mended
//!
//! ````rbk
//! plan split-orders "Orders move to new tables" {
//!   rto 1h
//! }
//!
//! target db "Orders" postgres { url $DATABASE_URL }
//!
//! check same-orders "Every order was copied" on db {
//!   query ```sql
//!     SELECT (SELECT count(*) FROM orders) - (SELECT count(*) FROM orders_v2)
//!   ```
//!   expect 0
//! }
//!
//! check same-lines "Every line was copied" on db {
//!   query ```sql
//!     SELECT (SELECT count(*) FROM lines WHERE quantity > 0) - (SELECT count(*) FROM lines_v2)
//!   ```
//!   expect 0
//! }
//!
//! phase migrate "Migrate" at T {
//!   change copied "Orders and their lines are copied" on db {
//!     do ```sql
//!       INSERT INTO orders_v2 SELECT * FROM orders;
//!       INSERT INTO lines_v2 SELECT * FROM lines WHERE quantity > 0;
//!     ```
//!     undo ```sql
//!       DELETE FROM lines_v2;
//!       DELETE FROM orders_v2;
//!     ```
//!     undo takes 1m
//!     verify same-orders, same-lines
//!   }
//! }
//!
//! scenario back "Back" {
//!   applies from copied
//!   undo copied
//! }
//! ````

use std::collections::{BTreeMap, BTreeSet};

use crate::analysis::asked::Asked;
use crate::analysis::program::{Item, Work};
use crate::diagnostic::{Diagnostic, Severity};
use crate::effect::act::{Act, Effect};
use crate::effect::object::ObjectKind;
use crate::effect::sh;
use crate::effect::sql::{self, Dialect, Statement};
use crate::plan::check::Check;
use crate::plan::id::Id;
use crate::rules::{Context, Finder, Rule, words};
use crate::source::Span;

pub const RULE: Rule =
    Rule { name: "check/partial", severity: Severity::Warning, finder: Finder::Rule(check), text: include_str!("partial.rs") };

fn check(context: &Context<'_>, findings: &mut Vec<Diagnostic>) {
    let plan = context.plan;
    let mut asked: Questions<'_> = Questions { context, read: BTreeMap::new() };
    for id in context.graph.order() {
        let change = &plan.changes[*id];
        let touched = context.graph.touched(*id);
        let statements = touched.said().iter();
        let tables = tables(statements.flat_map(|statement| &statement.reading.effects));
        let checks = change.verify.iter().map(|check| check.value);
        let name = &change.header.name;
        findings.extend(asked.left_out(&tables, checks.collect(), name, "writes", change.header.span));
    }
    for (id, scenario) in plan.scenarios.iter().filter(|(id, _)| !context.facts.is_part(*id)) {
        let items = context.facts.scenarios[id.index()].items();
        let mut wiped = BTreeSet::new();
        let mut checks = BTreeSet::new();
        for item in items {
            wiped.extend(wipes(context, item));
            // What is asked before may be about what was there.
            let own = match item.work {
                Work::Verify(check) => Some(check),
                _ => None,
            };
            if !wiped.is_empty() {
                checks.extend(item.verify.iter().copied().chain(own));
            }
        }
        let name = &scenario.header.name;
        findings.extend(asked.left_out(&wiped, checks, name, "wipes or restores rows of", scenario.header.span));
    }
}

/// Returns the tables whose rows a step of a scenario writes or wipes.
fn wipes(context: &Context<'_>, item: &Item<'_>) -> BTreeSet<String> {
    // What undoes a change is looked at where the change is.
    if item.change.is_some() {
        return BTreeSet::new();
    }
    let declared = item.effects.map_or(&[][..], |effects| &effects.destroys).iter().map(|name| name.value.as_str());
    let mut found: BTreeSet<String> = declared.filter(|name| !name.contains('.')).map(plain).collect();
    let dialect = item.on.and_then(|on| Dialect::of(context.plan.targets[on].kind.value));
    match (item.work, dialect) {
        (Work::Sql(code), Some(dialect)) => {
            found.extend(tables(sql::of(code, dialect).iter().flat_map(|statement: &Statement| &statement.reading.effects)));
        }
        (Work::Shell(code), _) => {
            let script = sh::of(code);
            let statements = script.commands.iter().flat_map(|command| &command.sql).flat_map(|sql| &sql.statements);
            found.extend(tables(statements.flat_map(|statement| &statement.reading.effects)));
        }
        _ => {}
    }
    found
}

fn plain(name: &str) -> String {
    name.trim_matches('"').to_lowercase()
}

/// Returns the tables that stand when all is done, and whose rows are written.
fn tables<'e>(effects: impl Iterator<Item = &'e Effect>) -> BTreeSet<String> {
    let mut written = BTreeSet::new();
    for effect in effects.filter(|effect| effect.object.kind == ObjectKind::Table) {
        let Some(name) = effect.object.parts.last().map(|name| name.to_lowercase()) else { continue };
        match &effect.act {
            Act::Insert { .. } | Act::Update { .. } | Act::Delete { .. } | Act::Truncate { .. } => {
                written.insert(name);
            }
            Act::Drop { .. } | Act::Rename(_) => {
                written.remove(&name);
            }
            _ => {}
        }
    }
    written
}

/// What checks ask about, each read once.
struct Questions<'a> {
    context: &'a Context<'a>,
    read: BTreeMap<Id<Check>, Asked>,
}

impl Questions<'_> {
    fn left_out(&mut self, tables: &BTreeSet<String>, checks: BTreeSet<Id<Check>>, name: &str, does: &str, at: Span) -> Option<Diagnostic> {
        if tables.len() < 2 || checks.is_empty() {
            return None;
        }
        let plan = self.context.plan;
        for check in &checks {
            let asked = self.read.entry(*check).or_insert_with(|| Asked::of(&plan.checks[*check]));
            if asked.is_open || asked.is_about_lists {
                return None;
            }
        }
        let names = |table: &String| checks.iter().any(|check| self.read[check].is_sql && self.read[check].names(table));
        let (seen, unseen): (Vec<&String>, Vec<&String>) = tables.iter().partition(|table| names(table));
        if seen.is_empty() || unseen.is_empty() {
            return None;
        }
        let list = |tables: &[&String]| words::list(tables.iter().map(|table| table.as_str()));
        let message =
            format!("`{name}` {does} {}, and its checks look at {} alone", words::list(tables.iter().map(String::as_str)), list(&seen));
        let mut finding = Diagnostic::error(RULE.name, at, message, format!("nobody looks at {}", list(&unseen))).severity(RULE.severity);
        for check in checks.iter().filter(|check| self.read[check].is_sql) {
            finding = finding.because(plan.checks[*check].header.span, "one of its checks");
        }
        Some(finding.help(format!("`verify` a check that asks for {}, too", list(&unseen))))
    }
}
