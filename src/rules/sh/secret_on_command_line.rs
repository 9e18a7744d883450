//! # sh/secret-on-command-line
//!
//! A password stands in the words of a command.
//!
//! ## What it finds
//!
//! In `sh` and `bash`: a password that is given to a client as an option (`mysql -p…`, `curl -u name:…`, `redis-cli -a …`), in an address
//! (`postgresql://name:…@host`), or in a header, whether it is written out or comes from a variable; and one that is
//! written out in an assignment (`PGPASSWORD=…`), or behind an option of that name, whatever the program (`--password …`, `--api-key=…`).
//!
//! ## Why it matters in the incident
//!
//! Every user of the machine reads the words of every command in the list of processes. What is written out stands in the plan, in the
//! bundle and in everybody's copy of both; and on the night it is the old password, because nobody changes it here.
//!
//! ## Caught
//!
//! ````rbk
//! plan notes "Orders have a note" {
//!   rto 1h
//! }
//!
//! target db "Orders" mariadb { url $DATABASE_URL }
//!
//! phase migrate "Migrate" at T {
//!   change add-note "Orders have a note" on db {
//!     do ```sh
//!       mysql -u admin -phunter2 shop -e "ALTER TABLE orders ADD COLUMN note text"
//!     ```
//!     undo ```sql
//!       ALTER TABLE orders DROP COLUMN note;
//!     ```
//!     undo takes 1m
//!   }
//! }
//!
//! scenario back "Back" {
//!   applies from add-note
//!   undo add-note
//! }
//! ````
//!
//! ## Mended
//!
//! ````rbk
//! plan notes "Orders have a note" {
//!   rto 1h
//! }
//!
//! target db "Orders" mariadb { url $DATABASE_URL }
//!
//! phase migrate "Migrate" at T {
//!   change add-note "Orders have a note" on db {
//!     do ```sh
//!       "$RBK_MYSQL_CLIENT" --defaults-file="$RBK_MYSQL_DEFAULTS" -e "ALTER TABLE orders ADD COLUMN note text"
//!     ```
//!     undo ```sql
//!       ALTER TABLE orders DROP COLUMN note;
//!     ```
//!     undo takes 1m
//!   }
//! }
//!
//! scenario back "Back" {
//!   applies from add-note
//!   undo add-note
//! }
//! ````

use std::ops::Range;

use crate::analysis::shell;
use crate::diagnostic::{Diagnostic, Severity};
use crate::effect::sh::spelled::{Command, commands};
use crate::rules::{Context, Finder, Rule};

pub const RULE: Rule = Rule {
    name: "sh/secret-on-command-line",
    severity: Severity::Warning,
    finder: Finder::Rule(check),
    text: include_str!("secret_on_command_line.rs"),
};

/// How a program takes a password: options with the value in the same word, and options with it in the next.
type Takes = (&'static [&'static str], &'static [&'static str], &'static [&'static str]);

/// From each program's manual.
const OPTIONS: [Takes; 8] = [
    (
        &["mysql", "mariadb", "mysqldump", "mariadb-dump", "mysqladmin", "mariadb-admin", "mysqlimport", "mysqlcheck"],
        &["-p", "--password="],
        &[],
    ),
    (&["mongo", "mongosh", "mongodump", "mongorestore", "mongoexport", "mongoimport"], &["--password="], &["-p", "--password"]),
    (&["redis-cli"], &["--pass="], &["-a", "--pass"]),
    (&["sshpass"], &["-p"], &["-p"]),
    (&["sqlcmd"], &["-P"], &["-P"]),
    (&["docker", "podman", "helm"], &["--password="], &["--password"]),
    (&["curl"], &["--user="], &["-u", "--user"]),
    (&["wget"], &["--password=", "--http-password="], &[]),
];

/// Variables that hold a password, by the client that reads them.
const VARIABLES: [&str; 6] = ["PGPASSWORD", "MYSQL_PWD", "REDISCLI_AUTH", "SSHPASS", "AWS_SECRET_ACCESS_KEY", "VAULT_TOKEN"];

fn check(context: &Context<'_>, findings: &mut Vec<Diagnostic>) {
    for (_, code) in shell::all(context.plan) {
        let found = commands(code).iter().find_map(|command| secret(command, &code.text));
        let Some((range, how, is_written)) = found else { continue };
        let place = code.place(&context.sources.file(code.span.file).text, &range);
        let seen = match (is_written, how.is_among_words) {
            (true, true) => "it stands in the plan and in the bundle, and every user of the machine reads it in the list of processes",
            (true, false) => "it stands in the plan, in the bundle and in everybody's copy of them",
            (false, _) => "every user of the machine reads it in the list of processes",
        };
        let message = format!("{}: {seen}", how.words);
        let label = if is_written { "a password" } else { "a password, when it runs" };
        findings.push(Diagnostic::error(RULE.name, place, message, label).severity(RULE.severity).help(
            "hand it over in a file or in the environment: the target's own connection (`$RBK_MYSQL_DEFAULTS`, `PGPASSWORD`), a `secret`, \
             `curl -H @-` with the header on standard input",
        ));
    }
}

/// How a secret is given away.
struct How {
    words: String,
    is_among_words: bool,
}

/// Returns where a command's words hold a password, how, and whether it is written out.
fn secret(command: &Command, text: &str) -> Option<(Range<usize>, How, bool)> {
    let set = command.words.iter().take_while(|word| word.text.contains('='));
    for word in set {
        let Some((name, value)) = word.text.split_once('=') else { continue };
        if VARIABLES.contains(&name) && !value.is_empty() && !word.expands && !is_stand_in(value) {
            let words = format!("`{name}` is written out");
            return Some((word.range.clone(), How { words, is_among_words: false }, true));
        }
    }
    let words = command.arguments();
    let program = command.program();
    let among = |words: String| How { words, is_among_words: true };
    let written = |range: &Range<usize>| text.get(range.clone()).unwrap_or_default().to_owned();
    for (at, word) in words.iter().enumerate().skip(1) {
        let known = OPTIONS.iter().find(|(programs, ..)| programs.contains(&program));
        if let Some((_, glued, apart)) = known {
            let value = glued.iter().find_map(|option| word.text.strip_prefix(option)).filter(|value| !value.is_empty());
            let next = apart.contains(&word.text.as_str()).then(|| words.get(at + 1)).flatten();
            let has_password = |value: &str| program != "curl" || value.contains(':') && !value.ends_with(':');
            if value.is_some_and(|value| has_password(value) && !is_stand_in(value)) && !is_other(program, &word.text) {
                return Some((word.range.clone(), among(format!("`{program}` gets a password as an option")), !word.expands));
            }
            if let Some(next) = next.filter(|next| has_password(&next.text) && !is_stand_in(&next.text)) {
                return Some((next.range.clone(), among(format!("`{program}` gets a password as an option")), !next.expands));
            }
        }
        let next = words.get(at + 1).filter(|next| !next.expands);
        if known.is_none()
            && !word.expands
            && let Some(value) = named(program, &word.text, next.map(|next| next.text.as_str()))
        {
            let range = if word.text.contains('=') { &word.range } else { next.map_or(&word.range, |next| &next.range) };
            if !is_stand_in(value) {
                return Some((range.clone(), among(format!("`{program}` gets a password as an option")), true));
            }
        }
        if let Some(is_written) = in_address(&word.text) {
            return Some((word.range.clone(), among(format!("an address among the words of `{program}` holds a password")), is_written));
        }
        let header = word.text.to_lowercase();
        let bears = ["authorization: bearer ", "authorization: basic ", "x-api-key: "].iter().any(|start| header.starts_with(start));
        if bears && ["curl", "wget", "http", "https"].contains(&program) && written(&word.range).len() > 2 {
            return Some((word.range.clone(), among(format!("`{program}` gets a token in a header among its words")), !word.expands));
        }
    }
    None
}

/// Options that are called after what they give away, whatever the program.
const NAMED: [&str; 5] = ["--password", "--passwd", "--api-key", "--api-token", "--auth-token"];

/// Programs whose `--password` only says that one is asked for.
const ASKING: [&str; 10] =
    ["psql", "pg_dump", "pg_dumpall", "pg_restore", "pg_basebackup", "createdb", "createuser", "dropdb", "dropuser", "vacuumdb"];

/// Returns what is written out behind an option of such a name.
fn named<'w>(program: &str, word: &'w str, next: Option<&'w str>) -> Option<&'w str> {
    let (name, value) = word.split_once('=').map_or((word, next), |(name, value)| (name, Some(value)));
    let is_value = |value: &&str| !value.is_empty() && !value.contains('/') && !value.contains(['$', '`']);
    value.filter(is_value).filter(|_| NAMED.contains(&name) && !ASKING.contains(&program))
}

/// Returns whether an option that begins like that of a password is another.
fn is_other(program: &str, word: &str) -> bool {
    program.starts_with("mysql") && word.starts_with("--") && !word.starts_with("--password=")
}

/// Returns whether a value stands for one that nobody has filled in: `people/placeholder` tells those.
fn is_stand_in(value: &str) -> bool {
    value.starts_with(['<', '[', '-']) || value.to_lowercase().contains("xxx")
}

/// Returns whether a word is an address with a password, and then whether that is written out.
fn in_address(word: &str) -> Option<bool> {
    let (scheme, rest) = word.split_once("://")?;
    let scheme = scheme.rsplit('=').next()?;
    let (user, _) = rest.split(['/', '?']).next()?.rsplit_once('@')?;
    let (_, password) = user.split_once(':')?;
    let is_scheme = scheme.chars().all(|c| c.is_ascii_alphanumeric() || c == '+');
    (is_scheme && !password.is_empty() && !is_stand_in(password)).then(|| !password.contains('$'))
}
