//! The one place where text becomes part of a script: shell words, comments, file names.
//!
//! Whatever a plan says, a shell that reads what this module wrote gets the same bytes back and runs none of them; that is
//! fuzzed against real shells. Knows nothing of what is quoted. The forms are those that shellcheck
//! is silent about, so that a finding in a bundle is always about something.

/// What can't stand in a script, whatever is put around it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Unquotable {
    /// U+0000 ends an argument.
    Nul,
    /// A carriage return: what it means depends on the shell and on who copies the file.
    CarriageReturn,
}

impl Unquotable {
    /// Returns what it is, in words for people.
    pub fn words(self) -> &'static str {
        match self {
            Unquotable::Nul => "a NUL byte",
            Unquotable::CarriageReturn => "a carriage return",
        }
    }
}

/// The kinds of quotes. Single ones are plainest; a text with `'`, `$`, a backtick or `\` stands in double ones.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Quotes {
    Single,
    Double,
}

/// Returns `text` as one word of POSIX sh.
pub fn word(text: &str) -> Result<String, Unquotable> {
    if text.contains('\0') {
        return Err(Unquotable::Nul);
    }
    if text.contains('\r') {
        return Err(Unquotable::CarriageReturn);
    }
    let quotes = if !text.chars().any(|character| only_in(character) == Some(Quotes::Double)) {
        Quotes::Single
    } else if !text.chars().any(|character| only_in(character) == Some(Quotes::Single)) {
        Quotes::Double
    } else {
        return Ok(joined(text));
    };
    Ok(quoted(text, quotes))
}

/// Returns `key=text`, with quotes only where the text needs them. The key is a word of ours.
pub fn assignment(key: &str, text: &str) -> Result<String, Unquotable> {
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || b"_.:/,+@%-".contains(&byte);
    if !text.is_empty() && text.bytes().all(plain) {
        return Ok(format!("{key}={text}"));
    }
    Ok(format!("{key}={}", word(text)?))
}

/// Returns `text` on one line: what moves the cursor, ends a line or turns the direction of writing becomes a blank, runs of
/// blanks become one.
pub fn line(text: &str) -> String {
    let visible = text.chars().map(|character| if is_disturbing(character) { ' ' } else { character }).collect::<String>();
    visible.split(' ').filter(|part| !part.is_empty()).collect::<Vec<_>>().join(" ")
}

/// Returns `text` as the rest of a comment's line, after `# ` or `-- `.
pub fn comment(text: &str) -> String {
    line(text)
}

/// Returns `name` as (a part of) a file's name: `[a-z0-9._-]`, at most `limit` bytes, never beginning with a dot.
pub fn file_name(name: &str, limit: usize) -> String {
    let safe = |character: char| match character {
        'a'..='z' | '0'..='9' | '.' | '_' | '-' => character,
        'A'..='Z' => character.to_ascii_lowercase(),
        _ => '-',
    };
    let kept = name.trim_start_matches('.').chars().map(safe).take(limit).collect::<String>();
    kept.trim_end_matches(['.', '-']).to_owned()
}

/// Returns the kind of quotes that a character can only stand in; `None` when either will do. Shells take ‘ and “ anywhere, but
/// shellcheck takes them for a quote that a word processor has spoilt.
fn only_in(character: char) -> Option<Quotes> {
    match character {
        '\'' | '$' | '`' | '\\' | '\u{2018}' | '\u{2019}' => Some(Quotes::Double),
        '\u{201C}' | '\u{201D}' | '\u{2033}' | '\u{2036}' => Some(Quotes::Single),
        _ => None,
    }
}

fn quoted(text: &str, quotes: Quotes) -> String {
    let mut out = String::with_capacity(text.len() + 2);
    match quotes {
        Quotes::Single => {
            out.push('\'');
            out.push_str(text);
            out.push('\'');
        }
        Quotes::Double => {
            out.push('"');
            for character in text.chars() {
                if matches!(character, '"' | '$' | '`' | '\\') {
                    out.push('\\');
                }
                out.push(character);
            }
            out.push('"');
        }
    }
    out
}

/// Quotes a text in which both kinds are needed, as pieces side by side: `'a “b” '"it's"`.
fn joined(text: &str) -> String {
    let mut out = String::new();
    let (mut start, mut now) = (0, None);
    for (at, character) in text.char_indices() {
        let wanted = only_in(character);
        if now.is_some() && wanted.is_some() && wanted != now {
            out.push_str(&quoted(&text[start..at], now.unwrap_or(Quotes::Single)));
            start = at;
        }
        now = wanted.or(now);
    }
    out.push_str(&quoted(&text[start..], now.unwrap_or(Quotes::Single)));
    out
}

/// Control characters, separators of lines, and the marks that reorder what people read.
fn is_disturbing(character: char) -> bool {
    character.is_control()
        || matches!(character, '\u{2028}' | '\u{2029}' | '\u{200E}' | '\u{200F}' | '\u{202A}'..='\u{202E}' | '\u{2066}'..='\u{2069}' | '\u{FEFF}')
}

#[cfg(test)]
mod tests {
    use std::process::Command;

    use proptest::prelude::*;

    use super::*;

    /// Shells that a bundle has to run under. A missing one is a failure: what was not tried is not known to work.
    const SHELLS: [&[&str]; 5] = [&["sh"], &["busybox", "ash"], &["bash", "--posix"], &["mksh"], &["dash"]];

    fn run(shell: &[&str], script: &str) -> Vec<u8> {
        let folder = tempfile::tempdir().expect("a temporary directory");
        let path = folder.path().join("script");
        std::fs::write(&path, script).expect("the script is written");
        let mut command = Command::new(shell[0]);
        let output =
            command.args(&shell[1..]).arg(&path).env("LC_ALL", "C").current_dir(folder.path()).output().expect("the shell is installed");
        let left = std::fs::read_dir(folder.path()).expect("the directory is read").count();
        assert_eq!(left, 1, "{shell:?} made files");
        assert!(output.status.success(), "{shell:?} failed: {}\n{script}", String::from_utf8_lossy(&output.stderr));
        assert!(output.stderr.is_empty(), "{shell:?} said: {}", String::from_utf8_lossy(&output.stderr));
        output.stdout
    }

    /// Writes each text as an argument, a fact and a field, and reads back what the shell saw.
    fn survives(texts: &[String]) {
        let mut script = String::from("show() { for word do printf '%s\\0' \"$word\"; done; }\nfact() { eval \"$1=\\$2\"; }\nset -eu\n");
        for text in texts {
            let quoted = word(text).expect("it can be quoted");
            let field = assignment("key", text).expect("it can be quoted");
            let comment = comment(text);
            script.push_str(&format!("# {comment}\nshow {quoted} \\\n    {field} # {comment}\nfact kept {quoted}\nshow \"$kept\"\n"));
        }
        let expected = texts.iter().flat_map(|text| format!("{text}\0key={text}\0{text}\0").into_bytes()).collect::<Vec<_>>();
        for shell in SHELLS {
            assert_eq!(String::from_utf8_lossy(&run(shell, &script)), String::from_utf8_lossy(&expected), "{shell:?}");
        }
    }

    fn hostile() -> Vec<String> {
        let texts = [
            "",
            "'",
            "''",
            "'\\''",
            "\\",
            "\\\\",
            "\\n",
            "$",
            "$(touch made)",
            "`touch made`",
            "${HOME}",
            "$'x'",
            "\"",
            "\"\"",
            "!",
            "!!",
            "a b",
            " a ",
            "\t",
            "\n",
            "a\nb",
            "a\n",
            "\n\nb",
            "-n",
            "--",
            "*",
            "?",
            "[a-z]",
            "{a,b}",
            "~",
            "~root",
            "#",
            "a#b",
            "; touch made",
            "& touch made",
            "| touch made",
            "> made",
            "<(x)",
            "=",
            "a=b",
            "if",
            "then",
            "esac",
            "\u{1b}[31m",
            "\u{7f}",
            "\u{1}",
            "Á\u{81}",
            "don’t",
            "“so”",
            "it's “so”, isn’t it?",
            "″′‶",
            "\u{2028}",
            "\u{202e}",
            "\\\n",
            "'\n'",
            "$\n(",
            "EOF",
            "\\'",
            "\\\"$",
            "ÿþ",
            "\u{10FFFF}",
        ];
        texts.iter().map(|text| (*text).to_owned()).collect()
    }

    #[test]
    fn hostile_texts_come_back_from_every_shell() {
        survives(&hostile());
    }

    #[test]
    fn shellcheck_is_silent_about_every_form() {
        let mut script = String::from("#!/bin/sh\n");
        for text in hostile() {
            let quoted = word(&text).expect("it can be quoted");
            script.push_str(&format!(
                "# about {}\nfact key {quoted}\nstep 'a' {quoted} \\\n    {}\n",
                comment(&text),
                assignment("key", &text).expect("it can be quoted")
            ));
        }
        let folder = tempfile::tempdir().expect("a temporary directory");
        let path = folder.path().join("script.sh");
        std::fs::write(&path, script).expect("the script is written");
        let output = Command::new("shellcheck").args(["-s", "sh"]).arg(&path).output().expect("shellcheck is installed");
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stdout));
    }

    #[test]
    fn what_no_script_can_hold_is_refused() {
        assert_eq!(word("a\0b"), Err(Unquotable::Nul));
        assert_eq!(assignment("key", "a\r\n"), Err(Unquotable::CarriageReturn));
    }

    #[test]
    fn plain_text_is_quoted_plainly() {
        assert_eq!(word("V1 takes no writes"), Ok("'V1 takes no writes'".to_owned()));
        assert_eq!(word("V1's data"), Ok("\"V1's data\"".to_owned()));
        assert_eq!(word("it's “so”"), Ok("\"it's \"'“so”'".to_owned()));
        assert_eq!(assignment("unit", "tx:010-a.sql"), Ok("unit=tx:010-a.sql".to_owned()));
        assert_eq!(assignment("value", ""), Ok("value=''".to_owned()));
        assert_eq!(assignment("dir", "~/x"), Ok("dir='~/x'".to_owned()));
    }

    #[test]
    fn file_names_are_tame() {
        assert_eq!(file_name("undo-load_v2.b", 100), "undo-load_v2.b");
        assert_eq!(file_name("../../etc/Pässe", 100), "-..-etc-p-sse");
        assert_eq!(file_name("abc-def", 4), "abc");
    }

    proptest! {
        #![proptest_config(ProptestConfig { cases: 24, ..ProptestConfig::default() })]

        #[test]
        fn any_text_comes_back_from_every_shell(texts in prop::collection::vec("[^\0\r]{0,40}|[ '\"$`\\\\\n‘“!#()]{0,12}|(?s:.{0,20})", 1..60)) {
            let texts = texts.into_iter().map(|text| text.replace(['\0', '\r'], "")).collect::<Vec<_>>();
            survives(&texts);
        }

        #[test]
        fn a_line_is_one_line(text in any::<String>()) {
            let line = line(&text);
            prop_assert!(!line.chars().any(is_disturbing));
            prop_assert_eq!(super::line(&line), line.clone());
        }

        #[test]
        fn a_file_name_is_safe(name in any::<String>(), limit in 0usize..120) {
            let file = file_name(&name, limit);
            prop_assert!(file.len() <= limit && !file.starts_with('.') && !file.contains('/'));
            prop_assert!(file.bytes().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || b"._-".contains(&byte)));
        }
    }
}
