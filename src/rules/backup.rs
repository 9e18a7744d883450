//! What makes going back possible: that it was saved, before, and all of it.

pub mod before_freeze;
pub mod expires_early;
pub mod missing;
pub mod never_taken;
pub mod never_used;
