//! Which files a command is about: those that it names, and every plan below the directories that it names.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use ignore::WalkBuilder;

use super::{shown, tidy};
use crate::cli::output::Stop;
use crate::cli::settings::Excluded;

/// Folders that hold other people's files, whatever git is told.
const SKIPPED: [&str; 2] = ["node_modules", "target"];

/// The files of a command.
#[derive(Debug)]
pub struct Plans {
    /// Each once, in the order in which they were named; those below a directory are sorted.
    pub paths: Vec<PathBuf>,
    /// Those among them that were found below a directory.
    pub found: BTreeSet<PathBuf>,
}

/// Returns the files that `named` stands for; nothing stands for the current directory.
pub fn plans(named: &[PathBuf], excluded: &Excluded) -> Result<Plans, Stop> {
    let here = [PathBuf::from(".")];
    let named = if named.is_empty() { &here } else { named };
    let mut plans = Plans { paths: Vec::new(), found: BTreeSet::new() };
    let mut seen = BTreeSet::new();
    for name in named {
        if !name.is_dir() {
            if seen.insert(name.clone()) {
                plans.paths.push(name.clone());
            }
            continue;
        }
        let below = below(name, excluded)?;
        if below.is_empty() {
            let place = if name == Path::new(".") { "this directory".to_owned() } else { shown(name) };
            return Err(Stop::advised(format!("no .rbk file below {place}"), "name a plan, or `-` to read one from stdin"));
        }
        plans.found.extend(below.iter().cloned());
        plans.paths.extend(below.into_iter().filter(|path| seen.insert(path.clone())));
    }
    Ok(plans)
}

/// Returns a directory and every one below it that may hold plans.
pub fn folders(folder: &Path, excluded: &Excluded) -> Result<Vec<PathBuf>, Stop> {
    let entries = walk(folder, excluded)?.into_iter().filter(|(_, is_folder)| *is_folder);
    Ok(entries.map(|(path, _)| path).collect())
}

/// Returns every .rbk file below a directory, sorted.
fn below(folder: &Path, excluded: &Excluded) -> Result<Vec<PathBuf>, Stop> {
    let is_plan = |path: &Path| path.extension().is_some_and(|extension| extension == "rbk");
    let plans = walk(folder, excluded)?.into_iter().filter(|(path, is_folder)| !is_folder && is_plan(path));
    let mut found: Vec<PathBuf> = plans.map(|(path, _)| tidy(&path)).collect();
    found.sort();
    Ok(found)
}

/// Returns what lies below a directory, it included, each with whether it is a folder. Left out are hidden files and folders, what git
/// ignores and what `rbk.toml` excludes, and links to folders.
fn walk(folder: &Path, excluded: &Excluded) -> Result<Vec<(PathBuf, bool)>, Stop> {
    let excluded = excluded.clone();
    let walk = WalkBuilder::new(folder)
        .require_git(false)
        .git_global(false)
        .filter_entry(move |entry| {
            let is_folder = entry.file_type().is_some_and(|kind| kind.is_dir());
            let is_skipped = is_folder && SKIPPED.iter().any(|skipped| entry.file_name() == *skipped);
            entry.depth() == 0 || !(is_skipped || excluded.has(entry.path(), is_folder))
        })
        .build();
    let entries = walk.map(|entry| match entry {
        Ok(entry) => Ok((entry.path().to_owned(), entry.file_type().is_some_and(|kind| kind.is_dir()))),
        Err(error) => Err(Stop::trouble(error.to_string())),
    });
    entries.collect()
}
