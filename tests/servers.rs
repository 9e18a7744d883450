//! Real databases for tests: started by the test, as an ordinary user, on a private socket, gone when dropped.
//!
//! A missing server is a failure, never a skip: what was not tried is not known to work.

use std::ffi::{OsStr, OsString};
use std::fs;
use std::io::{BufRead, BufReader, Write};
use std::os::unix::fs::{PermissionsExt, chown};
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::UNIX_EPOCH;

use tempfile::TempDir;

mod mariadb;

pub use mariadb::MariaDb;

/// A PostgreSQL server that nobody else can reach.
pub struct Postgres {
    folder: TempDir,
    programs: PathBuf,
    user: Option<(u32, u32)>,
}

impl Postgres {
    /// Starts a server with an empty cluster; its superuser is `rbk`.
    pub fn start() -> Postgres {
        let programs = programs();
        let user = ordinary_user(&["postgres", "nobody"]);
        let folder = tempfile::Builder::new().prefix("rbk-pg").tempdir_in("/tmp").expect("a temporary folder");
        fs::set_permissions(folder.path(), fs::Permissions::from_mode(0o755)).expect("it is ours");
        if let Some((uid, gid)) = user {
            chown(folder.path(), Some(uid), Some(gid)).expect("root may give it away");
        }
        let server = Postgres { folder, programs, user };
        let data = server.folder.path().join("data");
        copy_of("postgres", &server.programs.join("initdb"), &data, || {
            server.run("initdb", &["--username=rbk", "--auth=trust", "--no-sync", "--encoding=UTF8", "--locale=C", "-D", text(&data)]);
        });
        server.serve();
        server
    }

    fn serve(&self) {
        let data = self.folder.path().join("data");
        let options = format!("-c listen_addresses='' -c unix_socket_directories='{}' -c fsync=off -c max_connections=40", self.socket());
        self.run("pg_ctl", &["-D", text(&data), "-w", "-s", "-o", &options, "-l", text(&self.folder.path().join("log")), "start"]);
    }

    /// Returns the server's process.
    pub fn process(&self) -> u32 {
        let file = fs::read_to_string(self.folder.path().join("data/postmaster.pid")).expect("it runs");
        file.lines().next().and_then(|line| line.trim().parse().ok()).expect("its first line is a number")
    }

    /// Starts the server again if it was killed.
    pub fn revive(&self) {
        if self.answers() {
            return;
        }
        // What a killed server has left behind is in the way until it has noticed.
        for _ in 0..100 {
            let data = self.folder.path().join("data");
            let file = fs::read_to_string(data.join("postmaster.pid")).unwrap_or_default();
            let gone = file.lines().next().is_none_or(|pid| !Path::new("/proc").join(pid.trim()).exists());
            if gone && self.left().is_empty() {
                break;
            }
            std::thread::sleep(std::time::Duration::from_millis(50));
        }
        self.serve();
    }

    fn answers(&self) -> bool {
        let asked = Command::new("psql")
            .args(["-X", "-q", "-h", &self.socket(), "-U", "rbk", "-d", "postgres", "-c", "SELECT 1"])
            .stdin(Stdio::null())
            .output();
        asked.is_ok_and(|output| output.status.success())
    }

    /// Processes that work in the server's folder.
    fn left(&self) -> Vec<PathBuf> {
        let data = self.folder.path().join("data");
        let processes = fs::read_dir("/proc").expect("processes are listed").flatten().map(|entry| entry.path());
        processes.filter(|process| fs::read_link(process.join("cwd")).is_ok_and(|place| place == data)).collect()
    }

    /// Returns one of the server's own programs: what lies in the path may be a script that looks for it first.
    pub fn program(&self, name: &str) -> PathBuf {
        self.programs.join(name)
    }

    /// Returns the folder of the server's socket.
    pub fn socket(&self) -> String {
        self.folder.path().display().to_string()
    }

    /// Returns the URL of a database, as an operator's environment would hold it.
    pub fn url(&self, database: &str) -> String {
        format!("postgresql://rbk@/{database}?host={}", self.socket())
    }

    /// Creates a database.
    pub fn create(&self, database: &str) {
        self.sql("postgres", &format!("CREATE DATABASE {database}"));
    }

    /// Runs SQL and returns what it prints, unaligned and without headings; panics on an error.
    pub fn sql(&self, database: &str, sql: &str) -> String {
        self.ask(database, &["-A", "-t", "-c", sql], sql)
    }

    /// Runs a file of SQL; panics on an error.
    pub fn file(&self, database: &str, file: &Path) {
        self.ask(database, &["-f", text(file)], text(file));
    }

    fn ask(&self, database: &str, arguments: &[&str], what: &str) -> String {
        let output = Command::new(self.programs.join("psql"))
            .args(["-X", "-q", "-v", "ON_ERROR_STOP=1", "-h", &self.socket(), "-U", "rbk", "-d", database])
            .args(arguments)
            .stdin(Stdio::null())
            .output()
            .expect("psql is installed");
        assert!(output.status.success(), "{what}: {}", String::from_utf8_lossy(&output.stderr));
        String::from_utf8_lossy(&output.stdout).into_owned()
    }

    /// Returns the definitions of a database, as its own tool dumps them.
    pub fn dump(&self, database: &str) -> String {
        let output = Command::new(self.programs.join("pg_dump"))
            .args(["--schema-only", "-h", &self.socket(), "-U", "rbk", database])
            .stdin(Stdio::null())
            .output()
            .expect("pg_dump is installed");
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        String::from_utf8_lossy(&output.stdout).into_owned()
    }

    /// Begins a transaction, carries SQL out in it, and leaves it open until the session is dropped.
    pub fn holds(&self, database: &str, sql: &str) -> Session {
        let mut client = Command::new(self.programs.join("psql"))
            .args(["-X", "-q", "-A", "-t", "-h", &self.socket(), "-U", "rbk", "-d", database])
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .expect("psql is installed");
        write!(client.stdin.as_mut().expect("it is piped"), "BEGIN;\n{sql};\n\\echo held\n").expect("psql reads");
        let said = BufReader::new(client.stdout.as_mut().expect("it is piped")).lines().map_while(Result::ok);
        assert!(said.into_iter().any(|line| line == "held"), "{sql}");
        Session(client)
    }

    /// Returns whether a session waits for what another holds.
    pub fn somebody_waits(&self) -> bool {
        self.sql("postgres", "SELECT count(*) FROM pg_locks WHERE NOT granted").trim() != "0"
    }

    /// Returns schema, rows, privileges and sequences of a database in an order that does not depend on history:
    /// columns by name (a re-added column moves to the end), rows sorted. rbk's own schema is left out.
    pub fn canonical(&self, database: &str) -> String {
        let file = self.folder.path().join("canonical.sql");
        fs::write(&file, format!("{CANONICAL_SCHEMA};\n{CANONICAL_ROWS}\\gexec\n{CANONICAL_SEQUENCES}\\gexec\n"))
            .expect("the folder is writable");
        self.ask(database, &["-A", "-t", "-f", text(&file)], "the canonical form")
    }

    fn run(&self, program: &str, arguments: &[&str]) {
        let mut command = Command::new(self.programs.join(program));
        command.args(arguments).current_dir(self.folder.path()).stdin(Stdio::null());
        if let Some((uid, gid)) = self.user {
            command.uid(uid).gid(gid);
        }
        // `pg_ctl start` leaves a server that would hold a pipe open: its words go to a file.
        let log = fs::File::create(self.folder.path().join(format!("{program}.out"))).expect("the folder is writable");
        let errors = log.try_clone().expect("a handle can be cloned");
        let status = command.stdout(log).stderr(errors).status().unwrap_or_else(|error| panic!("{program}: {error}"));
        let said = fs::read_to_string(self.folder.path().join(format!("{program}.out"))).unwrap_or_default();
        assert!(status.success(), "{program}: {said}");
    }
}

/// A transaction that somebody has begun and not ended.
pub struct Session(Child);

impl Drop for Session {
    fn drop(&mut self) {
        drop(self.0.stdin.take());
        let _ = self.0.wait();
    }
}

impl Drop for Postgres {
    fn drop(&mut self) {
        let data = self.folder.path().join("data");
        let mut command = Command::new(self.programs.join("pg_ctl"));
        command.args(["-D", text(&data), "-m", "immediate", "-s", "stop"]).stdout(Stdio::null()).stderr(Stdio::null());
        if let Some((uid, gid)) = self.user {
            command.uid(uid).gid(gid);
        }
        let _ = command.status();
    }
}

/// Tables with columns, constraints, indexes, views, triggers, functions, types, privileges and comments, one fact a line.
const CANONICAL_SCHEMA: &str = "
WITH own AS (SELECT oid, nspname FROM pg_namespace WHERE nspname NOT LIKE 'pg\\_%' AND nspname NOT IN ('information_schema', 'rbk'))
SELECT fact FROM (
  SELECT format('schema %s %s owner %s', nspname, (SELECT nspacl FROM pg_namespace n WHERE n.oid = own.oid), (SELECT pg_get_userbyid(nspowner) FROM pg_namespace n WHERE n.oid = own.oid)) FROM own
  UNION ALL SELECT format('relation %s.%s kind %s owner %s acl %s rls %s comment %s', nspname, relname, relkind, pg_get_userbyid(relowner),
      (SELECT array_agg(a::text ORDER BY a::text) FROM unnest(relacl) a), relrowsecurity, obj_description(c.oid, 'pg_class'))
    FROM pg_class c JOIN own ON own.oid = relnamespace WHERE relkind IN ('r', 'v', 'm', 'S', 'p', 'f')
  UNION ALL SELECT format('column %s.%s.%s %s not null %s default %s identity %s generated %s acl %s comment %s', nspname, relname, attname, format_type(atttypid, atttypmod), attnotnull,
      pg_get_expr(adbin, adrelid), attidentity, attgenerated, (SELECT array_agg(x::text ORDER BY x::text) FROM unnest(attacl) x), col_description(c.oid, attnum))
    FROM pg_attribute a JOIN pg_class c ON c.oid = attrelid JOIN own ON own.oid = relnamespace LEFT JOIN pg_attrdef d ON d.adrelid = a.attrelid AND d.adnum = a.attnum
    WHERE attnum > 0 AND NOT attisdropped AND relkind IN ('r', 'v', 'm', 'p', 'f')
  UNION ALL SELECT format('constraint %s on %s: %s', conname, conrelid::regclass, pg_get_constraintdef(c.oid)) FROM pg_constraint c JOIN own ON own.oid = connamespace WHERE conrelid <> 0
  UNION ALL SELECT format('index %s', indexdef) FROM pg_indexes JOIN own ON nspname = schemaname
  UNION ALL SELECT format('view %s.%s: %s', schemaname, viewname, definition) FROM pg_views JOIN own ON nspname = schemaname
  UNION ALL SELECT format('trigger %s enabled %s', pg_get_triggerdef(t.oid), tgenabled) FROM pg_trigger t JOIN pg_class c ON c.oid = tgrelid JOIN own ON own.oid = relnamespace WHERE NOT tgisinternal
  UNION ALL SELECT format('function %s acl %s', pg_get_functiondef(p.oid), proacl) FROM pg_proc p JOIN own ON own.oid = pronamespace WHERE prokind IN ('f', 'p')
  UNION ALL SELECT format('type %s.%s %s', nspname, typname, (SELECT string_agg(enumlabel, ',' ORDER BY enumsortorder) FROM pg_enum WHERE enumtypid = t.oid)) FROM pg_type t JOIN own ON own.oid = typnamespace WHERE typtype IN ('e', 'd')
  UNION ALL SELECT format('policy %s on %s.%s %s %s', policyname, schemaname, tablename, qual, with_check) FROM pg_policies JOIN own ON nspname = schemaname
  UNION ALL SELECT format('default privileges %s %s %s', defaclobjtype, defaclnamespace::regnamespace, defaclacl) FROM pg_default_acl
  UNION ALL SELECT format('database setting %s', unnest(setconfig)) FROM pg_db_role_setting WHERE setdatabase = (SELECT oid FROM pg_database WHERE datname = current_database())
) facts(fact) ORDER BY fact";

/// Writes two questions for each table: its name and columns, and its rows in these columns.
const CANONICAL_ROWS: &str = "
SELECT format('SELECT %L', 'rows of ' || name || ' (' || columns || ')'), format('SELECT ROW(%s)::text FROM %s ORDER BY 1', columns, name)
FROM (SELECT format('%I.%I', table_schema, table_name) AS name FROM information_schema.tables
      WHERE table_type = 'BASE TABLE' AND table_schema NOT IN ('pg_catalog', 'information_schema', 'rbk')) tables,
  LATERAL (SELECT string_agg(quote_ident(attname), ', ' ORDER BY attname) AS columns FROM pg_attribute
      WHERE attrelid = name::regclass AND attnum > 0 AND NOT attisdropped) held
WHERE columns IS NOT NULL ORDER BY name
";

/// Writes a question for each sequence.
const CANONICAL_SEQUENCES: &str = "
SELECT format('SELECT %L || last_value || ''|'' || left(is_called::text, 1) FROM %s', 'sequence ' || name || ': ', name)
FROM (SELECT format('%I.%I', schemaname, sequencename) AS name FROM pg_sequences WHERE schemaname <> 'rbk') sequences ORDER BY name
";

/// Returns the search path of programs with those of the server in front: Debian's own `psql` is a script in Perl that looks for
/// them, and takes six times as long to start.
pub fn path() -> OsString {
    let path = std::env::var_os("PATH").unwrap_or_default();
    std::env::join_paths(std::iter::once(programs()).chain(std::env::split_paths(&path))).expect("folders without a colon")
}

/// Returns the folder of the server's programs: where the newest installed version keeps them.
fn programs() -> PathBuf {
    let mut found: Vec<(u32, PathBuf)> = fs::read_dir("/usr/lib/postgresql")
        .into_iter()
        .flatten()
        .flatten()
        .filter_map(|entry| Some((entry.file_name().to_str()?.parse().ok()?, entry.path().join("bin"))))
        .filter(|(_, folder)| folder.join("initdb").exists())
        .collect();
    found.sort();
    if let Some((_, folder)) = found.pop() {
        return folder;
    }
    let path = std::env::var_os("PATH").unwrap_or_default();
    std::env::split_paths(&path)
        .find(|folder| folder.join("initdb").exists())
        .expect("PostgreSQL's initdb is installed: run tools/setup test")
}

/// Returns user and group for a server that refuses root; `None` when the test is an ordinary user already.
fn ordinary_user(names: &[&str]) -> Option<(u32, u32)> {
    let own = fs::metadata("/proc/self").map(|own| std::os::unix::fs::MetadataExt::uid(&own)).unwrap_or(1);
    if own != 0 {
        return None;
    }
    let users = fs::read_to_string("/etc/passwd").expect("users are listed");
    for wanted in names {
        for line in users.lines() {
            let fields: Vec<&str> = line.split(':').collect();
            if let [name, _, uid, gid, ..] = fields[..]
                && name == *wanted
            {
                return Some((uid.parse().ok()?, gid.parse().ok()?));
            }
        }
    }
    panic!("the test runs as root and there is no user of {names:?} to run a server as");
}

/// Makes a server's files, or copies those that this program made before; to make them costs ten times as much.
fn copy_of(server: &str, program: &Path, data: &Path, make: impl FnOnce()) {
    let made = fs::metadata(program).and_then(|program| program.modified()).ok();
    let age = made.and_then(|made| made.duration_since(UNIX_EPOCH).ok()).map_or(0, |since| since.as_secs());
    let kept = Path::new(env!("CARGO_TARGET_TMPDIR")).join(format!("{server}-{age}"));
    let copy = |from: &Path, to: &Path| Command::new("cp").arg("-a").args([from, to]).status().is_ok_and(|status| status.success());
    if kept.exists() {
        assert!(copy(&kept, data), "{} is not to be copied", kept.display());
        return;
    }
    make();
    // Of several that do so at once, the first one's stay.
    let own = tempfile::tempdir_in(env!("CARGO_TARGET_TMPDIR")).expect("the build's folder is writable");
    assert!(copy(data, &own.path().join("data")), "{} is not to be copied", data.display());
    let _ = fs::rename(own.path().join("data"), kept);
}

fn text(path: &(impl AsRef<OsStr> + ?Sized)) -> &str {
    path.as_ref().to_str().expect("temporary folders have plain names")
}

#[test]
fn canonical_form_ignores_column_order_and_sees_privileges_rows_and_sequences() {
    let server = Postgres::start();
    server.create("shop");
    server.sql("shop", "CREATE ROLE app; CREATE TABLE t (a serial, b text DEFAULT 'x', c int); INSERT INTO t (c) VALUES (1), (2); GRANT SELECT ON t TO app");
    let before = server.canonical("shop");
    server.sql("shop", "ALTER TABLE t DROP COLUMN b; ALTER TABLE t ADD COLUMN b text DEFAULT 'x'");
    assert_eq!(before, server.canonical("shop"));
    for change in [
        "GRANT INSERT ON t TO app",
        "UPDATE t SET c = 3 WHERE a = 1",
        "SELECT nextval('t_a_seq')",
        "CREATE INDEX ON t (c)",
        "COMMENT ON TABLE t IS 'x'",
    ] {
        let before = server.canonical("shop");
        server.sql("shop", change);
        assert_ne!(before, server.canonical("shop"), "{change}");
    }
}

/// Returns the first lines of a canonical text that the other does not have, with a sign before each.
pub fn difference(before: &str, after: &str) -> String {
    let lines = |a: &str, b: &str, sign: &str| {
        a.lines().filter(|line| !b.contains(line)).take(20).fold(String::new(), |all, line| format!("{all}{sign} {line}\n"))
    };
    format!("{}{}", lines(before, after, "-"), lines(after, before, "+"))
}
