//! A table that is made to take another's place: made under a name of its own, and given that of the one that is dropped. Named back it
//! would take along what refers to it by that name; so it is dropped under the name that it has in the end.

use std::collections::BTreeMap;

use super::Inverse;
use crate::effect::object::Object;
use crate::effect::sql::Dialect;
use crate::effect::sql::schema::folded;

/// What a text made, and which statement of the inverse drops it.
pub struct Made {
    pub object: Object,
    pub at: usize,
}

/// Returns what an object is called as the dialect compares names, when it is given a new one.
pub fn named(object: &Object, to: &str, dialect: Dialect) -> Vec<String> {
    let to = folded(to, object.kind, dialect);
    let of = object.parts.split_last().map_or(&[][..], |(_, of)| of);
    if to.len() > 1 { to } else { of.iter().cloned().chain(to).collect() }
}

/// Lets what was made be dropped under its new name, from here. `brought` are the statements that make again what was dropped: where
/// others stand behind the making, they need the old name, and nothing is done.
pub fn take(inverse: &mut Inverse, made: &mut Made, brought: &[usize], to: &str, dialect: Dialect) -> bool {
    let behind = made.at + 1..inverse.statements.len();
    if !behind.into_iter().all(|at| brought.contains(&at)) {
        return false;
    }
    let object = &made.object;
    let prefix = object.own.len() - super::last_part(&object.own).len();
    let own = if folded(to, object.kind, dialect).len() > 1 { to.to_owned() } else { format!("{}{to}", &object.own[..prefix]) };
    let old = format!("the rows of {}", object.own);
    inverse.takes.iter_mut().filter(|taken| **taken == old).for_each(|taken| *taken = format!("the rows of {own}"));
    inverse.statements[made.at].clear();
    made.at = inverse.statements.len();
    inverse.statements.push(format!("DROP TABLE {own};"));
    made.object = Object { parts: named(object, to, dialect), own, ..object.clone() };
    true
}

/// Puts statements of the dump that stand together into its order: what others need comes first there, and one `DROP` may name
/// tables in any order. Those of an inverse stand the other way round until it is whole.
pub fn order(statements: &mut [String], places: &BTreeMap<usize, usize>) {
    let mut from = 0;
    while from < statements.len() {
        let together = |at: &usize| places.contains_key(at) || statements[*at].is_empty();
        let end = (from..statements.len()).find(|at| !together(at)).unwrap_or(statements.len());
        let mut own: Vec<(usize, String)> =
            (from..end).filter_map(|at| Some((*places.get(&at)?, std::mem::take(&mut statements[at])))).collect();
        own.sort();
        own.into_iter().rev().zip(from..).for_each(|((_, statement), at)| statements[at] = statement);
        from = end + 1;
    }
}
