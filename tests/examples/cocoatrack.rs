//! CocoaTrack on two real PostgreSQL databases: from every position, each scenario that applies there, back to what was.

use std::fs;
use std::io::{BufRead, BufReader};
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};
use std::thread::sleep;
use std::time::{Duration, Instant};

use crate::corpus;
use crate::operator::{Operator, SHELLS, Shell, wait_until};
use crate::servers::{self, Postgres, difference};

const PLAN: &str = "examples/cocoatrack/cocoatrack.rbk";

/// Answers that a person would give; `--yes` never stands for them.
const ANSWERS: &str = "--operator dba --approve switch=switch --approve stay=stay --approve stay=yes";

/// Two databases, the public name and the message relay, and somebody with the bundle.
struct Stage {
    server: Postgres,
    operator: Operator,
    served: PathBuf,
    web: Child,
    v1: String,
    v2: String,
}

impl Stage {
    fn set(shell: Shell) -> Stage {
        let app = corpus::root().join("examples/cocoatrack/app");
        let server = Postgres::start();
        for (database, files) in [("v1", ["v1-schema.sql", "v1-data.sql"]), ("v2", ["v2-schema.sql", "v2-data.sql"])] {
            server.create(database);
            files.iter().for_each(|file| server.file(database, &app.join(file)));
        }
        let mut operator = Operator::of(PLAN, shell);
        let served = operator.place().join("served");
        fs::write(&served, "v1").expect("the folder is writable");
        let vault = operator.place().join("vault");
        fs::create_dir(&vault).expect("the folder is writable");
        let mut web = Command::new("python3")
            .env("PATH", servers::path())
            .arg(app.join("serve.py"))
            .args(["--port", "0", "--served"])
            .arg(&served)
            .arg("--outbox")
            .arg(operator.place())
            .env("V1_DATABASE_URL", server.url("v1"))
            .env("V2_DATABASE_URL", server.url("v2"))
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .expect("python3 is installed");
        let mut port = String::new();
        BufReader::new(web.stdout.take().expect("it is piped")).read_line(&mut port).expect("it prints its port");
        let address = format!("http://127.0.0.1:{}", port.trim());
        operator.set("V1_DATABASE_URL", server.url("v1"));
        operator.set("V2_DATABASE_URL", server.url("v2"));
        operator.set("API_URL", &address);
        operator.set("ANNOUNCE_TOKEN", "not-a-real-token");
        operator.set("MIGRATION_LEAD_PHONE", "+49 30 5550100");
        operator.set("ON_CALL_PHONE", "+49 30 5550101");
        operator.always(&format!("--param relay={address} --param app={} --param vault={}", app.display(), vault.display()));
        let (v1, v2) = (server.canonical("v1"), server.canonical("v2"));
        Stage { server, operator, served, web, v1, v2 }
    }

    /// Runs a command, and does what its manual steps ask for.
    fn carries(&self, arguments: &str) {
        self.operator.carries(arguments, ANSWERS, |step| {
            if step.ends_with("undo-api-to-v2") {
                fs::write(&self.served, "v1").expect("it is writable");
            } else if step.ends_with("api-to-v2") {
                fs::write(&self.served, "v2").expect("it is writable");
            }
        });
    }

    fn forward_through(&self, phase: &str) {
        self.carries("prepare");
        self.carries(&format!("forward {phase}"));
    }

    fn both_are_as_before(&self, when: &str) {
        assert!(self.server.canonical("v1") == self.v1, "V1 differs, {when}:\n{}", difference(&self.v1, &self.server.canonical("v1")));
        assert!(self.server.canonical("v2") == self.v2, "V2 differs, {when}:\n{}", difference(&self.v2, &self.server.canonical("v2")));
    }
}

impl Drop for Stage {
    fn drop(&mut self) {
        let _ = self.web.kill();
        let _ = self.web.wait();
    }
}

const BEFORE_SWITCH: &str = "run before-switch --approve before-switch=before-switch";
const AFTER_SWITCH: &str = "run after-switch --approve after-switch=after-switch --accept-loss";
const EMERGENCY: &str = "run emergency --approve emergency=emergency --as owner --accept-loss --slot by-hand=0";

fn before_the_switch_every_phase_leads_back_to_what_was() {
    let stage = Stage::set(SHELLS[0]);
    stage.operator.succeeds("check");
    for phase in ["freeze", "save", "migrate"] {
        stage.forward_through(phase);
        stage.carries(BEFORE_SWITCH);
        stage.both_are_as_before(&format!("after `{phase}`"));
    }
}

fn preparation_alone_is_taken_back_too() {
    let stage = Stage::set(SHELLS[1]);
    stage.carries("prepare");
    stage.carries(BEFORE_SWITCH);
    stage.both_are_as_before("after the preparation");
}

fn a_migration_that_is_killed_leaves_a_run_that_leads_back() {
    let stage = Stage::set(SHELLS[0]);
    stage.carries("prepare");
    stage.carries("forward save");
    // Somebody reads V2 under a lock, so the load waits; then the runner and its step die.
    let holder = stage.server.holds("v2", "LOCK TABLE regions IN ACCESS EXCLUSIVE MODE");
    let mut runner = stage.operator.start(&format!("forward migrate {ANSWERS}"));
    wait_until("the load has begun", || {
        stage.operator.journal().lines().any(|line| line.contains("load-v2") && line.contains("\tchild\t"))
    });
    runner.kill().expect("it runs");
    runner.wait().expect("it ends");
    stage.server.sql("v2", "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name LIKE 'cocoatrack%'");
    drop(holder);
    // The load is unknown until something can tell: its `undone` check does. Then the way back is open.
    let deadline = Instant::now() + Duration::from_secs(60);
    let mut run = stage.operator.run("abort --operator dba");
    while run.status != 0 && Instant::now() < deadline {
        sleep(Duration::from_millis(500));
        run = stage.operator.run("abort --operator dba");
    }
    assert_eq!(run.status, 0, "{}", run.text);
    stage.carries(BEFORE_SWITCH);
    stage.both_are_as_before("after a killed load");
}

fn after_the_switch_what_people_entered_comes_back_with_them() {
    let stage = Stage::set(SHELLS[0]);
    stage.forward_through("cutover");
    stage.server.sql("v2", "SET ROLE app_user; UPDATE profiles SET phone = '+237 600 000 001' WHERE phone IS NOT NULL AND NOT pilot");
    let count = |database: &str| stage.server.sql(database, "SELECT count(*) FROM deliveries");
    let before = count("v1");
    stage.server.file("v2", &corpus::root().join("examples/cocoatrack/app/v2-workload.sql"));
    stage.carries(AFTER_SWITCH);
    assert!(count("v1") > before, "what was entered on V2 is in V1: {} deliveries, {before} before", count("v1"));
    assert_ne!(stage.server.sql("v1", "SELECT count(*) FROM profiles WHERE phone = '+237 600 000 001'").trim(), "0");
    let now = stage.server.canonical("v2");
    assert!(now == stage.v2, "V2 is not as it was:\n{}", difference(&stage.v2, &now));
}

fn after_the_switch_without_anything_entered_both_are_as_they_were() {
    let stage = Stage::set(SHELLS[1]);
    stage.forward_through("cutover");
    stage.carries(AFTER_SWITCH);
    stage.both_are_as_before("after the switch");
}

fn after_the_first_day_the_emergency_leads_back() {
    let stage = Stage::set(SHELLS[0]);
    stage.forward_through("cutover");
    stage.server.file("v2", &corpus::root().join("examples/cocoatrack/app/v2-workload.sql"));
    stage.carries("forward");
    stage.carries(EMERGENCY);
    let now = stage.server.canonical("v2");
    assert!(now == stage.v2, "V2 is not as it was:\n{}", difference(&stage.v2, &now));
}

stories! {
    before_the_switch_every_phase_leads_back_to_what_was,
    preparation_alone_is_taken_back_too,
    a_migration_that_is_killed_leaves_a_run_that_leads_back,
    after_the_switch_what_people_entered_comes_back_with_them,
    after_the_switch_without_anything_entered_both_are_as_they_were,
    after_the_first_day_the_emergency_leads_back,
}
