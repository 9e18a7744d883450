//! Each stage of the compiler apart, on plans of 100 to 100,000 steps: `cargo bench --bench stages`, or with a stage's name behind
//! `--`. As a test it runs each stage once on the small ones.

mod generator;

use std::collections::BTreeMap;
use std::sync::{Mutex, PoisonError};

use divan::Bencher;
use divan::counter::BytesCount;
use rbk::analysis::Facts;
use rbk::diagnostic::Severity;
use rbk::emit::{bundle, runbook};
use rbk::graph::Graph;
use rbk::plan::value::Date;
use rbk::plan::{self, Plan};
use rbk::source::{FileId, MemoryLoader, Sources};
use rbk::syntax::Parsed;
use rbk::{fmt, repository, rules, syntax};

const TODAY: Date = Date { year: 2026, month: 6, day: 1 };

pub fn main() {
    divan::main();
}

/// Steps of the plans that are measured; the large ones only by `cargo bench`.
fn sizes() -> &'static [usize] {
    if std::env::args().any(|argument| argument == "--bench") { &[100, 1_000, 10_000, 100_000] } else { &[100, 1_000] }
}

/// Small plans that are checked one after another, as in a repository of many.
fn small_plans() -> &'static [usize] {
    if std::env::args().any(|argument| argument == "--bench") { &[100, 1_000, 10_000] } else { &[10] }
}

/// From text to findings, plans of 42 steps.
#[divan::bench(args = small_plans(), max_time = 5)]
fn many_small_plans(bencher: Bencher, plans: usize) {
    let text = generator::plan(42);
    bencher.bench(|| {
        for _ in 0..plans {
            let mut sources = Sources::default();
            let root = sources.add("small.rbk", text.as_str()).expect("it is short");
            let plan = plan::compile(&mut sources, root, &MemoryLoader::default()).plan.expect("it compiles");
            let (graph, _) = Graph::build(&plan);
            let (facts, _) = Facts::new(&plan, &graph);
            divan::black_box(rules::check(&context(&sources, &plan, &graph, &facts)));
        }
    });
}

/// A plan, and what each stage makes of it. Kept until the process ends: a later stage starts from it.
struct Stages {
    sources: &'static Sources,
    root: FileId,
    parsed: Parsed,
    plan: &'static Plan,
    graph: &'static Graph,
    facts: &'static Facts<'static>,
    runbook: String,
}

fn stages(steps: usize) -> &'static Stages {
    static MADE: Mutex<BTreeMap<usize, &'static Stages>> = Mutex::new(BTreeMap::new());
    MADE.lock().unwrap_or_else(PoisonError::into_inner).entry(steps).or_insert_with(|| Box::leak(Box::new(make(steps))))
}

fn read(steps: usize) -> (Sources, FileId) {
    let mut sources = Sources::default();
    let root = sources.add("large.rbk", generator::plan(steps)).expect("it is shorter than 4 GiB");
    (sources, root)
}

/// What the rules are asked about.
fn context<'a>(sources: &'a Sources, plan: &'a Plan, graph: &'a Graph, facts: &'a Facts<'a>) -> rules::Context<'a> {
    rules::Context { sources, plan, graph, facts, repository: &repository::NOTHING, today: TODAY, profiles: &[], remarks: None }
}

fn make(steps: usize) -> Stages {
    let (mut sources, root) = read(steps);
    let parsed = syntax::parse(&sources, root);
    let compiled = plan::compile(&mut sources, root, &MemoryLoader::default());
    assert_eq!(compiled.findings, []);
    let sources = &*Box::leak(Box::new(sources));
    let plan = &*Box::leak(Box::new(compiled.plan.expect("a plan without findings")));
    let (graph, findings) = Graph::build(plan);
    assert_eq!(findings, []);
    let graph = &*Box::leak(Box::new(graph));
    let (facts, findings) = Facts::new(plan, graph);
    assert_eq!(findings, []);
    let facts = &*Box::leak(Box::new(facts));
    // A generated plan may be warned of; it has no error, so that every stage has its whole work.
    let findings = rules::check(&context(sources, plan, graph, facts));
    assert!(findings.iter().all(|finding| finding.severity < Severity::Error), "{findings:?}");
    let runbook = runbook::markdown(plan, graph, facts, sources, &[]);
    Stages { sources, root, parsed, plan, graph, facts, runbook }
}

/// Measures `stage`; throughput is in bytes of the plan's text.
fn measure<'s, O>(bencher: Bencher, steps: usize, stage: impl Fn(&'s Stages) -> O + Sync) {
    let stages = stages(steps);
    let bytes = stages.sources.file(stages.root).text.len();
    bencher.counter(BytesCount::new(bytes)).bench(|| stage(stages));
}

/// Text to tree.
#[divan::bench(args = sizes(), max_time = 5)]
fn parse(bencher: Bencher, steps: usize) {
    measure(bencher, steps, |it| syntax::parse(it.sources, it.root));
}

/// Text to meaning: parse, and names resolved.
#[divan::bench(args = sizes(), max_time = 5)]
fn compile(bencher: Bencher, steps: usize) {
    let (sources, root) = read(steps);
    let bytes = sources.file(root).text.len();
    bencher
        .counter(BytesCount::new(bytes))
        .with_inputs(|| sources.clone())
        .bench_values(|mut sources| plan::compile(&mut sources, root, &MemoryLoader::default()));
}

#[divan::bench(args = sizes(), max_time = 5)]
fn graph(bencher: Bencher, steps: usize) {
    measure(bencher, steps, |it| Graph::build(it.plan));
}

#[divan::bench(args = sizes(), max_time = 5)]
fn facts(bencher: Bencher, steps: usize) {
    measure(bencher, steps, |it| Facts::new(it.plan, it.graph));
}

#[divan::bench(args = sizes(), max_time = 5)]
fn rules(bencher: Bencher, steps: usize) {
    measure(bencher, steps, |it| rules::check(&context(it.sources, it.plan, it.graph, it.facts)));
}

#[divan::bench(args = sizes(), max_time = 5)]
fn format(bencher: Bencher, steps: usize) {
    measure(bencher, steps, |it| fmt::format(it.sources, it.root, &it.parsed.tree));
}

#[divan::bench(args = sizes(), max_time = 5)]
fn runbook(bencher: Bencher, steps: usize) {
    measure(bencher, steps, |it| runbook::markdown(it.plan, it.graph, it.facts, it.sources, &[]));
}

#[divan::bench(args = sizes(), max_time = 5)]
fn bundle(bencher: Bencher, steps: usize) {
    measure(bencher, steps, |it| bundle::write(&bundle::Context { plan: it.plan, graph: it.graph, facts: it.facts, runbook: &it.runbook }));
}
