//! The resolver: a plan in, findings out. What is wrong is said once, at its place, with what to type.

mod files;
mod forms;
mod habits;
mod names;
mod scale;
mod steps;
mod values;

use std::collections::BTreeMap;

use rbk::plan;
use rbk::report::{Checked, concise};
use rbk::source::{MemoryLoader, Sources};

/// A sound plan: a shop gets a column, and a way back. The tests break it.
pub const SHOP: &str = r#"plan shop-note "Orders have a note" {
  owner dba
  rto 30m
}

target shop "The shop's database" postgres { url $SHOP_URL }
target api "The public API" http { url $API_URL }
target workers "The workers" host { ssh "worker-1" }
target settings "The API's settings" env-file { file "api.env" }

role dba "Database administrator" {
  contact "dba@example.org"
}

channel status-page "The status page" {
  by dba
}

check api-answers "The API answers" on api {
  get "/health"
  expect status 200
}

phase migrate "Migrate" at T for 30m {
  change note-added "Orders have a note" on shop {
    do ```sql
      ALTER TABLE orders ADD COLUMN note text;
    ```
    undo ```sql
      ALTER TABLE orders DROP COLUMN note;
    ```
    takes 1m
    undo takes 1m
  }
}

scenario back "Back" {
  applies from note-added
  undo note-added by dba
  verify api-answers
}
"#;

/// Returns [`SHOP`] with each `(from, to)` replaced; every `from` has to be there once.
pub fn shop(changes: &[(&str, &str)]) -> String {
    changes.iter().fold(SHOP.to_owned(), |text, (from, to)| {
        assert_eq!(text.matches(from).count(), 1, "`{from}` stands there once");
        text.replacen(from, to, 1)
    })
}

/// Returns what is found, with every label and the help: `code line:column message`, then `label line:column`, then `help`.
pub fn found(text: &str) -> String {
    found_in(text, &[])
}

/// Returns what is found in a plan that uses files.
pub fn found_in(text: &str, files: &[(&str, &str)]) -> String {
    let loader = MemoryLoader(files.iter().map(|(name, text)| ((*name).to_owned(), (*text).to_owned())).collect::<BTreeMap<_, _>>());
    let mut sources = Sources::default();
    let root = sources.add("plan.rbk", text).expect("it fits");
    let compiled = plan::compile(&mut sources, root, &loader);
    assert_eq!(compiled.plan.is_some(), compiled.findings.is_empty(), "a plan without findings, or findings without a plan");
    let mut shown = String::new();
    for finding in &compiled.findings {
        shown.push_str(&format!("{}: {}\n", finding.code, finding.message));
        for label in &finding.labels {
            let file = sources.file(label.span.file);
            let place = file.lines.position(&file.text, label.span.start as usize);
            // Slicing says that the label lies at character boundaries.
            let at = sources.text(label.span).lines().next().unwrap_or_default();
            shown.push_str(&format!("  {}:{}:{} {} | {}\n", file.name, place.line, place.column, at.trim_end(), label.text));
        }
        shown.extend(finding.help.iter().map(|help| format!("  help: {help}\n")));
    }
    // The report of every finding is a sentence too.
    let _ = concise::render(&[Checked { sources: &sources, findings: &compiled.findings }]);
    shown
}

#[test]
fn the_plan_that_the_tests_break_is_sound() {
    assert_eq!(found(SHOP), "");
}
