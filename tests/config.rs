//! `rbk.toml`, the choice of rules, and the findings of before, as a terminal shows them.

use serde_json::Value;

use crate::harness::{Ran, Rbk};
use crate::schema::assert_valid;

/// One error that a team may choose about, one warning, and none that is always told.
const PLAN: &str = r#"plan add-column "Add a column" {
  rto 10m
}

target db "Orders" postgres { url $DATABASE_URL }

phase migrate "Migrate" at T {
  change add-note "Orders have a note" on db {
    do ```sql
      ALTER TABLE orders ADD COLUMN note text;
    ```
    undo ```sql
      SELECT 1;
    ```
    undo takes 1m
  }
}

check orders-there "Orders are there" on db {
  query ```sql
    SELECT count(*) FROM orders
  ```
  expect > 0
}

scenario back "Back" {
  applies from add-note
  undo add-note
  verify orders-there
}

role dba "DBA" { contact $DBA_PHONE }
"#;

const CONFIG: &str = r#"# What holds here.
root = "plans"
exclude = ["vendor/"]

[check]
fail-on = "warning"
ignore = ["time", "reversal/undeclared"]
baseline = "known.json"
rules-url = "https://example.org/{rule}"

[check.severity]
"reference/unused" = "info"
all = "error"

[[check.paths]]
files = ["plans/legacy/"]
ignore = ["reversal/hollow-undo"]
severity = { reference = "warning" }
"#;

fn found(ran: &Ran) -> Vec<&str> {
    ran.stdout.lines().collect()
}

/// Each finding as `file: severity[code]`.
fn told(rbk: Rbk, more: &str) -> Vec<String> {
    let ran = rbk.args(&format!("check --format concise {more}")).run();
    let short = |line: &str| {
        let mut parts = line.split(':');
        format!("{}:{}", parts.next().unwrap(), parts.nth(2).unwrap())
    };
    found(&ran).into_iter().map(short).collect()
}

fn project(config: &str) -> Rbk {
    Rbk::new().file(".git/HEAD", "").file("rbk.toml", config).file("plans/a.rbk", PLAN)
}

#[test]
fn every_value_is_shown_with_who_says_it() {
    let rbk = || project(CONFIG).file("known.json", "").file("plans/legacy/b.rbk", PLAN);
    insta::assert_snapshot!("show", rbk().args("config show").run().session());
    insta::assert_snapshot!("show_nothing", Rbk::new().file(".git/HEAD", "").args("config show").run().session());
    let options = "config show --select backup,order/undo-leaves-dependant --ignore order --fail-on info --baseline b.json plans/a.rbk";
    insta::assert_snapshot!("show_options", rbk().args(options).run().session());
    insta::assert_snapshot!("show_inside", rbk().from("plans").args("config show legacy/b.rbk").run().session());
    let json: Value = serde_json::from_str(&rbk().args("config show --format json --select all").run().stdout).unwrap();
    assert_valid("config", &json);
    assert_eq!(json["values"][0], serde_json::json!({ "key": "root", "value": "plans", "origin": { "kind": "file", "line": 2 } }));
}

#[test]
fn the_schema_is_published_and_says_what_is_read() {
    let schema = Rbk::new().args("config schema").run().stdout;
    let schema: Value = serde_json::from_str(&schema).unwrap();
    let keys = |at: &Value| -> Vec<String> {
        let mut keys: Vec<String> = at["properties"].as_object().unwrap().keys().cloned().collect();
        keys.sort();
        keys
    };
    let sorted = |known: &[&str]| -> Vec<String> {
        let mut known: Vec<String> = known.iter().map(|key| (*key).to_owned()).collect();
        known.sort();
        known
    };
    let check = &schema["properties"]["check"];
    assert_eq!(keys(&schema), sorted(&rbk::config::TOP));
    assert_eq!(keys(check), sorted(&rbk::config::CHECK));
    assert_eq!(keys(&check["properties"]["paths"]["items"]), sorted(&rbk::config::PATHS));
    let config: Value = serde_json::to_value(toml::from_str::<toml::Table>(CONFIG).unwrap()).unwrap();
    assert_valid("rbk-toml", &config);
    assert!(rbk::config::read(CONFIG).is_ok());
}

#[test]
fn the_page_shows_a_file_that_is_read() {
    let page = std::fs::read_to_string(crate::corpus::root().join("docs/config.md")).unwrap();
    let (_, rest) = page.split_once("```toml\n").unwrap();
    let (shown, _) = rest.split_once("```").unwrap();
    let config = rbk::config::read(shown).unwrap_or_else(|error| panic!("{error:?}"));
    assert!(!config.paths.is_empty() && !config.severity.is_empty() && config.baseline.is_some());
    assert_valid("rbk-toml", &serde_json::to_value(toml::from_str::<toml::Table>(shown).unwrap()).unwrap());
}

#[test]
fn what_is_not_understood_is_refused_with_what_was_meant() {
    let wrong = [
        "roott = \".\"",
        "fail-on = \"warning\"",
        "[check]\nselct = [\"backup\"]",
        "[check]\nselect = [\"bakcup\"]",
        "[check]\nignore = [\"backup/misssing\"]",
        "[check]\nignore = [\"syntax\"]",
        "[check]\nseverity = { \"time\" = \"warn\" }",
        "[check]\nseverity = { \"value/date\" = \"info\" }",
        "[check]\nfail-on = 3",
        "[check]\nignore = \"time\"",
        "check = true",
        "exclude = [\"a{b\"]",
        "root = \"\"",
        "[[check.paths]]\nignore = [\"time\"]",
        "[[check.paths]]\nfile = [\"a\"]",
        "[check\n",
        "a = 1\nzzzzzzzz = 2",
    ];
    let told: Vec<String> = wrong
        .iter()
        .map(|text| {
            let ran = project(text).args("check").run();
            assert_eq!((ran.status, ran.stdout.as_str()), (2, ""), "{text}");
            format!("{text}\n---\n{}\n", ran.stderr)
        })
        .collect();
    insta::assert_snapshot!("refused", told.join("\n"));
    let json = project("roott = 1").args("check --format json").run();
    let document: Value = serde_json::from_str(&json.stdout).unwrap();
    assert_valid("check", &document);
    assert_eq!(document["errors"][0]["message"], "rbk.toml:1:1: unknown key `roott`");
    assert_eq!(project("roott = 1").args("check --no-config --fail-on error plans").run().status, 1);
    assert_eq!(project("roott = 1").args("build plans/a.rbk").run().status, 2);
}

#[test]
fn rules_are_chosen_by_name_and_by_group() {
    let plain = ["plans/a.rbk: error[reversal/hollow-undo]", "plans/a.rbk: warning[reference/unused]"];
    assert_eq!(told(project(""), ""), plain);
    assert_eq!(told(project(""), "--select reference"), plain[1..]);
    assert_eq!(told(project(""), "--ignore reference/unused"), plain[..1]);
    assert_eq!(told(project(""), "--select reference,reversal --ignore reversal"), plain[1..]);
    assert!(told(project("[check]\nignore = [\"reversal\"]"), "--ignore reference").is_empty());
    assert_eq!(told(project("[check]\nselect = [\"reversal\"]"), "--select reference"), plain[1..]);
    let strict = "[check]\nfail-on = \"warning\"\nignore = [\"reversal\"]";
    assert_eq!(project(strict).args("check").run().status, 1);
    assert_eq!(project(strict).args("check --fail-on error").run().status, 0);
    insta::assert_snapshot!("chosen_wrongly", project("").args("check --ignore syntax/unclosed").run().session());
}

#[test]
fn what_nobody_can_read_is_always_told() {
    let rbk = || project("[check]\nignore = [\"all\"]").file("plans/b.rbk", "nonsense");
    assert_eq!(told(rbk(), "--select order"), ["plans/b.rbk: error[form/missing]", "plans/b.rbk: error[syntax/unknown-keyword]"]);
}

#[test]
fn severities_are_set_and_the_most_specific_has_the_last_word() {
    let config = "[check.severity]\nall = \"info\"\nreference = \"error\"\n\"reference/unused\" = \"warning\"";
    assert_eq!(told(project(config), ""), ["plans/a.rbk: info[reversal/hollow-undo]", "plans/a.rbk: warning[reference/unused]"]);
    assert_eq!(project(config).args("check").run().status, 0);
    assert_eq!(project(config).args("build plans/a.rbk -o out").run().status, 1);
}

#[test]
fn paths_have_settings_of_their_own() {
    let rbk = || project(CONFIG).file("plans/legacy/b.rbk", PLAN).file("plans/vendor/c.rbk", PLAN).file("known.json", NONE);
    let all = [
        "plans/a.rbk: error[reversal/hollow-undo]",
        "plans/a.rbk: info[reference/unused]",
        "plans/legacy/b.rbk: warning[reference/unused]",
    ];
    assert_eq!(told(rbk(), ""), all);
    assert_eq!(told(rbk().from("plans/legacy"), ""), ["b.rbk: warning[reference/unused]"]);
    // What is named is checked, excluded or not.
    assert_eq!(told(rbk(), "plans/vendor/c.rbk").len(), 2);
}

const NONE: &str = "{ \"schema_version\": 1, \"findings\": [] }";

#[test]
fn the_root_of_the_file_is_the_root_of_every_command() {
    let library = "role dba \"DBA\" { contact $DBA_PHONE }\n";
    let plan =
        format!("use \"../shared.rbk\"\n\n{}", PLAN.replace(library, "").replace("SELECT 1;", "ALTER TABLE orders DROP COLUMN note;"));
    let rbk = |config: &str| Rbk::new().file("rbk.toml", config).file("plans/a.rbk", &plan).file("shared.rbk", library);
    assert!(rbk("").args("check --format concise plans/a.rbk").run().stdout.contains("outside the root"));
    assert_eq!(rbk("root = \".\"").args("check plans/a.rbk").run().status, 0);
    assert_eq!(rbk("root = \".\"").from("plans").args("check a.rbk").run().status, 0);
    assert_eq!(rbk("root = \".\"").from("plans").args("graph a.rbk").run().status, 0);
    assert_eq!(rbk("root = \"plans\"").args("check --root . plans/a.rbk").run().status, 0);
}

#[test]
fn the_file_is_looked_for_no_further_up_than_the_repository() {
    let rbk = || Rbk::new().file("rbk.toml", "nonsense").file("inner/.git/HEAD", "").file("inner/a.rbk", PLAN);
    assert_eq!(rbk().from("inner").args("check a.rbk").run().status, 1);
    assert_eq!(rbk().args("check inner/a.rbk").run().status, 2);
    assert_eq!(rbk().from("inner").args("check --config ../rbk.toml a.rbk").run().status, 2);
}

#[test]
fn findings_of_before_are_not_told_again_wherever_their_lines_move() {
    let ran = project("[check]\nbaseline = \"known.json\"").args("check --write-baseline").run();
    insta::assert_snapshot!("baseline_written", ran.session());
    insta::assert_snapshot!("baseline", ran.read("known.json"));
    assert_valid("baseline", &serde_json::from_str(&ran.read("known.json")).unwrap());
    let moved = PLAN.replace("target db", "# one\n\n\n# two\ntarget db").replace("rto 10m", "rto 9m");
    let ran = ran.then().file("plans/a.rbk", moved).args("check").run();
    assert_eq!(ran.session(), "--- stderr\nno findings in plans/a.rbk\n--- status 0\n");
    let more = PLAN.replace("role dba", "role ops \"Operations\" { contact $OPS }\n\nrole dba");
    let ran = ran.then().file("plans/a.rbk", more).from("plans").args("check --format concise").run();
    assert_eq!(ran.stdout, "a.rbk:32:1: warning[reference/unused]: nothing uses the role `ops`\n");
}

#[test]
fn findings_of_before_that_are_gone_are_told_and_taken_out() {
    let ran = project("[check]\nbaseline = \"known.json\"").file("plans/b.rbk", PLAN).args("check --write-baseline").run();
    let mended = PLAN.replace("SELECT 1;", "ALTER TABLE orders DROP COLUMN note;");
    let ran = ran.then().file("plans/a.rbk", mended).args("check --format concise").run();
    insta::assert_snapshot!("baseline_unneeded", ran.session());
    let json = ran.then().args("check --format json").run();
    let document: Value = serde_json::from_str(&json.stdout).unwrap();
    assert_valid("check", &document);
    assert_eq!((&document["baseline"]["left_out"], json.stderr.as_str()), (&Value::from(3), ""));
    assert_eq!(document["baseline"]["unneeded"][0]["code"], "reversal/hollow-undo");
    // A run over a part of the plans says nothing about the others, and keeps theirs.
    let ran = json.then().args("check plans/b.rbk").run();
    assert_eq!(ran.session(), "--- stderr\nno findings in plans/b.rbk\n--- status 0\n");
    let ran = ran.then().args("check --write-baseline plans/b.rbk").run();
    assert!(ran.stderr.contains("known.json: holds 4 findings"), "{}", ran.session());
    let ran = ran.then().args("check --write-baseline").run();
    assert!(ran.stderr.contains("known.json: holds 3 findings"), "{}", ran.session());
    // A plan that can't be read has not lost its findings.
    let ran = ran.then().file("plans/b.rbk", "nonsense").args("check --format concise").run();
    assert!(ran.stdout.contains("plans/b.rbk:1:1: error[syntax/unknown-keyword]") && ran.stderr.is_empty(), "{}", ran.session());
    std::fs::remove_file(ran.path().join("plans/b.rbk")).unwrap();
    let ran = ran.then().args("check").run();
    assert!(ran.stderr.contains("known.json: 2 of the findings of before are not there any more:\n  plans/b.rbk: "), "{}", ran.session());
}

#[test]
fn a_baseline_holds_nothing_that_is_always_told() {
    let rbk = || Rbk::new().file("a.rbk", "nonsense");
    let ran = rbk().args("check --baseline known.json --write-baseline").run();
    assert_eq!((ran.status, ran.read("known.json").as_str()), (1, "{\n  \"schema_version\": 1,\n  \"findings\": []\n}\n"));
    insta::assert_snapshot!("baseline_missing", rbk().args("check --baseline known.json").run().session());
    insta::assert_snapshot!("baseline_broken", rbk().file("known.json", "[1]").args("check --baseline known.json").run().session());
    assert_eq!(rbk().args("check --write-baseline").run().stderr.lines().next(), Some("error: there is no baseline to write"));
}
