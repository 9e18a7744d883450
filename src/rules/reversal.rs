//! Whether the undo undoes.

pub mod hollow_undo;
pub mod undeclared;
