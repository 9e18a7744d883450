//! Plans whose every text is hostile: drawn from what shells, SQL, psql, Markdown and terminals would obey. Carried out to its end
//! and back, nothing of it is executed, no terminal sequence reaches the screen, and a parameter arrives as it was given.

use super::plans::{Database, Draw, Drawn};
use super::world::{Trouble, World};

/// What somebody would obey; `owned` is the file that tells.
const OBEYED: &[&str] = &[
    "$(touch owned)",
    "`touch owned`",
    "'; touch owned; '",
    "\"; touch owned; \"",
    "& touch owned &",
    "|touch owned",
    "\\! touch owned",
    "\\o |touch owned",
    "'; DROP TABLE things; --",
    "*/ DROP TABLE things; /*",
    ":'rbk_param_word'",
    "\u{1b}[2J\u{1b}]0;owned\u{7}",
    "\u{9b}31m",
    "\u{202e}desrever",
    "\n```\ntouch owned\n```\n",
    "\n./rollback abort\n",
    "| a | b |",
    "<script>owned()</script>",
    "](javascript:owned)",
    "%s%n%d",
    "* ? [a-z] ~",
    "{{now}} {{",
    "-rf --help",
    "\\",
    "'",
    "\"",
    "$IFS${HOME}",
    "é\t\r",
];

/// Returns a text of one to three of them.
fn text(draw: &mut Draw) -> String {
    let parts = 1 + draw.below(3);
    (0..parts).map(|_| OBEYED[draw.below(OBEYED.len() as u64) as usize]).collect::<Vec<_>>().join(" ")
}

/// Returns the text as a string of the language.
fn quoted(text: &str) -> String {
    let escaped = |letter: char| match letter {
        '"' => "\\\"".to_owned(),
        '\\' => "\\\\".to_owned(),
        '\n' => "\\n".to_owned(),
        '\t' => "\\t".to_owned(),
        letter if letter.is_control() || ('\u{202a}'..='\u{202e}').contains(&letter) => format!("\\u{{{:x}}}", letter as u32),
        letter => letter.to_string(),
    };
    format!("\"{}\"", text.chars().map(escaped).collect::<String>())
}

/// Draws a plan, and the value of its parameter.
pub fn draw(database: Database, seed: u64) -> (Drawn, String) {
    let mut draw = Draw::new(seed + 7_000_000);
    let mut title = || quoted(&format!("t {}", text(&mut draw)));
    let (client, word) = match database {
        Database::Sqlite => ("sqlite { file $FIRE_DB }", ":rbk_param_word"),
        Database::Postgres => ("postgres { url $FIRE_URL }", ":'rbk_param_word'"),
        Database::MariaDb => ("mariadb { url $FIRE_URL }", "@rbk_param_word"),
    };
    let text = format!(
        "plan hostile {} {{\n  version {}\n  rto 30m\n}}\nparam word {} text\n\
         target shop {} {client}\ntarget place {} host {{ dir $FIRE_PLACE }}\n\
         channel log {} {{\n  send ```sh\n    cat \"$RBK_MESSAGE_FILE\" >>\"$FIRE_PLACE/sent\"; printf '%s\\n' \"$RBK_MESSAGE_SUBJECT\" >>\"$FIRE_PLACE/sent\"\n  ```\n}}\n\
         message going {} to log {{\n  subject {}\n  slot why {}\n  body {}\n}}\n\
         check there {} on shop {{\n  query ```sql\n    SELECT count(*) FROM effects WHERE what = {word}\n  ```\n  expect 1\n}}\n\
         phase make {} at T {{\n  change c1 {} on shop {{\n    do ```sql\n      INSERT INTO effects VALUES ({word});\n    ```\n    undo ```sql\n      DELETE FROM effects;\n    ```\n    undo takes 1m\n    verify there\n    impact {}\n  }}\n\
           change c2 {} on place {{\n    do ```sh\n      printf '%s\\n' \"$RBK_PARAM_WORD\" >>\"$FIRE_EFFECTS\"\n    ```\n    undo ```sh\n      : >\"$FIRE_EFFECTS\"\n    ```\n    undo takes 1m\n    note {}\n  }}\n}}\n\
         scenario back {} {{\n  applies from c1\n  send going\n  undo everything\n}}\n",
        title(),
        title(),
        title(),
        title(),
        title(),
        title(),
        title(),
        title(),
        title(),
        title(),
        title(),
        title(),
        title(),
        title(),
        title(),
        title(),
        title(),
    );
    let mut value = text_of_one_line(&mut draw);
    // A column of forty characters holds it.
    value.truncate(value.char_indices().nth(38).map_or(value.len(), |(at, _)| at));
    (Drawn { name: "hostile".to_owned(), text, changes: Vec::new() }, value)
}

fn text_of_one_line(draw: &mut Draw) -> String {
    text(draw).replace(['\n', '\r', '\t'], " ").trim().to_owned()
}

/// Carries the plan out and back.
pub fn carry_out(world: &mut World<'_>, value: &str) -> Result<(), String> {
    world.bring_back("found");
    let mut said = String::new();
    for (arguments, more) in [
        ("check", vec![format!("--param=word={value}")]),
        ("forward --yes", vec![format!("--param=word={value}"), format!("--operator={value}")]),
        ("status", Vec::new()),
        ("run back --yes --dry-run", Vec::new()),
        ("run back --yes", vec![format!("--slot=why={value}"), format!("--operator={value}")]),
        ("report", Vec::new()),
    ] {
        let ended = world.run_with(arguments, &more, &Trouble::default());
        if ended.status != 0 {
            return Err(format!("{arguments} ended with {} for the value {value:?}", ended.status));
        }
        if arguments.starts_with("forward") {
            let effects = world.effects();
            if effects.len() != 2 || effects.iter().any(|line| line != value) {
                return Err(format!("{value:?} arrived as {effects:?}"));
            }
        }
        said.push_str(&ended.text);
    }
    for folder in [world.slot(), world.path("bundle"), world.path("")] {
        if folder.join("owned").exists() {
            return Err("something was executed".to_owned());
        }
    }
    let obeyed = |letter: &char| (letter.is_control() && *letter != '\n' && *letter != '\t') || ('\u{202a}'..='\u{202e}').contains(letter);
    if let Some(letter) = said.chars().find(obeyed) {
        return Err(format!("{letter:?} reached the screen"));
    }
    let things = world.engine.sql(&world.slot(), &world.name(), "SELECT count(*) FROM things");
    if things.trim() == "3" { Ok(()) } else { Err(format!("there are {things} things")) }
}
