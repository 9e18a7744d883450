//! Reads a whole plan: its own declaration, parameters, triggers and the drill, and what every file declares.

use std::collections::HashMap;

use crate::diagnostic::Diagnostic;
use crate::plan::change::Change;
use crate::plan::id::Arena;
use crate::plan::names::{Kind, Names};
use crate::plan::value::{Window, WindowDay};
use crate::plan::{Drill, DrillData, DrillDataKind, Header, HistoryEntry, Param, ParamKind, Plan, Secret, lexeme};
use crate::source::{FileId, Sources, Span, Spanned};
use crate::syntax::tree::{PartKind, Statement, StatementKind, Tree};

use super::step::Place;
use super::trigger::SeverityDefaults;
use super::trouble::Trouble;
use super::{Parts, Reader};

/// Longer words of a broken declaration are not taken for its name.
const LONGEST_NAME: usize = 200;

/// Reads the trees of a plan's files, that of `root` among them; every name is known before anything is read.
/// `incomplete` says that a used file could not be read. Returns no plan when the root declares none.
pub fn plan(
    sources: &Sources,
    root: FileId,
    trees: &[Tree],
    incomplete: bool,
    mut findings: Vec<Diagnostic>,
) -> (Option<Plan>, Vec<Diagnostic>) {
    let mut unread = Trouble::default();
    unread.extend(findings.iter().filter(|finding| finding.code.starts_with("syntax/")).map(Diagnostic::span));
    let mut names = Names::default();
    names.incomplete = incomplete;
    let mut phase_changes: Vec<Vec<usize>> = Vec::new();
    let mut phase_spans = Vec::new();
    let mut changes = 0;
    for statement in trees.iter().flat_map(|tree| &tree.statements) {
        declare(sources, statement, &mut names, &mut findings);
        if sources.text(statement.keyword) == "phase" && statement.kind == StatementKind::Sound {
            let mut of_phase = Vec::new();
            for inner in statement.block.iter().flat_map(|block| &block.statements) {
                declare(sources, inner, &mut names, &mut findings);
                if inner.kind == StatementKind::Sound && ["change", "irreversible"].contains(&sources.text(inner.keyword)) {
                    of_phase.push(changes);
                    changes += 1;
                }
            }
            phase_changes.push(of_phase);
            phase_spans.push(statement.span);
        }
    }
    let mut reader = Reader {
        sources,
        names,
        plan: empty(),
        findings,
        phase_changes,
        phase_spans,
        unread,
        trouble: Trouble::default(),
        reported: HashMap::new(),
        forward: Place::of("the forward run"),
    };
    for statement in trees.iter().flat_map(|tree| &tree.statements).filter(|statement| sources.text(statement.keyword) == "phase") {
        reader.forward.expect(sources, statement);
    }
    let mut declared: Option<Span> = None;
    let mut severities: [SeverityDefaults; 4] = Default::default();
    for statement in trees.iter().flat_map(|tree| &tree.statements).filter(|statement| statement.kind == StatementKind::Sound) {
        match reader.keyword(statement) {
            // One in a used file has been reported where the file was used.
            "plan" if statement.span.file != root => {}
            "plan" => match declared {
                Some(first) => reader.findings.push(
                    Diagnostic::error("reference/duplicate", statement.keyword, "a second `plan`", "another plan begins here")
                        .because(first, "the plan")
                        .help("one root file holds one plan; move the other into a file of its own"),
                ),
                None => {
                    declared = Some(statement.keyword);
                    reader.root(statement);
                }
            },
            "severity" => reader.severity(statement, &mut severities),
            _ => {}
        }
    }
    for statement in trees.iter().flat_map(|tree| &tree.statements).filter(|statement| statement.kind == StatementKind::Sound) {
        reader.declaration(statement, &severities);
    }
    reader.finish();
    let junk_plan = trees
        .iter()
        .flat_map(|tree| &tree.statements)
        .any(|statement| statement.kind == StatementKind::Junk && statement.span.file == root && sources.text(statement.keyword) == "plan");
    if declared.is_none() {
        if !junk_plan {
            reader.findings.push(
                Diagnostic::error("form/missing", Span::new(root, 0, 0), "the file declares no `plan`", "a plan is missing").help(
                    "begin with `plan NAME \"Title\" { … }`; a library of shared declarations is checked through the plans that `use` it",
                ),
            );
        }
        return (None, reader.findings);
    }
    (Some(reader.plan), reader.findings)
}

/// Declares the name of a statement; a broken one's too, so that nothing follows from it.
fn declare(sources: &Sources, statement: &Statement, names: &mut Names, findings: &mut Vec<Diagnostic>) {
    let Some(kind) = Kind::of_keyword(sources.text(statement.keyword)) else {
        if statement.kind == StatementKind::Junk {
            declare_broken(sources, statement, names, findings);
        }
        return;
    };
    if statement.kind == StatementKind::Junk {
        return declare_broken(sources, statement, names, findings);
    }
    match statement.parts.iter().find(|part| part.kind == PartKind::Name) {
        Some(part) => names.declare(sources.text(part.span), Some(kind), part.span, findings),
        None => names.skip(kind),
    }
}

/// Declares whatever could be the name in a head that did not parse, and those in its block.
fn declare_broken(sources: &Sources, statement: &Statement, names: &mut Names, findings: &mut Vec<Diagnostic>) {
    let text = sources.text(statement.span);
    let head = &text[..text.find(['{', '\n', '"']).unwrap_or(text.len())];
    for word in head.split_whitespace().skip(1).take(2) {
        // `Back` is no name, and `back` is meant.
        let word = word.to_ascii_lowercase();
        if word.len() <= LONGEST_NAME
            && word.bytes().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-' || byte == b'_')
        {
            names.declare(&word, None, statement.keyword, findings);
        }
    }
    for inner in statement.block.iter().flat_map(|block| &block.statements) {
        if ["change", "irreversible", "decision"].contains(&sources.text(inner.keyword)) {
            declare_broken(sources, inner, names, findings);
        }
    }
}

fn empty() -> Plan {
    let header = Header {
        name: String::new(),
        name_span: Span::default(),
        title: String::new(),
        span: Span::default(),
        whole: Span::default(),
        notes: Vec::new(),
        links: Vec::new(),
        accepts: Vec::new(),
    };
    Plan {
        header,
        version: None,
        owner: None,
        summary: None,
        window: None,
        rto: None,
        rpo: None,
        retain: None,
        needs: Vec::new(),
        history: Vec::new(),
        accepts: Vec::new(),
        params: Arena::default(),
        secrets: Arena::default(),
        targets: Arena::default(),
        roles: Arena::default(),
        writers: Arena::default(),
        backups: Arena::default(),
        flags: Arena::default(),
        releases: Arena::default(),
        channels: Arena::default(),
        checks: Arena::default(),
        phases: Arena::default(),
        changes: Arena::<Change>::default(),
        decisions: Arena::default(),
        triggers: Arena::default(),
        scenarios: Arena::default(),
        messages: Arena::default(),
        checklists: Arena::default(),
        monitors: Arena::default(),
        risks: Arena::default(),
        posts: Arena::default(),
        sections: Arena::default(),
        drill: None,
        references: Vec::new(),
    }
}

impl Reader<'_> {
    fn declaration(&mut self, statement: &Statement, severities: &[SeverityDefaults; 4]) {
        match self.keyword(statement) {
            "param" => {
                let param = self.param(statement);
                self.plan.params.add(param);
            }
            "secret" => {
                let secret = self.secret(statement);
                self.plan.secrets.add(secret);
            }
            "target" => {
                let target = self.target(statement);
                self.plan.targets.add(target);
            }
            "role" => {
                let role = self.role(statement);
                self.plan.roles.add(role);
            }
            "writer" => {
                let writer = self.writer(statement);
                self.plan.writers.add(writer);
            }
            "backup" => {
                let backup = self.backup(statement);
                self.plan.backups.add(backup);
            }
            "flag" => {
                let flag = self.flag(statement);
                self.plan.flags.add(flag);
            }
            "release" => {
                let release = self.release(statement);
                self.plan.releases.add(release);
            }
            "channel" => {
                let channel = self.channel(statement);
                self.plan.channels.add(channel);
            }
            "check" => {
                let check = self.check(statement);
                self.plan.checks.add(check);
            }
            "phase" => {
                let phase = self.phase(statement);
                self.plan.phases.add(phase);
            }
            "trigger" => {
                let trigger = self.trigger(statement, severities);
                self.plan.triggers.add(trigger);
            }
            "scenario" => {
                let scenario = self.scenario(statement);
                self.plan.scenarios.add(scenario);
            }
            "message" => {
                let message = self.message(statement);
                self.plan.messages.add(message);
            }
            "checklist" => {
                let checklist = self.checklist(statement);
                self.plan.checklists.add(checklist);
            }
            "monitor" => {
                let monitor = self.monitor(statement);
                self.plan.monitors.add(monitor);
            }
            "risk" => {
                let risk = self.risk(statement);
                self.plan.risks.add(risk);
            }
            "post" => {
                let post = self.post(statement);
                self.plan.posts.add(post);
            }
            "section" => {
                let section = self.section(statement);
                self.plan.sections.add(section);
            }
            "accept" => {
                let length = self.sources.file(statement.span.file).text.len();
                let accept = self.accept(statement, Span::new(statement.span.file, 0, length));
                self.plan.accepts.extend(accept);
            }
            "drill" => {
                let drill = self.drill(statement);
                self.plan.drill.get_or_insert_default().data.extend(drill.data);
                let whole = self.plan.drill.get_or_insert_default();
                whole.answers.extend(drill.answers);
                whole.stand_ins.extend(drill.stand_ins);
            }
            _ => {}
        }
    }

    fn root(&mut self, statement: &Statement) {
        let mut parts = Parts::of(statement);
        self.plan.header = self.header(statement, &mut parts);
        for inner in self.block(statement, &["needs", "history"]) {
            let mut parts = Parts::of(inner);
            match self.keyword(inner) {
                "version" => self.plan.version = self.spanned_string(&mut parts).map(|version| version.value),
                "owner" => self.plan.owner = self.name(&mut parts),
                "summary" => self.plan.summary = self.prose(&mut parts),
                "window" => self.plan.window = self.window(inner),
                "rto" => self.plan.rto = self.positive_duration(&mut parts),
                "rpo" => self.plan.rpo = self.duration(&mut parts),
                "retain" => self.plan.retain = self.positive_duration(&mut parts),
                "needs" => {
                    let mut needs = std::mem::take(&mut self.plan.needs);
                    self.needs(&mut parts, &mut needs);
                    self.plan.needs = needs;
                }
                "history" => {
                    let version = self.spanned_string(&mut parts);
                    let date = self.date(&mut parts);
                    let text = self.spanned_string(&mut parts);
                    if let (Some(version), Some(date), Some(text)) = (version, date, text) {
                        self.plan.history.push(HistoryEntry { version: version.value, date: date.value, text: text.value });
                    }
                }
                _ => {}
            }
        }
    }

    fn window(&mut self, statement: &Statement) -> Option<Spanned<Window>> {
        let mut parts = Parts::of(statement);
        let day = if self.word(&mut parts, "every") {
            WindowDay::Every(self.text(parts.take(PartKind::Choice)?.span).to_owned())
        } else {
            WindowDay::On(self.date(&mut parts)?.value)
        };
        let from = parts.take(PartKind::Clock)?;
        let from = self.lexeme("value/clock", from, lexeme::clock)?;
        self.word(&mut parts, "to");
        let to = parts.take(PartKind::Clock)?;
        let to = self.lexeme("value/clock", to, lexeme::clock)?;
        let zone = parts.take(PartKind::Zone)?;
        let name = self.text(zone.span);
        let database = jiff::tz::TimeZoneDatabase::bundled();
        // The database forgives the wrong case; the `TZ` of a bundle does not.
        if database.get(name).ok().and_then(|found| Some(found.iana_name()? == name)) != Some(true) {
            let known: Vec<String> = database.available().map(|known| known.to_string()).collect();
            let near = crate::diagnostic::nearest(name, known.iter().map(String::as_str)).map(str::to_owned);
            let finding = Diagnostic::error("value/zone", zone.span, format!("there is no time zone `{name}`"), "not in the IANA database");
            self.findings.push(match near {
                Some(near) => finding.help(format!("did you mean `{near}`?")),
                None => finding.help("give the name of an IANA zone: `UTC`, `Europe/Berlin`"),
            });
        }
        Some(Spanned::new(Window { day, from, to, zone: name.to_owned() }, statement.span))
    }

    fn param(&mut self, statement: &Statement) -> Param {
        let mut parts = Parts::of(statement);
        let header = self.header(statement, &mut parts);
        let kind = match parts.next().map(|part| self.text(part.span)) {
            Some("int") => ParamKind::Int,
            Some("duration") => ParamKind::Duration,
            Some("path") => ParamKind::Path,
            Some("choice") => ParamKind::Choice(parts.list(PartKind::String).into_iter().map(|part| self.string(part)).collect()),
            _ => ParamKind::Text,
        };
        self.word(&mut parts, "=");
        let default = parts.next().map(|part| {
            let value = if part.kind == PartKind::String { self.string(part) } else { self.text(part.span).to_owned() };
            (part, value)
        });
        if let Some((part, value)) = &default {
            let fits = match &kind {
                ParamKind::Int => part.kind == PartKind::Number,
                ParamKind::Duration => part.kind == PartKind::Duration && lexeme::duration(value).is_ok(),
                ParamKind::Text | ParamKind::Path => part.kind == PartKind::String,
                ParamKind::Choice(choices) => choices.contains(value),
            };
            if !fits {
                let help = match &kind {
                    ParamKind::Int => "give a whole number: `= 5`".to_owned(),
                    ParamKind::Duration => "give a duration: `= 15m`".to_owned(),
                    ParamKind::Text | ParamKind::Path => "give a string: `= \"…\"`".to_owned(),
                    ParamKind::Choice(choices) => {
                        format!("give one of {}", choices.iter().map(|choice| format!("`\"{choice}\"`")).collect::<Vec<_>>().join(", "))
                    }
                };
                self.findings.push(
                    Diagnostic::error(
                        "value/default",
                        part.span,
                        format!("the default of `{}` is not of its type", header.name),
                        "does not fit",
                    )
                    .help(help),
                );
            }
        }
        Param { header, kind, default: default.map(|(part, value)| Spanned::new(value, part.span)) }
    }

    fn secret(&mut self, statement: &Statement) -> Secret {
        let mut parts = Parts::of(statement);
        let header = self.header(statement, &mut parts);
        let variable = parts.take(PartKind::Env).map(|part| self.text(part.span)[1..].to_owned()).unwrap_or_default();
        Secret { header, variable }
    }

    fn drill(&mut self, statement: &Statement) -> Drill {
        let mut drill = Drill::default();
        for inner in self.block(statement, &["schema", "data", "workload", "answer", "stand-in"]) {
            let mut parts = Parts::of(inner);
            let word = self.keyword(inner);
            match word {
                "schema" | "data" | "workload" => {
                    let kind = match word {
                        "schema" => DrillDataKind::Schema,
                        "data" => DrillDataKind::Data,
                        _ => DrillDataKind::Workload,
                    };
                    let target = self.name(&mut parts);
                    let file = self.spanned_string(&mut parts);
                    if let (Some(target), Some(file)) = (target, file) {
                        drill.data.push(DrillData { kind, target: target.value, file });
                    }
                }
                _ => {
                    let Some(name) = parts.take(PartKind::Name) else { continue };
                    let name = Spanned::new(self.text(name.span).to_owned(), name.span);
                    if word == "answer" {
                        drill.answers.extend(self.spanned_string(&mut parts).map(|answer| (name, answer.value)));
                    } else if let Some(fence) = parts.take(PartKind::Fence) {
                        let code = self.shell(fence);
                        drill.stand_ins.push((name, code));
                    }
                }
            }
        }
        drill
    }
}
