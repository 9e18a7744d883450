//! Text to tree and findings. Never fails, never stops at the first error, never recurses deeper than
//! [`scan::MAX_DEPTH`] blocks.
//!
//! `scan` cuts a file into declarations, pest parses each on its own, and `recover` takes apart those that it refuses.
//! Owns the grammar's glue; pest is known only in this module.

mod grammar;
pub mod keyword;
mod lower;
mod recover;
pub mod scan;
pub mod tree;

use pest::Parser;

use crate::diagnostic::Diagnostic;
use crate::source::{FileId, Sources};

use grammar::{Grammar, Rule};
use keyword::Context;
use lower::Base;
use tree::{Statement, Tree};

/// A tree, and everything that is wrong with the text, in the text's order.
#[derive(Clone, Debug, Default)]
pub struct Parsed {
    pub tree: Tree,
    pub findings: Vec<Diagnostic>,
}

/// Parses a file of `sources`. Total: any text gives a tree.
pub fn parse(sources: &Sources, file: FileId) -> Parsed {
    let text = sources.file(file).text.as_str();
    let scan = scan::declarations(text, file);
    let mut findings = Vec::new();
    let mut statements: Vec<Statement> = Vec::with_capacity(scan.declarations.len());
    for declaration in scan.declarations {
        let slice = &text[declaration.start..declaration.end];
        let parsed = if declaration.is_sound() { Grammar::parse(Rule::lone_declaration, slice).ok() } else { None };
        let statement = match parsed.and_then(|mut pairs| pairs.next()?.into_inner().next()) {
            Some(pair) => lower::statement(Base { text, file, offset: declaration.start }, pair),
            None => {
                let cut = scan::statements(text, file, declaration);
                let mut found = Vec::new();
                let mut statement = recover::statement(text, file, Context::File, &cut, &mut found);
                statement.span.end = declaration.end as u32;
                if !declaration.is_sound() {
                    // What follows from an unclosed string, fence or block is not reported beside it.
                    found.retain(|finding| !follows(finding, &scan.findings[declaration.findings()]));
                }
                findings.extend(found);
                statement
            }
        };
        statements.push(statement);
    }
    findings.extend(scan.findings);
    let (_, end) = lower::attach(text, file, 0, text.len(), &mut statements, false);
    crate::diagnostic::sort(&mut findings);
    Parsed { tree: Tree { statements, end }, findings }
}

/// Returns whether `finding` lies on or behind the place of a structural finding, on the same line.
fn follows(finding: &Diagnostic, structural: &[Diagnostic]) -> bool {
    structural.iter().any(|cause| {
        cause.span().file == finding.span().file && finding.span().end >= cause.span().start && finding.span().start <= cause.span().end + 1
    })
}

/// Returns whether the whole text is a file by the grammar alone; what tests hold [`parse`] against.
pub fn accepts(text: &str) -> bool {
    Grammar::parse(Rule::file, text).is_ok()
}
