//! Orders get a currency, on a real MariaDB: from every position each scenario that applies there, back to what was or to exactly
//! the stated loss; killed within a statement that no transaction holds.

use std::fs;
use std::io::{BufRead, BufReader, Write};
use std::process::{Child, Command, Stdio};

use crate::corpus;
use crate::operator::{Operator, SHELLS, Shell, wait_until};
use crate::servers::{MariaDb, difference};

const BEFORE_OPENING: &str = "run before-opening --operator tester --yes";
const AFTER_OPENING: &str = "run after-opening --operator tester --approve after-opening=after-opening --accept-loss";
const COLUMN_BACK: &str = "run column-back --operator tester --yes";

/// The shop, its settings, and somebody with the bundle.
struct Shop {
    server: MariaDb,
    operator: Operator,
    before: String,
}

impl Shop {
    fn open(shell: Shell) -> Shop {
        let server = MariaDb::start();
        server.create("shop");
        server.file("shop", &corpus::root().join("examples/order-currency/shop.sql"));
        let mut operator = Operator::of("examples/order-currency/order-currency.rbk", shell);
        let settings = operator.place().join("shop.env");
        fs::write(&settings, "# The shop's own.\nMAINTENANCE=off\n").expect("the folder is writable");
        operator.set("SHOP_DATABASE_URL", server.url("mariadb", "rbk", "shop"));
        operator.set("SHOP_SETTINGS", settings.display().to_string());
        let before = server.canonical("shop");
        Shop { server, operator, before }
    }

    fn forward_through(&self, phase: &str) {
        self.operator.succeeds("prepare --operator tester");
        self.operator.succeeds(&format!("forward {phase} --operator tester"));
    }

    fn is_as(&self, before: &str, when: &str) {
        let now = self.server.canonical("shop");
        assert!(now == before, "the shop differs, {when}:\n{}", difference(before, &now));
    }

    fn maintenance(&self) -> String {
        let settings = fs::read_to_string(self.operator.place().join("shop.env")).expect("it is there");
        settings.lines().find_map(|line| line.strip_prefix("MAINTENANCE=")).expect("it is set").to_owned()
    }

    fn place_an_order(&self) {
        self.server.sql("shop", "INSERT INTO orders (customer_id, placed_at, total_eur) VALUES (1, '2027-03-06 09:00:00', 12.50)");
    }

    /// Somebody reads the orders in a transaction: a statement that changes the table waits.
    fn reader(&self) -> Child {
        let mut reader = Command::new("mariadb")
            .args(["--no-defaults", "--batch", "--unbuffered", "--skip-column-names"])
            .args(["-u", "rbk", "-D", "shop", "-S", &self.server.socket()])
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .expect("the client of MariaDB is installed");
        let words = reader.stdin.as_mut().expect("it is piped");
        words.write_all(b"BEGIN; SELECT CONCAT('held ', COUNT(*)) FROM orders;\n").expect("the client reads");
        let mut said = String::new();
        BufReader::new(reader.stdout.as_mut().expect("it is piped")).read_line(&mut said).expect("it answers");
        assert!(said.starts_with("held"), "{said}");
        reader
    }

    fn sessions(&self, like: &str) -> String {
        let of = "SELECT COUNT(*) FROM information_schema.PROCESSLIST WHERE INFO LIKE";
        self.server.sql("", &format!("{of} '{like}' AND ID <> CONNECTION_ID()")).trim().to_owned()
    }
}

fn before_the_opening_every_phase_leads_back_to_what_was() {
    let shop = Shop::open(SHELLS[0]);
    let said = shop.operator.succeeds("check");
    assert!(said.contains("MariaDB 10."), "{said}");
    for phase in ["close", "widen"] {
        shop.forward_through(phase);
        assert_eq!(shop.maintenance(), "on");
        shop.operator.succeeds(BEFORE_OPENING);
        shop.is_as(&shop.before, &format!("after `{phase}`"));
        assert_eq!(shop.maintenance(), "off");
    }
}

fn after_the_opening_exactly_the_stated_loss_is_lost() {
    let shop = Shop::open(SHELLS[1]);
    shop.forward_through("open");
    shop.place_an_order();
    assert_eq!(shop.server.sql("shop", "SELECT amount, currency FROM orders ORDER BY id DESC LIMIT 1").trim(), "12.50\tEUR");
    let refused = shop.operator.run("run after-opening --operator tester --approve after-opening=after-opening");
    assert_eq!(refused.status, 4, "{}", refused.text);
    shop.operator.succeeds("resume --operator tester --approve after-opening=after-opening --accept-loss");
    shop.is_as(&shop.before, "after the restore");
    assert_eq!(shop.maintenance(), "off");
    // And again, in one go.
    shop.forward_through("open");
    shop.operator.succeeds(AFTER_OPENING);
    shop.is_as(&shop.before, "the second time");
    assert_eq!(shop.maintenance(), "off");
}

fn the_column_comes_back_with_what_was_written_since() {
    let shop = Shop::open(SHELLS[0]);
    shop.forward_through("open");
    shop.place_an_order();
    let opened = shop.server.canonical("shop");
    shop.operator.succeeds("forward --operator tester");
    assert!(!shop.server.canonical("shop").contains("total_eur | "), "the column is gone");
    shop.operator.succeeds(COLUMN_BACK);
    shop.is_as(&opened, "after the column came back");
    // And again: what was rolled back can be tried once more.
    shop.operator.succeeds("prepare --operator tester");
    shop.operator.succeeds("forward --operator tester");
    shop.operator.succeeds(COLUMN_BACK);
    shop.is_as(&opened, "the second time");
}

fn killed_within_a_statement_it_goes_on_where_it_was() {
    for shell in SHELLS {
        let mut shop = Shop::open(shell);
        shop.operator.set("RBK_LOCK_TIMEOUT", "10min");
        shop.operator.succeeds("prepare --operator tester");
        shop.operator.succeeds("forward close --operator tester");
        let reader = shop.reader();
        let mut runner = shop.operator.start("forward widen --operator tester");
        wait_until("the statement waits", || shop.sessions("ALTER TABLE orders ADD COLUMN amount%") == "1");
        shop.operator.kill_everything(&mut runner);
        assert_eq!(shop.sessions("ALTER TABLE orders ADD COLUMN amount%"), "1", "the server goes on without a client");
        shop.operator.set("RBK_LOCK_TIMEOUT", "2s");
        // Whoever reads still holds the table: the session that was left is ended, and the statement fails, cleanly.
        let run = shop.operator.run("resume --operator tester");
        assert_eq!(run.status, 1, "{shell:?}: {}", run.text);
        assert!(run.text.contains("nothing of it stays"), "{shell:?}: {}", run.text);
        assert_eq!(shop.sessions("ALTER TABLE orders ADD COLUMN amount%"), "0", "{shell:?}");
        end(reader);
        shop.operator.succeeds("resume --operator tester");
        shop.operator.succeeds(BEFORE_OPENING);
        shop.is_as(&shop.before, "after a kill");
    }
}

fn a_statement_that_was_done_and_not_recorded_is_not_done_again() {
    let shop = Shop::open(SHELLS[0]);
    // Once there and back, so that there is a record to hold up.
    shop.forward_through("widen");
    shop.operator.succeeds(BEFORE_OPENING);
    shop.forward_through("close");
    shop.forward_until_recorded();
    shop.operator.succeeds("resume --operator tester");
    assert!(shop.operator.journal().lines().any(|line| line.contains("\tddl\tfound")), "{}", shop.operator.journal());
    shop.operator.succeeds(BEFORE_OPENING);
    shop.is_as(&shop.before, "after a kill behind the statement");
}

fn a_signal_ends_the_statement_on_the_server_too() {
    let mut shop = Shop::open(SHELLS[0]);
    shop.operator.set("RBK_LOCK_TIMEOUT", "10min");
    shop.operator.succeeds("prepare --operator tester");
    shop.operator.succeeds("forward close --operator tester");
    let reader = shop.reader();
    let mut runner = shop.operator.start("forward widen --operator tester");
    wait_until("the statement waits", || shop.sessions("ALTER TABLE orders ADD COLUMN amount%") == "1");
    let killed = Command::new("kill").args(["-TERM", &runner.id().to_string()]).status().expect("kill is there");
    assert!(killed.success());
    runner.wait().expect("it ends");
    assert_eq!(shop.sessions("ALTER TABLE orders ADD COLUMN amount%"), "0", "the statement ends with its step");
    end(reader);
    shop.operator.succeeds("resume --operator tester");
    shop.operator.succeeds(BEFORE_OPENING);
    shop.is_as(&shop.before, "after a signal");
}

fn end(mut session: Child) {
    drop(session.stdin.take());
    session.wait().expect("it ends");
}

impl Shop {
    /// Carries out `widen` until its first statement has been done, and kills everything before that is recorded.
    fn forward_until_recorded(&self) {
        // A trigger on the record holds up whoever writes its end.
        self.server.sql(
            "shop",
            "DELIMITER //\nCREATE TRIGGER rbk_hold BEFORE UPDATE ON rbk_journal FOR EACH ROW
             BEGIN IF NEW.state = 'done' AND NEW.mode = 'ddl' THEN DO SLEEP(600); END IF; END//",
        );
        let mut runner = self.operator.start("forward widen --operator tester");
        wait_until("the record is held up", || self.sessions("%SLEEP(600)%") != "0");
        self.operator.kill_everything(&mut runner);
        self.end_sessions("%SLEEP(600)%");
        self.server.sql("shop", "DROP TRIGGER rbk_hold");
    }

    fn end_sessions(&self, like: &str) {
        let ids = self
            .server
            .sql("", &format!("SELECT ID FROM information_schema.PROCESSLIST WHERE INFO LIKE '{like}' AND ID <> CONNECTION_ID()"));
        for id in ids.lines() {
            self.server.sql("", &format!("KILL {id}"));
        }
        wait_until("they are gone", || self.sessions(like) == "0");
    }
}

stories! {
    before_the_opening_every_phase_leads_back_to_what_was,
    after_the_opening_exactly_the_stated_loss_is_lost,
    the_column_comes_back_with_what_was_written_since,
    killed_within_a_statement_it_goes_on_where_it_was,
    a_statement_that_was_done_and_not_recorded_is_not_done_again,
    a_signal_ends_the_statement_on_the_server_too,
}
