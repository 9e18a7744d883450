//! The repository around a plan, as the disk and git have it. Asked for by name: nothing is walked, and git is run only when a
//! question needs it, by the client that is installed.

use std::cell::{Cell, OnceCell, RefCell};
use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use super::{Looked, repository, shown};
use crate::source::{Entry, Named, Repository};

/// Bytes of a text that is read.
const LONGEST: u64 = 1 << 20;

/// Entries of a folder that are looked at.
const MOST: usize = 20_000;

/// Questions about one name or one path that git is asked for one plan; to more, nobody knows the answer.
const QUESTIONS: usize = 500;

/// A repository on the disk.
#[derive(Debug)]
pub struct Around {
    /// Without symbolic links.
    root: PathBuf,
    home: String,
    /// Files that git keeps, by their last names.
    kept: OnceCell<Option<BTreeMap<String, Vec<String>>>>,
    references: OnceCell<Option<References>>,
    /// How often git was asked about one name or one path.
    asked: Cell<usize>,
    looked: RefCell<Looked>,
}

/// What names git has.
#[derive(Debug, Default)]
struct References {
    tags: BTreeSet<String>,
    branches: BTreeSet<String>,
    /// A name that is not here may be one elsewhere.
    is_partial: bool,
}

impl Around {
    /// Returns the repository that holds `plan`: the one below `root` when that is given; `None` when none is known.
    pub fn new(plan: &Path, root: Option<&Path>) -> Option<Around> {
        let folder = plan.parent().filter(|folder| *folder != Path::new("")).unwrap_or(Path::new("."));
        let folder = folder.canonicalize().ok()?;
        let root = match root {
            Some(root) => root.canonicalize().ok()?,
            None => repository(&folder)?.0.to_owned(),
        };
        let inside = folder.strip_prefix(&root).ok()?;
        let home = inside.components().map(|part| shown(Path::new(part.as_os_str()))).collect::<Vec<_>>().join("/");
        Some(Around { root, home, kept: OnceCell::new(), references: OnceCell::new(), asked: Cell::new(0), looked: RefCell::default() })
    }

    /// Returns what was asked for, below the root.
    pub fn looked(&self) -> Looked {
        let mut looked = self.looked.borrow().clone();
        if self.references.get().is_some() {
            let git = self.root.join(".git");
            looked.files.insert(git.join("packed-refs"));
            looked.folders.extend([git.join("refs/heads"), git.join("refs/tags")]);
        }
        if self.kept.get().is_some() {
            looked.files.insert(self.root.join(".git/index"));
        }
        looked
    }

    /// Returns what git prints; `None` when it is not there or says no.
    fn git(&self, arguments: &[&str]) -> Option<String> {
        let mut git = Command::new("git");
        // What a repository's own configuration would start is not started.
        git.arg("-C").arg(&self.root).args(["-c", "core.fsmonitor=false", "--no-optional-locks"]).args(arguments);
        let output = git.stdin(Stdio::null()).stderr(Stdio::null()).output().ok()?;
        output.status.success().then(|| String::from_utf8_lossy(&output.stdout).into_owned())
    }

    /// Asks git a question about one name or path; `None` when there were too many.
    fn ask(&self, arguments: &[&str]) -> Option<bool> {
        self.asked.set(self.asked.get() + 1);
        (self.asked.get() <= QUESTIONS).then(|| self.git(arguments).is_some())
    }

    fn kept(&self) -> Option<&BTreeMap<String, Vec<String>>> {
        let read = || {
            let listed = self.git(&["ls-files", "-z"])?;
            let mut kept: BTreeMap<String, Vec<String>> = BTreeMap::new();
            for path in listed.split('\0').filter(|path| !path.is_empty()) {
                kept.entry(last(path).to_owned()).or_default().push(path.to_owned());
            }
            Some(kept)
        };
        self.kept.get_or_init(read).as_ref()
    }

    fn references(&self) -> Option<&References> {
        let read = || {
            let listed = self.git(&["for-each-ref", "--format=%(refname)"])?;
            let mut found = References::default();
            for name in listed.lines() {
                if let Some(tag) = name.strip_prefix("refs/tags/") {
                    found.tags.insert(tag.to_owned());
                } else if let Some(branch) = name.strip_prefix("refs/heads/") {
                    found.branches.insert(branch.to_owned());
                } else if let Some(branch) = name.strip_prefix("refs/remotes/") {
                    found.branches.insert(branch.to_owned());
                    // `checkout` makes a branch of the name that a remote has.
                    found.branches.extend(branch.split_once('/').map(|(_, name)| name.to_owned()));
                }
            }
            let is_shallow = self.git(&["rev-parse", "--is-shallow-repository"]).is_none_or(|said| said.trim() != "false");
            let limits = self.git(&["config", "--get-regexp", r"^remote\..*\.(tagopt|promisor|partialclonefilter)$"]).is_some();
            let is_clone = self.git(&["config", "--get-regexp", r"^remote\..*\.url$"]).is_some();
            found.is_partial = is_shallow || limits || is_clone && found.tags.is_empty();
            Some(found)
        };
        self.references.get_or_init(read).as_ref()
    }
}

impl Repository for Around {
    fn home(&self) -> &str {
        &self.home
    }

    fn entry(&self, path: &str) -> Entry {
        self.looked.borrow_mut().files.insert(self.root.join(path));
        let Ok(real) = self.root.join(path).canonicalize() else {
            return match self.root.join(path).symlink_metadata() {
                // A link that leads nowhere here may lead somewhere there.
                Ok(_) => Entry::Unknown,
                Err(error) if matches!(error.kind(), std::io::ErrorKind::NotFound | std::io::ErrorKind::NotADirectory) => Entry::Nothing,
                Err(_) => Entry::Unknown,
            };
        };
        match () {
            () if !real.starts_with(&self.root) => Entry::Unknown,
            () if real.is_dir() => Entry::Folder,
            () => Entry::File,
        }
    }

    fn text(&self, path: &str) -> Option<String> {
        self.looked.borrow_mut().files.insert(self.root.join(path));
        let real = self.root.join(path).canonicalize().ok().filter(|real| real.starts_with(&self.root))?;
        let metadata = fs::metadata(&real).ok()?;
        let fits = metadata.is_file() && metadata.len() <= LONGEST;
        fits.then(|| super::read(&real).ok()).flatten().and_then(|bytes| String::from_utf8(bytes).ok())
    }

    fn names(&self, folder: &str) -> Option<Vec<String>> {
        self.looked.borrow_mut().folders.insert(self.root.join(folder));
        let real = self.root.join(folder).canonicalize().ok().filter(|real| real.starts_with(&self.root))?;
        let mut names = Vec::new();
        for entry in fs::read_dir(real).ok()? {
            if names.len() == MOST {
                return None;
            }
            names.push(entry.ok()?.file_name().into_string().ok()?);
        }
        names.sort();
        Some(names)
    }

    fn ending(&self, path: &str) -> Option<Vec<String>> {
        let end = format!("/{path}");
        let mut found = self.kept()?.get(last(path)).cloned().unwrap_or_default();
        found.retain(|kept| kept == path || kept.ends_with(&end));
        Some(found)
    }

    fn is_ignored(&self, path: &str) -> bool {
        self.ask(&["check-ignore", "--quiet", "--no-index", "--", path]).unwrap_or(true)
    }

    fn named(&self, name: &str) -> Named {
        let Some(references) = self.references() else { return Named::Unknown };
        if references.tags.contains(name) {
            return Named::Tag;
        }
        if references.branches.contains(name) {
            return Named::Branch;
        }
        match self.ask(&["rev-parse", "--verify", "--quiet", "--end-of-options", &format!("{name}^{{object}}")]) {
            Some(true) => Named::Commit,
            Some(false) if !references.is_partial => Named::Nothing,
            _ => Named::Unknown,
        }
    }
}

fn last(path: &str) -> &str {
    path.rsplit('/').next().unwrap_or(path)
}
