//! `checks/NAME.conf` and the code that asks.

use crate::emit::quote;
use crate::plan::Plan;
use crate::plan::check::{Check, Expectation, HttpMethod, Probe};
use crate::plan::value::Place;

use super::code::{self, Heading};
use super::draft::{Draft, Facts};

pub(super) fn write(plan: &Plan, draft: &mut Draft) {
    for (_, check) in plan.checks.iter() {
        write_check(plan, check, draft);
    }
}

fn write_check(plan: &Plan, check: &Check, draft: &mut Draft) {
    let header = &check.header;
    let name = header.name.as_str();
    let heading = Heading::new([format!("Check {name}: {}", header.title), format!("Of the plan {}.", plan.header.name)]);
    let target = |id| plan.targets[id].header.name.as_str();
    let mut files = Vec::new();
    let mut variables = Vec::new();
    let mut facts = Facts::new(draft, format!("checks/{name}.conf"), header.span, &format!("check {name}: {}", header.title));
    facts.text("check_title", &header.title);
    facts.maybe("check_target", check.on.as_ref().map(|on| target(on.value)));
    let via = plan.host_of(check.via.as_ref().map(|via| via.value), check.on.as_ref().map(|on| on.value));
    facts.maybe("check_via", via.map(target));
    match &check.probe {
        None => {}
        Some(Probe::Query(query)) => {
            facts.data("check_kind", "query").data("check_file", &format!("{name}.sql"));
            files.push((format!("{name}.sql"), code::sql(&heading, &query.text)));
        }
        Some(Probe::Run(script)) => {
            facts.data("check_kind", "shell").data("check_file", &format!("{name}.sh")).data("check_shell", code::shell(script));
            if code::shell(script) == "bash" {
                facts.tool("bash");
            }
            files.push((format!("{name}.sh"), code::script(&heading, script)));
        }
        Some(Probe::Http { method, path, headers, body }) => {
            facts.data("check_kind", "http").data("check_method", word(*method)).data("check_path", path);
            if !headers.is_empty() {
                facts.data("check_headers", &format!("{name}.headers"));
                files.push((format!("{name}.headers"), headers.iter().map(header_line).collect()));
                variables.extend(headers.iter().filter_map(|(_, value)| match value {
                    Place::Literal(_) => None,
                    Place::Variable(name) => Some(name.clone()),
                }));
            }
            if let Some(body) = body {
                facts.data("check_body", &format!("{name}.body"));
                files.push((format!("{name}.body"), body.text.clone()));
            }
        }
        Some(Probe::Compare { left, right, query }) => {
            facts.data("check_kind", "compare").data("check_file", &format!("{name}.sql"));
            facts.data("check_target", target(left.value)).data("check_target2", target(right.value));
            files.push((format!("{name}.sql"), code::sql(&heading, &query.text)));
        }
        Some(Probe::Ask(question)) => {
            facts.data("check_kind", "ask").text("check_question", question);
        }
    }
    facts.data("check_expect", &expectation(check));
    facts.seconds("check_timeout", check.timeout);
    facts.number("check_retry", check.retry.map(|retry| u64::from(retry.times)));
    facts.seconds("check_every", check.retry.map(|retry| retry.every));
    facts.place("check_dir", check.dir.as_ref());
    facts.end();
    draft.variables.extend(variables);
    for (file, text) in files {
        draft.file(format!("checks/{file}"), text);
    }
}

fn word(method: HttpMethod) -> &'static str {
    match method {
        HttpMethod::Get => "GET",
        HttpMethod::Post => "POST",
    }
}

/// The runtime puts the value of `${NAME}` in, for variables that the plan names.
fn header_line((name, value): &(String, Place)) -> String {
    match value {
        Place::Literal(value) => format!("{}: {}\n", quote::line(name), quote::line(value)),
        Place::Variable(variable) => format!("{}: ${{{variable}}}\n", quote::line(name)),
    }
}

/// Returns what has to come back, in the runtime's words. Where the plan is silent: status 0, any 2xx (which the runtime
/// knows), the same, yes.
fn expectation(check: &Check) -> String {
    match (check.expect.as_ref().map(|expect| &expect.value), &check.probe) {
        (Some(Expectation::Value(value)), _) => format!("value:{value}"),
        (Some(Expectation::Compare(comparison, value)), _) => format!("op:{}:{value}", comparison.sign()),
        (Some(Expectation::Rows(rows)), _) => format!("rows:{rows}"),
        (Some(Expectation::Empty), _) => "empty".to_owned(),
        (Some(Expectation::Exit(status)), _) => format!("exit:{status}"),
        (Some(Expectation::Output(output)), _) => format!("output:{output}"),
        (Some(Expectation::Status(status)), _) => format!("status:{status}"),
        (Some(Expectation::Baseline), _) => "baseline".to_owned(),
        (Some(Expectation::WithinOfBaseline(percent)), _) => format!("within:{percent}"),
        (None, Some(Probe::Run(_))) => "exit:0".to_owned(),
        (None, Some(Probe::Compare { .. })) => "equal".to_owned(),
        (None, Some(Probe::Ask(_))) => "yes".to_owned(),
        (None, Some(Probe::Query(_) | Probe::Http { .. }) | None) => String::new(),
    }
}
