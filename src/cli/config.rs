//! `rbk config`: what holds here, and who says so.

use std::fmt::{Display, Write};

use serde::Serialize;

use super::args::{ConfigArgs, ConfigCommand, ListFormat, ShowArgs};
use super::output::{Exit, Stop, product};
use super::settings::{self, Settings};
use crate::config::{At, Override, Selector};

/// The schema, for editors.
const SCHEMA: &str = include_str!("../../docs/schema/rbk-toml.schema.json");

/// Prints every value with where it comes from, or the schema of the file.
pub fn run(options: &ConfigArgs) -> Result<Exit, Stop> {
    match &options.command {
        ConfigCommand::Schema => product(SCHEMA)?,
        ConfigCommand::Show(options) => {
            let settings = settings::load(&options.input)?;
            settings.policy(&options.choice)?;
            let values = values(&settings, options)?;
            product(&match options.format {
                ListFormat::Human => human(&settings, &values),
                ListFormat::Json => json(&settings, values),
            })?;
        }
    }
    Ok(Exit::Fine)
}

/// A value that holds. A list is a value for each of its items; an empty one has no value.
#[derive(Debug, Serialize)]
struct Value {
    key: String,
    value: Option<String>,
    origin: Origin,
}

/// Who says so.
#[derive(Debug, Serialize)]
#[serde(tag = "kind", rename_all = "lowercase")]
enum Origin {
    Default,
    File { line: usize },
    Option { name: &'static str },
}

fn values(settings: &Settings, options: &ShowArgs) -> Result<Vec<Value>, Stop> {
    let (config, choice) = (&settings.config, &options.choice);
    let text = |at: &At<String>| (at.value.clone(), at.line);
    let rule = |at: &At<Selector>| (at.value.to_string(), at.line);
    let mut list = List(Vec::new());

    let root = options.input.root.as_ref().map(|root| root.display().to_string());
    list.one("root", root.map(|root| (root, "--root")), config.root.as_ref().map(text), None);
    list.many("exclude", NONE, "", config.exclude.iter().map(text).collect());
    let named: Vec<&str> = options.input.profiles.iter().map(|profile| profile.name).collect();
    let profiles =
        if named.is_empty() { config.profiles.iter().map(|at| (at.value.name.to_owned(), at.line)).collect() } else { Vec::new() };
    list.many("profiles", &named, "--profile", profiles);
    let fails = choice.fail_on.map(|fails| (fails.severity().word().to_owned(), "--fail-on"));
    list.one("check.fail-on", fails, config.fail_on.as_ref().map(|at| (at.value.word().to_owned(), at.line)), Some("error"));
    let selected: Vec<(String, usize)> = config.select.iter().flatten().map(rule).collect();
    match (choice.select.is_empty(), &config.select) {
        (true, None) => list.push("check.select", Some("all".to_owned()), Origin::Default),
        (true, Some(_)) => list.many("check.select", NONE, "", selected),
        (false, _) => list.many("check.select", &choice.select, "--select", Vec::new()),
    }
    list.many("check.ignore", &choice.ignore, "--ignore", config.ignore.iter().map(rule).collect());
    list.overrides("check", &config.severity);
    let baseline = choice.baseline.as_ref().map(|path| (path.display().to_string(), "--baseline"));
    list.one("check.baseline", baseline, config.baseline.as_ref().map(text), None);
    let url = choice.rules_url.clone().map(|url| (url, "--rules-url"));
    list.one("check.rules-url", url, config.rules_url.as_ref().map(text), None);

    let policy = settings.policy(choice)?;
    let speaking = options.file.as_deref().map(|file| settings.below(file).map_or(Vec::new(), |path| policy.speaking(&path)));
    for (index, of) in config.paths.iter().enumerate() {
        if speaking.as_ref().is_some_and(|speaking| !speaking.contains(&index)) {
            continue;
        }
        let key = format!("check.paths[{index}]");
        list.many(&format!("{key}.files"), NONE, "", of.files.iter().map(text).collect());
        list.many(&format!("{key}.ignore"), NONE, "", of.ignore.iter().map(rule).collect());
        list.overrides(&key, &of.severity);
    }
    Ok(list.0)
}

/// No option stands before the file.
const NONE: &[&str] = &[];

struct List(Vec<Value>);

impl List {
    fn push(&mut self, key: &str, value: Option<String>, origin: Origin) {
        self.0.push(Value { key: key.to_owned(), value, origin });
    }

    fn one(&mut self, key: &str, option: Option<(String, &'static str)>, file: Option<(String, usize)>, default: Option<&str>) {
        match (option, file) {
            (Some((value, name)), _) => self.push(key, Some(value), Origin::Option { name }),
            (None, Some((value, line))) => self.push(key, Some(value), Origin::File { line }),
            (None, None) => self.push(key, default.map(str::to_owned), Origin::Default),
        }
    }

    fn many(&mut self, key: &str, options: &[impl Display], name: &'static str, file: Vec<(String, usize)>) {
        if options.is_empty() && file.is_empty() {
            self.push(key, None, Origin::Default);
        }
        for (value, line) in file {
            self.push(key, Some(value), Origin::File { line });
        }
        for option in options {
            self.push(key, Some(option.to_string()), Origin::Option { name });
        }
    }

    fn overrides(&mut self, place: &str, overrides: &[At<Override>]) {
        if overrides.is_empty() {
            self.push(&format!("{place}.severity"), None, Origin::Default);
        }
        for At { value: (selector, severity), line } in overrides {
            self.push(&format!("{place}.severity.\"{selector}\""), Some(severity.word().to_owned()), Origin::File { line: *line });
        }
    }
}

fn human(settings: &Settings, values: &[Value]) -> String {
    let file = settings.file.as_ref().map(|file| file.name.as_str());
    let shown = |value: &Value| value.value.as_ref().map_or("none".to_owned(), |value| format!("\"{value}\""));
    let width = |text: fn(&Value) -> usize| values.iter().map(text).max().unwrap_or(0);
    let keys = width(|value| value.key.chars().count());
    let texts = values.iter().map(|value| shown(value).chars().count()).max().unwrap_or(0);
    let mut out = String::new();
    for value in values {
        let origin = match &value.origin {
            Origin::Default => "default".to_owned(),
            Origin::File { line } => format!("{}:{line}", file.unwrap_or_default()),
            Origin::Option { name } => (*name).to_owned(),
        };
        // INVARIANT: writing to a string does not fail.
        let _ = writeln!(out, "{:keys$}  {:texts$}  {origin}", value.key, shown(value));
    }
    out
}

/// `schema_version` grows when a field changes its meaning or goes away.
#[derive(Serialize)]
struct Document<'a> {
    schema_version: u32,
    file: Option<&'a str>,
    values: Vec<Value>,
}

fn json(settings: &Settings, values: Vec<Value>) -> String {
    let file = settings.file.as_ref().map(|file| file.name.as_str());
    // INVARIANT: plain data with string keys serialises.
    let mut text = serde_json::to_string_pretty(&Document { schema_version: 1, file, values }).expect("plain data");
    text.push('\n');
    text
}
