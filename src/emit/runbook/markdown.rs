//! Markdown that survives any text: what a plan says never becomes markup by accident.
//!
//! Strings of a plan are plain text and are escaped, no more than needed, since a runbook is also read raw, in a
//! terminal. Fences in `md` are the author's Markdown and stay as they are; what they leave open is closed behind them.

use std::fmt::Write;

/// Returns plain text as inline Markdown, fit for a paragraph, a heading, a list item or a table's cell. Line breaks
/// become `<br>`.
pub fn text(plain: &str) -> String {
    let visible = visible(plain);
    let plain = visible.trim();
    let mut out = String::with_capacity(plain.len());
    let many = |sign: char| plain.matches(sign).count() > 1;
    let (tildes, dollars) = (many('~'), many('$'));
    // A run of `#` at the end would be taken for the end of a heading.
    let closing = plain.trim_end_matches('#').len();
    let mut previous = '\0';
    let mut rest = plain.chars();
    if let Some(marker) = block_marker(plain) {
        out.push_str(&plain[..marker]);
        out.push('\\');
        rest = plain[marker..].chars();
    }
    while let Some(sign) = rest.next() {
        let next = rest.as_str().chars().next().unwrap_or(' ');
        match sign {
            '\n' => out.push_str("<br>"),
            '`' | '[' | ']' | '|' => escape(&mut out, sign),
            '#' if closing > 0 && plain.len() - rest.as_str().len() == closing + 1 => escape(&mut out, sign),
            '\\' if next.is_ascii_punctuation() || next == '\n' || rest.as_str().is_empty() => escape(&mut out, sign),
            '*' if !(is_blank(previous) && is_blank(next)) => escape(&mut out, sign),
            '_' if !(previous.is_alphanumeric() && next.is_alphanumeric()) => escape(&mut out, sign),
            '~' if tildes => escape(&mut out, sign),
            '$' if dollars => escape(&mut out, sign),
            '<' if next.is_ascii_alphabetic() || matches!(next, '/' | '!' | '?') => out.push_str("&lt;"),
            '&' if is_entity(rest.as_str()) => out.push_str("&amp;"),
            _ => out.push(sign),
        }
        previous = sign;
    }
    out
}

fn is_blank(sign: char) -> bool {
    matches!(sign, ' ' | '\t')
}

fn escape(out: &mut String, sign: char) {
    out.push('\\');
    out.push(sign);
}

/// Returns where in a line the sign stands that would make it a heading, a list item, a quotation or a rule.
fn block_marker(line: &str) -> Option<usize> {
    let digits = line.bytes().take_while(u8::is_ascii_digit).count();
    let behind = |at: usize| line.get(at..).is_none_or(|rest| rest.is_empty() || rest.starts_with([' ', '\t', '\n']));
    match line.as_bytes().get(digits)? {
        b'.' | b')' if digits > 0 && behind(digits + 1) => Some(digits),
        b'#' if digits == 0 && behind(line.len() - line.trim_start_matches('#').len()) => Some(0),
        b'>' | b'=' if digits == 0 => Some(0),
        sign @ (b'-' | b'+') if digits == 0 && (behind(1) || line.bytes().all(|byte| byte == *sign || byte == b' ')) => Some(0),
        _ => None,
    }
}

/// Tells whether the text behind an `&` makes it an entity.
fn is_entity(rest: &str) -> bool {
    rest.split_once(';').is_some_and(|(name, _)| !name.is_empty() && name.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'#'))
}

/// Returns text without what a terminal or a reader's eye would be deceived by: LF only, and a replacement character for
/// control characters and for those that turn the direction of writing.
pub fn visible(text: &str) -> String {
    text.replace("\r\n", "\n")
        .chars()
        .map(|sign| match sign {
            '\n' | '\t' => sign,
            '\r' | '\u{2028}' | '\u{2029}' => '\n',
            '\u{202A}'..='\u{202E}' | '\u{2066}'..='\u{2069}' => '\u{FFFD}',
            _ if sign.is_control() => '\u{FFFD}',
            _ => sign,
        })
        .collect()
}

/// Returns an inline code span, whatever backticks are in it. One with a `|` is written in HTML: in a table no code span
/// can hold it in every dialect of Markdown.
pub fn code(plain: &str) -> String {
    let visible = visible(plain);
    let plain = visible.replace('\n', " ");
    if plain.trim().is_empty() {
        return "*(empty)*".to_owned();
    }
    if plain.contains('|') {
        return format!("<code>{}</code>", text(&plain).replace("\\|", "&#124;"));
    }
    let ticks = "`".repeat(longest_run(&plain) + 1);
    let pad = if plain.starts_with(['`', ' ']) || plain.ends_with(['`', ' ']) { " " } else { "" };
    format!("{ticks}{pad}{plain}{pad}{ticks}")
}

/// Returns an anchor: a place that links lead to. GitLab takes `id` off an `a` and leaves `name`; GitHub knows both.
pub fn place(anchor: &str) -> String {
    format!("<a name=\"{anchor}\"></a>")
}

/// Returns a link to an anchor of this page. `label` is inline Markdown.
pub fn link(label: &str, anchor: &str) -> String {
    format!("[{label}](#{anchor})")
}

/// Returns an address of e-mail as a link, anything else as text.
pub fn address(plain: &str) -> String {
    let tame = |sign: char| sign.is_ascii_alphanumeric() || matches!(sign, '.' | '-' | '_' | '+');
    match plain.split_once('@') {
        Some((name, host)) if !name.is_empty() && name.chars().all(tame) && is_host(host) => format!("<{plain}>"),
        _ => text(plain),
    }
}

fn is_host(host: &str) -> bool {
    let tame = |part: &str| part.starts_with(|sign: char| sign.is_ascii_alphanumeric()) && !part.ends_with('-');
    host.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'.' | b'-')) && host.contains('.') && host.split('.').all(tame)
}

/// Returns a link to an address outside, or the label and the address where a link can't carry it.
pub fn outside_link(title: &str, url: &str) -> String {
    let plain = url.bytes().all(|byte| byte.is_ascii_graphic() && !matches!(byte, b'<' | b'>' | b'(' | b')' | b'\\' | b'|' | b'`'));
    let safe = ["https://", "http://", "mailto:", "tel:", "./", "../"].iter().any(|scheme| url.starts_with(scheme));
    if plain && safe { format!("[{}]({url})", text(title)) } else { format!("{}: {}", text(title), code(url)) }
}

/// Returns a text as inline Markdown in which names stand between backticks; `show` writes the names. What such a text quotes
/// may hold backticks too: only what looks like a name is one.
pub fn named(plain: &str, show: &dyn Fn(&str) -> String) -> String {
    let mut out = String::new();
    let mut rest = plain;
    while let Some((before, behind)) = rest.split_once('`') {
        let Some((name, after)) = behind.split_once('`').filter(|(name, _)| is_name(name)) else { break };
        out += &spaced(before);
        out += &show(name);
        rest = after;
    }
    out + &spaced(rest)
}

fn is_name(name: &str) -> bool {
    !name.is_empty() && name.chars().all(|sign| sign.is_alphanumeric() || matches!(sign, '-' | '_' | '.' | '"' | '/' | '$'))
}

/// Text with the blanks around it.
fn spaced(plain: &str) -> String {
    let (start, end) = (plain.starts_with(' '), plain.ends_with(' ') && plain.len() > 1);
    format!("{}{}{}", if start { " " } else { "" }, text(plain), if end { " " } else { "" })
}

/// Returns the longest run of backticks.
fn longest_run(text: &str) -> usize {
    text.split(|sign| sign != '`').map(str::len).max().unwrap_or(0)
}

/// Returns a fenced block that nothing in `code` can close.
pub fn fence(language: &str, code: &str) -> String {
    let code = visible(code);
    let ticks = "`".repeat(longest_run(&code).max(2) + 1);
    let end = if code.is_empty() || code.ends_with('\n') { "" } else { "\n" };
    format!("{ticks}{language}\n{code}{end}{ticks}\n")
}

/// How raw parts of Markdown open and close, in lower case; what is left open swallows the rest of the page.
const RAW: [(&str, &str); 8] = [
    ("<!--", "-->"),
    ("<![cdata[", "]]>"),
    ("<!", ">"),
    ("<?", "?>"),
    ("<pre", "</pre>"),
    ("<script", "</script>"),
    ("<style", "</style>"),
    ("<textarea", "</textarea>"),
];

/// Returns text without the indentation that all of its lines share.
pub fn outdented(text: &str) -> String {
    let written = || text.lines().filter(|line| !line.trim().is_empty());
    let shared = written().map(|line| line.len() - line.trim_start_matches(' ').len()).min().unwrap_or(0);
    text.lines().map(|line| line.get(shared..).unwrap_or("").to_owned() + "\n").collect()
}

/// Returns Markdown that its author wrote, with an end to the fence, comment or raw element that it leaves open: what
/// follows it in the runbook must be seen. Its indentation in the plan is not part of it: four blanks would make it code.
pub fn authored(markdown: &str) -> String {
    let mut out = outdented(&visible(markdown)).trim_matches('\n').to_owned();
    if let Some(ticks) = open_fence(&out) {
        let _ = write!(out, "\n{ticks}");
    }
    for (opening, closing) in RAW {
        let lower = out.to_ascii_lowercase();
        if lower.rfind(opening).is_some_and(|at| !lower[at..].contains(closing)) {
            let _ = write!(out, "\n{closing}");
        }
    }
    out.push('\n');
    out
}

/// Returns the backticks or tildes that would close the fence that is open at the end.
fn open_fence(markdown: &str) -> Option<String> {
    let mut open: Option<String> = None;
    for line in markdown.lines() {
        let trimmed = behind_markers(line);
        let Some(sign) = trimmed.chars().next().filter(|sign| matches!(sign, '`' | '~')) else { continue };
        let run: String = trimmed.chars().take_while(|other| *other == sign).collect();
        let behind = trimmed[run.len()..].trim();
        match &open {
            Some(opened) if run.starts_with(opened.as_str()) && behind.is_empty() => open = None,
            None if run.len() >= 3 && !(sign == '`' && behind.contains('`')) => open = Some(run),
            _ => {}
        }
    }
    open
}

/// Returns a line behind its quote marks and list bullets. A bullet is one only with a blank behind it.
fn behind_markers(line: &str) -> &str {
    let mut rest = line.trim_start_matches([' ', '\t', '>']);
    while let Some(inner) = rest.strip_prefix(['-', '*', '+']).filter(|inner| inner.starts_with([' ', '\t'])) {
        rest = inner.trim_start_matches([' ', '\t', '>']);
    }
    rest
}

/// Returns blocks as the content of a list item: every line but the first indented.
pub fn indented(blocks: &str, by: usize) -> String {
    let indent = " ".repeat(by);
    let mut out = String::with_capacity(blocks.len());
    for (index, line) in blocks.trim_end().lines().enumerate() {
        if index > 0 {
            out.push('\n');
            if !line.is_empty() {
                out.push_str(&indent);
            }
        }
        out.push_str(line);
    }
    out
}

/// A page on its way out: blocks with one blank line between them.
#[derive(Default)]
pub struct Page {
    out: String,
}

impl Page {
    /// Adds a heading with an anchor of its own, which lasts when the title is reworded.
    pub fn heading(&mut self, level: usize, title: &str, anchor: &str) {
        self.block(&place(anchor));
        self.plain_heading(level, title);
    }

    /// Adds a heading that nothing links to.
    pub fn plain_heading(&mut self, level: usize, title: &str) {
        self.block(&format!("{} {title}", "#".repeat(level)));
    }

    /// Adds a block: a paragraph, a fence, a table. Nothing, where it is empty.
    pub fn block(&mut self, block: &str) {
        let block = block.trim_end();
        if block.is_empty() {
            return;
        }
        if !self.out.is_empty() {
            self.out.push('\n');
        }
        self.out.push_str(block);
        self.out.push('\n');
    }

    /// Adds a list of inline or indented items.
    pub fn list(&mut self, items: &[String]) {
        let lines: Vec<String> = items.iter().map(|item| format!("- {}", indented(item, 2))).collect();
        // Where one item is of several blocks, all stand apart.
        self.block(&lines.join(if lines.iter().any(|line| line.contains("\n\n")) { "\n\n" } else { "\n" }));
    }

    /// Returns whether nothing was added.
    pub fn is_empty(&self) -> bool {
        self.out.is_empty()
    }

    /// Returns the text.
    pub fn finish(self) -> String {
        self.out
    }
}

/// A table. A column that no row fills is left out, unless it is there to be filled in by hand.
pub struct Table {
    columns: Vec<(String, bool)>,
    rows: Vec<Vec<String>>,
}

impl Table {
    /// Returns a table without rows. A title that begins with `✎` is that of a column to be filled in by hand.
    pub fn new(titles: &[&str]) -> Table {
        let columns = titles.iter().map(|title| (title.trim_start_matches('✎').to_owned(), title.starts_with('✎'))).collect();
        Table { columns, rows: Vec::new() }
    }

    /// Adds a row of inline Markdown.
    pub fn row<const N: usize>(&mut self, cells: [String; N]) {
        debug_assert_eq!(N, self.columns.len(), "a cell for each column");
        self.rows.push(cells.into());
    }

    /// Returns the table; nothing without rows.
    pub fn finish(self) -> String {
        if self.rows.is_empty() {
            return String::new();
        }
        let shown: Vec<usize> = (0..self.columns.len())
            .filter(|column| self.columns[*column].1 || self.rows.iter().any(|row| !row[*column].is_empty()))
            .collect();
        let line = |cell: &dyn Fn(usize) -> String| {
            let cells = shown.iter().map(|column| cell(*column)).map(|cell| if cell.is_empty() { cell } else { cell + " " });
            format!("|{}\n", cells.map(|cell| format!(" {cell}|")).collect::<String>())
        };
        let mut out = line(&|column| self.columns[column].0.clone());
        out += &line(&|_| "---".to_owned());
        for row in &self.rows {
            out += &line(&|column| row[column].replace('\n', "<br>"));
        }
        out
    }
}

#[cfg(test)]
mod laws;
#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn markup_in_text_is_shown_as_it_was_written() {
        assert_eq!(
            text("a *b* _c_ [d](e) `f` <b>g</b> &amp; ~~h~~"),
            "a \\*b\\* \\_c\\_ \\[d\\](e) \\`f\\` &lt;b>g&lt;/b> &amp;amp; \\~\\~h\\~\\~"
        );
    }

    #[test]
    fn text_that_is_no_markup_is_left_readable() {
        assert_eq!(text("p95 < 5 s & load_v2 * 2 costs $5, ~1h"), "p95 < 5 s & load_v2 * 2 costs $5, ~1h");
    }

    #[test]
    fn beginnings_of_blocks_are_escaped() {
        let escaped: Vec<String> = ["1. a", "# a", "- a", "---", "> a", "+ a", "10) a", "==="].map(text).into();
        assert_eq!(escaped, ["1\\. a", "\\# a", "\\- a", "\\---", "\\> a", "\\+ a", "10\\) a", "\\==="]);
        assert_eq!(text("-5 #1 1.2"), "-5 #1 1.2");
    }

    #[test]
    fn a_cell_holds_pipes_line_ends_and_carriage_returns() {
        let mut table = Table::new(&["A", "B", "✎C"]);
        table.row([text("x|y\r\nz\rw\n\\|"), code("a || b \\| <c> `"), String::new()]);
        assert_eq!(
            table.finish(),
            "| A | B | C |\n| --- | --- | --- |\n| x\\|y<br>z<br>w<br>\\\\\\| | <code>a &#124;&#124; b \\\\&#124; &lt;c> \\`</code> | |\n"
        );
    }

    #[test]
    fn control_and_direction_characters_are_shown_as_unknown() {
        assert_eq!(text("a\u{1b}[31mb\u{202E}c\u{0}"), "a\u{FFFD}\\[31mb\u{FFFD}c\u{FFFD}");
    }

    #[test]
    fn a_fence_is_longer_than_any_run_of_backticks_inside() {
        assert_eq!(fence("sh", "echo '````'"), "`````sh\necho '````'\n`````\n");
    }

    #[test]
    fn what_authored_markdown_leaves_open_is_closed() {
        assert_eq!(authored("a\n````sh\n```\nb\n"), "a\n````sh\n```\nb\n````\n");
        assert_eq!(authored("a <!-- b"), "a <!-- b\n-->\n");
        assert_eq!(authored("```\na\n```\n"), "```\na\n```\n");
    }

    #[test]
    fn names_between_backticks_are_shown_and_quotations_are_text() {
        let shown = |plain: &str| named(plain, &code);
        assert_eq!(shown("is written to The *shop* (`shop`) from `a-b` on"), "is written to The \\*shop\\* (`shop`) from `a-b` on");
        assert_eq!(shown("“rm `ls -l` now” and `x`"), "“rm \\`ls -l\\` now” and \\`x\\`");
    }

    #[test]
    fn an_address_of_e_mail_is_a_link_and_nothing_else_is() {
        assert_eq!(address("dba@example.org"), "<dba@example.org>");
        assert_eq!(address("#dba at 5 p.m."), "#dba at 5 p.m.");
        assert_eq!(address("a@b>.c <d@e.f>"), "a@b>.c &lt;d@e.f>");
        assert_eq!(address("a@.b."), "a@.b.");
    }

    #[test]
    fn links_that_could_run_something_are_no_links() {
        assert_eq!(outside_link("A", "https://a.example/b"), "[A](https://a.example/b)");
        assert_eq!(outside_link("A", "javascript:alert(1)"), "A: `javascript:alert(1)`");
        assert_eq!(outside_link("A", "https://a.example/b) c"), "A: `https://a.example/b) c`");
    }
}
