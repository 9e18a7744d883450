//! What `rbk check` writes for services and programs: every form, valid by the form's own definition.

use std::fs;
use std::io::Write;
use std::process::{Command, Stdio};

use serde_json::Value;

use crate::corpus;
use crate::harness::{Ran, Rbk};
use crate::schema::assert_valid;

/// One error, one warning, and a path and texts that mean something to every form.
const PLAN: &str = r#"plan add-column "Add <a> & \"b\" | `c`" {
  rto 10m
}

target db "Orders" postgres { url $DATABASE_URL }

phase migrate "Migrate" at T {
  change add-note "Orders have a note" on db {
    do ```sql
      ALTER TABLE orders ADD COLUMN note text;
    ```
    undo ```sql
      SELECT 'ä', '<&>';
    ```
    undo takes 1m
  }
}

scenario back "Back" {
  applies from add-note
  undo add-note { needs "Can orders be read?" }
}

role dba "DBA: 100% <sure>, `always`" { contact $DBA_PHONE }
"#;

const FORMS: [&str; 10] = ["human", "concise", "json", "json-lines", "sarif", "github", "gitlab", "junit", "checkstyle", "markdown"];

fn project() -> Rbk {
    Rbk::new().file(".git/HEAD", "").file("plans/a&b,c:d/plan.rbk", PLAN)
}

fn told(form: &str) -> Ran {
    project().args(&format!("check --format {form} plans/a&b,c:d/plan.rbk nowhere.rbk")).run()
}

#[test]
fn every_form_is_alone_on_stdout_and_told_as_people_review_it() {
    for form in FORMS {
        let ran = told(form);
        assert_eq!(ran.status, 2, "{form}: {}", ran.session());
        let stdout = ran.stdout.replace(&format!("\"{}\"", env!("CARGO_PKG_VERSION")), "\"[version]\"");
        // The pages of rules have tests of their own.
        let stdout = if form == "sarif" { without_pages(&stdout) } else { stdout };
        insta::assert_snapshot!(format!("form_{form}"), stdout);
    }
}

fn without_pages(sarif: &str) -> String {
    let mut log: Value = serde_json::from_str(sarif).unwrap();
    for rule in log["runs"][0]["tool"]["driver"]["rules"].as_array_mut().unwrap() {
        assert!(rule["help"]["markdown"].as_str().unwrap().starts_with("# "));
        rule["help"] = "[page]".into();
    }
    serde_json::to_string_pretty(&log).unwrap()
}

#[test]
fn json_is_what_its_published_schema_says() {
    let document: Value = serde_json::from_str(&told("json").stdout).unwrap();
    assert_valid("check", &document);
    assert_eq!((document["findings"].as_array().unwrap().len(), document["unread"].as_array().unwrap().len()), (2, 1));
    let ran = Rbk::new().args("rules --format json").run();
    assert_valid("rules", &serde_json::from_str(&ran.stdout).unwrap());
}

#[test]
fn json_lines_are_objects_that_their_schema_knows_and_the_count_is_last() {
    let stdout = told("json-lines").stdout;
    let lines: Vec<Value> = stdout.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    lines.iter().for_each(|line| assert_valid("check-line", line));
    let types: Vec<&str> = lines.iter().map(|line| line["type"].as_str().unwrap()).collect();
    assert_eq!(types, ["finding", "finding", "unread", "summary"]);
}

/// The schema of the standard, as a crate ships it.
fn sarif_schema() -> Value {
    let rustc = Command::new("rustc").arg("-vV").output().expect("rustc runs");
    let version = String::from_utf8_lossy(&rustc.stdout).into_owned();
    let host = version.lines().find_map(|line| line.strip_prefix("host: ")).expect("rustc names its host");
    let output = Command::new(env!("CARGO"))
        .args(["metadata", "--format-version", "1", "--locked", "--offline", "--filter-platform", host])
        .current_dir(corpus::root())
        .output()
        .expect("cargo runs");
    let metadata: Value = serde_json::from_slice(&output.stdout).expect("cargo prints JSON");
    let package = metadata["packages"].as_array().unwrap().iter().find(|package| package["name"] == "serde-sarif").unwrap();
    let folder = std::path::Path::new(package["manifest_path"].as_str().unwrap()).parent().unwrap();
    let schema: Value = serde_json::from_str(&fs::read_to_string(folder.join("src/schema.json")).unwrap()).unwrap();
    assert_eq!(schema["properties"]["version"]["enum"][0], "2.1.0");
    schema
}

#[test]
fn sarif_is_valid_against_the_standards_schema() {
    let mut compiler = boon::Compiler::new();
    compiler.enable_format_assertions();
    compiler.add_resource("https://rbk.invalid/sarif.json", sarif_schema()).unwrap();
    let mut schemas = boon::Schemas::new();
    let index = compiler.compile("https://rbk.invalid/sarif.json", &mut schemas).unwrap();
    let logs = [
        told("sarif").stdout,
        Rbk::new().file("a.rbk", "nonsense").args("check --format sarif --rules-url https://example.org/{rule} a.rbk").run().stdout,
        Rbk::new().args("check --format sarif").run().stdout,
        Rbk::new().file("a.rbk", "paln p \"P\" {\n}\n").args("check --format sarif a.rbk").run().stdout,
    ];
    for log in &logs {
        let document: Value = serde_json::from_str(log).unwrap();
        if let Err(error) = schemas.validate(&document, index) {
            panic!("{error:#}\n{log}");
        }
        // And it is what those who read it take it for.
        let read: serde_sarif::sarif::Sarif = serde_json::from_str(log).unwrap();
        assert_eq!(read.runs[0].tool.driver.name, "rbk");
    }
    assert!(logs[3].contains("\"fixes\""), "{}", logs[3]);
    let wrong = serde_json::json!({ "version": "2.1.0", "runs": [{ "tool": {} }] });
    assert!(schemas.validate(&wrong, index).is_err());
}

fn fingerprints(log: &str) -> Vec<String> {
    let log: Value = serde_json::from_str(log).unwrap();
    let results = log["runs"][0]["results"].as_array().unwrap();
    results.iter().map(|result| result["partialFingerprints"]["rbk/v1"].as_str().unwrap().to_owned()).collect()
}

#[test]
fn fingerprints_stay_when_lines_move_and_wherever_the_run_is_started() {
    let before = fingerprints(&told("sarif").stdout);
    let moved = PLAN.replace("plan add-column", "# one\n# two\n\nplan add-column");
    let after = project().file("plans/a&b,c:d/plan.rbk", moved).args("check --format sarif plans/a&b,c:d/plan.rbk").run();
    assert_eq!(before, fingerprints(&after.stdout));
    let inside = project().from("plans/a&b,c:d").args("check --format sarif plan.rbk").run();
    assert_eq!(before, fingerprints(&inside.stdout));
    assert!(inside.stdout.contains("\"plans/a%26b%2Cc%3Ad/plan.rbk\""), "{}", inside.stdout);
}

#[test]
fn gitlabs_fingerprints_are_all_different() {
    let issues: Value = serde_json::from_str(&told("gitlab").stdout).unwrap();
    let mut prints: Vec<&str> = issues.as_array().unwrap().iter().map(|issue| issue["fingerprint"].as_str().unwrap()).collect();
    assert_eq!(prints.len(), 3);
    prints.sort_unstable();
    prints.dedup();
    assert_eq!(prints.len(), 3);
}

/// What Python's parser reads of an XML document: `element` counts.
fn xml(document: &str) -> String {
    let program = "import sys, collections, xml.etree.ElementTree as tree\n\
                   root = tree.fromstring(sys.stdin.buffer.read())\n\
                   counts = collections.Counter(element.tag for element in root.iter())\n\
                   print(' '.join(f'{tag}={counts[tag]}' for tag in sorted(counts)))\n\
                   print(root.attrib.get('tests'), root.attrib.get('failures'), root.attrib.get('errors'))\n\
                   print(next(e.attrib['message'] for e in root.iter() if 'message' in e.attrib))";
    let mut child = Command::new("python3").args(["-c", program]).stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().unwrap();
    child.stdin.take().unwrap().write_all(document.as_bytes()).unwrap();
    let output = child.wait_with_output().unwrap();
    assert!(output.status.success(), "{document}");
    String::from_utf8(output.stdout).unwrap()
}

#[test]
fn xml_is_read_by_a_parser_that_is_not_ours() {
    insta::assert_snapshot!("form_junit_read", xml(&told("junit").stdout));
    insta::assert_snapshot!("form_checkstyle_read", xml(&told("checkstyle").stdout));
}

#[test]
fn a_comment_is_markdown_with_nothing_of_the_plan_in_it() {
    let comment = told("markdown").stdout;
    let mut html = String::new();
    pulldown_cmark::html::push_html(&mut html, pulldown_cmark::Parser::new(&comment));
    insta::assert_snapshot!("form_markdown_html", html);
}

#[test]
fn a_comment_is_cut_before_a_service_refuses_it() {
    let roles: String = (0..2000).map(|n| format!("role r{n} \"Nobody needs it\" {{ contact $DBA_PHONE }}\n")).collect();
    let ran = Rbk::new().file("plan.rbk", format!("{PLAN}\n{roles}")).args("check --format markdown plan.rbk").run();
    assert!(ran.stdout.len() < 65_536, "{}", ran.stdout.len());
    assert!(ran.stdout.contains(" more; `rbk check` tells them all."));
}

#[test]
fn several_reports_are_written_at_once() {
    let ran = project().args("check --report sarif=a.sarif --report junit=b.xml --report human=c.txt plans/a&b,c:d/plan.rbk").run();
    assert_eq!(ran.status, 1);
    assert!(ran.stdout.contains("reversal/hollow-undo"));
    assert_eq!(ran.read("a.sarif"), project().args("check --format sarif plans/a&b,c:d/plan.rbk").run().stdout);
    assert_eq!(ran.read("b.xml"), project().args("check --format junit plans/a&b,c:d/plan.rbk").run().stdout);
    assert_eq!(ran.read("c.txt"), ran.stdout);
}

#[test]
fn a_report_that_can_not_be_written_is_trouble_and_the_others_are_there() {
    let ran = project().args("check --report sarif=missing/a.sarif --report concise=b.txt plans/a&b,c:d/plan.rbk").run();
    insta::assert_snapshot!(ran.session());
    assert_eq!(ran.read("b.txt").lines().count(), 2);
    let same = project().args("check --report sarif=a --report json=a plans/a&b,c:d/plan.rbk").run();
    insta::assert_snapshot!("two_reports_in_one_file", same.session());
    let unknown = project().args("check --report sarfi=a plans/a&b,c:d/plan.rbk").run();
    insta::assert_snapshot!("a_report_of_no_form", unknown.session());
}

#[test]
fn a_report_to_a_pipe_leaves_the_pipe_what_it_is() {
    let ran = Rbk::new().file("plan.rbk", PLAN).args("check --report concise=/dev/stdout plan.rbk").run();
    assert!(ran.stdout.contains("error[reversal/hollow-undo]"), "{}", ran.session());
    assert!(!fs::metadata("/dev/null").unwrap().is_file());
    let ran = ran.then().args("check --report concise=/dev/null plan.rbk").run();
    assert_eq!(ran.status, 1);
    assert!(!fs::metadata("/dev/null").unwrap().is_file());
}

#[test]
fn early_errors_are_told_in_the_form_that_was_asked_for() {
    let nothing = Rbk::new().args("check --format json").run();
    let document: Value = serde_json::from_str(&nothing.stdout).unwrap();
    assert_valid("check", &document);
    assert_eq!((nothing.status, document["errors"][0]["message"].as_str()), (2, Some("no .rbk file below this directory")));
    let misused = Rbk::new().args("check --format json --width 3 plan.rbk").run();
    let document: Value = serde_json::from_str(&misused.stdout).unwrap();
    assert_valid("check", &document);
    assert!(document["errors"][0]["message"].as_str().unwrap().contains("--width"), "{document:#}");
    assert_eq!(misused.status, 2);
    let lines = Rbk::new().args("check --format=json-lines --nonsense").run();
    lines.stdout.lines().for_each(|line| assert_valid("check-line", &serde_json::from_str(line).unwrap()));
    assert_eq!((lines.status, lines.stdout.lines().count()), (2, 2));
}

#[test]
fn links_lead_to_where_the_pages_are_published() {
    let run = |url: &str| project().args(&format!("check --rules-url {url} plans/a&b,c:d/plan.rbk")).run().stdout;
    assert!(run("https://example.org/rules.md").ends_with(
        "More: rbk explain reversal/hollow-undo reference/unused\n      https://example.org/rules.md#reversalhollow-undo\n      \
         https://example.org/rules.md#referenceunused\n"
    ));
    assert!(run("https://example.org/{rule}.html").contains("\n      https://example.org/reversal/hollow-undo.html\n"));
}
