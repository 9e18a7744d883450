//! What differs between servers of one dialect and between their versions. What a version does not know stands in `versions.facts`, each
//! fact with its source; what is only decided by a version asks here. What only other servers know stands in `foreign.facts`.
//!
//! A version that is not given, or less exactly than a fact needs, decides nothing: then what holds is what holds for all.

use std::ops::Range;
use std::sync::LazyLock;

use super::Dialect;
use super::lexis::TokenKind;
use super::words::Words;
use crate::plan::target::{Target, TargetKind};

/// A version, as far as it is given: `15`, `8.0`, `10.11`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Version {
    parts: [u32; 3],
    count: usize,
}

impl Version {
    fn of(text: &str) -> Option<Version> {
        let mut version = Version { parts: [0; 3], count: 0 };
        for part in text.split('.').take(3) {
            version.parts[version.count] = part.parse().ok()?;
            version.count += 1;
        }
        Some(version)
    }

    /// Returns whether it is surely older.
    fn is_before(self, other: Version) -> bool {
        let count = self.count.min(other.count);
        self.parts[..count] < other.parts[..count]
    }

    /// Returns whether it is surely as new, or newer.
    fn is_from(self, other: Version) -> bool {
        let count = self.count.min(other.count);
        let rest = other.parts[count..].iter().all(|part| *part == 0);
        self.parts[..count] > other.parts[..count] || self.parts[..count] == other.parts[..count] && rest
    }
}

/// A server: its make, and its version where the plan says it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Server {
    pub dialect: Dialect,
    make: TargetKind,
    version: Option<Version>,
}

impl Server {
    /// Returns the server behind a target; `None` for those without SQL.
    pub fn of(target: &Target) -> Option<Server> {
        let version = target.server_version.as_ref().and_then(|version| Version::of(&version.value));
        Some(Server { dialect: Dialect::of(target.kind.value)?, make: target.kind.value, version })
    }

    /// Returns whether it is one of this make, surely older than a version.
    pub fn is_before(&self, make: TargetKind, version: &str) -> bool {
        self.make == make && self.version.zip(Version::of(version)).is_some_and(|(own, other)| own.is_before(other))
    }

    /// Returns whether it is one of this make, surely as new as a version.
    pub fn is_from(&self, make: TargetKind, version: &str) -> bool {
        self.make == make && self.version.zip(Version::of(version)).is_some_and(|(own, other)| own.is_from(other))
    }

    fn knows(&self, fact: &Fact) -> bool {
        match fact.when {
            When::Since(version) => !self.version.is_some_and(|own| own.is_before(version)),
            When::Until(version) => !self.version.is_some_and(|own| own.is_from(version)),
            When::Never | When::Foreign => false,
        }
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum When {
    Since(Version),
    Until(Version),
    Never,
    /// It is the language of another server.
    Foreign,
}

/// Something that some servers do not know.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fact {
    makes: Vec<TargetKind>,
    when: When,
    /// Groups of tokens that stand in this order, each in one piece.
    words: Vec<Vec<&'static str>>,
    /// The first group stands at the beginning.
    anchored: bool,
    /// For people.
    pub name: &'static str,
    /// Where it is written; of what is foreign, whose it is: `MySQL's`.
    pub source: &'static str,
    /// `15+`, `<15`, `never`, empty of what is foreign.
    versions: &'static str,
}

impl Fact {
    /// Returns since or until when the server knows it, for people; `None`: no version does.
    pub fn bound(&self) -> Option<String> {
        match self.when {
            When::Since(_) => Some(format!("from {} on", self.versions.trim_end_matches('+'))),
            When::Until(_) => Some(format!("before {}", self.versions.trim_start_matches('<'))),
            When::Never | When::Foreign => None,
        }
    }

    /// Returns whether it is the language of another server.
    pub fn is_foreign(&self) -> bool {
        self.when == When::Foreign
    }

    fn is_in(&self, words: &Words<'_>) -> bool {
        let mut at = 0;
        for (index, group) in self.words.iter().enumerate() {
            let fits = |from: &usize| group.iter().enumerate().all(|(offset, word)| is(words, from + offset, word));
            // What is given a name is none of the server's.
            let named = |from: &usize| *from > 0 && words.is(from - 1, "as");
            let found = match index == 0 && self.anchored {
                true => Some(0).filter(fits),
                false => (at..words.len()).find(|from| fits(from) && !named(from)),
            };
            let Some(found) = found else { return false };
            at = found + group.len();
        }
        true
    }
}

fn is(words: &Words<'_>, index: usize, word: &str) -> bool {
    match word.as_bytes() {
        b"_" => matches!(words.kind(index), Some(TokenKind::Word | TokenKind::Name)) && !words.is(index, "on"),
        b"'" => words.kind(index) == Some(TokenKind::Text),
        // A lone `$` counts as a number where it might be a parameter.
        b"$" => words.text(index) == "$",
        [sign] if !sign.is_ascii_alphabetic() => words.is_sign(index, *sign),
        _ => words.is(index, word),
    }
}

static FACTS: LazyLock<Vec<Fact>> = LazyLock::new(|| {
    let lines = include_str!("versions.facts").lines().filter(|line| !line.is_empty() && !line.starts_with('#'));
    let foreign = include_str!("foreign.facts").lines().filter(|line| !line.is_empty() && !line.starts_with('#'));
    let foreign = foreign.map(|line| elsewhere(line).unwrap_or_else(|| panic!("foreign.facts: {line}")));
    foreign.chain(lines.map(|line| fact(line).unwrap_or_else(|| panic!("versions.facts: {line}")))).collect()
});

fn make(word: &str) -> Option<TargetKind> {
    [TargetKind::Postgres, TargetKind::Mysql, TargetKind::Mariadb, TargetKind::Sqlite].into_iter().find(|kind| kind.word() == word)
}

fn groups(words: &'static str) -> Vec<Vec<&'static str>> {
    words.split('…').map(|group| group.split_whitespace().collect()).filter(|group: &Vec<_>| !group.is_empty()).collect()
}

fn elsewhere(line: &'static str) -> Option<Fact> {
    let (makes, rest) = line.split_once(" : ")?;
    let makes: Vec<TargetKind> = makes.split_whitespace().map(make).collect::<Option<_>>()?;
    let mut parts = rest.rsplitn(3, " : ").map(str::trim);
    let (source, name, words) = (parts.next()?, parts.next()?, parts.next()?);
    let anchored = !words.starts_with('…');
    let words = groups(words);
    (!words.is_empty()).then_some(Fact { makes, when: When::Foreign, words, anchored, name, source, versions: "" })
}

fn fact(line: &'static str) -> Option<Fact> {
    let mut parts = line.split(" : ").map(str::trim);
    let (kind, versions) = parts.next()?.split_once(' ')?;
    let versions = versions.trim();
    let words = parts.next()?;
    let when = match (versions.strip_suffix('+'), versions.strip_prefix('<')) {
        (Some(since), _) => When::Since(Version::of(since)?),
        (_, Some(until)) => When::Until(Version::of(until)?),
        _ => Some(When::Never).filter(|_| versions == "never")?,
    };
    let makes = vec![make(kind)?];
    let groups = groups(words);
    let (name, source) = (parts.next()?, parts.next()?);
    let whole = parts.next().is_none() && !groups.is_empty();
    whole.then_some(Fact { makes, when, words: groups, anchored: !words.starts_with('…'), name, source, versions })
}

/// Returns what a statement says that its server does not know, with the bytes of the statement.
pub fn unfit(words: &Words<'_>, server: &Server) -> Option<(Range<usize>, &'static Fact)> {
    let first = words.token(0)?;
    let last = words.token(words.len().checked_sub(1)?)?;
    let named = |word: &str| (0..words.len()).any(|index| is(words, index, word));
    let mut facts = FACTS.iter().filter(|fact| fact.makes.contains(&server.make) && !server.knows(fact));
    // The word that an unanchored fact begins with is seldom there.
    let found = facts.find(|fact| (fact.anchored || named(fact.words[0][0])) && fact.is_in(words))?;
    Some((first.start as usize..last.end as usize, found))
}

#[cfg(test)]
mod tests {
    use super::{FACTS, Version};

    #[test]
    fn every_line_is_a_fact_with_its_source() {
        assert!(FACTS.len() > 70, "only {}", FACTS.len());
        for fact in FACTS.iter() {
            assert!(!fact.name.is_empty() && !fact.source.is_empty(), "{fact:?}");
        }
    }

    #[test]
    fn a_version_decides_only_what_it_says() {
        let is_before = |own: &str, other: &str| Version::of(own).zip(Version::of(other)).is_some_and(|(own, other)| own.is_before(other));
        let is_from = |own: &str, other: &str| Version::of(own).zip(Version::of(other)).is_some_and(|(own, other)| own.is_from(other));
        for (own, other) in [("10.11", "11"), ("5.7", "8.0"), ("3.9", "3.35"), ("10.5.1", "10.5.2"), ("14", "15.2")] {
            assert!(is_before(own, other) && !is_from(own, other), "{own} {other}");
        }
        for (own, other) in [("15", "15"), ("8", "8.0"), ("15.4", "15"), ("3.40.1", "3.35"), ("18", "9.6")] {
            assert!(is_from(own, other) && !is_before(own, other), "{own} {other}");
        }
        for (own, other) in [("8", "8.0.13"), ("10.5", "10.5.2")] {
            assert!(!is_before(own, other) && !is_from(own, other), "{own} {other}");
        }
        assert_eq!(Version::of("latest"), None);
    }
}
