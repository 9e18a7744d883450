//! Where tokens and statements end. One pass over the bytes, linear, never fails: what is never closed ends with the text.
//!
//! Statements end where the clients (psql, mariadb and mysql, sqlite3) end them, which is not where the server's grammar would:
//! a `;` in parentheses does not count for psql, and does for the others.

use std::ops::Range;

use super::Dialect;

/// What a token is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TokenKind {
    /// A keyword, or a name without quotes.
    Word,
    /// A name in quotes.
    Name,
    /// A string, of any kind of quotes.
    Text,
    Number,
    Sign(u8),
    /// A command of psql in the middle of a statement, to the end of its line.
    Meta,
}

/// A token, by its bytes; comments are none.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Token {
    pub kind: TokenKind,
    pub start: u32,
    pub end: u32,
}

impl Token {
    /// Returns the bytes as a range.
    pub fn range(self) -> Range<usize> {
        self.start as usize..self.end as usize
    }
}

/// A statement as cut out.
pub struct Piece {
    /// From the first token to behind the last, `;` and the data of `COPY` included.
    pub range: Range<usize>,
    pub tokens: Vec<Token>,
    /// Whether it is a command of the client and no SQL.
    pub meta: bool,
}

/// Cuts a text into statements.
pub fn cut(text: &str, dialect: Dialect) -> Vec<Piece> {
    let mut cutter = Cutter {
        text,
        bytes: text.as_bytes(),
        dialect,
        at: 0,
        pieces: Vec::new(),
        tokens: Vec::new(),
        parens: 0,
        begins: 0,
        delimiter: ";",
        executable: false,
        opened: None,
    };
    cutter.run();
    cutter.pieces
}

/// Commands of psql that send what was typed so far.
const SENDERS: [&str; 8] = ["g", "gx", "gdesc", "gexec", "gset", "crosstabview", "watch", "bind"];

struct Cutter<'t> {
    text: &'t str,
    bytes: &'t [u8],
    dialect: Dialect,
    at: usize,
    pieces: Vec<Piece>,
    /// Those of the current statement.
    tokens: Vec<Token>,
    parens: usize,
    /// Depth of `BEGIN … END` in the body of a function.
    begins: usize,
    /// What ends a statement: another than `;` where MySQL's client was told so.
    delimiter: &'t str,
    /// Whether an executable comment (`/*! … */`) of MySQL is open, whose text is SQL.
    executable: bool,
    /// Where a statement begins whose first token stands in such a comment.
    opened: Option<usize>,
}

impl Cutter<'_> {
    fn run(&mut self) {
        // A mark of the encoding, which some editors write, is none of the SQL.
        if self.text.starts_with('\u{feff}') {
            self.at = '\u{feff}'.len_utf8();
        }
        while let Some(byte) = self.bytes.get(self.at).copied() {
            match byte {
                _ if byte.is_ascii_whitespace() || byte == 0x0b => self.at += 1,
                _ if self.is_delimiter() => {
                    let start = self.at;
                    self.at += self.delimiter.len();
                    self.add(TokenKind::Sign(b';'), start);
                    self.end();
                }
                b'-' if self.next_is(b'-') && self.is_comment() => self.at = self.line_end(),
                b'#' if self.dialect == Dialect::Mysql => self.at = self.line_end(),
                b'/' if self.next_is(b'*') && self.opens_code() => self.executable = true,
                b'*' if self.executable && self.next_is(b'/') => {
                    self.executable = false;
                    self.at += 2;
                }
                b'/' if self.next_is(b'*') => self.comment(),
                b'\\' if self.dialect == Dialect::Postgres => self.backslash(),
                b'.' if self.dialect == Dialect::Sqlite && self.tokens.is_empty() && self.at_line_start() => self.meta(),
                b';' => {
                    self.sign(byte);
                    if self.is_end() {
                        self.end();
                    }
                }
                _ => self.token(byte),
            }
        }
        self.end();
    }

    fn token(&mut self, byte: u8) {
        let start = self.at;
        match byte {
            b'\'' => self.quoted(TokenKind::Text, b'\'', self.dialect == Dialect::Mysql),
            b'"' if self.dialect == Dialect::Mysql => self.quoted(TokenKind::Text, b'"', true),
            b'"' => self.quoted(TokenKind::Name, b'"', false),
            b'`' if self.dialect != Dialect::Postgres => self.quoted(TokenKind::Name, b'`', false),
            b'[' if self.dialect == Dialect::Sqlite => self.quoted(TokenKind::Name, b']', false),
            b'$' if self.dialect == Dialect::Postgres => self.dollar(),
            b'$' if self.dialect == Dialect::Mysql
                && self.bytes.get(start + 1).is_some_and(|next| next.is_ascii_alphanumeric() || *next == b'_') =>
            {
                self.word();
            }
            b'(' => {
                self.parens += 1;
                self.sign(byte);
            }
            b')' => {
                self.parens = self.parens.saturating_sub(1);
                self.sign(byte);
            }
            _ if byte.is_ascii_alphabetic() || byte == b'_' || byte >= 0x80 => self.word(),
            _ if byte.is_ascii_digit() => {
                self.at +=
                    self.bytes[start..].iter().take_while(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'.')).count();
                self.add(TokenKind::Number, start);
            }
            _ => self.sign(byte),
        }
    }

    fn sign(&mut self, byte: u8) {
        let start = self.at;
        self.at += 1;
        self.add(TokenKind::Sign(byte), start);
    }

    fn word(&mut self) {
        let start = self.at;
        self.at += self.bytes[start..]
            .iter()
            .take_while(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'$') || **byte >= 0x80)
            .count();
        // `END$$`: a `$` belongs to a name, unless it ends the statement.
        if self.dialect == Dialect::Mysql
            && let Some(length) = self.text[start..self.at].find(self.delimiter)
        {
            self.at = start + length;
        }
        // E'…' has backslash escapes.
        if self.dialect == Dialect::Postgres
            && self.text[start..self.at].eq_ignore_ascii_case("e")
            && self.bytes.get(self.at) == Some(&b'\'')
        {
            self.quoted(TokenKind::Text, b'\'', true);
            return;
        }
        if self.dialect == Dialect::Postgres
            && self.text[start..self.at].eq_ignore_ascii_case("u")
            && matches!(self.bytes.get(self.at..self.at + 2), Some(b"&\"" | b"&'"))
        {
            return self.escaped(start);
        }
        if self.dialect == Dialect::Mysql && self.tokens.is_empty() && self.text[start..self.at].eq_ignore_ascii_case("delimiter") {
            return self.new_delimiter(start);
        }
        self.add(TokenKind::Word, start);
        if self.dialect == Dialect::Postgres && self.parens == 0 && self.has_body() {
            match self.text[start..self.at].to_ascii_lowercase().as_str() {
                "begin" => self.begins += 1,
                "case" if self.begins > 0 => self.begins += 1,
                "end" if self.begins > 0 => self.begins -= 1,
                _ => {}
            }
        }
    }

    /// Returns whether the current statement may have a body of statements, as psql judges it.
    fn has_body(&self) -> bool {
        self.is(0, "create") && (self.is_routine(1) || self.is(1, "or") && self.is(2, "replace") && self.is_routine(3))
    }

    /// Returns whether MySQL's client ends the statement here.
    fn is_delimiter(&self) -> bool {
        self.dialect == Dialect::Mysql && self.bytes[self.at..].starts_with(self.delimiter.as_bytes())
    }

    /// Returns whether the `--` that stands here begins a comment: MySQL wants a blank behind it. `-->`, which marks the end of a
    /// statement for a tool, can't be anything else.
    fn is_comment(&self) -> bool {
        self.dialect != Dialect::Mysql
            || self.bytes.get(self.at + 2).is_none_or(|byte| byte.is_ascii_whitespace() || byte.is_ascii_control() || *byte == b'>')
    }

    /// Moves behind the opening of an executable comment, if one stands here: `/*!`, `/*!50110`, `/*M!`.
    fn opens_code(&mut self) -> bool {
        let rest = &self.bytes[self.at + 2..];
        let length = if rest.starts_with(b"!") { 1 } else { 2 };
        if self.dialect != Dialect::Mysql || self.executable || !(rest.starts_with(b"!") || rest.starts_with(b"M!")) {
            return false;
        }
        if self.tokens.is_empty() {
            self.opened = Some(self.at);
        }
        self.at += 2 + length + rest[length..].iter().take_while(|byte| byte.is_ascii_digit()).count();
        true
    }

    /// `DELIMITER //`: a command of MySQL's client.
    fn new_delimiter(&mut self, start: usize) {
        // The client reads its own line even where a comment is open.
        self.opened = None;
        let line = &self.text[self.at..self.line_end()];
        self.at = self.line_end();
        if let Some(delimiter) = line.split_whitespace().next() {
            self.delimiter = delimiter;
        }
        let end = start + self.text[start..self.at].trim_end().len();
        self.pieces.push(Piece { range: start..end, tokens: Vec::new(), meta: true });
    }

    fn is_routine(&self, index: usize) -> bool {
        self.is(index, "function") || self.is(index, "procedure")
    }

    fn is_trigger(&self) -> bool {
        let from = if self.is(0, "explain") { 1 } else { 0 };
        let named = if self.is(from + 1, "temp") || self.is(from + 1, "temporary") { from + 2 } else { from + 1 };
        self.is(from, "create") && self.is(named, "trigger")
    }

    fn is(&self, index: usize, word: &str) -> bool {
        self.tokens.get(index).is_some_and(|token| token.kind == TokenKind::Word && self.text[token.range()].eq_ignore_ascii_case(word))
    }

    /// Returns whether the `;` that was just read ends the statement.
    fn is_end(&self) -> bool {
        match self.dialect {
            Dialect::Postgres => self.parens == 0 && self.begins == 0,
            Dialect::Mysql => false,
            // A trigger ends with `; END ;`, whatever stands in between.
            Dialect::Sqlite => {
                let count = self.tokens.len();
                let ended = count >= 3 && self.is(count - 2, "end") && self.tokens[count - 3].kind == TokenKind::Sign(b';');
                ended || !self.is_trigger()
            }
        }
    }

    fn quoted(&mut self, kind: TokenKind, close: u8, escapes: bool) {
        let start = self.at;
        self.at += 1;
        while let Some(byte) = self.bytes.get(self.at).copied() {
            self.at += 1;
            if escapes && byte == b'\\' {
                self.at += 1;
            } else if byte == close {
                if self.bytes.get(self.at) != Some(&close) || close == b']' {
                    break;
                }
                self.at += 1;
            }
        }
        self.add(kind, start);
    }

    /// `U&"…"` and `U&'…'`, with the `UESCAPE '!'` that says what begins an escape in it.
    fn escaped(&mut self, start: usize) {
        self.at += 1;
        match self.bytes[self.at] {
            b'"' => self.quoted(TokenKind::Name, b'"', false),
            quote => self.quoted(TokenKind::Text, quote, false),
        }
        let behind = self.text[self.at..].trim_start();
        if behind.get(..7).is_some_and(|word| word.eq_ignore_ascii_case("uescape")) {
            let character = behind[7..].trim_start();
            if let (Some(close), true) = (character.get(1..).and_then(|inner| inner.find('\'')), character.starts_with('\'')) {
                self.at = self.text.len() - character.len() + close + 2;
            }
        }
        if let Some(token) = self.tokens.last_mut() {
            *token = Token { start: start as u32, end: self.at as u32, ..*token };
        }
    }

    /// `$tag$ … $tag$`; a lone `$` or `$1` is no quote.
    fn dollar(&mut self) {
        let start = self.at;
        let tag =
            self.bytes[start + 1..].iter().take_while(|byte| byte.is_ascii_alphanumeric() || **byte == b'_' || **byte >= 0x80).count();
        let close = start + 1 + tag;
        let digit = self.bytes.get(start + 1).is_some_and(u8::is_ascii_digit);
        if digit || self.bytes.get(close) != Some(&b'$') {
            self.at = close;
            self.add(TokenKind::Number, start);
            return;
        }
        let delimiter = &self.text[start..=close];
        self.at = self.text[close + 1..].find(delimiter).map_or(self.bytes.len(), |length| close + 1 + length + delimiter.len());
        self.add(TokenKind::Text, start);
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

    /// A command of psql: a statement of its own, or in the middle of one; some end it.
    fn backslash(&mut self) {
        if self.tokens.is_empty() {
            return self.meta();
        }
        let start = self.at;
        if self.next_is(b';') {
            self.at += 2;
            self.add(TokenKind::Sign(b';'), start);
            return self.end();
        }
        let length = self.bytes[start + 1..].iter().take_while(|byte| byte.is_ascii_alphabetic()).count();
        let sends = SENDERS.contains(&&self.text[start + 1..start + 1 + length]);
        self.at = self.line_end();
        self.add(TokenKind::Meta, start);
        if sends {
            self.end();
        }
    }

    fn meta(&mut self) {
        let start = self.at;
        self.at = self.line_end();
        let end = start + self.text[start..self.at].trim_end().len();
        self.pieces.push(Piece { range: start..end, tokens: Vec::new(), meta: true });
    }

    /// Adds a token that reaches from `start` to the current place.
    fn add(&mut self, kind: TokenKind, start: usize) {
        self.at = self.at.min(self.bytes.len());
        // INVARIANT: fences lie in files that a u32 can address.
        self.tokens.push(Token { kind, start: start as u32, end: self.at as u32 });
    }

    fn end(&mut self) {
        self.parens = 0;
        self.begins = 0;
        self.executable = false;
        let opened = self.opened.take();
        let tokens = std::mem::take(&mut self.tokens);
        let (Some(first), Some(last)) = (tokens.first(), tokens.last()) else { return };
        if tokens.iter().all(|token| token.kind == TokenKind::Sign(b';')) {
            return;
        }
        let start = opened.unwrap_or(first.start as usize);
        let mut piece = Piece { range: start..last.end as usize, tokens, meta: false };
        if self.dialect == Dialect::Postgres && self.copies(&piece) {
            piece.range.end = self.data();
        }
        self.pieces.push(piece);
    }

    fn copies(&self, piece: &Piece) -> bool {
        let word = |token: &Token, word: &str| token.kind == TokenKind::Word && self.text[token.range()].eq_ignore_ascii_case(word);
        piece.tokens.first().is_some_and(|token| word(token, "copy"))
            && piece.tokens.windows(2).any(|pair| word(&pair[0], "from") && word(&pair[1], "stdin"))
    }

    /// Moves behind the data that follows a `COPY … FROM stdin`, up to a line that is `\.` alone, and returns where it ends.
    fn data(&mut self) -> usize {
        self.at = self.line_end();
        while self.at < self.bytes.len() {
            self.at += 1;
            let start = self.at;
            self.at = self.line_end();
            if self.text[start..self.at].trim_end_matches('\r') == "\\." {
                return start + 2;
            }
        }
        self.at
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
