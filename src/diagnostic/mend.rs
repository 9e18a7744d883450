//! What to type, as edits of the text: read from a finding's code, places and help.
//!
//! Whether an edit mends is not known here. Who applies it compiles the result, and keeps it only when the finding is gone.

use super::Diagnostic;
use crate::source::{Sources, Span};

/// How sure it is that an edit is what the author wants.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Certainty {
    /// The plan means the same after it.
    Certain,
    /// It says something else than before, and most likely what was meant.
    Suggested,
}

/// Edits that mend a finding together.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Mend {
    pub certainty: Certainty,
    /// For people: what was done, in the past tense, without a final period.
    pub title: String,
    /// What stands at each place is replaced.
    pub edits: Vec<(Span, String)>,
}

/// Returns how to mend a finding, if that can be typed for its author.
pub fn mend(finding: &Diagnostic, sources: &Sources) -> Option<Mend> {
    if finding.code == "accept/unused" {
        return Some(taken_out(finding.span(), sources));
    }
    let help = finding.help.as_deref()?;
    let ticked: Vec<&str> = help.split('`').skip(1).step_by(2).collect();
    match ticked.as_slice() {
        [meant] if help.starts_with("did you mean `") && help.ends_with("`?") => replaced(finding.span(), meant, sources),
        [line, place] if help == format!("write `{line}` before `{place}`") => inserted(finding, line, place, sources),
        _ => None,
    }
}

/// A statement is taken out, with its lines when nothing else stands on them.
fn taken_out(span: Span, sources: &Sources) -> Mend {
    let text = &sources.file(span.file).text;
    let lines = &sources.file(span.file).lines;
    let first = lines.line_range(lines.line_of(span.start as usize)).start;
    let last = lines.line_range(lines.line_of((span.end as usize).saturating_sub(1).max(span.start as usize))).end;
    let alone = text[first..span.start as usize].trim().is_empty() && text[span.end as usize..last].trim().is_empty();
    let whole = if alone { Span::new(span.file, first, last) } else { span };
    let title = format!("took out `{}`", first_line(sources.text(span)));
    Mend { certainty: Certainty::Certain, title, edits: vec![(whole, String::new())] }
}

/// A word is written as it was meant.
fn replaced(span: Span, meant: &str, sources: &Sources) -> Option<Mend> {
    let stands = sources.text(span);
    let is_word = !stands.is_empty() && !stands.contains(char::is_whitespace);
    let title = format!("wrote `{meant}` in the place of `{stands}`");
    is_word.then(|| Mend { certainty: Certainty::Suggested, title, edits: vec![(span, meant.to_owned())] })
}

/// A line is written before the statement that the help names, as far in as that.
fn inserted(finding: &Diagnostic, line: &str, place: &str, sources: &Sources) -> Option<Mend> {
    let label = finding.labels.iter().find(|label| sources.text(label.span).starts_with(place))?;
    let file = sources.file(label.span.file);
    let start = label.span.start as usize;
    let begin = file.lines.line_range(file.lines.line_of(start)).start;
    let indent = &file.text[begin..start];
    if !indent.trim().is_empty() {
        return None;
    }
    let edit = (Span::new(label.span.file, begin, begin), format!("{indent}{line}\n"));
    Some(Mend { certainty: Certainty::Suggested, title: format!("wrote `{line}` before `{place}`"), edits: vec![edit] })
}

fn first_line(text: &str) -> &str {
    text.lines().next().unwrap_or_default().trim_end()
}

#[cfg(test)]
mod tests {
    use super::{Certainty, mend};
    use crate::diagnostic::Diagnostic;
    use crate::source::{FileId, Sources, Span};

    fn mended(text: &str, code: &'static str, at: &str, help: &str) -> Option<(String, Certainty)> {
        let mut sources = Sources::default();
        sources.add("plan.rbk", text).unwrap();
        let start = text.find(at).unwrap();
        let finding = Diagnostic::error(code, Span::new(FileId(0), start, start + at.len()), "m", "").help(help);
        let mend = mend(&finding, &sources)?;
        let (span, new) = &mend.edits[0];
        let mut out = text.to_owned();
        out.replace_range(span.range(), new);
        Some((out, mend.certainty))
    }

    #[test]
    fn a_statement_goes_with_its_line_and_leaves_its_neighbours() {
        let certain = |text: &str| Some((text.to_owned(), Certainty::Certain));
        let out = "take it out";
        assert_eq!(mended("a {\n  accept x\n  b\n}\n", "accept/unused", "accept x", out), certain("a {\n  b\n}\n"));
        assert_eq!(mended("a { accept x }\n", "accept/unused", "accept x", out), certain("a {  }\n"));
        assert_eq!(mended("a\naccept x", "accept/unused", "accept x", out), certain("a\n"));
    }

    #[test]
    fn what_was_meant_is_a_suggestion() {
        let suggested = |text: &str| Some((text.to_owned(), Certainty::Suggested));
        assert_eq!(mended("undo lod\n", "reference/unknown", "lod", "did you mean `load`?"), suggested("undo load\n"));
        assert_eq!(mended("undo lod\n", "reference/unknown", "undo lod", "did you mean `load`?"), None);
        assert_eq!(mended("undo lod\n", "reference/unknown", "lod", "did you mean `load` or `lead`?"), None);
        assert_eq!(
            mended("p {\n  change a {\n", "backup/never-taken", "change a", "write `take b` before `change a`"),
            suggested("p {\n  take b\n  change a {\n")
        );
    }
}
