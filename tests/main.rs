//! One integration binary. Each module states facts about one part of rbk. Tests are data: a plan in, rendered text out.

#![allow(clippy::disallowed_methods, reason = "tests touch the world")]

mod alone;
mod architecture;
mod audit;
mod bundle;
mod cli;
mod config;
mod corpus;
mod dependencies;
mod diff;
mod editors;
mod effects;
mod examples;
mod facts;
mod fix;
mod forms;
mod grammar;
mod harness;
mod hostile;
mod mutation;
mod operator;
mod outputs;
mod profile;
mod reference;
mod report;
mod repository;
mod resolve;
mod rules;
mod runbook;
mod schema;
mod screen;
mod scripts;
#[allow(dead_code, reason = "the fault campaign kills servers and starts them again")]
mod servers;
mod shellcheck;
mod shells;
mod sources;
mod truth;
mod undo;
mod watch;

mod laws {
    //! Properties that hold for every plan.

    mod formatter;
    pub mod generator;
    mod readers;
    mod shell;
}
