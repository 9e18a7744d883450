//! What a statement surely destroys, read off its keywords. Narrowing types and `CASCADE` need more than keywords.

use super::words::Words;

/// What is destroyed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum What {
    Database,
    Schema,
    Table,
    /// A materialised view, a sequence, a type, an extension: with what it holds.
    Object,
    Column,
    /// Every row of a table: `TRUNCATE`, `DELETE` without `WHERE`.
    Rows,
    /// A column's value in every row: `UPDATE` without `WHERE`.
    Values,
}

/// One thing that is destroyed: its name as SQL spells it, and where that stands in the text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Destroyed {
    pub what: What,
    /// `users`, `users.legacy`, `"Order Lines"`.
    pub name: String,
    /// The bytes of the name.
    pub range: std::ops::Range<usize>,
}

/// Returns what a statement destroys.
pub fn destroyed(words: &Words<'_>) -> Vec<Destroyed> {
    match words.text(0).to_ascii_lowercase().as_str() {
        "drop" => dropped(words),
        "truncate" => {
            let from = if words.is(1, "table") { 2 } else { 1 };
            names(words, from, What::Rows)
        }
        "alter" if words.is(1, "table") => altered(words),
        "delete" | "update" | "with" => rows(words),
        _ => Vec::new(),
    }
}

fn dropped(words: &Words<'_>) -> Vec<Destroyed> {
    let (what, from) = match words.text(1).to_ascii_lowercase().as_str() {
        "table" => (What::Table, 2),
        "foreign" if words.is(2, "table") => (What::Object, 3),
        "materialized" if words.is(2, "view") => (What::Object, 3),
        "schema" => (What::Schema, 2),
        "database" => (What::Database, 2),
        "sequence" | "type" | "domain" | "extension" => (What::Object, 2),
        "owned" if words.is(2, "by") => (What::Object, 3),
        _ => return Vec::new(),
    };
    names(words, from, what)
}

/// Returns the names of a list that begins at `from`, behind `IF EXISTS` and `ONLY`.
fn names(words: &Words<'_>, from: usize, what: What) -> Vec<Destroyed> {
    let mut found = Vec::new();
    let mut at = if words.are(from, &["if", "exists"]) { from + 2 } else { from };
    loop {
        at += usize::from(words.is(at, "only"));
        let Some((name, behind)) = words.name(at) else { return found };
        found.push(Destroyed { what, name: words.written(name), range: name.range() });
        at = behind + usize::from(words.is_sign(behind, b'*'));
        if !words.is_sign(at, b',') {
            return found;
        }
        at += 1;
    }
}

/// The columns that an `ALTER TABLE` drops.
fn altered(words: &Words<'_>) -> Vec<Destroyed> {
    let mut at = if words.are(2, &["if", "exists"]) { 4 } else { 2 };
    at += usize::from(words.is(at, "only"));
    let Some((table, behind)) = words.name(at) else { return Vec::new() };
    let mut found = Vec::new();
    let mut depth = 0_usize;
    let mut begins = true;
    let mut index = behind + usize::from(words.is_sign(behind, b'*'));
    while index < words.len() {
        if words.is_sign(index, b'(') {
            depth += 1;
        } else if words.is_sign(index, b')') {
            depth = depth.saturating_sub(1);
        } else if depth == 0 && words.is_sign(index, b',') {
            begins = true;
            index += 1;
            continue;
        } else if begins && words.is(index, "drop") {
            found.extend(column(words, index + 1, &words.written(table)));
        }
        begins = false;
        index += 1;
    }
    found
}

/// The column behind a `DROP` of an `ALTER TABLE`; constraints and the like hold no data.
fn column(words: &Words<'_>, at: usize, table: &str) -> Option<Destroyed> {
    let mut at = at;
    if words.is(at, "column") {
        at += 1;
    } else if words.is_one(at, &["constraint", "primary", "foreign", "index", "key", "check", "partition"]) {
        return None;
    }
    if words.are(at, &["if", "exists"]) {
        at += 2;
    }
    let (name, _) = words.name(at)?;
    Some(Destroyed { what: What::Column, name: format!("{table}.{}", words.written(name)), range: name.range() })
}

/// `DELETE` and `UPDATE` without a `WHERE` of their own, also inside `WITH`.
fn rows(words: &Words<'_>) -> Vec<Destroyed> {
    let mut found = Vec::new();
    for index in 0..words.len() {
        let begins = index == 0 || words.is_sign(index - 1, b'(') || words.is_sign(index - 1, b')');
        let what = match () {
            () if begins && words.are(index, &["delete", "from"]) => What::Rows,
            () if begins && words.is(index, "update") => What::Values,
            () => continue,
        };
        let mut at = index + if what == What::Rows { 2 } else { 1 };
        if words.is(at, "or") {
            // UPDATE OR IGNORE …
            at += 2;
        }
        at += usize::from(words.is(at, "only"));
        let Some((name, behind)) = words.name(at) else { continue };
        if !is_bounded(words, behind) {
            found.push(Destroyed { what, name: words.written(name), range: name.range() });
        }
    }
    found
}

/// Returns whether a `WHERE` or `LIMIT` stands at the depth of the statement that goes on at `from`.
fn is_bounded(words: &Words<'_>, from: usize) -> bool {
    let mut depth = 0_usize;
    for index in from..words.len() {
        if words.is_sign(index, b'(') {
            depth += 1;
        } else if words.is_sign(index, b')') {
            let Some(outer) = depth.checked_sub(1) else { return false };
            depth = outer;
        } else if depth == 0 && words.is_one(index, &["where", "limit"]) {
            return true;
        }
    }
    false
}
