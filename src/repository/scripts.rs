//! The shell of a plan with the folders that it may run in, as seen from the repository.

use std::sync::Arc;

use crate::effect::sh::{self, Command};
use crate::plan::Plan;
use crate::plan::action::{Action, Code, Language};
use crate::plan::change::{Change, Undo};
use crate::plan::check::Probe;
use crate::plan::id::Id;
use crate::plan::scenario::{Step, StepKind};
use crate::plan::target::{Target, TargetKind};
use crate::plan::value::Place;
use crate::source::{Entry, Repository, Sources, Span, beside};

/// Programs that run a command somewhere else.
const FAR: [&str; 12] =
    ["ssh", "docker", "docker-compose", "podman", "nerdctl", "kubectl", "oc", "heroku", "fly", "flyctl", "lxc", "vagrant"];

/// How well the folder is known in which a script runs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Known {
    /// Nothing is said, or a folder relative to that.
    Here,
    /// A variable holds it: a checkout, most likely.
    Variable,
    /// On another machine, or by its whole path.
    Far,
}

/// The folder in which a command runs.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Working {
    pub known: Known,
    /// It, from where the plan's scripts start; `None` when only the one who runs it knows.
    pub folder: Option<String>,
}

impl Working {
    fn of(dir: Option<&Place>) -> Working {
        match dir {
            None => Working { known: Known::Here, folder: Some(String::new()) },
            Some(Place::Variable(_)) => Working { known: Known::Variable, folder: Some(String::new()) },
            Some(Place::Literal(path)) if path.starts_with(['/', '~']) => Working { known: Known::Far, folder: None },
            Some(Place::Literal(path)) => Working { known: Known::Here, folder: Some(path.clone()) },
        }
    }

    /// Returns the folder after `cd`.
    fn after(&self, to: Option<&str>) -> Working {
        match (to, &self.folder) {
            (Some(to), Some(folder)) if !to.starts_with(['/', '~', '-']) => {
                Working { known: self.known, folder: Some(format!("{folder}/{to}")) }
            }
            (Some(to), _) if to.starts_with(['/', '~']) => Working { known: Known::Far, folder: None },
            _ => Working { known: self.known.max(Known::Variable), folder: None },
        }
    }
}

impl Known {
    fn max(self, other: Known) -> Known {
        if self == Known::Far { self } else { other }
    }
}

/// Where a name leads.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Found {
    /// A path from the root.
    At(String),
    Nowhere,
    /// There may be one: in a folder that nobody knows here, among what is built, in another place of the same name.
    Perhaps,
}

impl Working {
    /// Looks for a file or folder that a command calls `name`.
    pub fn find(&self, repository: &dyn Repository, name: &str) -> Found {
        let name = name.trim_end_matches('/');
        if name.is_empty() || name.starts_with(['/', '~']) || name.contains(['$', '`', '*', '?', '[', '{', '\n']) {
            return Found::Perhaps;
        }
        let mut unsure = false;
        let places: Vec<String> = self.bases(repository).iter().filter_map(|base| beside(base, name)).collect();
        for path in &places {
            match repository.entry(path) {
                Entry::File | Entry::Folder => return Found::At(path.clone()),
                Entry::Unknown => unsure = true,
                Entry::Nothing => {}
            }
        }
        let Some(plain) = beside("", name) else { return Found::Perhaps };
        match repository.ending(&plain).as_deref() {
            _ if unsure => Found::Perhaps,
            Some([one]) => Found::At(one.clone()),
            Some([]) if !places.iter().any(|path| repository.is_ignored(path)) => Found::Nowhere,
            _ => Found::Perhaps,
        }
    }

    /// Returns the folders that the working directory may be: the plan's own, and those around it.
    pub fn bases(&self, repository: &dyn Repository) -> Vec<String> {
        let Some(folder) = &self.folder else { return Vec::new() };
        let mut around = vec![repository.home()];
        while let Some(last) = around.last().filter(|last| !last.is_empty()) {
            around.push(last.rsplit_once('/').map_or("", |(parent, _)| parent));
        }
        around.into_iter().filter_map(|base| beside(base, folder)).collect()
    }
}

/// Whose a script is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Part {
    Do(Id<Change>),
    Undo(Id<Change>),
    /// A step of a phase.
    Forward,
    /// A step of a scenario, or how a backup is restored.
    Back,
    /// It asks, saves or sends.
    Aside,
}

impl Part {
    /// Returns whether the plan goes back there.
    pub fn is_back(self) -> bool {
        matches!(self, Part::Undo(_) | Part::Back)
    }
}

/// A script, read.
#[derive(Debug)]
pub struct Script<'p> {
    pub part: Part,
    pub code: &'p Code,
    pub on: Option<Id<Target>>,
    read: Arc<sh::Script>,
    /// Of each command.
    pub working: Vec<Working>,
}

impl Script<'_> {
    pub fn commands(&self) -> &[Command] {
        &self.read.commands
    }

    /// Returns where a range of the code stands.
    pub fn place(&self, sources: &Sources, range: &std::ops::Range<usize>) -> Span {
        self.code.place(&sources.file(self.code.span.file).text, range)
    }
}

/// Returns every script of a plan.
pub fn all(plan: &Plan) -> Vec<Script<'_>> {
    let mut all = All { plan, scripts: Vec::new() };
    for (id, change) in plan.changes.iter() {
        all.change(id, change);
    }
    for (_, phase) in plan.phases.iter() {
        for item in &phase.items {
            if let crate::plan::change::PhaseItem::Step(step) = item {
                all.step(step, Part::Forward);
            }
        }
    }
    for (_, scenario) in plan.scenarios.iter() {
        let part = if scenario.goes_forward.is_some() { Part::Forward } else { Part::Back };
        scenario.steps.iter().for_each(|step| all.step(step, part));
    }
    for (_, check) in plan.checks.iter() {
        if let Some(Probe::Run(code)) = &check.probe {
            let (on, via) = (check.on.map(|on| on.value), check.via.map(|via| via.value));
            all.code(Part::Aside, code, on, via, check.dir.as_ref());
        }
    }
    for (_, backup) in plan.backups.iter() {
        let on = Some(backup.of.value);
        let aside = [&backup.take, &backup.verify, &backup.copy, &backup.encrypt];
        aside.into_iter().flatten().for_each(|code| all.code(Part::Aside, code, on, None, None));
        let back = [&backup.restore, &backup.decrypt];
        back.into_iter().flatten().for_each(|code| all.code(Part::Back, code, on, None, None));
    }
    for (_, channel) in plan.channels.iter() {
        channel.send.iter().for_each(|code| all.code(Part::Aside, code, None, None, None));
    }
    all.scripts
}

struct All<'p> {
    plan: &'p Plan,
    scripts: Vec<Script<'p>>,
}

impl<'p> All<'p> {
    fn change(&mut self, id: Id<Change>, change: &'p Change) {
        let (on, via) = (change.on.map(|on| on.value), change.via.map(|via| via.value));
        if let Some(Action::Code(code)) = &change.forward {
            self.code(Part::Do(id), code, on, via, change.dir.as_ref());
        }
        if let Undo::Action(undo) = &change.undo
            && let Action::Code(code) = undo.as_ref()
        {
            self.code(Part::Undo(id), code, on, via, change.dir.as_ref());
        }
    }

    fn step(&mut self, step: &'p Step, part: Part) {
        if let StepKind::Do { on, via, action: Some(Action::Code(code)) } = &step.kind {
            self.code(part, code, on.map(|on| on.value), via.map(|via| via.value), step.dir.as_ref());
        }
        for inside in step.inside() {
            self.step(inside, part);
        }
    }

    fn code(&mut self, part: Part, code: &'p Code, on: Option<Id<Target>>, via: Option<Id<Target>>, dir: Option<&Place>) {
        if !matches!(code.language, Language::Sh | Language::Bash) {
            return;
        }
        let host = self.plan.host_of(via, on).map(|host| &self.plan.targets[host]);
        let host = host.filter(|host| host.kind.value == TargetKind::Host);
        let mut working = Working::of(dir.or(host.and_then(|host| host.dir.as_ref()).map(|dir| &dir.value)));
        if host.is_some_and(|host| !host.ssh.is_empty()) {
            working = Working { known: Known::Far, ..working };
        }
        let read = sh::alone(code);
        let mut at = Vec::with_capacity(read.commands.len());
        for command in &read.commands {
            let is_far = command.through.iter().any(|through| FAR.contains(&through.as_str()));
            let here = if is_far { Working { known: Known::Far, ..working.clone() } } else { working.clone() };
            if command.words.first().and_then(|word| word.text.as_deref()) == Some("cd") && !is_far {
                working = working.after(command.words.get(1).and_then(|word| word.text.as_deref()));
            }
            at.push(here);
        }
        self.scripts.push(Script { part, code, on, read, working: at });
    }
}
