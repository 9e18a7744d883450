//! Names under which people look for a rule, and where what they look for is found: another rule, several, the language, the bundle.
//!
//! One line a name (`elsewhere.txt`): the name, the codes that tell it or `-`, and how. A name that has a rule of its own by now is left
//! out, so that a new rule needs no edit here.

use std::fmt::Write as _;

use super::REGISTRY;

/// A name that people look for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Elsewhere {
    pub name: &'static str,
    /// The codes that tell it, the nearest first.
    pub found_by: Vec<&'static str>,
    pub how: &'static str,
}

/// Returns every name without a rule of its own, in the order of the groups.
pub fn elsewhere() -> Vec<Elsewhere> {
    let lines = include_str!("elsewhere.txt").lines();
    let all = lines.filter_map(|line| {
        let mut parts = line.splitn(3, " | ");
        let (name, codes, how) = (parts.next()?, parts.next()?, parts.next()?);
        Some(Elsewhere { name, found_by: codes.split(", ").filter(|code| *code != "-").collect(), how })
    });
    all.filter(|one| !REGISTRY.iter().any(|rule| rule.name == one.name)).collect()
}

impl Elsewhere {
    /// Returns what `rbk explain` says of the name, as Markdown.
    pub fn page(&self) -> String {
        let codes: Vec<String> = self.found_by.iter().map(|code| format!("`{code}`")).collect();
        let found = if codes.is_empty() { "No rule has this name.".to_owned() } else { format!("Found by {}.", codes.join(", ")) };
        format!("# {}\n\n{found} {}{}.\n", self.name, self.how[..1].to_uppercase(), &self.how[1..])
    }
}

/// Returns the table of all of them, as Markdown.
pub fn table() -> String {
    let mut out = String::from("| looked for | found by | |\n|---|---|---|\n");
    for one in elsewhere() {
        let links = one.found_by.iter().map(|code| format!("[`{code}`](#{})", code.replace('/', "")));
        let links = links.collect::<Vec<_>>().join(", ");
        let _ = writeln!(out, "| `{}` | {links} | {} |", one.name, one.how);
    }
    out
}
