//! `manifest.json`: the plan as data, for other tools.
//!
//! The only types of the bundle that are serialisable. Names refer to each other; times are whole seconds. What is absent was
//! not said. A field may be added at any time; a change of meaning raises `schema_version`.

mod forward;
mod people;
mod scenarios;
mod systems;

use std::collections::BTreeMap;

use serde::Serialize;

use crate::plan::Plan;
use crate::plan::check::Check;
use crate::plan::id::Id;
use crate::plan::people::{Moment, Role};
use crate::plan::scenario::Need;
use crate::plan::value::{Duration, Place, Window, WindowDay};
use crate::source::Spanned;

use super::Context;

const SCHEMA_VERSION: u32 = 1;

/// The code files of each step: `scenarios/before-dns` and the step's id, to paths in the bundle.
pub(super) type StepFiles = BTreeMap<(String, String), Vec<String>>;

#[derive(Serialize)]
struct Manifest<'p> {
    schema_version: u32,
    plan: Whole<'p>,
    params: Vec<systems::Param<'p>>,
    secrets: Vec<&'p str>,
    targets: Vec<systems::Target<'p>>,
    writers: Vec<systems::Writer<'p>>,
    roles: Vec<people::Role<'p>>,
    checks: Vec<systems::Check<'p>>,
    backups: Vec<systems::Backup<'p>>,
    flags: Vec<systems::Flag<'p>>,
    releases: Vec<systems::Release<'p>>,
    changes: Vec<forward::Change<'p>>,
    phases: Vec<forward::Phase<'p>>,
    decisions: Vec<forward::Decision<'p>>,
    triggers: Vec<scenarios::Trigger<'p>>,
    scenarios: Vec<scenarios::Scenario<'p>>,
    messages: Vec<people::Message<'p>>,
    checklists: Vec<people::Checklist<'p>>,
    monitors: Vec<people::Monitor<'p>>,
    risks: Vec<people::Risk<'p>>,
    posts: Vec<people::Post<'p>>,
}

#[derive(Serialize)]
struct Whole<'p> {
    name: &'p str,
    title: &'p str,
    /// The identity of the compiled plan, as in `plan.conf`.
    id: &'p str,
    #[serde(skip_serializing_if = "Option::is_none")]
    version: Option<&'p str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    owner: Option<&'p str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    summary: Option<&'p str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    window: Option<WindowData<'p>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    rto: Option<u64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    rpo: Option<u64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    retain: Option<u64>,
}

#[derive(Serialize)]
struct WindowData<'p> {
    /// `2026-03-07`, or `every saturday`.
    day: String,
    from: String,
    to: String,
    zone: &'p str,
}

/// A precondition: one of the two.
#[derive(Serialize)]
#[serde(rename_all = "snake_case")]
enum NeedData<'p> {
    Check(&'p str),
    Question(&'p str),
}

/// A value, or the variable that holds it.
#[derive(Serialize)]
#[serde(rename_all = "snake_case")]
enum PlaceData<'p> {
    Value(&'p str),
    Variable(&'p str),
}

/// Returns the manifest, with a final line break.
pub(super) fn json(context: &Context<'_>, files: &StepFiles, plan_id: &str) -> String {
    let plan = context.plan;
    let manifest = Manifest {
        schema_version: SCHEMA_VERSION,
        plan: whole(plan, plan_id),
        params: systems::params(plan),
        secrets: plan.secrets.iter().map(|(_, secret)| secret.variable.as_str()).collect(),
        targets: systems::targets(plan),
        writers: systems::writers(plan),
        roles: people::roles(plan),
        checks: systems::checks(plan),
        backups: systems::backups(plan),
        flags: systems::flags(plan),
        releases: systems::releases(plan),
        changes: forward::changes(context),
        phases: forward::phases(context, files),
        decisions: forward::decisions(plan),
        triggers: scenarios::triggers(plan),
        scenarios: scenarios::scenarios(context, files),
        messages: people::messages(plan),
        checklists: people::checklists(plan),
        monitors: people::monitors(plan),
        risks: people::risks(plan),
        posts: people::posts(plan),
    };
    // INVARIANT: keys are strings and no type has a serialiser of its own, so that nothing can fail.
    let text = serde_json::to_string_pretty(&manifest).expect("plain data is serialisable");
    text + "\n"
}

fn whole<'p>(plan: &'p Plan, id: &'p str) -> Whole<'p> {
    Whole {
        name: &plan.header.name,
        title: &plan.header.title,
        id,
        version: plan.version.as_deref(),
        owner: role(plan, plan.owner.as_ref().map(|owner| owner.value)),
        summary: plan.summary.as_ref().map(|summary| summary.text.as_str()),
        window: plan.window.as_ref().map(|window| self::window(&window.value)),
        rto: spanned_seconds(&plan.rto),
        rpo: spanned_seconds(&plan.rpo),
        retain: spanned_seconds(&plan.retain),
    }
}

fn window(window: &Window) -> WindowData<'_> {
    let clock = |minutes: u16| format!("{:02}:{:02}", minutes / 60, minutes % 60);
    let day = match &window.day {
        WindowDay::On(date) => format!("{:04}-{:02}-{:02}", date.year, date.month, date.day),
        WindowDay::Every(day) => format!("every {day}"),
    };
    WindowData { day, from: clock(window.from.0), to: clock(window.to.0), zone: &window.zone }
}

// --- what the other parts share ------------------------------------------------------------------------------------

fn seconds(duration: Option<Duration>) -> Option<u64> {
    duration.map(|duration| duration.seconds)
}

fn spanned_seconds(duration: &Option<Spanned<Duration>>) -> Option<u64> {
    duration.as_ref().map(|duration| duration.value.seconds)
}

fn role(plan: &Plan, role: Option<Id<Role>>) -> Option<&str> {
    role.map(|role| plan.roles[role].header.name.as_str())
}

fn check_names(plan: &Plan, checks: impl IntoIterator<Item = Id<Check>>) -> Vec<&str> {
    checks.into_iter().map(|check| plan.checks[check].header.name.as_str()).collect()
}

fn needs<'p>(plan: &'p Plan, needs: &'p [Need]) -> Vec<NeedData<'p>> {
    let need = |need: &'p Need| match need {
        Need::Check(check) => NeedData::Check(&plan.checks[check.value].header.name),
        Need::Question(question) => NeedData::Question(&question.value),
    };
    needs.iter().map(need).collect()
}

fn place(place: &Place) -> PlaceData<'_> {
    match place {
        Place::Literal(value) => PlaceData::Value(value),
        Place::Variable(name) => PlaceData::Variable(name),
    }
}

fn spanned_place(place: &Option<Spanned<Place>>) -> Option<PlaceData<'_>> {
    place.as_ref().map(|place| self::place(&place.value))
}

fn moment(plan: &Plan, moment: Moment) -> &str {
    match moment {
        Moment::Phase(id) => &plan.phases[id].header.name,
        Moment::Change(id) => &plan.changes[id].header.name,
        Moment::Scenario(id) => &plan.scenarios[id].header.name,
    }
}
