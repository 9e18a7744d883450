//! `rbk build`: the bundle, written whole or not at all.

use std::path::PathBuf;

use super::args::BuildArgs;
use super::compile::{Compiled, open};
use super::files::{self, NewFile};
use super::output::{Exit, Stop, say};
use super::sign::{SIGNATURE, sign};
use super::terminal::{self, Stream};
use crate::analysis::Facts;
use crate::diagnostic::{self, Diagnostic, Severity};
use crate::emit::bundle::{self, Bundle};
use crate::emit::runbook;
use crate::graph::Graph;
use crate::plan::Plan;
use crate::report::{self, Checked};

/// Compiles a plan into a directory. With errors nothing is written.
pub fn run(options: &BuildArgs) -> Result<Exit, Stop> {
    let Some((place, count)) = into(options, Standing::Replaced)? else { return Ok(Exit::Findings) };
    let shown = files::shown(&place);
    say(&format!("{shown}: {count} files; `{shown}/rollback` says where things stand and what to type next"));
    Ok(Exit::Fine)
}

/// What becomes of a bundle that holds the same bytes already.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Standing {
    Replaced,
    /// A run of it may be under way.
    Left,
}

/// Compiles a plan into a directory and returns it, with how many files it holds; `None` where errors keep it from being written.
pub fn into(options: &BuildArgs, standing: Standing) -> Result<Option<(PathBuf, usize)>, Stop> {
    let mut compiled = open(&options.file, &options.input)?;
    let built = match &compiled.plan {
        Some(plan) if !compiled.has(Severity::Error) => bundle_of(plan, &compiled).map(|bundle| (plan.header.name.clone(), bundle)),
        _ => Err(Vec::new()),
    };
    match built {
        Ok((name, bundle)) => {
            tell(&compiled, options);
            let place = options.output.clone().unwrap_or_else(|| PathBuf::from(name));
            let mut files: Vec<NewFile<'_>> =
                bundle.files.iter().map(|(path, file)| NewFile { path, bytes: &file.bytes, executable: file.executable }).collect();
            let sums = bundle.files.get("SHA256SUMS").map_or(&[][..], |file| &file.bytes);
            let signature = options.sign.as_ref().map(|key| sign(key, sums)).transpose()?;
            files.extend(signature.iter().map(|bytes| NewFile { path: SIGNATURE, bytes, executable: false }));
            if standing == Standing::Replaced || !files::holds_bundle(&place, &files) {
                files::write_bundle(&place, &files)?;
            }
            Ok(Some((place, files.len())))
        }
        Err(findings) => {
            compiled.findings.extend(findings);
            diagnostic::sort(&mut compiled.findings);
            tell(&compiled, options);
            let checked = Checked { sources: &compiled.sources, findings: &compiled.findings };
            say(&format!("{}: nothing was written", report::summary(&[checked])));
            Ok(None)
        }
    }
}

/// Says what was found; the product is the directory, so this goes to stderr.
fn tell(compiled: &Compiled, options: &BuildArgs) {
    if !compiled.findings.is_empty() {
        let checked = Checked { sources: &compiled.sources, findings: &compiled.findings };
        let look = terminal::look(&options.look, Stream::Stderr);
        say(report::human::render(&[checked], look).trim_end());
    }
}

/// Returns the bundle of a plan without errors, or what the bundle can't carry out.
fn bundle_of(plan: &Plan, compiled: &Compiled) -> Result<Bundle, Vec<Diagnostic>> {
    let (graph, _) = Graph::build(plan);
    let (facts, _) = Facts::new(plan, &graph);
    let guidance = compiled.coverage(plan, &graph, &facts);
    let runbook = runbook::markdown(plan, &graph, &facts, &compiled.sources, &guidance);
    bundle::write(&bundle::Context { plan, graph: &graph, facts: &facts, runbook: &runbook })
}
