//! `plan.conf`: what holds for the plan as a whole.

use crate::plan::people::{ChecklistTime, Moment};
use crate::plan::value::WindowDay;
use crate::plan::{Param, ParamKind, Plan};

use super::Context;
use super::draft::{Draft, Facts};

pub(super) fn write(context: &Context<'_>, draft: &mut Draft) {
    let plan = context.plan;
    let header = &plan.header;
    let variables = draft.variables.iter().cloned().collect::<Vec<_>>();
    let tools = draft.tools.iter().copied().collect::<Vec<_>>();
    let secrets = plan.secrets.iter().map(|(_, secret)| secret.variable.as_str()).collect::<Vec<_>>();
    let about = format!("plan {}: {}", header.name, header.title);
    let mut facts = Facts::new(draft, "plan.conf", header.span, &about);
    facts.data("plan_name", &header.name).text("plan_title", &header.title);
    facts.text("plan_version", plan.version.as_deref().unwrap_or_default());
    facts.maybe("plan_owner", plan.owner.as_ref().map(|owner| plan.roles[owner.value].header.name.as_str()));
    facts.maybe("plan_zone", plan.window.as_ref().map(|window| window.value.zone.as_str()));
    facts.maybe("plan_start", start(plan).as_deref());
    facts.seconds("plan_rto", plan.rto.as_ref().map(|rto| rto.value)).seconds("plan_rpo", plan.rpo.as_ref().map(|rpo| rpo.value));
    facts.names("plan_targets", plan.targets.iter().map(|(_, target)| target.header.name.as_str()));
    facts.names("plan_checks", plan.checks.iter().map(|(_, check)| check.header.name.as_str()));
    facts.names("plan_backups", plan.backups.iter().map(|(_, backup)| backup.header.name.as_str()));
    facts.names("plan_scenarios", plan.scenarios.iter().map(|(_, scenario)| scenario.header.name.as_str()));
    facts.names("plan_changes", context.graph.order().iter().map(|id| plan.changes[*id].header.name.as_str()));
    facts.names("plan_params", plan.params.iter().map(|(_, param)| param.header.name.as_str()));
    for (_, param) in plan.params.iter() {
        parameter(&mut facts, param);
    }
    facts.names("plan_env", variables.iter().map(String::as_str).filter(|name| !secrets.contains(name)));
    facts.names("plan_secrets", secrets.iter().copied()).names("plan_tools", tools);
    afterwards(&mut facts, plan);
    facts.end();
}

fn parameter(facts: &mut Facts<'_>, param: &Param) {
    let key = param.header.name.replace('-', "_").to_ascii_uppercase();
    let (kind, choices) = match &param.kind {
        ParamKind::Text => ("text", &[] as &[String]),
        ParamKind::Int => ("int", &[] as &[String]),
        ParamKind::Duration => ("duration", &[] as &[String]),
        ParamKind::Path => ("path", &[] as &[String]),
        ParamKind::Choice(choices) => ("choice", choices.as_slice()),
    };
    facts.text(&format!("param_{key}_title"), &param.header.title);
    facts.data(&format!("param_{key}_type"), kind);
    facts.names(&format!("param_{key}_choices"), choices.iter().map(String::as_str));
    facts.maybe(&format!("param_{key}_default"), param.default.as_ref().map(|default| default.value.as_str()));
}

/// What is still to be done when the run is over.
fn afterwards(facts: &mut Facts<'_>, plan: &Plan) {
    facts.names("plan_posts", plan.posts.iter().map(|(_, post)| post.header.name.as_str()));
    for (_, post) in plan.posts.iter() {
        let key = post.header.name.replace('-', "_");
        facts.text(&format!("post_{key}_title"), &post.header.title);
        facts.data(&format!("post_{key}_by"), &plan.roles[post.by].header.name);
        facts.seconds(&format!("post_{key}_within"), Some(post.within));
    }
    facts.names("plan_checklists", plan.checklists.iter().map(|(_, checklist)| checklist.header.name.as_str()));
    for (_, checklist) in plan.checklists.iter() {
        let key = checklist.header.name.replace('-', "_");
        facts.text(&format!("checklist_{key}_title"), &checklist.header.title);
        if let Some((time, moment)) = &checklist.when {
            facts.data(&format!("checklist_{key}_when"), time_word(*time));
            facts.data(&format!("checklist_{key}_of"), name(plan, moment.value));
        }
    }
}

fn time_word(time: ChecklistTime) -> &'static str {
    match time {
        ChecklistTime::Before => "before",
        ChecklistTime::During => "during",
        ChecklistTime::After => "after",
    }
}

fn name(plan: &Plan, moment: Moment) -> &str {
    match moment {
        Moment::Phase(id) => &plan.phases[id].header.name,
        Moment::Change(id) => &plan.changes[id].header.name,
        Moment::Scenario(id) => &plan.scenarios[id].header.name,
    }
}

/// Returns T as planned, in UTC: the start of a window on a certain day.
fn start(plan: &Plan) -> Option<String> {
    let window = &plan.window.as_ref()?.value;
    let WindowDay::On(date) = &window.day else { return None };
    let date = jiff::civil::date(i16::try_from(date.year).ok()?, i8::try_from(date.month).ok()?, i8::try_from(date.day).ok()?);
    let (hour, minute) = (i8::try_from(window.from.0 / 60).ok()?, i8::try_from(window.from.0 % 60).ok()?);
    let zoned = date.at(hour, minute, 0, 0).in_tz(&window.zone).ok()?;
    Some(zoned.timestamp().strftime("%Y-%m-%dT%H:%M:%SZ").to_string())
}
