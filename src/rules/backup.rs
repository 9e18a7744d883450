//! What makes going back possible: that it was saved, before, and all of it.

pub mod missing;
pub mod never_taken;
