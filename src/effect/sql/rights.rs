//! Rights that a statement gives or takes: which, on what, to or from whom.

use super::cursor::Cursor;
use super::lexis;
use super::schema::plain;
use super::words::Words;
use super::{Dialect, Statement};

/// What `GRANT` or `REVOKE` says.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Rights {
    /// In lower case, columns behind them; `all` for all.
    pub privileges: Vec<String>,
    /// The names as the dialect compares them, each with how it is written.
    pub objects: Vec<(Vec<String>, String)>,
    /// The objects are schemas, and everything of this kind in them is meant: `tables`.
    pub whole: Option<String>,
    /// In lower case unless they are quoted.
    pub roles: Vec<String>,
}

/// Reads a statement that gives or takes rights; `None` for any other, and where only the right to pass a right on is meant.
pub fn rights(text: &str, statement: &Statement, dialect: Dialect) -> Option<Rights> {
    let text = &text[statement.range.clone()];
    let pieces = lexis::cut(text, dialect);
    let words = Words::new(text, &pieces.first()?.tokens);
    let mut cursor = Cursor::new(&words, dialect);
    let gives = cursor.eat(&["grant"]);
    if !gives && !cursor.eat(&["revoke"]) || cursor.eat(&["grant", "option", "for"]) {
        return None;
    }
    let end = if gives { "to" } else { "from" };
    let on = cursor.before_end(&["on"]);
    let to = cursor.within(on.unwrap_or(cursor.at), cursor.end()).before_end(&[end])?;
    let mut rights = Rights { privileges: list(cursor.within(cursor.at, on.unwrap_or(to))), ..Rights::default() };
    for privilege in &mut rights.privileges {
        if privilege.as_str() == "allprivileges" {
            "all".clone_into(privilege);
        }
    }
    if let Some(on) = on {
        let behind = cursor.within(on + 1, to);
        let mut kind = behind.within(on + 2, to);
        rights.whole =
            Some(kind.word()).filter(|_| behind.sees(&["all"]) && kind.eat_one(&["tables", "sequences", "functions", "routines"]));
        let objects = statement.reading.effects.iter().map(|effect| &effect.object);
        rights.objects = objects.map(|object| (plain(&object.parts, dialect).to_vec(), object.written())).collect();
    }
    let mut roles = cursor.within(to + 1, cursor.end());
    let from = roles.at;
    while !roles.is_end() && !roles.sees_one(&["with", "granted", "cascade", "restrict", "require", "identified"]) {
        roles.at += 1;
    }
    rights.roles = list(roles.within(from, roles.at));
    let is_whole = !rights.privileges.is_empty() && !rights.roles.is_empty() && on.is_none_or(|_| !rights.objects.is_empty());
    is_whole.then_some(rights)
}

/// Returns what stands between commas, without white space.
fn list(mut cursor: Cursor<'_, '_>) -> Vec<String> {
    let mut found = Vec::new();
    while !cursor.is_end() {
        cursor.eat(&["group"]);
        let from = cursor.at;
        cursor.skip_to_comma();
        let written: String = (from..cursor.at).map(|index| cursor.within(index, index + 1).text()).collect();
        let quoted = written.starts_with(['"', '`', '\'']);
        found.extend(
            Some(if quoted { written.trim_matches(['"', '`']).to_owned() } else { written.to_lowercase() }).filter(|it| !it.is_empty()),
        );
        if !cursor.eat_sign(b',') {
            return found;
        }
    }
    found
}
