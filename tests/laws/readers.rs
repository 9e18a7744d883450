//! Any text is read without a panic, and what is read of it lies where it says: SQL in each dialect, shell, its table of tools.
//!
//! `RBK_FUZZ_CASES` sets the number of cases, and makes each run another.

use proptest::prelude::*;
use proptest::test_runner::{Config, TestRunner};
use rbk::effect::sh;
use rbk::effect::sql::{Dialect, Dump, Statement, inverse, inverse_on, split};

const DIALECTS: [Dialect; 3] = [Dialect::Postgres, Dialect::Mysql, Dialect::Sqlite];

/// Words and signs of SQL that change what stands behind them.
const SQL: &[&str] = &[
    "CREATE ",
    "TABLE ",
    "ALTER ",
    "DROP ",
    "COLUMN ",
    "ADD ",
    "INDEX ",
    "ON ",
    "users ",
    "\"Odd\" ",
    "`b` ",
    "[c] ",
    "app.",
    "(",
    ")",
    ",",
    ";",
    "'",
    "''",
    "\"",
    "`",
    "$$",
    "$x$",
    "$1",
    "--",
    "/*",
    "*/",
    "/*!50000 ",
    "#",
    "\\",
    "\\.\n",
    "\n",
    "DELIMITER //\n",
    "//",
    "BEGIN ",
    "END",
    "CASE ",
    "COPY t FROM stdin;\n",
    "1\t2\n",
    "SELECT ",
    "FROM ",
    "WHERE ",
    "UPDATE ",
    "SET ",
    "DELETE ",
    "INSERT INTO ",
    "VALUES ",
    "WITH ",
    "AS ",
    "DO ",
    "EXPLAIN ANALYZE ",
    "CONSTRAINT ",
    "CHECK ",
    "DEFAULT ",
    "NOT NULL",
    "TYPE ",
    "USING ",
    "RENAME TO ",
    "CASCADE",
    "IF EXISTS ",
    "GRANT ",
    "PRAGMA ",
    "é",
    "\u{feff}",
    "\u{0}",
    "E'",
    ".dump\n",
    "\\gexec\n",
    "CALL p()",
    "MERGE ",
    "PARTITION OF ",
    "LIKE ",
    "UNIQUE ",
];

/// The same of shell.
const SH: &[&str] = &[
    "psql ",
    "-c ",
    "mysql ",
    "-e",
    "sqlite3 ",
    "db ",
    "pg_dump ",
    "-Fc ",
    "rm ",
    "-rf ",
    "sudo ",
    "ssh ",
    "host ",
    "docker exec ",
    "sh -c ",
    "'",
    "\"",
    "`",
    "$(",
    ")",
    "${",
    "}",
    "$X",
    "$",
    "<<EOF\n",
    "EOF\n",
    "<<'EOF'\n",
    "<",
    ">",
    ">>",
    "|",
    "||",
    "&&",
    ";",
    "\n",
    "if ",
    "then ",
    "fi",
    "for x in ",
    "do ",
    "done",
    "case ",
    "esac",
    "{",
    "(",
    "\\",
    "\\\n",
    "#",
    "DROP TABLE users",
    "xargs ",
    "find . -exec ",
    "\\;",
    "env A=1 ",
    "while ",
    "é",
    "\u{0}",
    "tar czf ",
    "kubectl delete ",
    "--",
    "-",
    "=",
    "*",
    "trap ",
    "eval ",
    "function f ",
    "f() ",
    "[[",
    "]]",
    "time ",
    "aws s3 rm ",
];

/// Runs a law on soups of words, some of them torn.
fn hold(words: &'static [&'static str], law: impl Fn(&str)) {
    let wished = std::env::var("RBK_FUZZ_CASES").ok().and_then(|cases| cases.parse().ok());
    let config = Config { cases: wished.unwrap_or(400), failure_persistence: None, ..Config::default() };
    let mut runner = match wished {
        Some(_) => TestRunner::new(config),
        None => {
            TestRunner::new_with_rng(config, proptest::test_runner::TestRng::deterministic_rng(proptest::test_runner::RngAlgorithm::ChaCha))
        }
    };
    let soup = prop_oneof![
        8 => proptest::collection::vec(proptest::sample::select(words), 0..60).prop_map(|words| words.concat()),
        1 => "\\PC{0,200}",
    ];
    let outcome = runner.run(&soup, |text| {
        law(&text);
        Ok(())
    });
    outcome.unwrap_or_else(|failure| panic!("{failure}"));
}

/// Statements stand one behind the other, on whole characters, and what they name stands in them.
fn placed(text: &str, statements: &[Statement]) {
    let mut end = 0;
    for statement in statements {
        assert!(statement.range.start >= end && text.get(statement.range.clone()).is_some(), "{:?} of {text:?}", statement.range);
        end = statement.range.end;
        for effect in &statement.reading.effects {
            let range = &effect.object.range;
            assert!(
                text.get(range.clone()).is_some() && range.start >= statement.range.start && range.end <= end,
                "{effect:?} in {text:?}"
            );
        }
        assert!(statement.reading.risks.iter().all(|risk| risk.of < statement.reading.effects.len()), "{text:?}");
    }
}

#[test]
fn any_sql_is_read() {
    hold(SQL, |text| {
        for dialect in DIALECTS {
            placed(text, &split(text, dialect));
            let dump = Dump::read(text, dialect);
            for inverse in [inverse(text, dialect), inverse_on(text, dialect, &dump)] {
                let refusals = inverse.err().unwrap_or_default();
                assert!(refusals.iter().all(|refusal| text.get(refusal.range.clone()).is_some()), "{refusals:?} in {text:?}");
            }
        }
    });
}

/// What a script does stands on whole characters of it.
fn placed_in_shell(text: &str) {
    for command in sh::spelled::read(text) {
        let mut places = command.words.iter().chain(command.redirects.iter().map(|(_, word)| word)).map(|word| &word.range);
        assert!(
            text.get(command.range.clone()).is_some() && places.all(|place| text.get(place.clone()).is_some()),
            "{command:?} in {text:?}"
        );
    }
    let script = sh::read(text);
    for command in &script.commands {
        assert!(text.get(command.range.clone()).is_some(), "{:?} of {text:?}", command.range);
        let effects = command.effects().map(|effect| &effect.object.range);
        let places = effects.chain(command.opaque().map(|hidden| &hidden.range)).chain(command.files.iter().map(|file| &file.range));
        places.for_each(|place| assert!(text.get(place.clone()).is_some(), "{place:?} of {text:?}"));
    }
}

#[test]
fn any_shell_is_read() {
    hold(SH, placed_in_shell);
}

/// What stands in a text twice is read as twice as much, and no more: nothing is read again for what stands around it.
#[test]
fn what_is_read_grows_as_the_text_does() {
    let count = |text: &str, dialect: Dialect| -> usize {
        split(text, dialect).iter().map(|statement| 1 + statement.reading.effects.len() + statement.reading.risks.len()).sum()
    };
    for text in [
        "ALTER TABLE users DROP COLUMN age;\n",
        "UPDATE users SET a = 1 WHERE id IN (SELECT id FROM b);\n",
        "CREATE VIEW v AS SELECT 1 FROM t;\n",
    ] {
        for dialect in DIALECTS {
            assert_eq!(count(&text.repeat(200), dialect), 200 * count(text, dialect), "{text}");
        }
    }
}

/// Texts that once were read wrongly.
#[test]
fn what_was_found_stays_mended() {
    for text in ["{$'\u{ae}", "\"\\\"`\u{531}`\"\u{10000}"] {
        placed_in_shell(text);
    }
    let text = "/*!50000 DELIMITER //\nCREATE ";
    placed(text, &split(text, Dialect::Mysql));
    for text in ["DO $x$é''", "DO 'é", "DO $$é"] {
        placed(text, &split(text, Dialect::Postgres));
    }
}
