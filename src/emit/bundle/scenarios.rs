//! `scenarios/NAME/scenario.conf` and its steps: when it applies, what it needs, what is lost.

use crate::plan::change::Change;
use crate::plan::id::Id;
use crate::plan::people::Moment;
use crate::plan::scenario::{Need, Scenario};
use crate::plan::value::Duration;

use super::draft::{Draft, Facts};
use super::steps::{self, Steps};
use super::{Context, code};

/// What follows from the plan about one scenario, in the runtime's terms.
pub(super) struct Derived {
    /// It applies once this change has begun.
    pub(super) from: Option<Id<Change>>,
    /// It applies until this change begins.
    pub(super) until: Option<Id<Change>>,
    /// Critical path, in seconds; `None` when a step has no estimate.
    pub(super) takes: Option<u64>,
    /// What is lost, as a sentence; `None` when nothing is.
    pub(super) loss: Option<String>,
}

impl Derived {
    pub(super) fn of(context: &Context<'_>, id: Id<Scenario>) -> Derived {
        let positions = context.facts.applies(id);
        let order = context.graph.order();
        // Positions are: before all, then during and after each change, so that change k is under way in 2k+1.
        let applies = !positions.is_empty();
        let from = Some(positions.start).filter(|first| applies && *first > 0).map(|first| (first - 1) / 2);
        let until = Some(positions.end).filter(|_| applies).map(|end| (end - 1) / 2);
        let time = context.facts.time(id);
        let loss = context.facts.loss(id).iter().map(|loss| loss.sentence.as_str()).collect::<Vec<_>>().join("; ");
        Derived {
            from: from.and_then(|rank| order.get(rank).copied()),
            until: until.and_then(|rank| order.get(rank).copied()),
            takes: time.unknown.is_empty().then_some(time.total.seconds).filter(|seconds| *seconds > 0),
            loss: Some(loss).filter(|loss| !loss.is_empty()),
        }
    }
}

pub(super) fn write(context: &Context<'_>, draft: &mut Draft) {
    for (id, scenario) in context.plan.scenarios.iter() {
        write_facts(context, id, scenario, draft);
        let name = &scenario.header.name;
        let nodes = &context.facts.scenarios[id.index()].nodes;
        let of = format!("the scenario {name} of {}", context.plan.header.name);
        let mut steps = Steps::new(context.plan, draft, &format!("scenarios/{name}"), of, steps::count(context.plan, nodes));
        steps.nodes(nodes);
        steps.end();
    }
}

fn write_facts(context: &Context<'_>, id: Id<Scenario>, scenario: &Scenario, draft: &mut Draft) {
    let plan = context.plan;
    let header = &scenario.header;
    let derived = Derived::of(context, id);
    let change = |id: Id<Change>| plan.changes[id].header.name.as_str();
    let limits = limits(scenario);
    let about = format!("scenario {}: {}", header.name, header.title);
    let mut facts = Facts::new(draft, format!("scenarios/{}/scenario.conf", header.name), header.span, &about);
    facts.text("scenario_title", &header.title);
    facts.yes("scenario_part", context.facts.is_part(id));
    facts.maybe("scenario_from", derived.from.map(change)).maybe("scenario_until", derived.until.map(change));
    if let Some((within, after)) = within(context, scenario) {
        facts.seconds("scenario_within", Some(within)).data("scenario_within_of", change(after));
    }
    if let Some(approval) = &scenario.approve {
        facts.data("scenario_approve", &plan.roles[approval.by.value].header.name).yes("scenario_other", approval.other);
    }
    let needs = plan.needs.iter().chain(&scenario.needs);
    let checks = needs.clone().filter_map(|need| match need {
        Need::Check(check) => Some(plan.checks[check.value].header.name.as_str()),
        Need::Question(_) => None,
    });
    facts.names("scenario_needs", checks);
    let questions = needs.filter_map(|need| match need {
        Need::Check(_) => None,
        Need::Question(question) => Some(question.value.as_str()),
    });
    let questions = questions.collect::<Vec<_>>();
    facts.number("scenario_asks", Some(questions.len() as u64).filter(|count| *count > 0));
    for (index, question) in questions.iter().enumerate() {
        facts.text(&format!("scenario_ask_{}", index + 1), question);
    }
    facts.seconds("scenario_rto", scenario.rto.as_ref().map(|rto| rto.value)).number("scenario_takes", derived.takes);
    facts.text("scenario_loss", derived.loss.as_deref().unwrap_or_default());
    write_losses(context, id, &mut facts);
    let mut undoes = Vec::new();
    for undone in context.facts.scenarios[id.index()].undone() {
        if !undoes.contains(&undone) {
            undoes.push(undone);
        }
    }
    facts.names("scenario_undoes", undoes.into_iter().map(change));
    facts.yes("scenario_forward", scenario.goes_forward.is_some());
    facts.data("scenario_limits", if limits.is_empty() { "" } else { "limits.md" });
    facts.end();
    if !limits.is_empty() {
        draft.file(format!("scenarios/{}/limits.md", header.name), limits);
    }
}

/// What each restore loses, by where the forward run has come to. Position 2k+1 is in the middle of change k, 2k+2 behind it.
fn write_losses(context: &Context<'_>, id: Id<Scenario>, facts: &mut Facts<'_>) {
    let sites = context.facts.loss_sites(context.plan, context.graph, id);
    let sites = sites.iter().filter(|site| site.from.iter().any(|(_, loss)| loss.is_some())).collect::<Vec<_>>();
    facts.number("scenario_restores", Some(sites.len() as u64).filter(|count| *count > 0));
    for (index, site) in sites.iter().enumerate() {
        let change = |id: &Id<Change>| context.plan.changes[*id].header.name.as_str();
        let mut steps: Vec<(usize, &str)> = Vec::new();
        for (position, loss) in &site.from {
            let sentence = loss.as_ref().map_or("", |loss| loss.sentence.as_str());
            if steps.last().map_or(!sentence.is_empty(), |(_, known)| *known != sentence) {
                steps.push((*position, sentence));
            }
        }
        // Every key is written, so that nothing of another scenario shows through.
        let of = site.undoes.iter().map(change).collect::<Vec<_>>().join(" ");
        facts.data(&format!("loss_{}_of", index + 1), if of.is_empty() { "-" } else { &of });
        let positions = steps.iter().map(|(position, _)| position.to_string()).collect::<Vec<_>>();
        facts.names(&format!("loss_{}_from", index + 1), positions.iter().map(String::as_str));
        for (position, sentence) in &steps {
            facts.text(&format!("loss_{}_{position}", index + 1), if sentence.is_empty() { "-" } else { sentence });
        }
    }
}

/// What it does not bring back, and what must not be done meanwhile.
fn limits(scenario: &Scenario) -> String {
    let limits = scenario.limits.iter().map(|prose| code::ended(&prose.text));
    let never = scenario.never.iter().map(|prose| format!("Never: {}", code::ended(&prose.text)));
    limits.chain(never).collect::<Vec<_>>().join("\n")
}

/// Returns the time in which it must be started, and the change from whose end that counts: of a phase, its last one.
/// Of several clauses, the shortest.
fn within(context: &Context<'_>, scenario: &Scenario) -> Option<(Duration, Id<Change>)> {
    let clauses = scenario.applies.iter().filter_map(|applies| applies.within.as_ref());
    let resolved = clauses.filter_map(|(duration, moment)| {
        let change = match moment.value {
            Moment::Change(change) => Some(change),
            Moment::Phase(phase) => context.graph.order().iter().rev().copied().find(|id| context.plan.changes[*id].phase == phase),
            Moment::Scenario(_) => None,
        };
        change.map(|change| (duration.value, change))
    });
    resolved.min_by_key(|(duration, _)| duration.seconds)
}
