//! What the commands of a plan name in the repository around it: files, names of git, migrations.
//!
//! Asks a [`Repository`] for what commands name, and for nothing else, so that the size of a repository costs nothing. Where it
//! can't be sure what a name means there, it says nothing. Finds nothing wrong (`rules` does).

mod files;
mod history;
mod migrations;
mod python;
mod references;
mod scripts;
mod tools;
mod words;

use crate::plan::Plan;
use crate::source::{Named, Repository, Sources, Span};

/// What was found.
#[derive(Clone, Debug, Default)]
pub struct Facts {
    /// Files that are not there, in written order of their first place.
    pub missing: Vec<Missing>,
    /// Names of git that are not there, or are branches.
    pub references: Vec<Reference>,
    /// What is wrong with where migration tools are told to go.
    pub downgrades: Vec<Downgrade>,
}

/// What is known where there is no repository.
pub static NOTHING: Facts = Facts { missing: Vec::new(), references: Vec::new(), downgrades: Vec::new() };

/// A file that commands read or run, and that is nowhere in the repository.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Missing {
    /// As it is written.
    pub name: String,
    /// Where it is read or run; the first is where it happens first.
    pub places: Vec<Span>,
    /// A file of the same name, or of nearly the same, in the repository.
    pub near: Option<String>,
    /// Nothing says that it is looked for elsewhere; otherwise a variable holds the folder.
    pub is_sure: bool,
}

/// A name of git that a command goes to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Reference {
    pub name: String,
    pub place: Span,
    /// `Nothing` or `Branch`.
    pub is: Named,
    /// It stands where the plan goes back.
    pub is_back: bool,
}

/// A command of a migration tool that does not do what it is meant to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Downgrade {
    /// The name of the revision, or the command.
    pub place: Span,
    /// As it is written, on one line.
    pub command: String,
    pub wrong: Wrong,
}

/// What is wrong with it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Wrong {
    /// No migration has this name.
    Unknown { name: String, near: Option<String>, place: String },
    /// It does not lie before the one that the change leads to.
    NotBefore { to: String, from: String, before: Option<String> },
    /// These would be taken back, and can't be: each file, and why.
    Hollow(Vec<(String, &'static str)>),
}

/// Looks up what a plan's commands name. What they run besides is kept with their code.
pub fn look(sources: &Sources, plan: &Plan, repository: &dyn Repository) -> Facts {
    let scripts = scripts::all(plan);
    let uses = files::uses(&scripts, repository);
    let (downgrades, mut runs) = migrations::look(sources, plan, &scripts, repository);
    for (script, own) in files::sql(&uses, repository) {
        runs.entry(script).or_default().extend(own);
    }
    for (script, runs) in runs {
        // A plan is looked at once; what was kept then stays.
        let _ = scripts[script].code.runs.set(runs);
    }
    Facts {
        missing: files::missing(sources, plan, &scripts, &uses, repository),
        references: references::found(sources, &scripts, files::is_checkout(&uses), repository),
        downgrades,
    }
}
