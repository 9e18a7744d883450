//! # people/placeholder
//!
//! Something was to be filled in and was not.
//!
//! ## What it finds
//!
//! `[TBD]`, `TBD`, `[email]`, `[phone]`, `<commit>`, `<backup_file>`, `20XX-XX-XX`, the programmers' words for “later”, and their
//! like in a text of the plan, except in comments. A message's `{{slot}}` is asked for when it is sent, and is none.
//!
//! ## Why it matters in the incident
//!
//! At three in the morning the number to call reads “[Emergency contact]”.
//!
//! ## Caught
//!
//! ````rbk
//! plan new-orders "Load the new orders" {
//!   owner dba
//!   rto 1h
//!   retain 7d
//! }
//!
//! target db "Orders" postgres { url $DATABASE_URL }
//!
//! role dba "Database administrator" { contact "[email]" }
//!
//! check orders-answer "Orders can be read" on db {
//!   query ```sql
//!     SELECT count(*) FROM orders
//!   ```
//!   expect > 0
//! }
//!
//! phase migrate "Migrate" at T {
//!   change add-note "Orders have a note" on db {
//!     do ```sql
//!       ALTER TABLE orders ADD COLUMN note text;
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
//!   verify orders-answer
//! }
//! ````
//!
//! ## Mended
//!
//! ````rbk
//! plan new-orders "Load the new orders" {
//!   owner dba
//!   rto 1h
//!   retain 7d
//! }
//!
//! target db "Orders" postgres { url $DATABASE_URL }
//!
//! role dba "Database administrator" { contact "dba@example.org" }
//!
//! check orders-answer "Orders can be read" on db {
//!   query ```sql
//!     SELECT count(*) FROM orders
//!   ```
//!   expect > 0
//! }
//!
//! phase migrate "Migrate" at T {
//!   change add-note "Orders have a note" on db {
//!     do ```sql
//!       ALTER TABLE orders ADD COLUMN note text;
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
//!   verify orders-answer
//! }
//! ````

use crate::diagnostic::{Diagnostic, Severity};
use crate::rules::{Context, Finder, Rule};
use crate::source::Span;

pub const RULE: Rule =
    Rule { name: "people/placeholder", severity: Severity::Warning, finder: Finder::Rule(check), text: include_str!("placeholder.rs") };

/// What people write into brackets in place of something else: the bracket's first word, in lower case.
const BRACKETS: [&str; 22] = [
    "tbd",
    "todo",
    "tba",
    "tbc",
    "email",
    "e-mail",
    "phone",
    "name",
    "date",
    "contact",
    "emergency",
    "insert",
    "your",
    "fill",
    "placeholder",
    "xxx",
    "commit",
    "version",
    "url",
    "link",
    "ticket",
    "person",
];

/// Words of which one stands among others between angles: `<backup_file>`, `<previous-tag>`.
const ANGLED: [&str; 17] = [
    "commit",
    "version",
    "tag",
    "sha",
    "hash",
    "revision",
    "file",
    "path",
    "host",
    "name",
    "id",
    "url",
    "user",
    "date",
    "timestamp",
    "previous",
    "your",
];

/// Words that stand for something that is missing, as they are written.
const WORDS: [&str; 5] = [concat!("TO", "DO"), "TBD", concat!("FIX", "ME"), "XXX", "XXXX"];

/// Dates that nobody has set.
const YEARS: [&str; 2] = ["20XX", "-XX-XX"];

fn check(context: &Context<'_>, findings: &mut Vec<Diagnostic>) {
    for (file, source) in context.sources.iter() {
        let written: Vec<&str> = WORDS.into_iter().chain(YEARS).filter(|word| source.text.contains(word)).collect();
        let may_hold = |line: &str| line.contains(['[', '<']) || written.iter().any(|word| line.contains(word));
        let mut start = 0;
        for line in source.text.split_inclusive('\n') {
            let is_read = !line.trim_start().starts_with('#') && may_hold(line);
            if let Some(range) = is_read.then(|| placeholder(line)).flatten() {
                let span = Span::new(file, start + range.start, start + range.end);
                let message = format!("`{}` was to be filled in: whoever reads this at night can do nothing with it", &line[range]);
                findings.push(
                    Diagnostic::error(RULE.name, span, message, "still open")
                        .severity(RULE.severity)
                        .help("write what belongs here, or take the line out"),
                );
            }
            start += line.len();
        }
    }
}

/// Returns the first placeholder of a line.
fn placeholder(line: &str) -> Option<std::ops::Range<usize>> {
    let words = line.split(|c: char| !c.is_ascii_alphanumeric() && c != '_' && c != '-' && c != '/' && c != '.');
    let mut all: Vec<std::ops::Range<usize>> = Vec::new();
    for word in words.filter(|word| WORDS.contains(word)) {
        let at = word.as_ptr() as usize - line.as_ptr() as usize;
        all.push(at..at + word.len());
    }
    for (open, close) in [('[', ']'), ('<', '>')] {
        for (at, _) in line.match_indices(open) {
            let Some(length) = line[at..].find(close) else { break };
            let inside = &line[at + 1..at + length];
            // `<commit-before-phase-5>`, and not the tag of a markup.
            let named = open == '<'
                && inside.contains(['-', '_'])
                && inside.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-_".contains(&byte))
                && inside.split(['-', '_']).any(|part| ANGLED.contains(&part.to_lowercase().as_str()))
                && !line.contains("</");
            let first = inside.split(|c: char| !c.is_ascii_alphanumeric() && c != '-').next().unwrap_or("").to_lowercase();
            // An index, a character class, a link's text and a type's parameter are none.
            let prose = inside.split(' ').count() <= 4 && !inside.contains(['"', '\'', '=', ',', '@', ':', '/', '$', '(']);
            let before = line[..at].chars().next_back();
            let free = before.is_none_or(|c| matches!(c, ' ' | '"' | '\'' | '=' | '(' | ':' | '\t' | '>'))
                && !line[at + length + 1..].starts_with('(');
            let prose = prose && BRACKETS.contains(&first.as_str()) && !line.contains(&format!("</{inside}>"));
            if free && (named || prose) {
                all.push(at..at + length + 1);
            }
        }
    }
    let years = YEARS.iter().find_map(|year| line.find(year));
    all.extend(years.map(|at| at..(at + 4).min(line.len())));
    all.into_iter().min_by_key(|range| range.start)
}
