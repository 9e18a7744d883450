//! What a text has put aside to be run later: texts in variables, statements under names, routines. What runs them does what stands in
//! them.

use std::collections::BTreeMap;
use std::ops::Range;
use std::rc::Rc;

use super::composed::{Composed, variable_name};
use super::{DEEPEST, Reader};
use crate::effect::act::{Act, Opaque};
use crate::effect::mapped::{HOLE, Mapped};
use crate::effect::object::ObjectKind;
use crate::effect::sql::Dialect;
use crate::effect::sql::cursor::Cursor;
use crate::effect::sql::lexis;
use crate::effect::sql::words::Words;

/// What is put aside so far.
#[derive(Default)]
pub struct Session {
    variables: BTreeMap<String, Composed>,
    prepared: BTreeMap<String, Composed>,
    /// The bodies of routines by their own names.
    routines: BTreeMap<String, Rc<Mapped>>,
    /// How many bytes may still be read again.
    left: usize,
}

/// A variable is known to hold one of so many texts.
const MANY: usize = 16;

impl Session {
    /// Returns a session for a text of so many bytes: what it runs again and again is read as often as keeps the work in bounds.
    pub fn new(length: usize) -> Session {
        Session { left: 64 * 1024 + 8 * length, ..Session::default() }
    }

    /// Returns whether the same text has made a routine of this name.
    pub(super) fn knows(&self, name: &str) -> bool {
        self.routines.contains_key(&own(name))
    }

    fn compose(&self, cursor: Cursor<'_, '_>) -> Composed {
        Composed::of(cursor, &|cursor| self.variables.get(&variable_name(cursor)?))
    }

    /// Forgets the variables of a block that is left.
    pub(super) fn forget(&mut self) {
        self.variables.retain(|name, _| name.starts_with('@'));
    }
}

impl Reader<'_> {
    /// `SET @a = …, @b := …`.
    pub(super) fn set(&mut self, mut cursor: Cursor<'_, '_>) {
        while !cursor.is_end() {
            let from = cursor.at;
            cursor.skip_to_comma();
            self.assign(cursor.within(from, cursor.at));
            if !cursor.eat_sign(b',') {
                return;
            }
        }
    }

    /// `name := …`, `name = …`, `name type := …`.
    pub(super) fn assign(&mut self, cursor: Cursor<'_, '_>) {
        let mut sign = cursor;
        while !sign.is_end() && !sign.sees_sign(b'=') && !sign.sees(&["default"]) {
            sign.skip();
        }
        let name = cursor.within(cursor.at, cursor.at + if cursor.sees_sign(b'@') { 2 } else { 1 });
        if !sign.is_end()
            && let Some(name) = variable_name(name)
        {
            let value = self.session.compose(sign.within(sign.at + 1, sign.end()));
            self.keep(name, value);
        }
    }

    /// `SELECT … INTO @a`.
    pub(super) fn select_into(&mut self, select: Cursor<'_, '_>, into: usize) {
        if let Some(name) = variable_name(select.within(into + 1, into + 3)) {
            let value = self.session.compose(select.within(select.at, into));
            self.keep(name, value);
        }
    }

    fn keep(&mut self, name: String, mut value: Composed) {
        if let Some(before) = self.session.variables.get(&name).filter(|_| self.guards > 0) {
            value.whole &= before.whole && before.texts.len() < MANY;
            value.texts.extend(before.texts.iter().take(MANY).cloned());
        }
        self.session.variables.insert(name, value);
    }

    /// `PREPARE s FROM @a`, `PREPARE s AS SELECT …`.
    pub(super) fn prepare(&mut self, mut cursor: Cursor<'_, '_>) {
        let Some(name) = cursor.name(ObjectKind::Other("statement")) else { return };
        if cursor.sees_sign(b'(') {
            cursor.skip();
        }
        let value = if cursor.eat(&["from"]) {
            self.session.compose(cursor)
        } else if cursor.eat(&["as"]) {
            let from = cursor.at;
            cursor.at = cursor.end();
            Composed { texts: vec![Rc::new(Mapped::at(&cursor.written(from), &cursor.since(from)))], whole: true }
        } else {
            return;
        };
        self.session.prepared.insert(name.own.to_lowercase(), value);
    }

    /// `EXECUTE s`, `EXECUTE IMMEDIATE …`; in a block `EXECUTE …` of a text.
    pub(super) fn execute(&mut self, cursor: Cursor<'_, '_>) {
        let mut value = cursor.within(cursor.at + 1, cursor.end());
        let immediate = value.eat(&["immediate"]);
        let end = ["into", "using"].iter().filter_map(|word| value.before_end(&[word])).min().unwrap_or(value.end());
        let text = value.within(value.at, end);
        if immediate || self.in_block && cursor.dialect == Dialect::Postgres {
            let composed = self.session.compose(text);
            let own = variable_name(text).is_none();
            return self.run(&composed, cursor, own, "what it runs is put together at run time");
        }
        let name = value.name(ObjectKind::Other("statement")).map_or(String::new(), |name| name.own.to_lowercase());
        let composed = self.session.prepared.get(&name).cloned().unwrap_or_default();
        self.run(&composed, cursor, false, "what it calls decides at run time");
    }

    /// Reads what is run. Its words are those of `cursor`, or `own`: they stand there.
    fn run(&mut self, composed: &Composed, cursor: Cursor<'_, '_>, own: bool, why: &'static str) {
        let mut whole = composed.whole && !composed.texts.is_empty();
        self.guards += usize::from(composed.texts.len() > 1);
        for text in &composed.texts {
            whole &= !text.text.contains(HOLE);
            if !self.spoken(text, (!own).then(|| cursor.within(cursor.end(), cursor.end()).since(cursor.at)), cursor.dialect) {
                whole = false;
            }
        }
        self.guards -= usize::from(composed.texts.len() > 1);
        if !whole {
            self.opaque(cursor, why);
        }
    }

    /// Reads the statements of a text that is run, at `place` or where they stand. Returns whether it was read.
    fn spoken(&mut self, text: &Mapped, place: Option<Range<usize>>, dialect: Dialect) -> bool {
        if self.depth + 1 >= DEEPEST || self.session.left < text.text.len() {
            return false;
        }
        self.session.left -= text.text.len();
        self.depth += 1;
        let (effects, opaque, copies) = (self.reading.effects.len(), self.reading.opaque.len(), self.reading.copies.len());
        for piece in lexis::cut(&text.text, dialect) {
            let words = Words::new(&text.text, &piece.tokens);
            self.own_names = None;
            self.statement(Cursor::new(&words, dialect));
        }
        self.own_names = None;
        self.depth -= 1;
        let put = |range: &Range<usize>| place.clone().unwrap_or_else(|| text.place(range));
        let holes = text.text.rfind(HOLE);
        for effect in &mut self.reading.effects[effects..] {
            // What stands in a hole may say which rows.
            if holes.is_some_and(|hole| hole >= effect.object.range.end) {
                match &mut effect.act {
                    Act::Delete { all } | Act::Update { all, .. } => *all = false,
                    _ => {}
                }
            }
            let object = &mut effect.object;
            object.range = put(&object.range);
            let names = object.parts.iter_mut().chain([&mut object.own]).chain(&mut object.of);
            names.filter(|name| name.contains(HOLE)).for_each(|name| *name = name.replace(HOLE, "…"));
        }
        for Opaque { range, .. } in &mut self.reading.opaque[opaque..] {
            *range = put(range);
        }
        if holes.is_some() {
            self.reading.copies.truncate(copies);
        }
        true
    }

    /// Keeps the body of a routine: what stands behind its `AS`, or behind what MySQL says of it in front.
    pub(super) fn define(&mut self, name: &str, cursor: Cursor<'_, '_>) {
        let written = |from: usize| {
            let mut end = cursor;
            end.at = end.end();
            Rc::new(Mapped::at(&end.written(from), &end.since(from)))
        };
        let body = match cursor.dialect {
            Dialect::Mysql => body(cursor).map(written),
            _ => {
                let language = cursor.before_end(&["language"]).map(|at| cursor.within(at + 1, at + 2));
                let known = language.is_some_and(|language| {
                    let name = if language.is_text() { language.text().trim_matches('\'').to_lowercase() } else { language.word() };
                    matches!(name.as_str(), "plpgsql" | "sql")
                });
                let text = cursor.before_end(&["as"]).map(|at| cursor.within(at + 1, at + 2)).filter(|text| known && text.is_text());
                text.map(|text| self.session.compose(text)).and_then(|mut text| text.texts.pop())
            }
        };
        match body {
            Some(body) => self.session.routines.insert(own(name), body),
            None => self.session.routines.remove(&own(name)),
        };
    }

    /// Reads what a routine does that the same text has made. Returns whether there is one.
    pub(super) fn called(&mut self, name: &str, place: Range<usize>, dialect: Dialect) -> bool {
        let Some(body) = self.session.routines.get(&own(name)).cloned() else { return false };
        if self.depth + 1 >= DEEPEST || self.session.left < body.text.len() {
            return false;
        }
        self.session.left -= body.text.len();
        let (effects, opaque) = (self.reading.effects.len(), self.reading.opaque.len());
        let outside = std::mem::replace(&mut self.in_block, true);
        self.depth += 1;
        self.body(&body.text, 0, dialect);
        self.depth -= 1;
        self.in_block = outside;
        self.reading.effects[effects..].iter_mut().for_each(|effect| effect.object.range = place.clone());
        self.reading.opaque[opaque..].iter_mut().for_each(|opaque| opaque.range = place.clone());
        self.reading.opaque.dedup();
        true
    }
}

/// Returns where the body of a routine of MySQL's begins, which has no word in front: behind its arguments and characteristics.
fn body(mut cursor: Cursor<'_, '_>) -> Option<usize> {
    const SAID: [&[&str]; 9] = [
        &["not", "deterministic"],
        &["deterministic"],
        &["contains", "sql"],
        &["no", "sql"],
        &["reads", "sql", "data"],
        &["modifies", "sql", "data"],
        &["language", "sql"],
        &["sql", "security", "definer"],
        &["sql", "security", "invoker"],
    ];
    if cursor.sees_sign(b'(') {
        cursor.skip();
    }
    loop {
        if cursor.eat(&["returns"]) {
            cursor.type_name();
        } else if cursor.eat_one(&["comment", "charset", "collate"]) || cursor.eat(&["character", "set"]) {
            cursor.at += 1;
        } else if !SAID.iter().any(|words| cursor.eat(words)) {
            return (!cursor.is_end()).then_some(cursor.at);
        }
    }
}

/// Returns a routine's own name, without its schema.
fn own(name: &str) -> String {
    name.rsplit('.').next().unwrap_or(name).trim_matches(['"', '`']).to_lowercase()
}
