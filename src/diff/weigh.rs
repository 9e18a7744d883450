//! One statement in two plans: whether what the new one says is worse, better, or only otherwise, in words.

use std::collections::BTreeSet;
use std::ops::Range;

use super::Effect;
use super::traits::Said;
use crate::plan::value::said;

/// Says in words which positions are gone, and which are new, of those that both plans know.
pub type Moves<'a> = &'a dyn Fn(&Range<usize>, &Range<usize>) -> (String, String);

/// Returns how a statement differs.
pub fn weigh(words: &str, old: Option<&Said>, new: Option<&Said>, places: Moves<'_>) -> Vec<(Effect, String)> {
    let empty = match (old, new) {
        (Some(known), _) | (None, Some(known)) => known.silent(),
        (None, None) => return Vec::new(),
    };
    let (old, new) = (old.unwrap_or(&empty), new.unwrap_or(&empty));
    if old == new {
        return Vec::new();
    }
    let one = |effect, text| vec![(effect, text)];
    match (old, new) {
        (Said::AtMost(was, spare), Said::AtMost(is, other)) => {
            let weight = |own: &Option<u64>, spare: &Option<u64>| own.or(*spare).unwrap_or(u64::MAX);
            if was == is {
                // The statement that stands in has changed, and is told by itself.
                return Vec::new();
            }
            one(by(weight(was, spare), weight(is, other)), changed(words, was.map(said), is.map(said)))
        }
        (Said::AtLeast(was), Said::AtLeast(is)) => one(by(is.unwrap_or(0), was.unwrap_or(0)), changed(words, was.map(said), is.map(said))),
        (Said::Until(was), Said::Until(is)) => {
            one(by(is.unwrap_or(u64::MAX), was.unwrap_or(u64::MAX)), changed(words, was.map(said), is.map(said)))
        }
        (Said::Count(was), Said::Count(is)) => one(by(*is as u64, *was as u64), format!("{is} {words}, not {was}")),
        (Said::Guards(was), Said::Guards(is)) => members(words, was, is, Effect::Worse, Effect::Better),
        (Said::Risks(was), Said::Risks(is)) => members(words, was, is, Effect::Better, Effect::Worse),
        (Said::Scope(was), Said::Scope(is)) => {
            let all = |scope: &BTreeSet<String>| if scope.is_empty() { "everything".to_owned() } else { list(scope) };
            let lacks = !is.is_empty() && (was.is_empty() || was.difference(is).next().is_some());
            let effect = if lacks { Effect::Worse } else { Effect::Better };
            one(effect, format!("`{words}` is {}, not {}", all(is), all(was)))
        }
        (Said::Places(was), Said::Places(is)) => {
            let (gone, won) = places(was, is);
            let tell = |effect, text: &str, at: String| (!at.is_empty()).then(|| (effect, format!("`{words}` {text}: {at}")));
            tell(Effect::Worse, "no more", gone).into_iter().chain(tell(Effect::Better, "now", won)).collect()
        }
        (Said::Rank(was, from), Said::Rank(is, to)) => {
            one(by(u64::from(*was), u64::from(*is)), format!("`{words}` is `{to}`, not `{from}`"))
        }
        (Said::Named(was), Said::Named(is)) => one(kept(was, is), changed(words, was.as_deref().map(ticked), is.as_deref().map(ticked))),
        (Said::Plain(was), Said::Plain(is)) => one(Effect::Other, changed(words, was.as_deref().map(ticked), is.as_deref().map(ticked))),
        (Said::Text(was), Said::Text(is)) => one(kept(was, is), rewritten(words, was, is)),
        (Said::Spare(was), Said::Spare(is)) => one(Effect::Other, rewritten(words, was, is)),
        (Said::Text(was) | Said::Spare(was), Said::Text(is) | Said::Spare(is)) if was != is => {
            one(Effect::Other, rewritten(words, was, is))
        }
        // One statement is always of one kind, but for code that another word makes needless.
        _ => Vec::new(),
    }
}

impl Said {
    /// Returns what is said where nothing is.
    fn silent(&self) -> Said {
        match self {
            Said::AtMost(..) => Said::AtMost(None, None),
            Said::AtLeast(_) => Said::AtLeast(None),
            Said::Until(_) => Said::Until(None),
            Said::Count(_) => Said::Count(0),
            Said::Guards(_) => Said::Guards(BTreeSet::new()),
            Said::Risks(_) => Said::Risks(BTreeSet::new()),
            Said::Scope(_) => Said::Scope(BTreeSet::new()),
            Said::Places(_) => Said::Places(0..0),
            Said::Rank(rank, word) => Said::Rank(*rank, word),
            Said::Named(_) => Said::Named(None),
            Said::Plain(_) => Said::Plain(None),
            Said::Text(_) => Said::Text(None),
            Said::Spare(_) => Said::Spare(None),
        }
    }
}

/// More is worse.
fn by(was: u64, is: u64) -> Effect {
    match is.cmp(&was) {
        std::cmp::Ordering::Greater => Effect::Worse,
        std::cmp::Ordering::Less => Effect::Better,
        std::cmp::Ordering::Equal => Effect::Other,
    }
}

/// To say nothing is worse.
fn kept(was: &Option<String>, is: &Option<String>) -> Effect {
    match (was, is) {
        (Some(_), None) => Effect::Worse,
        (None, Some(_)) => Effect::Better,
        _ => Effect::Other,
    }
}

fn changed(words: &str, was: Option<String>, is: Option<String>) -> String {
    match (was, is) {
        (Some(was), Some(is)) => format!("`{words}` is {is}, not {was}"),
        (Some(was), None) => format!("`{words}` is said no more: it was {was}"),
        (None, is) => format!("`{words}` is said now: {}", is.unwrap_or_default()),
    }
}

fn rewritten(words: &str, was: &Option<String>, is: &Option<String>) -> String {
    match (was, is) {
        (Some(_), Some(_)) => format!("`{words}` is another"),
        (Some(_), None) => format!("`{words}` is said no more"),
        _ => format!("`{words}` is said now"),
    }
}

fn members(words: &str, was: &BTreeSet<String>, is: &BTreeSet<String>, gone: Effect, new: Effect) -> Vec<(Effect, String)> {
    let tell = |effect, said: &str, names: BTreeSet<String>| {
        let names = match names.first()?.as_str() {
            // The word stands alone.
            "" => String::new(),
            _ => format!(": {}", list(&names)),
        };
        Some((effect, format!("`{words}` {said}{names}")))
    };
    let lost = tell(gone, "is said no more", was.difference(is).cloned().collect());
    lost.into_iter().chain(tell(new, "is said now", is.difference(was).cloned().collect())).collect()
}

fn ticked(word: &str) -> String {
    format!("`{word}`")
}

fn list(names: &BTreeSet<String>) -> String {
    names.iter().map(|name| ticked(name)).collect::<Vec<_>>().join(", ")
}
