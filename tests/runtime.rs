//! The shell runtime and the backup methods, in every shell of the promise and on real clients.
//!
//! A longer run of its own: `cargo test --test runtime`. Of this, `cargo test` has all that dash runs and the core of bash: `shells.rs`.
//! The scripts that are long and mostly the servers' work are left out in the other shells: see `in_shell!` below.

#![allow(clippy::disallowed_methods, reason = "tests touch the world")]
#![allow(dead_code, reason = "shared with the other tests, which use the rest")]

mod corpus;
mod operator;
mod scripts;
mod servers;

use operator::Shell;
use scripts::{DATABASES, LONGEST, MARIADB, RUNNER, RUNNER_CORE};

/// Of what asks databases, what every shell has to hold.
const DATABASES_CORE: &[&str] = &["urls", "units-postgres", "units-sqlite", "databases"];

/// Tests of one shell: what it runs without a server, on one, and at a terminal.
macro_rules! in_shell {
    ($module:ident: $shell:expr, $runner:expr, $databases:expr) => {
        mod $module {
            use super::*;

            #[test]
            fn the_runner_holds() {
                scripts::hold($shell, $runner, None);
            }

            #[test]
            fn units_questions_and_backups_hold_on_real_databases() {
                scripts::hold_on_databases($shell, &$databases.concat());
            }

            #[test]
            fn units_questions_and_backups_hold_on_mariadb() {
                scripts::hold_on_mariadb($shell, MARIADB);
            }

            #[test]
            fn people_are_heard_at_a_terminal() {
                scripts::hold_at_a_terminal($shell);
            }
        }
    };
}

in_shell!(dash: Shell("dash", &[]), RUNNER, [DATABASES, LONGEST]);
in_shell!(bash: Shell("bash", &[]), RUNNER, [DATABASES]);
in_shell!(busybox: Shell("busybox", &["ash"]), RUNNER, [DATABASES]);
in_shell!(bash_posix: Shell("bash", &["--posix"]), RUNNER_CORE, [DATABASES_CORE]);
in_shell!(mksh: Shell("mksh", &[]), RUNNER_CORE, [DATABASES_CORE]);
