//! Writing a bundle: the whole directory beside its place first, then swapped in by renames. What an operator's run
//! has journalled is never lost: `state/` moves over when the plan is the same, and nothing is written when it is not.

use std::fs::{self, OpenOptions};
use std::io::{self, Write};
use std::path::{Path, PathBuf};

use super::atomic::{sibling, sync_folder};
use super::{reason, shown};
use crate::cli::output::Stop;

/// Where a bundle's runs keep their journal.
const STATE: &str = "state";

/// The file of a bundle that holds the plan's identity, and what its line begins with.
const IDENTITY: (&str, &str) = ("plan.conf", "fact plan_id ");

/// A file of a bundle.
#[derive(Clone, Copy, Debug)]
pub struct NewFile<'a> {
    /// Relative, with `/`.
    pub path: &'a str,
    pub bytes: &'a [u8],
    pub executable: bool,
}

/// Writes `files` as the bundle at `place`. An older bundle there is replaced; anything else there is left alone and is
/// trouble.
pub fn write_bundle(place: &Path, files: &[NewFile<'_>]) -> Result<(), Stop> {
    let standing = Standing::at(place)?;
    if let Standing::Bundle { identity, journal: true } = &standing {
        let new = files.iter().find(|file| file.path == IDENTITY.0).and_then(|file| identity_in(file.bytes));
        if new.is_none() || new != *identity {
            return Err(Stop::advised(
                format!("{} holds the journal of a run of another plan, or of this plan as it was before", shown(place)),
                format!(
                    "the journal belongs to the scripts beside it: build into another directory with `-o`, or keep \
                     {} somewhere and remove it",
                    shown(&place.join(STATE))
                ),
            ));
        }
    }
    if place.join(STATE).join("lock").exists() {
        return Err(Stop::advised(
            format!("a run of the bundle in {} is under way: its lock is held", shown(place)),
            "wait for it to end, or build into another directory with `-o`",
        ));
    }
    // A link keeps pointing where it does.
    let real = place.canonicalize().unwrap_or_else(|_| place.to_owned());
    let new = sibling(&real, "new");
    fill(&new, files).and_then(|()| swap(&new, &real)).map_err(|error| {
        let _ = fs::remove_dir_all(&new);
        Stop::trouble(format!("{} can't be written: {}", shown(place), reason(&error)))
    })
}

/// Returns whether the bundle at `place` consists of exactly these bytes.
pub fn holds_bundle(place: &Path, files: &[NewFile<'_>]) -> bool {
    files.iter().all(|file| fs::read(place.join(file.path)).is_ok_and(|bytes| bytes == file.bytes))
}

/// What stands where a bundle is to go.
#[derive(Debug, PartialEq, Eq)]
enum Standing {
    Nothing,
    Bundle { identity: Option<String>, journal: bool },
}

impl Standing {
    fn at(place: &Path) -> Result<Standing, Stop> {
        let entries = match fs::read_dir(place) {
            Ok(mut entries) => entries.next().is_some(),
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Standing::Nothing),
            Err(error) => return Err(Stop::trouble(format!("{}: {}", shown(place), reason(&error)))),
        };
        if !entries {
            return Ok(Standing::Nothing);
        }
        let conf = fs::read(place.join(IDENTITY.0)).ok();
        let journal = place.join(STATE).join("journal").exists();
        match conf {
            Some(conf) if place.join("rollback").is_file() => Ok(Standing::Bundle { identity: identity_in(&conf), journal }),
            _ => Err(Stop::advised(
                format!("{} exists and is no bundle of rbk, so it stays as it is", shown(place)),
                "name another directory with `-o`",
            )),
        }
    }
}

/// Returns the plan's identity from the text of a bundle's `plan.conf`.
fn identity_in(conf: &[u8]) -> Option<String> {
    let text = std::str::from_utf8(conf).ok()?;
    let value = text.lines().find_map(|line| line.strip_prefix(IDENTITY.1))?;
    Some(value.trim().trim_matches('\'').to_owned()).filter(|value| !value.is_empty())
}

/// Writes every file below `new`, synced.
fn fill(new: &Path, files: &[NewFile<'_>]) -> io::Result<()> {
    fs::create_dir_all(new.parent().unwrap_or(Path::new("")))?;
    fs::create_dir(new)?;
    let mut folders = vec![new.to_owned()];
    for file in files {
        let path = inside(new, file.path)?;
        // Files of a folder stand together.
        if let Some(folder) = path.parent()
            && folders.last().is_none_or(|last| last != folder)
        {
            fs::create_dir_all(folder)?;
            folders.push(folder.to_owned());
        }
        let mut options = OpenOptions::new();
        options.write(true).create_new(true);
        #[cfg(unix)]
        {
            use std::os::unix::fs::OpenOptionsExt;
            options.mode(if file.executable { 0o755 } else { 0o644 });
        }
        options.open(&path)?.write_all(file.bytes)?;
    }
    sync(new, files, &folders)
}

/// Files beyond which one sync of the whole file system is quicker than one for each: 15,000 took 0.9 s in place of 6 s.
#[cfg(target_os = "linux")]
const MANY: usize = 1000;

fn sync(new: &Path, files: &[NewFile<'_>], folders: &[PathBuf]) -> io::Result<()> {
    #[cfg(target_os = "linux")]
    if files.len() > MANY {
        return Ok(rustix::fs::syncfs(fs::File::open(new)?)?);
    }
    for file in files {
        fs::File::open(inside(new, file.path)?)?.sync_all()?;
    }
    folders.iter().try_for_each(|folder| fs::File::open(folder)?.sync_all())
}

/// Returns where a file of a bundle goes, and refuses a name that leads out of it.
fn inside(folder: &Path, name: &str) -> io::Result<PathBuf> {
    let plain = name.split('/').all(|part| !part.is_empty() && part != "." && part != "..");
    if plain { Ok(folder.join(name)) } else { Err(io::Error::other(format!("`{name}` is no name inside a bundle"))) }
}

/// Puts `new` in the place of what stands at `place` and moves its state over. A failure half-way is taken back.
fn swap(new: &Path, place: &Path) -> io::Result<()> {
    let old = sibling(place, "old");
    if !place.exists() {
        fs::rename(new, place)?;
        return sync_folder(place);
    }
    fs::rename(place, &old)?;
    if let Err(error) = fs::rename(new, place) {
        fs::rename(&old, place)?;
        return Err(error);
    }
    let state = old.join(STATE);
    if state.exists()
        && let Err(error) = fs::rename(&state, place.join(STATE))
    {
        fs::rename(place, new)?;
        fs::rename(&old, place)?;
        return Err(error);
    }
    sync_folder(place)?;
    fs::remove_dir_all(&old)
}

#[cfg(test)]
mod tests {
    use super::{NewFile, write_bundle};
    use crate::cli::output::Stop;
    use std::fs;
    use std::path::Path;

    fn build(place: &Path, identity: &str) -> Result<(), Stop> {
        let conf = format!("fact plan_name 'p'\nfact plan_id '{identity}'\n");
        write_bundle(
            place,
            &[
                NewFile { path: "rollback", bytes: b"#!/bin/sh\n", executable: true },
                NewFile { path: "plan.conf", bytes: conf.as_bytes(), executable: false },
                NewFile { path: "lib/run.sh", bytes: identity.as_bytes(), executable: false },
            ],
        )
    }

    fn message(result: Result<(), Stop>) -> String {
        match result {
            Err(Stop::Trouble { message, .. }) => message,
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn an_older_bundle_is_replaced_whole() {
        let folder = tempfile::tempdir().unwrap();
        let place = folder.path().join("p");
        build(&place, "1").unwrap();
        fs::write(place.join("lib/left-over.sh"), "").unwrap();
        build(&place, "2").unwrap();
        assert_eq!(fs::read_to_string(place.join("lib/run.sh")).unwrap(), "2");
        assert!(!place.join("lib/left-over.sh").exists());
        assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 1);
    }

    #[test]
    fn a_journal_moves_over_when_the_plan_is_the_same() {
        let folder = tempfile::tempdir().unwrap();
        let place = folder.path().join("p");
        build(&place, "1").unwrap();
        fs::create_dir(place.join("state")).unwrap();
        fs::write(place.join("state/journal"), "begun\n").unwrap();
        build(&place, "1").unwrap();
        assert_eq!(fs::read_to_string(place.join("state/journal")).unwrap(), "begun\n");
        assert!(message(build(&place, "2")).contains("journal"));
        assert_eq!(fs::read_to_string(place.join("state/journal")).unwrap(), "begun\n");
        assert_eq!(fs::read_to_string(place.join("lib/run.sh")).unwrap(), "1");
    }

    #[test]
    fn a_run_under_way_is_not_disturbed() {
        let folder = tempfile::tempdir().unwrap();
        let place = folder.path().join("p");
        build(&place, "1").unwrap();
        fs::create_dir_all(place.join("state/lock")).unwrap();
        assert!(message(build(&place, "1")).contains("under way"));
    }

    #[test]
    fn what_is_no_bundle_stays_as_it_is() {
        let folder = tempfile::tempdir().unwrap();
        fs::write(folder.path().join("thesis.tex"), "years of work").unwrap();
        assert!(message(build(folder.path(), "1")).contains("no bundle"));
        assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 1);
        fs::write(folder.path().join("file"), "").unwrap();
        assert!(build(&folder.path().join("file"), "1").is_err());
    }

    #[test]
    fn a_name_that_leads_out_is_refused() {
        let folder = tempfile::tempdir().unwrap();
        let place = folder.path().join("p");
        for path in ["../out", "/etc/passwd", "a//b", "a/../../b"] {
            let file = NewFile { path, bytes: b"", executable: false };
            assert!(write_bundle(&place, &[file]).is_err(), "{path}");
        }
        assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 0);
    }
}
