//! Laws of the formatter: idempotent, keeps the meaning, loses no comment, leaves alone what does not parse.

use proptest::prelude::*;
use rbk::fmt;
use rbk::source::{FileId, Sources};
use rbk::syntax;
use rbk::syntax::tree::{Block, Comment, PartKind, Statement, StatementKind, Tree, Trivia};

use super::generator::{self, Entropy};
use crate::corpus;

struct Read {
    sources: Sources,
    tree: Tree,
}

fn read(text: &str) -> Read {
    let mut sources = Sources::default();
    let file = sources.add("plan.rbk", text).expect("a test's text is short");
    let tree = syntax::parse(&sources, file).tree;
    Read { sources, tree }
}

impl Read {
    fn format(&self) -> String {
        fmt::format(&self.sources, FileId(0), &self.tree)
    }

    /// What a tree says, without spans, comments and blank lines: a line a statement.
    fn meaning(&self) -> Vec<String> {
        let mut lines = Vec::new();
        self.add_meaning(&self.tree.statements, 0, &mut lines);
        lines
    }

    fn add_meaning(&self, statements: &[Statement], depth: usize, lines: &mut Vec<String>) {
        for statement in statements {
            if statement.kind == StatementKind::Junk {
                let verbatim = self.sources.text(statement.span).replace("\r\n", "\n");
                lines.push(format!("{depth} junk {:?}", verbatim.trim_end()));
                continue;
            }
            let mut line = format!("{depth} {}", self.sources.text(statement.keyword));
            for part in statement.parts.iter().filter(|part| part.kind != PartKind::Comment) {
                let text = self.sources.text(part.span);
                let text = if part.kind == PartKind::Fence { dedented(text) } else { text.to_owned() };
                line += &format!(" {:?}={text:?}", part.kind);
            }
            lines.push(line + if statement.block.is_some() { " {" } else { "" });
            if let Some(block) = &statement.block {
                self.add_meaning(&block.statements, depth + 1, lines);
            }
        }
    }

    /// Every comment with what it belongs to: before, behind, at the end, inside.
    fn comments(&self) -> Vec<String> {
        let mut found = Vec::new();
        self.add_comments(&self.tree.statements, &self.tree.end, &mut found);
        found
    }

    fn add_comments(&self, statements: &[Statement], end: &Trivia, found: &mut Vec<String>) {
        let add = |found: &mut Vec<String>, place: &str, comment: &Comment| {
            found.push(format!("{place} {}", self.sources.text(comment.span).trim_end()));
        };
        for statement in statements {
            statement.before.comments.iter().for_each(|comment| add(found, "before", comment));
            for part in statement.parts.iter().filter(|part| part.kind == PartKind::Comment) {
                found.push(format!("inside {}", self.sources.text(part.span).trim_end()));
            }
            if let (Some(Block { opening, statements, end, .. }), StatementKind::Sound) = (&statement.block, statement.kind) {
                opening.iter().for_each(|comment| add(found, "opening", comment));
                self.add_comments(statements, end, found);
            }
            statement.trailing.iter().for_each(|comment| add(found, "behind", comment));
        }
        end.comments.iter().for_each(|comment| add(found, "end", comment));
    }

    fn is_sound(&self) -> bool {
        fn sound(statements: &[Statement]) -> bool {
            statements.iter().all(|statement| {
                statement.kind == StatementKind::Sound && statement.block.as_ref().is_none_or(|block| sound(&block.statements))
            })
        }
        sound(&self.tree.statements)
    }
}

/// A fence as a plan takes it: without the closing fence's indentation, LF only.
fn dedented(fence: &str) -> String {
    let fence = fence.replace("\r\n", "\n");
    let closing = fence.rsplit('\n').next().unwrap_or_default();
    let indent = closing.len() - closing.trim_start().len();
    fence
        .lines()
        .enumerate()
        .map(|(index, line)| if index == 0 { line } else { line.get(indent..).unwrap_or("") })
        .collect::<Vec<_>>()
        .join("\n")
}

fn bytes() -> impl Strategy<Value = Vec<u8>> {
    proptest::collection::vec(any::<u8>(), 0..400)
}

/// A plan in which some characters were taken away, doubled or replaced.
fn broken() -> impl Strategy<Value = String> {
    let edits = proptest::collection::vec((any::<prop::sample::Index>(), 0usize..9), 1..6);
    (bytes(), edits).prop_map(|(bytes, edits)| {
        let mut text: Vec<char> = generator::plan(&mut Entropy::new(&bytes)).chars().collect();
        for (place, edit) in edits {
            let at = place.index(text.len() + 1);
            let insert = match edit {
                0 => "{",
                1 => "}",
                2 => "\"",
                3 => "```",
                4 => "\n",
                5 => "bogus ",
                6 => "#",
                7 => "\r",
                _ => {
                    let end = (at + 3).min(text.len());
                    text.drain(at..end);
                    continue;
                }
            };
            text.splice(at..at, insert.chars());
        }
        text.into_iter().collect()
    })
}

#[test]
fn every_plan_in_the_repository_keeps_what_it_says() {
    for (name, text) in corpus::plans() {
        let before = read(&text);
        let once = before.format();
        let after = read(&once);
        assert_eq!(before.meaning(), after.meaning(), "{name}");
        assert_eq!(before.comments(), after.comments(), "{name}");
        assert_eq!(after.format(), once, "{name}");
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 512, max_shrink_iters: 100_000, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn generated_plans_parse(bytes in bytes()) {
        let text = generator::plan(&mut Entropy::new(&bytes));
        let read = read(&text);
        prop_assert!(read.is_sound(), "{text}\n{:?}", read.meaning());
    }

    #[test]
    fn formatting_keeps_what_a_plan_says_and_every_comment(bytes in bytes()) {
        let before = read(&generator::plan(&mut Entropy::new(&bytes)));
        let after = read(&before.format());
        prop_assert_eq!(before.meaning(), after.meaning());
        prop_assert_eq!(before.comments(), after.comments());
    }

    #[test]
    fn formatting_twice_is_formatting_once(bytes in bytes()) {
        let once = read(&generator::plan(&mut Entropy::new(&bytes))).format();
        prop_assert_eq!(&read(&once).format(), &once);
    }

    #[test]
    fn formatted_plans_are_tidy(bytes in bytes()) {
        let text = read(&generator::plan(&mut Entropy::new(&bytes))).format();
        let tidy = !text.contains('\r') && !text.starts_with('\u{FEFF}') && !text.ends_with("\n\n");
        prop_assert!(tidy && (text.is_empty() || text.ends_with('\n')));
    }

    #[test]
    fn formatting_a_broken_plan_keeps_every_word_of_it(text in broken()) {
        let before = read(&text);
        let once = before.format();
        let words = |text: &str| text.trim_start_matches('\u{FEFF}').split_whitespace().map(str::to_owned).collect::<String>();
        prop_assert_eq!(words(&once), words(&text));
        prop_assert_eq!(&read(&once).format(), &once);
    }
}
