//! Cuts text into declarations, and a declaration into its statements, without the grammar.
//!
//! Knows strings, fences, comments, braces and line ends, nothing else. Everything that makes the parser robust comes
//! from here: one bad declaration does not touch its neighbours, what is never closed is shown where it was opened,
//! and nesting is bounded before anything recurses. One pass, linear in the text.

mod literal;

use std::ops::Range;

use crate::diagnostic::Diagnostic;
use crate::source::{FileId, Span};

/// Blocks nested deeper than this are refused.
pub const MAX_DEPTH: usize = 128;

/// A statement as cut out: its head, and its block where braces follow.
#[derive(Clone, Debug, Default)]
pub struct Cut {
    pub start: usize,
    /// End of the head, white space trimmed.
    pub head_end: usize,
    pub end: usize,
    pub block: Option<CutBlock>,
}

#[derive(Clone, Debug, Default)]
pub struct CutBlock {
    pub open: usize,
    /// `None` when the closing brace is missing.
    pub close: Option<usize>,
    pub statements: Vec<Cut>,
}

/// What the scanner found: declarations in order, and structural findings.
#[derive(Debug, Default)]
pub struct Scan {
    pub declarations: Vec<Declaration>,
    pub findings: Vec<Diagnostic>,
}

/// A declaration's place, and which of the scan's findings lie in it.
#[derive(Clone, Copy, Debug)]
pub struct Declaration {
    pub start: usize,
    pub end: usize,
    findings: (usize, usize),
}

impl Declaration {
    /// Returns whether its strings, fences and braces are balanced.
    pub fn is_sound(self) -> bool {
        self.findings.0 == self.findings.1
    }

    /// Returns the indices of its findings among the scan's.
    pub fn findings(self) -> Range<usize> {
        self.findings.0..self.findings.1
    }
}

/// Cuts a file into its declarations.
pub fn declarations(text: &str, file: FileId) -> Scan {
    let mut scanner = Scanner::new(text, file);
    let mut declarations = Vec::new();
    while let Some(start) = scanner.next_statement() {
        let before = scanner.findings.len();
        let end = scanner.skip_declaration(start);
        declarations.push(Declaration { start, end, findings: (before, scanner.findings.len()) });
    }
    Scan { declarations, findings: scanner.findings }
}

/// Cuts one declaration into nested statements. Its structural findings are those of [`declarations`], not repeated.
pub fn statements(text: &str, file: FileId, declaration: Declaration) -> Cut {
    let mut scanner = Scanner::new(&text[..declaration.end], file);
    scanner.at = declaration.start;
    scanner.cut()
}

/// What comes next, comments and blanks passed over.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Token {
    /// A string, a fence, or a run of other characters.
    Text,
    Comma,
    Open,
    Close,
    Newline,
    End,
}

struct Scanner<'t> {
    text: &'t str,
    bytes: &'t [u8],
    file: FileId,
    at: usize,
    findings: Vec<Diagnostic>,
    /// For 3, 4 and 5 backticks: from here on no line closes such a fence. Keeps unclosed fences linear.
    unclosable: [usize; 3],
    /// The same of openings in these places: what would close them stands behind a declaration, and further in.
    astray: [Range<usize>; 3],
}

impl<'t> Scanner<'t> {
    fn new(text: &'t str, file: FileId) -> Scanner<'t> {
        Scanner { text, bytes: text.as_bytes(), file, at: 0, findings: Vec::new(), unclosable: [usize::MAX; 3], astray: Default::default() }
    }

    /// Moves to the next statement at top level and returns its start.
    fn next_statement(&mut self) -> Option<usize> {
        // A run of stray braces is one mistake.
        let mut told = false;
        loop {
            let start = self.skip_blanks();
            match self.token() {
                Token::End => return None,
                Token::Newline => {}
                Token::Close if told => {}
                Token::Close => {
                    told = true;
                    self.findings.push(
                        Diagnostic::error(
                            "syntax/unexpected",
                            self.span(start, start + 1),
                            "this brace closes nothing",
                            "no block is open here",
                        )
                        .help("remove the `}`, or look for a block above that ends too early"),
                    );
                }
                Token::Open | Token::Comma | Token::Text => {
                    self.at = start;
                    return Some(start);
                }
            }
        }
    }

    /// Moves behind the declaration that begins at `start` and returns its end.
    fn skip_declaration(&mut self, start: usize) -> usize {
        let known = self.findings.len();
        let mut open: Vec<usize> = Vec::new();
        let mut too_deep = 0_usize;
        let mut end = start;
        let mut goes_on = false;
        loop {
            let before = self.skip_blanks();
            if before > start && !open.is_empty() && self.begins_declaration(before) {
                self.unclosed_block(&open, Some(before), known);
                return end;
            }
            match self.token() {
                Token::End => {
                    if !open.is_empty() {
                        self.unclosed_block(&open, None, known);
                    }
                    return end;
                }
                Token::Newline => {
                    if open.is_empty() && !goes_on {
                        return end;
                    }
                    continue;
                }
                Token::Open => {
                    if open.len() < MAX_DEPTH {
                        open.push(before);
                    } else {
                        if too_deep == 0 {
                            self.findings.push(
                                Diagnostic::error(
                                    "syntax/too-deep",
                                    self.span(before, before + 1),
                                    format!("blocks are nested more than {MAX_DEPTH} deep"),
                                    "this block is one too many",
                                )
                                .help("take the inner steps out into a scenario of their own and `run` it"),
                            );
                        }
                        too_deep += 1;
                    }
                }
                Token::Close => {
                    if too_deep > 0 {
                        too_deep -= 1;
                    } else if open.pop().is_none() {
                        // A stray brace behind a statement: leave it to the next call, which says so.
                        self.at = before;
                        return end;
                    }
                }
                Token::Comma | Token::Text => {}
            }
            goes_on = self.bytes.get(before) == Some(&b',');
            end = self.at;
        }
    }

    /// Says that the innermost block is never closed; unless a string or fence of this declaration was not, which may
    /// have swallowed the brace.
    fn unclosed_block(&mut self, open: &[usize], before: Option<usize>, known: usize) {
        if self.findings.len() > known {
            return;
        }
        // INVARIANT: callers have checked that a block is open.
        let innermost = open[open.len() - 1];
        let mut finding =
            Diagnostic::error("syntax/unclosed", self.span(innermost, innermost + 1), "a block is never closed", "opened here");
        finding = match before {
            Some(at) => finding
                .because(self.span(at, self.word_end(at)), "still open where this declaration begins")
                .help("close it with `}` on a line of its own"),
            None => finding.help("close it with `}` on a line of its own before the end of the file"),
        };
        self.findings.push(finding);
    }

    /// Cuts the statement at the current place, its block included. Iterative: the stack is ours.
    fn cut(&mut self) -> Cut {
        let mut stack: Vec<Cut> = Vec::new();
        let mut current: Option<Cut> = None;
        let mut too_deep = 0_usize;
        let mut goes_on = false;
        loop {
            let before = self.skip_blanks();
            let token = self.token();
            if too_deep > 0 {
                match token {
                    Token::Open => too_deep += 1,
                    Token::Close => too_deep -= 1,
                    Token::End => too_deep = 0,
                    _ => {}
                }
                if token != Token::End {
                    continue;
                }
            }
            match token {
                Token::Text | Token::Comma => {
                    let statement = current.get_or_insert_with(|| Cut { start: before, ..Cut::default() });
                    statement.head_end = self.at;
                    statement.end = self.at;
                    goes_on = token == Token::Comma;
                    continue;
                }
                Token::Newline => {
                    if goes_on {
                        continue;
                    }
                    if let Some(done) = current.take() {
                        if stack.is_empty() {
                            return done;
                        }
                        add(&mut stack, done);
                    }
                }
                Token::Open => {
                    let mut statement = current.take().unwrap_or(Cut { start: before, head_end: before, ..Cut::default() });
                    if stack.len() >= MAX_DEPTH {
                        statement.end = self.at;
                        add(&mut stack, statement);
                        too_deep = 1;
                    } else {
                        statement.block = Some(CutBlock { open: before, ..CutBlock::default() });
                        stack.push(statement);
                    }
                }
                Token::Close => {
                    if let Some(done) = current.take() {
                        add(&mut stack, done);
                    }
                    let Some(mut statement) = stack.pop() else {
                        return Cut::default();
                    };
                    if let Some(block) = &mut statement.block {
                        block.close = Some(before);
                    }
                    statement.end = self.at;
                    if stack.is_empty() {
                        return statement;
                    }
                    add(&mut stack, statement);
                }
                Token::End => {
                    let mut done = current.take();
                    while let Some(mut outer) = stack.pop() {
                        outer.end = self.bytes.len();
                        if let (Some(inner), Some(block)) = (done.take(), &mut outer.block) {
                            block.statements.push(inner);
                        }
                        done = Some(outer);
                    }
                    return done.unwrap_or_default();
                }
            }
            goes_on = false;
        }
    }

    /// Moves over white space (not newlines) and comments; returns the place reached.
    fn skip_blanks(&mut self) -> usize {
        loop {
            match self.bytes.get(self.at) {
                Some(b' ' | b'\t' | b'\r') => self.at += 1,
                Some(b'#') => self.at = self.line_end(self.at),
                Some(0xEF) if self.at == 0 && self.text.starts_with('\u{FEFF}') => self.at = '\u{FEFF}'.len_utf8(),
                _ => return self.at,
            }
        }
    }

    /// Reads the token at the current place and moves behind it.
    fn token(&mut self) -> Token {
        let Some(byte) = self.bytes.get(self.at) else {
            return Token::End;
        };
        match byte {
            b'\n' => {
                self.at += 1;
                Token::Newline
            }
            b'{' => {
                self.at += 1;
                Token::Open
            }
            b'}' => {
                self.at += 1;
                Token::Close
            }
            b',' => {
                self.at += 1;
                Token::Comma
            }
            b'"' => {
                self.string();
                Token::Text
            }
            b'`' => {
                self.backticks();
                Token::Text
            }
            _ => {
                let rest = &self.bytes[self.at + 1..];
                let length =
                    rest.iter().position(|byte| matches!(byte, b' ' | b'\t' | b'\r' | b'\n' | b'{' | b'}' | b',' | b'"' | b'`' | b'#'));
                self.at += 1 + length.unwrap_or(rest.len());
                Token::Text
            }
        }
    }

    fn word_end(&self, at: usize) -> usize {
        let length = self.bytes[at..].iter().take_while(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_')).count();
        at + length
    }

    fn line_start(&self, at: usize) -> usize {
        self.bytes[..at].iter().rposition(|byte| *byte == b'\n').map_or(0, |newline| newline + 1)
    }

    fn line_end(&self, at: usize) -> usize {
        self.bytes[at..].iter().position(|byte| *byte == b'\n').map_or(self.bytes.len(), |length| at + length)
    }

    fn span(&self, start: usize, end: usize) -> Span {
        Span::new(self.file, start, end)
    }
}

/// Adds a finished statement to the block that is open.
fn add(stack: &mut [Cut], statement: Cut) {
    if let Some(block) = stack.last_mut().and_then(|outer| outer.block.as_mut()) {
        block.statements.push(statement);
    }
}
