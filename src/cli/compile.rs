//! From a path to everything that is known about the plan there. Each command begins here.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use super::args::InputArgs;
use super::files::{self, Around, Disk, Looked};
use super::output::Stop;
use super::settings;
use super::shellcheck;
use super::terminal;
use crate::analysis::Facts;
use crate::diagnostic::{self, Diagnostic, Severity};
use crate::graph::Graph;
use crate::plan::value::Date;
use crate::plan::{self, Plan};
use crate::profile::{Coverage, Profile, Seen};
use crate::repository;
use crate::rules::{self, Context, Remark};
use crate::source::{Loader, Repository, Sources};

/// Where a plan's text comes from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Input {
    File(PathBuf),
    /// `-`, and the name that it is given in messages.
    Stdin(PathBuf),
}

impl Input {
    /// Returns the input that an argument names; `name` is what stdin is called.
    pub fn named(argument: &Path, name: Option<&Path>) -> Input {
        match argument == Path::new("-") {
            true => Input::Stdin(name.unwrap_or(Path::new("<stdin>")).to_owned()),
            false => Input::File(argument.to_owned()),
        }
    }

    /// Returns the path by which messages know it, and from which its own paths start.
    pub fn path(&self) -> &Path {
        match self {
            Input::File(path) | Input::Stdin(path) => path,
        }
    }

    /// Reads it, or says why not.
    pub fn read(&self) -> Result<Vec<u8>, String> {
        match self {
            Input::File(path) => files::read(path),
            Input::Stdin(_) => files::stdin(),
        }
    }
}

/// A plan that was compiled: its files, what it says, and what is wrong with it.
#[derive(Debug)]
pub struct Compiled {
    pub sources: Sources,
    /// `None` when the text declares no plan.
    pub plan: Option<Plan>,
    /// The guidance that it is held to.
    pub profiles: Vec<&'static Profile>,
    /// Sorted. What rules find is among them when nothing else is an error.
    pub findings: Vec<Diagnostic>,
    /// What was looked up for it, whether it was there or not.
    pub looked: Looked,
}

impl Compiled {
    /// Returns whether anything was found that is at least as bad as `severity`.
    pub fn has(&self, severity: Severity) -> bool {
        self.findings.iter().any(|finding| finding.severity >= severity)
    }

    /// Returns how the plan answers the guidance that it is held to.
    pub fn coverage(&self, plan: &Plan, graph: &Graph, facts: &Facts<'_>) -> Vec<Coverage> {
        let seen = Seen { plan, graph, facts };
        self.profiles.iter().map(|profile| profile.coverage(&seen, &self.findings)).collect()
    }

    /// Returns the paths of every file that was read for the plan, its own among them.
    pub fn read(&self) -> impl Iterator<Item = PathBuf> {
        let schemas = self.plan.iter().flat_map(|plan| plan.targets.iter()).filter_map(|(_, target)| target.schema.as_ref());
        let of_plan = self.sources.iter().map(|(_, file)| file.name.as_str());
        of_plan.chain(schemas.map(|schema| schema.name.as_str())).map(PathBuf::from)
    }

    /// Returns the paths of every file of the language that the root plan brought in.
    pub fn used(&self) -> BTreeSet<PathBuf> {
        self.sources.iter().skip(1).map(|(_, file)| PathBuf::from(&file.name)).collect()
    }
}

/// Compiles the plan in `bytes`, read from `input`.
pub fn compile(input: &Input, bytes: Vec<u8>, options: &InputArgs) -> Result<Compiled, Stop> {
    let disk = Disk::around(input.path(), options.root.as_deref())?;
    let around = Around::new(input.path(), options.root.as_deref());
    let repository = around.as_ref().map(|around| around as &dyn Repository);
    let mut compiled = compile_with(&files::shown(input.path()), bytes, (&disk, repository), options)?;
    compiled.looked = disk.looked();
    around.iter().for_each(|around| compiled.looked.add(&around.looked()));
    Ok(compiled)
}

/// Compiles the plan in `bytes`, which is called `name`. The loader reads what it uses, the repository is what its commands are looked
/// up in.
pub fn compile_with(
    name: &str,
    bytes: Vec<u8>,
    (loader, around): (&dyn Loader, Option<&dyn Repository>),
    options: &InputArgs,
) -> Result<Compiled, Stop> {
    let mut sources = Sources::default();
    let (text, misread) = diagnostic::decode(bytes);
    let Some(root) = sources.add(name, text) else {
        return Err(Stop::trouble(format!("{name}: longer than 4 GiB")));
    };
    if let Some(misread) = misread {
        return Ok(Compiled {
            sources,
            plan: None,
            profiles: Vec::new(),
            findings: vec![misread.finding(root)],
            looked: Looked::default(),
        });
    }
    let compiled = plan::compile(&mut sources, root, loader);
    let mut findings = compiled.findings;
    if let Some(plan) = &compiled.plan {
        let today = options.today.unwrap_or_else(terminal::today);
        let found = around.map(|around| repository::look(&sources, plan, around)).unwrap_or_default();
        let remarks = if options.shellcheck { Some(shellcheck::remarks(&sources, plan)?) } else { None };
        let (repository, remarks) = (&found, remarks.as_deref());
        let judged = Judged { sources: &sources, plan, repository, remarks, today, profiles: &options.profiles };
        findings.extend(judge(&judged, &findings));
    }
    diagnostic::sort(&mut findings);
    Ok(Compiled { sources, plan: compiled.plan, profiles: options.profiles.clone(), findings, looked: Looked::default() })
}

/// Reads and compiles the plan at `path`; a file that can't be read is trouble.
pub fn open(path: &Path, options: &InputArgs) -> Result<Compiled, Stop> {
    let (input, bytes, options) = begin(path, options)?;
    // What guidance asks for and a plan does not say keeps nobody from a runbook or a bundle: `rbk check` tells it.
    let held = InputArgs { profiles: Vec::new(), ..options.clone() };
    Ok(Compiled { profiles: options.profiles, ..compile(&input, bytes, &held)? })
}

/// Does the same without a look at the repository around it.
pub fn open_alone(path: &Path, options: &InputArgs) -> Result<Compiled, Stop> {
    let (_, bytes, options) = begin(path, options)?;
    let disk = Disk::around(path, options.root.as_deref())?;
    compile_with(&files::shown(path), bytes, (&disk, None), &options)
}

/// Reads a plan's text, and the settings that hold for it.
fn begin(path: &Path, options: &InputArgs) -> Result<(Input, Vec<u8>, InputArgs), Stop> {
    let input = Input::named(path, None);
    let bytes = input.read().map_err(|reason| Stop::trouble(format!("{}: {reason}", files::shown(path))))?;
    Ok((input, bytes, settings::load(options)?.input(options)))
}

/// What is judged, and in which light.
struct Judged<'a> {
    sources: &'a Sources,
    plan: &'a Plan,
    repository: &'a repository::Facts,
    remarks: Option<&'a [Remark]>,
    today: Date,
    profiles: &'a [&'static Profile],
}

/// Returns what the graph, the facts and the rules find. Rules are asked only about a plan that says what it means: on a plan with
/// errors they would report what follows from them.
fn judge(it: &Judged<'_>, before: &[Diagnostic]) -> Vec<Diagnostic> {
    let Judged { sources, plan, repository, remarks, today, profiles } = *it;
    let broken = |findings: &[Diagnostic]| findings.iter().any(|finding| finding.severity == Severity::Error);
    let (graph, mut findings) = Graph::build(plan);
    if broken(before) || broken(&findings) {
        return findings;
    }
    let (facts, unsaid) = Facts::new(plan, &graph);
    findings.extend(unsaid);
    if broken(&findings) {
        return findings;
    }
    findings.extend(rules::check(&Context { sources, plan, graph: &graph, facts: &facts, repository, today, profiles, remarks }));
    findings
}
