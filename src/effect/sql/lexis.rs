//! Where statements end. One pass over the bytes, linear, never fails: what is never closed ends with the text.

use std::ops::Range;

use super::Dialect;

/// How many words of a statement are kept; enough to judge any statement by.
const WORDS: usize = 48;

/// A statement as cut out.
pub struct Piece {
    pub range: Range<usize>,
    /// The unquoted words, in upper case.
    pub words: Vec<String>,
    pub meta: bool,
}

/// Cuts a text into statements.
pub fn cut(text: &str, dialect: Dialect) -> Vec<Piece> {
    let mut cutter = Cutter { text, bytes: text.as_bytes(), dialect, at: 0, pieces: Vec::new(), current: None, parens: 0, begins: 0 };
    cutter.run();
    cutter.pieces
}

struct Cutter<'t> {
    text: &'t str,
    bytes: &'t [u8],
    dialect: Dialect,
    at: usize,
    pieces: Vec<Piece>,
    current: Option<Piece>,
    parens: usize,
    /// Depth of `BEGIN … END` in the body of a trigger or function.
    begins: usize,
}

impl Cutter<'_> {
    fn run(&mut self) {
        while let Some(byte) = self.bytes.get(self.at).copied() {
            match byte {
                b' ' | b'\t' | b'\r' | b'\n' => self.at += 1,
                b'-' if self.next_is(b'-') => self.at = self.line_end(),
                b'/' if self.next_is(b'*') => self.comment(),
                b'\\' if self.dialect == Dialect::Postgres && self.current.is_none() => self.meta(),
                b'.' if self.dialect == Dialect::Sqlite && self.current.is_none() && self.at_line_start() => self.meta(),
                b';' if self.parens == 0 && self.begins == 0 => {
                    let start = self.at;
                    self.at += 1;
                    self.touch(start);
                    self.end();
                }
                _ => self.token(byte),
            }
        }
        self.end();
    }

    fn token(&mut self, byte: u8) {
        let start = self.at;
        match byte {
            b'\'' => self.quoted(b'\'', false),
            b'"' => self.quoted(b'"', false),
            b'`' if self.dialect == Dialect::Sqlite => self.quoted(b'`', false),
            b'[' if self.dialect == Dialect::Sqlite => self.quoted(b']', false),
            b'$' if self.dialect == Dialect::Postgres => self.dollar(),
            b'(' => {
                self.parens += 1;
                self.at += 1;
            }
            b')' => {
                self.parens = self.parens.saturating_sub(1);
                self.at += 1;
            }
            _ if byte.is_ascii_alphabetic() || byte == b'_' || byte >= 0x80 => return self.word(),
            _ if byte.is_ascii_digit() => {
                self.at += self.bytes[start..].iter().take_while(|byte| byte.is_ascii_alphanumeric() || **byte == b'_').count();
            }
            _ => self.at += 1,
        }
        self.touch(start);
    }

    fn word(&mut self) {
        let start = self.at;
        let length = self.bytes[start..]
            .iter()
            .take_while(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'$') || **byte >= 0x80)
            .count();
        self.at += length;
        let word = self.text[start..self.at].to_uppercase();
        self.touch(start);
        // E'…' has backslash escapes.
        if word == "E" && self.dialect == Dialect::Postgres && self.bytes.get(self.at) == Some(&b'\'') {
            self.quoted(b'\'', true);
            self.touch(start);
            return;
        }
        let Some(current) = &mut self.current else { return };
        let creates = current.words.first().is_some_and(|first| first == "CREATE");
        let body = current.words.iter().any(|word| ["TRIGGER", "FUNCTION", "PROCEDURE"].contains(&word.as_str()));
        match word.as_str() {
            "BEGIN" if creates && body => self.begins += 1,
            "CASE" if self.begins > 0 => self.begins += 1,
            "END" if self.begins > 0 => self.begins -= 1,
            _ => {}
        }
        if current.words.len() < WORDS {
            current.words.push(word);
        }
    }

    fn quoted(&mut self, close: u8, escapes: bool) {
        self.at += 1;
        while let Some(byte) = self.bytes.get(self.at).copied() {
            self.at += 1;
            if escapes && byte == b'\\' {
                self.at += 1;
            } else if byte == close {
                if self.bytes.get(self.at) != Some(&close) || close == b']' {
                    return;
                }
                self.at += 1;
            }
        }
        self.at = self.bytes.len();
    }

    /// `$tag$ … $tag$`; a lone `$` or `$1` is no quote.
    fn dollar(&mut self) {
        let start = self.at;
        let tag =
            self.bytes[start + 1..].iter().take_while(|byte| byte.is_ascii_alphanumeric() || **byte == b'_' || **byte >= 0x80).count();
        let close = start + 1 + tag;
        let digit = self.bytes.get(start + 1).is_some_and(u8::is_ascii_digit);
        if digit || self.bytes.get(close) != Some(&b'$') {
            self.at = close.max(start + 1);
            return;
        }
        let delimiter = &self.text[start..=close];
        self.at = self.text[close + 1..].find(delimiter).map_or(self.bytes.len(), |length| close + 1 + length + delimiter.len());
    }

    /// `/* … */`, nested in PostgreSQL.
    fn comment(&mut self) {
        let mut depth = 0_usize;
        while self.at < self.bytes.len() {
            if self.bytes[self.at] == b'/' && self.next_is(b'*') && (depth == 0 || self.dialect == Dialect::Postgres) {
                depth += 1;
                self.at += 2;
            } else if self.bytes[self.at] == b'*' && self.next_is(b'/') {
                depth -= 1;
                self.at += 2;
                if depth == 0 {
                    return;
                }
            } else {
                self.at += 1;
            }
        }
    }

    fn meta(&mut self) {
        let start = self.at;
        self.at = self.line_end();
        let end = start + self.text[start..self.at].trim_end().len();
        self.pieces.push(Piece { range: start..end, words: Vec::new(), meta: true });
    }

    /// Lets the current statement reach to the current place, beginning at `start` if there is none.
    fn touch(&mut self, start: usize) {
        self.at = self.at.min(self.bytes.len());
        let at = self.at;
        self.current.get_or_insert_with(|| Piece { range: start..at, words: Vec::new(), meta: false }).range.end = at;
    }

    fn end(&mut self) {
        self.parens = 0;
        self.begins = 0;
        let Some(mut piece) = self.current.take() else { return };
        if &self.text[piece.range.clone()] == ";" {
            return;
        }
        let copies = self.dialect == Dialect::Postgres
            && piece.words.first().is_some_and(|word| word == "COPY")
            && piece.words.windows(2).any(|pair| pair[0] == "FROM" && pair[1] == "STDIN");
        if copies {
            // The data follows, up to a line with `\.` alone.
            let data = self.line_end();
            let rest = &self.text[data.min(self.text.len())..];
            let end = rest.find("\n\\.").map_or(self.bytes.len(), |at| data + at + 3);
            piece.range.end = end;
            self.at = end;
        }
        self.pieces.push(piece);
    }

    fn next_is(&self, byte: u8) -> bool {
        self.bytes.get(self.at + 1) == Some(&byte)
    }

    fn at_line_start(&self) -> bool {
        self.at == 0 || self.bytes[self.at - 1] == b'\n'
    }

    fn line_end(&self) -> usize {
        self.bytes[self.at..].iter().position(|byte| *byte == b'\n').map_or(self.bytes.len(), |length| self.at + length)
    }
}
