//! Blocks: `DO`, `BEGIN NOT ATOMIC`, the bodies of routines. The statements that stand in them are read, and what may not run is told
//! from what does.

use super::Reader;
use super::composed::literal;
use crate::effect::act::Opaque;
use crate::effect::mapped::Mapped;
use crate::effect::sql::Dialect;
use crate::effect::sql::cursor::Cursor;
use crate::effect::sql::lexis;
use crate::effect::sql::transaction::is_pure;
use crate::effect::sql::words::Words;

impl Reader<'_> {
    /// `DO [LANGUAGE l] '…' [LANGUAGE l]`.
    pub(super) fn block(&mut self, cursor: Cursor<'_, '_>) {
        let whole = cursor.within(0, cursor.end());
        let mut ahead = cursor;
        let mut text = None;
        while !ahead.is_end() {
            if ahead.eat(&["language"]) {
                if !ahead.text().trim_matches(['\'', '"']).eq_ignore_ascii_case("plpgsql") {
                    return self.opaque(whole, "its language is none that rbk reads");
                }
            } else if ahead.is_text() {
                text = ahead.token(ahead.at).map(|token| (token, ahead.text()));
            }
            ahead.at += 1;
        }
        let Some((token, written)) = text else { return self.opaque(whole, "no block stands here") };
        let mut body = Mapped::empty(token.range());
        literal(token, written, cursor.dialect, &mut body);
        let (effects, opaque) = (self.reading.effects.len(), self.reading.opaque.len());
        self.in_block = true;
        self.body(&body.text, 0, cursor.dialect);
        self.session.forget();
        self.reading.effects[effects..].iter_mut().for_each(|effect| effect.object.range = body.place(&effect.object.range));
        self.reading.opaque[opaque..].iter_mut().for_each(|opaque| opaque.range = body.place(&opaque.range));
    }

    /// Reads the statements of a body that begins at the byte `base`.
    pub(super) fn body(&mut self, body: &str, base: usize, dialect: Dialect) {
        let pieces = lexis::cut(body, dialect);
        let outside = self.guards;
        let (mut open, mut left) = (0_usize, false);
        let handled = pieces.iter().any(|piece| catches(Cursor::new(&Words::new(body, &piece.tokens), dialect)));
        for piece in pieces {
            let words = Words::new(body, &piece.tokens);
            self.own_names = None;
            let (effects, opaque) = (self.reading.effects.len(), self.reading.opaque.len());
            self.guards = outside + open + usize::from(handled || left);
            let mut cursor = Cursor::new(&words, dialect);
            let from = cursor;
            let is_statement = self.control(&mut cursor, &mut open);
            self.reading.asks |= self.calls_unknown(from.within(from.at, cursor.at));
            self.guards = outside + open + usize::from(handled || left);
            if is_statement {
                // What stands behind it may not be reached.
                left |= open > 0 && cursor.sees_one(&["return", "leave"]);
                self.inside(cursor);
            }
            for effect in &mut self.reading.effects[effects..] {
                effect.object.range = effect.object.range.start + base..effect.object.range.end + base;
            }
            for Opaque { range, .. } in &mut self.reading.opaque[opaque..] {
                *range = range.start + base..range.end + base;
            }
        }
        self.guards = outside;
    }

    /// Goes over the words that say when the statement behind them runs; counts what they open and close. Returns whether a
    /// statement stands there.
    fn control(&mut self, cursor: &mut Cursor<'_, '_>, open: &mut usize) -> bool {
        loop {
            // `<<label>>`, `label:`.
            while cursor.sees_sign(b'<') {
                while !cursor.is_end() && !cursor.eat_sign(b'>') {
                    cursor.at += 1;
                }
                cursor.eat_sign(b'>');
            }
            let mut label = *cursor;
            label.at += 1;
            if !cursor.word().is_empty() && label.eat_sign(b':') && !label.sees_sign(b'=') {
                *cursor = label;
            }
            let word = cursor.word();
            match word.as_str() {
                "begin" if cursor.sees(&["begin", "not", "atomic"]) => cursor.at += 3,
                "begin" | "declare" | "exception" | "else" => cursor.at += 1,
                "loop" | "repeat" => {
                    *open += 1;
                    cursor.at += 1;
                }
                "if" | "elsif" | "elseif" | "when" | "case" => {
                    let Some(then) = cursor.before_end(&["then"]) else { return false };
                    *open += usize::from(matches!(word.as_str(), "if" | "case"));
                    cursor.at = then + 1;
                }
                "while" | "for" | "foreach" => {
                    let opener = if cursor.dialect == Dialect::Mysql { "do" } else { "loop" };
                    let Some(then) = cursor.before_end(&[opener]) else { return false };
                    // `FOR row IN DELETE … RETURNING … LOOP`.
                    if let Some(values) = cursor.within(cursor.at, then).before_end(&["in"]) {
                        self.inside(cursor.within(values + 1, then));
                    }
                    *open += 1;
                    cursor.at = then + 1;
                }
                "end" | "until" => {
                    let ends = word == "until" || opens(cursor.within(cursor.at + 1, cursor.end()));
                    *open = open.saturating_sub(usize::from(ends));
                    return false;
                }
                "" if cursor.is_end() => return false,
                _ => return true,
            }
        }
    }

    /// A statement of a block.
    fn inside(&mut self, mut cursor: Cursor<'_, '_>) {
        let mut sign = cursor;
        sign.at += 1;
        sign.eat_sign(b':');
        if cursor.sees(&["execute"]) {
            self.execute(cursor);
        } else if cursor.sees(&["call"]) {
            self.statement(cursor);
        } else if cursor.eat(&["perform"]) {
            self.query(cursor);
            if self.calls_unknown(cursor) {
                self.opaque(cursor.within(cursor.at - 1, cursor.end()), "what it calls decides at run time");
            }
        } else if cursor.eat(&["return", "query"]) || cursor.eat(&["open"]) && cursor.before_end(&["execute"]).is_some() {
            cursor.at = cursor.before_end(&["execute"]).unwrap_or(cursor.at);
            match cursor.sees(&["execute"]) {
                true => self.execute(cursor),
                false => self.statement(cursor),
            }
        } else if sign.sees_sign(b'=') || cursor.dialect == Dialect::Postgres && is_declared(cursor) {
            self.reading.asks |= self.calls_unknown(cursor);
            self.assign(cursor);
        } else {
            self.reading.asks |= cursor.sees_one(&["select", "with", "raise", "return"]) && self.calls_unknown(cursor);
            self.statement(cursor);
        }
    }

    /// Returns whether a function is called that may do anything.
    fn calls_unknown(&self, cursor: Cursor<'_, '_>) -> bool {
        let mut ahead = cursor;
        while !ahead.is_end() {
            let name = ahead.word();
            ahead.at += 1;
            if !name.is_empty() && ahead.sees_sign(b'(') && !is_pure(&name) && !self.session.knows(&name) {
                return true;
            }
        }
        false
    }
}

/// Returns whether behind `END` stands what it ends, other than a block.
fn opens(cursor: Cursor<'_, '_>) -> bool {
    cursor.sees_one(&["if", "loop", "case", "while", "repeat", "for"])
}

/// `v_sql text := '…'`, `v_sql constant text default '…'`.
fn is_declared(cursor: Cursor<'_, '_>) -> bool {
    const VERBS: [&str; 10] = ["insert", "update", "delete", "select", "with", "create", "alter", "grant", "merge", "set"];
    let mut sign = cursor;
    while !sign.is_end() && !sign.sees_sign(b'=') && !sign.sees(&["default"]) {
        sign.skip();
    }
    !sign.is_end() && !cursor.sees_one(&VERBS) && !cursor.sees_one(&["drop", "truncate", "comment", "raise", "copy", "lock", "if"])
}

/// Returns whether a block goes on when something was there already: `EXCEPTION WHEN duplicate_table THEN`, `DECLARE … HANDLER`.
fn catches(cursor: Cursor<'_, '_>) -> bool {
    let mut ahead = cursor;
    ahead.eat(&["begin"]);
    if ahead.eat(&["declare"]) {
        let handles = ahead.sees_one(&["continue", "exit"]) && ahead.before_end(&["handler"]).is_some();
        return handles && ahead.before_end(&["not", "found"]).is_none();
    }
    while ahead.eat_one(&["exception", "when", "or"]) || ahead.at > cursor.at && !ahead.is_end() && !ahead.sees(&["then"]) {
        if ahead.word().starts_with("duplicate") || ahead.sees(&["others"]) {
            return cursor.sees_one(&["exception", "when"]);
        }
        if !ahead.sees_one(&["when", "or", "exception"]) {
            ahead.at += 1;
        }
    }
    false
}
