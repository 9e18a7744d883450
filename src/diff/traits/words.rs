//! Values of a plan in the words in which differences are told.

use std::collections::BTreeSet;

use super::Said;
use crate::plan::action::Code;
use crate::plan::change::{Change, Phase};
use crate::plan::check::{Check, Expectation, Retry};
use crate::plan::id::{Arena, Id};
use crate::plan::people::{Channel, Message, Role};
use crate::plan::scenario::{Scenario, Trigger};
use crate::plan::target::{Backup, Flag, Release, Target, Writer};
use crate::plan::value::{Date, Instant, Place, Window, WindowDay, said};
use crate::plan::{Header, Param};
use crate::source::Spanned;

/// What has a name.
pub trait Declared {
    fn header(&self) -> &Header;
}

macro_rules! declared {
    ($($type:ident),*) => { $(impl Declared for $type { fn header(&self) -> &Header { &self.header } })* };
}

declared!(Backup, Change, Channel, Check, Flag, Message, Param, Phase, Release, Role, Scenario, Target, Trigger, Writer);

/// Returns the name of a declaration.
pub fn name<T: Declared>(of: &Arena<T>, id: Id<T>) -> String {
    of[id].header().name.clone()
}

/// Returns a value, or the variable that holds it.
pub fn shown(place: &Place) -> String {
    match place {
        Place::Literal(value) => value.clone(),
        Place::Variable(variable) => format!("${}", variable.trim_start_matches('$')),
    }
}

pub fn place(place: &Option<Spanned<Place>>) -> Option<String> {
    place.as_ref().map(|place| shown(&place.value))
}

/// Returns words as one; `None` for none.
pub fn joined(words: impl IntoIterator<Item = String>) -> Option<String> {
    let words: Vec<String> = words.into_iter().collect();
    (!words.is_empty()).then(|| words.join(", "))
}

/// Returns code without what only its layout says: blanks at the ends of its lines, and blank lines.
pub fn spaced(code: &Code) -> String {
    let lines = code.text.lines().map(str::trim_end).filter(|line| !line.is_empty());
    format!("{}\n{}", code.language.word(), lines.collect::<Vec<_>>().join("\n"))
}

/// Code that protects, unless something else stands in for it.
pub fn text(code: &Option<Code>, is_spare: bool) -> Said {
    let code = code.as_ref().map(spaced);
    if is_spare { Said::Spare(code) } else { Said::Text(code) }
}

/// A word that protects by standing there.
pub fn present(is_there: bool) -> Said {
    Said::Guards(if is_there { BTreeSet::from([String::new()]) } else { BTreeSet::new() })
}

pub fn retry(retry: Retry) -> String {
    format!("{} every {}", retry.times, retry.every.said())
}

pub fn date(date: Date) -> String {
    format!("{:04}-{:02}-{:02}", date.year, date.month, date.day)
}

pub fn window(window: &Window) -> String {
    let day = match &window.day {
        WindowDay::On(on) => date(*on),
        WindowDay::Every(day) => format!("every {day}"),
    };
    let clock = |minutes: u16| format!("{:02}:{:02}", minutes / 60, minutes % 60);
    format!("{day} {} to {} {}", clock(window.from.0), clock(window.to.0), window.zone)
}

pub fn instant(instant: Instant) -> String {
    match instant.0 {
        0 => "T".to_owned(),
        before if before < 0 => format!("T - {}", said(before.unsigned_abs())),
        after => format!("T + {}", said(after.unsigned_abs())),
    }
}

pub fn expectation(expect: &Expectation) -> String {
    match expect {
        Expectation::Value(value) => format!("“{value}”"),
        Expectation::Compare(comparison, value) => format!("{} {value}", comparison.sign()),
        Expectation::Rows(rows) => format!("rows {rows}"),
        Expectation::Empty => "empty".to_owned(),
        Expectation::Exit(status) => format!("exit {status}"),
        Expectation::Output(text) => format!("output “{text}”"),
        Expectation::Status(status) => format!("status {status}"),
        Expectation::Baseline => "baseline".to_owned(),
        Expectation::WithinOfBaseline(percent) => format!("within {percent}% of baseline"),
    }
}
