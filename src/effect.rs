//! What code does, as far as rbk reads it: where SQL statements end, which of them stand alone, what they surely destroy;
//! and whether code does anything at all.
//!
//! Code that can't be read is never an error here, and never "safe".

pub mod act;
mod mapped;
pub mod object;
pub mod sh;
pub mod sql;
