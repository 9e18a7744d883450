//! VS Code: its TextMate grammar, asked through the library that VS Code highlights with, and its snippets.

use std::collections::BTreeSet;
use std::fs;
use std::process::Command;

use rbk::syntax;
use serde_json::Value;

use super::{Class, Token, choices, code, compare, declares, heads, tokens, words};
use crate::corpus;

fn json(path: &str) -> Value {
    let text = fs::read_to_string(corpus::root().join("editors/vscode").join(path)).expect("it is there");
    serde_json::from_str(&text).expect("it is JSON")
}

#[test]
fn its_words_are_those_of_the_keyword_table() {
    let grammar = json("syntaxes/rbk.tmLanguage.json");
    let list = |name: &str| -> BTreeSet<String> {
        let pattern = grammar["repository"][name]["match"].as_str().expect("a pattern");
        let longest = pattern.split(['(', ')']).max_by_key(|part| part.len()).unwrap_or_default();
        longest.trim_start_matches("?:").split('|').map(str::to_owned).collect()
    };
    let owned = |words: BTreeSet<&str>| words.into_iter().map(str::to_owned).collect::<BTreeSet<_>>();
    assert_eq!(list("statement"), owned(heads()));
    assert_eq!(list("declaration"), owned(declares()));
    assert_eq!(list("word"), owned(words()));
    assert_eq!(list("choice"), choices());
}

/// The scopes at each place, outermost first.
fn shown(tokens: &[Token]) -> Vec<String> {
    let root = corpus::root();
    let packages = root.join("target/editors");
    assert!(packages.join("node_modules/vscode-textmate").exists(), "VS Code's library is not there: run tools/setup test");
    let questions = tempfile::NamedTempFile::new().expect("a temporary file");
    fs::write(questions.path(), super::questions(tokens)).expect("it is writable");
    let output = Command::new("node")
        .arg(root.join("tests/editors/textmate.mjs"))
        .env("PACKAGES", packages)
        .env("GRAMMAR", root.join("editors/vscode/syntaxes/rbk.tmLanguage.json"))
        .env("QUESTIONS", questions.path())
        .output()
        .expect("node is installed: run tools/setup test");
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8_lossy(&output.stdout).lines().map(str::to_owned).collect()
}

#[test]
fn every_token_looks_like_what_it_is() {
    let tokens = tokens();
    compare(&tokens, &shown(&tokens), |class, text, shown| {
        let scope = shown.strip_prefix("source.rbk").unwrap_or("another language").trim_start();
        match class {
            Class::Keyword => scope == "keyword.control.rbk",
            Class::Word => ["keyword.other.rbk", "constant.language.rbk"].contains(&scope),
            // TextMate does not know the forms: a name that is a word elsewhere looks like one.
            Class::Name => ["entity.name.type.rbk", ""].contains(&scope) || scope == "keyword.other.rbk" && words().contains(text),
            Class::String => scope.starts_with("string.quoted.double.rbk"),
            Class::Fence => scope.starts_with("punctuation.definition.fence.begin.rbk"),
            Class::Number => scope == "constant.numeric.rbk",
            Class::Operator => scope == "keyword.operator.rbk",
            Class::Variable => scope == "variable.other.environment.rbk",
            Class::Rule => scope == "entity.name.tag.rbk",
            Class::Comment => scope == "comment.line.number-sign.rbk",
            Class::Zone => scope == "constant.other.zone.rbk",
            Class::Sql => scope.is_empty() || scope.starts_with("string"),
            Class::Comma => scope.is_empty(),
            Class::Code => false,
        }
    });
}

#[test]
fn what_stands_between_fences_looks_like_its_language() {
    let tokens = code();
    compare(&tokens, &shown(&tokens), |_, language, shown| {
        let (block, inside) = match language {
            "sql" => ("meta.embedded.block.sql", ".sql"),
            "sh" | "bash" => ("meta.embedded.block.shellscript", ".shell"),
            "md" => ("meta.embedded.block.markdown", ".markdown"),
            _ => ("meta.embedded.block.diff", "meta.diff.range"),
        };
        shown.split(' ').any(|scope| scope == block) && shown.ends_with(inside)
    });
}

#[test]
fn every_snippet_is_a_statement_of_the_language() {
    let snippets = json("snippets/rbk.json");
    let snippets = snippets.as_object().expect("an object");
    let whole = |text: &str| -> bool {
        let inside = |block: &str| format!("{block} {{\n{text}\n}}\n");
        let places = [text.to_owned(), inside("phase p \"P\""), inside("scenario s \"S\""), inside("plan p \"P\"")];
        places.iter().any(|text| syntax::accepts(text))
    };
    for (name, snippet) in snippets {
        let lines = snippet["body"].as_array().expect("lines").iter().map(|line| line.as_str().expect("a line"));
        let text = filled(&lines.collect::<Vec<_>>().join("\n"));
        assert!(whole(&text), "{name}:\n{text}");
    }
    assert!(snippets.len() >= 15);
}

/// A snippet as it is when every place keeps its default, and the first of several is chosen.
fn filled(body: &str) -> String {
    let mut text = String::new();
    let mut rest = body;
    while let Some(at) = rest.find('$') {
        if let Some(before) = rest[..at].strip_suffix('\\') {
            text += before;
            text.push('$');
            rest = &rest[at + 1..];
        } else if let Some(place) = rest[at + 1..].strip_prefix('{') {
            text += &rest[..at];
            let end = place.find('}').expect("a place ends");
            let (_, default) = place[..end].split_once([':', '|']).expect("a place has a default");
            text += default.trim_end_matches('|').split(',').next().unwrap_or_default();
            rest = &place[end + 1..];
        } else {
            text += &rest[..at];
            rest = rest[at + 1..].trim_start_matches(|c: char| c.is_ascii_digit());
        }
    }
    text + rest
}
