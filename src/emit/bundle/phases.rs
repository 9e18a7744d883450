//! `prepare/steps.sh` and `forward/steps.sh`: the migration itself, phase by phase.

use crate::analysis::program::Node;
use crate::plan::change::Phase;
use crate::plan::id::Id;

use super::Context;
use super::draft::Draft;
use super::steps::{self, Steps};

pub(super) fn write(context: &Context<'_>, draft: &mut Draft) {
    let name = &context.plan.header.name;
    program(context, draft, "prepare", format!("the preparation of {name}"), |phase| context.facts.preparation.contains(&phase));
    program(context, draft, "forward", format!("the forward run of {name}"), |phase| !context.facts.preparation.contains(&phase));
}

fn program(context: &Context<'_>, draft: &mut Draft, directory: &str, of: String, belongs: impl Fn(Id<Phase>) -> bool) {
    let phases = context.facts.forward.nodes.iter().filter_map(|node| match node {
        Node::Phase { phase, nodes } if belongs(*phase) => Some((*phase, nodes)),
        _ => None,
    });
    let phases = phases.collect::<Vec<_>>();
    let count = phases.iter().map(|(_, nodes)| steps::count(context.plan, nodes)).sum();
    let mut steps = Steps::new(context.plan, draft, directory, of, count);
    for (index, (id, nodes)) in phases.iter().enumerate() {
        let phase = &context.plan.phases[*id];
        let mut call = steps.begin("phase", &phase.header.name, &phase.header.title, phase.header.span);
        let at = phase.at.as_ref().map(|at| at.value.0);
        // T is the start of the phase that says so, otherwise of the first one.
        let first = directory == "forward" && index == 0 && !says_when_t_is(context);
        if let Some(at) = if first { Some(0) } else { at } {
            steps.field(&mut call, "at", &at.to_string());
        }
        if let Some(duration) = &phase.duration {
            steps.field(&mut call, "takes", &duration.value.seconds.to_string());
        }
        if let Some(external) = &phase.external {
            steps.field(&mut call, "external", &external.value);
        }
        steps.call(&call);
        steps.nodes(nodes);
    }
    steps.end();
}

fn says_when_t_is(context: &Context<'_>) -> bool {
    context.plan.phases.iter().any(|(_, phase)| phase.at.as_ref().is_some_and(|at| at.value.0 == 0))
}
