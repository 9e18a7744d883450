//! The campaign: a run is disturbed at a point, `status` has to be true, and `resume` (or the way back) has to end where an undisturbed
//! run ends, with nothing done twice and nothing left out.

use super::faults::{FAULTS, Fault};
use super::plans::Draw;
use super::tools::Place;
use super::world::{Ended, Trouble, World};

/// The forward run.
pub const FORWARD: &str = "forward --operator fire --yes";

/// The commands of a whole plan: name, arguments, what is put aside before and after.
const PROGRAMS: [(&str, &str, &str, &str); 3] = [
    ("prepare", "prepare --operator fire --yes", "found", "prepared"),
    ("forward", FORWARD, "prepared", "made"),
    ("back", "run back --operator fire --yes", "made", "returned"),
];

/// What people do after the fault.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Then {
    Resume,
    /// The forward run is given up, and the way back taken.
    Return,
}

/// One disturbed run.
pub struct Trial {
    program: usize,
    pub fault: Fault,
    place: Place,
    at: u32,
    then: Then,
    /// A second fault, in the first `resume`: its call of any program.
    again: Option<u32>,
}

impl Trial {
    /// Returns how it is called, and asked for by name.
    pub fn name(&self, world: &World<'_>) -> String {
        let then = if self.then == Then::Resume { "resume" } else { "return" };
        let again = self.again.map(|at| format!("+call@{at}")).unwrap_or_default();
        let (program, fault, place) = (PROGRAMS[self.program].0, self.fault.word(), self.place.word());
        let of = format!("{}/{}/{}", world.database.name(), world.shell.called().replace(' ', "_"), world.plan.name);
        format!("{of}/{program}/{fault}/{place}@{}{again}/{then}", self.at)
    }
}

impl Trial {
    /// Reads the last words of a name.
    pub fn read(name: &str) -> Option<Trial> {
        let mut words = name.rsplit('/');
        let then = if words.next()? == "return" { Then::Return } else { Then::Resume };
        let (points, fault, program) = (words.next()?, words.next()?, words.next()?);
        let (first, second) = points.split_once('+').map_or((points, None), |(first, second)| (first, Some(second)));
        let number = |point: &str| point.split_once('@')?.1.parse().ok();
        Some(Trial {
            program: PROGRAMS.iter().position(|(name, ..)| *name == program)?,
            fault: FAULTS.iter().map(|(fault, ..)| *fault).find(|one| one.word() == fault)?,
            place: PLACES.into_iter().find(|place| Some(place.word()) == first.split('@').next())?,
            at: number(first)?,
            then,
            again: second.and_then(number),
        })
    }
}

const PLACES: [Place; 5] = [Place::AfterLine, Place::BeforeLine, Place::Client, Place::Step, Place::Anywhere];

/// What a run leaves.
pub struct End {
    effects: Vec<String>,
    everything: String,
    /// What the database says of who is at work there, and whose changes stand.
    held: Vec<String>,
}

impl End {
    fn of(world: &World<'_>) -> End {
        End { effects: world.effects(), held: world.held(), everything: world.canonical() }
    }
}

/// What undisturbed runs end with, and how many points they have.
pub struct Reference {
    /// After each program.
    pub ends: Vec<End>,
    found: String,
    /// For each program and place, the number of its calls.
    points: Vec<(usize, Place, u32)>,
}

/// Runs every program undisturbed, puts aside what each leaves, and counts the points of each.
pub fn undisturbed(world: &mut World<'_>) -> Result<Reference, String> {
    let mut reference = Reference { ends: Vec::new(), found: String::new(), points: Vec::new() };
    world.bring_back("found");
    reference.found = world.canonical();
    for (number, (name, arguments, before, after)) in PROGRAMS.iter().enumerate() {
        world.bring_back(before);
        let calls = world.path("calls");
        let _ = std::fs::remove_file(&calls);
        let trouble = Trouble { environment: vec![("FIRE_CALLS".to_owned(), calls.display().to_string())], ..Trouble::default() };
        let ended = world.run(arguments, &trouble);
        if ended.status != 0 {
            return Err(format!("{name} undisturbed ended with {}:\n{}", ended.status, world.transcript));
        }
        let calls = std::fs::read_to_string(calls).unwrap_or_default();
        let client = world.database.client();
        reference.points.extend(PLACES.map(|place| (number, place, place.among(&calls, client))));
        world.put_aside(after);
        reference.ends.push(End::of(world));
    }
    let returned = &reference.ends[2];
    if returned.everything != reference.found {
        return Err(format!("the way back does not lead back:\n{}\n--- found\n{}", returned.everything, reference.found));
    }
    let held: Vec<&str> = reference.ends.iter().map(|end| end.held.first().map_or("nobody", String::as_str)).collect();
    if held != ["nobody", "stands", "nobody"] {
        return Err(format!("the database says of who holds it: {held:?}"));
    }
    Ok(reference)
}

/// Draws a trial for each fault.
pub fn trials(world: &World<'_>, reference: &Reference, draw: &mut Draw) -> Vec<Trial> {
    let mut trials = Vec::new();
    for (fault, _, places) in FAULTS {
        if *fault == Fault::KillServer && world.engine.process().is_none() {
            continue;
        }
        let mut points = Vec::new();
        for (program, place, count) in &reference.points {
            if places.contains(place) {
                points.extend((1..=*count).map(|at| (*program, *place, at)));
            }
        }
        // Calls of any program are so many that the other places would hardly be drawn.
        let rare: Vec<_> = points.iter().copied().filter(|(_, place, _)| *place != Place::Anywhere).collect();
        let among = if draw.below(3) == 2 { &points } else { &rare };
        if among.is_empty() {
            continue;
        }
        let (program, place, at) = among[draw.below(among.len() as u64) as usize];
        let then = if program == 1 && draw.below(3) == 0 { Then::Return } else { Then::Resume };
        let again = (draw.below(4) == 0).then(|| 1 + draw.below(120) as u32);
        trials.push(Trial { program, fault: *fault, place, at, then, again });
    }
    trials
}

/// Carries a trial out. `Ok(false)`: the fault did not happen, for the run took another way.
pub fn carry_out(world: &mut World<'_>, reference: &Reference, trial: &Trial) -> Result<bool, String> {
    let (_, arguments, before, _) = PROGRAMS[trial.program];
    world.bring_back(before);
    let trouble = Trouble { at: Some((trial.place, trial.at, trial.fault.script(world.engine.process()))), ..Trouble::default() };
    let ended = world.run(arguments, &trouble);
    let fired = world.fired();
    world.transcript.push_str(&format!("(fault: {})\n", if fired { trial.fault.word() } else { "none" }));
    if trial.fault == Fault::KillServer {
        world.engine.revive();
    }
    status_is_true(world)?;
    let second = trial.again.map(|at| (Place::Anywhere, at, Fault::KillAll.script(None)));
    match trial.then {
        Then::Resume => {
            finish(world, arguments, ended, second)?;
            status_is_true(world)?;
            same_end(world, &reference.ends[trial.program])?;
        }
        Then::Return => {
            go_back(world, ended, second)?;
            status_is_true(world)?;
            came_back(world, reference)?;
        }
    }
    Ok(fired)
}

/// Types what the bundle says is next until the program has reached its end.
pub fn finish(world: &mut World<'_>, arguments: &str, first: Ended, mut second: Option<(Place, u32, String)>) -> Result<(), String> {
    let mut ended = first;
    for _ in 0..14 {
        if ended.status == 0 {
            return Ok(());
        }
        let next = next(world, &ended.text).unwrap_or_else(|| "resume --operator fire --yes".to_owned());
        ended = disturbed(world, &next, &mut second);
        // That is on record, and the run still stands where it stood.
        if next.starts_with("mark ") {
            ended = Ended { status: 3, text: String::new() };
        }
        if ended.status == 3 && ended.text.contains("nothing to resume") {
            ended = world.run(arguments, &Trouble::default());
            // It had been carried out to its end before it was killed.
            if ended.status == 3 && ended.text.contains("does not apply") {
                return Ok(());
            }
        }
    }
    Err("no end after fourteen attempts".to_owned())
}

/// Gives the forward run up and takes the way back.
fn go_back(world: &mut World<'_>, first: Ended, mut second: Option<(Place, u32, String)>) -> Result<(), String> {
    let arguments = PROGRAMS[2].1;
    // A lock that its owner could not sign stands in everybody's way.
    let mut text = first.text;
    for _ in 0..14 {
        if let Some(next) = next(world, &text) {
            let ended = disturbed(world, &next, &mut second);
            text = ended.text;
            if ended.status == 3 {
                continue;
            }
        }
        let ended = disturbed(world, arguments, &mut second);
        if ended.status == 0 {
            return Ok(());
        }
        if ended.text.contains("does not apply") {
            // Nothing is left to take back: what has only stopped is given up, and lets the database go.
            world.run("abort --operator fire", &Trouble::default());
            return Ok(());
        }
        text = ended.text;
        if text.contains("the scenario back is unfinished") {
            return finish(world, arguments, Ended { status: 3, text }, second);
        }
        if text.contains("is unfinished") {
            text = world.run("abort --operator fire", &Trouble::default()).text;
        } else if next(world, &text).is_some_and(|next| next.starts_with("resume")) {
            return finish(world, arguments, Ended { status: 3, text }, second);
        }
    }
    Err("no way back after fourteen attempts".to_owned())
}

fn disturbed(world: &mut World<'_>, arguments: &str, second: &mut Option<(Place, u32, String)>) -> Ended {
    if second.is_some() {
        let _ = std::fs::remove_dir(world.path("fire/fired"));
        let _ = std::fs::remove_file(world.path("fire/count"));
    }
    let trouble = Trouble { at: second.take(), ..Trouble::default() };
    world.run(arguments, &trouble)
}

/// What somebody who looks at the system types next, when the bundle has asked or refused; nothing when it has only stopped.
fn next(world: &mut World<'_>, said: &str) -> Option<String> {
    if said.contains("has no owner") {
        let _ = std::fs::remove_dir_all(world.slot().join("state/lock"));
        return None;
    }
    if said.contains("is taking over the lock") {
        let _ = std::fs::remove_dir(world.slot().join("state/lock.takeover"));
        return None;
    }
    if let Some(step) = word_after(said, "--assume ").filter(|_| said.contains("=redo")) {
        let step = step.split('=').next()?.to_owned();
        let (change, undo) = step.strip_prefix("undo-").map_or((step.as_str(), false), |change| (change, true));
        let there = world.made(change).unwrap_or(false);
        let done = if undo { !there } else { there };
        // The lines that the step has left tell, and of a unit with more than its line nobody knows: it stops there for a person.
        let answer = if done { "done" } else { "redo" };
        return Some(format!("resume --operator fire --yes --assume {step}={answer}"));
    }
    if let Some(change) = word_after(said, "mark ") {
        let state = if world.complete(&change) { "applied" } else { "not-applied" };
        return Some(format!("mark {change} {state}"));
    }
    None
}

fn word_after(text: &str, before: &str) -> Option<String> {
    let rest = text.rsplit_once(before)?.1;
    Some(rest.split_whitespace().next()?.to_owned())
}

/// `status` says nothing that is not so. What was under way may be unknown.
pub fn status_is_true(world: &mut World<'_>) -> Result<(), String> {
    let ended = world.run("status", &Trouble::default());
    let says_next = |line: &str| line.trim().starts_with("./rollback resume    gives back");
    if ended.text.lines().any(says_next) && world.run("resume --operator fire", &Trouble::default()).status != 3 {
        return Err("what a run that has ended still holds is not given back".to_owned());
    }
    if ended.status != 0 {
        return Err(format!("status ended with {}", ended.status));
    }
    for change in world.plan.changes.clone() {
        // `  applied      NAME: Title`
        let says = |line: &&str| {
            ["applied", "not applied", "undone", "UNKNOWN"].iter().any(|word| {
                let rest = line.trim().strip_prefix(word).map(str::trim_start).unwrap_or_default();
                rest.split([':', ' ']).next() == Some(&change)
            })
        };
        let Some(line) = ended.text.lines().find(says) else {
            return Err(format!("status says nothing of {change}"));
        };
        let made = world.made(&change).unwrap_or(false);
        let said = line.trim();
        let wrong = if said.starts_with("applied") { !made } else { made && !said.starts_with("UNKNOWN") };
        if wrong {
            return Err(format!("status says `{said}`, and it is {}", if made { "made" } else { "not made" }));
        }
    }
    Ok(())
}

/// Everything is as an undisturbed run leaves it.
pub fn same_end(world: &World<'_>, end: &End) -> Result<(), String> {
    let own = End::of(world);
    if own.effects != end.effects {
        return Err(format!("done: {:?}, undisturbed: {:?}", own.effects, end.effects));
    }
    if own.everything != end.everything {
        return Err(format!("it ended with\n{}\n--- undisturbed\n{}", own.everything, end.everything));
    }
    closed(world, &own.held, &end.held)
}

/// Everything is as it was found, and what was done was undone, each once.
fn came_back(world: &World<'_>, reference: &Reference) -> Result<(), String> {
    let own = End::of(world);
    for change in &world.plan.changes {
        let times = |word: &str| own.effects.iter().filter(|line| **line == format!("{change} {word}")).count();
        if times("do") > 1 || times("do") != times("undo") {
            return Err(format!("{change} was done {} times and undone {} times", times("do"), times("undo")));
        }
    }
    if own.everything != reference.found {
        return Err(format!("it came back to\n{}\n--- found\n{}", own.everything, reference.found));
    }
    closed(world, &own.held, &[])
}

/// The journal is whole, and nobody holds the lock, neither the one here nor the database's.
fn closed(world: &World<'_>, held: &[String], wanted: &[String]) -> Result<(), String> {
    let state = world.slot().join("state");
    if state.join("lock").exists() {
        return Err("the lock is still held".to_owned());
    }
    if held != wanted {
        return Err(format!("the database says of who holds it: {held:?}, undisturbed: {wanted:?}"));
    }
    let journal = std::fs::read_to_string(state.join("journal")).map_err(|error| error.to_string())?;
    if !journal.ends_with("\t.\n") {
        return Err("the journal's last line is torn".to_owned());
    }
    Ok(())
}
