//! Names. Those that are unknown or declared twice the resolver reports; their pages are Markdown.

pub mod floating_ref;
pub mod undeclared_variable;
pub mod unused;
