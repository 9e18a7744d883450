//! `rbk check`: what would go wrong.

mod before;
mod fix;
mod gather;
mod reports;
mod watch;

use std::collections::BTreeMap;
use std::ffi::OsString;
use std::path::PathBuf;

use clap::ValueEnum;

use super::args::{CheckArgs, FailOn, ReportFormat};
use super::compile::Compiled;
use super::files::{self, Looked};
use super::output::{Exit, Stop, product, say};
use super::settings;
use super::terminal::{self, Stream};
use crate::analysis::Facts;
use crate::diagnostic::{Certainty, Severity};
use crate::graph::Graph;
use crate::plan::Plan;
use crate::profile::Coverage;
use crate::report::coverage::{Covered, covered};
use crate::report::verdicts::{Verdict, verdicts};
use crate::report::{self, Checked, Run, Trouble};
use reports::{Told, rule_texts};

/// Checks every plan, reports, and says how bad it is. What can't be read is told, and the others are checked still.
pub fn run(options: &CheckArgs) -> Result<Exit, Stop> {
    if options.watch { watch::run(options) } else { once(options, &mut |_| Ok(())) }
}

/// Who is told what is looked at, before anything is reported.
type Seen<'w> = &'w mut dyn FnMut(&Looked) -> Result<(), Stop>;

/// Checks once; `seen` gets what was looked at.
fn once(options: &CheckArgs, seen: Seen<'_>) -> Result<Exit, Stop> {
    let outcome = check(options, seen);
    if let Err(Stop::Trouble { message, help }) = &outcome {
        early(options, message, help.as_deref())?;
    }
    outcome?
}

/// Returns how a run ended that has told what it found; the error of one that has told nothing.
fn check(options: &CheckArgs, seen: Seen<'_>) -> Result<Result<Exit, Stop>, Stop> {
    reports::distinct(&options.reports)?;
    let settings = settings::load(&options.input)?;
    let mut looked = Looked::default();
    looked.files.extend(settings.file.iter().map(|file| PathBuf::from(&file.name)).chain(settings.baseline(&options.choice)));
    seen(&looked)?;
    if options.write_baseline && settings.baseline(&options.choice).is_none() {
        let help = "name it: `--baseline FILE`, or `baseline` in rbk.toml";
        return Err(Stop::advised("there is no baseline to write", help));
    }
    let policy = settings.policy(&options.choice)?;
    if options.fix || options.fix_suggested {
        let least = if options.fix_suggested { Certainty::Suggested } else { Certainty::Certain };
        let paths = files::plans(&options.files, &settings.excluded()?)?.paths;
        fix::fix(&paths, least, &settings.input(&options.input), &settings, &policy)?;
    }
    let mut gathered = gather::gather(options, &settings, &policy)?;
    let before = settings.baseline(&options.choice).map(|path| before::apply(&path, task(options), &mut gathered.compiled)).transpose()?;
    looked.files.extend(gathered.compiled.iter().flat_map(|one| one.read()));
    gathered.compiled.iter().for_each(|one| looked.add(&one.looked));
    seen(&looked)?;
    let checked: Vec<Checked<'_>> =
        gathered.compiled.iter().map(|one| Checked { sources: &one.sources, findings: &one.findings }).collect();
    let rules = rule_texts(&checked, settings.rules_url(&options.choice));
    let paths = reports::paths(&checked, &gathered.unread);
    let fails = settings.fails(&options.choice);
    let asked = |one: &&Compiled| options.verdicts || !one.profiles.is_empty();
    let derived: Vec<Derived<'_>> = gathered.compiled.iter().filter(asked).filter_map(Derived::of).collect();
    let verdicts: Vec<Verdict<'_>> = derived.iter().flat_map(|one| verdicts(one.plan, &one.graph, &one.facts)).collect();
    let verdicts = options.verdicts.then_some(verdicts.as_slice());
    let guidance: Vec<(&str, Coverage)> = derived.iter().flat_map(Derived::coverage).collect();
    let profiles: Vec<Covered<'_>> = guidance.iter().map(|(plan, coverage)| covered(plan, coverage)).collect();
    let run = Run {
        checked: &checked,
        unread: &gathered.unread,
        troubles: &[],
        rules: &rules,
        paths: &paths,
        verdicts,
        profiles: &profiles,
        before: before.as_ref(),
        fails,
    };
    let told = Told { run, look: terminal::look(&options.look, Stream::Stdout), options };
    let written = told.write_files();
    let shown = product(&told.render(options.format));
    if options.format == ReportFormat::Human && !checked.is_empty() {
        say(&report::summary(&checked));
    }
    if let Some(before) = before.as_ref().filter(|_| !matches!(options.format, ReportFormat::Json | ReportFormat::JsonLines)) {
        before::tell(before);
    }
    let exit = match gathered.unread.as_slice() {
        [] if gathered.compiled.iter().any(|one| one.has(fails)) => Ok(Exit::Findings),
        [] => Ok(Exit::Fine),
        [one] => Err(Stop::trouble(format!("{}: {}", one.file, one.reason))),
        many => {
            let each: Vec<String> = many.iter().map(|one| format!("{}: {}", one.file, one.reason)).collect();
            Err(Stop::trouble(format!("{} files can't be read\n  {}", many.len(), each.join("\n  "))))
        }
    };
    Ok(shown.and(written).and(exit))
}

/// Returns what is to be done with the findings of before.
fn task(options: &CheckArgs) -> before::Task {
    if options.write_baseline { before::Task::Write } else { before::Task::Use }
}

/// A plan without errors of form, and what follows from it.
struct Derived<'a> {
    compiled: &'a Compiled,
    plan: &'a Plan,
    graph: Graph,
    facts: Facts<'a>,
}

impl<'a> Derived<'a> {
    fn of(compiled: &'a Compiled) -> Option<Derived<'a>> {
        let plan = compiled.plan.as_ref()?;
        let (graph, _) = Graph::build(plan);
        let (facts, _) = Facts::new(plan, &graph);
        Some(Derived { compiled, plan, graph, facts })
    }
}

impl<'a> Derived<'a> {
    /// Returns how the plan answers each profile, under its name.
    fn coverage(&self) -> impl Iterator<Item = (&'a str, Coverage)> + use<'a> {
        let (name, coverage) = (self.plan.header.name.as_str(), self.compiled.coverage(self.plan, &self.graph, &self.facts));
        coverage.into_iter().map(move |coverage| (name, coverage))
    }
}

/// Tells programs about a run that ended before anything was checked, in the form that they read.
fn early(options: &CheckArgs, message: &str, help: Option<&str>) -> Result<(), Stop> {
    let troubles = [Trouble { message: message.to_owned(), help: help.map(str::to_owned) }];
    let paths = BTreeMap::new();
    let fails = options.choice.fail_on.map_or(Severity::Error, FailOn::severity);
    let run = Run::ended(&troubles, &paths, fails);
    let told = Told { run, look: terminal::look(&options.look, Stream::Stdout), options };
    // The trouble itself is told in any case; a report that can't be written either adds nothing.
    let _ = told.write_files();
    product(&told.render(options.format))
}

/// Tells programs that their arguments were not understood, in the form that they asked for as far as it can be read.
pub fn misused(words: &[OsString], message: &str) {
    let words: Vec<&str> = words.iter().filter_map(|word| word.to_str()).collect();
    if words.get(1) != Some(&"check") {
        return;
    }
    let after = words.iter().position(|word| *word == "--format").and_then(|at| words.get(at + 1)).copied();
    let Some(form) = after.or_else(|| words.iter().find_map(|word| word.strip_prefix("--format="))) else { return };
    let Ok(format) = ReportFormat::from_str(form, false) else { return };
    let message = message.trim().trim_start_matches("error: ").to_owned();
    let paths = BTreeMap::new();
    let troubles = [Trouble { message, help: None }];
    let run = Run::ended(&troubles, &paths, Severity::Error);
    if !matches!(format, ReportFormat::Human | ReportFormat::Concise) {
        let _ = product(&reports::render(format, &run, report::Look::default()));
    }
}
