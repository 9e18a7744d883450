//! Questions that a machine or a person answers with yes, no, or not at all.

use crate::source::Spanned;

use super::action::Code;
use super::id::Id;
use super::target::Target;
use super::value::{Comparison, Duration, Place};
use super::{Header, Prose};

#[derive(Clone, Debug)]
pub struct Check {
    pub header: Header,
    pub on: Option<Spanned<Id<Target>>>,
    pub via: Option<Spanned<Id<Target>>>,
    /// `None` after a finding said that the check asks nothing.
    pub probe: Option<Probe>,
    pub expect: Option<Spanned<Expectation>>,
    pub timeout: Option<Duration>,
    pub retry: Option<Retry>,
    pub dir: Option<Place>,
}

/// How it asks.
#[derive(Clone, Debug)]
pub enum Probe {
    Query(Code),
    Run(Code),
    Http { method: HttpMethod, path: String, headers: Vec<(String, Place)>, body: Option<Prose> },
    Compare { left: Spanned<Id<Target>>, right: Spanned<Id<Target>>, query: Code },
    Ask(String),
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum HttpMethod {
    Get,
    Post,
}

/// How often something is tried, and how long between tries.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Retry {
    pub times: u32,
    pub every: Duration,
}

/// What the answer has to be.
#[derive(Clone, Debug, PartialEq)]
pub enum Expectation {
    /// One row with one value, equal as text.
    Value(String),
    Compare(Comparison, String),
    Rows(u64),
    Empty,
    Exit(u64),
    Output(String),
    Status(u64),
    Baseline,
    /// Percent.
    WithinOfBaseline(String),
}
