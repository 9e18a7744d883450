//! What is compared of systems: parameters, targets, writers, backups, flags, releases and checks.

use super::words::{expectation, joined, name, place, retry, shown, spaced, text};
use super::{Reader, Said, Weight};
use crate::plan::ParamKind;
use crate::plan::check::{Check, Probe};
use crate::plan::target::Backup;
use crate::plan::value::Duration;

impl Reader<'_> {
    pub(super) fn systems(&mut self) {
        let plan = self.plan;
        for (_, param) in plan.params.iter() {
            let kind = match &param.kind {
                ParamKind::Text => "text".to_owned(),
                ParamKind::Int => "int".to_owned(),
                ParamKind::Duration => "duration".to_owned(),
                ParamKind::Path => "path".to_owned(),
                ParamKind::Choice(values) => format!("choice {}", values.join(", ")),
            };
            let default = param.default.as_ref().map(|it| it.value.clone());
            let said = vec![("kind", Said::Plain(Some(kind))), ("default", Said::Plain(default))];
            self.add("param", &param.header.name, Some(Weight::Otherwise), said);
        }
        for (_, secret) in plan.secrets.iter() {
            let said = vec![("variable", Said::Plain(Some(format!("${}", secret.variable.trim_start_matches('$')))))];
            self.add("secret", &secret.header.name, Some(Weight::Otherwise), said);
        }
        for (_, target) in plan.targets.iter() {
            let said = vec![
                ("kind", Said::Plain(Some(target.kind.value.word().to_owned()))),
                ("url", Said::Plain(place(&target.url))),
                ("file", Said::Plain(place(&target.file))),
                ("dir", Said::Plain(place(&target.dir))),
                ("ssh", Said::Plain(joined(target.ssh.iter().map(|it| shown(&it.value))))),
                ("server-version", Said::Named(target.server_version.as_ref().map(|it| it.value.clone()))),
                ("schema", Said::Text(target.schema.as_ref().map(|it| it.text.to_string()))),
                ("ledger", Said::Named(target.ledger.as_ref().map(|it| it.value.clone()))),
            ];
            self.add("target", &target.header.name, Some(Weight::Otherwise), said);
        }
        for (_, writer) in plan.writers.iter() {
            let targets = joined(writer.targets.iter().map(|it| name(&plan.targets, it.value)));
            self.add("writer", &writer.header.name, Some(Weight::Otherwise), vec![("writes", Said::Plain(targets))]);
        }
        for (_, backup) in plan.backups.iter() {
            self.backup(backup);
        }
        for (_, flag) in plan.flags.iter() {
            let said = vec![
                ("on", Said::Plain(joined(flag.targets.iter().map(|it| name(&plan.targets, it.value))))),
                ("variable", Said::Plain(flag.variable.as_ref().map(|it| it.value.clone()))),
                ("default", Said::Plain(flag.default.clone())),
                ("rollback", Said::Plain(flag.rollback.clone())),
                ("values", Said::Plain(joined(flag.values.iter().cloned()))),
                ("takes effect after", Said::Plain(flag.takes_effect_after.as_ref().map(|it| it.value.clone()))),
            ];
            self.add("flag", &flag.header.name, Some(Weight::Otherwise), said);
        }
        for (_, release) in plan.releases.iter() {
            let objects = release.needs_objects.iter().map(|(object, kind)| match kind {
                Some(kind) => format!("{} {kind}", object.value),
                None => object.value.clone(),
            });
            let releases = release.needs_releases.iter().map(|it| format!("release {}", name(&plan.releases, it.value)));
            let said = vec![
                ("needs", Said::Plain(joined(objects.chain(releases)))),
                ("deploy", Said::Text(release.deploy.as_ref().map(|it| self.action(it)))),
                ("running", Said::Plain(release.running.map(|_| "yes".to_owned()))),
            ];
            self.add("release", &release.header.name, Some(Weight::Otherwise), said);
        }
        for (_, check) in plan.checks.iter() {
            self.check(check);
        }
    }

    pub(super) fn backup(&mut self, backup: &Backup) {
        let said = vec![
            ("of", Said::Plain(Some(name(&self.plan.targets, backup.of.value)))),
            ("tables", Said::Scope(backup.tables.iter().map(|it| it.value.clone()).collect())),
            ("method", Said::Plain(backup.method.as_ref().map(|it| it.value.words().to_owned()))),
            ("take", text(&backup.take, backup.method.is_some())),
            ("verify", text(&backup.verify, backup.method.is_some())),
            ("restore", text(&backup.restore, backup.method.is_some())),
            ("copy", text(&backup.copy, false)),
            ("encrypt", text(&backup.encrypt, false)),
            ("decrypt", text(&backup.decrypt, backup.encrypt.is_none())),
            ("file", Said::Plain(place(&backup.file))),
            ("keep", Said::AtLeast(backup.keep.map(|it| it.value.seconds))),
        ];
        self.add("backup", &backup.header.name, Some(Weight::Worse), said);
    }

    pub(super) fn check(&mut self, check: &Check) {
        let asks = check.probe.as_ref().map(|probe| match probe {
            Probe::Query(code) | Probe::Run(code) => spaced(code),
            Probe::Http { method, path, headers, body } => {
                let headers = headers.iter().map(|(name, value)| format!("{name} {}", shown(value)));
                let body = body.as_ref().map_or("", |body| &body.text);
                format!("{method:?} {path} {} {body}", headers.collect::<Vec<_>>().join(" "))
            }
            Probe::Compare { left, right, query } => {
                format!("{} {} {}", name(&self.plan.targets, left.value), name(&self.plan.targets, right.value), spaced(query))
            }
            Probe::Ask(question) => question.clone(),
        });
        let said = vec![
            ("on", Said::Plain(check.on.map(|it| name(&self.plan.targets, it.value)))),
            ("via", Said::Plain(check.via.map(|it| name(&self.plan.targets, it.value)))),
            ("question", Said::Text(asks)),
            ("expect", Said::Plain(check.expect.as_ref().map(|it| expectation(&it.value)))),
            ("dir", Said::Plain(check.dir.as_ref().map(shown))),
            ("timeout", Said::Named(check.timeout.map(Duration::said))),
            ("retry", Said::Plain(check.retry.map(retry))),
        ];
        self.add("check", &check.header.name, Some(Weight::Otherwise), said);
    }
}
