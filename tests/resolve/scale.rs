//! Large and broken plans: any text gives findings. What takes the square of these sizes takes minutes; the benches measure the rest.

use super::{SHOP, found, found_in, shop};
use crate::corpus;

#[test]
fn thousands_of_unknown_names_are_told() {
    let declared: String = (0..3_000).map(|n| format!("check abcdefghij-{n} \"C\" {{\n  ask \"Fine?\"\n}}\n")).collect();
    let used: String = (0..3_000).map(|n| format!("  verify zbcdefghij-{n}\n")).collect();
    let shown = found(&format!("{SHOP}{declared}phase look \"Look\" {{\n{used}}}\n"));
    assert_eq!(shown.matches("reference/unknown").count(), 3_000);
    assert!(shown.contains("did you mean"));
}

#[test]
fn thousands_of_steps_are_named_and_ordered() {
    let verbs = "  undo note-added by dba\n".repeat(3_000);
    assert_eq!(found(&shop(&[("  undo note-added by dba\n", &verbs)])), "");
    let waits: String = (0..3_000).map(|n| format!("    manual x{n} \"X\" by dba after x{}\n", n + 1)).collect();
    let plan = shop(&[("  undo note-added by dba\n", &format!("  parallel {{\n{waits}    manual x3000 \"X\" by dba\n  }}\n"))]);
    assert_eq!(found(&plan), "");
}

#[test]
fn thousands_of_calls_are_followed() {
    let chain: String = (0..3_000).map(|n| format!("scenario s{n} \"S\" {{\n  run s{}\n}}\n", (n + 1) % 3_000)).collect();
    assert_eq!(found(&format!("{SHOP}{chain}")).matches("order/cycle").count(), 1);
    let everybody: String = (0..60).map(|n| format!("s{n}")).collect::<Vec<_>>().join(", ");
    let all: String = (0..60).map(|n| format!("scenario s{n} \"S\" {{\n  run {everybody}\n}}\n")).collect();
    assert_eq!(found(&format!("{SHOP}{all}")).matches("order/cycle").count(), 16);
}

#[test]
fn every_cut_of_a_plan_is_read_to_findings() {
    for (name, text) in corpus::plans().into_iter().filter(|(_, text)| text.len() < 20_000) {
        for (end, _) in text.char_indices().step_by(97) {
            found(&text[..end]);
            let _ = (&name, end);
        }
    }
}

#[test]
fn every_line_of_a_plan_can_be_left_out() {
    let lines: Vec<&str> = SHOP.lines().collect();
    for out in 0..lines.len() {
        let rest: Vec<&str> = lines.iter().enumerate().filter(|(at, _)| *at != out).map(|(_, line)| *line).collect();
        found(&rest.join("\n"));
    }
}

#[test]
fn the_same_plan_gives_the_same_findings() {
    let plan = shop(&[("verify api-answers", "verify api-answrs"), ("owner dba", "owner dbb"), ("on api {\n  get", "on workers {\n  get")]);
    let first = found(&plan);
    assert!((0..20).all(|_| found(&plan) == first));
}

#[test]
fn files_used_too_deep_end_in_a_finding() {
    let names: Vec<String> = (0..100).map(|n| format!("f{n}.rbk")).collect();
    let texts: Vec<String> = (0..100).map(|n| format!("use \"f{}.rbk\"\n", n + 1)).collect();
    let files: Vec<(&str, &str)> = names.iter().map(String::as_str).zip(texts.iter().map(String::as_str)).collect();
    let shown = found_in(&format!("use \"f0.rbk\"\n{SHOP}"), &files);
    assert!(shown.contains("more than 64 deep"), "{shown}");
}
