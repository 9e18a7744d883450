//! Whose shell a script of a plan is.

use crate::plan::Plan;
use crate::plan::action::{Action, Code, Language};
use crate::plan::change::{Change, Undo};
use crate::plan::check::{Check, Probe};
use crate::plan::scenario::{Step, StepKind};
use crate::plan::target::Backup;

/// Whose shell it is.
#[derive(Clone, Copy, Debug)]
pub enum Holder<'p> {
    Do(&'p Change),
    Undo(&'p Change),
    Step(&'p Step),
    Check(&'p Check),
    Take(&'p Backup),
    Verify(&'p Backup),
    Restore(&'p Backup),
    Copy(&'p Backup),
    /// A message is sent, data is piped through.
    Other,
}

impl Holder<'_> {
    /// Returns whether a check asks afterwards what came of it.
    pub fn is_verified(&self) -> bool {
        match self {
            Holder::Do(change) => !change.verify.is_empty(),
            Holder::Step(step) => !step.verify.is_empty(),
            Holder::Undo(_)
            | Holder::Check(_)
            | Holder::Take(_)
            | Holder::Verify(_)
            | Holder::Restore(_)
            | Holder::Copy(_)
            | Holder::Other => false,
        }
    }
}

/// Returns every piece of shell in a plan, with whose it is.
pub fn all(plan: &Plan) -> Vec<(Holder<'_>, &Code)> {
    let mut all = Vec::new();
    for (_, change) in plan.changes.iter() {
        all.extend(change.forward.as_ref().and_then(code).map(|code| (Holder::Do(change), code)));
        if let Undo::Action(undo) = &change.undo {
            all.extend(code(undo).map(|code| (Holder::Undo(change), code)));
        }
    }
    for step in plan.steps() {
        if let StepKind::Do { action: Some(action), .. } = &step.kind {
            all.extend(code(action).map(|code| (Holder::Step(step), code)));
        }
    }
    for (_, check) in plan.checks.iter() {
        if let Some(Probe::Run(code)) = &check.probe {
            all.push((Holder::Check(check), code));
        }
    }
    for (_, backup) in plan.backups.iter() {
        all.extend(backup.take.iter().map(|code| (Holder::Take(backup), code)));
        all.extend(backup.verify.iter().map(|code| (Holder::Verify(backup), code)));
        all.extend(backup.restore.iter().map(|code| (Holder::Restore(backup), code)));
        all.extend(backup.copy.iter().map(|code| (Holder::Copy(backup), code)));
        all.extend(backup.encrypt.iter().chain(&backup.decrypt).map(|code| (Holder::Other, code)));
    }
    all.extend(plan.channels.iter().filter_map(|(_, channel)| channel.send.as_ref()).map(|code| (Holder::Other, code)));
    all.extend(plan.releases.iter().filter_map(|(_, release)| release.deploy.as_ref().and_then(code)).map(|code| (Holder::Other, code)));
    all.retain(|(_, code)| matches!(code.language, Language::Sh | Language::Bash));
    all
}

fn code(action: &Action) -> Option<&Code> {
    match action {
        Action::Code(code) => Some(code),
        _ => None,
    }
}
