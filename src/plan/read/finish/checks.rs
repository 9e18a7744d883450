//! Checks that ask what can't answer, or compare with what nobody recorded; and backups whose method does not fit.

use std::collections::BTreeSet;

use crate::diagnostic::Diagnostic;
use crate::plan::check::{Check, Expectation, Probe};
use crate::plan::id::Id;
use crate::plan::scenario::StepKind;
use crate::plan::target::{Backup, Method, Target, TargetKind};
use crate::source::{Span, Spanned};

use super::Closing;

impl Closing<'_> {
    /// Checks whom checks ask, and that somebody captures what they compare with.
    pub fn checks(&mut self) {
        let plan = self.plan;
        let mut captured: BTreeSet<Id<Check>> = BTreeSet::new();
        for step in self.all_steps() {
            if let StepKind::Capture(checks) = &step.kind {
                captured.extend(checks.iter().map(|check| check.value));
            }
        }
        let used: BTreeSet<Span> = plan.references.iter().map(|reference| reference.to).collect();
        for (id, check) in plan.checks.iter().filter(|(_, check)| !self.trouble.within(check.header.whole)) {
            self.probe(check);
            let Some(expect) = &check.expect else { continue };
            let compares = matches!(expect.value, Expectation::Baseline | Expectation::WithinOfBaseline(_));
            // One that nobody asks is `reference/unused`.
            if compares && self.complete && !captured.contains(&id) && used.contains(&check.header.name_span) {
                let name = &check.header.name;
                self.found.push(
                    Diagnostic::error(
                        "form/missing",
                        expect.span,
                        format!("nothing captures `{name}`, so it has no baseline"),
                        "compared with nothing",
                    )
                    .help(format!("write `capture {name}` in a phase, before anything changes")),
                );
            }
        }
    }

    fn probe(&mut self, check: &Check) {
        match &check.probe {
            Some(Probe::Query(_)) => self.asked(check, check.on, TargetKind::is_database, "which database", "a database"),
            Some(Probe::Http { .. }) => {
                self.asked(check, check.on, |kind| kind == TargetKind::Http, "which `http` target", "a target of kind `http`")
            }
            Some(Probe::Compare { left, right, .. }) => {
                self.asked(check, Some(*left), TargetKind::is_database, "which databases", "two databases");
                self.asked(check, Some(*right), TargetKind::is_database, "which databases", "two databases");
            }
            Some(Probe::Run(_) | Probe::Ask(_)) | None => {}
        }
        let Some(via) = check.via else { return };
        self.host(via);
        if matches!(check.probe, Some(Probe::Query(_) | Probe::Compare { .. })) {
            self.sql_via(via, &check.header.name);
        }
    }

    fn asked(&mut self, check: &Check, target: Option<Spanned<Id<Target>>>, fits: fn(TargetKind) -> bool, what: &str, needed: &str) {
        let name = &check.header.name;
        match target {
            None => self.found.push(
                Diagnostic::error("form/missing", check.header.name_span, format!("`{name}` does not say {what} it asks"), "no `on`")
                    .help("name the target: `check NAME \"Title\" on TARGET { … }`"),
            ),
            Some(target) if !fits(self.plan.targets[target.value].kind.value) => {
                let kind = self.plan.targets[target.value].kind;
                self.found.push(
                    Diagnostic::error(
                        "form/wrong-target",
                        target.span,
                        format!("a target of kind `{}` can't be asked this way", kind.value.word()),
                        "can't answer",
                    )
                    .because(kind.span, "its kind")
                    .help(format!("ask {needed}, or ask in another way")),
                );
            }
            Some(_) => {}
        }
    }

    /// Checks that methods fit what they save.
    pub fn backups(&mut self) {
        for (_, backup) in self.plan.backups.iter().filter(|(_, backup)| !self.trouble.within(backup.header.whole)) {
            if let Some(method) = backup.method {
                self.method(backup, method);
            }
        }
    }

    fn method(&mut self, backup: &Backup, method: Spanned<Method>) {
        let target = &self.plan.targets[backup.of.value];
        let (kind, words) = (target.kind.value, method.value.words());
        let fits = match method.value {
            Method::PgDumpCustom | Method::PgDumpDirectory | Method::PgDumpPlain => kind == TargetKind::Postgres,
            Method::Mysqldump => matches!(kind, TargetKind::Mysql | TargetKind::Mariadb),
            Method::MariadbDump => kind == TargetKind::Mariadb,
            Method::Sqlite => kind == TargetKind::Sqlite,
            Method::TableCopy => kind.is_database(),
        };
        if !fits {
            self.found.push(
                Diagnostic::error(
                    "form/wrong-target",
                    method.span,
                    format!("`{words}` can't save a target of kind `{}`", kind.word()),
                    "does not fit",
                )
                .because(target.kind.span, format!("`{}` is of this kind", target.header.name))
                .help("choose a method of that kind, or write `take`, `verify` and `restore` yourself"),
            );
        } else if method.value == Method::TableCopy && backup.tables.is_empty() {
            self.found.push(
                Diagnostic::error(
                    "form/missing",
                    method.span,
                    format!("`{}` copies no table", backup.header.name),
                    "a copy of which tables?",
                )
                .help("name them behind the target: `of shop tables orders, order_lines`"),
            );
        } else if method.value == Method::Sqlite && !backup.tables.is_empty() {
            self.found.push(
                Diagnostic::error(
                    "form/wrong-target",
                    backup.tables[0].span,
                    "the method `sqlite` saves the whole file",
                    "can't save single tables",
                )
                .because(method.span, "this method")
                .help("leave `tables` out, or use `method table-copy`"),
            );
        }
    }
}
