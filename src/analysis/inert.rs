//! Code that does nothing: empty, only comments, only reading or printing. In doubt code does something.

use crate::effect::sh;
use crate::plan::action::{Code, Language};

/// SQL that leaves no trace, by its first word.
const QUIET_SQL: [&str; 14] =
    ["begin", "commit", "end", "explain", "help", "release", "reset", "savepoint", "select", "set", "show", "start", "table", "values"];

/// Functions that only compute; a `SELECT` of any other may do something.
const PURE_FUNCTIONS: [&str; 12] =
    ["avg", "coalesce", "concat", "count", "current_database", "length", "lower", "max", "min", "now", "sum", "version"];

/// Commands of psql that leave no trace.
const QUIET_META: [&str; 6] = ["\\echo", "\\pset", "\\qecho", "\\set", "\\timing", "\\x"];

/// Returns why `code` does nothing, in words that follow "it": "is empty", "only prints"; `None` when it may do something.
pub fn inert(code: &Code) -> Option<&'static str> {
    match code.language {
        Language::Sql => inert_sql(&code.text),
        Language::Sh | Language::Bash => inert_shell(code),
        _ => code.text.trim().is_empty().then_some("is empty"),
    }
}

fn inert_sql(text: &str) -> Option<&'static str> {
    if text.trim().is_empty() {
        return Some("is empty");
    }
    let bare = without_sql_comments(text)?;
    let statements: Vec<&str> = bare.split(';').map(str::trim).filter(|statement| !statement.is_empty()).collect();
    if statements.is_empty() {
        return Some("holds comments only");
    }
    if statements.iter().all(|statement| matches!(first_word(statement).as_str(), "rollback" | "abort")) {
        return Some("rolls back a transaction that has been committed by then");
    }
    statements.iter().all(|statement| is_quiet_sql(statement)).then_some("changes nothing")
}

fn is_quiet_sql(statement: &str) -> bool {
    let word = first_word(statement);
    if word.starts_with('\\') {
        return QUIET_META.contains(&word.as_str()) && !statement.contains('\n');
    }
    let lower = statement.to_lowercase();
    // `SELECT … INTO` creates a table, and `EXPLAIN ANALYZE DELETE` deletes.
    let writes = lower.split_whitespace().any(|word| matches!(word, "into" | "analyze" | "analyse"));
    QUIET_SQL.contains(&word.as_str()) && !writes && functions(&lower).all(|name| PURE_FUNCTIONS.contains(&name))
}

/// Returns the names directly before an opening parenthesis.
fn functions(text: &str) -> impl Iterator<Item = &str> {
    text.match_indices('(').map(|(at, _)| {
        let before = text[..at].trim_end();
        let start = before.rfind(|c: char| !c.is_alphanumeric() && c != '_' && c != '.').map_or(0, |at| at + 1);
        &before[start..]
    })
}

/// Returns the text without comments, or `None` when it holds strings or bodies, in which a `;` may stand.
fn without_sql_comments(text: &str) -> Option<String> {
    let mut bare = String::new();
    let mut rest = text;
    while let Some(c) = rest.chars().next() {
        if rest.starts_with("--") {
            rest = rest.find('\n').map_or("", |at| &rest[at..]);
        } else if rest.starts_with("/*") {
            rest = rest.find("*/").map_or("", |at| &rest[at + 2..]);
            bare.push(' ');
        } else if rest.starts_with("$$") {
            return None;
        } else if c == '\'' || c == '"' {
            let end = rest[1..].find(c)? + 2;
            if rest[..end].contains(';') {
                return None;
            }
            bare.push_str(&rest[..end]);
            rest = &rest[end..];
        } else {
            bare.push(c);
            rest = &rest[c.len_utf8()..];
        }
    }
    Some(bare)
}

fn inert_shell(code: &Code) -> Option<&'static str> {
    let text = &code.text;
    if text.trim().is_empty() {
        return Some("is empty");
    }
    if text.lines().map(str::trim).all(|line| line.is_empty() || line.starts_with('#')) {
        return Some("holds comments only");
    }
    let script = sh::alone(code);
    let programs = script.commands.iter().filter_map(|command| command.words.first()?.text.as_deref());
    let prints = programs.into_iter().any(|program| matches!(program, "echo" | "printf"));
    script.is_hollow().then_some(if prints { "only prints" } else { "changes nothing" })
}

fn first_word(text: &str) -> String {
    text.split(|c: char| c.is_whitespace() || c == '(').next().unwrap_or("").to_lowercase()
}

#[cfg(test)]
mod tests {
    use super::{inert_shell, inert_sql};
    use crate::plan::action::{Code, Language};
    use crate::source::Span;

    fn shell(text: &str) -> Option<&'static str> {
        inert_shell(&Code::new(Language::Sh, text.to_owned(), Span::default()))
    }

    #[test]
    fn sql_that_does_nothing() {
        assert_eq!(inert_sql(" \n"), Some("is empty"));
        assert_eq!(inert_sql("-- nothing\n/* to; do */"), Some("holds comments only"));
        assert_eq!(inert_sql("BEGIN;\nSELECT 1;\nCOMMIT;"), Some("changes nothing"));
        assert_eq!(inert_sql("SELECT count(*) FROM users; -- DROP TABLE users"), Some("changes nothing"));
        assert_eq!(inert_sql("ROLLBACK;"), Some("rolls back a transaction that has been committed by then"));
        assert_eq!(inert_sql("\\echo 'nothing to do'"), Some("changes nothing"));
    }

    #[test]
    fn sql_that_may_do_something() {
        for text in [
            "DROP TABLE t;",
            "SELECT restore_everything();",
            "SELECT * INTO kept FROM users;",
            "EXPLAIN ANALYZE DELETE FROM users;",
            "\\i undo.sql",
            "DO $$ BEGIN END $$;",
            "SET x = 1; UPDATE t SET a = 'b;c';",
            "WITH gone AS (DELETE FROM t RETURNING *) SELECT 1;",
            "SELECT 'unclosed",
        ] {
            assert_eq!(inert_sql(text), None, "{text}");
        }
    }

    #[test]
    fn shell_that_does_nothing() {
        assert_eq!(shell("# by hand\n"), Some("holds comments only"));
        assert_eq!(shell("set -eu\necho 'no rollback needed'\nexit 0"), Some("only prints"));
        assert_eq!(shell("echo sorry >&2; true"), Some("only prints"));
        assert_eq!(shell(":"), Some("changes nothing"));
        assert_eq!(shell("psql -c 'SELECT count(*) FROM t' | grep 0"), Some("changes nothing"));
        assert_eq!(shell("if kubectl get deploy/web; then\n  exit 0\nfi"), Some("changes nothing"));
    }

    #[test]
    fn shell_that_may_do_something() {
        for text in [
            "echo on > /etc/flag",
            "echo 'DROP TABLE t' | psql",
            "echo $(./undo.sh)",
            "true && ./undo.sh",
            "git revert HEAD",
            "FLAG=1 ./undo.sh",
        ] {
            assert_eq!(shell(text), None, "{text}");
        }
    }
}
