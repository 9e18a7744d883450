//! Walks over a plan: every declaration, every step at any depth, every acceptance.

use super::change::PhaseItem;
use super::scenario::{Otherwise, Step, StepKind};
use super::{Accept, Header, Plan};

/// A declaration, without what is particular to its kind.
#[derive(Clone, Copy, Debug)]
pub struct Declared<'p> {
    /// Its keyword.
    pub kind: &'static str,
    pub header: &'p Header,
}

impl Plan {
    /// Returns every named declaration but the plan itself, by kind, in written order.
    pub fn declared(&self) -> Vec<Declared<'_>> {
        let mut all = Vec::new();
        macro_rules! add {
            ($($kind:literal $arena:ident),* $(,)?) => {
                $(all.extend(self.$arena.iter().map(|(_, item)| Declared { kind: $kind, header: &item.header }));)*
            };
        }
        add!(
            "param" params,
            "secret" secrets,
            "target" targets,
            "role" roles,
            "writer" writers,
            "backup" backups,
            "flag" flags,
            "release" releases,
            "channel" channels,
            "check" checks,
            "phase" phases,
            "change" changes,
            "decision" decisions,
            "trigger" triggers,
            "scenario" scenarios,
            "message" messages,
            "checklist" checklists,
            "monitor" monitors,
            "risk" risks,
            "post" posts,
            "section" sections,
        );
        all
    }

    /// Returns every step of phases and scenarios, at any depth, each before those inside it.
    pub fn steps(&self) -> Vec<&Step> {
        let mut all = Vec::new();
        for (_, phase) in self.phases.iter() {
            for item in &phase.items {
                if let PhaseItem::Step(step) = item {
                    add_step(step, &mut all);
                }
            }
        }
        for (_, scenario) in self.scenarios.iter() {
            scenario.steps.iter().for_each(|step| add_step(step, &mut all));
        }
        all
    }

    /// Returns every `accept`, wherever it stands.
    pub fn all_accepts(&self) -> Vec<&Accept> {
        let mut all: Vec<&Accept> = self.accepts.iter().chain(&self.header.accepts).collect();
        all.extend(self.declared().into_iter().flat_map(|declared| &declared.header.accepts));
        all.extend(self.steps().into_iter().flat_map(|step| &step.accepts));
        all.sort_by_key(|accept| accept.span);
        all
    }
}

impl Step {
    /// Returns the steps directly inside: of a group, of `parallel`, of each option, of `else`.
    pub fn inside(&self) -> Vec<&Step> {
        let mut inside: Vec<&Step> = match &self.kind {
            StepKind::Group { steps, .. } | StepKind::Parallel(steps) => steps.iter().collect(),
            StepKind::Choose { options, .. } => options.iter().flat_map(|option| &option.steps).collect(),
            _ => Vec::new(),
        };
        if let Otherwise::Steps(steps) = &self.otherwise {
            inside.extend(steps);
        }
        inside
    }
}

fn add_step<'p>(step: &'p Step, all: &mut Vec<&'p Step>) {
    all.push(step);
    for inner in step.inside() {
        add_step(inner, all);
    }
}
