//! Rules: every page's examples are its tests, every code has a page, and near misses stay silent.

mod commands;
mod data;
mod elsewhere;
mod kinds;
mod migrations;
pub mod near;
mod order;
mod people;
mod refused;
mod repository;
mod reversal;
mod saved;
mod schema;
mod shell;
mod sql;

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

use rbk::analysis::Facts;
use rbk::cli::shellcheck;
use rbk::diagnostic::{Diagnostic, Severity};
use rbk::graph::Graph;
use rbk::plan;
use rbk::plan::value::Date;
use rbk::profile::{self, Profile};
use rbk::report::{Checked, Look, human};
use rbk::rules::{self, Context, Example, Finder, REGISTRY, Rule, catalogue};
use rbk::source::{MemoryLoader, MemoryRepository, Repository, Sources};

const TODAY: Date = Date { year: 2026, month: 3, day: 7 };

/// Returns what is found in one plan, as `rbk check` finds it.
fn check(text: &str) -> (Sources, Vec<Diagnostic>) {
    check_with(text, &MemoryLoader::default())
}

/// What a plan is looked at with besides.
#[derive(Clone, Copy, Default)]
pub struct Light<'a> {
    /// The repository that it lies in.
    pub around: Option<&'a dyn Repository>,
    pub profiles: &'a [&'static Profile],
    pub asks_shellcheck: bool,
}

/// Returns what is found in an example of a rule's page, with the files that the page shows around it. What speaks of profiles is shown
/// with one; ShellCheck is asked for the rule that it is about.
fn check_example(rule: &Rule, example: &Example) -> (Sources, Vec<Diagnostic>) {
    let itil = profile::find("itil").unwrap();
    let profiles = Vec::from_iter(rule.name.starts_with("profile/").then_some(itil));
    let around = MemoryRepository::new(example.files.clone());
    let around = (!example.files.is_empty()).then_some(&around as &dyn Repository);
    let beside = MemoryLoader(example.files.clone().into_iter().collect());
    check_in(&example.plan, &beside, Light { around, profiles: &profiles, asks_shellcheck: rule.name == "sh/shellcheck" })
}

/// Returns what is found in one plan and in the files that it uses.
pub fn check_with(text: &str, used: &MemoryLoader) -> (Sources, Vec<Diagnostic>) {
    check_in(text, used, Light::default())
}

pub fn check_in(text: &str, used: &MemoryLoader, light: Light<'_>) -> (Sources, Vec<Diagnostic>) {
    let mut sources = Sources::default();
    let root = sources.add("plan.rbk", text).unwrap();
    let compiled = plan::compile(&mut sources, root, used);
    let mut findings = compiled.findings;
    let Some(plan) = &compiled.plan else { return (sources, findings) };
    let repository = light.around.map(|around| rbk::repository::look(&sources, plan, around)).unwrap_or_default();
    let (graph, cycles) = Graph::build(plan);
    findings.extend(cycles);
    let (facts, unsaid) = Facts::new(plan, &graph);
    findings.extend(unsaid);
    if !findings.iter().any(|finding| finding.severity == Severity::Error) {
        let remarks = light.asks_shellcheck.then(|| shellcheck::remarks(&sources, plan).expect("ShellCheck is installed"));
        findings.extend(rules::check(&Context {
            sources: &sources,
            plan,
            graph: &graph,
            facts: &facts,
            repository: &repository,
            today: TODAY,
            profiles: light.profiles,
            remarks: remarks.as_deref(),
        }));
    }
    (sources, findings)
}

fn shown(text: &str) -> String {
    let (sources, findings) = check(text);
    human::render(&[Checked { sources: &sources, findings: &findings }], Look::default())
}

/// Returns the codes of what is found, in the order of the report.
fn codes(text: &str) -> Vec<&'static str> {
    check(text).1.iter().map(|finding| finding.code).collect()
}

#[test]
fn every_example_shows_what_its_page_says() {
    let mut wrong = Vec::new();
    for rule in REGISTRY {
        for example in rule.examples() {
            let (_, findings) = check_example(rule, &example);
            let (own, others): (Vec<_>, Vec<_>) = findings.iter().partition(|finding| finding.code == rule.name);
            let expected = if example.heading == "Caught" { 1 } else { 0 };
            if own.len() != expected || others.iter().any(|finding| finding.severity == Severity::Error) {
                wrong.push(format!("{}, {}: {} of its own\n{}", rule.name, example.heading, own.len(), shown(&example.plan)));
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n\n"));
}

#[test]
fn every_page_has_its_headings_in_order() {
    for rule in REGISTRY {
        let page = rule.page();
        assert!(page.starts_with(&format!("# {}\n\n", rule.name)), "{}", rule.name);
        let headings: Vec<&str> = page.lines().filter_map(|line| line.strip_prefix("## ")).collect();
        let told = matches!(rule.finder, Finder::Compiler);
        let whole = ["What it finds", "Why it matters in the incident", "Caught", "Mended"];
        assert!(headings == whole || told && headings == whole[..2], "{}: {headings:?}", rule.name);
        let examples: Vec<String> = rule.examples().into_iter().map(|example| example.heading).collect();
        assert!(headings.len() == 2 || examples.contains(&"Caught".to_owned()), "{}", rule.name);
        assert!(headings.len() == 2 || examples.contains(&"Mended".to_owned()), "{}", rule.name);
    }
}

#[test]
fn what_each_page_shows_as_caught_is_told_with_its_consequence() {
    let mut told = String::new();
    for rule in REGISTRY.iter().filter(|rule| !matches!(rule.finder, Finder::Compiler)) {
        for example in rule.examples().iter().filter(|example| example.heading == "Caught") {
            let (sources, mut findings) = check_example(rule, example);
            findings.retain(|finding| finding.code == rule.name);
            let shown = human::render(&[Checked { sources: &sources, findings: &findings }], Look::default());
            told.push_str(shown.split("More: ").next().unwrap());
        }
    }
    insta::assert_snapshot!(told);
}

#[test]
fn names_are_unique_and_well_formed() {
    let names: BTreeSet<&str> = REGISTRY.iter().map(|rule| rule.name).collect();
    assert_eq!(names.len(), REGISTRY.len());
    for name in names {
        let (group, rule) = name.split_once('/').unwrap();
        let fine = |part: &str| !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_lowercase() || byte == b'-');
        assert!(fine(group) && fine(rule), "{name}");
    }
}

#[test]
fn every_code_in_the_sources_has_a_page() {
    let groups: BTreeSet<&str> = REGISTRY.iter().filter_map(|rule| Some(rule.name.split_once('/')?.0)).collect();
    let mut missing = BTreeSet::new();
    each_source(Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/src")), &mut |text| {
        for literal in text.split('"').skip(1).step_by(1) {
            let Some((group, rule)) = literal.split_once('/') else { continue };
            let fine = |part: &str| !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_lowercase() || byte == b'-');
            let code = fine(group) && fine(rule) && (groups.contains(group) || ["value", "form"].contains(&group));
            if code && !REGISTRY.iter().any(|known| known.name == literal) {
                missing.insert(literal.to_owned());
            }
        }
    });
    assert!(missing.is_empty(), "codes without a page: {missing:?}");
}

fn each_source(folder: &Path, visit: &mut impl FnMut(&str)) {
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            each_source(&path, visit);
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            visit(&fs::read_to_string(path).unwrap());
        }
    }
}

#[test]
fn docs_hold_the_catalogue() {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/docs/rules.md");
    let fresh = catalogue();
    if std::env::var_os("UPDATE_DOCS").is_some() {
        fs::create_dir_all(Path::new(path).parent().unwrap()).unwrap();
        fs::write(path, &fresh).unwrap();
    }
    let stands = fs::read_to_string(path).unwrap_or_default();
    assert!(stands == fresh, "docs/rules.md is out of date: UPDATE_DOCS=1 cargo test writes it");
}
