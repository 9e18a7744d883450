//! # reversal/leaves-writes-behind
//!
//! A scenario goes back to a system, and leaves behind what was written to the new one meanwhile.
//!
//! ## What it finds
//!
//! A scenario that lets people write again to a target which the forward run had frozen (or whose writers it had stopped),
//! where the forward run had opened another target to them in between, and no step of the scenario writes to the old target
//! what it missed. `loses at most` and `limits` in the scenario say that this is known.
//!
//! ## Why it matters in the incident
//!
//! Everybody works on the old system again, and everything that they did on the new one is gone: not destroyed, but nowhere
//! that anybody looks. From then on both sides grow apart, and every hour makes it harder to bring them together.
//!
//! ## Caught
//!
//! ````rbk
//! plan new-orders "Load the new orders" {
//!   rto 1h
//!   retain 7d
//! }
//!
//! target v1 "The old shop" postgres { url $V1_URL }
//! target v2 "The new shop" postgres { url $V2_URL }
//!
//! writer clients "The clients" writes v1, v2
//!
//! check v1-answers "The old shop answers" on v1 {
//!   query ```sql
//!     SELECT count(*) FROM orders
//!   ```
//!   expect > 0
//! }
//!
//! phase switch "Switch" at T {
//!   change v1-closed "The old shop takes no orders" on v1 {
//!     freezes v1
//!     do ```sql
//!       REVOKE INSERT, UPDATE, DELETE ON orders FROM shop;
//!     ```
//!     undo ```sql
//!       GRANT INSERT, UPDATE, DELETE ON orders TO shop;
//!     ```
//!     undo takes 1m
//!     verify v1-answers
//!   }
//!   change v2-open "The new shop takes orders" on v2 {
//!     thaws v2
//!     do ```sql
//!       GRANT INSERT, UPDATE, DELETE ON orders TO shop;
//!     ```
//!     undo ```sql
//!       REVOKE INSERT, UPDATE, DELETE ON orders FROM shop;
//!     ```
//!     undo takes 1m
//!   }
//! }
//!
//! scenario back "Back to the old shop" {
//!   applies from v1-closed
//!   undo v2-open
//!   undo v1-closed
//!   verify v1-answers
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
//! target v1 "The old shop" postgres { url $V1_URL }
//! target v2 "The new shop" postgres { url $V2_URL }
//!
//! writer clients "The clients" writes v1, v2
//!
//! check v1-answers "The old shop answers" on v1 {
//!   query ```sql
//!     SELECT count(*) FROM orders
//!   ```
//!   expect > 0
//! }
//!
//! phase switch "Switch" at T {
//!   change v1-closed "The old shop takes no orders" on v1 {
//!     freezes v1
//!     do ```sql
//!       REVOKE INSERT, UPDATE, DELETE ON orders FROM shop;
//!     ```
//!     undo ```sql
//!       GRANT INSERT, UPDATE, DELETE ON orders TO shop;
//!     ```
//!     undo takes 1m
//!     verify v1-answers
//!   }
//!   change v2-open "The new shop takes orders" on v2 {
//!     thaws v2
//!     do ```sql
//!       GRANT INSERT, UPDATE, DELETE ON orders TO shop;
//!     ```
//!     undo ```sql
//!       REVOKE INSERT, UPDATE, DELETE ON orders FROM shop;
//!     ```
//!     undo takes 1m
//!   }
//! }
//!
//! scenario back "Back to the old shop" {
//!   applies from v1-closed
//!   undo v2-open
//!   step bring-back "Bring the new shop's orders back" on v1 takes 10m {
//!     writes orders
//!     do ```sh
//!       ./copy-orders-back
//!     ```
//!     verify v1-answers
//!   }
//!   undo v1-closed
//!   verify v1-answers
//! }
//! ````

use std::collections::BTreeSet;

use crate::analysis::program::{Item, Work};
use crate::analysis::writes::{Event, Turn, events};
use crate::diagnostic::{Diagnostic, Severity};
use crate::plan::id::Id;
use crate::plan::scenario::Scenario;
use crate::plan::target::{Target, Writer};
use crate::rules::{Context, Finder, Rule};
use crate::source::Span;

pub const RULE: Rule = Rule {
    name: "reversal/leaves-writes-behind",
    severity: Severity::Error,
    finder: Finder::Rule(check),
    text: include_str!("leaves_writes_behind.rs"),
};

fn check(context: &Context<'_>, findings: &mut Vec<Diagnostic>) {
    let moves = moves(context);
    if moves.is_empty() {
        return;
    }
    for (id, scenario) in context.plan.scenarios.iter().filter(|(id, _)| !context.facts.is_part(*id)) {
        if scenario.goes_forward.is_some() || scenario.loses_at_most.is_some() || !scenario.limits.is_empty() {
            continue;
        }
        let mut told = BTreeSet::new();
        for event in events(context.plan, &context.facts.scenarios[id.index()]) {
            for one in &moves {
                let reached = context.facts.applies(id).end > one.opened.begins();
                if reached && opens(context, &event.turn, one.from) && !carries(context, id, one.from) && told.insert(one.from) {
                    findings.push(finding(context, id, one, &event));
                }
            }
        }
    }
}

/// Where the forward run moves people from one target to another.
struct Move<'a> {
    from: Id<Target>,
    to: Id<Target>,
    opened: &'a Event,
    closed: &'a Event,
}

fn moves<'a>(context: &Context<'a>) -> Vec<Move<'a>> {
    let writes = &context.facts.writes;
    let mut moves: Vec<Move<'a>> = Vec::new();
    for (place, opened) in writes.iter().enumerate() {
        for to in targets(context, &opened.turn.thaws, &opened.turn.starts) {
            for closed in &writes[..=place] {
                for from in targets(context, &closed.turn.freezes, &closed.turn.stops) {
                    let both = opened.turn.starts.iter().any(|writer| written(context, *writer).contains(&from));
                    let known = moves.iter().any(|known| known.from == from);
                    // A target that is frozen and thawed again has moved nowhere.
                    let again = writes[place..].iter().any(|later| opens(context, &later.turn, from) && !both);
                    if from != to && !known && !again && !opened.turn.thaws.contains(&from) {
                        moves.push(Move { from, to, opened, closed });
                    }
                }
            }
        }
    }
    moves
}

fn targets(context: &Context<'_>, named: &[Id<Target>], writers: &[Id<Writer>]) -> BTreeSet<Id<Target>> {
    named.iter().copied().chain(writers.iter().flat_map(|writer| written(context, *writer))).collect()
}

fn written(context: &Context<'_>, writer: Id<Writer>) -> Vec<Id<Target>> {
    context.plan.writers[writer].targets.iter().map(|target| target.value).collect()
}

fn opens(context: &Context<'_>, turn: &Turn, target: Id<Target>) -> bool {
    turn.thaws.contains(&target) || turn.starts.iter().any(|writer| written(context, *writer).contains(&target))
}

/// Returns whether some step of a scenario brings data to a target: one that works on it, or says that it writes.
fn carries(context: &Context<'_>, id: Id<Scenario>, target: Id<Target>) -> bool {
    let works = |item: &Item<'_>| {
        let turns =
            item.effects.is_some_and(|it| !(it.thaws.is_empty() && it.starts.is_empty() && it.freezes.is_empty() && it.stops.is_empty()));
        let says = item.effects.is_some_and(|it| !it.writes.is_empty());
        let by_hand = matches!(item.work, Work::Manual(Some(_)));
        let code = matches!(item.work, Work::Sql(_) | Work::Shell(_));
        item.change.is_none() && (says && (code || by_hand) || item.on == Some(target) && code && !turns)
    };
    context.facts.scenarios[id.index()].items().into_iter().any(works)
}

fn finding(context: &Context<'_>, id: Id<Scenario>, one: &Move<'_>, event: &Event) -> Diagnostic {
    let plan = context.plan;
    let (name, from, to) = (&plan.scenarios[id].header.name, &plan.targets[one.from].header.name, &plan.targets[one.to].header.name);
    let rpo = plan.rpo.map_or(String::new(), |rpo| format!(", and `rpo` is {}", crate::plan::lexeme::duration_text(rpo.value.seconds)));
    let message = format!(
        "`{name}` goes back to `{from}` without what was written to `{to}` since “{}”: it stays behind there{rpo}",
        one.opened.title
    );
    let program = &context.facts.scenarios[id.index()];
    let place = program.items().into_iter().find(|item| item.id == event.item).map_or(plan.scenarios[id].header.span, |item| item.span);
    let mut finding = Diagnostic::error(RULE.name, place, message, format!("`{from}` is written again from here on"));
    let forward = context.facts.forward.items();
    let span = |event: &Event| forward.iter().find(|item| item.id == event.item).map(|item| item.span);
    for (place, text) in [
        (span(one.closed), format!("`{from}` misses everything from here on")),
        (span(one.opened), format!("`{to}` is written from here on")),
    ] {
        finding = place.into_iter().fold(finding, |finding, place: Span| finding.because(place, text.clone()));
    }
    finding.help(format!(
        "bring it back first: a `step … on {from}` that copies what `{to}` has and says `writes …`; or state the loss: `loses at most …`"
    ))
}
