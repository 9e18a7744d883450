//! SQL cut into units: one transaction each, or one statement that can't stand in a transaction.
//!
//! Each unit is a session of its own, so what sets the session up is repeated in every later one. What can't be cut without
//! changing what it means is refused.

use crate::analysis::transaction;
use crate::diagnostic::Diagnostic;
use crate::effect::sql::{self, Dialect, Kind, Statement};
use crate::plan::action::Code;
use crate::plan::target::TargetKind;

use super::code::ended;
use super::draft::Draft;

mod mysql;

/// A piece of a step's SQL that is carried out, and resumed, by itself.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Unit {
    pub(super) mode: Mode,
    pub(super) text: String,
}

/// How a unit is carried out.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Mode {
    /// In one transaction, which records it.
    Transaction,
    /// Outside of any; after a crash nothing but its record tells whether it was done.
    Alone,
    /// The same on MySQL and MariaDB, where the definitions of what it names tell it too.
    Traced,
}

impl Mode {
    /// Returns the word as `steps.sh` has it.
    pub(super) fn word(self) -> &'static str {
        match self {
            Mode::Transaction => "tx",
            Mode::Alone => "auto",
            Mode::Traced => "ddl",
        }
    }

    /// Returns how it is run, for people.
    pub(super) fn scope(self) -> &'static str {
        match self {
            Mode::Transaction => "in one transaction",
            Mode::Alone | Mode::Traced => "outside a transaction",
        }
    }
}

/// Returns the units of a step's SQL, in order. Text that is one transaction is one unit, as it was written.
pub(super) fn units(code: &Code, kind: TargetKind, draft: &mut Draft) -> Vec<Unit> {
    let Some(dialect) = Dialect::of(kind) else { return Vec::new() };
    let text = code.text.as_str();
    let statements = sql::of(code, dialect);
    let words = |statement: &Statement| first_words(&text[statement.range.clone()]);
    if let Some(own) = transaction::finding(code, dialect) {
        draft.refuse(own);
        return Vec::new();
    }
    if dialect == Dialect::Mysql && !mysql::is_readable(code, &statements, draft) {
        return Vec::new();
    }
    let is_alone = |it: &&Statement| matches!(it.kind, Kind::Alone | Kind::Traced);
    if !statements.iter().any(|it| is_alone(&it)) {
        let text = if dialect == Dialect::Mysql { mysql::closed(text, &statements) } else { text.to_owned() };
        return vec![Unit { mode: Mode::Transaction, text }];
    }
    let bound = |it: &Statement| bound_to_session(it, &words(it), dialect).or_else(|| mysql::bound_to_session(it, text, dialect));
    if let Some((what, why)) = statements.iter().find_map(bound) {
        let alone = statements.iter().find(is_alone).map_or("", |it| &text[it.range.clone()]);
        let alone = alone.lines().next().unwrap_or_default();
        draft.refuse(
            Diagnostic::error("form/not-yet", code.span, format!("the bundle can't cut this SQL into units: {what} {why}"), "this SQL")
                .help(format!("`{alone}` can't stand in a transaction: give it a step of its own")),
        );
        return Vec::new();
    }
    match dialect {
        Dialect::Mysql => mysql::cut(text, &statements, &words),
        Dialect::Postgres | Dialect::Sqlite => cut(text, &statements, &words),
    }
}

fn cut(text: &str, statements: &[Statement], words: &dyn Fn(&Statement) -> Vec<String>) -> Vec<Unit> {
    let mut units: Vec<Unit> = Vec::new();
    let mut session = String::new();
    // Settings that no unit holds yet, as written and bare: they belong to the next unit, whichever kind that is.
    let (mut waiting, mut waiting_bare) = (String::new(), String::new());
    let mut from = 0;
    for statement in statements {
        let end = line_end(text, statement.range.end);
        let piece = ended(text[from..end].trim_start_matches('\n'));
        from = end;
        let mode = if statement.kind == Kind::Alone { Mode::Alone } else { Mode::Transaction };
        let open = units.last_mut().filter(|unit| unit.mode == Mode::Transaction && mode == Mode::Transaction);
        if sets_up(statement, &words(statement)) {
            let bare = ended(text[statement.range.clone()].trim_end());
            match open {
                Some(unit) => {
                    unit.text.push_str(&piece);
                    session.push_str(&bare);
                }
                None => {
                    waiting.push_str(&piece);
                    waiting_bare.push_str(&bare);
                }
            }
            continue;
        }
        match open {
            Some(unit) => unit.text.push_str(&piece),
            None => {
                units.push(Unit { mode, text: format!("{session}{waiting}{piece}") });
                session.push_str(&waiting_bare);
                waiting.clear();
                waiting_bare.clear();
            }
        }
    }
    if let Some(unit) = units.last_mut() {
        unit.text.push_str(&waiting);
        unit.text.push_str(&ended(text[from..].trim_matches('\n')));
    }
    units
}

/// Returns whether a statement sets the session up and does nothing else, so that it may be said again.
fn sets_up(statement: &Statement, words: &[String]) -> bool {
    let words = words.iter().map(String::as_str).collect::<Vec<_>>();
    match words[..] {
        ["SET", "LOCAL" | "CONSTRAINTS" | "TRANSACTION", ..] => false,
        ["SET" | "RESET" | "USE", ..] => matches!(statement.kind, Kind::Plain),
        [
            "PRAGMA",
            "FOREIGN_KEYS" | "LEGACY_ALTER_TABLE" | "RECURSIVE_TRIGGERS" | "CASE_SENSITIVE_LIKE" | "CACHE_SIZE" | "BUSY_TIMEOUT",
            ..,
        ] => true,
        ["\\SET" | "\\UNSET" | "\\PSET" | "\\ENCODING" | "\\TIMING" | ".TIMEOUT" | ".HEADERS" | ".MODE" | ".PARAMETER", ..] => {
            statement.kind == Kind::Meta
        }
        _ => false,
    }
}

/// Returns what in a statement ends with the session, and why that is in the way of cutting.
fn bound_to_session(statement: &Statement, words: &[String], dialect: Dialect) -> Option<(String, &'static str)> {
    let first = words.first()?;
    let name = format!("`{}`", first.to_lowercase());
    match first.as_str() {
        "\\IF" | "\\ELIF" | "\\ELSE" | "\\ENDIF" => Some((name, "reaches over several statements")),
        "\\C" | "\\CONNECT" => Some((name, "would have to be repeated")),
        "ATTACH" | "DETACH" if dialect == Dialect::Sqlite => {
            Some((format!("`{first}`"), "lasts as long as its connection, and each unit has one of its own"))
        }
        "CREATE" if statement.kind == Kind::Plain && words.iter().skip(1).take(2).any(|word| word == "TEMP" || word == "TEMPORARY") => {
            Some(("a temporary table".to_owned(), "is gone in the next unit"))
        }
        "PREPARE" | "DECLARE" | "LISTEN" => Some((format!("`{first}`"), "ends with its session, and each unit has one of its own")),
        _ => None,
    }
}

/// Returns the first words in upper case.
fn first_words(statement: &str) -> Vec<String> {
    let separators = |character: char| character.is_whitespace() || matches!(character, ';' | '=' | '(');
    statement.split(separators).filter(|word| !word.is_empty()).take(4).map(str::to_uppercase).collect()
}

/// Returns the end of the line that a statement ends on, if nothing but a comment follows it there.
fn line_end(text: &str, end: usize) -> usize {
    let line = text[end..].split_inclusive('\n').next().unwrap_or_default();
    let rest = line.trim();
    if rest.is_empty() || rest.starts_with("--") || rest.starts_with('#') { end + line.len() } else { end }
}

#[cfg(test)]
mod tests {
    use crate::plan::action::Language;
    use crate::source::Span;

    use super::*;

    fn cut(text: &str, kind: TargetKind) -> Result<String, String> {
        let code = Code::new(Language::Sql, text.to_owned(), Span::default());
        let mut draft = Draft::default();
        let units = units(&code, kind, &mut draft);
        match draft.findings.first() {
            Some(finding) => Err(format!("{}: {}", finding.code, finding.message)),
            None => Ok(units.iter().map(|unit| format!("{}:\n{}", unit.mode.word(), unit.text)).collect::<String>()),
        }
    }

    #[test]
    fn one_transaction_is_one_unit_as_written() {
        let text = "-- first\nALTER TABLE a ADD b int;\n\n  SAVEPOINT x; ROLLBACK TO x;\nUPDATE a SET b = 1 -- no semicolon\n";
        assert_eq!(cut(text, TargetKind::Postgres), Ok(format!("tx:\n{text}")));
    }

    #[test]
    fn a_statement_that_stands_alone_is_a_unit_between_transactions() {
        let text = "ALTER TABLE a ADD b int; -- wide\n-- slow\nCREATE INDEX CONCURRENTLY i ON a (b);\n\nUPDATE a SET b = 1;\nDELETE FROM c;\n-- end\n";
        let expected = "tx:\nALTER TABLE a ADD b int; -- wide\nauto:\n-- slow\nCREATE INDEX CONCURRENTLY i ON a (b);\ntx:\nUPDATE a SET b = 1;\nDELETE FROM c;\n-- end\n";
        assert_eq!(cut(text, TargetKind::Postgres), Ok(expected.to_owned()));
    }

    #[test]
    fn each_statement_that_stands_alone_is_a_unit_of_its_own() {
        assert_eq!(cut("VACUUM a; VACUUM b", TargetKind::Postgres), Ok("auto:\nVACUUM a;\nauto:\n VACUUM b\n".to_owned()));
    }

    #[test]
    fn what_sets_the_session_up_is_said_in_every_unit() {
        let text = "\\set rows 5\nSET search_path = shop;\nUPDATE a SET b = :rows;\nSET ROLE owner;\nREINDEX TABLE CONCURRENTLY a;\nSET LOCAL x = 1;\n";
        let expected = "tx:\n\\set rows 5\nSET search_path = shop;\nUPDATE a SET b = :rows;\nSET ROLE owner;\n\
            auto:\n\\set rows 5\nSET search_path = shop;\nSET ROLE owner;\nREINDEX TABLE CONCURRENTLY a;\n\
            tx:\n\\set rows 5\nSET search_path = shop;\nSET ROLE owner;\nSET LOCAL x = 1;\n";
        assert_eq!(cut(text, TargetKind::Postgres), Ok(expected.to_owned()));
    }

    #[test]
    fn settings_between_two_that_stand_alone_are_said_once_in_the_second() {
        let text = "VACUUM a;\n-- why\nSET x = 1;\nVACUUM b;\nSET y = 2;\n";
        assert_eq!(cut(text, TargetKind::Postgres), Ok("auto:\nVACUUM a;\nauto:\n-- why\nSET x = 1;\nVACUUM b;\nSET y = 2;\n".to_owned()));
    }

    #[test]
    fn sqlite_vacuums_outside_a_transaction() {
        let text = "PRAGMA foreign_keys = ON;\nDELETE FROM a;\nVACUUM;\n";
        let expected = "tx:\nPRAGMA foreign_keys = ON;\nDELETE FROM a;\nauto:\nPRAGMA foreign_keys = ON;\nVACUUM;\n";
        assert_eq!(cut(text, TargetKind::Sqlite), Ok(expected.to_owned()));
    }

    #[test]
    fn transactions_of_the_author_are_refused() {
        for text in
            ["BEGIN;\nDELETE FROM a;\nCOMMIT;\n", "DELETE FROM a; COMMIT", "START TRANSACTION; SELECT 1", "SELECT 1; ROLLBACK;", "END;"]
        {
            let finding = cut(text, TargetKind::Postgres).expect_err(text);
            assert!(finding.starts_with("form/own-transaction: this SQL handles its transaction by itself: `"), "{finding}");
        }
    }

    #[test]
    fn what_would_mean_something_else_in_pieces_is_refused() {
        let texts = [
            ("CREATE TEMP TABLE a (b int); VACUUM c;", TargetKind::Postgres),
            ("\\if :x\nVACUUM c;\n\\endif\n", TargetKind::Postgres),
            ("ATTACH 'x.db' AS x;\nDELETE FROM x.a;\nVACUUM;\n", TargetKind::Sqlite),
        ];
        for (text, kind) in texts {
            let finding = cut(text, kind).expect_err(text);
            assert!(finding.starts_with("form/not-yet: the bundle can't cut this SQL into units: "), "{finding}");
        }
    }

    #[test]
    fn nothing_is_lost_between_units() {
        let text = "-- a\nSELECT 1; /* b */ VACUUM; SELECT 2 /* c */;;\n-- d";
        let units = cut(text, TargetKind::Postgres).expect("units");
        for piece in ["-- a", "SELECT 1;", "/* b */", "VACUUM;", "SELECT 2 /* c */;", "-- d"] {
            assert_eq!(units.matches(piece).count(), 1, "{piece} in {units}");
        }
    }
}
