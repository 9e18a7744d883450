//! As much of Python as migrations are written in: functions, calls with literal arguments, assignments. What is more than that is
//! `Other`, never guessed.

/// A value as it is written.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Value {
    Text(String),
    /// A name or a number: `None`, `True`, `42`, `sa.JSON`.
    Word(String),
    Call(Call),
    List(Vec<Value>),
    Other,
}

/// A call: `op.drop_column("users", "fax")`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Call {
    pub name: String,
    /// In order, each with its keyword.
    pub args: Vec<(Option<String>, Value)>,
}

impl Value {
    pub fn text(&self) -> Option<&str> {
        if let Value::Text(text) = self { Some(text) } else { None }
    }
}

impl Call {
    /// Returns the argument at a place, or by its keyword.
    pub fn arg(&self, at: usize, name: &str) -> Option<&Value> {
        let named = self.args.iter().find(|(keyword, _)| keyword.as_deref() == Some(name));
        let placed = self.args.iter().filter(|(keyword, _)| keyword.is_none()).nth(at);
        named.or(placed).map(|(_, value)| value)
    }

    /// Returns the argument by its keyword alone.
    pub fn keyword(&self, name: &str) -> Option<&Value> {
        self.args.iter().find(|(keyword, _)| keyword.as_deref() == Some(name)).map(|(_, value)| value)
    }
}

/// A line of a function's body.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Line<'t> {
    /// How far it is indented, in bytes.
    pub indent: usize,
    /// With what continues it in brackets, strings and comments included.
    pub text: &'t str,
}

/// Returns the lines of a text, each with what continues it; blank lines and comments are left out.
pub fn lines(text: &str) -> Vec<Line<'_>> {
    let mut lines = Vec::new();
    let mut at = 0;
    while at < text.len() {
        let rest = &text[at..];
        let length = logical(rest);
        let line = &rest[..length];
        let bare = line.trim_start_matches([' ', '\t']);
        if !bare.trim().is_empty() && !bare.starts_with('#') {
            lines.push(Line { indent: line.len() - bare.len(), text: bare.trim_end() });
        }
        at += length;
    }
    lines
}

/// Returns how long a line is with what continues it, its line end included.
fn logical(text: &str) -> usize {
    let mut depth = 0_usize;
    let mut at = 0;
    while let Some(c) = text[at..].chars().next() {
        match c {
            '\n' if depth == 0 => return at + 1,
            '#' => at += text[at..].find('\n').unwrap_or(text.len() - at),
            '\\' if text[at + 1..].starts_with('\n') => at += 2,
            '"' | '\'' => at += string(&text[at..], false).1,
            c => {
                match c {
                    '(' | '[' | '{' => depth += 1,
                    ')' | ']' | '}' => depth = depth.saturating_sub(1),
                    _ => {}
                }
                at += c.len_utf8();
            }
        }
    }
    text.len()
}

/// Reads a string at its quote; returns it, and how long it is with its quotes.
fn string(text: &str, raw: bool) -> (String, usize) {
    let quote = &text[..1];
    let triple = quote.repeat(3);
    let (end, mut at) = if text.starts_with(&triple) { (triple.as_str(), 3) } else { (quote, 1) };
    let mut out = String::new();
    while at < text.len() {
        let rest = &text[at..];
        if rest.starts_with(end) {
            return (out, at + end.len());
        }
        let mut chars = rest.chars();
        match (chars.next(), chars.next()) {
            (Some('\\'), Some(escaped)) if !raw => {
                match escaped {
                    'n' => out.push('\n'),
                    't' => out.push('\t'),
                    '\n' => {}
                    '\\' | '\'' | '"' => out.push(escaped),
                    other => out.extend(['\\', other]),
                }
                at += 1 + escaped.len_utf8();
            }
            // It is not closed.
            (Some('\n'), _) if end.len() == 1 => return (out, at),
            (Some(c), _) => {
                out.push(c);
                at += c.len_utf8();
            }
            (None, _) => break,
        }
    }
    (out, text.len())
}

/// Returns the body of a function or class at any depth; `None` when there is none of that name.
pub fn body<'t>(all: &[Line<'t>], head: &str) -> Option<Vec<Line<'t>>> {
    let starts = |line: &Line<'_>| {
        line.text
            .strip_prefix(head)
            .is_some_and(|rest| rest.trim_start().starts_with(['(', ':']) && !rest.starts_with(char::is_alphanumeric))
    };
    let at = all.iter().position(starts)?;
    let own = all[at].indent;
    // `def downgrade(): pass` on one line.
    let colon = signature_end(all[at].text)?;
    let behind = all[at].text[colon..].trim();
    if !behind.is_empty() && !behind.starts_with('#') {
        let offset = all[at].text.len() - all[at].text[colon..].trim_start().len();
        return Some(vec![Line { indent: own + 1, text: &all[at].text[offset..] }]);
    }
    Some(all[at + 1..].iter().take_while(|line| line.indent > own).cloned().collect())
}

/// Returns where the body begins behind `def name(…) -> …:`.
fn signature_end(text: &str) -> Option<usize> {
    let mut depth = 0_usize;
    for (at, c) in text.char_indices() {
        match c {
            '(' | '[' | '{' => depth += 1,
            ')' | ']' | '}' => depth = depth.saturating_sub(1),
            ':' if depth == 0 => return Some(at + 1),
            _ => {}
        }
    }
    None
}

/// Returns the value that a line gives to a name: `revision = "…"`, `revision: str = "…"`.
pub fn assigned(lines: &[Line<'_>], name: &str) -> Option<Value> {
    lines.iter().find_map(|line| {
        let rest = line.text.strip_prefix(name)?.trim_start();
        let rest = match rest.strip_prefix(':') {
            Some(annotated) => annotated.split_once('=')?.1,
            None => rest.strip_prefix('=').filter(|rest| !rest.starts_with('='))?,
        };
        Some(value(rest))
    })
}

/// Reads the value that a text is.
pub fn value(text: &str) -> Value {
    let mut reader = Reader { text, at: 0 };
    let value = reader.value(0);
    reader.blank();
    if reader.at < text.len() { Value::Other } else { value }
}

struct Reader<'t> {
    text: &'t str,
    at: usize,
}

/// Brackets nested deeper than this are not looked into.
const DEEPEST: usize = 40;

impl Reader<'_> {
    fn rest(&self) -> &str {
        &self.text[self.at..]
    }

    fn blank(&mut self) {
        loop {
            let rest = self.rest();
            let bare = rest.trim_start_matches([' ', '\t', '\n', '\r', '\\']);
            let comment = if bare.starts_with('#') { bare.find('\n').unwrap_or(bare.len()) } else { 0 };
            let step = rest.len() - bare.len() + comment;
            if step == 0 {
                return;
            }
            self.at += step;
        }
    }

    /// Reads one value up to a comma or a closing bracket.
    fn value(&mut self, depth: usize) -> Value {
        self.blank();
        let value = self.atom(depth);
        self.blank();
        if self.rest().is_empty() || self.rest().starts_with([',', ')', ']', '}']) {
            return value;
        }
        // An operator, an attribute of a call, a condition: what it comes to is not known.
        self.skip();
        Value::Other
    }

    fn atom(&mut self, depth: usize) -> Value {
        let rest = self.rest();
        let Some(first) = rest.chars().next() else { return Value::Other };
        let prefix = rest.len() - rest.trim_start_matches(['r', 'R', 'b', 'B', 'u', 'U', 'f', 'F']).len();
        if prefix <= 2 && rest[prefix..].starts_with(['"', '\'']) {
            return self.strings();
        }
        match first {
            '(' | '[' if depth < DEEPEST => {
                self.at += 1;
                let (items, comma) = self.items(depth + 1);
                match <[_; 1]>::try_from(items) {
                    // Brackets around one value only group it.
                    Ok([(None, only)]) if first == '(' && !comma => only,
                    Ok([(_, only)]) => Value::List(vec![only]),
                    Err(items) => Value::List(items.into_iter().map(|(_, value)| value).collect()),
                }
            }
            c if c.is_alphanumeric() || c == '_' || c == '-' => {
                let name = |c: char| c.is_alphanumeric() || matches!(c, '_' | '.');
                let length = first.len_utf8() + rest[first.len_utf8()..].find(|c| !name(c)).unwrap_or(rest.len() - first.len_utf8());
                let word = rest[..length].to_owned();
                self.at += length;
                if !self.rest().starts_with('(') || depth >= DEEPEST {
                    return Value::Word(word);
                }
                self.at += 1;
                let (args, _) = self.items(depth + 1);
                Value::Call(Call { name: word, args })
            }
            _ => {
                self.skip();
                Value::Other
            }
        }
    }

    /// Reads strings that stand beside each other; one that is computed is not known.
    fn strings(&mut self) -> Value {
        let mut whole = String::new();
        let mut known = true;
        loop {
            let rest = self.rest();
            let prefix = rest.len() - rest.trim_start_matches(['r', 'R', 'b', 'B', 'u', 'U', 'f', 'F']).len();
            if prefix > 2 || !rest[prefix..].starts_with(['"', '\'']) {
                break;
            }
            let has = |letters: [char; 2]| rest[..prefix].contains(letters);
            let (text, length) = string(&rest[prefix..], has(['r', 'R']));
            known &= !(has(['f', 'F']) && text.contains('{'));
            whole.push_str(&text);
            self.at += prefix + length;
            self.blank();
        }
        if known { Value::Text(whole) } else { Value::Other }
    }

    /// Reads values up to the closing bracket; also returns whether a comma stood before it.
    fn items(&mut self, depth: usize) -> (Vec<(Option<String>, Value)>, bool) {
        let mut items = Vec::new();
        let mut comma = false;
        loop {
            self.blank();
            let rest = self.rest();
            match rest.chars().next() {
                None => return (items, comma),
                Some(')' | ']' | '}') => {
                    self.at += 1;
                    return (items, comma);
                }
                Some(',') => {
                    comma = true;
                    self.at += 1;
                    continue;
                }
                Some(_) => {}
            }
            comma = false;
            let name: String = rest.chars().take_while(|c| c.is_alphanumeric() || *c == '_').collect();
            let behind = rest[name.len()..].trim_start();
            let keyword = (!name.is_empty() && behind.starts_with('=') && !behind.starts_with("==")).then_some(name);
            if keyword.is_some() {
                self.at += rest.len() - behind.len() + 1;
            }
            let value = self.value(depth);
            items.push((keyword, value));
        }
    }

    /// Passes over what is not read, up to a comma or a closing bracket.
    fn skip(&mut self) {
        let mut open = 0_usize;
        while let Some(c) = self.rest().chars().next() {
            match c {
                '"' | '\'' => {
                    self.at += string(self.rest(), false).1.max(1);
                    continue;
                }
                '#' => {
                    self.blank();
                    continue;
                }
                '(' | '[' | '{' => open += 1,
                ')' | ']' | '}' if open == 0 => return,
                ')' | ']' | '}' => open -= 1,
                ',' if open == 0 => return,
                _ => {}
            }
            self.at += c.len_utf8();
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{Value, assigned, body, lines, value};

    #[test]
    fn values_are_read_as_they_are_written() {
        assert_eq!(value("'a' \"b\"\n  'c'"), Value::Text("abc".to_owned()));
        assert_eq!(value("(\n  'a' # b\n  'c'\n)"), Value::Text("ac".to_owned()));
        assert_eq!(value("f'{x}'"), Value::Other);
        assert_eq!(value("'a' + x"), Value::Other);
        assert_eq!(value("None"), Value::Word("None".to_owned()));
        assert_eq!(value("('a',)"), Value::List(vec![Value::Text("a".to_owned())]));
        let Value::Call(call) = value("op.drop_column('t', column_name=\"c\", schema = None)") else { panic!("a call") };
        assert_eq!(call.name, "op.drop_column");
        assert_eq!(call.arg(1, "column_name").and_then(Value::text), Some("c"));
        assert_eq!(call.keyword("schema"), Some(&Value::Word("None".to_owned())));
    }

    #[test]
    fn bodies_and_names_are_found() {
        let text = "\"\"\"Drop\n\nrevision = 'no'\n\"\"\"\nrevision: str = 'b'\ndown_revision: Union[str, None] = ('a',\n  'c')\n\ndef upgrade() -> None:\n    op.drop_table(\n        't')\n    # done\n\n    pass\n\n\ndef downgrade(): pass\n";
        let all = lines(text);
        assert_eq!(assigned(&all, "revision"), Some(Value::Text("b".to_owned())));
        assert!(matches!(assigned(&all, "down_revision"), Some(Value::List(parents)) if parents.len() == 2));
        let texts = |head| body(&all, head).map(|lines| lines.iter().map(|line| line.text).collect::<Vec<_>>());
        assert_eq!(texts("def upgrade"), Some(vec!["op.drop_table(\n        't')", "pass"]));
        assert_eq!(texts("def downgrade"), Some(vec!["pass"]));
        assert_eq!(texts("def other"), None);
    }

    #[test]
    fn what_is_not_closed_ends_with_the_text() {
        proptest::proptest!(|(text in "[(){},=:#'\"\\\\a-z\n \u{e9}\\[\\]]{0,60}")| {
            let _ = value(&text);
            let all = lines(&text);
            let _ = body(&all, "def a");
            let _ = assigned(&all, "a");
        });
        for text in ["(", "'", "'''", "[(", "f(a", "a=", "(((((", "\\", "{'a': [", "#", "f(,)", "-"] {
            let _ = value(text);
            let _ = lines(text);
        }
    }
}
