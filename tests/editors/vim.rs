//! Vim, asked through Neovim.

use std::collections::BTreeSet;
use std::fs;
use std::process::Command;

use super::{Class, Token, choices, code, compare, declares, heads, tokens, words};
use crate::corpus;

/// The words of `let s:NAME = '…'` and the lines that continue it.
fn list(script: &str, name: &str) -> BTreeSet<String> {
    let start = format!("let s:{name} =");
    let mut lines = script.lines().skip_while(|line| !line.starts_with(&start));
    let first = lines.next().unwrap_or_else(|| panic!("there is no {start}"));
    let rest = lines.take_while(|line| line.trim_start().starts_with('\\'));
    let words = std::iter::once(first).chain(rest).flat_map(|line| line.split('\'').nth(1).unwrap_or_default().split_whitespace());
    words.map(str::to_owned).collect()
}

#[test]
fn its_words_are_those_of_the_keyword_table() {
    let script = include_str!("../../editors/vim/syntax/rbk.vim");
    let owned = |words: BTreeSet<&str>| words.into_iter().map(str::to_owned).collect::<BTreeSet<_>>();
    assert_eq!(list(script, "heads"), owned(heads()));
    assert_eq!(list(script, "declares"), owned(declares()));
    assert_eq!(list(script, "words"), owned(words()));
    assert_eq!(list(script, "choices"), choices());
}

/// Runs a script of ours in Neovim with the plugin, nothing of the user's, and variables for the script.
fn nvim(script: &str, variables: &[(&str, &std::path::Path)]) {
    let output = Command::new("nvim")
        .args(["--headless", "-u", "NONE", "-i", "NONE", "--cmd"])
        .arg(format!("set runtimepath^={}", corpus::root().join("editors/vim").display()))
        .arg("-S")
        .arg(corpus::root().join("tests/editors").join(script))
        .envs(variables.iter().copied())
        .output()
        .expect("nvim is installed: run tools/setup test");
    let said = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success() && said.trim().is_empty(), "{said}");
}

/// The name of the highlighting at each place.
fn shown(tokens: &[Token]) -> Vec<String> {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let (questions, answers) = (folder.path().join("questions"), folder.path().join("answers"));
    fs::write(&questions, super::questions(tokens)).expect("it is writable");
    nvim("vim.vim", &[("QUESTIONS", &questions), ("ANSWERS", &answers)]);
    fs::read_to_string(answers).expect("it answered").lines().map(str::to_owned).collect()
}

#[test]
fn every_token_looks_like_what_it_is() {
    let tokens = tokens();
    compare(&tokens, &shown(&tokens), |class, text, shown| match class {
        Class::Keyword => shown == "rbkKeyword",
        Class::Word => ["rbkWord", "rbkChoice"].contains(&shown),
        // Vim does not know the forms: a name that is a word elsewhere looks like one.
        Class::Name => ["rbkName", ""].contains(&shown) || shown == "rbkWord" && words().contains(text),
        Class::String => shown == "rbkString",
        Class::Fence => shown == "rbkFence",
        Class::Number => shown == "rbkNumber",
        Class::Operator => shown == "rbkOperator",
        Class::Variable => shown == "rbkVariable",
        Class::Rule => shown == "rbkRule",
        Class::Comment => shown == "rbkComment",
        Class::Zone => shown == "rbkZone",
        Class::Sql => ["rbkString", "rbkName", ""].contains(&shown),
        Class::Comma => shown.is_empty(),
        Class::Code => false,
    });
}

#[test]
fn what_stands_between_fences_looks_like_its_language() {
    let tokens = code();
    compare(&tokens, &shown(&tokens), |_, language, shown| match language {
        "bash" => shown.starts_with("sh"),
        "md" => shown.starts_with("markdown"),
        "diff" => shown == "rbkHunk",
        language => shown.starts_with(language),
    });
}

#[test]
fn indenting_a_plan_anew_gives_the_layout_of_the_formatter() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let (questions, answers) = (folder.path().join("plan.rbk"), folder.path().join("indented.rbk"));
    for (name, text) in corpus::plans() {
        fs::write(&questions, &text).expect("it is writable");
        nvim("indent.vim", &[("QUESTIONS", &questions), ("ANSWERS", &answers)]);
        let indented = fs::read_to_string(&answers).expect("it was written");
        assert!(indented == text, "{name}:\n{}", similar::TextDiff::from_lines(&text, &indented).unified_diff());
    }
}
