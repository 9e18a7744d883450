//! What a change of a plan does to its safety, as text: for people, for programs, for the comment under the change.

use std::fmt::Write;

use serde::Serialize;

use super::markdown;
use super::wrap::{plain, wrap};
use crate::diff::{Difference, Effect};

/// The kinds in the order in which they are told, each with its title.
const EFFECTS: [(Effect, &str); 3] = [(Effect::Worse, "worse"), (Effect::Better, "better"), (Effect::Other, "otherwise")];

/// Returns the differences by their effect, the worse ones first.
pub fn human(differences: &[Difference], width: usize) -> String {
    let mut out = String::new();
    for (effect, title) in EFFECTS {
        let mut of = differences.iter().filter(|difference| difference.effect == effect).peekable();
        if of.peek().is_some() {
            let blank = if out.is_empty() { "" } else { "\n" };
            let _ = writeln!(out, "{blank}{title}");
        }
        for Difference { kind, name, text, .. } in of {
            let text = wrap(&plain(&format!("{kind} {name}: {text}")), width.max(40) - 4);
            let _ = writeln!(out, "  {}", text.replace('\n', "\n    "));
        }
    }
    out
}

/// Returns "2 for the worse, 1 for the better".
pub fn summary(differences: &[Difference]) -> String {
    let count = |effect| differences.iter().filter(|difference| difference.effect == effect).count();
    let counts = [(count(Effect::Worse), "for the worse"), (count(Effect::Better), "for the better"), (count(Effect::Other), "otherwise")];
    let told: Vec<String> = counts.iter().filter(|(count, _)| *count > 0).map(|(count, word)| format!("{count} {word}")).collect();
    if told.is_empty() { "nothing differs in what the plan promises, covers, takes or loses".to_owned() } else { told.join(", ") }
}

/// `schema_version` grows when a field changes its meaning or goes away.
#[derive(Serialize)]
struct Document<'a> {
    schema_version: u32,
    old: &'a str,
    new: &'a str,
    worse: bool,
    differences: &'a [Difference],
}

/// Returns the document, with a final newline.
pub fn json(old: &str, new: &str, differences: &[Difference]) -> String {
    let worse = differences.iter().any(|difference| difference.effect == Effect::Worse);
    // INVARIANT: plain data with string keys serialises.
    let mut text = serde_json::to_string_pretty(&Document { schema_version: 1, old, new, worse, differences }).expect("plain data");
    text.push('\n');
    text
}

/// Returns the comment.
pub fn markdown(differences: &[Difference]) -> String {
    let mark = if differences.iter().any(|difference| difference.effect == Effect::Worse) { "❌" } else { "✅" };
    let mut out = format!("<!-- rbk diff -->\n### {mark} rbk diff: {}\n", summary(differences));
    for (effect, title) in EFFECTS {
        let of: Vec<&Difference> = differences.iter().filter(|difference| difference.effect == effect).collect();
        if !of.is_empty() {
            let _ = write!(out, "\n**{title}**\n\n");
        }
        for Difference { kind, name, text, .. } in of {
            let _ = writeln!(out, "- {kind} {}: {}", markdown::code(name), markdown::text(text));
        }
    }
    out
}
