//! # sql/drop-connected-database
//!
//! A database is dropped while somebody is connected to it, and the server refuses.
//!
//! ## What it finds
//!
//! On PostgreSQL `DROP DATABASE` (or `dropdb`) in the forward run or in a scenario: of the database that the statement itself is sent to,
//! which never works; and, without `FORCE`, of another one while nothing has stopped the writers or ended their sessions.
//!
//! ## Why it matters in the incident
//!
//! In the rehearsal the application was idle and the drop took a moment. At night a pool of connections is open, the drop is refused, and
//! what follows loads the backup over the database that was to be gone.
//!
//! ## Caught
//!
//! ````rbk
//! plan rebuild "The reports are built anew" {
//!   rto 1h
//! }
//!
//! target admin "The server" postgres { url $ADMIN_URL }
//!
//! backup reports "All of the server" of admin {
//!   file "reports.sql"
//!   take ```sh
//!     pg_dumpall >"$RBK_BACKUP_FILE"
//!   ```
//!   verify ```sh
//!     grep -q "database cluster dump complete" "$RBK_BACKUP_FILE"
//!   ```
//!   restore ```sh
//!     psql -v ON_ERROR_STOP=1 -f "$RBK_BACKUP_FILE"
//!   ```
//! }
//!
//! phase rebuild "Rebuild" at T {
//!   take reports
//!   irreversible change emptied "The reports start anew" on admin {
//!     do ```sql
//!       DROP DATABASE reports;
//!       CREATE DATABASE reports;
//!     ```
//!     recover restore reports
//!   }
//! }
//!
//! scenario back "Back" {
//!   applies from emptied
//!   restore reports
//! }
//! ````
//!
//! ## Mended
//!
//! ````rbk
//! plan rebuild "The reports are built anew" {
//!   rto 1h
//! }
//!
//! target admin "The server" postgres { url $ADMIN_URL }
//!
//! backup reports "All of the server" of admin {
//!   file "reports.sql"
//!   take ```sh
//!     pg_dumpall >"$RBK_BACKUP_FILE"
//!   ```
//!   verify ```sh
//!     grep -q "database cluster dump complete" "$RBK_BACKUP_FILE"
//!   ```
//!   restore ```sh
//!     psql -v ON_ERROR_STOP=1 -f "$RBK_BACKUP_FILE"
//!   ```
//! }
//!
//! phase rebuild "Rebuild" at T {
//!   take reports
//!   irreversible change emptied "The reports start anew" on admin {
//!     do ```sql
//!       DROP DATABASE reports WITH (FORCE);
//!       CREATE DATABASE reports;
//!     ```
//!     recover restore reports
//!   }
//! }
//!
//! scenario back "Back" {
//!   applies from emptied
//!   restore reports
//! }
//! ````

use std::collections::BTreeSet;
use std::ops::Range;

use crate::analysis::program::{Item, Program, Work};
use crate::diagnostic::{Diagnostic, Severity};
use crate::effect::act::{Act, Effect};
use crate::effect::object::ObjectKind;
use crate::effect::sh::{self, Command};
use crate::effect::sql::Dialect;
use crate::plan::action::Code;
use crate::plan::id::Id;
use crate::plan::target::{Backup, Target};
use crate::plan::value::Place;
use crate::rules::{Context, Finder, Rule};
use crate::source::Span;

pub const RULE: Rule = Rule {
    name: "sql/drop-connected-database",
    severity: Severity::Error,
    finder: Finder::Rule(check),
    text: include_str!("drop_connected_database.rs"),
};

fn check(context: &Context<'_>, findings: &mut Vec<Diagnostic>) {
    let mut seen = BTreeSet::new();
    let parts = context.plan.scenarios.ids().filter(|id| !context.facts.is_part(*id));
    let scenarios = parts.map(|id| &context.facts.scenarios[id.index()]);
    for program in std::iter::once(&context.facts.forward).chain(scenarios) {
        // Restored later: what was dropped is the target's own database.
        let restored: Vec<Option<Id<Backup>>> = program.items().iter().map(|item| restores(item)).collect();
        let last =
            |of: Id<Target>| restored.iter().rposition(|backup| backup.is_some_and(|backup| context.plan.backups[backup].of.value == of));
        follow(context, program, &last, &mut seen, findings);
    }
}

fn restores(item: &Item<'_>) -> Option<Id<Backup>> {
    match item.work {
        Work::Restore(backup) => Some(backup),
        _ => None,
    }
}

fn follow(
    context: &Context<'_>,
    program: &Program<'_>,
    last: &dyn Fn(Id<Target>) -> Option<usize>,
    seen: &mut BTreeSet<Span>,
    findings: &mut Vec<Diagnostic>,
) {
    let mut ended = false;
    for (at, item) in program.items().into_iter().enumerate() {
        ended |= item.effects.is_some_and(|effects| !effects.stops.is_empty());
        let (Work::Sql(code) | Work::Shell(code)) = item.work else { continue };
        ended |= code.text.contains("pg_terminate_backend") || code.text.contains("ALLOW_CONNECTIONS");
        for dropped in drops(context, item, code) {
            let place = code.place(&context.sources.file(code.span.file).text, &dropped.range);
            let own = dropped.own || dropped.by_target.is_some_and(|on| !dropped.is_said && last(on).is_some_and(|restore| restore > at));
            if !own && (ended || dropped.is_forced) || !seen.insert(place) {
                continue;
            }
            let name = &dropped.name;
            let (message, help) = if own {
                (
                    format!(
                        "`{name}` is to be dropped over a connection to itself: PostgreSQL refuses that, and what follows finds it as it was"
                    ),
                    "send it to another database of the server: a target whose address names `postgres`",
                )
            } else {
                (
                    format!("`{name}` is to be dropped and nothing has ended the sessions in it: PostgreSQL refuses while one is there"),
                    "write `WITH (FORCE)` (PostgreSQL 13 or later), or stop what is connected first: a step that `stops` its writers",
                )
            };
            findings.push(Diagnostic::error(RULE.name, place, message, "refused").severity(RULE.severity).help(help));
        }
    }
}

/// A database that is dropped.
struct Dropped {
    name: String,
    range: Range<usize>,
    /// Surely over a connection to itself.
    own: bool,
    is_forced: bool,
    /// The target whose address decides where the statement is sent.
    by_target: Option<Id<Target>>,
    /// The address is written in the plan, so that it is known which database that is.
    is_said: bool,
}

fn drops(context: &Context<'_>, item: &Item<'_>, code: &Code) -> Vec<Dropped> {
    let is_drop = |effect: &&Effect| matches!(effect.act, Act::Drop { .. }) && effect.object.kind == ObjectKind::Database;
    let forced = |text: &str| text.to_uppercase().contains("FORCE");
    // Most code drops none; that is not read.
    let lower = code.text.to_lowercase();
    if !lower.contains("drop") || !lower.contains("database") && !lower.contains("dropdb") {
        return Vec::new();
    }
    if let Work::Shell(_) = item.work {
        let script = sh::of(code);
        return script.commands.iter().flat_map(|command| of_command(command, &code.text, &is_drop, &forced)).collect();
    }
    let Some(on) = item.on.filter(|on| Dialect::of(context.plan.targets[*on].kind.value) == Some(Dialect::Postgres)) else {
        return Vec::new();
    };
    let address = match context.plan.targets[on].url.as_ref().map(|url| &url.value) {
        Some(Place::Literal(url)) => url.split(['?', '#']).next().and_then(|url| url.rsplit('/').next()).map(str::to_owned),
        _ => None,
    };
    let mut found = Vec::new();
    for statement in super::statements_of(context, item, code, Dialect::Postgres).iter() {
        for effect in statement.reading.effects.iter().filter(is_drop) {
            found.push(Dropped {
                name: effect.object.own.clone(),
                range: statement.range.clone(),
                own: address.as_deref() == effect.object.parts.last().map(String::as_str),
                is_forced: forced(&code.text[statement.range.clone()]),
                by_target: Some(on),
                is_said: address.is_some(),
            });
        }
    }
    found
}

fn of_command(command: &Command, text: &str, is_drop: &dyn Fn(&&Effect) -> bool, forced: &dyn Fn(&str) -> bool) -> Vec<Dropped> {
    let word = |at: usize| command.words.get(at).and_then(|word| text.get(word.range.clone())).map(|word| word.trim_matches(['"', '\'']));
    let program = word(0).unwrap_or_default();
    let mut found = Vec::new();
    if program.ends_with("dropdb") {
        let forced = (1..command.words.len()).any(|at| matches!(word(at), Some("-f" | "--force")));
        let own = command.reading.effects.iter().filter(is_drop);
        found.extend(own.map(|effect| Dropped {
            name: effect.object.written(),
            range: command.range.clone(),
            own: false,
            is_forced: forced,
            by_target: None,
            is_said: true,
        }));
    }
    let connected = (1..command.words.len()).find_map(|at| match word(at)? {
        "-d" | "--dbname" => word(at + 1),
        glued => glued.strip_prefix("--dbname=").or_else(|| glued.strip_prefix("-d").filter(|rest| !rest.is_empty())),
    });
    for sql in command.sql.iter().filter(|sql| sql.dialect == Dialect::Postgres) {
        for statement in &sql.statements {
            for effect in statement.reading.effects.iter().filter(is_drop) {
                let written = &text[effect.object.range.clone()];
                found.push(Dropped {
                    name: written.to_owned(),
                    range: statement.range.clone(),
                    own: connected.is_some_and(|connected| connected == written),
                    is_forced: forced(&text[statement.range.clone()]),
                    by_target: None,
                    is_said: true,
                });
            }
        }
    }
    found
}
