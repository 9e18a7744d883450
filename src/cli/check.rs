//! `rbk check`: what would go wrong.

use std::collections::BTreeSet;
use std::path::PathBuf;

use super::args::{CheckArgs, ReportFormat};
use super::compile::{Compiled, Input, compile};
use super::files;
use super::output::{Exit, Stop, product, say};
use super::terminal::{self, Stream};
use crate::analysis::Facts;
use crate::graph::Graph;
use crate::plan::Plan;
use crate::report::json::Unread;
use crate::report::verdicts::{Verdict, verdicts};
use crate::report::{self, Checked};

/// Checks every plan, reports, and says how bad it is. What can't be read is told, and the others are checked still.
pub fn run(options: &CheckArgs) -> Result<Exit, Stop> {
    let found = options.files.is_empty();
    let paths = if found { files::plans()? } else { options.files.clone() };
    let mut compiled = Vec::new();
    let mut unread = Vec::new();
    for path in paths {
        let input = Input::named(&path, options.stdin_filename.as_deref());
        match input.read() {
            Ok(bytes) => compiled.push((input.path().to_owned(), compile(&input, bytes, &options.input)?)),
            Err(reason) => unread.push(Unread { file: files::shown(&path), reason }),
        }
    }
    if found {
        leave_out_libraries(&mut compiled);
    }
    let compiled = once_each(compiled);

    let checked: Vec<Checked<'_>> = compiled.iter().map(|one| Checked { sources: &one.sources, findings: &one.findings }).collect();
    let derived: Vec<Derived<'_>> =
        if options.verdicts { compiled.iter().filter_map(|one| one.plan.as_ref()).map(Derived::of).collect() } else { Vec::new() };
    let verdicts: Vec<Verdict<'_>> = derived.iter().flat_map(|one| verdicts(one.plan, &one.graph, &one.facts)).collect();
    product(&match options.format {
        ReportFormat::Human => {
            report::human::render(&checked, terminal::look(&options.look, Stream::Stdout)) + &report::verdicts::render(&verdicts)
        }
        ReportFormat::Concise => report::concise::render(&checked),
        ReportFormat::Json => report::json::render(&checked, options.verdicts.then_some(&verdicts), &unread),
    })?;
    if options.format == ReportFormat::Human && !checked.is_empty() {
        say(&report::summary(&checked));
    }
    match unread.as_slice() {
        [] if compiled.iter().any(|one| one.has(options.fail_on.severity())) => Ok(Exit::Findings),
        [] => Ok(Exit::Fine),
        [one] => Err(Stop::trouble(format!("{}: {}", one.file, one.reason))),
        many => {
            let each: Vec<String> = many.iter().map(|one| format!("{}: {}", one.file, one.reason)).collect();
            Err(Stop::trouble(format!("{} files can't be read\n  {}", many.len(), each.join("\n  "))))
        }
    }
}

/// A plan without errors and what follows from it.
struct Derived<'a> {
    plan: &'a Plan,
    graph: Graph,
    facts: Facts<'a>,
}

impl<'a> Derived<'a> {
    fn of(plan: &'a Plan) -> Derived<'a> {
        let (graph, _) = Graph::build(plan);
        let (facts, _) = Facts::new(plan, &graph);
        Derived { plan, graph, facts }
    }
}

/// Leaves out the files that a plan among them uses: they were checked with it, and declare no plan of their own.
fn leave_out_libraries(compiled: &mut Vec<(PathBuf, Compiled)>) {
    let used: BTreeSet<PathBuf> = compiled.iter().flat_map(|(_, one)| one.used()).collect();
    compiled.retain(|(path, _)| !used.contains(path));
}

/// Keeps a finding in a file that several plans use once.
fn once_each(compiled: Vec<(PathBuf, Compiled)>) -> Vec<Compiled> {
    let mut seen = BTreeSet::new();
    let mut plans: Vec<Compiled> = compiled.into_iter().map(|(_, one)| one).collect();
    for one in &mut plans {
        let sources = &one.sources;
        one.findings.retain(|finding| {
            let span = finding.span();
            let file = &sources.file(span.file).name;
            seen.insert((file.clone(), span.start, span.end, finding.code, finding.message.clone()))
        });
    }
    plans
}
