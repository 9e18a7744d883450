//! What a finding shows of its files: the lines around its labels, clipped to the page, as one text with its own
//! offsets. Miette is given this text only, so that neither a long plan nor a long line costs more than what is shown.

mod clip;

use std::collections::BTreeMap;

use miette::{LabeledSpan, MietteError, MietteSpanContents, SourceCode, SourceSpan, SpanContents};

use super::wrap::{plain, wrap};
use super::{Glyphs, Look};
use crate::diagnostic::Label;
use crate::source::{FileId, Position, SourceFile, Sources};
use clip::clip;

/// A label over more lines than this is shown at its first line.
const TALLEST: usize = 6;

/// Columns that a label's text is given even where its place stands far to the right.
const LABEL_WIDTH: usize = 24;

/// Lines of one or several files, and the labels in them, in offsets of the view.
#[derive(Debug)]
pub struct View {
    chunks: Vec<Chunk>,
    pub labels: Vec<LabeledSpan>,
}

/// Neighbouring lines of one file.
#[derive(Debug)]
struct Chunk {
    name: String,
    text: String,
    /// Where the text begins in the view.
    at: usize,
    /// From 0.
    first_line: usize,
    /// Where labels begin: in the view, and in the file.
    anchors: Vec<(usize, Position)>,
}

/// A label with its lines (from 0) and its bytes after a tall one was cut down.
struct Place<'a> {
    index: usize,
    label: &'a Label,
    lines: (usize, usize),
    bytes: (usize, usize),
}

impl View {
    /// Returns the view of `labels`; the file of the first label comes first.
    pub fn new(labels: &[Label], sources: &Sources, look: Look) -> View {
        let mut order: Vec<FileId> = Vec::new();
        for label in labels {
            if !order.contains(&label.span.file) {
                order.push(label.span.file);
            }
        }
        let mut view = View { chunks: Vec::new(), labels: Vec::new() };
        for id in order {
            let file = sources.file(id);
            let places: Vec<Place<'_>> = labels
                .iter()
                .enumerate()
                .filter(|(_, label)| label.span.file == id)
                .map(|(index, label)| place(index, label, file))
                .collect();
            for (first, last) in ranges(&places, file) {
                view.add(file, (first, last), &places, look);
            }
        }
        view
    }

    /// Adds the lines `first..=last` of `file`, and the labels that begin there.
    fn add(&mut self, file: &SourceFile, (first, last): (usize, usize), places: &[Place<'_>], look: Look) {
        let places: Vec<&Place<'_>> = places.iter().filter(|place| (first..=last).contains(&place.lines.0)).collect();
        let tall = places.iter().filter(|place| place.lines.0 != place.lines.1).count();
        let gutter = (last + 1).to_string().len() + 4 + if tall > 0 { tall + 3 } else { 0 };
        let room = look.width.saturating_sub(gutter);
        let mark = if look.glyphs == Glyphs::Ascii { "..." } else { "…" };

        let at = self.chunks.last().map_or(0, |chunk| chunk.at + chunk.text.len() + 1);
        let mut text = String::new();
        // Where the bytes that labels begin and end at came to lie: offset in the view, column on the page.
        let mut edges: BTreeMap<usize, (usize, usize)> = BTreeMap::new();
        for line in first..=last {
            let range = visible(file, line);
            let shown = &file.text[range.clone()];
            let here = places.iter().filter(|place| place.lines.0 == line);
            let need = here.map(|place| place.label.text.chars().count().min(LABEL_WIDTH)).max().unwrap_or(0) + 5;
            let mut wanted: Vec<usize> = Vec::new();
            for place in &places {
                for (edge_line, byte) in [(place.lines.0, place.bytes.0), (place.lines.1, place.bytes.1)] {
                    if edge_line == line {
                        wanted.push(byte - range.start);
                    }
                }
            }
            wanted.sort_unstable();
            let clipped = clip(shown, &wanted, room, need, mark);
            for (byte, offset, column) in clipped.edges {
                edges.insert(range.start + byte, (at + text.len() + offset, column));
            }
            text.push_str(&clipped.text);
            text.push('\n');
        }

        let mut anchors = Vec::new();
        for place in places {
            // INVARIANT: every edge of every place lies on one of the lines above, and `clip` answers all it is asked.
            let ((start, left), (end, right)) = (edges[&place.bytes.0], edges[&place.bytes.1]);
            let column = if place.lines.0 == place.lines.1 { left.midpoint(right.max(left + 1)) } else { 0 };
            let words = wrap(&plain(&place.label.text), room.saturating_sub(column + 5).max(10));
            let words = (!words.is_empty()).then_some(words);
            let span = SourceSpan::from((start, end.saturating_sub(start)));
            anchors.push((start, file.lines.position(&file.text, place.label.span.start as usize)));
            self.labels.push(match place.index {
                0 => LabeledSpan::new_primary_with_span(words, span),
                _ => LabeledSpan::new_with_span(words, span),
            });
        }
        self.chunks.push(Chunk { name: plain(&file.name).into_owned(), text, at, first_line: first, anchors });
    }
}

/// Returns where a label stands; what it spans is cut to its first line when it is tall, and never ends in blanks.
fn place<'a>(index: usize, label: &'a Label, file: &SourceFile) -> Place<'a> {
    let start = (label.span.start as usize).min(file.text.len());
    let first = file.lines.line_of(start);
    let start = start.min(visible(file, first).end);
    let end = (label.span.end as usize).clamp(start, file.text.len());
    let end = start + file.text[start..end].trim_end().len();
    let last = file.lines.line_of(end);
    if last - first < TALLEST {
        return Place { index, label, lines: (first, last), bytes: (start, end) };
    }
    Place { index, label, lines: (first, first), bytes: (start, visible(file, first).end) }
}

/// Returns the bytes of a line (from 0) without its line end.
fn visible(file: &SourceFile, line: usize) -> std::ops::Range<usize> {
    let range = file.lines.line_range(line);
    let text = &file.text[range.clone()];
    let text = text.strip_suffix('\n').unwrap_or(text);
    range.start..range.start + text.strip_suffix('\r').unwrap_or(text).len()
}

/// Returns the ranges of lines to show: those of the places and one line around them unless it is blank, merged.
fn ranges(places: &[Place<'_>], file: &SourceFile) -> Vec<(usize, usize)> {
    let blank = |line: usize| file.text[file.lines.line_range(line)].trim().is_empty();
    let mut ranges: Vec<(usize, usize)> = places
        .iter()
        .map(|place| {
            let (first, last) = place.lines;
            let before = if first > 0 && !blank(first - 1) { first - 1 } else { first };
            let after = if last + 1 < file.lines.count() && !blank(last + 1) { last + 1 } else { last };
            (before, after)
        })
        .collect();
    ranges.sort_unstable();
    let mut merged: Vec<(usize, usize)> = Vec::new();
    for (first, last) in ranges {
        match merged.last_mut() {
            Some(previous) if first <= previous.1 + 2 => previous.1 = previous.1.max(last),
            _ => merged.push((first, last)),
        }
    }
    merged
}

impl SourceCode for View {
    /// Answers with the whole chunk that holds `span`; without context, with where in its file `span` begins.
    fn read_span<'a>(&'a self, span: &SourceSpan, before: usize, _after: usize) -> Result<Box<dyn SpanContents<'a> + 'a>, MietteError> {
        let end = span.offset() + span.len();
        let chunk = self.chunks.iter().find(|chunk| chunk.at <= span.offset() && end <= chunk.at + chunk.text.len());
        let chunk = chunk.ok_or(MietteError::OutOfBounds)?;
        let anchor = chunk.anchors.iter().find(|(at, _)| before == 0 && *at == span.offset());
        let (line, column) = anchor.map_or((chunk.first_line, 0), |(_, at)| (at.line - 1, at.column - 1));
        let whole = SourceSpan::from((chunk.at, chunk.text.len()));
        let count = chunk.text.lines().count();
        let contents = MietteSpanContents::new_named(chunk.name.clone(), chunk.text.as_bytes(), whole, line, column, count);
        Ok(Box::new(contents))
    }
}
