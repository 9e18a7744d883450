//! Spells undos out: what takes a change back, in which order, and what a restore makes unnecessary.

use std::collections::BTreeSet;

use super::Writer;
use crate::analysis::program::{Direction, Item, Node, Work};
use crate::diagnostic::Diagnostic;
use crate::plan::action::Action;
use crate::plan::change::{Change, Recover, Undo};
use crate::plan::id::Id;
use crate::plan::scenario::Step;
use crate::plan::target::{Backup, Release};

impl<'p> Writer<'_, 'p> {
    /// The item that takes a change back.
    fn undo(&mut self, id: Id<Change>, step: &'p Step, prefix: &str) -> Item<'p> {
        let plan = self.plan;
        let change = &plan.changes[id];
        let title = format!("Undo: {}", change.header.title);
        let (work, release) = self.undo_work(change, step);
        let mut item = self.item(format!("{prefix}undo-{}", change.header.name), title, step.span, work);
        item.release = release;
        item.change = Some((id, Direction::Undo));
        item.takes = change.undo_takes.map(|takes| takes.value);
        if let Work::Restore(backup) = item.work {
            item.takes = item.takes.or(plan.backups[backup].restore_takes.map(|takes| takes.value));
        }
        item.timeout = change.timeout;
        self.of_change(&mut item, change);
        item
    }

    fn undo_work(&mut self, change: &'p Change, step: &Step) -> (Work<'p>, Option<Id<Release>>) {
        let name = &change.header.name;
        if let Some(irreversible) = change.irreversible {
            let restore = change.recover.iter().find_map(|recover| match recover.value {
                Recover::Restore(backup) => Some(backup),
                _ => None,
            });
            return match restore {
                Some(backup) => (Work::Restore(backup), None),
                None => {
                    self.findings.push(
                        Diagnostic::error("reversal/irreversible", step.span, format!("`{name}` can't be undone"), "undone here")
                            .because(irreversible, "declared irreversible, and no backup is said to bring it back")
                            .help("add `recover restore BACKUP` to the change, or leave it out here"),
                    );
                    (Work::Nothing, None)
                }
            };
        }
        match &change.undo {
            Undo::Action(action) => self.work(action),
            // `reversal/undeclared` speaks about the change itself.
            Undo::None => (Work::Nothing, None),
            Undo::Auto(span) => match &change.forward {
                Some(Action::Set { flag, .. }) => (Work::Unset { flag: *flag }, None),
                Some(Action::Edit { path, content, .. }) => (Work::Unedit { path, content }, None),
                _ => {
                    self.findings.push(
                        Diagnostic::error(
                            "reversal/no-inverse",
                            *span,
                            format!("rbk can't derive the inverse of `{name}`"),
                            "asked for here",
                        )
                        .because(change.forward.as_ref().map_or(change.header.span, Action::span), "what would have to be inverted")
                        .help("write the undo: `undo ```sql …`; `auto` is for `set` and `edit`"),
                    );
                    (Work::Nothing, None)
                }
            },
        }
    }

    /// Returns the changes that restoring a backup turns to undone: those on what it covers that come after its take.
    fn covered(&self, backup: Id<Backup>) -> Vec<Id<Change>> {
        let Some(taken) = self.taken[backup.index()].filter(|_| !self.own_takes.contains(&backup)) else { return Vec::new() };
        let saved = &self.plan.backups[backup];
        let covers = |id: &Id<Change>| {
            let change = &self.plan.changes[*id];
            change.on.is_some_and(|on| on.value == saved.of.value) && (saved.tables.is_empty() || within(change, saved))
        };
        self.graph.order()[taken.min(self.begun)..self.begun].iter().copied().filter(covers).collect()
    }

    /// Writes an undo set: dependants first; one restore stands for every undo that it makes unnecessary.
    pub(super) fn undo_set(&mut self, changes: &[Id<Change>], step: &'p Step, prefix: &str, nodes: &mut Vec<Node<'p>>) {
        let order = self.graph.undo_order(changes);
        let restores: Vec<Option<Id<Backup>>> = order.iter().map(|change| self.restored_by(*change)).collect();
        let mut gone: BTreeSet<Id<Change>> = BTreeSet::new();
        for backup in restores.iter().flatten() {
            gone.extend(self.covered(*backup));
        }
        let mut written: BTreeSet<Id<Backup>> = BTreeSet::new();
        for (change, restore) in order.iter().zip(&restores) {
            match restore {
                Some(backup) if !written.insert(*backup) => {}
                Some(backup) => {
                    let mut item = self.undo(*change, step, prefix);
                    item.undoes = self.covered(*backup).into_iter().filter(|other| other != change).collect();
                    nodes.push(Node::Item(Box::new(item)));
                }
                None if gone.contains(change) => {}
                None => {
                    let item = self.undo(*change, step, prefix);
                    nodes.push(Node::Item(Box::new(item)));
                }
            }
        }
    }

    fn restored_by(&self, change: Id<Change>) -> Option<Id<Backup>> {
        let change = &self.plan.changes[change];
        if change.irreversible.is_some() {
            return change.recover.iter().find_map(|recover| match recover.value {
                Recover::Restore(backup) => Some(backup),
                _ => None,
            });
        }
        match &change.undo {
            Undo::Action(action) => match action.as_ref() {
                Action::Restore { backup, .. } => Some(*backup),
                _ => None,
            },
            _ => None,
        }
    }

    /// Says what else a restore turns to undone.
    pub(super) fn restores(&self, item: &mut Item<'p>) {
        if let Work::Restore(backup) = item.work {
            item.on = item.on.or(Some(self.plan.backups[backup].of.value));
            item.undoes = self.covered(backup);
        }
    }
}

/// Returns whether everything that a change is known to touch lies in the tables of a backup.
fn within(change: &Change, backup: &Backup) -> bool {
    let effects = &change.effects;
    let mut objects = effects.creates.iter().chain(&effects.alters).chain(&effects.writes).chain(&effects.destroys).peekable();
    objects.peek().is_some()
        && objects.all(|object| {
            backup.tables.iter().any(|table| {
                object.value == table.value || object.value.strip_prefix(&table.value).is_some_and(|rest| rest.starts_with('.'))
            })
        })
}
