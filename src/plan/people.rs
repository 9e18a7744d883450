//! Who does it, who is told, and what they watch: roles, channels, messages, checklists, monitors, risks, posts.

use crate::source::{Span, Spanned};

use super::action::Code;
use super::change::{Change, Phase};
use super::check::Check;
use super::id::Id;
use super::scenario::{Scenario, Trigger};
use super::value::{Duration, Instant, Level, Place};
use super::{Header, Prose};

/// Somebody who does or decides things.
#[derive(Clone, Debug)]
pub struct Role {
    pub header: Header,
    pub person: Option<String>,
    pub contacts: Vec<Place>,
    pub available: Option<String>,
    pub deputy: Option<Id<Role>>,
    pub escalate: Option<(Id<Role>, Duration)>,
    /// Responsibilities that no step shows.
    pub duties: Vec<String>,
}

/// How messages leave: a command, or a person.
#[derive(Clone, Debug)]
pub struct Channel {
    pub header: Header,
    pub send: Option<Code>,
    pub by: Option<Id<Role>>,
    pub audience: Option<String>,
}

/// A text with slots, sent to a channel.
#[derive(Clone, Debug)]
pub struct Message {
    pub header: Header,
    pub channel: Spanned<Id<Channel>>,
    pub subject: Option<Spanned<String>>,
    pub body: Option<Prose>,
    pub slots: Vec<Slot>,
    pub by: Option<Id<Role>>,
    pub at: Option<Spanned<Instant>>,
    /// How soon after the event that calls for it.
    pub deadline: Option<Spanned<Duration>>,
}

/// A value that is asked for when the message is sent.
#[derive(Clone, Debug)]
pub struct Slot {
    pub name: Spanned<String>,
    pub question: String,
}

/// A phase, a change or a scenario: what a checklist, a trigger or `applies` can name.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Moment {
    Phase(Id<Phase>),
    Change(Id<Change>),
    Scenario(Id<Scenario>),
}

/// When a checklist is gone through.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ChecklistTime {
    Before,
    During,
    After,
}

#[derive(Clone, Debug)]
pub struct Checklist {
    pub header: Header,
    pub when: Option<(ChecklistTime, Spanned<Moment>)>,
    pub items: Vec<Item>,
}

/// One line of a checklist or an after-action.
#[derive(Clone, Debug)]
pub struct Item {
    pub text: String,
    pub check: Option<Id<Check>>,
    pub by: Option<Id<Role>>,
    pub span: Span,
}

#[derive(Clone, Debug)]
pub struct Monitor {
    pub header: Header,
    pub duration: Spanned<Duration>,
    pub by: Option<Id<Role>>,
    pub watches: Vec<Watch>,
}

#[derive(Clone, Debug)]
pub enum Watch {
    Trigger(Id<Trigger>),
    Check(Id<Check>),
    Text(String),
}

#[derive(Clone, Debug)]
pub struct Risk {
    pub header: Header,
    pub level: Level,
    pub impacts: Vec<Prose>,
    pub mitigations: Vec<Prose>,
    pub run: Option<Id<Scenario>>,
}

/// Something to be done afterwards.
#[derive(Clone, Debug)]
pub struct Post {
    pub header: Header,
    pub by: Id<Role>,
    pub within: Duration,
    pub items: Vec<Item>,
}

/// Returns the names in `{{…}}`, in the order in which a message's text holds them.
pub fn slots(text: &str) -> impl Iterator<Item = &str> {
    text.split("{{").skip(1).filter_map(|rest| rest.split_once("}}")).map(|(slot, _)| slot.trim())
}
