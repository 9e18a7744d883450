//! Systems as data: parameters, targets and who writes to them, checks, backups, flags, releases, effects.

use serde::Serialize;

use crate::plan::change::Effects;
use crate::plan::check::{Expectation, Probe};
use crate::plan::{self, ParamKind, Plan};

use super::{PlaceData, place, seconds, spanned_place, spanned_seconds};

#[derive(Serialize)]
pub(super) struct Param<'p> {
    name: &'p str,
    title: &'p str,
    #[serde(rename = "type")]
    kind: &'static str,
    #[serde(skip_serializing_if = "<[_]>::is_empty")]
    choices: &'p [String],
    #[serde(skip_serializing_if = "Option::is_none")]
    default: Option<&'p str>,
}

pub(super) fn params(plan: &Plan) -> Vec<Param<'_>> {
    let param = |param: &plan::Param| match &param.kind {
        ParamKind::Text => "text",
        ParamKind::Int => "int",
        ParamKind::Duration => "duration",
        ParamKind::Path => "path",
        ParamKind::Choice(_) => "choice",
    };
    let of = plan.params.iter().map(|(_, it)| Param {
        name: &it.header.name,
        title: &it.header.title,
        kind: param(it),
        choices: if let ParamKind::Choice(choices) = &it.kind { choices } else { &[] },
        default: it.default.as_ref().map(|default| default.value.as_str()),
    });
    of.collect()
}

#[derive(Serialize)]
pub(super) struct Target<'p> {
    name: &'p str,
    title: &'p str,
    kind: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    url: Option<PlaceData<'p>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    file: Option<PlaceData<'p>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    dir: Option<PlaceData<'p>>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    ssh: Vec<PlaceData<'p>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    server_version: Option<&'p str>,
}

pub(super) fn targets(plan: &Plan) -> Vec<Target<'_>> {
    let of = plan.targets.iter().map(|(_, it)| Target {
        name: &it.header.name,
        title: &it.header.title,
        kind: it.kind.value.word(),
        url: spanned_place(&it.url),
        file: spanned_place(&it.file),
        dir: spanned_place(&it.dir),
        ssh: it.ssh.iter().map(|ssh| place(&ssh.value)).collect(),
        server_version: it.server_version.as_ref().map(|version| version.value.as_str()),
    });
    of.collect()
}

#[derive(Serialize)]
pub(super) struct Writer<'p> {
    name: &'p str,
    title: &'p str,
    targets: Vec<&'p str>,
}

pub(super) fn writers(plan: &Plan) -> Vec<Writer<'_>> {
    let of = plan.writers.iter().map(|(_, it)| Writer {
        name: &it.header.name,
        title: &it.header.title,
        targets: it.targets.iter().map(|target| plan.targets[target.value].header.name.as_str()).collect(),
    });
    of.collect()
}

#[derive(Serialize)]
pub(super) struct Check<'p> {
    name: &'p str,
    title: &'p str,
    kind: &'static str,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    targets: Vec<&'p str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    expect: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    timeout: Option<u64>,
}

pub(super) fn checks(plan: &Plan) -> Vec<Check<'_>> {
    let check = |it: &plan::check::Check| match &it.probe {
        Some(Probe::Query(_)) => "query",
        Some(Probe::Run(_)) => "shell",
        Some(Probe::Http { .. }) => "http",
        Some(Probe::Compare { .. }) => "compare",
        Some(Probe::Ask(_)) => "ask",
        None => "nothing",
    };
    let target = |id| plan.targets[id].header.name.as_str();
    let of = plan.checks.iter().map(|(_, it)| Check {
        name: &it.header.name,
        title: &it.header.title,
        kind: check(it),
        targets: match &it.probe {
            Some(Probe::Compare { left, right, .. }) => vec![target(left.value), target(right.value)],
            _ => it.on.iter().map(|on| target(on.value)).collect(),
        },
        expect: it.expect.as_ref().map(|expect| expectation(&expect.value)),
        timeout: seconds(it.timeout),
    });
    of.collect()
}

/// Returns what is expected, as the plan writes it.
fn expectation(expectation: &Expectation) -> String {
    match expectation {
        Expectation::Value(value) => value.clone(),
        Expectation::Compare(comparison, value) => format!("{} {value}", comparison.sign()),
        Expectation::Rows(rows) => format!("rows {rows}"),
        Expectation::Empty => "empty".to_owned(),
        Expectation::Exit(status) => format!("exit {status}"),
        Expectation::Output(output) => format!("output {output}"),
        Expectation::Status(status) => format!("status {status}"),
        Expectation::Baseline => "baseline".to_owned(),
        Expectation::WithinOfBaseline(percent) => format!("within {percent}% of baseline"),
    }
}

#[derive(Serialize)]
pub(super) struct Backup<'p> {
    name: &'p str,
    title: &'p str,
    target: &'p str,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    tables: Vec<&'p str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    method: Option<&'static str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    file: Option<PlaceData<'p>>,
    copied: bool,
    encrypted: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    keep: Option<u64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    restore_takes: Option<u64>,
}

pub(super) fn backups(plan: &Plan) -> Vec<Backup<'_>> {
    let of = plan.backups.iter().map(|(_, it)| Backup {
        name: &it.header.name,
        title: &it.header.title,
        target: &plan.targets[it.of.value].header.name,
        tables: it.tables.iter().map(|table| table.value.as_str()).collect(),
        method: it.method.as_ref().map(|method| method.value.words()),
        file: spanned_place(&it.file),
        copied: it.copy.is_some(),
        encrypted: it.encrypt.is_some(),
        keep: spanned_seconds(&it.keep),
        restore_takes: spanned_seconds(&it.restore_takes),
    });
    of.collect()
}

#[derive(Serialize)]
pub(super) struct Flag<'p> {
    name: &'p str,
    title: &'p str,
    targets: Vec<&'p str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    variable: Option<&'p str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    default: Option<&'p str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    rollback: Option<&'p str>,
}

pub(super) fn flags(plan: &Plan) -> Vec<Flag<'_>> {
    let of = plan.flags.iter().map(|(_, it)| Flag {
        name: &it.header.name,
        title: &it.header.title,
        targets: it.targets.iter().map(|target| plan.targets[target.value].header.name.as_str()).collect(),
        variable: it.variable.as_ref().map(|variable| variable.value.as_str()),
        default: it.default.as_deref(),
        rollback: it.rollback.as_deref(),
    });
    of.collect()
}

#[derive(Serialize)]
pub(super) struct Release<'p> {
    name: &'p str,
    title: &'p str,
    target: &'p str,
    running: bool,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    needs_objects: Vec<&'p str>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    needs_releases: Vec<&'p str>,
}

pub(super) fn releases(plan: &Plan) -> Vec<Release<'_>> {
    let of = plan.releases.iter().map(|(_, it)| Release {
        name: &it.header.name,
        title: &it.header.title,
        target: &plan.targets[it.of.value].header.name,
        running: it.running.is_some(),
        needs_objects: it.needs_objects.iter().map(|(object, _)| object.value.as_str()).collect(),
        needs_releases: it.needs_releases.iter().map(|release| plan.releases[release.value].header.name.as_str()).collect(),
    });
    of.collect()
}

/// What the author says that code does, beside what parsing sees.
#[derive(Serialize)]
pub(super) struct EffectsData<'p> {
    #[serde(skip_serializing_if = "Vec::is_empty")]
    creates: Vec<&'p str>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    alters: Vec<&'p str>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    writes: Vec<&'p str>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    destroys: Vec<&'p str>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    freezes: Vec<&'p str>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    thaws: Vec<&'p str>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    stops: Vec<&'p str>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    starts: Vec<&'p str>,
}

pub(super) fn effects<'p>(plan: &'p Plan, effects: &'p Effects) -> EffectsData<'p> {
    let objects = |objects: &'p [crate::source::Spanned<String>]| objects.iter().map(|object| object.value.as_str()).collect();
    let target = |id| plan.targets[id].header.name.as_str();
    let writer = |id| plan.writers[id].header.name.as_str();
    EffectsData {
        creates: objects(&effects.creates),
        alters: objects(&effects.alters),
        writes: objects(&effects.writes),
        destroys: objects(&effects.destroys),
        freezes: effects.freezes.iter().map(|it| target(it.value)).collect(),
        thaws: effects.thaws.iter().map(|it| target(it.value)).collect(),
        stops: effects.stops.iter().map(|it| writer(it.value)).collect(),
        starts: effects.starts.iter().map(|it| writer(it.value)).collect(),
    }
}
