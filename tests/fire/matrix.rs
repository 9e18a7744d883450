//! The tables of docs/reliability.md, from what was counted: faults × shells for each database, plans, and the runs of which all that
//! is the sum.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use super::record::{Count, Counts, Kept, Kind};

/// The databases, in the order of the page.
pub const DATABASES: [&str; 3] = ["SQLite", "PostgreSQL", "MariaDB"];

fn sum(counts: &Counts, holds: impl Fn(&Kind) -> bool) -> Count {
    let mut all = Count::default();
    for count in counts.iter().filter(|(kind, _)| holds(kind)).map(|(_, count)| count) {
        all.held += count.held;
        all.missed += count.missed;
        all.failed += count.failed;
    }
    all
}

fn cell(count: Count) -> String {
    let happened = count.held + count.failed;
    if happened == 0 { String::new() } else { happened.to_string() }
}

/// Returns the tables of trials in which the fault happened.
pub fn tables(counts: &Counts, faults: &[&str], shells: &[String]) -> String {
    let mut text = String::new();
    for database in DATABASES {
        let _ = writeln!(text, "## {database}\n\n| fault | {} | all |\n|---|{}", shells.join(" | "), "---:|".repeat(shells.len() + 1));
        for fault in faults {
            let of = |shell: Option<&String>| {
                sum(counts, |kind| kind.fault == *fault && kind.database == database && shell.is_none_or(|shell| *shell == kind.shell))
            };
            let cells: Vec<String> = shells.iter().map(Some).chain([None]).map(|shell| cell(of(shell))).collect();
            if cells.iter().any(|cell| !cell.is_empty()) {
                let _ = writeln!(text, "| {fault} | {} |", cells.join(" | "));
            }
        }
        let of =
            |shell: Option<&String>| cell(sum(counts, |kind| kind.database == database && shell.is_none_or(|shell| *shell == kind.shell)));
        let cells: Vec<String> = shells.iter().map(Some).chain([None]).map(of).collect();
        let _ = writeln!(text, "| all | {} |\n", cells.join(" | "));
    }
    text
}

/// Returns the table of plans.
pub fn plans(counts: &Counts) -> String {
    let mut text = format!("| plan | {} |\n|---|{}\n", DATABASES.join(" | "), "---:|".repeat(DATABASES.len()));
    let plans: BTreeMap<&str, ()> = counts.keys().map(|kind| (kind.plan.as_str(), ())).collect();
    for plan in plans.keys() {
        let cells = DATABASES.map(|database| cell(sum(counts, |kind| kind.plan == *plan && kind.database == database)));
        let _ = writeln!(text, "| {plan} | {} |", cells.join(" | "));
    }
    text
}

/// Returns the table of runs, and in one sentence what they come to.
pub fn runs(counts: &Counts) -> (String, String) {
    let mut text = String::from("| seed | runtime | trials | failed | ended before the fault's place |\n|---:|---|---:|---:|---:|\n");
    let runs: BTreeMap<(u64, &str), ()> = counts.keys().map(|kind| ((kind.seed, kind.runtime.as_str()), ())).collect();
    for (seed, runtime) in runs.keys() {
        let own = sum(counts, |kind| kind.seed == *seed && kind.runtime == *runtime);
        let _ = writeln!(text, "| {seed} | `{runtime}` | {} | {} | {} |", own.held + own.failed, own.failed, own.missed);
    }
    let all = sum(counts, |_| true);
    let words = format!("{} trials in which the fault happened, of which {} failed.", all.held + all.failed, all.failed);
    (text, words)
}

/// Returns what was tried before the runtime became what it is.
pub fn earlier(kept: &Kept) -> String {
    let of =
        |(runtime, count): (&String, &Count)| format!("`{runtime}` {} trials, of which {} failed", count.held + count.failed, count.failed);
    let runs: Vec<String> = kept.earlier.iter().map(of).collect();
    if runs.is_empty() {
        return "None before it.".to_owned();
    }
    format!("Not counted, for the runtime has been changed since: {}.", runs.join("; "))
}
