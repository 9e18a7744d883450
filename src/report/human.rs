//! Findings for people: the code, what is wrong, the lines that take part in it, and what to type. Drawn by miette,
//! which is known in this folder only.

use std::fmt;

use miette::{GraphicalReportHandler, GraphicalTheme, LabeledSpan, SourceCode};

use super::view::View;
use super::wrap::{plain, wrap};
use super::{Checked, Colour, Glyphs, Look, RuleText};
use crate::diagnostic::{Diagnostic, Severity};
use crate::source::Sources;

/// Columns below which a report is not narrowed further.
const NARROWEST: usize = 40;

/// How many codes the last line offers to explain.
const OFFERED: usize = 4;

/// Returns every finding with its lines, a blank line between two, and at the end what `rbk explain` knows more about.
pub fn render(checked: &[Checked<'_>], look: Look) -> String {
    let look = Look { width: look.width.max(NARROWEST), ..look };
    let handler = handler(look);
    let mut out = String::new();
    let mut codes = Vec::new();
    for one in checked {
        for finding in one.findings {
            // INVARIANT: writing to a string does not fail, and `View` answers every span that it handed out.
            handler.render_report(&mut out, &Shown::new(finding, one.sources, look)).expect("a string takes all");
            out.push('\n');
            if !codes.contains(&finding.code) {
                codes.push(finding.code);
            }
        }
    }
    if !codes.is_empty() {
        codes.truncate(OFFERED);
        out.push_str(&wrap(&format!("More: rbk explain {}", codes.join(" ")), look.width));
        out.push('\n');
    }
    out
}

/// Returns a line for each rule whose page is published; a link is not broken.
pub fn pages(rules: &[RuleText]) -> String {
    rules.iter().filter_map(|rule| rule.url.as_ref()).take(OFFERED).fold(String::new(), |all, url| all + "      " + &plain(url) + "\n")
}

fn handler(look: Look) -> GraphicalReportHandler {
    let theme = match (look.glyphs, look.colour) {
        (Glyphs::Unicode, Colour::Ansi) => GraphicalTheme::unicode(),
        (Glyphs::Unicode, Colour::Plain) => GraphicalTheme::unicode_nocolor(),
        (Glyphs::Ascii, Colour::Ansi) => GraphicalTheme::ascii(),
        (Glyphs::Ascii, Colour::Plain) => GraphicalTheme::none(),
    };
    // Lines are wrapped here, at blanks: miette's own wrapping would break `load-v2` at its hyphen.
    GraphicalReportHandler::new_themed(theme).with_urls(false).with_wrap_lines(false).with_width(look.width)
}

/// A finding as miette wants it.
#[derive(Debug)]
struct Shown {
    code: &'static str,
    severity: Severity,
    message: String,
    help: Option<String>,
    view: View,
}

impl Shown {
    fn new(finding: &Diagnostic, sources: &Sources, look: Look) -> Shown {
        Shown {
            code: finding.code,
            severity: finding.severity,
            message: wrap(&plain(&finding.message), look.width - 4),
            help: finding.help.as_ref().map(|help| wrap(&plain(help), look.width - 8)),
            view: View::new(&finding.labels, sources, look),
        }
    }
}

impl fmt::Display for Shown {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)
    }
}

impl std::error::Error for Shown {}

impl miette::Diagnostic for Shown {
    fn code<'a>(&'a self) -> Option<Box<dyn fmt::Display + 'a>> {
        Some(Box::new(self.code))
    }

    fn severity(&self) -> Option<miette::Severity> {
        Some(match self.severity {
            Severity::Error => miette::Severity::Error,
            Severity::Warning => miette::Severity::Warning,
            Severity::Info => miette::Severity::Advice,
        })
    }

    fn help<'a>(&'a self) -> Option<Box<dyn fmt::Display + 'a>> {
        self.help.as_ref().map(|help| Box::new(help) as Box<dyn fmt::Display>)
    }

    fn labels(&self) -> Option<Box<dyn Iterator<Item = LabeledSpan> + '_>> {
        Some(Box::new(self.view.labels.iter().cloned()))
    }

    fn source_code(&self) -> Option<&dyn SourceCode> {
        Some(&self.view)
    }
}
