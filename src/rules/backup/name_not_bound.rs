//! # backup/name-not-bound
//!
//! A backup is written to one file and looked for in another.
//!
//! ## What it finds
//!
//! A `backup` with hand-written code that does not use `$RBK_BACKUP_FILE` where it is taken or restored: the bundle gives each
//! take a file of its own, keeps its checksum and hands it to the restore. And shell that computes a file's name from the clock
//! twice, or that finds the dump again by a pattern which can match two files.
//!
//! ## Why it matters in the incident
//!
//! The second `date` is a second later, the folder does not exist, and the dump lies wherever the shell happened to stand. Or
//! there are two dumps by now, and the copy stops: “Unknown options”.
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
//!     pg_dump -Fc >"orders_$(date +%Y%m%d_%H%M%S).dump"
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

use crate::analysis::shell::{self, Holder};
use crate::diagnostic::{Diagnostic, Severity};
use crate::effect::sh::spelled::{Command, commands, is_name};
use crate::plan::action::Code;
use crate::rules::{Context, Finder, Rule};

pub const RULE: Rule =
    Rule { name: "backup/name-not-bound", severity: Severity::Error, finder: Finder::Rule(check), text: include_str!("name_not_bound.rs") };

fn check(context: &Context<'_>, findings: &mut Vec<Diagnostic>) {
    for (holder, code) in shell::all(context.plan) {
        let found = match holder {
            Holder::Take(backup) | Holder::Restore(backup) if !code.text.contains("RBK_BACKUP_FILE") => {
                let name = &backup.header.name;
                let (does, then) = match holder {
                    Holder::Take(_) => ("is not written to `$RBK_BACKUP_FILE`", "the restore finds no file"),
                    _ => ("is not restored from `$RBK_BACKUP_FILE`", "it reads whatever lies there, if anything does"),
                };
                let finding = Diagnostic::error(RULE.name, code.span, format!("`{name}` {does}: {then}"), "another file than the bundle's");
                Some(finding.because(backup.header.span, "its file is named by the bundle").help("write and read \"$RBK_BACKUP_FILE\""))
            }
            _ => twice(context, code).or_else(|| pattern(context, &holder, code)),
        };
        findings.extend(found);
    }
}

/// Finds a name that is computed from the clock in two words of one script.
fn twice(context: &Context<'_>, code: &Code) -> Option<Diagnostic> {
    let commands = commands(code);
    let files = |command: &Command| command.program() != "echo" && !command.inner;
    let words = commands
        .iter()
        .filter(|command| files(command))
        .flat_map(|command| command.words.iter().chain(command.redirects.iter().map(|(_, file)| file)));
    let sets = |text: &str| text.split_once('=').is_some_and(|(name, _)| is_name(name));
    let clocks: Vec<_> = words
        .filter(|word| (word.text.contains("$(date") || word.text.contains("`date")) && !sets(&word.text) && names_a_file(&word.text))
        .collect();
    let [first, second, ..] = clocks.as_slice() else { return None };
    let source = &context.sources.file(code.span.file).text;
    let message = "a file is named by the clock twice: the second name is another one, as time has passed";
    let finding = Diagnostic::error(RULE.name, code.place(source, &second.range), message, "computed again");
    Some(
        finding
            .because(code.place(source, &first.range), "computed first")
            .help("compute it once: `now=$(date +%Y%m%d_%H%M%S)`, and use \"$now\""),
    )
}

/// Returns whether a word is more than a message that tells the time.
fn names_a_file(text: &str) -> bool {
    !text.contains(' ')
        || text.contains('/')
        || text.split(' ').all(|part| !part.is_empty() && (part.contains("date") || part.starts_with('+') || part.contains(')')))
}

/// Finds a dump that is looked for by a pattern.
fn pattern(context: &Context<'_>, holder: &Holder<'_>, code: &Code) -> Option<Diagnostic> {
    let backup = match holder {
        Holder::Take(backup) | Holder::Verify(backup) | Holder::Restore(backup) | Holder::Copy(backup) => Some(backup),
        _ => None,
    };
    let commands = commands(code);
    let reads = |command: &&Command| match command.program() {
        "pg_restore" | "psql" | "mysql" | "mariadb" | "sqlite3" => true,
        "aws" | "gsutil" | "cp" | "scp" | "rsync" | "rclone" | "gcloud" | "az" | "gunzip" | "zcat" => backup.is_some(),
        _ => false,
    };
    let (command, word) =
        commands.iter().filter(reads).find_map(|command| Some((command, command.arguments().iter().skip(1).find(|word| word.globs)?)))?;
    let place = code.place(&context.sources.file(code.span.file).text, &word.range);
    let message = format!("`{}` gets whatever matches `{}`: with two dumps it stops, or takes the wrong one", command.program(), word.text);
    Some(
        Diagnostic::error(RULE.name, place, message, "may match several files")
            .help("name the one file: \"$RBK_BACKUP_FILE\", or a variable that was set when it was written"),
    )
}
