//! Whether a text is a unified diff of one file, as every `patch` applies it: what is wrong with it, and in which line.

use std::ops::Range;

/// What is wrong with a diff, and where in its text.
#[derive(Debug, PartialEq, Eq)]
pub struct Flaw {
    pub range: Range<usize>,
    pub why: String,
}

/// A line with its place.
struct Line<'t> {
    text: &'t str,
    start: usize,
}

impl Line<'_> {
    fn flaw(&self, why: impl Into<String>) -> Option<Flaw> {
        Some(Flaw { range: self.start..self.start + self.text.len().max(1), why: why.into() })
    }
}

/// A hunk: its `@@` line, and how many old and new lines are still to come.
struct Hunk<'l, 't> {
    head: &'l Line<'t>,
    old: u64,
    new: u64,
    said: (u64, u64),
}

/// Returns the first flaw of a diff.
pub fn flaw(text: &str) -> Option<Flaw> {
    let mut start = 0;
    let lines: Vec<Line<'_>> = text
        .split_inclusive('\n')
        .map(|whole| {
            let line = Line { text: whole.trim_end_matches('\n'), start };
            start += whole.len();
            line
        })
        .collect();
    let head = lines.windows(2).position(|pair| pair[0].text.starts_with("--- ") && pair[1].text.starts_with("+++ "));
    let Some(head) = head else {
        let first = lines.first().map_or(0..text.len().min(1), |line| line.start..line.start + line.text.len().max(1));
        return Some(Flaw { range: first, why: "no line `--- FILE` with a line `+++ FILE` behind it".to_owned() });
    };
    let mut hunk: Option<Hunk<'_, '_>> = None;
    let mut hunks = 0;
    for line in &lines[head + 2..] {
        if let Some(open) = hunk.as_mut().filter(|hunk| hunk.old + hunk.new > 0) {
            let (old, new) = match line.text.as_bytes().first() {
                // Editors take the space of an empty line away.
                None | Some(b' ' | b'\t') => (1, 1),
                Some(b'-') => (1, 0),
                Some(b'+') => (0, 1),
                Some(b'\\') => (0, 0),
                Some(b'@') => return fewer(open),
                Some(_) => return line.flaw("this line begins with neither a space, `+` nor `-`"),
            };
            if old > open.old || new > open.new {
                return more(open);
            }
            open.old -= old;
            open.new -= new;
            continue;
        }
        match line.text.as_bytes().first() {
            Some(b'@') => {
                let Some((old, new)) = counts(line.text) else {
                    return line.flaw("this is not `@@ -LINE,COUNT +LINE,COUNT @@`");
                };
                hunks += 1;
                hunk = Some(Hunk { head: line, old, new, said: (old, new) });
            }
            Some(b'-') if line.text.starts_with("--- ") => return line.flaw("here another file begins: an `edit` patches one"),
            Some(b'+' | b'-' | b' ') if hunk.is_some() => return hunk.as_ref().and_then(more),
            Some(b'+' | b'-' | b' ') => return line.flaw("no `@@` line stands before this one"),
            _ => {}
        }
    }
    match hunk.as_ref().filter(|hunk| hunk.old + hunk.new > 0) {
        Some(open) => fewer(open),
        None if hunks == 0 => lines[head].flaw("no hunk follows: `@@ -LINE,COUNT +LINE,COUNT @@`"),
        None => None,
    }
}

fn fewer(hunk: &Hunk<'_, '_>) -> Option<Flaw> {
    let (old, new) = hunk.said;
    let (is_old, is_new) = (old - hunk.old, new - hunk.new);
    hunk.head.flaw(format!("it says {old} old and {new} new lines, and {is_old} and {is_new} follow"))
}

fn more(hunk: &Hunk<'_, '_>) -> Option<Flaw> {
    let (old, new) = hunk.said;
    hunk.head.flaw(format!("it says {old} old and {new} new lines, and more follow"))
}

/// Returns the counts of old and new lines of `@@ -1,3 +1,4 @@`; one where none is written.
fn counts(line: &str) -> Option<(u64, u64)> {
    let rest = line.strip_prefix("@@ -")?;
    let (old, rest) = rest.split_once(" +")?;
    let (new, _) = rest.split_once(" @@")?;
    Some((count(old)?, count(new)?))
}

fn count(range: &str) -> Option<u64> {
    let (line, count) = range.split_once(',').unwrap_or((range, "1"));
    line.parse::<u64>().ok()?;
    count.parse().ok().filter(|count| *count < 1 << 32)
}

#[cfg(test)]
mod tests {
    use super::flaw;

    const HEAD: &str = "--- a/f\n+++ b/f\n";

    fn why(hunks: &str) -> String {
        flaw(&format!("{HEAD}{hunks}")).map_or(String::new(), |flaw| flaw.why)
    }

    #[test]
    fn diffs_that_can_be_applied() {
        for hunks in [
            "@@ -1 +1 @@\n-a\n+b\n",
            "@@ -1,3 +1,4 @@ fn main()\n a\n-b\n+B\n+C\n\n",
            "@@ -1,2 +1,2 @@\n-- a\n+-- b\n c\n@@ -9 +9 @@\n-x\n+y\n\\ No newline at end of file\n",
            "@@ -0,0 +1,2 @@\n+a\n+b\n",
        ] {
            assert_eq!(why(hunks), "", "{hunks}");
        }
        assert_eq!(flaw(&format!("diff --git a/f b/f\nindex 1..2 100644\n{HEAD}@@ -1 +1 @@\n-a\n+b\n")), None);
    }

    #[test]
    fn what_is_no_patch() {
        assert!(flaw("").is_some());
        assert_eq!(flaw("@@ -1 +1 @@\n-a\n+b\n").unwrap().range, 0..11);
        assert_eq!(flaw("1c1\n< a\n---\n> b\n").unwrap().range, 0..3);
        assert!(why("").contains("no hunk follows"));
        assert!(why("@@ -1,3 +1,3 @@\n-a\n+b\n").contains("it says 3 old and 3 new lines, and 1 and 1 follow"));
        assert!(why("@@ -1 +1 @@\n-a\n+b\n c\n").contains("and more follow"));
        assert!(why("@@ -1 +1 @@\n-a\n-b\n+c\n").contains("and more follow"));
        assert!(why("@@ -1,2 +1,2 @@\n-a\n+b\nc\n").contains("neither a space"));
        assert!(why("@@ so @@\n-a\n+b\n").contains("@@ -LINE"));
        assert!(why("-a\n+b\n").contains("no `@@` line"));
        assert!(why("@@ -1 +1 @@\n-a\n+b\n--- a/g\n+++ b/g\n@@ -1 +1 @@\n-a\n+b\n").contains("another file"));
    }
}
