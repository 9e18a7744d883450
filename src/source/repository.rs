//! What the repository around a plan holds: files and names of git. Asked for by name, never walked.

use std::collections::BTreeMap;
use std::fmt::Debug;

/// What lies at a path.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Entry {
    File,
    Folder,
    Nothing,
    /// Outside the root, or nobody may look.
    Unknown,
}

/// What a name means to git.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Named {
    /// A commit by its hash, or something else that stays what it is.
    Commit,
    Tag,
    Branch,
    Nothing,
    /// There is no git, or the clone does not hold everything.
    Unknown,
}

/// Answers questions about the repository that holds a plan. Paths are relative to its root, with `/`; `""` is the root.
pub trait Repository: Debug {
    /// Returns the folder in which the plan lies.
    fn home(&self) -> &str;

    /// Returns what lies at a path.
    fn entry(&self, path: &str) -> Entry;

    /// Returns a file's text; `None` for one that can't be read, is no text, or is longer than a mebibyte.
    fn text(&self, path: &str) -> Option<String>;

    /// Returns the names in a folder, sorted; `None` when it can't be read.
    fn names(&self, folder: &str) -> Option<Vec<String>>;

    /// Returns every file under version control whose path ends with `path`, sorted; `None` when nobody keeps such a list.
    fn ending(&self, path: &str) -> Option<Vec<String>>;

    /// Returns whether a path is left out of version control on purpose, as what is built is.
    fn is_ignored(&self, path: &str) -> bool;

    /// Returns what a name means to git.
    fn named(&self, name: &str) -> Named;
}

/// Returns `path` as seen from the folder `base`, without `.` and `..`; `None` when it leads out of the root.
pub fn beside(base: &str, path: &str) -> Option<String> {
    let mut parts: Vec<&str> = Vec::new();
    for part in base.split('/').chain(path.split('/')) {
        match part {
            "" | "." => {}
            ".." => {
                parts.pop()?;
            }
            part => parts.push(part),
        }
    }
    Some(parts.join("/"))
}

/// A repository of texts by their paths; what tests and editors use.
#[derive(Clone, Debug, Default)]
pub struct MemoryRepository {
    /// The folder of the plan.
    pub home: String,
    pub files: BTreeMap<String, String>,
    pub names: BTreeMap<String, Named>,
    /// Paths that are left out of version control.
    pub ignored: Vec<String>,
}

impl MemoryRepository {
    /// Returns the repository of these texts; names of git stand in `.git/packed-refs`, as git writes them.
    pub fn new(files: BTreeMap<String, String>) -> MemoryRepository {
        let mut names = BTreeMap::new();
        for line in files.get(".git/packed-refs").iter().flat_map(|text| text.lines()) {
            let Some((hash, name)) = line.split_once(' ') else { continue };
            names.insert(hash.to_owned(), Named::Commit);
            if let Some(tag) = name.strip_prefix("refs/tags/") {
                names.insert(tag.to_owned(), Named::Tag);
            } else if let Some(branch) = name.strip_prefix("refs/heads/") {
                names.insert(branch.to_owned(), Named::Branch);
            }
        }
        MemoryRepository { files, names, ..MemoryRepository::default() }
    }
}

impl Repository for MemoryRepository {
    fn home(&self) -> &str {
        &self.home
    }

    fn entry(&self, path: &str) -> Entry {
        let folder = format!("{path}/");
        match () {
            () if self.files.contains_key(path) => Entry::File,
            () if path.is_empty() || self.files.keys().any(|name| name.starts_with(&folder)) => Entry::Folder,
            () => Entry::Nothing,
        }
    }

    fn text(&self, path: &str) -> Option<String> {
        self.files.get(path).cloned()
    }

    fn names(&self, folder: &str) -> Option<Vec<String>> {
        let prefix = if folder.is_empty() { String::new() } else { format!("{folder}/") };
        let inside = self.files.keys().filter_map(|name| name.strip_prefix(&prefix));
        let mut names: Vec<String> = inside.filter_map(|rest| rest.split('/').next()).map(str::to_owned).collect();
        names.dedup();
        (!names.is_empty()).then_some(names)
    }

    fn ending(&self, path: &str) -> Option<Vec<String>> {
        let end = format!("/{path}");
        Some(self.files.keys().filter(|name| *name == path || name.ends_with(&end)).cloned().collect())
    }

    fn is_ignored(&self, path: &str) -> bool {
        self.ignored.iter().any(|ignored| path == ignored || path.starts_with(&format!("{ignored}/")))
    }

    fn named(&self, name: &str) -> Named {
        self.names.get(name).copied().unwrap_or(if self.names.is_empty() { Named::Unknown } else { Named::Nothing })
    }
}

#[cfg(test)]
mod tests {
    use super::beside;

    #[test]
    fn paths_are_seen_from_a_folder() {
        assert_eq!(beside("", "a/b").as_deref(), Some("a/b"));
        assert_eq!(beside("x/y", "../a/./b").as_deref(), Some("x/a/b"));
        assert_eq!(beside("x", "..").as_deref(), Some(""));
        assert_eq!(beside("x", "../../a"), None);
    }
}
