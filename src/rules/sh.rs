//! Shell that means something else than it says.

pub mod unquoted;
