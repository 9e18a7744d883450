//! A place where one bundle is run again and again: its state and what it changes are put aside and brought back, and every run
//! has the stand-ins of its programs before it.

use std::ffi::OsString;
use std::fs;
use std::io::Read as _;
use std::os::unix::process::{CommandExt, ExitStatusExt};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::thread::sleep;
use std::time::{Duration, Instant};

use tempfile::TempDir;

use super::canary::CANARY;
use super::engine::Engine;
use super::plans::{Database, Drawn};
use super::tools::{self, Place};
use crate::operator::Shell;
use crate::servers;

/// A bundle, what it is run on, and by which shell.
pub struct World<'e> {
    root: TempDir,
    pub engine: &'e mut Engine,
    pub database: Database,
    pub shell: Shell,
    pub plan: Drawn,
    /// Everything that was typed and said since the last `bring_back`.
    pub transcript: String,
}

/// What is done to a run: at a call of these programs, or by how it is started.
#[derive(Default)]
pub struct Trouble {
    /// Which programs' calls are counted, at which of them the fault happens, and what it is.
    pub at: Option<(Place, u32, String)>,
    /// How large a file may become, in bytes; beyond, the disk is full.
    pub largest: Option<u64>,
    /// Variables that take the place of the operator's own.
    pub environment: Vec<(String, String)>,
    /// How many bytes of what is said are read, before the screen is gone.
    pub unread: Option<usize>,
    /// Whoever starts it lets programs that crash leave their memory in a file.
    pub cores: bool,
}

/// How a run ended.
pub struct Ended {
    pub status: i32,
    pub text: String,
}

impl<'e> World<'e> {
    /// Builds the plan, and makes what it finds; that is put aside as `found`. Returns why the plan can't be built.
    pub fn new(engine: &'e mut Engine, database: Database, shell: Shell, plan: Drawn) -> Result<World<'e>, String> {
        let root = tempfile::Builder::new().prefix("rbk-fire").tempdir_in(memory()).expect("a temporary folder");
        let world = World { root, engine, database, shell, plan, transcript: String::new() };
        tools::write(&world.path("tools"));
        for folder in ["fire", "slot", "saved"] {
            fs::create_dir_all(world.path(folder)).expect("the folder is made");
        }
        fs::write(world.path("plan.rbk"), &world.plan.text).expect("the folder is writable");
        let built = Command::new(env!("CARGO_BIN_EXE_rbk"))
            .args(["build", "plan.rbk", "-o", "bundle"])
            .current_dir(world.root.path())
            .output()
            .expect("rbk runs");
        if !built.status.success() {
            return Err(format!("it is not built: {}\n{}", String::from_utf8_lossy(&built.stderr), world.plan.text));
        }
        fs::write(world.slot().join("settings.env"), "OTHER=1\nC1=off\nC2=off\nC3=off\n").expect("the folder is writable");
        fs::write(world.slot().join("effects"), "").expect("the folder is writable");
        world.engine.create(&world.slot(), &world.name());
        world.put_aside("found");
        Ok(world)
    }

    /// Returns a path below the world's own folder.
    pub fn path(&self, name: &str) -> PathBuf {
        self.root.path().join(name)
    }

    /// Returns the folder that is put aside and brought back.
    pub fn slot(&self) -> PathBuf {
        self.path("slot")
    }

    /// Returns the database's name.
    pub fn name(&self) -> String {
        let folder = self.root.path().file_name().and_then(|name| name.to_str()).expect("it has a plain name");
        folder.chars().filter(char::is_ascii_alphanumeric).collect::<String>().to_lowercase()
    }

    /// Puts state, files and database aside.
    pub fn put_aside(&self, mark: &str) {
        let saved = self.path("saved").join(mark);
        let _ = fs::remove_dir_all(&saved);
        copy(&self.slot(), &saved);
        self.engine.save(&self.name(), mark);
    }

    /// Brings back what was put aside, and begins a new transcript.
    pub fn bring_back(&mut self, mark: &str) {
        fs::remove_dir_all(self.slot()).expect("it is ours");
        copy(&self.path("saved").join(mark), &self.slot());
        self.engine.restore(&self.name(), mark);
        for name in ["count", "fired", "clock"] {
            let path = self.path("fire").join(name);
            let _ = if path.is_dir() { fs::remove_dir(path) } else { fs::remove_file(path) };
        }
        self.transcript.clear();
    }

    /// Did the fault happen?
    pub fn fired(&self) -> bool {
        self.path("fire/fired").exists()
    }

    /// Runs `./rollback` to its end, without a terminal.
    pub fn run(&mut self, arguments: &str, trouble: &Trouble) -> Ended {
        self.run_with(arguments, &[], trouble)
    }

    /// The same, with more arguments, which may hold anything.
    pub fn run_with(&mut self, arguments: &str, more: &[String], trouble: &Trouble) -> Ended {
        let mut command = self.command(arguments, trouble);
        command.args(more);
        let said = self.path("said");
        let out = fs::File::create(&said).expect("the folder is writable");
        let errors = out.try_clone().expect("a handle can be cloned");
        command.stdin(Stdio::null()).stderr(errors);
        if trouble.unread.is_some() {
            command.stdout(Stdio::piped());
        } else {
            command.stdout(out);
        }
        let mut runner = command.spawn().expect("the shell runs");
        if let (Some(mut screen), Some(bytes)) = (runner.stdout.take(), trouble.unread) {
            let _ = screen.read_exact(&mut vec![0; bytes]);
        }
        let group = runner.id();
        let deadline = Instant::now() + Duration::from_secs(600);
        let status = loop {
            if let Some(status) = runner.try_wait().expect("it is ours") {
                break status;
            }
            if Instant::now() > deadline {
                end_group(group);
                let _ = runner.wait();
                self.transcript.push_str("(it did not end within ten minutes)\n");
            }
            sleep(Duration::from_millis(5));
        };
        let status = status.code().unwrap_or_else(|| 128 + status.signal().unwrap_or(0));
        let text = String::from_utf8_lossy(&fs::read(&said).unwrap_or_default()).into_owned();
        self.transcript.push_str(&format!("$ ./rollback {arguments}\n{text}[{status}]\n"));
        if !settle(group) {
            self.transcript.push_str("(something of it was still there after ten seconds, and was ended)\n");
        }
        Ended { status, text }
    }

    /// Returns the command that runs `./rollback`, in a group of processes of its own.
    pub fn command(&self, arguments: &str, trouble: &Trouble) -> Command {
        let fire = self.path("fire");
        let mut command = Command::new("sh");
        // What writes beyond the largest file gets an error, not a signal.
        command.args(["-c", "trap '' XFSZ; echo $$ >\"$FIRE/runner\"; exec \"$@\"", "sh"]);
        if let Some(largest) = trouble.largest {
            command.arg("prlimit").arg(format!("--fsize={largest}"));
        }
        if trouble.cores {
            command.args(["prlimit", "--core=unlimited"]);
        }
        let (variable, value) = self.engine.variable(&self.slot(), &self.name());
        command
            .arg(self.shell.0)
            .args(self.shell.1)
            .arg(self.path("bundle/rollback"))
            .args(arguments.split_whitespace())
            .current_dir(self.root.path())
            .process_group(0)
            .env_clear()
            .env("PATH", self.search_path(trouble))
            .env("HOME", self.root.path())
            .env("LC_ALL", "C")
            // As far as a later bash knows how an earlier one read scripts.
            .env("BASH_COMPAT", if self.shell.1 == ["--posix"] { "3.2" } else { "" })
            .env("RBK_SHELL", self.shell.called())
            .env("RBK_STATE", self.slot().join("state"))
            .env("FIRE", &fire)
            .env("FIRE_TOKEN", CANARY)
            .env("FIRE_BUNDLE", self.path("bundle"))
            .env("FIRE_PLACE", self.slot())
            .env("FIRE_EFFECTS", self.slot().join("effects"))
            .env("FIRE_SETTINGS", self.slot().join("settings.env"))
            .env(variable, value);
        if let Some((place, at, script)) = &trouble.at {
            fs::write(fire.join("fault"), script).expect("the folder is writable");
            command.env("FIRE_TOOLS", place.tools(self.database.client())).env("FIRE_AT", at.to_string());
        }
        command.envs(trouble.environment.iter().map(|(name, value)| (name, value)));
        command
    }

    /// The stand-ins that a run needs come before the programs themselves.
    fn search_path(&self, trouble: &Trouble) -> OsString {
        let watched = trouble.environment.iter().any(|(name, _)| name == "FIRE_CALLS" || name == "FIRE_CANARY");
        let place = trouble.at.as_ref().map(|(place, ..)| place.folders(self.database.client())).unwrap_or_default();
        // A clock that is set back in the middle of a run stays so.
        let clock = self.path("fire/clock").exists() || fs::read_to_string(self.slot().join("mood")).is_ok_and(|mood| mood == "hang-back");
        let of = if watched { "all".to_owned() } else { format!("{place}{}", if clock { " date" } else { "" }) };
        let stand_ins = tools::folders(&self.path("tools"), &of);
        let programs = servers::path();
        std::env::join_paths(stand_ins.into_iter().chain(std::env::split_paths(&programs))).expect("folders without a colon")
    }

    /// Returns every line that steps have left, sorted.
    pub fn effects(&self) -> Vec<String> {
        let mut lines = self.engine.effects(&self.slot(), &self.name());
        let said = fs::read_to_string(self.slot().join("effects")).unwrap_or_default();
        lines.extend(said.lines().map(str::to_owned));
        lines.sort();
        lines
    }

    /// Returns who is at work on the database, and which plans' changes stand there, as it says itself.
    pub fn held(&self) -> Vec<String> {
        self.engine.held(&self.slot(), &self.name())
    }

    /// Is the change made, as far as the system itself tells? Nothing when it was never touched.
    pub fn made(&self, change: &str) -> Option<bool> {
        let settings = fs::read_to_string(self.slot().join("settings.env")).unwrap_or_default();
        if self.plan.text.contains(&format!("set {change}-flag")) {
            return Some(settings.contains(&format!("{}=on", change.to_uppercase())));
        }
        // What stands outside a transaction is not told by a line of its own.
        let index = format!("things_{change}");
        if self.database != Database::Sqlite && self.plan.text.contains(&index) {
            return Some(self.engine.has_index(&self.name(), &index));
        }
        let effects = self.effects();
        let times = |word: &str| effects.iter().filter(|line| **line == format!("{change} {word}")).count();
        match (times("do"), times("undo")) {
            (0, 0) => None,
            (done, undone) => Some(done > undone),
        }
    }

    /// What somebody does who finds a change half done, for its statements were committed one by one: does or takes away by hand what is
    /// missing. Says whether it is made now. The first statement leaves the line, the second is the column or the index.
    pub fn complete(&self, change: &str) -> bool {
        let effects = self.effects();
        let times = |word: &str| effects.iter().filter(|line| **line == format!("{change} {word}")).count();
        let wanted = times("do") > times("undo");
        let by_hand = |sql: String| drop(self.engine.sql(&self.slot(), &self.name(), &sql));
        let index = format!("things_{change}");
        let column = format!("ADD COLUMN {change} int;");
        if self.database != Database::Sqlite && self.plan.text.contains(&index) {
            let has = self.engine.has_index(&self.name(), &index);
            let of = if self.database == Database::MariaDb { " ON things" } else { "" };
            if has != wanted {
                by_hand(format!("DROP INDEX IF EXISTS {index}{of}"));
            }
            if wanted && !has {
                by_hand(format!("CREATE INDEX {index} ON things (name)"));
            }
            return wanted;
        }
        if self.database == Database::MariaDb && self.plan.text.contains(&column) {
            match (wanted, self.engine.has_column(&self.name(), change)) {
                (true, false) => by_hand(format!("ALTER TABLE things {column}")),
                (false, true) => by_hand(format!("ALTER TABLE things DROP COLUMN {change}")),
                _ => {}
            }
            return wanted;
        }
        self.made(change) == Some(true)
    }

    /// Returns everything that the plan may change, but the lines in `effects`.
    pub fn canonical(&self) -> String {
        let settings = fs::read_to_string(self.slot().join("settings.env")).unwrap_or_default();
        format!("{}\n{settings}", self.engine.canonical(&self.slot(), &self.name()))
    }
}

/// Returns a folder that lies in memory, where there is one: the disk is not what is tried.
fn memory() -> &'static str {
    if Path::new("/dev/shm").is_dir() { "/dev/shm" } else { "/tmp" }
}

fn copy(from: &Path, to: &Path) {
    let status = Command::new("cp").arg("-a").arg(from).arg(to).status().expect("cp is there");
    assert!(status.success(), "{} is copied", from.display());
}

/// Waits until all that a run has started is gone; what is still there after ten seconds is ended, and that is a no.
pub fn settle(group: u32) -> bool {
    let deadline = Instant::now() + Duration::from_secs(10);
    while in_group(group) {
        if Instant::now() > deadline {
            end_group(group);
            return false;
        }
        sleep(Duration::from_millis(10));
    }
    true
}

/// Is a process of this group alive?
fn in_group(group: u32) -> bool {
    let processes = fs::read_dir("/proc").expect("processes are listed").flatten();
    processes.filter_map(|entry| fs::read_to_string(entry.path().join("stat")).ok()).any(|stat| {
        let Some((_, words)) = stat.rsplit_once(") ") else { return false };
        let words: Vec<&str> = words.split(' ').collect();
        words[0] != "Z" && words[2] == group.to_string()
    })
}

/// Ends a group of processes.
pub fn end_group(group: u32) {
    let _ = Command::new("kill").args(["-s", "KILL", "--", &format!("-{group}")]).stderr(Stdio::null()).status();
}
