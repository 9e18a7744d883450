//! SQL cut into statements, each with what it means for the transaction that it would stand in.
//!
//! Only the lexis is read (quotes, comments, dollar quotes, data of `COPY`, commands of the client) and the first words;
//! what a statement does to objects is not known here. Sources: the server's documentation of each statement, and what
//! was tried on PostgreSQL 15 and SQLite 3.40.

mod lexis;

use std::ops::Range;

/// Whose SQL it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Dialect {
    Postgres,
    Sqlite,
}

/// What a statement means for a transaction.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// May stand in a transaction with others.
    Plain,
    /// Can't stand in a transaction block.
    Alone,
    /// Begins, ends or marks a transaction.
    Control,
    /// A command of the client: `\…` of psql, `.…` of sqlite3.
    Meta,
}

/// One statement: its bytes without surrounding white space, its `;` included.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Statement {
    pub range: Range<usize>,
    pub kind: Kind,
}

/// Returns the statements of a text, in order. Comments between statements belong to none.
pub fn split(text: &str, dialect: Dialect) -> Vec<Statement> {
    lexis::cut(text, dialect)
        .into_iter()
        .map(|piece| {
            let kind = if piece.meta { Kind::Meta } else { kind(&piece.words, &text[piece.range.clone()], dialect) };
            Statement { range: piece.range, kind }
        })
        .collect()
}

/// A statement that destroys data for good, told by its words alone.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Destruction {
    /// The statement's bytes.
    pub range: Range<usize>,
    /// What it does, in SQL's words: `DROP TABLE`.
    pub words: &'static str,
}

/// Returns the statements of a text that destroy data: tables, schemas and databases that are dropped, columns too,
/// `TRUNCATE`, and `DELETE` of everything. What the same text created before is its own. Statements that only running
/// the code could show are not among them.
pub fn destructions(text: &str, dialect: Dialect) -> Vec<Destruction> {
    let mut own: Vec<String> = Vec::new();
    let mut found = Vec::new();
    for piece in lexis::cut(text, dialect).into_iter().filter(|piece| !piece.meta) {
        let words: Vec<&str> = piece.words.iter().map(String::as_str).collect();
        if words.first() == Some(&"CREATE") && words.iter().take(4).any(|word| *word == "TABLE") {
            own.extend(table_after(&words, "TABLE"));
            continue;
        }
        let destroys = match words.as_slice() {
            ["DROP", "TABLE", ..] => Some("DROP TABLE"),
            ["DROP", "SCHEMA", ..] => Some("DROP SCHEMA"),
            ["DROP", "DATABASE", ..] => Some("DROP DATABASE"),
            ["TRUNCATE", ..] => Some("TRUNCATE"),
            ["DELETE", ..] if !words.contains(&"WHERE") => Some("DELETE"),
            ["ALTER", "TABLE", ..] if drops_column(&words) => Some("DROP COLUMN"),
            _ => None,
        };
        let of_own = destroys == Some("DROP TABLE") && table_after(&words, "TABLE").is_some_and(|table| own.contains(&table));
        if let Some(words) = destroys.filter(|_| !of_own) {
            found.push(Destruction { range: piece.range, words });
        }
    }
    found
}

/// `ALTER TABLE t DROP [COLUMN] c`; not of a constraint, a default, an identity or the like.
fn drops_column(words: &[&str]) -> bool {
    const OTHERS: [&str; 10] = ["CONSTRAINT", "DEFAULT", "NOT", "IDENTITY", "EXPRESSION", "INDEX", "KEY", "FOREIGN", "PRIMARY", "CHECK"];
    words.iter().enumerate().skip(2).any(|(at, word)| *word == "DROP" && words.get(at + 1).is_none_or(|next| !OTHERS.contains(next)))
}

/// Returns the unquoted name behind a word and behind `IF [NOT] EXISTS`.
fn table_after(words: &[&str], word: &str) -> Option<String> {
    let at = words.iter().position(|other| *other == word)?;
    words[at + 1..].iter().find(|word| !["IF", "NOT", "EXISTS", "ONLY"].contains(word)).map(|word| (*word).to_owned())
}

/// Judges by the first words, in upper case.
fn kind(words: &[String], text: &str, dialect: Dialect) -> Kind {
    let words: Vec<&str> = words.iter().map(String::as_str).collect();
    match words.first().copied() {
        Some("BEGIN" | "COMMIT" | "ROLLBACK" | "SAVEPOINT" | "RELEASE" | "END" | "ABORT") => Kind::Control,
        Some("START") if words.get(1) == Some(&"TRANSACTION") => Kind::Control,
        Some("PREPARE") if words.get(1) == Some(&"TRANSACTION") => Kind::Control,
        _ => {
            let alone = match dialect {
                Dialect::Postgres => alone_in_postgres(&words, text),
                Dialect::Sqlite => alone_in_sqlite(&words),
            };
            if alone { Kind::Alone } else { Kind::Plain }
        }
    }
}

fn alone_in_postgres(words: &[&str], text: &str) -> bool {
    let has = |word: &str| words.contains(&word);
    match words {
        ["VACUUM", ..] | ["ALTER", "SYSTEM", ..] | ["CLUSTER"] | ["DISCARD", "ALL", ..] => true,
        ["CREATE" | "DROP", "DATABASE" | "TABLESPACE", ..] => true,
        ["ALTER", "DATABASE", ..] => has("TABLESPACE"),
        ["REINDEX", ..] => has("CONCURRENTLY") || words.iter().any(|word| ["SCHEMA", "DATABASE", "SYSTEM"].contains(word)),
        ["CREATE" | "DROP", "INDEX" | "UNIQUE", ..] => words.iter().take(4).any(|word| *word == "CONCURRENTLY"),
        ["ALTER", "TABLE", ..] => has("DETACH") && has("CONCURRENTLY"),
        // Inside a transaction the new value can't be used before the commit, and servers before 12 refuse it there.
        ["ALTER", "TYPE", ..] => words.windows(2).any(|pair| pair == ["ADD", "VALUE"]),
        ["CREATE", "SUBSCRIPTION", ..] => {
            let lower = text.to_lowercase().replace(' ', "");
            !(lower.contains("create_slot=false") || lower.contains("connect=false"))
        }
        ["ALTER", "SUBSCRIPTION", ..] => {
            has("REFRESH") || (has("PUBLICATION") && !text.to_lowercase().replace(' ', "").contains("refresh=false"))
        }
        ["DROP", "SUBSCRIPTION", ..] => true,
        _ => false,
    }
}

fn alone_in_sqlite(words: &[&str]) -> bool {
    match words {
        ["VACUUM" | "ATTACH" | "DETACH", ..] => true,
        ["PRAGMA", name, ..] => *name == "JOURNAL_MODE",
        _ => false,
    }
}

#[cfg(test)]
mod tests;
