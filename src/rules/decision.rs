//! Triggers and scenarios: whether what calls for a rollback leads to one.

pub mod no_scenario;
pub mod trigger_after_return;
pub mod trigger_unmapped;
