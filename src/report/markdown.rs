//! Findings as Markdown for the comment under a change: a table of what was found, and each finding with its places folded away.

use std::fmt::Write;

use super::run::Found;
use super::wrap::plain;
use super::{Run, summary};
use crate::diagnostic::Severity;

/// By this a program knows the comment that it wrote before, to write over it.
const MARK: &str = "<!-- rbk check -->";

/// Characters that a comment may have; GitHub refuses 65,536.
const LONGEST: usize = 60_000;

/// Returns the comment.
pub fn render(run: &Run<'_>) -> String {
    let found = run.found();
    let worst = found.iter().map(|found| found.finding.severity).max();
    let failed = worst.is_some_and(|worst| worst >= run.fails) || !run.unread.is_empty() || !run.troubles.is_empty();
    let mark = if failed { "❌" } else { "✅" };
    let mut out = format!("{MARK}\n### {mark} rbk check: {}\n", text(&summary(run.checked)));
    for unread in run.unread {
        let _ = writeln!(out, "\n- {} can't be read: {}", code(run.path(&unread.file)), text(&unread.reason));
    }
    for trouble in run.troubles {
        let _ = writeln!(out, "\n- {}", text(&trouble.message));
    }
    for (told, one) in found.iter().enumerate() {
        let section = section(one, run);
        if out.len() + section.len() > LONGEST {
            let _ = write!(out, "\n… and {} more; `rbk check` tells them all.\n", found.len() - told);
            break;
        }
        out.push_str(&section);
    }
    out
}

fn section(found: &Found<'_>, run: &Run<'_>) -> String {
    let finding = found.finding;
    let rule = match run.rule(finding.code).and_then(|(_, rule)| rule.url.as_ref()) {
        Some(url) => format!("[{}]({})", code(finding.code), url.replace([' ', '(', ')', '<', '>'], "")),
        None => code(finding.code),
    };
    let sign = match finding.severity {
        Severity::Error => "🛑",
        Severity::Warning => "⚠️",
        Severity::Info => "ℹ️",
    };
    let at = format!("{}:{}", found.place.path, found.place.start.line);
    let mut out = format!("\n{sign} **{}** {rule} at {}  \n{}\n", finding.severity.word(), code(&at), text(&finding.message));
    if let Some(help) = &finding.help {
        let _ = write!(out, "\n> {}\n", text(help));
    }
    if finding.labels.iter().any(|label| !label.text.is_empty()) {
        out.push_str("\n<details><summary>places</summary>\n\n");
        for label in &finding.labels {
            let place = run.place(label.span, found.sources);
            let line = found.sources.file(label.span.file);
            let range = line.lines.line_range(place.start.line - 1);
            let at = format!("{}:{}", place.path, place.start.line);
            let _ = writeln!(out, "- {} {}: {}", code(&at), code(line.text[range].trim()), text(&label.text));
        }
        out.push_str("\n</details>\n");
    }
    out
}

/// Returns a text of ours in which only what stands between back-ticks is Markdown.
pub fn text(text: &str) -> String {
    let flat = plain(text).replace('\n', " ");
    let parts: Vec<&str> = flat.split('`').collect();
    let mut out = String::new();
    for (index, part) in parts.iter().enumerate() {
        // A tick that is never closed is a tick.
        if index % 2 == 1 && index + 1 < parts.len() {
            out.push_str(&code(part));
        } else {
            if index % 2 == 1 {
                out.push_str("\\`");
            }
            for c in part.chars() {
                if "\\*_[]<>|#~&@!".contains(c) {
                    out.push('\\');
                }
                out.push(c);
            }
        }
    }
    out
}

/// Returns a text as code, whatever ticks it holds.
pub fn code(text: &str) -> String {
    let flat = plain(text).replace('\n', " ");
    let (mut longest, mut run) = (0, 0);
    for c in flat.chars() {
        run = if c == '`' { run + 1 } else { 0 };
        longest = longest.max(run);
    }
    let fence = "`".repeat(longest + 1);
    let blank = if flat.starts_with('`') || flat.ends_with('`') || flat.is_empty() { " " } else { "" };
    format!("{fence}{blank}{flat}{blank}{fence}")
}
