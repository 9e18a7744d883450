//! What findings look like: for people at any width, in lines, and as JSON.

use std::collections::BTreeMap;

use rbk::diagnostic::{Diagnostic, Severity};
use rbk::report::{Checked, Colour, Glyphs, Look, Run, concise, human, json, summary};
use rbk::source::{FileId, Sources, Span};

const PLAN: &str = r#"plan move "Move" {
  rto 30m
}

target v2 "V2" postgres { url $V2_URL }

phase migrate "Migrate" at T {
  change load-v2 "V2 holds V1's data" on v2 {
    do ```sql
      INSERT INTO deliveries SELECT * FROM staging;
    ```
    undo restore v2-snapshot
  }
}

use "shared.rbk"
"#;

const SHARED: &str = "target v2 \"V2 again\" postgres { url $V2_URL }\n";

fn sources() -> Sources {
    let mut sources = Sources::default();
    sources.add("plan.rbk", PLAN).unwrap();
    sources.add("shared.rbk", SHARED).unwrap();
    sources
}

fn at(text: &str, file: u16, words: &str) -> Span {
    let start = text.find(words).unwrap();
    Span::new(FileId(file), start, start + words.len())
}

fn findings() -> Vec<Diagnostic> {
    vec![
        Diagnostic::error(
            "backup/never-taken",
            at(PLAN, 0, "restore v2-snapshot"),
            "`load-v2` is undone by restoring `v2-snapshot`, and nothing takes it before: the restore would stop at a missing file",
            "restored here",
        )
        .because(at(PLAN, 0, "load-v2"), "overwrites what the backup should have saved before")
        .help("write `take v2-snapshot` before `change load-v2`"),
        Diagnostic::error("reference/duplicate", at(SHARED, 1, "v2"), "`v2` is declared twice", "the second one")
            .because(at(PLAN, 0, "v2 \"V2\""), "the first one"),
        Diagnostic::error("reference/unused", at(PLAN, 0, "rto 30m"), "nothing uses it", "").severity(Severity::Warning),
    ]
}

fn json_of(checked: &[Checked<'_>]) -> String {
    json::render(&Run {
        checked,
        unread: &[],
        troubles: &[],
        rules: &[],
        paths: &BTreeMap::new(),
        verdicts: None,
        profiles: &[],
        before: None,
        fails: Severity::Error,
    })
}

fn shown(look: Look) -> String {
    let (sources, findings) = (sources(), findings());
    human::render(&[Checked { sources: &sources, findings: &findings }], look)
}

/// Columns of the widest line.
fn widest(text: &str) -> usize {
    text.lines().map(unicode_width::UnicodeWidthStr::width).max().unwrap_or(0)
}

#[test]
fn people_see_every_place_that_takes_part_in_a_finding() {
    insta::assert_snapshot!(shown(Look::default()));
}

#[test]
fn a_narrow_terminal_in_ascii_holds_the_same() {
    let text = shown(Look { width: 40, glyphs: Glyphs::Ascii, colour: Colour::Plain });
    assert!(text.is_ascii());
    insta::assert_snapshot!(text);
}

#[test]
fn nothing_is_wider_than_the_page() {
    for width in [40, 50, 60, 80, 120] {
        let text = shown(Look { width, ..Look::default() });
        assert!(widest(&text) <= width, "{width}:\n{text}");
    }
}

#[test]
fn colours_change_no_character() {
    let coloured = shown(Look { colour: Colour::Ansi, ..Look::default() });
    let mut bare = String::new();
    let mut rest = coloured.as_str();
    while let Some((before, after)) = rest.split_once('\u{1b}') {
        bare.push_str(before);
        rest = after.split_once('m').unwrap().1;
    }
    bare.push_str(rest);
    assert_ne!(coloured, bare);
    assert_eq!(bare, shown(Look::default()));
}

#[test]
fn a_line_each_for_editors_and_scripts() {
    let (sources, findings) = (sources(), findings());
    insta::assert_snapshot!(concise::render(&[Checked { sources: &sources, findings: &findings }]));
}

#[test]
fn programs_get_offsets_lines_and_columns_of_every_label() {
    let (sources, findings) = (sources(), findings());
    insta::assert_snapshot!(json_of(&[Checked { sources: &sources, findings: &findings[..1] }]));
}

#[test]
fn the_summary_counts_and_says_where() {
    let (sources, findings) = (sources(), findings());
    let checked = |findings| Checked { sources: &sources, findings };
    assert_eq!(summary(&[checked(&findings)]), "2 errors, 1 warning in plan.rbk");
    assert_eq!(summary(&[checked(&[])]), "no findings in plan.rbk");
    assert_eq!(summary(&[checked(&findings[..1]), checked(&[])]), "1 error in 2 files");
}

#[test]
fn a_long_line_is_clipped_around_its_label() {
    let text = format!("plan p \"{}\" {{ owner nobody \u{1b}[31m{} }}\n", "long ".repeat(60), "more ".repeat(2000));
    let mut sources = Sources::default();
    sources.add("wide.rbk", text.clone()).unwrap();
    let finding = Diagnostic::error("reference/unknown", at(&text, 0, "nobody"), "`nobody` is not declared", "no role is called that");
    let text = human::render(&[Checked { sources: &sources, findings: &[finding] }], Look::default());
    assert!(widest(&text) <= 80, "{text}");
    insta::assert_snapshot!(text);
}

#[test]
fn a_label_over_many_lines_shows_its_first() {
    let text = format!("section a \"A\" ```md\n{}```\n", "text\n".repeat(30));
    let mut sources = Sources::default();
    sources.add("tall.rbk", text.clone()).unwrap();
    let whole = Span::new(FileId(0), 0, text.len());
    let short = Span::new(FileId(0), text.len() - 15, text.len());
    let finding = Diagnostic::error("reference/unused", whole, "tall", "all of this").because(short, "and its end\nin two lines");
    insta::assert_snapshot!(human::render(&[Checked { sources: &sources, findings: &[finding] }], Look::default()));
}

#[test]
fn places_at_the_edges_of_a_file_are_shown() {
    for text in ["", "\n", "x", "é\t漢\u{202e}", "a\r\nb\r\n"] {
        let mut sources = Sources::default();
        sources.add("edge.rbk", text).unwrap();
        for start in 0..=text.len() {
            for end in start..=text.len() + 3 {
                if text.is_char_boundary(start) && (end > text.len() || text.is_char_boundary(end)) {
                    let finding = Diagnostic::error("syntax/unexpected", Span::new(FileId(0), start, end), "m", "label");
                    let checked = [Checked { sources: &sources, findings: &[finding] }];
                    assert!(human::render(&checked, Look::default()).contains("label"));
                    assert_eq!(concise::render(&checked).lines().count(), 1);
                    json_of(&checked);
                }
            }
        }
    }
}

#[test]
fn five_hundred_findings_in_a_long_plan_are_shown() {
    let line = "  step one \"A step that does something\" on v2 { do sql } # and a comment behind it\n";
    let text = line.repeat(3_600_000 / line.len());
    let mut sources = Sources::default();
    sources.add("long.rbk", text.clone()).unwrap();
    let findings: Vec<Diagnostic> = (0..500)
        .map(|n| {
            let at = |line_number: usize| Span::new(FileId(0), line_number * line.len() + 7, line_number * line.len() + 10);
            Diagnostic::error("reference/duplicate", at(n * 80), "twice", "the second").because(at(n * 80 + 20), "the first")
        })
        .collect();
    let checked = [Checked { sources: &sources, findings: &findings }];
    let text = human::render(&checked, Look::default());
    json_of(&checked);
    assert_eq!(text.matches("reference/duplicate").count(), 501);
}
