//! # check/missing
//!
//! Nothing asks whether it worked.
//!
//! ## What it finds
//!
//! A scenario that takes changes back, restores, or runs code, and in which nothing is verified; and a change or step that
//! `freezes` a target or `stops` a writer without a `verify` of its own or right behind it, as everything that comes later
//! rests on it; code that asks itself behind what it did (`kubectl wait`, `! pgrep`) needs none. A flag that the bundle sets
//! is read back. A check that the scenario can't go on without (`verify`, `needs`, a change's `applied` or `undone`) counts; what is only shown does not.
//!
//! ## Why it matters in the incident
//!
//! The last command has run, and somebody says “I think we are back”. An `REVOKE` by the wrong role prints a warning, succeeds,
//! and stops nobody: the rows of the next hour are in no backup.
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
//! check orders-answer "Orders can be read" on db {
//!   query ```sql
//!     SELECT count(*) FROM orders
//!   ```
//!   expect > 0
//! }
//!
//! phase migrate "Migrate" at T {
//!   change add-note "Orders have a note" on db {
//!     do ```sql
//!       ALTER TABLE orders ADD COLUMN note text;
//!     ```
//!     undo ```sql
//!       ALTER TABLE orders DROP COLUMN note;
//!     ```
//!     undo takes 1m
//!   }
//! }
//!
//! scenario back "Back" {
//!   applies from add-note
//!   undo add-note
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
//! check orders-answer "Orders can be read" on db {
//!   query ```sql
//!     SELECT count(*) FROM orders
//!   ```
//!   expect > 0
//! }
//!
//! phase migrate "Migrate" at T {
//!   change add-note "Orders have a note" on db {
//!     do ```sql
//!       ALTER TABLE orders ADD COLUMN note text;
//!     ```
//!     undo ```sql
//!       ALTER TABLE orders DROP COLUMN note;
//!     ```
//!     undo takes 1m
//!   }
//! }
//!
//! scenario back "Back" {
//!   applies from add-note
//!   undo add-note
//!   verify orders-answer
//! }
//! ````

use crate::analysis::program::{Item, Work, items};
use crate::diagnostic::{Diagnostic, Severity};
use crate::effect::sh;
use crate::effect::sql::Sight;
use crate::plan::action::Code;
use crate::rules::{Context, Finder, Rule};

pub const RULE: Rule =
    Rule { name: "check/missing", severity: Severity::Warning, finder: Finder::Rule(check), text: include_str!("missing.rs") };

fn check(context: &Context<'_>, findings: &mut Vec<Diagnostic>) {
    let plan = context.plan;
    for (id, scenario) in plan.scenarios.iter().filter(|(id, _)| !context.facts.is_part(*id)) {
        let items = context.facts.scenarios[id.index()].items();
        // A flag that the bundle sets it reads back itself.
        let works = items
            .iter()
            .any(|item| matches!(item.work, Work::Restore(_) | Work::Sql(_) | Work::Shell(_) | Work::Inverse | Work::Manual(_)));
        let asks = items.iter().any(|item| {
            let state = item.applied.is_some() || item.undone.is_some();
            !item.verify.is_empty() || !item.needs.is_empty() || state || matches!(item.work, Work::Verify(_))
        });
        if works && !asks {
            let name = &scenario.header.name;
            let message = format!("nothing in `{name}` asks whether it worked: it ends, and nobody knows how");
            let finding = Diagnostic::error(RULE.name, scenario.header.span, message, "verifies nothing").severity(RULE.severity);
            findings.push(finding.help("end it with `verify CHECK`: what has to be true again"));
        }
    }
    for node in &context.facts.forward.nodes {
        rests(context, &items(std::slice::from_ref(node)), findings);
    }
    for id in plan.scenarios.ids().filter(|id| !context.facts.is_part(*id)) {
        rests(context, &context.facts.scenarios[id.index()].items(), findings);
    }
}

/// Programs whose status is an answer.
const ASKS: [&str; 9] = ["test", "[", "[[", "grep", "pgrep", "pidof", "cmp", "diff", "nc"];

/// Returns whether a script asks, behind the last thing that it does, with an answer that stops it.
fn asks_itself(code: &Code) -> bool {
    let script = sh::of(code);
    let behind = script.commands.iter().rev().take_while(|command| command.sight == Sight::Reads);
    let mut asked = behind.filter(|command| {
        let words: Vec<&str> = command.words.iter().map(|word| word.text.as_deref().unwrap_or("")).collect();
        match words.as_slice() {
            ["kubectl" | "oc", rest @ ..] => rest.contains(&"wait") || rest.contains(&"rollout") && rest.contains(&"status"),
            ["systemctl", rest @ ..] => rest.contains(&"is-active"),
            [program, ..] => ASKS.contains(program),
            [] => false,
        }
    });
    // `|| true` takes any answer.
    asked.any(|command| {
        let then = code.text.get(command.range.end..).unwrap_or("").trim_start();
        then.strip_prefix("||").is_none_or(|then| ["exit", "return", "{", "("].iter().any(|stop| then.trim_start().starts_with(stop)))
    })
}

/// Finds what keeps writers out and is not asked whether it does.
fn rests(context: &Context<'_>, items: &[&Item<'_>], findings: &mut Vec<Diagnostic>) {
    let plan = context.plan;
    for (at, item) in items.iter().enumerate() {
        let Some(effects) = item.effects.filter(|_| !matches!(item.work, Work::Set { .. } | Work::Unset { .. })) else { continue };
        let asked = !item.verify.is_empty()
            || item.applied.is_some()
            || matches!(item.work, Work::Shell(code) if asks_itself(code))
            || items[at + 1..].iter().take(2).any(|next| matches!(next.work, Work::Verify(_)));
        let shuts: Vec<(&str, _)> = effects
            .freezes
            .iter()
            .map(|target| (plan.targets[target.value].header.name.as_str(), target.span))
            .chain(effects.stops.iter().map(|writer| (plan.writers[writer.value].header.name.as_str(), writer.span)))
            .collect();
        let Some((name, span)) = shuts.first().filter(|_| !asked) else { continue };
        if findings.iter().any(|known| known.code == RULE.name && known.span() == item.span) {
            continue;
        }
        let message = format!("nothing asks whether “{}” keeps writes out: what comes later takes `{name}` to be quiet", item.title);
        let finding = Diagnostic::error(RULE.name, item.span, message, "not verified").severity(RULE.severity);
        findings.push(
            finding
                .because(*span, "relied on from here on")
                .help("write `verify CHECK` into it: that a write is refused, that nobody holds the privilege, that the process is gone"),
        );
    }
}
