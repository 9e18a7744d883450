//! Takes quotes off as a shell does, keeping places.

use std::ops::Range;

use crate::effect::mapped::{HOLE, Mapped};

/// How text stands in a script.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Quoting {
    /// Outside of quotes: `\` takes the meaning of whatever follows.
    Bare,
    /// Inside `"…"`.
    Double,
    /// Inside `$'…'`.
    Dollar,
    /// As it stands; `tabs` at the beginnings of lines do not count (`<<-`).
    None { tabs: bool },
    /// A here-document in which expansions work.
    Document { tabs: bool },
}

/// Returns a range of a script without its quoting. `holes` are expansions in it, in order, with what is known of them.
pub fn bare(source: &Mapped, range: Range<usize>, quoting: Quoting, holes: &[(Range<usize>, Option<Mapped>)]) -> Mapped {
    // A quote that is never closed may end in the midst of a character.
    let start = source.text.ceil_char_boundary(range.start);
    let range = start..source.text.floor_char_boundary(range.end).max(start);
    let mut out = Mapped::empty(source.place(&range));
    let tabs = matches!(quoting, Quoting::None { tabs: true } | Quoting::Document { tabs: true });
    let mut holes = holes.iter().peekable();
    let mut at = range.start;
    let mut fresh = true;
    while let Some(c) = source.text[at..range.end].chars().next() {
        if let Some((hole, known)) = holes.next_if(|(hole, _)| hole.start <= at) {
            let place = source.place(hole);
            match known {
                Some(known) => out.append(&Mapped::at(&known.text, &place)),
                None => out.push(HOLE, &place),
            }
            at = hole.end.clamp(at + c.len_utf8(), range.end);
            fresh = false;
            continue;
        }
        let next = at + c.len_utf8();
        let follows = source.text[next..range.end].chars().next();
        let escaped = match (quoting, follows) {
            (Quoting::Bare, Some(follows)) if c == '\\' => Some(follows),
            (Quoting::Double, Some(follows)) if c == '\\' && "$`\"\\\n".contains(follows) => Some(follows),
            (Quoting::Document { .. }, Some(follows)) if c == '\\' && "$`\\\n".contains(follows) => Some(follows),
            (Quoting::Dollar, Some(follows)) if c == '\\' => Some(follows),
            _ => None,
        };
        if let Some(escaped) = escaped {
            let behind = next + escaped.len_utf8();
            let place = source.place(&(at..behind));
            match escaped {
                '\n' if quoting != Quoting::Dollar => {}
                escaped if quoting == Quoting::Dollar => out.push(control(escaped), &place),
                escaped => out.push(escaped, &place),
            }
            at = behind;
            fresh = escaped == '\n';
            continue;
        }
        if !(tabs && fresh && c == '\t') {
            out.push(c, &source.place(&(at..next)));
            fresh = c == '\n';
        }
        at = next;
    }
    out
}

/// What `\c` stands for inside `$'…'`. Numbers are none of the words that are looked for: they are a hole.
fn control(c: char) -> char {
    match c {
        'n' => '\n',
        't' => '\t',
        'r' => '\r',
        '\\' | '\'' | '"' | '?' => c,
        _ => HOLE,
    }
}
