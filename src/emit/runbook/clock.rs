//! When things are planned: offsets from T on the calendar, in the plan's zone and in UTC.
//!
//! T is planned for the window's start. Zones come from the data that rbk carries, never from the machine's, so the same
//! plan gives the same page everywhere.

use jiff::civil::{self, Weekday};
use jiff::tz::TimeZoneDatabase;
use jiff::{SignedDuration, Zoned};

use crate::plan::value::{self, Instant, Window, WindowDay, said};

use super::markdown::text;
use super::words::instant;

/// What T is on the calendar.
pub enum Clock {
    /// No window, so no calendar: offsets only.
    None,
    /// The window's start.
    On(Box<Zoned>),
    /// Every week: minutes from Monday's midnight, in a zone. UTC depends on the date.
    Weekly { minutes: i64, zone: String },
}

impl Clock {
    /// Returns the calendar of a window; none for a date or a zone that does not exist.
    pub fn new(window: Option<&Window>) -> Clock {
        window.and_then(Clock::of).unwrap_or(Clock::None)
    }

    fn of(window: &Window) -> Option<Clock> {
        match &window.day {
            WindowDay::On(date) => {
                let zone = TimeZoneDatabase::bundled().get(&window.zone).ok()?;
                let date =
                    civil::Date::new(i16::try_from(date.year).ok()?, i8::try_from(date.month).ok()?, i8::try_from(date.day).ok()?).ok()?;
                let time = date.at(i8::try_from(window.from.0 / 60).ok()?, i8::try_from(window.from.0 % 60).ok()?, 0, 0);
                Some(Clock::On(Box::new(time.to_zoned(zone).ok()?)))
            }
            WindowDay::Every(day) => {
                let days = i64::from(weekday(day)?.to_monday_zero_offset());
                Some(Clock::Weekly { minutes: days * 24 * 60 + i64::from(window.from.0), zone: window.zone.clone() })
            }
        }
    }

    /// Returns the titles of the columns that [`Clock::columns`] fills.
    pub fn titles(&self) -> [String; 2] {
        match self {
            Clock::None => [String::new(), String::new()],
            Clock::On(zoned) if is_utc(zoned) => ["UTC".to_owned(), String::new()],
            Clock::On(zoned) => [zoned.time_zone().iana_name().unwrap_or("Local time").to_owned(), "UTC".to_owned()],
            Clock::Weekly { zone, .. } => [zone.clone(), String::new()],
        }
    }

    /// Returns the time of an instant in the plan's zone, and in UTC where that is another one.
    pub fn columns(&self, at: Instant) -> [String; 2] {
        match self {
            Clock::None => [String::new(), String::new()],
            Clock::On(zoned) => match zoned.checked_add(SignedDuration::from_secs(at.0)) {
                Ok(time) if is_utc(zoned) => [stamp(&time), String::new()],
                Ok(time) => [stamp(&time), stamp(&time.with_time_zone(jiff::tz::TimeZone::UTC))],
                Err(_) => [String::new(), String::new()],
            },
            Clock::Weekly { minutes, .. } => [weekly(minutes + at.0.div_euclid(60), *minutes), String::new()],
        }
    }

    /// Returns an instant as an offset and, where there is a calendar, a time.
    pub fn when(&self, at: Instant) -> String {
        match (self, self.columns(at)) {
            (Clock::None, _) => instant(at),
            (Clock::Weekly { zone, .. }, [local, _]) => format!("{}, {local} {zone}", instant(at)),
            (Clock::On(_), [utc, other]) if other.is_empty() => format!("{}, {utc} UTC", instant(at)),
            (Clock::On(_), [local, utc]) => {
                // On the same day the hour says enough.
                let utc = match (local.rsplit_once(' '), utc.rsplit_once(' ')) {
                    (Some((day, _)), Some((same, hour))) if day == same => hour,
                    _ => &utc,
                };
                format!("{}, {local} {} = {utc} UTC", instant(at), self.titles()[0])
            }
        }
    }

    /// Returns the window in full.
    pub fn window(&self, window: &Window) -> String {
        let day = match &window.day {
            WindowDay::On(date) => self.day().unwrap_or_else(|| format!("{:04}-{:02}-{:02}", date.year, date.month, date.day)),
            WindowDay::Every(day) => format!("every {}", capitalized(day)),
        };
        let span = format!("{day}, {} to {} {} ({})", clock(window.from), clock(window.to), window.zone, said(window.seconds()));
        let utc = match self {
            Clock::On(start) if !is_utc(start) => {
                let end = start.checked_add(SignedDuration::from_secs(window.seconds().cast_signed()));
                let stamp_of = |time: &Zoned| stamp(&time.with_time_zone(jiff::tz::TimeZone::UTC));
                end.map_or(String::new(), |end| format!("<br>in UTC: {} to {}", stamp_of(start), stamp_of(&end)))
            }
            _ => String::new(),
        };
        text(&span) + &utc
    }

    fn day(&self) -> Option<String> {
        match self {
            Clock::On(start) => Some(start.strftime("%A %Y-%m-%d").to_string()),
            _ => None,
        }
    }
}

fn is_utc(zoned: &Zoned) -> bool {
    matches!(zoned.time_zone().iana_name(), Some("UTC" | "Etc/UTC"))
}

fn stamp(time: &Zoned) -> String {
    time.strftime("%a %Y-%m-%d %H:%M").to_string()
}

/// `Saturday 02:00`, and how many whole weeks from T's day that is. Both are minutes from one Monday's midnight.
fn weekly(at: i64, t: i64) -> String {
    let day = 24 * 60;
    let names = ["Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"];
    // INVARIANT: the remainder of a week has seven days.
    let name = names[usize::try_from(at.rem_euclid(7 * day) / day).unwrap_or(0)];
    let weeks = match (at.div_euclid(day) - t.div_euclid(day)) / 7 {
        0 => String::new(),
        -1 => ", a week before".to_owned(),
        1 => ", a week after".to_owned(),
        before if before < 0 => format!(", {} weeks before", -before),
        after => format!(", {after} weeks after"),
    };
    format!("{name} {:02}:{:02}{weeks}", at.rem_euclid(day) / 60, at.rem_euclid(60))
}

fn weekday(day: &str) -> Option<Weekday> {
    Some(match day {
        "monday" => Weekday::Monday,
        "tuesday" => Weekday::Tuesday,
        "wednesday" => Weekday::Wednesday,
        "thursday" => Weekday::Thursday,
        "friday" => Weekday::Friday,
        "saturday" => Weekday::Saturday,
        "sunday" => Weekday::Sunday,
        _ => return None,
    })
}

fn clock(clock: value::Clock) -> String {
    format!("{:02}:{:02}", clock.0 / 60, clock.0 % 60)
}

fn capitalized(day: &str) -> String {
    let mut letters = day.chars();
    letters.next().map_or(String::new(), |first| first.to_uppercase().chain(letters).collect())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::plan::value::Date;

    fn window(day: WindowDay, zone: &str) -> Window {
        Window { day, from: value::Clock(120), to: value::Clock(360), zone: zone.to_owned() }
    }

    #[test]
    fn offsets_count_real_time_across_a_change_to_summer_time() {
        let window = window(WindowDay::On(Date { year: 2026, month: 3, day: 29 }), "Europe/Berlin");
        let clock = Clock::new(Some(&window));
        // 02:00 does not exist on that day; the window starts at 03:00.
        assert_eq!(clock.columns(Instant(-7_200)), ["Sun 2026-03-29 00:00", "Sat 2026-03-28 23:00"]);
        assert_eq!(clock.columns(Instant(3_600)), ["Sun 2026-03-29 04:00", "Sun 2026-03-29 02:00"]);
    }

    #[test]
    fn a_window_in_utc_has_one_column() {
        let window = window(WindowDay::On(Date { year: 2026, month: 3, day: 7 }), "UTC");
        let clock = Clock::new(Some(&window));
        assert_eq!(clock.columns(Instant(-86_400)), ["Fri 2026-03-06 02:00", ""]);
        assert_eq!(clock.when(Instant(0)), "T, Sat 2026-03-07 02:00 UTC");
        assert_eq!(clock.window(&window), "Saturday 2026-03-07, 02:00 to 06:00 UTC (4 h)");
    }

    #[test]
    fn a_weekly_window_tells_days_and_no_dates() {
        let window = window(WindowDay::Every("monday".to_owned()), "Europe/Berlin");
        let clock = Clock::new(Some(&window));
        assert_eq!(clock.columns(Instant(0)), ["Monday 02:00", ""]);
        assert_eq!(clock.columns(Instant(-10_800)), ["Sunday 23:00", ""]);
        assert_eq!(clock.columns(Instant(-8 * 86_400)), ["Sunday 02:00, a week before", ""]);
        assert_eq!(clock.window(&window), "every Monday, 02:00 to 06:00 Europe/Berlin (4 h)");
    }

    #[test]
    fn without_a_window_there_are_offsets_only() {
        assert_eq!(Clock::new(None).when(Instant(9_000)), "T+2h30m");
        assert!(matches!(Clock::new(Some(&window(WindowDay::On(Date { year: 2026, month: 2, day: 30 }), "UTC"))), Clock::None));
    }
}
