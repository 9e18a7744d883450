//! The shell runtime and the backup methods, in every shell of the promise and on real clients.
//!
//! A longer run of its own: `cargo test --test runtime`, every script in every shell. Of this, `cargo test` has all that dash runs and the
//! core of bash: `shells.rs`.

#![allow(clippy::disallowed_methods, reason = "tests touch the world")]
#![allow(dead_code, reason = "shared with the other tests, which use the rest")]

mod corpus;
mod operator;
mod scripts;
mod servers;

use operator::Shell;
use scripts::{DATABASES, LONGEST, MARIADB, RUNNER};

/// Tests of one shell: what it runs without a server, on one, and at a terminal.
macro_rules! in_shell {
    ($module:ident: $shell:expr) => {
        mod $module {
            use super::*;

            #[test]
            fn the_runner_holds() {
                scripts::hold($shell, RUNNER, None);
            }

            #[test]
            fn units_questions_and_backups_hold_on_real_databases() {
                scripts::hold_on_databases($shell, &[DATABASES, LONGEST].concat());
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

in_shell!(dash: Shell("dash", &[]));
in_shell!(bash: Shell("bash", &[]));
in_shell!(busybox: Shell("busybox", &["ash"]));
in_shell!(bash_posix: Shell("bash", &["--posix"]));
in_shell!(mksh: Shell("mksh", &[]));
