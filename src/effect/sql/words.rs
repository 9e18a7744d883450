//! A statement's tokens as keywords are looked for in them.

use std::ops::Range;

use super::lexis::{Token, TokenKind};

/// The tokens of one statement, with its text.
pub struct Words<'t> {
    text: &'t str,
    tokens: &'t [Token],
}

impl<'t> Words<'t> {
    /// Returns the tokens of a statement in `text`, which they index.
    pub fn new(text: &'t str, tokens: &'t [Token]) -> Words<'t> {
        Words { text, tokens }
    }

    /// Returns the tokens from `index` on.
    pub fn from(&self, index: usize) -> Words<'t> {
        Words { text: self.text, tokens: self.tokens.get(index..).unwrap_or_default() }
    }

    /// Returns how many tokens there are.
    pub fn len(&self) -> usize {
        self.tokens.len()
    }

    /// Returns what a token is.
    pub fn kind(&self, index: usize) -> Option<TokenKind> {
        self.tokens.get(index).map(|token| token.kind)
    }

    /// Returns a token as written; empty behind the end.
    pub fn text(&self, index: usize) -> &'t str {
        self.tokens.get(index).map_or("", |token| &self.text[token.range()])
    }

    /// Returns where a token lies.
    pub fn token(&self, index: usize) -> Option<Token> {
        self.tokens.get(index).copied()
    }

    /// Returns the text between two places.
    pub fn between(&self, range: std::ops::Range<usize>) -> &'t str {
        &self.text[range]
    }

    /// Returns whether a token is this keyword, given in lower case.
    pub fn is(&self, index: usize, word: &str) -> bool {
        self.kind(index) == Some(TokenKind::Word) && self.text(index).eq_ignore_ascii_case(word)
    }

    /// Returns whether a token is one of these keywords.
    pub fn is_one(&self, index: usize, words: &[&str]) -> bool {
        words.iter().any(|word| self.is(index, word))
    }

    /// Returns whether a token is this sign.
    pub fn is_sign(&self, index: usize, sign: u8) -> bool {
        self.kind(index) == Some(TokenKind::Sign(sign))
    }

    /// Returns whether the tokens from `index` on are these keywords.
    pub fn are(&self, index: usize, words: &[&str]) -> bool {
        words.iter().enumerate().all(|(offset, word)| self.is(index + offset, word))
    }

    /// Returns the index of the first such keyword at or behind `from`.
    pub fn find(&self, from: usize, word: &str) -> Option<usize> {
        (from..self.len()).find(|index| self.is(*index, word))
    }

    /// Returns whether the statement has this keyword anywhere.
    pub fn has(&self, word: &str) -> bool {
        self.find(0, word).is_some()
    }

    /// Returns whether `name = false` (or `off`, `0`) stands among the options.
    pub fn is_off(&self, name: &str) -> bool {
        (0..self.len()).any(|index| {
            self.is(index, name)
                && self.is_sign(index + 1, b'=')
                && (self.is_one(index + 2, &["false", "off"]) || self.text(index + 2) == "0")
        })
    }

    /// Returns the dotted name that begins at `index`, as written, and the index behind it.
    pub fn name(&self, index: usize) -> Option<(Token, usize)> {
        let parts = self.name_parts(index, &|_| false)?;
        let (first, behind) = (self.token(index)?, parts.last()?.end);
        Some((Token { kind: TokenKind::Name, start: first.start, end: self.token(behind - 1)?.end }, behind))
    }

    /// Returns the tokens of each part of the dotted name that begins at `index`. `is_quoted` says which strings are names, too.
    pub fn name_parts(&self, index: usize, is_quoted: &dyn Fn(&str) -> bool) -> Option<Vec<Range<usize>>> {
        let mut parts = vec![self.name_part(index, is_quoted)?];
        while let Some(last) = parts.last().map(|part| part.end).filter(|last| self.is_sign(*last, b'.'))
            && let Some(part) = self.name_part(last + 1, is_quoted)
        {
            parts.push(part);
        }
        Some(parts)
    }

    /// One part of a name: a word, a name in quotes, or what a tool puts names in the place of, with what is glued to it.
    fn name_part(&self, index: usize, is_quoted: &dyn Fn(&str) -> bool) -> Option<Range<usize>> {
        let one = |index: usize| match self.kind(index) {
            Some(TokenKind::Word | TokenKind::Name) => Some(index + 1),
            Some(TokenKind::Text) if is_quoted(self.text(index)) => Some(index + 1),
            _ => None,
        };
        let mut end = one(index).or_else(|| self.slot(index))?;
        let mut slots = one(index).is_none();
        while self.is_glued(end) {
            let slot = self.slot(end).filter(|_| slots || !self.is_sign(end, b':'));
            let number = slots && self.kind(end) == Some(TokenKind::Number);
            let Some(next) = slot.or(one(end).filter(|_| slots)).or(number.then_some(end + 1)) else { break };
            slots |= slot.is_some();
            end = next;
        }
        Some(index..end)
    }

    /// What stands for a name until a tool puts one in its place: `${schema}`, `{{ schema }}`, `@schema@`, and psql's `:schema`.
    fn slot(&self, index: usize) -> Option<usize> {
        const LONGEST: usize = 12;
        let close = |from: usize| {
            (from..from + LONGEST).take_while(|at| !self.is_sign(*at, b';')).find(|at| self.is_sign(*at, b'}')).map(|at| at + 1)
        };
        if self.text(index) == "$" && self.is_sign(index + 1, b'{') && self.is_glued(index + 1) {
            close(index + 2)
        } else if self.is_sign(index, b'{') && self.is_sign(index + 1, b'{') {
            close(index + 2).filter(|end| self.is_sign(*end, b'}')).map(|end| end + 1)
        } else if self.is_sign(index, b'@') && self.is_sign(index + 2, b'@') && self.is_glued(index + 1) && self.is_glued(index + 2) {
            Some(index + 3)
        } else if self.is_sign(index, b':') && self.is_glued(index + 1) && !(self.is_glued(index) && self.is_sign(index - 1, b':')) {
            matches!(self.kind(index + 1), Some(TokenKind::Word | TokenKind::Name | TokenKind::Text)).then_some(index + 2)
        } else {
            None
        }
    }

    /// Returns whether nothing stands between a token and the one before it.
    fn is_glued(&self, index: usize) -> bool {
        let before = index.checked_sub(1).and_then(|before| self.token(before));
        before.is_some_and(|before| self.token(index).is_some_and(|token| token.start == before.end))
    }

    /// Returns a name that `name` gave, without what may stand between its parts.
    pub fn written(&self, name: Token) -> String {
        let from = self.tokens.partition_point(|token| token.start < name.start);
        self.tokens[from..].iter().take_while(|token| token.end <= name.end).map(|token| &self.text[token.range()]).collect()
    }

    /// Returns the first two words in upper case.
    pub fn opening(&self) -> String {
        let words = (0..2).take_while(|index| self.kind(*index) == Some(TokenKind::Word)).map(|index| self.text(index).to_uppercase());
        words.collect::<Vec<_>>().join(" ")
    }
}
