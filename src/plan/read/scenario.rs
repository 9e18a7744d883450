//! Reads scenarios.

use crate::plan::scenario::{Applies, Approval, EscalateWhen, Escalation, Scenario};
use crate::syntax::tree::Statement;

use super::step::{Place, STEPS};
use super::{Parts, Reader};

impl Reader<'_> {
    /// Reads `scenario NAME TITLE { … }`.
    pub fn scenario(&mut self, statement: &Statement) -> Scenario {
        let mut parts = Parts::of(statement);
        let header = self.header(statement, &mut parts);
        let mut scenario = Scenario {
            header,
            applies: Vec::new(),
            summary: None,
            rto: None,
            approve: None,
            needs: Vec::new(),
            symptoms: Vec::new(),
            limits: Vec::new(),
            never: Vec::new(),
            loses_at_most: None,
            level: None,
            escalates: Vec::new(),
            goes_forward: None,
            leaves_frozen: Vec::new(),
            steps: Vec::new(),
        };
        let mut place = Place::of("this scenario");
        place.expect(self.sources, statement);
        let mut repeatable = vec!["applies", "needs", "symptom", "limits", "never", "escalates", "leaves"];
        repeatable.extend(STEPS);
        for inner in self.block(statement, &repeatable) {
            let mut parts = Parts::of(inner);
            match self.keyword(inner) {
                "applies" => scenario.applies.push(self.applies(inner)),
                "summary" => scenario.summary = self.prose(&mut parts),
                "rto" => scenario.rto = self.positive_duration(&mut parts),
                "approve" => {
                    let by = self.name(&mut parts);
                    let other = self.word(&mut parts, "by");
                    scenario.approve = by.map(|by| Approval { by, other });
                }
                "needs" => self.needs(&mut parts, &mut scenario.needs),
                "symptom" => scenario.symptoms.extend(self.prose(&mut parts)),
                "limits" => scenario.limits.extend(self.prose(&mut parts)),
                "never" => scenario.never.extend(self.prose(&mut parts)),
                "loses" => {
                    self.word(&mut parts, "at");
                    self.word(&mut parts, "most");
                    scenario.loses_at_most = self.duration(&mut parts);
                }
                "level" => scenario.level = self.integer(&mut parts),
                "escalates" => scenario.escalates.extend(self.escalation(&mut parts)),
                "goes" => scenario.goes_forward = Some(inner.span),
                "leaves" => scenario.leaves_frozen.extend(self.name(&mut parts)),
                "note" | "link" | "accept" => {}
                _ => scenario.steps.extend(self.step(inner, &mut place)),
            }
        }
        scenario
    }

    fn applies(&mut self, statement: &Statement) -> Applies {
        let mut parts = Parts::of(statement);
        let from = if self.word(&mut parts, "from") { self.moment(&mut parts) } else { None };
        let until = if self.word(&mut parts, "until") { self.moment(&mut parts) } else { None };
        let within = if self.word(&mut parts, "within") {
            let duration = self.positive_duration(&mut parts);
            self.word(&mut parts, "of");
            duration.zip(self.moment(&mut parts))
        } else {
            None
        };
        Applies { from, until, within, span: statement.span }
    }

    fn escalation(&mut self, parts: &mut Parts<'_>) -> Option<Escalation> {
        self.word(parts, "to");
        let to = self.name(parts)?;
        let when = if self.word(parts, "after") {
            EscalateWhen::After(self.positive_duration(parts)?.value)
        } else {
            self.word(parts, "when");
            EscalateWhen::Check(self.name(parts)?.value)
        };
        Some(Escalation { to, when })
    }
}
