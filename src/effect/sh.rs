//! What shell does; so far, whether it does anything at all. Lines are looked at, not parsed: in doubt it does something.

/// Commands that leave no trace.
const QUIET: [&str; 13] = [":", "cd", "date", "echo", "exit", "false", "printf", "pwd", "return", "set", "sleep", "true", "wait"];

/// Returns whether a script surely does nothing: it is empty, or holds only comments, `:`, `true`, `echo` and the like.
pub fn is_hollow(text: &str) -> bool {
    text.lines().map(str::trim).filter(|line| !line.is_empty() && !line.starts_with('#')).all(is_quiet)
}

fn is_quiet(line: &str) -> bool {
    // Words to the terminal are no trace; to a file they are.
    let calm = [">&2", "1>&2", "2>&1", ">/dev/null", "> /dev/null"].iter().fold(line.to_owned(), |line, part| line.replace(part, ""));
    if calm.contains(['>', '<', '|', '`', '&', '\\']) || calm.contains("$(") {
        return false;
    }
    let commands = calm.split(';').map(str::trim).filter(|command| !command.is_empty());
    commands.into_iter().all(|command| QUIET.contains(&command.split_whitespace().next().unwrap_or_default()))
}

#[cfg(test)]
mod tests {
    use super::is_hollow;

    #[test]
    fn scripts_that_do_nothing() {
        for text in ["", "# by hand\n", "set -eu\necho 'no rollback needed'\nexit 0", "echo sorry >&2; true", ":", "\n \n:\n"] {
            assert!(is_hollow(text), "{text}");
        }
    }

    #[test]
    fn scripts_that_may_do_something() {
        for text in [
            "echo on > /etc/flag",
            "echo 'DROP TABLE t' | psql",
            "echo $(./undo.sh)",
            "true && ./undo.sh",
            "git revert HEAD",
            "FLAG=1 ./undo.sh",
        ] {
            assert!(!is_hollow(text), "{text}");
        }
    }
}
