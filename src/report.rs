//! Findings as text, one file a format: for people, for editors and scripts that read lines, for programs, for the services that show
//! them beside a change.
//!
//! Owns the look of a finding. Does not decide which findings there are, and prints nothing: it returns text.

pub mod checkstyle;
pub mod concise;
pub mod coverage;
pub mod differences;
pub mod github;
pub mod gitlab;
pub mod human;
pub mod json;
pub mod json_lines;
pub mod junit;
pub mod markdown;
mod run;
pub mod sarif;
mod summary;
pub mod verdicts;
mod view;
mod wrap;
mod xml;

use crate::diagnostic::Diagnostic;
use crate::source::Sources;

pub use run::{Before, Known, RuleText, Run, Trouble, Unread};
pub use summary::{Tally, summary};

/// What was found in one plan, and the files that its places lie in.
#[derive(Clone, Copy, Debug)]
pub struct Checked<'a> {
    pub sources: &'a Sources,
    pub findings: &'a [Diagnostic],
}

/// Which characters frames and arrows are drawn with.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Glyphs {
    Unicode,
    Ascii,
}

/// Whether terminal colours are written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Colour {
    Plain,
    Ansi,
}

/// How a report for people looks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Look {
    /// Columns of the page; fewer than 40 count as 40.
    pub width: usize,
    pub glyphs: Glyphs,
    pub colour: Colour,
}

impl Default for Look {
    fn default() -> Self {
        Look { width: 80, glyphs: Glyphs::Unicode, colour: Colour::Plain }
    }
}
