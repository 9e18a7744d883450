//! # reference/undeclared-variable
//!
//! Shell reads a variable that nobody sets.
//!
//! ## What it finds
//!
//! A `$NAME` in shell of the plan that the plan does not declare (as a target's `$NAME`, a `secret`, a role's `contact`, a
//! check's `header`), that the script does not set, that is none of the bundle's own (`RBK_…`, the connection variables `PG…`),
//! and none that every system sets. `${NAME:-…}` says what to do without it.
//!
//! ## Why it matters in the incident
//!
//! At night it is another shell on another machine, and the variable is not there. With luck the script stops; without, the
//! dump goes to the server that the variable of the same name means on this one.
//!
//! ## Caught
//!
//! ````rbk
//! plan new-orders "Load the new orders" {
//!   rto 1h
//!   retain 7d
//! }
//!
//! target db "Orders" postgres { url $DATABASE_URL }
//!
//! target app "The application" host { dir "/srv/app" }
//!
//! check orders-answer "Orders can be read" on db {
//!   query ```sql
//!     SELECT count(*) FROM orders
//!   ```
//!   expect > 0
//! }
//!
//! phase migrate "Migrate" at T {
//!   change add-note "Orders have a note" on db via app {
//!     alters orders
//!     do ```sh
//!       alembic upgrade 8d0f31
//!     ```
//!     undo ```sh
//!       alembic -x tenant="$TENANT" downgrade 4f1c2a
//!     ```
//!     undo takes 1m
//!     verify orders-answer
//!   }
//! }
//!
//! scenario back "Back" {
//!   applies from add-note
//!   undo add-note
//!   verify orders-answer
//! }
//! ````
//!
//! ## Mended
//!
//! ````rbk
//! plan new-orders "Load the new orders" {
//!   rto 1h
//!   retain 7d
//! }
//!
//! target db "Orders" postgres { url $DATABASE_URL }
//!
//! secret tenant "The tenant that is migrated" $TENANT
//!
//! target app "The application" host { dir "/srv/app" }
//!
//! check orders-answer "Orders can be read" on db {
//!   query ```sql
//!     SELECT count(*) FROM orders
//!   ```
//!   expect > 0
//! }
//!
//! phase migrate "Migrate" at T {
//!   change add-note "Orders have a note" on db via app {
//!     alters orders
//!     do ```sh
//!       alembic upgrade 8d0f31
//!     ```
//!     undo ```sh
//!       alembic -x tenant="$TENANT" downgrade 4f1c2a
//!     ```
//!     undo takes 1m
//!     verify orders-answer
//!   }
//! }
//!
//! scenario back "Back" {
//!   applies from add-note
//!   undo add-note
//!   verify orders-answer
//! }
//! ````

use std::collections::BTreeSet;

use crate::analysis::shell;
use crate::diagnostic::{Diagnostic, Severity};
use crate::effect::sh::spelled::{commands, is_name};
use crate::plan::Plan;
use crate::plan::check::Probe;
use crate::plan::value::Place;
use crate::rules::{Context, Finder, Rule};

pub const RULE: Rule = Rule {
    name: "reference/undeclared-variable",
    severity: Severity::Warning,
    finder: Finder::Rule(check),
    text: include_str!("undeclared_variable.rs"),
};

/// What every login shell sets, and what the shell itself does.
const GIVEN: [&str; 20] = [
    "HOME", "PATH", "USER", "LOGNAME", "SHELL", "PWD", "OLDPWD", "TMPDIR", "LANG", "TERM", "HOSTNAME", "UID", "EUID", "IFS", "OPTARG",
    "OPTIND", "PPID", "RANDOM", "SECONDS", "LINENO",
];

/// How the bundle's own variables, and those of the databases' clients, begin.
const OURS: [&str; 3] = ["RBK_", "PG", "MYSQL_"];

fn check(context: &Context<'_>, findings: &mut Vec<Diagnostic>) {
    let declared = declared(context.plan);
    for (_, code) in shell::all(context.plan) {
        let commands = commands(code);
        let mut known: BTreeSet<String> = BTreeSet::new();
        for command in commands.iter() {
            known.extend(
                command
                    .words
                    .iter()
                    .filter_map(|word| word.text.split_once('='))
                    .map(|(name, _)| name.to_owned())
                    .filter(|name| is_name(name)),
            );
            if matches!(
                command.words.first().map(|word| word.text.as_str()),
                Some("read" | "for" | "local" | "export" | "mapfile" | "getopts")
            ) {
                known.extend(command.words.iter().map(|word| word.text.clone()));
            }
        }
        // What another file sets can't be seen here.
        let sources = commands.iter().any(|command| matches!(command.program(), "." | "source" | "eval"));
        let mut told = BTreeSet::new();
        let words = commands.iter().flat_map(|command| command.words.iter().chain(command.redirects.iter().map(|(_, word)| word)));
        for (name, range) in words.flat_map(|word| &word.reads) {
            let ours = OURS.iter().any(|start| name.starts_with(start))
                || GIVEN.contains(&name.as_str())
                || name.starts_with("LC_")
                || name.starts_with("XDG_");
            if !ours && !sources && !known.contains(name) && !declared.contains(name.as_str()) && told.insert(name) {
                let place = code.place(&context.sources.file(code.span.file).text, range);
                let message = format!("nothing sets `${name}`: the script stops here, or means what the operator's shell happens to mean");
                let finding = Diagnostic::error(RULE.name, place, message, "declared nowhere").severity(RULE.severity);
                findings.push(finding.help(format!("declare it (`param`, `secret … ${name}`, a target's `url ${name}`), set it in the script, or say what to do without: `${{{name}:-…}}`")));
            }
        }
    }
}

/// Returns the variables of the operator's environment that the plan says it needs.
fn declared(plan: &Plan) -> BTreeSet<&str> {
    let mut all: BTreeSet<&str> = plan.secrets.iter().map(|(_, secret)| secret.variable.as_str()).collect();
    let mut places: Vec<&Place> = Vec::new();
    for (_, target) in plan.targets.iter() {
        places.extend([&target.url, &target.file, &target.dir].into_iter().flatten().map(|place| &place.value));
        places.extend(target.ssh.iter().map(|place| &place.value));
    }
    places.extend(plan.roles.iter().flat_map(|(_, role)| &role.contacts));
    places.extend(plan.backups.iter().filter_map(|(_, backup)| backup.file.as_ref()).map(|file| &file.value));
    for (_, check) in plan.checks.iter() {
        if let Some(Probe::Http { headers, .. }) = &check.probe {
            places.extend(headers.iter().map(|(_, value)| value));
        }
        places.extend(&check.dir);
    }
    places.extend(plan.changes.iter().filter_map(|(_, change)| change.dir.as_ref()));
    places.extend(plan.steps().into_iter().filter_map(|step| step.dir.as_ref()));
    all.extend(places.into_iter().filter_map(|place| match place {
        Place::Variable(name) => Some(name.as_str()),
        Place::Literal(_) => None,
    }));
    all.extend(plan.flags.iter().filter_map(|(_, flag)| flag.variable.as_ref()).map(|variable| variable.value.as_str()));
    all
}
