//! Loads the files that say what a target's tables look like before the plan: its `schema`, or that of the drill.

use std::sync::Arc;

use super::target::SchemaFile;
use super::{DrillDataKind, Plan};
use crate::diagnostic::{self, Diagnostic, Severity};
use crate::source::{Loader, Sources, Spanned};

impl SchemaFile {
    /// Returns the file that a plan names, before it is read.
    pub fn named(path: Spanned<String>) -> SchemaFile {
        SchemaFile { path, name: String::new(), text: Arc::from("") }
    }
}

/// Loads the schema of each target. A target's own word stands before the drill's.
pub fn load(plan: &mut Plan, sources: &Sources, loader: &dyn Loader, findings: &mut Vec<Diagnostic>) {
    // With an error among them, ids may be of nothing.
    let sound = findings.iter().all(|finding| finding.severity != Severity::Error);
    let of_drill = plan.drill.iter().filter(|_| sound).flat_map(|drill| &drill.data).filter(|data| data.kind == DrillDataKind::Schema);
    for data in of_drill {
        let target = &mut plan.targets[data.target];
        if target.schema.is_none() && target.kind.value.is_database() {
            target.schema = Some(SchemaFile::named(data.file.clone()));
        }
    }
    for id in plan.targets.ids().collect::<Vec<_>>() {
        if let Some(schema) = &mut plan.targets[id].schema {
            findings.extend(read(schema, sources, loader).err());
        }
    }
}

fn read(schema: &mut SchemaFile, sources: &Sources, loader: &dyn Loader) -> Result<(), Diagnostic> {
    let span = schema.path.span;
    let wanted = &schema.path.value;
    let (name, bytes) = loader.load(&sources.file(span.file).name, wanted).map_err(|error| {
        Diagnostic::error("reference/missing-file", span, format!("can't read the schema `{wanted}`: {}", error.0), "named here")
            .help("paths are relative to the file that names them, and stay below the root")
    })?;
    let (text, misread) = diagnostic::decode(bytes);
    if misread.is_some() {
        let message = format!("the schema `{wanted}` is not UTF-8 text: rbk reads SQL");
        let help = "write it as SQL: `pg_dump --schema-only`, `mysqldump --no-data`, `.schema` of sqlite3";
        return Err(Diagnostic::error("syntax/encoding", span, message, "named here").help(help));
    }
    schema.name = name;
    schema.text = Arc::from(text);
    Ok(())
}
