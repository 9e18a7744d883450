//! One step: what is done and how, as a call and the files of its code.

use crate::analysis::program::{Direction, Failure, Item, Work};
use crate::diagnostic::Diagnostic;
use crate::emit::quote;
use crate::plan::action::{Code, Language};
use crate::plan::change::Effects;
use crate::plan::lexeme::duration_text;

use super::super::code::{self, Heading};
use super::super::draft::Call;
use super::super::units::{self, Mode};
use super::Steps;

/// The longest file name in a bundle, in bytes.
const FILE_NAME: usize = 100;

/// The longest id of a step: its log is called after it, with the run's id before it.
const ID: usize = 200;

impl<'p> Steps<'_, 'p> {
    /// Writes a step and, where it has one, its fallback.
    pub(super) fn item(&mut self, item: &Item<'p>) {
        self.number += 1;
        if item.id.len() > ID {
            let message = format!("the step's full name is {} bytes long", item.id.len());
            self.draft.refuse(
                Diagnostic::error("form/long-name", item.span, message, "this step")
                    .help(format!("its log is called after it: use shorter names, so that it has at most {ID} bytes")),
            );
        }
        let mut call = self.begin("step", &item.id, &item.title, item.span);
        self.work(&mut call, item);
        self.subject(&mut call, item);
        self.conditions(&mut call, item.guards, item.needs);
        self.way(&mut call, item);
        self.aftermath(&mut call, item);
        self.call(&call);
        if let Failure::Fallback(nodes) = &item.otherwise {
            let id = format!("{}.else", item.id);
            let mut call = self.begin("begin fallback", &id, &format!("When that fails: {}", item.title), item.span);
            self.field(&mut call, "of", &item.id);
            self.block(&call, &id, nodes);
        }
    }

    /// What is done: `kind` and what belongs to it.
    fn work(&mut self, call: &mut Call, item: &Item<'p>) {
        let target = item.on.map(|on| self.plan.targets[on].header.name.as_str());
        match item.work {
            Work::Sql(sql) => {
                self.field(call, "kind", "sql");
                self.target(call, target);
                self.sql(call, item, sql);
            }
            Work::Inverse => {
                self.field(call, "kind", "sql");
                self.target(call, target);
                // Where none was derived, the plan has been refused.
                item.inverse.iter().for_each(|sql| self.sql(call, item, sql));
            }
            Work::Shell(script) => {
                self.field(call, "kind", "shell");
                self.target(call, target);
                let via = item.via.map(|via| &self.plan.targets[via]);
                let heading = self.heading(item, |path| code::by_hand_shell(script, via, item.dir, path), "sh");
                let file = self.code(item, "sh", code::script(&heading, script));
                self.field(call, "file", &file);
                self.field(call, "shell", code::shell(script));
                if script.language == Language::Bash {
                    self.draft.tools.insert("bash");
                }
            }
            Work::Manual(instructions) => self.manual(call, item, instructions.map(|prose| prose.text.as_str())),
            Work::Nothing => self.manual(call, item, None),
            Work::Edit { path, content } => {
                let patch = content.language == Language::Diff;
                self.edit(call, item, path, if patch { "patch" } else { "replace" });
                self.edited(call, item, content);
            }
            Work::Unedit { path, content } => {
                let patch = content.language == Language::Diff;
                self.edit(call, item, path, if patch { "unpatch" } else { "restore" });
                if patch {
                    self.edited(call, item, content);
                }
            }
            Work::Restore(backup) => self.named(call, "restore", "backup", &self.plan.backups[backup].header.name),
            Work::Take(backup) => self.named(call, "take", "backup", &self.plan.backups[backup].header.name),
            Work::Capture(check) => self.named(call, "capture", "check", self.check(check)),
            Work::Verify(check) => self.named(call, "verify", "check", self.check(check)),
            Work::Show(check) => self.named(call, "show", "check", self.check(check)),
            Work::Send(message) => self.named(call, "send", "message", &self.plan.messages[message].header.name),
            Work::Set { flag, value } => {
                self.named(call, "set", "flag", &self.plan.flags[flag].header.name);
                self.field(call, "value", value);
            }
            Work::Unset { flag } => {
                self.named(call, "set", "flag", &self.plan.flags[flag].header.name);
                self.field(call, "value_from", "previous");
            }
        }
    }

    fn named(&mut self, call: &mut Call, kind: &str, key: &str, name: &str) {
        self.field(call, "kind", kind);
        self.field(call, key, name);
    }

    fn target(&mut self, call: &mut Call, target: Option<&str>) {
        if let Some(target) = target {
            self.field(call, "target", target);
        }
    }

    fn manual(&mut self, call: &mut Call, item: &Item<'p>, instructions: Option<&str>) {
        self.field(call, "kind", "manual");
        let heading = self.heading(item, |_| String::new(), "md");
        let file = self.code(item, "md", code::page(&heading, instructions));
        self.field(call, "file", &file);
    }

    fn edit(&mut self, call: &mut Call, item: &Item<'p>, path: &str, mode: &str) {
        let target = item.on.map(|on| self.plan.targets[on].header.name.as_str());
        self.field(call, "kind", "edit");
        self.target(call, target);
        self.field(call, "path", path);
        self.field(call, "mode", mode);
        if mode.ends_with("patch") {
            self.draft.tools.insert("patch");
        }
    }

    /// New content and diffs go into the system as they are: no heading stands above them.
    fn edited(&mut self, call: &mut Call, item: &Item<'p>, content: &Code) {
        let extension = if content.language == Language::Diff { "diff" } else { "txt" };
        let file = self.code(item, extension, content.text.clone());
        self.field(call, "file", &file);
    }

    fn sql(&mut self, call: &mut Call, item: &Item<'p>, sql: &Code) {
        let target = item.on.map(|on| &self.plan.targets[on]).filter(|target| target.kind.value.is_database());
        let Some(target) = target else {
            self.draft.refuse(
                Diagnostic::error("form/not-yet", sql.span, "this SQL has no database to run on", "this SQL")
                    .help("say `on` which target it runs"),
            );
            return;
        };
        let units = units::units(sql, target.kind.value, self.draft);
        for (index, unit) in units.iter().enumerate() {
            let extension = if units.len() == 1 { "sql".to_owned() } else { format!("{}.sql", index + 1) };
            let scope = unit.mode.scope();
            let hand = |path: &str| {
                let which = if units.len() == 1 { scope.to_owned() } else { format!("unit {} of {}, {scope}", index + 1, units.len()) };
                format!("Run {which}. By hand: {}", code::by_hand_sql(target, path, unit.mode == Mode::Transaction))
            };
            let heading = self.heading(item, hand, &extension);
            let file = self.code(item, &extension, code::sql(&heading, &unit.text));
            self.field(call, "unit", &format!("{}:{file}", unit.mode.word()));
        }
    }

    /// What it is about: the change it moves, the release it deploys, the host it runs on.
    fn subject(&mut self, call: &mut Call, item: &Item<'p>) {
        if let Some((change, direction)) = item.change {
            self.field(call, "change", &self.plan.changes[change].header.name);
            self.field(call, "effect", if direction == Direction::Apply { "apply" } else { "undo" });
        }
        for change in &item.undoes {
            self.field(call, "undoes", &self.plan.changes[*change].header.name);
        }
        if let Some(release) = item.release {
            self.field(call, "release", &self.plan.releases[release].header.name);
        }
        if let Some(via) = item.via {
            self.field(call, "via", &self.plan.targets[via].header.name);
        }
        call.place(self.draft, "dir", item.dir);
        if let Some(by) = item.by {
            self.field(call, "by", &self.plan.roles[by].header.name);
        }
    }

    /// How it is done: time, tries, confirmation.
    fn way(&mut self, call: &mut Call, item: &Item<'p>) {
        if let Some(takes) = item.takes {
            self.field(call, "takes", &takes.seconds.to_string());
        }
        if let Some(timeout) = item.timeout {
            self.field(call, "timeout", &timeout.seconds.to_string());
        }
        if let Some(retry) = item.retry {
            self.field(call, "retry", &retry.times.to_string());
            self.field(call, "every", &retry.every.seconds.to_string());
        }
        for sibling in &item.after {
            self.field(call, "after", sibling);
        }
        if let Some(confirm) = item.confirm {
            call.text(self.draft, "confirm", confirm);
        }
    }

    /// How one knows, what it leaves, and what follows when it fails.
    fn aftermath(&mut self, call: &mut Call, item: &Item<'p>) {
        for check in &item.verify {
            self.field(call, "verify", self.check(*check));
        }
        for (key, check) in [("applied", item.applied), ("undone", item.undone)] {
            if let Some(check) = check {
                self.field(call, key, self.check(check));
            }
        }
        if let Some(effects) = item.effects {
            self.effects(call, effects, ["freezes", "thaws", "stops", "starts"]);
        }
        let own = item.change.filter(|(_, direction)| *direction == Direction::Undo).map(|(change, _)| change);
        for change in own.iter().chain(&item.undoes) {
            self.effects(call, &self.plan.changes[*change].effects, ["thaws", "freezes", "starts", "stops"]);
        }
        for (question, slot) in item.records {
            call.text(self.draft, "record", &format!("{}:{question}", slot.value));
        }
        let notes = item.notes.iter().map(|note| note.text.as_str()).collect::<Vec<_>>().join(" ");
        if !notes.trim().is_empty() {
            call.text(self.draft, "note", &notes);
        }
        match &item.otherwise {
            Failure::Stop => {}
            Failure::Continue => self.field(call, "else", "continue"),
            Failure::Run(scenario) => self.field(call, "else", &format!("run:{}", self.plan.scenarios[*scenario].header.name)),
            Failure::Fallback(_) => self.field(call, "else", "fallback"),
        }
    }

    /// Taking a change back thaws what it froze and starts what it stopped.
    fn effects(&mut self, call: &mut Call, effects: &Effects, [freezes, thaws, stops, starts]: [&str; 4]) {
        for (key, targets) in [(freezes, &effects.freezes), (thaws, &effects.thaws)] {
            for target in targets {
                self.field(call, key, &self.plan.targets[target.value].header.name);
            }
        }
        for (key, writers) in [(stops, &effects.stops), (starts, &effects.starts)] {
            for writer in writers {
                self.field(call, key, &self.plan.writers[writer.value].header.name);
            }
        }
    }

    /// Adds a file of the current step and returns its name.
    fn code(&mut self, item: &Item<'p>, extension: &str, text: String) -> String {
        let name = self.name(item, extension);
        let path = format!("{}/{name}", self.directory);
        self.draft.step_files.entry((self.directory.clone(), item.id.clone())).or_default().push(path.clone());
        self.draft.file(path, text);
        name
    }

    fn name(&self, item: &Item<'p>, extension: &str) -> String {
        let number = format!("{:0digits$}", self.number * 10, digits = self.digits);
        let room = FILE_NAME - number.len() - extension.len() - 2;
        format!("{number}-{}.{extension}", quote::file_name(&item.id, room))
    }

    fn heading(&self, item: &Item<'p>, hand: impl Fn(&str) -> String, extension: &str) -> Heading {
        let number = format!("{:0digits$}", self.number * 10, digits = self.digits);
        let by = item.by.map(|by| format!("; by {}", self.plan.roles[by].header.title)).unwrap_or_default();
        let takes = item.takes.map(|takes| format!("; about {}", duration_text(takes.seconds))).unwrap_or_default();
        let on = item.on.map(|on| format!(", on {}", self.plan.targets[on].header.name)).unwrap_or_default();
        let via = item
            .via
            .filter(|via| item.on != Some(*via))
            .map(|via| format!(", via {}", self.plan.targets[via].header.name))
            .unwrap_or_default();
        Heading::new([
            item.title.clone(),
            format!("Step {number} of {}{on}{via}{by}{takes}.", self.of),
            hand(&format!("{}/{}", self.directory, self.name(item, extension))),
        ])
    }
}
