//! Values of a plan in the words of the runbook.

use crate::plan::Header;
use crate::plan::check::{Expectation, Retry};
use crate::plan::people::Moment;
use crate::plan::scenario::{Answer, Condition, Guard, Need, Test};
use crate::plan::value::{Duration, Instant, Level, Place};

use super::Book;
use super::markdown::{address, code, link, text};

/// `90 s`, `1 h 30 min`, `7 days`; a range as `1 h to 2 h`.
pub fn duration(duration: Duration) -> String {
    duration.said()
}

/// `T`, `T-24h`, `T+2h30m`, as a plan writes it.
pub fn instant(instant: Instant) -> String {
    if instant.0 == 0 {
        return "T".to_owned();
    }
    let sign = if instant.0 < 0 { '-' } else { '+' };
    let mut rest = instant.0.unsigned_abs();
    let mut out = format!("T{sign}");
    for (length, unit) in [(86_400, 'd'), (3_600, 'h'), (60, 'm'), (1, 's')] {
        // A day and a bit is read better in hours: `T-24h`, `T+30h`.
        if unit == 'd' && rest < 2 * length {
            continue;
        }
        if rest / length > 0 {
            out += &format!("{}{unit}", rest / length);
            rest %= length;
        }
    }
    out
}

/// A value, or the variable that holds it.
pub fn place(place: &Place) -> String {
    match place {
        Place::Literal(value) => code(value),
        Place::Variable(variable) => format!("in {}", code(&format!("${variable}"))),
    }
}

/// How to reach somebody.
pub fn contact(place: &Place) -> String {
    match place {
        Place::Literal(value) => address(value),
        Place::Variable(variable) => format!("in the variable {}", code(&format!("${variable}"))),
    }
}

/// A level, the two that call for haste in bold.
pub fn level(level: Level) -> String {
    match level {
        Level::Critical | Level::High => format!("**{}**", level.word()),
        Level::Medium | Level::Low => level.word().to_owned(),
    }
}

/// A declaration's title, linked to its anchor.
pub fn linked(kind: &str, header: &Header) -> String {
    link(&text(&header.title), &anchor(kind, &header.name))
}

/// The anchor of a declaration: its kind and its name, which outlive its title.
pub fn anchor(kind: &str, name: &str) -> String {
    format!("{kind}-{name}")
}

impl Book<'_> {
    /// A phase, a change or a scenario by its title.
    pub fn moment(&self, moment: Moment) -> String {
        match moment {
            Moment::Phase(id) => format!("phase “{}”", text(&self.plan.phases[id].header.title)),
            Moment::Change(id) => format!("“{}”", text(&self.plan.changes[id].header.title)),
            Moment::Scenario(id) => format!("scenario {}", linked("scenario", &self.plan.scenarios[id].header)),
        }
    }

    /// Preconditions, each a line.
    pub fn needs(&self, needs: &[Need]) -> Vec<String> {
        needs
            .iter()
            .map(|need| match need {
                Need::Check(check) => linked("check", &self.plan.checks[check.value].header),
                Need::Question(question) => format!("{} (answer it yourself)", self.words(&question.value)),
            })
            .collect()
    }

    /// When something is done at all, each condition a line.
    pub fn guards(&self, guards: &[Guard]) -> Vec<String> {
        guards.iter().map(|guard| self.guard(guard)).collect()
    }

    fn guard(&self, guard: &Guard) -> String {
        let negated = guard.negated;
        match &guard.test {
            Test::Check(check) => {
                let answer = if negated { "no" } else { "yes" };
                format!("{} says {answer}", linked("check", &self.plan.checks[*check].header))
            }
            Test::Available(backup) => {
                let is = if negated { "is not" } else { "is" };
                format!("the backup {} {is} available", linked("backup", &self.plan.backups[*backup].header))
            }
            Test::Applied(change) => {
                let is = if negated { "is not" } else { "is" };
                format!("the change {} {is} applied", linked("change", &self.plan.changes[*change].header))
            }
            Test::Param(param, value) => {
                let is = if negated { "is not" } else { "is" };
                format!("the parameter {} {is} {}", code(&self.plan.params[*param].header.name), code(value))
            }
            Test::Chose(option) => {
                let was = if negated { "was not" } else { "was" };
                format!("the option {} {was} chosen", code(&option.value))
            }
        }
    }

    /// What a trigger fires on.
    pub fn condition(&self, condition: &Condition) -> String {
        let lasting = |lasting: &Option<Duration>| lasting.map_or(String::new(), |time| format!(" for {}", duration(time)));
        match condition {
            Condition::Told(by) => format!("somebody reports: {}", self.words(by)),
            Condition::Fails { check, lasting: time } => {
                format!("{} says no{}", linked("check", &self.plan.checks[*check].header), lasting(time))
            }
            Condition::Measured { metric, comparison, value, over_baseline, lasting: time } => {
                let over = if *over_baseline { " over the baseline" } else { "" };
                format!("{} {}{over}{}", text(metric), code(&format!("{} {value}", comparison.sign())), lasting(time))
            }
        }
    }

    /// What is done when a trigger fires.
    pub fn answer(&self, answer: &Answer) -> String {
        match answer {
            Answer::Run(scenario) => format!("run {}", linked("scenario", &self.plan.scenarios[*scenario].header)),
            Answer::Investigate(what) => format!("investigate, do not roll back yet: {}", self.words(what)),
            Answer::Continue(why) => format!("**do not roll back**: {}", self.words(why)),
        }
    }
}

/// What the answer to a check has to be.
pub fn expectation(expectation: &Expectation) -> String {
    match expectation {
        Expectation::Value(value) => format!("the value {}", code(value)),
        Expectation::Compare(comparison, value) => format!("a value {}", code(&format!("{} {value}", comparison.sign()))),
        Expectation::Rows(count) => format!("{count} rows"),
        Expectation::Empty => "no rows".to_owned(),
        Expectation::Exit(status) => format!("exit status {status}"),
        Expectation::Output(output) => format!("the output {}", code(output)),
        Expectation::Status(status) => format!("HTTP status {status}"),
        Expectation::Baseline => "the same as before the change (the captured baseline)".to_owned(),
        Expectation::WithinOfBaseline(percent) => {
            format!("within {} of the captured baseline", text(&with_percent(percent)))
        }
    }
}

fn with_percent(percent: &str) -> String {
    if percent.ends_with('%') { percent.to_owned() } else { format!("{percent}%") }
}

/// How often something is tried again.
pub fn retry(retry: Retry) -> String {
    match retry.times {
        1 => format!("once more, after {}", duration(retry.every)),
        times => format!("up to {times} more times, every {}", duration(retry.every)),
    }
}

/// Several things as a person lists them: `a, b and c`.
pub fn and(items: &[String]) -> String {
    match items {
        [] => String::new(),
        [one] => one.clone(),
        [first @ .., last] => format!("{} and {last}", first.join(", ")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn instants_are_written_as_in_a_plan() {
        let written: Vec<String> = [0, -86_400, 9_000, 108_000, 604_800, 700_200, -60].map(|at| instant(Instant(at))).into();
        assert_eq!(written, ["T", "T-24h", "T+2h30m", "T+30h", "T+7d", "T+8d2h30m", "T-1m"]);
    }
}
