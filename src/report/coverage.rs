//! What the chosen profiles ask of a plan, and how it answers: for programs.

use serde::Serialize;

use crate::profile::{Coverage, Place};

/// How a plan answers one profile.
#[derive(Clone, Debug, Serialize)]
pub struct Covered<'a> {
    pub plan: &'a str,
    pub profile: &'static str,
    pub requirements: Vec<Requirement<'a>>,
}

/// How a plan answers one requirement.
#[derive(Clone, Debug, Serialize)]
pub struct Requirement<'a> {
    name: &'static str,
    asks: &'static str,
    /// `yes`, `in-part`, `no`; `outside` where no plan can show it.
    answered: &'static str,
    /// Declarations by kind and name, or what is said in words.
    places: Vec<Shown<'a>>,
    missing: Vec<&'a str>,
    /// The rules that found something that speaks against it.
    against: &'a [&'static str],
}

#[derive(Clone, Debug, Serialize)]
#[serde(untagged)]
enum Shown<'a> {
    Declared { kind: &'static str, name: &'a str },
    Said { said: &'a str },
}

/// Returns the coverage of a plan as programs read it.
pub fn covered<'a>(plan: &'a str, coverage: &'a Coverage) -> Covered<'a> {
    let requirements = coverage.rows.iter().map(|row| Requirement {
        name: row.requirement.name,
        asks: row.requirement.asks,
        answered: row.answered().word(),
        places: row.answer.places.iter().map(shown).collect(),
        missing: row.answer.missing.iter().map(|missing| missing.text.as_str()).collect(),
        against: &row.against,
    });
    Covered { plan, profile: coverage.profile.name, requirements: requirements.collect() }
}

fn shown(place: &Place) -> Shown<'_> {
    match place {
        Place::Declared { kind, name, .. } => Shown::Declared { kind, name },
        Place::Said(said) => Shown::Said { said },
    }
}
