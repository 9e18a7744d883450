//! Django: migrations of an application, in Python, as lists of operations.

use super::{Order, To, Tool, Way, folder, located, quoted};
use crate::effect::sql::Dialect;
use crate::repository::history::{Body, History};
use crate::repository::python::{self, Call as PyCall, Value};
use crate::repository::scripts::Working;
use crate::repository::words::Call;
use crate::source::{Entry, Repository, beside};

/// Reads `manage.py migrate APP [MIGRATION]`.
pub fn order(call: &Call<'_>, working: &Working, repository: &dyn Repository) -> Option<Order> {
    let operands = call.operands(&["--database", "--settings", "--pythonpath", "-v", "--verbosity"]);
    let is_other = ["--plan", "--check", "--prune", "--run-syncdb"].iter().any(|option| call.has(option));
    let [(Some("migrate"), _), (Some(app), _), rest @ ..] = operands.as_slice() else { return None };
    let manage = located(working, repository, "manage.py").filter(|_| !is_other)?;
    let beside_it = beside(folder(&manage), &format!("{app}/migrations"))?;
    let place = match repository.entry(&beside_it) {
        Entry::Folder => beside_it,
        _ => match repository.ending(&format!("{app}/migrations/__init__.py"))?.as_slice() {
            [one] => folder(one).to_owned(),
            _ => return None,
        },
    };
    let way = match () {
        () if call.has("--fake") => Way::Mark,
        () if rest.is_empty() => Way::Up,
        () => Way::Either,
    };
    let (to, range) = match rest.first() {
        None => (To::Head, call.range.clone()),
        Some((Some("zero"), range)) => (To::Base, range.clone()),
        Some((Some(name), range)) => (To::Named((*name).to_owned()), range.clone()),
        Some((None, range)) => (To::Unknown, range.clone()),
    };
    Some(Order { tool: Tool::Django, place, way, to, range })
}

/// Returns the application that a folder of migrations belongs to.
fn app(place: &str) -> &str {
    folder(place).rsplit('/').next().unwrap_or_default()
}

/// Returns the migrations of an application; `None` when one of them replaces others or can't be read.
pub fn history(place: &str, repository: &dyn Repository) -> Option<History> {
    let mut found: Vec<(String, Vec<String>, String)> = Vec::new();
    for name in repository.names(place)?.into_iter().filter(|name| name.ends_with(".py") && !name.starts_with(['_', '~'])) {
        let file = format!("{place}/{name}");
        let text = repository.text(&file)?;
        let lines = python::lines(&text);
        let body = python::body(&lines, "class Migration")?;
        if python::assigned(&body, "replaces").is_some() {
            return None;
        }
        let parents = match python::assigned(&body, "dependencies") {
            None => Vec::new(),
            Some(Value::List(dependencies)) => dependencies
                .iter()
                .filter_map(|dependency| match dependency {
                    Value::List(pair) => match pair.as_slice() {
                        [Value::Text(of), Value::Text(name)] if of == app(place) => Some(name.clone()),
                        _ => None,
                    },
                    _ => None,
                })
                .collect(),
            Some(_) => return None,
        };
        found.push((name.trim_end_matches(".py").to_owned(), parents, file));
    }
    History::of_code(found, false)
}

/// Returns what a migration does forward; of the way back, only whether there is one: what it does follows from models that stand
/// elsewhere.
pub fn body(text: &str, file: &str, up: bool, dialect: Dialect) -> Body {
    let lines = python::lines(text);
    let operations = python::body(&lines, "class Migration").and_then(|body| python::assigned(&body, "operations"));
    let Some(Value::List(operations)) = operations else { return Body::opaque() };
    if operations.is_empty() {
        return Body::hollow("it has no operations");
    }
    let calls: Option<Vec<&PyCall>> =
        operations.iter().map(|operation| if let Value::Call(call) = operation { Some(call) } else { None }).collect();
    let Some(calls) = calls else { return Body::opaque() };
    let verb = |call: &PyCall| call.name.rsplit('.').next().unwrap_or_default().to_owned();
    if !up {
        let stuck = calls.iter().find_map(|call| match verb(call).as_str() {
            "RunSQL" if call.arg(1, "reverse_sql").is_none_or(|value| *value == Value::Word("None".to_owned())) => {
                Some("it runs SQL without `reverse_sql`, and Django refuses")
            }
            "RunPython" if call.arg(1, "reverse_code").is_none_or(|value| *value == Value::Word("None".to_owned())) => {
                Some("it runs Python without `reverse_code`, and Django refuses")
            }
            _ => None,
        });
        return stuck.map_or_else(Body::opaque, Body::hollow);
    }
    let app = app(folder(file));
    let mut done = Body { is_whole: true, ..Body::default() };
    for call in calls {
        let table = |name: &str| Some(quoted(&format!("{app}_{}", call.arg(0, name)?.text()?.to_lowercase()), dialect));
        let sql = match verb(call).as_str() {
            "DeleteModel" => table("name").map(|table| format!("DROP TABLE {table};")),
            // The column of a relation has `_id` behind its name, which only the model knows.
            "RemoveField" => table("model_name")
                .zip(call.arg(1, "name").and_then(Value::text))
                .map(|(table, column)| format!("ALTER TABLE {table} DROP COLUMN {};", quoted(column, dialect))),
            "RunSQL" => call.arg(0, "sql").and_then(Value::text).map(|sql| format!("{};", sql.trim_end().trim_end_matches(';'))),
            "AlterModelOptions" | "AlterModelManagers" => Some(String::new()),
            _ => None,
        };
        match sql {
            Some(sql) => {
                done.sql.push_str(&sql);
                done.sql.push('\n');
            }
            None => done.is_whole = false,
        }
    }
    done
}
