//! Text that code puts together to be run: `'DROP TABLE ' || t`, `format('DROP TABLE %I', t)`, `CONCAT('DROP TABLE ', t)`, one of
//! several by `IF` and `CASE`. What is only known when it runs is a hole in it.

use std::rc::Rc;

use crate::effect::mapped::{HOLE, Mapped};
use crate::effect::sql::Dialect;
use crate::effect::sql::cursor::Cursor;
use crate::effect::sql::lexis::{Token, TokenKind};

/// What may come out of an expression.
#[derive(Clone, Debug, Default)]
pub struct Composed {
    /// The texts that it may be.
    pub texts: Vec<Rc<Mapped>>,
    /// Nothing else can come out of it.
    pub whole: bool,
}

/// Expressions in expressions are read as far as this.
const DEEPEST: usize = 8;

/// What is known of a variable is put into another text up to this length.
const LONGEST: usize = 4096;

impl Composed {
    /// Reads the expression that a cursor stands before, to its end. `variable` says what is known of the variable before which a
    /// cursor stands.
    pub fn of<'c>(cursor: Cursor<'_, '_>, variable: &impl Fn(Cursor<'_, '_>) -> Option<&'c Composed>) -> Composed {
        let mut composed = Composed { texts: Vec::new(), whole: true };
        composed.add(cursor, variable, 0);
        composed
    }

    fn add<'c>(&mut self, mut cursor: Cursor<'_, '_>, variable: &impl Fn(Cursor<'_, '_>) -> Option<&'c Composed>, depth: usize) {
        if depth == DEEPEST || cursor.is_end() {
            self.whole = false;
            return;
        }
        if let Some(inner) = enclosed(cursor) {
            return self.add(inner, variable, depth + 1);
        }
        if cursor.eat(&["select"]) {
            let end = cursor.before_end(&["from"]).unwrap_or(cursor.end());
            return self.add(cursor.within(cursor.at, end), variable, depth + 1);
        }
        if cursor.eat(&["case"]) {
            return self.cases(cursor, variable, depth);
        }
        if let Some(known) = variable(cursor) {
            self.texts.extend(known.texts.iter().cloned());
            self.whole &= known.whole;
            return;
        }
        match call(cursor) {
            Some((name, arguments)) if name == "if" && arguments.len() == 3 => {
                arguments[1..].iter().for_each(|argument| self.add(*argument, variable, depth + 1));
            }
            Some((name, arguments)) if matches!(name.as_str(), "ifnull" | "coalesce") => {
                arguments.iter().for_each(|argument| self.add(*argument, variable, depth + 1));
            }
            _ => {
                let text = joined(cursor, variable, depth);
                // What it begins with says what it is.
                match text.text.trim_start().starts_with(|c: char| c != HOLE) {
                    true => self.texts.push(Rc::new(text)),
                    false => self.whole = false,
                }
            }
        }
    }

    /// What stands behind each `THEN` and `ELSE`.
    fn cases<'c>(&mut self, cursor: Cursor<'_, '_>, variable: &impl Fn(Cursor<'_, '_>) -> Option<&'c Composed>, depth: usize) {
        let mut ahead = cursor;
        let mut from = None;
        let mut inside = 0_usize;
        while !ahead.is_end() {
            let ends = ahead.sees(&["end"]);
            if inside == 0
                && ahead.sees_one(&["when", "else", "end"])
                && let Some(from) = from.take()
            {
                self.add(cursor.within(from, ahead.at), variable, depth + 1);
            }
            if inside == 0 && ahead.sees_one(&["then", "else"]) {
                from = Some(ahead.at + 1);
            }
            if ends && inside == 0 {
                return;
            }
            inside = if ahead.sees(&["case"]) { inside + 1 } else { inside - usize::from(ends) };
            ahead.skip();
        }
        self.whole = false;
    }
}

/// Returns what stands in brackets that enclose everything before the cursor's end.
fn enclosed<'w, 't>(cursor: Cursor<'w, 't>) -> Option<Cursor<'w, 't>> {
    let mut behind = cursor;
    if !cursor.sees_sign(b'(') {
        return None;
    }
    behind.skip();
    behind.is_end().then(|| cursor.within(cursor.at + 1, behind.at - 1))
}

/// Returns a function's name and arguments when nothing else stands before the cursor's end.
fn call<'w, 't>(cursor: Cursor<'w, 't>) -> Option<(String, Vec<Cursor<'w, 't>>)> {
    let name = cursor.word();
    let inner = enclosed(cursor.within(cursor.at + 1, cursor.end())).filter(|_| !name.is_empty())?;
    let mut arguments = Vec::new();
    let mut ahead = inner;
    while !ahead.is_end() {
        let from = ahead.at;
        ahead.skip_to_comma();
        arguments.push(inner.within(from, ahead.at));
        if !ahead.eat_sign(b',') {
            break;
        }
    }
    Some((name, arguments))
}

/// Returns the text of an expression that joins others, or is one text.
fn joined<'c>(cursor: Cursor<'_, '_>, variable: &impl Fn(Cursor<'_, '_>) -> Option<&'c Composed>, depth: usize) -> Mapped {
    let mut end = cursor;
    end.at = end.end();
    let mut text = Mapped::empty(end.since(cursor.at));
    let mut ahead = cursor;
    while !ahead.is_end() {
        let from = ahead.at;
        while !ahead.is_end() && !is_bars(ahead) {
            ahead.skip();
        }
        operand(cursor.within(from, ahead.at), variable, depth + 1, &mut text);
        ahead.at += if is_bars(ahead) { 2 } else { 0 };
    }
    text
}

fn is_bars(cursor: Cursor<'_, '_>) -> bool {
    cursor.dialect != Dialect::Mysql && cursor.sees_sign(b'|') && cursor.within(cursor.at + 1, cursor.end()).sees_sign(b'|')
}

fn operand<'c>(cursor: Cursor<'_, '_>, variable: &impl Fn(Cursor<'_, '_>) -> Option<&'c Composed>, depth: usize, out: &mut Mapped) {
    // Texts that follow each other are one.
    if (cursor.at..cursor.end()).all(|index| cursor.within(index, index + 1).is_text()) {
        let tokens = (cursor.at..cursor.end()).filter_map(|index| Some((cursor.token(index)?, cursor.within(index, index + 1).text())));
        return tokens.for_each(|(token, written)| literal(token, written, cursor.dialect, out));
    }
    let mut behind = cursor;
    behind.at = behind.end();
    let place = behind.since(cursor.at);
    if depth >= DEEPEST {
        return out.push(HOLE, &place);
    }
    let fits = |text: &Mapped| text.text.len() + out.text.len() <= LONGEST;
    let known = variable(cursor).filter(|known| known.whole && known.texts.iter().all(|text| fits(text)));
    match (enclosed(cursor), call(cursor), known.map(|known| known.texts.as_slice())) {
        (_, _, Some([text])) => out.append(&Mapped::at(&text.text, &place)),
        (Some(inner), ..) => out.append(&joined(inner, variable, depth)),
        (_, Some((name, arguments)), _) if name == "concat" => {
            arguments.iter().for_each(|argument| out.append(&joined(*argument, variable, depth)));
        }
        (_, Some((name, arguments)), _) if name == "format" && cursor.dialect == Dialect::Postgres => {
            format(&arguments, variable, depth, out)
        }
        (_, Some((name, arguments)), _) if name == "quote_ident" && arguments.len() == 1 => {
            out.append(&joined(arguments[0], variable, depth))
        }
        _ => out.push(HOLE, &place),
    }
}

/// `format('ALTER TABLE %I.%I …', schema, table)`.
fn format<'c>(arguments: &[Cursor<'_, '_>], variable: &impl Fn(Cursor<'_, '_>) -> Option<&'c Composed>, depth: usize, out: &mut Mapped) {
    let Some((form, given)) = arguments.split_first() else { return };
    let form = joined(*form, variable, depth);
    let mut next = 0;
    let mut at = 0;
    while let Some(c) = form.text[at..].chars().next() {
        let length = c.len_utf8();
        if c != '%' {
            out.push(c, &form.place(&(at..at + length)));
            at += length;
            continue;
        }
        // %, perhaps which argument and how wide, then how it is written.
        let rest = &form.text[at + 1..];
        let digits = rest.find(|c: char| !(c.is_ascii_digit() || matches!(c, '$' | '-' | '*'))).unwrap_or(rest.len());
        let kind = rest[digits..].chars().next();
        let behind = at + 1 + digits + kind.map_or(0, char::len_utf8);
        let place = form.place(&(at..behind));
        if kind == Some('%') {
            out.push('%', &place);
        } else {
            if let Some((number, _)) = rest[..digits].split_once('$') {
                next = number.parse::<usize>().unwrap_or(1).saturating_sub(1);
            }
            let value =
                given.get(next).filter(|value| value.is_text() && value.at + 1 == value.end()).map(|value| joined(*value, variable, depth));
            match value {
                Some(value) if kind != Some('L') => out.append(&Mapped::at(&value.text, &place)),
                _ => out.push(HOLE, &place),
            }
            next += 1;
        }
        at = behind;
    }
}

/// Adds a string without its quotes.
pub fn literal(token: Token, written: &str, dialect: Dialect, out: &mut Mapped) {
    let base = token.start as usize;
    if let Some(open) = written.strip_prefix('$').and_then(|rest| rest.find('$')).map(|at| at + 2) {
        // What is never closed reaches to the end.
        let inner = &written[open..];
        return push(inner.strip_suffix(&written[..open]).unwrap_or(inner), base + open, out);
    }
    let escapes = dialect == Dialect::Mysql || written.starts_with(['e', 'E']);
    let open = written.find(['\'', '"']).map_or(0, |at| at + 1);
    let quote = written[..open].chars().next_back().unwrap_or('\'');
    let end = written.len() - usize::from(written[open..].ends_with(quote));
    let mut at = open;
    while let Some(c) = written.get(at..end).and_then(|rest| rest.chars().next()) {
        let follows = written[at + c.len_utf8()..end].chars().next();
        let (given, length) = match follows {
            Some('n') if escapes && c == '\\' => ('\n', 2),
            Some('t') if escapes && c == '\\' => ('\t', 2),
            Some(follows) if escapes && c == '\\' => (follows, 1 + follows.len_utf8()),
            Some(follows) if c == quote && follows == quote => (quote, 2),
            _ => (c, c.len_utf8()),
        };
        out.push(given, &(base + at..base + at + length));
        at += length;
    }
}

fn push(text: &str, base: usize, out: &mut Mapped) {
    text.char_indices().for_each(|(at, c)| out.push(c, &(base + at..base + at + c.len_utf8())));
}

/// Returns whether a token is a name that `variable` may know: `v_sql`, `@s`.
pub fn variable_name(cursor: Cursor<'_, '_>) -> Option<String> {
    let mut name = cursor;
    let marked = name.eat_sign(b'@');
    let is_name = matches!(name.kind(), Some(TokenKind::Word | TokenKind::Name));
    (is_name && name.at + 1 == name.end()).then(|| if marked { format!("@{}", name.text()) } else { name.text().to_owned() }.to_lowercase())
}
