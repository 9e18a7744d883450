//! What a check asks about: the names that stand in its question, and whether it may be about anything else, too.

use std::collections::HashSet;

use crate::effect::sh;
use crate::plan::action::Code;
use crate::plan::check::{Check, Probe};

/// What a check asks about.
#[derive(Clone, Debug, Default)]
pub struct Asked {
    /// Every word of the question, in lower case.
    words: HashSet<String>,
    /// A person, a service or a program answers, and nobody can read off what they look at.
    pub is_open: bool,
    /// It asks for tables by the server's own lists of them.
    pub is_about_lists: bool,
    /// It is SQL, by itself or in a client's words.
    pub is_sql: bool,
}

/// Where servers keep what they hold.
const LISTS: [&str; 12] = [
    "information_schema",
    "pg_catalog",
    "pg_class",
    "pg_tables",
    "pg_attribute",
    "pg_constraint",
    "pg_indexes",
    "pg_stat_user_tables",
    "sqlite_master",
    "sqlite_schema",
    "pragma_table_info",
    "pragma_foreign_key_check",
];

impl Asked {
    /// Reads a check.
    pub fn of(check: &Check) -> Asked {
        let mut asked = Asked::default();
        match &check.probe {
            Some(Probe::Query(code) | Probe::Compare { query: code, .. }) => {
                asked.is_sql = true;
                asked.add(&code.text);
            }
            Some(Probe::Run(code)) => asked.run(code),
            Some(Probe::Ask(question)) => {
                asked.is_open = true;
                asked.add(question);
            }
            Some(Probe::Http { .. }) | None => asked.is_open = true,
        }
        asked.is_about_lists = LISTS.iter().any(|list| asked.words.contains(*list));
        asked
    }

    fn run(&mut self, code: &Code) {
        let script = sh::of(code);
        self.is_open = script.is_opaque();
        self.is_sql = script.commands.iter().any(|command| !command.sql.is_empty());
        self.add(&code.text);
    }

    fn add(&mut self, text: &str) {
        let words = text.split(|c: char| !c.is_alphanumeric() && c != '_').filter(|word| !word.is_empty());
        self.words.extend(words.map(str::to_lowercase));
    }

    /// Returns whether a name stands in the question.
    pub fn names(&self, name: &str) -> bool {
        self.words.contains(&name.to_lowercase())
    }

    /// Returns the words of the question.
    pub fn words(&self) -> impl Iterator<Item = &str> {
        self.words.iter().map(String::as_str)
    }
}
