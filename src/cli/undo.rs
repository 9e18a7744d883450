//! `rbk undo`: the inverse of SQL, for those who only want that.

use super::args::{SqlDialect, UndoArgs};
use super::compile::Input;
use super::files;
use super::output::{Exit, Stop, product, say};
use super::terminal::{self, Stream};
use crate::diagnostic::{Diagnostic, decode};
use crate::effect::sql::{Dialect, Dump, Inverse, Refusal, inverse, inverse_on};
use crate::report::{self, Checked};
use crate::source::{FileId, Sources, Span};

/// Prints the inverse, whole, or everything that stands in its way.
pub fn run(options: &UndoArgs) -> Result<Exit, Stop> {
    let input = Input::named(&options.file, None);
    let bytes = input.read().map_err(|reason| Stop::trouble(format!("{}: {reason}", files::shown(input.path()))))?;
    let name = files::shown(input.path());
    let (text, misread) = decode(bytes);
    let mut sources = Sources::default();
    let Some(file) = sources.add(name.clone(), text) else { return Err(Stop::trouble(format!("{name}: it is larger than 4 GiB"))) };
    let dialect = match options.dialect {
        SqlDialect::Postgres => Dialect::Postgres,
        SqlDialect::Mysql | SqlDialect::Mariadb => Dialect::Mysql,
        SqlDialect::Sqlite => Dialect::Sqlite,
    };
    let derived = match &options.schema {
        None => inverse(&sources.file(file).text, dialect),
        Some(schema) => {
            let input = Input::named(schema, None);
            let bytes = input.read().map_err(|reason| Stop::trouble(format!("{}: {reason}", files::shown(input.path()))))?;
            inverse_on(&sources.file(file).text, dialect, &Dump::read(&decode(bytes).0, dialect))
        }
    };
    let findings: Vec<Diagnostic> = match (misread, derived) {
        (Some(misread), _) => vec![misread.finding(file)],
        (None, Ok(inverse)) => {
            product(&written(&inverse))?;
            return Ok(Exit::Fine);
        }
        (None, Err(refusals)) => refusals.iter().map(|refusal| finding(file, refusal)).collect(),
    };
    let checked = [Checked { sources: &sources, findings: &findings }];
    say(&format!("{}{}", report::human::render(&checked, terminal::look(&options.look, Stream::Stderr)), report::summary(&checked)));
    Ok(Exit::Findings)
}

/// What does not come back, and what was written since and goes with the inverse, stands in front of it, where whoever runs it reads it.
fn written(inverse: &Inverse) -> String {
    let mut text = String::new();
    if !inverse.loses.is_empty() {
        text += &format!("-- This does not come back: {}.\n", inverse.loses.join(", "));
    }
    if !inverse.takes.is_empty() {
        text += &format!("-- What was written meanwhile goes with it: {}.\n", inverse.takes.join(", "));
    }
    inverse.statements.iter().fold(text, |all, statement| all + statement + "\n")
}

fn finding(file: FileId, refusal: &Refusal) -> Diagnostic {
    let span = Span::new(file, refusal.range.start, refusal.range.end);
    let message = "rbk can't derive the inverse of this statement";
    Diagnostic::error("reversal/no-inverse", span, message, refusal.why.clone()).help(refusal.help)
}
