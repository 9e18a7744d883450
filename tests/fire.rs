//! The fault campaign: bundles are run on real databases while something goes wrong, over and over, and the trials are counted.
//!
//! `cargo test --test fire` is a bounded run: every fault on every database, dealt out among the shells. `RBK_FIRE=40` draws that
//! many trials for each fault, shell and database, which are thousands; with `RBK_FIRE_MINUTES=30` none begins after that time; with
//! `RBK_UPDATE=1` it writes docs/reliability.md. A trial's name as an argument runs that one.

#![allow(clippy::disallowed_methods, reason = "tests touch the world")]
#![allow(dead_code, reason = "shared with the other tests, which use the rest")]

mod corpus;
mod operator;
mod servers;

mod fire {
    //! The parts of the campaign.

    pub mod campaign;
    pub mod circumstances;
    pub mod engine;
    pub mod faults;
    pub mod hostile;
    pub mod matrix;
    pub mod plans;
    pub mod tools;
    pub mod world;
}

use std::io::Write as _;
use std::process::ExitCode;
use std::time::{Duration, Instant};

use fire::campaign::{self, Reference};
use fire::circumstances::{self, CIRCUMSTANCES, Circumstance};
use fire::engine::Engine;
use fire::faults::FAULTS;
use fire::hostile;
use fire::matrix::Matrix;
use fire::plans::{Database, Draw, Drawn, draw, moody};
use fire::world::World;
use operator::Shell;

const SHELLS: [Shell; 5] =
    [Shell("dash", &[]), Shell("bash", &[]), Shell("bash", &["--posix"]), Shell("busybox", &["ash"]), Shell("mksh", &[])];

const HOSTILE: &str = "a plan whose every text is hostile";

fn main() -> ExitCode {
    let only = std::env::args().skip(1).find(|argument| !argument.starts_with('-'));
    let amount = std::env::var("RBK_FIRE").ok().and_then(|text| text.parse().ok());
    let minutes = std::env::var("RBK_FIRE_MINUTES").ok().and_then(|text| text.parse().ok());
    let until = minutes.map(|minutes: u64| Instant::now() + Duration::from_secs(60 * minutes));
    let say = |text: &str| {
        let _ = writeln!(std::io::stdout(), "{text}");
    };
    let matrix = std::thread::scope(|scope| {
        let databases = [Database::Sqlite, Database::Postgres, Database::MariaDb];
        let running = databases.map(|database| {
            let only = only.as_deref();
            scope.spawn(move || on(database, amount, only, until))
        });
        let mut matrix = Matrix::default();
        for database in running {
            matrix.join(database.join().expect("the campaign ends"));
        }
        matrix
    });
    let faults: Vec<&str> =
        FAULTS.iter().map(|(_, words, _)| *words).chain(CIRCUMSTANCES.iter().map(|(_, words)| *words)).chain([HOSTILE]).collect();
    let tables = matrix.tables(&faults);
    say(&tables);
    if std::env::var_os("RBK_UPDATE").is_some() && only.is_none() && matrix.failures.is_empty() {
        let page = include_str!("fire/page.md")
            .replace("{{trials}}", &format!("{} trials, all of which held.", matrix.trials))
            .replace("{{tables}}", &tables);
        std::fs::write(corpus::root().join("docs/reliability.md"), page).expect("the page is writable");
    }
    for failure in &matrix.failures {
        say(&format!("FAILED {failure}\n"));
    }
    say(&format!(
        "{} trials, {} failed; {} ended before the fault's place was reached",
        matrix.trials,
        matrix.failures.len(),
        matrix.missed
    ));
    if matrix.failures.is_empty() && matrix.trials > 0 { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}

/// Every shell on one database.
fn on(database: Database, amount: Option<usize>, only: Option<&str>, until: Option<Instant>) -> Matrix {
    let mut matrix = Matrix::default();
    let plans = if amount.is_some() { 8 } else { 1 };
    // When the time is up, no trial begins that could still be left out.
    let named =
        |name: &str| until.is_none_or(|until| Instant::now() < until) && only.is_none_or(|only| name.contains(only) || only.contains(name));
    let wanted = |shell: &Shell| named(&format!("{}/{}", database.name(), shell.called().replace(' ', "_")));
    let shells: Vec<(usize, Shell)> = SHELLS.into_iter().enumerate().filter(|(_, shell)| wanted(shell)).collect();
    if shells.is_empty() {
        return matrix;
    }
    // A bounded run deals what may happen out among the shells.
    let dealt = |place: usize, shell: usize| amount.is_some() || only.is_some() || (place + database as usize) % SHELLS.len() == shell;
    let mut engine = Engine::start(database);
    for (number, shell) in shells {
        for plan in 0..plans {
            // Each shell has plans of its own.
            let seed = (number + SHELLS.len() * plan) as u64;
            if !named(&format!("{}/{}/drawn-{seed}", database.name(), shell.called().replace(' ', "_"))) {
                continue;
            }
            let of_each = amount.map_or(1, |amount| amount.div_ceil(plans));
            disturb(&mut engine, database, shell, draw(database, seed), |world, reference| {
                for trial in campaign::trials(world, reference, of_each, &mut Draw::new(seed + 1000)) {
                    let name = trial.name(world);
                    let place = FAULTS.iter().position(|(fault, ..)| *fault == trial.fault).unwrap_or(0);
                    if !named(&name) || !dealt(place, number) {
                        continue;
                    }
                    let words = FAULTS[place].1;
                    matrix.count(words, database, &shell.called());
                    match campaign::carry_out(world, reference, &trial) {
                        Ok(true) => {}
                        Ok(false) => matrix.missed += 1,
                        Err(why) => matrix.failures.push(report(world, &name, &why)),
                    }
                }
            })
            .unwrap_or_else(|why| matrix.failures.push(why));
        }
        let mut draw = Draw::new(number as u64);
        let called = |circumstance: Circumstance| format!("{}/{}/{circumstance:?}", database.name(), shell.called().replace(' ', "_"));
        let some = CIRCUMSTANCES.iter().any(|(circumstance, _)| named(&called(*circumstance)));
        let disturb_moody = |engine: &mut Engine, then: &mut dyn FnMut(&mut World<'_>, &Reference)| {
            if some { disturb(engine, database, shell, moody(database), then) } else { Ok(()) }
        };
        disturb_moody(&mut engine, &mut |world, reference| {
            for (place, (circumstance, words)) in CIRCUMSTANCES.iter().enumerate() {
                let name = called(*circumstance);
                for _ in 0..amount.map_or(1, |amount| amount.div_ceil(8)) {
                    if !named(&name) || !dealt(place, number) || !circumstances::happens(*circumstance, database) {
                        continue;
                    }
                    matrix.count(words, database, &shell.called());
                    if let Err(why) = circumstances::carry_out(world, reference, *circumstance, &mut draw) {
                        matrix.failures.push(report(world, &name, &why));
                    }
                }
            }
        })
        .unwrap_or_else(|why| matrix.failures.push(why));
        for seed in 0..amount.unwrap_or(1) as u64 {
            let name = format!("{}/{}/hostile-{seed}", database.name(), shell.called().replace(' ', "_"));
            if named(&name) {
                let (plan, value) = hostile::draw(database, seed * 5 + number as u64);
                let mut world = World::new(&mut engine, database, shell, plan);
                matrix.count(HOSTILE, database, &shell.called());
                if let Err(why) = hostile::carry_out(&mut world, &value) {
                    matrix.failures.push(report(&world, &name, &why));
                }
            }
        }
    }
    matrix
}

/// Makes the place for a plan, sees what undisturbed runs do there, and hands both on.
fn disturb(
    engine: &mut Engine,
    database: Database,
    shell: Shell,
    plan: Drawn,
    then: impl FnOnce(&mut World<'_>, &Reference),
) -> Result<(), String> {
    let mut world = World::new(engine, database, shell, plan);
    let reference = campaign::undisturbed(&mut world).map_err(|why| format!("{} in {}: {why}", world.plan.name, shell.called()))?;
    then(&mut world, &reference);
    Ok(())
}

/// What is told of a trial that failed; its name at once, for the others may take long.
fn report(world: &World<'_>, name: &str, why: &str) -> String {
    let _ = writeln!(std::io::stdout(), "FAILED {name}: {why}");
    let journal = std::fs::read_to_string(world.slot().join("state/journal")).unwrap_or_default();
    format!("{name}: {why}\n{}\n{journal}", world.transcript)
}
