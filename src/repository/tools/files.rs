//! Tools whose migrations are files of SQL: Flyway, golang-migrate, Prisma.

use std::cmp::Ordering;
use std::collections::BTreeMap;

use super::{Order, To, Tool, Way, folder, located};
use crate::repository::history::{History, Migration, Source, below};
use crate::repository::scripts::Working;
use crate::repository::words::Call;
use crate::source::{Entry, Repository, beside};

/// Settings of Flyway with which files have other names than here.
const RENAMED: [&str; 8] = [
    "sqlMigrationPrefix",
    "undoSqlMigrationPrefix",
    "sqlMigrationSeparator",
    "sqlMigrationSuffixes",
    "cherryPick",
    "FLYWAY_SQL_MIGRATION",
    "skipDefaultResolvers",
    "resolvers",
];

/// Reads `flyway migrate` and `flyway undo`.
pub fn flyway(call: &Call<'_>, working: &Working, repository: &dyn Repository) -> Option<Order> {
    if RENAMED.iter().any(|name| call.text.contains(name)) {
        return None;
    }
    let way = match () {
        () if call.has("migrate") => Way::Up,
        () if call.has("undo") => Way::Down,
        () => return None,
    };
    let place = locations(call, working, repository)?;
    let target = call.value(&["-target", "--target"]);
    let range = call.words.iter().find(|(text, _)| text.is_some_and(|text| text.contains("target="))).map(|(_, range)| range.clone());
    let to = match (target, way) {
        (Some(Some("latest")), _) | (None, Way::Up) => To::Head,
        (Some(Some(version)), way) if version.starts_with(|c: char| c.is_ascii_digit()) => {
            let version = normal(version.trim_end_matches('?'));
            // It takes back every version down to the target, that one too.
            if way == Way::Down { To::Before(version) } else { To::Named(version) }
        }
        _ => To::Unknown,
    };
    Some(Order { tool: Tool::Flyway, place, way, to, range: range.unwrap_or(call.range.clone()) })
}

/// Returns the one folder in which Flyway looks: by the command, by its settings, or where it stands by default.
fn locations(call: &Call<'_>, working: &Working, repository: &dyn Repository) -> Option<String> {
    let given = match call.value(&["-locations", "--locations"]) {
        Some(given) => given?.to_owned(),
        None => {
            let config = match call.value(&["-configFiles", "--configFiles"]) {
                Some(config) => Some(located(working, repository, config?)?),
                None => ["flyway.toml", "flyway.conf", "conf/flyway.conf"].iter().find_map(|name| located(working, repository, name)),
            };
            let text = config.as_ref().map(|config| repository.text(config)).unwrap_or_default().unwrap_or_default();
            if RENAMED.iter().any(|name| text.contains(name)) {
                return None;
            }
            let lines = text.lines().map(str::trim);
            let locations = lines.filter_map(|line| line.strip_prefix("flyway.").unwrap_or(line).strip_prefix("locations")).next();
            match locations.and_then(|rest| rest.trim_start().strip_prefix('=')) {
                Some(value) => value.trim().trim_matches(['[', ']']).trim().trim_matches('"').to_owned(),
                None => {
                    let defaults = ["sql", "src/main/resources/db/migration", "db/migration"];
                    let mut found = defaults.iter().filter_map(|name| match working.find(repository, name) {
                        crate::repository::scripts::Found::At(path) if repository.entry(&path) == Entry::Folder => Some(path),
                        _ => None,
                    });
                    return found.next();
                }
            }
        }
    };
    if given.contains([',', '*', '$']) {
        return None;
    }
    let path = match given.split_once(':') {
        Some(("filesystem", path)) => path.to_owned(),
        Some(("classpath", path)) => format!("src/main/resources/{path}"),
        Some(_) => return None,
        None => given,
    };
    match working.find(repository, &path) {
        crate::repository::scripts::Found::At(path) if repository.entry(&path) == Entry::Folder => Some(path),
        _ => None,
    }
}

/// Returns a version as Flyway compares it: `1_2` is `1.2`, and zeros behind do not count.
fn normal(version: &str) -> String {
    let mut parts: Vec<&str> = version.split(['.', '_']).map(|part| part.trim_start_matches('0')).collect();
    while parts.len() > 1 && parts.last() == Some(&"") {
        parts.pop();
    }
    parts.iter().map(|part| if part.is_empty() { "0" } else { part }).collect::<Vec<_>>().join(".")
}

fn compare(a: &str, b: &str) -> Ordering {
    let number = |part: &str| part.parse::<u128>().unwrap_or(u128::MAX);
    a.split('.').map(number).cmp(b.split('.').map(number))
}

/// Returns the versioned migrations: `V1__name.sql`, each with its `U1__name.sql`.
pub fn flyway_history(place: &str, repository: &dyn Repository) -> Option<History> {
    let mut forward: BTreeMap<String, String> = BTreeMap::new();
    let mut back: BTreeMap<String, String> = BTreeMap::new();
    let mut is_open = false;
    for path in below(repository, place)? {
        let name = path.rsplit('/').next().unwrap_or(&path);
        is_open |= [".java", ".class", ".kt", ".groovy"].iter().any(|ending| name.ends_with(ending));
        let Some((head, _)) = name.strip_suffix(".sql").and_then(|name| name.split_once("__")) else { continue };
        let into = match head.as_bytes().first() {
            Some(b'V') => &mut forward,
            Some(b'U') => &mut back,
            _ => continue,
        };
        into.insert(normal(&head[1..]), format!("{place}/{path}"));
    }
    let mut versions: Vec<(String, String)> = forward.into_iter().collect();
    versions.sort_by(|a, b| compare(&a.0, &b.0));
    let all = versions.into_iter().map(|(version, file)| Migration {
        down: back.get(&version).map_or(Source::Absent("it has no `U…` file"), |file| Source::Sql(file.clone())),
        up: Source::Sql(file.clone()),
        id: version,
        names: Vec::new(),
        parents: Vec::new(),
        file,
    });
    // What is written in Java stands anywhere.
    Some(History { is_open: is_open || place.contains("src/main"), ..History::linear(all.collect()) })
}

/// Reads `migrate -path DIR … goto|up|down|force`.
pub fn golang(call: &Call<'_>, working: &Working, repository: &dyn Repository) -> Option<Order> {
    let given = call.value(&["-path", "--path"]).or_else(|| call.value(&["-source", "--source"]))??;
    let path = given.strip_prefix("file://").unwrap_or(given);
    if path.contains("://") {
        return None;
    }
    let place = match working.find(repository, path.trim_start_matches("./")) {
        crate::repository::scripts::Found::At(path) => path,
        _ => return None,
    };
    let with = ["-path", "--path", "-source", "--source", "-database", "--database", "-lock-timeout", "-prefetch"];
    let operands = call.operands(&with);
    let (verb, rest) = operands.split_first()?;
    let count = rest.first();
    let range = count.map_or(call.range.clone(), |(_, range)| range.clone());
    let version = count.and_then(|(text, _)| *text).map(|text| text.trim_start_matches('0').to_owned());
    let (way, to) = match (verb.0?, version) {
        ("goto", Some(version)) => (Way::Either, To::Named(version)),
        ("force", Some(version)) if version != "-1" => (Way::Mark, To::Named(version)),
        ("up", None) if count.is_none() => (Way::Up, To::Head),
        ("up", _) => (Way::Up, To::Unknown),
        ("down", None) if count.is_none() => (Way::Down, To::Base),
        ("down", _) => (Way::Down, if call.has("-all") { To::Base } else { To::Unknown }),
        _ => return None,
    };
    Some(Order { tool: Tool::Golang, place, way, to, range })
}

/// Returns the migrations: `1_name.up.sql`, each with its `1_name.down.sql`.
pub fn golang_history(place: &str, repository: &dyn Repository) -> Option<History> {
    let mut files: BTreeMap<u128, (Option<String>, Option<String>)> = BTreeMap::new();
    for name in repository.names(place)? {
        let Some((version, rest)) = name.split_once('_') else { continue };
        let Ok(version) = version.parse::<u128>() else { continue };
        let direction = rest.rsplit('.').nth(1);
        let entry = files.entry(version).or_default();
        match direction {
            Some("up") => entry.0 = Some(format!("{place}/{name}")),
            Some("down") => entry.1 = Some(format!("{place}/{name}")),
            _ => {}
        }
    }
    let all = files.into_iter().filter_map(|(version, (up, down))| {
        let file = up.clone().or(down.clone())?;
        Some(Migration {
            id: version.to_string(),
            names: Vec::new(),
            parents: Vec::new(),
            file,
            up: up.map_or(Source::Absent("it has no `.up.sql` file"), Source::Sql),
            down: down.map_or(Source::Absent("it has no `.down.sql` file"), Source::Sql),
        })
    });
    Some(History::linear(all.collect()))
}

/// Reads `prisma migrate deploy` and `prisma migrate resolve`.
pub fn prisma(call: &Call<'_>, working: &Working, repository: &dyn Repository) -> Option<Order> {
    let operands = call.operands(&["--schema", "--applied", "--rolled-back"]);
    let verbs: Vec<&str> = operands.iter().filter_map(|(text, _)| *text).collect();
    let place = match call.value(&["--schema"]) {
        Some(schema) => located(working, repository, schema?)?,
        None => ["prisma/schema.prisma", "schema.prisma"].iter().find_map(|name| located(working, repository, name))?,
    };
    let place = beside(folder(&place), "migrations").filter(|place| repository.entry(place) == Entry::Folder)?;
    let named = ["--applied", "--rolled-back"].iter().find_map(|option| call.value(&[option]));
    let (way, to) = match verbs.as_slice() {
        ["migrate", "deploy", ..] => (Way::Up, To::Head),
        ["migrate", "resolve", ..] => (Way::Mark, To::Named(named??.to_owned())),
        _ => return None,
    };
    let range = match &to {
        To::Named(name) => call.words.iter().find(|(text, _)| text.is_some_and(|text| text.ends_with(name.as_str()))),
        _ => None,
    };
    Some(Order { tool: Tool::Prisma, place, way, to, range: range.map_or(call.range.clone(), |(_, range)| range.clone()) })
}

/// Returns the migrations: a folder each, in the order of their names.
pub fn prisma_history(place: &str, repository: &dyn Repository) -> Option<History> {
    let names = repository.names(place)?.into_iter();
    let all = names.map(|name| (format!("{place}/{name}/migration.sql"), name));
    let all = all.filter(|(file, _)| repository.entry(file) == Entry::File).map(|(file, name)| Migration {
        id: name,
        names: Vec::new(),
        parents: Vec::new(),
        up: Source::Sql(file.clone()),
        down: Source::Absent("Prisma takes nothing back"),
        file,
    });
    Some(History::linear(all.collect()))
}
