//! The Party migration on a real PostgreSQL, with its API and front ends: from every position each scenario that applies there,
//! back to what was, to exactly the stated loss, or on to a sound state.

use std::fs;
use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpStream;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};

use crate::corpus;
use crate::operator::{Operator, SHELLS, Shell, wait_until};
use crate::servers::{self, Postgres, difference};

const PLAN: &str = "examples/party-posture/party-posture.rbk";

/// Answers that a person would give; `--yes` never stands for them.
const ANSWERS: &str = "--operator dba --approve open=open --approve open=yes --approve stay=stay --approve stay=yes";
const TURN_BACK: &str = "run turn-back --approve turn-back=turn-back";
const GIVE_UP: &str = "run give-up --yes --approve give-up=give-up --as owner --accept-loss --slot since=07:50";
const CODE_BACK: &str = "run code-back --approve code-back=code-back";

/// The database, the API with its releases and settings, and somebody with the bundle.
struct Stage {
    server: Postgres,
    operator: Operator,
    site: PathBuf,
    settings: PathBuf,
    address: String,
    web: Child,
    before: String,
}

impl Stage {
    fn set(shell: Shell) -> Stage {
        let server = Postgres::start();
        server.create("breeder");
        let mut operator = Operator::of(PLAN, shell);
        let (site, vault) = (operator.place().join("site"), operator.place().join("vault"));
        copy(&corpus::root().join("examples/party-posture/app"), &site);
        for file in ["schema.sql", "data.sql"] {
            server.file("breeder", &site.join(file));
        }
        for (application, release) in [("api", "phase-3"), ("web", "phase-4"), ("portal", "phase-4")] {
            let deployed = Command::new("sh")
                .env("PATH", servers::path())
                .arg(site.join("deploy.sh"))
                .args([application, release])
                .stdout(Stdio::null())
                .status();
            assert!(deployed.expect("sh runs").success(), "{application} {release}");
        }
        fs::create_dir(&vault).expect("the folder is writable");
        let settings = operator.place().join("api.env");
        fs::write(&settings, "# The API's settings.\nMAINTENANCE=off\nPARTY_WRITES=on\n").expect("the folder is writable");
        let mut web = Command::new("python3")
            .env("PATH", servers::path())
            .arg(site.join("serve.py"))
            .args(["--port", "0", "--settings"])
            .arg(&settings)
            .arg("--outbox")
            .arg(operator.place())
            .env("DATABASE_URL", server.url("breeder").replace("rbk@", "breeder_app@"))
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .expect("python3 is installed");
        let mut port = String::new();
        BufReader::new(web.stdout.take().expect("it is piped")).read_line(&mut port).expect("it prints its port");
        let address = format!("127.0.0.1:{}", port.trim());
        operator.set("BREEDER_DATABASE_URL", server.url("breeder"));
        operator.set("BREEDER_API_URL", format!("http://{address}"));
        operator.set("BREEDER_SETTINGS", settings.display().to_string());
        operator.set("RELAY_TOKEN", "not-a-real-token");
        operator.set("MIGRATION_LEAD_PHONE", "+49 30 5550100");
        operator.set("ON_CALL_PHONE", "+49 30 5550101");
        operator.always(&format!("--param relay=http://{address} --param site={} --param vault={}", site.display(), vault.display()));
        let before = server.canonical("breeder");
        Stage { server, operator, site, settings, address, web, before }
    }

    fn carries(&self, arguments: &str) {
        self.chooses(arguments, "");
    }

    fn chooses(&self, arguments: &str, choices: &str) {
        self.operator.carries(arguments, &format!("{ANSWERS} {choices}"), |_| ());
    }

    fn forward_through(&self, phase: &str) {
        self.carries("prepare");
        self.carries(&format!("forward {phase}"));
    }

    fn sql(&self, sql: &str) -> String {
        self.server.sql("breeder", sql).trim().to_owned()
    }

    /// Everything is as before the plan: rows and schema, who may write, releases, settings.
    fn is_as_before(&self, when: &str) {
        let now = self.server.canonical("breeder");
        assert!(now == self.before, "the database differs, {when}:\n{}", difference(&self.before, &now));
        assert_eq!(self.sql("SELECT pg_has_role('breeder_app', 'breeder_writer', 'MEMBER')"), "t", "{when}");
        assert_eq!(self.releases(), "phase-3 phase-4 phase-4", "{when}");
        assert_eq!(fs::read_to_string(&self.settings).expect("it is there"), "# The API's settings.\nMAINTENANCE=off\nPARTY_WRITES=on\n");
        assert_eq!(self.asks("GET", "/web", "").0, 200, "{when}");
    }

    /// The releases in use: of the API, of the breeders' front end, of the clients'.
    fn releases(&self) -> String {
        let of = |name| fs::read_to_string(self.site.join("deployed").join(name)).expect("it is deployed").trim().to_owned();
        ["api", "web", "portal"].map(of).join(" ")
    }

    /// Asks the API as a client would; returns status and body.
    fn asks(&self, method: &str, path: &str, body: &str) -> (u16, String) {
        let mut stream = TcpStream::connect(&self.address).expect("it listens");
        let length = body.len();
        write!(stream, "{method} {path} HTTP/1.0\r\nContent-Length: {length}\r\n\r\n{body}").expect("it reads");
        let mut answer = String::new();
        stream.read_to_string(&mut answer).expect("it answers");
        let status = answer.split(' ').nth(1).and_then(|status| status.parse().ok()).expect("a status");
        (status, answer.split_once("\r\n\r\n").map_or("", |(_, body)| body).trim().to_owned())
    }
}

impl Drop for Stage {
    fn drop(&mut self) {
        let _ = self.web.kill();
        let _ = self.web.wait();
    }
}

fn copy(from: &Path, to: &Path) {
    fs::create_dir_all(to).expect("the folder is writable");
    for entry in fs::read_dir(from).expect("it is there") {
        let entry = entry.expect("an entry");
        if entry.path().is_dir() {
            copy(&entry.path(), &to.join(entry.file_name()));
        } else {
            fs::copy(entry.path(), to.join(entry.file_name())).expect("it can be copied");
        }
    }
}

fn while_closed_every_phase_leads_back_to_what_was() {
    let stage = Stage::set(SHELLS[0]);
    stage.operator.succeeds("check");
    for phase in ["close", "save", "phase-4"] {
        stage.forward_through(phase);
        assert_eq!(stage.asks("POST", "/waitlist?party=2", "too late").0, 503, "after `{phase}` we are closed");
        stage.carries(TURN_BACK);
        stage.is_as_before(&format!("after `{phase}`"));
    }
}

fn a_drop_that_is_killed_or_waits_in_vain_leads_back_and_the_next_attempt_goes_through() {
    let stage = Stage::set(SHELLS[1]);
    stage.forward_through("save");
    // Somebody left a transaction open: the columns can't be dropped behind it. While the drop waits, everything of ours dies.
    let holder = stage.server.holds("breeder", "SELECT count(*) FROM \"OffspringContract\"");
    let mut runner = stage.operator.start(&format!("forward phase-4 {ANSWERS}"));
    wait_until("the drop waits", || stage.server.somebody_waits());
    stage.operator.kill_everything(&mut runner);
    // Taken up again, it does not wait all night either.
    let run = stage.operator.run(&format!("resume {ANSWERS}"));
    assert_eq!(run.status, 1, "{}", run.text);
    drop(holder);
    stage.operator.succeeds("abort --operator dba");
    stage.carries(TURN_BACK);
    stage.is_as_before("after a drop that failed");
    stage.forward_through("open-again");
    assert_eq!(stage.releases(), "phase-4 phase-4 phase-4");
    assert_eq!(stage.asks("GET", "/portal", "").0, 200);
}

fn giving_up_after_the_opening_loses_what_was_entered_and_keeps_a_copy() {
    let stage = Stage::set(SHELLS[0]);
    stage.forward_through("open-again");
    assert_eq!(stage.asks("POST", "/waitlist?party=1", "entered after the opening").0, 200);
    stage.carries(GIVE_UP);
    stage.is_as_before("after giving up");
    // What is lost is what the copy holds beyond the backup: that entry, and nothing else.
    let vault = stage.operator.place().join("vault");
    let dump = fs::read_dir(vault).expect("it is there").map(|entry| entry.expect("an entry").path());
    let dump = dump.into_iter().find(|path| path.to_string_lossy().contains("at-return")).expect("it was copied");
    stage.server.create("returned");
    let restored = Command::new("pg_restore")
        .env("PATH", servers::path())
        .args(["--exit-on-error", "-h", &stage.server.socket(), "-U", "rbk", "-d", "returned"])
        .arg(dump)
        .status();
    assert!(restored.expect("pg_restore is installed").success());
    let entries = "SELECT id || ' ' || wish FROM \"WaitlistEntry\" ORDER BY id";
    assert_eq!(stage.server.sql("returned", entries), stage.server.sql("breeder", entries) + "5 entered after the opening\n");
}

fn after_phase_5_its_code_goes_back_and_its_data_stays() {
    let stage = Stage::set(SHELLS[1]);
    stage.forward_through("phase-5");
    assert_eq!(stage.releases(), "phase-5 phase-5 phase-5");
    assert_eq!(stage.asks("POST", "/waitlist?party=6", "entered on phase 5").0, 200);
    let data = stage.server.canonical("breeder");
    stage.carries(CODE_BACK);
    assert_eq!(stage.releases(), "phase-4 phase-4 phase-4");
    let now = stage.server.canonical("breeder");
    assert!(now == data, "code that goes back touches no data:\n{}", difference(&data, &now));
    assert_eq!(stage.asks("GET", "/web", "").0, 200);
    stage.carries("forward");
    assert_eq!(stage.releases(), "phase-5 phase-5 phase-5");
    // A release can't mend data, so the way back is refused while data is what is wrong.
    stage.sql("UPDATE \"Invoice\" SET \"clientPartyId\" = NULL WHERE number = 'EH-1001'");
    let run = stage.operator.run(&format!("{CODE_BACK} {ANSWERS}"));
    assert_eq!(run.status, 3, "{}", run.text);
    assert_eq!(stage.releases(), "phase-5 phase-5 phase-5");
    stage.carries(GIVE_UP);
    stage.is_as_before("after giving up on phase 5");
}

/// A Party deleted under an administrator's tool that switches foreign keys off, a reference emptied by a bug, and a buyer who is
/// a Party without a contact.
const RUIN: &str = r#"
    INSERT INTO "Party" (id, "tenantId", kind, name) VALUES (900, 1, 'CONTACT', 'Only a Party');
    UPDATE "Animal" SET "buyerPartyId" = 900, "updatedAt" = now() WHERE name = 'Alba';
    UPDATE "WaitlistEntry" SET "clientPartyId" = NULL WHERE id = 2;
    SET session_replication_role = replica;
    DELETE FROM "Party" WHERE id IN (3, 900);
"#;

fn ruined_references_are_mended_where_we_are() {
    let stage = Stage::set(SHELLS[0]);
    stage.forward_through("open-again");
    let sound = stage.sql("SELECT * FROM validation.party_references ORDER BY 1, 2");
    stage.sql(RUIN);
    stage.chooses("run fix-forward", "--yes --choose cause=data");
    assert_eq!(stage.sql("SELECT entity, party_id FROM validation.let_go"), "Animal|900");
    let mended = stage.sql("SELECT * FROM validation.party_references ORDER BY 1, 2");
    let values = |text: &str| text.lines().map(|line| line.rsplit_once('|').expect("columns").0.to_owned()).collect::<Vec<_>>();
    assert_eq!(values(&mended), values(&sound), "every row names again whom it named");
    assert_eq!(stage.sql("SELECT name FROM \"Party\" WHERE id = 3"), "Grace Okoye");
    // Writes stop and go on with the flag, and nothing stays behind.
    stage.chooses("run fix-forward", "--yes --choose cause=exposure");
    assert_eq!(stage.asks("POST", "/waitlist?party=3", "writes are on again").0, 200);
}

stories! {
    while_closed_every_phase_leads_back_to_what_was,
    a_drop_that_is_killed_or_waits_in_vain_leads_back_and_the_next_attempt_goes_through,
    giving_up_after_the_opening_loses_what_was_entered_and_keeps_a_copy,
    after_phase_5_its_code_goes_back_and_its_data_stays,
    ruined_references_are_mended_where_we_are,
}
