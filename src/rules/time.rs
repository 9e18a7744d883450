//! Promises about time, against what the plan's own estimates add up to.

pub mod criterion_does_not_fit;
pub mod decision_too_early;
pub mod decision_too_late;
pub mod no_estimate;
pub mod open_ended;
pub mod outside_window;
pub mod overlap;
pub mod rpo_exceeded;
pub mod rto_exceeded;
