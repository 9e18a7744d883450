//! What a hand-written plan said stands in the runbook of the plan that replaced it.
//!
//! `tests/sources/NAME.txt` is a reviewed list for `examples/NAME/NAME.rbk`, one line a fact of the source:
//!
//! ```text
//! what the source says :: heading of the runbook :: words that stand below that heading
//! ```
//!
//! The heading is given without its number; the words are looked for with spaces and line breaks made one. What stands in a
//! part counts for every scenario that does it. Lines that begin with `#` are the source's own sections.

use std::fs;
use std::process::Command;

use crate::corpus;

#[test]
fn every_fact_of_a_source_is_in_its_runbook() {
    let mut lists = 0;
    let mut missing = String::new();
    for entry in fs::read_dir(corpus::root().join("tests/sources")).expect("the lists are there") {
        let path = entry.expect("an entry").path();
        let name = path.file_stem().and_then(|name| name.to_str()).expect("lists have plain names").to_owned();
        let list = fs::read_to_string(&path).expect("lists are text");
        let book = runbook(&name);
        let facts: Vec<&str> = list.lines().filter(|line| !line.is_empty() && !line.starts_with('#')).collect();
        assert!(facts.len() > 20, "{name}: a plan says more than {} things", facts.len());
        for fact in facts {
            let parts: Vec<&str> = fact.split(" :: ").collect();
            let [_, heading, words] = parts[..] else { panic!("{name}: three parts are expected in: {fact}") };
            match with_parts(&book, heading) {
                None => missing += &format!("{name}: no heading `{heading}` for: {fact}\n"),
                Some(section) if !one_space(&section).contains(&one_space(words)) => missing += &format!("{name}: {fact}\n"),
                Some(_) => {}
            }
        }
        lists += 1;
    }
    assert!(lists > 0, "no list was found");
    assert!(missing.is_empty(), "not in the runbook:\n{missing}");
}

fn runbook(name: &str) -> String {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let output = Command::new(env!("CARGO_BIN_EXE_rbk"))
        .args(["build", &format!("examples/{name}/{name}.rbk"), "-o"])
        .arg(folder.path().join("bundle"))
        .current_dir(corpus::root())
        .output()
        .expect("rbk runs");
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    fs::read_to_string(folder.path().join("bundle/RUNBOOK.md")).expect("a bundle has a runbook")
}

/// Returns a section, and the parts that it sends its reader to.
fn with_parts(book: &str, heading: &str) -> Option<String> {
    let own = section(book, heading)?;
    let letters = own.split("Do [part ").skip(1).filter_map(|rest| rest.split_once(']')).map(|(letter, _)| format!("## Part {letter}: "));
    let parts = letters.filter_map(|start| book.lines().find(|line| line.starts_with(&start))).filter_map(|title| section(book, title));
    let parts: String = parts.collect();
    Some(own + &parts)
}

/// Returns the text from each heading that ends in these words to the next heading of its level or above.
fn section(book: &str, heading: &str) -> Option<String> {
    let level = |line: &str| line.bytes().take_while(|byte| *byte == b'#').count();
    let mut found = String::new();
    let mut open = 0;
    let mut fenced = false;
    for line in book.lines() {
        fenced ^= line.trim_start().starts_with("```");
        let depth = if fenced { 0 } else { level(line) };
        if depth > 0 && (open == 0 || depth <= open) {
            open = if line.trim_end().ends_with(heading) { depth } else { 0 };
        }
        if open > 0 {
            found += line;
            found += "\n";
        }
    }
    (!found.is_empty()).then_some(found)
}

fn one_space(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}
