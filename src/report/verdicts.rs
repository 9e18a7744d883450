//! Whether each change can be taken back, seen from its schema, its data and the old application: for people and for programs.

use std::fmt::Write;

use serde::Serialize;

use crate::analysis::{Facts, Fit, Side, Sides, Standing};
use crate::graph::Graph;
use crate::plan::Plan;

/// What is known of one change.
#[derive(Clone, Debug, Serialize)]
pub struct Verdict<'a> {
    pub plan: &'a str,
    pub change: &'a str,
    pub title: &'a str,
    /// `clean`, `claimed`, `lossy`, `restore`, `run`, `manual`, `forward-only`, `unknown`.
    pub answer: &'static str,
    pub reason: &'a str,
    #[serde(flatten)]
    pub sides: &'a Sides,
}

/// Returns the verdicts on a plan's changes, in forward order.
pub fn verdicts<'a>(plan: &'a Plan, graph: &Graph, facts: &'a Facts<'_>) -> Vec<Verdict<'a>> {
    let one = |id: &_| {
        let (change, verdict) = (&plan.changes[*id].header, facts.verdict(*id));
        Verdict {
            plan: &plan.header.name,
            change: &change.name,
            title: &change.title,
            answer: verdict.answer.word(),
            reason: &verdict.reason,
            sides: facts.sides(*id),
        }
    };
    graph.order().iter().map(one).collect()
}

/// Writes verdicts for people.
pub fn render(verdicts: &[Verdict<'_>]) -> String {
    let mut out = String::new();
    for verdict in verdicts {
        // INVARIANT: writing to a string does not fail.
        let _ = writeln!(out, "{} ({}): {}", verdict.change, verdict.title, verdict.reason);
        write_side(&mut out, "schema", &verdict.sides.schema);
        write_side(&mut out, "data", &verdict.sides.data);
        let alone = &verdict.sides.alone;
        let words = match alone.standing {
            Fit::Works => "works on the changed database, as far as the code tells",
            Fit::Breaks => "breaks on the changed database",
            Fit::Unknown => "nobody knows",
            Fit::NoDatabase => continue,
        };
        let _ = writeln!(out, "  old application alone: {words}");
        alone.reasons.iter().for_each(|reason| line(&mut out, "because", reason));
    }
    out
}

fn write_side(out: &mut String, name: &str, side: &Side) {
    let words = match side.standing {
        Standing::Untouched => return,
        Standing::Returns => "comes back",
        Standing::Claimed => "comes back by its author's word",
        Standing::Lost => "does not come back",
        Standing::Unknown => "nobody knows",
    };
    let _ = writeln!(out, "  {name}: {words}");
    side.reasons.iter().for_each(|reason| line(out, "because", reason));
    side.decays.iter().for_each(|decay| line(out, "in time", decay));
}

fn line(out: &mut String, label: &str, text: &str) {
    let _ = writeln!(out, "    {label}: {text}");
}
