//! The runbook: whole pages as snapshots, and what holds for every page.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::process::Command;

use pulldown_cmark::{Event, Options, Parser, Tag, TagEnd};
use rbk::analysis::Facts;
use rbk::emit::runbook;
use rbk::graph::Graph;
use rbk::plan;
use rbk::source::{MemoryLoader, Sources};

use crate::corpus;

mod lines;

/// Returns the runbook of the plan `name` among `files`; `None` for a file without a sound plan.
fn page(name: &str, files: &BTreeMap<String, String>) -> Option<String> {
    let mut sources = Sources::default();
    let root = sources.add(name, files[name].as_str())?;
    let compiled = plan::compile(&mut sources, root, &MemoryLoader(files.clone()));
    let plan = compiled.plan?;
    let (graph, _) = Graph::build(&plan);
    let (facts, _) = Facts::new(&plan, &graph);
    Some(runbook::markdown(&plan, &graph, &facts, &sources, &[]))
}

fn page_of(text: &str) -> String {
    let files = BTreeMap::from([("plan.rbk".to_owned(), text.to_owned())]);
    page("plan.rbk", &files).expect("the plan compiles")
}

/// A plan whose every text tries to break the page.
const HOSTILE: &str = include_str!("fixtures/runbook/hostile.rbk");
const SWITCH: &str = include_str!("fixtures/runbook/switch.rbk");
const PARTS: &str = include_str!("fixtures/runbook/parts.rbk");
const WEEKLY: &str = include_str!("fixtures/runbook/weekly.rbk");

fn pages() -> Vec<(String, String)> {
    let files: BTreeMap<String, String> = corpus::plans().into_iter().collect();
    let mut pages: Vec<(String, String)> = files.keys().filter_map(|name| Some((name.clone(), page(name, &files)?))).collect();
    for (name, text) in [("hostile", HOSTILE), ("parts", PARTS), ("switch", SWITCH), ("weekly", WEEKLY)] {
        pages.push((name.to_owned(), page_of(text)));
    }
    pages
}

#[test]
fn a_switch_on_a_date_reads_as_a_runbook() {
    insta::assert_snapshot!(page_of(SWITCH));
}

#[test]
fn a_weekly_window_tells_offsets_and_weekdays() {
    insta::assert_snapshot!(page_of(WEEKLY));
}

#[test]
fn a_long_part_stands_once_and_a_short_one_where_it_is_run() {
    let page = page_of(PARTS);
    let (_, rest) = page.split_once("## Scenario: ").expect("it has scenarios");
    let (scenarios, _) = rest.split_once("\n## Contacts").expect("contacts come behind them");
    insta::assert_snapshot!(scenarios);
}

#[test]
fn hostile_text_stays_text() {
    insta::assert_snapshot!(page_of(HOSTILE));
}

#[test]
fn the_smallest_plan_has_no_empty_chapters() {
    assert_eq!(
        page_of("plan a \"A plan\" {}\n"),
        "# A plan\n\n\
         Rollback runbook, written by `rbk` from the plan `a`. The bundle's `./rollback` carries it out, step by step, and stops at the \
         first thing that goes wrong.\n"
    );
}

#[test]
fn every_link_leads_somewhere_and_every_anchor_is_one_place() {
    for (name, page) in pages() {
        let anchors: Vec<&str> = page.split("<a name=\"").skip(1).filter_map(|rest| rest.split('"').next()).collect();
        let places: BTreeSet<&str> = anchors.iter().copied().collect();
        assert_eq!(places.len(), anchors.len(), "{name}: an anchor twice");
        for event in Parser::new_ext(&page, options()) {
            if let Event::Start(Tag::Link { dest_url, .. }) = event
                && let Some(anchor) = dest_url.strip_prefix('#')
            {
                assert!(places.contains(anchor), "{name}: nothing at #{anchor}");
            }
        }
    }
}

#[test]
fn no_heading_stands_without_content() {
    for (name, page) in pages() {
        let mut open: Option<(String, u8)> = None;
        let mut in_heading = None;
        for event in Parser::new_ext(&page, options()) {
            match event {
                Event::Start(Tag::Heading { level, .. }) => {
                    if let Some((title, above)) = &open {
                        assert!(level as u8 > *above || *above == 6, "{name}: nothing under “{title}”");
                    }
                    in_heading = Some((String::new(), level as u8));
                }
                Event::End(TagEnd::Heading(_)) => open = in_heading.take(),
                Event::Text(text) => match &mut in_heading {
                    Some((title, _)) => title.push_str(&text),
                    None => open = None,
                },
                Event::Code(_) => open = None,
                Event::Html(html) if !html.starts_with("<a name=") => open = None,
                _ => {}
            }
        }
        assert_eq!(open, None, "{name}");
    }
}

#[test]
fn every_line_of_a_table_becomes_a_row_of_it_with_all_of_its_columns() {
    for (name, page) in pages() {
        let lines = outside_fences(&page).filter(|line| line.starts_with("| ")).count();
        let (mut rows, mut heads, mut columns) = (0, 0, 0);
        let events = Parser::new_ext(&page, options()).into_offset_iter();
        for (event, range) in events {
            match event {
                Event::Start(Tag::Table(alignments)) => columns = alignments.len(),
                Event::Start(Tag::TableRow) => {
                    rows += 1;
                    // The reader fills a short row up and cuts a long one off: the source has to have all.
                    assert_eq!(cells(&page[range.clone()]), columns, "{name}: {}", &page[range]);
                }
                Event::Start(Tag::TableHead) => heads += 1,
                _ => {}
            }
        }
        assert_eq!(lines, rows + 2 * heads, "{name}");
    }
}

/// How many cells a line of a table has: pipes that nothing escapes, wherever they stand.
fn cells(line: &str) -> usize {
    let mut escaped = false;
    let pipes = line.trim_end().chars().filter(|sign| {
        let counts = *sign == '|' && !escaped;
        escaped = *sign == '\\' && !escaped;
        counts
    });
    pipes.count() - 1
}

#[test]
fn headings_are_four_levels_deep_at_most_and_skip_none() {
    for (name, page) in pages() {
        let mut above = 0;
        for event in Parser::new_ext(&page, options()) {
            if let Event::Start(Tag::Heading { level, .. }) = event {
                assert!(level as u8 <= 4 && level as u8 <= above + 1, "{name}: level {level} below {above}");
                above = level as u8;
            }
        }
    }
}

#[test]
fn a_new_title_changes_no_anchor() {
    let anchors =
        |page: &str| page.split("<a name=\"").skip(1).filter_map(|rest| Some(rest.split_once('"')?.0.to_owned())).collect::<Vec<_>>();
    let renamed = SWITCH.replace("\"Freeze V1\"", "\"Nobody writes V1\"").replace("\"V1 takes no writes\"", "\"V1 is frozen\"");
    assert_ne!(renamed, SWITCH);
    assert_eq!(anchors(&page_of(&renamed)), anchors(&page_of(SWITCH)));
}

#[test]
fn no_control_character_reaches_the_page() {
    for (name, page) in pages() {
        assert!(page.chars().all(|sign| !sign.is_control() || matches!(sign, '\n' | '\t')), "{name}");
    }
}

#[test]
fn the_same_plan_gives_the_same_page() {
    assert_eq!(pages(), pages());
}

#[test]
fn diagrams_are_mermaid() {
    for (name, page) in pages() {
        for diagram in page.split("```mermaid\n").skip(1).filter_map(|rest| rest.split("```").next()) {
            let mut lines = diagram.lines();
            assert_eq!(lines.next(), Some("flowchart TD"), "{name}");
            let mut depth = 0;
            let mut known = BTreeSet::new();
            for line in lines {
                let line = line.trim();
                match line.split_once(' ') {
                    None if line == "end" => depth -= 1,
                    Some(("subgraph", rest)) => {
                        depth += 1;
                        assert!(is_node(rest, &mut known), "{name}: {line}");
                    }
                    _ if is_edge(line, &known) || is_node(line, &mut known) => {}
                    _ => panic!("{name}: {line}"),
                }
            }
            assert_eq!(depth, 0, "{name}");
        }
    }
}

/// `id["label"]` in any of the shapes that rbk draws; remembers the id.
fn is_node<'l>(line: &'l str, known: &mut BTreeSet<&'l str>) -> bool {
    let length = line.bytes().take_while(u8::is_ascii_alphanumeric).count();
    let shape = line[length..].trim_start();
    let shapes = [("[[\"", "\"]]"), ("[\"", "\"]"), ("{{\"", "\"}}"), ("([\"", "\"])")];
    let label = shapes.iter().find_map(|(open, close)| shape.strip_prefix(open)?.strip_suffix(close));
    known.insert(&line[..length]);
    length > 0 && label.is_some_and(|label| !label.contains(['"', '`', '<', '>', '[', ']', '{', '}', '%', '\\']))
}

/// `a --> b`, `a -->|word| b`, `a -.->|word| b` between ids that are known.
fn is_edge(line: &str, known: &BTreeSet<&str>) -> bool {
    let words: Vec<&str> = line.split(' ').collect();
    let (Some(from), Some(to)) = (words.first(), words.last()) else { return false };
    let arrow = words[1..words.len().max(2) - 1].join(" ");
    let label = arrow.strip_prefix("-->").or_else(|| arrow.strip_prefix("-.->"));
    let plain = label
        .is_some_and(|label| label.is_empty() || label.trim_matches('|').bytes().all(|byte| byte.is_ascii_lowercase() || byte == b' '));
    plain && known.contains(from) && known.contains(to)
}

fn outside_fences(page: &str) -> impl Iterator<Item = &str> {
    let mut open: Option<&str> = None;
    page.lines().filter(move |line| {
        let run = &line[..line.bytes().take_while(|byte| *byte == b'`').count()];
        match open {
            Some(ticks) if line.trim_end() == ticks => open = None,
            None if run.len() >= 3 => open = Some(run),
            _ => {}
        }
        open.is_none()
    })
}

fn options() -> Options {
    Options::ENABLE_TABLES | Options::ENABLE_STRIKETHROUGH | Options::ENABLE_TASKLISTS | Options::ENABLE_GFM
}

#[test]
fn a_linter_finds_nothing() {
    let linter = corpus::root().join("target/python/lint/bin/rumdl");
    assert!(linter.exists(), "rumdl is missing: run tools/setup test");
    let folder = tempfile::tempdir().expect("a temporary folder");
    let mut count = 0;
    for (name, page) in pages().iter().filter(|(name, _)| name != "hostile") {
        fs::write(folder.path().join(name.replace('/', "-") + ".md"), page).expect("it is written");
        count += 1;
    }
    assert!(count > 3, "the examples are gone");
    let output = Command::new(linter)
        .args(["check", "--no-cache", "--config"])
        .arg(corpus::root().join("tests/lint/runbook.toml"))
        .arg(folder.path())
        .output()
        .expect("rumdl runs");
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stdout));
}
