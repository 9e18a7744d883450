//! Reads checks.

use crate::diagnostic::Diagnostic;
use crate::plan::action::Language;
use crate::plan::check::{Check, Expectation, HttpMethod, Probe};
use crate::plan::lexeme;
use crate::source::{Span, Spanned};
use crate::syntax::tree::{PartKind, Statement};

use super::{Parts, Reader};

impl Reader<'_> {
    /// Reads `check NAME TITLE [on TARGET] [via HOST] { … }`.
    pub fn check(&mut self, statement: &Statement) -> Check {
        let mut parts = Parts::of(statement);
        let header = self.header(statement, &mut parts);
        let on = if self.word(&mut parts, "on") { self.name(&mut parts) } else { None };
        let via = if self.word(&mut parts, "via") { self.name(&mut parts) } else { None };
        let mut check = Check { header, on, via, probe: None, expect: None, timeout: None, retry: None, dir: None };
        let mut headers = Vec::new();
        let mut body = None;
        let mut probe_span: Option<Span> = None;
        for inner in self.block(statement, &["header"]) {
            let mut parts = Parts::of(inner);
            let word = self.keyword(inner);
            let probe = match word {
                "query" => parts.take(PartKind::Fence).map(|part| Probe::Query(self.fence(part))),
                "run" => parts.take(PartKind::Fence).map(|part| Probe::Run(self.fence(part))),
                "get" | "post" => {
                    let method = if word == "get" { HttpMethod::Get } else { HttpMethod::Post };
                    self.spanned_string(&mut parts).map(|path| Probe::Http { method, path: path.value, headers: Vec::new(), body: None })
                }
                "compare" => self.comparison_of_targets(&mut parts),
                "ask" => self.spanned_string(&mut parts).map(|question| Probe::Ask(question.value)),
                _ => None,
            };
            match word {
                "query" | "run" | "get" | "post" | "compare" | "ask" => {
                    if let Some(first) = probe_span {
                        self.findings.push(
                            Diagnostic::error("form/repeated", inner.keyword, "a check asks one thing", "asks again here")
                                .because(first, "asks here already")
                                .help("make a check of each"),
                        );
                    } else {
                        probe_span = Some(inner.keyword);
                        check.probe = probe;
                    }
                }
                "header" => {
                    if let (Some(name), Some(value)) = (self.spanned_string(&mut parts), self.place(&mut parts)) {
                        headers.push((name.value, value.value));
                    }
                }
                "body" => body = self.prose(&mut parts),
                "expect" => check.expect = self.expectation(inner),
                "timeout" => check.timeout = self.positive_duration(&mut parts).map(|timeout| timeout.value),
                "retry" => check.retry = self.retry(&mut parts),
                "dir" => check.dir = self.place(&mut parts).map(|dir| dir.value),
                _ => {}
            }
        }
        if let Some(Probe::Http { headers: of_probe, body: body_of_probe, .. }) = &mut check.probe {
            *of_probe = headers;
            *body_of_probe = body;
        } else if let (Some(_), Some(span)) = (&check.probe, probe_span)
            && (!headers.is_empty() || body.is_some())
        {
            self.findings.push(
                Diagnostic::error(
                    "form/wrong-target",
                    span,
                    "`header` and `body` belong to `get` and `post`",
                    "this is not asked over HTTP",
                )
                .help("remove them, or ask with `get` or `post`"),
            );
        }
        if probe_span.is_none()
            && statement
                .block
                .as_ref()
                .is_some_and(|block| block.statements.iter().all(|inner| inner.kind == crate::syntax::tree::StatementKind::Sound))
        {
            self.missing(&check.header, "question", "say how it asks: `query`, `run`, `get`, `post`, `compare` or `ask`");
        }
        self.fits(&check, probe_span);
        check
    }

    fn comparison_of_targets(&mut self, parts: &mut Parts<'_>) -> Option<Probe> {
        let targets = self.names(parts);
        let query = parts.take(PartKind::Fence)?;
        let query = self.fence(query);
        match targets.as_slice() {
            [left, right] => Some(Probe::Compare { left: *left, right: *right, query }),
            _ => None,
        }
    }

    fn expectation(&mut self, statement: &Statement) -> Option<Spanned<Expectation>> {
        let mut parts = Parts::of(statement);
        let first = parts.next()?;
        let text = self.text(first.span);
        let value = match first.kind {
            PartKind::Comparison => {
                let number = parts.take(PartKind::Number)?;
                Expectation::Compare(lexeme::comparison(text), self.text(number.span).to_owned())
            }
            PartKind::String => Expectation::Value(self.string(first)),
            PartKind::Number => Expectation::Value(text.to_owned()),
            _ => match text {
                "rows" => Expectation::Rows(self.integer(&mut parts)?.value),
                "empty" => Expectation::Empty,
                "exit" => Expectation::Exit(self.integer(&mut parts)?.value),
                "output" => Expectation::Output(self.spanned_string(&mut parts)?.value),
                "status" => Expectation::Status(self.integer(&mut parts)?.value),
                "baseline" => Expectation::Baseline,
                _ => {
                    let percent = parts.take(PartKind::Number)?;
                    Expectation::WithinOfBaseline(self.text(percent.span).trim_end_matches('%').to_owned())
                }
            },
        };
        Some(Spanned::new(value, statement.span))
    }

    /// Reports a question and an expectation that do not fit each other, or the language of a fence.
    fn fits(&mut self, check: &Check, probe_span: Option<Span>) {
        let Some(probe) = &check.probe else { return };
        let code = match probe {
            Probe::Query(code) | Probe::Compare { query: code, .. } => Some((code, "sql")),
            Probe::Run(code) => Some((code, "sh")),
            _ => None,
        };
        if let Some((code, wanted)) = code {
            let fits = match wanted {
                "sql" => code.language == Language::Sql,
                _ => matches!(code.language, Language::Sh | Language::Bash),
            };
            if !fits && !code.language.word().is_empty() {
                self.findings.push(
                    Diagnostic::error(
                        "form/wrong-language",
                        code.span,
                        format!("this is `{}`, and `{wanted}` is asked for here", code.language.word()),
                        "wrong language",
                    )
                    .help(format!("open the fence with ```{wanted}")),
                );
            }
        }
        let Some(expect) = &check.expect else {
            if matches!(probe, Probe::Query(_)) {
                self.findings.push(
                    Diagnostic::error(
                        "form/missing",
                        check.header.name_span,
                        format!("`{}` asks and expects nothing", check.header.name),
                        "any answer would do",
                    )
                    .because(probe_span.unwrap_or(check.header.span), "asked here")
                    .help("add `expect`: a value, `> N`, `rows N`, `empty`, `baseline` or `within N% of baseline`"),
                );
            }
            return;
        };
        let fits = match (&expect.value, probe) {
            (Expectation::Exit(_), Probe::Run(_)) | (Expectation::Status(_), Probe::Http { .. }) => true,
            (Expectation::Exit(_) | Expectation::Status(_), _) => false,
            (Expectation::Output(_), Probe::Run(_) | Probe::Http { .. }) => true,
            (Expectation::Output(_), _) => false,
            (Expectation::Rows(_) | Expectation::Empty, Probe::Query(_) | Probe::Run(_)) => true,
            (Expectation::Rows(_) | Expectation::Empty, _) => false,
            (_, Probe::Ask(_) | Probe::Compare { .. }) => false,
            _ => true,
        };
        if !fits {
            let (asks, may) = match probe {
                Probe::Query(_) => ("a query", "a value, a comparison, `rows N`, `empty`, `baseline` or `within N% of baseline`"),
                Probe::Run(_) => ("a command", "`exit N`, `output \"TEXT\"`, a value, a comparison, `empty` or `baseline`"),
                Probe::Http { .. } => ("a request", "`status N`, `output \"TEXT\"` or a value"),
                Probe::Compare { .. } => ("a comparison", "nothing: both sides have to be equal"),
                Probe::Ask(_) => ("a question to a person", "nothing: the answer has to be yes"),
            };
            self.findings.push(
                Diagnostic::error("form/expectation", expect.span, format!("{asks} can't answer this"), "does not fit the question")
                    .because(probe_span.unwrap_or(check.header.span), format!("`{}` asks here", check.header.name))
                    .help(format!("{asks} may expect {may}")),
            );
        }
    }
}
