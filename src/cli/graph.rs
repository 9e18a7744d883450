//! `rbk graph`: the plan as a diagram.

use super::args::{GraphArgs, GraphFormat};
use super::compile::open;
use super::output::{Exit, Stop, product, say};
use super::terminal::{self, Stream};
use crate::diagnostic::Severity;
use crate::emit::graph::{dot, json, mermaid};
use crate::graph::Graph;
use crate::report::{self, Checked};

/// Draws a plan. It is drawn with its errors too, as a picture often shows them best; they are told beside it.
pub fn run(options: &GraphArgs) -> Result<Exit, Stop> {
    let mut compiled = open(&options.file, &options.input)?;
    compiled.findings.retain(|finding| finding.severity == Severity::Error);
    if !compiled.findings.is_empty() {
        let checked = [Checked { sources: &compiled.sources, findings: &compiled.findings }];
        let look = terminal::look(&options.look, Stream::Stderr);
        say(&format!("{}{}", report::human::render(&checked, look), report::summary(&checked)));
    }
    if let Some(plan) = &compiled.plan {
        let (graph, _) = Graph::build(plan);
        product(&match options.format {
            GraphFormat::Mermaid => mermaid(&graph),
            GraphFormat::Dot => dot(&graph),
            GraphFormat::Json => json(&graph),
        })?;
    }
    if compiled.findings.is_empty() { Ok(Exit::Fine) } else { Ok(Exit::Findings) }
}
