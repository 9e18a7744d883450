//! `rbk check --watch`: the same again whenever what was read changes.

use std::collections::BTreeSet;
use std::env;
use std::path::{Path, PathBuf};
use std::sync::mpsc::{Receiver, channel};
use std::time::Duration;

use notify::{Event, EventKind, RecommendedWatcher, RecursiveMode, Watcher};

use super::once;
use crate::cli::args::CheckArgs;
use crate::cli::files::{self, Looked};
use crate::cli::output::{Exit, Stop, say};
use crate::cli::settings;
use crate::config;

/// How long nothing may change before it is looked at: an editor writes in several steps.
const QUIET: Duration = Duration::from_millis(60);

/// Checks, waits for a change, and checks again. Ends with its reader.
pub fn run(options: &CheckArgs) -> Result<Exit, Stop> {
    if options.files.iter().any(|file| file == Path::new("-")) {
        return Err(Stop::advised("stdin is read once and can't be watched", "name a file"));
    }
    let (sender, changes) = channel();
    let watcher = notify::recommended_watcher(move |event| {
        // The command ends with its receiver.
        let _ = sender.send(event);
    });
    let mut watched = Watched { watcher: watcher.map_err(|error| trouble(&error))?, folders: BTreeSet::new(), changes };
    let files = options.files.iter().filter(|file| !file.is_dir()).cloned().collect();
    let mut seen = Looked { files, folders: BTreeSet::new() };
    loop {
        // What changes while it is checked is checked again.
        watched.follow(options, &seen)?;
        let told = once(options, &mut |looked| {
            seen.add(looked);
            watched.follow(options, &seen)
        });
        match told {
            Err(Stop::Trouble { message, help }) => {
                say(&format!("error: {message}"));
                help.iter().for_each(|help| say(&format!("help: {help}")));
            }
            Err(Stop::ReaderLeft) => return Err(Stop::ReaderLeft),
            Ok(_) => {}
        }
        watched.follow(options, &seen)?;
        let changed = watched.wait(&seen)?;
        say(&format!("\n{changed} changed"));
    }
}

fn trouble(error: &notify::Error) -> Stop {
    Stop::trouble(format!("changes can't be watched: {error}"))
}

struct Watched {
    watcher: RecommendedWatcher,
    folders: BTreeSet<PathBuf>,
    changes: Receiver<notify::Result<Event>>,
}

impl Watched {
    /// Watches the folders of what was looked at, and every folder in which a plan could come to lie. A file is replaced as often as it is
    /// written, so that its folder is what lasts; where that is not there, the nearest above it is.
    fn follow(&mut self, options: &CheckArgs, seen: &Looked) -> Result<(), Stop> {
        let above = seen.files.iter().map(|path| folder_of(path)).chain(seen.folders.iter().cloned());
        let mut folders: BTreeSet<PathBuf> = above.filter_map(there).collect();
        // With a wrong rbk.toml nothing is excluded, and the file's own folder is watched.
        let settings = settings::load(&options.input).ok();
        let here = [PathBuf::from(".")];
        folders.extend(here.iter().cloned());
        if let Some(excluded) = settings.and_then(|settings| settings.excluded().ok()) {
            let named = if options.files.is_empty() { &here[..] } else { &options.files[..] };
            for folder in named.iter().filter(|name| name.is_dir()) {
                folders.extend(files::folders(folder, &excluded)?);
            }
        }
        for folder in folders {
            // One folder has one name, or its changes are told under another.
            let Ok(folder) = folder.canonicalize() else { continue };
            if folder.is_dir() && !self.folders.contains(&folder) {
                self.watcher.watch(&folder, RecursiveMode::NonRecursive).map_err(|error| trouble(&error))?;
                self.folders.insert(folder);
            }
        }
        Ok(())
    }

    /// Waits until something changes that matters and nothing has changed for a while, and returns its name.
    fn wait(&self, seen: &Looked) -> Result<String, Stop> {
        let here = env::current_dir().and_then(|here| here.canonicalize()).unwrap_or_default();
        let whole = |paths: &BTreeSet<PathBuf>| paths.iter().map(|path| whole(&here, path)).collect();
        let seen = Looked { files: whole(&seen.files), folders: whole(&seen.folders) };
        let mut changed = None;
        loop {
            let event = match changed {
                None => self.changes.recv().map_err(|_| Stop::trouble("changes can't be watched any more"))?,
                Some(_) => match self.changes.recv_timeout(QUIET) {
                    Ok(event) => event,
                    Err(_) => break,
                },
            };
            let event = event.map_err(|error| trouble(&error))?;
            if matches!(event.kind, EventKind::Access(_)) {
                continue;
            }
            let matters = event.paths.iter().map(|path| self::whole(&here, path)).find(|path| matters(path, &seen));
            changed = changed.or(matters);
        }
        let path = changed.unwrap_or_default();
        Ok(files::shown(path.strip_prefix(&here).unwrap_or(&path)))
    }
}

/// Returns whether a change of this path can change what is told.
fn matters(path: &Path, seen: &Looked) -> bool {
    let name = path.file_name().unwrap_or_default();
    let is_plan = path.extension().is_some_and(|extension| extension == "rbk") && !name.to_string_lossy().starts_with('.');
    is_plan || name == config::NAME || name == ".gitignore" || is_seen(path, seen) || path.is_dir()
}

fn is_seen(path: &Path, seen: &Looked) -> bool {
    // What git writes beside a file before it replaces it says nothing yet.
    let is_passing = path.extension().is_some_and(|extension| extension == "lock");
    seen.files.contains(path) || !is_passing && path.parent().is_some_and(|folder| seen.folders.contains(folder))
}

/// Returns a path from the root of the disk; its folder without symbolic links, where there is one.
fn whole(here: &Path, path: &Path) -> PathBuf {
    let path = files::tidy(&here.join(path));
    let folder = path.parent().and_then(|folder| folder.canonicalize().ok());
    match (folder, path.file_name()) {
        (Some(folder), Some(name)) => folder.join(name),
        _ => path,
    }
}

/// Returns the nearest folder that is there: it, or one above it.
fn there(folder: PathBuf) -> Option<PathBuf> {
    folder
        .ancestors()
        .map(|folder| if folder == Path::new("") { Path::new(".") } else { folder })
        .find(|it| it.is_dir())
        .map(Path::to_owned)
}

fn folder_of(path: &Path) -> PathBuf {
    path.parent().filter(|folder| *folder != Path::new("")).unwrap_or(Path::new(".")).to_owned()
}
