//! What may happen to a run at one of its points: who is ended, how, or what becomes wrong from there on.

use super::tools::Place;

/// A fault that happens at a point of a run.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fault {
    KillRunner,
    KillAll,
    KillStep,
    ClientBefore,
    ClientDuring,
    ClientAfter,
    KillServer,
    Terminate,
    Interrupt,
    HangUp,
    ClockBack,
}

/// Every fault, as it stands in the table of docs/reliability.md, with the points at which it is tried.
pub const FAULTS: &[(Fault, &str, &[Place])] = &[
    (
        Fault::KillRunner,
        "`kill -9` of the runner alone",
        &[Place::AfterLine, Place::BeforeLine, Place::Step, Place::Client, Place::Anywhere],
    ),
    (
        Fault::KillAll,
        "`kill -9` of everything at once, as when the machine goes",
        &[Place::AfterLine, Place::BeforeLine, Place::Step, Place::Client, Place::Anywhere],
    ),
    (Fault::KillStep, "`kill -9` of the step's process", &[Place::AfterLine, Place::Step, Place::Client]),
    (Fault::ClientBefore, "`kill -9` of the client before it has begun", &[Place::Client]),
    (Fault::ClientDuring, "`kill -9` of the client at work", &[Place::Client]),
    (Fault::ClientAfter, "`kill -9` of the client when all was committed", &[Place::Client]),
    (Fault::KillServer, "`kill -9` of the server, started again afterwards", &[Place::AfterLine, Place::Client]),
    (Fault::Terminate, "`TERM` to the runner", &[Place::AfterLine, Place::Step, Place::Client, Place::Anywhere]),
    (Fault::Interrupt, "Ctrl-C: `INT` to all that run", &[Place::AfterLine, Place::Step, Place::Client, Place::Anywhere]),
    (Fault::HangUp, "the terminal gone: `HUP` to all that run", &[Place::AfterLine, Place::Step, Place::Client, Place::Anywhere]),
    (Fault::ClockBack, "the clock set back by two hours", &[Place::BeforeLine]),
];

impl Fault {
    /// Returns it as a word of a trial's name.
    pub fn word(self) -> &'static str {
        match self {
            Fault::KillRunner => "kill-runner",
            Fault::KillAll => "kill-all",
            Fault::KillStep => "kill-step",
            Fault::ClientBefore => "client-before",
            Fault::ClientDuring => "client-during",
            Fault::ClientAfter => "client-after",
            Fault::KillServer => "kill-server",
            Fault::Terminate => "term",
            Fault::Interrupt => "ctrl-c",
            Fault::HangUp => "hup",
            Fault::ClockBack => "clock-back",
        }
    }

    /// Returns it as shell, which is read by the stand-in of the program whose call was counted. `server` is the server's process.
    pub fn script(self, server: Option<u32>) -> String {
        match self {
            Fault::KillRunner => "kill -s KILL \"$fire_runner\"".to_owned(),
            Fault::KillAll => "kill -s KILL 0".to_owned(),
            Fault::KillStep => "for fire_each in /proc/[0-9]*; do
                if /bin/grep -aq \"$FIRE_BUNDLE/lib/step-main.sh\" \"$fire_each/cmdline\"; then kill -s KILL \"${fire_each##*/}\"; fi
            done"
                .to_owned(),
            Fault::ClientBefore => "kill -s KILL $$".to_owned(),
            Fault::ClientDuring => "exec 5<&0
            \"$fire_tool\" ${1+\"$@\"} <&5 &
            fire_client=$!
            /bin/sleep 0.0$((fire_count % 4))
            kill -s KILL \"$fire_client\"
            wait \"$fire_client\"
            kill -s KILL $$"
                .to_owned(),
            Fault::ClientAfter => "\"$fire_tool\" ${1+\"$@\"}
            kill -s KILL $$"
                .to_owned(),
            Fault::KillServer => format!("kill -s KILL {}", server.map_or_else(|| "$$".to_owned(), |pid| pid.to_string())),
            Fault::Terminate => "kill -s TERM \"$fire_runner\"".to_owned(),
            Fault::Interrupt => "kill -s INT 0".to_owned(),
            Fault::HangUp => "kill -s HUP 0".to_owned(),
            Fault::ClockBack => ": >\"$FIRE/clock\"".to_owned(),
        }
    }
}
