//! The plans of a run, read and compiled on every core, in the order in which they were named.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Mutex, PoisonError};
use std::thread;

use crate::cli::args::{CheckArgs, InputArgs};
use crate::cli::compile::{Compiled, Input, compile};
use crate::cli::files;
use crate::cli::output::Stop;
use crate::cli::settings::Settings;
use crate::config::{Policy, Ruling};
use crate::report::Unread;

/// What became of the files of a run.
#[derive(Debug)]
pub struct Gathered {
    pub compiled: Vec<Compiled>,
    pub unread: Vec<Unread>,
}

/// One file: compiled, or why it could not be read.
type One = Result<Result<(PathBuf, Compiled), Unread>, Stop>;

/// Reads and compiles what a run is about.
pub fn gather(options: &CheckArgs, settings: &Settings, policy: &Policy) -> Result<Gathered, Stop> {
    let files::Plans { paths, found } = files::plans(&options.files, &settings.excluded()?)?;
    let input = InputArgs { shellcheck: options.shellcheck, ..settings.input(&options.input) };
    let mut compiled = Vec::new();
    let mut unread = Vec::new();
    for one in each(&paths, |path| read(path, options, &input)) {
        match one? {
            Ok(one) => compiled.push(one),
            Err(one) => unread.push(one),
        }
    }
    leave_out_libraries(&mut compiled, &found);
    let mut compiled = once_each(compiled);
    compiled.iter_mut().for_each(|one| rule(one, settings, policy));
    Ok(Gathered { compiled, unread })
}

/// Leaves out what is not to be told, and gives the rest its severity.
fn rule(one: &mut Compiled, settings: &Settings, policy: &Policy) {
    let paths: Vec<Option<PathBuf>> = one.sources.iter().map(|(_, file)| settings.below(Path::new(&file.name))).collect();
    one.findings.retain_mut(|finding| {
        let path = paths[finding.span().file.0 as usize].as_deref();
        match policy.ruling(finding.code, finding.severity, path) {
            Ruling::Told(severity) => finding.severity = severity,
            Ruling::Silent => return false,
        }
        true
    });
}

fn read(path: &Path, options: &CheckArgs, root: &InputArgs) -> One {
    let input = Input::named(path, options.stdin_filename.as_deref());
    match input.read() {
        Ok(bytes) => {
            let mut compiled = compile(&input, bytes, root)?;
            // A run may be about thousands of plans: what they mean is not kept where only the findings are asked for.
            if !options.verdicts && !options.watch && compiled.profiles.is_empty() {
                compiled.plan = None;
            }
            Ok(Ok((input.path().to_owned(), compiled)))
        }
        Err(reason) => Ok(Err(Unread { file: files::shown(path), reason })),
    }
}

/// Returns `work` of every path, in the order of the paths, done by as many threads as there are cores.
fn each(paths: &[PathBuf], work: impl Fn(&PathBuf) -> One + Sync) -> Vec<One> {
    let threads = thread::available_parallelism().map_or(1, usize::from).min(paths.len());
    if threads <= 1 {
        return paths.iter().map(work).collect();
    }
    let next = AtomicUsize::new(0);
    let done: Mutex<Vec<(usize, One)>> = Mutex::new(Vec::with_capacity(paths.len()));
    thread::scope(|scope| {
        for _ in 0..threads {
            scope.spawn(|| {
                loop {
                    let index = next.fetch_add(1, Ordering::Relaxed);
                    let Some(path) = paths.get(index) else { return };
                    let one = work(path);
                    done.lock().unwrap_or_else(PoisonError::into_inner).push((index, one));
                }
            });
        }
    });
    let mut done = done.into_inner().unwrap_or_else(PoisonError::into_inner);
    done.sort_by_key(|(index, _)| *index);
    done.into_iter().map(|(_, one)| one).collect()
}

/// Leaves out the files that were found, not named, and that a plan among them uses: they were checked with it, and declare no plan of
/// their own.
fn leave_out_libraries(compiled: &mut Vec<(PathBuf, Compiled)>, found: &BTreeSet<PathBuf>) {
    let used: BTreeSet<PathBuf> = compiled.iter().flat_map(|(_, one)| one.used()).collect();
    compiled.retain(|(path, _)| !(found.contains(path) && used.contains(path)));
}

/// Keeps a finding in a file that several plans use once.
fn once_each(compiled: Vec<(PathBuf, Compiled)>) -> Vec<Compiled> {
    let mut seen = BTreeSet::new();
    let mut plans: Vec<Compiled> = compiled.into_iter().map(|(_, one)| one).collect();
    for one in &mut plans {
        let sources = &one.sources;
        one.findings.retain(|finding| {
            let span = finding.span();
            let file = &sources.file(span.file).name;
            seen.insert((file.clone(), span.start, span.end, finding.code, finding.message.clone()))
        });
    }
    plans
}
