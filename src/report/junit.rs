//! Findings as JUnit's XML: a suite a plan, a case a finding. What does not make the run fail is told in a case that passes.

use std::fmt::Write;

use super::Run;
use super::run::Found;
use super::xml::escape;

/// Returns the document. A plan without findings is one case that passes.
pub fn render(run: &Run<'_>) -> String {
    let mut found = run.found().into_iter();
    let mut suites = Vec::new();
    for (plan, one) in run.plans().zip(run.checked) {
        suites.push(suite(plan, &found.by_ref().take(one.findings.len()).collect::<Vec<_>>(), run));
    }
    let unread = run.unread.iter().map(|unread| (run.path(&unread.file), unread.reason.clone()));
    let troubles = run.troubles.iter().map(|trouble| ("rbk", trouble.message.clone()));
    for (name, reason) in unread.chain(troubles) {
        let (name, reason) = (escape(name), escape(&reason));
        let case = format!("    <testcase name=\"read\" classname=\"{name}\" time=\"0\"><error message=\"{reason}\"/></testcase>\n");
        suites.push(Suite { name, tests: 1, failures: 0, errors: 1, cases: case });
    }
    let sum = |count: fn(&Suite) -> usize| suites.iter().map(count).sum::<usize>();
    let (tests, failures, errors) = (sum(|suite| suite.tests), sum(|suite| suite.failures), sum(|suite| suite.errors));
    let mut out = format!(
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<testsuites name=\"rbk check\" tests=\"{tests}\" failures=\"{failures}\" errors=\"{errors}\">\n"
    );
    for Suite { name, tests, failures, errors, cases } in suites {
        let counts = format!("tests=\"{tests}\" failures=\"{failures}\" errors=\"{errors}\" time=\"0\"");
        let _ = writeln!(out, "  <testsuite name=\"{name}\" {counts}>\n{cases}  </testsuite>");
    }
    out.push_str("</testsuites>\n");
    out
}

struct Suite {
    /// Escaped.
    name: String,
    tests: usize,
    failures: usize,
    errors: usize,
    cases: String,
}

fn suite(plan: &str, findings: &[Found<'_>], run: &Run<'_>) -> Suite {
    let name = escape(plan);
    let mut suite = Suite { name, tests: findings.len().max(1), failures: 0, errors: 0, cases: String::new() };
    if findings.is_empty() {
        let _ = writeln!(suite.cases, "    <testcase name=\"no findings\" classname=\"{}\" time=\"0\"/>", suite.name);
    }
    for found in findings {
        let (finding, place) = (found.finding, found.place);
        let at = format!("{}:{}:{}", place.path, place.start.line, place.start.column);
        let text = escape(&format!("{at}: {}", found.advised("\n")));
        let inside = if finding.severity >= run.fails {
            suite.failures += 1;
            let (message, kind) = (escape(&finding.message), finding.severity.word());
            format!("<failure message=\"{message}\" type=\"{kind}\">{text}</failure>")
        } else {
            format!("<system-out>{text}</system-out>")
        };
        let case = escape(&format!("{} at {}:{}", finding.code, place.start.line, place.start.column));
        let _ = writeln!(
            suite.cases,
            "    <testcase name=\"{case}\" classname=\"{}\" file=\"{}\" line=\"{}\" time=\"0\">{inside}</testcase>",
            suite.name,
            escape(place.path),
            place.start.line
        );
    }
    suite
}
