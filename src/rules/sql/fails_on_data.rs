//! # sql/fails-on-data
//!
//! A statement fails when rows that are there break a new rule, and nobody has asked whether any do.
//!
//! ## What it finds
//!
//! In the forward run, on a table that the plan has not made: a column that becomes required or is added as such, a unique index, a key, a
//! constraint that looks at every row. Silent where something before it names the table in a check, or writes its rows: a back-fill,
//! a clean-up. A constraint that is added `NOT VALID` fails on no row; validating it is meant to. MySQL and MariaDB do not fail on a new
//! column that is required: they write 0 or an empty text into every row, which is told, too.
//!
//! ## Why it matters in the incident
//!
//! The copy on which the migration was tried has no two customers with one address. The live table has three such pairs, the statement
//! stops an hour into the window, and the team decides between cleaning rows by hand and going back.
//!
//! ## Caught
//!
//! ````rbk
//! plan one-account "One account for each address" {
//!   rto 1h
//! }
//!
//! target db "Customers" postgres { url $DATABASE_URL }
//!
//! phase migrate "Migrate" at T {
//!   change unique-email "An address belongs to one customer" on db {
//!     do ```sql
//!       CREATE UNIQUE INDEX customers_email ON customers (email);
//!     ```
//!     undo ```sql
//!       DROP INDEX customers_email;
//!     ```
//!     undo takes 1m
//!   }
//! }
//!
//! scenario back "Back" {
//!   applies from unique-email
//!   undo unique-email
//! }
//! ````
//!
//! ## Mended
//!
//! ````rbk
//! plan one-account "One account for each address" {
//!   rto 1h
//! }
//!
//! target db "Customers" postgres { url $DATABASE_URL }
//!
//! check no-pairs "No two customers have one address" on db {
//!   query ```sql
//!     SELECT email FROM customers GROUP BY email HAVING count(*) > 1
//!   ```
//!   expect empty
//! }
//!
//! phase migrate "Migrate" at T {
//!   change unique-email "An address belongs to one customer" on db {
//!     needs no-pairs
//!     do ```sql
//!       CREATE UNIQUE INDEX customers_email ON customers (email);
//!     ```
//!     undo ```sql
//!       DROP INDEX customers_email;
//!     ```
//!     undo takes 1m
//!   }
//! }
//!
//! scenario back "Back" {
//!   applies from unique-email
//!   undo unique-email
//! }
//! ````

use std::collections::HashSet;

use crate::analysis::asked::Asked;
use crate::analysis::program::{Item, Work};
use crate::diagnostic::{Diagnostic, Severity};
use crate::effect::act::{Act, Alter, Detail, Effect, Rule as Constraint};
use crate::effect::object::ObjectKind;
use crate::effect::sql::{Dialect, Statement};
use crate::plan::check::Check;
use crate::plan::id::Id;
use crate::plan::scenario::{Need, Test};
use crate::rules::{Context, Finder, Rule};

pub const RULE: Rule =
    Rule { name: "sql/fails-on-data", severity: Severity::Warning, finder: Finder::Rule(check), text: include_str!("fails_on_data.rs") };

fn check(context: &Context<'_>, findings: &mut Vec<Diagnostic>) {
    let plan = context.plan;
    let mut known = Known { context, checks: HashSet::new(), names: HashSet::new() };
    for (_, decision) in plan.decisions.iter() {
        decision.needs.iter().for_each(|need| known.need(need));
        decision.show.iter().for_each(|check| known.asked(check.value));
    }
    for (_, checklist) in plan.checklists.iter() {
        checklist.items.iter().filter_map(|item| item.check).for_each(|check| known.asked(check));
    }
    context.facts.forward.each(&mut |item, _| {
        item.needs.iter().for_each(|need| known.need(need));
        item.guards.iter().for_each(|guard| {
            if let Test::Check(check) = guard.test {
                known.asked(check);
            }
        });
        statements(&mut known, item, findings);
        let own = match item.work {
            Work::Capture(check) | Work::Verify(check) | Work::Show(check) => Some(check),
            _ => None,
        };
        item.verify.iter().copied().chain(own).for_each(|check| known.asked(check));
        if let Some(effects) = item.effects {
            known
                .names
                .extend(effects.writes.iter().flat_map(|name| name.value.split('.')).map(|part| part.trim_matches('"').to_lowercase()));
        }
    });
}

/// What somebody has asked about, written or made so far.
struct Known<'a> {
    context: &'a Context<'a>,
    checks: HashSet<Id<Check>>,
    names: HashSet<String>,
}

impl Known<'_> {
    fn need(&mut self, need: &Need) {
        if let Need::Check(check) = need {
            self.asked(check.value);
        }
    }

    fn asked(&mut self, check: Id<Check>) {
        if self.checks.insert(check) {
            let asked = Asked::of(&self.context.plan.checks[check]);
            self.names.extend(asked.words().map(str::to_owned));
        }
    }

    fn follow(&mut self, statement: &Statement) {
        for effect in &statement.reading.effects {
            let acts = match &effect.act {
                Act::Create(_) => matches!(effect.object.kind, ObjectKind::Table | ObjectKind::Column),
                Act::Insert { .. } | Act::Update { .. } | Act::Delete { .. } | Act::Truncate { .. } => true,
                _ => false,
            };
            if acts && effect.object.kind == ObjectKind::Column {
                let near = effect.object.parts.len().saturating_sub(2);
                self.names.insert(effect.object.parts[near..].join(".").to_lowercase());
            } else if acts {
                self.names.extend(effect.object.parts.last().map(|name| name.to_lowercase()));
            }
            // Its rows go with it to the new name.
            if let (Act::Rename(to), Some(old)) = (&effect.act, effect.object.parts.last())
                && self.names.contains(&old.to_lowercase())
            {
                self.names.insert(to.trim_matches(['"', '`']).to_lowercase());
            }
        }
    }
}

fn statements(known: &mut Known<'_>, item: &Item<'_>, findings: &mut Vec<Diagnostic>) {
    let context = known.context;
    let (Work::Sql(code) | Work::Shell(code), Some(on)) = (item.work, item.on) else { return };
    let Some(dialect) = Dialect::of(context.plan.targets[on].kind.value) else { return };
    let text = &context.sources.file(code.span.file).text;
    for statement in super::statements_of(context, item, code, dialect).iter() {
        for effect in &statement.reading.effects {
            let Some(trouble) = trouble(effect, statement, &code.text, dialect) else { continue };
            let Some(table) = table(effect, statement) else { continue };
            let table_name = table.to_lowercase();
            let words = code.text[statement.range.clone()].split(|c: char| !c.is_alphanumeric() && c != '_');
            let is_new = |word: &str| known.names.contains(&format!("{table_name}.{}", word.to_lowercase()));
            if known.names.contains(&table_name) || trouble.of_new_column && words.into_iter().any(is_new) {
                continue;
            }
            let what = what(effect, table);
            let message = if trouble.silent {
                format!("{what} is required and has no default: every row gets 0 or an empty text that nobody wrote")
            } else {
                format!("{what} stops the migration when there are {}, and nothing has asked whether there are", trouble.rows)
            };
            let place = code.place(text, &statement.range);
            let label = if trouble.silent { "nobody wrote these values" } else { "fails on rows that are there" };
            findings.push(Diagnostic::error(RULE.name, place, message, label).severity(RULE.severity).help(trouble.help));
            break;
        }
        known.follow(statement);
    }
}

/// Returns what is added, for people.
fn what(effect: &Effect, table: &str) -> String {
    let object = &effect.object;
    match (object.kind, object.own.as_str()) {
        (ObjectKind::Index, _) => format!("the unique index on `{table}`"),
        (ObjectKind::Constraint, "") => format!("the new rule for `{table}`"),
        (ObjectKind::Constraint, own) => format!("the new rule `{own}` for `{table}`"),
        (_, own) if matches!(effect.act, Act::Alter(_)) => format!("`NOT NULL` for `{table}.{own}`"),
        (_, own) => format!("the new column `{table}.{own}`"),
    }
}

/// What rows stand in the way.
struct Trouble {
    rows: &'static str,
    help: String,
    silent: bool,
    /// The table's new columns hold no values yet.
    of_new_column: bool,
}

fn trouble(effect: &Effect, statement: &Statement, text: &str, dialect: Dialect) -> Option<Trouble> {
    let before = |rows| Trouble {
        rows,
        help: "say `needs` with a check that looks for such rows, or mend them first".to_owned(),
        silent: false,
        of_new_column: true,
    };
    let Act::Create(create) = &effect.act else {
        let required = effect.act == Act::Alter(Alter::Require) && effect.object.kind == ObjectKind::Column;
        let column = required.then(|| effect.object.own.clone())?;
        let table = table(effect, statement)?;
        let help = format!("say `needs` with a check that asks before: `SELECT count(*) FROM {table} WHERE {column} IS NULL`, `expect 0`");
        return Some(Trouble { rows: "rows without a value", help, silent: false, of_new_column: false });
    };
    let opens = statement.opening.starts_with("CREATE TABLE");
    match &create.detail {
        Detail::Index { unique: true } => Some(before("two rows with the same value")),
        // The index has looked at the rows.
        Detail::Constraint { rule: Constraint::Unique | Constraint::Primary, .. } if uses_index(&text[statement.range.clone()]) => None,
        Detail::Constraint { unchecked: false, rule } if !opens => Some(before(match rule {
            Constraint::Unique => "two rows with the same value",
            Constraint::Primary => "rows without a value, or two with the same",
            Constraint::Foreign => "rows that refer to nothing",
            Constraint::Check | Constraint::Exclude => "rows that break it",
        })),
        Detail::Column { required: true, default: false, computed: false, .. } if !opens => Some(Trouble {
            rows: "any rows",
            help: "give the column a default; or add it without `NOT NULL`, fill it, and require it then".to_owned(),
            silent: dialect == Dialect::Mysql,
            of_new_column: false,
        }),
        _ => None,
    }
}

fn uses_index(statement: &str) -> bool {
    let words: Vec<String> = statement.split_whitespace().map(str::to_uppercase).collect();
    words.windows(2).any(|pair| pair[0] == "USING" && pair[1] == "INDEX")
}

/// Returns the table whose rows count.
fn table<'s>(effect: &'s Effect, statement: &'s Statement) -> Option<&'s str> {
    let object = &effect.object;
    if object.kind == ObjectKind::Index {
        let read = statement.reading.effects.iter().find(|other| other.act == Act::Read && other.object.kind == ObjectKind::Table);
        if let Some(read) = read {
            return read.object.parts.last().map(String::as_str);
        }
    }
    let parts = &object.parts;
    // What the server names ends with its table.
    let at = if object.own.is_empty() { parts.len().checked_sub(1)? } else { parts.len().checked_sub(2)? };
    parts.get(at).map(String::as_str)
}
