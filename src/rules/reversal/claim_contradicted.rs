//! # reversal/claim-contradicted
//!
//! A text promises what the plan itself contradicts.
//!
//! ## What it finds
//!
//! The words “zero data loss”, “no data is lost” and their like in a scenario's title or summary, or in a message that it sends, where the scenario
//! restores a backup that lacks writes, or takes back what can't bring its data back; and in the title, the summary or a section of the plan,
//! where that is so of any scenario. And “can be rolled back at any time” and its like, where the plan has a point of no return. Silent
//! about questions, goals, conditions and what is negated.
//!
//! ## Why it matters in the incident
//!
//! The one who decides has read the first page. It said that nothing can be lost, so the decision is quick; whoever knew better was
//! not asked.
//!
//! ## Caught
//!
//! ````rbk
//! plan new-orders "Load the new orders" {
//!   summary "The new orders are loaded at night. A rollback is possible with zero data loss."
//!   rto 1h
//!   retain 7d
//! }
//!
//! target db "Orders" postgres { url $DATABASE_URL }
//!
//! writer shop "The shop" writes db
//!
//! backup before-load "Orders before the load" of db {
//!   method pg_dump custom
//!   file "backups/before-load.dump"
//!   keep 14d
//!   restore takes 20m
//! }
//!
//! phase load "Load" at T {
//!   take before-load
//!   change load-orders-v2 "The new orders are in" on db {
//!     do ```sql
//!       INSERT INTO orders SELECT * FROM staging;
//!     ```
//!     undo restore before-load
//!     takes 10m
//!   }
//! }
//!
//! scenario back "Back" {
//!   applies from load-orders-v2
//!   limits "Orders since the load are entered again from the shop's mails"
//!   undo load-orders-v2
//! }
//! ````
//!
//! ## Mended
//!
//! ````rbk
//! plan new-orders "Load the new orders" {
//!   summary "The new orders are loaded at night. A rollback loses the orders since the load; they are entered again."
//!   rto 1h
//!   retain 7d
//! }
//!
//! target db "Orders" postgres { url $DATABASE_URL }
//!
//! writer shop "The shop" writes db
//!
//! backup before-load "Orders before the load" of db {
//!   method pg_dump custom
//!   file "backups/before-load.dump"
//!   keep 14d
//!   restore takes 20m
//! }
//!
//! phase load "Load" at T {
//!   take before-load
//!   change load-orders-v2 "The new orders are in" on db {
//!     do ```sql
//!       INSERT INTO orders SELECT * FROM staging;
//!     ```
//!     undo restore before-load
//!     takes 10m
//!   }
//! }
//!
//! scenario back "Back" {
//!   applies from load-orders-v2
//!   limits "Orders since the load are entered again from the shop's mails"
//!   undo load-orders-v2
//! }
//! ````

use std::collections::BTreeSet;

use crate::analysis::Answer;
use crate::analysis::program::Work;
use crate::diagnostic::{Diagnostic, Severity};
use crate::plan::id::Id;
use crate::plan::scenario::Scenario;
use crate::rules::time::rpo_exceeded::is_lost;
use crate::rules::{Context, Finder, Rule};
use crate::source::Span;

pub const RULE: Rule = Rule {
    name: "reversal/claim-contradicted",
    severity: Severity::Warning,
    finder: Finder::Rule(check),
    text: include_str!("claim_contradicted.rs"),
};

/// Words that promise that nothing is lost.
const LOSSLESS: [&str; 13] = [
    "zero data loss",
    "zero-data-loss",
    "no data loss",
    "without data loss",
    "without any data loss",
    "without losing data",
    "without losing any data",
    "no data is lost",
    "no data was lost",
    "no data will be lost",
    "no data has been lost",
    "nothing is lost",
    "nothing will be lost",
];

/// Words that promise that one can always go back.
const ALWAYS: [&str; 10] = [
    "rolled back at any time",
    "roll back at any time",
    "rollback at any time",
    "rollback is possible at any time",
    "go back at any time",
    "reverted at any time",
    "undone at any time",
    "can always be rolled back",
    "can always be undone",
    "rollback is always possible",
];

/// Words of a sentence that promises nothing.
const DOUBTS: [&str; 27] = [
    "not",
    "never",
    "cannot",
    "can't",
    "isn't",
    "doesn't",
    "don't",
    "won't",
    "if",
    "unless",
    "until",
    "except",
    "only",
    "goal",
    "goals",
    "aim",
    "aims",
    "target",
    "targets",
    "should",
    "try",
    "guarantee",
    "whether",
    "objective",
    "requirement",
    "verify",
    "check",
];

/// What a text promises.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Claim {
    Lossless,
    Always,
}

fn check(context: &Context<'_>, findings: &mut Vec<Diagnostic>) {
    let plan = context.plan;
    let mut texts: Vec<(&str, Span)> = vec![(&plan.header.title, plan.header.span)];
    texts.extend(plan.summary.iter().map(|prose| (prose.text.as_str(), prose.span)));
    texts.extend(plan.sections.iter().map(|(_, section)| (section.text.text.as_str(), section.text.span)));
    let claims: Vec<(Claim, String, Span)> =
        texts.into_iter().filter_map(|(text, span)| claim(text).map(|(claim, words)| (claim, words, span))).collect();
    let mut of_plan: Option<Option<(Id<Scenario>, Loses)>> = None;
    for (claim, words, span) in claims {
        match claim {
            Claim::Lossless => {
                let whole = || plan.scenarios.iter().filter(|(id, it)| !context.facts.is_part(*id) && it.goes_forward.is_none());
                let losing = of_plan.get_or_insert_with(|| whole().find_map(|(id, _)| loses(context, id).map(|loses| (id, loses))));
                if let Some((id, loses)) = losing {
                    findings.push(lossless(context, *id, loses, &words, span));
                }
            }
            Claim::Always => findings.extend(always(context, &words, span)),
        }
    }
    let mut told = BTreeSet::new();
    for (id, scenario) in plan.scenarios.iter().filter(|(id, it)| !context.facts.is_part(*id) && it.goes_forward.is_none()) {
        let mut texts: Vec<(&str, Span)> = vec![(&scenario.header.title, scenario.header.span)];
        texts.extend(scenario.summary.iter().map(|prose| (prose.text.as_str(), prose.span)));
        for item in context.facts.scenarios[id.index()].items() {
            let Work::Send(message) = item.work else { continue };
            texts.extend(plan.messages[message].body.iter().map(|body| (body.text.as_str(), body.span)));
        }
        for (text, span) in texts {
            let Some((Claim::Lossless, words)) = claim(text) else { continue };
            if let Some(loses) = loses(context, id).filter(|_| told.insert(span)) {
                findings.push(lossless(context, id, &loses, &words, span));
            }
        }
    }
}

/// Returns the first promise of a text, with its words.
fn claim(text: &str) -> Option<(Claim, String)> {
    let lines = text.lines().map(str::trim).filter(|line| !line.starts_with('|'));
    let plain = lines.collect::<Vec<_>>().join(" ").replace('’', "'").to_lowercase();
    for sentence in plain.split_inclusive(['.', '!', '?', ';', ':']).filter(|sentence| !sentence.ends_with('?')) {
        let all = [(LOSSLESS.as_slice(), Claim::Lossless), (ALWAYS.as_slice(), Claim::Always)];
        let said = all
            .into_iter()
            .find_map(|(phrases, claim)| phrases.iter().find(|phrase| holds(sentence, phrase)).map(|phrase| (claim, *phrase)));
        let Some((claim, phrase)) = said else { continue };
        let rest = sentence.replacen(phrase, " ", 1);
        let mut words = rest.split(|c: char| !c.is_alphanumeric() && c != '\'');
        if !words.any(|word| DOUBTS.contains(&word) || word == "no") {
            return Some((claim, phrase.to_owned()));
        }
    }
    None
}

/// Returns whether a sentence has a phrase, as whole words.
fn holds(sentence: &str, phrase: &str) -> bool {
    let letter = |c: Option<char>| c.is_some_and(char::is_alphanumeric);
    sentence
        .match_indices(phrase)
        .any(|(at, _)| !letter(sentence[..at].chars().next_back()) && !letter(sentence[at + phrase.len()..].chars().next()))
}

/// What a scenario loses.
struct Loses {
    place: Span,
    why: String,
}

fn loses(context: &Context<'_>, id: Id<Scenario>) -> Option<Loses> {
    let program = &context.facts.scenarios[id.index()];
    if let Some(loss) = context.facts.loss(id).iter().find(|loss| is_lost(loss)) {
        let restore = program.items().into_iter().find(|item| item.id == loss.item).map(|item| item.span);
        return Some(Loses { place: restore.unwrap_or(context.plan.scenarios[id].header.span), why: loss.sentence.clone() });
    }
    let lossy = program.undone().find(|change| matches!(context.facts.verdict(*change).answer, Answer::Lossy(_)))?;
    let why = context.facts.verdict(lossy).reason.clone();
    Some(Loses { place: context.plan.changes[lossy].header.span, why })
}

fn lossless(context: &Context<'_>, id: Id<Scenario>, loses: &Loses, words: &str, span: Span) -> Diagnostic {
    let name = &context.plan.scenarios[id].header.name;
    let message = format!("“{words}”, and `{name}` loses some: {}", loses.why);
    let finding = Diagnostic::error(RULE.name, span, message, "promised here").severity(RULE.severity);
    finding.because(loses.place, "lost here").help("say what is lost, and how much; or save and bring back what is written until then")
}

fn always(context: &Context<'_>, words: &str, span: Span) -> Option<Diagnostic> {
    let position = context.facts.no_return.at_all?;
    let change = context.graph.positions()[position].change()?;
    let header = &context.plan.changes[change].header;
    let message = format!("“{words}”, and from `{}` on no scenario leads back", header.name);
    let finding = Diagnostic::error(RULE.name, span, message, "promised here").severity(RULE.severity);
    Some(finding.because(header.span, "the point of no return").help(format!("say until when: before `{}`", header.name)))
}

#[cfg(test)]
mod tests {
    use super::{Claim, claim};

    #[test]
    fn only_what_promises_is_a_promise() {
        for text in ["The move is done with zero data loss.", "Zero data loss", "It takes an hour.\nNo data is lost.", "No Data Loss!"] {
            assert!(matches!(claim(text), Some((Claim::Lossless, _))), "{text}");
        }
        assert!(matches!(claim("Every step can be rolled back at any time."), Some((Claim::Always, _))));
        for text in [
            "Zero data loss can't be promised.",
            "The goal is zero data loss.",
            "Is there zero data loss?",
            "If no data is lost, go on.",
            "No data loss until the switch.",
            "There is no guarantee of zero data loss.",
            "| before | no data loss |",
            "It can be rolled back at any time before the switch, not after it.",
            "Subzero data losses",
        ] {
            assert!(claim(text).is_none(), "{text}");
        }
    }
}
