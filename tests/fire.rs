//! The fault campaign: bundles are run on real databases while something goes wrong, over and over, and the trials are counted.
//!
//! `cargo test --test fire` is a bounded run: every fault on every database, dealt out among the shells. `RBK_FIRE=40` draws that
//! many trials for each fault, shell and database, which are thousands; `RBK_FIRE_SEED=7` draws others; with `RBK_FIRE_MINUTES=30` none
//! begins after that time. With `RBK_FIRE_RECORD=FILE` each trial is written there at once, and a run that was interrupted goes on.
//! `RBK_UPDATE=1` adds what was counted to tests/fire/record.tsv and writes docs/reliability.md; so does the argument `page` with what
//! the record of earlier runs holds. A trial's name as an argument runs that one, the beginning of names those.

#![allow(clippy::disallowed_methods, reason = "tests touch the world")]
#![allow(dead_code, reason = "shared with the other tests, which use the rest")]

mod corpus;
mod examples;
mod operator;
mod servers;

mod fire {
    //! The parts of the campaign.

    pub mod campaign;
    pub mod canary;
    pub mod circumstances;
    pub mod engine;
    pub mod faults;
    pub mod hostile;
    pub mod matrix;
    pub mod plans;
    pub mod record;
    pub mod rounds;
    pub mod stories;
    pub mod tools;
    pub mod world;
}

use std::io::Write as _;
use std::process::ExitCode;
use std::time::{Duration, Instant};

use fire::circumstances::CIRCUMSTANCES;
use fire::faults::FAULTS;
use fire::matrix;
use fire::plans::Database;
use fire::record::{Counts, Kept, Record};
use fire::rounds::{Bounds, CANARY, HOSTILE, Rounds, SHELLS};

fn main() -> ExitCode {
    let number = |name: &str| std::env::var(name).ok().and_then(|text| text.parse::<u64>().ok());
    let only = std::env::args().skip(1).find(|argument| !argument.starts_with('-'));
    let seed = number("RBK_FIRE_SEED").unwrap_or(0);
    let record = Record::open(std::env::var_os("RBK_FIRE_RECORD").map(Into::into), seed);
    if only.as_deref() == Some("page") {
        page(&record.keep());
        return ExitCode::SUCCESS;
    }
    let bounds = Bounds {
        seed,
        amount: number("RBK_FIRE"),
        until: number("RBK_FIRE_MINUTES").map(|minutes| Instant::now() + Duration::from_secs(60 * minutes)),
        only,
    };
    let failures: Vec<String> = std::thread::scope(|scope| {
        let (bounds, record) = (&bounds, &record);
        let databases = [Database::Sqlite, Database::Postgres, Database::MariaDb];
        let mut running: Vec<_> =
            databases.into_iter().map(|database| scope.spawn(move || Rounds::new(bounds, record).on(database))).collect();
        running.push(scope.spawn(move || Rounds::new(bounds, record).of_examples()));
        running.into_iter().flat_map(|thread| thread.join().expect("the campaign ends")).collect()
    });
    let counts = record.counts();
    say(&tables(&counts));
    if std::env::var_os("RBK_UPDATE").is_some() && bounds.only.is_none() && failures.is_empty() {
        page(&record.keep());
    }
    for failure in &failures {
        say(&format!("FAILED {failure}\n"));
    }
    let (runs, words) = matrix::runs(&counts);
    say(&format!("{runs}\n{words}"));
    if failures.is_empty() && !counts.is_empty() { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}

fn say(text: &str) {
    let _ = writeln!(std::io::stdout(), "{text}");
}

fn tables(counts: &Counts) -> String {
    let circumstances = CIRCUMSTANCES.iter().map(|(_, words)| *words);
    let mut faults: Vec<&str> = FAULTS.iter().map(|(_, words, _)| *words).chain(circumstances).chain([CANARY, HOSTILE]).collect();
    // What an earlier run has tried stays, whatever this one would call it.
    for kind in counts.keys() {
        if !faults.contains(&kind.fault.as_str()) {
            faults.push(&kind.fault);
        }
    }
    matrix::tables(counts, &faults, &SHELLS.map(|shell| shell.called()))
}

fn page(kept: &Kept) {
    let counts = &kept.counts;
    let (runs, words) = matrix::runs(counts);
    let page = include_str!("fire/page.md")
        .replace("{{trials}}", &words)
        .replace("{{runs}}", runs.trim_end())
        .replace("{{earlier}}", &matrix::earlier(kept))
        .replace("{{plans}}", matrix::plans(counts).trim_end())
        .replace("{{tables}}", tables(counts).trim_end());
    std::fs::write(corpus::root().join("docs/reliability.md"), page).expect("the page is writable");
}
