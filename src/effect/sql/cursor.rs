//! A place in the tokens of a statement: what stands there, and how far to go on.

use std::ops::Range;

use super::Dialect;
use super::lexis::{Token, TokenKind};
use super::words::Words;
use crate::effect::object::{Object, ObjectKind};

/// Reads forward; behind the end nothing matches.
#[derive(Clone, Copy)]
pub struct Cursor<'w, 't> {
    words: &'w Words<'t>,
    pub dialect: Dialect,
    pub at: usize,
    /// The index behind the last token that belongs to it.
    end: usize,
}

impl<'w, 't> Cursor<'w, 't> {
    /// Returns a place at the first token.
    pub fn new(words: &'w Words<'t>, dialect: Dialect) -> Cursor<'w, 't> {
        let mut end = words.len();
        while end > 0 && words.is_sign(end - 1, b';') {
            end -= 1;
        }
        Cursor { words, dialect, at: 0, end }
    }

    /// Returns the same tokens from `from` to before `end`.
    pub fn within(self, from: usize, end: usize) -> Cursor<'w, 't> {
        Cursor { at: from, end: end.min(self.end), ..self }
    }

    /// Returns the first token of the whole statement, whatever part of it this is.
    pub fn whole(self) -> Cursor<'w, 't> {
        Cursor { at: 0, end: self.words.len(), ..self }
    }

    pub fn is_end(&self) -> bool {
        self.at >= self.end
    }

    pub fn end(&self) -> usize {
        self.end
    }

    /// Returns whether the keywords stand here.
    pub fn sees(&self, words: &[&str]) -> bool {
        self.at + words.len() <= self.end && self.words.are(self.at, words)
    }

    pub fn sees_one(&self, words: &[&str]) -> bool {
        !self.is_end() && self.words.is_one(self.at, words)
    }

    pub fn sees_sign(&self, sign: u8) -> bool {
        !self.is_end() && self.words.is_sign(self.at, sign)
    }

    /// Goes behind the keywords if they stand here.
    pub fn eat(&mut self, words: &[&str]) -> bool {
        let seen = self.sees(words);
        self.at += if seen { words.len() } else { 0 };
        seen
    }

    /// Goes behind one of the keywords if it stands here.
    pub fn eat_one(&mut self, words: &[&str]) -> bool {
        let seen = self.sees_one(words);
        self.at += usize::from(seen);
        seen
    }

    pub fn eat_sign(&mut self, sign: u8) -> bool {
        let seen = self.sees_sign(sign);
        self.at += usize::from(seen);
        seen
    }

    /// Returns the keyword here in lower case; empty for what is none.
    pub fn word(&self) -> String {
        let word = !self.is_end() && self.words.kind(self.at) == Some(TokenKind::Word);
        if word { self.words.text(self.at).to_ascii_lowercase() } else { String::new() }
    }

    /// Returns the token here as written.
    pub fn text(&self) -> &'t str {
        if self.is_end() { "" } else { self.words.text(self.at) }
    }

    pub fn kind(&self) -> Option<TokenKind> {
        if self.is_end() { None } else { self.words.kind(self.at) }
    }

    pub fn is_text(&self) -> bool {
        self.kind() == Some(TokenKind::Text)
    }

    pub fn token(&self, index: usize) -> Option<Token> {
        self.words.token(index)
    }

    /// Returns the bytes of the tokens from `from` to before the place here.
    pub fn since(&self, from: usize) -> Range<usize> {
        let first = self.words.token(from).map_or(0, |token| token.start as usize);
        let last = self.at.checked_sub(1).and_then(|index| self.words.token(index)).map_or(first, |token| token.end as usize);
        first..last.max(first)
    }

    /// Returns the tokens from `from` to before the place here, as written.
    pub fn written(&self, from: usize) -> String {
        self.words.between(self.since(from)).to_owned()
    }

    /// Goes one token on, or behind the bracket that closes here.
    pub fn skip(&mut self) {
        let mut depth = 0_usize;
        while !self.is_end() {
            if self.sees_sign(b'(') {
                depth += 1;
            } else if self.sees_sign(b')') {
                depth = depth.saturating_sub(1);
            }
            self.at += 1;
            if depth == 0 {
                return;
            }
        }
    }

    /// Goes to the next `,` of this depth, or to the end.
    pub fn skip_to_comma(&mut self) {
        while !self.is_end() && !self.sees_sign(b',') && !self.sees_sign(b')') {
            self.skip();
        }
    }

    /// Returns whether a keyword stands between here and the next `,` of this depth, and where.
    pub fn ahead(&self, words: &[&str]) -> Option<usize> {
        let mut ahead = *self;
        while !ahead.is_end() && !ahead.sees_sign(b',') && !ahead.sees_sign(b')') {
            if ahead.sees(words) {
                return Some(ahead.at);
            }
            ahead.skip();
        }
        None
    }

    /// Returns whether a keyword stands at this depth between here and the end of the statement.
    pub fn before_end(&self, words: &[&str]) -> Option<usize> {
        let mut ahead = *self;
        while !ahead.is_end() && !ahead.sees_sign(b')') {
            if ahead.sees(words) {
                return Some(ahead.at);
            }
            ahead.skip();
        }
        None
    }

    /// Reads the dotted name that stands here.
    pub fn name(&mut self, kind: ObjectKind) -> Option<Object> {
        if self.is_end() {
            return None;
        }
        // SQLite takes strings for names, MySQL with `ANSI_QUOTES` those in double quotes, and users stand in quotes.
        let is_quoted = |text: &str| match self.dialect {
            Dialect::Postgres => false,
            Dialect::Mysql => text.starts_with('"') || kind == ObjectKind::Role,
            Dialect::Sqlite => true,
        };
        let tokens = self.words.name_parts(self.at, &is_quoted)?;
        let behind = tokens.last()?.end;
        let parts = tokens.into_iter().map(|part| self.part(part, kind)).collect();
        let range = Cursor { at: behind, ..*self }.since(self.at);
        let name = Token { kind: TokenKind::Name, start: range.start as u32, end: range.end as u32 };
        let object = Object { kind, parts, own: self.words.written(name), of: None, range };
        self.at = behind;
        Some(object)
    }

    /// Reads a name of one part that belongs to `of`: a column, a constraint, a trigger.
    pub fn member(&mut self, kind: ObjectKind, of: &Object) -> Option<Object> {
        Some(belongs(self.name(kind)?, of))
    }

    /// Returns something of `of` that has no name, written in the tokens from `from` to before here.
    pub fn nameless(&self, kind: ObjectKind, of: &Object, from: usize) -> Object {
        Object { kind, parts: of.parts.clone(), own: String::new(), of: Some(of.own.clone()), range: self.since(from) }
    }

    /// Returns a part of a name as the dialect compares it.
    fn part(&self, tokens: Range<usize>, kind: ObjectKind) -> String {
        let index = tokens.start;
        let text = self.words.text(index);
        if tokens.len() > 1 {
            return Cursor { at: tokens.end, ..*self }.written(index);
        }
        if matches!(self.words.kind(index), Some(TokenKind::Name | TokenKind::Text)) {
            if let Some(name) = unescaped(text, self.dialect) {
                return name;
            }
            let close = text.chars().next_back().unwrap_or('"');
            let inner = text.get(1..text.len().saturating_sub(1)).unwrap_or_default();
            let inner = if close == ']' { inner.to_owned() } else { inner.replace(&format!("{close}{close}"), &close.to_string()) };
            return if self.dialect.folds_quoted(kind) { self.dialect.lower(&inner) } else { inner };
        }
        if self.dialect.folds_plain(kind) { self.dialect.lower(text) } else { text.to_owned() }
    }

    /// Reads a string that stands here, without its quotes.
    pub fn string(&mut self) -> Option<(String, Range<usize>)> {
        if !self.is_text() {
            return None;
        }
        let token = self.words.token(self.at)?;
        let text = self.words.text(self.at);
        self.at += 1;
        if let Some(inner) = unescaped(text, self.dialect) {
            return Some((inner, token.range()));
        }
        let inner = text.trim_start_matches(['e', 'E']);
        let inner = inner.get(1..inner.len().saturating_sub(1)).unwrap_or_default().replace("''", "'");
        Some((inner, token.range()))
    }

    /// Reads a type: a word or several, with what stands in brackets.
    pub fn type_name(&mut self) -> String {
        let from = self.at;
        if self.kind().is_some() {
            self.at += 1;
        }
        loop {
            if self.sees_sign(b'(') || self.sees_sign(b'[') || self.sees_sign(b']') || self.sees_sign(b'.') {
                self.skip();
            } else if self.at > from && self.words.is_sign(self.at - 1, b'.')
                || self.at > from && self.words.is_sign(self.at - 1, b'[') && !self.is_end()
                || self.sees_one(&["precision", "varying", "unsigned", "signed", "zerofill", "array"])
            {
                self.at += 1;
            } else if self.sees(&["with", "time", "zone"]) || self.sees(&["without", "time", "zone"]) {
                self.at += 3;
            } else {
                break;
            }
        }
        (from..self.at.min(self.end)).map(|index| self.words.text(index)).fold(String::new(), |all, word| {
            let glued = all.is_empty() || matches!(word, "(" | ")" | "," | "[" | "]" | ".") || all.ends_with(['(', '[', '.', ',']);
            if glued { all + word } else { all + " " + word }
        })
    }
}

/// Returns what PostgreSQL reads in `U&"d\0061ta"` and `U&"d!0061ta" UESCAPE '!'`; `None` for what has no such escapes.
fn unescaped(text: &str, dialect: Dialect) -> Option<String> {
    let quoted = text.get(2..).filter(|_| dialect == Dialect::Postgres && text[..2].eq_ignore_ascii_case("u&"))?;
    let close = quoted.chars().next()?;
    let end = quoted.rfind(close).filter(|end| *end > 0)?;
    // Behind a string the character stands in quotes of the same kind.
    let said = quoted.to_ascii_lowercase().rfind("uescape").filter(|at| quoted[..*at].trim_end().ends_with(close));
    let (end, escape) = match said {
        Some(at) => (quoted[..at].rfind(close)?, quoted[at..].split('\'').nth(1)?.chars().next()?),
        None => (end, '\\'),
    };
    let inner = quoted.get(1..end)?.replace(&format!("{close}{close}"), &close.to_string());
    let mut name = String::new();
    let mut rest = inner.as_str();
    while let Some(at) = rest.find(escape) {
        name += &rest[..at];
        rest = &rest[at + escape.len_utf8()..];
        if let Some(behind) = rest.strip_prefix(escape) {
            (name, rest) = (name + &escape.to_string(), behind);
            continue;
        }
        let (digits, length) = if rest.starts_with('+') { (rest.get(1..7)?, 7) } else { (rest.get(..4)?, 4) };
        name.push(char::from_u32(u32::from_str_radix(digits, 16).ok()?)?);
        rest = &rest[length..];
    }
    Some(name + rest)
}

/// Returns a member with the name of what it belongs to in front.
pub fn belongs(mut member: Object, of: &Object) -> Object {
    member.parts.splice(0..0, of.parts.iter().cloned());
    member.of = Some(of.own.clone());
    member
}
