//! A dump of a schema: the statements that made what is there, found again by the objects that they make, alter and grant on.

use super::cursor::Cursor;
use super::lexis;
use super::schema::{Schema, Table, plain};
use super::words::Words;
use super::{Dialect, Statement, schema, split};
use crate::effect::act::{Act, Alter};
use crate::effect::object::{Object, ObjectKind};

/// A schema as it was before.
pub struct Dump {
    text: String,
    dialect: Dialect,
    statements: Vec<Statement>,
    pub schema: Schema,
}

impl Dump {
    /// Reads the statements of a dump.
    pub fn read(text: &str, dialect: Dialect) -> Dump {
        Dump { text: text.to_owned(), dialect, statements: split(text, dialect), schema: schema(text, dialect) }
    }

    pub fn table(&self, parts: &[String]) -> Option<&Table> {
        self.schema.table(parts, self.dialect)
    }

    fn is(&self, one: &[String], other: &[String]) -> bool {
        plain(one, self.dialect) == plain(other, self.dialect)
    }

    fn belongs(&self, parts: &[String], of: &[String]) -> bool {
        plain(parts, self.dialect).starts_with(plain(of, self.dialect))
    }

    /// Returns the text of a statement, with its `;`.
    fn written(&self, statement: &Statement) -> String {
        let text = self.text[statement.range.clone()].trim_end().trim_end_matches(';');
        format!("{text};")
    }

    /// Returns whether a statement says something of an object's definition: no rows, and no number that a sequence reached.
    fn defines(&self, statement: &Statement, named: impl Fn(&Object) -> bool) -> bool {
        let effects = &statement.reading.effects;
        // `SELECT setval(…)` is where a sequence stands.
        let query = statement.opening.starts_with("SELECT");
        !query
            && effects.iter().any(|effect| {
                matches!(effect.act, Act::Create(_) | Act::Alter(_) | Act::Grant | Act::Revoke) && named(&effect.object)
                    // An index is one of the table that it reads.
                    || matches!(effect.act, Act::Read)
                        && effects.iter().any(|other| other.object.kind == ObjectKind::Index && matches!(other.act, Act::Create(_)))
                        && named(&effect.object)
            })
    }

    /// Returns how many statements make such an object.
    pub fn makers(&self, kind: ObjectKind, parts: &[String]) -> usize {
        let makes = |statement: &&Statement| {
            let mut effects = statement.reading.effects.iter();
            effects.any(|effect| matches!(effect.act, Act::Create(_)) && effect.object.kind == kind && self.is(&effect.object.parts, parts))
        };
        self.statements.iter().filter(makes).count()
    }

    /// Returns the statements that make an object and all that belongs to it, in their order.
    pub fn whole(&self, parts: &[String]) -> Vec<String> {
        let owned: Vec<Vec<String>> = self.statements.iter().filter_map(|statement| self.owned_sequence(statement, parts)).collect();
        let named = |object: &Object| {
            self.belongs(&object.parts, parts)
                || object.kind == ObjectKind::Sequence && owned.iter().any(|sequence| self.is(sequence, &object.parts))
        };
        self.statements.iter().filter(|statement| self.defines(statement, named)).map(|statement| self.written(statement)).collect()
    }

    /// Returns the sequence that a statement gives to a column of the table: it goes with it.
    fn owned_sequence(&self, statement: &Statement, table: &[String]) -> Option<Vec<String>> {
        let effect = statement.reading.effects.iter().find(|effect| effect.object.kind == ObjectKind::Sequence)?;
        let text = &self.text[statement.range.clone()];
        let pieces = lexis::cut(text, self.dialect);
        let words = Words::new(text, &pieces.first()?.tokens);
        let mut cursor = Cursor::new(&words, self.dialect);
        cursor.at = cursor.before_end(&["owned", "by"])? + 2;
        let column = cursor.name(ObjectKind::Column)?;
        let (_, of) = column.parts.split_last()?;
        self.is(of, table).then(|| effect.object.parts.clone())
    }

    /// Returns the statements beside the table's own that say something of one of its columns: comments, constraints, indexes, and
    /// rights; `None` where one of them can't be told from those of other columns.
    pub fn of_column(&self, table: &[String], name: &str) -> Option<Vec<String>> {
        let mut found = Vec::new();
        for statement in &self.statements {
            let mentions = self.mentions(statement, name);
            let of_table = self.defines(statement, |object| self.belongs(&object.parts, table));
            let makes_table = statement
                .reading
                .effects
                .iter()
                .any(|effect| effect.object.kind == ObjectKind::Table && matches!(effect.act, Act::Create(_)));
            if !of_table || !mentions || makes_table {
                continue;
            }
            // Its own definition is restored as a whole; a statement of several actions is none that can be said again in part.
            let own_default = |act: &Act| matches!(act, Act::Alter(Alter::SetDefault | Alter::DropDefault | Alter::Require | Alter::Allow));
            let effects = statement.reading.effects.iter().filter(|effect| effect.act != Act::Read).collect::<Vec<_>>();
            match effects.as_slice() {
                [one] if own_default(&one.act) => {}
                [one] if matches!(one.object.kind, ObjectKind::Column) && matches!(one.act, Act::Create(_)) => {}
                [_] => found.push(self.written(statement)),
                _ => return None,
            }
        }
        Some(found)
    }

    fn mentions(&self, statement: &Statement, name: &str) -> bool {
        let text = &self.text[statement.range.clone()];
        lexis::cut(text, self.dialect).first().is_some_and(|piece| {
            let words = Words::new(text, &piece.tokens);
            let mut cursor = Cursor::new(&words, self.dialect);
            let mut found = false;
            while !cursor.is_end() {
                match cursor.name(ObjectKind::Column) {
                    Some(object) => found |= object.parts.iter().any(|part| part == name),
                    None => cursor.at += 1,
                }
            }
            found
        })
    }

    /// Returns the statement that adds a constraint or makes an index.
    pub fn maker(&self, kind: ObjectKind, parts: &[String]) -> Option<String> {
        let mut found = self.statements.iter().filter(|statement| {
            let mut effects = statement.reading.effects.iter().filter(|effect| effect.act != Act::Read);
            let only = effects.next().filter(|_| effects.next().is_none());
            only.is_some_and(|effect| {
                matches!(effect.act, Act::Create(_)) && effect.object.kind == kind && self.is(&effect.object.parts, parts)
            })
        });
        let one = found.next()?;
        found.next().is_none().then(|| self.written(one))
    }

    /// Returns the statement that comments on an object.
    pub fn comment(&self, object: &Object) -> Option<String> {
        let mut said = self.statements.iter().rev();
        let found = said.find(|statement| {
            let mut effects = statement.reading.effects.iter();
            effects.any(|effect| {
                effect.act == Act::Alter(Alter::Comment)
                    && effect.object.kind == object.kind
                    && self.is(&effect.object.parts, &object.parts)
            })
        });
        found.map(|statement| self.written(statement))
    }
}
