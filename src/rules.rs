//! What `rbk check` finds in a plan that says what it means. One file a rule, in a folder a group; one registry.
//!
//! A rule's file is its page: the `//!` text is what `rbk explain` prints, and its examples are the rule's tests. Codes
//! that the parser, the resolver and the graph report have their pages here too, so that every code has one.

mod accept;
mod backup;
mod check;
mod decision;
mod elsewhere;
mod order;
mod page;
mod people;
mod profile;
mod reference;
mod registry;
mod reversal;
mod sh;
mod sql;
mod time;
mod words;

use std::collections::BTreeSet;

use crate::analysis::{Facts, transaction};
use crate::diagnostic::{self, Diagnostic, Severity};
use crate::graph::Graph;
use crate::plan::Plan;
use crate::plan::value::Date;
use crate::profile::{self as guidance, Profile};
use crate::repository;
use crate::source::{Sources, Span};

pub use elsewhere::{Elsewhere, elsewhere};
pub use page::{Example, REFUSED, catalogue};
pub use registry::REGISTRY;
pub use sh::shellcheck::Remark;

/// Everything that a rule may look at.
#[derive(Clone, Copy, Debug)]
pub struct Context<'a> {
    pub sources: &'a Sources,
    pub plan: &'a Plan,
    pub graph: &'a Graph,
    pub facts: &'a Facts<'a>,
    /// What the plan's commands name in the repository; empty where none is known.
    pub repository: &'a repository::Facts,
    pub today: Date,
    /// The guidance that the plan is held to.
    pub profiles: &'a [&'static Profile],
    /// What ShellCheck says; `None` when nobody asked it.
    pub remarks: Option<&'a [Remark]>,
}

/// Something that can be wrong with a plan.
#[derive(Clone, Copy, Debug)]
pub struct Rule {
    /// `group/rule`.
    pub name: &'static str,
    /// What its findings are unless they say otherwise.
    pub severity: Severity,
    /// Who finds it.
    pub finder: Finder,
    /// The text that holds the page: the rule's own source, or Markdown.
    text: &'static str,
}

/// Who reports a rule's findings.
#[derive(Clone, Copy, Debug)]
pub enum Finder {
    /// This module. A team can accept what it finds.
    Rule(fn(&Context<'_>, &mut Vec<Diagnostic>)),
    /// The handling of `accept` itself.
    Accept,
    /// The parser, the resolver or the graph: without it mended, nobody knows what the plan says.
    Compiler,
}

impl Rule {
    /// Returns the page, as Markdown.
    pub fn page(&self) -> String {
        page::of(self.text)
    }

    /// Returns the page's first sentence.
    pub fn summary(&self) -> String {
        page::summary(self.text)
    }

    /// Returns the page's examples in written order.
    pub fn examples(&self) -> Vec<Example> {
        page::examples(self.text)
    }

    /// Returns whether `accept` can silence it.
    pub fn is_acceptable(&self) -> bool {
        matches!(self.finder, Finder::Rule(_))
    }
}

/// Returns what every rule finds, sorted, without what the plan accepts, and what is wrong with that acceptance; and the SQL that no
/// bundle can carry out, unless its place has a finding already.
pub fn check(context: &Context<'_>) -> Vec<Diagnostic> {
    let mut findings = Vec::new();
    for rule in REGISTRY {
        if let Finder::Rule(check) = rule.finder {
            check(context, &mut findings);
        }
    }
    let mut findings = accept::apply(context, findings);
    guidance::name(context.profiles, &mut findings);
    let places: BTreeSet<Span> = findings.iter().map(Diagnostic::span).collect();
    let programs = context.facts.scenarios.iter().chain([&context.facts.forward]);
    findings.extend(transaction::own(context.plan, programs).into_iter().filter(|own| !places.contains(&own.span())));
    diagnostic::sort(&mut findings);
    findings
}
