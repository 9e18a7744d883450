//! Steps, numbered, each with who, how long, what to do, and what to look at before and after.

use crate::analysis::program::{Choice, Failure, Item, Node, Work};
use crate::plan::Prose;
use crate::plan::change::Effects;

use super::Book;
use super::markdown::{Page, code, fence, indented, text};
use super::words::{anchor, and, duration, linked, place, retry};

/// Writes the steps of one scenario.
pub struct Steps<'b, 'p> {
    pub book: &'b Book<'p>,
    /// What the anchors of the steps begin with: the scenario's name.
    pub anchor: String,
}

/// Returns the level of the headings below a heading of `level`; Markdown has six.
pub fn depth_of(level: usize) -> usize {
    (level + 1).min(6)
}

impl Steps<'_, '_> {
    /// Writes nodes, numbered from 1 behind `prefix`.
    pub fn write(&self, page: &mut Page, nodes: &[Node], prefix: &str, level: usize) {
        for (index, node) in nodes.iter().enumerate() {
            self.node(page, node, &format!("{prefix}{}", index + 1), level);
        }
    }

    fn node(&self, page: &mut Page, node: &Node, number: &str, level: usize) {
        let book = self.book;
        match node {
            Node::Item(item) => self.item(page, item, number, level),
            Node::Phase { phase, nodes } => {
                self.heading(page, level, number, &text(&book.plan.phases[*phase].header.title), &book.plan.phases[*phase].header.name);
                self.write(page, nodes, &format!("{number}."), depth_of(level));
            }
            Node::Group { id, title, rto, guards, needs, nodes, .. } => {
                self.heading(page, level, number, &text(title), id);
                let mut lines = self.conditions(guards, needs);
                lines.extend(rto.map(|rto| format!("**Has to be done within** {}", duration(rto))));
                page.list(&lines);
                self.write(page, nodes, &format!("{number}."), depth_of(level));
            }
            Node::Call { id, title, scenario, guards, needs, nodes, .. } => {
                let called = &book.plan.scenarios[*scenario];
                self.heading(page, level, number, &text(title), id);
                let mut lines = self.conditions(guards, needs);
                lines.extend(book.needs(&called.needs).iter().map(|need| format!("**Must hold first:** {need}")));
                if let Some(approval) = &called.approve {
                    lines.push(format!("**Approval:** {}", linked("role", &book.plan.roles[approval.by.value].header)));
                }
                lines.push(format!("This is all of {}, at this place:", linked("scenario", &called.header)));
                page.list(&lines);
                self.write(page, nodes, &format!("{number}."), depth_of(level));
            }
            Node::Parallel { id, nodes, .. } => {
                self.heading(page, level, number, "Side by side", id);
                page.block("Do these at the same time; go on when all are done.");
                self.write(page, nodes, &format!("{number}."), depth_of(level));
            }
            Node::Choose { id, title, several, options, .. } => self.choose(page, (id, title, *several), options, number, level),
            Node::Decision(decision) => {
                let decision = &book.plan.decisions[*decision];
                self.heading(page, level, number, &text(&decision.header.title), &decision.header.name);
                page.list(&[format!("**Decides:** {}", linked("role", &book.plan.roles[decision.by.value].header))]);
            }
        }
    }

    fn choose(&self, page: &mut Page, (id, title, several): (&str, &str, bool), options: &[Choice], number: &str, level: usize) {
        self.heading(page, level, number, &text(title), id);
        page.block(if several { "Choose one or more:" } else { "Choose one:" });
        for (letter, option) in ('a'..).zip(options) {
            let number = format!("{number}{letter}");
            let recommended = if option.recommended { " (recommended)" } else { "" };
            self.heading(page, depth_of(level), &number, &format!("{}{recommended}", text(option.title)), &format!("{id}.{}", option.name));
            page.list(&self.conditions(option.guards, option.needs));
            self.write(page, &option.nodes, &format!("{number}."), depth_of(depth_of(level)));
        }
    }

    fn heading(&self, page: &mut Page, level: usize, number: &str, title: &str, id: &str) {
        page.heading(level, &format!("{number}. {title}"), &anchor("step", &format!("{}-{id}", self.anchor)));
    }

    fn conditions(&self, guards: &[crate::plan::scenario::Guard], needs: &[crate::plan::scenario::Need]) -> Vec<String> {
        let guards = self.book.guards(guards);
        let mut lines = Vec::new();
        if !guards.is_empty() {
            lines.push(format!("**Only if** {}; otherwise skip this", and(&guards)));
        }
        lines.extend(self.book.needs(needs).iter().map(|need| format!("**Must hold first:** {need}")));
        lines
    }

    fn item(&self, page: &mut Page, item: &Item, number: &str, level: usize) {
        let book = self.book;
        let plan = book.plan;
        self.heading(page, level, number, &text(&item.title), &item.id);
        page.block(&self.who(item));
        let mut before = self.conditions(item.guards, item.needs);
        if !item.after.is_empty() {
            let after: Vec<String> = item.after.iter().map(|id| code(id)).collect();
            before.push(format!("**Not before** {} is done", and(&after)));
        }
        if let Some(confirm) = item.confirm {
            before.push(format!("**Stop. Confirm:** {}", text(confirm)));
        }
        page.list(&before);
        self.work(page, item);
        let mut after = Vec::new();
        if !item.undoes.is_empty() {
            let undoes: Vec<String> = item.undoes.iter().map(|change| text(&plan.changes[*change].header.title)).collect();
            after.push(format!("Takes back with it: {}", undoes.join("; ")));
        }
        after.extend(item.effects.map(|effects| self.effects(effects)).unwrap_or_default());
        let checks: Vec<String> = item.verify.iter().map(|check| linked("check", &plan.checks[*check].header)).collect();
        if !checks.is_empty() {
            after.push(format!("**Then check:** {}. The answer has to be yes", and(&checks)));
        }
        for (question, slot) in item.records {
            after.push(format!("**Write down:** {} (it fills {} in messages)", text(question), code(&format!("{{{{{}}}}}", slot.value))));
        }
        after.extend(self.patience(item));
        after.extend(item.notes.iter().map(|note| book.item("Note", note)));
        after.extend(item.links.iter().map(|link| super::markdown::outside_link(&link.title, &link.url)));
        match &item.otherwise {
            Failure::Stop => {}
            Failure::Continue => after.push("**If it fails:** note it and go on".to_owned()),
            Failure::Run(scenario) => {
                let scenario = &plan.scenarios[*scenario];
                after.push(format!("**If it fails:** leave this scenario for good and run {}", linked("scenario", &scenario.header)));
            }
            Failure::Fallback(_) => after.push(format!("**If it fails:** do {number}F instead")),
        }
        page.list(&after);
        if let Failure::Fallback(nodes) = &item.otherwise {
            self.heading(page, depth_of(level), &format!("{number}F"), "Only if that failed", &format!("{}.else", item.id));
            self.write(page, nodes, &format!("{number}F."), depth_of(depth_of(level)));
        }
    }

    /// Who, how long, on what.
    fn who(&self, item: &Item) -> String {
        let plan = self.book.plan;
        let mut parts = vec![match item.by {
            Some(role) => format!("**Who:** {}", linked("role", &plan.roles[role].header)),
            None => "**Who:** the operator".to_owned(),
        }];
        parts.push(match item.takes {
            Some(takes) => format!("**Takes:** {}", duration(takes)),
            None => "**Takes:** *no estimate*".to_owned(),
        });
        if let Some(target) = item.on {
            parts.push(format!("**On:** {}", linked("target", &plan.targets[target].header)));
        }
        if let Some(host) = item.via {
            parts.push(format!("**From:** {}", linked("target", &plan.targets[host].header)));
        }
        parts.join(" · ")
    }

    /// What to do.
    fn work(&self, page: &mut Page, item: &Item) {
        let book = self.book;
        let plan = book.plan;
        match item.work {
            Work::Sql(code) => page.block(&fence("sql", &code.text)),
            Work::Shell(shell) => {
                if let Some(dir) = item.dir {
                    page.block(&format!("In the folder {}:", place(dir)));
                }
                page.block(&fence(shell.language.word(), &shell.text));
            }
            Work::Manual(None) => page.block("By hand."),
            Work::Manual(Some(instructions)) => {
                page.block("By hand:");
                page.block(&book.prose(instructions));
            }
            Work::Edit { path, content } => {
                let patch = content.language.word() == "diff";
                page.block(&format!("{} {}:", if patch { "Apply this patch to" } else { "Write this to" }, code(path)));
                page.block(&fence(content.language.word(), &content.text));
            }
            Work::Unedit { path, .. } => page.block(&format!(
                "Put {} back as it was before the edit. The bundle saved it when it made the edit; by hand, take it from version control.",
                code(path)
            )),
            Work::Restore(backup) => {
                let backup_ = &plan.backups[backup];
                page.block(&format!(
                    "Restore {} into {}.",
                    linked("backup", &backup_.header),
                    linked("target", &plan.targets[backup_.of.value].header)
                ));
                if let Some(restore) = &backup_.restore {
                    page.block(&fence(restore.language.word(), &restore.text));
                }
            }
            Work::Take(backup) => {
                let backup_ = &plan.backups[backup];
                page.block(&format!("Take the backup {}.", linked("backup", &backup_.header)));
                if let Some(take) = &backup_.take {
                    page.block(&fence(take.language.word(), &take.text));
                }
            }
            Work::Capture(check) => page.block(&format!(
                "Keep the whole answer of {}: later answers are compared with it.",
                linked("check", &plan.checks[check].header)
            )),
            Work::Verify(check) => page.block(&format!("Ask: {}. The answer has to be yes.", linked("check", &plan.checks[check].header))),
            Work::Show(check) => page.block(&format!("Look at {}. Whatever it says, go on.", linked("check", &plan.checks[check].header))),
            Work::Set { flag, value } => page.block(&format!("Set {} to {} on {}.", self.flag(flag), code(value), self.flag_targets(flag))),
            Work::Unset { flag } => page.block(&format!(
                "Set {} on {} back to the value that it had before this plan set it.",
                self.flag(flag),
                self.flag_targets(flag)
            )),
            Work::Send(message) => {
                let message_ = &plan.messages[message];
                page.block(&format!(
                    "Send {} to {}.",
                    linked("message", &message_.header),
                    text(&plan.channels[message_.channel.value].header.title)
                ));
            }
            Work::Nothing => page.block("**The plan does not say how.** Stop here and tell whoever decides."),
        }
    }

    fn flag(&self, flag: crate::plan::id::Id<crate::plan::target::Flag>) -> String {
        let flag = &self.book.plan.flags[flag];
        match &flag.variable {
            Some(variable) => code(&variable.value),
            None => format!("the flag {}", code(&flag.header.name)),
        }
    }

    fn flag_targets(&self, flag: crate::plan::id::Id<crate::plan::target::Flag>) -> String {
        let plan = self.book.plan;
        let targets: Vec<String> =
            plan.flags[flag].targets.iter().map(|target| linked("target", &plan.targets[target.value].header)).collect();
        and(&targets)
    }

    /// What the author says that a step does to the world.
    fn effects(&self, effects: &Effects) -> Vec<String> {
        let plan = self.book.plan;
        let targets = |ids: &[crate::source::Spanned<crate::plan::id::Id<crate::plan::target::Target>>]| {
            ids.iter().map(|id| text(&plan.targets[id.value].header.title)).collect::<Vec<_>>()
        };
        let writers = |ids: &[crate::source::Spanned<crate::plan::id::Id<crate::plan::target::Writer>>]| {
            ids.iter().map(|id| text(&plan.writers[id.value].header.title)).collect::<Vec<_>>()
        };
        let objects = |names: &[crate::source::Spanned<String>]| names.iter().map(|name| code(&name.value)).collect::<Vec<_>>();
        [
            ("From here on no writes are taken by", targets(&effects.freezes)),
            ("From here on writes are taken again by", targets(&effects.thaws)),
            ("Stops", writers(&effects.stops)),
            ("Starts", writers(&effects.starts)),
            ("**Destroys** (claimed by the author)", objects(&effects.destroys)),
        ]
        .into_iter()
        .filter(|(_, what)| !what.is_empty())
        .map(|(words, what)| format!("{words}: {}", what.join(", ")))
        .collect()
    }

    fn patience(&self, item: &Item) -> Vec<String> {
        let mut lines = Vec::new();
        if let Some(tries) = item.retry {
            lines.push(format!("Tried {}", retry(tries)));
        }
        if let Some(timeout) = item.timeout {
            lines.push(format!("Given up after {}", duration(timeout)));
        }
        lines
    }
}

impl Book<'_> {
    /// A labelled list item: text on the same line, authored Markdown below it.
    pub fn item(&self, label: &str, prose: &Prose) -> String {
        let body = self.prose(prose);
        if self.is_authored(prose) { format!("**{label}:**\n\n{}", indented(&body, 0)) } else { format!("**{label}:** {body}") }
    }
}
