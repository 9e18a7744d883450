//! `rbk check --watch`: the same again whenever what was read changes.

use std::fs;
use std::io::{BufRead, BufReader};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::sync::mpsc::{Receiver, channel};
use std::thread;
use std::time::Duration;

use crate::harness::Rbk;

/// Far more than anything here takes; it bounds a failure.
const LONG: Duration = Duration::from_secs(30);

/// A command that goes on, and the lines that it says on both streams.
struct Watching {
    child: Child,
    lines: Receiver<String>,
}

impl Watching {
    fn start(folder: &Path, arguments: &[&str]) -> Watching {
        let mut command = Command::new(env!("CARGO_BIN_EXE_rbk"));
        command.args(["check", "--watch", "--format", "concise"]).args(arguments).current_dir(folder).env_clear();
        let mut child = command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
        let (sender, lines) = channel();
        let streams: [Box<dyn std::io::Read + Send>; 2] = [Box::new(child.stdout.take().unwrap()), Box::new(child.stderr.take().unwrap())];
        for stream in streams {
            let sender = sender.clone();
            thread::spawn(move || BufReader::new(stream).lines().map_while(Result::ok).try_for_each(|line| sender.send(line)));
        }
        Watching { child, lines }
    }

    /// Waits for a line that begins so.
    fn says(&self, beginning: &str) -> String {
        let mut before = Vec::new();
        loop {
            match self.lines.recv_timeout(LONG) {
                Ok(line) if line.starts_with(beginning) => return line,
                Ok(line) => before.push(line),
                Err(_) => panic!("`{beginning}` was not said, but {before:?}"),
            }
        }
    }
}

impl Drop for Watching {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

#[test]
fn what_changes_is_checked_again() {
    let plan = |role: &str| format!("use \"shared.rbk\"\n\nplan p \"P\" {{\n  owner {role}\n}}\n");
    let library = "role dba \"DBA\" { contact $DBA_PHONE }\n";
    let ran =
        Rbk::new().file("plans/a.rbk", plan("dab")).file("plans/shared.rbk", library).file("out/.gitignore", "*\n").args("rules").run();
    let folder = ran.path();
    let watching = Watching::start(folder, &[]);
    watching.says("plans/a.rbk:4:9: error[reference/unknown]: ");
    // As editors do it: beside the file first, then over it.
    fs::write(folder.join("plans/.a.rbk.new"), plan("dbb")).unwrap();
    fs::rename(folder.join("plans/.a.rbk.new"), folder.join("plans/a.rbk")).unwrap();
    watching.says("plans/a.rbk changed");
    assert!(watching.says("plans/a.rbk:4:9: error[reference/unknown]: ").contains("`dbb`"));
    // What it uses counts too, and so does a plan that comes.
    fs::write(folder.join("plans/shared.rbk"), "role dbb \"DBB\" { contact nobody }\n").unwrap();
    watching.says("plans/shared.rbk changed");
    watching.says("plans/shared.rbk:1:");
    fs::write(folder.join("plans/b.rbk"), "nonsense\n").unwrap();
    watching.says("plans/b.rbk changed");
    watching.says("plans/b.rbk:1:1: error[syntax/unknown-keyword]");
    fs::create_dir(folder.join("more")).unwrap();
    watching.says("more changed");
    fs::write(folder.join("more/c.rbk"), "nonsense\n").unwrap();
    watching.says("more/c.rbk:1:1: error[syntax/unknown-keyword]");
}

#[test]
fn what_was_looked_up_is_followed_too() {
    let step = |name: &str, file: &str| {
        format!("  step {name} \"S\" on db {{\n    do ```sh\n      psql \"$DATABASE_URL\" -f scripts/{file}.sql\n    ```\n  }}\n")
    };
    let plan = "plan p \"P\" {\n  rto 1h\n}\ntarget db \"D\" postgres { url $DATABASE_URL }\nphase m \"M\" at T {\n  change c \"C\" on db {\n    do \
                ```sql\n      ALTER TABLE orders ADD COLUMN note text;\n    ```\n    undo auto\n  }\n}\nscenario back \"B\" {\n  applies from c\n  \
                undo c\n";
    let plan = format!("{plan}{}{}}}\n", step("one", "one"), step("two", "more/two"));
    let ran = Rbk::new().file(".git/HEAD", "").file("plans/a.rbk", plan).file("scripts/one.sql", "TRUNCATE orders;\n").args("rules").run();
    let folder = ran.path();
    let watching = Watching::start(folder, &["plans/a.rbk", "--select", "backup/missing"]);
    watching.says("plans/a.rbk:16:3: error[backup/missing]");
    // Neither the file nor its folder was there.
    fs::write(folder.join("scripts/one.sql"), "SELECT 1;\n").unwrap();
    watching.says("scripts/one.sql changed");
    fs::create_dir(folder.join("scripts/more")).unwrap();
    watching.says("scripts/more changed");
    fs::write(folder.join("scripts/more/two.sql"), "TRUNCATE orders;\n").unwrap();
    watching.says("plans/a.rbk:21:3: error[backup/missing]");
}

#[test]
fn a_wrong_file_of_settings_is_told_and_mended() {
    let ran = Rbk::new().file(".git/HEAD", "").file("a.rbk", "nonsense\n").file("rbk.toml", "").args("rules").run();
    let watching = Watching::start(ran.path(), &["a.rbk"]);
    watching.says("a.rbk:1:1: error[syntax/unknown-keyword]");
    fs::write(ran.path().join("rbk.toml"), "roott = 1\n").unwrap();
    watching.says("error: rbk.toml:1:1: unknown key `roott`");
    fs::write(ran.path().join("rbk.toml"), "").unwrap();
    watching.says("a.rbk:1:1: error[syntax/unknown-keyword]");
}

#[test]
fn what_can_not_be_watched_is_refused() {
    let ran = Rbk::new().stdin("").args("check --watch -").run();
    assert_eq!((ran.status, ran.stderr.lines().next()), (2, Some("error: stdin is read once and can't be watched")));
    assert_eq!(Rbk::new().file("a.rbk", "").args("check --watch --fix a.rbk").run().status, 2);
}
