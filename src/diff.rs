//! What a change of a plan does to its safety: two sets of facts, compared by the names in them.
//!
//! Owns the comparison. Does not compare text: what is said in other words and means the same is no difference.

mod compare;
mod safety;

use serde::Serialize;

pub use compare::compare;
pub use safety::Safety;

/// Whether a difference is for the worse.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Effect {
    Worse,
    Better,
    /// Neither, as far as rbk can tell.
    Other,
}

/// One thing that the new plan says otherwise.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Difference {
    pub effect: Effect,
    /// What is compared: `promise`, `change`, `return`, `scenario`, `coverage`, `time`, `loss`, `finding`.
    pub kind: &'static str,
    /// The name of the change, the scenario or the rule; of the plan, for what is said of it as a whole.
    pub name: String,
    /// For people, in lower case, without a final period.
    pub text: String,
}
