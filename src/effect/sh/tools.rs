//! The table of what programs do: `tools/*.facts`, which say in words where each fact comes from. The form of the table:
//!
//! ```text
//! tool NAME…              a program, by the names that it goes by
//! from WORDS              where the facts come from
//! ledger TABLE            where a tool of migrations keeps what it has run; `NAME=TABLE…` where its names differ in that
//! style plain|nocase|old  options of one dash are whole words; words without case; a first word of letters is options (`tar xf`)
//! with OPTION…            options that are followed by a value
//! glued OPTION…           options whose value is only ever a part of their word: `-pSECRET`
//! sub WORDS | WORDS       what follows holds for these operands: `sub image prune`
//! quiet                   it leaves no trace
//! filter                  it prints what it reads, perhaps in another form: what it is fed ends up where it writes
//! prints                  it prints its operands
//! format OPTION… LETTER=FORMAT… else FORMAT     in which form a dump is
//! scope OPTION… "WORDS"   what an option limits a dump to; `%` stands for its value
//! scope unless OPTION… "WORDS"   what it is limited to where none of these is said
//! wraps words N|--|-exec  a command stands there; `wraps more N`: further words come from what it reads
//! wraps joined N          words that a shell reads as a script
//! wraps text PLACE        a script stands there
//! sql DIALECT PLACE       SQL stands there
//! DEED KIND PLACE [when OPTION…] [unless OPTION…] : WHY
//! ```
//!
//! A deed is one of `reads`, `creates`, `writes`, `adds`, `changes`, `overwrites`, `removes`, `empties`, `destroys`, `starts`, `stops`,
//! `runs`; `runs` is what can't be read. A place is `each` operand, the operand `2`, those `from 2`, the `last`, all `but-last`, an
//! option's value `-o,--out`, an operand's value `of=`, standard `in` or `out`, or a name in quotes where no other place of the deed
//! names anything. A condition holds when one of its
//! options is there: `-f`, `--force`, `-X=POST` for one with that value, `word=pvc` for an operand `pvc` or `pvc/…`.

use std::collections::HashMap;
use std::sync::LazyLock;

/// The tables, by theme.
const TABLES: [&str; 5] = [
    include_str!("tools/shell.facts"),
    include_str!("tools/files.facts"),
    include_str!("tools/databases.facts"),
    include_str!("tools/platforms.facts"),
    include_str!("tools/migrations.facts"),
];

/// A program.
#[derive(Clone, Debug, Default)]
pub struct Tool {
    pub names: Vec<&'static str>,
    pub from: &'static str,
    ledgers: Vec<(&'static str, &'static str)>,
    /// Options of one dash are whole words: `-auto-approve`.
    pub plain: bool,
    pub nocase: bool,
    /// Its first operand may be options without a dash.
    pub old: bool,
    pub own: Facts,
    pub subs: Vec<Sub>,
}

/// What a program does with these first operands.
#[derive(Clone, Debug, Default)]
pub struct Sub {
    pub words: Vec<&'static str>,
    pub facts: Facts,
}

#[derive(Clone, Debug, Default)]
pub struct Facts {
    pub with: Vec<&'static str>,
    pub glued: Vec<&'static str>,
    pub quiet: bool,
    pub filter: bool,
    pub prints: bool,
    pub format: Option<Format>,
    pub scopes: Vec<(Vec<&'static str>, &'static str)>,
    /// What it is limited to unless one of these is said.
    pub unscopes: Vec<(Vec<&'static str>, &'static str)>,
    pub wraps: Option<Wraps>,
    pub sql: Vec<(&'static str, Place)>,
    pub deeds: Vec<Deed>,
}

#[derive(Clone, Debug, Default)]
pub struct Format {
    pub options: Vec<&'static str>,
    pub letters: Vec<(&'static str, &'static str)>,
    pub otherwise: &'static str,
}

/// Where a command stands in another's words.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Wraps {
    /// From this operand on, perhaps with more words that are read.
    Words(usize, bool),
    /// Behind `--`, or from the second operand on.
    Dashes,
    /// Behind one of these options, up to `;` or `+`.
    Exec,
    /// The operands from here on, joined.
    Joined(usize),
    Text(Place),
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Place {
    Each,
    Operand(usize),
    From(usize),
    Last,
    ButLast,
    Option(Vec<&'static str>),
    Value(&'static str),
    In,
    Out,
    Named(&'static str),
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Verb {
    Reads,
    Creates,
    Writes,
    Adds,
    Changes,
    Overwrites,
    Removes,
    Empties,
    Destroys,
    Starts,
    Stops,
    Runs,
}

const VERBS: [(&str, Verb); 12] = [
    ("reads", Verb::Reads),
    ("creates", Verb::Creates),
    ("writes", Verb::Writes),
    ("adds", Verb::Adds),
    ("changes", Verb::Changes),
    ("overwrites", Verb::Overwrites),
    ("removes", Verb::Removes),
    ("empties", Verb::Empties),
    ("destroys", Verb::Destroys),
    ("starts", Verb::Starts),
    ("stops", Verb::Stops),
    ("runs", Verb::Runs),
];

#[derive(Clone, Debug)]
pub struct Deed {
    pub verb: Verb,
    pub kind: &'static str,
    pub place: Place,
    pub when: Vec<&'static str>,
    pub unless: Vec<&'static str>,
    pub why: &'static str,
}

/// Returns the table in which a tool of migrations keeps what it has run.
pub fn ledger(name: &str) -> Option<&'static str> {
    tool(name)?.ledgers.iter().find(|(own, _)| *own == name).map(|(_, table)| *table)
}

/// Returns a program by its name.
pub fn tool(name: &str) -> Option<&'static Tool> {
    static TOOLS: LazyLock<HashMap<&'static str, Tool>> = LazyLock::new(|| {
        let tools = TABLES.iter().flat_map(|table| read(table).0);
        tools.flat_map(|tool| tool.names.clone().into_iter().map(move |name| (name, tool.clone()))).collect()
    });
    // `python3.11`, `pg_dump-15`.
    let plain = name.trim_end_matches(|c: char| c.is_ascii_digit() || c == '.').trim_end_matches('-');
    TOOLS.get(name).or_else(|| TOOLS.get(plain))
}

/// Reads a table; also returns the lines that are not understood.
fn read(table: &'static str) -> (Vec<Tool>, Vec<&'static str>) {
    let mut tools: Vec<Tool> = Vec::new();
    let mut wrong = Vec::new();
    // How many of the last subs the lines hold for; 0 for the tool itself.
    let mut open = 0;
    for line in table.lines().map(str::trim).filter(|line| !line.is_empty() && !line.starts_with('#')) {
        if let Some(names) = line.strip_prefix("tool ") {
            tools.push(Tool { names: names.split_whitespace().collect(), ..Tool::default() });
            open = 0;
            continue;
        }
        let (head, why) = line.split_once(" : ").unwrap_or((line, ""));
        let words = words(head);
        let Some((first, rest)) = words.split_first() else { continue };
        let Some(tool) = tools.last_mut() else {
            wrong.push(line);
            continue;
        };
        let understood = match *first {
            "from" => {
                tool.from = line.strip_prefix("from").unwrap_or_default().trim();
                true
            }
            "ledger" => {
                let all = |table| tool.names.iter().map(move |name| (*name, table));
                tool.ledgers = rest.iter().flat_map(|word| word.split_once('=').map_or(all(*word).collect(), |pair| vec![pair])).collect();
                tool.ledgers.len() == tool.names.len() && open == 0
            }
            "style" => {
                let is = |word: &str| rest.contains(&word);
                (tool.plain, tool.nocase, tool.old) = (is("plain"), is("nocase"), is("old"));
                rest.iter().all(|style| ["plain", "nocase", "old"].contains(style))
            }
            "sub" => {
                let subs = rest.split(|word| *word == "|");
                let before = tool.subs.len();
                tool.subs.extend(subs.map(|words| Sub { words: words.to_vec(), facts: Facts::default() }));
                open = tool.subs.len() - before;
                true
            }
            _ => {
                let from = tool.subs.len() - open;
                let facts = tool.subs[from..].iter_mut().map(|sub| &mut sub.facts);
                let own = (open == 0).then_some(&mut tool.own);
                facts.chain(own).all(|facts| fact(facts, first, rest, why))
            }
        };
        if !understood {
            wrong.push(line);
        }
    }
    (tools, wrong)
}

fn fact(facts: &mut Facts, first: &'static str, rest: &[&'static str], why: &'static str) -> bool {
    match (first, rest) {
        ("with", options) => facts.with.extend(options),
        ("glued", options) => facts.glued.extend(options),
        ("quiet", []) => facts.quiet = true,
        ("filter", []) => facts.filter = true,
        ("prints", []) => facts.prints = true,
        ("format", words) => {
            let mut format = Format::default();
            let mut words = words.iter();
            while let Some(word) = words.next() {
                match word.split_once('=') {
                    Some(pair) => format.letters.push(pair),
                    None if *word == "else" => format.otherwise = words.next().copied().unwrap_or_default(),
                    None => format.options.push(word),
                }
            }
            facts.format = Some(format);
        }
        ("scope", ["unless", options @ .., words]) => facts.unscopes.push((options.to_vec(), words)),
        ("scope", [options @ .., words]) => facts.scopes.push((options.to_vec(), words)),
        ("wraps", [form, at]) => {
            let operand = || at.parse::<usize>().ok();
            facts.wraps = match (*form, *at) {
                ("words", "--") => Some(Wraps::Dashes),
                ("words", "-exec") => Some(Wraps::Exec),
                ("words", _) => operand().map(|at| Wraps::Words(at, false)),
                ("more", _) => operand().map(|at| Wraps::Words(at, true)),
                ("joined", _) => operand().map(Wraps::Joined),
                ("text", _) => place(&[at]).map(|(place, _)| Wraps::Text(place)),
                _ => None,
            };
            return facts.wraps.is_some();
        }
        ("sql", [dialect @ ("postgres" | "mysql" | "sqlite"), at @ ..]) => match place(at) {
            Some((place, [])) => facts.sql.push((dialect, place)),
            _ => return false,
        },
        _ => return deed(facts, first, rest, why),
    }
    true
}

fn deed(facts: &mut Facts, first: &str, rest: &[&'static str], why: &'static str) -> bool {
    let verb = VERBS.iter().find(|(word, _)| *word == first).map(|(_, verb)| *verb);
    let (Some(verb), Some((kind, at))) = (verb, rest.split_first()) else { return false };
    let Some((place, mut rest)) = place(at) else { return false };
    let (mut when, mut unless) = (Vec::new(), Vec::new());
    let mut list = None;
    while let Some((word, more)) = rest.split_first() {
        rest = more;
        match (*word, &mut list) {
            ("when", _) => list = Some(&mut when),
            ("unless", _) => list = Some(&mut unless),
            (word, Some(list)) => list.push(word),
            (_, None) => return false,
        }
    }
    facts.deeds.push(Deed { verb, kind, place, when, unless, why });
    true
}

/// Reads a place; also returns what follows it.
fn place<'w>(words: &'w [&'static str]) -> Option<(Place, &'w [&'static str])> {
    let (first, rest) = words.split_first()?;
    Some(match *first {
        "each" => (Place::Each, rest),
        "from" => (Place::From(rest.first()?.parse().ok()?), &rest[1..]),
        "last" => (Place::Last, rest),
        "but-last" => (Place::ButLast, rest),
        "in" => (Place::In, rest),
        "out" => (Place::Out, rest),
        word if word.starts_with('-') => (Place::Option(word.split(',').collect()), rest),
        word if word.ends_with('=') => (Place::Value(word), rest),
        word => match word.parse() {
            Ok(at) => (Place::Operand(at), rest),
            // A name in quotes, which `words` has taken off.
            Err(_) => (Place::Named(word), rest),
        },
    })
}

/// Splits at blanks outside of quotes.
fn words(line: &'static str) -> Vec<&'static str> {
    let mut words = Vec::new();
    let mut rest = line.trim_start();
    while !rest.is_empty() {
        let (word, behind) = match rest.strip_prefix('"') {
            Some(quoted) => quoted.split_once('"').unwrap_or((quoted, "")),
            None => rest.split_at(rest.find(char::is_whitespace).unwrap_or(rest.len())),
        };
        words.push(word);
        rest = behind.trim_start();
    }
    words
}

#[cfg(test)]
mod tests {
    use super::{Facts, TABLES, read};

    #[test]
    fn every_line_is_understood_and_every_tool_says_where_its_facts_come_from() {
        let mut names = Vec::new();
        for table in TABLES {
            let (tools, wrong) = read(table);
            assert_eq!(wrong, Vec::<&str>::new());
            for tool in tools {
                assert!(!tool.from.is_empty(), "{:?} has no source", tool.names);
                let silent = |facts: &Facts| {
                    !facts.quiet
                        && !facts.filter
                        && facts.wraps.is_none()
                        && facts.sql.is_empty()
                        && facts.deeds.is_empty()
                        && facts.with.is_empty()
                };
                assert!(!silent(&tool.own) || !tool.subs.is_empty(), "{:?} says nothing", tool.names);
                for sub in &tool.subs {
                    assert!(!silent(&sub.facts), "{:?} {:?} says nothing", tool.names, sub.words);
                }
                names.extend(tool.names);
            }
        }
        let mut once = names.clone();
        once.sort_unstable();
        once.dedup();
        assert_eq!(once.len(), names.len(), "a tool stands twice");
    }
}
