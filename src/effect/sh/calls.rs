//! Functions of a script that ask for what they are called with: each call is read as the body with the words that it gives, in the
//! place of the call. What is never called is read with holes.

use std::collections::HashMap;

use shuck_ast::Stmt;

use super::parse::Walk;
use crate::effect::mapped::Mapped;

/// How deep calls may stand in each other.
const DEEPEST: usize = 8;

/// A call: what `$1`, `$@` and the function's own variables hold.
pub struct Frame {
    pub values: HashMap<String, Vec<Mapped>>,
    /// What stands around the body itself.
    pub guarded: usize,
}

impl<'s> Walk<'s> {
    /// Returns whether a function asks for what it is called with, in ways that can be followed; then it is read where it is called.
    pub(super) fn asks(&mut self, names: &[&str], body: &'s Stmt) -> bool {
        let Some(text) = self.bytes(body.span).map(|range| &self.source.text[range]) else { return false };
        let asks = text.match_indices('$').any(|(at, _)| {
            let behind = text[at + 1..].trim_start_matches('{');
            behind.starts_with(['1', '2', '3', '4', '5', '6', '7', '8', '9', '@', '*'])
        });
        let moves = text.split(|c: char| !c.is_ascii_alphanumeric() && c != '_').any(|word| word == "shift") || text.contains("set --");
        // Which of several that have one name is called is not known.
        let single = !names.is_empty() && !names.iter().any(|name| self.asking.contains_key(*name));
        let follows = asks && !moves && single && self.frames.is_empty();
        if follows {
            for name in names {
                self.asking.insert((*name).to_owned(), (body, false));
            }
        }
        follows
    }

    /// Reads the body of a function that is called.
    pub(super) fn call(&mut self, words: &[Mapped]) {
        let Some((name, given)) = words.split_first() else { return };
        let Some((body, called)) = name.known().and_then(|name| self.asking.get_mut(name)) else { return };
        let length = body.span.end.offset() - body.span.start.offset();
        // What is called again and again is followed as often as keeps the work in bounds.
        if self.frames.len() == DEEPEST || self.spent + length > 64 * 1024 + 8 * self.source.text.len() {
            return;
        }
        *called = true;
        let body = *body;
        self.spent += length;
        let mut values: HashMap<String, Vec<Mapped>> =
            given.iter().enumerate().map(|(at, word)| ((at + 1).to_string(), vec![word.clone()])).collect();
        values.insert("@".to_owned(), given.to_vec());
        values.insert("*".to_owned(), given.to_vec());
        self.guarded += 1;
        self.frames.push(Frame { values, guarded: self.guarded });
        self.statement(body);
        self.frames.pop();
        self.guarded -= 1;
    }

    /// Reads the functions that nothing has called.
    pub(super) fn uncalled(&mut self) {
        let mut left: Vec<&'s Stmt> = self.asking.drain().filter(|(_, (_, called))| !called).map(|(_, (body, _))| body).collect();
        left.sort_by_key(|body| body.span.start.offset());
        left.dedup_by_key(|body| body.span.start.offset());
        left.into_iter().for_each(|body| self.unfollowed(body));
    }

    /// Reads the body of a function that is not followed: `$1` is not that of the call around it.
    pub(super) fn unfollowed(&mut self, body: &'s Stmt) {
        self.frames.push(Frame { values: HashMap::new(), guarded: usize::MAX });
        self.guarded += 1;
        self.statement(body);
        self.guarded -= 1;
        self.frames.pop();
    }

    /// Returns what a call has given under a name.
    pub(super) fn given(&self, name: &str) -> Option<&[Mapped]> {
        self.frames.last()?.values.get(name).map(Vec::as_slice)
    }
}
