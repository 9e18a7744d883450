//! What an inverse that somebody wrote leaves out of what a text did, or does beyond it, as far as both can be read.
//!
//! Compares effects by the objects that they name. In doubt nothing is left out: where the inverse can't be read, drops a whole schema,
//! or moves tables, little or nothing is said. Rows are no matter of this module.

mod granted;

use std::collections::{HashMap, HashSet};
use std::ops::Range;

use super::known::holds_others;
use super::schema::{folded, plain};
use super::types::same;
use super::{Dialect, Kind, Sight, Statement};
use crate::effect::act::{Act, Alter, Detail, Effect};
use crate::effect::object::{Object, ObjectKind};

/// Code with its statements.
#[derive(Clone, Copy)]
pub struct Text<'a> {
    pub text: &'a str,
    pub statements: &'a [Statement],
}

/// Something that is not as it was when the inverse has run.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Gap {
    /// The bytes of what it is about: of the text, or, where it `exceeds`, of the inverse.
    pub range: Range<usize>,
    /// The inverse does something that takes nothing back.
    pub exceeds: bool,
    /// The bytes of the statement.
    pub statement: Range<usize>,
    /// For people: "index `i` stays".
    pub what: String,
}

/// Returns what an inverse leaves out, in the order of the text, and what it does beyond.
pub fn gaps(text: Text<'_>, back: Text<'_>, dialect: Dialect) -> Vec<Gap> {
    let wide = |effect: &Effect| {
        matches!(effect.act, Act::Drop { .. })
            && matches!(
                effect.object.kind,
                ObjectKind::Database | ObjectKind::Schema | ObjectKind::Extension | ObjectKind::Other("everything of a role")
            )
    };
    let inverse = Effects::of(back, dialect);
    if !is_written(text) || !is_written(back) || !back.statements.iter().all(is_read) || inverse.all.iter().any(|done| wide(done.effect)) {
        return Vec::new();
    }
    let own = Effects::of(text, dialect);
    let mut gaps = Vec::new();
    let mut told = HashSet::new();
    let mirror = Mirror { own: &own, inverse: &inverse, dialect, moves: own.moves() || inverse.moves(), remade: inverse.remade(&own) };
    for (place, done) in own.all.iter().enumerate() {
        if let Some(what) = mirror.left(place, done).filter(|what| told.insert(what.clone())) {
            let range = done.effect.object.range.clone();
            gaps.push(Gap { range, exceeds: false, statement: done.statement.range.clone(), what });
        }
    }
    granted::gaps(&mirror, text, back, &mut gaps);
    gaps
}

/// A column as it was before a text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Was {
    pub parts: Vec<String>,
    /// Its type as written.
    pub of: String,
    pub required: bool,
}

/// Returns the columns that an inverse makes again, or gives a type again, otherwise than they were.
pub fn otherwise(was: &[Was], text: Text<'_>, back: Text<'_>, dialect: Dialect) -> Vec<Gap> {
    if was.is_empty() || !is_written(back) || !back.statements.iter().all(is_read) {
        return Vec::new();
    }
    let (own, inverse) = (Effects::of(text, dialect), Effects::of(back, dialect));
    if own.moves() || inverse.moves() {
        return Vec::new();
    }
    let mut gaps = Vec::new();
    for column in was {
        let on = |effects: &Effects<'_>, is: &dyn Fn(&Act) -> bool| effects.on(&column.parts).any(|(_, done)| is(&done.effect.act));
        let changed = on(&own, &|act| matches!(act, Act::Drop { .. } | Act::Alter(Alter::Type { .. } | Alter::Restate { .. })));
        let moved = on(&own, &|act| matches!(act, Act::Rename(_) | Act::Create(_))) || on(&inverse, &|act| matches!(act, Act::Rename(_)));
        let mut last = None;
        let mut required = None;
        for (_, done) in inverse.on(&column.parts) {
            match &done.effect.act {
                Act::Create(create) => {
                    if let Detail::Column { of, required: is, .. } = &create.detail {
                        (last, required) = (Some((done, of)), Some((done, *is)));
                    }
                }
                Act::Alter(Alter::Type { to, .. }) => last = Some((done, to)),
                // The whole definition is stated anew, and more than its type.
                Act::Alter(Alter::Restate { to }) => (last, required) = (Some((done, to)), None),
                Act::Alter(Alter::Require) => required = required.map(|(done, _)| (done, true)),
                Act::Alter(Alter::Allow) => required = required.map(|(done, _)| (done, false)),
                _ => {}
            }
        }
        if !changed || moved {
            continue;
        }
        let mut add = |done: &Done<'_>, what: String| {
            gaps.push(Gap { range: done.effect.object.range.clone(), exceeds: true, statement: done.statement.range.clone(), what });
        };
        if let Some((done, of)) = last
            && !same(&column.of, of, dialect)
        {
            add(done, format!("`{}` comes back as `{of}`, and was `{}`", done.effect.object.written(), column.of));
        } else if let Some((done, is)) = required
            && is != column.required
            // A key is required without a word.
            && !mentions(done.text, &["primary", "serial", "bigserial", "smallserial", "identity"])
        {
            let how = if is { "comes back required, and was not" } else { "comes back without `NOT NULL`" };
            add(done, format!("`{}` {how}", done.effect.object.written()));
        }
    }
    gaps
}

/// Returns whether statements stand in the text where they say: what a script reads from a file stands elsewhere, and what its words are
/// can't be asked.
fn is_written(text: Text<'_>) -> bool {
    text.statements.iter().all(|statement| {
        let name = statement.reading.effects.first().and_then(|effect| effect.object.parts.last());
        name.is_none_or(|name| {
            text.text.get(statement.range.clone()).is_some_and(|said| said.to_lowercase().contains(&name.to_lowercase()))
        })
    })
}

/// Returns whether all that a statement does can be read.
fn is_read(statement: &Statement) -> bool {
    let silent = statement.reading.effects.is_empty();
    let traceless = statement.kind == Kind::Control || matches!(statement.sight, Sight::Reads | Sight::Sets);
    statement.sight != Sight::Opaque && statement.reading.opaque.is_empty() && (!silent || traceless)
}

/// An effect with the statement that has it.
struct Done<'a> {
    effect: &'a Effect,
    statement: &'a Statement,
    text: &'a str,
}

/// The effects of a text, found by the last part of the names that they have.
struct Effects<'a> {
    all: Vec<Done<'a>>,
    by_name: HashMap<String, Vec<usize>>,
    renames: Vec<usize>,
    /// A column, an index, a constraint or a table is dropped.
    drops_part: bool,
    /// Something is switched on or off.
    switches: bool,
    dialect: Dialect,
}

impl<'a> Effects<'a> {
    fn of(text: Text<'a>, dialect: Dialect) -> Effects<'a> {
        let mut all = Vec::new();
        // What a block does may hang on a condition.
        for statement in text.statements.iter().filter(|statement| statement.sight != Sight::Opaque && !statement.opening.starts_with("DO"))
        {
            let said = &text.text[statement.range.clone()];
            all.extend(statement.reading.effects.iter().map(|effect| Done { effect, statement, text: said }));
        }
        let mut by_name: HashMap<String, Vec<usize>> = HashMap::new();
        for (place, done) in all.iter().enumerate().filter(|(_, done)| done.effect.act != Act::Read) {
            by_name.entry(done.effect.object.parts.last().cloned().unwrap_or_default()).or_default().push(place);
        }
        let place = |(place, done): (usize, &Done<'_>)| matches!(done.effect.act, Act::Rename(_)).then_some(place);
        let renames = all.iter().enumerate().filter_map(place).collect();
        let part = |kind| matches!(kind, ObjectKind::Index | ObjectKind::Constraint | ObjectKind::Column | ObjectKind::Table);
        let drops_part = all.iter().any(|done| matches!(done.effect.act, Act::Drop { .. }) && part(done.effect.object.kind));
        let switches = all.iter().any(|done| matches!(done.effect.act, Act::Alter(Alter::Enable | Alter::Disable)));
        Effects { all, by_name, renames, drops_part, switches, dialect }
    }

    /// Returns the effects on what has this name, as far as both say where it lies.
    fn on<'s>(&'s self, parts: &'s [String]) -> impl Iterator<Item = (usize, &'s Done<'a>)> {
        let places = parts.last().and_then(|last| self.by_name.get(last)).map_or(&[][..], Vec::as_slice);
        places.iter().map(|place| (*place, &self.all[*place])).filter(|(_, done)| {
            let other = plain(&done.effect.object.parts, self.dialect);
            let parts = plain(parts, self.dialect);
            other.ends_with(parts) || parts.ends_with(other)
        })
    }

    /// Returns whether an effect on what holds this name is one.
    fn has_above(&self, parts: &[String], is: impl Fn(usize, &Effect) -> bool) -> bool {
        (1..parts.len())
            .any(|length| self.on(&parts[..length]).any(|(place, done)| holds_others(done.effect.object.kind) && is(place, done.effect)))
    }

    /// Returns whether tables change their names or schemas: then one name means two things.
    fn moves(&self) -> bool {
        self.all.iter().any(|done| {
            let table =
                matches!(done.effect.object.kind, ObjectKind::Table | ObjectKind::Schema | ObjectKind::View | ObjectKind::Partition);
            table && matches!(done.effect.act, Act::Rename(_) | Act::Alter(Alter::Schema))
        })
    }

    /// Returns whether it makes indexes or constraints that may be those which another text dropped, under other names.
    fn remade(&self, dropped: &Effects<'_>) -> bool {
        self.all.iter().any(|done| match (&done.effect.act, done.effect.object.kind) {
            (Act::Create(_), ObjectKind::Index | ObjectKind::Constraint) => {
                let object = &done.effect.object;
                object.own.is_empty() || !dropped.on(&object.parts).any(|(_, done)| matches!(done.effect.act, Act::Drop { .. }))
            }
            (Act::Create(create), ObjectKind::Column) => {
                matches!(create.detail, Detail::Column { unique: true, .. }) || mentions(done.text, &["references", "check", "primary"])
            }
            (Act::Alter(Alter::Restate { .. }), _) => true,
            _ => false,
        })
    }
}

/// What an alteration is about: it is taken back by another that is about the same.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Aspect {
    Type,
    Required,
    Default,
    Owner,
    Switch,
    Attached,
}

fn aspect(alter: &Alter) -> Option<Aspect> {
    Some(match alter {
        Alter::Type { .. } | Alter::Restate { .. } => Aspect::Type,
        Alter::Require | Alter::Allow => Aspect::Required,
        Alter::SetDefault | Alter::DropDefault => Aspect::Default,
        Alter::Owner => Aspect::Owner,
        Alter::Enable | Alter::Disable => Aspect::Switch,
        Alter::Attach | Alter::Detach => Aspect::Attached,
        Alter::Validate | Alter::Schema | Alter::Comment | Alter::Other => return None,
    })
}

struct Mirror<'m, 'a> {
    own: &'m Effects<'a>,
    inverse: &'m Effects<'a>,
    dialect: Dialect,
    moves: bool,
    /// Indexes or constraints are made again under names that nobody can match.
    remade: bool,
}

impl Mirror<'_, '_> {
    /// Returns what is left of an effect.
    fn left(&self, place: usize, done: &Done<'_>) -> Option<String> {
        let object = &done.effect.object;
        match &done.effect.act {
            Act::Rename(to) => self.renamed(place, object, to),
            _ if self.moves => None,
            Act::Create(create) if !create.lenient && !create.temporary => self.stays(place, done).then(|| match create.replaces {
                true => format!("{} `{}` keeps its new text", object.kind.words(), object.written()),
                false if object.own.is_empty() => format!("the new {} of `{}` stays", object.kind.words(), object.written()),
                false => format!("{} `{}` stays", object.kind.words(), object.written()),
            }),
            Act::Alter(alter) => self.altered(place, object, alter),
            Act::Drop { lenient: false, temporary: false, .. } => self.not_back(place, done),
            _ => None,
        }
    }

    /// Returns whether the text itself makes an object, or what it lies in, before a place.
    fn is_own(&self, place: usize, object: &Object) -> bool {
        let makes = |at: usize, effect: &Effect| at < place && matches!(effect.act, Act::Create(_));
        self.own.on(&object.parts).any(|(at, done)| makes(at, done.effect)) || self.own.has_above(&object.parts, makes)
    }

    /// Returns whether the text itself takes an object away again behind a place.
    fn is_passing(&self, place: usize, parts: &[String]) -> bool {
        let takes = |at: usize, effect: &Effect| at > place && matches!(effect.act, Act::Drop { .. } | Act::Rename(_));
        self.own.on(parts).any(|(at, done)| takes(at, done.effect)) || self.own.has_above(parts, takes)
    }

    /// Returns whether the inverse drops what an object lies in.
    fn goes_with(&self, parts: &[String]) -> bool {
        self.inverse.has_above(parts, |_, effect| matches!(effect.act, Act::Drop { .. }))
    }

    fn stays(&self, place: usize, done: &Done<'_>) -> bool {
        let object = &done.effect.object;
        let parts = &object.parts;
        // `sql/enum-value-added` tells a value that stays; a sequence may belong to a column without a word.
        if matches!(object.kind, ObjectKind::EnumValue)
            || self.own.has_above(parts, |at, effect| at < place && matches!(effect.act, Act::Create(_)))
        {
            return false;
        }
        if self.is_passing(place, parts) || self.goes_with(parts) {
            return false;
        }
        let dependent = !matches!(object.kind, ObjectKind::Table | ObjectKind::Partition | ObjectKind::Column | ObjectKind::Schema);
        let dropped = |done: &Done<'_>| matches!(done.effect.act, Act::Drop { .. });
        if object.own.is_empty() {
            return !self.inverse.drops_part;
        }
        let answers = |act: &Act| matches!(act, Act::Drop { .. } | Act::Rename(_) | Act::Create(_) | Act::Alter(Alter::Detach));
        if self.inverse.on(parts).any(|(_, done)| answers(&done.effect.act)) {
            return false;
        }
        // An index goes with its columns, a trigger with its table or its function: whatever its statement names.
        !dependent
            || !words(done.text)
                .any(|word| self.inverse.by_name.get(&word).is_some_and(|at| at.iter().any(|at| dropped(&self.inverse.all[*at]))))
    }

    fn renamed(&self, place: usize, object: &Object, to: &str) -> Option<String> {
        let mut new = object.parts.clone();
        let to_parts = folded(to, object.kind, self.dialect);
        *new.last_mut()? = to_parts.last()?.clone();
        let answers = |act: &Act| matches!(act, Act::Drop { .. } | Act::Rename(_));
        let back = self.is_passing(place, &new)
            || self.inverse.on(&new).any(|(_, done)| answers(&done.effect.act))
            || self.inverse.on(&object.parts).any(|(_, done)| matches!(done.effect.act, Act::Create(_)))
            || self.goes_with(&object.parts)
            // Under a name that its table has only on one of the two sides.
            || self.moves && new.last().is_some_and(|last| self.inverse.by_name.get(last).is_some_and(|at| at.iter().any(|at| answers(&self.inverse.all[*at].effect.act))));
        (!back).then(|| format!("`{}` keeps its new name `{to}`", object.written()))
    }

    fn altered(&self, place: usize, object: &Object, alter: &Alter) -> Option<String> {
        let about = aspect(alter)?;
        if self.is_own(place, object) || self.is_passing(place, &object.parts) {
            return None;
        }
        let same = |act: &Act| matches!(act, Act::Alter(alter) if aspect(alter) == Some(about));
        // What is changed to and fro ends where nobody has looked.
        if about != Aspect::Type && self.own.on(&object.parts).filter(|(_, done)| same(&done.effect.act)).count() > 1 {
            return None;
        }
        let answers =
            |act: &Act| same(act) || matches!(act, Act::Alter(Alter::Restate { .. }) | Act::Drop { .. } | Act::Rename(_) | Act::Create(_));
        if self.inverse.on(&object.parts).any(|(_, done)| answers(&done.effect.act)) || self.goes_with(&object.parts) {
            return None;
        }
        if about == Aspect::Switch && self.inverse.switches {
            return None;
        }
        let name = object.written();
        Some(match alter {
            Alter::Type { .. } | Alter::Restate { .. } => format!("`{name}` keeps its new type"),
            Alter::Require => format!("`{name}` stays required"),
            Alter::Allow => format!("`{name}` is not required again"),
            Alter::SetDefault => format!("`{name}` keeps its new default"),
            Alter::DropDefault => format!("`{name}` does not get its default back"),
            Alter::Owner => format!("`{name}` keeps its new owner"),
            Alter::Enable => format!("what was switched on of `{name}` stays on"),
            Alter::Disable => format!("what was switched off of `{name}` stays off"),
            Alter::Attach => format!("`{name}` stays attached"),
            _ => format!("`{name}` stays detached"),
        })
    }

    fn not_back(&self, place: usize, done: &Done<'_>) -> Option<String> {
        let object = &done.effect.object;
        let part = matches!(object.kind, ObjectKind::Index | ObjectKind::Constraint);
        if self.is_own(place, object) || part && self.remade {
            return None;
        }
        if object.own.is_empty() {
            // Another one may be that of the table: `remade` knows those without a name.
            return (object.kind != ObjectKind::Index)
                .then(|| format!("the {} of `{}` is not put back", object.kind.words(), object.written()));
        }
        let answers = |effect: &Effect| match &effect.act {
            Act::Create(_) => true,
            Act::Rename(to) => folded(to, object.kind, self.dialect).last() == object.parts.last(),
            _ => false,
        };
        let above = |_: usize, effect: &Effect| matches!(effect.act, Act::Create(_) | Act::Drop { .. });
        let back = self.inverse.on(&object.parts).any(|(_, done)| answers(done.effect))
            || self.inverse.renames.iter().any(|at| answers(self.inverse.all[*at].effect))
            || self.inverse.has_above(&object.parts, above);
        if !back {
            return Some(format!("{} `{}` is not put back", object.kind.words(), object.written()));
        }
        // A sequence that is made anew begins anew.
        let counts = |done: &Done<'_>| matches!(done.effect.act, Act::Alter(_)) || mentions(done.text, &["start", "restart"]);
        let anew = object.kind == ObjectKind::Sequence && !self.inverse.on(&object.parts).any(|(_, done)| counts(done));
        anew.then(|| format!("sequence `{}` begins at its first number again", object.written()))
    }
}

/// Returns the words of a statement, names among them, in lower case.
pub fn words(text: &str) -> impl Iterator<Item = String> {
    text.split(|c: char| !c.is_alphanumeric() && c != '_').filter(|word| !word.is_empty()).map(str::to_lowercase)
}

fn mentions(text: &str, wanted: &[&str]) -> bool {
    words(text).any(|word| wanted.contains(&word.as_str()))
}
