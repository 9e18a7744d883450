//! Where a repository begins, and what files are called from there: the same for everybody, wherever they run rbk.

use std::collections::BTreeMap;
use std::env;
use std::path::{Component, Path, PathBuf};

use super::shown;

/// Directories by which a repository is known.
const REPOSITORIES: [&str; 5] = [".git", ".jj", ".hg", ".svn", ".pijul"];

/// Returns the root of the repository that holds `folder`, and by what it is known.
pub fn repository(folder: &Path) -> Option<(&Path, &'static str)> {
    folder.ancestors().find_map(|folder| REPOSITORIES.iter().find(|name| folder.join(name).exists()).map(|name| (folder, *name)))
}

/// Returns the root of the repository that holds the current directory, or that directory.
pub fn root() -> PathBuf {
    let here = env::current_dir().unwrap_or_default();
    repository(&here).map(|(root, _)| root.to_owned()).unwrap_or(here)
}

/// Returns, by name, the paths of files from the repository's root, or from the current directory without one, with `/`. What lies
/// outside keeps its name.
pub fn rooted<'a>(names: impl IntoIterator<Item = &'a str>) -> BTreeMap<String, String> {
    let Ok(here) = env::current_dir() else { return BTreeMap::new() };
    let root = root();
    let from_root = |name: &str| {
        let whole = tidy(&here.join(name));
        let inside = whole.strip_prefix(&root).ok()?;
        Some(inside.components().map(|part| shown(Path::new(part.as_os_str()))).collect::<Vec<_>>().join("/"))
    };
    names.into_iter().filter_map(|name| Some((name.to_owned(), from_root(name)?))).collect()
}

/// Returns `path` without `.` and, where a name stands before it, without `..`.
pub fn tidy(path: &Path) -> PathBuf {
    let mut tidy = PathBuf::new();
    for component in path.components() {
        match component {
            Component::CurDir => {}
            Component::ParentDir if matches!(tidy.components().next_back(), Some(Component::Normal(_))) => {
                tidy.pop();
            }
            other => tidy.push(other),
        }
    }
    tidy
}
