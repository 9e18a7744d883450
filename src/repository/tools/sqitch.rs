//! Sqitch: changes in the order of its plan, each with a script to deploy and one to revert.

use super::{Order, To, Tool, Way, located};
use crate::repository::history::{History, Migration, Source};
use crate::repository::scripts::Working;
use crate::repository::words::Call;
use crate::source::{Entry, Repository, beside};

/// Options that are followed by a value.
const WITH: [&str; 24] = [
    "-t",
    "--target",
    "-d",
    "--db-name",
    "-u",
    "--db-user",
    "-h",
    "--db-host",
    "-p",
    "--db-port",
    "--to",
    "--to-change",
    "--to-target",
    "-f",
    "--plan-file",
    "-C",
    "--chdir",
    "--cd",
    "-s",
    "--set",
    "--mode",
    "--engine",
    "--registry",
    "--db-client",
];

/// Reads `sqitch deploy` and `sqitch revert`.
pub fn order(call: &Call<'_>, working: &Working, repository: &dyn Repository) -> Option<Order> {
    let operands = call.operands(&WITH);
    let way = match operands.first()?.0? {
        "deploy" => Way::Up,
        "revert" => Way::Down,
        _ => return None,
    };
    if ["-C", "--chdir", "--cd", "--onto"].iter().any(|option| call.value(&[option]).is_some()) {
        return None;
    }
    let place = match call.value(&["-f", "--plan-file"]) {
        Some(plan) => located(working, repository, plan?)?,
        None => {
            let config = located(working, repository, "sqitch.conf");
            let text = config.as_ref().and_then(|config| repository.text(config)).unwrap_or_default();
            let setting = |name: &str| {
                let value = |line: &'_ str| Some(line.trim().strip_prefix(name)?.trim_start().strip_prefix('=')?.trim().to_owned());
                text.lines().find_map(value)
            };
            if ["deploy_dir", "revert_dir", "reworked_dir"].iter().any(|name| setting(name).is_some()) {
                return None;
            }
            let plan = setting("plan_file").or_else(|| setting("top_dir").map(|top| format!("{top}/sqitch.plan")));
            match config {
                Some(config) => beside(super::folder(&config), plan.as_deref().unwrap_or("sqitch.plan"))?,
                None => located(working, repository, "sqitch.plan")?,
            }
        }
    };
    let named = call.value(&["--to", "--to-change"]).or_else(|| call.value(&["--to-target"]).map(|_| None));
    let to = match (named, way) {
        (Some(Some(name)), _) if !name.contains(['^', '~']) => match name.trim_start_matches('@') {
            "HEAD" => To::Unknown,
            "ROOT" => To::Unknown,
            hash if hash.len() >= 6 && hash.bytes().all(|byte| byte.is_ascii_hexdigit()) => To::Unknown,
            _ => To::Named(name.to_owned()),
        },
        (Some(_), _) => To::Unknown,
        (None, Way::Down) => To::Base,
        (None, _) => To::Head,
    };
    let range = match &to {
        To::Named(name) => call.words.iter().find(|(text, _)| text.is_some_and(|text| text.ends_with(name.as_str()))),
        _ => None,
    };
    Some(Order { tool: Tool::Sqitch, place, way, to, range: range.map_or(call.range.clone(), |(_, range)| range.clone()) })
}

/// Returns the changes of a plan; `None` for one that reworks some.
pub fn history(place: &str, repository: &dyn Repository) -> Option<History> {
    let text = repository.text(place)?;
    let top = super::folder(place);
    let mut all: Vec<Migration> = Vec::new();
    for line in text.lines().map(|line| line.split('#').next().unwrap_or_default().trim()) {
        let Some(word) = line.split_whitespace().next().filter(|word| !word.starts_with('%')) else { continue };
        if word.starts_with('@') {
            if let Some(last) = all.last_mut() {
                last.names.extend([word.to_owned(), format!("{}{word}", last.id)]);
            }
            continue;
        }
        if word.starts_with(['+', '-']) || all.iter().any(|known| known.id == word) {
            return None;
        }
        let script = |kind: &str| {
            let path = beside(top, &format!("{kind}/{word}.sql"))?;
            (repository.entry(&path) == Entry::File).then_some(path)
        };
        all.push(Migration {
            id: word.to_owned(),
            names: Vec::new(),
            parents: Vec::new(),
            file: script("deploy").unwrap_or_else(|| format!("{top}/deploy/{word}.sql")),
            up: script("deploy").map_or(Source::Absent("it has no script to deploy"), Source::Sql),
            down: script("revert").map_or(Source::Absent("it has no script to revert"), Source::Sql),
        });
    }
    Some(History::linear(all))
}
