//! What was tried, counted: on the screen, and as the table of docs/reliability.md.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use super::plans::Database;

/// Trials by fault, database and shell.
#[derive(Default)]
pub struct Matrix {
    counts: BTreeMap<(String, Database, String), u32>,
    pub trials: u32,
    /// Trials in which the fault's point was never reached.
    pub missed: u32,
    pub failures: Vec<String>,
}

impl Matrix {
    /// Counts a trial.
    pub fn count(&mut self, fault: &str, database: Database, shell: &str) {
        *self.counts.entry((fault.to_owned(), database, shell.to_owned())).or_default() += 1;
        self.trials += 1;
    }

    /// Adds what another thread has counted.
    pub fn join(&mut self, other: Matrix) {
        for (key, count) in other.counts {
            *self.counts.entry(key).or_default() += count;
        }
        self.trials += other.trials;
        self.missed += other.missed;
        self.failures.extend(other.failures);
    }

    fn sum(&self, holds: impl Fn(&(String, Database, String)) -> bool) -> u32 {
        self.counts.iter().filter(|(key, _)| holds(key)).map(|(_, count)| count).sum()
    }

    /// Returns the tables as Markdown: faults × databases, and shells × databases.
    pub fn tables(&self, faults: &[&str]) -> String {
        let databases = [Database::Sqlite, Database::Postgres, Database::MariaDb];
        let mut text = String::from("| fault | SQLite | PostgreSQL | MariaDB |\n|---|---|---|---|\n");
        for fault in faults {
            let _ = write!(text, "| {fault} |");
            for database in databases {
                row_cell(&mut text, self.sum(|(name, of, _)| name == fault && *of == database));
            }
            text.push('\n');
        }
        let mut shells: Vec<&str> = self.counts.keys().map(|(_, _, shell)| shell.as_str()).collect();
        shells.sort_unstable();
        shells.dedup();
        text.push_str("\n| shell | SQLite | PostgreSQL | MariaDB |\n|---|---|---|---|\n");
        for shell in shells {
            let _ = write!(text, "| {shell} |");
            for database in databases {
                row_cell(&mut text, self.sum(|(_, of, name)| name == shell && *of == database));
            }
            text.push('\n');
        }
        text
    }
}

fn row_cell(text: &mut String, count: u32) {
    let _ = if count == 0 { write!(text, " |") } else { write!(text, " {count} |") };
}
