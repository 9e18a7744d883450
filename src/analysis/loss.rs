//! What a restore loses: the writes between the start of the backup's take and the freeze that covers it, or, without
//! one, the restore.

use crate::plan::Plan;
use crate::plan::id::Id;
use crate::plan::lexeme::{duration_text, instant_text};
use crate::plan::target::{Backup, Target};

use super::program::{Item, Program, Work};
use super::schedule::Schedule;

/// One window of writes that a scenario loses.
#[derive(Clone, Debug)]
pub struct Loss {
    pub backup: Id<Backup>,
    pub target: Id<Target>,
    /// The window's length, where both ends are known.
    pub seconds: Option<u64>,
    /// For people: what is lost, from when until when.
    pub sentence: String,
}

/// Returns what the restores of a scenario lose. Of the forward run only what comes before `begun` changes can have
/// happened by then.
pub fn losses(plan: &Plan, schedule: &Schedule, forward: &Program<'_>, program: &Program<'_>, begun: usize) -> Vec<Loss> {
    let mut losses: Vec<Loss> = Vec::new();
    let mut changes = 0;
    let mut before = forward.items();
    before.retain(|item| {
        changes += usize::from(item.change.is_some());
        changes <= begun
    });
    let items = program.items();
    for (place, item) in items.iter().enumerate() {
        let Work::Restore(backup) = item.work else { continue };
        let own_take = items[..place].iter().any(|earlier| matches!(earlier.work, Work::Take(taken) if taken == backup));
        if own_take || losses.iter().any(|loss| loss.backup == backup) {
            continue;
        }
        losses.extend(of_restore(plan, schedule, &before, backup));
    }
    losses
}

/// What the forward run does to the writes that reach a target.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Turn {
    Freezes,
    Thaws,
}

fn of_restore(plan: &Plan, schedule: &Schedule, items: &[&Item<'_>], backup: Id<Backup>) -> Option<Loss> {
    let target = plan.backups[backup].of.value;
    let writes =
        plan.writers.is_empty() || plan.writers.iter().any(|(_, writer)| writer.targets.iter().any(|written| written.value == target));
    if !writes {
        return None;
    }
    let taken = items.iter().rposition(|item| matches!(item.work, Work::Take(taken) if taken == backup))?;
    let frozen_before = items[..taken].iter().rev().find_map(|item| turn(item, target)).is_some_and(|turn| turn == Turn::Freezes);
    let name = &plan.backups[backup].header.name;
    let store = &plan.targets[target].header;
    if frozen_before {
        // Nothing is written until the forward run lets writers back in, if it ever does.
        let thaw = items[taken..].iter().find(|item| turn(item, target) == Some(Turn::Thaws))?;
        let from =
            schedule.ended(&thaw.id).map_or(format!("“{}”", thaw.title), |at| format!("“{}” ({})", thaw.title, instant_text(at)));
        let sentence = format!("what is written to {} (`{}`) after {from} until the restore of `{name}` is lost", store.title, store.name);
        return Some(Loss { backup, target, seconds: None, sentence });
    }
    let begin = schedule.begins(&items[taken].id);
    let freeze = items[taken..].iter().find(|item| turn(item, target) == Some(Turn::Freezes));
    let thawed = freeze.is_some_and(|freeze| {
        let place = items.iter().position(|item| item.id == freeze.id).unwrap_or(taken);
        items[place..].iter().any(|item| turn(item, target) == Some(Turn::Thaws))
    });
    let from = begin.map_or("the backup was taken".to_owned(), |at| format!("the backup `{name}` was taken ({})", instant_text(at)));
    match freeze.filter(|_| !thawed) {
        Some(freeze) => {
            let end = schedule.ended(&freeze.id);
            let seconds = begin.zip(end).map(|(begin, end)| (end.0 - begin.0).max(0) as u64);
            let length = seconds.map_or(String::new(), |seconds| format!(", {} of writes,", duration_text(seconds)));
            let sentence =
                format!("what is written to {} (`{}`) from when {from} until “{}”{length} is lost", store.title, store.name, freeze.title);
            Some(Loss { backup, target, seconds, sentence })
        }
        None => {
            let sentence = format!("everything written to {} (`{}`) from when {from} until its restore is lost", store.title, store.name);
            Some(Loss { backup, target, seconds: None, sentence })
        }
    }
}

fn turn(item: &Item<'_>, target: Id<Target>) -> Option<Turn> {
    let effects = item.effects?;
    if effects.freezes.iter().any(|frozen| frozen.value == target) {
        Some(Turn::Freezes)
    } else if effects.thaws.iter().any(|thawed| thawed.value == target) {
        Some(Turn::Thaws)
    } else {
        None
    }
}
