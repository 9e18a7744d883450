//! Plans for the campaign, drawn from a seed: changes of every kind, each of which leaves a line where nothing is ever taken away.
//!
//! `NAME do` and `NAME undo` go into the table `effects` by SQL and into the file `$FIRE_EFFECTS` by shell, so that what was done
//! twice and what was left out can be read afterwards. `fire-point` is a place in the middle of a step at which a fault may happen.

use std::fmt::Write as _;

/// A database that plans run on.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Database {
    Sqlite,
    Postgres,
    MariaDb,
}

impl Database {
    /// Returns its name for people.
    pub fn name(self) -> &'static str {
        match self {
            Database::Sqlite => "SQLite",
            Database::Postgres => "PostgreSQL",
            Database::MariaDb => "MariaDB",
        }
    }

    /// Returns the client that steps of SQL call.
    pub fn client(self) -> &'static str {
        match self {
            Database::Sqlite => "sqlite3",
            Database::Postgres => "psql",
            Database::MariaDb => "mariadb",
        }
    }

    /// Returns what a plan says it is.
    pub fn target(self) -> &'static str {
        match self {
            Database::Sqlite => "sqlite { file $FIRE_DB }",
            Database::Postgres => "postgres { url $FIRE_URL }",
            Database::MariaDb => "mariadb { url $FIRE_URL }",
        }
    }
}

/// Numbers that are the same for the same seed.
pub struct Draw(u64);

impl Draw {
    pub fn new(seed: u64) -> Draw {
        Draw(seed)
    }

    /// Returns a number below `end`.
    pub fn below(&mut self, end: u64) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        (mixed ^ (mixed >> 31)) % end
    }
}

/// What a change or a step does.
#[derive(Clone, Copy)]
enum Kind {
    /// A transaction, or on MariaDB a unit for each statement.
    Sql,
    /// Shell, with a check that tells whether it was done.
    Told,
    /// Shell of which nothing tells.
    Blind,
    /// A flag in a file of settings.
    Flag,
    /// A statement that stands outside a transaction, between two that do not.
    Outside,
}

/// A plan and the changes that it makes.
pub struct Drawn {
    pub name: String,
    pub text: String,
    pub changes: Vec<String>,
}

/// Draws the plan of a seed for a database.
pub fn draw(database: Database, seed: u64) -> Drawn {
    let mut draw = Draw::new(seed);
    let mut kinds: Vec<Kind> = vec![Kind::Sql, Kind::Told, Kind::Blind, Kind::Flag, Kind::Outside];
    let wanted = 2 + draw.below(2);
    let mut chosen = vec![Kind::Sql];
    while (chosen.len() as u64) < wanted {
        chosen.push(kinds.swap_remove(draw.below(kinds.len() as u64) as usize));
    }
    let swap = draw.below(chosen.len() as u64) as usize;
    chosen.swap(0, swap);

    let name = format!("drawn-{seed}");
    let mut text = format!(
        "plan {name} \"Drawn from {seed}\" {{\n  version \"1.0\"\n  rto 30m\n}}\n\
         target shop \"The shop's database\" {}\n\
         target place \"This machine\" host {{ dir $FIRE_PLACE }}\n\
         target settings \"The settings\" env-file {{ file $FIRE_SETTINGS }}\n\
         check things \"The things are the same\" on shop {{\n  query ```sql\n    SELECT id, name FROM things ORDER BY id\n  ```\n  expect baseline\n}}\n",
        database.target()
    );
    let mut changes = Vec::new();
    let mut forward = String::new();
    for (number, kind) in chosen.iter().enumerate() {
        let id = format!("c{}", number + 1);
        change(&mut text, &mut forward, database, *kind, &id);
        changes.push(id);
    }
    let _ = write!(text, "phase save \"Save\" at T-1h {{\n  capture things\n}}\nphase make \"Make\" at T {{\n{forward}}}\n");
    let _ = write!(text, "scenario back \"Back\" {{\n  applies from c1\n  undo everything\n");
    match draw.below(3) {
        0 => {
            text.push_str("  parallel {\n");
            step(&mut text, "s1", &shell("s1", "do"), "place");
            step(&mut text, "s2", &sql("s2", "do", ""), "shop");
            text.push_str("  }\n");
        }
        1 => step(&mut text, "s1", &sql("s1", "do", ""), "shop"),
        _ => {}
    }
    text.push_str("  verify things\n}\n");
    Drawn { name, text, changes }
}

/// Returns a plan of which one step does what `$FIRE_PLACE/mood` says.
pub fn moody(database: Database) -> Drawn {
    let mut text = format!(
        "plan moody \"A step with moods\" {{\n  version \"1.0\"\n  rto 30m\n}}\n\
         target shop \"The shop's database\" {}\n\
         target place \"This machine\" host {{ dir $FIRE_PLACE }}\n\
         check c2-there \"c2 is there\" {{\n  run ```sh\n    test \"$(grep '^c2 ' \"$FIRE_EFFECTS\" | tail -n 1)\" = 'c2 do'\n  ```\n}}\n\
         check things \"The things are the same\" on shop {{\n  query ```sql\n    SELECT id, name FROM things ORDER BY id\n  ```\n  expect baseline\n}}\n",
        database.target()
    );
    let mut forward = String::new();
    change(&mut text, &mut forward, database, Kind::Sql, "c1");
    let moods = "case $(cat mood 2>/dev/null) in
        hang) sleep 600 ;;
        hang-back) : >\"$FIRE/clock\"; sleep 600 ;;
        flood) awk 'BEGIN { while (n++ < 30000) print \"a line of a step that says more than anybody reads, once more\" }' ;;
        input) cat ;;
        children) sleep 25 & ;;
      esac";
    let _ = write!(
        forward,
        "  change c2 \"Change c2\" on place {{\n    timeout 6s\n    do ```sh\n      {moods}\n      echo 'c2 do' >>\"$FIRE_EFFECTS\"\n    ```\n    undo {}\n    applied c2-there\n    undo takes 1m\n  }}\n",
        shell("c2", "undo")
    );
    change(&mut text, &mut forward, database, Kind::Sql, "c3");
    let _ = write!(
        text,
        "phase save \"Save\" at T-1h {{\n  capture things\n}}\nphase make \"Make\" at T {{\n{forward}}}\n\
         scenario back \"Back\" {{\n  applies from c1\n  undo everything\n  verify things\n}}\n"
    );
    Drawn { name: "moody".to_owned(), text, changes: ["c1", "c2", "c3"].map(str::to_owned).to_vec() }
}

fn step(text: &mut String, id: &str, code: &str, target: &str) {
    let _ = write!(text, "  step {id} \"Step {id}\" on {target} takes 1m {{\n    do {code}\n  }}\n");
}

fn sql(id: &str, word: &str, more: &str) -> String {
    format!("```sql\n      INSERT INTO effects VALUES ('{id} {word}');{more}\n    ```")
}

fn shell(id: &str, word: &str) -> String {
    format!("```sh\n      fire-point\n      echo '{id} {word}' >>\"$FIRE_EFFECTS\"\n      fire-point\n    ```")
}

fn change(above: &mut String, forward: &mut String, database: Database, kind: Kind, id: &str) {
    let mut write = |target: &str, body: &str| {
        let _ = write!(forward, "  change {id} \"Change {id}\" on {target} {{\n    {body}\n    undo takes 1m\n  }}\n");
    };
    match kind {
        Kind::Sql => {
            let add = format!("\n      ALTER TABLE things ADD COLUMN {id} int;");
            let drop = format!("\n      ALTER TABLE things DROP COLUMN {id};");
            write("shop", &format!("do {}\n    undo {}", sql(id, "do", &add), sql(id, "undo", &drop)));
        }
        Kind::Outside => {
            let (make, drop) = match database {
                Database::Sqlite => {
                    ("\n      CREATE INDEX things_ID ON things (name);\n      VACUUM;", "\n      DROP INDEX things_ID;\n      VACUUM;")
                }
                Database::Postgres => (
                    "\n      CREATE INDEX CONCURRENTLY IF NOT EXISTS things_ID ON things (name);",
                    "\n      DROP INDEX CONCURRENTLY IF EXISTS things_ID;",
                ),
                Database::MariaDb => ("\n      CREATE INDEX things_ID ON things (name);", "\n      DROP INDEX things_ID ON things;"),
            };
            let (make, drop) = (make.replace("ID", id), drop.replace("ID", id));
            write("shop", &format!("do {}\n    undo {}", sql(id, "do", &make), sql(id, "undo", &drop)));
        }
        Kind::Told | Kind::Blind => {
            let told = if matches!(kind, Kind::Told) {
                let _ = write!(
                    above,
                    "check {id}-there \"{id} is there\" {{\n  run ```sh\n    test \"$(grep '^{id} ' \"$FIRE_EFFECTS\" | tail -n 1)\" = '{id} do'\n  ```\n}}\n"
                );
                format!("\n    applied {id}-there")
            } else {
                String::new()
            };
            write("place", &format!("do {}\n    undo {}{told}", shell(id, "do"), shell(id, "undo")));
        }
        Kind::Flag => {
            let upper = id.to_uppercase();
            let _ = write!(above, "flag {id}-flag \"Flag {id}\" on settings {{\n  variable \"{upper}\"\n  values \"off\", \"on\"\n}}\n");
            write("settings", &format!("do set {id}-flag to \"on\"\n    undo auto"));
        }
    }
}
