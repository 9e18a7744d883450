//! Actions on targets that can't run them.

use std::collections::BTreeSet;

use crate::diagnostic::Diagnostic;
use crate::plan::ParamKind;
use crate::plan::action::{Action, Code, Language};
use crate::plan::change::Undo;
use crate::plan::id::Id;
use crate::plan::names::ticked;
use crate::plan::scenario::{Guard, Otherwise, Step, StepKind, Test};
use crate::plan::target::{Flag, Target, TargetKind};
use crate::source::{Span, Spanned};

use super::{Closing, patch};

/// Who acts: a change, a step.
#[derive(Clone, Copy)]
struct Actor<'a> {
    name: &'a str,
    /// Its first line.
    span: Span,
    on: Option<Id<Target>>,
    via: Option<Spanned<Id<Target>>>,
}

impl<'p> Closing<'p> {
    /// Checks what changes do and undo.
    pub fn changes(&mut self) {
        let plan = self.plan;
        for (_, change) in plan.changes.iter().filter(|(_, change)| !self.trouble.within(change.header.whole)) {
            let actor = Actor { name: &change.header.name, span: change.header.span, on: change.on.map(|on| on.value), via: change.via };
            if change.forward.is_none() && plan.phases[change.phase].external.is_none() {
                self.found.push(
                    Diagnostic::error("form/missing", change.header.name_span, format!("`{}` does nothing", actor.name), "has no `do`")
                        .help("say what is done: `do ```sql …`; or that another tool does it: `carried out by \"…\"` in the phase"),
                );
            }
            let undo = match &change.undo {
                Undo::Action(action) => Some(action.as_ref()),
                Undo::None | Undo::Auto(_) => None,
            };
            let actions: Vec<&Action> = change.forward.iter().chain(undo).collect();
            // `do` and `undo` run on the same target: what it can't do is said of the first.
            let before = self.found.len();
            for action in &actions {
                if self.found.len() == before || !runs_sql(action) {
                    self.action(action, actor);
                }
            }
            self.via(actor, &actions);
        }
    }

    /// Checks where flags live, and that their values are among those that they can have.
    pub fn flags(&mut self) {
        let plan = self.plan;
        for (_, flag) in plan.flags.iter().filter(|(_, flag)| !self.trouble.within(flag.header.whole)) {
            for target in &flag.targets {
                let kind = plan.targets[target.value].kind;
                if !matches!(kind.value, TargetKind::EnvFile | TargetKind::Manual) {
                    self.found.push(
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
            let rest = [("default", &flag.default), ("rollback", &flag.rollback)];
            for (word, value) in rest.into_iter().filter_map(|(word, value)| Some((word, value.as_ref()?))) {
                self.value_of_flag(flag, value, flag.header.name_span, &format!("its `{word}`"));
            }
        }
    }

    fn value_of_flag(&mut self, flag: &Flag, value: &str, span: Span, label: &str) {
        if flag.values.is_empty() || flag.values.iter().any(|known| known == value) {
            return;
        }
        self.found.push(
            Diagnostic::error(
                "value/flag",
                span,
                format!("`{}` is never `{value}`", flag.header.name),
                format!("{label} is not one of its values"),
            )
            .because(flag.header.span, format!("its values are {}", ticked(&flag.values)))
            .help("set one of them, or add this one to `values`"),
        );
    }

    /// Checks how releases are deployed.
    pub fn releases(&mut self) {
        let plan = self.plan;
        for (_, release) in plan.releases.iter().filter(|(_, release)| !self.trouble.within(release.header.whole)) {
            let name = &release.header.name;
            match &release.deploy {
                Some(Action::Deploy { span, .. }) => self.found.push(
                    Diagnostic::error(
                        "form/wrong-target",
                        *span,
                        format!("`{name}` is deployed by deploying a release"),
                        "says nothing of how",
                    )
                    .help("say how it is done: `deploy ```sh …` or `deploy manual \"…\"`"),
                ),
                Some(Action::Code(code)) if code.language == Language::Sql => self.found.push(
                    Diagnostic::error(
                        "form/wrong-language",
                        code.span,
                        format!("SQL can't deploy `{name}`"),
                        "a release runs on no database",
                    )
                    .help("deploy it with `sh`, or make the SQL a change on its database"),
                ),
                Some(action) => self.action(action, Actor { name, span: release.header.span, on: None, via: None }),
                None => {}
            }
        }
    }

    /// Checks steps and those inside them. `beside` are the names of those that run side by side with them.
    pub fn steps(&mut self, steps: &'p [Step], beside: Option<&BTreeSet<&str>>) {
        for step in steps {
            if self.is_sound(step.whole) {
                self.step(step);
            }
            self.waits(step, beside);
            match &step.kind {
                StepKind::Group { steps, .. } => self.steps(steps, None),
                StepKind::Parallel(steps) => {
                    // What could not be read may have had the name that somebody waits for.
                    let sound = self.is_sound(step.whole);
                    let siblings: BTreeSet<&str> = steps.iter().map(|step| step.name.as_str()).collect();
                    self.steps(steps, Some(if sound { &siblings } else { const { &BTreeSet::new() } }));
                    if sound {
                        self.waits_end(steps);
                    }
                }
                StepKind::Choose { options, .. } => {
                    for option in options {
                        self.guards(&option.conditions);
                        self.steps(&option.steps, None);
                    }
                }
                _ => {}
            }
            if let Otherwise::Steps(steps) = &step.otherwise {
                self.steps(steps, None);
            }
        }
    }

    fn waits(&mut self, step: &Step, beside: Option<&BTreeSet<&str>>) {
        for after in &step.after {
            match beside {
                None => self.found.push(
                    Diagnostic::error(
                        "form/after",
                        after.span,
                        "`after` orders steps that run side by side",
                        "these run one after another as written",
                    )
                    .help("move the step to its place, or put both into `parallel { … }`"),
                ),
                Some(siblings) if !siblings.is_empty() && !siblings.contains(after.value.as_str()) => {
                    let message = format!("no step beside this one is called `{}`", after.value);
                    let finding = Diagnostic::error("reference/unknown", after.span, message, "declared nowhere here");
                    self.found.push(match self.names.suggestions.nearest(&after.value, siblings.iter().copied()) {
                        Some(near) => finding.help(format!("did you mean `{near}`?")),
                        None => finding.help("`after` names a step of the same `parallel`"),
                    });
                }
                Some(_) => {}
            }
        }
    }

    fn step(&mut self, step: &Step) {
        self.guards(&step.conditions);
        let nobody = Actor { name: &step.name, span: step.span, on: None, via: None };
        match &step.kind {
            StepKind::Do { action: None, .. } => self.found.push(
                Diagnostic::error("form/missing", step.span, format!("`{}` does nothing", step.name), "has no `do`")
                    .help("say what is done: `do ```sh …`; or make it `manual`"),
            ),
            StepKind::Do { on, via, action: Some(action) } => {
                let actor = Actor { on: on.map(|on| on.value), via: *via, ..nobody };
                self.action(action, actor);
                self.via(actor, &[action]);
            }
            StepKind::Deploy(releases) => {
                for release in releases {
                    self.action(&Action::Deploy { release: release.value, span: release.span }, nobody);
                }
            }
            StepKind::Set { flag, value } => self.value_of_flag(&self.plan.flags[flag.value], &value.value, value.span, "this"),
            _ => {}
        }
    }

    fn guards(&mut self, guards: &[Guard]) {
        for guard in guards {
            let Test::Param(param, value) = &guard.test else { continue };
            let param = &self.plan.params[*param];
            let ParamKind::Choice(choices) = &param.kind else { continue };
            if self.is_sound(param.header.whole) && self.is_sound(guard.span) && !choices.contains(value) {
                self.found.push(
                    Diagnostic::error("value/choice", guard.span, format!("`{}` is never `{value}`", param.header.name), "compared here")
                        .because(param.header.span, "its choices")
                        .help(format!("its choices are {}", ticked(choices))),
                );
            }
        }
    }

    fn action(&mut self, action: &Action, actor: Actor<'_>) {
        match action {
            Action::Code(code) => self.code(code, actor),
            Action::Deploy { release, span } if self.plan.releases[*release].deploy.is_none() => {
                let release = &self.plan.releases[*release].header;
                if self.is_sound(release.whole) {
                    self.found.push(
                        Diagnostic::error(
                            "form/missing",
                            *span,
                            format!("nothing says how `{}` is deployed", release.name),
                            "deployed here",
                        )
                        .because(release.span, "has no `deploy`")
                        .help("add `deploy ```sh …` or `deploy manual \"…\"` to the release"),
                    );
                }
            }
            Action::Set { flag, value, span } => self.value_of_flag(&self.plan.flags[*flag], value, *span, "this"),
            Action::Edit { path, content, .. } if content.language == Language::Diff => {
                if let Some(flaw) = patch::flaw(&content.text) {
                    let place = content.place(&self.sources.file(content.span.file).text, &flaw.range);
                    let message = format!("nothing can patch `{path}` with this: {}", flaw.why);
                    self.found.push(
                        Diagnostic::error("form/diff", place, message, "no unified diff from here on")
                            .help("write what `diff -u OLD NEW` prints; or leave `diff` out and give the whole content"),
                    );
                }
            }
            _ => {}
        }
    }

    fn code(&mut self, code: &Code, actor: Actor<'_>) {
        match (&code.language, actor.on) {
            (Language::Sql, None) => self.found.push(
                Diagnostic::error(
                    "form/wrong-target",
                    code.span,
                    format!("`{}` runs SQL and names no database", actor.name),
                    "on which database?",
                )
                .because(actor.span, "declared without `on`")
                .help("name it: `on TARGET`"),
            ),
            (Language::Sql, Some(on)) if !self.plan.targets[on].kind.value.is_database() => {
                let target = &self.plan.targets[on];
                self.found.push(
                    Diagnostic::error(
                        "form/wrong-target",
                        code.span,
                        format!("a target of kind `{}` can't run SQL", target.kind.value.word()),
                        "SQL",
                    )
                    .because(target.kind.span, format!("`{}` is of this kind", target.header.name))
                    .help("name a database behind `on`"),
                );
            }
            (Language::Sql | Language::Sh | Language::Bash, _) => {}
            (other, _) => self.found.push(
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

    /// Checks that `via` names a host, and that there is shell to run on it.
    fn via(&mut self, actor: Actor<'_>, actions: &[&Action]) {
        let Some(via) = actor.via else { return };
        self.host(via);
        let mut languages = actions.iter().filter_map(|action| match action {
            Action::Code(code) => Some(&code.language),
            _ => None,
        });
        let sql = languages.clone().any(|language| *language == Language::Sql);
        if sql && !languages.any(|language| matches!(language, Language::Sh | Language::Bash)) {
            self.sql_via(via, actor.name);
        }
    }

    /// Reports SQL that its author believes to run on a host.
    pub fn sql_via(&mut self, via: Spanned<Id<Target>>, name: &str) {
        self.found.push(
            Diagnostic::error(
                "form/wrong-target",
                via.span,
                format!("`{name}` runs only SQL, and SQL does not run via a host"),
                "would change nothing",
            )
            .help("leave `via` out: SQL runs from where the bundle runs; or run the client there yourself, with `sh`"),
        );
    }

    /// Checks that shell can run on what `via` names.
    pub fn host(&mut self, via: Spanned<Id<Target>>) {
        let kind = self.plan.targets[via.value].kind;
        if kind.value != TargetKind::Host {
            self.found.push(
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
}

fn runs_sql(action: &Action) -> bool {
    matches!(action, Action::Code(code) if code.language == Language::Sql)
}
