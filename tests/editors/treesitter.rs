//! tree-sitter: its own program generates the parser from the grammar, parses with it, and asks its queries.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};
use std::sync::OnceLock;

use rbk::source::Sources;
use rbk::syntax;
use serde_json::Value;

use super::{Class, Token, choices, code, compare, heads, positions, tokens, words};
use crate::corpus;
use crate::laws::generator::{self, Entropy};

/// The grammar with its generated parser, outside of the repository's files; made once.
fn place() -> &'static Path {
    static PLACE: OnceLock<PathBuf> = OnceLock::new();
    PLACE.get_or_init(|| {
        let place = corpus::root().join("target/editors/tree-sitter");
        for file in ["grammar.js", "tree-sitter.json", "src/scanner.c"] {
            let to = place.join(file);
            fs::create_dir_all(to.parent().expect("it has a folder")).expect("target is writable");
            fs::copy(corpus::root().join("editors/tree-sitter").join(file), to).expect("it can be copied");
        }
        let output = tree_sitter(&place, &["generate"]);
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        place
    })
}

fn tree_sitter(place: &Path, arguments: &[&str]) -> Output {
    let program = corpus::root().join("target/tools/bin/tree-sitter");
    assert!(program.exists(), "tree-sitter is not there: run tools/setup test");
    Command::new(program)
        .args(arguments)
        .current_dir(place)
        .env("XDG_CACHE_HOME", place.join("cache"))
        .env("XDG_CONFIG_HOME", place.join("config"))
        .env("NO_COLOR", "1")
        .output()
        .expect("tree-sitter runs")
}

/// What a query captures: by file, line and column, the names of its captures, in the query's order.
fn captures(query: &str, files: &BTreeSet<PathBuf>) -> BTreeMap<(PathBuf, usize, usize), Vec<String>> {
    let query = corpus::root().join("editors/tree-sitter/queries").join(query);
    let mut arguments = vec!["query", "--captures", query.to_str().expect("plain names")];
    arguments.extend(files.iter().map(|file| file.to_str().expect("plain names")));
    let output = tree_sitter(place(), &arguments);
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let mut found: BTreeMap<_, Vec<String>> = BTreeMap::new();
    let mut file = PathBuf::new();
    for line in String::from_utf8_lossy(&output.stdout).lines() {
        let Some(captured) = line.strip_prefix("    pattern:") else {
            if files.contains(Path::new(line)) {
                file = PathBuf::from(line);
            }
            continue;
        };
        let name = captured.split(" - ").nth(1).and_then(|rest| rest.split(',').next()).expect("a name");
        let start = captured.split("start: (").nth(1).and_then(|rest| rest.split(')').next()).expect("a start");
        let (row, column) = start.split_once(", ").expect("row and column");
        let number = |text: &str| text.parse::<usize>().expect("a number");
        found.entry((file.clone(), number(row) + 1, number(column) + 1)).or_default().push(name.to_owned());
    }
    found
}

/// The last of the captures at each place: the one that editors show.
fn shown(query: &str, tokens: &[Token]) -> Vec<String> {
    let files = tokens.iter().map(|token| token.path.clone()).collect();
    let captures = captures(query, &files);
    let at = |token: &Token| captures.get(&(token.path.clone(), token.line, token.column)).and_then(|names| names.last());
    tokens.iter().map(|token| at(token).cloned().unwrap_or_default()).collect()
}

#[test]
fn its_words_are_those_of_the_keyword_table() {
    place();
    let grammar = fs::read_to_string(place().join("src/grammar.json")).expect("it was generated");
    let grammar: Value = serde_json::from_str(&grammar).expect("it is JSON");
    let mut found: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    aliases(&grammar["rules"], &mut found);
    let owned = |words: BTreeSet<&str>| words.into_iter().map(str::to_owned).collect::<BTreeSet<_>>();
    assert_eq!(found["keyword"], owned(heads()));
    assert_eq!(found["word"], owned(words()).into_iter().chain(choices()).collect());
}

/// Gathers the strings that stand in the tree under another name, by that name.
fn aliases(rule: &Value, found: &mut BTreeMap<String, BTreeSet<String>>) {
    if rule["type"] == "ALIAS" && rule["content"]["type"] == "STRING" {
        let text = |value: &Value| value.as_str().expect("a string").to_owned();
        found.entry(text(&rule["value"])).or_default().insert(text(&rule["content"]["value"]));
    }
    match rule {
        Value::Object(members) => members.values().for_each(|member| aliases(member, found)),
        Value::Array(members) => members.iter().for_each(|member| aliases(member, found)),
        _ => {}
    }
}

#[test]
fn every_token_looks_like_what_it_is() {
    let tokens = tokens();
    compare(&tokens, &shown("highlights.scm", &tokens), |class, _, shown| match class {
        Class::Keyword => shown == "keyword",
        Class::Word => shown == "keyword.modifier",
        Class::Name => ["variable", "type"].contains(&shown),
        Class::String => shown == "string",
        Class::Fence => shown == "punctuation.special",
        Class::Number => shown == "number",
        Class::Operator => shown == "operator",
        Class::Variable | Class::Zone => shown == "constant",
        Class::Rule => shown == "tag",
        Class::Comment => shown == "comment",
        Class::Sql => ["property", "type.builtin", "variable"].contains(&shown),
        Class::Comma => shown == "punctuation.delimiter",
        Class::Code => false,
    });
}

#[test]
fn what_stands_between_fences_is_given_to_its_language() {
    let code = code();
    let files: BTreeSet<PathBuf> = code.iter().map(|token| token.path.clone()).collect();
    let captures = captures("injections.scm", &files);
    // A fence's code begins in the line behind its backticks.
    let given: BTreeSet<(PathBuf, usize)> = captures
        .into_iter()
        .filter(|(_, names)| names.iter().any(|name| name == "injection.content"))
        .map(|((path, line, _), _)| (path, line))
        .collect();
    for Token { path, line, .. } in &code {
        let text = fs::read_to_string(path).expect("it is there");
        let lines: Vec<&str> = text.lines().collect();
        let opening = (0..*line).rev().find(|at| lines[*at].contains("```")).expect("it stands in a fence");
        assert!(given.contains(&(path.clone(), opening + 2)), "{}:{line}", path.display());
    }
}

/// Plans that a generator made from every form of the grammar, and the same with a token taken away, doubled or moved.
fn plans() -> Vec<String> {
    let mut seed = 7_u64;
    let mut next = || {
        seed = seed.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (seed >> 33) as usize
    };
    let mut plans = Vec::new();
    for _ in 0..150 {
        let bytes: Vec<u8> = (0..next() % 400).map(|_| next().to_le_bytes()[0]).collect();
        let plan = generator::plan(&mut Entropy::new(&bytes));
        let tokens = positions(&plan);
        if let Some((span, _)) = tokens.get(next() % tokens.len().max(1)) {
            let (start, end) = (span.start as usize, span.end as usize);
            let token = &plan[start..end];
            plans.push(match next() % 3 {
                0 => format!("{}{}", &plan[..start], &plan[end..]),
                1 => format!("{}{token} {token}{}", &plan[..start], &plan[end..]),
                _ => format!("{}\n{token}\n{}", &plan[..start], &plan[end..]),
            });
        }
        plans.push(plan);
    }
    plans
}

#[test]
fn it_reads_what_the_parser_reads_and_refuses_what_it_refuses() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let mut plans = plans();
    plans.extend(corpus::plans().into_iter().map(|(_, text)| text));
    let mut paths = String::new();
    for (number, plan) in plans.iter().enumerate() {
        let path = folder.path().join(format!("{number}.rbk"));
        fs::write(&path, plan).expect("it is writable");
        paths += &format!("{}\n", path.display());
    }
    let list = folder.path().join("paths");
    fs::write(&list, paths).expect("it is writable");
    let output = tree_sitter(place(), &["parse", "--quiet", "--paths", list.to_str().expect("plain names")]);
    let said = String::from_utf8_lossy(&output.stdout);
    let refused: BTreeSet<&str> = said.lines().filter_map(|line| line.split(".rbk").next()?.rsplit('/').next()).collect();
    let mut differ = Vec::new();
    let mut sound = 0;
    for (number, plan) in plans.iter().enumerate() {
        let mut sources = Sources::default();
        let file = sources.add("plan.rbk", plan.as_str()).expect("it fits");
        let accepts = syntax::parse(&sources, file).findings.is_empty();
        sound += usize::from(accepts);
        if accepts == refused.contains(number.to_string().as_str()) {
            differ.push(format!("════ rbk {} it, tree-sitter does not\n{plan}", if accepts { "reads" } else { "refuses" }));
        }
    }
    assert!(sound > 150 && sound < plans.len() - 50, "{sound} of {} are sound", plans.len());
    assert!(differ.is_empty(), "{} of {} differ:\n{}", differ.len(), plans.len(), differ[..differ.len().min(6)].join("\n"));
}
