//! # reference/unused
//!
//! Something is declared and nothing uses it.
//!
//! ## What it finds
//!
//! A target, role, backup, check, flag, release, channel, message, parameter or secret that nothing refers to, a scenario
//! without `applies` that nothing runs, and a `slot` that its message does not hold. What a file brought in by `use` declares may go unused: it is shared with other plans.
//! So may a release that is `running`: it says what `undo auto` deploys; and a role with a `duty`.
//!
//! ## Why it matters in the incident
//!
//! It is what somebody prepared and forgot to wire in: the check that would have caught the broken restore stands in the plan
//! and is never asked.
//!
//! ## Caught
//!
//! ````rbk
//! plan add-column "Add a column" {
//!   rto 10m
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
//! plan add-column "Add a column" {
//!   rto 10m
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
//!     verify orders-answer
//!   }
//! }
//!
//! scenario back "Back" {
//!   applies from add-note
//!   undo add-note
//! }
//! ````

use std::collections::BTreeSet;

use crate::diagnostic::{Diagnostic, Severity};
use crate::plan::people::{Message, slots};
use crate::plan::visit::Declared;
use crate::rules::{Context, Finder, Rule};
use crate::source::Span;

pub const RULE: Rule =
    Rule { name: "reference/unused", severity: Severity::Warning, finder: Finder::Rule(check), text: include_str!("unused.rs") };

/// Kinds that do nothing unless something else names them.
const PASSIVE: [&str; 10] = ["backup", "channel", "check", "flag", "message", "param", "release", "role", "secret", "target"];

fn check(context: &Context<'_>, findings: &mut Vec<Diagnostic>) {
    let plan = context.plan;
    let used: BTreeSet<Span> = plan.references.iter().map(|reference| reference.to).collect();
    let root = plan.header.span.file;
    let parts = plan.scenarios.iter().filter(|(_, scenario)| scenario.applies.is_empty());
    let parts = parts.map(|(_, scenario)| Declared { kind: "scenario", header: &scenario.header });
    let passive = plan.declared().into_iter().filter(|declared| PASSIVE.contains(&declared.kind));
    for declared in passive.chain(parts) {
        // Files that a plan uses are shared: what one plan leaves, another takes.
        let ours = declared.header.span.file == root;
        if ours && !used.contains(&declared.header.name_span) && !is_read(context, declared) {
            findings.push(finding(declared));
        }
    }
    for (_, message) in plan.messages.iter().filter(|(_, message)| message.header.span.file == root) {
        empty_slots(message, findings);
    }
}

/// Reports the questions of a message whose answers it does not hold.
fn empty_slots(message: &Message, findings: &mut Vec<Diagnostic>) {
    let texts = message.subject.iter().map(|subject| subject.value.as_str()).chain(message.body.iter().map(|body| body.text.as_str()));
    let used: BTreeSet<&str> = texts.flat_map(slots).collect();
    for slot in message.slots.iter().filter(|slot| !used.contains(slot.name.value.as_str())) {
        let name = &slot.name.value;
        let said = format!("`{}` asks for `{name}` and does not say it: the answer is lost", message.header.name);
        let finding = Diagnostic::error(RULE.name, slot.name.span, said, "asked here, said nowhere");
        findings
            .push(finding.severity(RULE.severity).help(format!("write `{{{{{name}}}}}` where the answer belongs, or take the slot out")));
    }
}

/// Returns whether something that is no reference makes use of it: code that reads a parameter or a secret (shell its environment
/// variable, SQL the client's), or the release that runs to begin with.
fn is_read(context: &Context<'_>, declared: Declared<'_>) -> bool {
    let name = &declared.header.name;
    // What somebody is responsible for and no step shows is a `duty`.
    if declared.kind == "role" {
        return context.plan.roles.iter().any(|(_, role)| role.header.name == *name && !role.duties.is_empty());
    }
    if declared.kind == "release" {
        return context.plan.releases.iter().any(|(_, release)| release.header.name == *name && release.running.is_some());
    }
    let variables = match declared.kind {
        "param" => {
            let name = name.replace('-', "_");
            vec![format!("RBK_PARAM_{}", name.to_uppercase()), format!("rbk_param_{name}")]
        }
        "secret" => {
            let secret = context.plan.secrets.iter().find(|(_, secret)| secret.header.name == *name);
            secret.map_or(Vec::new(), |(_, secret)| vec![secret.variable.clone()])
        }
        _ => return false,
    };
    // A secret's own declaration names its variable once.
    let own = usize::from(declared.kind == "secret");
    context.sources.iter().any(|(_, file)| variables.iter().any(|variable| file.text.matches(variable).count() > own))
}

fn finding(declared: Declared<'_>) -> Diagnostic {
    let (kind, name) = (declared.kind, &declared.header.name);
    let (message, help) = match kind {
        "scenario" => (
            format!("`{name}` applies nowhere and nothing runs it: nobody will ever be led to it"),
            "say where it `applies`, or `run` it from another scenario".to_owned(),
        ),
        "check" => (
            format!("nothing asks `{name}`: what it would have caught goes unseen"),
            format!("write `verify {name}` where it must hold, or take it out"),
        ),
        "backup" => (
            format!("nothing takes or restores `{name}`: it will not be there when it is looked for"),
            format!("write `take {name}` and `restore {name}`, or take it out"),
        ),
        "message" => {
            (format!("nothing sends `{name}`: whoever waits for it hears nothing"), format!("write `send {name}`, or take it out"))
        }
        _ => (format!("nothing uses the {kind} `{name}`"), "use it or take it out".to_owned()),
    };
    let finding = Diagnostic::error(RULE.name, declared.header.span, message, "declared here, used nowhere");
    finding.severity(RULE.severity).help(help)
}
