//! Names that are looked up among steps as well as declarations: in the drill, and behind `takes effect after`.

use std::collections::{BTreeSet, HashMap};

use crate::diagnostic::Diagnostic;
use crate::plan::names::Kind;
use crate::source::{Span, Spanned};

use super::Closing;

/// What a person or a machine answers in place of.
const ANSWERED: [Kind; 3] = [Kind::Change, Kind::Check, Kind::Decision];
/// What runs shell.
const RUNS: [Kind; 5] = [Kind::Change, Kind::Check, Kind::Backup, Kind::Release, Kind::Channel];
/// What makes a new value count.
const TAKES_EFFECT: [Kind; 2] = [Kind::Change, Kind::Release];

impl Closing<'_> {
    /// Checks the names of the drill and of flags.
    pub fn local_names(&mut self) {
        if !self.complete {
            return;
        }
        let plan = self.plan;
        let steps: BTreeSet<&str> = self.all_steps().into_iter().map(|step| step.name.as_str()).collect();
        for (_, flag) in plan.flags.iter() {
            if let Some(after) = flag.takes_effect_after.as_ref().filter(|after| after.value != "deploy") {
                self.step_or(after, &steps, &TAKES_EFFECT, "step, change or release");
            }
        }
        let Some(drill) = &plan.drill else { return };
        let mut answered: HashMap<&str, Span> = HashMap::new();
        for (name, _) in &drill.answers {
            self.step_or(name, &steps, &ANSWERED, "step, change, check or decision");
            if let Some(first) = answered.insert(&name.value, name.span) {
                self.twice("answer", name, first);
            }
        }
        let mut stood_in: HashMap<&str, Span> = HashMap::new();
        for (name, _) in &drill.stand_ins {
            self.step_or(name, &steps, &RUNS, "step, change, check, backup, release or channel");
            if let Some(first) = stood_in.insert(&name.value, name.span) {
                self.twice("stand-in", name, first);
            }
        }
        let mut data: HashMap<_, Span> = HashMap::new();
        for item in &drill.data {
            if let Some(first) = data.insert((item.kind as u8, item.target), item.file.span) {
                let target = &plan.targets[item.target].header.name;
                self.found.push(
                    Diagnostic::error(
                        "form/repeated",
                        item.file.span,
                        format!("the drill has two such files for `{target}`"),
                        "said again here",
                    )
                    .because(first, "said here first")
                    .help("put both into one file"),
                );
            }
        }
    }

    fn twice(&mut self, what: &str, name: &Spanned<String>, first: Span) {
        self.found.push(
            Diagnostic::error("form/repeated", name.span, format!("`{what} {}` stands in the drill twice", name.value), "said again here")
                .because(first, "said here first")
                .help("keep one of them"),
        );
    }

    fn step_or(&mut self, name: &Spanned<String>, steps: &BTreeSet<&str>, kinds: &[Kind], needed: &str) {
        let wanted = &name.value;
        if steps.contains(wanted.as_str()) {
            return;
        }
        let symbol = self.names.get(wanted);
        let finding = match symbol.and_then(|symbol| Some((symbol, symbol.kind?))) {
            Some((_, kind)) if kinds.contains(&kind) => return,
            Some((symbol, kind)) => Diagnostic::error(
                "reference/unknown",
                name.span,
                format!("`{wanted}` is {}, and a {needed} is needed here", kind.words()),
                format!("not a {needed}"),
            )
            .because(symbol.span, format!("`{wanted}` is declared here")),
            None => {
                Diagnostic::error("reference/unknown", name.span, format!("there is no {needed} called `{wanted}`"), "declared nowhere")
            }
        };
        let near = self.names.near_of(wanted, kinds).into_iter().chain(self.names.suggestions.nearest(wanted, steps.iter().copied()));
        self.found.push(match crate::diagnostic::nearest(wanted, near) {
            Some(near) => finding.help(format!("did you mean `{near}`?")),
            None => finding.help(format!("name a {needed}")),
        });
    }
}
