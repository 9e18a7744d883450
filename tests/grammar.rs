//! The grammar against everything that leans on it: the keyword table, the examples, the parser's recovery.

use std::collections::{BTreeMap, BTreeSet};

use pest_meta::ast::Expr;
use pest_meta::parser as meta;
use rbk::source::Sources;
use rbk::syntax;
use rbk::syntax::keyword::{Context, KEYWORDS, RESERVED, words_in};

use crate::corpus;

const GRAMMAR: &str = include_str!("../grammar/rbk.pest");

/// The name of the rule that lists the statements of a context.
fn item_rule(context: Context) -> String {
    match context {
        Context::File => "declaration".to_owned(),
        Context::Otherwise => "scenario_step".to_owned(),
        other => format!("{other:?}_item").to_lowercase(),
    }
}

fn rules(grammar: &str) -> BTreeMap<String, Expr> {
    let pairs = meta::parse(meta::Rule::grammar_rules, grammar).expect("the grammar parses");
    let rules = meta::consume_rules(pairs).expect("the grammar is sound");
    rules.into_iter().map(|rule| (rule.name, rule.expr)).collect()
}

/// The words that a rule's text can begin with.
fn first_words(rules: &BTreeMap<String, Expr>, expr: &Expr, words: &mut BTreeSet<String>) {
    match expr {
        Expr::Str(word) => {
            words.insert(word.clone());
        }
        Expr::Ident(name) => first_words(rules, &rules[name], words),
        Expr::Seq(first, _) => first_words(rules, first, words),
        Expr::Choice(left, right) => {
            first_words(rules, left, words);
            first_words(rules, right, words);
        }
        other => panic!("a statement begins with a word, not with {other:?}"),
    }
}

#[test]
fn keyword_table_and_grammar_agree_in_every_context() {
    let rules = rules(GRAMMAR);
    for context in Context::ALL {
        let mut grammar = BTreeSet::new();
        first_words(&rules, &rules[&item_rule(context)], &mut grammar);
        let table: BTreeSet<String> = words_in(context).map(str::to_owned).collect();
        assert_eq!(grammar, table, "{context:?}: left the grammar, right the table");
    }
}

#[test]
fn keyword_forms_begin_with_their_keyword() {
    for keyword in KEYWORDS {
        assert!(keyword.form.starts_with(keyword.word), "{}", keyword.word);
    }
    assert!(RESERVED.is_sorted());
}

/// Every rule, visible: what matched shows up in the pairs, silent and atomic rules too.
fn visible_grammar() -> String {
    GRAMMAR.replace("= _{", "= ${").replace("= @{", "= ${")
}

#[test]
fn every_rule_is_exercised_by_an_example_or_a_fixture() {
    let grammar = visible_grammar();
    let pairs = meta::parse(meta::Rule::grammar_rules, &grammar).expect("the grammar parses");
    let optimized = pest_meta::optimizer::optimize(meta::consume_rules(pairs).expect("the grammar is sound"));
    let all: BTreeSet<String> = optimized.iter().map(|rule| rule.name.clone()).filter(|name| !name.starts_with("lone_")).collect();
    let vm = pest_vm::Vm::new(optimized);
    let mut seen = BTreeSet::new();
    for (name, text) in corpus::plans() {
        let pairs = vm.parse("file", &text).unwrap_or_else(|error| panic!("{name}: {error}"));
        seen.extend(pairs.flatten().map(|pair| pair.as_rule().to_owned()));
    }
    // Looked ahead at, never consumed, so they leave no pair.
    seen.extend(["line_end", "name_char"].map(str::to_owned));
    let missing: Vec<&String> = all.difference(&seen).collect();
    assert!(missing.is_empty(), "no example and no fixture in tests/fixtures/language uses {missing:?}");
}

#[test]
fn parser_and_grammar_accept_the_same_plans() {
    for (name, text) in corpus::plans() {
        let mut sources = Sources::default();
        let file = sources.add(name.as_str(), text.as_str()).expect("it fits");
        let parsed = syntax::parse(&sources, file);
        assert!(parsed.findings.is_empty(), "{name}: {:?}", parsed.findings);
        assert!(syntax::accepts(&text), "{name}");
    }
}
