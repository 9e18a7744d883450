//! `rbk run`: a thin door to a bundle's own `./rollback`, for those who have rbk. There is one runtime, and it is the bundle's.

use std::path::{Path, PathBuf};
use std::process::Command;

use super::args::{BuildArgs, RunArgs};
use super::build::{self, Standing};
use super::files;
use super::output::{Exit, Stop};

/// Hands over to a bundle's command, after the plan was built where it is a plan. Returns only when that could not be done.
pub fn run(options: &RunArgs) -> Result<Exit, Stop> {
    let bundle = if options.bundle.is_dir() {
        if options.output.is_some() {
            return Err(Stop::advised(
                format!("{} is a folder, and nothing is built", files::shown(&options.bundle)),
                "`-o` says where a plan is built",
            ));
        }
        options.bundle.clone()
    } else {
        let build = BuildArgs {
            file: options.bundle.clone(),
            output: options.output.clone(),
            sign: None,
            look: options.look.clone(),
            input: options.input.clone(),
        };
        match build::into(&build, Standing::Left)? {
            Some((place, _)) => place,
            None => return Ok(Exit::Findings),
        }
    };
    hand_over(&bundle, options)
}

fn hand_over(bundle: &Path, options: &RunArgs) -> Result<Exit, Stop> {
    let command = bundle.join("rollback");
    if !command.is_file() {
        return Err(Stop::advised(
            format!("{} is no bundle: there is no `rollback` in it", files::shown(bundle)),
            "name a plan, or a folder that `rbk build` wrote",
        ));
    }
    // A name without a slash would be looked for on the PATH.
    let program = if command.parent() == Some(Path::new("")) { PathBuf::from(".").join(&command) } else { command.clone() };
    let mut process = Command::new(program);
    process.args(&options.words);
    Err(started(process, &command))
}

/// Becomes the bundle's process, so that its terminal, its signals and its exit status are those of the command.
#[cfg(unix)]
fn started(mut process: Command, command: &Path) -> Stop {
    use std::os::unix::process::CommandExt;
    let error = process.exec();
    Stop::advised(format!("{} can't be run: {error}", files::shown(command)), format!("try `sh {}`", files::shown(command)))
}

#[cfg(not(unix))]
fn started(_: Command, command: &Path) -> Stop {
    Stop::advised(format!("{} is a shell script", files::shown(command)), "run it where there is a POSIX shell")
}
