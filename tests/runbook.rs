//! The runbook: whole pages as snapshots, and what holds for every page.

use std::collections::BTreeMap;

use rbk::analysis::Facts;
use rbk::emit::runbook;
use rbk::graph::Graph;
use rbk::plan;
use rbk::source::{MemoryLoader, Sources};

use crate::corpus;

/// Returns the runbook of the plan `name` among `files`; `None` for a file without a plan.
fn page(name: &str, files: &BTreeMap<String, String>) -> Option<String> {
    let mut sources = Sources::default();
    let root = sources.add(name, files[name].as_str())?;
    let compiled = plan::compile(&mut sources, root, &MemoryLoader(files.clone()));
    let plan = compiled.plan?;
    let (graph, _) = Graph::build(&plan);
    let facts = Facts::new(&plan, &graph);
    Some(runbook::markdown(&plan, &graph, &facts.0, &sources))
}

#[test]
fn every_plan_has_a_runbook() {
    let files: BTreeMap<String, String> = corpus::plans().into_iter().collect();
    for name in files.keys() {
        if let Some(page) = page(name, &files) {
            assert!(page.starts_with("# "), "{name}");
        }
    }
}
