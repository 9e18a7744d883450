//! `rbk fmt`: one layout for every plan.

use std::fmt::Write;

use similar::TextDiff;

use super::args::{FmtArgs, InputArgs};
use super::compile::Input;
use super::files;
use super::output::{Exit, Stop, product, say};
use super::settings;
use crate::fmt::format;
use crate::source::Sources;
use crate::syntax;

/// Lays out every file, or says what would change.
pub fn run(options: &FmtArgs) -> Result<Exit, Stop> {
    let paths = files::plans(&options.files, &settings::load(&InputArgs::default())?.excluded()?)?.paths;
    let only_looks = options.check || options.diff;
    let mut out = String::new();
    let mut changed = Vec::new();
    for path in &paths {
        let input = Input::named(path, options.stdin_filename.as_deref());
        let name = files::shown(input.path());
        let bytes = input.read().map_err(|reason| Stop::trouble(format!("{name}: {reason}")))?;
        let text = String::from_utf8(bytes)
            .map_err(|_| Stop::advised(format!("{name} is not UTF-8 and stays as it is"), format!("`rbk check {name}` says where")))?;
        let formatted = laid_out(&name, &text)?;
        if options.diff && formatted != text {
            let header = (format!("{name} (as it is)"), format!("{name} (laid out)"));
            let diff = TextDiff::from_lines(&text, &formatted);
            let _ = write!(out, "{}", diff.unified_diff().header(&header.0, &header.1));
        }
        match &input {
            Input::Stdin(_) if !only_looks => out.push_str(&formatted),
            Input::File(path) if !only_looks && formatted != text => files::write(path, &formatted)?,
            _ => {}
        }
        if formatted != text {
            changed.push(name);
        }
    }
    if options.check && !options.diff {
        out = changed.iter().map(|name| format!("{name}\n")).collect();
    }
    product(&out)?;
    if !only_looks {
        return Ok(Exit::Fine);
    }
    match changed.len() {
        0 => Ok(Exit::Fine),
        count => {
            let files = if count == 1 { "1 file".to_owned() } else { format!("{count} files") };
            say(&format!("{files} would be laid out anew; `rbk fmt` does it"));
            Ok(Exit::Findings)
        }
    }
}

/// Returns a plan's text in its one layout. What does not parse stays as it is, and that is said.
fn laid_out(name: &str, text: &str) -> Result<String, Stop> {
    let mut sources = Sources::default();
    let Some(file) = sources.add(name, text) else {
        return Err(Stop::trouble(format!("{name}: longer than 4 GiB")));
    };
    let parsed = syntax::parse(&sources, file);
    if let Some(first) = parsed.findings.first() {
        let file = sources.file(first.span().file);
        let place = file.lines.position(&file.text, first.span().start as usize);
        say(&format!("{name}:{}:{}: {}: left as it is around here", place.line, place.column, first.message));
    }
    Ok(format(&sources, file, &parsed.tree))
}
