//! ShellCheck, asked about the shell of a plan: each script apart, under the options that a bundle runs it with.
//!
//! Owns how it is called and what its answer means in the plan's lines. What becomes of a remark is the matter of `rules::sh::shellcheck`.

use std::collections::BTreeSet;
use std::fs::{self, DirBuilder};
use std::io;
use std::os::unix::fs::DirBuilderExt as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::atomic::{AtomicU64, Ordering};

use serde_json::Value;

use super::output::Stop;
use crate::analysis::shell;
use crate::diagnostic::Severity;
use crate::plan::Plan;
use crate::plan::action::{Code, Language};
use crate::rules::Remark;
use crate::source::{Sources, Span};

/// How many scripts it is given at a time: a command line has an end.
const AT_ONCE: usize = 500;

/// What it says that does not hold in a bundle, or that a rule of our own says better.
///
/// A file that is sourced is not there when a plan is written (1090, 1091). What nobody sets is `reference/undeclared-variable` (2154);
/// what stands without quotes is `sh/unquoted` (2086).
const LEFT_OUT: &str = "--exclude=SC1090,SC1091,SC2086,SC2154";

/// Returns what ShellCheck says about the shell of a plan, in the order of its scripts.
pub fn remarks(sources: &Sources, plan: &Plan) -> Result<Vec<Remark>, Stop> {
    let mut seen = BTreeSet::new();
    let mut scripts: Vec<&Code> = shell::all(plan).into_iter().map(|(_, code)| code).filter(|code| seen.insert(code.span)).collect();
    scripts.sort_by_key(|code| (code.language == Language::Bash, code.span));
    let mut found = Vec::new();
    for same in scripts.chunk_by(|one, other| one.language == other.language) {
        for some in same.chunks(AT_ONCE) {
            found.extend(ask(sources, some)?);
        }
    }
    found.sort_by_key(|remark| remark.span);
    Ok(found)
}

fn ask(sources: &Sources, scripts: &[&Code]) -> Result<Vec<Remark>, Stop> {
    let folder = Folder::new().map_err(|error| Stop::trouble(format!("a folder for ShellCheck can't be made: {error}")))?;
    let bash = scripts.first().is_some_and(|code| code.language == Language::Bash);
    let first = if bash { "set -euo pipefail\n" } else { "set -eu\n" };
    let mut command = Command::new("shellcheck");
    command.args(["--norc", "--format=json1", "--severity=info", LEFT_OUT, if bash { "--shell=bash" } else { "--shell=sh" }]);
    for (at, code) in scripts.iter().enumerate() {
        let name = format!("{at}.sh");
        let written = fs::write(folder.0.join(&name), format!("{first}{}", code.text));
        written.map_err(|error| Stop::trouble(format!("ShellCheck can't be given a script: {error}")))?;
        command.arg(name);
    }
    let output = command.current_dir(&folder.0).stdin(Stdio::null()).output().map_err(|error| match error.kind() {
        io::ErrorKind::NotFound => Stop::advised(
            "`--shellcheck` needs ShellCheck, and there is none here",
            "install it (on Debian and Ubuntu: `apt-get install shellcheck`), or leave the option out",
        ),
        _ => Stop::trouble(format!("ShellCheck can't be started: {error}")),
    })?;
    // 0 is nothing found, 1 something.
    if !matches!(output.status.code(), Some(0 | 1)) {
        let said = String::from_utf8_lossy(&output.stderr);
        return Err(Stop::trouble(format!("ShellCheck failed: {}", said.lines().next().unwrap_or("it says nothing"))));
    }
    let answer: Value =
        serde_json::from_slice(&output.stdout).map_err(|error| Stop::trouble(format!("ShellCheck's answer can't be read: {error}")))?;
    let comments = answer.get("comments").and_then(Value::as_array).map_or(&[][..], Vec::as_slice);
    Ok(comments.iter().filter_map(|comment| remark(sources, scripts, comment)).collect())
}

/// Returns one of its comments as a remark on the plan.
fn remark(sources: &Sources, scripts: &[&Code], comment: &Value) -> Option<Remark> {
    let number = |key: &str| comment.get(key).and_then(Value::as_u64).and_then(|number| usize::try_from(number).ok());
    let text = |key: &str| comment.get(key).and_then(Value::as_str);
    let code = scripts.get(text("file")?.strip_suffix(".sh")?.parse::<usize>().ok()?)?;
    // The first line is ours.
    let start = offset(&code.text, number("line")?.saturating_sub(1), number("column")?);
    let end = offset(&code.text, number("endLine")?.saturating_sub(1), number("endColumn")?).max(start);
    let severity = match text("level")? {
        "error" => Severity::Error,
        "warning" => Severity::Warning,
        _ => Severity::Info,
    };
    let place: Span = code.place(&sources.file(code.span.file).text, &(start..end));
    Some(Remark { span: place, code: number("code")?, severity, message: text("message")?.to_owned() })
}

/// Returns the byte at a line and a column, both from 1, columns in characters.
fn offset(text: &str, line: usize, column: usize) -> usize {
    let start: usize = text.split_inclusive('\n').take(line.saturating_sub(1)).map(str::len).sum();
    let rest = text[start..].split('\n').next().unwrap_or_default();
    start + rest.char_indices().nth(column.saturating_sub(1)).map_or(rest.len(), |(at, _)| at)
}

/// A folder for a moment, which nobody else looks into.
struct Folder(PathBuf);

impl Folder {
    fn new() -> io::Result<Folder> {
        static NEXT: AtomicU64 = AtomicU64::new(0);
        loop {
            let number = NEXT.fetch_add(1, Ordering::Relaxed);
            let path = Path::new(&std::env::temp_dir()).join(format!("rbk-shellcheck-{}-{number}", std::process::id()));
            match DirBuilder::new().mode(0o700).create(&path) {
                Ok(()) => return Ok(Folder(path)),
                Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {}
                Err(error) => return Err(error),
            }
        }
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.0);
    }
}

#[cfg(test)]
mod tests {
    use super::offset;

    #[test]
    fn columns_count_characters() {
        let text = "a\nä ö\nz";
        let at = |line, column| &text[offset(text, line, column)..];
        assert_eq!(at(1, 1), text);
        assert_eq!(at(2, 3), "ö\nz");
        assert_eq!(at(2, 4), "\nz");
        assert_eq!(at(2, 9), "\nz");
        assert_eq!(at(3, 2), "");
        assert_eq!(at(9, 1), "");
        assert_eq!(at(0, 1), text);
    }
}
