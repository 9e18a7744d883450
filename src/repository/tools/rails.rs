//! Rails: migrations in Ruby, by their version, with `change` or with `up` and `down`.

use super::{Order, To, Tool, Way, fill, quoted};
use crate::effect::sql::Dialect;
use crate::repository::history::{Body, History, Migration, Source};
use crate::repository::scripts::{Found, Working};
use crate::repository::words::Call;
use crate::source::{Entry, Repository};

/// Reads `rails db:migrate` and those like it, with their `VERSION`.
pub fn order(call: &Call<'_>, working: &Working, repository: &dyn Repository) -> Option<Order> {
    let task = call.operands(&[]).into_iter().find_map(|(text, _)| text.filter(|text| text.starts_with("db:")))?;
    let (way, is_only) = match task {
        "db:migrate" => (Way::Either, false),
        "db:migrate:up" => (Way::Up, true),
        "db:migrate:down" => (Way::Down, true),
        _ => return None,
    };
    let Found::At(place) = working.find(repository, "db/migrate") else { return None };
    if repository.entry(&place) != Entry::Folder {
        return None;
    }
    let (to, way, range) = match call.variable("VERSION") {
        None => (To::Head, Way::Up, call.range.clone()),
        Some((Some("0"), range)) => (To::Base, Way::Down, range),
        Some((Some(version), range)) if is_only => (To::Only(version.replace('_', "")), way, range),
        Some((Some(version), range)) => (To::Named(version.replace('_', "")), way, range),
        Some((None, range)) => (To::Unknown, way, range),
    };
    Some(Order { tool: Tool::Rails, place, way, to, range })
}

/// Returns the migrations, in the order of their versions.
pub fn history(place: &str, repository: &dyn Repository) -> Option<History> {
    let mut files: Vec<(u128, String)> = Vec::new();
    for name in repository.names(place)?.into_iter().filter(|name| name.ends_with(".rb")) {
        let Some(Ok(version)) = name.split_once('_').map(|(version, _)| version.parse()) else { continue };
        files.push((version, format!("{place}/{name}")));
    }
    files.sort();
    let all = files.into_iter().map(|(version, file)| Migration {
        id: version.to_string(),
        names: Vec::new(),
        parents: Vec::new(),
        up: Source::Code(file.clone()),
        down: Source::Code(file.clone()),
        file,
    });
    // Engines bring migrations of their own.
    Some(History { is_open: false, ..History::linear(all.collect()) })
}

/// Methods whose effect follows from their words: how many names they take, and the SQL that they stand for. From Rails's guide on
/// migrations and its reference of `SchemaStatements`.
const METHODS: [(&str, usize, &str); 7] = [
    ("drop_table", 1, "DROP TABLE {0};"),
    ("remove_column", 2, "ALTER TABLE {0} DROP COLUMN {1};"),
    ("rename_table", 2, "ALTER TABLE {0} RENAME TO {1};"),
    ("rename_column", 3, "ALTER TABLE {0} RENAME COLUMN {1} TO {2};"),
    ("create_table", 1, "CREATE TABLE {0} ();"),
    ("change_column_null", 2, ""),
    ("add_timestamps", 1, "ALTER TABLE {0} ADD COLUMN created_at timestamp, ADD COLUMN updated_at timestamp;"),
];

/// Returns what one direction of a migration does.
pub fn body(text: &str, up: bool, dialect: Dialect) -> Body {
    let lines: Vec<&str> = text.lines().map(|line| line.split(" #").next().unwrap_or_default().trim()).collect();
    let lines: Vec<&str> = lines.into_iter().filter(|line| !line.is_empty() && !line.starts_with('#')).collect();
    if text.contains("<<") || text.contains("=begin") {
        // Texts that go over several lines are not read; that one direction is missing is seen still.
        let missing = !up && method(&lines, "change").is_none() && method(&lines, "down").is_none();
        return if missing { Body::hollow("it has no `down`") } else { Body::opaque() };
    }
    let own = method(&lines, if up { "up" } else { "down" });
    let Some(body) = own else {
        return match method(&lines, "change") {
            Some(change) if up => forward(&change, dialect),
            Some(change) => stuck(&change).map_or_else(Body::opaque, Body::hollow),
            None if !up && method(&lines, "up").is_some() => Body::hollow("it has no `down`"),
            None => Body::opaque(),
        };
    };
    match body.first() {
        None => Body::hollow(if up { "its `up` is empty" } else { "its `down` is empty" }),
        Some(line) if line.starts_with("raise ") => Body::hollow("it refuses"),
        Some(_) => forward(&body, dialect),
    }
}

/// Returns the lines of a method.
fn method<'t>(lines: &[&'t str], name: &str) -> Option<Vec<&'t str>> {
    let head = format!("def {name}");
    let at = lines.iter().position(|line| *line == head || line.strip_prefix(&head).is_some_and(|rest| rest.trim() == "()"))?;
    let mut depth = 1;
    let mut body = Vec::new();
    for line in &lines[at + 1..] {
        depth -= usize::from(*line == "end" || line.starts_with("end ") || line.starts_with("end."));
        if depth == 0 {
            return Some(body);
        }
        depth += usize::from(opens(line));
        body.push(*line);
    }
    None
}

/// Returns whether a line opens what an `end` closes.
fn opens(line: &str) -> bool {
    let first = line.split([' ', '(']).next().unwrap_or_default();
    let closes = line.ends_with(" end") || line.contains(" end ");
    !closes
        && (matches!(first, "if" | "unless" | "case" | "begin" | "while" | "until" | "for" | "def" | "class" | "module")
            || line.ends_with(" do")
            || line.contains(" do |"))
}

/// Returns why Rails can't turn `change` around, by the first line of it with which it can't.
fn stuck(change: &[&str]) -> Option<&'static str> {
    if change.is_empty() {
        return Some("its `change` is empty");
    }
    if change.iter().any(|line| ["reversible", "up_only", "revert"].iter().any(|word| line.starts_with(word))) {
        return None;
    }
    change.iter().find_map(|line| {
        let (name, args) = call(line)?;
        let symbols = args.iter().filter(|arg| !arg.contains(": ")).count();
        match name {
            "remove_column" if symbols < 3 => Some("it removes a column without its type, which Rails can't turn around"),
            "drop_table" if args.len() == 1 && !line.contains(" do") && !line.contains('{') => {
                Some("it drops a table without its columns, which Rails can't turn around")
            }
            "execute" => Some("it runs SQL in `change`, which Rails can't turn around"),
            "change_column" => Some("it changes a column's type in `change`, which Rails can't turn around"),
            "change_column_default" if !line.contains("from:") => {
                Some("it changes a default without `from:`, which Rails can't turn around")
            }
            "remove_index" if symbols < 2 && !line.contains("column:") => {
                Some("it removes an index without its columns, which Rails can't turn around")
            }
            _ => None,
        }
    })
}

/// Returns the method that a line calls, and its arguments as they are written.
fn call(line: &str) -> Option<(&str, Vec<&str>)> {
    let end = line.find(|c: char| !(c.is_ascii_alphanumeric() || c == '_')).unwrap_or(line.len());
    let (name, rest) = line.split_at(end);
    let rest = rest.trim().trim_start_matches('(').trim_end_matches(')');
    let rest = rest.split(" do").next().unwrap_or_default();
    let fits = !name.is_empty() && line[end..].starts_with([' ', '(']) && !rest.contains(['{', '[', '"']) || rest.matches('"').count() == 2;
    fits.then(|| (name, rest.split(',').map(str::trim).filter(|arg| !arg.is_empty()).collect()))
}

/// Returns a name: `:users`, `"users"`.
fn name_of(arg: &str) -> Option<&str> {
    let name = match arg.strip_prefix(':') {
        Some(symbol) => symbol,
        None => arg.strip_prefix(['"', '\''])?.strip_suffix(['"', '\''])?,
    };
    name.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_').then_some(name)
}

/// Returns what lines do, in order.
fn forward(lines: &[&str], dialect: Dialect) -> Body {
    let mut done = Body { is_whole: true, ..Body::default() };
    let mut depth = 0_usize;
    for line in lines {
        if *line == "end" || line.starts_with("end ") {
            depth = depth.saturating_sub(1);
            continue;
        }
        let is_outer = depth == 0;
        depth += usize::from(opens(line));
        if !is_outer {
            continue;
        }
        match operation(line, dialect) {
            Some(sql) => {
                done.sql.push_str(&sql);
                done.sql.push('\n');
            }
            None => done.is_whole = false,
        }
    }
    done
}

fn operation(line: &str, dialect: Dialect) -> Option<String> {
    let (name, args) = call(line)?;
    let is_conditional = line.contains(" if ") || line.contains(" unless ");
    if is_conditional {
        return None;
    }
    if name == "execute" {
        let text = args.join(", ");
        let text = text.strip_prefix(['"', '\''])?.strip_suffix(['"', '\''])?;
        return (!text.contains("#{") && !text.contains('\\')).then(|| format!("{};", text.trim_end_matches(';')));
    }
    let (_, count, template) = METHODS.iter().find(|(known, _, _)| *known == name)?;
    if args.len() < *count || template.is_empty() {
        return None;
    }
    fill(template, |at| Some(quoted(name_of(args.get(at.parse::<usize>().ok()?)?)?, dialect)))
}
