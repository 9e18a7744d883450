//! A labelled corpus of SQL and shell: what rbk reads in each statement or command of the files in `tests/effects/` stands in a snapshot
//! that is reviewed like prose. The first part of a file's name is the dialect. A line of SQL is a text of its own; lines under a
//! comment are one text, up to an empty line.

use std::fmt::Write as _;
use std::fs;

use rbk::effect::act::{Act, Alter, Create, Detail, Effect};
use rbk::effect::sh::{self, Command, Manner};
use rbk::effect::sql::{Dialect, Kind, Statement, split};

use crate::corpus;

#[test]
fn what_statements_do() {
    let mut statements = 0;
    let mut opaque = 0;
    for entry in fs::read_dir(corpus::root().join("tests/effects")).expect("the corpus is there") {
        let path = entry.expect("an entry").path();
        let name = path.file_stem().and_then(|name| name.to_str()).expect("files have plain names").to_owned();
        let dialect = match name.split('-').next() {
            Some("sh") => continue,
            Some("postgres") => Dialect::Postgres,
            Some("mysql") => Dialect::Mysql,
            Some("sqlite") => Dialect::Sqlite,
            other => panic!("{other:?} is no dialect"),
        };
        let text = fs::read_to_string(&path).expect("the corpus is text");
        let mut out = String::new();
        for text in texts(&text) {
            if text.starts_with("--") {
                let _ = writeln!(out, "\n{}", text.lines().next().unwrap_or_default());
            }
            for statement in split(&text, dialect) {
                statements += 1;
                opaque += usize::from(!statement.reading.opaque.is_empty());
                show(&mut out, &text, &statement);
            }
        }
        insta::assert_snapshot!(format!("effects_{name}"), out);
    }
    assert!(statements >= 600, "the corpus has only {statements} statements");
    assert!(opaque * 30 < statements, "{opaque} of {statements} statements can't be read");
}

fn texts(corpus: &str) -> Vec<String> {
    let mut texts: Vec<String> = Vec::new();
    let mut together = false;
    for line in corpus.lines() {
        match texts.last_mut() {
            _ if line.trim().is_empty() => together = false,
            Some(text) if together => *text += &format!("\n{line}"),
            _ => {
                together = line.starts_with("--");
                texts.push(line.to_owned());
            }
        }
    }
    texts
}

#[test]
fn what_commands_do() {
    let mut commands = 0;
    for entry in fs::read_dir(corpus::root().join("tests/effects")).expect("the corpus is there") {
        let path = entry.expect("an entry").path();
        let name = path.file_stem().and_then(|name| name.to_str()).expect("files have plain names").to_owned();
        if !name.starts_with("sh-") {
            continue;
        }
        let text = fs::read_to_string(&path).expect("the corpus is text");
        let mut out = String::new();
        let script = sh::read(&text);
        for command in &script.commands {
            commands += 1;
            show_command(&mut out, &text, command);
        }
        for hidden in &script.opaque {
            let _ = writeln!(out, "opaque `{}`: {}", brief(&text[hidden.range.clone()]), hidden.why);
        }
        insta::assert_snapshot!(format!("effects_{name}"), out);
    }
    assert!(commands > 250, "the corpus has only {commands} commands");
}

fn brief(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

fn show_command(out: &mut String, text: &str, command: &Command) {
    let through = command.through.iter().fold(String::new(), |all, name| all + name + " ▸ ");
    let sight = format!("{:?}", command.sight).to_lowercase();
    let _ = writeln!(out, "{through}{} ({sight})", brief(&text[command.range.clone()]));
    for file in &command.files {
        let manner = match file.manner {
            Manner::Reads => "reads",
            Manner::Writes => "writes",
            Manner::Adds => "adds to",
            Manner::Removes => "removes",
        };
        let form = if file.format.is_empty() { String::new() } else { format!(" as {}", file.format) };
        let scope = if file.scope.is_empty() { String::new() } else { format!(", {}", file.scope.join(", ")) };
        let _ = writeln!(out, "  {manner} {} at `{}`{form}{scope}", file.name, brief(&text[file.range.clone()]));
    }
    let is_file = |effect: &Effect| command.files.iter().any(|file| file.range == effect.object.range && file.name == effect.object.own);
    let destroyed: Vec<&Effect> = command.destroys().collect();
    for (index, effect) in command.reading.effects.iter().enumerate() {
        let risks = command.reading.risks.iter().filter(|risk| risk.of == index);
        if is_file(effect) && !destroyed.contains(&effect) {
            continue;
        }
        let place = brief(&text[effect.object.range.clone()]);
        let _ = writeln!(out, "  {} {} {} at `{place}`", act(effect), effect.object.kind.words(), effect.object.own);
        risks.for_each(|risk| {
            let _ = writeln!(out, "      {}: {}", risk.class.word(), risk.why);
        });
    }
    for sql in &command.sql {
        for statement in &sql.statements {
            let _ = writeln!(out, "  {:?}: {}", sql.dialect, brief(&text[statement.range.clone()]));
            for effect in &statement.reading.effects {
                let object = &effect.object;
                let place = brief(&text[object.range.clone()]);
                let gone = if destroyed.contains(&effect) { ", for good" } else { "" };
                let _ = writeln!(out, "    {} {} {} at `{place}`{gone}", act(effect), object.kind.words(), object.parts.join("·"));
            }
        }
    }
    for hidden in command.opaque() {
        let _ = writeln!(out, "  opaque `{}`: {}", brief(&text[hidden.range.clone()]), hidden.why);
    }
}

fn show(out: &mut String, text: &str, statement: &Statement) {
    let words = text[statement.range.clone()].split_whitespace().collect::<Vec<_>>().join(" ");
    let kind = match statement.kind {
        Kind::Plain => "",
        Kind::Alone => " (alone)",
        Kind::Traced => " (alone, traced)",
        Kind::Control => " (control)",
        Kind::Meta => " (client)",
    };
    let _ = writeln!(out, "{words}{kind}");
    for (index, effect) in statement.reading.effects.iter().enumerate() {
        let object = &effect.object;
        let parts = object.parts.join("·");
        let place = &text[object.range.clone()];
        assert!(!place.is_empty(), "{words}: {object} has no place");
        let _ = writeln!(out, "  {} {} {parts}", act(effect), object.kind.words());
        for risk in statement.reading.risks.iter().filter(|risk| risk.of == index) {
            let _ = writeln!(out, "      {}: {}", risk.class.word(), risk.why);
        }
    }
    for hidden in &statement.reading.opaque {
        let _ = writeln!(out, "  opaque `{}`: {}", text[hidden.range.clone()].split_whitespace().collect::<Vec<_>>().join(" "), hidden.why);
    }
}

fn act(effect: &Effect) -> String {
    match &effect.act {
        Act::Create(create) => made(create),
        Act::Drop { temporary: true, .. } => "drops temporary".to_owned(),
        Act::Drop { cascade, lenient, .. } => {
            format!("drops{}{}", if *lenient { " (if there)" } else { "" }, if *cascade { " with what depends on it" } else { "" })
        }
        Act::Rename(to) => format!("renames to {to}:"),
        Act::Alter(Alter::Type { to, using }) => format!("converts to {to}{}:", if *using { " by an expression" } else { "" }),
        Act::Alter(Alter::Restate { to }) => format!("restates as {to}:"),
        Act::Alter(alter) => format!("alters ({})", format!("{alter:?}").to_lowercase()),
        Act::Read => "reads".to_owned(),
        Act::Insert { replaces: true } => "inserts or replaces in".to_owned(),
        Act::Insert { replaces: false } => "inserts in".to_owned(),
        Act::Update { all, .. } => format!("updates {}", if *all { "all of" } else { "in" }),
        Act::Delete { all } => format!("deletes {}", if *all { "all of" } else { "in" }),
        Act::Truncate { cascade } => format!("truncates{}", if *cascade { " with what refers to it" } else { "" }),
        Act::Lock => "locks".to_owned(),
        Act::Grant => "grants on".to_owned(),
        Act::Revoke => "revokes on".to_owned(),
    }
}

fn made(create: &Create) -> String {
    let mut words = vec![if create.replaces { "replaces" } else { "creates" }.to_owned()];
    words.extend(create.lenient.then(|| "(unless there)".to_owned()));
    words.extend(create.temporary.then(|| "temporary".to_owned()));
    words.extend(create.concurrently.then(|| "concurrently".to_owned()));
    match &create.detail {
        Detail::None => {}
        Detail::Column { of, required, default, computed, unique, filled } => {
            words.push(of.clone());
            words.extend(
                [(*required, "required"), (*default, "default"), (*computed, "computed"), (*unique, "unique"), (*filled, "filled")]
                    .into_iter()
                    .filter(|(is, _)| *is)
                    .map(|(_, word)| word.to_owned()),
            );
        }
        Detail::Constraint { rule, unchecked } => {
            words.push(format!("{rule:?}").to_lowercase());
            words.extend(unchecked.then(|| "unchecked".to_owned()));
        }
        Detail::Index { unique } => words.extend(unique.then(|| "unique".to_owned())),
    }
    words.join(" ")
}
