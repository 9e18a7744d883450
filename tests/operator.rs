//! An operator with a bundle: builds a plan, runs `./rollback` in a shell of choice, and reads what came of it.

use std::cell::RefCell;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::thread::sleep;
use std::time::{Duration, Instant};

use tempfile::TempDir;

use crate::{corpus, servers};

/// A shell that a bundle has to run in: how it is called, and its leading arguments.
#[derive(Clone, Copy, Debug)]
pub struct Shell(pub &'static str, pub &'static [&'static str]);

impl Shell {
    /// Returns how it is called, as a person would type it.
    pub fn called(&self) -> String {
        [&[self.0], self.1].concat().join(" ")
    }
}

/// The shells of this version's promise.
pub const SHELLS: [Shell; 2] = [Shell("dash", &[]), Shell("bash", &["--posix"])];

/// Carries a command out, whatever happens meanwhile.
type CarryOut = Box<dyn FnMut(&Operator, &str) -> Run>;

/// How commands that carry something out are carried out on this thread, and in which shell: the fault campaign disturbs them.
pub struct Disturbance {
    pub shell: Shell,
    pub carry_out: CarryOut,
}

thread_local! {
    /// Nothing, but in the fault campaign.
    pub static DISTURBANCE: RefCell<Option<Disturbance>> = const { RefCell::new(None) };
}

/// A bundle on disk, its state beside it, and the environment that it runs in.
pub struct Operator {
    folder: TempDir,
    shell: Shell,
    environment: Vec<(String, String)>,
    always: String,
}

/// What a run of `./rollback` printed, and how it ended.
pub struct Run {
    pub text: String,
    pub status: i32,
}

impl Run {
    /// Returns the step that the run waits for.
    fn pending(&self) -> Option<&str> {
        let after = self.text.split("--assume ").nth(1).filter(|_| self.status == 4)?;
        after.split(['=', ' ', '\n']).next()
    }
}

impl Operator {
    /// Builds the plan at `path` (from the repository's root) and returns somebody who runs it.
    pub fn of(path: &str, shell: Shell) -> Operator {
        let folder = tempfile::Builder::new().prefix("rbk-op").tempdir_in("/tmp").expect("a temporary folder");
        let output = Command::new(env!("CARGO_BIN_EXE_rbk"))
            .args(["build", path, "-o"])
            .arg(folder.path().join("bundle"))
            .current_dir(corpus::root())
            .output()
            .expect("rbk runs");
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        let shell = DISTURBANCE.with_borrow(|of| of.as_ref().map_or(shell, |of| of.shell));
        Operator { folder, shell, environment: Vec::new(), always: String::new() }
    }

    /// Sets a variable of the operator's environment.
    pub fn set(&mut self, name: &str, value: impl Into<String>) {
        self.environment.push((name.to_owned(), value.into()));
    }

    /// Adds arguments to every command that carries something out.
    pub fn always(&mut self, arguments: &str) {
        self.always = arguments.to_owned();
    }

    /// Returns the folder that holds the bundle; free for a test's own files.
    pub fn place(&self) -> &Path {
        self.folder.path()
    }

    /// Returns the bundle's directory.
    pub fn bundle(&self) -> PathBuf {
        self.folder.path().join("bundle")
    }

    /// Runs `./rollback` with these arguments to its end, without a terminal.
    pub fn run(&self, arguments: &str) -> Run {
        let output = self.command(arguments).stdin(Stdio::null()).output().expect("the shell runs");
        let text = format!("{}{}", String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
        Run { text, status: output.status.code().unwrap_or(-1) }
    }

    /// The same, while something may go wrong: it is told with everything that people type then.
    fn carry_out(&self, arguments: &str) -> Run {
        DISTURBANCE.with_borrow_mut(|of| match of {
            Some(of) => (of.carry_out)(self, arguments),
            None => self.run(arguments),
        })
    }

    /// Starts `./rollback` and returns while it runs.
    pub fn start(&self, arguments: &str) -> Child {
        let log = fs::File::create(self.folder.path().join("started.log")).expect("the folder is writable");
        let errors = log.try_clone().expect("a handle can be cloned");
        self.command(arguments).stdin(Stdio::null()).stdout(log).stderr(errors).spawn().expect("the shell runs")
    }

    /// Kills a runner that was started, its step and every client of theirs; none can say a last word.
    pub fn kill_everything(&self, runner: &mut Child) {
        let bundle = self.bundle().display().to_string();
        let ours = |pid: &str| fs::read(format!("/proc/{pid}/cmdline")).is_ok_and(|line| String::from_utf8_lossy(&line).contains(&bundle));
        let processes = fs::read_dir("/proc").expect("processes are listed").flatten();
        let pids: Vec<String> = processes.filter_map(|entry| entry.file_name().into_string().ok()).filter(|pid| ours(pid)).collect();
        assert!(pids.len() > 1, "runner and step run: {pids:?}");
        // Some end by themselves when others are gone.
        Command::new("kill").arg("-9").args(&pids).stderr(Stdio::null()).status().expect("kill is there");
        runner.wait().expect("it ends");
    }

    /// Runs to the promised end.
    pub fn succeeds(&self, arguments: &str) -> String {
        let run = self.carry_out(arguments);
        assert_eq!(run.status, 0, "./rollback {arguments} in {:?}:\n{}", self.shell, run.text);
        run.text
    }

    /// Runs to the promised end, doing what each manual step asks for: `by_hand` is given the step, and `resume` goes on behind it.
    pub fn carries(&self, arguments: &str, answers: &str, mut by_hand: impl FnMut(&str)) {
        let mut run = self.carry_out(&format!("{arguments} {answers}"));
        for _ in 0..50 {
            let Some(step) = run.pending() else { break };
            by_hand(step);
            run = self.carry_out(&format!("resume {answers} --assume {step}=done"));
        }
        assert_eq!(run.status, 0, "./rollback {arguments} in {:?}:\n{}", self.shell, run.text);
    }

    /// Returns the journal.
    pub fn journal(&self) -> String {
        fs::read_to_string(self.bundle().join("state/journal")).unwrap_or_default()
    }

    /// Returns the command that runs `./rollback`.
    pub fn command(&self, arguments: &str) -> Command {
        let mut command = Command::new(self.shell.0);
        command
            .args(self.shell.1)
            .arg(self.bundle().join("rollback"))
            .args(arguments.split_whitespace())
            .args(self.always.split_whitespace())
            .current_dir(self.folder.path())
            .env_clear()
            .env("PATH", servers::path())
            .env("HOME", self.folder.path())
            .env("LC_ALL", "C")
            .env("RBK_SHELL", self.shell.called())
            .envs(self.environment.iter().map(|(name, value)| (name, value)));
        command
    }
}

/// Waits until something holds; five minutes are in vain: the machine may be busy.
pub fn wait_until(what: &str, mut holds: impl FnMut() -> bool) {
    let deadline = Instant::now() + Duration::from_secs(300);
    while !holds() {
        assert!(Instant::now() < deadline, "waited in vain until {what}");
        sleep(Duration::from_millis(20));
    }
}
