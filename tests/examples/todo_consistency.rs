//! The todo app on a real PostgreSQL, with real services behind a front: from every position, each scenario that applies there,
//! back to what was, with what was written since, or to exactly the stated loss.

use std::fs;
use std::io::{BufRead, BufReader};
use std::net::TcpListener;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};

use crate::corpus;
use crate::operator::{Operator, SHELLS, Shell, wait_until};
use crate::servers::{self, Postgres, difference};

const PLAN: &str = "examples/todo-consistency/todo-consistency.rbk";

/// What people would type; `--yes` never stands for it.
const ANSWERS: &str = "--operator devops --approve go-live=go-live --approve stay=stay --approve stay=yes";

const BEFORE_OPENING: &str = "run before-opening --approve before-opening=before-opening";
const SWITCH_OFF: &str = "run switch-off --yes";
const GO_BACK: &str = "run go-back --approve go-back=go-back";
const FROM_BACKUP: &str = "run from-backup --approve from-backup=from-backup --as manager --accept-loss --yes";

/// All that the app has: a database, a host with both releases and running services, the front, a relay, a vault; and an operator.
struct Stage {
    server: Postgres,
    operator: Operator,
    home: PathBuf,
    front: Child,
    relay: Child,
    address: String,
    settings: String,
    before: String,
}

impl Stage {
    fn set(shell: Shell) -> Stage {
        let server = Postgres::start();
        server.create("todo_db");
        for file in ["roles.sql", "schema.sql", "data.sql"] {
            server.file("todo_db", &app().join(file));
        }
        let mut operator = Operator::of(PLAN, shell);
        let home = operator.place().join("todo");
        let vault = operator.place().join("vault");
        fs::create_dir(&vault).expect("the folder is writable");
        let laid_out = Command::new("sh")
            .env("PATH", servers::path())
            .arg(app().join("set-up.sh"))
            .arg(&home)
            .envs([("PGHOST", server.socket()), ("PGDATABASE", "todo_db".to_owned())])
            .envs([("TODO_API_PORT", free_port()), ("TODO_LIVE_PORT", free_port())])
            .output()
            .expect("the shell runs");
        assert!(laid_out.status.success(), "{}", String::from_utf8_lossy(&laid_out.stderr));
        let (front, address) = serve("front.py", &home);
        let (relay, relay_address) = serve("relay.py", operator.place());
        for (name, value) in [
            ("TODO_DATABASE_URL", server.url("todo_db")),
            ("TODO_HOME", home.display().to_string()),
            ("TODO_SETTINGS", home.join("settings/app.env").display().to_string()),
            ("TODO_URL", address.clone()),
            ("BACKUP_PASSPHRASE", "not-a-real-passphrase".to_owned()),
            ("TRIAL_PASSWORD", "a-trial-no-secret".to_owned()),
            ("TODO_TRIAL_PASS", "not-a-real-pass".to_owned()),
            ("RELAY_TOKEN", "not-a-real-token".to_owned()),
            ("ON_CALL_PHONE", "+49 30 5550101".to_owned()),
            ("COMMANDER_PHONE", "+49 30 5550102".to_owned()),
            ("SECURITY_PHONE", "+49 30 5550103".to_owned()),
        ] {
            operator.set(name, value);
        }
        operator.always(&format!("--param relay={relay_address} --param vault={}", vault.display()));
        let settings = fs::read_to_string(home.join("settings/app.env")).expect("the settings are there");
        let before = tried(&server.canonical("todo_db"));
        let stage = Stage { server, operator, home, front, relay, address, settings, before };
        stage.script("service.sh", "start api worker");
        stage
    }

    fn script(&self, name: &str, arguments: &str) -> String {
        let output = Command::new("sh")
            .env("PATH", servers::path())
            .arg(self.home.join("scripts").join(name))
            .args(arguments.split_whitespace())
            .output()
            .expect("the shell runs");
        assert!(output.status.success(), "{name}: {}", String::from_utf8_lossy(&output.stderr));
        String::from_utf8_lossy(&output.stdout).into_owned()
    }

    fn carries(&self, arguments: &str) {
        self.operator.carries(arguments, ANSWERS, |step| assert!(step.ends_with("watch"), "{step} waits for a person"));
    }

    fn forward_through(&self, phase: &str) {
        self.carries("prepare");
        self.carries(&format!("forward {phase}"));
    }

    /// Goes on to a phase behind the change of the schema, which waits for somebody's lock; there everything of ours dies.
    fn is_killed_in(&self, phase: &str) {
        let holder = self.server.holds("todo_db", "SELECT count(*) FROM tags");
        let mut runner = self.operator.start(&format!("forward {phase} {ANSWERS}"));
        wait_until("the change of the schema waits", || self.server.somebody_waits());
        self.operator.kill_everything(&mut runner);
        drop(holder);
    }

    fn people_write(&self) {
        self.server.file("todo_db", &app().join("workload.sql"));
    }

    fn is_as_before(&self, when: &str) {
        let now = tried(&self.server.canonical("todo_db"));
        assert!(now == self.before, "the database differs, {when}:\n{}", difference(&self.before, &now));
        self.is_in_use(when);
    }

    /// Release 1.8.3 and its frontend serve everybody, with the settings of before; what is new answers nobody, and all can be
    /// tried again.
    fn is_in_use(&self, when: &str) {
        let status = self.operator.succeeds("status");
        assert!(!status.contains("\n  applied "), "{when}: {status}");
        assert_eq!(self.ask("/api/version"), "200 \"1.8.3\"", "{when}");
        assert!(self.ask("/api/v1/me").starts_with("503 "), "{when}");
        assert!(self.ask("/config.json").contains("1.8.3"), "{when}");
        assert_eq!(self.script("running.sh", ""), "api 1.8.3\nworker 1.8.3\n", "{when}");
        assert_eq!(fs::read_to_string(self.home.join("settings/app.env")).expect("they are there"), self.settings, "{when}");
        // The worker is at work, and writes.
        self.server.sql("todo_db", "UPDATE recurrences SET next_on = now() - interval '1 minute' WHERE id = 1");
        wait_until("the worker has made a task", || {
            self.server.sql("todo_db", "SELECT next_on > now() FROM recurrences WHERE id = 1") == "t\n"
        });
        self.server.sql("todo_db", "DELETE FROM tasks WHERE created_at > now() - interval '1 minute' AND recurrence_id = 1");
        self.server.sql("todo_db", "UPDATE recurrences SET next_on = '2099-01-01 06:00+00' WHERE id = 1");
    }

    /// The status and the body that somebody without a pass gets.
    fn ask(&self, path: &str) -> String {
        let output = Command::new("curl")
            .args(["-sS", "-m", "10", "-w", "\n%{http_code}", &format!("{}{path}", self.address)])
            .output()
            .expect("curl is installed");
        assert!(output.status.success(), "{path}: {}", String::from_utf8_lossy(&output.stderr));
        let text = String::from_utf8_lossy(&output.stdout).into_owned();
        let (body, status) = text.rsplit_once('\n').expect("the status is the last line");
        format!("{status} {}", body.trim_end())
    }

    fn told(&self, channel: &str) -> String {
        fs::read_to_string(self.operator.place().join(format!("{channel}.txt"))).unwrap_or_default()
    }
}

impl Drop for Stage {
    fn drop(&mut self) {
        let _ = Command::new("sh")
            .env("PATH", servers::path())
            .arg(self.home.join("scripts/service.sh"))
            .args(["stop", "api", "worker", "live"])
            .output();
        for child in [&mut self.front, &mut self.relay] {
            let _ = child.kill();
            let _ = child.wait();
        }
    }
}

fn app() -> PathBuf {
    corpus::root().join("examples/todo-consistency/app")
}

/// Whoever takes the port between here and the start of a service makes the test fail, not pass.
fn free_port() -> String {
    TcpListener::bind("127.0.0.1:0").and_then(|free| free.local_addr()).expect("a port is free").port().to_string()
}

fn serve(program: &str, folder: &Path) -> (Child, String) {
    let mut child = Command::new("python3")
        .env("PATH", servers::path())
        .arg(app().join(program))
        .arg(folder)
        .env("TODO_TRIAL_PASS", "not-a-real-pass")
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .expect("python3 is installed");
    let mut port = String::new();
    BufReader::new(child.stdout.take().expect("it is piped")).read_line(&mut port).expect("it prints its port");
    (child, format!("http://127.0.0.1:{}", port.trim()))
}

/// A canonical form without what trying the app out uses up: numbers of two sequences, and its tag.
fn tried(canonical: &str) -> String {
    let used = |line: &&str| !line.starts_with("sequence public.ta") && !line.ends_with(",trial,41)");
    canonical.lines().filter(used).map(|line| line.to_owned() + "\n").collect()
}

fn schema(canonical: &str) -> String {
    canonical.lines().take_while(|line| !line.starts_with("rows of ")).map(|line| line.to_owned() + "\n").collect()
}

fn before_opening_people_find_what_was_there() {
    let stage = Stage::set(SHELLS[0]);
    stage.operator.succeeds("check");
    for phase in ["close", "migrate"] {
        stage.forward_through(phase);
        assert!(stage.ask("/").starts_with("503 "), "it is closed");
        stage.carries(BEFORE_OPENING);
        stage.is_as_before(&format!("after `{phase}`"));
    }
}

fn before_opening_what_was_saved_and_started_is_taken_back() {
    let stage = Stage::set(SHELLS[1]);
    stage.forward_through("save");
    // Killed within the change of the schema, it leads back from there.
    stage.is_killed_in("migrate");
    stage.operator.succeeds("abort --operator devops");
    stage.carries(BEFORE_OPENING);
    stage.is_as_before("after `save`, and a kill behind it");
    // Or goes on.
    stage.forward_through("save");
    stage.is_killed_in("start");
    stage.carries("resume");
    stage.carries(BEFORE_OPENING);
    stage.is_as_before("after `start`");
    let vault: Vec<_> = fs::read_dir(stage.operator.place().join("vault")).expect("it is there").flatten().collect();
    assert_eq!(vault.len(), 2, "a copy of each attempt's backup");
    for copy in vault {
        let bytes = fs::read(copy.path()).expect("it is a file");
        assert!(bytes.starts_with(b"Salted__"), "what leaves the host is encrypted");
    }
}

fn switching_v1_off_takes_a_moment_and_loses_nothing() {
    let stage = Stage::set(SHELLS[0]);
    stage.forward_through("first-people");
    assert!(stage.ask("/api/v1/me").starts_with("401 "), "v1 is on");
    stage.people_write();
    let written = stage.server.canonical("todo_db");
    // The API does not answer; the front needs nobody to say 503.
    stage.script("service.sh", "stop api");
    stage.carries("run switch-off --yes --only set-v1");
    assert!(stage.ask("/api/v1/me").starts_with("503 "));
    stage.script("service.sh", "start api");
    stage.carries(SWITCH_OFF);
    assert_eq!(tried(&stage.server.canonical("todo_db")), tried(&written));
    assert!(stage.ask("/api/health").starts_with("200 "), "the app stays open");
    assert!(stage.told("support").contains("Switch v1 off"), "{}", stage.told("support"));
}

fn with_people_in_it_every_row_comes_back_in_the_words_of_before() {
    let stage = Stage::set(SHELLS[1]);
    stage.forward_through("everybody");
    stage.people_write();
    // The least first; what it took back, going back passes over.
    stage.carries(SWITCH_OFF);
    stage.carries(GO_BACK);
    assert_eq!(schema(&stage.server.canonical("todo_db")), schema(&stage.before));
    stage.is_in_use("after going back");
    let ask = |sql: &str| stage.server.sql("todo_db", sql);
    assert_eq!(ask("SELECT count(*), min(status), min(priority) FROM tasks WHERE title LIKE 'New %'"), "12|pending|3\n");
    assert_eq!(ask("SELECT DISTINCT status, priority FROM tasks WHERE id BETWEEN 100 AND 104"), "done|1\n");
    assert_eq!(
        ask(
            "SELECT count(*), min(status) FROM tasks t JOIN task_tags x ON x.task_id = t.id JOIN tags g ON g.id = x.tag_id WHERE g.name = 'cancelled'"
        ),
        "6|done\n"
    );
    assert_eq!(ask("SELECT count(*) FROM tasks WHERE id = 300"), "0\n");
    assert!(stage.told("users").contains("Nothing that you wrote is lost") && stage.told("alerts").contains("over after"));
}

fn the_backup_brings_back_what_was_and_loses_what_it_says() {
    let stage = Stage::set(SHELLS[0]);
    stage.forward_through("open");
    stage.people_write();
    // Damage that no foreign key would notice, and damage that one should have.
    stage.server.sql("todo_db", "UPDATE tasks SET title = 'garbage' WHERE id < 50");
    stage.server.sql("todo_db", "SET session_replication_role = replica; DELETE FROM users WHERE id = 7");
    let refused = stage.operator.run("run from-backup --approve from-backup=from-backup --as manager --yes --operator devops");
    assert_eq!(refused.status, 3, "nobody has accepted the loss: {}", refused.text);
    stage.carries(FROM_BACKUP);
    stage.is_as_before("after the restore");
    let list = fs::read_to_string(stage.operator.bundle().join("state/written.csv")).expect("the list is written");
    assert_eq!(list.matches("newcomer@example.org").count(), 12, "{list}");
    assert!(list.contains("cancelled"), "{list}");
    assert!(stage.told("social").contains("8 May"), "{}", stage.told("social"));
}

stories! {
    before_opening_people_find_what_was_there,
    before_opening_what_was_saved_and_started_is_taken_back,
    switching_v1_off_takes_a_moment_and_loses_nothing,
    with_people_in_it_every_row_comes_back_in_the_words_of_before,
    the_backup_brings_back_what_was_and_loses_what_it_says,
}
