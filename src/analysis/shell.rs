//! The simple commands in a plan's shell, and who runs them. Words, quotes, joins, redirections and here-documents are read; what a
//! command does is the business of whoever asks. Never fails: what is not closed ends with the text.

use std::ops::Range;
use std::sync::Arc;

use crate::plan::Plan;
use crate::plan::action::{Action, Code, Language};
use crate::plan::change::{Change, Undo};
use crate::plan::check::{Check, Probe};
use crate::plan::scenario::{Step, StepKind};
use crate::plan::target::Backup;

/// How a command follows the one before it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Join {
    /// It runs when that one is done and has not stopped the script.
    Next,
    /// It reads what that one prints.
    Pipe,
    /// `&&`
    And,
    /// `||`
    Or,
}

/// A word without its quotes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Word {
    pub text: String,
    pub range: Range<usize>,
    /// It holds `$…` or a command substitution that the shell replaces.
    pub expands: bool,
    /// It holds `*`, `?` or `[` that the shell matches with files.
    pub globs: bool,
    /// It holds `$NAME` or `${…}` without quotes.
    pub bare: bool,
    /// It holds `$(…)` without quotes.
    pub splits: bool,
    /// The variables that it reads without saying what to do when they are not set, each with its bytes.
    pub reads: Vec<(String, Range<usize>)>,
}

/// A simple command.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Command {
    pub words: Vec<Word>,
    /// The sign (`>`, `>>`, `<`, `2>` …) and the file.
    pub redirects: Vec<(String, Word)>,
    pub join: Join,
    /// Another command reads what it prints.
    pub piped: bool,
    /// What follows only when it fails: `|| …`.
    pub guarded: bool,
    /// It runs beside what follows: `… &`.
    pub beside: bool,
    /// It stands in `$(…)`.
    pub inner: bool,
    /// It reads a here-document.
    pub document: bool,
    pub range: Range<usize>,
}

impl Command {
    /// Returns the program's name without its folder, behind variables that are set for it and words such as `sudo` and `env`.
    pub fn program(&self) -> &str {
        self.arguments().first().map_or("", |word| word.text.rsplit('/').next().unwrap_or(""))
    }

    /// Returns the words from the program on.
    pub fn arguments(&self) -> &[Word] {
        let mut at = 0;
        while let Some(word) = self.words.get(at) {
            let sets = word.text.split_once('=').is_some_and(|(name, _)| is_name(name));
            if !sets && !["sudo", "env", "command", "exec", "nohup", "time", "!"].contains(&word.text.as_str()) {
                break;
            }
            at += 1;
        }
        &self.words[at..]
    }

    /// Returns whether one of its words is this.
    pub fn has(&self, word: &str) -> bool {
        self.arguments().iter().any(|own| own.text == word)
    }

    /// Returns whether it has an option: `long` (`--fail`, also with `=…`), or a letter, alone or among others (`-sf`).
    pub fn option(&self, letter: Option<char>, long: &str) -> bool {
        self.arguments().iter().skip(1).any(|word| {
            let text = word.text.as_str();
            let short = text.starts_with('-') && !text.starts_with("--") && letter.is_some_and(|letter| text[1..].contains(letter));
            short || text == long || text.strip_prefix(long).is_some_and(|rest| rest.starts_with('='))
        })
    }
}

/// Returns whether a text can be the name of a variable.
pub fn is_name(text: &str) -> bool {
    !text.is_empty()
        && !text.starts_with(|c: char| c.is_ascii_digit())
        && text.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_')
}

/// Words of the shell behind which a command begins.
const LEADS: [&str; 11] = ["if", "then", "else", "elif", "do", "while", "until", "{", "(", "!", "time"];
/// Words of the shell that are no command.
const ENDS: [&str; 6] = ["fi", "done", "esac", "}", ")", ";;"];

/// The key under which a fence keeps its commands.
#[derive(PartialEq)]
struct Plain;

/// Returns the simple commands of a fence, in order; those in `$(…)` stand before the command that holds them.
pub fn commands(code: &Code) -> Arc<Vec<Command>> {
    code.kept.once(Plain, || read(&code.text))
}

fn read(text: &str) -> Vec<Command> {
    let mut reader = Reader { text, at: 0, commands: Vec::new(), documents: Vec::new() };
    reader.script(0);
    reader.commands
}

struct Reader<'t> {
    text: &'t str,
    at: usize,
    commands: Vec<Command>,
    /// The ends of here-documents that begin behind this line, and whether tabs stand before them.
    documents: Vec<(String, bool)>,
}

/// Substitutions nested deeper than this are not looked into.
const DEEPEST: usize = 20;

impl Reader<'_> {
    fn peek(&self) -> Option<char> {
        self.text[self.at..].chars().next()
    }

    fn starts(&self, what: &str) -> bool {
        self.text[self.at..].starts_with(what)
    }

    /// Reads commands up to the end, or to a `)` that closes a substitution.
    fn script(&mut self, depth: usize) {
        let mut join = Join::Next;
        let mut command = self.fresh(join, depth);
        let mut parentheses = 0_usize;
        while let Some(c) = self.peek() {
            match c {
                ' ' | '\t' | '\r' => self.at += 1,
                '\\' if self.starts("\\\n") => self.at += 2,
                '#' => self.at += self.text[self.at..].find('\n').unwrap_or(self.text.len() - self.at),
                '\n' => {
                    self.at += 1;
                    if !command.words.is_empty() {
                        join = Join::Next;
                    }
                    self.finish(&mut command, join, depth);
                    self.skip_documents();
                }
                ')' if depth > 0 && parentheses == 0 => break,
                '(' | ')' => {
                    parentheses = if c == '(' { parentheses + 1 } else { parentheses.saturating_sub(1) };
                    self.at += 1;
                    self.finish(&mut command, Join::Next, depth);
                    join = Join::Next;
                }
                ';' | '&' | '|' => {
                    let (sign, next) = match () {
                        () if self.starts("&&") => (2, Join::And),
                        () if self.starts("||") => (2, Join::Or),
                        () if c == '|' => (1, Join::Pipe),
                        () => (1, Join::Next),
                    };
                    command.piped = next == Join::Pipe;
                    command.guarded = next == Join::Or;
                    command.beside = c == '&' && sign == 1;
                    self.at += sign;
                    join = next;
                    self.finish(&mut command, join, depth);
                }
                _ => self.piece(&mut command, depth),
            }
        }
        self.finish(&mut command, Join::Next, depth);
    }

    fn fresh(&self, join: Join, depth: usize) -> Command {
        Command {
            words: Vec::new(),
            redirects: Vec::new(),
            join,
            piped: false,
            guarded: false,
            beside: false,
            inner: depth > 0,
            document: false,
            range: self.at..self.at,
        }
    }

    fn finish(&mut self, command: &mut Command, next: Join, depth: usize) {
        let empty = command.words.is_empty() && command.redirects.is_empty();
        // A line that ends in `|`, `&&` or `||` goes on in the next.
        let join = if empty { command.join } else { next };
        let done = std::mem::replace(command, self.fresh(join, depth));
        if !empty {
            self.commands.push(done);
        }
    }

    /// Reads a word, or a redirection with its file.
    fn piece(&mut self, command: &mut Command, depth: usize) {
        let digits = self.text[self.at..].bytes().take_while(u8::is_ascii_digit).count();
        let rest = &self.text[self.at + digits..];
        let sign = ["<<<", "<<-", "<<", ">>", ">|", "<&", ">&", "<>", "<", ">"].into_iter().find(|sign| rest.starts_with(sign));
        if let Some(sign) = sign {
            let whole = self.text[self.at..self.at + digits + sign.len()].to_owned();
            self.at += whole.len();
            while matches!(self.peek(), Some(' ' | '\t')) {
                self.at += 1;
            }
            let word = self.word(depth);
            match sign {
                "<<" | "<<-" => {
                    command.document = true;
                    self.documents.push((word.text, sign == "<<-"));
                }
                "<<<" => command.document = true,
                _ => command.redirects.push((whole, word)),
            }
            return;
        }
        let word = self.word(depth);
        if command.words.is_empty() && (LEADS.contains(&word.text.as_str()) || ENDS.contains(&word.text.as_str())) {
            return;
        }
        if command.words.is_empty() {
            command.range.start = word.range.start;
        }
        command.range.end = word.range.end;
        command.words.push(word);
    }

    fn word(&mut self, depth: usize) -> Word {
        let start = self.at;
        let mut word =
            Word { text: String::new(), range: start..start, expands: false, globs: false, bare: false, splits: false, reads: Vec::new() };
        while let Some(c) = self.peek() {
            match c {
                ' ' | '\t' | '\n' | '\r' | ';' | '&' | '|' | '(' | ')' | '<' | '>' => break,
                '\'' => {
                    let end = self.text[self.at + 1..].find('\'').map_or(self.text.len(), |end| self.at + 1 + end);
                    word.text.push_str(&self.text[self.at + 1..end]);
                    self.at = (end + 1).min(self.text.len());
                }
                '"' => self.quoted(&mut word, depth),
                '$' | '`' => {
                    let known = word.reads.len();
                    word.splits |= self.starts("$(") && !self.starts("$((");
                    self.expansion(&mut word, depth);
                    word.bare |= word.reads.len() > known;
                }
                '\\' => {
                    self.at += 1;
                    if let Some(next) = self.peek() {
                        word.text.push(next);
                        self.at += next.len_utf8();
                    }
                }
                _ => {
                    word.globs |= matches!(c, '*' | '?' | '[');
                    word.text.push(c);
                    self.at += c.len_utf8();
                }
            }
        }
        if self.at == start {
            // A sign that begins no word here.
            self.at += self.peek().map_or(0, char::len_utf8);
        }
        word.range.end = self.at;
        word
    }

    fn quoted(&mut self, word: &mut Word, depth: usize) {
        self.at += 1;
        while let Some(c) = self.peek() {
            match c {
                '"' => {
                    self.at += 1;
                    return;
                }
                '\\' => {
                    self.at += 1;
                    if let Some(next) = self.peek() {
                        word.text.push(next);
                        self.at += next.len_utf8();
                    }
                }
                '$' | '`' => self.expansion(word, depth),
                _ => {
                    word.text.push(c);
                    self.at += c.len_utf8();
                }
            }
        }
    }

    /// Reads `$NAME`, `${…}`, `$(…)` or a substitution in backticks; its text stays in the word as it is written.
    fn expansion(&mut self, word: &mut Word, depth: usize) {
        let start = self.at;
        word.expands = true;
        if self.starts("$(") {
            self.at += 2;
            if depth < DEEPEST {
                self.script(depth + 1);
            }
            self.at += usize::from(self.peek() == Some(')'));
        } else if self.starts("${") {
            self.at += self.text[start..].find('}').map_or(self.text.len() - start, |end| end + 1);
            let inside = self.text[start + 2..self.at].trim_end_matches('}').trim_start_matches('#');
            let end = inside.find(|c: char| !c.is_ascii_alphanumeric() && c != '_').unwrap_or(inside.len());
            let (name, rest) = inside.split_at(end);
            // `${NAME:-…}` and its like say what to do.
            if is_name(name) && !rest.trim_start_matches(':').starts_with(['-', '=', '+', '?']) {
                word.reads.push((name.to_owned(), start..self.at));
            }
        } else if self.starts("`") {
            self.at += 1;
            self.at += self.text[self.at..].find('`').map_or(self.text.len() - self.at, |end| end + 1);
        } else {
            self.at += 1;
            let name = self.text[self.at..].bytes().take_while(|byte| byte.is_ascii_alphanumeric() || *byte == b'_').count();
            let read = &self.text[self.at..self.at + name];
            self.at += name;
            if is_name(read) {
                word.reads.push((read.to_owned(), start..self.at));
            }
        }
        word.text.push_str(&self.text[start..self.at]);
    }

    fn skip_documents(&mut self) {
        for (end, tabs) in std::mem::take(&mut self.documents) {
            while self.at < self.text.len() {
                let line = self.text[self.at..].split('\n').next().unwrap_or("");
                self.at = (self.at + line.len() + 1).min(self.text.len());
                if (if tabs { line.trim_start_matches('\t') } else { line }) == end {
                    break;
                }
            }
        }
    }
}

/// Whose shell it is.
#[derive(Clone, Copy, Debug)]
pub enum Holder<'p> {
    Do(&'p Change),
    Undo(&'p Change),
    Step(&'p Step),
    Check(&'p Check),
    Take(&'p Backup),
    Verify(&'p Backup),
    Restore(&'p Backup),
    Copy(&'p Backup),
    /// A message is sent, data is piped through.
    Other,
}

impl Holder<'_> {
    /// Returns whether a check asks afterwards what came of it.
    pub fn is_verified(&self) -> bool {
        match self {
            Holder::Do(change) => !change.verify.is_empty(),
            Holder::Step(step) => !step.verify.is_empty(),
            Holder::Undo(_)
            | Holder::Check(_)
            | Holder::Take(_)
            | Holder::Verify(_)
            | Holder::Restore(_)
            | Holder::Copy(_)
            | Holder::Other => false,
        }
    }
}

/// Returns every piece of shell in a plan, with whose it is.
pub fn all(plan: &Plan) -> Vec<(Holder<'_>, &Code)> {
    let mut all = Vec::new();
    for (_, change) in plan.changes.iter() {
        all.extend(change.forward.as_ref().and_then(code).map(|code| (Holder::Do(change), code)));
        if let Undo::Action(undo) = &change.undo {
            all.extend(code(undo).map(|code| (Holder::Undo(change), code)));
        }
    }
    for step in plan.steps() {
        if let StepKind::Do { action: Some(action), .. } = &step.kind {
            all.extend(code(action).map(|code| (Holder::Step(step), code)));
        }
    }
    for (_, check) in plan.checks.iter() {
        if let Some(Probe::Run(code)) = &check.probe {
            all.push((Holder::Check(check), code));
        }
    }
    for (_, backup) in plan.backups.iter() {
        all.extend(backup.take.iter().map(|code| (Holder::Take(backup), code)));
        all.extend(backup.verify.iter().map(|code| (Holder::Verify(backup), code)));
        all.extend(backup.restore.iter().map(|code| (Holder::Restore(backup), code)));
        all.extend(backup.copy.iter().map(|code| (Holder::Copy(backup), code)));
        all.extend(backup.encrypt.iter().chain(&backup.decrypt).map(|code| (Holder::Other, code)));
    }
    all.extend(plan.channels.iter().filter_map(|(_, channel)| channel.send.as_ref()).map(|code| (Holder::Other, code)));
    all.extend(plan.releases.iter().filter_map(|(_, release)| release.deploy.as_ref().and_then(code)).map(|code| (Holder::Other, code)));
    all.retain(|(_, code)| matches!(code.language, Language::Sh | Language::Bash));
    all
}

fn code(action: &Action) -> Option<&Code> {
    match action {
        Action::Code(code) => Some(code),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::{Join, read};

    fn shown(text: &str) -> Vec<String> {
        let sign = |join| match join {
            Join::Next => "",
            Join::Pipe => "| ",
            Join::And => "&& ",
            Join::Or => "|| ",
        };
        let words = |command: &super::Command| command.words.iter().map(|word| word.text.clone()).collect::<Vec<_>>().join("·");
        read(text).iter().map(|command| format!("{}{}", sign(command.join), words(command))).collect()
    }

    #[test]
    fn words_and_joins_are_read() {
        assert_eq!(shown("a 'b c' \"d $e\" | f && g || h; i &\nj"), ["a·b c·d $e", "| f", "&& g", "|| h", "i", "j"]);
        assert_eq!(shown("a |\n  b \\\n  c # d\n"), ["a", "| b·c"]);
        assert_eq!(shown("if a; then b; fi\nfor x in 1 2; do c; done"), ["a", "b", "for·x·in·1·2", "c"]);
        assert_eq!(shown("tar cf \"b_$(date +%F).tar\" x > log 2>&1"), ["date·+%F", "tar·cf·b_$(date +%F).tar·x"]);
    }

    #[test]
    fn documents_are_no_commands() {
        assert_eq!(shown("psql -f - <<'SQL'\nDROP TABLE t;\nSQL\nnext"), ["psql·-f·-", "next"]);
        assert_eq!(shown("cat <<-E | sort\n\ta\n\tE\nb"), ["cat", "| sort", "b"]);
    }

    #[test]
    fn what_is_not_closed_ends_with_the_text() {
        for text in ["'", "\"", "$(", "${", "`", "a <<E\nb", "$(((", "a \\", "<", ")", "(a"] {
            let _ = read(text);
        }
    }
}
