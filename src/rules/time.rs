//! Promises about time, against what the plan's own estimates add up to.

pub mod rpo_exceeded;
pub mod rto_exceeded;
