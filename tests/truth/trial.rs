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
        OnPostgres(server)
    }

    /// Feeds a script to the client; `None` where it stops.
    fn script(&self, script: &str) -> Option<String> {
        let mut command = Command::new("psql");
        command.args(["-X", "-q", "-A", "-t", "-v", "ON_ERROR_STOP=1", "-h", &self.0.socket(), "-U", "rbk", "-d", "shop"]);
        piped(command, script)
    }
}

fn output(mut command: Command, script: &str) -> Output {
    let mut client = command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::null()).spawn().expect("the client is installed");
    let _ = client.stdin.take().expect("it is piped").write_all(script.as_bytes());
    client.wait_with_output().expect("it ends")
}

fn piped(command: Command, script: &str) -> Option<String> {
    let output = output(command, script);
    output.status.success().then(|| String::from_utf8_lossy(&output.stdout).into_owned())
}

/// Returns what a client prints, whether it fails or not.
fn printed(command: Command, script: &str) -> String {
    String::from_utf8_lossy(&output(command, script).stdout).into_owned()
}

const POSTGRES: &str = "
SELECT concat_ws('@', CASE relkind WHEN 'v' THEN 'view' ELSE 'table' END, relname, coalesce(obj_description(oid), '')) FROM pg_class WHERE relnamespace = 'public'::regnamespace AND relkind IN ('r', 'v');
SELECT concat_ws('@', 'column', relname || '·' || attname, format('%s %s %s %s', format_type(atttypid, atttypmod), attnotnull, pg_get_expr(adbin, adrelid), col_description(c.oid, attnum)))
  FROM pg_attribute a JOIN pg_class c ON c.oid = attrelid LEFT JOIN pg_attrdef d ON adrelid = attrelid AND adnum = attnum
  WHERE relnamespace = 'public'::regnamespace AND relkind = 'r' AND attnum > 0 AND NOT attisdropped;
SELECT concat_ws('@', 'index', indexname, indexdef) FROM pg_indexes WHERE schemaname = 'public';
SELECT concat_ws('@', 'constraint', conrelid::regclass || '·' || conname, pg_get_constraintdef(oid)) FROM pg_constraint WHERE connamespace = 'public'::regnamespace AND conrelid <> 0;
SELECT format('SELECT ''value@%s·%s@'' || coalesce(string_agg(%I::text, ''|'' ORDER BY %I::text), '''') FROM %I', table_name, column_name, column_name, column_name, table_name)
  FROM information_schema.columns JOIN information_schema.tables USING (table_schema, table_name) WHERE table_schema = 'public' AND table_type = 'BASE TABLE' \\gexec
";

impl Trial for OnPostgres {
    fn dialect(&self) -> Dialect {
        Dialect::Postgres
    }

    fn run(&self, setup: &str, statements: &[String]) -> Option<Vec<Facts>> {
        let look = format!("\\echo {MARK}\n{POSTGRES}");
        let steps: String = statements.iter().map(|statement| format!("{statement}\n{look}")).collect();
        Some(states(&self.script(&format!("BEGIN;\n{setup}\n{look}{steps}ROLLBACK;\n"))?))
    }

    fn failed(&self, setup: &str, statement: &str) -> Option<(Facts, Facts)> {
        let look = format!("\\echo {MARK}\n{POSTGRES}");
        let fresh = "SET client_min_messages = error; DROP SCHEMA IF EXISTS public CASCADE; CREATE SCHEMA public;";
        self.script(&format!("BEGIN;\n{setup}\n{statement}\nROLLBACK;\n")).is_none().then_some(())?;
        let tried = format!("{fresh}\n{setup}\n{look}\\set ON_ERROR_STOP 0\n{statement}\n\\set ON_ERROR_STOP 1\n{look}{fresh}\n");
        two(&states(&self.script(&tried)?))
    }

    fn in_transaction(&self, setup: &str, statement: &str) -> bool {
        self.script(&format!("BEGIN;\n{setup}\n{statement}\nROLLBACK;\n")).is_some()
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
const MARIADB: &str = "
SELECT CONCAT_WS('@', IF(TABLE_TYPE = 'VIEW', 'view', 'table'), TABLE_NAME, IF(TABLE_TYPE = 'VIEW', '', TABLE_COMMENT)) FROM information_schema.TABLES WHERE TABLE_SCHEMA = 'shop';
SELECT CONCAT_WS('@', 'column', CONCAT(c.TABLE_NAME, '·', COLUMN_NAME), CONCAT_WS(' ', COLUMN_TYPE, IS_NULLABLE, COLUMN_DEFAULT, EXTRA, COLUMN_COMMENT, ORDINAL_POSITION)) FROM information_schema.COLUMNS c JOIN information_schema.TABLES t USING (TABLE_SCHEMA, TABLE_NAME) WHERE TABLE_SCHEMA = 'shop' AND TABLE_TYPE = 'BASE TABLE';
SELECT CONCAT_WS('@', 'index', CONCAT(TABLE_NAME, '·', INDEX_NAME), GROUP_CONCAT(COLUMN_NAME ORDER BY SEQ_IN_INDEX)) FROM information_schema.STATISTICS WHERE TABLE_SCHEMA = 'shop' GROUP BY TABLE_NAME, INDEX_NAME;
SELECT CONCAT_WS('@', 'constraint', CONCAT(TABLE_NAME, '·', CONSTRAINT_NAME), CHECK_CLAUSE) FROM information_schema.CHECK_CONSTRAINTS WHERE CONSTRAINT_SCHEMA = 'shop';
SET @look = NULL;
SELECT GROUP_CONCAT(CONCAT('SELECT CONVERT(CONCAT(''value@', TABLE_NAME, '·', COLUMN_NAME, '@'', COALESCE(GROUP_CONCAT(`', COLUMN_NAME, '` ORDER BY CAST(`', COLUMN_NAME, '` AS CHAR) SEPARATOR ''|''), '''')) USING utf8mb4) COLLATE utf8mb4_bin FROM shop.`', TABLE_NAME, '`') SEPARATOR ' UNION ALL ') INTO @look
  FROM information_schema.COLUMNS JOIN information_schema.TABLES USING (TABLE_SCHEMA, TABLE_NAME) WHERE TABLE_SCHEMA = 'shop' AND TABLE_TYPE = 'BASE TABLE';
SET @look = COALESCE(@look, 'DO 0');
PREPARE look FROM @look;
EXECUTE look;
";

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
        self.script(&format!("{FRESH}{setup}\n{statement}\n")).is_none().then_some(())?;
        let mut command = Command::new("mariadb");
        command.args(["--no-defaults", "--batch", "--raw", "--skip-column-names", "--force", "-S", &self.0.socket(), "-u", "rbk"]);
        command.arg("--default-character-set=utf8mb4");
        two(&states(&printed(command, &format!("{FRESH}{setup}\n{look}{statement}\n{look}"))))
    }

    /// MariaDB refuses nothing there: what does not stand in a transaction commits it.
    fn in_transaction(&self, setup: &str, statement: &str) -> bool {
        let marked = format!(
            "{FRESH}CREATE TABLE mark (id int);\n{setup}\nSTART TRANSACTION;\nINSERT INTO mark VALUES (1);\n{statement}\nROLLBACK;\nSELECT count(*) FROM mark;\n"
        );
        self.script(&marked).is_some_and(|printed| printed.trim().ends_with('0'))
    }
}

pub struct OnSqlite;

const SQLITE: &str = "
SELECT type || '@' || name || '@' || CASE type WHEN 'table' THEN '' ELSE replace(coalesce(sql, ''), char(34), '') END FROM sqlite_master WHERE type IN ('table', 'view', 'index');
SELECT 'column@' || m.name || '·' || lower(p.name) || '@' || p.type || ' ' || p.\"notnull\" || ' ' || coalesce(p.dflt_value, '') || ' ' || p.pk FROM sqlite_master m, pragma_table_xinfo(m.name) p WHERE m.type = 'table';
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
            let table = table.trim_matches('"').to_lowercase();
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
        let order = "SELECT 'order@' || lower(m.name) || '@' || p.cid || '@' || lower(p.name) FROM sqlite_master m, pragma_table_info(m.name) p WHERE m.type = 'table';\n";
        let look = format!(
            ".print {MARK}\n{}{order}.dump\n",
            SQLITE.replace("|| name ||", "|| lower(name) ||").replace("|| m.name ||", "|| lower(m.name) ||")
        );
        let steps: String = statements.iter().map(|statement| format!("{statement}\n{look}")).collect();
        format!("{setup}\n{look}{steps}")
    }

    /// Reads the states that such a script prints.
    fn looked(printed: &str) -> Vec<Facts> {
        let mut found = states(printed);
        for (state, text) in found.iter_mut().zip(printed.split(MARK).skip(1)) {
            state.retain(|key, _| key.0 != "order");
            OnSqlite::values(text, state);
        }
        found
    }
}

impl Trial for OnSqlite {
    fn dialect(&self) -> Dialect {
        Dialect::Sqlite
    }

    fn run(&self, setup: &str, statements: &[String]) -> Option<Vec<Facts>> {
        Some(OnSqlite::looked(&self.script(&OnSqlite::steps(setup, statements))?))
    }

    fn failed(&self, setup: &str, statement: &str) -> Option<(Facts, Facts)> {
        self.script(&format!("{setup}\n{statement}\n")).is_none().then_some(())?;
        let mut command = Command::new("sqlite3");
        command.args(["-batch", "-noheader", ":memory:"]);
        two(&OnSqlite::looked(&printed(command, &OnSqlite::steps(setup, &[statement.to_owned()]))))
    }

    fn in_transaction(&self, setup: &str, statement: &str) -> bool {
        self.script(&format!("{setup}\nBEGIN;\n{statement}\nROLLBACK;\n")).is_some()
    }
}
