//! `rbk diff`: what a change of a plan does to its safety, as a terminal shows it.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::Path;
use std::process::Command;

use rbk::analysis::Facts;
use rbk::diff::{Effect, Safety, compare};
use rbk::graph::Graph;
use rbk::plan;
use rbk::source::{MemoryLoader, Sources};
use rbk::syntax::keyword::{Context, KEYWORDS};
use serde_json::Value;

use crate::corpus;
use crate::harness::{Ran, Rbk};
use crate::schema::assert_valid;

/// Two changes, each with a way back, a third that nothing takes back but a backup.
const PLAN: &str = r#"plan move "Orders move" {
  rto 2h
  rpo 4h
}

target db "Orders" postgres { url $DATABASE_URL }

backup before "All of it" of db {
  file "backups/before.dump"
  method pg_dump custom
  restore takes 20m
}

check no-note "Orders have no note" on db {
  query ```sql
    SELECT count(*) FROM information_schema.columns WHERE table_name = 'orders' AND column_name = 'note'
  ```
  expect 0
}

check quiet "Nobody writes to the orders" on db {
  query ```sql
    SELECT count(*) FROM pg_stat_activity WHERE usename = 'shop'
  ```
  expect 0
}

check there "The orders are there" on db {
  query ```sql
    SELECT count(*) FROM orders
  ```
  expect > 0
}

phase prepare "Prepare" at T-2h {
  take before
}

phase widen "Widen" at T {
  change add-note "Orders have a note" on db {
    do ```sql
      ALTER TABLE orders ADD COLUMN note text;
    ```
    undo ```sql
      ALTER TABLE orders DROP COLUMN note;
    ```
    undo takes 1m
  }
  change add-flag "Orders have a flag" on db {
    do ```sql
      ALTER TABLE orders ADD COLUMN flag boolean;
    ```
    undo ```sql
      ALTER TABLE orders DROP COLUMN flag;
    ```
    undo takes 2m
  }
}

phase drop "Drop" at T+1h {
  manual no-writes "Stop the writers" takes 5m {
    freezes db
    verify quiet
  }
  change drop-fax "Orders lose their fax" on db {
    do ```sql
      ALTER TABLE orders DROP COLUMN fax;
    ```
    undo restore before
  }
}

phase open "Open" at T+2h {
  manual writers-in "Let the writers in" takes 5m {
    thaws db
    verify there
  }
}

scenario early "Take the columns back" {
  applies from add-note until drop-fax
  undo add-flag, add-note
  verify no-note
}

scenario late "Restore everything" {
  applies from drop-fax until open
  undo drop-fax, add-flag, add-note
  verify no-note
  manual writers-back "Let the writers in again" takes 5m {
    thaws db
    verify there
  }
}
"#;

fn changed(edits: &[(&str, &str)]) -> String {
    edits.iter().fold(PLAN.to_owned(), |plan, (from, to)| {
        assert!(plan.contains(from), "{from}");
        plan.replace(from, to)
    })
}

fn diff(new: &str) -> Ran {
    Rbk::new().file("old.rbk", PLAN).file("new.rbk", new).args("diff old.rbk new.rbk --width 100").run()
}

#[test]
fn the_plan_that_is_compared_is_sound() {
    let ran = Rbk::new().file("old.rbk", PLAN).args("check old.rbk").run();
    assert_eq!(ran.session(), "--- stderr\nno findings in old.rbk\n--- status 0\n");
}

#[test]
fn other_words_are_no_difference() {
    let reworded = changed(&[("Orders have a note", "Every order has a note"), ("rto 2h", "# soon\n  rto 120m")]);
    let told = "--- stderr\nnothing differs in what the plan promises, covers, takes or loses\n--- status 0\n";
    assert_eq!(diff(&reworded).session(), told);
    assert_eq!(diff(PLAN).session(), told);
}

#[test]
fn what_each_kind_of_change_does_is_told() {
    let step = "\nphase after \"After\" at T+2h {\n  change burn \"Nothing\" on db {\n    do ```sql\n      DROP TABLE fax;\n    ```\n    undo restore before\n  }\n}\n";
    let after = format!("{step}\nscenario early");
    let late = &PLAN[PLAN.find("scenario late").unwrap()..];
    let cases: [(&str, Vec<(&str, &str)>); 12] = [
        ("a scenario ends earlier", vec![("from add-note until drop-fax", "from add-note until add-flag")]),
        ("a scenario is gone", vec![(late, "")]),
        ("a scenario takes less back", vec![("  undo add-flag, add-note\n", "  undo add-flag\n")]),
        ("an undo takes longer", vec![("undo takes 1m", "undo takes 3h")]),
        ("an estimate is gone", vec![("    undo takes 2m\n", "")]),
        ("an undo does nothing", vec![("ALTER TABLE orders DROP COLUMN note;", "SELECT 1;")]),
        (
            "a change is irreversible",
            vec![
                ("  change drop-fax", "  irreversible change drop-fax"),
                ("    undo restore before\n", "    impact \"fax numbers are gone\"\n"),
                ("undo drop-fax, add-flag", "undo add-flag"),
            ],
        ),
        ("the backup is taken earlier", vec![("at T-2h", "at T-5h")]),
        ("nobody stops the writers", vec![("    freezes db\n", "")]),
        ("the promises are weaker", vec![("  rto 2h\n", ""), ("rpo 4h", "rpo 6h")]),
        ("a phase is added and nothing takes it back", vec![("\nscenario early", &after)]),
        ("a scenario covers more", vec![("from drop-fax until", "from add-note until")]),
    ];
    let told: Vec<String> = cases
        .iter()
        .map(|(name, edits)| {
            let ran = diff(&changed(edits));
            assert!(!ran.stdout.is_empty(), "{name}: {}", ran.session());
            format!("== {name}\n{}", ran.session())
        })
        .collect();
    insta::assert_snapshot!("cases", told.join("\n"));
}

#[test]
fn the_way_there_and_back_is_worse_and_better() {
    let new = changed(&[("from add-note until drop-fax", "from add-note until add-flag"), ("undo takes 1m", "undo takes 5m")]);
    let there = diff(&new);
    let back = Rbk::new().file("old.rbk", &new).file("new.rbk", PLAN).args("diff old.rbk new.rbk").run();
    let count = |ran: &Ran, word: &str| -> usize {
        let words: Vec<&str> = ran.stderr.split_whitespace().collect();
        words.windows(4).find(|four| four[3].trim_end_matches(',') == word).map_or(0, |four| four[0].parse().unwrap())
    };
    assert_eq!((there.status, back.status), (1, 0), "{}{}", there.session(), back.session());
    assert!(count(&there, "worse") > 1);
    assert_eq!((count(&there, "worse"), count(&there, "better")), (count(&back, "better"), count(&back, "worse")));
}

#[test]
fn programs_and_comments_are_told_the_same() {
    let new = changed(&[("undo takes 1m", "undo takes 3h")]);
    let rbk = || Rbk::new().file("old.rbk", PLAN).file("new.rbk", &new);
    let ran = rbk().args("diff old.rbk new.rbk --format json").run();
    let document: Value = serde_json::from_str(&ran.stdout).unwrap();
    assert_valid("diff", &document);
    assert_eq!((ran.status, ran.stderr.as_str(), &document["worse"]), (1, "", &Value::Bool(true)));
    insta::assert_snapshot!("markdown", rbk().args("diff old.rbk new.rbk --format markdown").run().session());
}

/// What is compared of the plan that says everything, with these files; what is wrong with it when nobody can read it.
fn safety(files: &BTreeMap<String, String>) -> Result<Safety, String> {
    let mut sources = Sources::default();
    let root = sources.add("everything.rbk", files["everything.rbk"].as_str()).unwrap();
    let compiled = plan::compile(&mut sources, root, &MemoryLoader(files.clone()));
    let wrong: Vec<&str> = compiled.findings.iter().map(|finding| finding.message.as_str()).collect();
    let plan = compiled.plan.filter(|_| wrong.is_empty()).ok_or_else(|| wrong.join("; "))?;
    let (graph, _) = Graph::build(&plan);
    let (facts, _) = Facts::new(&plan, &graph);
    Ok(Safety::of(&plan, &graph, &facts, &[], &sources))
}

#[test]
fn every_statement_is_compared_or_said_why_not() {
    let folder = corpus::root().join("tests/fixtures/language");
    let names = ["everything.rbk", "everything/shared.rbk", "schema/shop.sql"];
    let files: BTreeMap<String, String> =
        names.iter().map(|name| (name.to_string(), fs::read_to_string(folder.join(name)).unwrap())).collect();
    let old = safety(&files).unwrap();
    let table = fs::read_to_string(corpus::root().join("tests/diff/properties.txt")).unwrap();
    let (mut known, mut wrong) = (BTreeSet::new(), Vec::new());
    for row in table.lines().filter(|row| !row.starts_with('#')) {
        let [place, edit, told] = row.splitn(3, " | ").collect::<Vec<_>>()[..] else { panic!("{row}") };
        known.insert(place.to_owned());
        let Some((from, to)) = edit.split_once(" =>") else { continue };
        let read = |text: &str| text.replace("\\n", "\n").replace("\\\\", "\\");
        let (from, to) = (read(from), read(to.strip_prefix(' ').unwrap_or(to)));
        let mut files = files.clone();
        let Some(text) = files.values_mut().find(|text| text.contains(&from)) else { panic!("nothing is changed: {row}") };
        *text = text.replacen(&from, &to, 1);
        let effect = |effect| match effect {
            Effect::Worse => "worse",
            Effect::Better => "better",
            Effect::Other => "otherwise",
        };
        let told_now: Vec<String> = match safety(&files) {
            Ok(new) => compare(&old, &new).iter().map(|it| format!("{} {} {}: {}", effect(it.effect), it.kind, it.name, it.text)).collect(),
            Err(wrong_now) => vec![wrong_now],
        };
        let is_told = if told == "nothing differs" { told_now.is_empty() } else { told_now.iter().any(|line| line.starts_with(told)) };
        if !is_told {
            wrong.push(format!("{row}\n  {}", told_now.join("\n  ")));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    // What may stand in every block, or wherever steps stand, is the same everywhere.
    let one = |contexts: &'static [Context]| {
        if contexts.contains(&Context::Otherwise) || contexts.len() > 15 { &contexts[..1] } else { contexts }
    };
    let all = KEYWORDS.iter().flat_map(|keyword| one(keyword.contexts).iter().map(move |context| format!("{context:?} {}", keyword.word)));
    let all: BTreeSet<String> = all.collect();
    assert_eq!(all.symmetric_difference(&known).collect::<Vec<_>>(), Vec::<&String>::new());
}

fn git(folder: &Path, arguments: &[&str]) {
    let who = ["-c", "user.name=T", "-c", "user.email=t@example.org", "-c", "init.defaultBranch=main"];
    let output = Command::new("git").args(who).args(arguments).current_dir(folder).output().unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
}

#[test]
fn a_revision_of_git_is_read_with_what_it_uses() {
    let library = "target db \"Orders\" postgres { url $DATABASE_URL }\n";
    let plan = format!("use \"../shared/db.rbk\"\n\n{}", PLAN.replace(library, ""));
    let rbk = || Rbk::new().file("plans/a.rbk", &plan).file("shared/db.rbk", library);
    let path = std::env::var("PATH").unwrap();
    let in_git =
        |rbk: Rbk, arguments: &str, from: &str| rbk.env("PATH", &path).env("HOME", "/nonexistent").from(from).args(arguments).run();
    let ran = rbk().args("check plans/a.rbk").run();
    git(ran.path(), &["init", "-q"]);
    git(ran.path(), &["add", "."]);
    git(ran.path(), &["commit", "-qm", "one"]);
    let worse = plan.replace("undo takes 1m", "undo takes 3h");
    let ran = ran.then().file("plans/a.rbk", worse).file("shared/db.rbk", "nonsense").args("fmt --check").run();
    // The library has changed too: the revision's own is read.
    let ran = in_git(ran.then(), "diff HEAD:plans/a.rbk HEAD:plans/a.rbk", "");
    assert_eq!(ran.status, 0, "{}", ran.session());
    let ran = in_git(ran.then().file("shared/db.rbk", library), "diff plans/a.rbk", "");
    insta::assert_snapshot!("git", ran.session());
    let inside = in_git(ran.then(), "diff HEAD:a.rbk a.rbk", "plans");
    assert_eq!((inside.status, inside.stdout.lines().next()), (1, Some("worse")), "{}", inside.session());
    let whole = inside.path().canonicalize().unwrap().join("plans/a.rbk").display().to_string();
    let ran = in_git(inside.then(), &format!("diff {whole}"), "shared");
    assert_eq!(ran.status, 1, "{}", ran.session());
    let unknown = in_git(ran.then(), "diff nowhere:plans/a.rbk plans/a.rbk", "");
    assert_eq!(unknown.status, 2);
    assert!(unknown.stderr.starts_with("error: nowhere:plans/a.rbk: "), "{}", unknown.session());
    assert_eq!(in_git(unknown.then(), "diff --output=x:plans/a.rbk", "").status, 2);
}

#[test]
fn a_plan_with_errors_is_not_compared() {
    let broken = changed(&[("undo add-flag, add-note", "undo nothing")]);
    insta::assert_snapshot!("broken_new", diff(&broken).session());
    let ran = Rbk::new().file("old.rbk", &broken).file("new.rbk", PLAN).args("diff old.rbk new.rbk").run();
    assert_eq!((ran.status, ran.stdout.as_str()), (2, ""), "{}", ran.session());
}

#[test]
fn the_examples_are_as_safe_as_they_are() {
    for entry in std::fs::read_dir(corpus::root().join("examples")).unwrap() {
        let folder = entry.unwrap().path();
        let Some(name) = folder.file_name().map(|name| name.to_string_lossy().into_owned()) else { continue };
        let plan = folder.join(format!("{name}.rbk"));
        if !plan.exists() {
            continue;
        }
        let plan = plan.display().to_string();
        let ran = Rbk::new().args(&format!("diff {plan} {plan}")).run();
        assert_eq!((ran.status, ran.stdout.as_str()), (0, ""), "{name}: {}", ran.session());
    }
}
