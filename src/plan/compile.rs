//! A root file and what it uses, to a plan.

use crate::diagnostic::{self, Diagnostic};
use crate::source::{FileId, Loader, Sources, Span};
use crate::syntax;
use crate::syntax::tree::{PartKind, Statement, StatementKind, Tree};

use super::{Plan, lexeme, read};

/// What a compilation comes to.
#[derive(Debug, Default)]
pub struct Compiled {
    /// Present when the plan was read without errors; then every id in it is real.
    pub plan: Option<Plan>,
    pub findings: Vec<Diagnostic>,
}

/// Why a used file's declarations are not there.
const UNREAD: [&str; 4] = ["reference/cycle", "reference/missing-file", "syntax/encoding", "syntax/too-long"];

/// Compiles the plan whose root file is `root`; files that it uses are loaded into `sources`.
pub fn compile(sources: &mut Sources, root: FileId, loader: &dyn Loader) -> Compiled {
    let mut uses = Uses { loader, findings: Vec::new(), loaded: Vec::new(), trees: Vec::new() };
    uses.file(sources, root, &mut vec![(root, Span::new(root, 0, 0))]);
    let incomplete = uses.findings.iter().any(|finding| UNREAD.contains(&finding.code));
    let (plan, mut findings) = read::plan(sources, &uses.trees, uses.findings);
    if incomplete {
        // What a file that could not be read would have declared is not missing beside it.
        findings.retain(|finding| finding.code != "reference/unknown");
    }
    diagnostic::sort(&mut findings);
    let sound = findings.iter().all(|finding| finding.severity != diagnostic::Severity::Error);
    Compiled { plan: plan.filter(|_| sound), findings }
}

struct Uses<'l> {
    loader: &'l dyn Loader,
    findings: Vec<Diagnostic>,
    /// Files by the name that the loader gave them.
    loaded: Vec<(String, FileId)>,
    /// A used file's tree stands before that of the file that uses it.
    trees: Vec<Tree>,
}

impl Uses<'_> {
    /// Parses a file and, first, what it uses. `path` holds the files under way, each with the `use` that led to it.
    fn file(&mut self, sources: &mut Sources, file: FileId, path: &mut Vec<(FileId, Span)>) {
        let parsed = syntax::parse(sources, file);
        self.findings.extend(parsed.findings);
        for statement in &parsed.tree.statements {
            if statement.kind == StatementKind::Sound && sources.text(statement.keyword) == "use" {
                self.used(sources, file, statement, path);
            }
        }
        self.trees.push(parsed.tree);
    }

    fn used(&mut self, sources: &mut Sources, file: FileId, statement: &Statement, path: &mut Vec<(FileId, Span)>) {
        let Some(part) = statement.parts.iter().find(|part| part.kind == PartKind::String) else { return };
        let Ok(wanted) = lexeme::string(sources.text(part.span)) else { return };
        let from = sources.file(file).name.clone();
        let (name, bytes) = match self.loader.load(&from, &wanted) {
            Ok(loaded) => loaded,
            Err(error) => {
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
        if self.loaded.iter().any(|(loaded, _)| *loaded == name) {
            return;
        }
        let (text, misread) = diagnostic::decode(bytes);
        let Some(id) = sources.add(name.clone(), text) else {
            self.findings.push(
                Diagnostic::error("syntax/too-long", part.span, format!("`{name}` is too long"), "used here").help("files end at 4 GiB"),
            );
            return;
        };
        self.loaded.push((name, id));
        if let Some(misread) = misread {
            self.findings.push(misread.finding(id).because(part.span, "used here"));
            return;
        }
        if path.len() > 64 {
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
