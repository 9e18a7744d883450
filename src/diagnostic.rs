//! A finding as plain data: what is wrong, where, because of what, and what to type.
//!
//! Owns the shape of a finding. Does not know how it is shown (`report`) nor what is looked for (`rules`).

mod encoding;
mod fingerprint;
mod mend;
mod similar;

use crate::source::Span;

pub use encoding::{Misread, decode};
pub use fingerprint::Fingerprints;
pub use mend::{Certainty, Mend, mend};
pub use similar::nearest;

/// How bad a finding is, worst last.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Severity {
    Info,
    Warning,
    Error,
}

impl Severity {
    /// Returns the word that users read and write: `error`, `warning`, `info`.
    pub fn word(self) -> &'static str {
        match self {
            Severity::Info => "info",
            Severity::Warning => "warning",
            Severity::Error => "error",
        }
    }
}

/// A place that takes part in a finding, and what it has to do with it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Label {
    pub span: Span,
    pub text: String,
}

/// One finding. `code` is `group/rule`; the first label is where it is, the others are because of what.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Diagnostic {
    pub code: &'static str,
    pub severity: Severity,
    pub message: String,
    pub labels: Vec<Label>,
    pub help: Option<String>,
}

impl Diagnostic {
    /// Returns an error at `span`. `message` is in lower case, without a final period; `label` says what stands there.
    pub fn error(code: &'static str, span: Span, message: impl Into<String>, label: impl Into<String>) -> Diagnostic {
        Diagnostic {
            code,
            severity: Severity::Error,
            message: message.into(),
            labels: vec![Label { span, text: label.into() }],
            help: None,
        }
    }

    /// Returns the same finding with another severity.
    pub fn severity(mut self, severity: Severity) -> Diagnostic {
        self.severity = severity;
        self
    }

    /// Returns the same finding with a further place that takes part in it.
    pub fn because(mut self, span: Span, text: impl Into<String>) -> Diagnostic {
        self.labels.push(Label { span, text: text.into() });
        self
    }

    /// Returns the same finding with what to do about it.
    pub fn help(mut self, help: impl Into<String>) -> Diagnostic {
        self.help = Some(help.into());
        self
    }

    /// Returns where the finding is: its first label's place.
    pub fn span(&self) -> Span {
        self.labels[0].span
    }
}

/// Sorts findings by place, then by code, and removes exact repetitions.
pub fn sort(findings: &mut Vec<Diagnostic>) {
    findings.sort_by(|a, b| (a.span(), a.code, &a.message).cmp(&(b.span(), b.code, &b.message)));
    findings.dedup();
}
