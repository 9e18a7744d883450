//! The examples, broken: each mended plan yields nothing, and each way of breaking it is told by the right rule.
//!
//! A way of breaking is an edit of the first statement that it fits, applied to every example that has one. `ANYWHERE` holds them;
//! `HERE` holds edits of one plan, which only make sense in it.

use std::collections::BTreeMap;
use std::path::Path;

use rbk::source::MemoryLoader;

use crate::corpus;
use crate::rules::check_with;
use Edit::{Before, Behind, Body, Drop, Line, Put};

/// What is done to a statement.
enum Edit {
    /// It is taken out, with the block or the fence that it opens.
    Drop,
    /// The first is replaced by the second in its line.
    Put(&'static str, &'static str),
    /// Its line says something else.
    Line(&'static str),
    /// Its fence holds something else.
    Body(&'static str),
    /// Something stands before it.
    Before(&'static str),
    /// Something stands behind its line.
    Behind(&'static str),
}

/// A way of breaking a plan: what it is, how the statement's line begins and ends, the edit, and the rules of which one tells it.
type Break = (&'static str, &'static str, &'static str, Edit, &'static [&'static str]);

const UNKNOWN: &[&str] = &["reference/unknown"];

const ANYWHERE: &[Break] = &[
    ("a backup is taken out", "backup ", "", Drop, UNKNOWN),
    ("a check is taken out", "check ", "", Drop, UNKNOWN),
    ("a target is taken out", "target ", "", Drop, UNKNOWN),
    ("a role is taken out", "role ", "", Drop, UNKNOWN),
    ("a message is taken out", "message ", "", Drop, UNKNOWN),
    ("a flag is taken out", "flag ", "", Drop, UNKNOWN),
    ("a release is taken out", "release ", "", Drop, &["reference/unknown", "reversal/no-inverse"]),
    ("a change is taken out", "change ", "", Drop, &["reference/unknown", "reference/unused", "decision/no-scenario"]),
    ("a scenario is taken out", "scenario ", "", Drop, &["reference/unknown", "decision/no-scenario"]),
    ("a target is renamed", "target ", "", Put("target ", "target x-"), UNKNOWN),
    ("a backup is renamed", "backup ", "", Put("backup ", "backup x-"), UNKNOWN),
    ("a check is renamed", "check ", "", Put("check ", "check x-"), UNKNOWN),
    ("a flag is renamed", "flag ", "", Put("flag ", "flag x-"), UNKNOWN),
    ("a change is renamed", "change ", "", Put("change ", "change x-"), &["reference/unknown", "decision/no-scenario"]),
    ("an undo in SQL is missing", "undo ", "```sql", Drop, &["reversal/undeclared"]),
    ("an undo in shell is missing", "undo ", "```sh", Drop, &["reversal/undeclared"]),
    ("an undo of a flag is missing", "undo auto", "", Drop, &["reversal/undeclared"]),
    ("an undo by a backup is missing", "undo restore", "", Drop, &["reversal/undeclared"]),
    ("an undo only reads", "undo ", "```sql", Body("SELECT 1;"), &["reversal/hollow-undo"]),
    ("an undo is a comment", "undo ", "```sql", Body("-- nothing to do"), &["reversal/hollow-undo"]),
    ("an undo only prints", "undo ", "```sh", Body("echo done"), &["reversal/hollow-undo"]),
    ("a change in SQL does nothing", "do ", "```sql", Drop, &["form/missing"]),
    ("a change in shell does nothing", "do ", "```sh", Drop, &["form/missing"]),
    (
        "an irreversible change does not say so",
        "irreversible ",
        "",
        Put("irreversible change", "change"),
        &["form/recover-of-reversible", "reversal/undeclared"],
    ),
    ("code counts back", "do ", "```sh", Body("alembic downgrade -1"), &["reversal/relative", "reversal/hollow-undo"]),
    ("code reads what nobody sets", "do ", "```sh", Body("./run \"$NOBODY_SETS_THIS\""), &["reference/undeclared-variable"]),
    ("nobody owns the plan", "owner ", "", Drop, &["people/no-owner", "reference/unused"]),
    ("the version is to be filled in", "version ", "", Line("version \"TODO\""), &["people/placeholder"]),
    ("a trigger is a matter of opinion", "when ", "", Line("when told \"a significant slowdown\""), &["decision/unmeasurable"]),
    ("a number has no source", "source ", "", Drop, &["decision/unmeasurable"]),
    ("a check expects what is always so", "expect 0", "", Line("expect >= 0"), &["check/vacuous"]),
    ("a query is missing", "query ", "", Drop, &["form/missing"]),
    ("a check's command is missing", "run ", "```sh", Drop, &["form/missing"]),
    ("a check never ends", "run ", "```sh", Body("tail -f /var/log/app.log"), &["check/never-ends"]),
    ("a backup has no method", "method ", "", Drop, &["form/missing"]),
    ("a baseline is captured nowhere", "capture ", "", Drop, &["form/missing"]),
    ("a scenario applies nowhere", "applies ", "", Drop, &["reference/unused", "decision/no-scenario"]),
    ("what is verified is not said", "verify ", "", Line("verify"), &["syntax/unexpected"]),
    ("what is verified is not there", "verify ", "", Line("verify not-there"), UNKNOWN),
    ("a message is not sent", "send ", "", Drop, &["reference/unused", "people/unannounced"]),
    ("a brace is lost", "phase ", "", Put(" {", ""), &["syntax/unclosed", "syntax/unexpected"]),
    ("a fence is not closed", "do ", "```sql", Put("```sql", "````sql"), &["syntax/unclosed"]),
    ("a word is misspelt", "phase ", "", Put("phase", "fase"), &["syntax/unknown-keyword"]),
    ("a duration has no unit", "rto ", "", Line("rto 15"), &["value/duration", "syntax/unexpected"]),
    ("a zone is invented", "window ", "", Put("UTC", "Mars/Base"), &["value/zone"]),
    ("a password stands in an address", "url ", "", Line("url \"postgres://a:b@c/d\""), &["value/password"]),
    (
        "two have one name",
        "plan ",
        "",
        Before("role twin \"One\" { contact \"a@example.org\" }\nrole twin \"Two\" { contact \"b@example.org\" }"),
        &["reference/duplicate"],
    ),
    ("a check is asked nowhere", "plan ", "", Before("check lonely \"Nobody asks\" { ask \"Is it so?\" }"), &["reference/unused"]),
    ("somebody approves who is not there", "approve ", "", Line("approve nobody"), UNKNOWN),
    ("a rule is accepted that is none", "owner ", "", Behind("accept no/rule because \"so\""), &["accept/unknown-rule"]),
    ("a finding is accepted that is not there", "owner ", "", Behind("accept backup/never-taken because \"so\""), &["accept/unused"]),
    (
        "what is accepted has expired",
        "owner ",
        "",
        Behind("accept backup/never-taken because \"so\" until 2020-01-01"),
        &["accept/expired"],
    ),
];

/// Edits of one plan: the plan, what is done, the text, what replaces it wherever it stands, and the rule that tells it.
const HERE: &[(&str, &str, &str, &str, &str)] = &[
    ("uuid-schema", "saving and closing are swapped", "is there\" at T+10m for 15m", "is there\" at T-30m for 15m", "backup/before-freeze"),
    ("uuid-schema", "the window is shortened", "01:00 to 05:00", "01:00 to 02:00", "time/outside-window"),
    ("uuid-schema", "more is promised than can be kept", "rto 80m", "rto 30m", "time/rto-exceeded"),
    ("uuid-schema", "a backup is kept for hours", "keep 30d", "keep 3h", "backup/expires-early"),
    ("uuid-schema", "a backup is never taken", "  take before-migration by dba\n", "", "backup/never-taken"),
    (
        "uuid-schema",
        "a scenario ends too early",
        "applies from closed until opened",
        "applies from closed until migrate",
        "decision/trigger-after-return",
    ),
    ("uuid-schema", "the way back does not close first", "  run take-down\n", "", "order/undo-leaves-dependant"),
    ("uuid-schema", "nobody asks whether writers are out", "    verify nobody-writes\n", "", "check/missing"),
    ("cocoatrack", "the ability to go back has no end", "\n  retain ", "\n  # retain ", "time/open-ended"),
    ("quickstart", "the ability to go back has no end", "\n  retain ", "\n  # retain ", "time/open-ended"),
    ("jazz-to-postgresql", "what is frozen stays so", "\n    thaws ", "\n    # thaws ", "reversal/unpaired"),
    ("cocoatrack", "writers go on writing", "\n    freezes ", "\n    # freezes ", "time/rpo-exceeded"),
    ("todo-consistency", "nobody is asked before the restore", "\n      confirm ", "\n      # confirm ", "order/unchecked-predecessor"),
    ("cocoatrack", "nothing can be taken back so soon", "\n  rto ", "\n  rto 1s # ", "time/rto-exceeded"),
    ("party-posture", "nothing can be taken back so soon", "\n  rto ", "\n  rto 1s # ", "time/rto-exceeded"),
    ("todo-consistency", "triggers never stop", "\n  active ", "\n  # active ", "decision/trigger-after-return"),
    ("order-currency", "triggers never stop", "\n  active ", "\n  # active ", "decision/trigger-after-return"),
    ("jazz-to-postgresql", "no level leads to another", "\n  escalates ", "\n  # escalates ", "decision/escalation-undefined"),
    ("cocoatrack", "a right is not given back", "      GRANT INSERT ON audit_log TO app_user;\n", "", "reversal/not-exact"),
    ("uuid-schema", "the tool's record goes back alone", "alembic.ini downgrade", "alembic.ini stamp", "reversal/ledger-not-rewound"),
    (
        "quickstart",
        "more is promised than is kept",
        "  limits \"Orders and",
        "  summary \"Zero data loss.\"\n  limits \"Orders and",
        "reversal/claim-contradicted",
    ),
    ("jazz-to-postgresql", "who was stopped is not started", "\n    starts ", "\n    # starts ", "reversal/unpaired"),
    ("jazz-to-postgresql", "settings are not brought into force", "  run in-force\n", "", "order/not-in-effect"),
];

/// An example: its name, its text, and the files beside it that it may use.
fn examples() -> Vec<(String, String, MemoryLoader)> {
    let mut folders: BTreeMap<String, Vec<(String, String)>> = BTreeMap::new();
    for (path, text) in corpus::plans() {
        let path = Path::new(&path);
        let Ok(below) = path.strip_prefix("examples") else { continue };
        let folder = below.parent().and_then(Path::to_str).expect("examples lie in folders").to_owned();
        let name = path.file_name().and_then(|name| name.to_str()).expect("plans have plain names").to_owned();
        folders.entry(folder).or_default().push((name, text));
    }
    let mut all = Vec::new();
    for (folder, files) in folders {
        let mut used = MemoryLoader(files.iter().cloned().collect());
        used.0.extend(schemas(&folder, &files));
        let roots = files.iter().filter(|(_, text)| text.lines().any(|line| line.starts_with("plan ")));
        all.extend(roots.map(|(name, text)| (name.trim_end_matches(".rbk").to_owned(), text.clone(), used.clone())));
    }
    all
}

/// Returns the schemas that the plans of a folder of examples name.
fn schemas(folder: &str, files: &[(String, String)]) -> Vec<(String, String)> {
    let named = files.iter().flat_map(|(_, text)| text.lines()).filter_map(|line| line.trim().strip_prefix("schema \"")?.strip_suffix('"'));
    let read = |name: &str| std::fs::read_to_string(corpus::root().join("examples").join(folder).join(name)).expect("it is there");
    named.map(|name| (name.to_owned(), read(name))).collect()
}

/// Returns the plan with its first statement that begins and ends so edited, if it has one.
fn broken(text: &str, begins: &str, ends: &str, edit: &Edit) -> Option<String> {
    let lines: Vec<&str> = text.lines().collect();
    let mut fence = None;
    let fits = |line: &str| line.trim().starts_with(begins) && line.ends_with(ends);
    let possible = |line: &str| !matches!(edit, Put(from, _) if !line.contains(from));
    let at = lines.iter().position(|line| {
        if fence.is_some_and(|ticks| line.trim() == ticks) {
            fence = None;
            return false;
        }
        let found = fence.is_none() && fits(line) && possible(line);
        fence = fence.or_else(|| ticks(line));
        found
    })?;
    let indent = lines[at].len() - lines[at].trim_start().len();
    let written = |text: &str| text.lines().map(|line| format!("{:indent$}{line}\n", "")).collect::<String>();
    let (new, until) = match edit {
        Drop => (String::new(), end(&lines, at) + 1),
        Put(from, to) => (written(&lines[at].trim_start().replacen(from, to, 1)), at + 1),
        Line(line) => (written(line), at + 1),
        Body(body) => (format!("{}\n{}", lines[at], written(&format!("  {body}"))), end(&lines, at)),
        Before(text) => (written(text), at),
        Behind(text) => (format!("{}\n{}", lines[at], written(text)), at + 1),
    };
    let rest = |lines: &[&str]| lines.iter().map(|line| format!("{line}\n")).collect::<String>();
    Some(format!("{}{new}{}", rest(&lines[..at]), rest(&lines[until..])))
}

/// Returns the backticks of a fence that a line opens.
fn ticks(line: &str) -> Option<&str> {
    let language = line.rfind('`').filter(|at| *at + 1 < line.len() && line[at + 1..].bytes().all(|byte| byte.is_ascii_alphanumeric()))?;
    let start = line[..=language].trim_end_matches('`').len();
    (language + 1 - start >= 3).then(|| &line[start..=language])
}

/// Returns the last line of a statement: that of its fence or its block, or its own.
fn end(lines: &[&str], at: usize) -> usize {
    let indent = |line: &str| line.len() - line.trim_start().len();
    let behind = |last: &dyn Fn(&str) -> bool| at + lines[at..].iter().skip(1).position(|line| last(line)).expect("it is closed") + 1;
    match ticks(lines[at]) {
        Some(ticks) => behind(&|line| line.trim() == ticks),
        None if lines[at].ends_with('{') => behind(&|line| line.trim() == "}" && indent(line) == indent(lines[at])),
        None => at,
    }
}

#[test]
fn the_examples_yield_nothing() {
    for (name, text, used) in examples() {
        let found: Vec<&str> = check_with(&text, &used).1.iter().map(|finding| finding.code).collect();
        assert!(found.is_empty(), "{name}: {found:?}");
    }
}

#[test]
fn every_way_of_breaking_an_example_is_told_by_the_right_rule() {
    assert!(ANYWHERE.len() + HERE.len() >= 40);
    let examples = examples();
    let mut missed = String::new();
    for (what, begins, ends, edit, rules) in ANYWHERE {
        let mut plans = 0;
        for (name, text, used) in &examples {
            let Some(text) = broken(text, begins, ends, edit) else { continue };
            plans += 1;
            let found: Vec<&str> = check_with(&text, used).1.iter().map(|finding| finding.code).collect();
            if !found.iter().any(|code| rules.contains(code)) {
                missed += &format!("{name}, {what}: {rules:?} expected, {found:?} found\n");
            }
        }
        assert!(plans > 0, "{what}: no example has such a statement");
    }
    for (name, what, from, to, rule) in HERE {
        let (_, text, used) = examples.iter().find(|(known, ..)| known == name).expect("the example is there");
        assert!(text.contains(from), "{name}, {what}: the plan no longer says so");
        let found: Vec<&str> = check_with(&text.replace(from, to), used).1.iter().map(|finding| finding.code).collect();
        if !found.contains(rule) {
            missed += &format!("{name}, {what}: {rule} expected, {found:?} found\n");
        }
    }
    assert!(missed.is_empty(), "not told:\n{missed}");
}
