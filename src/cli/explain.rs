//! `rbk explain`: the page of a rule or of a profile, as Markdown.

use super::args::ExplainArgs;
use super::output::{Exit, Stop, product};
use crate::diagnostic::nearest;
use crate::profile::PROFILES;
use crate::rules::{REGISTRY, Rule, elsewhere};

/// Prints the pages that are asked for, a rule between two.
pub fn run(options: &ExplainArgs) -> Result<Exit, Stop> {
    let mut pages = Vec::new();
    for name in &options.rules {
        let profile = PROFILES.iter().find(|profile| profile.name == name).map(|profile| profile.page());
        let elsewhere = || elsewhere().into_iter().find(|one| one.name == name).map(|one| one.page());
        pages.push(profile.or_else(elsewhere).map_or_else(|| find(name).map(Rule::page), Ok)?);
    }
    product(&pages.join("\n---\n\n"))?;
    Ok(Exit::Fine)
}

/// Returns the rule of a name, which may be given without its group when only one is called so.
fn find(name: &str) -> Result<&'static Rule, Stop> {
    if let Some(rule) = REGISTRY.iter().find(|rule| rule.name == name) {
        return Ok(rule);
    }
    let mut alike = REGISTRY.iter().filter(|rule| rule.name.split_once('/').is_some_and(|(_, short)| short == name));
    if let (Some(rule), None) = (alike.next(), alike.next()) {
        return Ok(rule);
    }
    let group: Vec<&str> = REGISTRY
        .iter()
        .map(|rule| rule.name)
        .filter(|other| other.split_once('/').is_some_and(|(group, _)| group == name.trim_end_matches('/')))
        .collect();
    let help = if !group.is_empty() {
        format!("the group holds {}", group.join(", "))
    } else if let Some(near) = nearest(name, REGISTRY.iter().map(|rule| rule.name)) {
        format!("nearest is `{near}`; `rbk rules` lists them all")
    } else {
        "`rbk rules` lists them all".to_owned()
    };
    Err(Stop::advised(format!("no rule is called `{name}`"), help))
}
