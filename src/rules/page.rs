//! A rule's page: the `//!` lines of its file, or a Markdown file as it is.

use std::collections::BTreeMap;

use super::{REGISTRY, elsewhere};

/// Mistakes that the language refuses, one a line: the mistake, the error that it is, the plan of the tests that makes it, and words of
/// that error.
pub const REFUSED: &str = include_str!("pages/refused.txt");

/// A plan on a page.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Example {
    /// The heading that it stands under: `Caught` or `Mended`.
    pub heading: String,
    /// What lies in the repository around it: texts by their paths.
    pub files: BTreeMap<String, String>,
    pub plan: String,
}

/// Returns the page in `text`.
pub fn of(text: &str) -> String {
    if !text.starts_with("//!") {
        return text.to_owned();
    }
    let mut page = String::new();
    for line in text.lines().map_while(|line| line.strip_prefix("//!")) {
        page.push_str(line.strip_prefix(' ').unwrap_or(line));
        page.push('\n');
    }
    page
}

/// Returns the first paragraph behind the title, on one line, without its final period.
pub fn summary(text: &str) -> String {
    let page = of(text);
    let paragraph = page.lines().skip(1).skip_while(|line| line.is_empty()).take_while(|line| !line.is_empty());
    let sentence = paragraph.collect::<Vec<_>>().join(" ");
    sentence.trim_end_matches('.').to_owned()
}

/// Returns the plans that stand in `rbk` fences, each with the files before it under its heading: fences with a name, such as `sql shop.sql`.
pub fn examples(text: &str) -> Vec<Example> {
    let page = of(text);
    let mut examples = Vec::new();
    let mut heading = "";
    let mut files = BTreeMap::new();
    let mut lines = page.lines();
    while let Some(line) = lines.next() {
        if let Some(title) = line.strip_prefix("## ") {
            heading = title;
            files.clear();
        }
        let ticks = line.len() - line.trim_start_matches('`').len();
        if ticks < 3 {
            continue;
        }
        let (fence, info) = line.split_at(ticks);
        let text = lines.by_ref().take_while(|line| *line != fence).map(|line| format!("{line}\n")).collect();
        match info.split_once(' ') {
            Some((_, path)) => drop(files.insert(path.to_owned(), text)),
            None if info == "rbk" => examples.push(Example { heading: heading.to_owned(), files: files.clone(), plan: text }),
            None => {}
        }
    }
    examples
}

/// Returns every page as one document, what `docs/rules.md` holds.
pub fn catalogue() -> String {
    let mut out = String::from(
        "# The rules\n\nGenerated from the rules' own files; `UPDATE_DOCS=1 cargo test` writes it anew. `rbk explain NAME` \
         prints a page,\n`rbk rules` lists them.\n\n| rule | severity | finds |\n|---|---|---|\n",
    );
    for rule in REGISTRY {
        let anchor = rule.name.replace('/', "");
        out.push_str(&format!("| [`{}`](#{anchor}) | {} | {} |\n", rule.name, rule.severity.word(), rule.summary()));
    }
    out.push_str(
        "\n## What can't be written\n\nMistakes that no plan can have: whoever writes them gets an error, and no bundle.\n\n| mistake | error |\n|---|---|\n",
    );
    for line in REFUSED.lines() {
        let mut parts = line.split(" | ");
        let (mistake, code) = (parts.next().unwrap_or_default(), parts.next().unwrap_or_default());
        out.push_str(&format!("| {mistake} | [`{code}`](#{}) |\n", code.replace('/', "")));
    }
    out.push_str("\n## Looked for under another name\n\nWhat other catalogues call a rule of its own, and where it is found here.\n\n");
    out.push_str(&elsewhere::table());
    for rule in REGISTRY {
        out.push('\n');
        let mut fence = None;
        for line in rule.page().lines() {
            let ticks = &line[..line.len() - line.trim_start_matches('`').len()];
            match fence {
                None if ticks.len() >= 3 => fence = Some(ticks.to_owned()),
                Some(ref open) if line == open => fence = None,
                _ => {}
            }
            // A page's headings sink one level below the document's.
            if fence.is_none() && line.starts_with('#') {
                out.push('#');
            }
            out.push_str(line);
            out.push('\n');
        }
    }
    out
}
