//! What a run of `rbk check` is told in: the form on stdout, and the files beside it.

use std::collections::{BTreeMap, BTreeSet};

use crate::cli::args::{CheckArgs, ReportFile, ReportFormat};
use crate::cli::files;
use crate::cli::output::Stop;
use crate::report::{self, Checked, Look, RuleText, Run, Unread};
use crate::rules::REGISTRY;

/// A run, and how it is told.
pub struct Told<'a> {
    pub run: Run<'a>,
    pub look: Look,
    pub options: &'a CheckArgs,
}

impl Told<'_> {
    /// Returns the run in a form.
    pub fn render(&self, format: ReportFormat) -> String {
        render(format, &self.run, self.look)
    }

    /// Writes every report that was asked for, each whole or not at all. The first that can't be written is trouble, the others are
    /// written still.
    pub fn write_files(&self) -> Result<(), Stop> {
        let plain = Look { colour: report::Colour::Plain, ..self.look };
        let mut outcome = Ok(());
        for file in &self.options.reports {
            let written = files::write(&file.path, &render(file.format, &self.run, plain));
            outcome = outcome.and(written);
        }
        outcome
    }
}

/// Returns a run in a form.
pub fn render(format: ReportFormat, run: &Run<'_>, look: Look) -> String {
    match format {
        ReportFormat::Human => {
            report::human::render(run.checked, look)
                + &report::human::pages(run.rules)
                + &report::verdicts::render(run.verdicts.unwrap_or_default())
        }
        ReportFormat::Concise => report::concise::render(run.checked),
        ReportFormat::Json => report::json::render(run),
        ReportFormat::JsonLines => report::json_lines::render(run),
        ReportFormat::Sarif => report::sarif::render(run),
        ReportFormat::Github => report::github::render(run),
        ReportFormat::Gitlab => report::gitlab::render(run),
        ReportFormat::Junit => report::junit::render(run),
        ReportFormat::Checkstyle => report::checkstyle::render(run),
        ReportFormat::Markdown => report::markdown::render(run),
    }
}

/// Refuses two reports in one file: the second would write over the first.
pub fn distinct(reports: &[ReportFile]) -> Result<(), Stop> {
    let mut seen = BTreeSet::new();
    for report in reports {
        if !seen.insert(&report.path) {
            let path = files::shown(&report.path);
            return Err(Stop::advised(format!("two reports go to {path}"), "give each `--report` a file of its own"));
        }
    }
    Ok(())
}

/// Returns the rules that findings name, in the order of the registry.
pub fn rule_texts(checked: &[Checked<'_>], url: Option<&str>) -> Vec<RuleText> {
    let named: BTreeSet<&str> = checked.iter().flat_map(|one| one.findings).map(|finding| finding.code).collect();
    let named = REGISTRY.iter().filter(|rule| named.contains(rule.name));
    named
        .map(|rule| RuleText {
            name: rule.name,
            severity: rule.severity,
            summary: rule.summary(),
            page: rule.page(),
            url: url.map(|url| address(url, rule.name)),
        })
        .collect()
}

/// Returns where the page of a rule is published.
fn address(url: &str, rule: &str) -> String {
    if url.contains("{rule}") { url.replace("{rule}", rule) } else { format!("{url}#{}", rule.replace('/', "")) }
}

/// Returns, by name, what every file of a run is called from the repository's root.
pub fn paths(checked: &[Checked<'_>], unread: &[Unread]) -> BTreeMap<String, String> {
    let read = checked.iter().flat_map(|one| one.sources.iter().map(|(_, file)| file.name.as_str()));
    files::rooted(read.chain(unread.iter().map(|unread| unread.file.as_str())))
}
