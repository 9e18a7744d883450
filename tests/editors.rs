//! What `editors/` shows against what the parser reads: the word lists are those of the keyword table and the grammar, and every
//! token of every example looks in each editor like what it is. Each editor is asked by its own program.
//!
//! What is missing is a failure: `tools/setup test` installs it.

mod treesitter;
mod vim;
mod vscode;

use std::collections::BTreeSet;
use std::path::PathBuf;

use pest_meta::ast::Expr;
use pest_meta::parser as meta;
use rbk::source::{Sources, Span};
use rbk::syntax;
use rbk::syntax::keyword::{KEYWORDS, RESERVED};
use rbk::syntax::tree::{Block, Comment, PartKind, Statement, Trivia};

use crate::corpus;

/// What an editor has to tell apart.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Class {
    /// The word that a statement begins with.
    Keyword,
    /// A word that connects values, or one of a few to choose from.
    Word,
    Name,
    String,
    /// The opening backticks of a fence.
    Fence,
    /// Durations, numbers, times, dates and instants.
    Number,
    Operator,
    Variable,
    Rule,
    Comment,
    Zone,
    /// SQL's own: objects and types.
    Sql,
    Comma,
    /// What stands inside a fence.
    Code,
}

/// A place in a file, and what stands there.
pub struct Token {
    pub path: PathBuf,
    pub line: usize,
    /// Of the first byte, from 1.
    pub column: usize,
    pub class: Class,
    pub text: String,
}

/// Returns every token of every example and fixture, as the parser reads it.
pub fn tokens() -> Vec<Token> {
    let mut tokens = Vec::new();
    for (name, text) in corpus::plans() {
        for (span, class) in positions(&text) {
            let (start, end) = (span.start as usize, span.end as usize);
            let line = text[..start].matches('\n').count() + 1;
            let column = start - text[..start].rfind('\n').map_or(0, |at| at + 1) + 1;
            let text = text[start..end].lines().next().unwrap_or_default().to_owned();
            let class = match text.as_str() {
                "=" => Class::Operator,
                word if class == Class::Name && RESERVED.contains(&word) => Class::Word,
                _ => class,
            };
            tokens.push(Token { path: corpus::root().join(&name), line, column, class, text });
        }
    }
    assert!(tokens.len() > 3000, "only {} tokens", tokens.len());
    tokens
}

/// The tokens of a text as the parser reads it, comments among them.
pub fn positions(text: &str) -> Vec<(Span, Class)> {
    let mut sources = Sources::default();
    let file = sources.add("plan.rbk", text).expect("it fits");
    let tree = syntax::parse(&sources, file).tree;
    let mut found = Vec::new();
    tree.statements.iter().for_each(|statement| statement_tokens(statement, &mut found));
    comments(&tree.end, &mut found);
    found
}

fn statement_tokens(statement: &Statement, found: &mut Vec<(Span, Class)>) {
    comments(&statement.before, found);
    found.push((statement.keyword, Class::Keyword));
    for part in &statement.parts {
        let class = match part.kind {
            PartKind::Word | PartKind::Choice => Class::Word,
            PartKind::Name => Class::Name,
            PartKind::String => Class::String,
            PartKind::Fence => Class::Fence,
            PartKind::Duration | PartKind::Number | PartKind::Clock | PartKind::Date | PartKind::Instant => Class::Number,
            PartKind::Comparison => Class::Operator,
            PartKind::Env => Class::Variable,
            PartKind::Rule => Class::Rule,
            PartKind::Zone => Class::Zone,
            PartKind::Object | PartKind::SqlType => Class::Sql,
            PartKind::Comma => Class::Comma,
            PartKind::Comment => Class::Comment,
        };
        found.push((part.span, class));
    }
    found.extend(statement.trailing.iter().map(comment));
    if let Some(Block { opening, statements, end, .. }) = &statement.block {
        found.extend(opening.iter().map(comment));
        statements.iter().for_each(|statement| statement_tokens(statement, found));
        comments(end, found);
    }
}

fn comments(trivia: &Trivia, found: &mut Vec<(Span, Class)>) {
    found.extend(trivia.comments.iter().map(comment));
}

fn comment(comment: &Comment) -> (Span, Class) {
    (comment.span, Class::Comment)
}

/// The words that may begin a statement.
pub fn heads() -> BTreeSet<&'static str> {
    KEYWORDS.iter().map(|keyword| keyword.word).collect()
}

/// Of these, the ones behind which a name is declared.
pub fn declares() -> BTreeSet<&'static str> {
    let declares = |form: &str| {
        form.split(' ').nth(1) == Some("NAME") && form.split(' ').nth(2).is_some_and(|word| word.contains('"') || word.starts_with('['))
    };
    KEYWORDS.iter().filter(|keyword| declares(keyword.form)).map(|keyword| keyword.word).collect()
}

/// The words that the forms hold behind the first.
pub fn words() -> BTreeSet<&'static str> {
    KEYWORDS.iter().flat_map(|keyword| lower_words(keyword.form).skip(1)).collect()
}

/// The lower-case words of a form; what stands in quotes is a value, and what stands in braces another statement.
fn lower_words(form: &str) -> impl Iterator<Item = &str> {
    let unquoted = form.split('{').next().unwrap_or_default().split('"').step_by(2);
    let words = unquoted.flat_map(|part| part.split(|c: char| !(c.is_alphanumeric() || c == '-' || c == '_')));
    words.filter(|word| word.starts_with(|c: char| c.is_ascii_lowercase()))
}

/// What a few statements choose from, where the forms say `KIND` and `DAY`.
pub fn choices() -> BTreeSet<String> {
    let pairs = meta::parse(meta::Rule::grammar_rules, include_str!("../grammar/rbk.pest")).expect("the grammar parses");
    let rules = meta::consume_rules(pairs).expect("the grammar is sound");
    let mut words = BTreeSet::new();
    for rule in rules.iter().filter(|rule| ["target_kind", "day"].contains(&rule.name.as_str())) {
        for expr in rule.expr.iter_top_down() {
            if let Expr::Str(word) = expr {
                words.insert(word);
            }
        }
    }
    assert_eq!(words.len(), 15);
    words
}

/// Holds what an editor shows against what stands there, and tells the first differences. Patterns can't tell a name that is
/// spelled like a word of the language from the word.
pub fn compare(tokens: &[Token], shown: &[String], fits: impl Fn(Class, &str, &str) -> bool) {
    assert_eq!(tokens.len(), shown.len());
    let (words, choices) = (words(), choices());
    let like_a_word = |token: &Token| {
        matches!(token.class, Class::Name | Class::Sql) && (words.contains(token.text.as_str()) || choices.contains(&token.text))
    };
    let wrong: Vec<String> = tokens
        .iter()
        .zip(shown)
        .filter(|(token, shown)| !fits(token.class, &token.text, shown) && !like_a_word(token))
        .map(|(Token { path, line, column, class, text }, shown)| {
            format!("{}:{line}:{column}: `{text}` is {class:?} and shown as `{shown}`", path.display())
        })
        .collect();
    assert!(wrong.is_empty(), "{} of {}:\n{}", wrong.len(), tokens.len(), wrong[..wrong.len().min(40)].join("\n"));
}

/// The tokens as questions to an editor's program: `FILE LINE COLUMN`.
pub fn questions(tokens: &[Token]) -> String {
    tokens.iter().map(|token| format!("{} {} {}\n", token.path.display(), token.line, token.column)).collect()
}

/// A place inside each fence whose language says there what it is: a word of SQL, a quote of the shell, code in Markdown. The
/// token's text is the language.
pub fn code() -> Vec<Token> {
    let mut tokens = Vec::new();
    for (name, text) in corpus::plans() {
        let mut language = None;
        for (number, line) in text.lines().enumerate() {
            let ticks = line.find("```").map(|at| line[at..].trim_matches('`'));
            language = ticks.or(language).filter(|language| !language.is_empty());
            let word = match language {
                Some("sql") => "SELECT",
                Some("sh" | "bash") => "\"",
                Some("md") => "`",
                Some("diff") => "@@",
                _ => continue,
            };
            if let (None, Some(at)) = (ticks, line.find(word)) {
                let (path, text) = (corpus::root().join(&name), language.unwrap_or_default().to_owned());
                tokens.push(Token { path, line: number + 1, column: at + 1, class: Class::Code, text });
            }
        }
    }
    for language in ["sql", "sh", "md", "diff"] {
        assert!(tokens.iter().any(|token| token.text == language), "no example holds {language}");
    }
    tokens
}
