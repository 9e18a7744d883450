//! Findings as SARIF 2.1.0, the standard by which services take over results of analyses. Columns count characters; paths are relative
//! to the repository's root.

use std::fmt::Write;

use serde::Serialize;

use super::run::{Found, Place, RuleText};
use super::{Run, Trouble};
use crate::diagnostic::{Mend, Severity, mend};
use crate::source::Span;

const SCHEMA: &str = "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json";

/// The name of what paths are relative to.
const BASE: &str = "%SRCROOT%";

/// Returns the log, with a final newline.
pub fn render(run: &Run<'_>) -> String {
    let found = run.found();
    let log = Log {
        schema: SCHEMA,
        version: "2.1.0",
        runs: [SarifRun {
            tool: Tool { driver: Driver::of(run.rules) },
            invocations: [Invocation::of(run)],
            column_kind: "unicodeCodePoints",
            results: found.iter().map(|found| Outcome::of(found, run)).collect(),
        }],
    };
    // INVARIANT: plain data with string keys serialises.
    let mut text = serde_json::to_string_pretty(&log).expect("plain data");
    text.push('\n');
    text
}

#[derive(Serialize)]
struct Log<'a> {
    #[serde(rename = "$schema")]
    schema: &'a str,
    version: &'a str,
    runs: [SarifRun<'a>; 1],
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct SarifRun<'a> {
    tool: Tool<'a>,
    invocations: [Invocation; 1],
    column_kind: &'a str,
    results: Vec<Outcome<'a>>,
}

#[derive(Serialize)]
struct Tool<'a> {
    driver: Driver<'a>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Driver<'a> {
    name: &'a str,
    version: &'a str,
    semantic_version: &'a str,
    rules: Vec<Descriptor<'a>>,
}

impl<'a> Driver<'a> {
    fn of(rules: &'a [RuleText]) -> Driver<'a> {
        let version = env!("CARGO_PKG_VERSION");
        Driver { name: "rbk", version, semantic_version: version, rules: rules.iter().map(Descriptor::of).collect() }
    }
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Descriptor<'a> {
    id: &'a str,
    short_description: Message,
    help: Help<'a>,
    #[serde(skip_serializing_if = "Option::is_none")]
    help_uri: Option<&'a str>,
    default_configuration: Configuration,
    properties: Properties<'a>,
}

impl<'a> Descriptor<'a> {
    fn of(rule: &'a RuleText) -> Descriptor<'a> {
        Descriptor {
            id: rule.name,
            short_description: Message { text: rule.summary.clone() },
            help: Help { text: &rule.page, markdown: &rule.page },
            help_uri: rule.url.as_deref(),
            default_configuration: Configuration { level: level(rule.severity) },
            properties: Properties { tags: [rule.name.split('/').next().unwrap_or(rule.name)] },
        }
    }
}

#[derive(Serialize)]
struct Help<'a> {
    text: &'a str,
    markdown: &'a str,
}

#[derive(Serialize)]
struct Configuration {
    level: &'static str,
}

#[derive(Serialize)]
struct Properties<'a> {
    tags: [&'a str; 1],
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Invocation {
    execution_successful: bool,
    tool_execution_notifications: Vec<Notification>,
}

impl Invocation {
    fn of(run: &Run<'_>) -> Invocation {
        let unread = run.unread.iter().map(|unread| Notification {
            level: "error",
            message: Message { text: format!("{}: {}", unread.file, unread.reason) },
            locations: vec![Location::of_file(run.path(&unread.file))],
        });
        let troubles = run.troubles.iter().map(|Trouble { message, help }| Notification {
            level: "error",
            message: Message { text: help.as_ref().map_or(message.clone(), |help| format!("{message}\nhelp: {help}")) },
            locations: Vec::new(),
        });
        let notifications: Vec<Notification> = unread.chain(troubles).collect();
        Invocation { execution_successful: notifications.is_empty(), tool_execution_notifications: notifications }
    }
}

#[derive(Serialize)]
struct Notification {
    level: &'static str,
    message: Message,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    locations: Vec<Location>,
}

#[derive(Serialize)]
struct Message {
    text: String,
}

/// A finding.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Outcome<'a> {
    rule_id: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    rule_index: Option<usize>,
    level: &'static str,
    message: Message,
    locations: [Location; 1],
    #[serde(skip_serializing_if = "Vec::is_empty")]
    related_locations: Vec<Location>,
    partial_fingerprints: Prints<'a>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    fixes: Vec<Fix>,
}

/// What can be typed for the author.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Fix {
    description: Message,
    artifact_changes: Vec<Change>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Change {
    artifact_location: Artifact,
    replacements: [Replacement; 1],
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Replacement {
    deleted_region: Region,
    inserted_content: Message,
}

impl Fix {
    fn of(mend: &Mend, found: &Found<'_>, run: &Run<'_>) -> Fix {
        let change = |(span, text): &(Span, String)| {
            let place = run.place(*span, found.sources);
            Change {
                artifact_location: Artifact::of(place.path),
                replacements: [Replacement { deleted_region: Region::of(place), inserted_content: Message { text: text.clone() } }],
            }
        };
        Fix { description: Message { text: mend.title.clone() }, artifact_changes: mend.edits.iter().map(change).collect() }
    }
}

#[derive(Serialize)]
struct Prints<'a> {
    #[serde(rename = "rbk/v1")]
    rbk: &'a str,
}

impl<'a> Outcome<'a> {
    fn of(found: &'a Found<'_>, run: &Run<'_>) -> Outcome<'a> {
        let finding = found.finding;
        let related = finding.labels.iter().enumerate().skip(1);
        Outcome {
            rule_id: finding.code,
            rule_index: run.rule(finding.code).map(|(index, _)| index),
            level: level(finding.severity),
            message: Message { text: found.advised("\n") },
            locations: [Location::of(None, found.place, &finding.labels[0].text)],
            related_locations: related
                .map(|(id, label)| Location::of(Some(id), run.place(label.span, found.sources), &label.text))
                .collect(),
            partial_fingerprints: Prints { rbk: &found.fingerprint },
            fixes: mend(finding, found.sources).iter().map(|mend| Fix::of(mend, found, run)).collect(),
        }
    }
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Location {
    #[serde(skip_serializing_if = "Option::is_none")]
    id: Option<usize>,
    physical_location: Physical,
    #[serde(skip_serializing_if = "Option::is_none")]
    message: Option<Message>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Physical {
    artifact_location: Artifact,
    #[serde(skip_serializing_if = "Option::is_none")]
    region: Option<Region>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Artifact {
    uri: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    uri_base_id: Option<&'static str>,
}

/// The end column stands behind the last character.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Region {
    start_line: usize,
    start_column: usize,
    end_line: usize,
    end_column: usize,
}

impl Location {
    fn of(id: Option<usize>, place: Place<'_>, text: &str) -> Location {
        let message = (!text.is_empty()).then(|| Message { text: text.to_owned() });
        let physical_location = Physical { artifact_location: Artifact::of(place.path), region: Some(Region::of(place)) };
        Location { id, physical_location, message }
    }

    fn of_file(path: &str) -> Location {
        Location { id: None, physical_location: Physical { artifact_location: Artifact::of(path), region: None }, message: None }
    }
}

impl Region {
    fn of(Place { start, end, .. }: Place<'_>) -> Region {
        Region { start_line: start.line, start_column: start.column, end_line: end.line, end_column: end.column }
    }
}

impl Artifact {
    fn of(path: &str) -> Artifact {
        match path.strip_prefix('/') {
            Some(_) => Artifact { uri: format!("file://{}", encoded(path)), uri_base_id: None },
            None => Artifact { uri: encoded(path), uri_base_id: Some(BASE) },
        }
    }
}

/// Returns a path as a URI's: everything but what RFC 3986 leaves alone, and `/`, is encoded.
fn encoded(path: &str) -> String {
    let mut out = String::with_capacity(path.len());
    for byte in path.bytes() {
        if byte.is_ascii_alphanumeric() || b"-._~/".contains(&byte) {
            out.push(char::from(byte));
        } else {
            let _ = write!(out, "%{byte:02X}");
        }
    }
    out
}

fn level(severity: Severity) -> &'static str {
    match severity {
        Severity::Error => "error",
        Severity::Warning => "warning",
        Severity::Info => "note",
    }
}
