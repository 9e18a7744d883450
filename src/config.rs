//! `rbk.toml`: what a repository says about `rbk check`, read strictly, with the line of every value.
//!
//! Owns the keys and what they may hold. Does not look for the file (`cli` does) nor touch a disk: paths stay as they are written.

mod baseline;
mod policy;
mod read;
mod selector;

use crate::diagnostic::Severity;
use crate::profile::Profile;

pub use baseline::{Baseline, Entry};
pub use policy::{Policy, Ruling, matcher};
pub use read::read;
pub use selector::{Selector, is_free};

/// What the file is called.
pub const NAME: &str = "rbk.toml";

/// The keys, each with what may stand in it. `docs/schema/rbk-toml.schema.json` says the same to editors.
pub const TOP: [&str; 4] = ["root", "exclude", "profiles", "check"];

/// The keys of `[check]`.
pub const CHECK: [&str; 7] = ["fail-on", "select", "ignore", "severity", "baseline", "rules-url", "paths"];

/// The keys of `[[check.paths]]`.
pub const PATHS: [&str; 3] = ["files", "ignore", "severity"];

/// A value and the line, from 1, that it stands on.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct At<T> {
    pub value: T,
    pub line: usize,
}

/// A severity that a rule, a group or everything gets.
pub type Override = (Selector, Severity);

/// What the file says. Paths are relative to its directory.
#[derive(Clone, Debug, Default)]
pub struct Config {
    /// The directory that plans may read from.
    pub root: Option<At<String>>,
    /// Patterns as in `.gitignore`: what is left out below a directory.
    pub exclude: Vec<At<String>>,
    /// The guidance that plans are held to.
    pub profiles: Vec<At<&'static Profile>>,
    pub fail_on: Option<At<Severity>>,
    /// `None` selects everything.
    pub select: Option<Vec<At<Selector>>>,
    pub ignore: Vec<At<Selector>>,
    pub severity: Vec<At<Override>>,
    pub baseline: Option<At<String>>,
    pub rules_url: Option<At<String>>,
    pub paths: Vec<PathSettings>,
}

/// What holds for some files besides.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct PathSettings {
    /// Patterns as in `.gitignore`.
    pub files: Vec<At<String>>,
    pub ignore: Vec<At<Selector>>,
    pub severity: Vec<At<Override>>,
}

/// What is wrong with the file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ConfigError {
    /// From 1.
    pub line: usize,
    /// From 1, in characters.
    pub column: usize,
    pub message: String,
    pub help: Option<String>,
}

/// Returns a severity by its word.
pub fn severity(word: &str) -> Option<Severity> {
    [Severity::Error, Severity::Warning, Severity::Info].into_iter().find(|severity| severity.word() == word)
}
