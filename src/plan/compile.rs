//! A root file and what it uses, to a plan.

use std::collections::HashSet;

use crate::diagnostic::{self, Diagnostic};
use crate::source::{FileId, Loader, Sources, Span};
use crate::syntax;
use crate::syntax::tree::{PartKind, Statement, StatementKind, Tree};

use super::{Plan, lexeme, read, schema};

/// What a compilation comes to.
#[derive(Debug, Default)]
pub struct Compiled {
    /// Present when the plan was read without errors; then every id in it is real.
    pub plan: Option<Plan>,
    pub findings: Vec<Diagnostic>,
}

/// Compiles the plan whose root file is `root`; files that it uses are loaded into `sources`.
pub fn compile(sources: &mut Sources, root: FileId, loader: &dyn Loader) -> Compiled {
    let mut uses = Uses { loader, root, findings: Vec::new(), loaded: HashSet::new(), trees: Vec::new(), incomplete: false };
    uses.file(sources, root, &mut vec![(root, Span::new(root, 0, 0))]);
    let (mut plan, mut findings) = read::plan(sources, root, &uses.trees, uses.incomplete, uses.findings);
    if let Some(plan) = &mut plan {
        schema::load(plan, sources, loader, &mut findings);
    }
    diagnostic::sort(&mut findings);
    let sound = findings.iter().all(|finding| finding.severity != diagnostic::Severity::Error);
    Compiled { plan: plan.filter(|_| sound), findings }
}

struct Uses<'l> {
    loader: &'l dyn Loader,
    findings: Vec<Diagnostic>,
    root: FileId,
    /// Files by the name that the loader gave them.
    loaded: HashSet<String>,
    /// Whether a file could not be read.
    incomplete: bool,
    /// A used file's tree stands before that of the file that uses it.
    trees: Vec<Tree>,
}

impl Uses<'_> {
    /// Parses a file and, first, what it uses. `path` holds the files under way, each with the `use` that led to it.
    fn file(&mut self, sources: &mut Sources, file: FileId, path: &mut Vec<(FileId, Span)>) {
        let parsed = syntax::parse(sources, file);
        self.findings.extend(parsed.findings);
        // INVARIANT: the path ends with the file that is read.
        let (_, by) = path[path.len() - 1];
        if let Some(plan) = parsed.tree.statements.iter().find(|statement| file != self.root && sources.text(statement.keyword) == "plan") {
            let name = &sources.file(file).name;
            self.findings.push(
                Diagnostic::error(
                    "form/used-plan",
                    plan.keyword,
                    format!("`{name}` is used by a plan and declares one itself"),
                    "a plan of its own",
                )
                .because(by, "used here")
                .help("move what both plans share into a file without `plan`, and `use` that one in both"),
            );
        }
        for statement in &parsed.tree.statements {
            if sources.text(statement.keyword) == "use" {
                match statement.kind {
                    StatementKind::Sound => self.used(sources, file, statement, path),
                    StatementKind::Junk => self.incomplete = true,
                }
            }
        }
        self.trees.push(parsed.tree);
    }

    fn used(&mut self, sources: &mut Sources, file: FileId, statement: &Statement, path: &mut Vec<(FileId, Span)>) {
        let Some(part) = statement.parts.iter().find(|part| part.kind == PartKind::String) else { return };
        let wanted = match lexeme::string(sources.text(part.span)) {
            Ok(wanted) => wanted,
            Err((range, (message, help))) => {
                self.incomplete = true;
                let start = part.span.start as usize;
                let place = Span::new(file, start + range.start, start + range.end);
                self.findings.push(Diagnostic::error("value/escape", place, message, "here").help(help));
                return;
            }
        };
        let from = sources.file(file).name.clone();
        let (name, bytes) = match self.loader.load(&from, &wanted) {
            Ok(loaded) => loaded,
            Err(error) => {
                self.incomplete = true;
                self.findings.push(
                    Diagnostic::error("reference/missing-file", part.span, format!("can't use `{wanted}`: {}", error.0), "used here")
                        .help("paths are relative to the file that says `use`, and stay below the root"),
                );
                return;
            }
        };
        if let Some(at) = path.iter().position(|(on_path, _)| sources.file(*on_path).name == name) {
            let chain: Vec<String> = path[at..].iter().map(|(on_path, _)| format!("`{}`", sources.file(*on_path).name)).collect();
            let mut finding = Diagnostic::error(
                "reference/cycle",
                part.span,
                format!("files use each other: {} → {}", chain.join(" → "), chain[0]),
                format!("uses `{name}` again"),
            );
            for (_, by) in path.iter().skip(at + 1) {
                finding = finding.because(*by, "used here");
            }
            self.findings.push(finding.help("move what both need into a third file"));
            return;
        }
        if !self.loaded.insert(name.clone()) {
            return;
        }
        let (text, misread) = diagnostic::decode(bytes);
        let Some(id) = sources.add(name.clone(), text) else {
            self.incomplete = true;
            self.findings.push(
                Diagnostic::error("syntax/too-long", part.span, format!("`{name}` is too long"), "used here").help("files end at 4 GiB"),
            );
            return;
        };
        if let Some(misread) = misread {
            self.incomplete = true;
            self.findings.push(misread.finding(id).because(part.span, "used here"));
            return;
        }
        if path.len() > 64 {
            self.incomplete = true;
            self.findings.push(
                Diagnostic::error("reference/cycle", part.span, "files are used more than 64 deep", "used here")
                    .help("use them from the plan itself"),
            );
            return;
        }
        path.push((id, part.span));
        self.file(sources, id, path);
        path.pop();
    }
}
