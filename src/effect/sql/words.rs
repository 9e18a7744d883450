//! A statement's tokens as keywords are looked for in them.

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
        let named = |index: usize| matches!(self.kind(index), Some(TokenKind::Word | TokenKind::Name));
        let mut last = self.token(index).filter(|_| named(index))?;
        let first = last;
        let mut next = index + 1;
        while self.is_sign(next, b'.') && named(next + 1) {
            last = self.token(next + 1)?;
            next += 2;
        }
        Some((Token { kind: TokenKind::Name, start: first.start, end: last.end }, next))
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
