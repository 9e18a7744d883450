//! The forward path as data: changes with how they are taken back, phases with their steps, decisions.

use serde::Serialize;

use crate::analysis::Sides;
use crate::analysis::program::Node;
use crate::plan::Plan;
use crate::plan::action::{Action, Language};
use crate::plan::change::{self, Recover, Undo};
use crate::plan::id::Id;

use super::scenarios::{StepData, steps};
use super::systems::{EffectsData, effects};
use super::{Context, NeedData, StepFiles, check_names, needs, role, spanned_seconds};

#[derive(Serialize)]
pub(super) struct Change<'p> {
    name: &'p str,
    title: &'p str,
    phase: &'p str,
    #[serde(skip_serializing_if = "Option::is_none")]
    target: Option<&'p str>,
    irreversible: bool,
    /// The changes that it needs directly.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    depends_on: Vec<&'p str>,
    /// How it is carried out: `sql`, `shell`, `manual`, `edit`, `restore`, `set`, `deploy`, or by another tool.
    #[serde(rename = "do")]
    forward: &'static str,
    /// The same words, `auto`, or `none`.
    undo: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    undo_restores: Option<&'p str>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    recover: Vec<RecoverData<'p>>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    impacts: Vec<&'p str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    by: Option<&'p str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    takes: Option<u64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    undo_takes: Option<u64>,
    effects: EffectsData<'p>,
    verdict: Verdict<'p>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    verify: Vec<&'p str>,
}

/// Whether it can be taken back, and what becomes of schema, data and the old application.
#[derive(Serialize)]
struct Verdict<'p> {
    answer: &'static str,
    reason: &'p str,
    #[serde(flatten)]
    sides: &'p Sides,
}

fn verdict<'p>(context: &Context<'p>, id: Id<change::Change>) -> Verdict<'p> {
    let verdict = context.facts.verdict(id);
    Verdict { answer: verdict.answer.word(), reason: &verdict.reason, sides: context.facts.sides(id) }
}

#[derive(Serialize)]
#[serde(rename_all = "snake_case")]
enum RecoverData<'p> {
    Restore(&'p str),
    Run(&'p str),
    Forward(&'p str),
}

/// Returns the changes in forward order.
pub(super) fn changes<'p>(context: &Context<'p>) -> Vec<Change<'p>> {
    context.graph.order().iter().map(|id| change(context, *id)).collect()
}

fn change<'p>(context: &Context<'p>, id: Id<change::Change>) -> Change<'p> {
    let plan = context.plan;
    let it = &plan.changes[id];
    let (undo, undo_restores) = match &it.undo {
        Undo::None => ("none", None),
        Undo::Auto(_) => ("auto", None),
        Undo::Action(action) => {
            let backup =
                if let Action::Restore { backup, .. } = action.as_ref() { Some(plan.backups[*backup].header.name.as_str()) } else { None };
            (word(action), backup)
        }
    };
    let recover = |recover: &'p Recover| match recover {
        Recover::Restore(backup) => RecoverData::Restore(&plan.backups[*backup].header.name),
        Recover::Run(scenario) => RecoverData::Run(&plan.scenarios[*scenario].header.name),
        Recover::Forward(text) => RecoverData::Forward(text),
    };
    Change {
        name: &it.header.name,
        title: &it.header.title,
        phase: &plan.phases[it.phase].header.name,
        target: it.on.as_ref().map(|on| plan.targets[on.value].header.name.as_str()),
        irreversible: it.irreversible.is_some(),
        depends_on: dependencies(context, id),
        forward: it.forward.as_ref().map_or("external", word),
        undo,
        undo_restores,
        recover: it.recover.iter().map(|it| recover(&it.value)).collect(),
        impacts: it.impacts.iter().map(|impact| impact.text.as_str()).collect(),
        by: role(plan, it.by.as_ref().map(|by| by.value)),
        takes: spanned_seconds(&it.takes),
        undo_takes: spanned_seconds(&it.undo_takes),
        effects: effects(plan, &it.effects),
        verdict: verdict(context, id),
        verify: check_names(plan, it.verify.iter().map(|check| check.value)),
    }
}

/// Returns the names of what a change directly depends on, in forward order.
fn dependencies<'p>(context: &Context<'p>, id: Id<change::Change>) -> Vec<&'p str> {
    let mut needed = context.graph.dependencies(id).iter().map(|dependency| dependency.on).collect::<Vec<_>>();
    needed.sort_by_key(|on| context.graph.rank(*on));
    needed.dedup();
    needed.into_iter().map(|on| context.plan.changes[on].header.name.as_str()).collect()
}

fn word(action: &Action) -> &'static str {
    match action {
        Action::Code(code) if code.language == Language::Sql => "sql",
        Action::Code(_) => "shell",
        Action::Manual(_) => "manual",
        Action::Edit { .. } => "edit",
        Action::Restore { .. } => "restore",
        Action::Set { .. } => "set",
        Action::Deploy { .. } => "deploy",
    }
}

#[derive(Serialize)]
pub(super) struct Phase<'p> {
    name: &'p str,
    title: &'p str,
    /// Whether it is carried out by `./rollback prepare`.
    preparation: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    at: Option<i64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    duration: Option<u64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    external: Option<&'p str>,
    steps: Vec<StepData<'p>>,
}

pub(super) fn phases<'p>(context: &Context<'p>, files: &StepFiles) -> Vec<Phase<'p>> {
    let plan = context.plan;
    let phases = context.facts.forward.nodes.iter().filter_map(|node| match node {
        Node::Phase { phase, nodes } => Some((*phase, nodes)),
        _ => None,
    });
    let of = phases.map(|(id, nodes)| {
        let it = &plan.phases[id];
        let preparation = context.facts.preparation.contains(&id);
        Phase {
            name: &it.header.name,
            title: &it.header.title,
            preparation,
            at: it.at.as_ref().map(|at| at.value.0),
            duration: spanned_seconds(&it.duration),
            external: it.external.as_ref().map(|tool| tool.value.as_str()),
            steps: steps(plan, nodes, if preparation { "prepare" } else { "forward" }, files),
        }
    });
    of.collect()
}

#[derive(Serialize)]
pub(super) struct Decision<'p> {
    name: &'p str,
    title: &'p str,
    phase: &'p str,
    by: &'p str,
    #[serde(skip_serializing_if = "Option::is_none")]
    at: Option<i64>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    needs: Vec<NeedData<'p>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    else_run: Option<&'p str>,
}

pub(super) fn decisions(plan: &Plan) -> Vec<Decision<'_>> {
    let of = plan.decisions.iter().map(|(_, it)| Decision {
        name: &it.header.name,
        title: &it.header.title,
        phase: &plan.phases[it.phase].header.name,
        by: &plan.roles[it.by.value].header.name,
        at: it.at.as_ref().map(|at| at.value.0),
        needs: needs(plan, &it.needs),
        else_run: it.else_run.as_ref().map(|run| plan.scenarios[run.value].header.name.as_str()),
    });
    of.collect()
}
