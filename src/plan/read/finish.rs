//! What can only be said when everything has been read: actions on targets that can't run them, calls that never end,
//! names local to a scenario, slots of messages.

use std::collections::{BTreeMap, BTreeSet};

use crate::diagnostic::{Diagnostic, nearest};
use crate::plan::action::{Action, Code, Language};
use crate::plan::change::{Change, PhaseItem, Undo};
use crate::plan::check::Probe;
use crate::plan::id::Id;
use crate::plan::scenario::{Otherwise, Scenario, Step, StepKind};
use crate::plan::target::{Target, TargetKind};
use crate::plan::{Header, Plan};
use crate::source::{Span, Spanned};

use super::Reader;

/// Slots that every message has.
const SLOTS: [&str; 8] = ["elapsed", "finished", "loss", "now", "operator", "plan", "scenario", "started"];

impl Reader<'_> {
    /// Runs every closing check; only on a plan whose names all resolved, since the others are not real ids.
    pub fn finish(&mut self) {
        if self.findings.iter().any(|finding| finding.code.starts_with("reference/") || finding.code.starts_with("syntax/")) {
            return;
        }
        let mut found = Vec::new();
        let plan = &self.plan;
        for (_, change) in plan.changes.iter() {
            change_runs(plan, change, &mut found);
        }
        for (_, check) in plan.checks.iter() {
            probe_runs(plan, check, &mut found);
        }
        for (_, flag) in plan.flags.iter() {
            for target in &flag.targets {
                let kind = plan.targets[target.value].kind;
                if !matches!(kind.value, TargetKind::EnvFile | TargetKind::Manual | TargetKind::Host) {
                    found.push(
                        Diagnostic::error(
                            "form/wrong-target",
                            target.span,
                            format!("a flag can't live on a target of kind `{}`", kind.value.word()),
                            "holds no flags",
                        )
                        .because(kind.span, "its kind")
                        .help("put it on an `env-file`, or on a `manual` target where a person sets it"),
                    );
                }
            }
        }
        for (_, release) in plan.releases.iter() {
            if let Some(Action::Deploy { span, .. }) = &release.deploy {
                found.push(
                    Diagnostic::error(
                        "form/wrong-target",
                        *span,
                        format!("`{}` is deployed by deploying a release", release.header.name),
                        "says nothing of how",
                    )
                    .help("say how it is done: `deploy ```sh …` or `deploy manual \"…\"`"),
                );
            }
            if let Some(action) = &release.deploy {
                action_runs(plan, action, None, &release.header, &mut found);
            }
        }
        for (_, phase) in plan.phases.iter() {
            for item in &phase.items {
                if let PhaseItem::Step(step) = item {
                    steps_run(plan, std::slice::from_ref(step), false, &mut found);
                }
            }
        }
        for (_, scenario) in plan.scenarios.iter() {
            steps_run(plan, &scenario.steps, false, &mut found);
        }
        calls_end(plan, &mut found);
        slots_are_filled(plan, &mut found);
        self.findings.extend(found);
    }
}

fn change_runs(plan: &Plan, change: &Change, found: &mut Vec<Diagnostic>) {
    let on = change.on.map(|on| on.value);
    match &change.forward {
        Some(action) => action_runs(plan, action, on, &change.header, found),
        None if plan.phases[change.phase].external.is_none() => found.push(
            Diagnostic::error("form/missing", change.header.name_span, format!("`{}` does nothing", change.header.name), "has no `do`")
                .help("say what is done: `do ```sql …`; or that another tool does it: `carried out by \"…\"` in the phase"),
        ),
        None => {}
    }
    if let Undo::Action(action) = &change.undo {
        action_runs(plan, action, on, &change.header, found);
    }
    if let Some(via) = change.via {
        host(plan, via, found);
    }
}

fn host(plan: &Plan, via: Spanned<Id<Target>>, found: &mut Vec<Diagnostic>) {
    let kind = plan.targets[via.value].kind;
    if kind.value != TargetKind::Host {
        found.push(
            Diagnostic::error(
                "form/wrong-target",
                via.span,
                format!("shell can't run on a target of kind `{}`", kind.value.word()),
                "not a host",
            )
            .because(kind.span, "its kind")
            .help("name a target of kind `host` behind `via`, or leave `via` out to run where the bundle runs"),
        );
    }
}

fn action_runs(plan: &Plan, action: &Action, on: Option<Id<Target>>, header: &Header, found: &mut Vec<Diagnostic>) {
    match action {
        Action::Code(code) => code_runs(plan, code, on, &header.name, header.span, found),
        Action::Deploy { release, span } if plan.releases[*release].deploy.is_none() => found.push(
            Diagnostic::error(
                "form/missing",
                *span,
                format!("nothing says how `{}` is deployed", plan.releases[*release].header.name),
                "deployed here",
            )
            .because(plan.releases[*release].header.span, "has no `deploy`")
            .help("add `deploy ```sh …` or `deploy manual \"…\"` to the release"),
        ),
        Action::Set { flag, value, span } => {
            let flag = &plan.flags[*flag];
            if !flag.values.is_empty() && !flag.values.contains(value) {
                found.push(
                    Diagnostic::error("value/flag", *span, format!("`{}` is never `{value}`", flag.header.name), "not one of its values")
                        .because(
                            flag.header.span,
                            format!(
                                "its values are {}",
                                flag.values.iter().map(|value| format!("`{value}`")).collect::<Vec<_>>().join(", ")
                            ),
                        )
                        .help("set one of them, or add this one to `values`"),
                );
            }
        }
        _ => {}
    }
}

fn code_runs(plan: &Plan, code: &Code, on: Option<Id<Target>>, name: &str, place: Span, found: &mut Vec<Diagnostic>) {
    match (&code.language, on) {
        (Language::Sql, None) => found.push(
            Diagnostic::error("form/wrong-target", code.span, format!("`{name}` runs SQL and names no database"), "on which database?")
                .because(place, "declared without `on`")
                .help("name it: `on TARGET`"),
        ),
        (Language::Sql, Some(on)) if !plan.targets[on].kind.value.is_database() => found.push(
            Diagnostic::error(
                "form/wrong-target",
                code.span,
                format!("a target of kind `{}` can't run SQL", plan.targets[on].kind.value.word()),
                "SQL",
            )
            .because(plan.targets[on].kind.span, format!("`{}` is of this kind", plan.targets[on].header.name))
            .help("name a database behind `on`"),
        ),
        (Language::Sql | Language::Sh | Language::Bash, _) => {}
        (other, _) => found.push(
            Diagnostic::error(
                "form/wrong-language",
                code.span,
                format!("`{}` is shown and never run", other.word()),
                "nothing would happen",
            )
            .help("run `sql`, `sh` or `bash`; or make it a person's work: `do manual ```md …`"),
        ),
    }
}

fn probe_runs(plan: &Plan, check: &crate::plan::check::Check, found: &mut Vec<Diagnostic>) {
    let wanted = |target: Option<Spanned<Id<Target>>>, fits: fn(TargetKind) -> bool, what: &str, found: &mut Vec<Diagnostic>| match target {
        None => found.push(
            Diagnostic::error(
                "form/missing",
                check.header.name_span,
                format!("`{}` does not say {what} it asks", check.header.name),
                "no `on`",
            )
            .help("name the target: `check NAME \"Title\" on TARGET { … }`"),
        ),
        Some(target) if !fits(plan.targets[target.value].kind.value) => {
            let kind = plan.targets[target.value].kind;
            found.push(
                Diagnostic::error(
                    "form/wrong-target",
                    target.span,
                    format!("a target of kind `{}` can't be asked this way", kind.value.word()),
                    "can't answer",
                )
                .because(kind.span, "its kind")
                .help(format!("`{}` needs {what} to ask", check.header.name)),
            );
        }
        Some(_) => {}
    };
    match &check.probe {
        Some(Probe::Query(_)) => wanted(check.on, TargetKind::is_database, "which database", found),
        Some(Probe::Http { .. }) => wanted(check.on, |kind| kind == TargetKind::Http, "which `http` target", found),
        Some(Probe::Compare { left, right, .. }) => {
            wanted(Some(*left), TargetKind::is_database, "two databases", found);
            wanted(Some(*right), TargetKind::is_database, "two databases", found);
        }
        _ => {}
    }
    if let Some(via) = check.via {
        host(plan, via, found);
    }
}

/// Checks the actions of steps, and that `after` names a sibling in `parallel`.
fn steps_run(plan: &Plan, steps: &[Step], side_by_side: bool, found: &mut Vec<Diagnostic>) {
    let siblings: BTreeSet<&str> = steps.iter().map(|step| step.name.as_str()).collect();
    for step in steps {
        for after in &step.after {
            if !side_by_side {
                found.push(
                    Diagnostic::error(
                        "form/after",
                        after.span,
                        "`after` orders steps that run side by side",
                        "these run one after another as written",
                    )
                    .help("move the step to its place, or put both into `parallel { … }`"),
                );
            } else if !siblings.contains(after.value.as_str()) {
                let finding = Diagnostic::error(
                    "reference/unknown",
                    after.span,
                    format!("no step beside this one is called `{}`", after.value),
                    "declared nowhere here",
                );
                found.push(match nearest(&after.value, siblings.iter().copied()) {
                    Some(near) => finding.help(format!("did you mean `{near}`?")),
                    None => finding.help("`after` names a step of the same `parallel`"),
                });
            }
        }
        match &step.kind {
            StepKind::Do { on, via, action } => {
                match action {
                    Some(Action::Code(code)) => code_runs(plan, code, on.map(|on| on.value), &step.name, step.span, found),
                    Some(action) => action_runs(plan, action, on.map(|on| on.value), &plan.header, found),
                    None => found.push(
                        Diagnostic::error("form/missing", step.span, format!("`{}` does nothing", step.name), "has no `do`")
                            .help("say what is done: `do ```sh …`; or make it `manual`"),
                    ),
                }
                if let Some(via) = via {
                    host(plan, *via, found);
                }
            }
            StepKind::Deploy(releases) => {
                for release in releases {
                    let action = Action::Deploy { release: release.value, span: release.span };
                    action_runs(plan, &action, None, &plan.header, found);
                }
            }
            StepKind::Set { flag, value } => {
                let action = Action::Set { flag: flag.value, value: value.value.clone(), span: value.span };
                action_runs(plan, &action, None, &plan.header, found);
            }
            StepKind::Group { steps, .. } => steps_run(plan, steps, false, found),
            StepKind::Parallel(steps) => {
                steps_run(plan, steps, true, found);
                waits_end(steps, found);
            }
            StepKind::Choose { options, .. } => options.iter().for_each(|option| steps_run(plan, &option.steps, false, found)),
            _ => {}
        }
        if let Otherwise::Steps(steps) = &step.otherwise {
            steps_run(plan, steps, false, found);
        }
    }
}

/// Checks that no steps of a `parallel` wait for each other.
fn waits_end(steps: &[Step], found: &mut Vec<Diagnostic>) {
    let mut waiting: BTreeMap<&str, (&Step, BTreeSet<&str>)> =
        steps.iter().map(|step| (step.name.as_str(), (step, step.after.iter().map(|after| after.value.as_str()).collect()))).collect();
    loop {
        let free: Vec<&str> =
            waiting.iter().filter(|(_, (_, after))| after.iter().all(|name| !waiting.contains_key(name))).map(|(name, _)| *name).collect();
        if free.is_empty() {
            break;
        }
        for name in free {
            waiting.remove(name);
        }
    }
    let mut stuck = waiting.into_values().filter_map(|(step, _)| Some((step, step.after.first()?)));
    if let Some((first, after)) = stuck.next() {
        let finding = Diagnostic::error(
            "order/cycle",
            after.span,
            format!("`{}` waits for a step that waits for it", first.name),
            format!("waits for `{}`", after.value),
        );
        found.push(
            stuck
                .fold(finding, |finding, (step, after)| finding.because(after.span, format!("`{}` waits for `{}`", step.name, after.value)))
                .help("remove one `after`"),
        );
    }
}

/// Checks that scenarios that run each other come to an end.
fn calls_end(plan: &Plan, found: &mut Vec<Diagnostic>) {
    let calls: Vec<Vec<Spanned<Id<Scenario>>>> = plan
        .scenarios
        .iter()
        .map(|(_, scenario)| {
            let mut calls = Vec::new();
            collect_calls(&scenario.steps, &mut calls);
            calls
        })
        .collect();
    // Depth first, iteratively: 0 unseen, 1 on the path, 2 done.
    let mut state = vec![0_u8; calls.len()];
    for start in 0..calls.len() {
        let mut path: Vec<(usize, usize)> = Vec::new();
        if state[start] == 0 {
            state[start] = 1;
            path.push((start, 0));
        }
        while let Some((scenario, next)) = path.last_mut() {
            let Some(call) = calls[*scenario].get(*next).copied() else {
                state[*scenario] = 2;
                path.pop();
                continue;
            };
            *next += 1;
            let to = call.value.index();
            match state[to] {
                0 => {
                    state[to] = 1;
                    path.push((to, 0));
                }
                1 => {
                    let from = path.iter().position(|(on_path, _)| *on_path == to).unwrap_or(0);
                    found.push(endless(plan, &calls, &path[from..]));
                }
                _ => {}
            }
        }
    }
}

fn endless(plan: &Plan, calls: &[Vec<Spanned<Id<Scenario>>>], cycle: &[(usize, usize)]) -> Diagnostic {
    let name = |index: usize| plan.scenarios[Id::new(index)].header.name.as_str();
    let mut finding: Option<Diagnostic> = None;
    let chain: Vec<String> = cycle.iter().map(|(scenario, _)| format!("`{}`", name(*scenario))).collect();
    for (scenario, next) in cycle {
        let call = calls[*scenario][*next - 1];
        let label = format!("`{}` runs `{}`", name(*scenario), name(call.value.index()));
        finding = Some(match finding {
            None => Diagnostic::error(
                "order/cycle",
                call.span,
                format!("scenarios run each other without end: {} → {}", chain.join(" → "), chain[0]),
                label,
            ),
            Some(finding) => finding.because(call.span, label),
        });
    }
    // INVARIANT: a cycle has at least one edge.
    finding
        .unwrap_or_else(|| Diagnostic::error("order/cycle", plan.header.span, "scenarios run each other without end", "in this plan"))
        .help("take what they share into a scenario that runs neither")
}

fn collect_calls(steps: &[Step], calls: &mut Vec<Spanned<Id<Scenario>>>) {
    for step in steps {
        match &step.kind {
            StepKind::Run(scenarios) => calls.extend(scenarios.iter().copied()),
            StepKind::Group { steps, .. } | StepKind::Parallel(steps) => collect_calls(steps, calls),
            StepKind::Choose { options, .. } => options.iter().for_each(|option| collect_calls(&option.steps, calls)),
            _ => {}
        }
        match &step.otherwise {
            Otherwise::Run(scenario) => calls.push(*scenario),
            Otherwise::Steps(steps) => collect_calls(steps, calls),
            _ => {}
        }
    }
}

/// Checks that every `{{slot}}` of a message is built in, declared, or recorded by some step.
fn slots_are_filled(plan: &Plan, found: &mut Vec<Diagnostic>) {
    let mut recorded = BTreeSet::new();
    for (_, scenario) in plan.scenarios.iter() {
        collect_records(&scenario.steps, &mut recorded);
    }
    for (_, phase) in plan.phases.iter() {
        for item in &phase.items {
            if let PhaseItem::Step(step) = item {
                collect_records(std::slice::from_ref(step), &mut recorded);
            }
        }
    }
    for (_, message) in plan.messages.iter() {
        let texts = message
            .subject
            .iter()
            .map(|subject| (subject.value.as_str(), subject.span))
            .chain(message.body.iter().map(|body| (body.text.as_str(), body.span)));
        let mut used = BTreeSet::new();
        for (text, span) in texts {
            for slot in slots(text) {
                used.insert(slot);
                let declared = message.slots.iter().any(|declared| declared.name.value == slot);
                if declared || recorded.contains(slot) || SLOTS.contains(&slot) {
                    continue;
                }
                let known = message.slots.iter().map(|slot| slot.name.value.as_str()).chain(recorded.iter().copied()).chain(SLOTS);
                let finding = Diagnostic::error(
                    "reference/unknown",
                    span,
                    format!("nothing fills the slot `{{{{{slot}}}}}` of `{}`", message.header.name),
                    "used here",
                );
                found.push(match nearest(slot, known) {
                    Some(near) => finding.help(format!("did you mean `{{{{{near}}}}}`?")),
                    None => finding.help(format!("declare it: `slot {slot} \"Question?\"`; built in are {}", SLOTS.join(", "))),
                });
            }
        }
    }
}

/// Returns the names in `{{…}}`.
pub fn slots(text: &str) -> impl Iterator<Item = &str> {
    text.split("{{").skip(1).filter_map(|rest| rest.split_once("}}")).map(|(slot, _)| slot.trim())
}

fn collect_records<'p>(steps: &'p [Step], recorded: &mut BTreeSet<&'p str>) {
    for step in steps {
        recorded.extend(step.records.iter().map(|(_, slot)| slot.value.as_str()));
        match &step.kind {
            StepKind::Group { steps, .. } | StepKind::Parallel(steps) => collect_records(steps, recorded),
            StepKind::Choose { options, .. } => options.iter().for_each(|option| collect_records(&option.steps, recorded)),
            _ => {}
        }
        if let Otherwise::Steps(steps) = &step.otherwise {
            collect_records(steps, recorded);
        }
    }
}
