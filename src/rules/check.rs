//! Verification that verifies: whether a check can say no, and whether anybody asks it.

pub mod exit_status_lies;
pub mod has_side_effects;
pub mod missing;
pub mod never_ends;
pub mod partial;
pub mod twice;
pub mod vacuous;
pub mod wrong_target;
