//! What the terminal and the environment ask for: width, colour, characters; and today's date.

use std::env;
use std::io::{self, IsTerminal};

use super::args::{ColorWhen, LookArgs};
use crate::plan::value::Date;
use crate::report::{Colour, Glyphs, Look};

/// Columns that a report does not grow beyond by itself: longer lines are hard to read.
const WIDEST: usize = 120;

/// A stream that a report goes to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Stream {
    Stdout,
    Stderr,
}

/// Returns how a report on `stream` looks.
pub fn look(args: &LookArgs, stream: Stream) -> Look {
    Look { width: width(args, stream), glyphs: glyphs(args), colour: colour(args, stream) }
}

/// Returns today's date where the command runs.
pub fn today() -> Date {
    date(jiff::Zoned::now().date())
}

/// Returns a calendar date as plans know it. Years before 0 do not occur.
pub fn date(date: jiff::civil::Date) -> Date {
    Date { year: date.year().unsigned_abs(), month: date.month().unsigned_abs(), day: date.day().unsigned_abs() }
}

fn width(args: &LookArgs, stream: Stream) -> usize {
    if let Some(width) = args.width {
        return usize::from(width);
    }
    let terminal = match stream {
        Stream::Stdout => terminal_size::terminal_size_of(io::stdout()),
        Stream::Stderr => terminal_size::terminal_size_of(io::stderr()),
    };
    let asked = variable("COLUMNS").and_then(|columns| columns.parse().ok());
    let found = terminal.map(|(width, _)| usize::from(width.0)).or(asked);
    found.filter(|width| *width > 0).unwrap_or(80).min(WIDEST)
}

fn glyphs(args: &LookArgs) -> Glyphs {
    let locale = ["LC_ALL", "LC_CTYPE", "LANG"].into_iter().find_map(variable);
    let other = locale.is_some_and(|locale| {
        let locale = locale.to_lowercase();
        !locale.contains("utf-8") && !locale.contains("utf8")
    });
    if args.ascii || other { Glyphs::Ascii } else { Glyphs::Unicode }
}

fn colour(args: &LookArgs, stream: Stream) -> Colour {
    let is_terminal = || match stream {
        Stream::Stdout => io::stdout().is_terminal(),
        Stream::Stderr => io::stderr().is_terminal(),
    };
    let wanted = match args.color {
        ColorWhen::Always => true,
        ColorWhen::Never => false,
        ColorWhen::Auto if variable("NO_COLOR").is_some() => false,
        ColorWhen::Auto if variable("CLICOLOR_FORCE").is_some_and(|force| force != "0") => true,
        ColorWhen::Auto if variable("TERM").is_some_and(|term| term == "dumb") => false,
        ColorWhen::Auto => is_terminal(),
    };
    if wanted { Colour::Ansi } else { Colour::Plain }
}

/// Returns an environment variable that is set and not empty.
fn variable(name: &str) -> Option<String> {
    env::var(name).ok().filter(|value| !value.is_empty())
}
