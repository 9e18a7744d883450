//! What holds for a run: `rbk.toml`, found upwards, and the options that stand before it.

use std::env;
use std::path::{Path, PathBuf};

use ignore::gitignore::Gitignore;

use super::args::{ChoiceArgs, InputArgs};
use super::files;
use super::output::Stop;
use crate::config::{self, Config, ConfigError, Policy};
use crate::diagnostic::Severity;

/// The settings of a run.
#[derive(Clone, Debug)]
pub struct Settings {
    pub config: Config,
    /// `None` when there is no file, or none is wanted.
    pub file: Option<ConfigFile>,
}

/// Where the file lies.
#[derive(Clone, Debug)]
pub struct ConfigFile {
    /// As messages name it: from the current directory.
    pub name: String,
    /// Its directory, from the root of the disk.
    pub folder: PathBuf,
    /// The way there from the current directory.
    way: PathBuf,
}

/// Reads the file that options name, else the nearest `rbk.toml` from the current directory up to the repository's root.
pub fn load(options: &InputArgs) -> Result<Settings, Stop> {
    let here = env::current_dir().map_err(|error| Stop::trouble(format!("the current directory: {error}")))?;
    let file = match &options.config {
        _ if options.no_config => None,
        Some(path) => {
            let folder = files::tidy(&here.join(path)).parent().map(Path::to_owned).unwrap_or_default();
            Some(ConfigFile { name: files::shown(path), folder, way: path.parent().map(Path::to_owned).unwrap_or_default() })
        }
        None => find(&here),
    };
    let Some(file) = file else { return Ok(Settings { config: Config::default(), file: None }) };
    let bytes = files::read(&file.folder.join(Path::new(&file.name).file_name().unwrap_or_default()));
    let bytes = bytes.map_err(|reason| Stop::trouble(format!("{}: {reason}", file.name)))?;
    let text = String::from_utf8(bytes).map_err(|_| Stop::trouble(format!("{} is not UTF-8", file.name)))?;
    let config = config::read(&text).map_err(|error| wrong(&file.name, error))?;
    Ok(Settings { config, file: Some(file) })
}

fn find(here: &Path) -> Option<ConfigFile> {
    let end = files::repository(here).map(|(root, _)| root);
    let mut way = PathBuf::new();
    for folder in here.ancestors() {
        if folder.join(config::NAME).is_file() {
            return Some(ConfigFile { name: files::shown(&way.join(config::NAME)), folder: folder.to_owned(), way });
        }
        if Some(folder) == end {
            return None;
        }
        way.push("..");
    }
    None
}

fn wrong(name: &str, error: ConfigError) -> Stop {
    Stop::Trouble { message: format!("{name}:{}:{}: {}", error.line, error.column, error.message), help: error.help }
}

impl Settings {
    /// Returns the options of a run with what the file adds to them.
    pub fn input(&self, options: &InputArgs) -> InputArgs {
        let of_file = self.config.root.as_ref().map(|root| self.beside(&root.value));
        let profiles = match options.profiles.as_slice() {
            [] => self.config.profiles.iter().map(|at| at.value).collect(),
            named => named.to_vec(),
        };
        InputArgs { root: options.root.clone().or(of_file), profiles, ..options.clone() }
    }

    /// Returns which findings are told, and how bad they are.
    pub fn policy(&self, options: &ChoiceArgs) -> Result<Policy, Stop> {
        Policy::new(&self.config, &options.select, &options.ignore).map_err(|error| self.wrong_pattern(error))
    }

    /// Returns the mildest severity that counts.
    pub fn fails(&self, options: &ChoiceArgs) -> Severity {
        options.fail_on.map(super::args::FailOn::severity).or(self.config.fail_on.as_ref().map(|at| at.value)).unwrap_or(Severity::Error)
    }

    /// Returns where the pages of rules are published.
    pub fn rules_url<'a>(&'a self, options: &'a ChoiceArgs) -> Option<&'a str> {
        options.rules_url.as_deref().or(self.config.rules_url.as_ref().map(|at| at.value.as_str()))
    }

    /// Returns where the findings of before lie.
    pub fn baseline(&self, options: &ChoiceArgs) -> Option<PathBuf> {
        options.baseline.clone().or_else(|| self.config.baseline.as_ref().map(|at| self.beside(&at.value)))
    }

    /// Returns what is left out below a directory.
    pub fn excluded(&self) -> Result<Excluded, Stop> {
        let patterns = self.config.exclude.iter().map(|at| (at.line, at.value.as_str()));
        let patterns = config::matcher(patterns).map_err(|error| self.wrong_pattern(error))?;
        Ok(Excluded { patterns, settings: self.clone() })
    }

    /// Returns a path as the file sees it, if it lies below the file's directory.
    pub fn below(&self, path: &Path) -> Option<PathBuf> {
        let folder = &self.file.as_ref()?.folder;
        let whole = files::tidy(&env::current_dir().ok()?.join(path));
        whole.strip_prefix(folder).ok().map(Path::to_owned)
    }

    /// Returns a path that stands in the file, from the current directory.
    pub fn beside(&self, path: &str) -> PathBuf {
        let way = self.file.as_ref().map(|file| file.way.as_path()).unwrap_or(Path::new(""));
        let path = files::tidy(&way.join(path));
        if path.as_os_str().is_empty() { PathBuf::from(".") } else { path }
    }

    fn wrong_pattern(&self, (line, message): (usize, String)) -> Stop {
        let name = self.file.as_ref().map_or(config::NAME, |file| file.name.as_str());
        Stop::trouble(format!("{name}:{line}: {message}"))
    }
}

/// What is left out below a directory, by `exclude`.
#[derive(Clone, Debug)]
pub struct Excluded {
    patterns: Gitignore,
    settings: Settings,
}

impl Excluded {
    /// Returns whether a file or a folder is left out.
    pub fn has(&self, path: &Path, is_folder: bool) -> bool {
        !self.patterns.is_empty() && self.settings.below(path).is_some_and(|path| self.patterns.matched(path, is_folder).is_ignore())
    }
}
