//! What rbk reads in SQL, held against real servers: generated schemas with rows, generated statements on them; the catalogue and the
//! rows before and after say whether the effects, the loss and the inverse that rbk derived are true. What differs is shrunk.
//!
//! `RBK_TRUTH_CASES` sets the number of cases for each law and server, and makes each run another; `RBK_TRUTH_LAW` is a word of the
//! laws that it tries alone: `failure`, `reading`, `inverse`, `transaction`.

use std::cell::Cell;
use std::collections::{BTreeMap, BTreeSet};
use std::io::Write as _;

use proptest::collection::vec;
use proptest::prelude::any;
use proptest::test_runner::{Config, RngAlgorithm, TestCaseError, TestError, TestRng, TestRunner};
use rbk::effect::act::{Act, Class, Effect};
use rbk::effect::object::ObjectKind;
use rbk::effect::sql::{Dialect, Dump, Kind, Schema, Statement, inverse_on, schema, split, split_on};

mod explained;
mod features;
mod generator;
mod trial;

use explained::explained;
use generator::{Dice, Made};
use trial::{Facts, Trial};

/// Runs a law on generated texts, and says how many of them the server took. A run of a wished length goes on behind a failure, and
/// returns all of them.
fn hold(trial: &dyn Trial, name: &str, law: impl Fn(&dyn Trial, &Made) -> Result<bool, TestCaseError>) -> Vec<String> {
    let wished = std::env::var("RBK_TRUTH_CASES").ok().and_then(|cases| cases.parse().ok());
    if wished.is_some() && std::env::var("RBK_TRUTH_LAW").is_ok_and(|word| !name.contains(&word)) {
        return Vec::new();
    }
    // On a server that has to be asked over a socket, schemas with more than tables take their time.
    let wide = wished.is_some() || trial.dialect() == Dialect::Sqlite;
    let (mut taken, mut tried) = (0_u32, 0_u32);
    let mut failures = Vec::new();
    loop {
        let cases = wished.unwrap_or(40) - tried;
        let config = Config { cases, max_shrink_iters: 200, failure_persistence: None, ..Config::default() };
        let mut runner = match wished {
            Some(_) => TestRunner::new(config),
            None => TestRunner::new_with_rng(config, TestRng::deterministic_rng(RngAlgorithm::ChaCha)),
        };
        let (took, tries, failed) = (Cell::new(0_u32), Cell::new(0_u32), Cell::new(false));
        let outcome = runner.run(&vec(any::<u8>(), 48..128), |bytes| {
            let held = law(trial, &generator::make(&mut Dice::new(&bytes), trial.dialect(), wide));
            // What comes behind the first failure is tried to make it smaller.
            if !failed.replace(failed.get() || held.is_err()) {
                took.set(took.get() + u32::from(held.as_ref().is_ok_and(|took| *took)));
            }
            tries.set(tries.get() + u32::from(!failed.get()));
            held.map(|_| ())
        });
        (taken, tried) = (taken + took.get(), tried + tries.get() + u32::from(failed.get()));
        match outcome {
            Ok(()) => break,
            Err(TestError::Fail(why, bytes)) => {
                let made = generator::make(&mut Dice::new(&bytes), trial.dialect(), wide);
                let failure = format!("{name}: {why}\n{}\n{}", made.setup, made.statements.join("\n"));
                if wished.is_some() {
                    let _ = writeln!(std::io::stderr(), "{failure}\n");
                }
                failures.push(failure);
            }
            Err(TestError::Abort(why)) => panic!("{why}"),
        }
        if wished.is_none_or(|wished| tried >= wished) {
            break;
        }
    }
    match wished {
        Some(_) => drop(writeln!(std::io::stderr(), "{name}: the server took {taken} of {tried} texts")),
        None if failures.is_empty() => assert!(taken * 3 > tried, "{name}: the server took only {taken} of {tried} texts"),
        None => {}
    }
    failures
}

/// Every difference in the catalogue has an effect, and every effect is seen there; what is lost was told, and what was told to be
/// destroyed is lost.
fn reading_is_true(trial: &dyn Trial, made: &Made) -> Result<bool, TestCaseError> {
    let dialect = trial.dialect();
    let Some(states) = trial.run(&made.setup, &made.statements) else { return Ok(false) };
    let known = schema(&made.setup, dialect);
    let text = made.statements.join("\n");
    let read = split_on(&text, dialect, &known);
    let blind = split(&text, dialect);
    check(read.len() == made.statements.len(), || format!("{} statements were cut into {}", made.statements.len(), read.len()))?;
    for (index, statement) in read.iter().enumerate() {
        explained(statement, &states[index], &states[index + 1], dialect)?;
    }
    let (first, last) = (&states[0], &states[states.len() - 1]);
    let lost = lost(&renamed(first, &read), last);
    for (read, knows) in [(&read, "with the schema"), (&blind, "without the schema")] {
        let told = read
            .iter()
            .flat_map(|statement| &statement.reading.risks)
            .any(|risk| matches!(risk.class, Class::Destroys | Class::Overwrites | Class::Lossy | Class::MayLose));
        let told = told || read.iter().any(|statement| !statement.reading.opaque.is_empty());
        check(told || lost.is_empty(), || format!("{knows}, nothing tells of the lost {lost:?}"))?;
    }
    // What may not be there destroys nothing if it is not; what a materialised view holds is elsewhere.
    let sure = |statement: &Statement| {
        let mut destroyed = statement.destroys().filter(|effect| effect.object.kind != ObjectKind::MaterializedView);
        destroyed.any(|effect| !matches!(effect.act, Act::Drop { lenient: true, .. }))
    };
    let destroys = read.iter().any(sure);
    // Where nothing was copied, what is elsewhere is there by chance.
    let differ = |facts: &Facts| {
        facts.iter().filter(|(key, _)| key.0 == "value").map(|(key, values)| (key.clone(), values.clone())).collect::<Vec<_>>()
    };
    let gone = if made.rebuilds { !lost.is_empty() } else { differ(first) != differ(last) };
    if read.len() == 1 || made.rebuilds {
        check(!destroys || gone, || "it is said to destroy data, and everything is there".to_owned())?;
    }
    Ok(true)
}

/// What an inverse does not bring back is told with it; everything else is as it was.
fn inverse_is_true(trial: &dyn Trial, made: &Made) -> Result<bool, TestCaseError> {
    let text = made.statements.join("\n");
    let Ok(inverse) = inverse_on(&text, trial.dialect(), &Dump::read(&made.setup, trial.dialect())) else { return Ok(true) };
    let back = inverse.statements.join("\n");
    let all: Vec<String> = made.statements.iter().cloned().chain([back.clone()]).collect();
    let Some(states) = trial.run(&made.setup, &all) else {
        if trial.run(&made.setup, &made.statements).is_none() {
            return Ok(false);
        }
        // SQLite alters nothing while a view or a trigger asks for a table that was dropped.
        let asks = made.setup.contains("CREATE VIEW") || made.setup.contains("CREATE TRIGGER");
        if trial.dialect() == Dialect::Sqlite && asks && text.contains("DROP TABLE") && text.contains("ALTER TABLE") {
            return Ok(true);
        }
        return Err(TestCaseError::fail(format!("the server refuses the inverse\n{back}")));
    };
    let (before, after) = (&states[0], &states[states.len() - 1]);
    let definitions = |facts: &Facts| {
        facts
            .iter()
            .filter(|(key, _)| !matches!(key.0.as_str(), "value" | "held" | "count"))
            .map(|(key, fact)| format!("{key:?} {fact}"))
            .collect::<BTreeSet<_>>()
    };
    let (old, new) = (definitions(before), definitions(after));
    let differ: Vec<&String> = old.symmetric_difference(&new).collect();
    check(differ.is_empty(), || format!("after the inverse\n{back}\nthe definitions differ: {differ:#?}"))?;
    check(before == after || !inverse.loses.is_empty(), || format!("after the inverse\n{back}\nrows differ, and nothing tells of it"))?;
    Ok(true)
}

fn check(holds: bool, why: impl FnOnce() -> String) -> Result<(), TestCaseError> {
    if holds { Ok(()) } else { Err(TestCaseError::fail(why())) }
}

/// Returns the facts with the names that statements give to values of types.
fn renamed(facts: &Facts, read: &[Statement]) -> Facts {
    let mut facts = facts.clone();
    for effect in read.iter().flat_map(|statement| &statement.reading.effects) {
        if let (Act::Rename(to), ObjectKind::EnumValue) = (&effect.act, effect.object.kind) {
            let (from, to) = (effect.object.parts.last().expect("it has a name"), to.trim_matches('\'').replace("''", "'"));
            for (_, values) in facts.iter_mut().filter(|(key, _)| key.0 == "value") {
                *values = values.split('|').map(|value| if value == from { to.as_str() } else { value }).collect::<Vec<_>>().join("|");
            }
        }
    }
    facts
}

/// Returns the columns whose values are nowhere any more.
fn lost(before: &Facts, after: &Facts) -> Vec<String> {
    let is_value = |key: &(String, String)| key.0 == "value";
    let kept: BTreeSet<&String> = after.iter().filter(|(key, _)| is_value(key)).map(|(_, values)| values).collect();
    // Rows that were added hide nothing: each old value is looked for, in columns of its name wherever the row may be.
    let last = |name: &str| name.rsplit('·').next().unwrap_or_default().to_owned();
    let mut by_name: BTreeMap<String, BTreeSet<&str>> = BTreeMap::new();
    for (key, values) in after.iter().filter(|(key, _)| is_value(key)) {
        by_name.entry(last(&key.1)).or_default().extend(values.split('|'));
    }
    let has = |name: &str, values: &String| {
        let all_in = |kept: &BTreeSet<&str>| values.split('|').all(|value| kept.contains(value));
        kept.contains(values) || kept.iter().any(|kept| all_in(&kept.split('|').collect())) || by_name.get(&last(name)).is_some_and(all_in)
    };
    let gone = before.iter().filter(|(key, values)| is_value(key) && !values.is_empty() && !has(&key.1, values));
    gone.map(|(key, _)| key.1.clone()).collect()
}

/// What may stand in a transaction is taken back with it, and what may not is refused there or ends it.
fn transaction_is_true(trial: &dyn Trial, made: &Made) -> Result<bool, TestCaseError> {
    let [text] = made.statements.as_slice() else { return Ok(true) };
    let Some(statement) = split(text, trial.dialect()).into_iter().next() else { return Ok(true) };
    let stands = trial.in_transaction(&made.setup, text);
    if !stands && !trial.takes(&made.setup, text) {
        return Ok(false);
    }
    // A new value of a type can't be used before the end of the transaction.
    let makes_value = |effect: &Effect| effect.object.kind == ObjectKind::EnumValue && matches!(effect.act, Act::Create(_));
    match statement.kind {
        Kind::Alone if statement.reading.effects.iter().any(makes_value) => {}
        // In a transaction SQLite takes no notice of it.
        Kind::Alone if statement.opening.starts_with("PRAGMA") => {}
        Kind::Plain => check(stands, || "it is said to stand in a transaction, and does not".to_owned())?,
        Kind::Alone | Kind::Traced => check(!stands, || "it is said to stand alone, and a transaction holds it".to_owned())?,
        Kind::Control | Kind::Meta => {}
    }
    Ok(true)
}

/// What fails leaves no trace, unless it is said that it can be half-applied.
fn failure_is_whole(trial: &dyn Trial, made: &Made) -> Result<bool, TestCaseError> {
    let Some((before, after)) = trial.failed(&made.setup, &made.fails) else { return Ok(false) };
    let read = split(&made.fails, trial.dialect());
    let partial = read.iter().flat_map(|statement| &statement.reading.risks).any(|risk| risk.class == Class::Partial);
    let unread = read.iter().any(|statement| !statement.reading.opaque.is_empty());
    check(partial || unread || before == after, || format!("`{}` failed, is said to be whole, and left a trace", made.fails))?;
    Ok(true)
}

/// What is said to be left half-applied can be.
#[test]
fn what_mariadb_leaves_half_done_is_told() {
    let trial = trial::OnMariaDb::start();
    let setup = "CREATE TABLE a (id int); CREATE TABLE b (id int);\n";
    for (text, halves) in [
        ("DROP TABLE a, missing;", true),
        ("DROP TABLE missing, a, b;", true),
        ("ALTER TABLE a ADD COLUMN x int, ADD COLUMN id int;", false),
        ("RENAME TABLE a TO c, missing TO d;", false),
        ("TRUNCATE TABLE missing;", false),
    ] {
        let (before, after) = trial.failed(setup, text).expect("it fails");
        assert_eq!(before != after, halves, "{text}");
        let told = split(text, Dialect::Mysql)[0].reading.risks.iter().any(|risk| risk.class == Class::Partial);
        assert_eq!(told, halves, "{text}");
    }
}

/// Inverses that were derived, ran, and left something else behind.
#[test]
fn what_sqlite_keeps_by_a_name_is_back_under_it() {
    let setup = "CREATE TABLE users (id INTEGER PRIMARY KEY, name TEXT);\nINSERT INTO users VALUES (1, 'Ada');\n\
        CREATE TABLE pets (id INTEGER PRIMARY KEY, owner INTEGER REFERENCES users (id));\n\
        CREATE TRIGGER touch AFTER INSERT ON users BEGIN DELETE FROM pets; END;\n";
    for text in [
        "DROP TRIGGER touch;",
        "DROP TRIGGER IF EXISTS touch;",
        "CREATE TABLE new_one (id INTEGER PRIMARY KEY);\nINSERT INTO new_one SELECT id FROM users;\nDROP TABLE users;\nALTER TABLE new_one RENAME TO users;",
        "ALTER TABLE users DROP COLUMN NAME;",
    ] {
        let made = Made { setup: setup.to_owned(), statements: vec![text.to_owned()], rebuilds: false, fails: String::new() };
        assert!(inverse_on(text, Dialect::Sqlite, &Dump::read(setup, Dialect::Sqlite)).is_ok(), "{text}");
        if let Err(why) = inverse_is_true(&trial::OnSqlite, &made) {
            panic!("{text}\n{why}");
        }
    }
    // Named back, the new table would take the index along.
    let between = "CREATE TABLE new_one (id INTEGER PRIMARY KEY);\nCREATE INDEX i ON new_one (id);\nDROP TABLE users;\nALTER TABLE new_one RENAME TO users;";
    assert!(inverse_on(between, Dialect::Sqlite, &Dump::read(setup, Dialect::Sqlite)).is_err());
}

fn all_laws(trial: &dyn Trial) {
    let mut failures = hold(trial, "a failure is whole", failure_is_whole);
    failures.extend(hold(trial, "reading is true", reading_is_true));
    failures.extend(hold(trial, "an inverse is true", inverse_is_true));
    failures.extend(hold(trial, "a transaction is true", transaction_is_true));
    assert!(failures.is_empty(), "{} failures\n{}", failures.len(), failures.join("\n\n"));
}

#[test]
fn on_postgresql() {
    all_laws(&trial::OnPostgres::start());
}

#[test]
fn on_mariadb() {
    all_laws(&trial::OnMariaDb::start());
}

#[test]
fn on_sqlite() {
    all_laws(&trial::OnSqlite);
}

/// What a schema says of its tables is what their statements say.
#[test]
fn the_generator_makes_schemas_that_are_read() {
    let made = generator::make(&mut Dice::new(&[7; 40]), Dialect::Postgres, true);
    assert_ne!(schema(&made.setup, Dialect::Postgres), Schema::default());
    let _: BTreeMap<(String, String), String> = Facts::new();
}
