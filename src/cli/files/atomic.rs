//! Writing one file so that a crash leaves the old text or the new one, never half of either.

use std::fs::{self, File, OpenOptions};
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::process;

use super::{reason, shown};
use crate::cli::output::Stop;

/// Writes `text` to `path`: beside it first, synced, then renamed over it. A link keeps pointing where it does, and
/// permissions stay. A device or a pipe is written to, and stays what it is.
pub fn write(path: &Path, text: &str) -> Result<(), Stop> {
    let real = path.canonicalize().unwrap_or_else(|_| path.to_owned());
    if fs::metadata(&real).is_ok_and(|metadata| !metadata.is_file() && !metadata.is_dir()) {
        let written = OpenOptions::new().write(true).open(&real).and_then(|mut file| file.write_all(text.as_bytes()));
        return written.map_err(|error| Stop::trouble(format!("{} can't be written: {}", shown(path), reason(&error))));
    }
    let beside = sibling(&real, "new");
    let result = fill(&beside, text.as_bytes(), fs::metadata(&real).ok().map(|metadata| metadata.permissions()))
        .and_then(|()| fs::rename(&beside, &real))
        .and_then(|()| sync_folder(&real));
    result.map_err(|error| {
        let _ = fs::remove_file(&beside);
        Stop::trouble(format!("{} can't be written: {}", shown(path), reason(&error)))
    })
}

/// Returns a hidden name in the same directory, so that a rename stays on one disk.
pub fn sibling(path: &Path, what: &str) -> PathBuf {
    let name = path.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
    path.with_file_name(format!(".{name}.rbk-{what}-{}", process::id()))
}

/// Makes what a rename did last: a directory remembers its entries only once it is synced.
pub fn sync_folder(path: &Path) -> io::Result<()> {
    let folder = path.parent().filter(|folder| *folder != Path::new("")).unwrap_or(Path::new("."));
    if cfg!(unix) { File::open(folder)?.sync_all() } else { Ok(()) }
}

fn fill(path: &Path, bytes: &[u8], permissions: Option<fs::Permissions>) -> io::Result<()> {
    let mut file = OpenOptions::new().write(true).create_new(true).open(path)?;
    if let Some(permissions) = permissions {
        file.set_permissions(permissions)?;
    }
    file.write_all(bytes)?;
    file.sync_all()
}
