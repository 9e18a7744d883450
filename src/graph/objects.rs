//! Names of objects, for comparing: as the database folds them, on the target that they lie on.

use crate::plan::Plan;
use crate::plan::id::Id;
use crate::plan::target::{Target, TargetKind};

/// An object on a target; `None` where the plan does not say on which.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Object {
    pub target: Option<Id<Target>>,
    /// Its parts, folded and unquoted; without the schema `public`.
    pub parts: Vec<String>,
}

impl Object {
    /// Returns the object that `name` means beside `on`. A first part that is a target's name says where it lies.
    pub fn new(plan: &Plan, name: &str, on: Option<Id<Target>>) -> Object {
        let mut parts = split(name);
        let mut target = on.filter(|on| plan.targets[*on].kind.value.is_database());
        let named = |id: &Id<Target>| plan.targets[*id].header.name == parts[0];
        let prefix = match target {
            Some(target) => Some(target).filter(named),
            None => plan.targets.ids().find(named),
        };
        if parts.len() > 1 && prefix.is_some() {
            target = prefix;
            parts.remove(0);
        }
        Object::on(plan, target, parts)
    }

    /// Returns the object of these parts on a target: what code names, as its dialect compares names.
    pub fn on(plan: &Plan, target: Option<Id<Target>>, mut parts: Vec<String>) -> Object {
        if parts.len() > 1 && parts[0] == "public" {
            parts.remove(0);
        }
        // Only PostgreSQL tells names apart by case alone; elsewhere it depends on the server's file system.
        if target.is_some_and(|target| !matches!(plan.targets[target].kind.value, TargetKind::Postgres)) {
            parts.iter_mut().for_each(|part| *part = part.to_lowercase());
        }
        Object { target, parts }
    }

    /// Returns whether the two are the same, or one is a part of the other, as far as the plan says.
    pub fn meets(&self, other: &Object) -> bool {
        let near = self.target.is_none() || other.target.is_none() || self.target == other.target;
        near && self.parts.iter().zip(&other.parts).all(|(own, other)| own == other)
    }

    /// Returns whether `other` is this or a part of it.
    pub fn holds(&self, other: &Object) -> bool {
        self.parts.len() <= other.parts.len() && self.meets(other)
    }

    /// Returns it and everything that it is a part of, itself first.
    pub fn with_parents(&self) -> impl Iterator<Item = Object> {
        (1..=self.parts.len()).rev().map(|length| Object { target: self.target, parts: self.parts[..length].to_vec() })
    }
}

/// Splits a dotted name. What is not quoted is folded to lower case.
fn split(name: &str) -> Vec<String> {
    let mut parts = vec![String::new()];
    let mut quoted = false;
    let mut characters = name.chars().peekable();
    while let Some(character) = characters.next() {
        // INVARIANT: there is always a last part.
        let last = parts.last_mut().expect("a part");
        match character {
            '"' if quoted && characters.peek() == Some(&'"') => {
                characters.next();
                last.push('"');
            }
            '"' => quoted = !quoted,
            '.' if !quoted => parts.push(String::new()),
            _ if quoted => last.push(character),
            _ => last.extend(character.to_lowercase()),
        }
    }
    parts
}

#[cfg(test)]
mod tests {
    use super::{Object, split};

    #[test]
    fn names_are_folded_where_they_are_not_quoted() {
        assert_eq!(split("Users.ID"), ["users", "id"]);
        assert_eq!(split("\"WaitlistEntry\".\"contact.Id\""), ["WaitlistEntry", "contact.Id"]);
        assert_eq!(split("\"a\"\"b\""), ["a\"b"]);
        assert_eq!(split(""), [""]);
    }

    #[test]
    fn a_table_holds_its_columns() {
        let object = |name: &str| Object { target: None, parts: split(name) };
        assert!(object("orders").holds(&object("orders.total")));
        assert!(!object("orders.total").holds(&object("orders")));
        assert!(object("orders.total").meets(&object("orders")));
        assert!(!object("orders").meets(&object("order_lines")));
    }
}
