//! Undo sets: dependants first, and one restore for all that it takes back.

use std::collections::BTreeSet;
use std::rc::Rc;
use std::sync::Arc;

use crate::analysis::program::{self, Direction, Item, Node, Work};
use crate::diagnostic::Diagnostic;
use crate::effect::sql::Refusal;
use crate::graph::running;
use crate::plan::action::{Action, Code};
use crate::plan::change::{Change, Recover, Undo};
use crate::plan::id::Id;
use crate::plan::scenario::Step;
use crate::plan::target::{Backup, Release};
use crate::source::Span;

use super::Writer;

impl<'p> Writer<'_, 'p> {
    /// Writes an undo set: dependants first. A restore stands at the place of the latest change that it takes back by its
    /// own undo, and for the undos of everything else that it turns to undone.
    pub(super) fn undo_set(&mut self, changes: &[Id<Change>], step: &'p Step, prefix: &str, nodes: &mut Vec<Node<'p>>) {
        let order = self.reached(self.graph.undo_order(changes));
        let ways: Vec<Option<Id<Backup>>> = order.iter().map(|change| self.restored_by(*change)).collect();
        let mut kept: BTreeSet<Id<Backup>> = BTreeSet::new();
        let mut gone: BTreeSet<Id<Change>> = BTreeSet::new();
        for (change, way) in order.iter().zip(&ways) {
            if let Some(backup) = way
                && !gone.contains(change)
                && kept.insert(*backup)
            {
                gone.extend(self.returned(*backup).iter());
            }
        }
        for (change, way) in order.iter().zip(&ways) {
            if !self.has_room() {
                return;
            }
            match way {
                // The first that is restored from it stands for all.
                Some(backup) if kept.remove(backup) => {
                    let mut item = self.undo(*change, step, prefix);
                    let others = order.iter().zip(&ways).filter(|(_, other)| *other == way).map(|(other, _)| *other);
                    let all: BTreeSet<Id<Change>> =
                        self.returned(*backup).iter().copied().chain(others).filter(|other| other != change).collect();
                    item.undoes = self.graph.undo_order(&all.into_iter().collect::<Vec<_>>());
                    item.undoes.reverse();
                    nodes.push(Node::Item(Box::new(item)));
                }
                Some(_) => {}
                None if gone.contains(change) => {}
                None => {
                    let item = self.undo(*change, step, prefix);
                    nodes.push(Node::Item(Box::new(item)));
                }
            }
        }
    }

    /// Leaves out what can't be undone and begins only where the scenario no longer applies: `undo everything` before the point of no
    /// return means all that may have been done by then. When nothing else was asked for, it stays.
    fn reached(&self, order: Vec<Id<Change>>) -> Vec<Id<Change>> {
        let Some(scenario) = self.path.first().map(|root| &self.plan.scenarios[*root]) else { return order };
        let ends = scenario.applies.iter().filter_map(|applies| self.graph.until(applies.until?.value));
        let Some(end) = ends.min() else { return order };
        let begins = |change: &Id<Change>| self.graph.begun(*change);
        let reached = |change: &Id<Change>| self.plan.changes[*change].irreversible.is_none() || begins(change) < end;
        if order.iter().any(reached) { order.into_iter().filter(reached).collect() } else { order }
    }

    /// Says what else a restore turns to undone.
    pub(super) fn restores(&mut self, item: &mut Item<'p>) {
        if let Work::Restore(backup) = item.work {
            item.on = item.on.or(Some(self.plan.backups[backup].of.value));
            item.undoes = self.returned(backup).to_vec();
        }
    }

    /// Returns the changes that restoring a backup turns to undone. What the program itself has taken holds them all.
    fn returned(&mut self, backup: Id<Backup>) -> Rc<[Id<Change>]> {
        if self.own_takes.contains(&backup) {
            return Rc::new([]);
        }
        let (plan, graph, coverage) = (self.plan, self.graph, self.coverage);
        self.returned.entry(backup).or_insert_with(|| coverage.returned(plan, graph, backup).into()).clone()
    }

    /// Returns the backup whose restore takes a change back by its own word.
    fn restored_by(&self, change: Id<Change>) -> Option<Id<Backup>> {
        let change = &self.plan.changes[change];
        if change.irreversible.is_some() {
            return recovered_by(change);
        }
        match &change.undo {
            Undo::Action(action) => match action.as_ref() {
                Action::Restore { backup, .. } => Some(*backup),
                _ => None,
            },
            _ => None,
        }
    }

    /// The item that takes a change back.
    fn undo(&mut self, id: Id<Change>, step: &'p Step, prefix: &str) -> Item<'p> {
        let plan = self.plan;
        let change = &plan.changes[id];
        let title = format!("Undo: {}", change.header.title);
        let (work, release) = self.undo_work(id, step);
        let mut item = self.item(format!("{prefix}undo-{}", change.header.name), title, step.span, work);
        item.release = release;
        item.inverse = self.inverse(id).filter(|_| matches!(work, Work::Inverse));
        item.change = Some((id, Direction::Undo));
        item.takes = change.undo_takes.map(|takes| takes.value);
        if let Work::Restore(backup) = work {
            item.takes = item.takes.or(plan.backups[backup].restore_takes.map(|takes| takes.value));
            item.on = Some(plan.backups[backup].of.value);
        }
        item.by = change.by.map(|by| by.value);
        item.timeout = change.timeout;
        self.of_change(&mut item, change);
        item
    }

    fn undo_work(&mut self, id: Id<Change>, step: &Step) -> (Work<'p>, Option<Id<Release>>) {
        let change = &self.plan.changes[id];
        if let Some(irreversible) = change.irreversible {
            let Some(backup) = recovered_by(change) else {
                let name = &change.header.name;
                let help = match change.recover.iter().find_map(scenario) {
                    Some(scenario) => format!("write `run {}` here, as the change says", self.plan.scenarios[scenario].header.name),
                    None => "add `recover restore BACKUP` to the change, or let the scenario end before it".to_owned(),
                };
                self.findings.push(
                    Diagnostic::error(
                        "reversal/irreversible",
                        step.span,
                        format!("`{name}` can't be undone: the rollback would stop here"),
                        "undone here",
                    )
                    .because(irreversible, "declared irreversible, and no backup is said to bring it back")
                    .help(help),
                );
                return (Work::Nothing, None);
            };
            return (Work::Restore(backup), None);
        }
        match &change.undo {
            Undo::Action(action) => self.work(action),
            // `reversal/undeclared` speaks about the change itself.
            Undo::None => (Work::Nothing, None),
            Undo::Auto(_) => match &change.forward {
                Some(Action::Set { flag, .. }) => (Work::Unset { flag: *flag }, None),
                Some(Action::Edit { path, content, .. }) => (Work::Unedit { path, content }, None),
                Some(Action::Deploy { release, .. }) => match self.before(id, *release) {
                    Some(before) => (self.deploy(before), Some(before)),
                    None => (Work::Nothing, None),
                },
                Some(Action::Code(_)) if self.graph.touched(id).inverse.is_some() => (Work::Inverse, None),
                // `no_inverses` has said so.
                _ => (Work::Nothing, None),
            },
        }
    }

    /// Returns the release that runs on the target of `release` when the change begins.
    fn before(&self, change: Id<Change>, release: Id<Release>) -> Option<Id<Release>> {
        let plan = self.plan;
        let of = plan.releases[release].of.value;
        let earlier = &self.graph.order()[..self.graph.rank(change)];
        let deployed = earlier.iter().rev().find_map(|earlier| match plan.changes[*earlier].forward {
            Some(Action::Deploy { release, .. }) if plan.releases[release].of.value == of => Some(release),
            _ => None,
        });
        // Of several that run, nothing says which one gives way.
        let runs = || running(plan, of).filter(|_| !self.several_run(release));
        deployed.or_else(runs).filter(|before| *before != release)
    }

    /// Returns whether several releases run on the target of `release` before the plan begins.
    fn several_run(&self, release: Id<Release>) -> bool {
        let plan = self.plan;
        let of = plan.releases[release].of.value;
        plan.releases.iter().filter(|(_, other)| other.running.is_some() && other.of.value == of).count() > 1
    }

    /// Returns the SQL that takes a change back, as it was derived.
    fn inverse(&self, id: Id<Change>) -> Option<Arc<Code>> {
        let Some(Action::Code(code)) = &self.plan.changes[id].forward else { return None };
        let derived = self.graph.touched(id).inverse.as_deref()?.as_ref().ok()?;
        Some(Arc::new(program::inverse(code, derived)))
    }

    /// Reports each `undo auto` whose inverse can't be derived.
    pub(super) fn no_inverses(&mut self) {
        for (id, change) in self.plan.changes.iter() {
            let Undo::Auto(span) = change.undo else { continue };
            let name = &change.header.name;
            let inverted = match &change.forward {
                Some(Action::Code(code)) => self.graph.touched(id).inverse.as_deref().map(|inverse| (code, inverse)),
                _ => None,
            };
            if let Some((code, inverse)) = inverted {
                match inverse {
                    Ok(inverse) if inverse.statements.is_empty() => {
                        let why = "it changes nothing that stays, so nothing can be taken back".to_owned();
                        self.findings.push(refused(name, span, code, &[Refusal { range: 0..0, why, help: "write the undo" }]));
                    }
                    Ok(_) => {}
                    Err(refusals) => self.findings.push(refused(name, span, code, refusals)),
                }
                continue;
            }
            let (what, help) = match &change.forward {
                Some(Action::Set { .. } | Action::Edit { .. }) => continue,
                Some(Action::Deploy { release, .. }) => match self.before(id, *release) {
                    Some(before) if self.plan.releases[before].deploy.is_some() => continue,
                    Some(_) => ("the release before it does not say how it is deployed", "add `deploy …` to that release"),
                    None if self.several_run(*release) => {
                        ("several releases of its target are `running`: nothing says which one comes back", "write `undo deploy NAME`")
                    }
                    None => ("nothing says what runs before it", "declare the release that runs now, with `running`"),
                },
                Some(_) => ("what would have to be inverted", "write the undo; `auto` is for SQL, `set`, `edit` and `deploy`"),
                None => ("another tool carries it out", "write the undo"),
            };
            let place = change.forward.as_ref().map_or(change.header.span, Action::span);
            self.findings.push(
                Diagnostic::error("reversal/no-inverse", span, format!("rbk can't derive the inverse of `{name}`"), "asked for here")
                    .because(place, what)
                    .help(help),
            );
        }
    }
}

/// Returns what stands in the way of an inverse of SQL.
fn refused(name: &str, asked: Span, code: &Code, refusals: &[Refusal]) -> Diagnostic {
    let whys: Vec<&str> = refusals.iter().map(|refusal| refusal.why.as_str()).collect();
    Diagnostic::error("reversal/no-inverse", asked, format!("rbk can't derive the inverse of `{name}`"), "asked for here")
        .because(code.span, whys.join("; "))
        .help(refusals.first().map_or("write the undo", |refusal| refusal.help))
}

/// Returns the backup that is said to bring an irreversible change back.
fn recovered_by(change: &Change) -> Option<Id<Backup>> {
    change.recover.iter().find_map(|recover| match recover.value {
        Recover::Restore(backup) => Some(backup),
        _ => None,
    })
}

fn scenario(recover: &crate::source::Spanned<Recover>) -> Option<Id<crate::plan::scenario::Scenario>> {
    match recover.value {
        Recover::Run(scenario) => Some(scenario),
        _ => None,
    }
}
