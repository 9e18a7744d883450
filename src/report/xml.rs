//! Text inside XML: what the standard can't hold is replaced, what means something to it is written as an entity.

/// Returns a text for an attribute or an element.
pub fn escape(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            '\'' => out.push_str("&apos;"),
            // An attribute's own line ends and tabs would be read as blanks.
            '\n' => out.push_str("&#10;"),
            '\r' => out.push_str("&#13;"),
            '\t' => out.push_str("&#9;"),
            c if is_outside(c) => out.push('\u{FFFD}'),
            c => out.push(c),
        }
    }
    out
}

/// Returns whether XML 1.0 has no way to hold a character.
fn is_outside(c: char) -> bool {
    c < ' ' || matches!(c, '\u{FFFE}' | '\u{FFFF}')
}
