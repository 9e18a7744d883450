//! What a change of a plan does to its safety: two sets of facts, compared by the names in them.
//!
//! Owns the comparison. Does not compare text for people: what is said in other words and means the same is no difference.

mod compare;
mod safety;
mod traits;
mod weigh;

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
    /// What is compared: `promise`, `return`, `coverage`, `time`, `loss`, `finding`, `accept`, `step`, or a declaration's keyword.
    pub kind: &'static str,
    /// The name of the declaration or the rule; `SCENARIO.STEP` of a step; of the plan, for what is said of it as a whole.
    pub name: String,
    /// For people, in lower case, without a final period.
    pub text: String,
}
