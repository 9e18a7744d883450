//! What rbk reads in SQL, held against real servers: generated schemas with rows, generated statements on them; the catalogue and the
//! rows before and after say whether the effects, the loss and the inverse that rbk derived are true. What differs is shrunk.
//!
//! `RBK_TRUTH_CASES` sets the number of cases for each server, and makes each run another.

use std::collections::{BTreeMap, BTreeSet};

use proptest::collection::vec;
use proptest::prelude::any;
use proptest::test_runner::{Config, RngAlgorithm, TestCaseError, TestError, TestRng, TestRunner};
use rbk::effect::act::{Act, Class};
use rbk::effect::object::ObjectKind;
use rbk::effect::sql::{Dialect, Dump, Kind, Schema, Statement, inverse_on, schema, split, split_on};

mod generator;
mod trial;

use generator::{Dice, Made};
use trial::{Facts, Trial};

/// Runs a law on generated texts, and says how many of them the server took.
fn hold(trial: &dyn Trial, law: impl Fn(&dyn Trial, &Made) -> Result<bool, TestCaseError>) {
    let wished = std::env::var("RBK_TRUTH_CASES").ok().and_then(|cases| cases.parse().ok());
    let config = Config { cases: wished.unwrap_or(40), max_shrink_iters: 200, failure_persistence: None, ..Config::default() };
    let mut runner = match wished {
        Some(_) => TestRunner::new(config),
        None => TestRunner::new_with_rng(config, TestRng::deterministic_rng(RngAlgorithm::ChaCha)),
    };
    let taken = std::cell::Cell::new(0_u32);
    let tried = std::cell::Cell::new(0_u32);
    let outcome = runner.run(&vec(any::<u8>(), 24..64), |bytes| {
        let made = generator::make(&mut Dice::new(&bytes), trial.dialect());
        tried.set(tried.get() + 1);
        taken.set(taken.get() + u32::from(law(trial, &made)?));
        Ok(())
    });
    match outcome {
        Ok(()) => assert!(taken.get() * 3 > tried.get(), "the server took only {} of {} texts", taken.get(), tried.get()),
        Err(TestError::Fail(why, bytes)) => {
            let made = generator::make(&mut Dice::new(&bytes), trial.dialect());
            panic!("{why}\n{}\n{}", made.setup, made.statements.join("\n"));
        }
        Err(TestError::Abort(why)) => panic!("{why}"),
    }
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
        explained(statement, &states[index], &states[index + 1])?;
    }
    let lost = lost(&states[0], &states[states.len() - 1]);
    for (read, knows) in [(&read, "with the schema"), (&blind, "without the schema")] {
        let told = read
            .iter()
            .flat_map(|statement| &statement.reading.risks)
            .any(|risk| matches!(risk.class, Class::Destroys | Class::Overwrites | Class::Lossy | Class::MayLose));
        check(told || lost.is_empty(), || format!("{knows}, nothing tells of the lost {lost:?}"))?;
    }
    // What may not be there destroys nothing if it is not.
    let sure = |statement: &Statement| statement.destroys().any(|effect| !matches!(effect.act, Act::Drop { lenient: true, .. }));
    let destroys = read.iter().any(sure);
    if read.len() == 1 || made.rebuilds {
        check(!destroys || !lost.is_empty(), || "it is said to destroy data, and everything is there".to_owned())?;
    }
    Ok(true)
}

/// What an inverse does not bring back is told with it; everything else is as it was.
fn inverse_is_true(trial: &dyn Trial, made: &Made) -> Result<bool, TestCaseError> {
    let text = made.statements.join("\n");
    let Ok(inverse) = inverse_on(&text, trial.dialect(), &Dump::read(&made.setup, trial.dialect())) else { return Ok(true) };
    let Some(states) = trial.run(&made.setup, &made.statements) else { return Ok(false) };
    let back = inverse.statements.join("\n");
    let all: Vec<String> = made.statements.iter().cloned().chain([back.clone()]).collect();
    let Some(after) = trial.run(&made.setup, &all) else {
        return Err(TestCaseError::fail(format!("the server refuses the inverse\n{back}")));
    };
    let (before, after) = (&states[0], &after[after.len() - 1]);
    let definitions = |facts: &Facts| {
        facts.iter().filter(|(key, _)| key.0 != "value").map(|(key, fact)| format!("{key:?} {fact}")).collect::<BTreeSet<_>>()
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

/// Returns the columns whose values are nowhere any more.
fn lost(before: &Facts, after: &Facts) -> Vec<String> {
    let is_value = |key: &(String, String)| key.0 == "value";
    let kept: BTreeSet<&String> = after.iter().filter(|(key, _)| is_value(key)).map(|(_, values)| values).collect();
    // Rows that were added hide nothing: each old value is looked for.
    let has = |values: &String| {
        kept.contains(values)
            || kept.iter().any(|kept| {
                let kept: BTreeSet<&str> = kept.split('|').collect();
                values.split('|').all(|value| kept.contains(value))
            })
    };
    let gone = before.iter().filter(|(key, values)| is_value(key) && !values.is_empty() && !has(values));
    gone.map(|(key, _)| key.1.clone()).collect()
}

/// Each difference between two states belongs to an effect, and each effect shows.
fn explained(statement: &Statement, before: &Facts, after: &Facts) -> Result<(), TestCaseError> {
    let reading = &statement.reading;
    if !reading.opaque.is_empty() {
        return Ok(());
    }
    let names = |facts: &Facts, kind: &str| -> BTreeSet<String> {
        facts.keys().filter(|(own, _)| own == kind).map(|(_, name)| name.clone()).collect()
    };
    let cascades = reading.effects.iter().any(|effect| matches!(effect.act, Act::Drop { cascade: true, .. }));
    for (kind, of) in [
        ("table", ObjectKind::Table),
        ("column", ObjectKind::Column),
        ("view", ObjectKind::View),
        ("index", ObjectKind::Index),
        ("constraint", ObjectKind::Constraint),
    ] {
        let (old, new) = (names(before, kind), names(after, kind));
        for name in old.symmetric_difference(&new) {
            let came = new.contains(name);
            let by = reading.effects.iter().any(|effect| {
                let own = effect.object.parts.join("·");
                let last = effect.object.parts.last().cloned().unwrap_or_default();
                let is = match of {
                    ObjectKind::Index | ObjectKind::Constraint => *name == last || name.ends_with(&format!("·{last}")),
                    _ => effect.object.kind == of && *name == own,
                };
                // What belongs to a table or a column comes and goes with it.
                let belongs = of != ObjectKind::Table && of != ObjectKind::View;
                match &effect.act {
                    Act::Create(create) => came && (is || belongs) || create.replaces && belongs,
                    Act::Drop { .. } => !came && (is || belongs) || cascades,
                    Act::Rename(_) => true,
                    _ => false,
                }
            });
            check(by, || format!("the {kind} {name} {} without an effect", if came { "came" } else { "went" }))?;
        }
    }
    for effect in &reading.effects {
        let key = match effect.object.kind {
            ObjectKind::Table => "table",
            ObjectKind::Column => "column",
            ObjectKind::View => "view",
            _ => continue,
        };
        let key = (key.to_owned(), effect.object.parts.join("·"));
        match &effect.act {
            Act::Create(create) if !create.lenient && !create.temporary => {
                check(after.contains_key(&key), || format!("{} is said to be made, and is not there", effect.object))?;
            }
            Act::Drop { lenient: false, .. } | Act::Rename(_) => {
                check(before.contains_key(&key) && !after.contains_key(&key), || {
                    format!("{} is said to be gone, and is there", effect.object)
                })?;
            }
            _ => {}
        }
    }
    // Rows of a table that no effect names stay.
    for (key, values) in before.iter().filter(|(key, _)| key.0 == "value") {
        let table = key.1.split('·').next().unwrap_or_default();
        let named =
            reading.effects.iter().any(|effect| effect.act != Act::Read && effect.object.parts.first().is_some_and(|part| part == table));
        check(named || cascades || after.get(key) == Some(values), || format!("{} changed without an effect", key.1))?;
    }
    Ok(())
}

/// What may stand in a transaction is taken back with it, and what may not is refused there or ends it.
fn transaction_is_true(trial: &dyn Trial, made: &Made) -> Result<bool, TestCaseError> {
    let [text] = made.statements.as_slice() else { return Ok(true) };
    let Some(statement) = split(text, trial.dialect()).into_iter().next() else { return Ok(true) };
    if trial.run(&made.setup, &made.statements).is_none() {
        return Ok(false);
    }
    let stands = trial.in_transaction(&made.setup, text);
    match statement.kind {
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
    check(partial || before == after, || format!("`{}` failed, is said to be whole, and left a trace", made.fails))?;
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

fn all_laws(trial: &dyn Trial) {
    hold(trial, failure_is_whole);
    hold(trial, reading_is_true);
    hold(trial, inverse_is_true);
    hold(trial, transaction_is_true);
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
    let made = generator::make(&mut Dice::new(&[7; 40]), Dialect::Postgres);
    assert_ne!(schema(&made.setup, Dialect::Postgres), Schema::default());
    let _: BTreeMap<(String, String), String> = Facts::new();
}
