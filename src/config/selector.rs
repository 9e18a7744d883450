//! What stands for rules: a rule's name, a group's, or `all`.

use std::collections::BTreeSet;
use std::fmt;

use crate::diagnostic::nearest;
use crate::rules::{Finder, REGISTRY};

/// Some rules. A more specific one stands later in order.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Selector {
    All,
    Group(&'static str),
    Rule(&'static str),
}

impl Selector {
    /// Returns the rules that a word stands for, or what is wrong with it and what to write instead. Findings without which nobody
    /// knows what a plan says can't be chosen among.
    pub fn parse(word: &str) -> Result<Selector, (String, String)> {
        if word == "all" {
            return Ok(Selector::All);
        }
        if let Some(rule) = REGISTRY.iter().find(|rule| rule.name == word) {
            return if is_free(rule.name) { Ok(Selector::Rule(rule.name)) } else { Err(always(word)) };
        }
        if let Some(group) = groups().into_iter().find(|group| *group == word) {
            let free = REGISTRY.iter().any(|rule| group_of(rule.name) == group && is_free(rule.name));
            return if free { Ok(Selector::Group(group)) } else { Err(always(word)) };
        }
        let known = REGISTRY.iter().map(|rule| rule.name).chain(groups()).chain(["all"]);
        let help = match nearest(word, known) {
            Some(near) => format!("did you mean `{near}`?"),
            None => "`rbk rules` lists them; a group, such as `backup`, stands for its rules, `all` for every rule".to_owned(),
        };
        Err((format!("no rule and no group of rules is called `{word}`"), help))
    }

    /// Returns whether a rule is among them.
    pub fn has(self, rule: &str) -> bool {
        match self {
            Selector::All => true,
            Selector::Group(group) => group_of(rule) == group,
            Selector::Rule(name) => name == rule,
        }
    }
}

impl fmt::Display for Selector {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Selector::All => "all",
            Selector::Group(name) | Selector::Rule(name) => name,
        })
    }
}

/// Returns whether a team may choose about a code's findings: those of the parser, the resolver and the graph are always told.
pub fn is_free(code: &str) -> bool {
    REGISTRY.iter().any(|rule| rule.name == code && !matches!(rule.finder, Finder::Compiler))
}

fn groups() -> BTreeSet<&'static str> {
    REGISTRY.iter().map(|rule| group_of(rule.name)).collect()
}

fn group_of(rule: &str) -> &str {
    rule.split_once('/').map_or(rule, |(group, _)| group)
}

fn always(word: &str) -> (String, String) {
    let message = format!("`{word}` is always told, as an error");
    (message, "mend what it finds: without that, nobody knows what the plan says".to_owned())
}
