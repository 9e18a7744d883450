//! rbk compiles rollback plans: it proves what can be proved before anybody needs it, and writes the bundle and the
//! runbook that carry the plan out.
//!
//! A plan flows one way. In reading order:
//!
//! - [`source`]: text, spans, lines, and who reads files
//! - [`diagnostic`]: a finding as plain data
//! - [`syntax`]: text to tree; never fails, never stops at the first error
//! - [`plan`]: tree to meaning; names resolved, units typed
//! - [`effect`]: what code does
//! - [`repository`]: what the commands of a plan name outside of it
//! - [`graph`]: order, dependencies, positions
//! - [`analysis`]: what follows: programs, time, loss
//! - [`profile`]: what published guidance asks, and where a plan answers it
//! - [`rules`]: what is wrong with it
//! - [`diff`]: what a change of a plan does to its safety
//! - [`fmt`], [`emit`], [`report`]: what is written
//! - [`config`]: what a repository says about it
//! - [`cli`]: the only place that knows arguments, files, the clock and the terminal

#![cfg_attr(test, allow(clippy::disallowed_methods, reason = "tests touch the world"))]

// pest_derive names `alloc`: pest is built without `std`, whose guard of the stack the scanner makes needless.
extern crate alloc;

pub mod analysis;
pub mod cli;
pub mod config;
pub mod diagnostic;
pub mod diff;
pub mod effect;
pub mod emit;
pub mod fmt;
pub mod graph;
pub mod plan;
pub mod profile;
pub mod report;
pub mod repository;
pub mod rules;
pub mod source;
pub mod syntax;
