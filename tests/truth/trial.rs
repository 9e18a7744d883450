//! One database for each text: set up, and looked at after each statement.

use std::collections::BTreeMap;
use std::io::Write;
use std::process::{Command, Output, Stdio};

use rbk::effect::sql::Dialect;

use crate::servers::{MariaDb, Postgres};

/// What is there: kind and name, with what the catalogue says of it; for a column's `value`, its values in order.
pub type Facts = BTreeMap<(String, String), String>;

/// A server on which texts are tried.
pub trait Trial {
    fn dialect(&self) -> Dialect;

    /// Returns the state after the setup and after each statement; `None` where the server refuses one.
    fn run(&self, setup: &str, statements: &[String]) -> Option<Vec<Facts>>;

    /// Returns the state before and after a statement outside of a transaction; `None` where the server takes it.
    fn failed(&self, setup: &str, statement: &str) -> Option<(Facts, Facts)>;

    /// Returns whether a transaction holds a statement: it is not refused in one, and gone when that is rolled back.
    fn in_transaction(&self, setup: &str, statement: &str) -> bool;

    /// Returns whether a statement is taken outside of a transaction.
    fn takes(&self, setup: &str, statement: &str) -> bool;
}

const MARK: &str = "@@state";

/// Reads lines of `kind@name@fact`, a state behind each mark.
fn states(printed: &str) -> Vec<Facts> {
    let mut states = Vec::new();
    for line in printed.lines() {
        if line == MARK {
            states.push(Facts::new());
        } else if let (Some(state), [kind, name, fact]) = (states.last_mut(), line.splitn(3, '@').collect::<Vec<_>>().as_slice()) {
            state.insert(((*kind).to_owned(), (*name).to_owned()), (*fact).to_owned());
        }
    }
    states
}

pub struct OnPostgres(Postgres);

impl OnPostgres {
    pub fn start() -> OnPostgres {
        let server = Postgres::start();
        server.create("shop");
        let script = server.socket() + "/look.sql";
        std::fs::write(&script, include_str!("postgresql.sql")).expect("the folder is ours");
        server.file("shop", std::path::Path::new(&script));
        OnPostgres(server)
    }

    /// Feeds a script to the client; `None` where it stops.
    fn script(&self, script: &str) -> Option<String> {
        let mut command = Command::new(self.0.program("psql"));
        command.args(["-X", "-q", "-A", "-t", "-v", "ON_ERROR_STOP=1", "-h", &self.0.socket(), "-U", "rbk", "-d", "shop"]);
        piped(command, script)
    }
}

fn output(mut command: Command, script: &str) -> Output {
    let mut client = command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().expect("the client is installed");
    let _ = client.stdin.take().expect("it is piped").write_all(script.as_bytes());
    client.wait_with_output().expect("it ends")
}

fn piped(command: Command, script: &str) -> Option<String> {
    let output = output(command, script);
    output.status.success().then(|| String::from_utf8_lossy(&output.stdout).into_owned())
}

/// Returns what a client prints, and what it says of errors, whether it fails or not.
fn both(command: Command, script: &str) -> (String, String) {
    let output = output(command, script);
    (String::from_utf8_lossy(&output.stdout).into_owned(), String::from_utf8_lossy(&output.stderr).into_owned())
}

/// Prints the state: `postgresql.sql` is the catalogue's part.
fn look() -> String {
    format!("\\echo {MARK}\nSELECT truth.look();\n")
}

const EMPTY: &str = "SET client_min_messages = error; DROP SCHEMA IF EXISTS public, app CASCADE; CREATE SCHEMA public; CREATE SCHEMA app;";

impl Trial for OnPostgres {
    fn dialect(&self) -> Dialect {
        Dialect::Postgres
    }

    fn run(&self, setup: &str, statements: &[String]) -> Option<Vec<Facts>> {
        let look = look();
        let steps: String = statements.iter().map(|statement| format!("{statement}\n{look}")).collect();
        Some(states(&self.script(&format!("BEGIN;\n{setup}\n{look}{steps}ROLLBACK;\n"))?))
    }

    fn failed(&self, setup: &str, statement: &str) -> Option<(Facts, Facts)> {
        let look = look();
        self.script(&format!("BEGIN;\n{setup}\n{statement}\nROLLBACK;\n")).is_none().then_some(())?;
        // What no transaction holds is refused there, and may be taken here.
        let tried = format!(
            "{EMPTY}\n{setup}\n{look}\\set ON_ERROR_STOP 0\n{statement}\n\\if :ERROR\n\\set ON_ERROR_STOP 1\n{look}\\endif\n{EMPTY}\n"
        );
        two(&states(&self.script(&tried)?))
    }

    fn in_transaction(&self, setup: &str, statement: &str) -> bool {
        if self.script(&format!("BEGIN;\n{setup}\n{statement}\nROLLBACK;\n")).is_some() {
            return true;
        }
        // What the setup has put off until its end may be in the way.
        let stands = self.script(&format!("{EMPTY}\n{setup}\nBEGIN;\n{statement}\nROLLBACK;\n")).is_some();
        self.script(EMPTY);
        stands
    }

    fn takes(&self, setup: &str, statement: &str) -> bool {
        let taken = self.script(&format!("{EMPTY}\n{setup}\n{statement}\n")).is_some();
        self.script(EMPTY);
        taken
    }
}

/// Returns the states before and after.
fn two(states: &[Facts]) -> Option<(Facts, Facts)> {
    match states {
        [before, after] => Some((before.clone(), after.clone())),
        _ => None,
    }
}

pub struct OnMariaDb(MariaDb);

impl OnMariaDb {
    pub fn start() -> OnMariaDb {
        OnMariaDb(MariaDb::start())
    }

    fn script(&self, script: &str) -> Option<String> {
        let mut command = Command::new("mariadb");
        command.args(["--no-defaults", "--batch", "--raw", "--skip-column-names", "-S", &self.0.socket(), "-u", "rbk"]);
        command.arg("--default-character-set=utf8mb4");
        piped(command, script)
    }
}

/// Rows are looked at by statements that the catalogue says.
const MARIADB: &str = include_str!("mariadb.sql");

const FRESH: &str =
    "SET SESSION group_concat_max_len = 1000000; DROP DATABASE IF EXISTS shop; CREATE DATABASE shop CHARACTER SET utf8mb4; USE shop;\n";

impl Trial for OnMariaDb {
    fn dialect(&self) -> Dialect {
        Dialect::Mysql
    }

    fn run(&self, setup: &str, statements: &[String]) -> Option<Vec<Facts>> {
        let look = format!("SELECT '{MARK}';\n{MARIADB}");
        let steps: String = statements.iter().map(|statement| format!("{statement}\n{look}")).collect();
        Some(states(&self.script(&format!("{FRESH}{setup}\n{look}{steps}"))?))
    }

    fn failed(&self, setup: &str, statement: &str) -> Option<(Facts, Facts)> {
        let look = format!("SELECT '{MARK}';\n{MARIADB}");
        let mut command = Command::new("mariadb");
        command.args(["--no-defaults", "--batch", "--raw", "--skip-column-names", "--force", "-S", &self.0.socket(), "-u", "rbk"]);
        command.arg("--default-character-set=utf8mb4");
        let (printed, said) = both(command, &format!("{FRESH}{setup}\n{look}{statement}\n{look}"));
        said.lines().any(|line| line.starts_with("ERROR")).then(|| two(&states(&printed)))?
    }

    /// MariaDB refuses nothing there: what does not stand in a transaction commits it.
    fn in_transaction(&self, setup: &str, statement: &str) -> bool {
        let marked = format!(
            "{FRESH}CREATE TABLE mark (id int);\n{setup}\nSTART TRANSACTION;\nINSERT INTO mark VALUES (1);\n{statement}\nROLLBACK;\nSELECT count(*) FROM mark;\n"
        );
        self.script(&marked).is_some_and(|printed| printed.trim().ends_with('0'))
    }

    fn takes(&self, setup: &str, statement: &str) -> bool {
        self.script(&format!("{FRESH}{setup}\n{statement}\n")).is_some()
    }
}

pub struct OnSqlite;

const SQLITE: &str = "
SELECT type || '@' || CASE WHEN type IN ('index', 'trigger') THEN lower(tbl_name) || '·' ELSE '' END || lower(name) || '@' || coalesce(sql, '') FROM sqlite_master WHERE substr(name, 1, 7) <> 'sqlite_';
SELECT 'column@' || lower(m.name) || '·' || lower(p.name) || '@' || p.type || ' ' || p.\"notnull\" || ' ' || coalesce(p.dflt_value, '') || ' ' || p.pk || ' ' || p.hidden FROM sqlite_master m, pragma_table_xinfo(m.name) p WHERE m.type = 'table' AND substr(m.name, 1, 7) <> 'sqlite_';
SELECT 'order@' || lower(m.name) || '@' || p.cid || '@' || lower(p.name) FROM sqlite_master m, pragma_table_info(m.name) p WHERE m.type = 'table' AND substr(m.name, 1, 7) <> 'sqlite_';
";

impl OnSqlite {
    fn script(&self, script: &str) -> Option<String> {
        let mut command = Command::new("sqlite3");
        command.args(["-batch", "-bail", "-noheader", ":memory:"]);
        piped(command, script)
    }

    /// Rows as the client dumps them, as columns.
    fn values(state: &str, facts: &mut Facts) {
        let mut columns: BTreeMap<(String, usize), String> = BTreeMap::new();
        for line in state.lines().filter_map(|line| line.strip_prefix("order@")) {
            if let [table, at, name] = line.splitn(3, '@').collect::<Vec<_>>().as_slice() {
                columns.insert(((*table).to_owned(), at.parse().unwrap_or(0)), (*name).to_owned());
            }
        }
        let mut rows: BTreeMap<(String, usize), Vec<String>> = BTreeMap::new();
        for line in state.lines().filter_map(|line| line.strip_prefix("INSERT INTO ")) {
            let Some((table, values)) = line.split_once(" VALUES(") else { continue };
            // With columns that are computed, the others are named.
            let quoted = table
                .starts_with('"')
                .then(|| table[1..].replace("\"\"", "\u{0}"))
                .and_then(|name| name.split('"').next().map(str::to_owned));
            let table = quoted
                .unwrap_or_else(|| table.split('(').next().unwrap_or_default().to_owned())
                .replace('\u{0}', "\"")
                .to_ascii_lowercase();
            for (at, value) in values.trim_end_matches(");").split(',').enumerate() {
                rows.entry((table.clone(), at)).or_default().push(value.to_owned());
            }
        }
        for ((table, at), name) in columns {
            let mut values = rows.remove(&(table.clone(), at)).unwrap_or_default();
            values.retain(|value| value != "NULL");
            values.sort();
            facts.insert(("value".to_owned(), format!("{table}·{name}")), values.join("|"));
        }
    }

    /// Returns a script that looks at the state after the setup and after each statement.
    fn steps(setup: &str, statements: &[String]) -> String {
        let look = format!(".print {MARK}\n{SQLITE}.dump\n");
        let steps: String = statements.iter().map(|statement| format!("{statement}\n{look}")).collect();
        format!("{setup}\n{look}{steps}")
    }

    /// Reads the states that such a script prints.
    fn looked(printed: &str) -> Vec<Facts> {
        let mut found = states(printed);
        for (state, text) in found.iter_mut().zip(printed.split(MARK).skip(1)) {
            state.retain(|key, _| key.0 != "order");
            // A name that is given back is written with other quotes.
            state.values_mut().for_each(|sql| {
                sql.retain(|c| !matches!(c, '"' | '\'' | '`' | '[' | ']'));
                sql.make_ascii_lowercase();
            });
            state.iter_mut().filter(|(key, _)| key.0 == "table").for_each(|(_, sql)| *sql = parts(sql));
            OnSqlite::values(text, state);
        }
        found
    }
}

/// Returns what stands in the brackets of a `CREATE TABLE`, in any order: a column that is added again stands last.
fn parts(sql: &str) -> String {
    let (open, close) = (sql.find('(').map_or(0, |at| at + 1), sql.rfind(')').unwrap_or(sql.len()));
    let (mut depth, mut parts) = (0, vec![String::new()]);
    for c in sql[open..close.max(open)].chars() {
        depth += i32::from(c == '(') - i32::from(c == ')');
        match c {
            ',' if depth == 0 => parts.push(String::new()),
            c => parts.last_mut().expect("there is one").push(c),
        }
    }
    parts.iter_mut().for_each(|part| *part = part.split_whitespace().collect::<Vec<_>>().join(" "));
    parts.sort();
    format!("{}{}", parts.join(", "), &sql[close..])
}

impl Trial for OnSqlite {
    fn dialect(&self) -> Dialect {
        Dialect::Sqlite
    }

    fn run(&self, setup: &str, statements: &[String]) -> Option<Vec<Facts>> {
        Some(OnSqlite::looked(&self.script(&OnSqlite::steps(setup, statements))?))
    }

    fn failed(&self, setup: &str, statement: &str) -> Option<(Facts, Facts)> {
        self.script(setup)?;
        self.script(&format!("{setup}\n{statement}\n")).is_none().then_some(())?;
        let mut command = Command::new("sqlite3");
        command.args(["-batch", "-noheader", ":memory:"]);
        two(&OnSqlite::looked(&both(command, &OnSqlite::steps(setup, &[statement.to_owned()])).0))
    }

    fn in_transaction(&self, setup: &str, statement: &str) -> bool {
        self.script(&format!("{setup}\nBEGIN;\n{statement}\nROLLBACK;\n")).is_some()
    }

    fn takes(&self, setup: &str, statement: &str) -> bool {
        self.script(&format!("{setup}\n{statement}\n")).is_some()
    }
}
