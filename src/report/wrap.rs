//! Text that fits: broken at blanks only, so that `load-v2` stays whole, and free of what a terminal would obey.

use std::borrow::Cow;

use unicode_width::{UnicodeWidthChar, UnicodeWidthStr};

/// Returns `text` broken at blanks into lines of at most `width` columns; a longer word is cut.
pub fn wrap(text: &str, width: usize) -> String {
    let mut lines = Vec::new();
    for paragraph in text.lines() {
        let words = paragraph.trim_start_matches(' ');
        let indent = (paragraph.len() - words.len()).min(width / 2);
        let mut line = " ".repeat(indent);
        let mut used = indent;
        for (index, word) in words.split(' ').enumerate() {
            let mut word = word;
            if index > 0 && used + 1 + word.width() > width {
                lines.push(std::mem::take(&mut line));
                used = 0;
            }
            while word.width() > width {
                let (head, rest) = word.split_at(prefix(word, width));
                lines.push(head.to_owned());
                word = rest;
            }
            if index > 0 && !line.is_empty() {
                line.push(' ');
                used += 1;
            }
            line.push_str(word);
            used += word.width();
        }
        lines.push(line);
    }
    lines.join("\n")
}

/// Returns `text` with every character that moves a cursor or turns the text's direction replaced; line ends stay.
pub fn plain(text: &str) -> Cow<'_, str> {
    if text.chars().any(|c| c != '\n' && is_unsafe(c)) {
        Cow::Owned(text.chars().map(|c| if c != '\n' && is_unsafe(c) { '\u{FFFD}' } else { c }).collect())
    } else {
        Cow::Borrowed(text)
    }
}

/// Returns whether a character does something to a terminal instead of standing in it.
pub fn is_unsafe(c: char) -> bool {
    c.is_control() || matches!(c, '\u{200E}' | '\u{200F}' | '\u{202A}'..='\u{202E}' | '\u{2066}'..='\u{2069}' | '\u{FEFF}')
}

/// Returns how many bytes of `word` fit into `width` columns, at least one character.
fn prefix(word: &str, width: usize) -> usize {
    let mut used = 0;
    for (at, c) in word.char_indices() {
        used += c.width().unwrap_or(0);
        if used > width && at > 0 {
            return at;
        }
    }
    word.len()
}

#[cfg(test)]
mod tests {
    use super::{plain, wrap};

    #[test]
    fn names_with_hyphens_stay_whole() {
        assert_eq!(wrap("take `v2-snapshot` before `load-v2`", 20), "take `v2-snapshot`\nbefore `load-v2`");
    }

    #[test]
    fn indentation_stays() {
        assert_eq!(wrap("write\n  take v2", 20), "write\n  take v2");
    }

    #[test]
    fn a_word_longer_than_the_page_is_cut() {
        assert_eq!(wrap("see aaaaaaaaaaaa ok", 5), "see\naaaaa\naaaaa\naa ok");
    }

    #[test]
    fn terminal_escapes_are_disarmed() {
        assert_eq!(plain("a\u{1b}[31mb\nc"), "a\u{FFFD}[31mb\nc");
    }
}
