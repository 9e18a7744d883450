//! What stands before the programs that the bundle calls: each call is counted, and at one of them a fault happens.
//!
//! So a fault can be put before and after every line of the journal, before, during and after every call of a database's client,
//! and at every place in between, and again at the same place.

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};

use crate::servers;

/// Every program that the runtime calls, as far as it is here.
const TOOLS: &[&str] = &[
    "awk",
    "cat",
    "chmod",
    "cmp",
    "comm",
    "cp",
    "cut",
    "date",
    "dd",
    "dirname",
    "find",
    "grep",
    "head",
    "ls",
    "mkdir",
    "mkfifo",
    "mv",
    "od",
    "ps",
    "rm",
    "rmdir",
    "sed",
    "sha256sum",
    "sleep",
    "sort",
    "sync",
    "tail",
    "tr",
    "uname",
    "wc",
    "sqlite3",
    "psql",
    "pg_dump",
    "pg_restore",
    "mariadb",
    "mariadb-dump",
    "curl",
];

/// Which calls are counted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Place {
    /// After a line of the journal was written: what makes it durable is called then.
    AfterLine,
    /// Before a line of the journal is written: what tells the time is called then.
    BeforeLine,
    /// At the database's client.
    Client,
    /// In the middle of a step of shell.
    Step,
    /// At any program whatever.
    Anywhere,
}

impl Place {
    /// Returns the programs whose calls are counted.
    pub fn tools(self, client: &str) -> String {
        match self {
            Place::AfterLine => "sync".to_owned(),
            Place::BeforeLine => "date".to_owned(),
            Place::Client => client.to_owned(),
            Place::Step => "fire-point".to_owned(),
            Place::Anywhere => TOOLS.join(" "),
        }
    }

    /// Returns the folders of the stand-ins that it needs.
    pub fn folders(self, client: &str) -> String {
        if self == Place::Anywhere { "all".to_owned() } else { self.tools(client) }
    }

    /// Returns how many of these calls are to its programs.
    pub fn among(self, calls: &str, client: &str) -> u32 {
        let tools = self.tools(client);
        let tools: Vec<&str> = tools.split(' ').collect();
        calls.lines().filter(|call| tools.contains(call)).count() as u32
    }

    /// Returns it as a word of a trial's name.
    pub fn word(self) -> &'static str {
        match self {
            Place::AfterLine => "after-line",
            Place::BeforeLine => "before-line",
            Place::Client => "client",
            Place::Step => "step",
            Place::Anywhere => "call",
        }
    }
}

/// Returns where a program lies.
pub fn found(program: &str) -> Option<PathBuf> {
    std::env::split_paths(&servers::path()).map(|folder| folder.join(program)).find(|file| file.is_file())
}

/// Where the stand-ins of a run lie below `folder`. Each costs a process, so that a run has those alone that it needs: `fire-point` always, and
/// those whose calls are counted; all of them where any call may be the one.
pub fn folders(folder: &Path, of: &str) -> Vec<PathBuf> {
    let mut folders: Vec<PathBuf> = of.split(' ').filter(|word| !word.is_empty()).map(|word| folder.join(word)).collect();
    folders.push(folder.join("fire-point"));
    folders
}

/// Writes a stand-in for each program, in a folder of its own and in `all`.
pub fn write(folder: &Path) {
    let write = |tool: &str, first: &str, last: &str| {
        write_one(&folder.join(tool), tool, first, last);
        write_one(&folder.join("all"), tool, first, last);
    };
    for tool in TOOLS {
        let Some(real) = found(tool) else { continue };
        write(tool, &format!("fire_tool={}", real.display()), "exec \"$fire_tool\" ${1+\"$@\"}");
    }
    write("fire-point", "fire_tool=:", "exit 0");
}

fn write_one(folder: &Path, tool: &str, first: &str, last: &str) {
    fs::create_dir_all(folder).expect("the folder is made");
    // A clock that was set back stays so.
    let clock = if tool == "date" {
        "if [ -e \"$FIRE/clock\" ]; then exec \"$fire_tool\" -d \"@$(($(\"$fire_tool\" +%s) - 7200))\" ${1+\"$@\"}; fi\n"
    } else {
        ""
    };
    let text = format!(
        r#"#!/bin/sh
{first}
[ -z "${{FIRE_CALLS-}}" ] || echo {tool} >>"$FIRE_CALLS"
case "$*" in *"${{FIRE_CANARY:-$$ no canary}}"*) echo {tool} >>"$FIRE/leaks" ;; esac
case " $FIRE_TOOLS " in
    *" {tool} "*)
        fire_count=0
        read -r fire_count <"$FIRE/count"
        fire_count=$((${{fire_count:-0}} + 1))
        echo "$fire_count" >"$FIRE/count"
        if [ "$fire_count" = "${{FIRE_AT:-0}}" ] && /bin/mkdir "$FIRE/fired" 2>/dev/null; then
            read -r fire_runner <"$FIRE/runner"
            . "$FIRE/fault"
        fi
        ;;
esac 2>/dev/null
{clock}{last}
"#
    );
    let path = folder.join(tool);
    fs::write(&path, text).expect("the folder is writable");
    fs::set_permissions(&path, fs::Permissions::from_mode(0o755)).expect("it is ours");
}
