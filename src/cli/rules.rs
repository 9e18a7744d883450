//! `rbk rules`: every rule, a line each.

use std::fmt::Write;

use serde::Serialize;

use super::args::{ListFormat, RulesArgs};
use super::output::{Exit, Stop, product};
use crate::rules::REGISTRY;

/// Lists every rule by name.
pub fn run(options: &RulesArgs) -> Result<Exit, Stop> {
    product(&match options.format {
        ListFormat::Human => human(),
        ListFormat::Json => json(),
    })?;
    Ok(Exit::Fine)
}

fn human() -> String {
    let width = REGISTRY.iter().map(|rule| rule.name.len()).max().unwrap_or(0);
    let mut out = String::new();
    for rule in REGISTRY {
        let _ = writeln!(out, "{:width$}  {:7}  {}", rule.name, rule.severity.word(), rule.summary());
    }
    out
}

/// `schema_version` grows when a field changes its meaning or goes away.
#[derive(Serialize)]
struct Document {
    schema_version: u32,
    rules: Vec<Listed>,
}

#[derive(Serialize)]
struct Listed {
    name: &'static str,
    severity: &'static str,
    summary: String,
    /// Whether `accept` can silence it.
    acceptable: bool,
    page: String,
}

fn json() -> String {
    let listed = REGISTRY.iter().map(|rule| Listed {
        name: rule.name,
        severity: rule.severity.word(),
        summary: rule.summary(),
        acceptable: rule.is_acceptable(),
        page: rule.page(),
    });
    // INVARIANT: plain strings and numbers always serialise.
    let mut text = serde_json::to_string_pretty(&Document { schema_version: 1, rules: listed.collect() }).expect("plain");
    text.push('\n');
    text
}
