//! Whether the undo undoes.

pub mod hollow_undo;
pub mod leaves_writes_behind;
pub mod undeclared;
pub mod undeclared_loss;
