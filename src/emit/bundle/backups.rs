//! `backups/NAME.conf` and the code that takes, verifies and restores: the author's, or that of a method.

use crate::diagnostic::Diagnostic;
use crate::plan::Plan;
use crate::plan::action::{Code, Language};
use crate::plan::target::{Backup, Method, TargetKind};

use super::File;
use super::code::{self, Heading};
use super::draft::{Draft, Facts};
use super::runtime;

pub(super) fn write(plan: &Plan, draft: &mut Draft) {
    for (_, backup) in plan.backups.iter() {
        write_backup(plan, backup, draft);
    }
}

fn write_backup(plan: &Plan, backup: &Backup, draft: &mut Draft) {
    let header = &backup.header;
    let name = header.name.as_str();
    let target = &plan.targets[backup.of.value];
    let about = format!("backup {name}: {}", header.title);
    let mut facts = Facts::new(draft, format!("backups/{name}.conf"), header.span, &about);
    facts.text("backup_title", &header.title).data("backup_target", &target.header.name);
    facts.maybe("backup_method", backup.method.as_ref().map(|method| method.value.words()));
    facts.place("backup_file", backup.file.as_ref().map(|file| &file.value));
    let tables = backup.tables.iter().map(|table| table.value.as_str()).collect::<Vec<_>>();
    facts.data("backup_tables", &tables.join("\n"));
    facts.seconds("backup_keep", backup.keep.as_ref().map(|keep| keep.value));
    facts.seconds("backup_take_takes", backup.take_takes.as_ref().map(|takes| takes.value));
    facts.seconds("backup_restore_takes", backup.restore_takes.as_ref().map(|takes| takes.value));
    facts.yes("backup_verify", backup.method.is_some() || backup.verify.is_some());
    facts.yes("backup_copy", backup.copy.is_some()).yes("backup_encrypt", backup.encrypt.is_some());
    facts.end();
    if let Some(method) = &backup.method {
        for tool in tools(method.value) {
            draft.tools.insert(tool);
        }
    }
    if let (Some(encrypt), Some(method)) = (&backup.encrypt, &backup.method)
        && method.value == Method::PgDumpDirectory
    {
        draft.refuse(
            Diagnostic::error("form/encrypt-directory", encrypt.span, "a directory can't be encrypted", "reads one file")
                .because(method.span, "takes a directory of files")
                .help("use `method pg_dump custom`"),
        );
    }
    write_code(plan, backup, target.kind.value, draft);
}

/// Writes each part: the author's fence where there is one, else what the method brings.
fn write_code(plan: &Plan, backup: &Backup, kind: TargetKind, draft: &mut Draft) {
    let name = &backup.header.name;
    let parts: [(&str, &Option<Code>); 6] = [
        ("take", &backup.take),
        ("verify", &backup.verify),
        ("restore", &backup.restore),
        ("copy", &backup.copy),
        ("encrypt", &backup.encrypt),
        ("decrypt", &backup.decrypt),
    ];
    for (part, fence) in parts {
        let heading = Heading::new([
            format!("Backup {name}: {}; {part}", backup.header.title),
            format!("Of the plan {}. Reads RBK_BACKUP_FILE and the connection variables of its target.", plan.header.name),
        ]);
        let text = match (fence, &backup.method) {
            (Some(fence), _) => {
                if fence.language == Language::Bash {
                    draft.tools.insert("bash");
                }
                code::script(&heading, fence)
            }
            (None, Some(method)) if matches!(part, "take" | "verify" | "restore") => {
                if let Some(text) = runtime::method(&files(method.value, kind), part) {
                    let file = File { bytes: format!("#!/bin/sh\n{text}").into_bytes(), executable: false };
                    draft.methods.insert(format!("backups/{name}/{part}.sh"), file);
                    continue;
                }
                let (words, kind) = (method.value.words(), kind.word());
                let message = format!("the bundle can't {part} a `{words}` backup of a {kind} target yet");
                draft.refuse(
                    Diagnostic::error("form/not-yet", method.span, message, "this method")
                        .help(format!("write `take`, `verify` and `restore` of `{name}` as fences")),
                );
                return;
            }
            (None, _) => continue,
        };
        draft.file(format!("backups/{name}/{part}.sh"), text);
    }
}

/// Returns the names that a method's code may go by, most specific first.
fn files(method: Method, kind: TargetKind) -> Vec<String> {
    match method {
        Method::PgDumpCustom => vec!["pg_dump-custom".to_owned(), "pg_dump".to_owned()],
        Method::PgDumpDirectory => vec!["pg_dump-directory".to_owned(), "pg_dump".to_owned()],
        Method::PgDumpPlain => vec!["pg_dump-plain".to_owned(), "pg_dump".to_owned()],
        Method::Mysqldump | Method::MariadbDump => vec!["mysqldump".to_owned()],
        Method::Sqlite => vec!["sqlite".to_owned()],
        Method::TableCopy if kind == TargetKind::Mariadb => vec!["table-copy-mysql".to_owned()],
        Method::TableCopy => vec![format!("table-copy-{}", kind.word())],
    }
}

fn tools(method: Method) -> &'static [&'static str] {
    match method {
        Method::PgDumpCustom | Method::PgDumpDirectory => &["pg_dump", "pg_restore", "psql"],
        Method::PgDumpPlain => &["pg_dump", "psql"],
        Method::Mysqldump => &["mysqldump/mariadb-dump"],
        Method::MariadbDump => &["mariadb-dump/mysqldump"],
        Method::Sqlite => &["sqlite3"],
        Method::TableCopy => &[],
    }
}
