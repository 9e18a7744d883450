//! Two plans' safety, side by side: what of the new one is worse, better, or only otherwise.

use std::collections::BTreeSet;
use std::ops::Range;

use super::safety::{OfScenario, Safety, Spot};
use super::traits::{Said, Weight};
use super::weigh::weigh;
use super::{Difference, Effect};
use crate::diagnostic::Severity;
use crate::plan::value::said;

/// Returns what differs: of the plan as a whole, of changes in forward order, of scenarios in written order, of what each declaration
/// says, of findings.
pub fn compare(old: &Safety, new: &Safety) -> Vec<Difference> {
    let mut found = Found { old, new, differences: Vec::new() };
    found.promise("rto", "to be back", old.rto, new.rto);
    found.promise("rpo", "of writes to lose at most", old.rpo, new.rpo);
    found.returns();
    found.coverage();
    found.forward();
    found.changes();
    found.scenarios();
    found.declarations();
    found.findings();
    found.differences
}

struct Found<'a> {
    old: &'a Safety,
    new: &'a Safety,
    differences: Vec<Difference>,
}

impl Found<'_> {
    fn say(&mut self, effect: Effect, kind: &'static str, name: &str, text: String) {
        self.differences.push(Difference { effect, kind, name: name.to_owned(), text });
    }

    /// A weaker promise is worse, whatever else becomes possible by it.
    fn promise(&mut self, word: &str, what: &str, old: Option<u64>, new: Option<u64>) {
        let (effect, text) = match (old, new) {
            (Some(old), Some(new)) if new > old => (Effect::Worse, format!("`{word}` allows {} {what}, not {}", said(new), said(old))),
            (Some(old), Some(new)) if new < old => (Effect::Better, format!("`{word}` allows {} {what}, not {}", said(new), said(old))),
            (Some(old), None) => (Effect::Worse, format!("`{word}` of {} is promised no more", said(old))),
            (None, Some(new)) => (Effect::Better, format!("`{word}` is promised: {}", said(new))),
            _ => return,
        };
        let plan = self.new.plan.clone();
        self.say(effect, "promise", &plan, text);
    }

    /// The points of no return. What the old plan did not know is measured too: a new change that nothing leads back from is worse.
    fn returns(&mut self) {
        let (old, new) = (self.old, self.new);
        let still = |spot: &&Spot| new.spots.contains(*spot);
        let worse = self.places(new.no_return.difference(&old.no_return));
        if !worse.is_empty() {
            self.say(Effect::Worse, "return", &new.plan, format!("past the point of no return now: {worse}"));
        }
        let better = self.places(old.no_return.difference(&new.no_return).filter(still));
        if !better.is_empty() {
            self.say(Effect::Better, "return", &new.plan, format!("some scenario leads back again: {better}"));
        }
        // Where nothing leads back at all, nothing does without loss: that has been said.
        let only_lossy = |of: &Safety| -> BTreeSet<Spot> { of.lossless_ends.difference(&of.no_return).cloned().collect() };
        let (lost, kept) = (only_lossy(new), only_lossy(old));
        let worse = self.places(lost.iter().filter(|spot| !old.lossless_ends.contains(spot)));
        if !worse.is_empty() {
            self.say(Effect::Worse, "return", &new.plan, format!("no scenario leads back without loss now: {worse}"));
        }
        let better = self.places(kept.iter().filter(|spot| !new.lossless_ends.contains(spot)).filter(still));
        if !better.is_empty() {
            self.say(Effect::Better, "return", &new.plan, format!("some scenario leads back without loss again: {better}"));
        }
    }

    fn coverage(&mut self) {
        let (old, new) = (self.old, self.new);
        let worse = self.places(new.uncovered.difference(&old.uncovered));
        if !worse.is_empty() {
            self.say(Effect::Worse, "coverage", &new.plan, format!("no scenario applies now: {worse}"));
        }
        let better = self.places(old.uncovered.difference(&new.uncovered).filter(|spot| new.spots.contains(spot)));
        if !better.is_empty() {
            self.say(Effect::Better, "coverage", &new.plan, format!("a scenario applies now: {better}"));
        }
    }

    fn forward(&mut self) {
        let (old, new) = (self.old.forward, self.new.forward);
        if old != new {
            let plan = self.new.plan.clone();
            self.say(Effect::Other, "time", &plan, format!("the migration takes {}, not {}", time(new), time(old)));
        }
    }

    fn changes(&mut self) {
        let (old, new) = (self.old, self.new);
        for name in new.phases.iter().flat_map(|(_, changes)| changes) {
            let Some(now) = new.changes.get(name) else { continue };
            match old.changes.get(name) {
                None => {
                    let effect = if now.rank >= 3 { Effect::Worse } else { Effect::Other };
                    self.say(effect, "change", name, format!("new, {}: {}", now.answer, now.reason));
                }
                Some(before) if (before.rank, before.answer) != (now.rank, now.answer) => {
                    let effect = match now.rank.cmp(&before.rank) {
                        std::cmp::Ordering::Greater => Effect::Worse,
                        std::cmp::Ordering::Less => Effect::Better,
                        std::cmp::Ordering::Equal => Effect::Other,
                    };
                    let text = format!("was {} ({}), is {}: {}", before.answer, before.reason, now.answer, now.reason);
                    self.say(effect, "change", name, text);
                }
                Some(_) => {}
            }
        }
        for name in old.phases.iter().flat_map(|(_, changes)| changes).filter(|name| !new.changes.contains_key(*name)) {
            self.say(Effect::Other, "change", name, "is not made any more".to_owned());
        }
    }

    fn scenarios(&mut self) {
        let (old, new) = (self.old, self.new);
        for (name, now) in &new.scenarios {
            match old.scenario(name) {
                Some(before) => self.scenario(name, before, now),
                None if now.is_part => self.say(Effect::Other, "scenario", name, "new, a part of others".to_owned()),
                None => {
                    let at = self.places(new.applies(now).into_iter());
                    self.say(Effect::Better, "scenario", name, format!("new, applies {at}"));
                }
            }
        }
        for (name, before) in old.scenarios.iter().filter(|(name, _)| new.scenario(name).is_none()) {
            let effect = if before.is_part { Effect::Other } else { Effect::Worse };
            self.say(effect, "scenario", name, "is there no more".to_owned());
        }
    }

    fn scenario(&mut self, name: &str, before: &OfScenario, now: &OfScenario) {
        let (was, is) = (self.old.applies(before), self.new.applies(now));
        let gone = self.places(was.difference(&is).copied().filter(|spot| self.new.spots.contains(*spot)));
        if !gone.is_empty() {
            self.say(Effect::Worse, "scenario", name, format!("applies no more {gone}"));
        }
        let won = self.places(is.difference(&was).copied().filter(|spot| self.old.spots.contains(*spot)));
        if !won.is_empty() {
            self.say(Effect::Better, "scenario", name, format!("applies {won} too"));
        }
        let ticked = |changes: Vec<&String>| changes.iter().map(|change| format!("`{change}`")).collect::<Vec<_>>().join(", ");
        let left: Vec<&String> = before.undone.difference(&now.undone).filter(|change| self.new.changes.contains_key(*change)).collect();
        // Who takes less back is done sooner and loses less, and that is no gain.
        let gain = if left.is_empty() { Effect::Better } else { Effect::Other };
        if !left.is_empty() {
            self.say(Effect::Worse, "scenario", name, format!("undoes no more {}", ticked(left)));
        }
        let more: Vec<&String> = now.undone.difference(&before.undone).filter(|change| self.old.changes.contains_key(*change)).collect();
        if !more.is_empty() {
            self.say(Effect::Better, "scenario", name, format!("undoes {} too", ticked(more)));
        }
        if now.seconds != before.seconds {
            let effect = match now.seconds > before.seconds {
                true => Effect::Worse,
                // A sum is not smaller because a part of it is not known.
                false if now.unknown > before.unknown => Effect::Other,
                false => gain,
            };
            let beyond = self.new.rto.filter(|rto| now.seconds > *rto && before.seconds <= *rto);
            let beyond = beyond.map_or(String::new(), |rto| format!(", more than the {} of `rto`", said(rto)));
            self.say(effect, "time", name, format!("takes {}, not {}{beyond}", time(now.seconds), time(before.seconds)));
        }
        if now.unknown != before.unknown {
            let effect = if now.unknown > before.unknown { Effect::Worse } else { Effect::Better };
            self.say(effect, "time", name, format!("{} of its items have no estimate, not {}", now.unknown, before.unknown));
        }
        // No bound is more than any.
        let length = |seconds: Option<u64>| seconds.unwrap_or(u64::MAX);
        for (backup, (seconds, sentence)) in &now.losses {
            match before.losses.get(backup) {
                None => self.say(Effect::Worse, "loss", name, format!("loses something now: {sentence}")),
                Some((was, _)) if length(*was) != length(*seconds) => {
                    let effect = if length(*seconds) > length(*was) { Effect::Worse } else { gain };
                    let was = was.map_or("without a bound".to_owned(), |was| format!("{} at most", said(was)));
                    self.say(effect, "loss", name, format!("loses otherwise: {sentence} (it was {was})"));
                }
                Some(_) => {}
            }
        }
        for (_, (_, sentence)) in before.losses.iter().filter(|(backup, _)| !now.losses.contains_key(*backup)) {
            self.say(gain, "loss", name, format!("loses no more: {sentence}"));
        }
    }

    /// What each declaration says, by its kind and name.
    fn declarations(&mut self) {
        let (old, new) = (self.old, self.new);
        let keys: BTreeSet<_> = old.traits.keys().chain(new.traits.keys()).collect();
        // The steps of what is new or gone are new or gone with it.
        let stays = |of: &Safety, owner: &str| ["scenario", "phase"].iter().any(|kind| of.traits.contains_key(&(*kind, owner.to_owned())));
        let is_alone = |(kind, name): &(&'static str, String)| {
            let owner = name.split('.').next().filter(|_| *kind == "step");
            owner.is_none_or(|owner| stays(old, owner) && stays(new, owner))
        };
        for key in keys.into_iter().filter(|key| is_alone(key)) {
            let (kind, name) = (key.0, if key.1.is_empty() { &new.plan } else { &key.1 });
            match (old.traits.get(key), new.traits.get(key)) {
                (Some(was), Some(is)) => {
                    let said =
                        |of: &[(String, Said)], words: &str| of.iter().find(|(known, _)| known == words).map(|(_, said)| said.clone());
                    let gone = was.said.iter().filter(|(words, _)| said(&is.said, words).is_none());
                    // How a change is taken back has been told, where that is another answer.
                    let answer = |of: &Safety| of.changes.get(&key.1).map(|change| (change.rank, change.answer));
                    let is_told = |words: &str| kind == "change" && ["undo", "recover"].contains(&words) && answer(old) != answer(new);
                    for (words, _) in is.said.iter().chain(gone).filter(|(words, _)| !is_told(words)) {
                        let differs =
                            weigh(words, said(&was.said, words).as_ref(), said(&is.said, words).as_ref(), &|was, is| self.moved(was, is));
                        differs.into_iter().for_each(|(effect, text)| self.say(effect, kind, name, text));
                    }
                }
                (Some(was), None) => match was.gone {
                    Some(Weight::Worse) => self.say(Effect::Worse, kind, name, "is there no more".to_owned()),
                    Some(Weight::Otherwise) => self.say(Effect::Other, kind, name, "is there no more".to_owned()),
                    None => {}
                },
                (None, Some(is)) => match is.gone {
                    Some(Weight::Worse) => self.say(Effect::Better, kind, name, "new".to_owned()),
                    Some(Weight::Otherwise) => self.say(Effect::Other, kind, name, "new".to_owned()),
                    None => {}
                },
                (None, None) => {}
            }
        }
    }

    /// Returns the positions of the old plan's range that the new one's lacks, and the other way round, as far as both plans know them.
    fn moved(&self, was: &Range<usize>, is: &Range<usize>) -> (String, String) {
        let (was, is) = (self.old.within(was), self.new.within(is));
        if (was.first(), was.last()) == (is.first(), is.last()) {
            return Default::default();
        }
        let (was, is): (BTreeSet<&Spot>, BTreeSet<&Spot>) = (was.iter().collect(), is.iter().collect());
        let gone = self.places(was.difference(&is).copied().filter(|spot| self.new.spots.contains(*spot)));
        (gone, self.places(is.difference(&was).copied().filter(|spot| self.old.spots.contains(*spot))))
    }

    /// Returns the rules that are accepted somewhere, now and not before.
    fn accepted(&self) -> BTreeSet<&str> {
        let key = ("accept", String::new());
        let (old, new) = (self.old.traits.get(&key), self.new.traits.get(&key));
        let said = |rule: &str| old.and_then(|old| old.said.iter().find(|(known, _)| known == rule)).map(|(_, said)| said);
        let new = new.into_iter().flat_map(|new| &new.said);
        new.filter(|(rule, places)| said(rule) != Some(places)).map(|(rule, _)| rule.as_str()).collect()
    }

    fn findings(&mut self) {
        let (old, new) = (self.old, self.new);
        let accepted: BTreeSet<String> = self.accepted().into_iter().map(str::to_owned).collect();
        for (_, finding) in new.findings.iter().filter(|(print, _)| !old.findings.contains_key(*print)) {
            let effect = if finding.severity == Severity::Info { Effect::Other } else { Effect::Worse };
            self.say(effect, "finding", finding.code, format!("found now: {}", finding.message));
        }
        for (_, finding) in old.findings.iter().filter(|(print, _)| !new.findings.contains_key(*print)) {
            // What is accepted is still so.
            let is_mended = finding.severity != Severity::Info && !accepted.contains(finding.code);
            let effect = if is_mended { Effect::Better } else { Effect::Other };
            self.say(effect, "finding", finding.code, format!("found no more: {}", finding.message));
        }
    }

    /// Returns positions of the new plan in words, in the order of the migration: whole phases, whole changes, and halves of them. Empty for none.
    fn places<'s>(&self, spots: impl Iterator<Item = &'s Spot>) -> String {
        let spots: BTreeSet<&Spot> = spots.collect();
        let has = |change: &String, is_after| spots.contains(&Spot { change: change.clone(), is_after });
        let mut words = Vec::new();
        for (phase, changes) in &self.new.phases {
            if changes.len() > 1 && changes.iter().all(|change| has(change, false) && has(change, true)) {
                words.push(format!("in phase `{phase}`"));
                continue;
            }
            for change in changes {
                match (has(change, false), has(change, true)) {
                    (true, true) => words.push(format!("in and after `{change}`")),
                    (true, false) => words.push(format!("in `{change}`")),
                    (false, true) => words.push(format!("after `{change}`")),
                    (false, false) => {}
                }
            }
        }
        words.join(", ")
    }
}

fn time(seconds: u64) -> String {
    if seconds == 0 { "no time that anybody has estimated".to_owned() } else { said(seconds) }
}
