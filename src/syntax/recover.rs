//! A declaration that the grammar refused, statement by statement: what is sound lives on, what is not becomes junk
//! with one precise finding.

use pest::Parser;
use pest::error::{ErrorVariant, InputLocation};

use crate::diagnostic::{Diagnostic, nearest};
use crate::source::{FileId, Span};

use super::grammar::{Grammar, Rule, lone, words};
use super::keyword::{Context, contexts_of, find, words_in};
use super::lower::{self, Base};
use super::scan::Cut;
use super::tree::{Block, Statement, StatementKind, Trivia};

/// Reads what can be read of `cut`, and says what can't.
pub fn statement(text: &str, file: FileId, context: Context, cut: &Cut, findings: &mut Vec<Diagnostic>) -> Statement {
    let head = &text[cut.start..cut.head_end];
    let word = first_word(head);
    let known = find(context, word);
    let mut statement = match known {
        Some(_) => read_head(text, file, context, cut, findings).unwrap_or_else(|| junk(file, cut, word)),
        None => {
            findings.push(unknown_keyword(text, file, context, cut, word));
            junk(file, cut, word)
        }
    };
    statement.span = Span::new(file, cut.start, cut.end);
    if let Some(block) = &cut.block {
        let inner = known
            .and_then(|keyword| keyword.block)
            .or_else(|| nearest(word, words_in(context)).and_then(|near| find(context, near)).and_then(|keyword| keyword.block))
            .or_else(|| contexts_of(word).find_map(|other| find(other, word).and_then(|keyword| keyword.block)));
        let end = block.close.map_or(cut.end, |close| close + 1);
        let mut statements: Vec<Statement> = match inner {
            Some(inner) => block.statements.iter().map(|cut| self::statement(text, file, inner, cut, findings)).collect(),
            None => Vec::new(),
        };
        let (opening, trivia) = if inner.is_some() {
            let to = block.close.unwrap_or(cut.end);
            lower::attach(text, file, block.open + 1, to, &mut statements, true)
        } else {
            (None, Trivia::default())
        };
        statement.block = Some(Block { span: Span::new(file, block.open, end), opening, statements, end: trivia });
    }
    statement
}

/// Parses a statement's head with an empty block behind it, where one follows.
fn read_head(text: &str, file: FileId, context: Context, cut: &Cut, findings: &mut Vec<Diagnostic>) -> Option<Statement> {
    let head = &text[cut.start..cut.head_end];
    // The blank lets pest reach the value that is missing at the end, so that it can be named.
    let alone = format!("{head} {}", if cut.block.is_some() { "{}" } else { "" });
    match Grammar::parse(lone(context), &alone) {
        Ok(mut pairs) => {
            let pair = pairs.next()?.into_inner().next()?;
            let mut statement = lower::statement(Base { text: &alone, file, offset: 0 }, pair);
            shift(&mut statement, cut.start);
            statement.block = None;
            Some(statement)
        }
        Err(error) => {
            findings.push(explain(text, file, context, cut, &expectation(lone(context), &alone, &error)));
            None
        }
    }
}

/// What the grammar would have taken, and where.
struct Expected {
    /// Offset in the head.
    at: usize,
    /// Connecting words of the grammar.
    words: Vec<String>,
    /// Values, in the words of the language.
    values: Vec<&'static str>,
}

/// Asks pest again, this time for the words that it tried: they are not rules, so its error does not name them.
fn expectation(rule: Rule, alone: &str, error: &pest::error::Error<Rule>) -> Expected {
    let (InputLocation::Pos(mut at) | InputLocation::Span((mut at, _))) = error.location;
    let mut values: Vec<&'static str> = Vec::new();
    if let ErrorVariant::ParsingError { positives, .. } = &error.variant {
        for value in positives.iter().filter_map(|rule| words(*rule)) {
            if !values.contains(&value) {
                values.push(value);
            }
        }
    }
    // The switch is the process's: another thread that parses meanwhile is slower, not wrong.
    pest::set_error_detail(true);
    let detailed = Grammar::parse(rule, alone).err();
    pest::set_error_detail(false);
    let mut tried: Vec<String> = Vec::new();
    if let Some(attempts) = detailed.and_then(|error| error.parse_attempts())
        && attempts.max_position >= at
        && alone[..attempts.max_position].ends_with([' ', '\t', '\n'])
    {
        for token in attempts.expected_tokens() {
            // A literal prints as itself; ranges and builtin rules print as nothing that is a word.
            let token = token.to_string();
            if token.len() > 1 && token.bytes().all(|byte| byte.is_ascii_lowercase() || byte == b'-' || byte == b'_') {
                tried.push(token);
            }
        }
        if attempts.max_position > at && !tried.is_empty() {
            at = attempts.max_position;
            values.clear();
        }
    }
    Expected { at, words: tried, values }
}

/// Moves the spans of a statement without block.
fn shift(statement: &mut Statement, by: usize) {
    let by = by as u32;
    for span in [&mut statement.keyword, &mut statement.span].into_iter().chain(statement.parts.iter_mut().map(|part| &mut part.span)) {
        span.start += by;
        span.end += by;
    }
}

/// Says what the grammar expected, in the words of the language.
fn explain(text: &str, file: FileId, context: Context, cut: &Cut, expected: &Expected) -> Diagnostic {
    let word = first_word(&text[cut.start..cut.head_end]);
    let at = (cut.start + expected.at).min(cut.head_end);
    let rest = text[at..cut.head_end].trim_start();
    let start = cut.head_end - rest.len();
    let found = found_token(rest);
    let (span, label) = if found.is_empty() {
        let brace = cut.block.as_ref().map_or(start, |block| block.open + 1);
        (Span::new(file, start.min(brace), brace.max(start)), "missing here".to_owned())
    } else {
        let quoted = if found.starts_with('`') { clip(found) } else { format!("`{}`", clip(found)) };
        (Span::new(file, start, start + found.len()), format!("found {quoted}"))
    };
    let mut choices: Vec<String> = expected.words.iter().map(|word| format!("`{word}`")).collect();
    let line_end = expected.values.contains(&END_OF_LINE);
    // A value that is one of some words was tried word by word, and is named so already.
    let is_new = |value: &&&str| {
        **value != END_OF_LINE && !(value.contains('`') && each_word(value).all(|word| expected.words.iter().any(|known| known == word)))
    };
    choices.extend(expected.values.iter().filter(is_new).map(|value| (*value).to_owned()));
    if line_end && (choices.is_empty() || !expected.words.is_empty()) {
        choices.push(END_OF_LINE.to_owned());
    }
    let behind = &text[cut.start + word.len()..start.max(cut.start + word.len())];
    let marked = (behind.trim().is_empty() && found.starts_with(['=', ':'])) || found.strip_prefix(word) == Some(":");
    let message = match (choices.len(), found) {
        _ if marked => format!("between `{word}` and its value stands nothing"),
        (_, ",") if line_end => "a list does not end with a comma".to_owned(),
        (0, _) => format!("`{word}` is not complete"),
        _ => format!("expected {}", either(&choices)),
    };
    let meant = nearest(found, expected.words.iter().map(String::as_str)).filter(|near| *near != found);
    let mut finding = Diagnostic::error("syntax/unexpected", span, message, label);
    finding.help = match (meant, habit(word, found, &expected.values), find(context, word)) {
        (Some(near), _, _) => Some(format!("did you mean `{near}`?")),
        (None, Some(habit), _) => Some(habit),
        (None, None, Some(keyword)) => Some(format!("the form is `{}`", keyword.form)),
        (None, None, None) => None,
    };
    finding
}

/// Returns what stands between backticks.
fn each_word(value: &str) -> impl Iterator<Item = &str> {
    value.split('`').skip(1).step_by(2)
}

/// How a change begins that can't be taken back.
const IRREVERSIBLE: &str = "a change that can't be undone begins with `irreversible change NAME`";

/// What to type in place of a spelling that other languages have.
fn habit(word: &str, found: &str, expected: &[&str]) -> Option<String> {
    if word == "undo" && matches!(found, "none" | "no" | "never" | "nothing" | "impossible" | "irreversible") {
        return Some(format!("{IRREVERSIBLE}, and needs no `undo`"));
    }
    let wants = |rule: Rule| words(rule).is_some_and(|value| expected.contains(&value));
    let first = found.chars().next()?;
    if wants(Rule::fence) && found.starts_with("```") {
        return Some("write the language behind the backticks: sql, sh, bash, md, diff or promql".to_owned());
    }
    if wants(Rule::duration) && first.is_ascii_digit() {
        return Some("a duration is a number and its unit without a blank: `90s`, `15m`, `2h`, `1h30m`, `7d`, `2w`".to_owned());
    }
    if (wants(Rule::string) || wants(Rule::name)) && first == '\'' {
        return Some("text stands in double quotes: `\"…\"`".to_owned());
    }
    if wants(Rule::name) {
        let bare = found.trim_matches('"');
        let lower = bare.to_lowercase();
        let name = Grammar::parse(Rule::name, &lower).is_ok_and(|pairs| pairs.as_str() == lower);
        return match (name, bare != found) {
            (true, true) if lower == bare => Some(format!("a name stands without quotes: `{bare}`")),
            (true, false) if lower != bare => Some(format!("names are written in lower case: `{lower}`")),
            _ => None,
        };
    }
    None
}

/// What [`words`] calls the end of the text that a statement is parsed from.
const END_OF_LINE: &str = "the end of the line";

fn unknown_keyword(text: &str, file: FileId, context: Context, cut: &Cut, word: &str) -> Diagnostic {
    let span = Span::new(file, cut.start, cut.start + word.len().max(text[cut.start..].chars().next().map_or(0, char::len_utf8)));
    if word.is_empty() {
        return Diagnostic::error(
            "syntax/unexpected",
            span,
            "a statement begins with its keyword",
            format!("no keyword {}", context.place()),
        )
        .help(format!("{} these begin a statement: {}", context.place(), list(context)));
    }
    let elsewhere: Vec<&str> = contexts_of(word).map(Context::place).collect();
    let finding = if elsewhere.is_empty() {
        Diagnostic::error(
            "syntax/unknown-keyword",
            span,
            format!("unknown keyword `{}`", clip(word)),
            format!("not a keyword {}", context.place()),
        )
    } else {
        Diagnostic::error(
            "syntax/unknown-keyword",
            span,
            format!("`{word}` can't stand {}", context.place()),
            format!("it stands {}", shorten(&elsewhere)),
        )
    };
    let here = || format!("{} these begin a statement: {}", context.place(), list(context));
    match nearest(word, words_in(context)).filter(|near| *near != word) {
        _ if word == "irreversible" && context == Context::Change => finding.help(IRREVERSIBLE),
        // A word of the language is spelled as it was meant.
        _ if !elsewhere.is_empty() => finding.help(format!("move it there; {}", here())),
        Some(near) => finding.help(format!("did you mean `{near}`?")),
        None => finding.help(here()),
    }
}

fn junk(file: FileId, cut: &Cut, word: &str) -> Statement {
    Statement {
        kind: StatementKind::Junk,
        keyword: Span::new(file, cut.start, cut.start + word.len()),
        span: Span::new(file, cut.start, cut.end),
        parts: Vec::new(),
        block: None,
        before: Trivia::default(),
        trailing: None,
    }
}

fn first_word(head: &str) -> &str {
    let length = head.bytes().take_while(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_')).count();
    &head[..length]
}

/// Returns the token that `rest` begins with, for the label.
fn found_token(rest: &str) -> &str {
    let end = match rest.as_bytes().first() {
        None => 0,
        Some(b'"') => rest[1..].find('"').map_or(rest.len(), |at| at + 2),
        Some(b',') => 1,
        Some(_) => rest.find([' ', '\t', '\r', '\n', ',', '{']).map_or(rest.len(), |at| at.max(1)),
    };
    let line = rest.find('\n').unwrap_or(rest.len());
    let mut end = end.min(line);
    while !rest.is_char_boundary(end) {
        end += 1;
    }
    &rest[..end]
}

fn clip(text: &str) -> String {
    match text.char_indices().nth(40) {
        Some((at, _)) => format!("{}…", &text[..at]),
        None => text.to_owned(),
    }
}

fn either<T: AsRef<str>>(words: &[T]) -> String {
    let words: Vec<&str> = words.iter().map(AsRef::as_ref).collect();
    match words.as_slice() {
        [] => String::new(),
        [one] => (*one).to_owned(),
        [first @ .., last] => format!("{} or {last}", first.join(", ")),
    }
}

fn shorten(places: &[&str]) -> String {
    match places {
        [first, second, third, _, ..] => format!("{first}, {second}, {third} and elsewhere"),
        few => either(few),
    }
}

fn list(context: Context) -> String {
    let mut seen: Vec<String> = Vec::new();
    for word in words_in(context) {
        let ticked = format!("`{word}`");
        if !seen.contains(&ticked) {
            seen.push(ticked);
        }
    }
    seen.join(", ")
}
