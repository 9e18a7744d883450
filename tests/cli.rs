//! The command line, as a terminal shows it.

use std::fs;
use std::io::Write;
use std::path::Path;
use std::process::{Command, Stdio};

use crate::harness::Rbk;

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
      ALTER TABLE orders DROP COLUMN note;
    ```
    undo takes 1m
  }
}

scenario back "Back" {
  applies from add-note
  undo add-note { needs "Can orders be read?" }
}
"#;

/// The plan with one error and one warning in it.
fn faulty() -> String {
    let hollow = PLAN.replace("      ALTER TABLE orders DROP COLUMN note;", "      SELECT 1;");
    hollow.replace("phase", "role dba \"DBA\" { contact $DBA_PHONE }\n\nphase")
}

#[test]
fn a_sound_plan_passes_in_silence() {
    let ran = Rbk::new().file("plan.rbk", PLAN).args("check plan.rbk").run();
    assert_eq!(ran.session(), "--- stderr\nno findings in plan.rbk\n--- status 0\n");
}

#[test]
fn findings_are_the_product_and_the_count_is_the_conversation() {
    let ran = Rbk::new().file("plan.rbk", faulty()).args("check plan.rbk").run();
    insta::assert_snapshot!(ran.session());
}

#[test]
fn the_readme_shows_what_is_said_today() {
    let plan = fs::read_to_string("examples/quickstart/quickstart.rbk").unwrap();
    let forgetful = plan.replace("  take shop-before\n", "");
    assert_ne!(forgetful, plan);
    let ran = Rbk::new().file("quickstart.rbk", forgetful).args("check --width 100 quickstart.rbk").run();
    let (finding, _) = ran.stdout.split_once("\nMore:").unwrap();
    assert!(fs::read_to_string("README.md").unwrap().contains(&format!("```text\n{finding}```\n")), "{finding}");
}

#[test]
fn a_line_each_for_editors() {
    let ran = Rbk::new().file("plan.rbk", faulty()).args("check --format concise plan.rbk").run();
    insta::assert_snapshot!(ran.session());
}

/// A plan whose changes come back in different ways.
const SIDES: &str = r#"plan sides "Sides" {
 rto 1h
}

target db "Orders" postgres { url $DATABASE_URL }

target app "App" host

backup all "All of it" of db {
 method pg_dump custom
 file "all.dump"
 take takes 5m
 restore takes 20m
}

phase migrate "Migrate" at T {
 change note "Orders have a note" on db {
  do ```sql
   ALTER TABLE orders ADD COLUMN note text;
  ```
  undo auto
 }

 change required "Every order has a customer" on db {
  do ```sql
   ALTER TABLE orders ALTER COLUMN customer SET NOT NULL;
   ALTER TABLE orders RENAME COLUMN state TO status;
   ALTER TABLE orders ALTER COLUMN comment DROP NOT NULL;
  ```
  undo ```sql
   ALTER TABLE orders ALTER COLUMN comment SET NOT NULL;
   ALTER TABLE orders RENAME COLUMN status TO state;
   ALTER TABLE orders ALTER COLUMN customer DROP NOT NULL;
  ```
 }

 change recounted "Totals are counted anew" on db {
  do ```sh
   ./recount
  ```
  undo manual "Count the old way"
 }

 change restarted "The application is restarted" on app {
  do ```sh
   ./restart
  ```
  undo ```sh
   ./restart --old
  ```
 }

 take all

 change fax-dropped "Customers lose their fax numbers" on db {
  do ```sql
   ALTER TABLE customers DROP COLUMN fax;
  ```
  undo restore all
 }
}

scenario back "Back" {
 applies from note
 undo everything
}
"#;

#[test]
fn verdicts_say_what_comes_back() {
    let check = |args: &str| Rbk::new().file("sides.rbk", SIDES).args(args).run().stdout;
    insta::assert_snapshot!("verdicts", check("check --verdicts sides.rbk"));
    let json: serde_json::Value = serde_json::from_str(&check("check --verdicts --format json sides.rbk")).expect("JSON");
    crate::schema::assert_valid("check", &json);
    insta::assert_snapshot!("verdicts_json", serde_json::to_string_pretty(&json["verdicts"]).expect("JSON"));
}

#[test]
fn json_is_alone_on_stdout() {
    let ran = Rbk::new().file("plan.rbk", faulty()).args("check --format json plan.rbk").run();
    assert_eq!((ran.status, ran.stderr.as_str()), (1, ""));
    let document: serde_json::Value = serde_json::from_str(&ran.stdout).unwrap();
    assert_eq!(document["schema_version"], 1);
    assert_eq!(document["summary"]["errors"], 1);
    assert_eq!(document["findings"][0]["labels"][0]["file"], "plan.rbk");
}

#[test]
fn fail_on_sets_what_counts() {
    let warned = PLAN.replace("phase", "role dba \"DBA\" { contact $DBA_PHONE }\n\nphase");
    let rbk = || Rbk::new().file("plan.rbk", &warned);
    assert_eq!(rbk().args("check plan.rbk").run().status, 0);
    assert_eq!(rbk().args("check --fail-on warning plan.rbk").run().status, 1);
    assert_eq!(rbk().args("check --fail-on nothing plan.rbk").run().status, 2);
}

#[test]
fn without_files_everything_below_is_checked_and_libraries_with_their_plans() {
    let ran = Rbk::new()
        .file("plans/a.rbk", format!("use \"../shared/people.rbk\"\n\n{PLAN}"))
        .file("shared/people.rbk", "role dba \"DBA\" { contact $DBA_PHONE }\n")
        .file("node_modules/other.rbk", "nonsense")
        .file(".git/x.rbk", "nonsense")
        .args("check")
        .run();
    assert_eq!(ran.session(), "--- stderr\nno findings in plans/a.rbk\n--- status 0\n");
    let ran = Rbk::new().args("check").run();
    insta::assert_snapshot!(ran.session());
}

#[test]
fn directories_are_walked_without_what_git_ignores() {
    let rbk = || {
        Rbk::new()
            .file(".gitignore", "generated/\n")
            .file("plans/b.rbk", PLAN)
            .file("plans/a.rbk", faulty())
            .file("plans/generated/c.rbk", "nonsense")
            .file("plans/.hidden.rbk", "nonsense")
            .file("plans/.gitignore", "old-*.rbk\n!old-kept.rbk\n")
            .file("plans/old-d.rbk", "nonsense")
            .file("plans/old-kept.rbk", faulty())
            .file("other/e.rbk", "nonsense")
    };
    let ran = rbk().args("check --format concise ./plans plans/a.rbk").run();
    let files: Vec<&str> = ran.stdout.lines().filter_map(|line| line.split(':').next()).collect();
    assert_eq!(files, ["plans/a.rbk", "plans/a.rbk", "plans/old-kept.rbk", "plans/old-kept.rbk"]);
    assert_eq!(rbk().args("check --format concise plans/generated/c.rbk").run().stdout.lines().count(), 2);
    assert_eq!(rbk().from("plans").args("fmt --check").run().session(), "--- status 0\n");
    assert_eq!(rbk().file("empty/x", "").args("check empty").run().stderr.lines().next(), Some("error: no .rbk file below empty"));
}

#[test]
fn many_plans_are_told_in_the_order_of_their_paths() {
    let mut rbk = Rbk::new();
    for n in 0..60 {
        rbk = rbk.file(&format!("plans/{n:02}.rbk"), faulty());
    }
    let ran = rbk.args("check --format concise").run();
    let files: Vec<&str> = ran.stdout.lines().filter_map(|line| line.split(':').next()).collect();
    assert_eq!(files.len(), 120);
    assert!(files.is_sorted());
    let told = ran.stdout.clone();
    assert_eq!(ran.then().args("check --format concise").run().stdout, told);
}

#[test]
fn stdin_has_the_name_that_it_is_given() {
    let ran = Rbk::new().stdin(faulty()).args("check --format concise --stdin-filename plans/a.rbk -").run();
    assert!(ran.stdout.starts_with("plans/a.rbk:"), "{}", ran.session());
}

#[test]
fn files_are_named_as_they_were_given() {
    let ran =
        Rbk::new().file("plans/a.rbk", faulty()).file("other/b", "").from("other").args("check --format concise ../plans/a.rbk").run();
    assert!(ran.stdout.starts_with("../plans/a.rbk:"), "{}", ran.session());
}

#[test]
fn a_missing_file_is_trouble_and_the_others_are_checked() {
    let ran = Rbk::new().file("plan.rbk", faulty()).args("check --format concise nowhere.rbk plan.rbk").run();
    insta::assert_snapshot!(ran.session());
}

#[test]
fn a_file_that_is_not_utf_8_is_a_finding() {
    let ran = Rbk::new().file("plan.rbk", b"plan p \"caf\xE9\" {}\n").args("check plan.rbk").run();
    insta::assert_snapshot!(ran.session());
    let used = Rbk::new().file("plan.rbk", format!("use \"cafe.rbk\"\n\n{PLAN}")).file("cafe.rbk", b"# caf\xE9\n");
    insta::assert_snapshot!("a_used_file_that_is_not_utf_8", used.args("check plan.rbk").run().session());
}

#[test]
fn a_plan_reads_nothing_outside_its_root() {
    let library = "role dba \"DBA\" { contact $DBA_PHONE }\n";
    let rbk = || Rbk::new().file("plans/a.rbk", format!("use \"../shared.rbk\"\n\n{PLAN}")).file("shared.rbk", library);
    let outside = rbk().args("check --format concise plans/a.rbk").run();
    insta::assert_snapshot!(outside.session());
    assert_eq!(rbk().args("check --root . plans/a.rbk").run().status, 0);
    assert_eq!(rbk().file(".git/HEAD", "").args("check plans/a.rbk").run().status, 0);
    assert_eq!(rbk().args("check --root nowhere plans/a.rbk").run().status, 2);
}

#[test]
fn colour_is_asked_for_and_refused_by_the_usual_variables() {
    let coloured = |rbk: Rbk| rbk.file("plan.rbk", faulty()).run().stdout.contains('\u{1b}');
    assert!(!coloured(Rbk::new().args("check plan.rbk")));
    assert!(coloured(Rbk::new().args("check --color always plan.rbk")));
    assert!(coloured(Rbk::new().args("check plan.rbk").env("CLICOLOR_FORCE", "1")));
    assert!(!coloured(Rbk::new().args("check plan.rbk").env("CLICOLOR_FORCE", "1").env("NO_COLOR", "1")));
    assert!(!coloured(Rbk::new().args("check --color never plan.rbk").env("CLICOLOR_FORCE", "1")));
}

#[test]
fn ascii_for_terminals_that_know_nothing_else() {
    let stdout = |rbk: Rbk| rbk.file("plan.rbk", faulty()).run().stdout;
    assert!(!stdout(Rbk::new().args("check plan.rbk")).is_ascii());
    assert!(stdout(Rbk::new().args("check --ascii --width 40 plan.rbk")).is_ascii());
    assert!(stdout(Rbk::new().args("check plan.rbk").env("LANG", "C")).is_ascii());
}

#[test]
fn a_reader_that_leaves_early_is_no_failure() {
    use std::process::{Command, Stdio};
    // More than a pipe holds, so that the command is still writing when its reader has gone.
    let pages = vec!["backup/missing"; 100];
    let mut command = Command::new(env!("CARGO_BIN_EXE_rbk"));
    command.arg("explain").args(pages).stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut child = command.spawn().unwrap();
    drop(child.stdout.take());
    let output = child.wait_with_output().unwrap();
    assert_eq!((output.status.code(), String::from_utf8_lossy(&output.stderr).as_ref()), (Some(0), ""));
}

#[test]
fn fmt_lays_out_in_place_and_says_what_it_would() {
    let untidy = PLAN.replace("  rto 10m", "      rto   10m");
    let ran = Rbk::new().file("plan.rbk", &untidy).args("fmt --check plan.rbk").run();
    insta::assert_snapshot!("fmt_check", ran.session());
    let ran = ran.then().args("fmt --diff plan.rbk").run();
    insta::assert_snapshot!("fmt_diff", ran.session());
    let ran = ran.then().args("fmt plan.rbk").run();
    assert_eq!(ran.session(), "--- status 0\n");
    assert_eq!(ran.read("plan.rbk"), PLAN);
    assert_eq!(fs::read_dir(ran.path()).unwrap().count(), 1);
    assert_eq!(ran.then().args("fmt --check").run().session(), "--- status 0\n");
    let ran = Rbk::new().stdin(&untidy).args("fmt -").run();
    assert_eq!(ran.stdout, PLAN);
}

#[test]
fn explain_prints_pages_and_suggests_the_nearest() {
    let ran = Rbk::new().args("explain reversal/hollow-undo").run();
    assert!(ran.stdout.starts_with("# reversal/hollow-undo\n"), "{}", ran.session());
    let both = Rbk::new().args("explain hollow-undo order/cycle").run();
    assert!(both.stdout.contains("\n---\n\n# order/cycle\n"), "{}", both.session());
    insta::assert_snapshot!("explain_nearest", Rbk::new().args("explain reversal/holow-undo").run().session());
    insta::assert_snapshot!("explain_group", Rbk::new().args("explain backup").run().session());
    insta::assert_snapshot!("explain_nothing", Rbk::new().args("explain zzz").run().session());
}

#[test]
fn rules_are_listed_for_people_and_programs() {
    insta::assert_snapshot!("rules_list", Rbk::new().args("rules").run().session());
    let json = Rbk::new().args("rules --format json").run().stdout;
    let document: serde_json::Value = serde_json::from_str(&json).unwrap();
    assert_eq!(document["schema_version"], 1);
    assert_eq!(document["rules"][0]["acceptable"], true);
}

#[test]
fn build_writes_a_bundle_or_nothing() {
    let ran = Rbk::new().file("plan.rbk", PLAN).args("build plan.rbk").run();
    assert_eq!((ran.status, ran.stdout.as_str()), (0, ""), "{}", ran.session());
    assert!(ran.path().join("add-column/rollback").is_file());
    let ran = ran.then().file("plan.rbk", faulty()).args("build plan.rbk -o other").run();
    insta::assert_snapshot!("build_refused", ran.session());
    assert!(!ran.path().join("other").exists());
    let ran = ran.then().file("plan.rbk", PLAN).file("thesis/years-of-work", "").args("build plan.rbk -o thesis").run();
    insta::assert_snapshot!("build_elsewhere", ran.session());
    assert!(ran.path().join("thesis/years-of-work").is_file());
}

#[test]
fn build_signs_with_the_stock_program() {
    let path = std::env::var("PATH").unwrap();
    let ran = Rbk::new().file("plan.rbk", PLAN).env("PATH", &path).args("build plan.rbk --sign key").run();
    assert_eq!(ran.status, 2, "{}", ran.session());
    assert!(ran.stderr.contains("ssh-keygen can't sign with key") && !ran.path().join("add-column").exists(), "{}", ran.session());
    keygen(ran.path(), "-q -t ed25519 -N  -C ann -f key", None);
    let ran = ran.then().env("PATH", &path).args("build plan.rbk --sign key").run();
    assert_eq!(ran.status, 0, "{}", ran.session());
    fs::write(ran.path().join("signers"), format!("ann {}", ran.read("key.pub"))).unwrap();
    let signed = |sums: &str| keygen(ran.path(), "-Y verify -f signers -I ann -n rbk-bundle -s add-column/SHA256SUMS.sig", Some(sums));
    let sums = ran.read("add-column/SHA256SUMS");
    assert!(signed(&sums) && !signed(&sums.replace('a', "b")));
    // The signature of what is built from the same plan with the same key is the same.
    let first = ran.read("add-column/SHA256SUMS.sig");
    let ran = ran.then().env("PATH", &path).args("build plan.rbk --sign key -o again").run();
    assert_eq!(ran.read("again/SHA256SUMS.sig"), first);
}

/// Runs `ssh-keygen` with arguments parted by blanks in a folder, and returns whether it was content.
fn keygen(folder: &Path, arguments: &str, input: Option<&str>) -> bool {
    let mut command = Command::new("ssh-keygen");
    command.args(arguments.split(' ')).current_dir(folder).stdin(Stdio::piped()).stdout(Stdio::null()).stderr(Stdio::null());
    let mut child = command.spawn().expect("ssh-keygen is installed");
    child.stdin.take().expect("it is piped").write_all(input.unwrap_or_default().as_bytes()).expect("it reads");
    child.wait().expect("it ends").success()
}

#[test]
fn a_journal_survives_its_plan_being_built_again_and_stops_another() {
    let ran = Rbk::new().file("plan.rbk", PLAN).args("build plan.rbk -o out").run();
    let ran = ran.then().file("out/state/journal", "begun\n").args("build plan.rbk -o out").run();
    assert_eq!((ran.status, ran.read("out/state/journal").as_str()), (0, "begun\n"), "{}", ran.session());
    let changed = PLAN.replace("DROP COLUMN note;", "DROP COLUMN note; -- mended");
    let ran = ran.then().file("plan.rbk", changed).args("build plan.rbk -o out").run();
    insta::assert_snapshot!("build_beside_a_journal", ran.session());
    assert_eq!(ran.read("out/state/journal"), "begun\n");
}

#[test]
fn run_is_a_door_to_the_bundle_and_ends_as_it_ends() {
    let path = std::env::var("PATH").unwrap();
    let ran = Rbk::new().file("plan.rbk", PLAN).env("PATH", &path).args("run plan.rbk").run();
    insta::assert_snapshot!("run_a_plan", ran.session());
    let built = ran.read("add-column/SHA256SUMS");
    let ran = ran.then().env("PATH", &path).args("run add-column mark add-note applied --operator Ann").run();
    assert_eq!((ran.status, ran.stdout.as_str()), (0, "On record: add-note is applied, says Ann.\n"), "{}", ran.session());
    // A run may be under way: what is built already is left as it is.
    let ran = ran.then().file("add-column/state/lock/owner", "").env("PATH", &path).args("run plan.rbk status").run();
    assert_eq!((ran.status, ran.read("add-column/SHA256SUMS")), (0, built), "{}", ran.session());
    assert!(ran.stdout.contains("  applied      add-note"), "{}", ran.stdout);
    let ran = ran.then().env("PATH", &path).args("run -o elsewhere plan.rbk --no-such-option").run();
    insta::assert_snapshot!("run_misused", ran.session());
}

#[test]
fn run_refuses_what_is_neither_a_bundle_nor_a_sound_plan() {
    let ran = Rbk::new().file("plan.rbk", faulty()).file("folder/file", "").args("run plan.rbk prepare").run();
    assert_eq!((ran.status, ran.stdout.as_str()), (1, ""), "{}", ran.session());
    assert!(!ran.path().join("add-column").exists());
    let ran = ran.then().args("run folder").run();
    insta::assert_snapshot!("run_no_bundle", ran.session());
    let ran = ran.then().args("run -o there folder").run();
    insta::assert_snapshot!("run_builds_nothing", ran.session());
}

#[test]
fn a_runbook_is_written_alone_and_is_that_of_the_bundle() {
    let ran = Rbk::new().file("plan.rbk", PLAN).args("docs plan.rbk").run();
    assert_eq!((ran.status, ran.stderr.as_str()), (0, ""));
    let book = ran.stdout.clone();
    let ran = ran.then().args("build plan.rbk -o out").run();
    assert_eq!(ran.read("out/RUNBOOK.md"), book);
    let ran = ran.then().args("docs plan.rbk -o RUNBOOK.md").run();
    assert_eq!((ran.status, ran.stdout.as_str(), ran.stderr.as_str(), ran.read("RUNBOOK.md")), (0, "", "", book.clone()));
    let ran = ran.then().args("docs plan.rbk -o RUNBOOK.md --check").run();
    assert_eq!(ran.session(), "--- status 0\n");
    let ran = ran.then().file("RUNBOOK.md", book.replace('\n', "\r\n")).args("docs plan.rbk -o RUNBOOK.md --check").run();
    assert_eq!(ran.session(), "--- status 0\n");
}

#[test]
fn a_runbook_that_is_out_of_date_is_told_and_stays_as_it_is() {
    let ran = Rbk::new().file("plan.rbk", PLAN).args("docs plan.rbk -o RUNBOOK.md").run();
    let book = ran.read("RUNBOOK.md");
    let changed = PLAN.replace("Orders have a note", "Orders have notes");
    let ran = ran.then().file("plan.rbk", &changed).args("docs --check -o RUNBOOK.md plan.rbk").run();
    assert_eq!(ran.status, 1);
    assert_eq!(ran.stderr, "RUNBOOK.md is out of date; `rbk docs plan.rbk -o RUNBOOK.md` writes it anew\n");
    assert!(ran.stdout.starts_with("--- RUNBOOK.md (as it is)\n+++ RUNBOOK.md (as the plan says)\n@@ "), "{}", ran.stdout);
    assert!(ran.stdout.lines().any(|line| line.starts_with('-') && line.contains("Orders have a note")), "{}", ran.stdout);
    assert_eq!(ran.read("RUNBOOK.md"), book);
    let ran = ran.then().args("docs plan.rbk -o other.md --check").run();
    assert_eq!(ran.session(), "--- stderr\nother.md is not there; `rbk docs plan.rbk -o other.md` writes it\n--- status 1\n");
    assert_eq!(ran.then().args("docs plan.rbk --check").run().status, 2);
}

#[test]
fn a_runbook_is_written_whole_or_not_at_all() {
    let broken = PLAN.replace("undo add-note", "undo nothing");
    let ran = Rbk::new().file("plan.rbk", &broken).file("RUNBOOK.md", "of before\n").args("docs plan.rbk -o RUNBOOK.md").run();
    insta::assert_snapshot!("docs_refused", ran.session());
    assert_eq!(ran.read("RUNBOOK.md"), "of before\n");
    let ran = ran.then().file("plan.rbk", PLAN).args("docs plan.rbk -o ./plan.rbk").run();
    assert_eq!((ran.status, ran.read("plan.rbk").as_str()), (2, PLAN), "{}", ran.session());
    let ran = ran.then().file("folder/x", "").args("docs plan.rbk -o folder").run();
    assert_eq!((ran.status, ran.read("folder/x").as_str()), (2, ""), "{}", ran.session());
    assert_eq!(ran.then().args("docs plan.rbk -o missing/RUNBOOK.md").run().status, 2);
}

#[test]
fn graphs_are_drawn_in_three_languages() {
    for format in ["mermaid", "dot", "json"] {
        let ran = Rbk::new().file("plan.rbk", PLAN).args(&format!("graph plan.rbk --format {format}")).run();
        assert_eq!((ran.status, ran.stderr.as_str()), (0, ""), "{format}");
        insta::assert_snapshot!(format!("graph_{format}"), ran.stdout);
    }
}

#[test]
fn wrong_usage_is_2_and_help_is_0() {
    assert_eq!(Rbk::new().args("chekc").run().status, 2);
    assert_eq!(Rbk::new().args("check --width 10 plan.rbk").run().status, 2);
    assert_eq!(Rbk::new().args("--version").run().stdout, format!("rbk {}\n", env!("CARGO_PKG_VERSION")));
    insta::assert_snapshot!("help", Rbk::new().args("--help").run().session());
    insta::assert_snapshot!("help_check", Rbk::new().args("check --help").run().session());
}
