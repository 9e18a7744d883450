//! SQL that begins or ends a transaction by itself: rbk runs a step's SQL in one transaction and records in it that it was done.

use std::collections::BTreeSet;

use crate::diagnostic::Diagnostic;
use crate::effect::sql::{self, Dialect, Kind};
use crate::plan::Plan;
use crate::plan::action::Code;

use super::program::{Program, Work};

/// Returns a finding for each piece of SQL, run by any of the programs, that handles its transaction by itself.
pub fn own<'p>(plan: &Plan, programs: impl Iterator<Item = &'p Program<'p>>) -> Vec<Diagnostic> {
    let mut seen = BTreeSet::new();
    let mut findings = Vec::new();
    for item in programs.flat_map(Program::items) {
        let (Work::Sql(code), Some(on)) = (&item.work, item.on) else { continue };
        if seen.insert(code.span) {
            findings.extend(Dialect::of(plan.targets[on].kind.value).and_then(|dialect| finding(code, dialect)));
        }
    }
    findings
}

/// Returns the finding for one piece of SQL.
pub fn finding(code: &Code, dialect: Dialect) -> Option<Diagnostic> {
    let text = code.text.as_str();
    let statements = sql::of(code, dialect);
    let own = statements.iter().find(|it| it.kind == Kind::Control && !marks_a_place(&text[it.range.clone()]))?;
    let what = text[own.range.clone()].lines().next().unwrap_or_default().trim_end_matches(';');
    let said = format!("this SQL handles its transaction by itself: `{what}`");
    let help = "rbk runs each SQL step in one transaction and records in it that it was done: take `BEGIN` and `COMMIT` out";
    Some(Diagnostic::error("form/own-transaction", code.span, said, "this SQL").help(help))
}

/// A savepoint, and what goes back to one, stays inside the transaction.
fn marks_a_place(statement: &str) -> bool {
    let words: Vec<String> =
        statement.split([' ', '\t', '\r', '\n', ';']).filter(|word| !word.is_empty()).take(3).map(str::to_uppercase).collect();
    let words: Vec<&str> = words.iter().map(String::as_str).collect();
    matches!(words[..], ["SAVEPOINT" | "RELEASE", ..] | ["ROLLBACK", "TO", ..] | ["ROLLBACK", "WORK" | "TRANSACTION", "TO", ..])
}
