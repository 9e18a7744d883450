//! A terminal session: files in a directory of its own, a command, and what came of it. The environment is scrubbed, so
//! that a developer's `NO_COLOR` or locale changes no test.

use std::fs;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use tempfile::TempDir;

/// A session that is being set up.
pub struct Rbk {
    folder: TempDir,
    arguments: Vec<String>,
    input: Option<Vec<u8>>,
    environment: Vec<(String, String)>,
    from: PathBuf,
}

/// What a command left behind.
pub struct Ran {
    pub stdout: String,
    pub stderr: String,
    pub status: i32,
    folder: TempDir,
}

impl Rbk {
    /// Returns a session in an empty directory.
    pub fn new() -> Rbk {
        Rbk { folder: tempfile::tempdir().unwrap(), arguments: Vec::new(), input: None, environment: Vec::new(), from: PathBuf::new() }
    }

    /// Writes a file, and the folders that it lies in.
    pub fn file(self, path: &str, text: impl AsRef<[u8]>) -> Rbk {
        let path = self.folder.path().join(path);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
        self
    }

    /// Says the command's arguments, parted by blanks.
    pub fn args(mut self, arguments: &str) -> Rbk {
        self.arguments = arguments.split_whitespace().map(str::to_owned).collect();
        self
    }

    /// Runs the command in a folder of the session.
    pub fn from(mut self, folder: &str) -> Rbk {
        self.from = PathBuf::from(folder);
        self
    }

    /// Gives the command something to read.
    pub fn stdin(mut self, text: impl AsRef<[u8]>) -> Rbk {
        self.input = Some(text.as_ref().to_vec());
        self
    }

    /// Sets a variable of the environment, which is empty otherwise.
    pub fn env(mut self, name: &str, value: &str) -> Rbk {
        self.environment.push((name.to_owned(), value.to_owned()));
        self
    }

    /// Runs the command to its end.
    pub fn run(self) -> Ran {
        let mut command = Command::new(env!("CARGO_BIN_EXE_rbk"));
        command
            .args(&self.arguments)
            .current_dir(self.folder.path().join(&self.from))
            .env_clear()
            .env("TZ", "UTC")
            .envs(self.environment)
            .stdin(if self.input.is_some() { Stdio::piped() } else { Stdio::null() })
            .stdout(Stdio::piped())
            .stderr(Stdio::piped());
        let mut child = command.spawn().unwrap();
        if let Some(input) = self.input {
            child.stdin.take().unwrap().write_all(&input).unwrap();
        }
        let output = child.wait_with_output().unwrap();
        let place = self.folder.path().canonicalize().unwrap();
        let text = |bytes: Vec<u8>| String::from_utf8(bytes).unwrap().replace(place.to_str().unwrap(), "[folder]");
        Ran { stdout: text(output.stdout), stderr: text(output.stderr), status: output.status.code().unwrap(), folder: self.folder }
    }
}

impl Ran {
    /// Returns a file's text after the command.
    pub fn read(&self, path: &str) -> String {
        fs::read_to_string(self.folder.path().join(path)).unwrap()
    }

    /// Goes on in the same directory.
    pub fn then(self) -> Rbk {
        Rbk { folder: self.folder, ..Rbk::new() }
    }

    /// Returns the session's directory.
    pub fn path(&self) -> &Path {
        self.folder.path()
    }

    /// Returns the whole session as a terminal would have shown it, streams apart.
    pub fn session(&self) -> String {
        let part = |name: &str, text: &str| if text.is_empty() { String::new() } else { format!("--- {name}\n{text}") };
        format!("{}{}--- status {}\n", part("stdout", &self.stdout), part("stderr", &self.stderr), self.status)
    }
}
