//! # backup/format-mismatch
//!
//! The tool that restores a backup can't read what the tool that takes it writes.
//!
//! ## What it finds
//!
//! A `backup` with hand-written code whose restore is `pg_restore` where the take writes a plain dump (`pg_dump` without `-Fc`,
//! `-Fd` or `-Ft`), or `psql` where it writes another; a take that compresses or encrypts what the restore does not open again, opens with
//! another program, or the other way round (`pg_dump`, `mysqldump`, `mariadb-dump`, `mongodump`), where the restore runs nothing that may do it unseen;
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

use crate::analysis::shell::{self, Holder};
use crate::diagnostic::{Diagnostic, Severity};
use crate::effect::sh::spelled::{Command, commands};
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

/// What unpacks what: programs of one family read each other's.
const PACKERS: [(&str, &[&str]); 5] = [
    ("gzip", &["gzip", "pigz", "gunzip", "unpigz", "zcat"]),
    ("zstd", &["zstd", "pzstd", "unzstd", "zstdcat"]),
    ("xz", &["xz", "unxz", "xzcat"]),
    ("bzip2", &["bzip2", "pbzip2", "bunzip2", "bzcat"]),
    ("lz4", &["lz4", "unlz4", "lz4cat"]),
];

/// Programs that dump, each with those that read it.
const DUMPERS: [(&str, &[&str]); 5] = [
    ("pg_dump", &["psql", "pg_restore"]),
    ("pg_dumpall", &["psql", "pg_restore"]),
    ("mysqldump", &["mysql", "mariadb"]),
    ("mariadb-dump", &["mysql", "mariadb"]),
    ("mongodump", &["mongorestore"]),
];

/// Programs that run another, or unpack what they are given.
const OTHERS: [&str; 14] =
    ["tar", "bsdtar", "7z", "7za", "unzip", "python", "python3", "perl", "sh", "bash", "source", ".", "restic", "borg"];

/// Returns the program that a command runs: its own, or that in a container or on another host.
fn runs<'c>(command: &'c Command, wanted: &[&str]) -> Option<&'c str> {
    let last = |text: &'c str| text.rsplit('/').next().unwrap_or(text);
    let words = command.arguments();
    let through = ["docker", "podman", "kubectl", "ssh", "docker-compose", "timeout", "nice"].contains(&command.program());
    let all = words.iter().take(if through { words.len() } else { 1 }).map(|word| last(&word.text));
    let client = |name: &&str| wanted.contains(name) || wanted.contains(&"mysql") && name.contains("RBK_MYSQL_CLIENT");
    all.into_iter().find(client)
}

fn family(command: &Command) -> Option<&'static str> {
    PACKERS.iter().find(|(_, programs)| runs(command, programs).is_some()).map(|(family, _)| *family)
}

/// Returns whether a command encrypts or decrypts.
fn is_cipher(command: &Command) -> bool {
    let says = |words: &[&str]| words.iter().any(|word| command.has(word));
    match command.program() {
        "gpg" | "gpg2" => {
            let letters = ['c', 'e', 'd'].iter().any(|letter| command.option(Some(*letter), "--symmetric"));
            letters || says(&["--encrypt", "--decrypt"])
        }
        "age" | "rage" => true,
        "openssl" => says(&["enc", "cms", "smime"]),
        _ => false,
    }
}

fn pair(context: &Context<'_>, backup: &Backup, take: &Code, restore: &Code) -> Option<Diagnostic> {
    let (taking, restoring) = (commands(take), commands(restore));
    let dumper = |command: &Command| DUMPERS.iter().find(|(name, _)| runs(command, &[name]).is_some());
    let (dump, (writer, readers)) = taking.iter().find_map(|command| Some((command, dumper(command)?)))?;
    let packers: Vec<&'static str> = taking.iter().filter_map(family).collect();
    let unpackers: Vec<(&Command, &'static str)> = restoring.iter().filter_map(|command| Some((command, family(command)?))).collect();
    let is_open = |command: &Command| command.program().is_empty() || command.words.iter().take(1).any(|word| word.text.starts_with("./"));
    let is_unsure = restoring.iter().any(|command| OTHERS.contains(&command.program()) || is_open(command));
    let name = &backup.header.name;
    let (place, message, help) = restoring.iter().find_map(|command| {
        let reader = runs(command, readers)?;
        let said = match (reader, dumps(dump)) {
            ("pg_restore", Some(Form::Plain)) => (
                "`pg_restore` can't read the plain dump that `pg_dump` writes".to_owned(),
                "take it with `pg_dump -Fc`, or restore it with `psql -v ON_ERROR_STOP=1 -1 -f`",
            ),
            // With `-c` it reads no file at all.
            ("psql", Some(Form::Archive)) if !command.option(Some('c'), "--command") || command.option(Some('f'), "--file") => {
                ("`psql` can't read the archive that `pg_dump` writes".to_owned(), "restore it with `pg_restore --clean --if-exists -1`")
            }
            _ => {
                sealed(writer, command, &Sealed { dump, taking: &taking, restoring: &restoring, packers: &packers, unpackers: &unpackers })
                    .filter(|_| !is_unsure)?
            }
        };
        Some((&command.range, said.0, said.1))
    })?;
    let at = |code: &Code, range| -> Span { code.place(&context.sources.file(code.span.file).text, range) };
    let message = format!("`{name}` is there and can't be restored: {message}");
    let finding = Diagnostic::error(RULE.name, at(restore, place), message, "can't read it");
    let help = if writer.starts_with("pg_") { format!("{help}; or let `method pg_dump custom` write both") } else { help.to_owned() };
    Some(finding.because(at(take, &dump.range), "written here").help(help))
}

/// How a dump is packed and unpacked.
struct Sealed<'c> {
    dump: &'c Command,
    taking: &'c [Command],
    restoring: &'c [Command],
    packers: &'c [&'static str],
    unpackers: &'c [(&'c Command, &'static str)],
}

/// Returns what is packed or encrypted and not opened again, or opened and was not packed.
fn sealed(writer: &str, reader: &Command, it: &Sealed<'_>) -> Option<(String, &'static str)> {
    let unpacks = "put the decompressor before it: `gunzip -c \"$RBK_BACKUP_FILE\" | …`";
    if writer == "mongodump" && it.packers.is_empty() && it.unpackers.is_empty() {
        let (packed, unpacked) = (it.dump.has("--gzip"), reader.has("--gzip"));
        return (packed != unpacked).then(|| match packed {
            true => ("`mongodump` compresses it, and `mongorestore` is not told".to_owned(), "write `mongorestore --gzip`"),
            false => ("`mongorestore --gzip` expects it compressed".to_owned(), "write `mongodump --gzip`, too"),
        });
    }
    if it.taking.iter().any(is_cipher) && !it.restoring.iter().any(is_cipher) {
        return Some(("it is encrypted when it is taken, and nothing decrypts it".to_owned(), "decrypt it before it is read"));
    }
    match (it.packers, it.unpackers) {
        ([], []) => None,
        ([_, ..], []) => Some(("it is compressed when it is taken, and nothing decompresses it".to_owned(), unpacks)),
        ([], [(unpacker, _), ..]) => {
            let own = ["-Z", "--compress"].iter().any(|option| it.dump.arguments().iter().any(|word| word.text.starts_with(option)));
            // What stands in the take alone writes it as it is.
            let is_plain = it.taking.len() == 1 && !own && !unpacker.option(Some('f'), "--force");
            let said = format!("`{}` expects it compressed, and `{writer}` writes it as it is", unpacker.program());
            is_plain.then_some((said, "compress it when it is taken, or read it as it is"))
        }
        (packers, unpackers) => {
            let (unpacker, _) = unpackers.iter().find(|(_, family)| !packers.contains(family))?;
            let is_read = unpackers.iter().any(|(_, family)| packers.contains(family));
            let said = format!("`{}` can't decompress what `{}` has compressed", unpacker.program(), packers[0]);
            (!is_read).then_some((said, unpacks))
        }
    }
}
