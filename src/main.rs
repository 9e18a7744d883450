//! The command `rbk`; everything it does is in the library.

use std::process::ExitCode;

fn main() -> ExitCode {
    rbk::cli::run(std::env::args_os())
}
