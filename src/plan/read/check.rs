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
        let mut has_expect = false;
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
                "expect" => {
                    has_expect = true;
                    check.expect = self.expectation(inner);
                }
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
        if probe_span.is_none() {
            self.missing(&check.header, "question", "say how it asks: `query`, `run`, `get`, `post`, `compare` or `ask`");
        }
        self.speaks(&check);
        if check.expect.is_some() {
            self.fits(&check, probe_span);
        } else if !has_expect {
            self.expects(&check, probe_span);
        }
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
                let number = self.plain_number(
                    &mut parts,
                    "answers are plain numbers: write bytes for a size, and `within 5% of baseline` for a share",
                )?;
                Expectation::Compare(lexeme::comparison(text), number.value)
            }
            PartKind::String => Expectation::Value(self.string(first)),
            PartKind::Number => {
                if text.ends_with(|last: char| !last.is_ascii_digit()) {
                    self.fault(
                        "value/number",
                        first.span,
                        (format!("`{text}` is not a plain number"), "put quotes around it if the answer is this text"),
                    );
                }
                Expectation::Value(text.to_owned())
            }
            _ => match text {
                "rows" => Expectation::Rows(self.integer(&mut parts)?.value),
                "empty" => Expectation::Empty,
                "exit" => Expectation::Exit(self.status(&mut parts, 0..=255, "a command ends with a status from 0 to 255")?.value),
                "output" => Expectation::Output(self.spanned_string(&mut parts)?.value),
                "status" => Expectation::Status(self.status(&mut parts, 100..=599, "HTTP answers with a status from 100 to 599")?.value),
                "baseline" => Expectation::Baseline,
                _ => {
                    let percent = parts.take(PartKind::Number)?;
                    let number = self.text(percent.span).trim_end_matches('%');
                    // The percent sign is the grammar's; what is not a number here is endless.
                    if number.parse::<f64>().is_ok_and(|number| number >= 100.0) {
                        let message = "an empty table would be near enough".to_owned();
                        self.fault("value/number", percent.span, (message, "give less than `100%`"));
                    }
                    Expectation::WithinOfBaseline(number.to_owned())
                }
            },
        };
        Some(Spanned::new(value, statement.span))
    }

    /// Reports a fence in another language than the question's.
    fn speaks(&mut self, check: &Check) {
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
    }

    /// Reports a query to which any answer would do.
    fn expects(&mut self, check: &Check, probe_span: Option<Span>) {
        let header = &check.header;
        if matches!(check.probe, Some(Probe::Query(_))) && !self.unread.within(header.whole) {
            let message = format!("`{}` asks and expects nothing", header.name);
            self.findings.push(
                Diagnostic::error("form/missing", header.name_span, message, "any answer would do")
                    .because(probe_span.unwrap_or(header.span), "asked here")
                    .help("add `expect`: a value, `> N`, `rows N`, `empty`, `baseline` or `within N% of baseline`"),
            );
        }
    }

    /// Reports a question and an expectation that do not fit each other.
    fn fits(&mut self, check: &Check, probe_span: Option<Span>) {
        let (Some(probe), Some(expect)) = (&check.probe, &check.expect) else { return };
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
            let (asks, help) = match probe {
                Probe::Query(_) => {
                    ("a query", "it may expect a value, a comparison, `rows N`, `empty`, `baseline` or `within N% of baseline`")
                }
                Probe::Run(_) => {
                    ("a command", "it may expect `exit N`, `output \"TEXT\"`, a value, a comparison, `rows N`, `empty` or `baseline`")
                }
                Probe::Http { .. } => ("a request", "it may expect `status N`, `output \"TEXT\"`, a value, a comparison or `baseline`"),
                Probe::Compare { .. } => ("a comparison", "remove `expect`: both sides have to be equal"),
                Probe::Ask(_) => ("a person who is asked", "remove `expect`: the answer has to be yes"),
            };
            self.findings.push(
                Diagnostic::error(
                    "form/expectation",
                    expect.span,
                    format!("{asks} does not answer like this"),
                    "does not fit the question",
                )
                .because(probe_span.unwrap_or(check.header.span), format!("`{}` asks here", check.header.name))
                .help(help),
            );
        }
    }
}
