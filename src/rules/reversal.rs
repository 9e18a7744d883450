//! Whether the undo undoes.

pub mod burns_bridge;
pub mod cascade;
pub mod empty_downgrade;
pub mod hollow_undo;
pub mod leaves_writes_behind;
pub mod lossy_conversion;
pub mod not_atomic;
pub mod not_exact;
pub mod not_ours;
pub mod relative;
pub mod release_needs_dropped;
pub mod undeclared;
pub mod undeclared_loss;
pub mod unpaired;
pub mod wrong_revision;
