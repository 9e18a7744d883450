//! From the parser's tree to commands as they are spelled.

use std::ops::Range;

use shuck_ast::{
    ArrayElem, Assignment, AssignmentValue, BinaryCommand, BinaryOp, Command as Tree, CompoundCommand, ConditionalExpr, DeclOperand,
    HeredocBodyPart, Pattern, PatternPart, Redirect, RedirectTarget, Span, Stmt, StmtSeq, StmtTerminator, Word as Spelled, WordPart,
    WordPartNode,
};

use super::{Command, Join, Word, is_name};
use crate::effect::mapped::Mapped;
use crate::effect::sh::quote::{Quoting, bare};
use crate::effect::sh::tree::{Part, chain, tree};

/// Returns the commands of a script.
pub fn read(text: &str) -> Vec<Command> {
    let Ok(file) = tree(text) else { return Vec::new() };
    let mut walk = Walk { source: Mapped::script(text), join: Join::Next, depth: 0, depths: Vec::new(), found: Vec::new() };
    walk.sequence(&file.body);
    walk.found
}

impl Word {
    fn plain(text: &str, range: Range<usize>) -> Word {
        Word { text: text.to_owned(), range, expands: false, globs: false, bare: false, splits: false, reads: Vec::new() }
    }
}

struct Walk {
    source: Mapped,
    /// How the next command follows the one before it.
    join: Join,
    /// How many substitutions stand around.
    depth: usize,
    /// The same of each command that was found.
    depths: Vec<usize>,
    found: Vec<Command>,
}

impl Walk {
    fn bytes(&self, span: Span) -> Option<Range<usize>> {
        let range = span.start.offset()..span.end.offset();
        self.source.text.get(range.clone()).map(|_| range)
    }

    fn written(&self, range: &Range<usize>) -> &str {
        self.source.text.get(range.clone()).unwrap_or_default()
    }

    fn sequence(&mut self, sequence: &StmtSeq) {
        sequence.stmts.iter().for_each(|statement| self.statement(statement));
    }

    /// Walks what stands in a substitution.
    fn inner(&mut self, sequence: &StmtSeq) {
        let join = std::mem::replace(&mut self.join, Join::Next);
        self.depth += 1;
        self.sequence(sequence);
        self.depth -= 1;
        self.join = join;
    }

    fn statement(&mut self, statement: &Stmt) {
        let first = self.found.len();
        match &statement.command {
            Tree::Binary(binary) => self.binary(binary),
            Tree::Compound(compound) => self.compound(compound),
            Tree::Function(function) => self.statement(&function.body),
            Tree::AnonymousFunction(function) => self.statement(&function.body),
            simple => {
                let join = std::mem::replace(&mut self.join, Join::Next);
                let words = self.simple(simple);
                self.push(words, join, &statement.redirects);
            }
        }
        let is_simple = matches!(statement.command, Tree::Simple(_) | Tree::Builtin(_) | Tree::Decl(_));
        if !is_simple && !statement.redirects.is_empty() {
            self.push(Vec::new(), Join::Next, &statement.redirects);
        }
        self.join = Join::Next;
        if matches!(statement.terminator, Some(StmtTerminator::Background(_))) {
            self.mark(first, |command| command.beside = true);
        }
    }

    /// Marks the commands from `first` on, without those in substitutions.
    fn mark(&mut self, first: usize, mark: impl Fn(&mut Command)) {
        let own = self.found[first..].iter_mut().zip(&self.depths[first..]).filter(|(_, depth)| **depth == self.depth);
        own.for_each(|(command, _)| mark(command));
    }

    fn push(&mut self, words: Vec<Word>, join: Join, redirects: &[Redirect]) {
        let range = match (words.first(), words.last(), redirects) {
            (Some(first), Some(last), _) => first.range.start..last.range.end,
            (_, _, [first, .., last]) => first.span.start.offset()..last.span.end.offset(),
            (_, _, [one]) => one.span.start.offset()..one.span.end.offset(),
            (_, _, []) => return,
        };
        let mut command =
            Command { words, redirects: Vec::new(), join, piped: false, beside: false, inner: self.depth > 0, document: false, range };
        redirects.iter().for_each(|redirect| self.redirect(redirect, &mut command));
        self.depths.push(self.depth);
        self.found.push(command);
    }

    fn redirect(&mut self, redirect: &Redirect, command: &mut Command) {
        match &redirect.target {
            RedirectTarget::Heredoc(document) => {
                command.document = true;
                for part in &document.body.parts {
                    if let HeredocBodyPart::CommandSubstitution { body, .. } = &part.kind {
                        self.inner(body);
                    }
                }
            }
            RedirectTarget::Word(target) => {
                let word = self.word(target);
                let sign = self.written(&(redirect.span.start.offset()..word.range.start)).trim_end().to_owned();
                match sign.ends_with("<<<") {
                    true => command.document = true,
                    false => command.redirects.push((sign, word)),
                }
            }
        }
    }

    /// Returns the words of a simple command, variables that are set for it among them.
    fn simple(&mut self, command: &Tree) -> Vec<Word> {
        match command {
            Tree::Simple(simple) => {
                let mut words = self.assignments(&simple.assignments);
                let own = std::iter::once(&simple.name).chain(&simple.args);
                words.extend(own.map(|word| self.word(word)).filter(|word| !(word.text.is_empty() && word.range.is_empty())));
                words
            }
            Tree::Builtin(builtin) => {
                let Part { name, operands, assignments, span } = Part::of(builtin);
                let mut words = self.assignments(assignments);
                let start = span.start.offset();
                words.push(Word::plain(name, start..start + name.len()));
                words.extend(operands.into_iter().map(|word| self.word(word)));
                words
            }
            Tree::Decl(declaration) => {
                let mut words = self.assignments(&declaration.assignments);
                words.extend(self.bytes(declaration.variant_span).map(|range| Word::plain(self.written(&range), range)));
                for operand in &declaration.operands {
                    match operand {
                        DeclOperand::Flag(word) | DeclOperand::Dynamic(word) => words.push(self.word(word)),
                        DeclOperand::Assignment(assignment) => words.push(self.assignment(assignment)),
                        DeclOperand::Name(name) => {
                            words.extend(self.bytes(name.span).map(|range| Word::plain(self.written(&range), range)))
                        }
                    }
                }
                words
            }
            Tree::Binary(_) | Tree::Compound(_) | Tree::Function(_) | Tree::AnonymousFunction(_) => Vec::new(),
        }
    }

    fn assignments(&mut self, assignments: &[Assignment]) -> Vec<Word> {
        assignments.iter().map(|assignment| self.assignment(assignment)).collect()
    }

    fn assignment(&mut self, assignment: &Assignment) -> Word {
        let range = self.bytes(assignment.span).unwrap_or_default();
        let (text, mut word) = match &assignment.value {
            AssignmentValue::Scalar(value) => {
                let value = self.word(value);
                (format!("{}{}", self.written(&(range.start..value.range.start.max(range.start))), value.text), value)
            }
            AssignmentValue::Compound(array) => {
                let mut all = Word::plain(self.written(&range), range.clone());
                for element in &array.elements {
                    let (ArrayElem::Sequential(value) | ArrayElem::Keyed { value, .. } | ArrayElem::KeyedAppend { value, .. }) = element;
                    let value = self.word(&value.word);
                    all.expands |= value.expands;
                    all.reads.extend(value.reads);
                }
                (all.text.clone(), all)
            }
        };
        word.text = text;
        word.range = range;
        word
    }

    /// Walks `a | b`, `a && b`, `a || b`.
    fn binary(&mut self, binary: &BinaryCommand) {
        let (first, links) = chain(binary);
        let mut from = self.found.len();
        self.statement(first);
        for (op, right) in links {
            let to = self.found.len();
            self.join = match op {
                BinaryOp::Pipe | BinaryOp::PipeAll => Join::Pipe,
                BinaryOp::And => Join::And,
                BinaryOp::Or => Join::Or,
            };
            if self.join == Join::Pipe {
                self.mark(from, |command| command.piped = true);
            }
            self.statement(right);
            from = to;
        }
    }

    fn compound(&mut self, compound: &CompoundCommand) {
        match compound {
            CompoundCommand::If(it) => {
                self.sequence(&it.condition);
                self.sequence(&it.then_branch);
                for (condition, branch) in &it.elif_branches {
                    self.sequence(condition);
                    self.sequence(branch);
                }
                it.else_branch.iter().for_each(|branch| self.sequence(branch));
            }
            CompoundCommand::For(it) => {
                let targets: Vec<&Spelled> = it.targets.iter().map(|target| &target.word).collect();
                self.head("for", it.span, &targets, it.words.as_deref().unwrap_or_default());
                self.sequence(&it.body);
            }
            CompoundCommand::Select(it) => {
                self.head("select", it.span, &[], &it.words);
                self.sequence(&it.body);
            }
            CompoundCommand::Case(it) => {
                self.head("case", it.span, &[&it.word], &[]);
                for case in &it.cases {
                    case.patterns.iter().for_each(|pattern| self.pattern(pattern));
                    self.sequence(&case.body);
                }
            }
            CompoundCommand::While(it) => {
                self.sequence(&it.condition);
                self.sequence(&it.body);
            }
            CompoundCommand::Until(it) => {
                self.sequence(&it.condition);
                self.sequence(&it.body);
            }
            CompoundCommand::Repeat(it) => self.sequence(&it.body),
            CompoundCommand::Foreach(it) => self.sequence(&it.body),
            CompoundCommand::ArithmeticFor(it) => self.sequence(&it.body),
            CompoundCommand::Subshell(body) | CompoundCommand::BraceGroup(body) => self.sequence(body),
            CompoundCommand::Arithmetic(_) => {}
            CompoundCommand::Time(it) => it.command.iter().for_each(|command| self.statement(command)),
            CompoundCommand::Conditional(it) => {
                let join = std::mem::replace(&mut self.join, Join::Next);
                let mut words: Vec<Word> = self.bytes(it.left_bracket_span).map(|range| Word::plain("[[", range)).into_iter().collect();
                self.condition(&it.expression, &mut words);
                words.extend(self.bytes(it.right_bracket_span).map(|range| Word::plain("]]", range)));
                self.push(words, join, &[]);
            }
            CompoundCommand::Coproc(it) => self.statement(&it.body),
            CompoundCommand::Always(it) => {
                self.sequence(&it.body);
                self.sequence(&it.always_body);
            }
        }
    }

    /// The head of a loop or a choice, as a command of its own: it reads variables too.
    fn head(&mut self, name: &str, span: Span, of: &[&Spelled], among: &[Spelled]) {
        let join = std::mem::replace(&mut self.join, Join::Next);
        let start = span.start.offset();
        let mut words = vec![Word::plain(name, start..start + name.len())];
        words.extend(of.iter().map(|word| self.word(word)));
        words.extend(among.iter().map(|word| self.word(word)));
        self.push(words, join, &[]);
    }

    fn condition(&mut self, condition: &ConditionalExpr, words: &mut Vec<Word>) {
        let sign = |walk: &Walk, span: Span| walk.bytes(span).map(|range| Word::plain(walk.written(&range), range));
        match condition {
            ConditionalExpr::Binary(it) => {
                self.condition(&it.left, words);
                words.extend(sign(self, it.op_span));
                self.condition(&it.right, words);
            }
            ConditionalExpr::Unary(it) => {
                words.extend(sign(self, it.op_span));
                self.condition(&it.expr, words);
            }
            ConditionalExpr::Parenthesized(it) => self.condition(&it.expr, words),
            ConditionalExpr::Word(word) | ConditionalExpr::Regex(word) => words.push(self.word(word)),
            ConditionalExpr::Pattern(pattern) => {
                words.extend(sign(self, pattern.span));
                self.pattern(pattern);
            }
            ConditionalExpr::VarRef(name) => words.extend(sign(self, name.span)),
        }
    }

    /// Finds the commands in a pattern.
    fn pattern(&mut self, pattern: &Pattern) {
        for part in &pattern.parts {
            match &part.kind {
                PatternPart::Word(word) => drop(self.word(word)),
                PatternPart::Group { patterns, .. } => patterns.iter().for_each(|pattern| self.pattern(pattern)),
                _ => {}
            }
        }
    }

    fn word(&mut self, word: &Spelled) -> Word {
        let mut out = Word::plain("", self.bytes(word.span).unwrap_or_default());
        self.parts(&word.parts, Quoting::Bare, &mut out);
        out
    }

    fn parts(&mut self, parts: &[WordPartNode], quoting: Quoting, out: &mut Word) {
        for part in parts {
            let Some(range) = self.bytes(part.span) else { continue };
            match &part.kind {
                WordPart::Literal(_) => {
                    out.globs |= quoting == Quoting::Bare && globs(self.written(&range));
                    out.text.push_str(&bare(&self.source, range, quoting, &[]).text);
                }
                WordPart::SingleQuoted { dollar, .. } => {
                    let quoting = if *dollar { Quoting::Dollar } else { Quoting::None { tabs: false } };
                    let inner = (range.start + 1 + usize::from(*dollar)).min(range.end)..range.end.saturating_sub(1).max(range.start);
                    out.text.push_str(&bare(&self.source, inner, quoting, &[]).text);
                }
                WordPart::DoubleQuoted { parts, .. } => self.parts(parts, Quoting::Double, out),
                WordPart::CommandSubstitution { body, .. } | WordPart::ProcessSubstitution { body, .. } => {
                    out.expands = true;
                    out.splits |= quoting == Quoting::Bare && matches!(part.kind, WordPart::CommandSubstitution { .. });
                    out.text.push_str(self.written(&range));
                    // Behind an escape the parser takes another sign for a backtick.
                    if self.written(&range).starts_with(['`', '$', '<', '>', '=']) {
                        self.inner(body);
                    }
                }
                _ => {
                    out.expands = true;
                    if let Some(name) = read_of(self.written(&range)) {
                        out.bare |= quoting == Quoting::Bare;
                        out.reads.push((name.to_owned(), range.clone()));
                    }
                    out.text.push_str(self.written(&range));
                }
            }
        }
    }
}

/// Returns whether a text without quotes is one that the shell matches with files.
fn globs(text: &str) -> bool {
    let mut signs = text.chars();
    while let Some(sign) = signs.next() {
        match sign {
            '\\' => drop(signs.next()),
            '*' | '?' | '[' => return true,
            _ => {}
        }
    }
    false
}

/// Returns the variable that an expansion reads without saying what to do when it is not set: `${NAME:-…}` and its like do.
fn read_of(text: &str) -> Option<&str> {
    let inside = text.strip_prefix("${").map_or_else(|| text.strip_prefix('$'), |inside| inside.strip_suffix('}'))?;
    let inside = inside.strip_prefix('#').unwrap_or(inside);
    let (name, rest) = inside.split_at(inside.find(|c: char| !c.is_ascii_alphanumeric() && c != '_').unwrap_or(inside.len()));
    (is_name(name) && !rest.trim_start_matches(':').starts_with(['-', '=', '+', '?'])).then_some(name)
}
