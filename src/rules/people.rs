//! Who does it, whom to call, and who is told.

pub mod action_without_means;
pub mod no_contact;
pub mod no_owner;
pub mod placeholder;
pub mod unannounced;
