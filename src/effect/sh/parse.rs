//! A script as the simple commands that it holds, in order, wherever they stand: in groups, loops, functions, substitutions. The
//! only file that knows the parser.

use std::borrow::Cow;
use std::collections::HashMap;
use std::ops::Range;

use shuck_ast::{
    ArrayElem, Assignment, AssignmentValue, BinaryOp, BuiltinCommand, Command, CompoundCommand, ConditionalExpr, DeclOperand,
    HeredocBodyPart, Pattern, PatternPart, Redirect, RedirectKind, RedirectTarget, Span, Stmt, StmtSeq, Word, WordPart, WordPartNode,
};
use shuck_parser::ShellDialect;
use shuck_parser::parser::{ParseStatus, Parser};

use super::guard::{assigned, refused};
use super::quote::{Quoting, bare};
use crate::effect::act::Opaque;
use crate::effect::mapped::{HOLE, Mapped};

/// A simple command.
#[derive(Clone, Debug, Default)]
pub struct Simple {
    pub range: Range<usize>,
    pub words: Vec<Mapped>,
    pub input: Input,
    /// Files that redirections write, and whether they add to them. Standard error is left out.
    pub output: Vec<(Mapped, bool)>,
    /// Files that redirections of standard error write.
    pub errors: Vec<(Mapped, bool)>,
    /// The command that reads what this one prints.
    pub feeds: Option<usize>,
}

/// What a command reads from standard input.
#[derive(Clone, Debug, Default)]
pub enum Input {
    #[default]
    None,
    /// A here-document or here-string.
    Text(Mapped),
    File(Mapped),
    /// What another command prints.
    Pipe(usize),
    /// What several commands print.
    Unknown,
}

/// What was found in a script.
#[derive(Clone, Debug, Default)]
pub struct Parsed {
    pub commands: Vec<Simple>,
    pub functions: Vec<String>,
    pub opaque: Vec<Opaque>,
}

/// Longer values of variables are no command.
const LONGEST: usize = 256;

/// Takes a script apart. What can't be parsed is opaque as a whole.
pub fn parse(source: &Mapped) -> Parsed {
    let refuse = |why| Parsed {
        opaque: vec![Opaque { range: source.place(&(0..source.text.len())), why }],
        commands: Vec::new(),
        functions: Vec::new(),
    };
    if let Some(why) = refused(&source.text) {
        return refuse(why);
    }
    let result = Parser::with_dialect(&legible(&source.text), ShellDialect::Bash).parse();
    if result.status != ParseStatus::Clean {
        return refuse("it is no shell that rbk can parse");
    }
    let mut walk = Walk {
        source,
        out: Parsed::default(),
        constants: HashMap::new(),
        commands: HashMap::new(),
        assigned: assigned(&source.text),
        guarded: 0,
    };
    walk.sequence(&result.file.body);
    walk.out
}

/// Returns the line at which a script stops being shell; `None` for one that a shell can read, or that is too much to look at.
pub fn misread(text: &str) -> Option<Range<usize>> {
    // The parser takes the brace of `\{}` for an open one.
    if refused(text).is_some() || text.contains("\\{") {
        return None;
    }
    let result = Parser::with_dialect(&legible(text), ShellDialect::Bash).parse();
    let first = result.diagnostics.iter().map(|found| found.span.start.offset()).min();
    let stopped = result.terminal_error.as_ref().map(|shuck_parser::Error::Parse { line, .. }| {
        text.split_inclusive('\n').take(line.saturating_sub(1)).map(str::len).sum::<usize>()
    });
    let at = match result.status {
        ParseStatus::Clean => return None,
        _ => first.or(stopped).unwrap_or(0).min(text.trim_end().len().saturating_sub(1)),
    };
    let start = text.get(..at).and_then(|before| before.rfind('\n')).map_or(0, |newline| newline + 1);
    let line = text[start..].split('\n').next().unwrap_or_default();
    let indent = line.len() - line.trim_start().len();
    Some(start + indent..start + line.trim_end().len().max(indent))
}

/// Returns the text as the parser can take it: behind an escape in double quotes it looks for a backtick's command one byte too early,
/// and panics inside of a character. Letters of one byte in the place of longer ones keep every place.
fn legible(text: &str) -> Cow<'_, str> {
    if text.is_ascii() || !text.contains('`') {
        return Cow::Borrowed(text);
    }
    Cow::Owned(text.chars().flat_map(|c| std::iter::repeat_n(if c.is_ascii() { c } else { 'X' }, c.len_utf8())).collect())
}

fn is_simple(statement: &Stmt) -> bool {
    matches!(statement.command, Command::Simple(_) | Command::Builtin(_) | Command::Decl(_))
}

fn redirect_range(redirect: &Redirect) -> Range<usize> {
    redirect.span.start.offset()..redirect.span.end.offset()
}

struct Walk<'s> {
    source: &'s Mapped,
    out: Parsed,
    /// Variables that have one value, known beforehand, from here on.
    constants: HashMap<String, Mapped>,
    /// What such variables hold as text, also where a part of it behind the program is only known when it runs.
    commands: HashMap<String, String>,
    assigned: HashMap<&'s str, usize>,
    /// How many groups, branches and loops stand around: what happens there may not happen.
    guarded: usize,
}

impl Walk<'_> {
    /// Returns the bytes of the text behind a span; `None` for one that the parser made up.
    fn bytes(&self, span: Span) -> Option<Range<usize>> {
        let range = span.start.offset()..span.end.offset();
        self.source.text.get(range.clone()).map(|_| range)
    }

    fn place(&self, span: Span) -> Range<usize> {
        let length = self.source.text.len();
        self.source.place(&self.bytes(span).unwrap_or(0..length))
    }

    /// Returns where a command stands, from its first word to its last; the parser's span may hold the `;` behind it.
    fn extent(&self, span: Span, words: &[Mapped], assignments: &[Assignment]) -> Range<usize> {
        let start = self.place(span).start;
        let ends = words.iter().map(|word| word.range.end).chain(assignments.iter().map(|assignment| self.place(assignment.span).end));
        start..ends.max().unwrap_or(start).max(start)
    }

    fn sequence(&mut self, sequence: &StmtSeq) {
        sequence.stmts.iter().for_each(|statement| self.statement(statement));
    }

    fn guarded(&mut self, sequence: &StmtSeq) {
        self.guarded += 1;
        self.sequence(sequence);
        self.guarded -= 1;
    }

    fn statement(&mut self, statement: &Stmt) {
        let first = self.out.commands.len();
        self.command(&statement.command);
        if statement.redirects.is_empty() {
            return;
        }
        // A group's redirections are those of each command in it that has none of its own, and of a command that does nothing.
        let mut ends = Simple { range: self.place(statement.span), ..Simple::default() };
        for redirect in &statement.redirects {
            self.redirect(redirect, &mut ends);
        }
        let simple = is_simple(statement);
        let last = self.out.commands.len().checked_sub(1).filter(|last| *last >= first);
        match last {
            Some(last) if simple => {
                let command = &mut self.out.commands[last];
                command.input = ends.input;
                command.output = ends.output;
                command.errors = ends.errors;
                let ends = statement.redirects.iter().map(|redirect| self.source.place(&redirect_range(redirect)).end);
                command.range.end = ends.chain([command.range.end]).max().unwrap_or(command.range.end);
            }
            _ => {
                let several = last.is_some_and(|last| last > first);
                for command in &mut self.out.commands[first..] {
                    if matches!(command.input, Input::None) {
                        command.input = if several && !matches!(ends.input, Input::None) { Input::Unknown } else { ends.input.clone() };
                    }
                }
                self.out.commands.push(Simple { input: Input::None, ..ends });
            }
        }
    }

    fn command(&mut self, command: &Command) {
        match command {
            Command::Simple(simple) => {
                let words = std::iter::once(&simple.name).chain(&simple.args);
                let words: Vec<Mapped> =
                    words.flat_map(|word| self.words(word)).filter(|word| !(word.text.is_empty() && word.range.is_empty())).collect();
                simple.assignments.iter().for_each(|assignment| self.assignment(assignment, !words.is_empty()));
                let range = self.extent(simple.span, &words, &simple.assignments);
                self.out.commands.push(Simple { range, words, ..Simple::default() });
            }
            Command::Builtin(builtin) => self.builtin(builtin),
            Command::Decl(declaration) => {
                let mut words = vec![Mapped::at(declaration.variant.as_str(), &self.place(declaration.variant_span))];
                for operand in &declaration.operands {
                    match operand {
                        DeclOperand::Flag(word) | DeclOperand::Dynamic(word) => words.push(self.word(word)),
                        DeclOperand::Assignment(assignment) => self.assignment(assignment, false),
                        DeclOperand::Name(_) => {}
                    }
                }
                let range = self.place(declaration.span);
                self.out.commands.push(Simple { range, words, ..Simple::default() });
            }
            Command::Binary(_) => self.binary(command),
            Command::Compound(compound) => self.compound(compound),
            Command::Function(function) => {
                self.out.functions.extend(function.header.static_names().map(|name| name.as_str().to_owned()));
                self.guarded += 1;
                self.statement(&function.body);
                self.guarded -= 1;
            }
            Command::AnonymousFunction(function) => self.statement(&function.body),
        }
    }

    fn builtin(&mut self, builtin: &BuiltinCommand) {
        let (name, operand, more, assignments, span) = match builtin {
            BuiltinCommand::Break(it) => ("break", &it.depth, &it.extra_args, &it.assignments, it.span),
            BuiltinCommand::Continue(it) => ("continue", &it.depth, &it.extra_args, &it.assignments, it.span),
            BuiltinCommand::Return(it) => ("return", &it.code, &it.extra_args, &it.assignments, it.span),
            BuiltinCommand::Exit(it) => ("exit", &it.code, &it.extra_args, &it.assignments, it.span),
        };
        let behind = self.bytes(span).map(|range| range.start..range.start + name.len().min(range.len()));
        let mut words = vec![Mapped::at(name, &self.source.place(&behind.unwrap_or_default()))];
        words.extend(operand.iter().chain(more).map(|word| self.word(word)));
        assignments.iter().for_each(|assignment| self.assignment(assignment, true));
        let range = self.extent(span, &words, assignments);
        self.out.commands.push(Simple { range, words, ..Simple::default() });
    }

    /// Walks `a | b`, `a && b`, `a || b`; chains hang down on the left, so they are not walked by recursion.
    fn binary(&mut self, command: &Command) {
        let mut links = Vec::new();
        let mut left = command;
        let mut first = None;
        while let Command::Binary(binary) = left {
            links.push((binary.op, &*binary.right));
            first = Some(&*binary.left);
            if !binary.left.redirects.is_empty() {
                break;
            }
            left = &binary.left.command;
        }
        let Some(first) = first else { return };
        let mut from = self.out.commands.len();
        let mut single = is_simple(first);
        self.statement(first);
        for (op, right) in links.into_iter().rev() {
            let to = self.out.commands.len();
            let pipes = matches!(op, BinaryOp::Pipe | BinaryOp::PipeAll);
            self.guarded += usize::from(!pipes);
            self.statement(right);
            self.guarded -= usize::from(!pipes);
            if pipes {
                self.pipe(from, to, single);
            }
            from = to;
            single = is_simple(right);
        }
    }

    /// What the commands of `from..to` print is read by those behind; a single one may have substitutions before it.
    fn pipe(&mut self, from: usize, to: usize, single: bool) {
        let after = self.out.commands.len();
        if to == from || after == to {
            return;
        }
        let feeding = if single { to - 1 } else { from };
        for command in self.out.commands[feeding..to].iter_mut().filter(|command| command.output.is_empty()) {
            command.feeds.get_or_insert(after - 1);
        }
        for command in self.out.commands[to..after].iter_mut().filter(|command| matches!(command.input, Input::None)) {
            command.input = if single || to == from + 1 { Input::Pipe(to - 1) } else { Input::Unknown };
        }
    }

    fn compound(&mut self, compound: &CompoundCommand) {
        match compound {
            CompoundCommand::If(it) => {
                self.sequence(&it.condition);
                self.guarded(&it.then_branch);
                for (condition, branch) in &it.elif_branches {
                    self.guarded(condition);
                    self.guarded(branch);
                }
                it.else_branch.iter().for_each(|branch| self.guarded(branch));
            }
            CompoundCommand::For(it) => {
                it.words.iter().flatten().for_each(|word| {
                    self.word(word);
                });
                self.guarded(&it.body);
            }
            CompoundCommand::Repeat(it) => self.guarded(&it.body),
            CompoundCommand::Foreach(it) => self.guarded(&it.body),
            CompoundCommand::ArithmeticFor(it) => self.guarded(&it.body),
            CompoundCommand::While(it) => {
                self.guarded(&it.condition);
                self.guarded(&it.body);
            }
            CompoundCommand::Until(it) => {
                self.guarded(&it.condition);
                self.guarded(&it.body);
            }
            CompoundCommand::Case(it) => {
                self.word(&it.word);
                it.cases.iter().for_each(|case| self.guarded(&case.body));
            }
            CompoundCommand::Select(it) => self.guarded(&it.body),
            CompoundCommand::Subshell(body) => self.guarded(body),
            CompoundCommand::BraceGroup(body) => self.sequence(body),
            CompoundCommand::Arithmetic(_) => {}
            CompoundCommand::Time(it) => it.command.iter().for_each(|command| self.statement(command)),
            CompoundCommand::Conditional(it) => self.condition(&it.expression),
            CompoundCommand::Coproc(it) => self.statement(&it.body),
            CompoundCommand::Always(it) => {
                self.sequence(&it.body);
                self.sequence(&it.always_body);
            }
        }
    }

    fn condition(&mut self, condition: &ConditionalExpr) {
        match condition {
            ConditionalExpr::Binary(it) => {
                self.condition(&it.left);
                self.condition(&it.right);
            }
            ConditionalExpr::Unary(it) => self.condition(&it.expr),
            ConditionalExpr::Parenthesized(it) => self.condition(&it.expr),
            ConditionalExpr::Word(word) | ConditionalExpr::Regex(word) => {
                self.word(word);
            }
            ConditionalExpr::Pattern(pattern) => self.pattern(pattern),
            ConditionalExpr::VarRef(_) => {}
        }
    }

    fn pattern(&mut self, pattern: &Pattern) {
        for part in &pattern.parts {
            match &part.kind {
                PatternPart::Word(word) => {
                    self.word(word);
                }
                PatternPart::Group { patterns, .. } => patterns.iter().for_each(|pattern| self.pattern(pattern)),
                _ => {}
            }
        }
    }

    /// Walks `X=…`; `passing` holds for one command only.
    fn assignment(&mut self, assignment: &Assignment, passing: bool) {
        match &assignment.value {
            AssignmentValue::Scalar(word) => {
                let value = self.word(word);
                let name = assignment.target.name.as_str();
                let once = self.assigned.get(name) == Some(&1) && !assignment.append && assignment.target.subscript.is_none();
                let holds = once && !passing && self.guarded == 0;
                // Which program it runs is enough, whatever the rest may be.
                if holds && value.text.split_whitespace().next().is_some_and(|program| !program.contains(HOLE)) {
                    self.commands.insert(name.to_owned(), value.text.clone());
                }
                if holds && value.known().is_some() {
                    self.constants.insert(name.to_owned(), value);
                }
            }
            AssignmentValue::Compound(array) => {
                for element in &array.elements {
                    let (ArrayElem::Sequential(value) | ArrayElem::Keyed { value, .. } | ArrayElem::KeyedAppend { value, .. }) = element;
                    self.word(&value.word);
                }
            }
        }
    }

    fn redirect(&mut self, redirect: &Redirect, ends: &mut Simple) {
        let word = match &redirect.target {
            RedirectTarget::Heredoc(document) => {
                let mut holes = Vec::new();
                for part in &document.body.parts {
                    match &part.kind {
                        HeredocBodyPart::Literal(_) => continue,
                        HeredocBodyPart::CommandSubstitution { body, .. } => self.guarded(body),
                        _ => self.hidden(part.span),
                    }
                    let name = if let HeredocBodyPart::Variable(name) = &part.kind { Some(name.as_str()) } else { None };
                    holes.extend(self.bytes(part.span).map(|range| (range, name.and_then(|name| self.constants.get(name).cloned()))));
                }
                let tabs = document.delimiter.strip_tabs;
                let quoting = if document.delimiter.expands_body { Quoting::Document { tabs } } else { Quoting::None { tabs } };
                let Some(range) = self.bytes(document.body.span) else { return };
                ends.input = Input::Text(bare(self.source, range, quoting, &holes));
                return;
            }
            RedirectTarget::Word(word) => self.word(word),
        };
        let is_descriptor = matches!(word.text.as_str(), "-") || word.text.bytes().all(|byte| byte.is_ascii_digit());
        match redirect.kind {
            RedirectKind::Input | RedirectKind::ReadWrite if redirect.fd.unwrap_or(0) == 0 => ends.input = Input::File(word),
            RedirectKind::HereString => ends.input = Input::Text(word),
            RedirectKind::Output | RedirectKind::Clobber | RedirectKind::Append | RedirectKind::OutputBoth => {
                let adds = redirect.kind == RedirectKind::Append;
                if redirect.fd.unwrap_or(1) == 1 { ends.output.push((word, adds)) } else { ends.errors.push((word, adds)) }
            }
            RedirectKind::DupOutput if !is_descriptor => ends.output.push((word, false)),
            _ => {}
        }
    }

    /// Commands may stand in an expansion that is not walked: `${X:-$(rm y)}`.
    fn hidden(&mut self, span: Span) {
        let Some(text) = self.bytes(span).map(|range| &self.source.text[range]) else { return };
        if text.get(2..).is_some_and(|inner| inner.contains("$(") && !text.starts_with("$((") || inner.contains('`')) {
            let range = self.place(span);
            self.out.opaque.push(Opaque { range, why: "a command inside an expansion" });
        }
    }

    /// Returns a word without its quotes, and walks the commands in it.
    fn word(&mut self, word: &Word) -> Mapped {
        let mut text = Mapped::empty(self.place(word.span));
        self.parts(&word.parts, Quoting::Bare, &mut text);
        text
    }

    /// Returns the words that a word becomes: `$PSQL` without quotes is as many as stand in it.
    fn words(&mut self, word: &Word) -> Vec<Mapped> {
        let name = match word.parts.as_slice() {
            [part] => match &part.kind {
                WordPart::Variable(name) => Some(name.as_str()),
                WordPart::Parameter(parameter) => Some(parameter.raw_body.slice(&self.source.text)),
                _ => None,
            },
            _ => None,
        };
        let value =
            name.and_then(|name| self.commands.get(name)).filter(|value| value.len() < LONGEST && value.contains(char::is_whitespace));
        match value {
            Some(value) => {
                let place = self.place(word.span);
                value.split_whitespace().map(|word| Mapped::at(word, &place)).collect()
            }
            None => vec![self.word(word)],
        }
    }

    fn parts(&mut self, parts: &[WordPartNode], quoting: Quoting, text: &mut Mapped) {
        for part in parts {
            let Some(range) = self.bytes(part.span) else {
                text.push(HOLE, &text.range.clone());
                continue;
            };
            match &part.kind {
                WordPart::Literal(_) => text.append(&bare(self.source, range, quoting, &[])),
                WordPart::SingleQuoted { dollar, .. } => {
                    let open = range.start + if *dollar { 2 } else { 1 };
                    let closed = self.source.text.get(open..range.end).is_some_and(|inner| inner.ends_with('\''));
                    let inner = open.min(range.end)..range.end - usize::from(closed);
                    let quoting = if *dollar { Quoting::Dollar } else { Quoting::None { tabs: false } };
                    text.append(&bare(self.source, inner, quoting, &[]));
                }
                WordPart::DoubleQuoted { parts, .. } => self.parts(parts, Quoting::Double, text),
                WordPart::Variable(name) => match self.constants.get(name.as_str()) {
                    Some(value) => text.append(&Mapped::at(&value.text, &self.source.place(&range))),
                    None => text.push(HOLE, &self.source.place(&range)),
                },
                WordPart::Parameter(parameter) if self.constant(parameter.raw_body.slice(&self.source.text)).is_some() => {
                    if let Some(value) = self.constant(parameter.raw_body.slice(&self.source.text)) {
                        text.append(&Mapped::at(&value.text, &self.source.place(&range)));
                    }
                }
                WordPart::CommandSubstitution { body, .. } | WordPart::ProcessSubstitution { body, .. } if self.begins(part.span) => {
                    self.guarded(body);
                    text.push(HOLE, &self.source.place(&range));
                }
                WordPart::CommandSubstitution { .. } | WordPart::ProcessSubstitution { .. } => {
                    let why = "a command between backticks behind an escape: `$(…)` can be read";
                    self.out.opaque.push(Opaque { range: self.place(part.span), why });
                    text.push(HOLE, &self.source.place(&range));
                }
                _ => {
                    self.hidden(part.span);
                    text.push(HOLE, &self.source.place(&range));
                }
            }
        }
    }

    /// Returns whether a substitution begins where the parser says so.
    fn begins(&self, span: Span) -> bool {
        self.source.text.get(span.start.offset()..).is_some_and(|text| text.starts_with(['`', '$', '<', '>', '=']))
    }

    fn constant(&self, name: &str) -> Option<&Mapped> {
        self.constants.get(name)
    }
}
