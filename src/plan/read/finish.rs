//! What can only be said when everything has been read: actions on targets that can't run them, calls that never end,
//! names local to a scenario, slots of messages.
//!
//! Every id of the plan is real by now, but the value behind one may be a stand-in for a name that did not resolve. A
//! declaration or step with such trouble inside is passed over: what it lacks has been said.

mod actions;
mod checks;
mod cycles;
mod local;
mod patch;
mod slots;

use crate::diagnostic::{Diagnostic, Severity};
use crate::plan::Plan;
use crate::plan::change::PhaseItem;
use crate::plan::names::Names;
use crate::plan::scenario::Step;
use crate::source::{Sources, Span};

pub use slots::BUILT_IN;

use super::Reader;
use super::trouble::Trouble;

/// What the closing checks look at, and what they found.
struct Closing<'p> {
    sources: &'p Sources,
    plan: &'p Plan,
    names: &'p Names,
    /// Where something is wrong already.
    trouble: &'p Trouble,
    /// Whether every statement of every file could be read.
    complete: bool,
    found: Vec<Diagnostic>,
}

impl Reader<'_> {
    /// Runs every closing check.
    pub fn finish(&mut self) {
        let errors = self.findings.iter().filter(|finding| finding.severity == Severity::Error);
        self.trouble.extend(errors.map(Diagnostic::span));
        let complete = self.unread.is_empty() && !self.names.incomplete;
        let (sources, plan, names, trouble) = (self.sources, &self.plan, &self.names, &self.trouble);
        let mut closing = Closing { sources, plan, names, trouble, complete, found: Vec::new() };
        closing.changes();
        closing.flags();
        closing.releases();
        closing.backups();
        closing.checks();
        for (_, phase) in plan.phases.iter() {
            for item in &phase.items {
                if let PhaseItem::Step(step) = item {
                    closing.steps(std::slice::from_ref(step), None);
                }
            }
        }
        for (_, scenario) in plan.scenarios.iter() {
            closing.steps(&scenario.steps, None);
        }
        closing.calls_end();
        closing.local_names();
        closing.slots();
        let found = closing.found;
        self.findings.extend(found);
    }
}

impl<'p> Closing<'p> {
    /// Returns whether nothing is known to be wrong in `whole`.
    fn is_sound(&self, whole: Span) -> bool {
        !self.trouble.within(whole)
    }

    /// Returns every step of the plan, at any depth.
    fn all_steps(&self) -> Vec<&'p Step> {
        self.plan.steps()
    }
}
