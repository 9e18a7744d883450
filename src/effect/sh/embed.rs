//! SQL inside a command's words, with its places in the script.

use super::Sql;
use super::apply::written;
use crate::effect::act::Opaque;
use crate::effect::mapped::{HOLE, Mapped};
use crate::effect::sql::{Dialect, Kind, Sight, split};

/// Reads SQL that a shell hands on. What is only known when the script runs is opaque, and no name. Also returns the words of
/// the client's own commands, by the statement.
pub fn embed(text: &Mapped, dialect: Dialect, root: &str) -> (Sql, Vec<(usize, Vec<Mapped>)>) {
    let mut statements = split(&text.text, dialect);
    let client = statements.iter().enumerate().filter(|(_, statement)| statement.kind == Kind::Meta);
    let client = client.map(|(index, statement)| (index, words(&text.part(statement.range.clone())))).collect();
    for statement in &mut statements {
        let holes = text.part(statement.range.clone()).holes();
        let silent = matches!(statement.sight, Sight::Reads | Sight::Sets) || statement.reading.effects.is_empty();
        if !holes.is_empty() && silent {
            statement.sight = Sight::Opaque;
        }
        for effect in &mut statement.reading.effects {
            let object = &mut effect.object;
            if text.is_hole(&object.range) {
                let name = written(&text.part(object.range.clone()), root);
                object.parts.iter_mut().filter(|part| part.contains(HOLE)).for_each(|part| part.clone_from(&name));
                if object.own.contains(HOLE) {
                    object.own.clone_from(&name);
                }
            }
            object.range = text.place(&object.range);
        }
        for effect in &mut statement.reading.effects {
            let all = effect.object.parts.iter_mut().chain(std::iter::once(&mut effect.object.own)).chain(&mut effect.object.of);
            all.filter(|name| name.contains(HOLE)).for_each(|name| *name = name.replace(HOLE, "…"));
        }
        for opaque in &mut statement.reading.opaque {
            opaque.range = text.place(&opaque.range);
        }
        statement
            .reading
            .opaque
            .extend(holes.into_iter().map(|range| Opaque { range, why: "what stands here is only known when it runs" }));
        statement.range = text.place(&statement.range);
        statement.opening = statement.opening.replace(HOLE, "…");
    }
    (Sql { dialect, to: None, statements, file: None }, client)
}

/// Splits at blanks outside of quotes, which are taken off.
fn words(line: &Mapped) -> Vec<Mapped> {
    let mut words = Vec::new();
    let mut at = 0;
    while let Some(c) = line.text[at..].chars().next() {
        if c.is_whitespace() {
            at += c.len_utf8();
            continue;
        }
        let quoted = matches!(c, '\'' | '"');
        let start = at + usize::from(quoted);
        let ends = |other: char| if quoted { other == c } else { other.is_whitespace() };
        let end = line.text[start..].find(ends).map_or(line.text.len(), |end| start + end);
        words.push(line.part(start..end));
        at = end + usize::from(quoted && end < line.text.len());
    }
    words
}
