//! Text as a program hands it on to be run, with the place in its code where each byte of it stands. What is only known when that
//! program runs is a hole.

use std::ops::Range;

/// Stands for what an expansion will give. A letter of the private use area: part of a word to a shell and to SQL.
pub const HOLE: char = '\u{f8ff}';

/// Stands for words that a command reads and adds to another's.
pub const READ: char = '\u{f8fe}';

/// Text with the places of its bytes.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Mapped {
    pub text: String,
    /// Of each byte: the range of the character, or of the expansion, that it comes from.
    places: Vec<(u32, u32)>,
    /// Where it stands as a whole, quotes included.
    pub range: Range<usize>,
}

impl Mapped {
    /// Returns no text, with the place that it stands for.
    pub fn empty(range: Range<usize>) -> Mapped {
        Mapped { text: String::new(), places: Vec::new(), range }
    }

    /// Returns a script itself. Places are kept in 32 bits: the caller has looked at its length.
    pub fn script(text: &str) -> Mapped {
        let mut mapped = Mapped::empty(0..text.len());
        for (at, c) in text.char_indices() {
            mapped.push(c, &(at..at + c.len_utf8()));
        }
        mapped
    }

    /// Returns text without places of its own: all of it stands for what is written at `range`.
    pub fn at(text: &str, range: &Range<usize>) -> Mapped {
        let mut mapped = Mapped::empty(range.clone());
        text.chars().for_each(|c| mapped.push(c, range));
        mapped
    }

    /// Adds a character that comes from `range` of the script.
    pub fn push(&mut self, c: char, range: &Range<usize>) {
        let place = (u32::try_from(range.start).unwrap_or(u32::MAX), u32::try_from(range.end).unwrap_or(u32::MAX));
        self.text.push(c);
        self.places.extend(std::iter::repeat_n(place, c.len_utf8()));
    }

    /// Returns the same text, standing for what is written at `range`; its bytes keep their places.
    pub fn standing_for(&self, range: &Range<usize>) -> Mapped {
        Mapped { range: range.clone(), ..self.clone() }
    }

    /// Adds what another text holds.
    pub fn append(&mut self, other: &Mapped) {
        self.text.push_str(&other.text);
        self.places.extend_from_slice(&other.places);
    }

    /// Returns where a range of the text stands in the script; an empty one stands before its next byte.
    pub fn place(&self, range: &Range<usize>) -> Range<usize> {
        let start = self.places.get(range.start).map_or(self.range.end, |place| place.0 as usize);
        let last = range.end.min(self.places.len()).checked_sub(1).filter(|last| *last >= range.start);
        let end = last.map_or(start, |last| self.places[last].1 as usize);
        // An expansion in the midst may end behind what follows it in the text, never before.
        start..end.max(start)
    }

    /// Returns a part of the text with its places.
    pub fn part(&self, range: Range<usize>) -> Mapped {
        Mapped { text: self.text[range.clone()].to_owned(), places: self.places[range.clone()].to_vec(), range: self.place(&range) }
    }

    /// Returns whether a range of the text holds a hole.
    pub fn is_hole(&self, range: &Range<usize>) -> bool {
        self.text.get(range.clone()).is_none_or(|part| part.contains([HOLE, READ]))
    }

    /// Returns where the holes stand in the script.
    pub fn holes(&self) -> Vec<Range<usize>> {
        let mut holes: Vec<Range<usize>> =
            self.text.match_indices([HOLE, READ]).map(|(at, hole)| self.place(&(at..at + hole.len()))).collect();
        holes.dedup();
        holes
    }

    /// Returns the text when all of it is known beforehand.
    pub fn known(&self) -> Option<&str> {
        (!self.text.contains([HOLE, READ])).then_some(self.text.as_str())
    }
}
