//! Places that something is known to be wrong with, so that what follows from it is not reported beside it.

use std::collections::BTreeSet;

use crate::source::{FileId, Span};

/// A set of places.
#[derive(Debug, Default)]
pub struct Trouble {
    starts: BTreeSet<(FileId, u32)>,
}

impl Trouble {
    /// Remembers a place.
    pub fn add(&mut self, span: Span) {
        self.starts.insert((span.file, span.start));
    }

    /// Returns whether a remembered place lies in `whole`, or at its very end, where what is missing is missed.
    pub fn within(&self, whole: Span) -> bool {
        self.starts.range((whole.file, whole.start)..=(whole.file, whole.end)).next().is_some()
    }

    /// Returns whether nothing is remembered.
    pub fn is_empty(&self) -> bool {
        self.starts.is_empty()
    }
}

impl Extend<Span> for Trouble {
    fn extend<T: IntoIterator<Item = Span>>(&mut self, spans: T) {
        spans.into_iter().for_each(|span| self.add(span));
    }
}
