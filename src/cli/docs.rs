//! `rbk docs`: the runbook alone, written whole or not at all; and whether a written one still says what the plan says.

use std::path::Path;

use similar::TextDiff;

use super::args::DocsArgs;
use super::compile::{Compiled, open};
use super::files;
use super::output::{Exit, Stop, product, say};
use super::terminal::{self, Stream};
use crate::analysis::Facts;
use crate::diagnostic::Severity;
use crate::emit::runbook;
use crate::graph::Graph;
use crate::report::{self, Checked};

/// Writes the runbook of a plan, or compares it with the one that is there. A plan with errors has none.
pub fn run(options: &DocsArgs) -> Result<Exit, Stop> {
    let compiled = open(&options.file, &options.input)?;
    let Some(text) = text(&compiled) else {
        let checked = [Checked { sources: &compiled.sources, findings: &compiled.findings }];
        let look = terminal::look(&options.look, Stream::Stderr);
        say(&format!("{}{}: nothing was written", report::human::render(&checked, look), report::summary(&checked)));
        return Ok(Exit::Findings);
    };
    let Some(output) = &options.output else {
        product(&text)?;
        return Ok(Exit::Fine);
    };
    let real = |path: &Path| path.canonicalize().unwrap_or_else(|_| path.to_owned());
    if compiled.read().any(|file| real(&file) == real(output)) {
        return Err(Stop::advised(
            format!("{} is the plan itself, or read by it", files::shown(output)),
            "give the runbook a name of its own",
        ));
    }
    if options.check {
        return compare(&text, output, &options.file);
    }
    files::write(output, &text)?;
    Ok(Exit::Fine)
}

/// Returns the runbook; `None` when the plan has errors.
fn text(compiled: &Compiled) -> Option<String> {
    let plan = compiled.plan.as_ref().filter(|_| !compiled.has(Severity::Error))?;
    let (graph, _) = Graph::build(plan);
    let (facts, _) = Facts::new(plan, &graph);
    let guidance = compiled.coverage(plan, &graph, &facts);
    Some(runbook::markdown(plan, &graph, &facts, &compiled.sources, &guidance))
}

/// Tells what would change in a written runbook. Line ends are git's business, and do not count.
fn compare(text: &str, output: &Path, plan: &Path) -> Result<Exit, Stop> {
    let (shown, again) = (files::shown(output), format!("`rbk docs {} -o {}` writes it", files::shown(plan), files::shown(output)));
    if !output.exists() {
        say(&format!("{shown} is not there; {again}"));
        return Ok(Exit::Findings);
    }
    let bytes = files::read(output).map_err(|reason| Stop::trouble(format!("{shown}: {reason}")))?;
    let written = String::from_utf8_lossy(&bytes).replace("\r\n", "\n");
    if written == text {
        return Ok(Exit::Fine);
    }
    let header = (format!("{shown} (as it is)"), format!("{shown} (as the plan says)"));
    let diff = TextDiff::from_lines(written.as_str(), text);
    product(&diff.unified_diff().header(&header.0, &header.1).to_string())?;
    say(&format!("{shown} is out of date; {again} anew"));
    Ok(Exit::Findings)
}
