//! What a command gives back, and the two streams that it talks through.

use std::io::{self, Write};

/// How a command ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Exit {
    Fine,
    /// There are findings that count.
    Findings,
}

/// Why a command did not come to its end.
#[derive(Debug, PartialEq, Eq)]
pub enum Stop {
    /// Whoever read stdout has gone away; `rbk … | head` is no failure.
    ReaderLeft,
    Trouble {
        message: String,
        help: Option<String>,
    },
}

impl Stop {
    /// Returns trouble without advice.
    pub fn trouble(message: impl Into<String>) -> Stop {
        Stop::Trouble { message: message.into(), help: None }
    }

    /// Returns trouble and what to do about it.
    pub fn advised(message: impl Into<String>, help: impl Into<String>) -> Stop {
        Stop::Trouble { message: message.into(), help: Some(help.into()) }
    }
}

/// Writes the product to stdout, whole.
pub fn product(text: &str) -> Result<(), Stop> {
    let mut stdout = io::stdout().lock();
    match stdout.write_all(text.as_bytes()).and_then(|()| stdout.flush()) {
        Ok(()) => Ok(()),
        Err(error) if error.kind() == io::ErrorKind::BrokenPipe => Err(Stop::ReaderLeft),
        Err(error) => Err(Stop::trouble(format!("stdout can't be written: {error}"))),
    }
}

/// Says a line on stderr. Nobody listening is no failure.
pub fn say(line: &str) {
    let mut stderr = io::stderr().lock();
    let _ = writeln!(stderr, "{line}");
}
