//! The disk. The only place that reads and writes files: plans and what they name, results, whole bundles.

mod around;
mod atomic;
mod disk;
mod find;
mod folder;
mod git;
mod root;

pub use around::Around;
pub use atomic::write;
pub use disk::{Disk, read, stdin};
pub use find::{Plans, folders, plans};
pub use folder::{NewFile, holds_bundle, write_bundle};
pub use git::Revision;
pub use root::{repository, root, rooted, tidy};

use std::collections::BTreeSet;
use std::io;
use std::path::{Path, PathBuf};

/// What a run looked at: files, whether they were there or not, and folders whose names it read.
#[derive(Clone, Debug, Default)]
pub struct Looked {
    pub files: BTreeSet<PathBuf>,
    pub folders: BTreeSet<PathBuf>,
}

impl Looked {
    /// Takes in what was looked at elsewhere.
    pub fn add(&mut self, other: &Looked) {
        self.files.extend(other.files.iter().cloned());
        self.folders.extend(other.folders.iter().cloned());
    }
}

/// Returns why an operation failed, in the words of people.
fn reason(error: &io::Error) -> String {
    match error.kind() {
        io::ErrorKind::NotFound => "no such file".to_owned(),
        io::ErrorKind::PermissionDenied => "permission denied".to_owned(),
        io::ErrorKind::IsADirectory => "is a directory: name the plans in it".to_owned(),
        io::ErrorKind::StorageFull => "the disk is full".to_owned(),
        _ => error.to_string(),
    }
}

/// Returns a path as users write it.
pub fn shown(path: &Path) -> String {
    path.to_string_lossy().into_owned()
}
