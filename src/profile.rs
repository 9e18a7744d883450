//! Profiles: what published guidance asks of a plan for going back, and where a plan answers it.
//!
//! Owns the requirements (data, one file a profile) and how a plan shows that it fulfils one. Rules are named here, not asked: what they
//! found is given.

mod answer;
mod aws_cutover;
mod gitlab_change;
mod itil;
mod nist_800_34;
mod page;

use crate::diagnostic::{Diagnostic, Severity, nearest};

pub use answer::{Answer, Missing, Place, Seen, Shown};
pub use page::catalogue;

/// The profiles, in the order of their names.
pub const PROFILES: [&Profile; 4] = [&aws_cutover::PROFILE, &gitlab_change::PROFILE, &itil::PROFILE, &nist_800_34::PROFILE];

/// What one publication asks for.
#[derive(Debug)]
pub struct Profile {
    /// What options and `rbk.toml` call it.
    pub name: &'static str,
    pub title: &'static str,
    /// Where it is published.
    pub source: &'static str,
    /// In the order in which the source has them.
    pub requirements: &'static [Requirement],
}

/// One thing that is asked for.
#[derive(Debug)]
pub struct Requirement {
    /// Unique in its profile.
    pub name: &'static str,
    /// The requirement in our words, without a final period.
    pub asks: &'static str,
    /// What in a plan answers it.
    pub shown: Shown,
    /// How bad it is not to answer it; what its rules find is at least as bad.
    pub severity: Severity,
    /// The rules whose findings speak against the answer.
    pub rules: &'static [&'static str],
}

/// How a plan answers a profile.
#[derive(Debug)]
pub struct Coverage {
    pub profile: &'static Profile,
    /// As the requirements.
    pub rows: Vec<Row>,
}

/// How a plan answers one requirement.
#[derive(Debug)]
pub struct Row {
    pub requirement: &'static Requirement,
    pub answer: Answer,
    /// The requirement's rules that found something, each once.
    pub against: Vec<&'static str>,
}

/// Returns the profile of a name, or what is wrong with it and what to write instead.
pub fn find(name: &str) -> Result<&'static Profile, (String, String)> {
    PROFILES.into_iter().find(|profile| profile.name == name).ok_or_else(|| {
        let names: Vec<&str> = PROFILES.iter().map(|profile| profile.name).collect();
        let help = match nearest(name, names.iter().copied()) {
            Some(near) => format!("did you mean `{near}`?"),
            None => format!("there are {}", names.join(", ")),
        };
        (format!("no profile is called `{name}`"), help)
    })
}

/// How far a requirement is answered.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Answered {
    Yes,
    InPart,
    No,
    /// No plan can show it.
    Outside,
}

impl Answered {
    /// Returns the word that JSON has.
    pub fn word(self) -> &'static str {
        match self {
            Answered::Yes => "yes",
            Answered::InPart => "in-part",
            Answered::No => "no",
            Answered::Outside => "outside",
        }
    }
}

impl Row {
    /// Returns how far the requirement is answered.
    pub fn answered(&self) -> Answered {
        match (self.answer.is_whole(), self.against.is_empty()) {
            _ if self.answer.outside => Answered::Outside,
            (true, true) => Answered::Yes,
            (true, false) => Answered::InPart,
            (false, _) if self.answer.places.is_empty() => Answered::No,
            (false, _) => Answered::InPart,
        }
    }
}

impl Profile {
    /// Returns how a plan answers it; `findings` is what the rules found.
    pub fn coverage(&'static self, seen: &Seen<'_>, findings: &[Diagnostic]) -> Coverage {
        let row = |requirement: &'static Requirement| Row {
            requirement,
            answer: requirement.shown.answer(seen),
            against: requirement.rules.iter().copied().filter(|rule| findings.iter().any(|found| found.code == *rule)).collect(),
        };
        Coverage { profile: self, rows: self.requirements.iter().map(row).collect() }
    }
}

/// Gives what the profiles' rules found the severity that the profiles ask for, and names who asks.
pub fn name(profiles: &[&'static Profile], findings: &mut [Diagnostic]) {
    for finding in findings {
        let asked = profiles.iter().flat_map(|profile| profile.requirements.iter().map(move |requirement| (profile, requirement)));
        let asked: Vec<_> = asked.filter(|(_, requirement)| requirement.rules.contains(&finding.code)).collect();
        let Some(worst) = asked.iter().map(|(_, requirement)| requirement.severity).max() else { continue };
        finding.severity = finding.severity.max(worst);
        let names: Vec<String> = asked.iter().map(|(profile, requirement)| format!("{}/{}", profile.name, requirement.name)).collect();
        let before = finding.help.take().map_or(String::new(), |help| help + "; ");
        finding.help = Some(format!("{before}asked for by {}", names.join(", ")));
    }
}
