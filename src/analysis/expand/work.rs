//! What an action does, and the item that applies a change.

use crate::analysis::harm;
use crate::analysis::program::{Direction, Item, Work};
use crate::plan::action::{Action, Code, Language};
use crate::plan::change::Change;
use crate::plan::id::Id;
use crate::plan::target::Release;
use crate::source::Spanned;

use super::Writer;

impl<'p> Writer<'_, 'p> {
    /// Returns what an action does, and the release that it deploys.
    pub(super) fn work(&self, action: &'p Action) -> (Work<'p>, Option<Id<Release>>) {
        match action {
            Action::Code(code) => (code_work(code), None),
            Action::Manual(prose) => (Work::Manual(Some(prose)), None),
            Action::Edit { path, content, .. } => (Work::Edit { path, content }, None),
            Action::Restore { backup, .. } => (Work::Restore(*backup), None),
            Action::Set { flag, value, .. } => (Work::Set { flag: *flag, value }, None),
            Action::Deploy { release, .. } => (self.deploy(*release), Some(*release)),
        }
    }

    /// Returns what deploying a release does.
    pub(super) fn deploy(&self, release: Id<Release>) -> Work<'p> {
        match &self.plan.releases[release].deploy {
            // A release that is deployed by deploying has been refused.
            Some(Action::Deploy { .. }) | None => Work::Nothing,
            Some(action) => self.work(action).0,
        }
    }

    /// The item that applies a change.
    pub(super) fn apply(&mut self, id: Id<Change>) -> Item<'p> {
        let plan = self.plan;
        let change = &plan.changes[id];
        let (work, release) = change.forward.as_ref().map_or((Work::Nothing, None), |action| self.work(action));
        let mut item = self.item(change.header.name.clone(), change.header.title.clone(), change.header.span, work);
        item.release = release;
        item.change = Some((id, Direction::Apply));
        if let (Work::Sql(_), Some(statements)) = (work, &self.graph.touched(id).statements) {
            item.harm = harm::first(statements).into();
        }
        item.takes = change.takes.map(|takes| takes.value);
        if let Work::Restore(backup) = work {
            item.takes = item.takes.or(plan.backups[backup].restore_takes.map(|takes| takes.value));
        }
        item.by = change.by.map(|by| by.value);
        item.needs = &change.needs;
        item.confirm = change.confirm.as_deref();
        item.timeout = change.timeout;
        item.retry = change.retry;
        item.verify = ids(&change.verify);
        item.effects = Some(&change.effects);
        item.notes = &change.header.notes;
        item.links = &change.header.links;
        self.of_change(&mut item, change);
        item
    }

    /// What holds of a change whichever way it is moved.
    pub(super) fn of_change(&self, item: &mut Item<'p>, change: &'p Change) {
        item.on = change.on.map(|on| on.value).or(item.on);
        item.dir = change.dir.as_ref();
        item.applied = change.applied.map(|check| check.value);
        item.undone = change.undone.map(|check| check.value);
        if let Some(release) = item.release
            && item.on.is_none()
        {
            item.on = Some(self.plan.releases[release].of.value);
        }
        item.via = self.plan.host_of(change.via.map(|via| via.value), item.on);
    }
}

fn code_work(code: &Code) -> Work<'_> {
    match code.language {
        Language::Sql => Work::Sql(code),
        Language::Sh | Language::Bash => Work::Shell(code),
        // Shown and never run, which has been refused.
        _ => Work::Nothing,
    }
}

/// Returns the ids of a list.
pub(super) fn ids<T>(list: &[Spanned<Id<T>>]) -> Vec<Id<T>> {
    list.iter().map(|entry| entry.value).collect()
}
