//! What published guidance asks for.

pub mod not_answered;
