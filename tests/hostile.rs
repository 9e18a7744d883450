//! Hostile input: any text gives a tree and findings, never a panic and never more than linear work.

use proptest::prelude::*;
use rbk::source::Sources;
use rbk::syntax::{self, Parsed};

use crate::corpus;

fn parse(text: &str) -> Parsed {
    let mut sources = Sources::default();
    let file = sources.add("plan.rbk", text).expect("it fits");
    let parsed = syntax::parse(&sources, file);
    for finding in &parsed.findings {
        for label in &finding.labels {
            // Every label lies in the text, at character boundaries: slicing says so.
            let _ = sources.text(label.span);
        }
    }
    parsed
}

#[test]
fn every_prefix_of_every_plan_parses_to_a_tree() {
    for (name, text) in corpus::plans() {
        let whole = parse(&text);
        assert!(whole.findings.is_empty(), "{name}");
        // A cut changes only the declaration that it falls into, so that one is parsed alone.
        for (index, statement) in whole.tree.statements.iter().enumerate() {
            let declaration = &text[statement.span.range()];
            for (end, _) in declaration.char_indices().skip(1) {
                let parsed = parse(&declaration[..end]);
                assert!(!parsed.tree.statements.is_empty(), "{name}: declaration {index} cut at {end}");
            }
        }
    }
}

#[test]
fn absurd_texts_end_in_findings() {
    let million = 1_000_000;
    let texts = [
        ("nothing", String::new()),
        ("one long word", "a".repeat(10 * million)),
        ("braces", "{".repeat(100_000)),
        ("closing braces", "}".repeat(10_000)),
        ("nested groups", "group a \"x\" {".repeat(100_000)),
        ("nested groups in a scenario", format!("scenario s \"S\" {{\n{}", "group a \"x\" {\n".repeat(100_000))),
        ("unclosed fences", "do ```sh\n".repeat(100_000)),
        ("unclosed sections", "section x \"t\" ```md\n".repeat(2_000)),
        ("quotes", "\"".repeat(100_001)),
        ("backticks", "`".repeat(million)),
        ("commas", ",\n".repeat(100_000)),
        ("comments", "# x\n".repeat(100_000)),
        ("a list without end", format!("undo {}", "a,\n".repeat(100_000))),
        ("carriage returns", "\r".repeat(100_000)),
        ("a byte order mark", "\u{feff}".to_owned()),
        ("control characters", "\0\u{1}\u{7f}\u{9b}".repeat(10_000)),
    ];
    for (name, text) in texts {
        let parsed = parse(&text);
        let silent = ["nothing", "comments", "a byte order mark", "carriage returns"].contains(&name);
        assert_eq!(parsed.findings.is_empty(), silent, "{name}");
    }
}

#[test]
fn line_ends_and_byte_order_marks_make_no_difference() {
    for (name, text) in corpus::plans() {
        let dos = format!("\u{feff}{}", text.replace('\n', "\r\n"));
        let (unix, dos) = (parse(&text), parse(&dos));
        assert!(dos.findings.is_empty(), "{name}: {:?}", dos.findings);
        assert_eq!(unix.tree.statements.len(), dos.tree.statements.len(), "{name}");
    }
}

proptest! {
    #[test]
    fn any_text_gives_a_tree(text in "\\PC{0,400}") {
        parse(&text);
    }

    #[test]
    fn any_soup_of_the_language_gives_a_tree(words in proptest::collection::vec(prop_oneof![
        Just("scenario a \"A\" {"), Just("phase p \"P\" at T {"), Just("}"), Just("{"), Just("```sh"), Just("```"), Just("\""), Just("# c"),
        Just("\n"), Just(","), Just("undo a, b"), Just("rto 5m"), Just("change c \"C\" on v {"), Just("é"), Just("\r\n"), Just("  do"), Just("````md"),
    ], 0..60)) {
        parse(&words.join(" "));
        parse(&words.join("\n"));
    }
}
