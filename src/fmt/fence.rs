//! Fences: the body moves with its statement and never changes.
//!
//! What a fence says is its lines without the closing fence's indentation. Moving all of them together keeps that.
//! Where they can't be moved together (a line that is indented less, or by tabs where the closing fence has spaces), the
//! fence stays as it was written.

use super::writer::{Writer, normalized};

/// Writes a fence that stands in a statement indented by `indent`, from its opening backticks to its closing ones.
pub fn write(writer: &mut Writer, fence: &str, indent: usize) {
    let mut lines: Vec<&str> = fence.split('\n').map(normalized).collect();
    // INVARIANT: `split` gives at least one piece. A fence of one line is not closed; it is left alone.
    let closing = lines.pop().unwrap_or_default();
    let Some(opening) = lines.first().copied() else {
        return writer.push(closing);
    };
    let body = &lines[1..];
    let backticks = closing.trim_start_matches([' ', '\t']);
    let taken_off = &closing[..closing.len() - backticks.len()];

    writer.push(opening.trim_end());
    writer.newline();
    let Some(contents) = body.iter().map(|line| content(line, taken_off)).collect::<Option<Vec<_>>>() else {
        for line in body {
            writer.push(line);
            writer.newline();
        }
        return writer.push(closing);
    };
    for content in contents {
        if !content.is_empty() {
            writer.indent(indent);
            writer.push(content);
        }
        writer.newline();
    }
    writer.indent(indent);
    writer.push(backticks);
}

/// Returns what is left of a line without the indentation that the closing fence takes off, or `None` where that is not
/// how the line begins. A line of blanks may be shorter.
fn content<'t>(line: &'t str, taken_off: &str) -> Option<&'t str> {
    let blank = line.bytes().all(|byte| matches!(byte, b' ' | b'\t'));
    match line.strip_prefix(taken_off) {
        None if blank && line.len() <= taken_off.len() => Some(""),
        content => content,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn moved(fence: &str, indent: usize) -> String {
        let mut writer = Writer::new("");
        write(&mut writer, fence, indent);
        writer.finish()
    }

    #[test]
    fn the_body_moves_with_the_closing_fence() {
        assert_eq!(moved("```sql\n      a\n        b\n    ```", 2), "```sql\n    a\n      b\n  ```");
    }

    #[test]
    fn tabs_are_taken_off_where_every_line_has_them() {
        assert_eq!(moved("```sh\n\t\ta\n\tb\n\t```", 2), "```sh\n  \ta\n  b\n  ```");
    }

    #[test]
    fn a_line_with_other_blanks_than_the_closing_fence_keeps_the_fence_as_it_was() {
        let fence = "```sh\n\ta\n  b\n  ```";
        assert_eq!(moved(fence, 4), fence);
    }

    #[test]
    fn a_line_that_is_indented_less_keeps_the_fence_as_it_was() {
        let fence = "```sh\na\n  ```";
        assert_eq!(moved(fence, 4), fence);
    }

    #[test]
    fn blank_lines_become_empty_and_longer_ones_keep_what_they_have_more() {
        assert_eq!(moved("```md\n  a\n\n \n    \n  ```", 4), "```md\n    a\n\n\n      \n    ```");
    }

    #[test]
    fn line_ends_become_lf_and_stray_carriage_returns_stay() {
        assert_eq!(moved("```sh \r\n  a\r\n  b\r\r\n  c\rd\r\n  ```", 2), "```sh\n  a\n  b\r\r\n  c\rd\n  ```");
    }

    #[test]
    fn shorter_fences_inside_stay() {
        assert_eq!(moved("````md\n  ```sh\n  ls\n  ```\n  ````", 0), "````md\n```sh\nls\n```\n````");
    }
}
