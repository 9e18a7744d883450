//! The command line: arguments in, an exit status out. The only place, with `drill` and `lsp`, that reads files, the
//! environment or the clock, or prints.
//!
//! stdout carries the product, stderr the conversation. The exit status is 0 when all is well, 1 when there are findings
//! that count (or `fmt --check` or `docs --check` would change something), 2 when the command was wrong or a file could not be read or
//! written; `run` ends with the status of the bundle. A reader that goes away early ends the command quietly with 0.

#![allow(clippy::disallowed_methods, reason = "this is the room that may touch the world")]

mod args;
mod build;
mod check;
mod compile;
mod config;
mod diff;
mod docs;
mod explain;
mod files;
mod fmt;
mod graph;
mod output;
mod rules;
mod run;
mod settings;
pub mod shellcheck;
mod sign;
mod terminal;
mod undo;

use std::ffi::OsString;
use std::process::ExitCode;

use clap::Parser;

use args::{Args, Command};
use output::{Exit, Stop};

/// Carries out a command line, the program's own name first.
pub fn run(args: impl IntoIterator<Item = OsString>) -> ExitCode {
    let words: Vec<OsString> = args.into_iter().collect();
    let args = match Args::try_parse_from(&words) {
        Ok(args) => args,
        Err(error) => {
            if error.use_stderr() {
                check::misused(&words, &error.to_string());
            }
            // Help and versions go to stdout with 0, mistakes to stderr with 2; a closed stream is nobody's loss.
            let _ = error.print();
            return ExitCode::from(u8::try_from(error.exit_code()).unwrap_or(2));
        }
    };
    let outcome = match args.command {
        Command::Check(options) => check::run(&options),
        Command::Build(options) => build::run(&options),
        Command::Run(options) => run::run(&options),
        Command::Fmt(options) => fmt::run(&options),
        Command::Diff(options) => diff::run(&options),
        Command::Graph(options) => graph::run(&options),
        Command::Undo(options) => undo::run(&options),
        Command::Docs(options) => docs::run(&options),
        Command::Explain(options) => explain::run(&options),
        Command::Rules(options) => rules::run(&options),
        Command::Config(options) => config::run(&options),
    };
    match outcome {
        Ok(Exit::Fine) | Err(Stop::ReaderLeft) => ExitCode::SUCCESS,
        Ok(Exit::Findings) => ExitCode::from(1),
        Err(Stop::Trouble { message, help }) => {
            output::say(&format!("error: {message}"));
            if let Some(help) = help {
                output::say(&format!("help: {help}"));
            }
            ExitCode::from(2)
        }
    }
}
