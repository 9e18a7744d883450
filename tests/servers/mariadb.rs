//! A MariaDB server that nobody else can reach, started by the test as an ordinary user.

use std::fs;
use std::io::Write;
use std::os::unix::fs::{PermissionsExt, chown};
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Output, Stdio};
use std::thread::sleep;
use std::time::{Duration, Instant};

use tempfile::TempDir;

use super::{copy_of, ordinary_user, text};

/// The server; its administrator is `rbk`, without a password.
pub struct MariaDb {
    folder: TempDir,
    server: Child,
    user: Option<(u32, u32)>,
}

impl MariaDb {
    /// Starts a server that holds no database.
    pub fn start() -> MariaDb {
        let user = ordinary_user(&["mysql", "nobody"]);
        let folder = tempfile::Builder::new().prefix("rbk-my").tempdir_in("/tmp").expect("a temporary folder");
        fs::set_permissions(folder.path(), fs::Permissions::from_mode(0o755)).expect("it is ours");
        if let Some((uid, gid)) = user {
            chown(folder.path(), Some(uid), Some(gid)).expect("root may give it away");
        }
        let login = ["--auth-root-authentication-method=normal", "--skip-test-db", "--skip-name-resolve"];
        let data = folder.path().join("data");
        copy_of("mariadb", &found("mariadbd"), &data, || {
            let status = command(folder.path(), user, "mariadb-install-db", &login).status();
            let said = fs::read_to_string(folder.path().join("mariadb-install-db.out")).unwrap_or_default();
            assert!(status.is_ok_and(|status| status.success()), "mariadb-install-db: {said}");
        });
        let server = serve(folder.path(), user);
        let server = MariaDb { folder, server, user };
        server.wait();
        server.run("root", "", "CREATE USER rbk@localhost; GRANT ALL ON *.* TO rbk@localhost WITH GRANT OPTION");
        server
    }

    /// Returns the server's process.
    pub fn process(&self) -> u32 {
        self.server.id()
    }

    /// Starts the server again if it was killed.
    pub fn revive(&mut self) {
        if self.server.try_wait().expect("it is ours").is_some() {
            self.server = serve(self.folder.path(), self.user);
            self.wait();
        }
    }

    fn wait(&self) {
        let deadline = Instant::now() + Duration::from_secs(60);
        loop {
            if self.client("root", "", "SELECT 1").status.success() {
                return;
            }
            let log = fs::read_to_string(self.folder.path().join("mariadbd.out")).unwrap_or_default();
            assert!(Instant::now() < deadline, "mariadbd does not answer: {log}");
            sleep(Duration::from_millis(100));
        }
    }

    /// Returns the path of the server's socket.
    pub fn socket(&self) -> String {
        format!("{}/socket", self.folder.path().display())
    }

    /// Returns the URL of a database, as an operator's environment would hold it.
    pub fn url(&self, scheme: &str, user: &str, database: &str) -> String {
        format!("{scheme}://{user}@localhost/{database}?unix_socket={}", self.socket())
    }

    /// Creates a database, as MySQL 8 and MariaDB 11 do by themselves.
    pub fn create(&self, database: &str) {
        self.sql("", &format!("CREATE DATABASE {database} CHARACTER SET utf8mb4 COLLATE utf8mb4_unicode_ci"));
    }

    /// Runs SQL as a file would be run, with `DELIMITER` where it is needed.
    fn client(&self, user: &str, database: &str, sql: &str) -> Output {
        let mut command = Command::new(found("mariadb"));
        command.args(["--no-defaults", "--batch", "--raw", "--skip-column-names", "--comments", "--default-character-set=utf8mb4"]);
        command.args(["-S", &self.socket(), "-u", user, "-D", database]);
        command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
        let mut client = command.spawn().expect("the client of MariaDB is installed");
        // A client that can't connect reads nothing.
        let _ = client.stdin.take().expect("it is piped").write_all(sql.as_bytes());
        client.wait_with_output().expect("it ends")
    }

    fn run(&self, user: &str, database: &str, sql: &str) -> String {
        let output = self.client(user, database, sql);
        assert!(output.status.success(), "{sql}: {}", String::from_utf8_lossy(&output.stderr));
        String::from_utf8_lossy(&output.stdout).into_owned()
    }

    /// Runs SQL and returns what it prints, fields parted by tabs, without headings; panics on an error.
    pub fn sql(&self, database: &str, sql: &str) -> String {
        self.run("rbk", database, sql)
    }

    /// Runs a file of SQL; panics on an error.
    pub fn file(&self, database: &str, file: &Path) {
        let output = Command::new(found("mariadb"))
            .args([
                "--no-defaults",
                "--batch",
                "--comments",
                "--default-character-set=utf8mb4",
                "-S",
                &self.socket(),
                "-u",
                "rbk",
                "-D",
                database,
            ])
            .stdin(fs::File::open(file).expect("the file is there"))
            .output()
            .expect("the client of MariaDB is installed");
        assert!(output.status.success(), "{}: {}", file.display(), String::from_utf8_lossy(&output.stderr));
    }

    /// Returns schema, rows, next numbers and rights of a database in an order that does not depend on history: columns by name (a
    /// re-added column moves to the end), rows sorted. rbk's own tables are left out.
    pub fn canonical(&self, database: &str) -> String {
        let facts = CANONICAL_SCHEMA.replace("$DATABASE", &format!("'{database}'"));
        let tables = self.sql("information_schema", &CANONICAL_ROWS.replace("$DATABASE", &format!("'{database}'")));
        format!("{}\n{}", sorted(&self.sql("information_schema", &facts)), sorted(&self.sql(database, &tables)))
    }
}

/// Returns a program of the server on its folder, with small files and no waiting for the disk: what a test writes need not survive it.
/// Temporary tables of two servers in one folder may have one name.
fn command(folder: &Path, user: Option<(u32, u32)>, program: &str, arguments: &[&str]) -> Command {
    let log = fs::File::create(folder.join(format!("{program}.out"))).expect("the folder is writable");
    let errors = log.try_clone().expect("a handle can be cloned");
    let mut command = Command::new(found(program));
    command.arg("--no-defaults").arg(format!("--datadir={}", text(&folder.join("data")))).args(arguments).current_dir(folder);
    command.arg(format!("--tmpdir={}", text(folder)));
    command.args(["--innodb-log-file-size=8M", "--innodb-buffer-pool-size=24M", "--innodb-flush-method=nosync"]);
    command.stdin(Stdio::null()).stdout(log).stderr(errors);
    if let Some((uid, gid)) = user {
        command.uid(uid).gid(gid);
    }
    command
}

fn serve(folder: &Path, user: Option<(u32, u32)>) -> Child {
    let socket = format!("--socket={}/socket", text(folder));
    let own = ["--skip-networking", "--skip-name-resolve", "--event-scheduler=OFF", "--innodb-flush-log-at-trx-commit=2", &socket];
    command(folder, user, "mariadbd", &own).spawn().expect("mariadbd is installed")
}

/// Writes a question for each table: its rows, each column as bytes, in the order of their names.
const CANONICAL_ROWS: &str = "SET SESSION group_concat_max_len = 1000000;
SELECT CONCAT('SELECT ', QUOTE(CONCAT('row of ', TABLE_NAME)), ', CONCAT_WS(0x207c20, ',
    GROUP_CONCAT('IFNULL(HEX(`', REPLACE(COLUMN_NAME, '`', '``'), '`), \"NULL\")' ORDER BY COLUMN_NAME), ') FROM `', REPLACE(TABLE_NAME, '`', '``'), '`;')
FROM TABLES JOIN COLUMNS USING (TABLE_SCHEMA, TABLE_NAME)
WHERE TABLE_SCHEMA = $DATABASE AND TABLE_TYPE LIKE 'BASE TABLE%' AND TABLE_NAME NOT LIKE 'rbk\\_%' GROUP BY TABLE_NAME";

impl Drop for MariaDb {
    fn drop(&mut self) {
        let _ = self.server.kill();
        let _ = self.server.wait();
    }
}

/// One fact a line of tables, columns, keys, constraints, views, triggers, routines, events and rights.
const CANONICAL_SCHEMA: &str = "SELECT 'database', DEFAULT_CHARACTER_SET_NAME, DEFAULT_COLLATION_NAME FROM SCHEMATA WHERE SCHEMA_NAME = $DATABASE;
SELECT 'table', TABLE_NAME, TABLE_TYPE, ENGINE, ROW_FORMAT, TABLE_COLLATION, CREATE_OPTIONS, TABLE_COMMENT, AUTO_INCREMENT FROM TABLES WHERE TABLE_SCHEMA = $DATABASE AND TABLE_NAME NOT LIKE 'rbk\\_%';
SELECT 'column', TABLE_NAME, COLUMN_NAME, COLUMN_TYPE, COLUMN_DEFAULT, IS_NULLABLE, COLLATION_NAME, EXTRA, COLUMN_COMMENT, GENERATION_EXPRESSION FROM COLUMNS WHERE TABLE_SCHEMA = $DATABASE AND TABLE_NAME NOT LIKE 'rbk\\_%';
SELECT 'index', TABLE_NAME, INDEX_NAME, SEQ_IN_INDEX, COLUMN_NAME, NON_UNIQUE, INDEX_TYPE, SUB_PART, COLLATION, INDEX_COMMENT, IGNORED FROM STATISTICS WHERE TABLE_SCHEMA = $DATABASE AND TABLE_NAME NOT LIKE 'rbk\\_%';
SELECT 'constraint', TABLE_NAME, CONSTRAINT_NAME, CONSTRAINT_TYPE FROM TABLE_CONSTRAINTS WHERE CONSTRAINT_SCHEMA = $DATABASE AND TABLE_NAME NOT LIKE 'rbk\\_%';
SELECT 'key', TABLE_NAME, CONSTRAINT_NAME, COLUMN_NAME, ORDINAL_POSITION, REFERENCED_TABLE_NAME, REFERENCED_COLUMN_NAME FROM KEY_COLUMN_USAGE WHERE CONSTRAINT_SCHEMA = $DATABASE AND TABLE_NAME NOT LIKE 'rbk\\_%';
SELECT 'rule', CONSTRAINT_NAME, UPDATE_RULE, DELETE_RULE FROM REFERENTIAL_CONSTRAINTS WHERE CONSTRAINT_SCHEMA = $DATABASE;
SELECT 'check', TABLE_NAME, CONSTRAINT_NAME, CHECK_CLAUSE FROM CHECK_CONSTRAINTS WHERE CONSTRAINT_SCHEMA = $DATABASE AND TABLE_NAME NOT LIKE 'rbk\\_%';
SELECT 'view', TABLE_NAME, VIEW_DEFINITION, CHECK_OPTION, DEFINER, SECURITY_TYPE, CHARACTER_SET_CLIENT, COLLATION_CONNECTION FROM VIEWS WHERE TABLE_SCHEMA = $DATABASE;
SELECT 'trigger', TRIGGER_NAME, EVENT_OBJECT_TABLE, ACTION_TIMING, EVENT_MANIPULATION, ACTION_STATEMENT, SQL_MODE, DEFINER, COLLATION_CONNECTION FROM TRIGGERS WHERE TRIGGER_SCHEMA = $DATABASE;
SELECT 'routine', ROUTINE_NAME, ROUTINE_TYPE, DTD_IDENTIFIER, ROUTINE_DEFINITION, SQL_DATA_ACCESS, IS_DETERMINISTIC, SECURITY_TYPE, SQL_MODE, DEFINER, ROUTINE_COMMENT FROM ROUTINES WHERE ROUTINE_SCHEMA = $DATABASE;
SELECT 'parameter', SPECIFIC_NAME, ORDINAL_POSITION, PARAMETER_MODE, PARAMETER_NAME, DTD_IDENTIFIER FROM PARAMETERS WHERE SPECIFIC_SCHEMA = $DATABASE;
SELECT 'event', EVENT_NAME, EVENT_DEFINITION, INTERVAL_VALUE, INTERVAL_FIELD, STARTS, STATUS, ON_COMPLETION, SQL_MODE, DEFINER, TIME_ZONE FROM EVENTS WHERE EVENT_SCHEMA = $DATABASE;
SELECT 'right', GRANTEE, PRIVILEGE_TYPE, IS_GRANTABLE FROM SCHEMA_PRIVILEGES WHERE TABLE_SCHEMA = $DATABASE;
SELECT 'right on', TABLE_NAME, GRANTEE, PRIVILEGE_TYPE, IS_GRANTABLE FROM TABLE_PRIVILEGES WHERE TABLE_SCHEMA = $DATABASE";

fn sorted(text: &str) -> String {
    let mut lines: Vec<&str> = text.lines().collect();
    lines.sort_unstable();
    lines.join("\n")
}

/// Returns where a program of MariaDB lies: servers are not on everybody's PATH.
fn found(program: &str) -> PathBuf {
    let path = std::env::var_os("PATH").unwrap_or_default();
    std::env::split_paths(&path)
        .chain(["/usr/sbin", "/usr/local/sbin", "/usr/libexec"].map(PathBuf::from))
        .map(|folder| folder.join(program))
        .find(|file| file.exists())
        .unwrap_or_else(|| panic!("{program} is installed: run tools/setup test"))
}

#[test]
fn canonical_form_ignores_column_order_and_sees_rights_rows_and_next_numbers() {
    let server = MariaDb::start();
    server.create("shop");
    server.sql(
        "shop",
        "CREATE USER app@localhost; CREATE TABLE t (a int AUTO_INCREMENT PRIMARY KEY, b varchar(9) DEFAULT 'x', c int);
         INSERT INTO t (c) VALUES (1), (2); GRANT SELECT ON shop.t TO app@localhost",
    );
    let before = server.canonical("shop");
    server.sql("shop", "ALTER TABLE t DROP COLUMN b; ALTER TABLE t ADD COLUMN b varchar(9) DEFAULT 'x'");
    assert_eq!(before, server.canonical("shop"));
    for change in [
        "GRANT INSERT ON shop.t TO app@localhost",
        "UPDATE t SET c = 3 WHERE a = 1",
        "ALTER TABLE t AUTO_INCREMENT = 77",
        "CREATE INDEX i ON t (c)",
        "ALTER TABLE t COMMENT 'x'",
        "CREATE TRIGGER g BEFORE INSERT ON t FOR EACH ROW SET NEW.c = 1",
        "CREATE PROCEDURE p() SELECT 1",
    ] {
        let before = server.canonical("shop");
        server.sql("shop", change);
        assert_ne!(before, server.canonical("shop"), "{change}");
    }
}
