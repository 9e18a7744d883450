//! Names. Those that are unknown or declared twice the resolver reports; their pages are Markdown.

pub mod floating_ref;
pub mod not_in_repository;
pub mod target_mismatch;
pub mod undeclared_variable;
pub mod undefined_ref;
pub mod unknown_object;
pub mod unknown_revision;
pub mod unused;
