//! The simple commands of a script as they are spelled, in order, and how one follows another: no variable is filled in, and no
//! program is known. What a command does is read elsewhere (`read.rs`).

mod walk;

use std::ops::Range;
use std::sync::Arc;

use crate::plan::action::Code;

pub use walk::read;

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
    /// It runs beside what follows: `… &`.
    pub beside: bool,
    /// It stands in a substitution.
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

/// The key under which a fence keeps its commands.
#[derive(PartialEq)]
struct Plain;

/// Returns the simple commands of a fence, in order; those in substitutions stand before the command that holds them. A text that no
/// shell can read has none.
pub fn commands(code: &Code) -> Arc<Vec<Command>> {
    code.kept.once(Plain, || read(&code.text))
}

#[cfg(test)]
mod tests {
    use super::Join;
    use super::walk::read;

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
        assert_eq!(shown("if a; then b; fi\nfor x in 1 2; do c; done"), ["a", "b", "for·x·1·2", "c"]);
        assert_eq!(shown("tar cf \"b_$(date +%F).tar\" x > log 2>&1"), ["date·+%F", "tar·cf·b_$(date +%F).tar·x"]);
    }

    #[test]
    fn documents_are_no_commands() {
        assert_eq!(shown("psql -f - <<'SQL'\nDROP TABLE t;\nSQL\nnext"), ["psql·-f·-", "next"]);
        assert_eq!(shown("cat <<-E | sort\n\ta\n\tE\nb"), ["cat", "| sort", "b"]);
    }

    #[test]
    fn groups_are_joined_as_a_whole() {
        assert_eq!(shown("{ a; b; } | c && (d) || e"), ["a", "b", "| c", "&& d", "|| e"]);
        let piped: Vec<bool> = read("{ a; b; } | c").iter().map(|command| command.piped).collect();
        assert_eq!(piped, [true, true, false]);
        let beside: Vec<bool> = read("a $(x) | b & c").iter().map(|command| command.beside).collect();
        assert_eq!(beside, [false, true, true, false]);
    }

    #[test]
    fn heads_are_commands_and_definitions_are_none() {
        assert_eq!(shown("f() { a; }\ncase \"$x\" in y*) b ;; esac"), ["a", "case·$x", "b"]);
        assert_eq!(shown("[[ -n $x && $y == z* ]] || X=1 Y=(1 2) c"), ["[[·-n·$x·&&·$y·==·z*·]]", "|| X=1·Y=(1 2)·c"]);
        let reads: Vec<String> = read("a ${X%.*} ${Y:-1} ${#Z} $1")
            .iter()
            .flat_map(|command| &command.words)
            .flat_map(|word| &word.reads)
            .map(|(name, _)| name.clone())
            .collect();
        assert_eq!(reads, ["X", "Z"]);
    }

    #[test]
    fn what_no_shell_can_read_has_none() {
        for text in ["'", "\"", "$(", ")", "(a", "a <b>\nc"] {
            assert_eq!(shown(text), [""; 0], "{text}");
        }
    }
}
