//! A bundle under construction: its files so far, and what in the plan it can't carry out.
//!
//! Owns the two forms of data that the runtime sources: a list of facts, and a list of calls. All text goes
//! through `emit::quote`; what can't be quoted is a finding.

use std::collections::{BTreeMap, BTreeSet};

use crate::diagnostic::Diagnostic;
use crate::emit::quote::{self, Unquotable};
use crate::plan::id::Id;
use crate::plan::value::{Duration, Place};
use crate::source::Span;

use super::File;
use super::manifest::StepFiles;

/// How wide a call may grow before its words go to the next line.
const WIDTH: usize = 110;

#[derive(Debug, Default)]
pub(super) struct Draft {
    /// What the plan comes to: its identity is made of these.
    pub(super) files: BTreeMap<String, File>,
    /// Constant text of ours that the plan has asked for.
    pub(super) methods: BTreeMap<String, File>,
    pub(super) findings: Vec<Diagnostic>,
    /// Variables of the operator's environment without which something can't run.
    pub(super) variables: BTreeSet<String>,
    /// Programs that have to be installed.
    pub(super) tools: BTreeSet<&'static str>,
    pub(super) step_files: StepFiles,
}

impl Draft {
    /// Adds a text file.
    pub(super) fn file(&mut self, path: String, text: String) {
        // INVARIANT: names are unique in a plan and numbers in a program, so that no two files share a path.
        debug_assert!(!self.files.contains_key(&path), "{path} is written twice");
        self.files.insert(path, File { bytes: text.into_bytes(), executable: false });
    }

    /// Adds a finding.
    pub(super) fn refuse(&mut self, finding: Diagnostic) {
        self.findings.push(finding);
    }

    fn kept(&mut self, quoted: Result<String, Unquotable>, span: Span) -> String {
        quoted.unwrap_or_else(|unquotable| {
            let what = unquotable.words();
            self.refuse(
                Diagnostic::error(
                    "form/unprintable",
                    span,
                    format!("{what} can't be carried into a shell script"),
                    format!("holds {what}"),
                )
                .help("take it out"),
            );
            String::new()
        })
    }
}

/// A `.conf` file: `fact KEY VALUE` a line.
pub(super) struct Facts<'d> {
    draft: &'d mut Draft,
    path: String,
    span: Span,
    text: String,
}

impl<'d> Facts<'d> {
    /// Begins the file at `path`, about what is declared at `span`. `about` stands in its first line.
    pub(super) fn new(draft: &'d mut Draft, path: impl Into<String>, span: Span, about: &str) -> Facts<'d> {
        Facts { draft, path: path.into(), span, text: format!("# {}\n", quote::comment(about)) }
    }

    /// States a value that is data, as it is. An empty value has no line.
    pub(super) fn data(&mut self, key: &str, value: &str) -> &mut Self {
        if !value.is_empty() {
            let quoted = quote::word(value);
            let quoted = self.draft.kept(quoted, self.span);
            self.text.push_str(&format!("fact {key} {quoted}\n"));
        }
        self
    }

    /// States a text for people: one line, without what disturbs a terminal.
    pub(super) fn text(&mut self, key: &str, value: &str) -> &mut Self {
        self.data(key, &quote::line(value))
    }

    /// States the value where there is one.
    pub(super) fn maybe(&mut self, key: &str, value: Option<&str>) -> &mut Self {
        self.data(key, value.unwrap_or_default())
    }

    /// States names, blank separated.
    pub(super) fn names<'n>(&mut self, key: &str, names: impl IntoIterator<Item = &'n str>) -> &mut Self {
        self.data(key, &names.into_iter().collect::<Vec<_>>().join(" "))
    }

    /// States whole seconds.
    pub(super) fn seconds(&mut self, key: &str, duration: Option<Duration>) -> &mut Self {
        self.number(key, duration.map(|duration| duration.seconds))
    }

    /// States a number.
    pub(super) fn number(&mut self, key: &str, number: Option<u64>) -> &mut Self {
        self.maybe(key, number.map(|number| number.to_string()).as_deref())
    }

    /// States that it is so; what is not so has no line.
    pub(super) fn yes(&mut self, key: &str, holds: bool) -> &mut Self {
        self.data(key, if holds { "yes" } else { "" })
    }

    /// States a value, or under `KEY_env` the variable that holds it.
    pub(super) fn place(&mut self, key: &str, place: Option<&Place>) -> &mut Self {
        match place {
            Some(Place::Literal(value)) => self.data(key, value),
            Some(Place::Variable(name)) => {
                self.draft.variables.insert(name.clone());
                self.data(&format!("{key}_env"), name)
            }
            None => self,
        }
    }

    /// States which variables of the environment are needed, blank separated.
    pub(super) fn variables<'n>(&mut self, key: &str, names: impl IntoIterator<Item = &'n str>) -> &mut Self {
        let names = names.into_iter().collect::<Vec<_>>();
        self.draft.variables.extend(names.iter().map(|name| (*name).to_owned()));
        self.names(key, names)
    }

    /// Notes that something can't run without a program.
    pub(super) fn tool(&mut self, name: &'static str) -> &mut Self {
        self.draft.tools.insert(name);
        self
    }

    /// Writes the file.
    pub(super) fn end(self) {
        self.draft.file(self.path, self.text);
    }
}

/// One call in a `steps.sh`: a word of the runtime, names and titles, then `key=value` pairs.
pub(super) struct Call {
    head: String,
    fields: Vec<String>,
    span: Span,
}

impl Call {
    /// Begins `WORD NAME TITLE`.
    pub(super) fn new(draft: &mut Draft, word: &str, name: &str, title: &str, span: Span) -> Call {
        let name = draft.kept(quote::word(name), span);
        let title = draft.kept(quote::word(&quote::line(title)), span);
        Call { head: format!("{word} {name} {title}"), fields: Vec::new(), span }
    }

    /// Adds `key=value`, the value being data.
    pub(super) fn field(&mut self, draft: &mut Draft, key: &str, value: &str) {
        let field = draft.kept(quote::assignment(key, value), self.span);
        self.fields.push(field);
    }

    /// Adds `key=value`, the value being a text for people.
    pub(super) fn text(&mut self, draft: &mut Draft, key: &str, value: &str) {
        self.field(draft, key, &quote::line(value));
    }

    /// Adds `key=value`, or `key_env=NAME` for a value that lives in a variable.
    pub(super) fn place(&mut self, draft: &mut Draft, key: &str, place: Option<&Place>) {
        match place {
            Some(Place::Literal(value)) => self.field(draft, key, value),
            Some(Place::Variable(name)) => {
                draft.variables.insert(name.clone());
                self.field(draft, &format!("{key}_env"), name);
            }
            None => {}
        }
    }

    /// Returns the call, on one line or continued over lines of a readable width, its first at `depth` levels of indentation.
    pub(super) fn lines(&self, depth: usize) -> String {
        let whole = format!("{}{} {}", indentation(depth), self.head, self.fields.join(" "));
        if whole.chars().count() <= WIDTH && !whole.contains('\n') {
            return whole.trim_end().to_owned() + "\n";
        }
        let (outer, inner) = (indentation(depth), indentation(depth + 1));
        let mut lines = vec![format!("{outer}{}", self.head)];
        let mut open = false;
        for field in &self.fields {
            match lines.last_mut() {
                Some(last) if open && last.chars().count() + 1 + field.chars().count() <= WIDTH => {
                    last.push(' ');
                    last.push_str(field);
                }
                _ => {
                    lines.push(format!("{inner}{field}"));
                    open = true;
                }
            }
        }
        lines.join(" \\\n") + "\n"
    }
}

/// Returns the blanks in front of a call.
pub(super) fn indentation(depth: usize) -> String {
    "    ".repeat(depth)
}

/// Returns the names of what the ids stand for.
pub(super) fn names<'p, T>(ids: impl IntoIterator<Item = Id<T>>, name: impl Fn(Id<T>) -> &'p str) -> Vec<&'p str> {
    ids.into_iter().map(name).collect()
}
