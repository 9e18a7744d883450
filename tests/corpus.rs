//! Every plan in the repository that has to compile: the examples and the language fixtures.

use std::fs;
use std::path::{Path, PathBuf};

/// The repository's root.
pub fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

/// Each `.rbk` file below `examples/` and `tests/fixtures/language/`: its path from the root, and its text; sorted.
pub fn plans() -> Vec<(String, String)> {
    let mut files = Vec::new();
    for folder in ["examples", "tests/fixtures/language"] {
        collect(&root().join(folder), &mut files);
    }
    files.sort();
    assert!(!files.is_empty());
    files
        .into_iter()
        .map(|path| {
            let name = path.strip_prefix(root()).expect("it lies below").display().to_string();
            (name, fs::read_to_string(&path).expect("plans are readable"))
        })
        .collect()
}

fn collect(folder: &Path, files: &mut Vec<PathBuf>) {
    let Ok(entries) = fs::read_dir(folder) else { return };
    for entry in entries {
        let path = entry.expect("folders are readable").path();
        if path.is_dir() {
            collect(&path, files);
        } else if path.extension().is_some_and(|extension| extension == "rbk") {
            files.push(path);
        }
    }
}
