//! What is looked at before a script is parsed: whether it is too much, which names get values, and what the parser would misread.

use std::borrow::Cow;
use std::collections::HashMap;

/// What is longer is not read.
const MOST: usize = 1 << 18;

/// How deep braces may stand in each other, and how many here-documents may begin on one line: the parser takes their square.
const DEEPEST: usize = 200;
const MOST_DOCUMENTS: usize = 16;

/// Returns why a script is not parsed.
pub fn refused(text: &str) -> Option<&'static str> {
    match () {
        () if text.len() > MOST => Some("the script is too long to be read"),
        () if is_deep(text) => Some("the script is nested too deeply to be read"),
        () => None,
    }
}

/// Returns a script of the same length without the backslash of `\{}`: the parser would take the brace for an open one.
pub fn bare_braces(text: &str) -> Cow<'_, str> {
    if text.contains("\\{}") { Cow::Owned(text.replace("\\{}", " {}")) } else { Cow::Borrowed(text) }
}

fn is_deep(text: &str) -> bool {
    let (mut depth, mut deepest) = (0_usize, 0);
    for byte in text.bytes() {
        match byte {
            b'{' => depth += 1,
            b'}' => depth = depth.saturating_sub(1),
            _ => {}
        }
        deepest = deepest.max(depth);
    }
    deepest > DEEPEST || text.lines().any(|line| line.matches("<<").count() > MOST_DOCUMENTS)
}

/// How often each name may get a value; in doubt more often.
pub fn assigned(text: &str) -> HashMap<&str, usize> {
    let mut counts = HashMap::new();
    let is_name = |c: char| c.is_ascii_alphanumeric() || c == '_';
    for line in text.lines() {
        let reads = line
            .split(|c: char| !is_name(c))
            .any(|word| matches!(word, "read" | "for" | "unset" | "getopts" | "mapfile" | "readarray" | "select" | "eval" | "source"));
        let own = line.split(|c: char| !is_name(c)).any(|word| word == "local");
        for name in line.split(|c: char| !is_name(c)).filter(|name| !name.is_empty()) {
            let behind = name.as_ptr() as usize - line.as_ptr() as usize + name.len();
            let rest = &line[behind..];
            if reads {
                *counts.entry(name).or_insert(0) += 2;
            } else if rest.starts_with('=') || rest.starts_with("+=") {
                *counts.entry(name).or_insert(0) += 1;
            } else if own {
                *counts.entry(name).or_insert(0) += 2;
            }
        }
    }
    counts
}
