//! Lunary on a real PostgreSQL, a real SQLite file for Jazz, and an API that reads and writes both: from every position each
//! scenario that applies there, back to what was, or to exactly the stated loss.

use std::fs;
use std::io::{BufRead, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};

use super::quickstart::{canonical, sqlite};
use crate::corpus;
use crate::operator::{Operator, SHELLS, Shell, wait_until};
use crate::servers::{self, Postgres, difference};

const PLAN: &str = "examples/jazz-to-postgresql/jazz-to-postgresql.rbk";

/// `canary@lunary.example.org:canary-sings`, as a header says it.
const CANARY: &str = "Basic Y2FuYXJ5QGx1bmFyeS5leGFtcGxlLm9yZzpjYW5hcnktc2luZ3M=";

/// Answers that a person would give; `--yes` never stands for them.
const DECISIONS: &str = "--operator dba --yes --approve switch=switch --approve stay=stay \
                         --approve let-go=let-go --approve jazz-closed=jazz-closed";
const MAIL: &str = "--slot eta=11:00 --slot what-happened=a --slot what-we-did=b --slot your-data=c --slot next-steps=d --slot how-many=1";

const ROWS: &str = "SELECT entity, key, content, edited_at FROM profile_rows";

/// Both stores, the API with the message relay, and somebody with the bundle.
struct Stage {
    server: Postgres,
    operator: Operator,
    jazz: PathBuf,
    web: Child,
    api: String,
    before: [String; 3],
}

impl Stage {
    fn set(shell: Shell) -> Stage {
        let app = corpus::root().join("examples/jazz-to-postgresql/app");
        let server = Postgres::start();
        server.create("lunary");
        ["schema.sql", "data.sql"].iter().for_each(|file| server.file("lunary", &app.join(file)));
        let mut operator = Operator::of(PLAN, shell);
        let place = operator.place().to_owned();
        let jazz = place.join("jazz.db");
        for file in ["jazz-schema.sql", "jazz-data.sql"] {
            sqlite(&jazz, &fs::read_to_string(app.join(file)).expect("the example is there"));
        }
        let site = place.join("site");
        for folder in ["vault", "site/releases/lunary-jazz", "site/releases/lunary-both", "site/releases/lunary-postgres"] {
            fs::create_dir_all(place.join(folder)).expect("the folder is writable");
        }
        for release in ["lunary-jazz", "lunary-both", "lunary-postgres"] {
            let package = format!("releases/{release}/package.json");
            fs::copy(app.join(&package), site.join(&package)).expect("the example is there");
        }
        fs::copy(app.join("settings.env"), place.join("settings.env")).expect("the example is there");
        let first = Command::new("sh")
            .env("PATH", servers::path())
            .arg(app.join("deploy.sh"))
            .arg("lunary-jazz")
            .env("LUNARY_SITE", &site)
            .env("LUNARY_SETTINGS", place.join("settings.env"))
            .output()
            .expect("sh runs");
        assert!(first.status.success(), "{}", String::from_utf8_lossy(&first.stderr));
        let mut web = Command::new("python3")
            .env("PATH", servers::path())
            .arg(app.join("serve.py"))
            .args(["--port", "0", "--site"])
            .arg(&site)
            .arg("--outbox")
            .arg(&place)
            .env("JAZZ_STORE", &jazz)
            .env("LUNARY_DATABASE_URL", server.url("lunary").replace("//rbk@", "//lunary_app@"))
            .stdout(Stdio::piped())
            .stderr(fs::File::create(place.join("web.log")).expect("the folder is writable"))
            .spawn()
            .expect("python3 is installed");
        let mut port = String::new();
        BufReader::new(web.stdout.take().expect("it is piped")).read_line(&mut port).expect("it prints its port");
        let api = format!("http://127.0.0.1:{}", port.trim());
        operator.set("JAZZ_STORE", jazz.display().to_string());
        operator.set("LUNARY_DATABASE_URL", server.url("lunary"));
        operator.set("LUNARY_URL", &api);
        operator.set("LUNARY_SITE", site.display().to_string());
        operator.set("LUNARY_SETTINGS", place.join("settings.env").display().to_string());
        operator.set("CANARY_LOGIN", CANARY);
        operator.set("RELAY_TOKEN", "not-a-real-token");
        operator.set("LEAD_DEVELOPER_PHONE", "+44 20 5550100");
        operator.set("DEVOPS_PHONE", "+44 20 5550101");
        operator.set("DBA_PHONE", "+44 20 5550102");
        operator.always(&format!(
            "--param relay={api}/relay --param app={} --param vault={}",
            app.display(),
            place.join("vault").display()
        ));
        let before = [server.canonical("lunary"), settings(&place), canonical(&jazz)];
        Stage { server, operator, jazz, web, api, before }
    }

    fn carries(&self, arguments: &str) {
        self.by_hand(arguments, |_| ());
    }

    fn by_hand(&self, arguments: &str, by_hand: impl FnMut(&str)) {
        self.operator.carries(arguments, &format!("{DECISIONS} {MAIL}"), by_hand);
    }

    fn forward_through(&self, phase: &str) {
        self.carries("prepare");
        self.carries(&format!("forward {phase}"));
    }

    /// Runs a scenario whose questions are answered with yes and which its role approves.
    fn scenario(&self, name: &str, options: &str) {
        self.scenario_by_hand(name, options, |_| ());
    }

    fn scenario_by_hand(&self, name: &str, options: &str, by_hand: impl FnMut(&str)) {
        self.by_hand(&answered(name, options), by_hand);
    }

    /// Goes forward into a change that can't be carried out, and gives up there.
    fn fails_in(&self, phase: &str, because: &str) {
        let run = self.operator.run(&format!("forward {phase} {DECISIONS}"));
        assert_eq!(run.status, 1, "{because}: {}", run.text);
        let run = self.operator.run("abort --operator dba");
        assert_eq!(run.status, 0, "{because}: {}", run.text);
    }

    fn is_killed_in_the_copy(&self) {
        let holder = self.server.holds("lunary", "LOCK TABLE note IN EXCLUSIVE MODE");
        let mut runner = self.operator.start(&format!("forward copy {DECISIONS} {MAIL}"));
        wait_until("the copy waits", || self.server.somebody_waits());
        self.operator.kill_everything(&mut runner);
        drop(holder);
    }

    fn place(&self, name: &str) -> PathBuf {
        self.operator.place().join(name)
    }

    fn all_is_as_before(&self, when: &str) {
        let now = canonical(&self.jazz);
        assert!(self.before[2] == now, "{when}:\n{}", difference(&self.before[2], &now));
        self.all_but_jazz_is_as_before(when);
    }

    fn all_but_jazz_is_as_before(&self, when: &str) {
        let now = [self.server.canonical("lunary"), settings(self.operator.place())];
        for (was, is) in self.before.iter().zip(&now) {
            assert!(was == is, "{when}:\n{}", difference(was, is));
        }
        assert_eq!(self.asks("/api/status/release"), "lunary-jazz", "{when}");
        assert_eq!(self.asks("/api/status/writes"), "accepted", "{when}");
    }

    /// Every row that the migration moves, as each store words it.
    fn rows(&self) -> [String; 2] {
        [self.rows_of_jazz(), sorted(&self.server.sql("lunary", ROWS))]
    }

    fn rows_of_jazz(&self) -> String {
        sorted(&sqlite(&self.jazz, &format!("{ROWS};")))
    }

    fn stores_agree(&self, when: &str) {
        let [jazz, postgres] = self.rows();
        assert!(jazz == postgres, "{when}:\n{}", difference(&jazz, &postgres));
    }

    fn asks(&self, path: &str) -> String {
        self.requests("GET", path, "").1
    }

    /// Returns the status and the body of an answer to the canary.
    fn requests(&self, method: &str, path: &str, body: &str) -> (String, String) {
        let output = Command::new("curl")
            .args(["-sS", "-X", method, "-H", &format!("Authorization: {CANARY}"), "-w", "\n%{http_code}"])
            .args(if body.is_empty() { vec![] } else { vec!["-d", body] })
            .arg(format!("{}{path}", self.api))
            .output()
            .expect("curl is installed");
        let text = String::from_utf8_lossy(&output.stdout).into_owned();
        let (body, status) = text.rsplit_once('\n').expect("curl prints the status");
        (status.to_owned(), body.trim().to_owned())
    }

    /// The canary saves a birth chart; returns the status.
    fn saves_chart(&self, sun: &str) -> String {
        self.requests("PUT", "/api/profile/birth-chart", &format!(r#"{{"sun": "{sun}", "moon": "Leo", "rising": "Leo"}}"#)).0
    }

    fn signs_up(&self, email: &str) {
        let body = format!(r#"{{"email": "{email}", "name": "New", "password": "a new one"}}"#);
        let answer = self.requests("POST", "/api/auth/sign-up", &body);
        assert_eq!(answer.0, "200", "{}", answer.1);
    }
}

impl Drop for Stage {
    fn drop(&mut self) {
        let _ = self.web.kill();
        let _ = self.web.wait();
    }
}

fn answered(name: &str, options: &str) -> String {
    format!("run {name} {options} --as lead --accept-loss --approve {name}={name} --approve {name}.ask-1=yes --approve {name}.ask-2=yes")
}

fn sorted(text: &str) -> String {
    let mut lines: Vec<&str> = text.lines().collect();
    lines.sort_unstable();
    lines.join("\n")
}

fn without_canarys_chart(rows: &str) -> Vec<&str> {
    rows.lines().filter(|line| !line.starts_with("birth-chart|co_zCanary|")).collect()
}

fn settings(place: &Path) -> String {
    fs::read_to_string(place.join("settings.env")).expect("the settings are there")
}

fn before_the_switch_every_change_done_or_half_done_leads_back_to_what_was() {
    let stage = Stage::set(SHELLS[1]);
    stage.operator.succeeds("check");
    stage.carries("prepare");

    stage.server.sql("lunary", "CREATE TABLE note ()");
    stage.fails_in("follow", "a table of that name is there");
    stage.server.sql("lunary", "DROP TABLE note");
    stage.all_is_as_before("after tables that could not be made");

    let hidden = stage.place("hidden");
    fs::rename(stage.place("site/releases/lunary-both"), &hidden).expect("it is there");
    stage.fails_in("follow", "there is no such build");
    fs::rename(&hidden, stage.place("site/releases/lunary-both")).expect("it is there");
    stage.scenario("abandon", "");
    stage.all_is_as_before("after a build that is gone");

    // A location that Jazz takes and PostgreSQL does not: the copy names the user, and the migration stops.
    stage.carries("prepare");
    let moved = |from: &str, to: &str| format!("UPDATE documents SET body = replace(body, '\"lat\": {from}', '\"lat\": {to}');");
    sqlite(&stage.jazz, &moved("32.794", "132.794"));
    stage.fails_in("copy", "a location lies outside the globe");
    stage.scenario("abandon", "");
    sqlite(&stage.jazz, &moved("132.794", "32.794"));
    stage.all_is_as_before("after a copy that stayed incomplete");

    // Everything of ours dies while the copy waits for somebody; then it goes on, or back.
    stage.carries("prepare");
    stage.carries("forward follow");
    stage.is_killed_in_the_copy();
    stage.operator.succeeds("abort --operator dba");
    stage.scenario("abandon", "");
    stage.all_is_as_before("after a copy that was killed");
    stage.carries("prepare");
    stage.carries("forward follow");
    stage.is_killed_in_the_copy();
    stage.carries("resume");
    stage.scenario("abandon", "");
    stage.all_is_as_before("after the copy");
}

fn until_jazz_is_closed_nothing_that_was_written_is_lost_and_then_there_is_no_way_back() {
    let stage = Stage::set(SHELLS[0]);
    stage.forward_through("switch-over");
    assert_eq!(stage.asks("/api/status/primary"), "postgres");

    // One write that reaches both, and one that Jazz misses: its store is away for a moment.
    stage.signs_up("first@example.org");
    stage.stores_agree("after a sign-up");
    let away = stage.place("away.db");
    fs::rename(&stage.jazz, &away).expect("it is there");
    assert_eq!(stage.saves_chart("Aquarius"), "200");
    fs::rename(&away, &stage.jazz).expect("it is there");
    let [jazz, postgres] = stage.rows();
    assert_ne!(jazz, postgres, "Jazz has missed a write");
    stage.scenario("quick-fix", "--choose cause=rows-differ");
    stage.stores_agree("after level 1");

    // Nobody types `jazz-closed`: the run waits there, when Jazz is written no more.
    let decisions = DECISIONS.replace(" --yes", "").replace(" --approve jazz-closed=jazz-closed", "");
    let waits = stage.operator.run(&format!("forward {decisions}"));
    assert_eq!(waits.status, 4, "{}", waits.text);
    assert_eq!(stage.asks("/api/status/release"), "lunary-postgres");
    assert_eq!(stage.saves_chart("Aries"), "200");
    assert_eq!(stage.operator.run("abort --operator dba").status, 0);
    let [jazz, written] = stage.rows();
    assert_ne!(jazz, written, "Jazz is not written any more");
    stage.scenario("back-to-jazz", "");
    assert_eq!(stage.rows_of_jazz(), written, "what only PostgreSQL was told is in Jazz");
    assert!(stage.asks("/api/profile/birth-chart").contains("Aries"));
    stage.all_but_jazz_is_as_before("after level 3");

    // What was rolled back can be tried again, and now it is carried through.
    stage.carries("prepare");
    stage.carries("forward");
    assert_eq!(stage.rows(), [String::new(), written.clone()]);
    let refused = stage.operator.run(&format!("{} {DECISIONS} {MAIL}", answered("back-to-jazz", "")));
    assert_eq!(refused.status, 3, "{}", refused.text);

    // What is damaged now comes back from the export, but for what was edited since.
    stage.server.sql("lunary", "UPDATE birth_chart SET sun = '', moon = '' WHERE user_id <> 'co_zCanary'; DELETE FROM note");
    assert_eq!(stage.saves_chart("Taurus"), "200");
    stage.scenario("recover-data", "--choose source=from-export");
    let [jazz, recovered] = stage.rows();
    assert_eq!(without_canarys_chart(&recovered), without_canarys_chart(&written));
    assert!(stage.asks("/api/profile/birth-chart").contains("Taurus"));
    assert_eq!(jazz, "", "nobody's data is in Jazz again");
}

fn level_1_and_2_mend_it_in_place_and_lose_nothing() {
    let stage = Stage::set(SHELLS[1]);
    stage.forward_through("switch-over");

    // Rows differ: Jazz has lost one, and has an older one.
    sqlite(&stage.jazz, "DELETE FROM documents WHERE id = 'co_d005'; UPDATE accounts SET name = 'Adam' WHERE id = 'co_zAda';");
    stage.scenario("quick-fix", "--choose cause=rows-differ");
    stage.stores_agree("after level 1");
    assert!(stage.rows()[0].contains("| Ada |"));

    // Jazz is away; what is written meanwhile gets there when it is back.
    let away = stage.place("away.db");
    fs::rename(&stage.jazz, &away).expect("it is there");
    stage.scenario_by_hand("quick-fix", "--choose cause=jazz-fails", |_| {
        assert_eq!(stage.asks("/api/status/along"), "none");
        assert_eq!(stage.saves_chart("Gemini"), "200");
        fs::rename(&away, &stage.jazz).expect("it is there");
    });
    assert_eq!(stage.asks("/api/status/along"), "jazz");
    stage.stores_agree("after Jazz was away");
    assert!(stage.rows()[0].contains("birth-chart|co_zCanary|Gemini"));
    stage.scenario("quick-fix", "--choose cause=faulty-deployment");

    // Charts can't be saved: until that is mended they are shown from the copy, and take no changes.
    stage.server.sql("lunary", "REVOKE UPDATE ON birth_chart FROM lunary_app");
    assert_eq!(stage.saves_chart("Cancer"), "500");
    stage.scenario_by_hand("feature-fallback", "--choose feature=birth-chart", |_| {
        assert_eq!(stage.asks("/api/status/cached"), "birth-chart");
        assert_eq!(stage.saves_chart("Cancer"), "503");
        assert!(stage.asks("/api/profile/birth-chart").contains("Gemini"));
        assert!(stage.asks("/api/profile/location").contains("Greenwich"));
        stage.server.sql("lunary", "GRANT UPDATE ON birth_chart TO lunary_app");
    });
    assert_eq!(stage.asks("/api/status/cached"), "none");
    assert_eq!(stage.saves_chart("Cancer"), "200");
    stage.stores_agree("after level 2");
}

fn level_4_brings_back_what_was_damaged_and_loses_exactly_what_it_says() {
    let stage = Stage::set(SHELLS[0]);
    stage.forward_through("switch-over");
    let good = stage.rows()[1].clone();
    let damage = "UPDATE birth_chart SET sun = '', moon = ''; DELETE FROM personal_card; UPDATE location SET place = 'Atlantis', edited_at = '2001-01-01';";

    stage.server.sql("lunary", damage);
    stage.scenario("recover-data", "--choose source=from-jazz");
    stage.stores_agree("after a repair from Jazz");
    assert!(stage.rows()[1] == good, "{}", difference(&good, &stage.rows()[1]));

    stage.server.sql("lunary", damage);
    sqlite(&stage.jazz, "UPDATE documents SET body = json_set(body, '$.place', 'Atlantis') WHERE kind = 'location';");
    assert_eq!(stage.saves_chart("Virgo"), "200");
    stage.scenario("recover-data", "--choose source=from-export");
    stage.stores_agree("after a repair from the export");
    assert_eq!(without_canarys_chart(&stage.rows()[1]), without_canarys_chart(&good));
    assert!(stage.rows()[0].contains("birth-chart|co_zCanary|Virgo"), "what was edited since is kept");

    // Nothing since the switch can be trusted: that, and no more, is thrown away, in both stores.
    stage.signs_up("gone@example.org");
    stage.server.sql("lunary", damage);
    let refused = stage.operator.run(&format!("run recover-data --choose source=from-copy {DECISIONS} --as lead"));
    assert_eq!(refused.status, 3, "{}", refused.text);
    assert!(refused.text.contains("--accept-loss"), "{}", refused.text);
    stage.scenario("recover-data", "--choose source=from-copy");
    stage.stores_agree("after the restore");
    assert!(stage.rows()[1] == good, "{}", difference(&good, &stage.rows()[1]));

    // Whatever was done at level 4, level 3 is still open.
    stage.scenario("back-to-jazz", "");
    assert_eq!(stage.rows_of_jazz(), good);
    stage.all_is_as_before("after level 3");
}

stories! {
    before_the_switch_every_change_done_or_half_done_leads_back_to_what_was,
    until_jazz_is_closed_nothing_that_was_written_is_lost_and_then_there_is_no_way_back,
    level_1_and_2_mend_it_in_place_and_lose_nothing,
    level_4_brings_back_what_was_damaged_and_loses_exactly_what_it_says,
}
