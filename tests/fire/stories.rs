//! The examples' stories (`tests/examples`), told while something goes wrong: each command that people type to carry something out is
//! hit by a fault at a place that is drawn, and taken up again as the bundle says. What the story expects has to hold all the same.

use std::cell::RefCell;
use std::fs;
use std::os::unix::process::{CommandExt, ExitStatusExt};
use std::path::PathBuf;
use std::process::{Command, Stdio};
use std::rc::Rc;
use std::thread::sleep;
use std::time::{Duration, Instant};

use tempfile::TempDir;

use super::faults::{FAULTS, Fault};
use super::plans::Draw;
use super::record::Outcome;
use super::tools::{self, Place};
use super::world::{end_group, settle};
use crate::examples;
use crate::operator::{DISTURBANCE, Disturbance, Operator, Run, Shell};
use crate::servers;

/// An example: its name, the client of its database, the database's name, its stories.
pub struct Example {
    pub name: &'static str,
    pub client: &'static str,
    pub database: &'static str,
    pub stories: &'static [(&'static str, fn())],
}

/// Every example.
pub const EXAMPLES: &[Example] = &[
    of("quickstart", "sqlite3", "SQLite", examples::quickstart::STORIES),
    of("short", "sqlite3", "SQLite", examples::short::STORIES),
    of("order-currency", "mariadb", "MariaDB", examples::order_currency::STORIES),
    of("every-letter", "mariadb", "MariaDB", examples::every_letter::STORIES),
    of("party-posture", "psql", "PostgreSQL", examples::party_posture::STORIES),
    of("todo-consistency", "psql", "PostgreSQL", examples::todo_consistency::STORIES),
    of("uuid-schema", "psql", "PostgreSQL", examples::uuid_schema::STORIES),
    of("jazz-to-postgresql", "psql", "PostgreSQL", examples::jazz_to_postgresql::STORIES),
    of("cocoatrack", "psql", "PostgreSQL", examples::cocoatrack::STORIES),
];

const fn of(name: &'static str, client: &'static str, database: &'static str, stories: &'static [(&'static str, fn())]) -> Example {
    Example { name, client, database, stories }
}

/// What happened to one command of a story.
pub struct Hit {
    pub words: &'static str,
    pub outcome: Outcome,
    /// What was typed and said.
    pub transcript: String,
}

/// Tells a story; returns what happened to each of its commands, and why it failed, if it did.
pub fn tell(example: &Example, story: fn(), shell: Shell, seed: u64) -> (Vec<Hit>, Option<String>) {
    let hits = Rc::new(RefCell::new(Vec::new()));
    let root = tempfile::Builder::new().prefix("rbk-tale").tempdir_in("/tmp").expect("a temporary folder");
    tools::write(&root.path().join("tools"));
    let mut hitter = Hitter { root, client: example.client, draw: Draw::new(seed), hits: Rc::clone(&hits) };
    let carry_out = move |operator: &Operator, arguments: &str| hitter.carry_out(operator, arguments);
    DISTURBANCE.set(Some(Disturbance { shell, carry_out: Box::new(carry_out) }));
    let told = std::panic::catch_unwind(story);
    DISTURBANCE.set(None);
    let why = told.err().map(|why| {
        let text = why.downcast_ref::<String>().cloned().or_else(|| why.downcast_ref::<&str>().map(|text| (*text).to_owned()));
        text.unwrap_or_else(|| "it panicked".to_owned())
    });
    (hits.take(), why)
}

struct Hitter {
    root: TempDir,
    client: &'static str,
    draw: Draw,
    hits: Rc<RefCell<Vec<Hit>>>,
}

impl Hitter {
    fn path(&self, name: &str) -> PathBuf {
        self.root.path().join(name)
    }

    fn carry_out(&mut self, operator: &Operator, arguments: &str) -> Run {
        let word = arguments.split(' ').next().unwrap_or_default();
        if !["prepare", "forward", "run", "resume"].contains(&word) {
            return operator.run(arguments);
        }
        // A story has its server for itself, and nobody starts it again.
        let faults: Vec<_> = FAULTS.iter().filter(|(fault, ..)| *fault != Fault::KillServer).collect();
        let (fault, words, places) = faults[self.draw.below(faults.len() as u64) as usize];
        let places: Vec<Place> = places.iter().copied().filter(|place| *place != Place::Step).collect();
        let place = places[self.draw.below(places.len() as u64) as usize];
        let at = 1 + self.draw.below(match place {
            Place::Client => 8,
            Place::Anywhere => 300,
            _ => 25,
        });
        let _ = fs::remove_dir_all(self.path("fire"));
        fs::create_dir_all(self.path("fire")).expect("the folder is made");
        fs::write(self.path("fire/fault"), fault.script(None)).expect("the folder is writable");
        let mut transcript = format!("{} at {}@{at}\n", fault.word(), place.word());
        let mut run = self.run(operator, arguments, Some((place, at)), &mut transcript);
        let fired = self.path("fire/fired").exists();
        if fired {
            run = self.finish(operator, arguments, run, &mut transcript);
        }
        let outcome = if fired { Outcome::Held } else { Outcome::Missed };
        self.hits.borrow_mut().push(Hit { words, outcome, transcript });
        run
    }

    /// Types what the bundle says is next, until it has come to the end or waits for a person as it would have done anyway.
    fn finish(&self, operator: &Operator, arguments: &str, first: Run, transcript: &mut String) -> Run {
        let options: Vec<&str> = arguments.split(' ').skip_while(|word| !word.starts_with("--")).collect();
        let options = options.join(" ");
        let mut run = first;
        for _ in 0..14 {
            if run.status == 0 || run.status == 4 {
                return run;
            }
            if run.text.contains("has no owner") {
                let _ = fs::remove_dir_all(operator.bundle().join("state/lock"));
            }
            if run.text.contains("still running") {
                sleep(Duration::from_millis(100));
            }
            let again = run.text.contains("nothing to resume");
            let mut next = if again { arguments.to_owned() } else { format!("resume {options}") };
            if let Some(step) = to_be_done_again(operator, &run.text) {
                next = format!("{next} --assume {step}=redo");
            }
            run = self.run(operator, &next, None, transcript);
            // It had come to its end before it was killed.
            if again && run.status == 3 && run.text.contains("does not apply") {
                run.status = 0;
            }
        }
        run
    }

    /// Runs `./rollback` in a group of processes of its own, until all of that is gone.
    fn run(&self, operator: &Operator, arguments: &str, at: Option<(Place, u64)>, transcript: &mut String) -> Run {
        let plain = operator.command(arguments);
        let said = self.path("said");
        let out = fs::File::create(&said).expect("the folder is writable");
        let mut command = Command::new("sh");
        command.args(["-c", "echo $$ >\"$FIRE/runner\"; exec \"$@\"", "sh"]).arg(plain.get_program()).args(plain.get_args());
        command.current_dir(plain.get_current_dir().expect("it has one")).env_clear();
        command.envs(plain.get_envs().filter_map(|(name, value)| Some((name, value?))));
        let place = at.map(|(place, _)| place.folders(self.client)).unwrap_or_default();
        let programs = servers::path();
        let stand_ins = tools::folders(&self.path("tools"), &place).into_iter().chain(std::env::split_paths(&programs));
        command.env("PATH", std::env::join_paths(stand_ins).expect("folders without a colon"));
        command.env("FIRE", self.path("fire")).env("FIRE_BUNDLE", operator.bundle());
        if let Some((place, at)) = at {
            command.env("FIRE_TOOLS", place.tools(self.client)).env("FIRE_AT", at.to_string());
        }
        let errors = out.try_clone().expect("a handle can be cloned");
        let mut runner = command.process_group(0).stdin(Stdio::null()).stdout(out).stderr(errors).spawn().expect("the shell runs");
        let deadline = Instant::now() + Duration::from_secs(900);
        let status = loop {
            if let Some(status) = runner.try_wait().expect("it is ours") {
                break status;
            }
            if Instant::now() > deadline {
                transcript.push_str("(it did not end within fifteen minutes)\n");
                end_group(runner.id());
            }
            sleep(Duration::from_millis(10));
        };
        settle(runner.id());
        let text = String::from_utf8_lossy(&fs::read(&said).expect("it was written")).into_owned();
        let status = status.code().unwrap_or_else(|| 128 + status.signal().unwrap_or(0));
        transcript.push_str(&format!("$ ./rollback {arguments}\n{text}[{status}]\n"));
        Run { text, status }
    }
}

/// A restore is done again when nobody is at work, and a message may be sent twice: nobody has to know whether it was.
fn to_be_done_again(operator: &Operator, said: &str) -> Option<String> {
    let step = said.rsplit_once("--assume ")?.1.split_once("=redo")?.0.to_owned();
    let bundle = operator.bundle();
    let scenarios = fs::read_dir(bundle.join("scenarios")).expect("it has some").flatten().map(|entry| entry.path());
    let mut programs = scenarios.chain([bundle.join("prepare"), bundle.join("forward")]);
    let harmless = |program: PathBuf| {
        let steps = fs::read_to_string(program.join("steps.sh")).unwrap_or_default();
        let call = steps.split("\nstep ").find(|call| call.starts_with(&format!("'{step}' "))).unwrap_or_default();
        let call = call.split("\n\n").next().unwrap_or_default();
        call.contains("kind=restore") || call.contains("kind=send")
    };
    programs.any(harmless).then_some(step)
}
