//! What was tried, kept: a line a trial while the campaign runs, and counts for each run in `tests/fire/record.tsv`. A run is known by its
//! seed and by the runtime that it tried; one that was interrupted goes on where it stood, and several add up. Of a runtime that has
//! been changed since, only how many trials there were is kept.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;
use std::fs;
use std::io::Write as _;
use std::path::PathBuf;
use std::sync::Mutex;

use crate::corpus;

/// How a trial ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Outcome {
    Held,
    /// The fault's place was never reached; everything else held.
    Missed,
    Failed,
}

/// What trials have in common that are counted together.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Kind {
    pub seed: u64,
    /// A sum of the runtime's files.
    pub runtime: String,
    pub plan: String,
    pub fault: String,
    pub database: String,
    pub shell: String,
}

/// Trials that held, in which nothing happened, and that failed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Count {
    pub held: u32,
    pub missed: u32,
    pub failed: u32,
}

pub type Counts = BTreeMap<Kind, Count>;

/// All that `tests/fire/record.tsv` holds.
pub struct Kept {
    /// Of the runtime as it is.
    pub counts: Counts,
    /// Of those before it, by their sums.
    pub earlier: BTreeMap<String, Count>,
}

/// Begins the lines of earlier runtimes.
const EARLIER: &str = "earlier";

/// Trials by seed, runtime and name.
type Known = BTreeMap<(u64, String, String), (Kind, Outcome)>;

/// The record of a run, which its threads share.
pub struct Record {
    /// Where each trial gets its line.
    file: Option<PathBuf>,
    seed: u64,
    runtime: String,
    known: Mutex<Known>,
}

impl Record {
    /// Takes up what the file holds already.
    pub fn open(file: Option<PathBuf>, seed: u64) -> Record {
        let mut known = Known::new();
        let text = file.as_ref().and_then(|file| fs::read_to_string(file).ok()).unwrap_or_default();
        for line in text.lines() {
            let Some((kind, fields)) = read(line) else { continue };
            let [outcome, name] = fields[..] else { continue };
            let outcome = match outcome {
                "held" => Outcome::Held,
                "missed" => Outcome::Missed,
                _ => Outcome::Failed,
            };
            known.insert((kind.seed, kind.runtime.clone(), name.to_owned()), (kind, outcome));
        }
        Record { file, seed, runtime: runtime(), known: Mutex::new(known) }
    }

    /// Was it tried in this run? One that failed is tried again.
    pub fn has(&self, name: &str) -> bool {
        let known = self.known.lock().expect("no thread has panicked");
        known.get(&(self.seed, self.runtime.clone(), name.to_owned())).is_some_and(|(_, outcome)| *outcome != Outcome::Failed)
    }

    /// Was a story told in this run, and all of its trials held? They are known by its name and a number.
    pub fn has_story(&self, name: &str) -> bool {
        let known = self.known.lock().expect("no thread has panicked");
        let start = (self.seed, self.runtime.clone(), format!("{name}/"));
        let mut own = known
            .range(start.clone()..)
            .take_while(|((seed, runtime, one), _)| *seed == start.0 && *runtime == start.1 && one.starts_with(&start.2));
        own.clone().next().is_some() && own.all(|(_, (_, outcome))| *outcome != Outcome::Failed)
    }

    /// Counts a trial.
    pub fn add(&self, name: &str, plan: &str, fault: &str, database: &str, shell: &str, outcome: Outcome) {
        let kind = Kind {
            seed: self.seed,
            runtime: self.runtime.clone(),
            plan: plan.to_owned(),
            fault: fault.to_owned(),
            database: database.to_owned(),
            shell: shell.to_owned(),
        };
        if let Some(file) = &self.file {
            let word = match outcome {
                Outcome::Held => "held",
                Outcome::Missed => "missed",
                Outcome::Failed => "failed",
            };
            let line = format!("{}\t{word}\t{name}\n", written(&kind));
            let opened = fs::OpenOptions::new().append(true).create(true).open(file);
            opened.and_then(|mut file| file.write_all(line.as_bytes())).expect("the record is writable");
        }
        let mut known = self.known.lock().expect("no thread has panicked");
        known.insert((kind.seed, kind.runtime.clone(), name.to_owned()), (kind, outcome));
    }

    /// Returns what is in it, counted.
    pub fn counts(&self) -> Counts {
        let mut counts = Counts::new();
        for (kind, outcome) in self.known.lock().expect("no thread has panicked").values() {
            let count = counts.entry(kind.clone()).or_default();
            *match outcome {
                Outcome::Held => &mut count.held,
                Outcome::Missed => &mut count.missed,
                Outcome::Failed => &mut count.failed,
            } += 1;
        }
        counts
    }

    /// Writes its counts into `tests/fire/record.tsv`, in the place of what was there of the same runs; returns all that is there now.
    pub fn keep(&self) -> Kept {
        let path = corpus::root().join("tests/fire/record.tsv");
        let text = fs::read_to_string(&path).unwrap_or_default();
        let own = self.counts();
        let runs: BTreeSet<(u64, &str)> = own.keys().map(|kind| (kind.seed, kind.runtime.as_str())).collect();
        let mut kept = Kept { counts: Counts::new(), earlier: earlier(&text) };
        let before = text.lines().filter_map(counted).filter(|(kind, _)| !runs.contains(&(kind.seed, kind.runtime.as_str())));
        for (kind, count) in before.chain(own.clone()) {
            if kind.runtime == self.runtime {
                kept.counts.insert(kind, count);
            } else {
                let all = kept.earlier.entry(kind.runtime).or_default();
                *all = Count { held: all.held + count.held, missed: all.missed + count.missed, failed: all.failed + count.failed };
            }
        }
        let mut text =
            String::from("# seed, runtime, plan, fault, database, shell, trials that held, that missed their place, that failed\n");
        for (runtime, count) in &kept.earlier {
            let _ = writeln!(text, "{EARLIER}\t{runtime}\t{}\t{}\t{}", count.held, count.missed, count.failed);
        }
        for (kind, count) in &kept.counts {
            let _ = writeln!(text, "{}\t{}\t{}\t{}", written(kind), count.held, count.missed, count.failed);
        }
        fs::write(&path, text).expect("the record is writable");
        kept
    }
}

fn counted(line: &str) -> Option<(Kind, Count)> {
    let (kind, fields) = read(line)?;
    Some((kind, count(&fields)?))
}

fn earlier(text: &str) -> BTreeMap<String, Count> {
    let read = |line: &str| {
        let fields: Vec<&str> = line.strip_prefix(EARLIER)?.strip_prefix('\t')?.split('\t').collect();
        Some((fields.first()?.to_string(), count(&fields[1..])?))
    };
    text.lines().filter_map(read).collect()
}

fn count(fields: &[&str]) -> Option<Count> {
    let [held, missed, failed] = fields[..] else { return None };
    Some(Count { held: held.parse().ok()?, missed: missed.parse().ok()?, failed: failed.parse().ok()? })
}

fn written(kind: &Kind) -> String {
    let Kind { seed, runtime, plan, fault, database, shell } = kind;
    format!("{seed}\t{runtime}\t{plan}\t{fault}\t{database}\t{shell}")
}

fn read(line: &str) -> Option<(Kind, Vec<&str>)> {
    let fields: Vec<&str> = line.split('\t').collect();
    let [seed, runtime, plan, fault, database, shell, ref rest @ ..] = fields[..] else { return None };
    let own = |text: &str| text.to_owned();
    let kind = Kind {
        seed: seed.parse().ok()?,
        runtime: own(runtime),
        plan: own(plan),
        fault: own(fault),
        database: own(database),
        shell: own(shell),
    };
    Some((kind, rest.to_vec()))
}

/// Returns a sum of all that a bundle's shell is made of, in eight digits.
fn runtime() -> String {
    let mut files = Vec::new();
    for folder in ["src/emit/bundle/runtime", "src/emit/bundle/runtime/lib", "src/emit/bundle/methods"] {
        let entries = fs::read_dir(corpus::root().join(folder)).expect("the runtime is there").flatten();
        files.extend(entries.map(|entry| entry.path()).filter(|path| path.extension().is_some_and(|extension| extension == "sh")));
    }
    files.sort();
    let mut sum = 0xcbf2_9ce4_8422_2325_u64;
    for byte in files.iter().flat_map(|file| fs::read(file).expect("the runtime is readable")) {
        sum = (sum ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3);
    }
    format!("{sum:016x}")[..8].to_owned()
}
