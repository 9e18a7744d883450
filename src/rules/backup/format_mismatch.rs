//! # backup/format-mismatch
//!
//! The tool that restores a backup can't read what the tool that takes it writes.
//!
//! ## What it finds
//!
//! A `backup` with hand-written code whose restore is `pg_restore` where the take writes a plain dump (`pg_dump` without `-Fc`,
//! `-Fd` or `-Ft`), or `psql` where it writes another; a take that compresses what the restore does not decompress;
//! `pg_restore` of a file that ends in `.sql`, anywhere; and `pg_restore -t` without `--clean` or `--data-only`: a table that
//! stands already stays as it is. With a `method` the compiler writes both, and they fit.
//!
//! ## Why it matters in the incident
//!
//! “Input file appears to be a text format dump. Please use psql.” The backup is there, it is whole, and the command on the
//! page can't read it. That is found out after the tables were dropped.
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
//!     pg_dump >"$RBK_BACKUP_FILE"
//!   ```
//!   verify ```sh
//!     test -s "$RBK_BACKUP_FILE" && grep -q "dump complete" "$RBK_BACKUP_FILE"
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

use crate::analysis::shell::{self, Command, Holder, commands};
use crate::diagnostic::{Diagnostic, Severity};
use crate::plan::action::Code;
use crate::plan::target::Backup;
use crate::rules::{Context, Finder, Rule};
use crate::source::Span;

pub const RULE: Rule = Rule {
    name: "backup/format-mismatch",
    severity: Severity::Error,
    finder: Finder::Rule(check),
    text: include_str!("format_mismatch.rs"),
};

fn check(context: &Context<'_>, findings: &mut Vec<Diagnostic>) {
    for (_, backup) in context.plan.backups.iter() {
        if let (Some(take), Some(restore)) = (&backup.take, &backup.restore) {
            findings.extend(pair(context, backup, take, restore));
        }
    }
    for (holder, code) in shell::all(context.plan) {
        for command in commands(code).iter().filter(|command| command.program() == "pg_restore") {
            let place = code.place(&context.sources.file(code.span.file).text, &command.range);
            let script = command.arguments().iter().skip(1).find(|word| word.text.ends_with(".sql"));
            let told = findings.iter().any(|known| known.code == RULE.name && known.span() == place);
            if let Some(script) = script.filter(|_| !told) {
                let message = format!("`pg_restore` can't read `{}`: by its name it is a script for `psql`", script.text);
                let finding = Diagnostic::error(RULE.name, place, message, "stops at once");
                findings.push(finding.help("restore it with `psql -v ON_ERROR_STOP=1 -1 -f`, or take it with `pg_dump -Fc`"));
            } else if stands(command) && !told && !matches!(holder, Holder::Verify(_) | Holder::Check(_)) {
                let message = "`pg_restore -t` into a table that stands changes nothing in it that is damaged: it stops at the first row that is there";
                let finding = Diagnostic::error(RULE.name, place, message, "neither `--clean` nor `--data-only`");
                findings.push(finding.help("write `--clean --if-exists -1`, or empty the table first and write `--data-only`"));
            }
        }
    }
}

/// Returns whether single tables are restored as if they were not there.
fn stands(command: &Command) -> bool {
    command.option(Some('t'), "--table")
        && !command.option(Some('c'), "--clean")
        && !command.option(Some('a'), "--data-only")
        && !command.option(Some('l'), "--list")
        && !command.option(Some('f'), "--file")
}

/// What a dump looks like.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Form {
    Plain,
    Archive,
}

/// Returns the form that a command dumps in.
fn dumps(command: &Command) -> Option<Form> {
    match command.program() {
        "pg_dumpall" => Some(Form::Plain),
        "pg_dump" => {
            let words = command.arguments();
            let value = |at: usize| {
                let text = words[at].text.as_str();
                let glued = text.strip_prefix("--format=").or_else(|| text.strip_prefix("-F").filter(|rest| !rest.is_empty()));
                let next = words.get(at + 1).map(|word| word.text.as_str()).filter(|_| matches!(text, "-F" | "--format"));
                glued.or(next)
            };
            match (1..words.len()).find_map(value) {
                None => Some(Form::Plain),
                Some(form) if form.contains('$') => None,
                Some(form) => Some(if form.starts_with('p') { Form::Plain } else { Form::Archive }),
            }
        }
        _ => None,
    }
}

fn pair(context: &Context<'_>, backup: &Backup, take: &Code, restore: &Code) -> Option<Diagnostic> {
    let (taking, restoring) = (commands(take), commands(restore));
    let (dump, form) = taking.iter().find_map(|command| Some((command, dumps(command)?)))?;
    let packs = |commands: &[Command], tools: &[&str]| commands.iter().any(|command| tools.contains(&command.program()));
    let packed = packs(&taking, &["gzip", "pigz", "zstd", "xz", "bzip2", "lz4"]);
    let unpacked = packs(
        &restoring,
        &["gzip", "gunzip", "zcat", "pigz", "unpigz", "zstd", "zstdcat", "xz", "unxz", "xzcat", "bzip2", "bunzip2", "bzcat", "lz4"],
    );
    let name = &backup.header.name;
    let (place, message, help) = restoring.iter().find_map(|command| {
        let said = match (command.program(), form) {
            ("pg_restore", Form::Plain) => (
                "`pg_restore` can't read the plain dump that `pg_dump` writes",
                "take it with `pg_dump -Fc`, or restore it with `psql -v ON_ERROR_STOP=1 -1 -f`",
            ),
            // With `-c` it reads no file at all.
            ("psql", Form::Archive) if !command.option(Some('c'), "--command") || command.option(Some('f'), "--file") => {
                ("`psql` can't read the archive that `pg_dump` writes", "restore it with `pg_restore --clean --if-exists -1`")
            }
            ("psql" | "pg_restore", _) if packed && !unpacked => (
                "it is compressed when it is taken, and nothing decompresses it",
                "put the decompressor before it: `gunzip -c \"$RBK_BACKUP_FILE\" | …`",
            ),
            _ => return None,
        };
        Some((&command.range, said.0, said.1))
    })?;
    let at = |code: &Code, range| -> Span { code.place(&context.sources.file(code.span.file).text, range) };
    let message = format!("`{name}` is there and can't be restored: {message}");
    let finding = Diagnostic::error(RULE.name, at(restore, place), message, "can't read it");
    Some(finding.because(at(take, &dump.range), "written here").help(format!("{help}; or let `method pg_dump custom` write both")))
}
