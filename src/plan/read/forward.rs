//! Reads the forward path: phases, changes, decisions.

use crate::diagnostic::Diagnostic;
use crate::plan::change::{Change, Decision, Effects, Phase, PhaseItem, Recover, Undo};
use crate::plan::id::Id;
use crate::source::Spanned;
use crate::syntax::tree::Statement;

use super::step::STEPS;
use super::{Parts, Reader};

impl Reader<'_> {
    /// Reads `phase NAME TITLE [at INSTANT] [for DURATION] [after PHASES] { … }`, its changes and its decisions.
    pub fn phase(&mut self, statement: &Statement) -> Phase {
        let id = Id::new(self.plan.phases.len());
        let mut parts = Parts::of(statement);
        let header = self.header(statement, &mut parts);
        let at = if self.word(&mut parts, "at") { self.instant(&mut parts) } else { None };
        let duration = if self.word(&mut parts, "for") { self.positive_duration(&mut parts) } else { None };
        let after = if self.word(&mut parts, "after") { self.names(&mut parts) } else { Vec::new() };
        let mut phase = Phase { header, at, duration, after, summary: None, external: None, items: Vec::new() };
        let mut place = std::mem::take(&mut self.forward);
        let repeatable: Vec<&str> = ["change", "irreversible", "decision"].into_iter().chain(STEPS).collect();
        for inner in self.block(statement, &repeatable) {
            match self.keyword(inner) {
                "change" | "irreversible" => {
                    let change = self.change(inner, id);
                    phase.items.push(PhaseItem::Change(self.plan.changes.add(change)));
                }
                "decision" => {
                    let decision = self.decision(inner, id);
                    phase.items.push(PhaseItem::Decision(self.plan.decisions.add(decision)));
                }
                "summary" => phase.summary = self.prose(&mut Parts::of(inner)),
                "carried" => {
                    let mut parts = Parts::of(inner);
                    self.word(&mut parts, "out");
                    self.word(&mut parts, "by");
                    phase.external = self.spanned_string(&mut parts);
                }
                "note" | "link" | "accept" => {}
                _ => phase.items.extend(self.step(inner, &mut place).map(|step| PhaseItem::Step(Box::new(step)))),
            }
        }
        self.forward = place;
        phase
    }

    fn change(&mut self, statement: &Statement, phase: Id<Phase>) -> Change {
        let mut parts = Parts::of(statement);
        let irreversible = (self.keyword(statement) == "irreversible").then_some(statement.keyword);
        self.word(&mut parts, "change");
        let header = self.header(statement, &mut parts);
        let on = if self.word(&mut parts, "on") { self.name(&mut parts) } else { None };
        let via = if self.word(&mut parts, "via") { self.name(&mut parts) } else { None };
        let mut change = Change {
            header,
            phase,
            irreversible,
            on,
            via,
            forward: None,
            undo: Undo::None,
            recover: Vec::new(),
            impacts: Vec::new(),
            after: Vec::new(),
            takes: None,
            undo_takes: None,
            by: None,
            effects: Effects::default(),
            applied: None,
            undone: None,
            verify: Vec::new(),
            needs: Vec::new(),
            confirm: None,
            dir: None,
            timeout: None,
            retry: None,
        };
        let repeatable = [
            "recover", "impact", "after", "creates", "alters", "writes", "destroys", "freezes", "thaws", "stops", "starts", "verify",
            "needs",
        ];
        for inner in self.block(statement, &repeatable) {
            let mut parts = Parts::of(inner);
            match self.keyword(inner) {
                "do" => change.forward = self.action(&mut parts),
                "undo" => self.undo(&mut change, inner),
                "recover" => {
                    if let Some(recover) = self.recover(&mut parts) {
                        change.recover.push(Spanned::new(recover, inner.span));
                    }
                }
                "impact" => change.impacts.extend(self.prose(&mut parts)),
                "after" => change.after.extend(self.names(&mut parts)),
                "takes" => change.takes = self.positive_duration(&mut parts),
                "by" => change.by = self.name(&mut parts),
                "applied" => change.applied = self.name(&mut parts),
                "undone" => change.undone = self.name(&mut parts),
                "verify" => change.verify.extend(self.names(&mut parts)),
                "needs" => self.needs(&mut parts, &mut change.needs),
                "confirm" => change.confirm = self.spanned_string(&mut parts).map(|text| text.value),
                "dir" => change.dir = self.place(&mut parts).map(|dir| dir.value),
                "timeout" => change.timeout = self.positive_duration(&mut parts).map(|timeout| timeout.value),
                "retry" => change.retry = self.retry(&mut parts),
                _ => self.effect(inner, &mut change.effects),
            }
        }
        if let (Some(irreversible), Some(takes), Undo::None) = (change.irreversible, change.undo_takes, &change.undo) {
            self.findings.push(
                Diagnostic::error(
                    "form/undo-of-irreversible",
                    takes.span,
                    format!("`{}` is irreversible, so no undo takes time", change.header.name),
                    "of no undo",
                )
                .because(irreversible, "declared irreversible here")
                .help("remove it; what a recovery takes stands in the backup (`restore takes`) or in the scenario's steps"),
            );
        }
        if change.irreversible.is_none()
            && let Some(recover) = change.recover.first()
        {
            self.findings.push(
                Diagnostic::error(
                    "form/recover-of-reversible",
                    recover.span,
                    format!("`{}` is not irreversible and says how to recover", change.header.name),
                    "only of irreversible changes",
                )
                .because(change.header.span, "declared without `irreversible`")
                .help("declare it `irreversible change`, or write how it is undone: `undo …`"),
            );
        }
        change
    }

    fn undo(&mut self, change: &mut Change, statement: &Statement) {
        let mut parts = Parts::of(statement);
        if self.word(&mut parts, "takes") {
            change.undo_takes = self.positive_duration(&mut parts);
            return;
        }
        if let Some(irreversible) = change.irreversible {
            self.findings.push(
                Diagnostic::error(
                    "form/undo-of-irreversible",
                    statement.keyword,
                    format!("`{}` is irreversible and has an undo", change.header.name),
                    "takes it back",
                )
                .because(irreversible, "declared irreversible here")
                .help("remove `irreversible`, or say with `recover` what helps in place of an undo"),
            );
        }
        if self.word(&mut parts, "auto") {
            change.undo = Undo::Auto(statement.span);
        } else if let Some(action) = self.action(&mut parts) {
            change.undo = Undo::Action(Box::new(action));
        }
    }

    fn recover(&mut self, parts: &mut Parts<'_>) -> Option<Recover> {
        if self.word(parts, "restore") {
            self.name(parts).map(|backup| Recover::Restore(backup.value))
        } else if self.word(parts, "run") {
            self.name(parts).map(|scenario| Recover::Run(scenario.value))
        } else {
            self.word(parts, "forward");
            self.prose(parts).map(|prose| Recover::Forward(prose.text))
        }
    }

    /// Reads one of `creates`, `alters`, `writes`, `destroys`, `freezes`, `thaws`, `stops`, `starts`.
    pub fn effect(&mut self, statement: &Statement, effects: &mut Effects) {
        let mut parts = Parts::of(statement);
        match self.keyword(statement) {
            "creates" => effects.creates.extend(self.objects(&mut parts)),
            "alters" => effects.alters.extend(self.objects(&mut parts)),
            "writes" => effects.writes.extend(self.objects(&mut parts)),
            "destroys" => effects.destroys.extend(self.objects(&mut parts)),
            "freezes" => effects.freezes.extend(self.names(&mut parts)),
            "thaws" => effects.thaws.extend(self.names(&mut parts)),
            "stops" => effects.stops.extend(self.names(&mut parts)),
            "starts" => effects.starts.extend(self.names(&mut parts)),
            _ => {}
        }
    }

    fn decision(&mut self, statement: &Statement, phase: Id<Phase>) -> Decision {
        let mut parts = Parts::of(statement);
        let header = self.header(statement, &mut parts);
        let at = if self.word(&mut parts, "at") { self.instant(&mut parts) } else { None };
        self.word(&mut parts, "by");
        let by = self.name(&mut parts).unwrap_or(Spanned::new(Id::new(0), header.span));
        let mut decision = Decision { header, phase, at, by, needs: Vec::new(), show: Vec::new(), else_run: None };
        for inner in self.block(statement, &["needs", "show"]) {
            let mut parts = Parts::of(inner);
            match self.keyword(inner) {
                "needs" => self.needs(&mut parts, &mut decision.needs),
                "show" => decision.show.extend(self.names(&mut parts)),
                "else" if self.word(&mut parts, "run") => decision.else_run = self.name(&mut parts),
                _ => {}
            }
        }
        decision
    }
}
