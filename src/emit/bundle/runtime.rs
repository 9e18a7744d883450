//! The shell runtime and the methods of backups: constant text that is copied into bundles as it is.

use std::collections::BTreeMap;

use super::File;

/// Names each file and embeds it.
macro_rules! texts {
    ($folder:literal: $($name:literal)*) => { &[$(($name, include_str!(concat!($folder, "/", $name)))),*] };
}

const COMMAND: &str = include_str!("runtime/rollback.sh");

const LIBRARY: &[(&str, &str)] = texts!("runtime/lib":
    "artifact.sh" "ask.sh" "backup.sh" "change.sh" "check.sh" "child.sh" "claim.sh" "claims.sh" "commands.sh" "decide.sh" "dryrun.sh"
    "edit.sh" "edit-there.sh" "fallback.sh" "flag.sh" "gate.sh" "guard.sh" "host.sh" "http.sh" "journal.sh" "list.sh" "lock.sh" "loss.sh"
    "manual.sh" "message.sh" "mysql.sh" "mysql-url.sh" "names.sh" "options.sh" "parallel.sh" "params.sh" "plan.sh" "postgres.sh" "preflight.sh"
    "printf.sh" "processes.sh" "program.sh" "redact.sh" "report.sh" "run.sh" "say.sh" "settle.sh" "sql.sh" "sqlite.sh"
    "state.sh" "status.sh" "step-main.sh" "step.sh" "time.sh" "url.sh" "values.sh" "walk.sh");

const METHODS: &[(&str, &str)] = texts!("methods":
    "pg_dump-custom.take.sh" "pg_dump-directory.take.sh" "pg_dump-plain.take.sh" "pg_dump.restore.sh"
    "pg_dump.verify.sh" "sqlite.restore.sh" "sqlite.take.sh" "sqlite.verify.sh" "table-copy-postgres.restore.sh"
    "mysqldump.restore.sh" "mysqldump.take.sh" "mysqldump.verify.sh" "table-copy-mysql.restore.sh"
    "table-copy-mysql.take.sh" "table-copy-mysql.verify.sh" "table-copy-postgres.take.sh" "table-copy-postgres.verify.sh" "table-copy-sqlite.restore.sh"
    "table-copy-sqlite.take.sh" "table-copy-sqlite.verify.sh");

/// Adds `rollback` and `lib/`.
pub(super) fn write(files: &mut BTreeMap<String, File>) {
    files.insert("rollback".to_owned(), File { bytes: COMMAND.into(), executable: true });
    for (name, text) in LIBRARY {
        files.insert(format!("lib/{name}"), File { bytes: (*text).into(), executable: false });
    }
}

/// Returns the code of a part (`take`, `verify`, `restore`) of the first of these methods that has it.
pub(super) fn method(names: &[String], part: &str) -> Option<&'static str> {
    let text = |name: &String| METHODS.iter().find(|(file, _)| *file == format!("{name}.{part}.sh")).map(|(_, text)| *text);
    names.iter().find_map(text)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn on_disk(folder: &str) -> Vec<String> {
        let folder = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("src/emit/bundle").join(folder);
        let mut names = std::fs::read_dir(folder)
            .expect("the folder is there")
            .map(|entry| entry.expect("an entry").file_name().into_string().expect("a name"))
            .collect::<Vec<_>>();
        names.sort();
        names
    }

    fn embedded(texts: &[(&str, &str)]) -> Vec<String> {
        let mut names = texts.iter().map(|(name, _)| (*name).to_owned()).collect::<Vec<_>>();
        names.sort();
        names
    }

    #[test]
    fn every_file_of_the_runtime_is_embedded() {
        assert_eq!(on_disk("runtime/lib"), embedded(LIBRARY));
        assert_eq!(on_disk("methods"), embedded(METHODS));
    }
}
