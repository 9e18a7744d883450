//! Reading: a plan that was named on the command line, and the files that plans name, which never lie outside a root.

use std::cell::RefCell;
use std::fs::{self, File};
use std::io::{self, Read};
use std::path::{Path, PathBuf};

use super::{Looked, reason, repository, shown, tidy};
use crate::cli::output::Stop;
use crate::source::{LoadError, Loader};

/// Bytes that a `Span` can address.
const LONGEST: u64 = u32::MAX as u64 - 1;

/// Reads what plans name, inside one directory.
#[derive(Debug)]
pub struct Disk {
    /// Without symbolic links.
    root: PathBuf,
    /// How the root came about, for messages.
    origin: String,
    looked: RefCell<Looked>,
}

impl Disk {
    /// Returns a loader for the plan at `plan`: `root` bounds it, else the repository around the plan, else the plan's
    /// own directory.
    pub fn around(plan: &Path, root: Option<&Path>) -> Result<Disk, Stop> {
        if let Some(root) = root {
            let real = root.canonicalize();
            let real = real.map_err(|error| Stop::trouble(format!("--root {}: {}", shown(root), reason(&error))))?;
            return Ok(Disk { root: real, origin: "--root".to_owned(), looked: RefCell::default() });
        }
        let folder = plan.parent().filter(|folder| *folder != Path::new("")).unwrap_or(Path::new("."));
        // What comes from stdin may have a name whose folder is not here.
        let folder = folder.canonicalize().or_else(|_| Path::new(".").canonicalize());
        let folder = folder.map_err(|error| Stop::trouble(format!("{}: {}", shown(plan), reason(&error))))?;
        Ok(match repository(&folder) {
            Some((root, name)) => {
                Disk { root: root.to_owned(), origin: format!("the repository, known by `{name}`"), looked: RefCell::default() }
            }
            None => Disk { root: folder, origin: "the plan's directory, as no repository holds it".to_owned(), looked: RefCell::default() },
        })
    }

    /// Returns what was asked for.
    pub fn looked(&self) -> Looked {
        self.looked.borrow().clone()
    }
}

impl Loader for Disk {
    fn load(&self, from: &str, path: &str) -> Result<(String, Vec<u8>), LoadError> {
        let folder = Path::new(from).parent().unwrap_or(Path::new(""));
        let named = folder.join(path);
        self.looked.borrow_mut().files.insert(named.clone());
        let real = named.canonicalize().map_err(|error| LoadError(reason(&error)))?;
        if !real.starts_with(&self.root) {
            let root = shown(&self.root);
            return Err(LoadError(format!("outside the root `{root}` ({}); `--root DIR` names another", self.origin)));
        }
        if !real.is_file() {
            return Err(LoadError("not a file".to_owned()));
        }
        let bytes = read(&real).map_err(LoadError)?;
        Ok((shown(&tidy(&named)), bytes))
    }
}

/// Reads a regular file, or says why not.
pub fn read(path: &Path) -> Result<Vec<u8>, String> {
    let metadata = fs::metadata(path).map_err(|error| reason(&error))?;
    if metadata.is_dir() {
        return Err("is a directory".to_owned());
    }
    if metadata.len() > LONGEST {
        return Err("longer than 4 GiB".to_owned());
    }
    let mut bytes = Vec::new();
    let file = File::open(path).map_err(|error| reason(&error))?;
    bounded(file, &mut bytes).map_err(|error| reason(&error))?;
    Ok(bytes)
}

/// Reads all of stdin.
pub fn stdin() -> Result<Vec<u8>, String> {
    let mut bytes = Vec::new();
    bounded(io::stdin().lock(), &mut bytes).map_err(|error| reason(&error))?;
    Ok(bytes)
}

/// Reads to the end, or to where a plan can't be that long.
fn bounded(from: impl Read, bytes: &mut Vec<u8>) -> io::Result<()> {
    from.take(LONGEST + 1).read_to_end(bytes)?;
    if bytes.len() as u64 > LONGEST {
        return Err(io::Error::other("longer than 4 GiB"));
    }
    Ok(())
}
