//! A script as the simple commands that it holds, in order, wherever they stand: in groups, loops, functions, substitutions. With
//! `words.rs` and `calls.rs` the walk that fills in what is known beforehand.

use std::collections::HashMap;
use std::ops::Range;

use shuck_ast::{
    Assignment, BinaryCommand, BinaryOp, BuiltinCommand, Command, CompoundCommand, ConditionalExpr, DeclOperand, Pattern, PatternPart,
    Redirect, Span, Stmt, StmtSeq,
};

use super::calls::Frame;
use super::guard::assigned;
use super::tree::{Part, chain, tree};
use crate::effect::act::Opaque;
use crate::effect::mapped::Mapped;

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

/// Takes a script apart. What can't be parsed is opaque as a whole.
pub fn parse(source: &Mapped) -> Parsed {
    let refuse = |why| Parsed {
        opaque: vec![Opaque { range: source.place(&(0..source.text.len())), why }],
        commands: Vec::new(),
        functions: Vec::new(),
    };
    let file = match tree(&source.text) {
        Ok(file) => file,
        Err(why) => return refuse(why),
    };
    let mut walk = Walk {
        source,
        out: Parsed::default(),
        constants: HashMap::new(),
        commands: HashMap::new(),
        assigned: assigned(&source.text),
        guarded: 0,
        asking: HashMap::new(),
        frames: Vec::new(),
        spent: 0,
    };
    walk.sequence(&file.body);
    walk.uncalled();
    walk.out
}

fn is_simple(statement: &Stmt) -> bool {
    matches!(statement.command, Command::Simple(_) | Command::Builtin(_) | Command::Decl(_))
}

fn redirect_range(redirect: &Redirect) -> Range<usize> {
    redirect.span.start.offset()..redirect.span.end.offset()
}

pub(super) struct Walk<'s> {
    pub source: &'s Mapped,
    pub out: Parsed,
    /// Variables that have one value, known beforehand, from here on.
    pub constants: HashMap<String, Mapped>,
    /// What such variables hold as text, also where a part of it behind the program is only known when it runs.
    pub commands: HashMap<String, String>,
    pub assigned: HashMap<&'s str, usize>,
    /// How many groups, branches and loops stand around: what happens there may not happen.
    pub guarded: usize,
    /// Functions that ask for what they are called with, and whether they were.
    pub asking: HashMap<String, (&'s Stmt, bool)>,
    /// The calls of such functions that stand around.
    pub frames: Vec<Frame>,
    /// How many bytes of such functions were read in their calls.
    pub spent: usize,
}

impl<'s> Walk<'s> {
    /// Returns the bytes of the text behind a span; `None` for one that the parser made up.
    pub(super) fn bytes(&self, span: Span) -> Option<Range<usize>> {
        let range = span.start.offset()..span.end.offset();
        self.source.text.get(range.clone()).map(|_| range)
    }

    pub(super) fn place(&self, span: Span) -> Range<usize> {
        let length = self.source.text.len();
        self.source.place(&self.bytes(span).unwrap_or(0..length))
    }

    /// Returns where a command stands, from its first word to its last; the parser's span may hold the `;` behind it.
    fn extent(&self, span: Span, words: &[Mapped], assignments: &[Assignment]) -> Range<usize> {
        let start = self.place(span).start;
        let ends = words.iter().map(|word| word.range.end).chain(assignments.iter().map(|assignment| self.place(assignment.span).end));
        start..ends.max().unwrap_or(start).max(start)
    }

    pub(super) fn sequence(&mut self, sequence: &'s StmtSeq) {
        sequence.stmts.iter().for_each(|statement| self.statement(statement));
    }

    pub(super) fn guarded(&mut self, sequence: &'s StmtSeq) {
        self.guarded += 1;
        self.sequence(sequence);
        self.guarded -= 1;
    }

    pub(super) fn statement(&mut self, statement: &'s Stmt) {
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

    fn command(&mut self, command: &'s Command) {
        match command {
            Command::Simple(simple) => {
                let words = std::iter::once(&simple.name).chain(&simple.args);
                let words: Vec<Mapped> =
                    words.flat_map(|word| self.words(word)).filter(|word| !(word.text.is_empty() && word.range.is_empty())).collect();
                simple.assignments.iter().for_each(|assignment| self.assignment(assignment, !words.is_empty()));
                let range = self.extent(simple.span, &words, &simple.assignments);
                self.call(&words);
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
            Command::Binary(binary) => self.binary(binary),
            Command::Compound(compound) => self.compound(compound),
            Command::Function(function) => {
                let names: Vec<&str> = function.header.static_names().map(|name| name.as_str()).collect();
                self.out.functions.extend(names.iter().map(|name| (*name).to_owned()));
                if !self.asks(&names, &function.body) {
                    self.unfollowed(&function.body);
                }
            }
            Command::AnonymousFunction(function) => self.statement(&function.body),
        }
    }

    fn builtin(&mut self, builtin: &'s BuiltinCommand) {
        let Part { name, operands, assignments, span } = Part::of(builtin);
        let behind = self.bytes(span).map(|range| range.start..range.start + name.len().min(range.len()));
        let mut words = vec![Mapped::at(name, &self.source.place(&behind.unwrap_or_default()))];
        words.extend(operands.into_iter().map(|word| self.word(word)));
        assignments.iter().for_each(|assignment| self.assignment(assignment, true));
        let range = self.extent(span, &words, assignments);
        self.out.commands.push(Simple { range, words, ..Simple::default() });
    }

    /// Walks `a | b`, `a && b`, `a || b`.
    fn binary(&mut self, binary: &'s BinaryCommand) {
        let (first, links) = chain(binary);
        let mut from = self.out.commands.len();
        let mut single = is_simple(first);
        self.statement(first);
        for (op, right) in links {
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

    fn compound(&mut self, compound: &'s CompoundCommand) {
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

    fn condition(&mut self, condition: &'s ConditionalExpr) {
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

    fn pattern(&mut self, pattern: &'s Pattern) {
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
}
