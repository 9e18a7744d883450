//! Every code that a finding can carry, once. The order is the catalogue's.

use super::{Finder, Rule, accept, backup, decision, order, reference, reversal, time};
use crate::diagnostic::Severity;

/// Every rule, and every code of the parser, the resolver and the graph.
pub const REGISTRY: &[Rule] = &[
    backup::missing::RULE,
    backup::never_taken::RULE,
    reversal::hollow_undo::RULE,
    told("reversal/irreversible", include_str!("pages/reversal-irreversible.md")),
    told("reversal/no-inverse", include_str!("pages/reversal-no-inverse.md")),
    reversal::undeclared::RULE,
    told("order/cycle", include_str!("pages/order-cycle.md")),
    order::undo_leaves_dependant::RULE,
    time::rto_exceeded::RULE,
    decision::no_scenario::RULE,
    decision::trigger_after_return::RULE,
    decision::trigger_unmapped::RULE,
    told("reference/cycle", include_str!("pages/reference-cycle.md")),
    told("reference/duplicate", include_str!("pages/reference-duplicate.md")),
    told("reference/missing-file", include_str!("pages/reference-missing-file.md")),
    told("reference/reserved", include_str!("pages/reference-reserved.md")),
    told("reference/unknown", include_str!("pages/reference-unknown.md")),
    reference::unused::RULE,
    accept::expired::RULE,
    accept::no_reason::RULE,
    accept::unknown_rule::RULE,
    accept::unused::RULE,
    told("form/after", include_str!("pages/form-after.md")),
    told("form/choice", include_str!("pages/form-choice.md")),
    told("form/encrypt-directory", include_str!("pages/form-encrypt-directory.md")),
    told("form/expectation", include_str!("pages/form-expectation.md")),
    told("form/long-name", include_str!("pages/form-long-name.md")),
    told("form/missing", include_str!("pages/form-missing.md")),
    told("form/not-yet", include_str!("pages/form-not-yet.md")),
    told("form/own-transaction", include_str!("pages/form-own-transaction.md")),
    told("form/recover-of-reversible", include_str!("pages/form-recover-of-reversible.md")),
    told("form/repeated", include_str!("pages/form-repeated.md")),
    told("form/same-variable", include_str!("pages/form-same-variable.md")),
    told("form/too-long", include_str!("pages/form-too-long.md")),
    told("form/undo-of-irreversible", include_str!("pages/form-undo-of-irreversible.md")),
    told("form/unprintable", include_str!("pages/form-unprintable.md")),
    told("form/wrong-language", include_str!("pages/form-wrong-language.md")),
    told("form/wrong-target", include_str!("pages/form-wrong-target.md")),
    told("syntax/encoding", include_str!("pages/syntax-encoding.md")),
    told("syntax/too-deep", include_str!("pages/syntax-too-deep.md")),
    told("syntax/too-long", include_str!("pages/syntax-too-long.md")),
    told("syntax/unclosed", include_str!("pages/syntax-unclosed.md")),
    told("syntax/unexpected", include_str!("pages/syntax-unexpected.md")),
    told("syntax/unknown-keyword", include_str!("pages/syntax-unknown-keyword.md")),
    told("value/clock", include_str!("pages/value-clock.md")),
    told("value/date", include_str!("pages/value-date.md")),
    told("value/default", include_str!("pages/value-default.md")),
    told("value/duration", include_str!("pages/value-duration.md")),
    told("value/escape", include_str!("pages/value-escape.md")),
    told("value/flag", include_str!("pages/value-flag.md")),
    told("value/indentation", include_str!("pages/value-indentation.md")),
    told("value/instant", include_str!("pages/value-instant.md")),
    told("value/number", include_str!("pages/value-number.md")),
    told("value/variable", include_str!("pages/value-variable.md")),
    told("value/zone", include_str!("pages/value-zone.md")),
];

/// An error that another part of the compiler reports; its page is Markdown.
const fn told(name: &'static str, text: &'static str) -> Rule {
    Rule { name, severity: Severity::Error, finder: Finder::Compiler, text }
}
