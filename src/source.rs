//! Text and places in it: files, spans, lines, and the loader that reads files for everyone.
//!
//! Owns bytes and offsets. Knows nothing of the language. Only a [`Loader`] and a [`Repository`] touch the world, and the only
//! ones that read a disk live in `cli`.

mod lines;
mod repository;

use std::collections::BTreeMap;
use std::fmt;

pub use lines::{LineIndex, Position};
pub use repository::{Entry, MemoryRepository, Named, Repository, beside};

/// A file in a [`Sources`]; the root plan is the first.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct FileId(pub u16);

/// A half-open range of bytes, `start..end`, in one file.
#[derive(Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Span {
    pub file: FileId,
    pub start: u32,
    pub end: u32,
}

impl Span {
    /// Returns the span of `start..end` in `file`.
    pub fn new(file: FileId, start: usize, end: usize) -> Span {
        // INVARIANT: `Sources::add` refuses files that a u32 can't address.
        Span { file, start: start as u32, end: end as u32 }
    }

    /// Returns the smallest span that covers both; they must lie in one file.
    pub fn to(self, other: Span) -> Span {
        Span { file: self.file, start: self.start.min(other.start), end: self.end.max(other.end) }
    }

    /// Returns the bytes as a range, for slicing the file's text.
    pub fn range(self) -> std::ops::Range<usize> {
        self.start as usize..self.end as usize
    }
}

impl fmt::Debug for Span {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}..{}", self.file.0, self.start, self.end)
    }
}

/// A value and the place that it was read from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Spanned<T> {
    pub value: T,
    pub span: Span,
}

impl<T> Spanned<T> {
    /// Returns `value` with its place.
    pub fn new(value: T, span: Span) -> Spanned<T> {
        Spanned { value, span }
    }
}

/// One file: its name as a user knows it, its text, and its lines.
#[derive(Clone, Debug)]
pub struct SourceFile {
    pub name: String,
    pub text: String,
    pub lines: LineIndex,
}

/// Every file of a compilation, in the order in which `use` reached them.
#[derive(Clone, Debug, Default)]
pub struct Sources {
    files: Vec<SourceFile>,
}

impl Sources {
    /// Adds a file and returns its id, or `None` when the text is too long (4 GiB) or there are too many files (65,535).
    pub fn add(&mut self, name: impl Into<String>, text: impl Into<String>) -> Option<FileId> {
        let (name, text) = (name.into(), text.into());
        if text.len() >= u32::MAX as usize {
            return None;
        }
        let id = FileId(u16::try_from(self.files.len()).ok()?);
        let lines = LineIndex::new(&text);
        self.files.push(SourceFile { name, text, lines });
        Some(id)
    }

    /// Returns the file of an id that this collection gave out.
    pub fn file(&self, id: FileId) -> &SourceFile {
        &self.files[id.0 as usize]
    }

    /// Returns the text that a span covers.
    pub fn text(&self, span: Span) -> &str {
        &self.file(span.file).text[span.range()]
    }

    /// Returns each file with its id, root first.
    pub fn iter(&self) -> impl Iterator<Item = (FileId, &SourceFile)> {
        self.files.iter().enumerate().map(|(index, file)| (FileId(index as u16), file))
    }
}

/// Why a file could not be read, in words for people: "no such file", "outside the root".
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LoadError(pub String);

/// Reads the files that a plan names. Paths are given as the plan spells them, relative to the file that names them.
pub trait Loader {
    /// Returns the path as a user would know it and the bytes of the file that `from` names `path`.
    fn load(&self, from: &str, path: &str) -> Result<(String, Vec<u8>), LoadError>;
}

/// A loader over a map of names to texts; what tests and editors use.
#[derive(Clone, Debug, Default)]
pub struct MemoryLoader(pub BTreeMap<String, String>);

impl Loader for MemoryLoader {
    fn load(&self, from: &str, path: &str) -> Result<(String, Vec<u8>), LoadError> {
        let folder = from.rsplit_once('/').map_or("", |(folder, _)| folder);
        let name = if folder.is_empty() { path.to_owned() } else { format!("{folder}/{path}") };
        match self.0.get(&name) {
            Some(text) => Ok((name, text.clone().into_bytes())),
            None => Err(LoadError("no such file".to_owned())),
        }
    }
}
