//! Which trials there are, and in which order: in rounds, so that shells, faults and plans have the same share whenever it ends. What a
//! round draws follows from the run's seed, the round and the shell, so that a trial can be met again by its name.

use std::io::Write as _;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::time::Instant;

use super::campaign::{self, Reference, Trial};
use super::canary;
use super::circumstances::{self, CIRCUMSTANCES};
use super::engine::Engine;
use super::faults::FAULTS;
use super::hostile;
use super::plans::{Database, Draw, Drawn, draw, moody};
use super::record::{Outcome, Record};
use super::stories::{self, EXAMPLES, Example};
use super::world::World;
use crate::operator::Shell;

pub const SHELLS: [Shell; 5] =
    [Shell("dash", &[]), Shell("bash", &[]), Shell("bash", &["--posix"]), Shell("busybox", &["ash"]), Shell("mksh", &[])];

pub const CANARY: &str = "a secret in URLs, a header, a parameter and what steps print: nobody else sees it, before, during or after";

pub const HOSTILE: &str = "a plan whose every text is hostile, on targets whose every name is";

/// How much is tried.
pub struct Bounds {
    pub seed: u64,
    /// For each fault, shell and database; without it, each fault once on each database.
    pub amount: Option<u64>,
    pub until: Option<Instant>,
    pub only: Option<String>,
}

/// The trials of one thread.
pub struct Rounds<'r> {
    bounds: &'r Bounds,
    record: &'r Record,
    failures: Vec<String>,
}

impl<'r> Rounds<'r> {
    pub fn new(bounds: &'r Bounds, record: &'r Record) -> Rounds<'r> {
        Rounds { bounds, record, failures: Vec::new() }
    }

    fn rounds(&self) -> u64 {
        self.bounds.amount.unwrap_or(1)
    }

    /// When the time is up, nothing begins that could still be left out.
    fn wanted(&self, name: &str) -> bool {
        let in_time = self.bounds.until.is_none_or(|until| Instant::now() < until);
        in_time && self.bounds.only.as_deref().is_none_or(|only| name.starts_with(only) || only.starts_with(name))
    }

    /// A bounded run deals what may happen out among the shells.
    fn dealt(&self, place: usize, shell: usize) -> bool {
        self.bounds.amount.is_some() || self.bounds.only.is_some() || (place + self.bounds.seed as usize) % SHELLS.len() == shell
    }

    /// Every shell on one database, round after round; returns the failures.
    pub fn on(mut self, database: Database) -> Vec<String> {
        let of = |shell: Shell| format!("{}/{}", database.name(), shell.called().replace(' ', "_"));
        if !SHELLS.iter().any(|shell| self.wanted(&of(*shell))) {
            return Vec::new();
        }
        let mut engine = Engine::start(database);
        if let Some(words) = self.bounds.only.clone()
            && let Some((seed, trial)) = named(&words)
        {
            let shell = SHELLS.into_iter().find(|shell| words.starts_with(&format!("{}/", of(*shell)))).expect("it names a shell");
            self.disturb(&mut engine, database, shell, draw(database, seed), |rounds, world, reference| {
                rounds.drawn(world, reference, &trial);
            });
            return self.failures;
        }
        for round in 0..self.rounds() {
            // A run that is cut short has not had the same shells as all the others.
            let first = self.bounds.seed as usize + database as usize;
            for (number, shell) in SHELLS.into_iter().enumerate().cycle().skip(first % SHELLS.len()).take(SHELLS.len()) {
                // Each round, in each shell, has a plan of its own.
                let seed = self.bounds.seed * 1000 + round * SHELLS.len() as u64 + number as u64;
                let start = of(shell);
                if self.wanted(&format!("{start}/drawn-{seed}")) {
                    self.disturb(&mut engine, database, shell, draw(database, seed), |rounds, world, reference| {
                        for trial in campaign::trials(world, reference, &mut Draw::new(seed + 1000)) {
                            let place = FAULTS.iter().position(|(fault, ..)| *fault == trial.fault).unwrap_or(0);
                            if rounds.dealt(place + database as usize, number) {
                                rounds.drawn(world, reference, &trial);
                            }
                        }
                    });
                }
                self.circumstances(&mut engine, database, shell, number, seed);
                let name = format!("{start}/canary-{seed}");
                if self.wanted(&name) && !self.record.has(&name) {
                    match World::new(&mut engine, database, shell, canary::plan(database)) {
                        Ok(mut world) => {
                            let outcome = attempt(|| canary::carry_out(&mut world, seed).map(|()| true));
                            self.note(&world, &name, "secrets", CANARY, outcome);
                        }
                        Err(why) => self.fails(&name, &why, ""),
                    }
                }
                let name = format!("{start}/hostile-{seed}");
                if self.wanted(&name) && !self.record.has(&name) {
                    let (plan, words) = hostile::draw(database, seed);
                    match World::new(&mut engine, database, shell, plan) {
                        Ok(mut world) => {
                            let outcome = attempt(|| hostile::carry_out(&mut world, &words).map(|()| true));
                            self.note(&world, &name, "hostile texts", HOSTILE, outcome);
                        }
                        Err(why) => self.fails(&name, &why, ""),
                    }
                }
            }
        }
        self.failures
    }

    fn circumstances(&mut self, engine: &mut Engine, database: Database, shell: Shell, number: usize, seed: u64) {
        let start = format!("{}/{}", database.name(), shell.called().replace(' ', "_"));
        let mut some: Vec<_> = CIRCUMSTANCES.iter().enumerate().collect();
        some.retain(|(place, (circumstance, _))| {
            let name = format!("{start}/{circumstance:?}-{seed}");
            let happens = circumstances::happens(*circumstance, database);
            happens && self.dealt(*place + database as usize, number) && self.wanted(&name) && !self.record.has(&name)
        });
        if some.is_empty() {
            return;
        }
        self.disturb(engine, database, shell, moody(database), |rounds, world, reference| {
            for (_, (circumstance, words)) in some {
                let name = format!("{start}/{circumstance:?}-{seed}");
                if rounds.wanted(&name) {
                    let mut draw = Draw::new(seed);
                    let outcome = attempt(|| circumstances::carry_out(world, reference, *circumstance, &mut draw).map(|()| true));
                    rounds.note(world, &name, "a step with moods", words, outcome);
                }
            }
        });
    }

    fn drawn(&mut self, world: &mut World<'_>, reference: &Reference, trial: &Trial) {
        let name = trial.name(world);
        if self.wanted(&name) && !self.record.has(&name) {
            let words = FAULTS.iter().find(|(fault, ..)| *fault == trial.fault).map_or("", |(_, words, _)| words);
            let outcome = attempt(|| campaign::carry_out(world, reference, trial));
            self.note(world, &name, "drawn", words, outcome);
        }
    }

    /// Makes the place for a plan, sees what undisturbed runs do there, and hands both on.
    fn disturb(
        &mut self,
        engine: &mut Engine,
        database: Database,
        shell: Shell,
        plan: Drawn,
        then: impl FnOnce(&mut Self, &mut World<'_>, &Reference),
    ) {
        let plan_name = format!("{}/{}/{}", database.name(), shell.called().replace(' ', "_"), plan.name);
        let world = World::new(engine, database, shell, plan);
        let begun = world.and_then(|mut world| attempt(|| campaign::undisturbed(&mut world)).map(|reference| (world, reference)));
        match begun {
            Ok((mut world, reference)) => then(self, &mut world, &reference),
            Err(why) => self.fails(&plan_name, &why, ""),
        }
    }

    fn note(&mut self, world: &World<'_>, name: &str, plan: &str, fault: &str, outcome: Result<bool, String>) {
        let counted = match &outcome {
            Ok(true) => Outcome::Held,
            Ok(false) => Outcome::Missed,
            Err(_) => Outcome::Failed,
        };
        self.record.add(name, plan, fault, world.database.name(), &world.shell.called(), counted);
        if let Err(why) = outcome {
            let journal = std::fs::read_to_string(world.slot().join("state/journal")).unwrap_or_default();
            self.fails(name, &why, &format!("{}\n{journal}", world.transcript));
        }
    }

    /// Says a failure at once, for the others may take long; all that was said stands in a file of its own.
    fn fails(&mut self, name: &str, why: &str, told: &str) {
        let file = std::env::temp_dir().join("rbk-fire-failed").join(name.replace(['/', ' '], "_"));
        let _ = std::fs::create_dir_all(file.parent().expect("it has one"));
        let _ = std::fs::write(&file, format!("{why}\n{told}"));
        let _ = writeln!(std::io::stdout(), "FAILED {name}: {why}\n    see {}", file.display());
        self.failures.push(format!("{name}: {why}\n{told}"));
    }

    /// Every story of every example, in the next shell each: first one of each example, so that none is left out when the time is up.
    pub fn of_examples(mut self) -> Vec<String> {
        let bounded = self.bounds.amount.is_none() && self.bounds.only.is_none();
        let longest = EXAMPLES.iter().map(|example| example.stories.len()).max().unwrap_or(0);
        for round in 0..self.rounds() {
            let seed = self.bounds.seed * 1000 + round;
            let first = self.bounds.seed as usize % EXAMPLES.len();
            for place in 0..longest {
                for (number, example) in EXAMPLES.iter().enumerate().cycle().skip(first).take(EXAMPLES.len()) {
                    let Some((story, tell)) = example.stories.get(place) else { continue };
                    let shell = SHELLS[(number + place + seed as usize) % SHELLS.len()];
                    let name = format!("examples/{}/{story}/{seed}", example.name);
                    // A bounded run tells one story of the first examples, which are short.
                    if self.wanted(&name) && !self.record.has_story(&name) && !(bounded && (place > 0 || number > 3)) {
                        self.story(example, *tell, shell, seed + 100 * place as u64, &name);
                    }
                }
            }
        }
        self.failures
    }

    fn story(&mut self, example: &Example, tell: fn(), shell: Shell, seed: u64, name: &str) {
        let (hits, why) = stories::tell(example, tell, shell, seed);
        for (number, hit) in hits.iter().enumerate() {
            let outcome = if why.is_some() && hit.outcome == Outcome::Held { Outcome::Failed } else { hit.outcome };
            self.record.add(&format!("{name}/{number}"), example.name, hit.words, example.database, &shell.called(), outcome);
        }
        if let Some(why) = why {
            let told: Vec<&str> = hits.iter().map(|hit| hit.transcript.as_str()).collect();
            self.fails(name, &why, &told.join("\n"));
        }
    }
}

/// A trial that its own checks ended is one that failed.
fn attempt<T>(trial: impl FnOnce() -> Result<T, String>) -> Result<T, String> {
    catch_unwind(AssertUnwindSafe(trial)).unwrap_or_else(|why| {
        let text = why.downcast_ref::<String>().cloned().or_else(|| why.downcast_ref::<&str>().map(|text| (*text).to_owned()));
        Err(text.unwrap_or_else(|| "it panicked".to_owned()))
    })
}

/// Reads the whole name of a trial on a plan that was drawn: the plan's seed, and what is done.
fn named(name: &str) -> Option<(u64, Trial)> {
    let plan = name.split('/').nth(2)?.strip_prefix("drawn-")?;
    Some((plan.parse().ok()?, Trial::read(name)?))
}
