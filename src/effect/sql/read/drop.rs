//! `DROP …`.

use super::{Reader, kind};
use crate::effect::act::Act;
use crate::effect::object::ObjectKind;
use crate::effect::sql::cursor::{Cursor, belongs};

impl Reader<'_> {
    pub(super) fn drop(&mut self, mut cursor: Cursor<'_, '_>) {
        let temporary = cursor.eat_one(&["temporary", "temp"]);
        if cursor.eat(&["owned", "by"]) {
            let objects = super::names(&mut cursor, ObjectKind::Other("everything of a role"));
            objects.into_iter().for_each(|role| self.add(Act::Drop { cascade: false, lenient: false, temporary: false }, role));
            return;
        }
        cursor.eat_one(&["unique", "fulltext", "spatial"]);
        let Some(kind) = kind(&mut cursor) else { return };
        cursor.eat(&["concurrently"]);
        let lenient = cursor.eat(&["if", "exists"]);
        let cascade = cursor.before_end(&["cascade"]).is_some();
        let drop = Act::Drop { cascade, lenient, temporary };
        loop {
            let Some(object) = cursor.name(kind) else { return };
            // Arguments of a function.
            if cursor.sees_sign(b'(') {
                cursor.skip();
            }
            // `DROP INDEX i ON t`, `DROP TRIGGER g ON t`, `DROP POLICY p ON t`.
            let of = if cursor.eat(&["on"]) { cursor.name(ObjectKind::Table) } else { None };
            let object = match of {
                Some(of) if kind != ObjectKind::Index => belongs(object, &of),
                _ => object,
            };
            self.add(drop.clone(), object);
            cursor.skip_to_comma();
            if !cursor.eat_sign(b',') {
                return;
            }
        }
    }
}
