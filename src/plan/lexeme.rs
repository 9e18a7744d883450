//! Lexemes to values: durations, instants, dates, strings, fences. Each says what is wrong in words for a finding.

use crate::source::{FileId, Span};

use super::action::{Code, Language};
use super::value::{Clock, Comparison, Date, Instant};

/// What is wrong with a lexeme, and what to type.
pub type Fault = (String, &'static str);

/// Units of durations, largest first, with their seconds.
const UNITS: [(char, u64); 5] = [('w', 604_800), ('d', 86_400), ('h', 3_600), ('m', 60), ('s', 1)];

/// Returns the seconds of `1h30m`.
pub fn duration(text: &str) -> Result<u64, Fault> {
    const HELP: &str = "write weeks, days, hours, minutes and seconds, largest first: `1h30m`";
    let mut total: u64 = 0;
    let mut last = UNITS.len();
    let mut digits = String::new();
    for character in text.chars() {
        if character.is_ascii_digit() {
            digits.push(character);
            continue;
        }
        let Some(unit) = UNITS.iter().position(|(name, _)| *name == character) else {
            return Err((format!("`{text}` has the unknown unit `{character}`"), HELP));
        };
        if last != UNITS.len() && unit == last {
            return Err((format!("`{text}` has the unit `{character}` twice"), HELP));
        }
        if last != UNITS.len() && unit < last {
            return Err((format!("the units of `{text}` are not in descending order"), HELP));
        }
        last = unit;
        let seconds =
            digits.parse::<u64>().ok().and_then(|count| count.checked_mul(UNITS[unit].1)).and_then(|seconds| total.checked_add(seconds));
        match seconds {
            // A hundred years are more than anybody plans, and keep every later sum far from overflow.
            Some(seconds) if seconds <= 3_155_760_000 => total = seconds,
            _ => return Err((format!("`{text}` is longer than a hundred years"), "give the duration that is meant")),
        }
        digits.clear();
    }
    Ok(total)
}

/// Returns a duration in words as short as the language allows: `1h30m`.
pub fn duration_text(seconds: u64) -> String {
    if seconds == 0 {
        return "0m".to_owned();
    }
    let mut rest = seconds;
    let mut text = String::new();
    for (name, unit) in UNITS.into_iter().skip(1) {
        if rest >= unit {
            text.push_str(&format!("{}{name}", rest / unit));
            rest %= unit;
        }
    }
    text
}

/// Returns the instant of `T-24h`.
pub fn instant(text: &str) -> Result<Instant, Fault> {
    let rest = &text[1..];
    match rest.chars().next() {
        None => Ok(Instant(0)),
        Some('-') => duration(&rest[1..]).map(|seconds| Instant(-(seconds as i64))),
        Some(_) => duration(&rest[1..]).map(|seconds| Instant(seconds as i64)),
    }
}

/// Returns an instant as it is written: `T+2h30m`.
pub fn instant_text(instant: Instant) -> String {
    match instant.0 {
        0 => "T".to_owned(),
        after if after > 0 => format!("T+{}", duration_text(after as u64)),
        before => format!("T-{}", duration_text(before.unsigned_abs())),
    }
}

/// Returns the date of `2027-03-06`, if the calendar has it.
pub fn date(text: &str) -> Result<Date, Fault> {
    let fault = || (format!("the calendar has no `{text}`"), "write year, month and day: `2027-03-06`");
    let mut fields = text.split('-').map(|field| field.parse::<i16>().ok());
    let (Some(Some(year)), Some(Some(month)), Some(Some(day))) = (fields.next(), fields.next(), fields.next()) else {
        return Err(fault());
    };
    let (Ok(month), Ok(day)) = (i8::try_from(month), i8::try_from(day)) else { return Err(fault()) };
    match jiff::civil::Date::new(year, month, day) {
        Ok(date) => Ok(Date { year: date.year() as u16, month: date.month() as u8, day: date.day() as u8 }),
        Err(_) => Err(fault()),
    }
}

/// Returns the time of day of `02:00`; `24:00` is none.
pub fn clock(text: &str) -> Result<Clock, Fault> {
    let (hours, minutes) = text.split_once(':').unwrap_or((text, ""));
    match (hours.parse::<u16>(), minutes.parse::<u16>()) {
        (Ok(hours @ 0..=23), Ok(minutes @ 0..=59)) => Ok(Clock(hours * 60 + minutes)),
        _ => Err((format!("no day has the time `{text}`"), "write hours and minutes from `00:00` to `23:59`")),
    }
}

/// Checks a number with or without unit: `0.5`, `5%`, `20GiB`.
pub fn number(text: &str) -> Result<(), Fault> {
    if text.ends_with("iB") && !text.trim_end_matches("iB").ends_with(['K', 'M', 'G', 'T']) {
        return Err((format!("`{text}` has an unknown unit"), "write `B`, `KB`, `KiB`, `MB`, `MiB`, `GB`, `GiB`, `TB` or `TiB`"));
    }
    Ok(())
}

/// Returns the comparison that a sign stands for.
pub fn comparison(text: &str) -> Comparison {
    match text {
        ">" => Comparison::Greater,
        ">=" => Comparison::GreaterOrEqual,
        "<" => Comparison::Less,
        "<=" => Comparison::LessOrEqual,
        "!=" => Comparison::NotEqual,
        _ => Comparison::Equal,
    }
}

/// Returns the text between the quotes, escapes resolved; a fault comes with the range of the bad escape in `quoted`.
pub fn string(quoted: &str) -> Result<String, (std::ops::Range<usize>, Fault)> {
    const HELP: &str = "the escapes are `\\\"`, `\\\\`, `\\n`, `\\t` and `\\u{…}`";
    let inner = &quoted[1..quoted.len() - 1];
    let mut text = String::with_capacity(inner.len());
    let mut characters = inner.char_indices();
    while let Some((at, character)) = characters.next() {
        if character != '\\' {
            text.push(character);
            continue;
        }
        let start = at + 1;
        match characters.next() {
            Some((_, '"')) => text.push('"'),
            Some((_, '\\')) => text.push('\\'),
            Some((_, 'n')) => text.push('\n'),
            Some((_, 't')) => text.push('\t'),
            Some((_, 'u')) => {
                let rest = &inner[at + 2..];
                let end = rest.find('}').filter(|_| rest.starts_with('{'));
                let digits = end.map(|end| &rest[1..end]).filter(|digits| digits.bytes().all(|digit| digit.is_ascii_hexdigit()));
                let code =
                    digits.and_then(|digits| u32::from_str_radix(digits, 16).ok()).and_then(char::from_u32).filter(|code| *code != '\0');
                let (Some(end), Some(code)) = (end, code) else {
                    return Err((start..start + 2, ("`\\u` needs a character's number in braces, and not zero".to_owned(), HELP)));
                };
                text.push(code);
                for _ in 0..rest[..=end].chars().count() {
                    characters.next();
                }
            }
            other => {
                let (length, shown) = other.map_or((0, ' '), |(_, other)| (other.len_utf8(), other));
                return Err((start..start + 1 + length, (format!("unknown escape `\\{shown}`"), HELP)));
            }
        }
    }
    Ok(text)
}

/// A fence's text, or the line that is indented less than the closing fence. What all lines share of indentation is
/// taken off, so that a file's content, a here-document or a `#!` line reach the bundle as they were meant.
pub fn fence(file: FileId, source: &str, span: Span) -> Result<Code, (Span, Fault)> {
    let raw = &source[span.range()];
    let ticks = raw.bytes().take_while(|byte| *byte == b'`').count();
    let first_end = raw.find('\n').map_or(raw.len(), |at| at + 1);
    let language = raw[ticks..first_end].trim();
    let last_start = raw.rfind('\n').map_or(0, |at| at + 1);
    let closing = indentation(&raw[last_start..]);
    let body = raw.get(first_end..last_start).unwrap_or_default();
    let mut shared: Option<&str> = None;
    let mut at = first_end;
    for line in body.split_inclusive('\n') {
        let text = line.trim_end_matches(['\n', '\r']);
        if !text.trim().is_empty() {
            let own = indentation(text);
            if !own.starts_with(closing) {
                let start = span.start as usize + at;
                let place = Span::new(file, start, start + text.len());
                let (message, help) = if !closing.starts_with(own) {
                    (
                        "this line is indented with other blanks than the fence's closing line",
                        "indent every line of a fence with the same tabs or spaces as the backticks that close it",
                    )
                } else {
                    (
                        "this line is indented less than the fence's closing line",
                        "indent every line of a fence at least as far as the backticks that close it",
                    )
                };
                return Err((place, (message.to_owned(), help)));
            }
            shared = Some(shared.map_or(own, |shared| common(shared, own)));
        }
        at += line.len();
    }
    let prefix = shared.unwrap_or_default();
    let mut text = String::with_capacity(body.len());
    for line in body.split_inclusive('\n') {
        let line = line.trim_end_matches(['\n', '\r']);
        if !line.trim().is_empty() {
            text.push_str(line.strip_prefix(prefix).unwrap_or(line));
        }
        text.push('\n');
    }
    let code = Code::new(Language::named(language), text, span);
    Ok(Code { body_start: span.start + first_end as u32, indent: prefix.len() as u32, ..code })
}

/// Returns the blanks that a line begins with.
fn indentation(line: &str) -> &str {
    &line[..line.len() - line.trim_start_matches([' ', '\t']).len()]
}

/// Returns what both begin with.
fn common<'t>(a: &'t str, b: &str) -> &'t str {
    &a[..a.bytes().zip(b.bytes()).take_while(|(a, b)| a == b).count()]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn durations_add_up_and_refuse_what_is_out_of_order() {
        assert_eq!(duration("1h30m"), Ok(5_400));
        assert_eq!(duration("2w"), Ok(1_209_600));
        assert!(duration("30m1h").is_err());
        assert!(duration("5y").is_err());
        assert!(duration("99999999999999999999h").is_err());
        assert_eq!(duration_text(5_430), "1h30m30s");
        assert_eq!(duration_text(1_209_600), "14d");
    }

    #[test]
    fn fences_lose_the_indentation_that_their_lines_share() {
        let source = "```sh\n    if x; then\n\n      y\n    fi\n  ```";
        let code = fence(FileId(0), source, Span::new(FileId(0), 0, source.len())).expect("it is sound");
        assert_eq!((code.text.as_str(), code.indent), ("if x; then\n\n  y\nfi\n", 4));
        let y = code.text.find('y').expect("it is there");
        assert_eq!(&source[code.place(source, &(y..y + 1)).range()], "y");
        let short = "```sh\n x\n  ```";
        assert!(fence(FileId(0), short, Span::new(FileId(0), 0, short.len())).is_err());
    }

    #[test]
    fn strings_resolve_escapes_and_point_at_bad_ones() {
        assert_eq!(string(r#""a \"b\" \\ \u{e9}""#), Ok("a \"b\" \\ é".to_owned()));
        assert_eq!(string(r#""x \q""#).unwrap_err().0, 3..5);
        assert!(string(r#""\u{110000}""#).is_err());
        assert!(string(r#""\u{0}""#).is_err());
    }

    #[test]
    fn instants_and_dates_are_those_of_the_calendar() {
        assert_eq!(instant("T-24h"), Ok(Instant(-86_400)));
        assert_eq!(instant_text(Instant(9_000)), "T+2h30m");
        assert!(date("2026-02-30").is_err());
        assert!(date("2028-02-29").is_ok());
        assert!(clock("24:00").is_err());
    }
}
