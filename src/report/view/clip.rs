//! One line of source, cut to the page around what is labelled in it.

use unicode_width::UnicodeWidthChar;

use crate::report::wrap::is_unsafe;

/// Blanks that a tab moves on to the next multiple of.
const TAB: usize = 4;

/// Columns that are kept to the left of the first label when a line's beginning is cut away.
const LEAD: usize = 8;

/// A line as it is shown.
#[derive(Debug)]
pub struct Clipped {
    pub text: String,
    /// For each byte that was asked for: (byte in the line, byte in `text`, column on the page from 0).
    pub edges: Vec<(usize, usize, usize)>,
}

/// Returns `line` in at most `room` columns. `wanted` are bytes of the line, sorted; where possible the first of them
/// keeps `need` columns to its right. Tabs become blanks, what a terminal would obey becomes U+FFFD, and `mark` stands
/// where something was left out.
pub fn clip(line: &str, wanted: &[usize], room: usize, need: usize, mark: &str) -> Clipped {
    let whole = draw(line, 0, wanted, room, mark);
    let Some(&first) = wanted.first() else { return whole };
    // INVARIANT: `draw` answers every byte that it is asked for.
    let (_, _, column) = whole.edges[0];
    let last_is_shown = whole.edges.last().is_none_or(|(_, at, _)| *at + mark.len() < whole.text.len());
    let fits = !whole.text.ends_with(mark) || last_is_shown;
    if column <= LEAD + mark.len() || (fits && column + need <= room) {
        return whole;
    }
    let start = line[..floor(line, first)].char_indices().rev().nth(LEAD - 1).map_or(0, |(at, _)| at);
    draw(line, start, wanted, room, mark)
}

/// Draws the line from byte `start` on.
fn draw(line: &str, start: usize, wanted: &[usize], room: usize, mark: &str) -> Clipped {
    let mut text = String::new();
    let mut column = 0;
    if start > 0 {
        text.push_str(mark);
        column = mark.chars().count();
    }
    let limit = room.saturating_sub(mark.chars().count());
    let mut edges = Vec::with_capacity(wanted.len());
    let mut next = wanted.iter().copied().peekable();
    // Where the text is cut when it turns out not to fit, and the edges known there.
    let mut cut = (text.len(), column);
    for (at, c) in line[start..].char_indices() {
        let at = start + at;
        while let Some(byte) = next.next_if(|byte| *byte < at + c.len_utf8()) {
            edges.push((byte, text.len(), column));
        }
        let width = if c == '\t' {
            TAB - column % TAB
        } else if is_unsafe(c) {
            1
        } else {
            c.width().unwrap_or(0)
        };
        if column <= limit {
            cut = (text.len(), column);
        }
        if column + width > room {
            text.truncate(cut.0);
            text.push_str(mark);
            for edge in &mut edges {
                edge.1 = edge.1.min(cut.0);
                edge.2 = edge.2.min(cut.1);
            }
            edges.extend(next.map(|byte| (byte, cut.0, cut.1)));
            return Clipped { text, edges };
        }
        match c {
            '\t' => text.extend(std::iter::repeat_n(' ', width)),
            c if is_unsafe(c) => text.push('\u{FFFD}'),
            c => text.push(c),
        }
        column += width;
    }
    edges.extend(next.map(|byte| (byte, text.len(), column)));
    Clipped { text, edges }
}

/// Returns the greatest character boundary that is not behind `at`.
fn floor(line: &str, at: usize) -> usize {
    (0..=at.min(line.len())).rev().find(|at| line.is_char_boundary(*at)).unwrap_or(0)
}
