//! `rbk diff`: what a change of a plan does to its safety.

use std::path::Path;

use super::args::{DiffArgs, DiffFormat, InputArgs};
use super::compile::{Compiled, compile_with, open_alone};
use super::files::{self, Revision};
use super::output::{Exit, Stop, product, say};
use super::settings;
use super::terminal::{self, Stream};
use crate::analysis::Facts;
use crate::diagnostic::Severity;
use crate::diff::{Effect, Safety, compare};
use crate::graph::Graph;
use crate::report::{self, Checked, differences};

/// Compares two plans. The exit status is 1 when anything is worse.
pub fn run(options: &DiffArgs) -> Result<Exit, Stop> {
    let head = files::shown(&options.first);
    let (old, new) = match &options.second {
        Some(second) => (options.first.clone(), second.clone()),
        None => (format!("HEAD:{head}").into(), options.first.clone()),
    };
    let (before, after) = (read(&old, &options.input)?, read(&new, &options.input)?);
    let Some(before) = safety(&before) else {
        tell(&before, options);
        let help = "compare with a version that `rbk check` could read";
        return Err(Stop::advised(format!("{} has errors, so that nobody knows what it said", files::shown(&old)), help));
    };
    let Some(now) = safety(&after) else {
        tell(&after, options);
        say(&format!("{} has errors, so that nobody knows what it says", files::shown(&new)));
        return Ok(Exit::Findings);
    };
    let found = compare(&before, &now);
    product(&match options.format {
        DiffFormat::Human => differences::human(&found, terminal::look(&options.look, Stream::Stdout).width),
        DiffFormat::Json => differences::json(&files::shown(&old), &files::shown(&new), &found),
        DiffFormat::Markdown => differences::markdown(&found),
    })?;
    if options.format == DiffFormat::Human {
        say(&differences::summary(&found));
    }
    let is_worse = found.iter().any(|difference| difference.effect == Effect::Worse);
    Ok(if is_worse { Exit::Findings } else { Exit::Fine })
}

/// Reads a plan: a file, or, where there is none of that name, a file of a revision.
fn read(path: &Path, options: &InputArgs) -> Result<Compiled, Stop> {
    let name = files::shown(path);
    match Revision::parse(&name).filter(|_| !path.exists()) {
        Some((revision, inside)) => {
            let bytes = revision.read(inside).map_err(|reason| Stop::trouble(format!("{name}: {reason}")))?;
            compile_with(&name, bytes, (&revision, None), &settings::load(options)?.input(options))
        }
        // What the repository holds today says nothing of the other side.
        None => open_alone(path, options),
    }
}

/// Returns what is compared; `None` when the plan can't be read.
fn safety(compiled: &Compiled) -> Option<Safety> {
    let plan = compiled.plan.as_ref()?;
    let (graph, _) = Graph::build(plan);
    let (facts, _) = Facts::new(plan, &graph);
    Some(Safety::of(plan, &graph, &facts, &compiled.findings, &compiled.sources))
}

fn tell(compiled: &Compiled, options: &DiffArgs) {
    let errors: Vec<_> = compiled.findings.iter().filter(|finding| finding.severity == Severity::Error).cloned().collect();
    let checked = [Checked { sources: &compiled.sources, findings: &errors }];
    say(report::human::render(&checked, terminal::look(&options.look, Stream::Stderr)).trim_end());
}
