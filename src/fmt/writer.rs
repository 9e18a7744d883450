//! The text that is being written, and the column that it has reached.

/// The widest line that the formatter makes by itself, in characters.
pub const WIDTH: usize = 120;

/// Lines on their way out.
pub struct Writer<'t> {
    /// The file's text; every span of the tree is a range of it.
    pub source: &'t str,
    out: String,
    line_start: usize,
}

impl<'t> Writer<'t> {
    /// Returns a writer of nothing yet, over `source`.
    pub fn new(source: &'t str) -> Writer<'t> {
        Writer { source, out: String::new(), line_start: 0 }
    }

    /// Adds text to the current line.
    pub fn push(&mut self, text: &str) {
        self.out.push_str(text);
        if let Some(newline) = text.rfind('\n') {
            self.line_start = self.out.len() - (text.len() - newline) + 1;
        }
    }

    /// Begins a line that is indented by `indent` spaces.
    pub fn indent(&mut self, indent: usize) {
        self.out.extend(std::iter::repeat_n(' ', indent));
    }

    /// Ends the current line.
    pub fn newline(&mut self) {
        self.push("\n");
    }

    /// Returns how many characters the current line has.
    pub fn column(&self) -> usize {
        self.out[self.line_start..].chars().count()
    }

    /// Returns what was written.
    pub fn finish(self) -> String {
        self.out
    }
}

/// Makes line ends LF. A line that ends in several carriage returns keeps them: with one of them gone it would still
/// end in CR LF, and formatting it again would take the next.
pub fn normalized(line: &str) -> &str {
    match line.strip_suffix('\r') {
        Some(rest) if !rest.ends_with('\r') => rest,
        _ => line,
    }
}
