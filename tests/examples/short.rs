//! The short plans, each on a real SQLite database, a real file of settings or a real server: forward, back from every position
//! to what was, with what was written since.

use std::fs;
use std::io::{BufRead, BufReader, Write};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use crate::corpus;
use crate::operator::{Operator, SHELLS, Shell};

/// Somebody with the bundle of a short plan, the shop's database, its settings and the orders' database.
struct Shop {
    operator: Operator,
    database: PathBuf,
    orders: PathBuf,
    settings: PathBuf,
}

const BACK: &str = "run back --operator tester --yes --accept-loss";

impl Shop {
    fn open(plan: &str, shell: Shell) -> Shop {
        let mut operator = Operator::of(&format!("examples/short/{plan}.rbk"), shell);
        let place = |name: &str| operator.place().join(name);
        let (database, orders, settings) = (place("shop.db"), place("orders.db"), place("settings.env"));
        let sql = |name: &str| fs::read_to_string(corpus::root().join("examples/short").join(name)).expect("the example is there");
        sqlite(&database, &sql("shop.sql"));
        sqlite(&orders, &sql("orders.sql"));
        fs::write(&settings, "# The shop's own.\nNEW_CHECKOUT=0\nORDERS=shop\n").expect("the folder is writable");
        for (name, path) in [("SHOP_DB", &database), ("ORDERS_DB", &orders), ("SHOP_SETTINGS", &settings)] {
            operator.set(name, path.display().to_string());
        }
        operator.set("ON_CALL_PHONE", "+49 30 5550101");
        Shop { operator, database, orders, settings }
    }

    fn carries(&self, arguments: &str) {
        self.operator.carries(&format!("{arguments} --operator tester"), "", |_| {});
    }

    fn sql(&self, sql: &str) -> String {
        sqlite(&self.database, sql)
    }

    fn setting(&self) -> String {
        fs::read_to_string(&self.settings).expect("it is there")
    }

    /// Both databases, sorted, without rbk's own tables, and the settings.
    fn all(&self) -> String {
        let mut lines: Vec<String> = [&self.database, &self.orders].iter().flat_map(|path| dump(path)).collect();
        lines.sort();
        lines.join("\n") + &self.setting()
    }
}

/// Schema with spaces made one, and rows with their columns in the order of their names: a column that came back stands last.
fn dump(database: &Path) -> Vec<String> {
    let of = |sql: &str| sqlite(database, sql).lines().map(str::to_owned).collect::<Vec<_>>();
    let mut lines = Vec::new();
    for table in of("SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'rbk%' AND name NOT LIKE 'sqlite%' ORDER BY 1") {
        let columns =
            of(&format!("SELECT name || ' ' || type || ' ' || \"notnull\" || ' ' || pk FROM pragma_table_info('{table}') ORDER BY 1"));
        let names: Vec<&str> = columns.iter().filter_map(|column| column.split(' ').next()).collect();
        lines.push(format!("{table}: {}", columns.join(", ")));
        lines.extend(of(&format!("SELECT '{table}', {} FROM {table}", names.join(", "))));
    }
    lines.extend(of("SELECT type, name FROM sqlite_master WHERE type <> 'table' AND tbl_name NOT LIKE 'rbk%'"));
    lines
}

fn sqlite(database: &Path, sql: &str) -> String {
    let mut client = Command::new("sqlite3")
        .args(["-bail", "-batch"])
        .arg(database)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .expect("sqlite3 is installed");
    client.stdin.take().expect("it is piped").write_all(format!("{sql};\n").as_bytes()).expect("sqlite3 reads");
    let output = client.wait_with_output().expect("it ends");
    assert!(output.status.success(), "{sql}: {}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8_lossy(&output.stdout).into_owned()
}

fn a_dropped_column_comes_back_and_what_was_written_since_stays() {
    let shop = Shop::open("drop-column", SHELLS[0]);
    let before = shop.all();
    shop.carries("forward");
    assert!(!shop.sql("SELECT * FROM customers").contains("+44"));
    shop.operator.succeeds(BACK);
    assert_eq!(shop.all(), before);
    // Once more, with people at work.
    shop.carries("forward");
    shop.sql("INSERT INTO customers (name, mail) VALUES ('Late', 'late@example.org'); DELETE FROM customers WHERE id = 3");
    shop.operator.succeeds(BACK);
    assert_eq!(shop.sql("SELECT name, fax FROM customers"), "Ada Byron|+44 20 7946 0001\nGrace Murray|\nLate|\n");
}

fn a_renamed_column_has_both_names_for_as_long_as_both_releases_may_run() {
    let shop = Shop::open("rename-column", SHELLS[1]);
    let before = shop.all();
    shop.carries("forward");
    shop.carries(BACK);
    assert_eq!(shop.all(), before);
    shop.carries("forward");
    shop.sql("INSERT INTO customers (name, mail) VALUES ('By release 1', 'one@example.org')");
    shop.sql("INSERT INTO customers (name, email) VALUES ('By release 2', 'two@example.org')");
    shop.sql("UPDATE customers SET email = 'grace@new.example.org' WHERE id = 2; UPDATE customers SET mail = 'rozsa@new.example.org' WHERE id = 3");
    let agreed = "ada@example.org\ngrace@new.example.org\nrozsa@new.example.org\none@example.org\ntwo@example.org\n";
    assert_eq!(shop.sql("SELECT email FROM customers ORDER BY id"), agreed);
    shop.carries(BACK);
    assert_eq!(shop.sql("SELECT mail FROM customers ORDER BY id"), agreed);
}

fn a_feature_goes_on_bit_by_bit_and_off_at_once() {
    let shop = Shop::open("feature-flag", SHELLS[0]);
    let before = shop.all();
    for (phase, value) in [("some", "10"), ("all", "100")] {
        shop.carries(&format!("forward {phase}"));
        assert!(shop.setting().contains(&format!("NEW_CHECKOUT={value}\n")), "{}", shop.setting());
        shop.operator.succeeds(BACK);
        assert_eq!(shop.all(), before);
    }
}

fn a_name_leads_to_another_api_and_back() {
    let mut shop = Shop::open("swap-api", SHELLS[1]);
    let served = shop.operator.place().join("served");
    let leads_to = |version: &str| fs::write(&served, version).expect("the folder is writable");
    leads_to("v1");
    let mut web = Command::new("python3")
        .arg(corpus::root().join("examples/cocoatrack/app/serve.py"))
        .args(["--port", "0", "--served"])
        .arg(&served)
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .expect("python3 is installed");
    let mut port = String::new();
    BufReader::new(web.stdout.take().expect("it is piped")).read_line(&mut port).expect("it prints its port");
    shop.operator.set("API_URL", format!("http://127.0.0.1:{}", port.trim()));
    let carries = |arguments: &str| {
        shop.operator.carries(&format!("{arguments} --operator tester"), "", |step| match step {
            "undo-name-moved" => leads_to("v1"),
            "name-moved" => leads_to("v2"),
            _ => {}
        });
    };
    for position in ["prepare", "forward"] {
        carries("prepare");
        carries(position);
        carries("run back --yes");
        assert_eq!(fs::read_to_string(&served).expect("it is there"), "v1", "after {position}");
    }
    let _ = web.kill();
    let _ = web.wait();
}

fn a_table_moves_to_another_database_and_back_with_every_row() {
    let shop = Shop::open("move-table", SHELLS[0]);
    let before = shop.all();
    shop.carries("forward");
    assert!(shop.setting().contains("ORDERS=orders\n"), "{}", shop.setting());
    shop.operator.succeeds(BACK);
    assert_eq!(shop.all(), before);
    shop.carries("forward");
    sqlite(
        &shop.orders,
        "INSERT INTO orders (customer_id, total_cents) VALUES (2, 500); UPDATE orders SET total_cents = 0 WHERE id = 1; DELETE FROM orders WHERE id = 2",
    );
    let written = sqlite(&shop.orders, "SELECT * FROM orders");
    shop.operator.succeeds(BACK);
    assert_eq!(shop.sql("SELECT * FROM orders"), written);
    assert!(shop.setting().contains("ORDERS=shop\n"), "{}", shop.setting());
}

fn a_side_table_brings_one_table_back_and_leaves_the_others() {
    let shop = Shop::open("side-table", SHELLS[1]);
    let before = shop.all();
    for _ in 0..2 {
        shop.carries("forward");
        assert_eq!(shop.sql("SELECT cents FROM prices ORDER BY product"), "800\n1990\n4250\n100\n");
        shop.operator.succeeds(BACK);
        assert_eq!(shop.all(), before);
    }
    shop.carries("forward");
    shop.sql("INSERT INTO orders (customer_id, total_cents) VALUES (3, 100)");
    shop.operator.succeeds(BACK);
    assert_eq!(shop.sql("SELECT cents FROM prices WHERE product = 'quill'"), "4251\n");
    assert_eq!(shop.sql("SELECT count(*) FROM orders"), "5\n");
}

stories! {
    a_dropped_column_comes_back_and_what_was_written_since_stays,
    a_renamed_column_has_both_names_for_as_long_as_both_releases_may_run,
    a_feature_goes_on_bit_by_bit_and_off_at_once,
    a_name_leads_to_another_api_and_back,
    a_table_moves_to_another_database_and_back_with_every_row,
    a_side_table_brings_one_table_back_and_leaves_the_others,
}
