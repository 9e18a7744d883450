//! What is made of a plan for others: the bundle that carries it out, the runbook, the drawings of its graph.
//!
//! A folder a backend. Each is a pure function from the plan and what follows from it to bytes.

pub mod bundle;
pub mod graph;
pub mod quote;
pub mod runbook;
