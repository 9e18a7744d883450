//! What a step does, so that a person can do it without the bundle.

use crate::analysis::program::{Item, Work};
use crate::plan::action::Code;
use crate::plan::id::Id;
use crate::plan::target::{Backup, Flag};

use super::Book;
use super::markdown::{Page, code, fence, text};
use super::words::{and, linked, place};

impl Book<'_> {
    /// Writes what an item does: its code, its instructions, or a sentence.
    pub fn work(&self, page: &mut Page, item: &Item) {
        let plan = self.plan;
        match item.work {
            Work::Sql(sql) => page.block(&fence("sql", &sql.text)),
            Work::Inverse => item.inverse.iter().for_each(|sql| page.block(&fence("sql", &sql.text))),
            Work::Shell(shell) => {
                if let Some(dir) = item.dir {
                    page.block(&format!("In the folder {}:", place(dir)));
                }
                self.code(page, Some(shell));
            }
            Work::Manual(None) => page.block("By hand."),
            Work::Manual(Some(instructions)) if self.is_authored(instructions) => {
                page.block("By hand:");
                page.block(&self.prose(instructions));
            }
            Work::Manual(Some(instructions)) => page.block(&format!("By hand: {}", self.prose(instructions))),
            Work::Edit { path, content } => {
                let patch = content.language.word() == "diff";
                let verb = if patch { "Apply this patch to" } else { "Write this to" };
                page.block(&format!("{verb} {}{}:", code(path), self.folder(item, path)));
                self.code(page, Some(content));
            }
            Work::Unedit { path, .. } => page.block(&format!(
                "Put {}{} back as it was before the edit. The bundle saved it when it made the edit; without the bundle, take it from version control.",
                code(path),
                self.folder(item, path)
            )),
            Work::Restore(backup) => {
                page.block(&format!("Restore {}{}.", self.backup(backup), self.with_method(backup, "restore")));
                self.code(page, plan.backups[backup].restore.as_ref());
            }
            Work::Take(backup) => {
                page.block(&format!("Take the backup {}{}.", self.backup(backup), self.with_method(backup, "take")));
                self.code(page, plan.backups[backup].take.as_ref());
            }
            Work::Capture(check) => {
                page.block(&format!("Keep the whole answer of {}: later answers are compared with it.", linked("check", &plan.checks[check].header)));
            }
            Work::Verify(check) => page.block(&format!("Ask {}. The answer has to be yes.", linked("check", &plan.checks[check].header))),
            Work::Show(check) => page.block(&format!("Look at {}. Whatever it says, go on.", linked("check", &plan.checks[check].header))),
            Work::Set { flag, value } => page.block(&format!("Set {} to {} on {}.", self.flag(flag), code(value), self.flag_targets(flag))),
            Work::Unset { flag } => {
                page.block(&format!("Set {} on {} back to the value that it had before this plan set it.", self.flag(flag), self.flag_targets(flag)));
            }
            Work::Send(message) => {
                let message = &plan.messages[message];
                page.block(&format!("Send {} to {}.", linked("message", &message.header), text(&plan.channels[message.channel.value].header.title)));
            }
            Work::Nothing => page.block("**The plan does not say how.** Stop here and tell whoever decides."),
        }
    }

    /// Where a relative path lies, as far as the plan says.
    fn folder(&self, item: &Item, path: &str) -> String {
        let host = item.via.and_then(|via| self.plan.targets[via].dir.as_ref()).map(|dir| &dir.value);
        match item.dir.or(host).filter(|_| !path.starts_with('/')) {
            Some(dir) => format!(" in the folder {}", place(dir)),
            None => String::new(),
        }
    }

    fn code(&self, page: &mut Page, code: Option<&Code>) {
        if let Some(code) = code {
            page.block(&fence(code.language.word(), &code.text));
        }
    }

    fn backup(&self, backup: Id<Backup>) -> String {
        linked("backup", &self.plan.backups[backup].header)
    }

    fn with_method(&self, backup: Id<Backup>, part: &str) -> String {
        let backup = &self.plan.backups[backup];
        let file = code(&format!("backups/{}/{part}.sh", backup.header.name));
        backup
            .method
            .as_ref()
            .map_or(String::new(), |method| format!(" (the bundle does it with {}: {file} in its folder)", code(method.value.words())))
    }

    fn flag(&self, flag: Id<Flag>) -> String {
        let flag = &self.plan.flags[flag];
        match &flag.variable {
            Some(variable) => code(&variable.value),
            None => format!("the flag {}", code(&flag.header.name)),
        }
    }

    fn flag_targets(&self, flag: Id<Flag>) -> String {
        let targets = self.plan.flags[flag].targets.iter();
        and(&targets.map(|target| linked("target", &self.plan.targets[target.value].header)).collect::<Vec<_>>())
    }
}
