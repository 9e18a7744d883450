//! Where strings and fences end, and where reading goes on behind one that does not.

use crate::diagnostic::Diagnostic;
use crate::syntax::keyword::{Context, contexts_of};

use super::Scanner;

impl Scanner<'_> {
    /// Moves behind the string that begins here.
    pub(super) fn string(&mut self) {
        let start = self.at;
        let mut at = start + 1;
        while let Some(byte) = self.bytes.get(at) {
            match byte {
                b'"' => {
                    self.at = at + 1;
                    return;
                }
                b'\\' if self.bytes.get(at + 1).is_some_and(|next| *next != b'\n') => at += 2,
                b'\n' => break,
                _ => at += 1,
            }
        }
        self.at = at.min(self.bytes.len());
        let end = self.text[start..self.at].trim_end().len() + start;
        self.findings.push(
            Diagnostic::error("syntax/unclosed", self.span(start, end), "a string is never closed", "opened here")
                .help("close it with `\"` on the same line; a `\"` inside is written `\\\"`"),
        );
    }

    /// Moves behind the fence that begins here, or behind what looks like one.
    pub(super) fn backticks(&mut self) {
        let start = self.at;
        let ticks = self.bytes[start..].iter().take_while(|byte| **byte == b'`').count();
        let line_end = self.line_end(start);
        let behind = self.text[start + ticks..line_end].trim();
        let line_start = self.line_start(start);
        if !(3..=5).contains(&ticks) || behind.contains('`') {
            self.at = start + ticks;
            return;
        }
        if behind.is_empty() && self.text[line_start..start].trim().is_empty() {
            self.at = start + ticks;
            self.findings.push(
                Diagnostic::error(
                    "syntax/unexpected",
                    self.span(start, start + ticks),
                    "this closes a fence that is not open",
                    "no fence is open here",
                )
                .help("remove it; a fence is opened behind a keyword, with its language: `do ```sh`"),
            );
            return;
        }
        if let Some(end) = self.fence_end(start, ticks, line_end) {
            self.at = end;
            self.almost_closed(start, ticks, line_end, end);
            return;
        }
        self.findings.push(
            Diagnostic::error("syntax/unclosed", self.span(start, start + ticks), "a fence is never closed", "opened here")
                .help(format!("close it with {} backticks, alone on a line", ["three", "four", "five"][ticks - 3])),
        );
        self.at = self.resume_after_fence(line_end);
    }

    /// Reports the first line inside a fence that begins with the fence's own backticks and goes on: what was meant to close it has
    /// made the statements behind it a part of its code.
    fn almost_closed(&mut self, start: usize, ticks: usize, line_end: usize, end: usize) {
        let mut at = line_end + 1;
        while at < end {
            let line = &self.text[at..self.line_end(at)];
            let text = line.trim();
            let own = text.bytes().take_while(|byte| *byte == b'`').count();
            if own == ticks && text.len() > ticks {
                let from = at + line.len() - line.trim_start().len();
                let many = ["three", "four", "five"][ticks - 3];
                let other = if ticks < 5 { "; or open it with more of them, if this is its text" } else { "" };
                self.findings.push(
                    Diagnostic::error(
                        "syntax/unexpected",
                        self.span(from, from + text.len()),
                        "this line does not close the fence that it lies in",
                        "a line of the fence's text",
                    )
                    .because(self.span(start, start + ticks), "opened here")
                    .help(format!("close it with {many} backticks, alone on a line{other}")),
                );
                return;
            }
            at += line.len() + 1;
        }
    }

    /// Returns the end of the fence's closing backticks.
    fn fence_end(&mut self, start: usize, ticks: usize, line_end: usize) -> Option<usize> {
        if start >= self.unclosable[ticks - 3] || self.astray[ticks - 3].contains(&start) {
            return None;
        }
        let indented = self.bytes[self.line_start(start)].is_ascii_whitespace();
        let mut declared = None;
        let mut at = line_end + 1;
        while at < self.bytes.len() {
            let end = self.line_end(at);
            let line = self.text[at..end].trim();
            if line.len() == ticks && line.bytes().all(|byte| byte == b'`') {
                let leading = self.text[at..end].len() - self.text[at..end].trim_start().len();
                // A body that begins further out than its end is none: the line closes another fence, or one that was moved.
                if let Some(last) = declared.filter(|_| leading > 0) {
                    self.astray[ticks - 3] = start..last;
                    return None;
                }
                return Some(at + leading + ticks);
            }
            if self.begins_declaration(at) {
                if indented {
                    return None;
                }
                declared = Some(at);
            }
            at = end + 1;
        }
        self.unclosable[ticks - 3] = start;
        None
    }

    /// Returns where reading goes on after an unclosed fence: the next declaration, or the end.
    fn resume_after_fence(&self, line_end: usize) -> usize {
        let mut at = line_end + 1;
        while at < self.bytes.len() {
            if self.begins_declaration(at) {
                return at - 1;
            }
            at = self.line_end(at) + 1;
        }
        self.bytes.len()
    }

    /// Returns whether a declaration begins at `at`: at a line's start, with a keyword that stands nowhere else, and a name.
    pub(super) fn begins_declaration(&self, at: usize) -> bool {
        if at > 0 && self.bytes[at - 1] != b'\n' {
            return false;
        }
        let word = &self.text[at..self.word_end(at)];
        if word.is_empty() || !contexts_of(word).any(|context| context == Context::File) || word == "accept" {
            return false;
        }
        let rest = self.text[at + word.len()..self.line_end(at)].trim_start();
        match word {
            "use" => rest.starts_with('"'),
            "drill" => rest.starts_with('{'),
            _ => rest.starts_with(|first: char| first.is_ascii_lowercase()),
        }
    }
}
