//! `rbk check --fix`: what is typed for the author, and what is not.

use serde_json::Value;

use crate::harness::{Ran, Rbk};
use crate::schema::assert_valid;

const PLAN: &str = r#"plan add-column "Add a column" {
  rto 10m
}

target db "Orders" postgres { url $DATABASE_URL }

check no-note "Orders have no note" on db {
  query ```sql
    SELECT count(*) FROM information_schema.columns WHERE table_name = 'orders' AND column_name = 'note'
  ```
  expect 0
}

phase migrate "Migrate" at T {
  change add-note "Orders have a note" on db {
    do ```sql
      ALTER TABLE orders ADD COLUMN note text;
    ```
    undo ```sql
      ALTER TABLE orders DROP COLUMN note;
    ```
    undo takes 1m
  }
}

scenario back "Back" {
  applies from add-note
  undo add-note
  verify no-note takes 1m
}
"#;

const ACCEPT: &str = "    accept backup/missing because \"nothing is lost\"\n";

fn changed(edits: &[(&str, &str)]) -> String {
    edits.iter().fold(PLAN.to_owned(), |plan, (from, to)| {
        assert!(plan.contains(from), "{from}");
        plan.replace(from, to)
    })
}

fn fixed(plan: &str, how: &str) -> Ran {
    Rbk::new().file("plan.rbk", plan).args(&format!("check --format concise {how} plan.rbk")).run()
}

#[test]
fn what_changes_nothing_that_the_plan_says_is_done() {
    let plan = changed(&[("    undo takes 1m\n", &format!("    undo takes 1m\n{ACCEPT}"))]);
    let ran = fixed(&plan, "--fix");
    let told = "plan.rbk: [accept/unused] took out `accept backup/missing because \"nothing is lost\"`";
    assert_eq!(ran.session(), format!("--- stderr\n{told}\n--- status 0\n"));
    assert_eq!(ran.read("plan.rbk"), PLAN);
    assert_eq!(std::fs::read_dir(ran.path()).unwrap().count(), 1);
    let again = ran.then().args("check --fix plan.rbk").run();
    assert_eq!(again.session(), "--- stderr\nno findings in plan.rbk\n--- status 0\n");
}

#[test]
fn suggestions_are_asked_for() {
    let plan = changed(&[("undo add-note", "undo add-noet"), ("from add-note", "from add-noet"), ("scenario", "senario")]);
    let ran = fixed(&plan, "--fix");
    assert_eq!((ran.status, ran.read("plan.rbk")), (1, plan.clone()));
    let ran = fixed(&plan, "--fix-suggested");
    insta::assert_snapshot!("suggested", ran.session());
    assert_eq!(ran.read("plan.rbk"), PLAN);
}

#[test]
fn twins_are_mended_each() {
    let library = "role dba \"DBA\" { contact $DBA_PHONE }\n";
    let step = |name: &str| format!("  manual {name} \"Look\" by dab takes 1m\n");
    let plan = changed(&[("  undo add-note\n", &format!("{}  undo add-note\n{}", step("before-it"), step("after-it")))]) + library;
    let ran = fixed(&plan, "--fix-suggested");
    assert_eq!((ran.status, ran.read("plan.rbk")), (0, plan.replace("by dab", "by dba")), "{}", ran.session());
    assert_eq!(ran.stderr.matches("wrote `dba` in the place of `dab`").count(), 2);
}

#[test]
fn a_line_is_written_where_the_help_says() {
    let quickstart = std::fs::read_to_string(crate::corpus::root().join("examples/quickstart/quickstart.rbk")).unwrap();
    let forgetful = quickstart.replace("  take shop-before\n", "");
    assert_ne!(quickstart, forgetful);
    let ran = fixed(&forgetful, "--fix-suggested");
    let mended = ran.read("plan.rbk");
    assert!(mended.contains("\n  take shop-before\n  change drop-fax-column"), "{}\n{mended}", ran.session());
    assert!(!ran.stdout.contains("backup/never-taken"), "{}", ran.session());
}

#[test]
fn a_mend_that_brings_something_new_is_not_made() {
    // `back` is near to `bakc` and no change.
    let plan = changed(&[("  undo add-note\n", "  undo add-note\n  run bakc\n")]);
    let ran = fixed(&plan, "--fix-suggested");
    assert_eq!((ran.status, ran.read("plan.rbk")), (1, plan), "{}", ran.session());
    assert!(!ran.stderr.contains("wrote"), "{}", ran.session());
}

#[test]
fn what_is_ignored_is_not_mended() {
    let plan = changed(&[("    undo takes 1m\n", &format!("    undo takes 1m\n{ACCEPT}"))]);
    let ran = fixed(&plan, "--fix --ignore accept");
    assert_eq!(ran.session(), "--- status 0\n");
    assert_eq!(ran.read("plan.rbk"), plan);
}

#[test]
fn a_library_is_mended_through_the_plan_that_uses_it() {
    let (library, rest) = PLAN.split_once("phase migrate").map(|(_, rest)| rest.split_once("scenario back").unwrap()).unwrap();
    let library = format!("phase migrate{library}").replace("    undo takes 1m\n", &format!("    undo takes 1m\n{ACCEPT}"));
    let plan = format!("use \"lib/phases.rbk\"\n\n{}scenario back{rest}", PLAN.split_once("phase migrate").unwrap().0);
    let rbk = Rbk::new().file(".git/HEAD", "").file("plan.rbk", &plan).file("lib/phases.rbk", &library);
    let ran = rbk.args("check --fix").run();
    assert_eq!((ran.status, ran.read("lib/phases.rbk")), (0, library.replace(ACCEPT, "")), "{}", ran.session());
    assert_eq!(ran.read("plan.rbk"), plan);
    assert!(ran.stderr.starts_with("lib/phases.rbk: [accept/unused] took out"), "{}", ran.session());
}

#[test]
fn programs_are_told_what_could_be_typed() {
    let plan = changed(&[("    undo takes 1m\n", &format!("    undo takes 1m\n{ACCEPT}"))]);
    let ran = Rbk::new().file("plan.rbk", &plan).args("check --format json --report sarif=a.sarif plan.rbk").run();
    let document: Value = serde_json::from_str(&ran.stdout).unwrap();
    assert_valid("check", &document);
    let mend = &document["findings"][0]["mend"];
    assert_eq!(
        (&mend["certain"], &mend["edits"][0]["start"]["line"], &mend["edits"][0]["end"]["line"]),
        (&true.into(), &23.into(), &24.into())
    );
    let log: Value = serde_json::from_str(&ran.read("a.sarif")).unwrap();
    let change = &log["runs"][0]["results"][0]["fixes"][0]["artifactChanges"][0];
    assert_eq!(
        (&change["artifactLocation"]["uri"], &change["replacements"][0]["insertedContent"]["text"]),
        (&"plan.rbk".into(), &"".into())
    );
}

#[test]
fn what_is_no_file_is_not_mended() {
    let ran = Rbk::new().stdin(PLAN).args("check --fix -").run();
    assert_eq!((ran.status, ran.stderr.lines().next()), (2, Some("error: what stdin brings can't be mended in place")));
    assert_eq!(Rbk::new().args("check --fix nowhere.rbk").run().status, 2);
}
