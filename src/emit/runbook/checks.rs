//! Checks, so that a person can ask them too.

use crate::plan::check::{Check, HttpMethod, Probe};
use crate::plan::value::Place;

use super::Book;
use super::markdown::{Page, code, fence, text};
use super::words::{anchor, and, duration, expectation, linked, place, retry};

/// Writes each check: where it is asked, how, and which answer is yes.
pub fn write(book: &Book, page: &mut Page) {
    for (_, check) in book.plan.checks.iter() {
        page.heading(3, &text(&check.header.title), &anchor("check", &check.header.name));
        ask(book, check, page);
        let mut lines = Vec::new();
        if let Some(expected) = &check.expect {
            lines.push(format!("**Yes is:** {}", expectation(&expected.value)));
        }
        lines.extend(
            check.timeout.map(|timeout| format!("No answer within {}: it could not be asked, which is never yes", duration(timeout))),
        );
        lines.extend(check.retry.map(|tries| format!("Asked again {}", retry(tries))));
        page.list(&lines);
        book.remarks(&check.header.notes, &check.header.links, page);
    }
}

fn ask(book: &Book, check: &Check, page: &mut Page) {
    let plan = book.plan;
    let on = check.on.as_ref().map_or(String::new(), |on| format!(" on {}", linked("target", &plan.targets[on.value].header)));
    let via = check.via.as_ref().filter(|via| check.on.as_ref().is_none_or(|on| on.value != via.value));
    let from = via.map_or(String::new(), |via| format!(", from {}", linked("target", &plan.targets[via.value].header)));
    match &check.probe {
        Some(Probe::Query(query)) => {
            page.block(&format!("Ask{on}{from}:"));
            page.block(&fence("sql", &query.text));
        }
        Some(Probe::Run(shell)) => {
            let dir = check.dir.as_ref().map_or(String::new(), |dir| format!(", in the folder {}", place(dir)));
            page.block(&format!("Run{on}{from}{dir}:"));
            page.block(&fence(shell.language.word(), &shell.text));
        }
        Some(Probe::Http { method, path, headers, body }) => {
            let method = match method {
                HttpMethod::Get => "GET",
                HttpMethod::Post => "POST",
            };
            page.block(&format!("{} {}{on}{from}", code(method), code(path)));
            let headers: Vec<String> = headers
                .iter()
                .map(|(name, value)| match value {
                    Place::Literal(value) => format!("header {}", code(&format!("{name}: {value}"))),
                    Place::Variable(variable) => format!("header {} with the value of {}", code(name), code(&format!("${variable}"))),
                })
                .collect();
            if !headers.is_empty() {
                page.block(&format!("With the {}.", and(&headers)));
            }
            if let Some(body) = body {
                page.block("With this body:");
                page.block(&fence("text", &body.text));
            }
        }
        Some(Probe::Compare { left, right, query }) => {
            let (left, right) = (linked("target", &plan.targets[left.value].header), linked("target", &plan.targets[right.value].header));
            page.block(&format!("Ask {left} and {right}; the answers have to be the same:"));
            page.block(&fence("sql", &query.text));
        }
        Some(Probe::Ask(question)) => page.block(&format!("A person answers: {}", text(question))),
        None => page.block("**The plan does not say how to ask this.**"),
    }
}
