//! What is compared of scenarios and of every step.

use std::collections::{BTreeMap, BTreeSet};

use super::words::{joined, name, present, retry, shown};
use super::{Reader, Said, Weight};
use crate::plan::scenario::{EscalateWhen, Guard, Otherwise, Step, StepKind, Test};
use crate::plan::value::Duration;
use crate::source::Spanned;

impl Reader<'_> {
    pub(super) fn scenarios(&mut self) {
        let plan = self.plan;
        for (_, scenario) in plan.scenarios.iter() {
            let within = scenario.applies.iter().filter_map(|clause| clause.within.as_ref()).map(|(length, _)| length.value.seconds);
            let escalates = scenario.escalates.iter().map(|it| name(&plan.scenarios, it.to.value));
            let after = scenario.escalates.iter().filter_map(|it| match it.when {
                EscalateWhen::After(after) => Some(after.seconds),
                EscalateWhen::Check(_) => None,
            });
            let when = scenario.escalates.iter().filter_map(|it| match it.when {
                EscalateWhen::Check(check) => Some(name(&plan.checks, check)),
                EscalateWhen::After(_) => None,
            });
            let seconds = |it: Option<Spanned<Duration>>| it.map(|it| it.value.seconds);
            let said = vec![
                ("rto", Said::AtMost(seconds(scenario.rto), seconds(plan.rto))),
                ("loses at most", Said::AtMost(seconds(scenario.loses_at_most), seconds(plan.rpo))),
                ("applies within", Said::Until(within.min())),
                ("approve", self.role(scenario.approve.as_ref().map(|it| it.by))),
                ("approve by other", present(scenario.approve.as_ref().is_some_and(|it| it.other))),
                ("needs", self.needs(&scenario.needs)),
                ("lines of `never`", Said::Count(scenario.never.len())),
                ("level", Said::Plain(scenario.level.map(|it| it.value.to_string()))),
                ("escalates to", Said::Guards(escalates.collect())),
                ("escalates after", Said::AtMost(after.min(), None)),
                ("escalates when", Said::Plain(joined(when))),
                ("goes forward", Said::Risks(scenario.goes_forward.iter().map(|_| String::new()).collect())),
                ("leaves frozen", Said::Risks(scenario.leaves_frozen.iter().map(|it| name(&plan.targets, it.value)).collect())),
            ];
            self.add("scenario", &scenario.header.name, None, said);
            self.verbs("scenario", &scenario.header.name, scenario.steps.iter());
            scenario.steps.iter().for_each(|step| self.step(&scenario.header.name, step));
        }
    }

    /// What verbs are about, of all the steps of a scenario or phase.
    pub(super) fn verbs<'s>(&mut self, kind: &'static str, of: &str, steps: impl Iterator<Item = &'s Step>) {
        let mut about: BTreeMap<&str, BTreeSet<String>> = BTreeMap::new();
        let mut open: Vec<&Step> = steps.collect();
        let plan = self.plan;
        while let Some(step) = open.pop() {
            open.extend(step.inside());
            let (verb, names): (&str, Vec<String>) = match &step.kind {
                StepKind::Take(of) => ("take", of.iter().map(|it| name(&plan.backups, it.value)).collect()),
                StepKind::Restore(of) => ("restore", of.iter().map(|it| name(&plan.backups, it.value)).collect()),
                StepKind::Capture(of) => ("capture", of.iter().map(|it| name(&plan.checks, it.value)).collect()),
                StepKind::Verify(of) => ("verify", of.iter().map(|it| name(&plan.checks, it.value)).collect()),
                StepKind::Show(of) => ("show", of.iter().map(|it| name(&plan.checks, it.value)).collect()),
                StepKind::Send(of) => ("send", of.iter().map(|it| name(&plan.messages, it.value)).collect()),
                StepKind::Deploy(of) => ("deploy", of.iter().map(|it| name(&plan.releases, it.value)).collect()),
                StepKind::Run(of) => ("run", of.iter().map(|it| name(&plan.scenarios, it.value)).collect()),
                StepKind::Set { flag, value } => ("set", vec![format!("{} to {}", name(&plan.flags, flag.value), value.value)]),
                _ => continue,
            };
            about.entry(verb).or_default().extend(names);
        }
        let said = ["take", "capture", "verify", "send", "show"].map(|verb| (verb, Said::Guards(about.remove(verb).unwrap_or_default())));
        let plain = ["restore", "deploy", "run", "set"].map(|verb| (verb, Said::Plain(joined(about.remove(verb).unwrap_or_default()))));
        let traits = self.all.entry((kind, of.to_owned())).or_default();
        traits.said.extend(said.into_iter().chain(plain).map(|(words, said)| (words.to_owned(), said)));
    }

    pub(super) fn step(&mut self, of: &str, step: &Step) {
        let plan = self.plan;
        let full = format!("{of}.{}", step.name);
        let (otherwise, runs) = match &step.otherwise {
            Otherwise::Stop => (Said::Rank(0, "stop"), None),
            Otherwise::Run(scenario) => (Said::Rank(0, "run"), Some(name(&plan.scenarios, scenario.value))),
            Otherwise::Steps(_) => (Said::Rank(0, "other steps"), None),
            Otherwise::Continue => (Said::Rank(1, "continue"), None),
        };
        let mut said = vec![
            ("by", self.role(step.by)),
            ("after", Said::Plain(joined(step.after.iter().map(|it| it.value.clone())))),
            ("conditions", Said::Plain(joined(step.conditions.iter().map(|it| self.guard(it))))),
            ("needs", self.needs(&step.needs)),
            ("confirm", present(step.confirm.is_some())),
            ("dir", Said::Plain(step.dir.as_ref().map(shown))),
            ("timeout", Said::Named(step.timeout.map(Duration::said))),
            ("retry", Said::Plain(step.retry.map(retry))),
            ("verify", Said::Guards(step.verify.iter().map(|it| name(&plan.checks, it.value)).collect())),
            ("else", otherwise),
            ("else run", Said::Plain(runs)),
            ("record", Said::Guards(step.records.iter().map(|(_, slot)| slot.value.clone()).collect())),
        ];
        said.extend(self.effects(&step.effects));
        let is_own = match &step.kind {
            StepKind::Do { on, via, action } => {
                said.extend([
                    ("on", Said::Plain(on.map(|it| name(&plan.targets, it.value)))),
                    ("via", Said::Plain(via.map(|it| name(&plan.targets, it.value)))),
                    ("do", Said::Text(action.as_ref().map(|it| self.action(it)))),
                ]);
                true
            }
            StepKind::Manual { .. } => true,
            StepKind::Group { rto, .. } => {
                said.push(("rto", Said::AtMost(rto.map(|it| it.value.seconds), None)));
                true
            }
            StepKind::Choose { several, options } => {
                let recommended = options.iter().filter(|it| it.recommended).map(|it| it.name.value.clone());
                said.extend([
                    ("several", Said::Plain(several.then(|| "yes".to_owned()))),
                    ("option", Said::Guards(options.iter().map(|it| it.name.value.clone()).collect())),
                    ("recommended", Said::Plain(joined(recommended))),
                ]);
                for option in options {
                    let conditions = Said::Plain(joined(option.conditions.iter().map(|it| self.guard(it))));
                    let said = vec![("conditions", conditions), ("needs", self.needs(&option.needs))];
                    self.add("step", &format!("{full}.{}", option.name.value), None, said);
                }
                true
            }
            // What a verb is about is compared by itself.
            _ => false,
        };
        self.add("step", &full, is_own.then_some(Weight::Otherwise), said);
        step.inside().into_iter().for_each(|inner| self.step(of, inner));
    }

    pub(super) fn guard(&self, guard: &Guard) -> String {
        let plan = self.plan;
        let test = match &guard.test {
            Test::Check(check) => name(&plan.checks, *check),
            Test::Available(backup) => format!("{} is available", name(&plan.backups, *backup)),
            Test::Applied(change) => format!("{} is applied", name(&plan.changes, *change)),
            Test::Param(param, value) => format!("{} is “{value}”", name(&plan.params, *param)),
            Test::Chose(option) => format!("chose {}", option.value),
        };
        format!("{} {test}", if guard.negated { "unless" } else { "only if" })
    }
}
