//! The reference against the language: its examples parse, its forms are those of the keyword table.
//!
//! `RBK_UPDATE=1 cargo test reference` writes the forms anew.

use std::fmt::Write as _;
use std::fs;

use rbk::source::{MemoryLoader, Sources};
use rbk::syntax;
use rbk::syntax::keyword::{Context, KEYWORDS};

use crate::corpus;

fn text() -> String {
    fs::read_to_string(corpus::root().join("docs/language.md")).expect("the reference is there")
}

/// Returns the `rbk` examples of a Markdown text, with the line on which each begins.
pub fn examples(markdown: &str) -> Vec<(usize, String)> {
    let mut examples = Vec::new();
    let mut open: Option<(usize, usize, String)> = None;
    for (number, line) in markdown.lines().enumerate() {
        let ticks = line.bytes().take_while(|byte| *byte == b'`').count();
        match &mut open {
            None if ticks >= 3 && line[ticks..].split(',').next() == Some("rbk") => open = Some((number + 1, ticks, String::new())),
            None => {}
            Some((start, opening, body)) => {
                if ticks == *opening && line.len() == ticks {
                    examples.push((*start, std::mem::take(body)));
                    open = None;
                } else {
                    body.push_str(line);
                    body.push('\n');
                }
            }
        }
    }
    examples
}

#[test]
fn examples_of_the_reference_parse() {
    let markdown = text();
    let examples = examples(&markdown);
    assert!(examples.len() >= 19, "only {} examples were found", examples.len());
    for (line, example) in examples {
        let mut sources = Sources::default();
        let file = sources.add("docs/language.md", example.as_str()).expect("it fits");
        let parsed = syntax::parse(&sources, file);
        assert!(parsed.findings.is_empty(), "docs/language.md:{line}: {:#?}", parsed.findings);
    }
}

#[test]
fn the_whole_plan_of_the_reference_compiles() {
    let markdown = text();
    let (_, plan) =
        examples(&markdown).into_iter().find(|(_, example)| example.starts_with("plan drop-legacy-email")).expect("it is there");
    let mut sources = Sources::default();
    let file = sources.add("plan.rbk", plan).expect("it fits");
    let compiled = rbk::plan::compile(&mut sources, file, &MemoryLoader::default());
    assert!(compiled.findings.is_empty(), "{:#?}", compiled.findings);
}

#[test]
fn forms_of_the_reference_are_those_of_the_table() {
    let written = text();
    let mut updated = String::new();
    let mut skipping = false;
    for line in written.lines() {
        if skipping && (line.starts_with('|') || line.is_empty()) {
            continue;
        }
        if skipping {
            updated.push('\n');
            skipping = false;
        }
        updated.push_str(line);
        updated.push('\n');
        let context = line.strip_prefix("<!-- forms:").and_then(|rest| rest.strip_suffix(" -->"));
        if let Some(name) = context {
            let context = Context::ALL.into_iter().find(|context| format!("{context:?}") == name).expect("a context");
            updated.push_str(&forms(context));
            skipping = true;
        }
    }
    for context in Context::ALL {
        // The block of `else` holds the steps of a scenario.
        let wanted = format!("<!-- forms:{context:?} -->");
        assert!(context == Context::Otherwise || written.contains(&wanted), "{wanted} is missing");
    }
    if std::env::var_os("RBK_UPDATE").is_some() {
        fs::write(corpus::root().join("docs/language.md"), &updated).expect("the reference is writable");
    }
    assert!(
        updated == written || std::env::var_os("RBK_UPDATE").is_some(),
        "docs/language.md is out of date: RBK_UPDATE=1 cargo test reference"
    );
}

fn forms(context: Context) -> String {
    let mut table = String::from("\n| form | says |\n|---|---|\n");
    for keyword in KEYWORDS.iter().filter(|keyword| keyword.contexts.contains(&context)) {
        if context != Context::File && ["note", "link", "accept"].contains(&keyword.word) {
            continue;
        }
        let _ = writeln!(table, "| `{}` | {} |", keyword.form.replace('|', "\\|"), keyword.says);
    }
    if context != Context::File {
        table.push_str("| `note`, `link`, `accept` | as everywhere |\n");
    }
    table
}
