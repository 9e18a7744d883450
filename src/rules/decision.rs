//! Triggers and scenarios: whether what calls for a rollback leads to one.

pub mod conflict;
pub mod contradictory_precondition;
pub mod criteria_gap;
pub mod escalation_undefined;
pub mod gate_without_probe;
pub mod no_scenario;
pub mod trigger_after_return;
pub mod trigger_unmapped;
pub mod unmeasurable;
