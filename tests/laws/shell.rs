//! Laws of the shell reader: any text is read without a panic, and whatever is told of it stands in it.

use std::ops::Range;

use proptest::prelude::*;
use rbk::effect::sh::{self, Script};

use crate::corpus;

/// Pieces that scripts are made of, and that do harm where they do not belong.
const PIECES: [&str; 72] = [
    "psql -c ",
    "mysql -e ",
    "sqlite3 db ",
    "rm ",
    "sudo ",
    "sudo -u x ",
    "ssh h ",
    "sh -c ",
    "bash <<E\n",
    "docker exec -i c ",
    "kubectl exec p -- ",
    "xargs ",
    "env A=1 ",
    "timeout 5 ",
    "pg_dump d ",
    "tar czf ",
    "eval ",
    "find . -exec ",
    "{} \\;",
    "echo ",
    "printf ",
    "cat ",
    "tee ",
    "'",
    "\"",
    "`",
    "$(",
    ")",
    "$((",
    "))",
    "${",
    "}",
    "$X",
    "${X:-",
    "X=1",
    "X=",
    "$'",
    "\\",
    "\\\n",
    "\n",
    ";",
    "&&",
    "||",
    "|",
    "&",
    ">",
    ">>",
    "<",
    "<<E\n",
    "<<-E\n",
    "<<'E'\n",
    "\nE\n",
    "<<<",
    "2>&1",
    "(",
    "{ ",
    " }",
    "if ",
    "then ",
    "fi\n",
    "for i in ",
    "do ",
    "done\n",
    "case x in ",
    "esac\n",
    "DROP TABLE t",
    "DELETE FROM é",
    "ü",
    "\t",
    " ",
    "-f ",
    "# x\n",
];

fn scripts() -> impl Strategy<Value = String> {
    proptest::collection::vec(0..PIECES.len(), 0..40).prop_map(|pieces| pieces.into_iter().map(|piece| PIECES[piece]).collect())
}

/// A script of the corpus in which pieces were put or characters taken away.
fn broken() -> impl Strategy<Value = String> {
    let edits = proptest::collection::vec((any::<prop::sample::Index>(), 0..PIECES.len(), any::<bool>()), 1..6);
    (any::<prop::sample::Index>(), edits).prop_map(|(start, edits)| {
        let lines = corpus_lines();
        let at = start.index(lines.len());
        let mut text: Vec<char> = lines[at..(at + 6).min(lines.len())].join("\n").chars().collect();
        for (place, piece, takes) in edits {
            let at = place.index(text.len() + 1);
            if takes && at < text.len() {
                text.remove(at);
            } else {
                text.splice(at..at, PIECES[piece].chars());
            }
        }
        text.into_iter().collect()
    })
}

fn corpus_lines() -> Vec<String> {
    ["sh-database", "sh-systems", "sh-wrapped"]
        .iter()
        .flat_map(|name| {
            let path = corpus::root().join(format!("tests/effects/{name}.sh"));
            let text = std::fs::read_to_string(path).expect("the corpus is there");
            text.lines().map(str::to_owned).collect::<Vec<_>>()
        })
        .collect()
}

fn ranges(script: &Script) -> Vec<Range<usize>> {
    let mut ranges: Vec<Range<usize>> = script.opaque.iter().map(|opaque| opaque.range.clone()).collect();
    for command in &script.commands {
        ranges.push(command.range.clone());
        ranges.extend(command.words.iter().map(|word| word.range.clone()));
        ranges.extend(command.files.iter().map(|file| file.range.clone()));
        ranges.extend(command.effects().map(|effect| effect.object.range.clone()));
        ranges.extend(command.opaque().map(|opaque| opaque.range.clone()));
        ranges.extend(command.sql.iter().flat_map(|sql| &sql.statements).map(|statement| statement.range.clone()));
    }
    ranges
}

/// Reads a script; whatever is told of it lies in it, at character boundaries.
fn read(text: &str) -> Script {
    let script = sh::read(text);
    for range in ranges(&script) {
        assert!(text.get(range.clone()).is_some(), "{range:?} is no part of {text:?}");
    }
    script
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(400))]

    #[test]
    fn what_is_told_of_pieces_stands_in_them(text in scripts()) {
        read(&text);
    }

    #[test]
    fn what_is_told_of_a_broken_script_stands_in_it(text in broken()) {
        read(&text);
    }

    #[test]
    fn any_text_is_read(text in any::<String>()) {
        read(&text);
    }

    #[test]
    fn a_name_in_quotes_is_the_name(name in "[a-z][a-z0-9_ ]{0,12}[a-z]", quote in 0..3usize, shells in 0..3usize) {
        // However often it is quoted, what is removed is told by its name and underlined where it stands.
        let mut text = match quote {
            0 => format!("rm '{name}'"),
            1 => format!("rm \"{name}\""),
            _ => format!("rm {}", name.replace(' ', "\\ ")),
        };
        for _ in 0..shells {
            text = format!("sh -c '{}'", text.replace('\'', "'\\''"));
        }
        let script = read(&text);
        let file = &script.commands[0].files[0];
        prop_assert_eq!(&file.name, &name);
        prop_assert!(!text[file.range.clone()].is_empty());
    }

    #[test]
    fn a_table_in_sql_is_underlined(table in "[a-z]{1,8}", shells in 0..4usize, before in "[é ]{0,3}") {
        let mut text = format!("psql -c \"DROP TABLE x{table}\"");
        for _ in 0..shells {
            text = format!("ssh h \"{}\"", text.replace('\\', "\\\\").replace('"', "\\\""));
        }
        text = format!("echo '{before}'\n{text}");
        let script = read(&text);
        let gone: Vec<_> = script.commands.iter().flat_map(|command| command.destroys()).collect();
        prop_assert_eq!(gone.len(), 1);
        let written = format!("x{table}");
        prop_assert_eq!(&text[gone[0].object.range.clone()], &written);
    }
}

#[test]
fn absurd_scripts_are_read() {
    let texts = [
        "(".repeat(20_000),
        "{ ".repeat(20_000),
        "{a,".repeat(20_000),
        "$(".repeat(20_000),
        format!("{}a{}", "$(echo ".repeat(90), ")".repeat(90)),
        "\"$(".repeat(20_000),
        "`".repeat(20_001),
        "${a:-".repeat(20_000),
        "$((".repeat(20_000),
        "if a; then ".repeat(20_000),
        "cat <<E ".repeat(20_000),
        "cat <<E\n".repeat(20_000),
        "a | ".repeat(20_000),
        "a && ".repeat(900) + "b",
        "sudo ".repeat(20_000),
        format!("{}rm a", "sudo env ".repeat(50)),
        "eval ".repeat(20_000),
        "rm a\n".repeat(20_000),
        "X=1\n".repeat(20_000),
        "'".repeat(20_001),
        "a".repeat(1 << 19),
    ];
    for text in texts {
        read(&text);
    }
}
