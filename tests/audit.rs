//! Plans that say what three pages said, without mending anything; and the defects of these pages, each with the rule that finds it
//! in the plan, or why no plan can show it. The lists (`tests/fixtures/audit/NAME.txt`) hold one defect a line:
//! `ID | severity | detectable by | what is wrong | rule | what its finding names`, or, for the last two, `refused | why`, or `- why`.

mod linters;

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;
use std::fs;

use crate::corpus::root;
use crate::harness::Rbk;

use linters::TOOLS;

/// Name of the files, the initial of its defects, title.
const PAGES: [(&str, &str, &str); 5] = [
    ("jazz", "J", "Jazz to PostgreSQL"),
    ("cocoatrack", "C", "CocoaTrack V1 to V2"),
    ("uuid", "U", "The UUID schema"),
    ("todo", "T", "The todo app's consistency"),
    ("party", "P", "The Party migration"),
];

const NUMBERS: [&str; 6] = ["No", "One", "Two", "Three", "Four", "Five"];

struct Defect {
    id: String,
    severity: String,
    by: String,
    what: String,
    found: Found,
}

enum Found {
    Rule { rule: String, names: String },
    Refused(String),
    Not(String),
}

fn defects(name: &str) -> Vec<Defect> {
    let text = fs::read_to_string(root().join(format!("tests/fixtures/audit/{name}.txt"))).expect("it is there");
    text.lines()
        .map(|line| {
            let parts: Vec<&str> = line.split(" | ").collect();
            let found = match parts[4..] {
                ["refused", why] => Found::Refused(why.to_owned()),
                [rule, names] => Found::Rule { rule: rule.to_owned(), names: names.to_owned() },
                [why] => Found::Not(why.strip_prefix("- ").unwrap_or_else(|| panic!("{line}")).to_owned()),
                _ => panic!("{line}"),
            };
            Defect { id: parts[0].to_owned(), severity: parts[1].to_owned(), by: parts[2].to_owned(), what: parts[3].to_owned(), found }
        })
        .collect()
}

/// What one tool has found: of the defects that a plan can show, of those that lose data, and of the others.
#[derive(Default)]
struct Score {
    found: usize,
    losing: usize,
    beyond: usize,
}

#[test]
fn the_defects_of_real_plans_are_found() {
    let pages = PAGES.map(|(name, initial, _)| {
        let plan = fs::read_to_string(root().join(format!("tests/fixtures/audit/{name}.rbk"))).expect("it is there");
        (name, initial, plan)
    });
    let linters = linters::shown(&pages);
    let (mut tables, mut detectable, mut losing, mut refused, mut missed) = (String::new(), 0, 0, 0, Vec::new());
    let (mut scripts, mut statements, mut told) = (0, 0, 0);
    let mut scores: BTreeMap<&str, Score> = BTreeMap::new();
    let mut counts: BTreeMap<&str, (usize, usize)> = BTreeMap::new();
    for ((name, _, title), (_, _, plan)) in PAGES.into_iter().zip(&pages) {
        let rbk = Rbk::new().file("plan.rbk", plan).args("check --format concise plan.rbk").run();
        told += rbk.stdout.lines().filter_map(place).collect::<BTreeSet<_>>().len();
        let shown = &linters[name];
        (scripts, statements) = (scripts + shown.scripts, statements + shown.statements);
        for (tool, (all, finding)) in &shown.counts {
            let count = counts.entry(tool).or_default();
            *count = (count.0 + all, count.1 + finding);
        }
        let _ = write!(
            tables,
            "\n## {title}\n\n| | | what is wrong | detectable by | rbk | {} |\n|---|---|---|---|---|---|---|---|\n",
            TOOLS.join(" | ")
        );
        for defect in defects(name) {
            let mut credit = |tool: &'static str| {
                let score = scores.entry(tool).or_default();
                score.found += usize::from(defect.by == "plan");
                score.losing += usize::from(defect.by == "plan" && defect.severity == "L");
                score.beyond += usize::from(defect.by != "plan");
            };
            let answer = match &defect.found {
                Found::Rule { rule, names } => {
                    let hit = rbk.stdout.lines().any(|line| line.contains(&format!("[{rule}]")) && line.contains(names.as_str()));
                    assert!(hit, "{}: no {rule} about {names} in\n{}", defect.id, rbk.stdout);
                    credit("rbk");
                    format!("[`{rule}`](rules.md#{})", rule.replace('/', ""))
                }
                Found::Refused(why) => {
                    credit("rbk");
                    refused += 1;
                    format!("refused: {why}")
                }
                Found::Not(why) => format!("not found: {why}"),
            };
            let _ = write!(tables, "| {} | {} | {} | {} | {answer} |", defect.id, defect.severity, defect.what, defect.by);
            for tool in TOOLS {
                let codes = shown.cells.get(&(defect.id.clone(), tool)).cloned().unwrap_or_default();
                if codes.iter().any(|code| code.starts_with('`')) {
                    credit(tool);
                }
                let _ = write!(tables, " {} |", codes.into_iter().collect::<Vec<_>>().join(" "));
            }
            tables.push('\n');
            if defect.by == "plan" {
                detectable += 1;
                losing += usize::from(defect.severity == "L");
                if let Found::Not(_) = defect.found {
                    missed.push((defect.id, defect.severity));
                }
            }
        }
    }
    let found = detectable - missed.len();
    assert!(missed.iter().all(|(_, severity)| severity != "L"), "what loses data is missed: {missed:?}");
    assert!(found * 100 >= detectable * 85, "{found} of {detectable}; missed: {missed:?}");

    let versions = linters::versions();
    let row = |what: &str, rbk: String, of: &dyn Fn(&str) -> String| {
        let cells: Vec<String> = TOOLS.iter().map(|tool| of(tool)).collect();
        format!("| {what} | {rbk} | {} |\n", cells.join(" | "))
    };
    let score = |tool: &str| scores.get(tool);
    let page = [
        format!(
            "# What real plans got wrong, and what finds it\n\nGenerated by the tests; `UPDATE_DOCS=1 cargo test audit` writes it anew. {} \
             pages that teams had written for a\nnight were read line by line; `tests/fixtures/audit/` holds them as plans that say what the \
             pages say. L would lose data,\nF would fail, M would mislead, H is hygiene. A defect is *refused* where the language can't be \
             written so.\n\nThe linters that people have read the same code: ShellCheck the {scripts} scripts, squawk and sqlfluff the \
             {statements} pieces of SQL, each alone, told\nits shell or dialect, with their own defaults. What the language refuses they read \
             as its page has it. Which of their findings shows which\ndefect a person has judged (`tests/fixtures/audit/linters.txt`); one in \
             brackets stands at the place and is about something else.\nThey were made to read code, and most of such a page is none.\n\n",
            NUMBERS[PAGES.len()]
        ),
        format!("| | rbk | {} |\n|---|---|---|---|---|\n", TOOLS.map(|tool| format!("{tool} {}", versions[tool])).join(" | ")),
        row(
            &format!("of the {detectable} defects that a plan can show"),
            format!("{found}, {refused} of them refused"),
            &|tool| score(tool).map_or(0, |score| score.found).to_string(),
        ),
        row(
            &format!("of the {losing} among them that would lose data"),
            score("rbk").map_or(0, |score| score.losing).to_string(),
            &|tool| score(tool).map_or(0, |score| score.losing).to_string(),
        ),
        row(
            "of those that need the repository or a drill",
            score("rbk").map_or(0, |score| score.beyond).to_string(),
            &|tool| score(tool).map_or(0, |score| score.beyond).to_string(),
        ),
        row("findings, each once a line", told.to_string(), &|tool| counts.get(tool).map_or(0, |count| count.0).to_string()),
        row("of these about no defect of the table", "not counted".to_owned(), &|tool| {
            counts.get(tool).map_or(0, |count| count.0 - count.1).to_string()
        }),
        tables,
    ]
    .concat();
    let path = root().join("docs/audit.md");
    if std::env::var_os("UPDATE_DOCS").is_some() {
        fs::write(&path, &page).expect("it can be written");
    }
    let stands = fs::read_to_string(&path).unwrap_or_default();
    assert!(stands == page, "docs/audit.md is out of date: UPDATE_DOCS=1 cargo test audit writes it");
}

/// The line of a finding and its rule.
fn place(line: &str) -> Option<(&str, &str)> {
    let (place, rest) = line.split_once(": ")?;
    let rule = rest.split_once('[')?.1.split_once(']')?.0;
    Some((place.rsplit_once(':')?.0, rule))
}
