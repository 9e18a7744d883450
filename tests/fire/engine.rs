//! The databases of the campaign: how one is made anew, put aside and brought back, and what it holds in an order that tells nothing
//! of how it came to be.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use super::plans::Database;
use crate::servers::{MariaDb, Postgres};

/// What a plan finds.
pub const THINGS: &str = "CREATE TABLE things (id int PRIMARY KEY, name varchar(40)); CREATE TABLE effects (what varchar(40));
    INSERT INTO things VALUES (1, 'one'), (2, 'two''s'), (3, NULL);";

/// A database, and the server that it lies on.
pub enum Engine {
    Sqlite,
    Postgres(Postgres),
    MariaDb(MariaDb),
}

impl Engine {
    /// Starts what has to be started.
    pub fn start(database: Database) -> Engine {
        match database {
            Database::Sqlite => Engine::Sqlite,
            Database::Postgres => Engine::Postgres(Postgres::start()),
            Database::MariaDb => Engine::MariaDb(MariaDb::start()),
        }
    }

    /// Returns the variable that leads to the database `name`, whose files lie in `slot` where there is no server.
    pub fn variable(&self, slot: &Path, name: &str) -> (&'static str, String) {
        match self {
            Engine::Sqlite => ("FIRE_DB", file(slot)),
            Engine::Postgres(server) => ("FIRE_URL", server.url(name)),
            Engine::MariaDb(server) => ("FIRE_URL", server.url("mariadb", "rbk", name)),
        }
    }

    /// Returns the same variable for somebody whose password that is; whether it is asked for is the server's business.
    pub fn with_password(&self, slot: &Path, name: &str, password: &str) -> (&'static str, String) {
        let (variable, value) = self.variable(slot, name);
        if let Engine::MariaDb(server) = self {
            let quoted = password.replace('\\', "\\\\").replace('\'', "''");
            server
                .sql("", &format!("CREATE USER IF NOT EXISTS bird@localhost IDENTIFIED BY '{quoted}'; GRANT ALL ON *.* TO bird@localhost"));
        }
        let user = if matches!(self, Engine::MariaDb(_)) { "bird" } else { "rbk" };
        let encoded: String = password.bytes().map(|byte| format!("%{byte:02X}")).collect();
        (variable, value.replace("//rbk@", &format!("//{user}:{encoded}@")))
    }

    /// Makes the database `name` with what a plan finds.
    pub fn create(&self, slot: &Path, name: &str) {
        match self {
            Engine::Sqlite => {
                sqlite(&file(slot), THINGS);
            }
            Engine::Postgres(server) => {
                server.sql("postgres", &format!("DROP DATABASE IF EXISTS {name} WITH (FORCE)"));
                server.create(name);
                server.sql(name, THINGS);
            }
            Engine::MariaDb(server) => {
                server.sql("", &format!("DROP DATABASE IF EXISTS {name}"));
                server.create(name);
                server.sql(name, THINGS);
            }
        }
    }

    /// Puts the database aside under `mark`. What is a file in the slot is put aside with the slot.
    pub fn save(&self, name: &str, mark: &str) {
        match self {
            Engine::Sqlite => {}
            Engine::Postgres(server) => {
                server.sql("postgres", &format!("DROP DATABASE IF EXISTS {name}_{mark} WITH (FORCE)"));
                server.sql("postgres", &format!("CREATE DATABASE {name}_{mark} TEMPLATE {name}"));
            }
            Engine::MariaDb(server) => {
                let dump = Command::new("mariadb-dump")
                    .args(["--no-defaults", "--skip-comments", "-u", "rbk", "-S", &server.socket(), name])
                    .output()
                    .expect("mariadb-dump is installed");
                assert!(dump.status.success(), "{}", String::from_utf8_lossy(&dump.stderr));
                fs::write(dumped(server, name, mark), dump.stdout).expect("the folder is writable");
            }
        }
    }

    /// Brings back what was put aside under `mark`.
    pub fn restore(&self, name: &str, mark: &str) {
        match self {
            Engine::Sqlite => {}
            Engine::Postgres(server) => {
                server.sql("postgres", &format!("DROP DATABASE IF EXISTS {name} WITH (FORCE)"));
                server.sql("postgres", &format!("CREATE DATABASE {name} TEMPLATE {name}_{mark}"));
            }
            Engine::MariaDb(server) => {
                server.sql("", &format!("DROP DATABASE IF EXISTS {name}"));
                server.create(name);
                server.file(name, &dumped(server, name, mark));
            }
        }
    }

    /// Returns what SQL has left in `effects`, sorted.
    pub fn effects(&self, slot: &Path, name: &str) -> Vec<String> {
        let said = self.sql(slot, name, "SELECT what FROM effects ORDER BY what");
        said.lines().map(str::to_owned).collect()
    }

    /// Returns everything that the database holds but `effects`.
    pub fn canonical(&self, slot: &Path, name: &str) -> String {
        self.sql(slot, name, "DELETE FROM effects");
        match self {
            Engine::Sqlite => {
                let dump = sqlite(&file(slot), ".dump");
                let mut lines: Vec<&str> = dump.lines().filter(|line| !line.contains("rbk_")).collect();
                lines.sort_unstable();
                lines.join("\n")
            }
            Engine::Postgres(server) => server.canonical(name),
            Engine::MariaDb(server) => server.canonical(name),
        }
    }

    /// Returns who is at work on the database by its own record, and which plans' changes stand there: a line each.
    pub fn held(&self, slot: &Path, name: &str) -> Vec<String> {
        let table = match self {
            Engine::Sqlite => "SELECT count(*) FROM sqlite_master WHERE name = 'rbk_lock'",
            Engine::Postgres(_) => "SELECT count(*) FROM pg_tables WHERE schemaname = 'rbk' AND tablename = 'lock'",
            Engine::MariaDb(_) => {
                "SELECT COUNT(*) FROM information_schema.TABLES WHERE TABLE_SCHEMA = DATABASE() AND TABLE_NAME = 'rbk_lock'"
            }
        };
        if self.sql(slot, name, table).trim() == "0" {
            return Vec::new();
        }
        let own = if matches!(self, Engine::Postgres(_)) { "rbk.lock" } else { "rbk_lock" };
        let rows = format!("SELECT CASE place WHEN 'at work' THEN 'at work' ELSE 'stands' END FROM {own} WHERE token <> '' ORDER BY 1");
        self.sql(slot, name, &rows).lines().map(str::to_owned).collect()
    }

    /// Is there such an index, and does it work?
    pub fn has_index(&self, name: &str, index: &str) -> bool {
        let count = match self {
            Engine::Sqlite => return false,
            Engine::Postgres(server) => {
                server.sql(name, &format!("SELECT count(*) FROM pg_index WHERE indisvalid AND indexrelid = to_regclass('{index}')"))
            }
            Engine::MariaDb(server) => {
                let of = "SELECT count(*) FROM information_schema.STATISTICS WHERE TABLE_SCHEMA = DATABASE() AND INDEX_NAME =";
                server.sql(name, &format!("{of} '{index}'"))
            }
        };
        count.trim() != "0"
    }

    /// Has the table `things` such a column?
    pub fn has_column(&self, name: &str, column: &str) -> bool {
        let Engine::MariaDb(server) = self else { return false };
        let of =
            "SELECT count(*) FROM information_schema.COLUMNS WHERE TABLE_SCHEMA = DATABASE() AND TABLE_NAME = 'things' AND COLUMN_NAME =";
        server.sql(name, &format!("{of} '{column}'")).trim() != "0"
    }

    /// Runs SQL and returns what it prints.
    pub fn sql(&self, slot: &Path, name: &str, sql: &str) -> String {
        match self {
            Engine::Sqlite => sqlite(&file(slot), sql),
            Engine::Postgres(server) => server.sql(name, sql),
            Engine::MariaDb(server) => server.sql(name, sql),
        }
    }

    /// Returns the server's process.
    pub fn process(&self) -> Option<u32> {
        match self {
            Engine::Sqlite => None,
            Engine::Postgres(server) => Some(server.process()),
            Engine::MariaDb(server) => Some(server.process()),
        }
    }

    /// Starts the server again if it was killed.
    pub fn revive(&mut self) {
        match self {
            Engine::Sqlite => {}
            Engine::Postgres(server) => server.revive(),
            Engine::MariaDb(server) => server.revive(),
        }
    }
}

fn file(slot: &Path) -> String {
    slot.join("shop.db").display().to_string()
}

fn dumped(server: &MariaDb, name: &str, mark: &str) -> PathBuf {
    PathBuf::from(server.socket()).with_file_name(format!("{name}-{mark}.sql"))
}

/// Runs SQL on a file of SQLite; waits for others.
fn sqlite(database: &str, sql: &str) -> String {
    let output = Command::new("sqlite3")
        .args(["-bail", "-batch", "-cmd", ".timeout 10000", database, sql])
        .stdin(Stdio::null())
        .output()
        .expect("sqlite3 is installed");
    assert!(output.status.success(), "{sql}: {}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8_lossy(&output.stdout).into_owned()
}
