//! Vibes on a real PostgreSQL with a real alembic: from every position, each scenario that applies there, back to what was,
//! with what was written since, or to exactly the stated loss.

use std::fs;
use std::io::{BufRead, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};

use crate::corpus;
use crate::operator::{Operator, SHELLS, Shell, wait_until};
use crate::servers::{self, Postgres, difference};

const PLAN: &str = "examples/uuid-schema/uuid-schema.rbk";

/// What people would type; `--yes` never stands for it.
const ANSWERS: &str = "--operator devops --approve go-live=go-live --approve stay=stay --approve stay=yes";

/// Everything that Vibes has: a database, a host with both releases and running services, a relay; and an operator.
struct Stage {
    server: Postgres,
    operator: Operator,
    home: PathBuf,
    relay: Child,
    port: u16,
    before: String,
}

impl Stage {
    fn set(shell: Shell) -> Stage {
        let app = app();
        let server = Postgres::start();
        server.create("vibes_prod");
        for file in ["roles.sql", "schema.sql", "data.sql"] {
            server.file("vibes_prod", &app.join(file));
        }
        let mut operator = Operator::of(PLAN, shell);
        let home = operator.place().join("vibes");
        // Whoever takes the port between here and the start of the services makes the test fail, not pass.
        let port = std::net::TcpListener::bind("127.0.0.1:0").and_then(|free| free.local_addr()).expect("a port is free").port();
        let laid_out = Command::new("sh")
            .env("PATH", servers::path())
            .arg(app.join("set-up.sh"))
            .arg("host")
            .args([&home, &environment()])
            .envs([("PGHOST", server.socket()), ("PGDATABASE", "vibes_prod".to_owned()), ("VIBES_PORT", port.to_string())])
            .output()
            .expect("the shell runs");
        assert!(laid_out.status.success(), "{}", String::from_utf8_lossy(&laid_out.stderr));
        let (relay, address) = relay(operator.place());
        for (name, value) in [
            ("VIBES_DATABASE_URL", server.url("vibes_prod")),
            ("VIBES_API_URL", format!("http://127.0.0.1:{port}")),
            ("VIBES_HOME", home.display().to_string()),
            ("VIBES_SETTINGS", home.join("settings/app.env").display().to_string()),
            ("TRIAL_PASSWORD", "a-trial-no-secret".to_owned()),
            ("VIBES_TRIAL_PASS", "not-a-real-pass".to_owned()),
            ("RELAY_TOKEN", "not-a-real-token".to_owned()),
            ("DEVOPS_PHONE", "+49 30 5550101".to_owned()),
            ("DBA_PHONE", "+49 30 5550102".to_owned()),
            ("APPLICATION_LEAD_PHONE", "+49 30 5550103".to_owned()),
            ("MANAGEMENT_PHONE", "+49 30 5550104".to_owned()),
        ] {
            operator.set(name, value);
        }
        operator.always(&format!("--param relay={address}"));
        let before = tried(&server.canonical("vibes_prod"));
        let stage = Stage { server, operator, home, relay, port, before };
        stage.script("start.sh", "");
        stage
    }

    fn script(&self, name: &str, argument: &str) -> String {
        let output = Command::new("sh")
            .env("PATH", servers::path())
            .arg(self.home.join("scripts").join(name))
            .args(argument.split_whitespace())
            .output()
            .expect("the shell runs");
        assert!(output.status.success(), "{name}: {}", String::from_utf8_lossy(&output.stderr));
        String::from_utf8_lossy(&output.stdout).into_owned()
    }

    fn carries(&self, arguments: &str) {
        self.operator.carries(arguments, ANSWERS, |step| panic!("{step} waits for a person"));
    }

    fn forward_through(&self, phase: &str) {
        self.carries("prepare");
        self.carries(&format!("forward {phase}"));
    }

    fn people_write(&self) {
        self.server.file("vibes_prod", &app().join("workload.sql"));
    }

    /// Every row in words that hold no key.
    fn rows(&self) -> String {
        let question = fs::read_to_string(app().join("scripts/rows.sql")).expect("the example is there");
        self.server.sql("vibes_prod", &question)
    }

    /// Entries of before with the integers that they and their authors had, whatever those are called now.
    fn old_rows(&self) -> String {
        let key = if self.ask("/version") == "uuid" { "legacy_id" } else { "id" };
        let question = format!(
            "SELECT j.{key}, j.title, u.{key}, u.email FROM journals j JOIN users u ON u.id = j.user_id WHERE j.created_at < '2026-01-01'"
        );
        self.server.sql("vibes_prod", &question)
    }

    fn is_as_before(&self, when: &str) {
        let now = tried(&self.server.canonical("vibes_prod"));
        assert!(now == self.before, "the database differs, {when}:\n{}", difference(&self.before, &now));
        self.is_in_use(when);
    }

    /// The old release serves everybody, with its own settings.
    fn is_in_use(&self, when: &str) {
        assert_eq!(self.ask("/version"), "integer", "{when}");
        assert_eq!(self.ask("/health"), r#"{"status": "ok"}"#, "{when}");
        assert_eq!(self.script("running.sh", ""), "api\nreminders\n", "{when}");
        let settings = fs::read_to_string(self.home.join("settings/app.env")).expect("the settings are there");
        assert!(settings.ends_with("UUID_ENABLED=false\nUSE_INTEGER_IDS=true\n"), "{when}: {settings}");
    }

    fn ask(&self, path: &str) -> String {
        let output = Command::new("curl")
            .args(["-sS", "-m", "10", &format!("http://127.0.0.1:{}{path}", self.port)])
            .output()
            .expect("curl is installed");
        assert!(output.status.success(), "{path}: {}", String::from_utf8_lossy(&output.stderr));
        String::from_utf8_lossy(&output.stdout).trim_end().to_owned()
    }

    fn told(&self, channel: &str) -> String {
        fs::read_to_string(self.operator.place().join(format!("{channel}.txt"))).unwrap_or_default()
    }
}

impl Drop for Stage {
    fn drop(&mut self) {
        let _ = Command::new("sh").env("PATH", servers::path()).arg(self.home.join("scripts/stop.sh")).output();
        let _ = self.relay.kill();
        let _ = self.relay.wait();
    }
}

fn app() -> PathBuf {
    corpus::root().join("examples/uuid-schema/app")
}

/// The Python environment that `tools/setup test` makes.
fn environment() -> PathBuf {
    let place = corpus::root().join("target/python/uuid-schema");
    assert!(place.join("bin/alembic").exists(), "alembic is missing: run tools/setup test");
    place
}

/// Starts what messages are sent to; they end up in files of `outbox`, one a channel.
fn relay(outbox: &Path) -> (Child, String) {
    let mut relay = Command::new("python3")
        .env("PATH", servers::path())
        .arg(app().join("relay.py"))
        .arg(outbox)
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .expect("python3 is installed");
    let mut port = String::new();
    BufReader::new(relay.stdout.take().expect("it is piped")).read_line(&mut port).expect("it prints its port");
    (relay, format!("http://127.0.0.1:{}", port.trim()))
}

/// A canonical form without the one thing that trying Vibes out uses up: numbers of journals.
fn tried(canonical: &str) -> String {
    canonical.lines().filter(|line| !line.starts_with("sequence public.journals_id_seq:")).map(|line| line.to_owned() + "\n").collect()
}

fn schema(canonical: &str) -> String {
    canonical.lines().take_while(|line| !line.starts_with("rows of ")).map(|line| line.to_owned() + "\n").collect()
}

const BEFORE_OPENING: &str = "run before-opening --approve before-opening=before-opening";
const GO_BACK: &str = "run go-back --approve go-back=go-back";
const EMERGENCY: &str = "run emergency --yes";
const FROM_BACKUP: &str = "run from-backup --approve from-backup=from-backup --as manager --accept-loss --yes";

fn the_schema_is_what_alembic_makes() {
    let server = Postgres::start();
    server.file("postgres", &app().join("roles.sql"));
    server.create("written");
    server.file("written", &app().join("schema.sql"));
    server.create("made");
    let output = Command::new(environment().join("bin/alembic"))
        .arg("-c")
        .arg(app().join("alembic.ini"))
        .args(["upgrade", "0003_sessions"])
        .env("PYTHONDONTWRITEBYTECODE", "1")
        .envs([("PGHOST", server.socket()), ("PGUSER", "rbk".to_owned()), ("PGDATABASE", "made".to_owned())])
        .output()
        .expect("alembic runs");
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let (written, made) = (server.canonical("written"), server.canonical("made"));
    assert!(written == made, "{}", difference(&written, &made));
}

fn before_opening_people_find_what_was_there() {
    let stage = Stage::set(SHELLS[0]);
    stage.operator.succeeds("check");
    for phase in ["close", "migrate"] {
        stage.forward_through(phase);
        stage.carries(BEFORE_OPENING);
        stage.is_as_before(&format!("after `{phase}`"));
    }
}

fn before_opening_what_was_saved_and_started_is_taken_back() {
    let stage = Stage::set(SHELLS[1]);
    for phase in ["save", "start"] {
        stage.forward_through(phase);
        stage.carries(BEFORE_OPENING);
        stage.is_as_before(&format!("after `{phase}`"));
    }
}

fn a_migration_that_is_killed_leads_back() {
    let stage = Stage::set(SHELLS[0]);
    stage.forward_through("save");
    // Alembic waits for somebody's lock; then the runner dies.
    let reader = stage.server.holds("vibes_prod", "SELECT count(*) FROM tags");
    let mut runner = stage.operator.start(&format!("forward migrate {ANSWERS}"));
    wait_until("alembic waits", || {
        stage.server.sql("postgres", "SELECT count(*) FROM pg_stat_activity WHERE application_name = 'vibes-alembic'").trim() == "1"
    });
    runner.kill().expect("it runs");
    runner.wait().expect("it ends");
    // Alembic goes on without it and gives up by itself; from then on the state of the change can be told.
    wait_until("alembic has given up", || {
        stage.server.sql("postgres", "SELECT count(*) FROM pg_stat_activity WHERE application_name = 'vibes-alembic'").trim() == "0"
    });
    wait_until("the run can be given up", || stage.operator.run("abort --operator devops").status == 0);
    drop(reader);
    stage.carries(BEFORE_OPENING);
    stage.is_as_before("after a killed migration");
}

fn with_people_in_it_every_row_comes_back_and_keeps_its_integer() {
    let stage = Stage::set(SHELLS[0]);
    stage.forward_through("open");
    assert_eq!(stage.ask("/version"), "uuid");
    let old = stage.old_rows();
    stage.people_write();
    let written = stage.rows();
    // Somebody's lock is in the way: the downgrade ends where it began, and goes on when the lock is gone.
    let reader = stage.server.holds("vibes_prod", "SELECT count(*) FROM tags");
    let stopped = stage.operator.run(&format!("{GO_BACK} {ANSWERS}"));
    assert_eq!(stopped.status, 1, "{}", stopped.text);
    assert!(stopped.text.contains("undo-uuid-schema"), "{}", stopped.text);
    drop(reader);
    stage.carries("resume");
    assert_eq!(stage.rows(), written);
    assert_eq!(schema(&stage.server.canonical("vibes_prod")), schema(&stage.before));
    let kept = stage.old_rows();
    let gone: Vec<&str> = old.lines().filter(|row| !kept.contains(row)).collect();
    let meant = |row: &&str| ["Day 42|", "Day 77|"].iter().any(|day| row.contains(day)) || row.contains("user7@");
    assert!(!gone.is_empty() && gone.iter().all(meant), "rows that got another integer: {gone:?}");
    stage.is_in_use("after going back");
    assert!(stage.told("stakeholders").contains("URGENT") && stage.told("status-page").contains("Resolved"));
}

fn when_everything_is_down_the_emergency_leads_back() {
    let stage = Stage::set(SHELLS[1]);
    stage.forward_through("finish");
    stage.people_write();
    let written = stage.rows();
    for service in ["api", "reminders"] {
        let pid = fs::read_to_string(stage.home.join(format!("run/{service}.pid"))).expect("it runs");
        assert!(Command::new("kill").args(["-s", "KILL", pid.trim()]).status().expect("kill is there").success());
    }
    stage.carries(EMERGENCY);
    assert_eq!(stage.rows(), written);
    stage.is_in_use("after the emergency");
}

fn the_backup_brings_back_what_was_and_loses_what_it_says() {
    let stage = Stage::set(SHELLS[0]);
    stage.forward_through("open");
    stage.people_write();
    // Damage that no foreign key would notice, and damage that alembic's way back would stumble over.
    stage.server.sql("vibes_prod", "UPDATE journals SET content = 'garbage' WHERE legacy_id < 500");
    stage.server.sql("vibes_prod", "SET session_replication_role = replica; DELETE FROM users WHERE email = 'user9@example.org'");
    stage.carries(FROM_BACKUP);
    stage.is_as_before("after the restore");
    let list = fs::read_to_string(stage.operator.bundle().join("state/written.csv")).expect("the list is written");
    assert_eq!(list.matches("newcomer@example.org").count(), 25, "{list}");
    assert!(list.contains("user8@example.org,One more"), "{list}");
    assert_eq!(list.lines().count(), 27, "and nothing else: {list}");
    assert!(stage.told("users").contains("had to go back"), "{}", stage.told("users"));
}

stories! {
    the_schema_is_what_alembic_makes,
    before_opening_people_find_what_was_there,
    before_opening_what_was_saved_and_started_is_taken_back,
    a_migration_that_is_killed_leads_back,
    with_people_in_it_every_row_comes_back_and_keeps_its_integer,
    when_everything_is_down_the_emergency_leads_back,
    the_backup_brings_back_what_was_and_loses_what_it_says,
}
