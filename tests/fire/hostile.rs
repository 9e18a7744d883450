//! Plans whose every text is hostile, on targets whose every name is: drawn from what shells, SQL, psql, Markdown and terminals would
//! obey. Carried out to its end and back by undos and by a backup, nothing of it is executed, no terminal sequence reaches the screen,
//! and a parameter, a file and a setting arrive as they were given.

use std::fs;
use std::os::unix::fs::symlink;
use std::path::{Path, PathBuf};
use std::process::Command;

use super::engine::{Engine, THINGS};
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
    "@/?&#=+ %41",
    ":memory:",
    "file:a?mode=memory",
    "\\include x",
    "#mysql50#",
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

/// What a plan is carried out with: the value of its parameter, that of its setting, and the names of its targets.
pub struct Words {
    value: String,
    setting: String,
    edited: String,
    folder: String,
    settings: String,
    database: String,
    user: String,
    password: String,
    schema: String,
    socket: String,
}

/// Draws a plan, and what it is carried out with.
pub fn draw(database: Database, seed: u64) -> (Drawn, Words) {
    let mut draw = Draw::new(seed + 7_000_000);
    let mut value = text_of_one_line(&mut draw);
    // A column of forty characters holds it.
    value.truncate(value.char_indices().nth(38).map_or(value.len(), |(at, _)| at));
    let words = Words {
        value,
        setting: text_of_one_line(&mut draw),
        edited: name(&mut draw, 80),
        folder: name(&mut draw, 80),
        settings: name(&mut draw, 80),
        // A server writes each letter of it as five into the name of a folder.
        database: name(&mut draw, 30),
        user: name(&mut draw, 30),
        password: text(&mut draw),
        schema: name(&mut draw, 30),
        // The path of a socket is short.
        socket: name(&mut draw, 24),
    };
    // Of what is written into a script a plan is refused that has a carriage return.
    let [artifact, edited] = [name(&mut draw, 80), words.edited.clone()].map(|name| name.replace('\r', ""));
    let words = Words { edited, ..words };
    let mut title = || quoted(&format!("t {}", text(&mut draw)));
    let (word, method) = match database {
        Database::Sqlite => (":rbk_param_word", "sqlite"),
        Database::Postgres => (":'rbk_param_word'", "pg_dump custom"),
        Database::MariaDb => ("@rbk_param_word", "mariadb-dump"),
    };
    let [artifact, edited, setting] =
        [format!("backups/{artifact}.saved"), words.edited.clone(), words.setting.clone()].map(|text| quoted(&text));
    let target = database.target();
    let text = [
        format!("plan hostile {} {{\n  version {}\n  rto 30m\n}}\nparam word {} text\n", title(), title(), title()),
        format!("target shop {} {target}\ntarget place {} host {{ dir $FIRE_ODD }}\n", title(), title()),
        format!("target settings {} env-file {{ file $FIRE_SETTINGS }}\n", title()),
        format!("backup saved {} of shop {{\n  method {method}\n  file {artifact}\n  restore takes 1m\n}}\n", title()),
        format!("flag mood {} on settings {{\n  variable \"C1\"\n  default \"off\"\n  values \"off\", {setting}\n}}\n", title()),
        format!(
            "channel log {} {{\n  send ```sh\n    cat \"$RBK_MESSAGE_FILE\" >>\"$FIRE_PLACE/sent\"; printf '%s\\n' \"$RBK_MESSAGE_SUBJECT\" >>\"$FIRE_PLACE/sent\"\n  ```\n}}\n",
            title()
        ),
        format!("message going {} to log {{\n  subject {}\n  slot why {}\n  body {}\n}}\n", title(), title(), title(), title()),
        format!(
            "check there {} on shop {{\n  query ```sql\n    SELECT count(*) FROM effects WHERE what = {word}\n  ```\n  expect 1\n}}\n",
            title()
        ),
        format!("phase save {} at T-1h {{\n  take saved\n}}\nphase make {} at T {{\n", title(), title()),
        format!(
            "  change c1 {} on shop {{\n    do ```sql\n      INSERT INTO effects VALUES ({word});\n    ```\n    undo ```sql\n      DELETE FROM effects;\n    ```\n    undo takes 1m\n    verify there\n    impact {}\n  }}\n",
            title(),
            title()
        ),
        format!(
            "  change c2 {} on place {{\n    do ```sh\n      printf '%s\\n' \"$RBK_PARAM_WORD\" >>\"$FIRE_EFFECTS\"\n    ```\n    undo ```sh\n      : >\"$FIRE_EFFECTS\"\n    ```\n    undo takes 1m\n    note {}\n  }}\n",
            title(),
            title()
        ),
        format!(
            "  change c3 {} on place {{\n    do edit {edited} ```text\n      edited\n    ```\n    undo auto\n    undo takes 1m\n  }}\n",
            title()
        ),
        format!("  change c4 {} on settings {{\n    do set mood to {setting}\n    undo auto\n    undo takes 1m\n  }}\n}}\n", title()),
        format!("scenario back {} {{\n  applies from c1\n  send going\n  undo everything\n}}\n", title()),
        format!("scenario restored {} {{\n  applies from c1\n  undo c4\n  undo c3\n  undo c2\n  restore saved\n}}\n", title()),
    ];
    (Drawn { name: "hostile".to_owned(), text: text.concat(), changes: Vec::new() }, words)
}

fn text_of_one_line(draw: &mut Draw) -> String {
    text(draw).replace(['\n', '\r', '\t'], " ").trim().to_owned()
}

/// Returns the name of a file, or of something in a server: of as many bytes at most.
fn name(draw: &mut Draw, most: usize) -> String {
    let mut name = text(draw).replace('/', "").trim().to_owned();
    while name.len() > most {
        name.pop();
    }
    format!("{}~", name.trim_end())
}

fn encoded(text: &str) -> String {
    text.bytes().map(|byte| format!("%{byte:02X}")).collect()
}

/// Makes the targets under their names; returns the environment that leads to them, and how the database is reached from here.
fn targets(world: &World<'_>, words: &Words) -> (Vec<(String, String)>, String) {
    let slot = world.slot();
    let folder = slot.join(&words.folder);
    let _ = fs::create_dir(&folder);
    let settings = folder.join(format!("{}.env", words.settings));
    fs::write(&settings, "C1=off\n").expect("the folder is writable");
    let mut variables = vec![("FIRE_ODD", folder.display().to_string()), ("FIRE_SETTINGS", settings.display().to_string())];
    let socket = slot.join(&words.socket);
    let (user, password) = (encoded(&words.user), encoded(&words.password));
    let at = encoded(&socket.display().to_string());
    let name = encoded(&words.database);
    let reached = match &*world.engine {
        Engine::Sqlite => {
            let file = folder.join(&words.database);
            fs::rename(slot.join("shop.db"), &file).expect("it was made");
            symlink(&file, slot.join("shop.db")).expect("the slot is writable");
            variables.push(("FIRE_DB", file.display().to_string()));
            String::new()
        }
        Engine::Postgres(server) => {
            symlink(server.socket(), &socket).expect("the slot is writable");
            let own = |text: &str| format!("\"{}\"", text.replace('"', "\"\""));
            let (database, user_name, schema) = (own(&words.database), own(&words.user), own(&words.schema));
            server.sql("postgres", &format!("DROP DATABASE IF EXISTS {database}"));
            server.sql("postgres", &format!("CREATE DATABASE {database} TEMPLATE {}", world.name()));
            server.sql("postgres", &format!("DROP ROLE IF EXISTS {user_name}"));
            server.sql("postgres", &format!("CREATE ROLE {user_name} LOGIN SUPERUSER"));
            server.sql("postgres", &format!("ALTER ROLE rbk IN DATABASE {database} SET search_path = {schema}"));
            let reached = format!("dbname='{}'", words.database.replace('\\', "\\\\").replace('\'', "\\'"));
            server.sql(
                &reached,
                &format!(
                    "CREATE SCHEMA {schema}; ALTER TABLE public.things SET SCHEMA {schema}; ALTER TABLE public.effects SET SCHEMA {schema}"
                ),
            );
            let more = format!("application_name={}&schema={}", password, encoded(&words.schema));
            variables.push(("FIRE_URL", format!("postgresql://{user}:{password}@/{name}?host={at}&{more}")));
            reached
        }
        Engine::MariaDb(server) => {
            symlink(server.socket(), &socket).expect("the slot is writable");
            let own = |text: &str| format!("'{}'", text.replace('\\', "\\\\").replace('\'', "''"));
            let database = words.database.replace('`', "``");
            server.sql(
                "",
                &format!(
                    "DROP DATABASE IF EXISTS `{database}`; CREATE DATABASE `{database}` CHARACTER SET utf8mb4 COLLATE utf8mb4_unicode_ci"
                ),
            );
            server.sql(&words.database, THINGS);
            let account = format!("{}@localhost", own(&words.user));
            server.sql(
                "",
                &format!("CREATE OR REPLACE USER {account} IDENTIFIED BY {}; GRANT ALL ON *.* TO {account}", own(&words.password)),
            );
            variables.push(("FIRE_URL", format!("mariadb://{user}:{password}@localhost/{name}?unix_socket={at}")));
            words.database.clone()
        }
    };
    (variables.into_iter().map(|(name, value)| (name.to_owned(), value)).collect(), reached)
}

/// Carries the plan out and back, by its undos and by its backup.
pub fn carry_out(world: &mut World<'_>, words: &Words) -> Result<(), String> {
    world.bring_back("found");
    let (environment, reached) = targets(world, words);
    let trouble = Trouble { environment, ..Trouble::default() };
    let value = &words.value;
    let word = format!("--param=word={value}");
    let mut said = String::new();
    for (arguments, more) in [
        ("check", vec![word.clone()]),
        ("prepare --yes", vec![word.clone()]),
        ("forward --yes", vec![word.clone(), format!("--operator={value}")]),
        ("status", Vec::new()),
        ("run back --yes --dry-run", Vec::new()),
        ("run back --yes", vec![format!("--slot=why={value}"), format!("--operator={value}")]),
        ("prepare --yes", vec![word.clone()]),
        ("forward --yes", vec![word.clone()]),
        ("run restored --yes --accept-loss", Vec::new()),
        ("report", Vec::new()),
    ] {
        let ended = world.run_with(arguments, &more, &trouble);
        if ended.status != 0 {
            return Err(format!("{arguments} ended with {} for the value {value:?}", ended.status));
        }
        if arguments.starts_with("forward") {
            went_forward(world, words, &reached)?;
        } else if arguments.starts_with("run") && !arguments.contains("dry-run") {
            came_back(world, words, &reached, arguments)?;
        }
        said.push_str(&ended.text);
    }
    let owned = Command::new("find").arg(world.path("")).args(["-name", "owned"]).output().map_err(|error| error.to_string())?;
    if !owned.stdout.is_empty() {
        return Err(format!("something was executed: {}", String::from_utf8_lossy(&owned.stdout)));
    }
    let obeyed = |letter: &char| (letter.is_control() && *letter != '\n' && *letter != '\t') || ('\u{202a}'..='\u{202e}').contains(letter);
    if let Some(letter) = said.chars().find(obeyed) {
        return Err(format!("{letter:?} reached the screen"));
    }
    let things = world.engine.sql(&world.slot(), &reached, "SELECT count(*) FROM things");
    if things.trim() == "3" { Ok(()) } else { Err(format!("there are {things} things")) }
}

fn settings(world: &World<'_>, words: &Words) -> PathBuf {
    world.slot().join(&words.folder).join(format!("{}.env", words.settings))
}

/// What a shell that reads the settings knows.
fn setting(file: &Path) -> String {
    let said = Command::new("sh").args(["-c", ". \"$1\" && printf %s \"$C1\"", "sh"]).arg(file).output().expect("the shell runs");
    String::from_utf8_lossy(&said.stdout).into_owned()
}

fn effects(world: &World<'_>, reached: &str) -> Vec<String> {
    let mut lines = world.engine.effects(&world.slot(), reached);
    lines.extend(fs::read_to_string(world.slot().join("effects")).unwrap_or_default().lines().map(str::to_owned));
    lines
}

fn went_forward(world: &World<'_>, words: &Words, reached: &str) -> Result<(), String> {
    let effects = effects(world, reached);
    if effects.len() != 2 || effects.iter().any(|line| *line != words.value) {
        return Err(format!("{:?} arrived as {effects:?}", words.value));
    }
    let edited = fs::read_to_string(world.slot().join(&words.folder).join(&words.edited)).unwrap_or_default();
    if edited != "edited\n" {
        return Err(format!("the file {:?} holds {edited:?}", words.edited));
    }
    let setting = setting(&settings(world, words));
    if setting == words.setting { Ok(()) } else { Err(format!("the setting {:?} is {setting:?}", words.setting)) }
}

fn came_back(world: &World<'_>, words: &Words, reached: &str, by: &str) -> Result<(), String> {
    let effects = effects(world, reached);
    if !effects.is_empty() {
        return Err(format!("{by} left {effects:?}"));
    }
    if world.slot().join(&words.folder).join(&words.edited).exists() {
        return Err(format!("{by} left the file {:?}", words.edited));
    }
    let setting = setting(&settings(world, words));
    if setting == "off" { Ok(()) } else { Err(format!("{by} left the setting {setting:?}")) }
}
