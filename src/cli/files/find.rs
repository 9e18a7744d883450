//! Which files a command is about when none is named.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use super::{reason, shown};
use crate::cli::output::Stop;

/// Folders that hold other people's files.
const SKIPPED: [&str; 2] = ["node_modules", "target"];

/// Returns every .rbk file below the current directory, sorted; hidden folders and links to folders are left out.
pub fn plans() -> Result<Vec<PathBuf>, Stop> {
    let mut found = Vec::new();
    let mut folders = vec![PathBuf::new()];
    while let Some(folder) = folders.pop() {
        let place = if folder == Path::new("") { Path::new(".") } else { &folder };
        let trouble = |error: &io::Error| Stop::trouble(format!("{}: {}", shown(place), reason(error)));
        for entry in fs::read_dir(place).map_err(|error| trouble(&error))? {
            let entry = entry.map_err(|error| trouble(&error))?;
            let name = entry.file_name();
            let Some(name) = name.to_str() else { continue };
            let kind = entry.file_type().map_err(|error| trouble(&error))?;
            if name.starts_with('.') {
                continue;
            }
            if kind.is_dir() && !SKIPPED.contains(&name) {
                folders.push(folder.join(name));
            } else if !kind.is_dir() && name.ends_with(".rbk") {
                found.push(folder.join(name));
            }
        }
    }
    found.sort();
    if found.is_empty() {
        return Err(Stop::advised("no .rbk file below this directory", "name a plan, or `-` to read one from stdin"));
    }
    Ok(found)
}
