//! Rights that an inverse does not give back or take back, and rights that it gives although nobody lost them.

use std::collections::{BTreeMap, BTreeSet};
use std::ops::Range;

use super::{Effects, Gap, Mirror, Text};
use crate::effect::act::Act;
use crate::effect::object::ObjectKind;
use crate::effect::sql::Dialect;
use crate::effect::sql::rights::rights;

/// Whose rights on what: everything of a kind in a schema, or one object; and the role.
type Key = (Option<String>, Vec<String>, String);

/// Rights under a key.
#[derive(Default)]
struct Held {
    privileges: BTreeSet<String>,
    /// As the object is written.
    name: String,
    /// The first statement that names them, and the object in it.
    places: Vec<(Range<usize>, Range<usize>)>,
}

#[derive(Default)]
struct Moves {
    given: BTreeMap<Key, Held>,
    taken: BTreeMap<Key, Held>,
}

fn moves(text: Text<'_>, effects: &Effects<'_>, dialect: Dialect) -> Moves {
    let mut moves = Moves::default();
    for done in &effects.all {
        let statement = done.statement;
        // Each statement once, by its first effect; rights on objects to come are another matter.
        let first = statement.reading.effects.first().is_some_and(|effect| std::ptr::eq(effect, done.effect));
        if !first || !matches!(done.effect.act, Act::Grant | Act::Revoke) {
            continue;
        }
        let Some(rights) = rights(text.text, statement, dialect) else { continue };
        let into = if done.effect.act == Act::Grant { &mut moves.given } else { &mut moves.taken };
        for role in &rights.roles {
            for (at, (parts, name)) in rights.objects.iter().enumerate() {
                let held = into.entry((rights.whole.clone(), parts.clone(), role.clone())).or_default();
                held.privileges.extend(rights.privileges.iter().cloned());
                held.name.clone_from(name);
                let range = statement.reading.effects.get(at).map_or(statement.range.clone(), |effect| effect.object.range.clone());
                held.places.push((statement.range.clone(), range));
            }
        }
    }
    moves
}

pub fn gaps(mirror: &Mirror<'_, '_>, text: Text<'_>, back: Text<'_>, gaps: &mut Vec<Gap>) {
    let dialect = mirror.dialect;
    let own = moves(text, mirror.own, dialect);
    let inverse = moves(back, mirror.inverse, dialect);
    let gap = |held: &Held, exceeds: bool, what: String| {
        held.places.first().map(|(statement, range)| Gap { range: range.clone(), exceeds, statement: statement.clone(), what })
    };
    let is_made = |effects: &Effects<'_>, parts: &[String]| {
        let makes = |act: &Act| matches!(act, Act::Create(_));
        effects.on(parts).any(|(_, done)| makes(&done.effect.act)) || effects.has_above(parts, |_, effect| makes(&effect.act))
    };
    for (key, held) in &own.taken {
        let back = answers(&inverse.given, key);
        let missing = match back {
            Answer::All => continue,
            Answer::Some(given) if held.privileges.contains("all") || given.contains("all") => continue,
            Answer::Some(given) => held.privileges.difference(given).cloned().collect::<Vec<_>>(),
            Answer::None => held.privileges.iter().cloned().collect(),
        };
        if !missing.is_empty() && !own.given.contains_key(key) && !is_made(mirror.own, &key.1) {
            gaps.extend(gap(held, false, format!("{} not given back to `{}`", on(&missing, key, held, "is", "are"), key.2)));
        }
    }
    for (key, held) in &own.given {
        let back = answers(&inverse.taken, key);
        let missing = match back {
            Answer::All => continue,
            Answer::Some(taken) if taken.contains("all") => continue,
            Answer::Some(taken) => held.privileges.difference(taken).cloned().collect::<Vec<_>>(),
            Answer::None => held.privileges.iter().cloned().collect(),
        };
        let gone = |act: &Act| matches!(act, Act::Drop { .. });
        let goes = mirror.inverse.on(&key.1).any(|(_, done)| gone(&done.effect.act))
            || mirror.goes_with(&key.1)
            || mirror
                .inverse
                .on(std::slice::from_ref(&key.2))
                .any(|(_, done)| gone(&done.effect.act) && done.effect.object.kind == ObjectKind::Role);
        if !missing.is_empty() && !goes && !own.taken.contains_key(key) && !is_made(mirror.own, &key.1) {
            gaps.extend(gap(held, false, format!("{} still granted to `{}`", on(&missing, key, held, "is", "are"), key.2)));
        }
    }
    if own.taken.is_empty() {
        return;
    }
    for (key, held) in &inverse.given {
        if is_made(mirror.inverse, &key.1) {
            continue;
        }
        let of_kind = key.0.as_deref().unwrap_or_default();
        let more = match answers(&own.taken, key) {
            Answer::All => Vec::new(),
            Answer::Some(taken) if taken.contains("all") => Vec::new(),
            Answer::Some(taken) => held.privileges.difference(taken).cloned().collect(),
            Answer::None => held.privileges.iter().cloned().collect::<Vec<_>>(),
        };
        let role = &key.2;
        if !more.is_empty() {
            gaps.extend(gap(held, true, format!("{} granted to `{role}`, and nothing took that away", on(&more, key, held, "is", "are"))));
        } else if key.0.is_some() {
            let all: Vec<String> = held.privileges.iter().cloned().collect();
            let what = format!(
                "{} granted to `{role}` for all {of_kind}, also where `{role}` had no such right",
                on(&all, key, held, "is", "are")
            );
            gaps.extend(gap(held, true, what));
        }
    }
}

enum Answer<'a> {
    /// Everything of the kind in a schema is answered for.
    All,
    Some(&'a BTreeSet<String>),
    None,
}

fn answers<'a>(held: &'a BTreeMap<Key, Held>, key: &Key) -> Answer<'a> {
    if let Some(same) = held.get(key) {
        return Answer::Some(&same.privileges);
    }
    let wide = key.0.is_none() && held.keys().any(|(whole, _, role)| whole.is_some() && *role == key.2);
    if wide { Answer::All } else { Answer::None }
}

/// Returns "`UPDATE` on `orders` is", or "`INSERT` and `UPDATE` on the tables of `public` are".
fn on(privileges: &[String], key: &Key, held: &Held, one: &str, several: &str) -> String {
    let named: Vec<String> = privileges.iter().map(|privilege| format!("`{}`", privilege.to_uppercase())).collect();
    let list = match named.as_slice() {
        [most @ .., last] if !most.is_empty() => format!("{} and {last}", most.join(", ")),
        named => named.concat(),
    };
    let object = match &key.0 {
        Some(kind) => format!(" on the {kind} of `{}`", held.name),
        None if key.1.is_empty() => String::new(),
        None => format!(" on `{}`", held.name),
    };
    format!("{list}{object} {}", if privileges.len() == 1 { one } else { several })
}
