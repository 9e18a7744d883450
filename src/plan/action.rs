//! What a step or a change does.

use std::ops::Range;
use std::sync::OnceLock;

use crate::source::Span;

use super::Prose;
use super::id::Id;
use super::kept::Kept;
use super::target::{Backup, Flag, Release, TargetKind};

/// The language of a fence, as far as rbk runs it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Language {
    Sql,
    Sh,
    Bash,
    Markdown,
    Promql,
    Diff,
    /// Shown, never run.
    Other(String),
}

impl Language {
    /// Returns the language that a fence names.
    pub fn named(word: &str) -> Language {
        match word {
            "sql" => Language::Sql,
            "sh" => Language::Sh,
            "bash" => Language::Bash,
            "md" => Language::Markdown,
            "promql" => Language::Promql,
            "diff" => Language::Diff,
            other => Language::Other(other.to_owned()),
        }
    }

    /// Returns the word that a fence is opened with.
    pub fn word(&self) -> &str {
        match self {
            Language::Sql => "sql",
            Language::Sh => "sh",
            Language::Bash => "bash",
            Language::Markdown => "md",
            Language::Promql => "promql",
            Language::Diff => "diff",
            Language::Other(word) => word,
        }
    }
}

/// A fence's text: indentation taken off, LF only, a final newline unless empty.
#[derive(Clone, Debug)]
pub struct Code {
    pub language: Language,
    pub text: String,
    /// The whole fence.
    pub span: Span,
    /// The first byte of the body's first line in the source.
    pub body_start: u32,
    /// How many bytes of indentation were taken off each line that is not blank.
    pub indent: u32,
    /// What its commands run that stands in files of the repository; not set where nobody has looked.
    pub runs: OnceLock<Vec<Ran>>,
    /// What has been read in the text.
    pub kept: Kept,
}

/// What a command runs that stands in a file, as SQL.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Ran {
    /// The command's bytes in the code.
    pub range: Range<usize>,
    /// From the repository's root.
    pub file: String,
    pub sql: String,
    /// Whose SQL it is.
    pub kind: TargetKind,
    /// The command does nothing else.
    pub is_whole: bool,
}

impl Code {
    /// A text that begins where `span` does, not indented.
    pub fn new(language: Language, text: String, span: Span) -> Code {
        Code { language, text, span, body_start: span.start, indent: 0, runs: OnceLock::new(), kept: Kept::default() }
    }

    /// Returns where a range of the text stands in `source`, the text of the file that the fence was read from.
    pub fn place(&self, source: &str, range: &Range<usize>) -> Span {
        Span::new(self.span.file, self.offset(source, range.start), self.offset(source, range.end))
    }

    fn offset(&self, source: &str, at: usize) -> usize {
        let before = &self.text[..at.min(self.text.len())];
        let lines = before.matches('\n').count();
        let column = before.len() - before.rfind('\n').map_or(0, |newline| newline + 1);
        let mut start = self.body_start as usize;
        for _ in 0..lines {
            start += source[start..].find('\n').map_or(0, |length| length + 1);
        }
        let end = source[start..].find('\n').map_or(source.len(), |length| start + length);
        (start + self.indent as usize + column).min(end).max(start)
    }
}

/// What is done.
#[derive(Clone, Debug)]
pub enum Action {
    /// SQL on the target's client, or shell.
    Code(Code),
    /// By a person.
    Manual(Prose),
    /// A file's new content, or (language `diff`) a patch to it.
    Edit {
        path: String,
        content: Code,
        span: Span,
    },
    Restore {
        backup: Id<Backup>,
        span: Span,
    },
    Set {
        flag: Id<Flag>,
        value: String,
        span: Span,
    },
    Deploy {
        release: Id<Release>,
        span: Span,
    },
}

impl Action {
    /// Returns where the action stands.
    pub fn span(&self) -> Span {
        match self {
            Action::Code(code) => code.span,
            Action::Manual(prose) => prose.span,
            Action::Edit { span, .. } | Action::Restore { span, .. } | Action::Set { span, .. } | Action::Deploy { span, .. } => *span,
        }
    }
}
