//! Circumstances under which a bundle is started: a full disk, a screen that nobody reads, a client that is missing, a server that
//! refuses, a session that holds a lock, a step that misbehaves, two operators at once. When the cause is gone, the run is finished.

use std::io::Write as _;

use std::os::unix::fs::{PermissionsExt as _, symlink};
use std::os::unix::process::CommandExt;
use std::process::{Child, Command, Stdio};
use std::time::Duration;
use std::{fs, thread};

use super::campaign::{self, FORWARD, Reference};
use super::plans::{Database, Draw};
use super::tools;
use super::world::{Ended, Trouble, World};

/// One circumstance.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Circumstance {
    DiskFull,
    TornJournal,
    Unread,
    ReadOnly,
    ClientMissing,
    LoginRefused,
    ServerGone,
    LockHeld,
    Hangs,
    HangsBack,
    Floods,
    FloodsFull,
    ReadsInput,
    LeavesChildren,
    TwoAtOnce,
    OtherHost,
}

/// Every circumstance, as it stands in the table of docs/reliability.md.
pub const CIRCUMSTANCES: &[(Circumstance, &str)] = &[
    (Circumstance::DiskFull, "the disk full, at any byte of the journal"),
    (Circumstance::TornJournal, "the disk full behind a line of the journal that a crash has torn"),
    (Circumstance::Unread, "the screen gone: nobody reads what is said, from any byte on"),
    (Circumstance::ReadOnly, "a state directory that can't be written"),
    (Circumstance::ClientMissing, "the database's client missing"),
    (Circumstance::LoginRefused, "a login that the server refuses"),
    (Circumstance::ServerGone, "a server that does not answer"),
    (Circumstance::LockHeld, "a session that holds a lock"),
    (Circumstance::Hangs, "a step that hangs"),
    (Circumstance::HangsBack, "a step that hangs while the clock is set back"),
    (Circumstance::Floods, "a step that floods its output"),
    (Circumstance::FloodsFull, "a step that floods its output until the disk is full"),
    (Circumstance::ReadsInput, "a step that reads standard input"),
    (Circumstance::LeavesChildren, "a step that leaves children behind, which hold its output open"),
    (Circumstance::TwoAtOnce, "two operators at once"),
    (Circumstance::OtherHost, "two operators at once, on two hosts, each with a state directory"),
];

/// Can it happen on this database?
pub fn happens(circumstance: Circumstance, database: Database) -> bool {
    database != Database::Sqlite || !matches!(circumstance, Circumstance::LoginRefused | Circumstance::ServerGone)
}

/// Runs the forward programs under it, then to the end without it. `number` tells one trial from the next.
pub fn carry_out(world: &mut World<'_>, reference: &Reference, circumstance: Circumstance, draw: &mut Draw) -> Result<(), String> {
    world.bring_back("prepared");
    let ended = begin(world, circumstance, draw)?;
    world.transcript.push_str(&format!("({circumstance:?})\n"));
    campaign::status_is_true(world)?;
    let _ = fs::remove_file(world.path("fire/clock"));
    let _ = fs::remove_file(world.slot().join("mood"));
    campaign::finish(world, FORWARD, ended, None)?;
    campaign::status_is_true(world)?;
    campaign::same_end(world, &reference.ends[1])
}

fn begin(world: &mut World<'_>, circumstance: Circumstance, draw: &mut Draw) -> Result<Ended, String> {
    let nothing_done = |world: &World<'_>, ended: Ended| {
        let effects = world.effects();
        if ended.status == 0 {
            Err("it says that it was done".to_owned())
        } else if effects.is_empty() {
            Ok(ended)
        } else {
            Err(format!("done all the same: {effects:?}"))
        }
    };
    match circumstance {
        Circumstance::DiskFull | Circumstance::TornJournal => {
            let path = world.slot().join("state/journal");
            if circumstance == Circumstance::TornJournal {
                let mut journal = fs::OpenOptions::new().append(true).open(&path).map_err(|error| error.to_string())?;
                journal.write_all("x".repeat(100_000).as_bytes()).map_err(|error| error.to_string())?;
            }
            let size = fs::metadata(&path).map_err(|error| error.to_string())?.len();
            let largest = Some(size + 1 + draw.below(2600));
            Ok(world.run(FORWARD, &Trouble { largest, ..Trouble::default() }))
        }
        Circumstance::Unread => Ok(world.run(FORWARD, &Trouble { unread: Some(draw.below(260) as usize), ..Trouble::default() })),
        Circumstance::ReadOnly => {
            let ended = read_only(world);
            if ended.status != 3 {
                return Err(format!("it ended with {}", ended.status));
            }
            nothing_done(world, ended)
        }
        Circumstance::ClientMissing => {
            let few = few(world);
            let ended = world.run(FORWARD, &Trouble { environment: vec![("PATH".to_owned(), few)], ..Trouble::default() });
            if !ended.text.contains("installed here") {
                return Err("it does not say what is missing".to_owned());
            }
            nothing_done(world, ended)
        }
        Circumstance::LoginRefused => {
            let (variable, value) = world.engine.variable(&world.slot(), &world.name());
            let value = value.replace("//rbk@", "//nobody-known:wrong@");
            let ended = world.run(FORWARD, &Trouble { environment: vec![(variable.to_owned(), value)], ..Trouble::default() });
            nothing_done(world, ended)
        }
        Circumstance::ServerGone => {
            let pid = world.engine.process().map(|pid| pid.to_string()).ok_or("there is a server")?;
            Command::new("kill").args(["-s", "KILL", &pid]).status().map_err(|error| error.to_string())?;
            thread::sleep(Duration::from_millis(300));
            let ended = world.run(FORWARD, &Trouble::default());
            world.engine.revive();
            nothing_done(world, ended)
        }
        Circumstance::LockHeld => {
            let mut holder = hold(world);
            let patience = vec![("RBK_LOCK_TIMEOUT".to_owned(), "1s".to_owned())];
            let ended = world.run(FORWARD, &Trouble { environment: patience, ..Trouble::default() });
            drop(holder.stdin.take());
            holder.wait().map_err(|error| error.to_string())?;
            nothing_done(world, ended)
        }
        Circumstance::Hangs | Circumstance::HangsBack => {
            mood(world, if circumstance == Circumstance::Hangs { "hang" } else { "hang-back" });
            let ended = world.run(FORWARD, &Trouble::default());
            if ended.status != 1 || !ended.text.contains("was stopped") {
                return Err(format!("it ended with {}", ended.status));
            }
            Ok(ended)
        }
        Circumstance::Floods | Circumstance::ReadsInput | Circumstance::LeavesChildren => {
            mood(
                world,
                match circumstance {
                    Circumstance::Floods => "flood",
                    Circumstance::ReadsInput => "input",
                    _ => "children",
                },
            );
            let ended = world.run(FORWARD, &Trouble::default());
            if ended.status == 0 { Ok(ended) } else { Err(format!("it ended with {}", ended.status)) }
        }
        Circumstance::FloodsFull => {
            mood(world, "flood");
            Ok(world.run(FORWARD, &Trouble { largest: Some(100_000 + draw.below(200_000)), ..Trouble::default() }))
        }
        Circumstance::TwoAtOnce => two_at_once(world),
        Circumstance::OtherHost => on_two_hosts(world, draw),
    }
}

fn mood(world: &World<'_>, word: &str) {
    fs::write(world.slot().join("mood"), word).expect("the slot is writable");
}

/// Runs as somebody who may read the state and not write it.
fn read_only(world: &mut World<'_>) -> Ended {
    let state = world.slot().join("state");
    let mode = |mode: &str| {
        let status = Command::new("chmod").args(["-R", mode]).arg(world.path("")).status().expect("chmod is there");
        assert!(status.success());
    };
    mode("a+rX,a-w");
    let mut command = world.command(FORWARD, &Trouble::default());
    command.stdin(Stdio::null());
    if fs::write(state.join("journal.try"), "").is_ok() {
        // For root nothing is read-only.
        let _ = fs::remove_file(state.join("journal.try"));
        command.uid(65534).gid(65534);
    }
    let output = command.output().expect("the shell runs");
    mode("u+w");
    let text = format!("{}{}", String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
    world.transcript.push_str(&text);
    Ended { status: output.status.code().unwrap_or(-1), text }
}

/// Returns a folder with every program but the database's client.
fn few(world: &World<'_>) -> String {
    let few = world.path("few");
    let _ = fs::create_dir(&few);
    for entry in fs::read_dir(world.path("tools/all")).expect("it is there").flatten() {
        if entry.file_name() != world.database.client() {
            let _ = symlink(entry.path(), few.join(entry.file_name()));
        }
    }
    for program in ["sh", "dash", "bash", "busybox", "mksh", "kill", "env", "test", "printf"] {
        if let Some(real) = tools::found(program) {
            let _ = symlink(real, few.join(program));
        }
    }
    few.display().to_string()
}

/// Another session takes every table for itself, until its input ends.
fn hold(world: &World<'_>) -> Child {
    let (_, url) = world.engine.variable(&world.slot(), &world.name());
    let (mut command, sql) = match world.database {
        Database::Sqlite => {
            let mut command = Command::new("sqlite3");
            command.args(["-batch", &url]);
            (command, "BEGIN EXCLUSIVE;\nSELECT 'held';\n")
        }
        Database::Postgres => {
            let mut command = Command::new("psql");
            command.args(["-X", "-q", &url]);
            (command, "BEGIN; LOCK TABLE things, effects IN ACCESS EXCLUSIVE MODE; SELECT 'held';\n")
        }
        Database::MariaDb => {
            let socket = url.split_once("unix_socket=").map_or("", |(_, socket)| socket);
            let mut command = Command::new("mariadb");
            command.args(["--no-defaults", "-n", "-u", "rbk", "-S", socket, &world.name()]);
            (command, "LOCK TABLES things WRITE, effects WRITE; SELECT 'held';\n")
        }
    };
    let mut holder = command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::null()).spawn().expect("the client is installed");
    holder.stdin.as_mut().expect("it is piped").write_all(sql.as_bytes()).expect("it reads");
    let mut said = std::io::BufReader::new(holder.stdout.take().expect("it is piped"));
    let mut line = String::new();
    while !line.contains("held") && std::io::BufRead::read_line(&mut said, &mut line).unwrap_or(0) > 0 {}
    // Its last words go nowhere.
    thread::spawn(move || std::io::copy(&mut said, &mut std::io::sink()));
    holder
}

/// Two begin in the same moment: one is refused and has done nothing, whatever it was late for.
fn two_at_once(world: &mut World<'_>) -> Result<Ended, String> {
    let start = || {
        let mut command = world.command(FORWARD, &Trouble::default());
        command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().expect("the shell runs")
    };
    let (one, other) = (start(), start());
    let mut ends = Vec::new();
    for runner in [one, other] {
        let output = runner.wait_with_output().map_err(|error| error.to_string())?;
        let text = format!("{}{}", String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
        world.transcript.push_str(&text);
        ends.push((output.status.code().unwrap_or(-1), text));
    }
    let statuses: Vec<i32> = ends.iter().map(|end| end.0).collect();
    // The second is refused while the first is at work, and finds nothing to do when it came later.
    if !statuses.contains(&0) || !statuses.iter().all(|status| [0, 3].contains(status)) {
        return Err(format!("the two ended with {statuses:?}"));
    }
    let (status, text) = ends.swap_remove(statuses.iter().position(|status| *status == 0).unwrap_or(0));
    Ok(Ended { status, text })
}

/// Two begin on two hosts, which know nothing of each other but what the database tells: one goes on, and the other is refused, now
/// and when the first has ended.
fn on_two_hosts(world: &mut World<'_>, draw: &mut Draw) -> Result<Ended, String> {
    let other = world.path("other-host");
    let _ = fs::remove_dir_all(&other);
    fs::create_dir_all(&other).map_err(|error| error.to_string())?;
    let copied = Command::new("cp").arg("-a").arg(world.slot().join("state")).arg(&other).status().map_err(|error| error.to_string())?;
    assert!(copied.success());
    let bin = other.join("bin");
    fs::create_dir(&bin).map_err(|error| error.to_string())?;
    fs::write(bin.join("uname"), "#!/bin/sh\n[ \"$*\" = -n ] && echo elsewhere || exec /bin/uname \"$@\"\n")
        .map_err(|error| error.to_string())?;
    fs::set_permissions(bin.join("uname"), fs::Permissions::from_mode(0o755)).map_err(|error| error.to_string())?;
    let start = |elsewhere: bool| {
        let mut command = world.command(FORWARD, &Trouble::default());
        if elsewhere {
            let path = command.get_envs().find(|(name, _)| *name == "PATH").and_then(|(_, path)| path).unwrap_or_default().to_owned();
            command.env("PATH", format!("{}:{}", bin.display(), path.to_string_lossy())).env("RBK_STATE", other.join("state"));
        }
        command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().expect("the shell runs")
    };
    let first = draw.below(2) == 1;
    let runners = [(first, start(first)), (!first, start(!first))];
    let mut ends = Vec::new();
    for (elsewhere, runner) in runners {
        let output = runner.wait_with_output().map_err(|error| error.to_string())?;
        let text = format!("{}{}", String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
        world.transcript.push_str(&text);
        ends.push((elsewhere, output.status.code().unwrap_or(-1), text));
    }
    let statuses: Vec<i32> = ends.iter().map(|end| end.1).collect();
    let Some(place) = statuses.iter().position(|status| *status == 0) else { return Err(format!("the two ended with {statuses:?}")) };
    if statuses[1 - place] == 0 {
        return Err("both went through".to_owned());
    }
    let (elsewhere, status, text) = ends.swap_remove(place);
    if elsewhere {
        // From here on we are that operator.
        fs::remove_dir_all(world.slot().join("state")).map_err(|error| error.to_string())?;
        fs::rename(other.join("state"), world.slot().join("state")).map_err(|error| error.to_string())?;
    }
    Ok(Ended { status, text })
}
