//! What is compared of the way there: phases, changes, decisions; and of triggers.

use std::ops::Range;

use super::words::{instant, joined, name, present, retry, shown, spaced};
use super::{Reader, Said, Weight};
use crate::plan::change::{Change, Effects, PhaseItem, Recover, Undo};
use crate::plan::id::Id;
use crate::plan::scenario::{Answer, Condition, Source, Trigger};
use crate::plan::target::{Target, Writer};
use crate::plan::value::Duration;
use crate::source::Spanned;

impl Reader<'_> {
    pub(super) fn forward(&mut self) {
        let plan = self.plan;
        for (_, phase) in plan.phases.iter() {
            let said = vec![
                ("at", Said::Plain(phase.at.map(|it| instant(it.value)))),
                ("for", Said::Plain(phase.duration.map(|it| it.value.said()))),
                ("after", Said::Plain(joined(phase.after.iter().map(|it| name(&plan.phases, it.value))))),
                ("carried out by", Said::Plain(phase.external.as_ref().map(|it| it.value.clone()))),
            ];
            let steps = || phase.items.iter().filter_map(|item| if let PhaseItem::Step(step) = item { Some(step.as_ref()) } else { None });
            self.add("phase", &phase.header.name, Some(Weight::Otherwise), said);
            self.verbs("phase", &phase.header.name, steps());
            steps().for_each(|step| self.step(&phase.header.name, step));
        }
        for (_, change) in plan.changes.iter() {
            self.change(change);
        }
        for (_, decision) in plan.decisions.iter() {
            let said = vec![
                ("at", Said::Plain(decision.at.map(|it| instant(it.value)))),
                ("by", self.role(Some(decision.by))),
                ("needs", self.needs(&decision.needs)),
                ("else run", Said::Named(decision.else_run.as_ref().map(|it| name(&plan.scenarios, it.value)))),
                ("show", Said::Guards(decision.show.iter().map(|it| name(&plan.checks, it.value)).collect())),
            ];
            self.add("decision", &decision.header.name, Some(Weight::Worse), said);
        }
    }

    pub(super) fn change(&mut self, change: &Change) {
        let plan = self.plan;
        let undo = match &change.undo {
            Undo::None => None,
            Undo::Auto(_) => Some("auto".to_owned()),
            Undo::Action(action) => Some(self.action(action)),
        };
        let recover = change.recover.iter().map(|it| match &it.value {
            Recover::Restore(backup) => format!("restore {}", name(&plan.backups, *backup)),
            Recover::Run(scenario) => format!("run {}", name(&plan.scenarios, *scenario)),
            Recover::Forward(_) => "forward".to_owned(),
        });
        let mut said = vec![
            ("on", Said::Plain(change.on.map(|it| name(&plan.targets, it.value)))),
            ("via", Said::Plain(change.via.map(|it| name(&plan.targets, it.value)))),
            ("do", Said::Text(change.forward.as_ref().map(|it| self.action(it)))),
            ("undo", Said::Text(undo)),
            ("recover", Said::Guards(recover.collect())),
            ("after", Said::Plain(joined(change.after.iter().map(|it| name(&plan.changes, it.value))))),
            ("by", self.role(change.by)),
            ("applied", Said::Named(change.applied.map(|it| name(&plan.checks, it.value)))),
            ("undone", Said::Named(change.undone.map(|it| name(&plan.checks, it.value)))),
            ("verify", Said::Guards(change.verify.iter().map(|it| name(&plan.checks, it.value)).collect())),
            ("needs", self.needs(&change.needs)),
            ("confirm", present(change.confirm.is_some())),
            ("dir", Said::Plain(change.dir.as_ref().map(shown))),
            ("timeout", Said::Named(change.timeout.map(Duration::said))),
            ("retry", Said::Plain(change.retry.map(retry))),
        ];
        said.extend(self.effects(&change.effects));
        self.add("change", &change.header.name, None, said);
    }

    pub(super) fn effects(&self, effects: &Effects) -> Vec<(&'static str, Said)> {
        let objects = |list: &[Spanned<String>]| list.iter().map(|it| it.value.clone()).collect::<Vec<_>>();
        let targets = |list: &[Spanned<Id<Target>>]| list.iter().map(|it| name(&self.plan.targets, it.value)).collect::<Vec<_>>();
        let writers = |list: &[Spanned<Id<Writer>>]| list.iter().map(|it| name(&self.plan.writers, it.value)).collect::<Vec<_>>();
        vec![
            ("creates", Said::Plain(joined(objects(&effects.creates)))),
            ("alters", Said::Plain(joined(objects(&effects.alters)))),
            ("writes", Said::Plain(joined(objects(&effects.writes)))),
            ("destroys", Said::Plain(joined(objects(&effects.destroys)))),
            ("freezes", Said::Guards(targets(&effects.freezes).into_iter().collect())),
            ("thaws", Said::Plain(joined(targets(&effects.thaws)))),
            ("stops", Said::Guards(writers(&effects.stops).into_iter().collect())),
            ("starts", Said::Plain(joined(writers(&effects.starts)))),
        ]
    }

    pub(super) fn trigger(&mut self, trigger: &Trigger, active: Range<usize>) {
        let plan = self.plan;
        let when = trigger.when.iter().map(|it| self.condition(&it.value));
        let source = trigger.source.as_ref().map(|source| match source {
            Source::Text(text) => text.clone(),
            Source::Query(code) => spaced(code),
        });
        let runs = trigger.answers.iter().filter_map(|it| match it.value {
            Answer::Run(scenario) => Some(name(&plan.scenarios, scenario)),
            _ => None,
        });
        let says = |is: fn(&Answer) -> bool| trigger.answers.iter().any(|it| is(&it.value));
        let level = [("low", 3), ("medium", 2), ("high", 1), ("critical", 0)];
        let rank = level.iter().find(|(word, _)| *word == trigger.level.word()).map_or(0, |(_, rank)| *rank);
        let said = vec![
            ("level", Said::Rank(rank, trigger.level.word())),
            ("fires", if trigger.automatic { Said::Rank(0, "automatic") } else { Said::Rank(1, "manual") }),
            ("when", Said::Plain(joined(when))),
            ("source", Said::Text(source)),
            ("active", Said::Places(active)),
            ("respond within", Said::AtMost(trigger.respond.map(|it| it.value.seconds), None)),
            ("by", self.role(trigger.by)),
            ("run", Said::Guards(runs.collect())),
            ("investigate", present(says(|answer| matches!(answer, Answer::Investigate(_))))),
            ("continue", Said::Plain(says(|answer| matches!(answer, Answer::Continue(_))).then(|| "yes".to_owned()))),
        ];
        self.add("trigger", &trigger.header.name, Some(Weight::Worse), said);
    }

    pub(super) fn condition(&self, condition: &Condition) -> String {
        let lasting = |time: &Option<Duration>| time.map_or(String::new(), |time| format!(" for {}", time.said()));
        match condition {
            Condition::Told(by) => format!("told “{by}”"),
            Condition::Fails { check, lasting: time } => format!("{} fails{}", name(&self.plan.checks, *check), lasting(time)),
            Condition::Measured { metric, comparison, value, over_baseline, lasting: time } => {
                let over = if *over_baseline { " over baseline" } else { "" };
                format!("{metric} {} {value}{over}{}", comparison.sign(), lasting(time))
            }
        }
    }
}
