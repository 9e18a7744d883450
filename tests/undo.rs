//! Inverses proved: SQL is run on a real server, its derived inverse after it, and the database is what it was. What has no
//! inverse is refused in words.

use std::fmt::Write as _;
use std::fs;

use rbk::effect::sql::{Dialect, Dump, inverse, inverse_on};

use tempfile::TempDir;

use crate::corpus;
use crate::servers::{MariaDb, Postgres, difference};

fn lines(file: &str) -> Vec<String> {
    let text = fs::read_to_string(corpus::root().join("tests/undo").join(file)).expect("the statements are there");
    text.lines().filter(|line| !line.is_empty()).map(str::to_owned).collect()
}

/// A server with a database that every text finds as the one before it left it: as it was.
struct Shop {
    server: Postgres,
    before: String,
    folder: TempDir,
}

impl Shop {
    fn open() -> Shop {
        let server = Postgres::start();
        server.create("shop");
        server.file("shop", &corpus::root().join("tests/undo/shop.sql"));
        let before = server.canonical("shop");
        Shop { server, before, folder: tempfile::tempdir().expect("a temporary folder") }
    }

    /// Applies a text and takes it back.
    fn there_and_back(&self, text: &str) {
        let inverse = inverse(text, Dialect::Postgres).unwrap_or_else(|refusals| panic!("{text}\nrefused: {refusals:?}"));
        self.run(text);
        self.run(&inverse.statements.join("\n"));
        let back = self.server.canonical("shop");
        assert!(back == self.before, "{text}\n{}\nleaves\n{}", inverse.statements.join("\n"), difference(&self.before, &back));
    }

    /// Runs each statement by itself, as `psql` does with a file.
    fn run(&self, text: &str) {
        let file = self.folder.path().join("text.sql");
        fs::write(&file, text).expect("the folder is writable");
        self.server.file("shop", &file);
    }
}

#[test]
fn what_is_derived_takes_back_exactly() {
    let shop = Shop::open();
    let statements = lines("postgres.sql");
    assert!(statements.len() > 40, "only {} statements", statements.len());
    statements.iter().for_each(|text| shop.there_and_back(text));
}

#[test]
fn several_in_one_text_are_taken_back_in_the_opposite_order() {
    let shop = Shop::open();
    let statements = lines("postgres.sql");
    // Those that stand in any company: one text can't rename a table and use its old name.
    let statements: Vec<&String> = statements.iter().filter(|text| !text.contains("RENAME") && !text.contains("BEGIN")).collect();
    let mut dice = 7_usize;
    for _ in 0..8 {
        let mut text = String::new();
        let mut taken = Vec::new();
        while taken.len() < 5 {
            dice = dice.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            let pick = (dice >> 33) % statements.len();
            if !taken.contains(&pick) {
                taken.push(pick);
                let _ = writeln!(text, "{}", statements[pick]);
            }
        }
        shop.there_and_back(&text);
    }
}

#[test]
fn what_is_derived_for_mariadb_takes_back_exactly() {
    let server = MariaDb::start();
    server.create("shop");
    server.file("shop", &corpus::root().join("tests/undo/mysql-shop.sql"));
    let before = server.canonical("shop");
    for text in lines("mysql.sql") {
        let back = inverse(&text, Dialect::Mysql).unwrap_or_else(|refusals| panic!("{text}\nrefused: {refusals:?}")).statements.join("\n");
        server.sql("shop", &text);
        assert_ne!(server.canonical("shop"), before, "{text} changes nothing");
        server.sql("shop", &back);
        let now = server.canonical("shop");
        assert!(now == before, "{text}\n{back}\nleaves\n{}", difference(&before, &now));
    }
}

/// Returns a canonical text without rows and numbers reached, which a dump of the schema does not hold.
fn definitions(canonical: &str) -> String {
    let mut rows = false;
    let mut kept = Vec::new();
    for line in canonical.lines() {
        rows = line.starts_with("rows of ") || rows && line.starts_with('(');
        if !rows && !line.starts_with("sequence ") {
            kept.push(line);
        }
    }
    kept.join("\n")
}

#[test]
fn a_schema_says_how_to_make_again_what_is_dropped_and_what_does_not_come_back_is_told() {
    let shop = Shop::open();
    let dump = Dump::read(&shop.server.dump("shop"), Dialect::Postgres);
    let statements = lines("postgres-schema.sql");
    assert!(statements.len() > 30, "only {} statements", statements.len());
    for text in statements {
        let folder = tempfile::tempdir().expect("a temporary folder");
        shop.server.sql("postgres", "CREATE DATABASE trial TEMPLATE shop");
        let run = |text: &str| {
            let file = folder.path().join("text.sql");
            fs::write(&file, text).expect("the folder is writable");
            shop.server.file("trial", &file);
        };
        let back = inverse_on(&text, Dialect::Postgres, &dump).unwrap_or_else(|refusals| panic!("{text}\nrefused: {refusals:?}"));
        run(&text);
        let between = shop.server.canonical("trial");
        assert_ne!(between, shop.before, "{text} changes nothing");
        run(&back.statements.join("\n"));
        let now = shop.server.canonical("trial");
        let what = format!("{text}\n{}\nleaves\n{}", back.statements.join("\n"), difference(&shop.before, &now));
        assert!(definitions(&now) == definitions(&shop.before), "{what}");
        assert!(!back.loses.is_empty() || now == shop.before, "{what}and nothing is told of it");
        shop.server.sql("postgres", "DROP DATABASE trial");
    }
}

#[test]
fn what_the_schema_can_not_make_again_is_refused_in_words() {
    let dump = fs::read_to_string(corpus::root().join("tests/undo/shop.sql")).expect("the schema is there");
    let dump = Dump::read(&dump, Dialect::Postgres);
    let mut out = String::new();
    for text in lines("refused-schema.sql") {
        let refusals = inverse_on(&text, Dialect::Postgres, &dump).expect_err(&text);
        let _ = writeln!(out, "{text}");
        for refusal in refusals {
            let _ = writeln!(out, "  `{}`: {}; {}", &text[refusal.range], refusal.why, refusal.help);
        }
    }
    insta::assert_snapshot!("undo_refused_schema", out);
}

#[test]
fn what_has_no_inverse_is_refused_in_words() {
    insta::assert_snapshot!("undo_refused", refused("refused.sql", Dialect::Postgres));
    insta::assert_snapshot!("undo_refused_mysql", refused("mysql-refused.sql", Dialect::Mysql));
}

fn refused(file: &str, dialect: Dialect) -> String {
    let mut out = String::new();
    for text in lines(file) {
        let refusals = inverse(&text, dialect).expect_err(&text);
        let _ = writeln!(out, "{text}");
        for refusal in refusals {
            let _ = writeln!(out, "  `{}`: {}; {}", &text[refusal.range], refusal.why, refusal.help);
        }
    }
    out
}
