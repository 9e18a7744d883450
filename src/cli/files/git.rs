//! Files as they are in a revision of git, read by git itself.

use std::path::Path;
use std::process::Command;

use super::{rooted, shown, tidy};
use crate::source::{LoadError, Loader};

/// A revision; paths are relative to the current directory.
#[derive(Clone, Debug)]
pub struct Revision(String);

impl Revision {
    /// Returns the revision and the path in `REVISION:PATH`.
    pub fn parse(text: &str) -> Option<(Revision, &str)> {
        let (revision, path) = text.split_once(':')?;
        // git would read a revision that begins with `-` as an option.
        let fits = !revision.is_empty() && !revision.starts_with('-') && !path.is_empty();
        fits.then(|| (Revision(revision.to_owned()), path))
    }

    /// Reads a file, or says why not, in git's words.
    pub fn read(&self, path: &str) -> Result<Vec<u8>, String> {
        let spelled = match Path::new(path).is_relative() {
            true => format!("{}:./{path}", self.0),
            // git knows paths from the repository's root.
            false => format!("{}:{}", self.0, rooted([path]).remove(path).unwrap_or_else(|| path.to_owned())),
        };
        let output = Command::new("git").args(["cat-file", "blob", &spelled]).output();
        let output = output.map_err(|error| format!("git can't be run: {error}"))?;
        if output.status.success() {
            return Ok(output.stdout);
        }
        let said = String::from_utf8_lossy(&output.stderr);
        Err(said.trim().trim_start_matches("fatal: ").replace('\n', " "))
    }

    /// Returns what a file of the revision is called in messages.
    pub fn name(&self, path: &str) -> String {
        format!("{}:{path}", self.0)
    }
}

impl Loader for Revision {
    fn load(&self, from: &str, path: &str) -> Result<(String, Vec<u8>), LoadError> {
        let from = from.strip_prefix(&self.name("")).unwrap_or(from);
        let folder = Path::new(from).parent().unwrap_or(Path::new(""));
        let path = shown(&tidy(&folder.join(path)));
        let bytes = self.read(&path).map_err(LoadError)?;
        Ok((self.name(&path), bytes))
    }
}
