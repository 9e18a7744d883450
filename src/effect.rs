//! What code does, as far as rbk reads it: so far, where SQL statements end and which of them stand alone.
//!
//! Code that can't be read is never an error here, and never "safe".

pub mod sql;
