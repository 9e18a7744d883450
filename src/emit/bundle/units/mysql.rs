//! What is MySQL's and MariaDB's own in cutting SQL: statements that commit by themselves, and the client's `DELIMITER`.

use crate::diagnostic::Diagnostic;
use crate::effect::sql::{Dialect, Kind, Statement};
use crate::plan::action::Code;

use super::super::code::ended;
use super::super::draft::Draft;
use super::{Mode, Unit, line_end, sets_up};

/// Returns whether the text can be cut at all; refuses it where the client would cut it elsewhere than its author meant.
pub(super) fn is_readable(code: &Code, statements: &[Statement], draft: &mut Draft) -> bool {
    let text = code.text.as_str();
    let said = |statement: &Statement| text[statement.range.clone()].to_ascii_uppercase();
    if statements.iter().any(|it| it.opening.starts_with("SET") && said(it).contains("NO_BACKSLASH_ESCAPES")) {
        let message = "with `NO_BACKSLASH_ESCAPES` this SQL would end its strings elsewhere than rbk reads them".to_owned();
        draft.refuse(Diagnostic::error("form/sql-mode", code.span, message, "this SQL").help("take it out of the `sql_mode`"));
        return false;
    }
    let halves = |it: &&Statement| {
        let said = said(it);
        let words: Vec<&str> = said.split(|c: char| !c.is_alphanumeric() && c != '_').filter(|word| !word.is_empty()).collect();
        let routine =
            words.first() == Some(&"CREATE") && words.iter().any(|word| matches!(*word, "PROCEDURE" | "FUNCTION" | "TRIGGER" | "EVENT"));
        let block = words.starts_with(&["BEGIN", "NOT", "ATOMIC"]);
        (routine || block) && words.contains(&"BEGIN") && !words.contains(&"END")
    };
    if let Some(half) = statements.iter().find(halves) {
        let first = text[half.range.clone()].lines().next().unwrap_or_default();
        let message = format!("the client ends `{first}` at its first `;`, inside the body");
        draft.refuse(
            Diagnostic::error("form/delimiter", code.span, message, "this SQL")
                .help("write `DELIMITER //` before it, `END//` at its end, and `DELIMITER ;` behind it"),
        );
        return false;
    }
    true
}

/// Returns what in a statement is gone in the next session, and why that is in the way of cutting.
pub(super) fn bound_to_session(statement: &Statement, text: &str, dialect: Dialect) -> Option<(String, &'static str)> {
    if dialect != Dialect::Mysql || statement.kind != Kind::Plain {
        return None;
    }
    let said = text[statement.range.clone()].to_ascii_uppercase();
    let words: Vec<&str> = said.split_whitespace().collect();
    let computed = said.contains('(') && !said.contains("CONVERT(0X");
    match words.first().copied() {
        Some("SET") if words.get(1).is_some_and(|word| word.starts_with('@') && !word.starts_with("@@")) && computed => {
            Some(("a variable that is computed".to_owned(), "would be computed again in the next unit"))
        }
        _ if words.windows(2).any(|pair| pair[0] == "INTO" && pair[1].starts_with('@')) => {
            Some(("a variable that a query fills".to_owned(), "is gone in the next unit"))
        }
        _ => None,
    }
}

/// Returns the text with its last statement ended, as the client would end it at the end of a file.
pub(super) fn closed(text: &str, statements: &[Statement]) -> String {
    let mut delimiter = ";".to_owned();
    let mut end = None;
    for statement in statements {
        let said = &text[statement.range.clone()];
        match statement.kind {
            Kind::Meta => delimiter = delimiter_of(said, &delimiter),
            _ => end = (!said.ends_with(&delimiter)).then(|| (statement.range.end, delimiter.clone())),
        }
    }
    match end {
        Some((at, delimiter)) => ended(&format!("{}{delimiter}{}", &text[..at], &text[at..])),
        None => ended(text),
    }
}

/// Cuts: each statement that commits by itself is a unit, those between two of them one transaction.
pub(super) fn cut(text: &str, statements: &[Statement], words: &dyn Fn(&Statement) -> Vec<String>) -> Vec<Unit> {
    let mut units: Vec<Unit> = Vec::new();
    // Settings, said again in every unit; and what no unit holds yet.
    let (mut session, mut waiting) = (String::new(), String::new());
    let mut delimiter = ";".to_owned();
    let mut from = 0;
    for statement in statements {
        let said = &text[statement.range.clone()];
        if statement.kind == Kind::Meta {
            waiting.push_str(text[from..statement.range.start].trim_start_matches('\n'));
            delimiter = delimiter_of(said, &delimiter);
            from = line_end(text, statement.range.end);
            continue;
        }
        let end = line_end(text, statement.range.end);
        let close = if said.ends_with(&delimiter) { "" } else { delimiter.as_str() };
        let before = text[from..statement.range.start].trim_start_matches('\n');
        let piece = ended(&format!("{before}{said}{close}{}", &text[statement.range.end..end]));
        let piece = if delimiter == ";" { piece } else { format!("DELIMITER {delimiter}\n{piece}DELIMITER ;\n") };
        from = end;
        let mode = match statement.kind {
            Kind::Alone => Mode::Alone,
            Kind::Traced => Mode::Traced,
            Kind::Plain | Kind::Control | Kind::Meta => Mode::Transaction,
        };
        let setting = sets_up(statement, &words(statement));
        match units.last_mut().filter(|unit| unit.mode == Mode::Transaction && mode == Mode::Transaction) {
            Some(unit) => unit.text.push_str(&format!("{waiting}{piece}")),
            None if setting => {
                waiting.push_str(&piece);
                continue;
            }
            None => units.push(Unit { mode, text: format!("{session}{waiting}{piece}") }),
        }
        session.push_str(&settings(&waiting, &piece, setting));
        waiting.clear();
    }
    if let Some(unit) = units.last_mut() {
        unit.text.push_str(&waiting);
        unit.text.push_str(&ended(text[from..].trim_matches('\n')));
    }
    units
}

/// Returns what of a unit's text is said again in the next: settings that waited for it, and a setting itself.
fn settings(waiting: &str, piece: &str, setting: bool) -> String {
    if setting { format!("{waiting}{piece}") } else { waiting.to_owned() }
}

fn delimiter_of(line: &str, old: &str) -> String {
    line.split_whitespace().nth(1).unwrap_or(old).to_owned()
}

#[cfg(test)]
mod tests {
    use crate::plan::action::Language;
    use crate::plan::target::TargetKind;
    use crate::source::Span;

    use super::*;

    fn cut(text: &str) -> Result<String, String> {
        let code = Code::new(Language::Sql, text.to_owned(), Span::default());
        let mut draft = Draft::default();
        let units = super::super::units(&code, TargetKind::Mariadb, &mut draft);
        match draft.findings.first() {
            Some(finding) => Err(format!("{}: {}", finding.code, finding.message)),
            None => Ok(units.iter().map(|unit| format!("{}:\n{}", unit.mode.word(), unit.text)).collect::<String>()),
        }
    }

    #[test]
    fn rows_are_one_transaction_and_each_definition_is_a_unit() {
        let text = "-- wide\nALTER TABLE a ADD b int; # why\nUPDATE a SET b = 1;\nDELETE FROM c;\nTRUNCATE d;\nDROP TABLE e";
        let expected = "ddl:\n-- wide\nALTER TABLE a ADD b int; # why\ntx:\nUPDATE a SET b = 1;\nDELETE FROM c;\nauto:\nTRUNCATE d;\nddl:\nDROP TABLE e;\n";
        assert_eq!(cut(text), Ok(expected.to_owned()));
        assert_eq!(cut("UPDATE a SET b = 1 -- all\n"), Ok("tx:\nUPDATE a SET b = 1; -- all\n".to_owned()));
    }

    #[test]
    fn settings_and_the_database_are_said_in_every_unit() {
        let text = "USE shop;\nSET @rows = 5;\nALTER TABLE a ADD b int;\nUPDATE a SET b = @rows;\n";
        let expected =
            "ddl:\nUSE shop;\nSET @rows = 5;\nALTER TABLE a ADD b int;\ntx:\nUSE shop;\nSET @rows = 5;\nUPDATE a SET b = @rows;\n";
        assert_eq!(cut(text), Ok(expected.to_owned()));
    }

    #[test]
    fn each_unit_says_its_delimiter() {
        let text = "DROP TRIGGER t;\nDELIMITER $$\n-- body\nCREATE TRIGGER t BEFORE INSERT ON a FOR EACH ROW\nBEGIN\n  SET NEW.b = ';';\nEND$$\nDELIMITER ;\nUPDATE a SET b = 1;\n";
        let expected = "ddl:\nDROP TRIGGER t;\nddl:\nDELIMITER $$\n-- body\nCREATE TRIGGER t BEFORE INSERT ON a FOR EACH ROW\nBEGIN\n  SET NEW.b = ';';\nEND$$\nDELIMITER ;\ntx:\nUPDATE a SET b = 1;\n";
        assert_eq!(cut(text), Ok(expected.to_owned()));
    }

    #[test]
    fn what_the_client_would_cut_elsewhere_is_refused() {
        let texts = [
            ("CREATE TRIGGER t BEFORE INSERT ON a FOR EACH ROW BEGIN SET NEW.b = 1; END;", "form/delimiter"),
            ("SET SESSION sql_mode = 'NO_BACKSLASH_ESCAPES'; UPDATE a SET b = '\\';", "form/sql-mode"),
            ("LOCK TABLES a WRITE;", "form/own-transaction"),
            ("SET autocommit = 0;", "form/own-transaction"),
            ("SET @last = (SELECT max(id) FROM a); ALTER TABLE a ADD b int; DELETE FROM a WHERE id > @last;", "form/not-yet"),
            ("SELECT max(id) INTO @last FROM a; ALTER TABLE a ADD b int; DELETE FROM a WHERE id > @last;", "form/not-yet"),
        ];
        for (text, code) in texts {
            let finding = cut(text).expect_err(text);
            assert!(finding.starts_with(code), "{text}: {finding}");
        }
    }
}
