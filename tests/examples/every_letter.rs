//! Reviews in every letter, by the plan for MySQL's dialect (on a real MariaDB): from every position back to what was, or to what
//! was but for the letters that the old table can't hold; killed while it copies.

use std::fs;
use std::io::{BufRead, BufReader, Write};
use std::process::{Child, Command, Stdio};

use crate::corpus;
use crate::operator::{Operator, SHELLS, Shell, wait_until};
use crate::servers::{MariaDb, difference};

const BEFORE_LETTERS: &str = "run before-letters --operator tester --yes";
const AFTER_LETTERS: &str = "run after-letters --operator tester --approve after-letters=after-letters --accept-loss";

/// The club, its settings, and somebody with the bundle.
struct Club {
    server: MariaDb,
    operator: Operator,
    before: String,
}

impl Club {
    fn open(shell: Shell) -> Club {
        let server = MariaDb::start();
        server.create("club");
        let folder = corpus::root().join("examples/every-letter/app");
        server.file("club", &folder.join("club.sql"));
        let mut operator = Operator::of("examples/every-letter/every-letter.rbk", shell);
        let settings = operator.place().join("club.env");
        fs::write(&settings, "CLOSED=no\nDATABASE_CHARSET=utf8mb3\n").expect("the folder is writable");
        operator.set("CLUB_DATABASE_URL", server.url("mysql", "rbk", "club"));
        operator.set("CLUB_SETTINGS", settings.display().to_string());
        operator.always(&format!("--param app={} --param batch=5", folder.display()));
        let before = server.canonical("club");
        Club { server, operator, before }
    }

    fn forward_through(&self, phase: &str) {
        self.operator.succeeds("prepare --operator tester");
        if phase != "copy" {
            self.operator.succeeds(&format!("forward {phase} --operator tester"));
        }
    }

    fn is_as(&self, before: &str, when: &str) {
        let now = self.server.canonical("club");
        assert!(now == before, "the club differs, {when}:\n{}", difference(before, &now));
        let settings = fs::read_to_string(self.operator.place().join("club.env")).expect("it is there");
        assert_eq!(settings, "CLOSED=no\nDATABASE_CHARSET=utf8mb3\n", "{when}");
    }

    /// What the site does, over a connection of the character set that it is told to use.
    fn writes(&self, sql: &str) {
        let settings = fs::read_to_string(self.operator.place().join("club.env")).expect("it is there");
        let charset = settings.split("DATABASE_CHARSET=").nth(1).expect("it is set").trim();
        self.server.sql("club", &format!("SET NAMES {charset}; {sql}"));
    }

    fn reviews(&self) -> String {
        self.reads("SELECT id, reader_id, HEX(book), stars, HEX(body), written_at FROM reviews ORDER BY id")
    }

    fn reads(&self, sql: &str) -> String {
        self.server.sql("club", sql).trim().to_owned()
    }
}

fn before_a_wide_letter_could_come_every_position_leads_back_to_what_was() {
    let club = Club::open(SHELLS[0]);
    for phase in ["copy", "swap"] {
        club.forward_through(phase);
        club.operator.succeeds(BEFORE_LETTERS);
        club.is_as(&club.before, &format!("after `{phase}`"));
    }
}

fn what_was_written_while_the_tables_grew_goes_both_ways() {
    let club = Club::open(SHELLS[1]);
    club.operator.succeeds("prepare --operator tester");
    // Between the copy and the swap people write on.
    club.writes("INSERT INTO reviews (reader_id, book, stars, body) VALUES (4, 'Emma', 4, 'Better than I thought')");
    club.writes("UPDATE reviews SET body = 'I finished it.', stars = 5 WHERE id = 5; DELETE FROM reviews WHERE id = 9");
    let written = club.reviews();
    club.operator.succeeds("forward swap --operator tester");
    assert_eq!(club.reviews(), written);
    club.operator.succeeds(BEFORE_LETTERS);
    assert_eq!(club.reviews(), written);
    // And a second attempt goes through.
    club.operator.succeeds("prepare --operator tester");
    club.operator.succeeds("forward open --operator tester");
    assert_eq!(club.reviews(), written);
}

fn with_every_letter_open_going_back_costs_those_letters_and_nothing_else() {
    let club = Club::open(SHELLS[1]);
    club.forward_through("open");
    club.writes("INSERT INTO reviews (reader_id, book, stars, body) VALUES (1, 'Emma', 5, '😀😀 at last'), (2, 'Emma', 1, 'no.')");
    club.writes("INSERT INTO readers (nickname, joined_on) VALUES ('🦊', '2027-04-12'), ('🐻', '2027-04-12')");
    club.writes("DELETE FROM reviews WHERE id = 3; UPDATE reviews SET written_at = '2027-04-12 10:00:00' WHERE id >= 20");
    club.operator.succeeds(AFTER_LETTERS);
    let kept = fs::read_dir(club.operator.bundle().join("state/backups")).expect("it is there").flatten().next().expect("one backup");
    assert!(fs::read_to_string(kept.path()).expect("it is SQL").contains("😀😀 at last"), "the letters are kept aside");
    let now = club.server.canonical("club");
    // The same, written into the old tables as their letters allow.
    club.server.sql("mysql", "DROP DATABASE club");
    club.server.create("club");
    club.server.file("club", &corpus::root().join("examples/every-letter/app/club.sql"));
    club.writes(
        "INSERT INTO reviews (reader_id, book, stars, body, written_at) VALUES
             (1, 'Emma', 5, '?? at last', '2027-04-12 10:00:00'), (2, 'Emma', 1, 'no.', '2027-04-12 10:00:00')",
    );
    club.writes("INSERT INTO readers (nickname, joined_on) VALUES ('? (8)', '2027-04-12'), ('? (9)', '2027-04-12')");
    club.writes("DELETE FROM reviews WHERE id = 3");
    club.is_as(&now, "which lost its wide letters alone");
}

fn killed_while_it_copies_it_goes_on_or_back() {
    let club = Club::open(SHELLS[0]);
    // Somebody changes the name of who wrote a review of the second batch: copying it waits.
    let author = club.author();
    let mut runner = club.operator.start("prepare --operator tester");
    wait_until("the second batch waits", || club.sessions("%REPLACE INTO reviews_wide%id <= 10%") == "1");
    club.operator.kill_everything(&mut runner);
    wait_until("the session that was left is gone", || club.sessions("%REPLACE INTO reviews_wide%") == "0");
    assert_eq!(club.reads("SELECT COUNT(*) FROM reviews_wide"), "4", "one batch is there");
    drop(author);
    club.operator.succeeds("resume --operator tester");
    assert_eq!(club.reads("SELECT COUNT(*) FROM reviews_wide"), "7");
    club.operator.succeeds(BEFORE_LETTERS);
    club.is_as(&club.before, "after a kill, to the end and back");
    // And without going on.
    let author = club.author();
    let mut runner = club.operator.start("prepare --operator tester");
    wait_until("the second batch waits", || club.sessions("%REPLACE INTO reviews_wide%id <= 10%") == "1");
    club.operator.kill_everything(&mut runner);
    drop(author);
    wait_until("the session that was left is gone", || club.sessions("%REPLACE INTO reviews_wide%") == "0");
    club.operator.succeeds("abort --operator tester");
    club.operator.succeeds(BEFORE_LETTERS);
    club.is_as(&club.before, "after a kill, and back from there");
}

/// Somebody who holds a row.
struct Author(Child);

impl Drop for Author {
    fn drop(&mut self) {
        drop(self.0.stdin.take());
        let _ = self.0.wait();
    }
}

impl Club {
    fn author(&self) -> Author {
        let mut author = Command::new("mariadb")
            .args(["--no-defaults", "--batch", "--unbuffered", "--skip-column-names"])
            .args(["-u", "rbk", "-D", "club", "-S", &self.server.socket()])
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .expect("the client of MariaDB is installed");
        let words = author.stdin.as_mut().expect("it is piped");
        words.write_all(b"BEGIN; SELECT CONCAT('held ', id) FROM readers WHERE id = 7 FOR UPDATE;\n").expect("the client reads");
        let mut said = String::new();
        BufReader::new(author.stdout.as_mut().expect("it is piped")).read_line(&mut said).expect("it answers");
        assert!(said.starts_with("held"), "{said}");
        Author(author)
    }

    fn sessions(&self, like: &str) -> String {
        let of = "SELECT COUNT(*) FROM information_schema.PROCESSLIST WHERE INFO LIKE";
        self.server.sql("", &format!("{of} '{like}' AND ID <> CONNECTION_ID()")).trim().to_owned()
    }
}

stories! {
    before_a_wide_letter_could_come_every_position_leads_back_to_what_was,
    what_was_written_while_the_tables_grew_goes_both_ways,
    with_every_letter_open_going_back_costs_those_letters_and_nothing_else,
    killed_while_it_copies_it_goes_on_or_back,
}
