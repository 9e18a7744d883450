//! `DO`: a block of statements in a string. The statements that stand in it are read; what it puts together at run time is not.

use super::{DEEPEST, Reader};
use crate::effect::act::Opaque;
use crate::effect::sql::Dialect;
use crate::effect::sql::cursor::Cursor;
use crate::effect::sql::lexis;
use crate::effect::sql::words::Words;

/// Words behind which a statement of PL/pgSQL begins.
const OPENERS: [&str; 5] = ["begin", "then", "else", "loop", "declare"];

impl Reader {
    pub(super) fn block(&mut self, cursor: Cursor<'_, '_>) {
        let whole = cursor.within(0, cursor.end());
        let mut ahead = cursor;
        if ahead.eat(&["language"]) {
            let language = ahead.word();
            ahead.at += 1;
            if language != "plpgsql" {
                return self.opaque(whole, "its language is none that rbk reads");
            }
        }
        let Some(token) = ahead.token(ahead.at).filter(|_| ahead.is_text()) else {
            return self.opaque(whole, "no block stands here");
        };
        let text = ahead.text();
        let open = text.strip_prefix('$').map_or(1, |rest| rest.find('$').map_or(0, |at| at + 2));
        let Some(body) = text.get(open..text.len().saturating_sub(open)) else {
            return self.opaque(whole, "the block is never closed");
        };
        let base = token.start as usize + open;
        if !text.starts_with('$') && body.contains("''") {
            return self.opaque(whole, "quotes in its quotes");
        }
        self.in_block = true;
        self.body(body, base, cursor.dialect);
    }

    /// Reads the statements of a body that begins at the byte `base`.
    fn body(&mut self, body: &str, base: usize, dialect: Dialect) {
        for piece in lexis::cut(body, dialect) {
            let words = Words::new(body, &piece.tokens);
            self.own_names = None;
            let mut cursor = Cursor::new(&words, dialect);
            // Behind the last word that opens something: `IF NOT EXISTS (…) THEN ALTER …`.
            let mut from = 0;
            while !cursor.is_end() {
                if cursor.sees_one(&OPENERS) && !cursor.sees(&["begin", "atomic"]) {
                    from = cursor.at + 1;
                }
                cursor.skip();
            }
            let inner = cursor.within(from, cursor.end());
            let before = self.reading.effects.len();
            let hidden = self.reading.opaque.len();
            if let Some((text, at)) = literal(inner) {
                // A text that is not put together is read as what it is.
                self.depth += 1;
                match self.depth < DEEPEST {
                    true => self.body(text, at, dialect),
                    false => self.opaque(inner, "too many statements stand around it"),
                }
                self.depth -= 1;
            } else if inner.sees_one(&["execute", "perform", "call"]) && !inner.sees(&["perform", "1"]) {
                self.opaque(inner, "what it runs is put together at run time");
            } else {
                self.statement(inner);
            }
            for effect in &mut self.reading.effects[before..] {
                effect.object.range = effect.object.range.start + base..effect.object.range.end + base;
            }
            for Opaque { range, .. } in &mut self.reading.opaque[hidden..] {
                *range = range.start + base..range.end + base;
            }
        }
    }
}

/// Returns the text of `EXECUTE '…'` that is one string without quotes in it, and where it begins.
fn literal<'t>(mut cursor: Cursor<'_, 't>) -> Option<(&'t str, usize)> {
    if !cursor.eat(&["execute"]) || !cursor.is_text() {
        return None;
    }
    let (token, text) = (cursor.token(cursor.at)?, cursor.text());
    cursor.at += 1;
    let open = text.strip_prefix('$').map_or(1, |rest| rest.find('$').map_or(1, |at| at + 2));
    let inner = text.get(open..text.len().checked_sub(open)?)?;
    let is_plain = text.starts_with('$') || text.starts_with('\'') && !inner.contains('\'');
    (cursor.is_end() && is_plain).then_some((inner, token.start as usize + open))
}
