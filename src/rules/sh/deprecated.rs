//! # sh/deprecated
//!
//! A command that the current version of its program no longer has.
//!
//! ## What it finds
//!
//! In `sh` and `bash`: programs, operands and options that were removed or renamed (`mongo`, `helm delete --purge`, `pg_dump -i`,
//! `kubectl get --export`, `apt-key`), with the version and what stands in their place; as information, what still works under its old name
//! (`redis-cli slaveof`). What only MySQL has removed is told where the plan has a target of MySQL, and none of MariaDB.
//!
//! ## Why it matters in the incident
//!
//! The line was copied from an old page, or worked two upgrades ago. The program refuses it and the step stops there: in a backup before
//! anything is saved, in an undo half-way back.
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
//! check orders-answer "Orders can be read" on db {
//!   query ```sql
//!     SELECT count(*) FROM orders
//!   ```
//!   expect > 0
//! }
//!
//! backup by-hand "Orders, dumped by hand" of db {
//!   file "backups/orders.dump"
//!   take ```sh
//!     pg_dump -i -Fc >"$RBK_BACKUP_FILE"
//!   ```
//!   verify ```sh
//!     pg_restore --list "$RBK_BACKUP_FILE" | grep -q "TABLE DATA"
//!   ```
//!   restore ```sh
//!     pg_restore --clean --if-exists -1 -d orders "$RBK_BACKUP_FILE"
//!   ```
//!   restore takes 20m
//! }
//!
//! phase migrate "Migrate" at T {
//!   take by-hand
//!   change add-note "Orders have a note" on db {
//!     do ```sql
//!       ALTER TABLE orders ADD COLUMN note text;
//!     ```
//!     undo restore by-hand
//!     undo takes 1m
//!   }
//! }
//!
//! scenario back "Back" {
//!   applies from add-note
//!   undo add-note
//!   verify orders-answer
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
//! check orders-answer "Orders can be read" on db {
//!   query ```sql
//!     SELECT count(*) FROM orders
//!   ```
//!   expect > 0
//! }
//!
//! backup by-hand "Orders, dumped by hand" of db {
//!   file "backups/orders.dump"
//!   take ```sh
//!     pg_dump -Fc >"$RBK_BACKUP_FILE"
//!   ```
//!   verify ```sh
//!     pg_restore --list "$RBK_BACKUP_FILE" | grep -q "TABLE DATA"
//!   ```
//!   restore ```sh
//!     pg_restore --clean --if-exists -1 -d orders "$RBK_BACKUP_FILE"
//!   ```
//!   restore takes 20m
//! }
//!
//! phase migrate "Migrate" at T {
//!   take by-hand
//!   change add-note "Orders have a note" on db {
//!     do ```sql
//!       ALTER TABLE orders ADD COLUMN note text;
//!     ```
//!     undo restore by-hand
//!     undo takes 1m
//!   }
//! }
//!
//! scenario back "Back" {
//!   applies from add-note
//!   undo add-note
//!   verify orders-answer
//! }
//! ````

use std::sync::LazyLock;

use crate::analysis::shell;
use crate::diagnostic::{Diagnostic, Severity};
use crate::effect::sh::{self, Command};
use crate::plan::target::TargetKind;
use crate::rules::{Context, Finder, Rule};

pub const RULE: Rule =
    Rule { name: "sh/deprecated", severity: Severity::Warning, finder: Finder::Rule(check), text: include_str!("deprecated.rs") };

/// Words that a program no longer takes.
#[derive(Debug)]
struct Fact {
    /// The names that the program goes by.
    programs: Vec<&'static str>,
    /// Its operands, in order, and options, wherever they stand.
    words: Vec<&'static str>,
    only_mysql: bool,
    is_gone: bool,
    /// The first version without it.
    since: &'static str,
    instead: &'static str,
    source: &'static str,
}

static FACTS: LazyLock<Vec<Fact>> = LazyLock::new(|| {
    let lines = include_str!("deprecated.facts").lines().filter(|line| !line.is_empty() && !line.starts_with('#'));
    lines.map(|line| fact(line).unwrap_or_else(|| panic!("deprecated.facts: {line}"))).collect()
});

fn fact(line: &'static str) -> Option<Fact> {
    let mut parts = line.split(" : ").map(str::trim);
    let (kind, words, since, instead, source) = (parts.next()?, parts.next()?, parts.next()?, parts.next()?, parts.next()?);
    let mut words = words.split_whitespace();
    let programs = words.next()?.split('|').collect();
    let is_known = ["gone", "mysql", "old"].contains(&kind) && parts.next().is_none();
    let (only_mysql, is_gone) = (kind == "mysql", kind != "old");
    is_known.then(|| Fact { programs, words: words.collect(), only_mysql, is_gone, since, instead, source })
}

fn check(context: &Context<'_>, findings: &mut Vec<Diagnostic>) {
    let has = |kind: TargetKind| context.plan.targets.iter().any(|(_, target)| target.kind.value == kind);
    let is_mysql = has(TargetKind::Mysql) && !has(TargetKind::Mariadb);
    let facts: Vec<&Fact> = FACTS.iter().filter(|fact| is_mysql || !fact.only_mysql).collect();
    for (_, code) in shell::all(context.plan) {
        // A script is only read where a program's name stands in it.
        let near: Vec<&Fact> =
            facts.iter().copied().filter(|fact| fact.programs.iter().any(|program| code.text.contains(program))).collect();
        if near.is_empty() {
            continue;
        }
        let script = sh::of(code);
        for command in &script.commands {
            let Some(fact) = near.iter().find(|fact| fact.is_in(command)) else { continue };
            let place = code.place(&context.sources.file(code.span.file).text, &command.range);
            let said = fact.said(command);
            findings.push(match fact.is_gone {
                true => Diagnostic::error(RULE.name, place, format!("`{said}` is gone since {}", fact.since), "a current one refuses this")
                    .severity(RULE.severity)
                    .help(format!("write {} ({})", fact.instead, fact.source)),
                false => Diagnostic::error(RULE.name, place, format!("`{said}` has another name since {}", fact.since), "the old name")
                    .severity(Severity::Info)
                    .help(format!("write {} ({})", fact.instead, fact.source)),
            });
        }
    }
}

impl Fact {
    fn is_in(&self, command: &Command) -> bool {
        let mut words = command.words.iter().map(|word| word.text.as_deref().unwrap_or_default());
        let first = words.next().unwrap_or_default();
        let base = |word: &str| word.rsplit('/').next().unwrap_or_default().to_owned();
        let rest: Vec<&str> = words.collect();
        // `python manage.py syncdb`.
        let (program, rest) = match rest.split_first() {
            Some((script, behind)) if base(first).starts_with("python") && script.ends_with(".py") => (base(script), behind),
            _ => (base(first), rest.as_slice()),
        };
        if !self.programs.contains(&program.as_str()) {
            return false;
        }
        let rest = &rest[..rest.iter().position(|word| *word == "--").unwrap_or(rest.len())];
        let mut operands = rest.iter().filter(|word| !word.starts_with('-'));
        self.words.iter().all(|word| match word.starts_with('-') {
            true => rest.iter().any(|own| own == word || own.strip_prefix(word).is_some_and(|value| value.starts_with('='))),
            false => operands.next() == Some(word),
        })
    }

    /// Returns the words of a command that are meant, for people.
    fn said(&self, command: &Command) -> String {
        let program = command.words.iter().take(2).filter_map(|word| word.text.as_deref()?.rsplit('/').next());
        let program = program.into_iter().find(|word| self.programs.contains(word)).unwrap_or(self.programs[0]);
        self.words.iter().fold(program.to_owned(), |said, word| said + " " + word)
    }
}

#[cfg(test)]
mod tests {
    use super::FACTS;

    #[test]
    fn every_line_is_a_fact_with_its_source() {
        assert!(FACTS.len() > 30, "only {}", FACTS.len());
        for fact in FACTS.iter() {
            assert!(!fact.since.is_empty() && !fact.instead.is_empty() && !fact.source.is_empty(), "{fact:?}");
        }
    }
}
