//! # sh/syntax
//!
//! A script is no shell: it stops before its first command.
//!
//! ## What it finds
//!
//! A fence in `sh` or `bash` that the shell could not read: an `if` without `then`, a loop without `done`, a quote that is not closed,
//! a redirection without a file, as `git checkout <commit>` is one.
//!
//! ## Why it matters in the incident
//!
//! A shell reads before it runs. The step ends with “syntax error”, nothing of it has been done, and whoever is on call has to
//! mend a script at night that nobody ever ran.
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
//!   change new-app "The new application runs" on app {
//!     do ```sh
//!       git checkout v2.1.0
//!     ```
//!     undo ```sh
//!       if test -e maintenance then
//!         git checkout v2.0.4
//!       fi
//!     ```
//!     undo takes 1m
//!     verify orders-answer
//!   }
//! }
//!
//! scenario back "Back" {
//!   applies from new-app
//!   undo new-app
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
//!   change new-app "The new application runs" on app {
//!     do ```sh
//!       git checkout v2.1.0
//!     ```
//!     undo ```sh
//!       if test -e maintenance; then
//!         git checkout v2.0.4
//!       fi
//!     ```
//!     undo takes 1m
//!     verify orders-answer
//!   }
//! }
//!
//! scenario back "Back" {
//!   applies from new-app
//!   undo new-app
//!   verify orders-answer
//! }
//! ````

use crate::analysis::shell;
use crate::diagnostic::{Diagnostic, Severity};
use crate::effect::sh;
use crate::rules::{Context, Finder, Rule};

pub const RULE: Rule = Rule { name: "sh/syntax", severity: Severity::Error, finder: Finder::Rule(check), text: include_str!("syntax.rs") };

fn check(context: &Context<'_>, findings: &mut Vec<Diagnostic>) {
    for (_, code) in shell::all(context.plan) {
        // What the reader could take apart is shell.
        let Some(range) = sh::alone(code).commands.is_empty().then(|| sh::misread(&code.text)).flatten() else { continue };
        let place = code.place(&context.sources.file(code.span.file).text, &range);
        let language = code.language.word();
        let message = format!("`{language}` can't read this script: it would end with a syntax error, and nothing of it would be done");
        let finding = Diagnostic::error(RULE.name, place, message, "no shell from here on");
        findings.push(finding.because(code.span, "this script").help(format!("try it: `{language} -n` reads a script and runs nothing")));
    }
}
