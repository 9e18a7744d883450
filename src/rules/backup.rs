//! What makes going back possible: that it was saved, before, and all of it.

pub mod before_freeze;
pub mod during_ddl;
pub mod expires_early;
pub mod format_mismatch;
pub mod missing;
pub mod name_not_bound;
pub mod never_taken;
pub mod never_used;
pub mod same_failure_domain;
pub mod scope_too_narrow;
pub mod unverified;
