//! Values with units: durations, instants, dates, windows, numbers.

/// A duration in seconds, as an upper bound; `low` is the lower end of a range such as `1h to 2h`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct Duration {
    /// Seconds; the upper end counts.
    pub seconds: u64,
    /// Seconds of the lower end, where a range was written.
    pub low: Option<u64>,
}

impl Duration {
    /// Returns a duration without a range.
    pub fn of(seconds: u64) -> Duration {
        Duration { seconds, low: None }
    }

    /// Returns it as people say it: `90 s`, `1 h 30 min`, `7 days`; a range as `1 h to 2 h`.
    pub fn said(self) -> String {
        match self.low {
            Some(low) if low != self.seconds => format!("{} to {}", said(low), said(self.seconds)),
            _ => said(self.seconds),
        }
    }
}

/// Returns a number of seconds as people say it: `3 h 22 min`.
pub fn said(seconds: u64) -> String {
    if seconds > 0 && seconds < 120 && !seconds.is_multiple_of(60) {
        return format!("{seconds} s");
    }
    let units = [(86_400, "day"), (3_600, "h"), (60, "min"), (1, "s")];
    let mut rest = seconds;
    let mut parts = Vec::new();
    for (length, unit) in units {
        let count = rest / length;
        rest %= length;
        if count > 0 {
            let plural = if unit == "day" && count > 1 { "s" } else { "" };
            parts.push(format!("{count} {unit}{plural}"));
        }
    }
    if parts.is_empty() { "0 min".to_owned() } else { parts.join(" ") }
}

/// An instant relative to T, in seconds: `T-24h` is -86,400.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Instant(pub i64);

/// A calendar date.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Date {
    pub year: u16,
    pub month: u8,
    pub day: u8,
}

/// A time of day, in minutes from midnight.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Clock(pub u16);

/// On which day a window opens.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum WindowDay {
    On(Date),
    /// `saturday`, in lower case.
    Every(String),
}

/// The announced maintenance window. It ends on the next day when `to` is not after `from`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Window {
    pub day: WindowDay,
    pub from: Clock,
    pub to: Clock,
    /// An IANA zone that exists.
    pub zone: String,
}

impl Window {
    /// Returns the window's length in seconds.
    pub fn seconds(&self) -> u64 {
        let (from, to) = (u64::from(self.from.0), u64::from(self.to.0));
        let minutes = if to > from { to - from } else { to + 24 * 60 - from };
        minutes * 60
    }
}

/// How two numbers are compared.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Comparison {
    Greater,
    GreaterOrEqual,
    Less,
    LessOrEqual,
    Equal,
    NotEqual,
}

impl Comparison {
    /// Returns the sign as it is written.
    pub fn sign(self) -> &'static str {
        match self {
            Comparison::Greater => ">",
            Comparison::GreaterOrEqual => ">=",
            Comparison::Less => "<",
            Comparison::LessOrEqual => "<=",
            Comparison::Equal => "=",
            Comparison::NotEqual => "!=",
        }
    }
}

/// `critical`, `high`, `medium`, `low`; worst first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Level {
    Critical,
    High,
    Medium,
    Low,
}

impl Level {
    /// Returns the word as it is written.
    pub fn word(self) -> &'static str {
        match self {
            Level::Critical => "critical",
            Level::High => "high",
            Level::Medium => "medium",
            Level::Low => "low",
        }
    }
}

/// A value in the plan, or the name of an environment variable that holds it.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Place {
    Literal(String),
    Variable(String),
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn durations_are_said_as_people_say_them() {
        let all: Vec<String> = [0, 60, 90, 120, 5_400, 86_400, 1_209_600, 90_061].map(said).into();
        assert_eq!(all, ["0 min", "1 min", "90 s", "2 min", "1 h 30 min", "1 day", "14 days", "1 day 1 h 1 min 1 s"]);
        assert_eq!(Duration { seconds: 7_200, low: Some(3_600) }.said(), "1 h to 2 h");
    }
}
